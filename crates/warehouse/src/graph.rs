//! What reads what, from the SQL itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::resolve::resolve_table_references;
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, TableFactor, Visit, Visitor,
};

use crate::error::WarehouseError;
use crate::node::Node;
use crate::{parameter, previous};

/// What a SELECT reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TablesRead {
    /// Tables of the same night, without the SELECT's own CTEs.
    pub tables: BTreeSet<String>,
    /// Nodes in `previous('...')`.
    pub previous: BTreeSet<String>,
    /// Names in `parameter('...')`.
    pub parameters: BTreeSet<String>,
    /// Whether the table of parameters is read as a table.
    pub all_parameters: bool,
}

/// Tables that a SELECT reads.
///
/// # Errors
/// When the text is not exactly one statement of SQL.
pub fn tables_read(node: &str, path: &Path, sql: &str) -> Result<TablesRead, WarehouseError> {
    let refuse = |message: String| WarehouseError::Node { node: node.to_owned(), path: path.to_owned(), message };
    let statements = DFParser::parse_sql(sql).map_err(|e| refuse(e.to_string()))?;
    let [statement] = statements.iter().collect::<Vec<_>>()[..] else {
        return Err(refuse(format!("holds {} statements; write exactly one SELECT", statements.len())));
    };
    let (tables, _) = resolve_table_references(statement, true).map_err(|e| refuse(e.to_string()))?;
    let mut tables: BTreeSet<String> = tables.iter().map(|t| t.table().to_owned()).collect();
    let mut named = Named::default();
    if let Statement::Statement(statement) = statement {
        let _ = statement.visit(&mut named);
    }
    let all_parameters = tables.contains(parameter::TABLE);
    if !named.parameters.is_empty() {
        tables.insert(parameter::TABLE.to_owned());
    }
    // The function itself looks like a table.
    if !named.previous.is_empty() {
        tables.remove(previous::NAME);
    }
    Ok(TablesRead { tables, previous: named.previous, parameters: named.parameters, all_parameters })
}

/// Collects the names in `previous('...')` and in `parameter('...')`.
#[derive(Default)]
struct Named {
    previous: BTreeSet<String>,
    parameters: BTreeSet<String>,
}

impl Visitor for Named {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        let TableFactor::Table { name, args: Some(arguments), .. } = factor else { return ControlFlow::Continue(()) };
        if name.to_string().eq_ignore_ascii_case(previous::NAME) {
            self.previous.extend(texts(&arguments.args));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expression
            && function.name.to_string().eq_ignore_ascii_case(parameter::NAME)
            && let FunctionArguments::List(arguments) = &function.args
        {
            self.parameters.extend(texts(&arguments.args));
        }
        ControlFlow::Continue(())
    }
}

fn texts(arguments: &[FunctionArg]) -> impl Iterator<Item = String> {
    arguments.iter().filter_map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))) => value.value.clone().into_string(),
        _ => None,
    })
}

/// Nodes in an order in which each comes after what it reads; names decide among equals.
///
/// # Errors
/// [`WarehouseError::Circle`].
pub fn order(
    nodes: &BTreeMap<String, Node>,
    reads: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Vec<String>, WarehouseError> {
    let mut order = Vec::new();
    let mut done = BTreeSet::new();
    for name in nodes.keys() {
        visit(name, nodes, reads, &mut Vec::new(), &mut done, &mut order)?;
    }
    Ok(order)
}

fn visit(
    name: &str,
    nodes: &BTreeMap<String, Node>,
    reads: &BTreeMap<String, BTreeSet<String>>,
    path: &mut Vec<String>,
    done: &mut BTreeSet<String>,
    order: &mut Vec<String>,
) -> Result<(), WarehouseError> {
    if done.contains(name) || !nodes.contains_key(name) {
        return Ok(());
    }
    if let Some(start) = path.iter().position(|p| p == name) {
        let mut circle = path[start..].to_vec();
        circle.push(name.to_owned());
        return Err(WarehouseError::Circle(circle));
    }
    path.push(name.to_owned());
    for read in &reads[name] {
        visit(read, nodes, reads, path, done, order)?;
    }
    path.pop();
    done.insert(name.to_owned());
    order.push(name.to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_from_the_sql_and_ctes_are_not_tables() {
        let sql = "with a as (select * from t1) select * from a join t2 on a.x = t2.x where y in (select z from t3)";
        let tables = tables_read("n", Path::new("n.sql"), sql).unwrap();
        assert_eq!(tables.tables.into_iter().collect::<Vec<_>>(), ["t1", "t2", "t3"]);
        assert!(tables_read("n", Path::new("n.sql"), "select 1; select 2").is_err());
    }

    #[test]
    fn what_is_read_from_the_release_before_is_told_apart() {
        let sql = "select * from t1 join previous('n') as before on t1.x = before.x left join PREVIOUS('m') on true";
        let read = tables_read("n", Path::new("n.sql"), sql).unwrap();
        assert_eq!(read.tables.into_iter().collect::<Vec<_>>(), ["t1"]);
        assert_eq!(read.previous.into_iter().collect::<Vec<_>>(), ["m", "n"]);
        // A parameter is a row of a table.
        let read = tables_read("n", Path::new("n.sql"), "select * from t where x > parameter('days')").unwrap();
        assert_eq!(read.tables.into_iter().collect::<Vec<_>>(), ["ref_parameter", "t"]);
        assert_eq!(read.parameters.into_iter().collect::<Vec<_>>(), ["days"]);
    }
}
