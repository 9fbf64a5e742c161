//! Delta tables at pinned versions: open, write one night, scan what was written.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;
use bank::mask::hide_numbers;
use datafusion::common::ScalarValue;
use datafusion::datasource::{MemTable, TableProvider};
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{SessionContext, col, lit};
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{Action, Add, StructField, StructType};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::operations::write::{SchemaMode, WriteBuilder};
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, TableProperty};
use futures::StreamExt;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use url::Url;

use crate::error::{WarehouseError, io};
use crate::release::{CheckResult, Content};
use crate::row_hash::row_hashes;

/// A folder that holds one Delta table.
#[derive(Debug, Clone)]
pub struct TableFolder(PathBuf);

/// What one night writes to a table.
#[derive(Debug)]
pub struct Write {
    /// Columns and their types.
    pub schema: SchemaRef,
    /// What computes the rows.
    pub plan: LogicalPlan,
    /// Partition column and the night's value, when only that is replaced.
    pub partition: Option<(String, ScalarValue)>,
    /// Version that the night builds on; `None` starts from nothing.
    pub base: Option<u64>,
}

impl TableFolder {
    /// `<warehouse>/<layer>/<table>`.
    #[must_use]
    pub fn new(warehouse: &Path, layer: &str, table: &str) -> Self {
        TableFolder(warehouse.join(layer).join(table))
    }

