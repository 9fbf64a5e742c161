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
