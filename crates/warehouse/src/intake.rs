//! Delivered rows → one business date of a Delta table, streamed: threads encode row groups, one after the other is
//! appended to a Parquet file, and nothing of it is visible before the commit.

use std::collections::HashMap;
use std::fs::File;
use std::io::Sink;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use bank::BusinessDate;
use datafusion::datasource::TableProvider;
use datafusion::prelude::SessionContext;
use deltalake_core::kernel::Add;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, TypePtr};

use crate::error::{WarehouseError, io};
use crate::release::Content;
use crate::row_hash::row_hashes;
use crate::table::{TableFolder, compressed};

/// The partition column of delivered tables.
pub(crate) const BIZ_DATE: &str = "biz_date";

/// Row groups in one file; a group holds a chunk of the delivered file, about 100,000 rows.
const ROW_GROUPS_PER_FILE: usize = 32;

/// Rows on their way into a table. Dropped without a commit, it takes its files away again.
pub struct TableLoad {
    name: String,
    folder: TableFolder,
    schema: SchemaRef,
    /// Places of the columns that are stored; the partition column is told by the folder's name.
    stored: Vec<usize>,
    stored_schema: SchemaRef,
    parquet_schema: TypePtr,
    properties: WriterPropertiesPtr,
    encoders: ArrowRowGroupWriterFactory,
    date: BusinessDate,
    run_id: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Option<(SerializedFileWriter<File>, PathBuf)>,
    written: Vec<PathBuf>,
    rows: u64,
    rows_by_file: Vec<u64>,
    hash: u128,
}

/// An encoded row group.
pub struct RowGroup {
    columns: Vec<ArrowColumnChunk>,
    rows: u64,
    hash: u128,
}

impl TableLoad {
    /// Begin. `schema` has a column `biz_date`; every row has the value `date` in it. `key` identifies a row.
    ///
    /// # Errors
    /// When its columns cannot be stored.
    pub fn new(
        warehouse: &Path,
        layer: &str,
        name: &str,
        schema: SchemaRef,
        key: &[String],
        date: BusinessDate,
        run_id: &str,
    ) -> Result<Self, WarehouseError> {
        let stored: Vec<usize> =
            schema.fields().iter().enumerate().filter(|(_, f)| f.name() != BIZ_DATE).map(|(i, _)| i).collect();
        let stored_schema: SchemaRef = Arc::new(schema.project(&stored)?);
        let parquet_schema = ArrowSchemaConverter::new().convert(&stored_schema).map_err(parquet)?.root_schema_ptr();
        let properties: WriterPropertiesPtr = Arc::new(properties(&stored_schema, key)?);
        // The factory wants a file, though it only looks at its schema.
        let pattern = SerializedFileWriter::<Sink>::new(std::io::sink(), parquet_schema.clone(), properties.clone());
        let encoders = ArrowRowGroupWriterFactory::new(&pattern.map_err(parquet)?, stored_schema.clone());
        Ok(TableLoad {
            name: name.to_owned(),
            folder: TableFolder::new(warehouse, layer, name),
            schema,
            stored,
            stored_schema,
            parquet_schema,
            properties,
            encoders,
            date,
            run_id: run_id.to_owned(),
            state: Mutex::default(),
        })
    }

