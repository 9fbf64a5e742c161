//! A column of a table as numbers or texts.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};

use super::frame::FeatureError;

/// The values of a column, row by row.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers; dates are days, true is 1; infinities and NaN are missing.
    Numbers(Vec<Option<f64>>),
    /// Texts.
    Texts(Vec<Option<String>>),
}

impl Values {
    /// The column of a table, its rows in this order.
    ///
    /// # Errors
    /// [`FeatureError`] naming the column when it is not there or is neither numbers nor texts.
    pub fn read(table: &RecordBatch, name: &str, order: &[usize]) -> Result<Self, FeatureError> {
        let column = named(table, name)?;
        let not_numeric =
            || FeatureError::NotNumeric { column: name.to_owned(), found: column.data_type().to_string() };
        let via = match column.data_type() {
            DataType::Date32 => cast(column, &DataType::Int32)?,
            DataType::Boolean => cast(column, &DataType::Int8)?,
            t if t.is_numeric() || *t == DataType::Null => column.clone(),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => {
                let texts = cast(column, &DataType::Utf8)?;
                let texts = texts.as_string::<i32>();
                let text = |row: &usize| texts.is_valid(*row).then(|| texts.value(*row).to_owned());
                return Ok(Values::Texts(order.iter().map(text).collect()));
            }
            _ => return Err(not_numeric()),
        };
        let floats = cast(&via, &DataType::Float64)?;
        let floats = floats.as_primitive_opt::<Float64Type>().ok_or_else(not_numeric)?;
        let number = |row: &usize| floats.is_valid(*row).then(|| floats.value(*row)).filter(|x| x.is_finite());
        Ok(Values::Numbers(order.iter().map(number).collect()))
    }

    /// Some of the rows.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        match self {
            Values::Numbers(values) => Values::Numbers(rows.iter().map(|row| values[*row]).collect()),
            Values::Texts(values) => Values::Texts(rows.iter().map(|row| values[*row].clone()).collect()),
        }
    }

    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Values::Numbers(values) => values.len(),
            Values::Texts(values) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A column by its name.
pub(crate) fn named<'t>(table: &'t RecordBatch, name: &str) -> Result<&'t arrow::array::ArrayRef, FeatureError> {
    table.column_by_name(name).ok_or_else(|| {
        let found: Vec<String> = table.schema().fields().iter().map(|f| f.name().clone()).collect();
        FeatureError::Column { wanted: name.to_owned(), found: found.join(", ") }
    })
}
