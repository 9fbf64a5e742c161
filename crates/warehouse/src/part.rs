//! Rows → Parquet files of one partition, streamed: threads encode row groups, one after the other is appended, and
//! nothing of it is visible before a commit.

use std::collections::HashMap;
use std::fs::File;
use std::io::Sink;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::{max, min};
use arrow::datatypes::{DataType, Date32Type, SchemaRef};
use deltalake_core::kernel::Add;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, TypePtr};

use crate::error::{WarehouseError, io};
use crate::fault;
use crate::release::Content;
use crate::row_hash::row_hashes;

/// Row groups in one file; a group holds about 100,000 rows.
const ROW_GROUPS_PER_FILE: usize = 32;

/// A column's dictionary in a row group has at most so many bytes.
const DICTIONARY_BYTES: usize = 128 << 10;

/// Turns rows of a table into row groups.
pub(crate) struct Encoder {
    /// Places of the columns that are stored; the partition column is told by the folder's name.
    stored: Vec<usize>,
    stored_schema: SchemaRef,
    parquet_schema: TypePtr,
    properties: WriterPropertiesPtr,
    factory: ArrowRowGroupWriterFactory,
}

/// An encoded row group.
pub struct RowGroup {
    columns: Vec<ArrowColumnChunk>,
    rows: u64,
    hash: u128,
    /// First and last value of each date column, by which files are passed over.
    dates: Vec<DateRange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DateRange {
    column: usize,
    first: i32,
    last: i32,
}

impl Encoder {
    /// For a table's columns, the one that tells the partition, and the columns that identify a row.
    ///
    /// # Errors
    /// When the columns cannot be stored.
    pub fn new(schema: &SchemaRef, partition: Option<&str>, key: &[String]) -> Result<Self, WarehouseError> {
        let fields = schema.fields().iter().enumerate();
        let stored: Vec<usize> =
            fields.filter(|(_, f)| Some(f.name().as_str()) != partition).map(|(place, _)| place).collect();
        let stored_schema: SchemaRef = Arc::new(schema.project(&stored)?);
        let parquet_schema = ArrowSchemaConverter::new().convert(&stored_schema).map_err(parquet)?.root_schema_ptr();
        let properties: WriterPropertiesPtr = Arc::new(properties(&stored_schema, key)?);
        // The factory wants a file, though it only looks at its schema.
        let pattern = SerializedFileWriter::<Sink>::new(std::io::sink(), parquet_schema.clone(), properties.clone());
        let factory = ArrowRowGroupWriterFactory::new(&pattern.map_err(parquet)?, stored_schema.clone());
        Ok(Encoder { stored, stored_schema, parquet_schema, properties, factory })
    }

    /// Encode the rows of these batches as a row group. Many threads may call it.
    ///
    /// # Errors
    /// When the rows do not have the table's columns.
    pub fn encode(&self, batches: &[RecordBatch]) -> Result<RowGroup, WarehouseError> {
        let rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        if rows == 0 {
            return Ok(RowGroup { columns: Vec::new(), rows, hash: 0, dates: Vec::new() });
        }
        let mut hash: u128 = 0;
        for batch in batches {
            hash = row_hashes(batch, None)?.into_iter().fold(hash, u128::wrapping_add);
        }
        let batches = batches.iter().map(|batch| batch.project(&self.stored)).collect::<Result<Vec<_>, _>>()?;
        // The place of a row group matters to encrypted files only.
        let mut writers = self.factory.create_column_writers(0).map_err(parquet)?.into_iter();
        let mut columns = Vec::with_capacity(self.stored.len());
        let mut dates = Vec::new();
        for (place, field) in self.stored_schema.fields().iter().enumerate() {
            let parts = || batches.iter().map(|batch| batch.column(place));
            if field.data_type() == &DataType::Date32 {
                let values = || parts().map(AsArray::as_primitive::<Date32Type>);
                let (first, last) = (values().filter_map(min).min(), values().filter_map(max).max());
                dates.extend(first.zip(last).map(|(first, last)| DateRange { column: place, first, last }));
            }
            let mut of_column = Vec::new();
            for part in parts() {
                for (leaf_place, leaf) in compute_leaves(field, part).map_err(parquet)?.iter().enumerate() {
                    if leaf_place == of_column.len() {
                        of_column.extend(writers.next());
                    }
                    if let Some(writer) = of_column.get_mut(leaf_place) {
                        writer.write(leaf).map_err(parquet)?;
                    }
                }
            }
            for writer in of_column {
                columns.push(writer.close().map_err(parquet)?);
            }
        }
        Ok(RowGroup { columns, rows, hash, dates })
    }
}

/// The files of one partition, or of a table without partitions. Dropped unfinished, it takes them away again.
pub(crate) struct Part {
    encoder: Arc<Encoder>,
    /// Folder of the table.
    folder: PathBuf,
    /// Partition column and value.
    partition: Option<(String, String)>,
    run_id: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Option<(SerializedFileWriter<File>, PathBuf)>,
    files: Vec<PartFile>,
    hash: u128,
}

struct PartFile {
    path: PathBuf,
    rows: u64,
    dates: Vec<DateRange>,
}

impl Part {
    /// Begin.
    pub fn new(encoder: Arc<Encoder>, folder: &Path, partition: Option<(&str, &str)>, run_id: &str) -> Self {
        Part {
            encoder,
            folder: folder.to_owned(),
            partition: partition.map(|(column, value)| (column.to_owned(), value.to_owned())),
            run_id: run_id.to_owned(),
            state: Mutex::default(),
        }
    }