    /// Table.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Rows appended so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).rows
    }

    /// Columns.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Encode rows as a row group. Many threads may call it.
    ///
    /// # Errors
    /// When the rows do not have the table's columns.
    pub fn encode(&self, batch: &RecordBatch) -> Result<RowGroup, WarehouseError> {
        let rows = batch.num_rows() as u64;
        if rows == 0 {
            return Ok(RowGroup { columns: Vec::new(), rows, hash: 0 });
        }
        let hash = row_hashes(batch, None)?.into_iter().fold(0, u128::wrapping_add);
        let stored = batch.project(&self.stored)?;
        // The place of a row group matters to encrypted files only.
        let mut writers = self.encoders.create_column_writers(0).map_err(parquet)?.into_iter();
        let mut columns = Vec::with_capacity(self.stored.len());
        for (field, column) in self.stored_schema.fields().iter().zip(stored.columns()) {
            for leaf in compute_leaves(field, column).map_err(parquet)? {
                let Some(mut writer) = writers.next() else { continue };
                writer.write(&leaf).map_err(parquet)?;
                columns.push(writer.close().map_err(parquet)?);
            }
        }
        Ok(RowGroup { columns, rows, hash })
    }

    /// Append a row group to the table's files; one call at a time, in the order that the rows are to have.
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
            let path = self.next_path(state.written.len());
            let folder = path.parent().unwrap_or(&path);
            std::fs::create_dir_all(folder).map_err(io(folder))?;
            let file = File::create(&path).map_err(io(&path))?;
            // Known from here on, so that it is taken away when anything fails.
            state.written.push(path.clone());
            state.rows_by_file.push(0);
            let writer = SerializedFileWriter::new(file, self.parquet_schema.clone(), self.properties.clone());
            state.open = Some((writer.map_err(|e| write_failed(&path, e))?, path));
        }
        let State { open: Some((file, path)), rows, rows_by_file, hash, .. } = &mut *state else { return Ok(()) };
        let mut writer = file.next_row_group().map_err(|e| write_failed(path, e))?;
        for column in group.columns {
            column.append_to_row_group(&mut writer).map_err(|e| write_failed(path, e))?;
        }
        writer.close().map_err(|e| write_failed(path, e))?;
        *rows += group.rows;
        *hash = hash.wrapping_add(group.hash);
        if let Some(rows_of_file) = rows_by_file.last_mut() {
            *rows_of_file += group.rows;
        }
        Ok(())
    }

    /// Forget everything appended so far.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn restart(&self) -> Result<(), WarehouseError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.discard();
        Ok(())
    }

    /// The files become the business date's rows in a new version that builds on `base` (`None`: on nothing). Returns
    /// the version, a provider of its rows, and what was written.
    ///
    /// # Errors
    /// As [`TableFolder::write`].
    pub async fn commit(
        self,
        session: &SessionContext,
        base: Option<u64>,
    ) -> Result<(u64, Arc<dyn TableProvider>, Content), WarehouseError> {
        let (content, added) = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.close()?;
            let content = Content { rows: state.rows, hash: format!("{:032x}", state.hash) };
            let added = self.added(&state)?;
            // From here on they may belong to the table, even when the commit ends in an error.
            state.written.clear();
            (content, added)
        };
        let date = self.date.to_string();
        let (version, provider) = self.folder.replace(session, &self.schema, (BIZ_DATE, &date), added, base).await?;
        Ok((version, provider, content))
    }

    /// `biz_date=2025-06-30/part-00000-<run>.zstd.parquet`; no other run has this name.
    fn next_path(&self, number: usize) -> PathBuf {
        let name = format!("part-{number:05}-{}.zstd.parquet", self.run_id);
        self.folder.path().join(format!("{BIZ_DATE}={}", self.date)).join(name)
    }

    fn added(&self, state: &State) -> Result<Vec<Add>, WarehouseError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let add = |(path, rows): (&PathBuf, &u64)| {
            let relative = path.strip_prefix(self.folder.path()).unwrap_or(path);
            Ok(Add {
                path: relative.to_string_lossy().replace('\\', "/"),
                partition_values: HashMap::from([(BIZ_DATE.to_owned(), Some(self.date.to_string()))]),
                size: i64::try_from(std::fs::metadata(path).map_err(io(path))?.len()).unwrap_or(i64::MAX),
                modification_time: i64::try_from(now).unwrap_or(i64::MAX),
                data_change: true,
                stats: Some(format!("{{\"numRecords\":{rows}}}")),
                ..Add::default()
            })
        };
        state.written.iter().zip(&state.rows_by_file).map(add).collect()
    }
}

impl State {
    fn close(&mut self) -> Result<(), WarehouseError> {
        match self.open.take() {
            Some((mut file, path)) => file.finish().map(|_| ()).map_err(|e| write_failed(&path, e)),
            None => Ok(()),
        }
    }

    /// Take away what was written. A file that cannot be deleted is no part of the table and harms nobody.
    fn discard(&mut self) {
        self.open = None;
        for path in std::mem::take(&mut self.written) {
            let _ = std::fs::remove_file(path);
        }
        *self = State::default();
    }
}

impl Drop for TableLoad {
    fn drop(&mut self) {
        self.state.get_mut().unwrap_or_else(PoisonError::into_inner).discard();
    }
}

/// Statistics for columns by which row groups can be passed over; texts of a delivery are in no order, and hashes are
/// neither repeated nor compressible.
fn properties(schema: &SchemaRef, key: &[String]) -> Result<WriterProperties, WarehouseError> {
    let mut properties = compressed()?.set_statistics_enabled(EnabledStatistics::Chunk);
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
