//! `parameter('name')`: whole numbers of the reference table `ref_parameter`, folded to literals when a query is planned.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{ScalarValue, plan_err};
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::prelude::SessionContext;

use crate::catalog::{Catalog, nearest};
use crate::error::WarehouseError;
use crate::reference::Reference;

/// The reference table of parameters.
pub(crate) const TABLE: &str = "ref_parameter";
/// The function.
pub(crate) const NAME: &str = "parameter";

/// Values by name.
pub(crate) fn values(reference: &Reference) -> BTreeMap<String, i32> {
    let names = reference.batch.column_by_name("parameter").and_then(|c| c.as_string_opt::<i32>().cloned());
    let numbers = reference.batch.column_by_name("value").and_then(|c| c.as_primitive_opt::<Int64Type>().cloned());
    let rows = names.iter().flatten().zip(numbers.iter().flatten());
    rows.filter_map(|(name, number)| Some((name?.to_owned(), i32::try_from(number?).ok()?))).collect()
}

/// Make `parameter('name')` known to a session. `given` goes before the table.
pub(crate) fn register(session: &SessionContext, catalog: &Catalog, given: BTreeMap<String, i32>) {
    let mut values = catalog.references.get(TABLE).map(values).unwrap_or_default();
    values.extend(given);
    let value = move |arguments: &[ColumnarValue]| match arguments {
        [ColumnarValue::Scalar(ScalarValue::Utf8(Some(name)))] => match values.get(name) {
            Some(value) => Ok(ColumnarValue::Scalar(ScalarValue::Int32(Some(*value)))),
            None => plan_err!("{NAME}('{name}'): there is no such row in {TABLE}"),
        },
        _ => plan_err!("write {NAME}('name') with a name of {TABLE} in quotes"),
    };
    session.register_udf(create_udf(
        NAME,
        vec![DataType::Utf8],
        DataType::Int32,
        Volatility::Immutable,
        Arc::new(value),
    ));
}

/// A parameter that a project adds and nothing reads is a typing error: what was meant would stay as it is, and nobody would see.
pub(crate) fn refuse_unread(
    reference: &Reference,
    built_in: &BTreeMap<String, i32>,
    read: &BTreeSet<String>,
) -> Result<(), WarehouseError> {
    let all = values(reference);
    let Some(unread) = all.keys().find(|name| !built_in.contains_key(*name) && !read.contains(*name)) else {
        return Ok(());
    };
    let near = nearest(unread, built_in.keys()).map_or(String::new(), |near| format!("; did you mean {near}?"));
    Err(reference.refused(format!("nothing reads {NAME}('{unread}'){near}")))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::catalog::{SqlFile, UnusedSystems};

    const BUILT_IN: &str = "parameter,value\ndays,35\n";

    /// A catalog whose node reads this, with a project's own parameters beside the built-in ones.
    fn catalog(select: &str, own: &str) -> Result<Catalog, WarehouseError> {
        let file = |path: &str, text: &str| SqlFile { path: PathBuf::from(path), text: text.to_owned() };
        let column = |name: &str, of: &str| {
            format!("{{ name = \"{name}\", type = \"{of}\", class = \"C1\", description = \"{name}\" }}")
        };
        let reference = format!(
            "description = \"d\"\nkey = [\"parameter\"]\ncolumns = [{}, {}]",
            column("parameter", "text"),
            column("value", "int")
        );
        let node = format!(
            "description = \"d\"\ngrain = \"g\"\nkey = [\"x\"]\nmaterialisation = \"view\"\nowner = \"o\"\ncolumns = [{}]",
            column("x", "int")
        );
        let files = [
            file("reference/ref_parameter.toml", &reference),
            file("reference/ref_parameter.csv", BUILT_IN),
            file("mybank/sql/reference/ref_parameter.csv", own),
            file("metrics/n.toml", &node),
            file("metrics/n.sql", select),
        ];
        Catalog::read(&files, BTreeMap::new(), UnusedSystems::AreUnknown)
    }

    #[test]
    fn a_project_names_only_what_it_changes_and_nothing_that_nobody_reads() {
        let select = "select parameter('days') as x";
        let changed = catalog(select, "parameter,value\ndays,10\n").unwrap();
        assert_eq!(values(&changed.references[TABLE]), BTreeMap::from([("days".to_owned(), 10)]));
        let refused = catalog(select, "parameter,value\nday,10\n").unwrap_err().to_string();
        assert!(refused.contains("nothing reads parameter('day'); did you mean days?"), "{refused}");
        let all = catalog("select value as x from ref_parameter", "parameter,value\nday,10\n").unwrap();
        assert_eq!(values(&all.references[TABLE]).len(), 2);
    }
}
