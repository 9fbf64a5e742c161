//! A Parquet file as JSON lines: every value as text, dates as 2026-06-30, times as 2026-06-30T08:00:00.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::Filled;
use crate::record::json;

/// Open a file.
pub(super) fn open(path: &Path) -> io::Result<impl Read + Send + use<>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?).map_err(io::Error::other)?;
    let mut batches = builder.build().map_err(io::Error::other)?;
    let damaged = |e: ArrowError| io::Error::new(io::ErrorKind::InvalidData, e.to_string());
    Ok(Filled::new(move |lines| {
        // A batch may be empty before the last.
        while lines.is_empty() {
            let Some(batch) = batches.next() else { break };
            let batch = batch.map_err(damaged)?;
            let texts: Vec<_> = batch.columns().iter().map(texts).collect::<Result<_, _>>().map_err(damaged)?;
            let schema = batch.schema();
            let texts: Vec<_> = texts.iter().map(AsArray::as_string::<i32>).collect();
            for row in 0..batch.num_rows() {
                let value = |place: usize| texts[place].is_valid(row).then(|| Cow::Borrowed(texts[place].value(row)));
                let fields = schema.fields().iter().enumerate().map(|(place, f)| (f.name().as_str(), value(place)));
                json::write(lines, fields);
            }
        }
        Ok(())
    }))
}

/// A column as texts; points in time are told in UTC, whatever zone the file names.
fn texts(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match column.data_type() {
        DataType::Timestamp(unit, Some(_)) => {
            cast(&cast(column, &DataType::Timestamp(*unit, Some("+00:00".into())))?, &DataType::Utf8)
        }
        _ => cast(column, &DataType::Utf8),
    }
}
