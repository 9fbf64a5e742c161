//! A kept node of a past date: computed when, and only if, a question reads it, and once however often it is read. As a view it would
//! be planned and computed anew by every node that reads it.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::catalog::Session;
use datafusion::common::DataFusionError;
use datafusion::datasource::{MemTable, TableProvider, TableType};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::DataFrame;
use futures::StreamExt;
use tokio::sync::OnceCell;

use crate::error::WarehouseError;
use crate::kind_run::data_bytes;
use crate::node::Node;
use crate::store::described;

/// The rows of a query with the columns that a node describes; they are reserved from the session's memory as long as it lives.
pub(crate) struct LazyTable {
    name: String,
    schema: SchemaRef,
    frame: DataFrame,
    rows: OnceCell<(MemTable, MemoryReservation)>,
}

impl LazyTable {
    pub fn new(node: &Node, frame: DataFrame) -> Self {
        LazyTable { name: node.name.clone(), schema: node.schema(), frame, rows: OnceCell::new() }
    }

    async fn rows(&self) -> Result<(MemTable, MemoryReservation), WarehouseError> {
        let pool = &self.frame.task_ctx().runtime_env().memory_pool.clone();
        let reservation = MemoryConsumer::new(self.name.clone()).register(pool);
        let mut stream = self.frame.clone().execute_stream().await?;
        let mut batches = vec![];
        while let Some(batch) = stream.next().await {
            let batch = described(&self.schema, &batch?)?;
            reservation.try_grow(data_bytes(&batch)?)?;
            batches.push(batch);
        }
        Ok((MemTable::try_new(self.schema.clone(), vec![batches])?, reservation))
    }
}

impl std::fmt::Debug for LazyTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LazyTable({})", self.name)
    }
}

#[async_trait::async_trait]
impl TableProvider for LazyTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> datafusion::common::Result<Arc<dyn ExecutionPlan>> {
        let computed = self.rows.get_or_try_init(|| self.rows()).await;
        let (rows, _) = computed.map_err(|e| match e {
            WarehouseError::Engine(e) => e,
            other => DataFusionError::Execution(other.to_string()),
        })?;
        rows.scan(state, projection, filters, limit).await
    }
}
