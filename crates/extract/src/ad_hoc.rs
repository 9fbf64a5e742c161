//! Tables that somebody hands us without a project: a CSV or a Parquet file.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::csv::ReaderBuilder;
use arrow::csv::reader::Format;
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;

use crate::error::ExtractError;

/// Rows of a batch.
const BATCH_ROWS: usize = 1 << 20;

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
    match texts_of_csv(file) {
        Err(reason) if is_not_utf8(&reason) => texts_of_csv(Cursor::new(decoded(path)?)).map_err(refuse),
        read => read.map_err(refuse),
    }
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

/// Read a whole table. Parquet is known by its name's ending; everything else is read as comma-separated text, UTF-8 or GB18030, with a
/// header line and types guessed from all its rows.
///
/// # Errors
/// [`ExtractError::Table`] with the reader's reason.
pub fn read_table(path: &Path) -> Result<Vec<RecordBatch>, ExtractError> {
    let refuse = |reason: String| ExtractError::Table { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|e| refuse(e.to_string()))?;
    if is_parquet(path) {
        return read_parquet(path, &file).map_err(refuse);
    }
    match typed_csv(file) {
        Err(reason) if is_not_utf8(&reason) => typed_csv(Cursor::new(decoded(path)?)).map_err(refuse),
        read => read.map_err(refuse),
    }
}

/// Column by column, on all threads.
fn read_parquet(path: &Path, file: &File) -> Result<Vec<RecordBatch>, String> {
    let metadata = ArrowReaderMetadata::load(file, ArrowReaderOptions::new()).map_err(|e| e.to_string())?;
    let column = |place: usize| -> Result<Vec<RecordBatch>, String> {
        // A file of its own: copies of one share the place that they read from.
        let file = File::open(path).map_err(|e| e.to_string())?;
        let only = ProjectionMask::roots(metadata.parquet_schema(), [place]);
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone())
            .with_projection(only)
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|e| e.to_string())?
            .collect::<Result<_, _>>()
            .map_err(|e| e.to_string())
    };
    let width = metadata.schema().fields().len();
    let columns: Vec<Vec<RecordBatch>> = (0..width).into_par_iter().map(column).collect::<Result<_, String>>()?;
    let batches = columns.first().map_or(0, Vec::len);
    let batch = |number: usize| {
        let of = |column: &Vec<RecordBatch>| column.get(number).map(|batch| Arc::clone(batch.column(0)));
        let arrays = columns.iter().map(of).collect::<Option<Vec<_>>>().ok_or("its columns differ in length")?;
        RecordBatch::try_new(Arc::clone(metadata.schema()), arrays).map_err(|e| e.to_string())
    };
    (0..batches).map(batch).collect()
}

fn typed_csv(mut csv: impl Read + Seek) -> Result<Vec<RecordBatch>, String> {
    let format = Format::default().with_header(true);
    let (schema, _) = format.infer_schema(&mut csv, None).map_err(|e| e.to_string())?;
    csv.rewind().map_err(|e| e.to_string())?;
    let reader = ReaderBuilder::new(Arc::new(schema)).with_header(true).build(csv).map_err(|e| e.to_string())?;
    reader.collect::<Result<_, _>>().map_err(|e| e.to_string())
}

fn is_not_utf8(reason: &str) -> bool {
    reason.to_lowercase().contains("utf-8")
}

/// The text of a file in GB18030, as UTF-8.
fn decoded(path: &Path) -> Result<Vec<u8>, ExtractError> {
    let refuse = |reason: String| ExtractError::Table { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|e| refuse(e.to_string()))?;
    let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(&bytes);
    let text =
        text.ok_or_else(|| refuse("it is neither UTF-8 nor GB18030 text; convert it to UTF-8 first".to_owned()))?;
    Ok(text.into_owned().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parquet_is_read_by_column_whatever_its_row_groups() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let numbers: arrow::array::ArrayRef = Arc::new(arrow::array::Int64Array::from_iter_values(0..2_500));
        let texts: arrow::array::StringArray = (0..2_500).map(|n| (n % 7 > 0).then(|| format!("t{n}"))).collect();
        let table = RecordBatch::try_from_iter_with_nullable([
            ("n", numbers, true),
            ("t", Arc::new(texts) as arrow::array::ArrayRef, true),
        ])
        .unwrap();
        let properties =
            parquet::file::properties::WriterProperties::builder().set_max_row_group_row_count(Some(1_000));
        let mut writer = parquet::arrow::ArrowWriter::try_new(
            File::create(&path).unwrap(),
            table.schema(),
            Some(properties.build()),
        )
        .unwrap();
        writer.write(&table).unwrap();
        writer.close().unwrap();
        let read = read_table(&path).unwrap();
        assert_eq!(arrow::compute::concat_batches(&table.schema(), &read).unwrap(), table);
        // Half of the file.
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(matches!(read_table(&path), Err(ExtractError::Table { .. })));
    }

    #[test]
    fn text_in_gb18030_is_read_and_bytes_that_are_no_text_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("客户.csv");
        let (bytes, ..) = encoding_rs::GB18030.encode("编号,余额\n客一,12\n客二,7\n");
        std::fs::write(&path, &bytes).unwrap();
        let table = read_table(&path).unwrap();
        assert_eq!(table[0].schema().field(0).name(), "编号");
        assert_eq!(table[0].schema().field(1).data_type(), &DataType::Int64);
        assert_eq!(read_texts(&path).unwrap()[0].num_rows(), 2);
        std::fs::write(&path, b"a,b\n\xff\xff,1\n").unwrap();
        assert!(read_table(&path).unwrap_err().to_string().contains("neither UTF-8 nor GB18030"));
    }
}