    /// Rows appended so far.
    pub fn rows(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).rows()
    }

    /// Append a row group; one call at a time, in the order that the rows are to have.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn append(&self, group: RowGroup) -> Result<(), WarehouseError> {
        if group.rows == 0 {
            return Ok(());
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.open.as_ref().is_some_and(|(file, _)| file.flushed_row_groups().len() >= ROW_GROUPS_PER_FILE) {
            state.close()?;
        }
        if state.open.is_none() {
            let path = self.next_path(state.files.len());
            let folder = path.parent().unwrap_or(&path);
            std::fs::create_dir_all(folder).map_err(io(folder))?;
            fault::may_fail(&path)?;
            let file = File::create(&path).map_err(io(&path))?;
            // Known from here on, so that it is taken away when anything fails.
            state.files.push(PartFile { path: path.clone(), rows: 0, dates: Vec::new() });
            let writer =
                SerializedFileWriter::new(file, self.encoder.parquet_schema.clone(), self.encoder.properties.clone());
            state.open = Some((writer.map_err(|e| write_failed(&path, e))?, path));
        }
        let State { open: Some((writer, path)), files, hash, .. } = &mut *state else { return Ok(()) };
        let mut group_writer = writer.next_row_group().map_err(|e| write_failed(path, e))?;
        for column in group.columns {
            column.append_to_row_group(&mut group_writer).map_err(|e| write_failed(path, e))?;
        }
        fault::may_fail(path)?;
        group_writer.close().map_err(|e| write_failed(path, e))?;
        *hash = hash.wrapping_add(group.hash);
        if let Some(file) = files.last_mut() {
            file.rows += group.rows;
            file.widen(&group.dates);
        }
        Ok(())
    }

