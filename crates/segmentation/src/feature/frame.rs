//! Arrow table → polars frame → matrix.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::DataType;
use ndarray::Array2;
use polars::prelude::{Column, DataFrame, Float64Chunked, IntoColumn, NewChunkedArray};
use thiserror::Error;

use super::column::{Values, named};
use super::fitted::FittedFeature;
use super::profile::FeatureProfile;
use super::spec::FeatureSpec;

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
    #[error("column `{column}` is {found}; features must be numbers, dates or texts (leave it out with --features)")]
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
    /// Features in original units, the missing ones filled.
    pub original: DataFrame,
    /// The same features in model units.
    pub scaled: DataFrame,
    /// What each column of `original` and `scaled` is.
    pub features: Vec<FittedFeature>,
}

/// Features fitted to a frame's rows.
#[derive(Debug, Clone)]
pub struct FittedFrame {
    /// The rows.
    pub frame: FeatureFrame,
    /// What the columns looked like, one for each declared feature.
    pub profiles: Vec<FeatureProfile>,
    /// Declared features that are constant and left out.
    pub constant: Vec<String>,
}

impl FeatureFrame {
    /// Fit features to the rows of a table. The order of its rows does not matter.
    ///
    /// # Errors
    /// [`FeatureError`] naming the column and what to do.
    pub fn fit(batches: &[RecordBatch], id: &str, specs: &[FeatureSpec]) -> Result<FittedFrame, FeatureError> {
        let (table, ids, order) = sorted(batches, id)?;
        let mut columns = Columns::default();
        let (mut profiles, mut constant) = (Vec::new(), Vec::new());
        for spec in specs {
            let values = Values::read(&table, &spec.column, &order)?;
            let fitted = FittedFeature::fit(spec, &values);
            if fitted.is_empty() {
                constant.push(spec.column.clone());
            }
            profiles.push(FeatureProfile::of(&spec.column, &values));
            fitted.into_iter().for_each(|feature| columns.add(feature, &values));
        }
        if columns.features.is_empty() {
            return Err(FeatureError::AllConstant(constant.join(", ")));
        }
        Ok(FittedFrame { frame: columns.frame(ids)?, profiles, constant })
    }

    /// Apply features that were fitted before to the rows of a table.
    ///
    /// # Errors
    /// [`FeatureError`] naming the column that is not there or cannot be read.
    pub fn apply(batches: &[RecordBatch], id: &str, features: &[FittedFeature]) -> Result<Self, FeatureError> {
        let (table, ids, order) = sorted(batches, id)?;
        let mut columns = Columns::default();
        let mut read: Option<(&str, Values)> = None;
        for feature in features {
            // Features of one column stand side by side.
            let values = match read.take() {
                Some((column, values)) if column == feature.column => values,
                _ => Values::read(&table, &feature.column, &order)?,
            };
            columns.add(feature.clone(), &values);
            read = Some((&feature.column, values));
        }
        columns.frame(ids)
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

/// Columns of a frame that is being put together.
#[derive(Default)]
struct Columns {
    features: Vec<FittedFeature>,
    original: Vec<Column>,
    scaled: Vec<Column>,
}

impl Columns {
    fn add(&mut self, feature: FittedFeature, values: &Values) {
        let (original, scaled) = feature.apply(values);
        let column = |values: &[f64]| Float64Chunked::from_slice(feature.name().into(), values).into_column();
        self.original.push(column(&original));
        self.scaled.push(column(&scaled));
        self.features.push(feature);
    }

    fn frame(self, ids: Vec<String>) -> Result<FeatureFrame, FeatureError> {
        Ok(FeatureFrame {
            original: DataFrame::new(ids.len(), self.original)?,
            scaled: DataFrame::new(ids.len(), self.scaled)?,
            features: self.features,
            ids,
        })
    }
}

/// One table of all batches, its identifiers in ascending order, and the rows that they come from.
fn sorted(batches: &[RecordBatch], id: &str) -> Result<(RecordBatch, Vec<String>, Vec<usize>), FeatureError> {
    let first = batches.first().ok_or(FeatureError::NoRows)?;
    let table = concat_batches(&first.schema(), batches)?;
    if table.num_rows() == 0 {
        return Err(FeatureError::NoRows);
    }
    let refuse = |reason: String| FeatureError::Id { column: id.to_owned(), reason };
    let texts = cast(named(&table, id)?, &DataType::Utf8)?;
    let texts = texts.as_string::<i32>();
    if let Some(row) = (0..texts.len()).find(|row| texts.is_null(*row)) {
        return Err(refuse(format!("row {} has none", row + 1)));
    }
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by(|a, b| texts.value(*a).cmp(texts.value(*b)));
    if let Some(pair) = order.windows(2).find(|pair| texts.value(pair[0]) == texts.value(pair[1])) {
        return Err(refuse(format!("rows {} and {} have the same", pair[0] + 1, pair[1] + 1)));
    }
    let ids = order.iter().map(|row| texts.value(*row).to_owned()).collect();
    Ok((table, ids, order))
}
