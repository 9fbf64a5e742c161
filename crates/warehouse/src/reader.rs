//! Read-only SQL on one release, or on its published files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use bank::BusinessDate;
use datafusion::datasource::MemTable;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionContext};
use futures::StreamExt;

use crate::catalog::Catalog;
use crate::error::WarehouseError;
use crate::node::Materialisation;
use crate::release::Release;
use crate::session::{Engine, register_references};
use crate::table::TableFolder;

/// Answers SELECTs; everything that writes is refused.
pub struct Reader {
    session: SessionContext,
}

/// The rows of an answer.
#[derive(Debug)]
pub struct Answer {
    /// Columns.
    pub schema: SchemaRef,
    /// Rows.
    pub batches: Vec<RecordBatch>,
}

impl Reader {
    /// On a session whose tables are registered.
    pub(crate) fn of_session(session: SessionContext) -> Self {
        Reader { session }
    }

    /// Tables and views of a release, unmasked.
    ///
    /// # Errors
    /// When a pinned table is not there.
    pub async fn of_release(
        engine: &Engine,
        warehouse: &Path,
        catalog: &Catalog,
        release: &Release,
    ) -> Result<Self, WarehouseError> {
        let session = engine.session(date_of(&release.biz_date)?)?;
        for (name, pin) in &release.tables {
            let folder = TableFolder::new(warehouse, &pin.layer, name);
            session.register_table(name.as_str(), folder.provider(&session, pin.version).await?)?;
        }
        register_references(&session, catalog)?;
        for (name, schema) in &catalog.sources {
            if !session.table_exist(name.as_str())? {
                let empty = MemTable::try_new(schema.clone(), vec![vec![]])?;
                session.register_table(name.as_str(), Arc::new(empty))?;
            }
        }
        for name in &catalog.order {
            let node = &catalog.nodes[name];
            // What was a table in this release and is a view today is read as it was.
            if session.table_exist(name.as_str())? {
                continue;
            }
            if let (Materialisation::View, Some(sql)) = (node.materialisation, &node.sql) {
                let frame = session.sql(sql).await.map_err(|e| WarehouseError::from(e).in_node(name))?;
                session.register_table(name.as_str(), frame.into_view())?;
            }
        }
        Ok(Reader { session })
    }

    /// Published Parquet files, each under its table's name.
    ///
    /// # Errors
    /// When a file is not there or is no Parquet.
    pub async fn of_files(
        engine: &Engine,
        files: &[(String, PathBuf)],
        date: BusinessDate,
    ) -> Result<Self, WarehouseError> {
        let session = engine.session(date)?;
        for (name, path) in files {
            session.register_parquet(name.as_str(), path.to_string_lossy(), ParquetReadOptions::default()).await?;
        }
        Ok(Reader { session })
    }

    /// A table of two releases, as `before` and `after`.
    ///
    /// # Errors
    /// When a release does not have it.
    pub async fn of_two(
        engine: &Engine,
        warehouse: &Path,
        table: &str,
        before: &Release,
        after: &Release,
    ) -> Result<Self, WarehouseError> {
        let session = engine.session(date_of(&after.biz_date)?)?;
        for (name, release) in [("before", before), ("after", after)] {
            let pin = release.tables.get(table).ok_or(WarehouseError::UnknownRelease(release.number))?;
            let folder = TableFolder::new(warehouse, &pin.layer, table);
            session.register_table(name, folder.provider(&session, pin.version).await?)?;
        }
        Ok(Reader { session })
    }

    /// Two Parquet files, as `before` and `after`.
    ///
    /// # Errors
    /// When a file is not there or is no Parquet.
    pub async fn of_two_files(
        engine: &Engine,
        [before, after]: &[PathBuf; 2],
        release: &Release,
    ) -> Result<Self, WarehouseError> {
        let files = [("before".to_owned(), before.clone()), ("after".to_owned(), after.clone())];
        Self::of_files(engine, &files, date_of(&release.biz_date)?).await
    }

    /// Make rows that no release holds readable under a name.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn add(&self, name: &str, rows: RecordBatch) -> Result<(), WarehouseError> {
        let table = MemTable::try_new(rows.schema(), vec![vec![rows]])?;
        self.session.register_table(name, Arc::new(table))?;
        Ok(())
    }

    /// Answer one SELECT.
    ///
    /// # Errors
    /// When it is not one read-only statement, names what is not there, or outgrows the memory.
    pub async fn query(&self, sql: &str) -> Result<Answer, WarehouseError> {
        let frame = self.frame(sql).await?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        let batches = frame.collect().await?;
        let schema = batches.first().map_or(schema, RecordBatch::schema);
        Ok(Answer { schema, batches })
    }

    /// Hand the rows of one SELECT on as they come, in no stated order: they are never all in memory.
    ///
    /// # Errors
    /// As [`Reader::query`], and what `take` says.
    pub async fn for_each<E: From<WarehouseError>>(
        &self,
        sql: &str,
        mut take: impl FnMut(RecordBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows = self.frame(sql).await?.execute_stream().await.map_err(WarehouseError::from)?;
        while let Some(batch) = rows.next().await {
            take(batch.map_err(WarehouseError::from)?)?;
        }
        Ok(())
    }

    async fn frame(&self, sql: &str) -> Result<DataFrame, WarehouseError> {
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        Ok(self.session.sql_with_options(sql, options).await?)
    }

    /// Names of the tables that can be read.
    #[must_use]
    pub fn tables(&self) -> Vec<String> {
        let default = self.session.catalog("datafusion").and_then(|c| c.schema("public"));
        default.map(|s| s.table_names()).unwrap_or_default()
    }
}

fn date_of(text: &str) -> Result<BusinessDate, WarehouseError> {
    text.parse().map_err(|e: bank::BusinessDateError| WarehouseError::Damaged {
        path: PathBuf::from("_releases"),
        reason: e.to_string(),
    })
}
