//! Functions of the bank's nouns in SQL.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::datatypes::DataType;
use bank::document::Document;
use bank::name::name_key;
use bank::{BusinessDate, MobileNumber};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::SessionContext;

/// Make the functions known to a session:
///
/// * `document_key(id_type, id_no)`: canonical key of a document ([`Document::judge`]), null without one;
/// * `document_status(id_type, id_no)`: `VALID`, `UNCHECKED`, `NONE` or the failing check;
/// * `name_key(name)`: see [`name_key`]; `mobile_key(number)`: the plain number, null when it is none.
///
/// Synthetic numbers are numbers here; whether they identify anybody is decided where identities are.
pub(crate) fn register(session: &SessionContext, date: BusinessDate) {
    let judge = move |texts: &[Option<&str>]| Document::judge(texts[0], texts[1], None, date, true);
    let key = move |texts: &[Option<&str>]| Some(judge(texts).key).filter(|key| !key.is_empty());
    session.register_udf(of_texts("document_key", 2, key));
    session.register_udf(of_texts("document_status", 2, move |texts| Some(judge(texts).status.code().to_owned())));
    session.register_udf(of_texts("name_key", 1, |texts| texts[0].map(name_key)));
    let mobile = |texts: &[Option<&str>]| MobileNumber::parse(texts[0]?, true).map(|number| number.to_string());
    session.register_udf(of_texts("mobile_key", 1, mobile));
}

/// A function of texts, row by row.
fn of_texts(
    name: &str,
    arguments: usize,
    of_row: impl Fn(&[Option<&str>]) -> Option<String> + Send + Sync + 'static,
) -> ScalarUDF {
    let compute = move |values: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(values)?;
        let columns: Vec<&StringArray> = arrays.iter().filter_map(|array| array.as_string_opt::<i32>()).collect();
        let rows = arrays.first().map_or(0, Array::len);
        let row = |row: usize| {
            let texts: Vec<Option<&str>> = columns.iter().map(|c| c.is_valid(row).then(|| c.value(row))).collect();
            if texts.len() == arguments { of_row(&texts) } else { None }
        };
        let result: ArrayRef = Arc::new((0..rows).map(row).collect::<StringArray>());
        Ok(ColumnarValue::Array(result))
    };
    create_udf(name, vec![DataType::Utf8; arguments], DataType::Utf8, Volatility::Immutable, Arc::new(compute))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn identifiers_have_keys_in_sql() {
        let session = SessionContext::new();
        register(&session, "2025-06-30".parse().unwrap());
        let sql = "select document_key(t, n) as k, document_status(t, n) as s, name_key(name) as name, mobile_key(m) as m \
                   from (values ('01', '110105491231002', '張 偉', '+86 138-0013-8000'), ('52', 'MA9ABCD2-4', null, 'none')) \
                   as v (t, n, name, m)";
        let batches = session.sql(sql).await.unwrap().collect().await.unwrap();
        let shown = arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
        assert!(shown.contains("| 01|11010519491231002X | VALID | 张伟 | 13800138000 |"), "{shown}");
        assert!(shown.contains("| 51|MA9ABCD24          | VALID |      |             |"), "{shown}");
    }
}
