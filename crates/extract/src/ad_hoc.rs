//! Tables that somebody hands us without a project: a CSV or a Parquet file.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::csv::ReaderBuilder;
use arrow::csv::reader::Format;
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::ExtractError;

/// Read a whole table as texts: numbers keep their leading zeros, header names lose the spaces around them.
///
/// # Errors
/// [`ExtractError::Table`] with the reader's reason.
pub fn read_texts(path: &Path) -> Result<Vec<RecordBatch>, ExtractError> {
    let refuse = |reason: String| ExtractError::Table { path: path.to_owned(), reason };
    let batches = if is_parquet(path) { read_table(path)? } else { read_csv_texts(path)? };
    let texts = |batch: &RecordBatch| {
        let columns = batch.columns().iter().map(|c| cast(c, &DataType::Utf8)).collect::<Result<Vec<_>, _>>()?;
        let text = |field: &FieldRef| Field::new(field.name().trim(), DataType::Utf8, true);
        RecordBatch::try_new(
            Arc::new(Schema::new(batch.schema().fields().iter().map(text).collect::<Vec<_>>())),
            columns,
        )
    };
    batches.iter().map(|b| texts(b).map_err(|e| refuse(e.to_string()))).collect()
}

fn read_csv_texts(path: &Path) -> Result<Vec<RecordBatch>, ExtractError> {
    let refuse = |reason: String| ExtractError::Table { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|e| refuse(e.to_string()))?;
    texts_of_csv(file).map_err(refuse)
}

/// Comma-separated text with a header line, every column as text.
///
/// # Errors
/// The reader's reason.
pub fn texts_of_csv(csv: impl Read) -> Result<Vec<RecordBatch>, String> {
    let mut csv = BufReader::new(csv);
    // The header is read for its names, then put before the rest again.
    let mut header = Vec::new();
    csv.read_until(b'\n', &mut header).map_err(|e| e.to_string())?;
    let format = Format::default().with_header(true);
    let (schema, _) = format.infer_schema(header.as_slice(), Some(0)).map_err(|e| e.to_string())?;
    let text = |field: &FieldRef| Field::new(field.name(), DataType::Utf8, true);
    let schema = Schema::new(schema.fields().iter().map(text).collect::<Vec<_>>());
    let whole = header.as_slice().chain(csv);
    let reader = ReaderBuilder::new(Arc::new(schema)).with_header(true).build(whole).map_err(|e| e.to_string())?;
    reader.collect::<Result<_, _>>().map_err(|e| e.to_string())
}

fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet"))
}

/// Read a whole table. Parquet is known by its name's ending; everything else is read as comma-separated text with a
/// header line and types guessed from all its rows.
///
/// # Errors
/// [`ExtractError::Table`] with the reader's reason.
pub fn read_table(path: &Path) -> Result<Vec<RecordBatch>, ExtractError> {
    let refuse = |reason: String| ExtractError::Table { path: path.to_owned(), reason };
    let mut file = File::open(path).map_err(|e| refuse(e.to_string()))?;
    if is_parquet(path) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(ParquetRecordBatchReaderBuilder::build)
            .map_err(|e| refuse(e.to_string()))?;
        return reader.collect::<Result<_, _>>().map_err(|e| refuse(e.to_string()));
    }
    let format = Format::default().with_header(true);
    let (schema, _) = format.infer_schema(&mut file, None).map_err(|e| refuse(e.to_string()))?;
    file.rewind().map_err(|e| refuse(e.to_string()))?;
    ReaderBuilder::new(Arc::new(schema))
        .with_header(true)
        .build(file)
        .map_err(|e| refuse(e.to_string()))?
        .collect::<Result<_, _>>()
        .map_err(|e| refuse(e.to_string()))
}
