//! Delta tables at pinned versions: open them, and make the rows of a night their next version.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::datasource::TableProvider;
use datafusion::prelude::SessionContext;
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{Action, Add, StructField, StructType, new_metadata};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, TableProperty};
use futures::StreamExt;
use url::Url;

use crate::error::{WarehouseError, io};
use crate::fault;
use crate::release::sync_folder;

/// A folder that holds one Delta table.
#[derive(Debug, Clone)]
pub struct TableFolder(PathBuf);

/// What the rows of a night replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaces {
    /// The whole table.
    All,
    /// The rows of these partition values.
    Partitions(BTreeSet<String>),
}

impl TableFolder {
    /// `<warehouse>/<layer>/<table>`.
    #[must_use]
    pub fn new(warehouse: &Path, layer: &str, table: &str) -> Self {
        TableFolder(warehouse.join(layer).join(table))
    }

    /// The table in this folder.
    #[must_use]
    pub fn at_path(folder: &Path) -> Self {
        TableFolder(folder.to_owned())
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn url(&self) -> Result<Url, WarehouseError> {
        let absolute = std::path::absolute(&self.0).map_err(io(&self.0))?;
        Url::from_directory_path(&absolute).map_err(|()| WarehouseError::Damaged {
            path: self.0.clone(),
            reason: "this path cannot be written as a URL".to_owned(),
        })
    }

    async fn at(&self, version: u64) -> Result<DeltaTable, WarehouseError> {
        Ok(DeltaTableBuilder::from_url(self.url()?)?.with_version(version).load().await?)
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
        provider_of(session, &self.at(version).await?).await
    }

    /// Whether this version is the newest one. Told from the names in the log, without opening the table.
    #[must_use]
    pub fn is_at(&self, version: u64) -> bool {
        self.log(version).is_file() && !self.log(version + 1).exists()
    }

    /// The log file of a version.
    fn log(&self, version: u64) -> PathBuf {
        self.0.join("_delta_log").join(format!("{version:020}.json"))
    }

    /// Whether the table has these columns at a version and is partitioned by this one.
    ///
    /// # Errors
    /// When the table or version is not there.
    pub async fn is_kept_as(&self, version: u64, schema: &SchemaRef, partition: &str) -> Result<bool, WarehouseError> {
        let table = self.at(version).await?;
        let snapshot = table.snapshot()?;
        Ok(*snapshot.schema() == struct_type(schema)? && snapshot.metadata().partition_columns() == [partition])
    }

    /// The table's files at a version, below its folder.
    ///
    /// # Errors
    /// When the table or version is not there.
    pub async fn files(&self, version: u64) -> Result<BTreeSet<PathBuf>, WarehouseError> {
        let table = self.at(version).await?;
        let mut files = table.snapshot()?.snapshot().file_views(table.log_store().as_ref(), None);
        let mut paths = BTreeSet::new();
        while let Some(file) = files.next().await {
            paths.insert(PathBuf::from(file?.path().as_ref()));
        }
        Ok(paths)
    }

    /// Files become rows of the table in a new version that builds on `base` (`None`: on nothing), in place of what they
    /// replace. Nothing of a killed or rolled-back night remains visible. Returns the version and a provider of its rows.
    ///
    /// # Errors
    /// When the columns are not those of the table's history and some of it would stay, or the disk fails.
    pub(crate) async fn commit(
        &self,
        session: &SessionContext,
        schema: &SchemaRef,
        partition: Option<&str>,
        replaces: &Replaces,
        added: Vec<Add>,
        base: Option<u64>,
    ) -> Result<(u64, Arc<dyn TableProvider>), WarehouseError> {
        std::fs::create_dir_all(&self.0).map_err(io(&self.0))?;
        fault::may_fail(&self.0)?;
        let added = added.into_iter().map(Action::Add);
        // A commit that was killed may have left the folder of the log and no table.
        let table = match self.log(0).is_file() {
            true => self.commit_next(schema, partition, replaces, added, base).await?,
            false => self.create(schema, partition, added).await?,
        };
        let version = table.version().ok_or_else(|| WarehouseError::Damaged {
            path: self.0.clone(),
            reason: "the table has no version after a write".to_owned(),
        })?;
        // A release may name this version only when it survives a power cut.
        for log in (base.map_or(0, |base| base + 1)..=version).map(|version| self.log(version)) {
            // A restore may lie between what the night builds on and what it wrote.
            match std::fs::File::open(&log) {
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                file => file.and_then(|file| file.sync_all()).map_err(io(&log))?,
            }
        }
        sync_folder(&self.0.join("_delta_log"))?;
        fault::may_fail(&self.0)?;
        Ok((version, provider_of(session, &table).await?))
    }

    async fn commit_next(
        &self,
        schema: &SchemaRef,
        partition: Option<&str>,
        replaces: &Replaces,
        added: impl Iterator<Item = Action>,
        base: Option<u64>,
    ) -> Result<DeltaTable, WarehouseError> {
        let mut table = self.head(base).await?;
        let snapshot = table.snapshot()?;
        let replaces = if base.is_some() { replaces } else { &Replaces::All };
        let wanted = struct_type(schema)?;
        let has_columns = *snapshot.schema() == wanted;
        let has_partitions = snapshot.metadata().partition_columns().iter().map(String::as_str).eq(partition);
        let mut actions: Vec<Action> = Vec::new();
        if !(has_columns && has_partitions) {
            if *replaces != Replaces::All {
                return Err(WarehouseError::SchemaChanged(self.name()));
            }
            let kept = snapshot.metadata().configuration().clone();
            actions.push(Action::Metadata(
                new_metadata(&wanted, partition, kept).map_err(deltalake_core::DeltaTableError::from)?,
            ));
        }
        let snapshot = snapshot.snapshot();
        let log_store = table.log_store();
        let mut files = snapshot.file_views(log_store.as_ref(), None);
        while let Some(file) = files.next().await {
            let file = file?;
            let is_replaced = match (replaces, partition) {
                (Replaces::Partitions(values), Some(column)) => {
                    let value = file.partition_values_map().get(column).cloned().flatten();
                    value.is_some_and(|value| values.contains(&value))
                }
                _ => true,
            };
            if is_replaced {
                actions.push(Action::Remove(file.remove_action(true)));
            }
        }
        drop(files);
        actions.extend(added);
        let predicate = match (replaces, partition) {
            (Replaces::Partitions(values), Some(column)) => {
                let values: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
                Some(format!("{column} in ({})", values.join(", ")))
            }
            _ => None,
        };
        let operation = DeltaOperation::Write {
            mode: SaveMode::Overwrite,
            partition_by: partition.map(|column| vec![column.to_owned()]),
            predicate,
        };
        let committed = CommitBuilder::from(CommitProperties::default())
            .with_actions(actions)
            .build(Some(snapshot), log_store.clone(), operation)
            .await?;
        table.state = Some(committed.snapshot());
        Ok(table)
    }

    /// The table at the version to build on. A head that is not that version was left behind by a killed or rolled-back
    /// night: it is restored first.
    async fn head(&self, base: Option<u64>) -> Result<DeltaTable, WarehouseError> {
        let mut table = DeltaTableBuilder::from_url(self.url()?)?.load().await?;
        if let Some(base) = base.filter(|base| table.version() != Some(*base)) {
            (table, _) = table.restore().with_version_to_restore(base).await?;
        }
        Ok(table)
    }

    async fn create(
        &self,
        schema: &SchemaRef,
        partition: Option<&str>,
        added: impl Iterator<Item = Action>,
    ) -> Result<DeltaTable, WarehouseError> {
        let columns: Vec<StructField> = struct_type(schema)?.fields().cloned().collect();
        Ok(CreateBuilder::new()
            .with_location(self.url()?.as_str())
            .with_columns(columns)
            .with_partition_columns(partition)
            // Old versions stay until `vacuum`, which computes from release pins.
            .with_configuration_property(TableProperty::EnableExpiredLogCleanup, Some("false"))
            // Opening a table reads no more than so many commits, however long its history is.
            .with_configuration_property(TableProperty::CheckpointInterval, Some("10"))
            .with_actions(added)
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

fn struct_type(schema: &SchemaRef) -> Result<StructType, WarehouseError> {
    schema.as_ref().try_into_kernel().map_err(WarehouseError::Arrow)
}
