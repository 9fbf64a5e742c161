//! What reads what, from the SQL itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use datafusion::sql::parser::DFParser;
use datafusion::sql::resolve::resolve_table_references;

use crate::error::WarehouseError;
use crate::node::Node;

/// Tables that a SELECT reads, without its own CTEs.
///
/// # Errors
/// When the text is not exactly one statement of SQL.
pub fn tables_read(node: &str, path: &Path, sql: &str) -> Result<BTreeSet<String>, WarehouseError> {
    let refuse = |message: String| WarehouseError::Node { node: node.to_owned(), path: path.to_owned(), message };
    let statements = DFParser::parse_sql(sql).map_err(|e| refuse(e.to_string()))?;
    let [statement] = statements.iter().collect::<Vec<_>>()[..] else {
        return Err(refuse(format!("holds {} statements; write exactly one SELECT", statements.len())));
    };
    let (tables, _) = resolve_table_references(statement, true).map_err(|e| refuse(e.to_string()))?;
    Ok(tables.iter().map(|t| t.table().to_owned()).collect())
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
        assert_eq!(tables.into_iter().collect::<Vec<_>>(), ["t1", "t2", "t3"]);
        assert!(tables_read("n", Path::new("n.sql"), "select 1; select 2").is_err());
    }
}
