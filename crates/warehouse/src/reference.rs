//! Reference tables: code lists, tiers, thresholds, as CSV with a reason for each row.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::csv::ReaderBuilder;
use arrow::datatypes::{DataType, Field, Schema};
use serde::Deserialize;

use crate::error::WarehouseError;
use crate::node::Column;

/// A reference table, read and typed.
#[derive(Debug, Clone)]
pub struct Reference {
    /// What it decides.
    pub description: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub batch: RecordBatch,
    path: PathBuf,
    toml_text: String,
    csv: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceFile {
    description: String,
    columns: Vec<Column>,
}

impl Reference {
    /// Read a table from its description and its CSV (header line, comma, quotes).
    ///
    /// # Errors
    /// [`WarehouseError::Node`] naming the line of the CSV or TOML.
    pub fn parse(path: &Path, toml_text: &str, csv: Option<&str>) -> Result<Self, WarehouseError> {
        let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let refuse = |message: String| WarehouseError::Node { node: name.clone(), path: path.to_owned(), message };
        let file: ReferenceFile = toml::from_str(toml_text).map_err(|e| refuse(e.to_string()))?;
        let csv = csv.ok_or_else(|| refuse(format!("there is no {name}.csv beside it")))?;
        let header: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').map(str::trim).collect();
        let described: Vec<&str> = file.columns.iter().map(|c| c.name.as_str()).collect();
        if header != described {
            let found = header.join(", ");
            return Err(refuse(format!("{name}.csv has columns {found}; described are {}", described.join(", "))));
        }
        let field = |c: &Column| Field::new(&c.name, c.arrow_type().unwrap_or(DataType::Utf8), true);
        let schema = Arc::new(Schema::new(file.columns.iter().map(field).collect::<Vec<_>>()));
        let reader = ReaderBuilder::new(schema.clone()).with_header(true).build(csv.as_bytes());
        let batches: Vec<RecordBatch> =
            reader.and_then(Iterator::collect::<Result<_, _>>).map_err(|e| refuse(format!("{name}.csv: {e}")))?;
        let batch = arrow::compute::concat_batches(&schema, &batches).map_err(|e| refuse(e.to_string()))?;
        Ok(Reference {
            description: file.description,
            columns: file.columns,
            batch,
            path: path.to_owned(),
            toml_text: toml_text.to_owned(),
            csv: csv.to_owned(),
        })
    }

    /// The rows as they were written.
    #[must_use]
    pub fn csv(&self) -> &str {
        &self.csv
    }

    /// The same table with other rows.
    ///
    /// # Errors
    /// As [`Reference::parse`].
    pub fn with_csv(&self, csv: &str) -> Result<Self, WarehouseError> {
        Self::parse(&self.path, &self.toml_text, Some(csv))
    }
}
