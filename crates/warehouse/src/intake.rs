//! Delivered rows → one business date of a Delta table.

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use bank::BusinessDate;
use datafusion::datasource::TableProvider;
use datafusion::prelude::SessionContext;

use crate::error::WarehouseError;
use crate::part::{Encoder, Part, RowGroup};
use crate::release::Content;
use crate::table::{Replaces, TableFolder};

/// The partition column of delivered tables.
pub(crate) const BIZ_DATE: &str = "biz_date";

/// Rows on their way into a table. Dropped without a commit, it takes its files away again.
pub struct TableLoad {
    name: String,
    folder: TableFolder,
    schema: SchemaRef,
    date: BusinessDate,
    encoder: Arc<Encoder>,
    part: Part,
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
        let folder = TableFolder::new(warehouse, layer, name);
        let encoder = Arc::new(Encoder::new(&schema, Some(BIZ_DATE), key)?);
        let part = Part::new(encoder.clone(), folder.path(), Some((BIZ_DATE, &date.to_string())), run_id);
        Ok(TableLoad { name: name.to_owned(), folder, schema, date, encoder, part })
    }

    /// Table.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Rows appended so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.part.rows()
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
        self.encoder.encode(std::slice::from_ref(batch))
    }

    /// Append a row group to the table's files; one call at a time, in the order that the rows are to have.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn append(&self, group: RowGroup) -> Result<(), WarehouseError> {
        self.part.append(group)
    }

    /// Forget everything appended so far.
    pub fn restart(&self) {
        self.part.restart();
    }

    /// The files become the business date's rows in a new version that builds on `base` (`None`: on nothing). Returns
    /// the version, a provider of its rows, and what was written.
    ///
    /// # Errors
    /// As [`TableFolder::commit`].
    pub async fn commit(
        self,
        session: &SessionContext,
        base: Option<u64>,
    ) -> Result<(u64, Arc<dyn TableProvider>, Content), WarehouseError> {
        let (content, added) = self.part.finish()?;
        let replaces = Replaces::Partitions([self.date.to_string()].into());
        let (version, rows) = self.folder.commit(session, &self.schema, Some(BIZ_DATE), &replaces, added, base).await?;
        Ok((version, rows, content))
    }
}
