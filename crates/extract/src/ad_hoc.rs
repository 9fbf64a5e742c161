//! Tables that somebody hands us without a project: a CSV or a Parquet file.

use std::fs::File;
use std::io::Seek;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::csv::ReaderBuilder;
use arrow::csv::reader::Format;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::ExtractError;

/// Read a whole table. Parquet is known by its name's ending; everything else is read as comma-separated text with a
/// header line and types guessed from all its rows.
///
/// # Errors
/// [`ExtractError::Table`] with the reader's reason.
pub fn read_table(path: &Path) -> Result<Vec<RecordBatch>, ExtractError> {
    let refuse = |reason: String| ExtractError::Table { path: path.to_owned(), reason };
    let mut file = File::open(path).map_err(|e| refuse(e.to_string()))?;
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet")) {
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
