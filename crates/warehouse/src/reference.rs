//! Reference tables: code lists, tiers, thresholds, as CSV with a reason for each row.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{RecordBatch, UInt64Array};
use arrow::csv::ReaderBuilder;
use arrow::datatypes::{DataType, Field, Schema};
use serde::Deserialize;

use crate::error::WarehouseError;
use crate::node::Column;
use crate::row_hash::row_hashes;

/// A reference table, read and typed.
#[derive(Debug, Clone)]
pub struct Reference {
    /// What it decides.
    pub description: String,
    /// Columns of which no two rows have the same values, if it says so.
    pub key: Vec<String>,
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
    #[serde(default)]
    key: Vec<String>,
    columns: Vec<Column>,
}

impl Reference {
    /// Read a table from its description and its CSV (header line, comma, quotes). Of rows with the same key the last one counts.
    ///
    /// # Errors
    /// [`WarehouseError::Node`] naming the line of the CSV or TOML.
    pub fn parse(path: &Path, toml_text: &str, csv: Option<&str>) -> Result<Self, WarehouseError> {
        let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let refuse = |message: String| WarehouseError::Node { node: name.clone(), path: path.to_owned(), message };
        let file: ReferenceFile = toml::from_str(toml_text).map_err(|e| refuse(e.to_string()))?;
        let csv = csv.ok_or_else(|| refuse(format!("there is no {name}.csv beside it")))?;
        // Spreadsheets put a mark before the first column's name.
        let csv = csv.trim_start_matches('\u{feff}');
        let header: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').map(str::trim).collect();
        let described: Vec<&str> = file.columns.iter().map(|c| c.name.as_str()).collect();
        if header != described {
            let found = header.join(", ");
            return Err(refuse(format!("{name}.csv has columns {found}; described are {}", described.join(", "))));
        }
        if let Some(unknown) = file.key.iter().find(|name| !described.contains(&name.as_str())) {
            return Err(refuse(format!("its key names the column {unknown}, which it does not have")));
        }
        let field = |c: &Column| Field::new(&c.name, c.arrow_type().unwrap_or(DataType::Utf8), true);
        let schema = Arc::new(Schema::new(file.columns.iter().map(field).collect::<Vec<_>>()));
        let reader = ReaderBuilder::new(schema.clone()).with_header(true).build(csv.as_bytes());
        let batches: Vec<RecordBatch> =
            reader.and_then(Iterator::collect::<Result<_, _>>).map_err(|e| refuse(format!("{name}.csv: {e}")))?;
        let batch = arrow::compute::concat_batches(&schema, &batches).map_err(|e| refuse(e.to_string()))?;
        let batch = if file.key.is_empty() { batch } else { last_of_each_key(&batch, &file.key)? };
        Ok(Reference {
            description: file.description,
            key: file.key,
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

    /// An error in its files.
    pub(crate) fn refused(&self, message: String) -> WarehouseError {
        let name = self.path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        WarehouseError::Node { node: name, path: self.path.clone(), message }
    }

    /// The same table with the rows of another CSV after its own, of which those count that have the same key.
    ///
    /// # Errors
    /// As [`Reference::parse`], and when the other CSV has other columns.
    pub fn followed_by(&self, csv: &str) -> Result<Self, WarehouseError> {
        // Its header and values are looked at before the two are one.
        self.with_csv(csv)?;
        let rows = csv.split_once('\n').map_or("", |(_, rows)| rows);
        self.with_csv(&format!("{}\n{rows}", self.csv.trim_end()))
    }

    /// The same table with other rows.
    ///
    /// # Errors
    /// As [`Reference::parse`].
    pub fn with_csv(&self, csv: &str) -> Result<Self, WarehouseError> {
        Self::parse(&self.path, &self.toml_text, Some(csv))
    }
}

fn last_of_each_key(batch: &RecordBatch, key: &[String]) -> Result<RecordBatch, WarehouseError> {
    let mut last = HashMap::new();
    for (row, hash) in (0_u64..).zip(row_hashes(batch, Some(key))?) {
        last.insert(hash, row);
    }
    let mut rows: Vec<u64> = last.into_values().collect();
    rows.sort_unstable();
    Ok(arrow::compute::take_record_batch(batch, &UInt64Array::from(rows))?)
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;
    use arrow::datatypes::Int64Type;

    use super::*;

    const LIMITS: &str = r#"
        description = "Limits"
        key = ["name"]
        columns = [
            { name = "name", type = "text", class = "C1", description = "Name" },
            { name = "value", type = "int", class = "C1", description = "Value" },
        ]"#;

    fn limits(csv: &str) -> Reference {
        Reference::parse(Path::new("reference/ref_limit.toml"), LIMITS, Some(csv)).unwrap()
    }

    fn values(reference: &Reference) -> Vec<i64> {
        reference.batch.column(1).as_primitive::<Int64Type>().values().to_vec()
    }

    #[test]
    fn rows_that_follow_replace_those_of_their_key() {
        let built_in = limits("name,value\na,1\nb,2\nc,3\n");
        let both = built_in.followed_by("name,value\nb,20\nd,40\n").unwrap();
        assert_eq!(values(&both), [1, 3, 20, 40]);
        // What a release keeps of it leads to the same rows.
        assert_eq!(values(&limits(both.csv())), [1, 3, 20, 40]);
        assert_eq!(values(&built_in.followed_by("name,value").unwrap()), [1, 2, 3]);
        // As a spreadsheet writes it.
        assert_eq!(values(&built_in.followed_by("\u{feff}name,value\r\na,10\r\n").unwrap()), [2, 3, 10]);
    }

    #[test]
    fn rows_of_other_columns_do_not_follow() {
        let refused = limits("name,value\na,1\n").followed_by("value,name\n2,a\n").unwrap_err();
        assert!(refused.to_string().contains("has columns value, name"), "{refused}");
    }
}
