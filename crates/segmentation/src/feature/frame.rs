//! Arrow table → polars frame → matrix.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Float64Type};
use ndarray::Array2;
use polars::prelude::{Column, DataFrame, Float64Chunked, IntoColumn, NamedFrom, NewChunkedArray, Series};
use thiserror::Error;

use super::transform::{FeatureSpec, apply};

/// Why no frame can be made.
#[derive(Debug, Error)]
pub enum FeatureError {
    /// A column is not there.
    #[error("there is no column `{wanted}`; the columns are {found}")]
    Column {
        /// Wanted.
        wanted: String,
        /// Found.
        found: String,
    },
    /// A column is not numeric.
    #[error("column `{column}` is {found}; features must be numbers or dates (leave it out with --features)")]
    NotNumeric {
        /// Column.
        column: String,
        /// Its type.
        found: String,
    },
    /// No rows.
    #[error("the table has no rows")]
    NoRows,
    /// Identifiers are missing or not unique.
    #[error("column `{column}` does not identify the rows: {reason}")]
    Id {
        /// Column.
        column: String,
        /// Why.
        reason: String,
    },
    /// Every feature is constant.
    #[error("every feature is constant, so there is nothing to tell customers apart by: {0}")]
    AllConstant(String),
    /// Arrow refused.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// Polars refused.
    #[error(transparent)]
    Polars(#[from] polars::error::PolarsError),
}

/// Rows sorted by identifier, with features in original and in model units.
#[derive(Debug, Clone)]
pub struct FeatureFrame {
    /// Row identifiers, ascending.
    pub ids: Vec<String>,
    /// Features in original units; missing values are their column's median.
    pub original: DataFrame,
    /// Features in model units; constant ones left out.
    pub scaled: DataFrame,
    /// Declared features, in the order of `original`.
    pub specs: Vec<FeatureSpec>,
    /// Features left out because they are constant.
    pub constant: Vec<String>,
}

impl FeatureFrame {
    /// Build a frame. The row order of the input does not matter.
    ///
    /// # Errors
    /// [`FeatureError`] naming the column and what to do.
    pub fn build(batches: &[RecordBatch], id: &str, specs: &[FeatureSpec]) -> Result<Self, FeatureError> {
        let first = batches.first().ok_or(FeatureError::NoRows)?;
        let table = concat_batches(&first.schema(), batches)?;
        if table.num_rows() == 0 {
            return Err(FeatureError::NoRows);
        }
        let (ids, order) = sorted_ids(&table, id)?;
        let mut original: Vec<Column> = Vec::new();
        let mut scaled: Vec<Column> = Vec::new();
        let mut constant = Vec::new();
        for spec in specs {
            let values = numbers(&table, &spec.column)?;
            let sorted: Vec<Option<f64>> = order.iter().map(|row| values[*row]).collect();
            let series = Series::new(spec.column.as_str().into(), sorted);
            let middle = series.median().unwrap_or(0.0);
            let filled: Vec<f64> = series.f64()?.iter().map(|v| v.unwrap_or(middle)).collect();
            let filled = Float64Chunked::from_slice(spec.column.as_str().into(), &filled);
            match apply(spec.transform, &filled) {
                Some(feature) => scaled.push(feature.into_column()),
                None => constant.push(spec.column.clone()),
            }
            original.push(filled.into_column());
        }
        if scaled.is_empty() {
            return Err(FeatureError::AllConstant(constant.join(", ")));
        }
        Ok(FeatureFrame {
            original: DataFrame::new(ids.len(), original)?,
            scaled: DataFrame::new(ids.len(), scaled)?,
            ids,
            specs: specs.to_vec(),
            constant,
        })
    }

    /// Rows × features in model units.
    ///
    /// # Errors
    /// Never in practice; every column is a float.
    pub fn matrix(&self) -> Result<Array2<f64>, FeatureError> {
        let columns = self.scaled.columns();
        let mut matrix = Array2::zeros((self.ids.len(), columns.len()));
        for (place, column) in columns.iter().enumerate() {
            for (row, value) in column.f64()?.into_no_null_iter().enumerate() {
                matrix[(row, place)] = value;
            }
        }
        Ok(matrix)
    }

    /// Names of the numeric columns of a table, without `id`: what is used when no features are named.
    #[must_use]
    pub fn numeric_columns(batch: &RecordBatch, id: &str) -> Vec<String> {
        let schema = batch.schema();
        let numeric = schema.fields().iter().filter(|f| f.data_type().is_numeric() && f.name() != id);
        numeric.map(|f| f.name().clone()).collect()
    }
}

/// Identifiers in ascending order, and the rows that they come from.
fn sorted_ids(table: &RecordBatch, id: &str) -> Result<(Vec<String>, Vec<usize>), FeatureError> {
    let refuse = |reason: String| FeatureError::Id { column: id.to_owned(), reason };
    let column = column(table, id)?;
    let texts = cast(column, &DataType::Utf8)?;
    let texts = texts.as_string::<i32>();
    if let Some(row) = (0..texts.len()).find(|row| texts.is_null(*row)) {
        return Err(refuse(format!("row {} has none", row + 1)));
    }
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by(|a, b| texts.value(*a).cmp(texts.value(*b)));
    if let Some(pair) = order.windows(2).find(|pair| texts.value(pair[0]) == texts.value(pair[1])) {
        return Err(refuse(format!("rows {} and {} have the same", pair[0] + 1, pair[1] + 1)));
    }
    Ok((order.iter().map(|row| texts.value(*row).to_owned()).collect(), order))
}

fn column<'t>(table: &'t RecordBatch, name: &str) -> Result<&'t arrow::array::ArrayRef, FeatureError> {
    table.column_by_name(name).ok_or_else(|| {
        let found: Vec<String> = table.schema().fields().iter().map(|f| f.name().clone()).collect();
        FeatureError::Column { wanted: name.to_owned(), found: found.join(", ") }
    })
}

/// A column as floats; infinities and NaN count as missing.
fn numbers(table: &RecordBatch, name: &str) -> Result<Vec<Option<f64>>, FeatureError> {
    let column = column(table, name)?;
    let not_numeric = || FeatureError::NotNumeric { column: name.to_owned(), found: column.data_type().to_string() };
    let via = match column.data_type() {
        DataType::Date32 => cast(column, &DataType::Int32)?,
        DataType::Boolean => cast(column, &DataType::Int8)?,
        t if t.is_numeric() || *t == DataType::Null => column.clone(),
        _ => return Err(not_numeric()),
    };
    let floats = cast(&via, &DataType::Float64)?;
    let floats = floats.as_primitive_opt::<Float64Type>().ok_or_else(not_numeric)?;
    Ok(floats.iter().map(|v| v.filter(|x| x.is_finite())).collect())
}