    /// The folder.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn url(&self) -> Result<Url, WarehouseError> {
        let absolute = std::path::absolute(&self.0).map_err(io(&self.0))?;
        Url::from_directory_path(&absolute).map_err(|()| WarehouseError::Damaged {
            path: self.0.clone(),
            reason: "this path cannot be written as a URL".to_owned(),
        })
    }

    /// A provider of the rows at a version.
    ///
    /// # Errors
    /// When the table or version is not there.
    pub async fn provider(
        &self,
        session: &SessionContext,
        version: u64,
    ) -> Result<Arc<dyn TableProvider>, WarehouseError> {
        let table = DeltaTableBuilder::from_url(self.url()?)?.with_version(version).load().await?;
        provider_of(session, &table).await
    }

    /// Write one night; returns the new version and a provider of its rows. Nothing of a killed or rolled-back night
    /// remains visible.
    ///
    /// # Errors
    /// When the columns are not those of the table's history, or the disk fails.
    pub async fn write(
        &self,
        session: &SessionContext,
        write: Write,
    ) -> Result<(u64, Arc<dyn TableProvider>), WarehouseError> {
        let partition = write.partition.as_ref().map(|(column, _)| column.as_str());
        let table = self.head(&write.schema, partition, write.base).await?;
        let replaces_all = write.partition.is_none() || write.base.is_none();
        let same_columns = self.has_columns(&table, &write.schema, replaces_all)?;
        let mut builder = WriteBuilder::new(table.log_store(), Some(table.snapshot()?.snapshot().clone()))
            .with_input_plan(write.plan)
            .with_session_state(Arc::new(session.state()))
            .with_save_mode(SaveMode::Overwrite)
            .with_writer_properties(properties()?);
        if !same_columns {
            builder = builder.with_schema_mode(SchemaMode::Overwrite);
        }
        if let Some((column, value)) = write.partition {
            builder = builder.with_partition_columns([column.clone()]);
            if !replaces_all {
                builder = builder.with_replace_where(col(column).eq(lit(value)));
            }
        }
        let written = builder.await?;
        let version = written.version().ok_or_else(|| WarehouseError::Damaged {
            path: self.0.clone(),
            reason: "the table has no version after a write".to_owned(),
        })?;
        Ok((version, provider_of(session, &written).await?))
    }

    /// Files become the rows of one partition in a new version; returns it and a provider of its rows. With `base`
    /// `None` they become the only rows of the table.
    ///
    /// # Errors
    /// As [`TableFolder::write`].
    pub(crate) async fn replace(
        &self,
        session: &SessionContext,
        schema: &SchemaRef,
        (column, value): (&str, &str),
        added: Vec<Add>,
        base: Option<u64>,
    ) -> Result<(u64, Arc<dyn TableProvider>), WarehouseError> {
        let mut table = self.head(schema, Some(column), base).await?;
        if !self.has_columns(&table, schema, base.is_none())? {
            let nothing = MemTable::try_new(schema.clone(), vec![vec![]])?;
            let plan = session.read_table(Arc::new(nothing))?.into_unoptimized_plan();
            table = WriteBuilder::new(table.log_store(), Some(table.snapshot()?.snapshot().clone()))
                .with_input_plan(plan)
                .with_session_state(Arc::new(session.state()))
                .with_save_mode(SaveMode::Overwrite)
                .with_schema_mode(SchemaMode::Overwrite)
                .with_partition_columns([column])
                .await?;
        }
        let snapshot = table.snapshot()?.snapshot();
        let log_store = table.log_store();
        let mut actions: Vec<Action> = Vec::new();
        let mut files = snapshot.file_views(log_store.as_ref(), None);
        while let Some(file) = files.next().await {
            let file = file?;
            let is_replaced = file.partition_values_map().get(column).is_some_and(|v| v.as_deref() == Some(value));
            if is_replaced || base.is_none() {
                actions.push(Action::Remove(file.remove_action(true)));
            }
        }
        drop(files);
        actions.extend(added.into_iter().map(Action::Add));
        let operation = DeltaOperation::Write {
            mode: SaveMode::Overwrite,
            partition_by: Some(vec![column.to_owned()]),
            predicate: base.is_some().then(|| format!("{column} = '{value}'")),
        };
        let committed = CommitBuilder::from(CommitProperties::default())
            .with_actions(actions)
            .build(Some(snapshot), log_store.clone(), operation)
            .await?;
        let version = committed.version();
        Ok((version, self.provider(session, version).await?))
    }

    /// The table at the version to build on, made when it is not there. A head that is not that version was left behind
    /// by a killed or rolled-back night: it is restored first.
    async fn head(
        &self,
        schema: &SchemaRef,
        partition: Option<&str>,
        base: Option<u64>,
    ) -> Result<DeltaTable, WarehouseError> {
        std::fs::create_dir_all(&self.0).map_err(io(&self.0))?;
        let mut table = match self.0.join("_delta_log").exists() {
            true => DeltaTableBuilder::from_url(self.url()?)?.load().await?,
            false => self.create(schema, partition).await?,
        };
        if let Some(base) = base.filter(|base| table.version() != Some(*base)) {
            (table, _) = table.restore().with_version_to_restore(base).await?;
        }
        Ok(table)
    }

    /// Whether the table has these columns; other ones are refused unless everything is replaced.
    fn has_columns(&self, table: &DeltaTable, schema: &SchemaRef, replaces_all: bool) -> Result<bool, WarehouseError> {
        let has = *table.snapshot()?.schema() == StructType::try_from_arrow_schema(schema)?;
        if !has && !replaces_all {
            return Err(WarehouseError::SchemaChanged(self.name()));
        }
        Ok(has)
    }

    async fn create(&self, schema: &SchemaRef, partition: Option<&str>) -> Result<DeltaTable, WarehouseError> {
        let described = StructType::try_from_arrow_schema(schema)?;
        let columns: Vec<StructField> = described.fields().cloned().collect();
        let partition: Vec<&str> = partition.into_iter().collect();
        Ok(CreateBuilder::new()
            .with_location(self.url()?.as_str())
            .with_columns(columns)
            .with_partition_columns(partition)
            // Old versions stay until `vacuum`, which computes from release pins.
            .with_configuration_property(TableProperty::EnableExpiredLogCleanup, Some("false"))
            .await?)
    }

    fn name(&self) -> String {
        self.0.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

async fn provider_of(session: &SessionContext, table: &DeltaTable) -> Result<Arc<dyn TableProvider>, WarehouseError> {
    let state = session.state();
    table.update_datafusion_session(&state)?;
    Ok(Arc::new(table.table_provider().with_session(Arc::new(state)).build().await?))
}

trait FromArrowSchema: Sized {
    fn try_from_arrow_schema(schema: &SchemaRef) -> Result<Self, WarehouseError>;
}

impl FromArrowSchema for StructType {
    fn try_from_arrow_schema(schema: &SchemaRef) -> Result<Self, WarehouseError> {
        schema.as_ref().try_into_kernel().map_err(WarehouseError::Arrow)
    }
}

fn properties() -> Result<WriterProperties, WarehouseError> {
    Ok(compressed()?.build())
}

pub(crate) fn compressed() -> Result<WriterPropertiesBuilder, WarehouseError> {
    let level = ZstdLevel::try_new(3).map_err(|e| WarehouseError::Arrow(e.into()))?;
    Ok(WriterProperties::builder().set_compression(Compression::ZSTD(level)))
}

/// What a scan of freshly written rows is asked to check.
#[derive(Debug, Clone, Default)]
pub struct RowChecks {
    /// Table, for names.
    pub table: String,
    /// Columns that identify a row.
    pub key: Vec<String>,
    /// Columns that may not be null.
    pub not_null: Vec<String>,
    /// Allowed values by column.
    pub accepted: Vec<(String, BTreeSet<String>)>,
}

/// Read the rows once: count them, hash them without regard to order, and check every row.
///
/// # Errors
/// When the rows cannot be read.
pub async fn scan(
    session: &SessionContext,
    select: &str,
    checks: &RowChecks,
) -> Result<(Content, Vec<CheckResult>), WarehouseError> {
    let mut stream = session.sql(select).await?.execute_stream().await?;
    let mut scan = Scan::default();
    while let Some(batch) = stream.next().await {
        scan.add(&batch?, checks)?;
    }
    Ok(scan.finish(checks))
}

#[derive(Default)]
struct Scan {
    rows: u64,
    hash: u128,
    keys: HashSet<u128>,
    duplicates: u64,
    duplicate_example: Option<String>,
    nulls: Vec<u64>,
    unaccepted: Vec<(u64, Option<String>)>,
}

impl Scan {
    fn add(&mut self, batch: &RecordBatch, checks: &RowChecks) -> Result<(), WarehouseError> {
        self.rows += batch.num_rows() as u64;
        for hash in row_hashes(batch, None)? {
            self.hash = self.hash.wrapping_add(hash);
        }
        for (row, hash) in row_hashes(batch, Some(&checks.key))?.into_iter().enumerate() {
            if !self.keys.insert(hash) {
                self.duplicates += 1;
                if self.duplicate_example.is_none() {
                    self.duplicate_example = Some(describe(batch, row, &checks.key)?);
                }
            }
        }
        self.nulls.resize(checks.not_null.len(), 0);
        for (count, column) in self.nulls.iter_mut().zip(&checks.not_null) {
            *count += batch.column_by_name(column).map_or(0, |c| c.null_count() as u64);
        }
        self.unaccepted.resize(checks.accepted.len(), (0, None));
        for ((count, example), (column, allowed)) in self.unaccepted.iter_mut().zip(&checks.accepted) {
            let Some(values) = batch.column_by_name(column) else { continue };
            let texts = arrow::compute::cast(values, &arrow::datatypes::DataType::Utf8)?;
            let Some(texts) = texts.as_any().downcast_ref::<StringArray>() else { continue };
            for value in texts.iter().flatten().filter(|v| !allowed.contains(*v)) {
                *count += 1;
                example.get_or_insert_with(|| hide_numbers(value));
            }
        }
        Ok(())
    }

    fn finish(self, checks: &RowChecks) -> (Content, Vec<CheckResult>) {
        let table = &checks.table;
        let result = |check: String, failed_rows: u64, example: Option<String>| CheckResult {
            check,
            severity: "error".to_owned(),
            failed_rows,
            example,
        };
        let mut results = Vec::new();
        if !checks.key.is_empty() {
            let check = format!("{table} has one row per {}", checks.key.join(", "));
            results.push(result(check, self.duplicates, self.duplicate_example));
        }
        for (column, count) in checks.not_null.iter().zip(self.nulls) {
            results.push(result(format!("{table}.{column} is never null"), count, None));
        }
        for ((column, _), (count, example)) in checks.accepted.iter().zip(self.unaccepted) {
            results.push(result(format!("{table}.{column} has only listed values"), count, example));
        }
        (Content { rows: self.rows, hash: format!("{:032x}", self.hash) }, results)
    }
}

/// `customer_id=C1, month=2024-03`, with long numbers hidden.
pub(crate) fn describe(batch: &RecordBatch, row: usize, columns: &[String]) -> Result<String, WarehouseError> {
    let mut parts = Vec::new();
    for name in columns {
        if let Some(values) = batch.column_by_name(name) {
            let value = arrow::util::display::array_value_to_string(values, row)?;
            parts.push(format!("{name}={}", hide_numbers(&value)));
        }
    }
    Ok(parts.join(", "))
}
