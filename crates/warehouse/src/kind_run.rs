//! Running a node kind: its inputs gathered within the memory budget, its rows as a table.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use bank::BusinessDate;
use datafusion::catalog::Session;
use datafusion::common::DataFusionError;
use datafusion::datasource::{MemTable, TableProvider, TableType};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::{DataFrame, SessionContext};
use futures::StreamExt;
use tokio::sync::OnceCell;

use crate::catalog::Catalog;
use crate::described::refuse_other_columns;
use crate::error::WarehouseError;
use crate::kind::{Inputs, NodeKind};
use crate::node::Node;
use crate::store::described;

/// A node of Rust code with its inputs planned.
#[derive(Clone)]
pub(crate) struct KindRun {
    kind: Arc<dyn NodeKind>,
    node: Node,
    date: BusinessDate,
    inputs: Vec<Input>,
}

#[derive(Clone)]
struct Input {
    role: String,
    frame: DataFrame,
    schema: Option<SchemaRef>,
}

impl KindRun {
    /// Plan the inputs of a node from the tables of a session.
    ///
    /// # Errors
    /// [`WarehouseError::Node`] when no such kind is known.
    pub async fn plan(
        kinds: &[Arc<dyn NodeKind>],
        node: &Node,
        date: BusinessDate,
        session: &SessionContext,
        catalog: &Catalog,
    ) -> Result<Self, WarehouseError> {
        let kind = kind_of(kinds, node)?.clone();
        let mut inputs = vec![];
        for (role, name) in node.inputs() {
            let frame = session.table(name).await?;
            inputs.push(Input { role: role.to_owned(), frame, schema: catalog.schema_of(name) });
        }
        Ok(KindRun { kind, node: node.clone(), date, inputs })
    }

    /// Compute the rows. What the kind will hold is reserved from the session's budget, batch by batch, so that an input
    /// that is too large is refused before it is read.
    ///
    /// # Errors
    /// Resources exhausted when the budget is too small; [`WarehouseError::Kind`] with the kind's reason.
    pub async fn rows(&self) -> Result<MemTable, WarehouseError> {
        let mut tables = BTreeMap::new();
        let mut reservation = None;
        for Input { role, frame, schema } in &self.inputs {
            let mut stream = frame.clone().execute_stream().await?;
            let reservation = reservation.get_or_insert_with(|| {
                MemoryConsumer::new(self.node.name.clone()).register(&frame.task_ctx().runtime_env().memory_pool)
            });
            let mut batches: Vec<RecordBatch> = vec![];
            while let Some(batch) = stream.next().await {
                let batch = match schema {
                    Some(schema) => described(schema, &batch?)?,
                    None => batch?,
                };
                reservation.try_grow(self.kind.memory_bytes(role, data_bytes(&batch)?))?;
                batches.push(batch);
            }
            tables.insert(role.clone(), batches);
        }
        let output = self.kind.run(&self.node, Inputs::new(tables), self.date).map_err(WarehouseError::Kind)?;
        let schema = output.first().map_or_else(|| self.node.schema(), RecordBatch::schema);
        refuse_other_columns(&self.node, &schema)?;
        Ok(MemTable::try_new(schema, vec![output])?)
    }
}

/// Bytes of the values themselves; buffers that batches share count once.
pub(crate) fn data_bytes(batch: &RecordBatch) -> Result<usize, WarehouseError> {
    batch.columns().iter().map(|column| Ok(column.to_data().get_slice_memory_size()?)).sum()
}

/// The kind that a node names.
pub(crate) fn kind_of<'a>(
    kinds: &'a [Arc<dyn NodeKind>],
    node: &Node,
) -> Result<&'a Arc<dyn NodeKind>, WarehouseError> {
    let wanted = node.kind.as_deref().unwrap_or_default();
    kinds.iter().find(|k| k.name() == wanted).ok_or_else(|| {
        let known: Vec<&str> = kinds.iter().map(|k| k.name()).collect();
        let message = format!("unknown kind `{wanted}`; known are {}", known.join(", "));
        WarehouseError::Node { node: node.name.clone(), path: node.path.clone(), message }
    })
}

/// A node of Rust code that is computed when, and only if, a question reads it.
pub(crate) struct LazyKind {
    run: KindRun,
    rows: OnceCell<MemTable>,
}

impl LazyKind {
    pub fn new(run: KindRun) -> Self {
        LazyKind { run, rows: OnceCell::new() }
    }
}

impl std::fmt::Debug for LazyKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LazyKind({})", self.run.node.name)
    }
}

#[async_trait::async_trait]
impl TableProvider for LazyKind {
    fn schema(&self) -> SchemaRef {
        self.run.node.schema()
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
        let computed = self.rows.get_or_try_init(|| self.run.rows()).await;
        let rows = computed.map_err(|e| match e {
            WarehouseError::Engine(e) => e,
            other => DataFusionError::Execution(other.to_string()),
        })?;
        rows.scan(state, projection, filters, limit).await
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::kind::LookBack;

    struct Counting;

    impl NodeKind for Counting {
        fn name(&self) -> &'static str {
            "counting"
        }

        fn look_back(&self) -> LookBack {
            LookBack::Again
        }

        fn memory_bytes(&self, _role: &str, input_bytes: usize) -> usize {
            input_bytes * 100
        }

        fn run(&self, _node: &Node, mut inputs: Inputs, _date: BusinessDate) -> Result<Vec<RecordBatch>, String> {
            inputs.take("numbers")
        }
    }

    #[tokio::test]
    async fn what_a_kind_would_hold_is_refused_before_it_runs() {
        let text = "description = \"Numbers\"\ngrain = \"one row per number\"\nkey = [\"n\"]\nmaterialisation = \"table\"\n\
                    owner = \"test\"\nrequirements = [\"X\"]\nkind = \"counting\"\n\
                    columns = [{ name = \"n\", type = \"int\", class = \"C1\", description = \"Number\" }]\n\
                    [inputs]\nnumbers = \"numbers\"\n";
        let node = Node::parse(Path::new("metrics/counted.toml"), text, None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let date = "2025-06-30".parse().unwrap();
        // 1,000 numbers of 8 bytes, a hundred times: 800,000 bytes.
        for (memory_bytes, fits) in [(1 << 20, true), (1 << 19, false)] {
            let spill_dir = folder.path().to_path_buf();
            let engine = crate::Engine { threads: 1, memory_bytes, spill_dir, spill_bytes: 1 << 20 };
            let session = engine.session(date).unwrap();
            session
                .sql("create table numbers as select unnest(range(0, 1000)) as n")
                .await
                .unwrap()
                .collect()
                .await
                .unwrap();
            let frame = session.table("numbers").await.unwrap();
            let inputs = vec![Input { role: "numbers".to_owned(), frame, schema: None }];
            let run = KindRun { kind: Arc::new(Counting), node: node.clone(), date, inputs };
            match run.rows().await {
                Ok(_) => assert!(fits),
                Err(e) => {
                    assert!(
                        !fits && e.failure() == crate::Failure::Machine && e.to_string().contains("counted"),
                        "{e}"
                    );
                }
            }
        }
    }
}
