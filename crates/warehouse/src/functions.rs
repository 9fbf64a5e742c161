//! Functions of the bank's nouns in SQL.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, StringArray};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use bank::document::Document;
use bank::name::name_key;
use bank::{BusinessDate, InstalmentPlan, MobileNumber, Money};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::SessionContext;

/// Make the functions known to a session:
///
/// * `document_key(id_type, id_no)`: canonical key of a document ([`Document::judge`]), null without one;
/// * `document_status(id_type, id_no)`: `VALID`, `UNCHECKED`, `NONE` or the failing check;
/// * `name_key(name)`: see [`name_key`]; `mobile_key(number)`: the plain number, null when it is none;
/// * `instalment(principal, rate, months)`, `instalment_last(...)`, `instalment_balance(principal, rate, months, paid)`: see
///   [`InstalmentPlan`]; amounts are decimal(18,2), rates decimal(12,8), null for what no loan is.
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
    session.register_udf(of_plan("instalment", 0, |plan, _| plan.instalment()));
    session.register_udf(of_plan("instalment_last", 0, |plan, _| plan.last_instalment()));
    session.register_udf(of_plan("instalment_balance", 1, InstalmentPlan::balance_after));
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

/// A function of a loan's plan, and of instalments paid where it takes one argument more.
fn of_plan(
    name: &str,
    more: usize,
    of_row: impl Fn(&InstalmentPlan, u32) -> Money + Send + Sync + 'static,
) -> ScalarUDF {
    let compute = move |values: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(values)?;
        let decimals = |place: usize| arrays.get(place).and_then(|a| a.as_primitive_opt::<Decimal128Type>());
        let numbers = |place: usize| arrays.get(place).and_then(|a| a.as_primitive_opt::<Int64Type>());
        let row = |row: usize| {
            let decimal = |place| decimals(place).filter(|a| a.is_valid(row)).map(|a| a.value(row));
            let number =
                |place| numbers(place).filter(|a| a.is_valid(row)).and_then(|a| u32::try_from(a.value(row)).ok());
            let plan = InstalmentPlan::new(Money::from_minor(decimal(0)?), decimal(1)?, number(2)?)?;
            let paid = if more > 0 { number(3)? } else { 0 };
            Some(of_row(&plan, paid).minor())
        };
        let amounts: Decimal128Array = (0..arrays.first().map_or(0, Array::len)).map(row).collect();
        Ok(ColumnarValue::Array(Arc::new(amounts.with_precision_and_scale(18, 2)?)))
    };
    let mut arguments = vec![DataType::Decimal128(18, 2), DataType::Decimal128(12, 8), DataType::Int64];
    arguments.extend(vec![DataType::Int64; more]);
    create_udf(name, arguments, DataType::Decimal128(18, 2), Volatility::Immutable, Arc::new(compute))
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