    /// Forget everything appended so far.
    pub fn restart(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).discard();
    }

    /// No more rows: what was written, for a commit to make it visible.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn finish(&self) -> Result<(Content, Vec<Add>), WarehouseError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.close()?;
        let content = Content { rows: state.rows(), hash: format!("{:032x}", state.hash) };
        let added = state.files.iter().map(|file| self.added(file)).collect::<Result<_, _>>()?;
        // From here on they may belong to the table, even when the commit ends in an error.
        state.files.clear();
        Ok((content, added))
    }

    /// `biz_date=2025-06-30/part-00000-<run>.zstd.parquet`; no other run has this name.
    fn next_path(&self, number: usize) -> PathBuf {
        let name = format!("part-{number:05}-{}.zstd.parquet", self.run_id);
        match &self.partition {
            Some((column, value)) => self.folder.join(format!("{column}={value}")).join(name),
            None => self.folder.join(name),
        }
    }

    fn added(&self, file: &PartFile) -> Result<Add, WarehouseError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let path = &file.path;
        let relative = path.strip_prefix(&self.folder).unwrap_or(path);
        let partition_values = self.partition.iter().map(|(column, value)| (column.clone(), Some(value.clone())));
        Ok(Add {
            path: relative.to_string_lossy().replace('\\', "/"),
            partition_values: partition_values.collect::<HashMap<_, _>>(),
            size: i64::try_from(std::fs::metadata(path).map_err(io(path))?.len()).unwrap_or(i64::MAX),
            modification_time: i64::try_from(now).unwrap_or(i64::MAX),
            data_change: true,
            stats: Some(self.statistics(file)),
            ..Add::default()
        })
    }

    /// The file's statistics as Delta writes them.
    fn statistics(&self, file: &PartFile) -> String {
        let name = |range: &DateRange| self.encoder.stored_schema.field(range.column).name().clone();
        let text = |days: i32| arrow::temporal_conversions::date32_to_datetime(days).map(|d| d.date().to_string());
        let values = |of: fn(&DateRange) -> i32| -> serde_json::Map<String, serde_json::Value> {
            file.dates.iter().filter_map(|range| Some((name(range), text(of(range))?.into()))).collect()
        };
        let first = values(|range| range.first);
        let last = values(|range| range.last);
        serde_json::json!({ "numRecords": file.rows, "minValues": first, "maxValues": last }).to_string()
    }
}

impl PartFile {
    fn widen(&mut self, dates: &[DateRange]) {
        for range in dates {
            match self.dates.iter_mut().find(|known| known.column == range.column) {
                Some(known) => {
                    known.first = known.first.min(range.first);
                    known.last = known.last.max(range.last);
                }
                None => self.dates.push(*range),
            }
        }
    }
}

impl State {
    fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    fn close(&mut self) -> Result<(), WarehouseError> {
        match self.open.take() {
            Some((mut file, path)) => {
                file.finish().map_err(|e| write_failed(&path, e))?;
                // A commit that survives a power cut must find its rows.
                file.inner().sync_all().map_err(io(&path))
            }
            None => Ok(()),
        }
    }

    /// Take away what was written. A file that cannot be deleted is no part of the table and harms nobody.
    fn discard(&mut self) {
        self.open = None;
        for file in std::mem::take(&mut self.files) {
            let _ = std::fs::remove_file(file.path);
        }
        *self = State::default();
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.state.get_mut().unwrap_or_else(PoisonError::into_inner).discard();
    }
}

/// Statistics for columns by which row groups can be passed over; texts are in no order, and hashes are neither repeated
/// nor compressible.
fn properties(schema: &SchemaRef, key: &[String]) -> Result<WriterProperties, WarehouseError> {
    let level = ZstdLevel::try_new(3).map_err(|e| WarehouseError::Arrow(e.into()))?;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        // What has more values than fit is hardly repeated: a dictionary of them is work for nothing, and not smaller.
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for field in schema.fields() {
        let column = || ColumnPath::from(field.name().as_str());
        if matches!(field.data_type(), DataType::Utf8 | DataType::Binary) {
            properties = properties.set_column_statistics_enabled(column(), EnabledStatistics::None);
        }
        properties = match field.name().as_str() {
            "row_hash" => properties
                .set_column_dictionary_enabled(column(), false)
                .set_column_compression(column(), Compression::UNCOMPRESSED),
            "src_line" => properties
                .set_column_dictionary_enabled(column(), false)
                .set_column_encoding(column(), Encoding::DELTA_BINARY_PACKED),
            // No value of it comes twice.
            name if key == [name] => properties.set_column_dictionary_enabled(column(), false),
            _ => properties,
        };
    }
    Ok(properties.build())
}

fn parquet(error: ParquetError) -> WarehouseError {
    WarehouseError::Arrow(error.into())
}

/// What the disk said, where it was the disk.
fn write_failed(path: &Path, error: ParquetError) -> WarehouseError {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => WarehouseError::Io { path: path.to_owned(), source: *source },
            Err(source) => parquet(ParquetError::External(source)),
        },
        other => parquet(other),
    }
}
