//! Left joins of one table to many others by the same key, in one step: the key is looked up once for all of them, the base's columns are
//! passed on as they are, and each key is held once.
//!
//! A chain of hash joins looks the key up in every one of them, holds it in every one, and copies what it has joined so far as often.

mod held;
mod key;
mod key_index;
mod matches;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics, internal_err};
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{Distribution, EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{
    Boundedness, ChildrenPropertiesMode, EmissionType, ReplaceChildrenOptions,
};
use datafusion::physical_plan::expressions::Column;
use datafusion::physical_plan::filter_pushdown::{ChildFilterDescription, FilterDescription, FilterPushdownPhase};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, InputDistributionRequirements, Partitioning,
    PlanProperties, apply_expression_roots,
};
use futures::{TryStreamExt, stream};

use held::Held;
pub(crate) use rule::LookupJoins;

/// One base, left joined to several sides by one key.
#[derive(Debug, Clone)]
pub(crate) struct LookupJoinExec {
    /// The base, then the sides.
    inputs: Vec<Arc<dyn ExecutionPlan>>,
    /// The key's columns in each of them.
    keys: Vec<Vec<usize>>,
    /// Input and column of each column of the result.
    output: Vec<(usize, usize)>,
    schema: SchemaRef,
    metrics: ExecutionPlanMetricsSet,
    properties: Arc<PlanProperties>,
}

impl LookupJoinExec {
    /// Of the base and its sides, the columns of the key in each, and input and column of what comes out.
    fn new(
        inputs: Vec<Arc<dyn ExecutionPlan>>,
        keys: Vec<Vec<usize>>,
        output: Vec<(usize, usize)>,
        schema: SchemaRef,
    ) -> Self {
        let properties = Arc::new(properties(&inputs[0], &output, &schema));
        LookupJoinExec { inputs, keys, output, schema, metrics: ExecutionPlanMetricsSet::new(), properties }
    }

    /// What has as many rows as the result, or fewer when a side has a key twice.
    pub fn base(&self) -> &Arc<dyn ExecutionPlan> {
        &self.inputs[0]
    }

    /// The key's columns of each input.
    fn key_columns(&self) -> impl Iterator<Item = Vec<Arc<dyn PhysicalExpr>>> {
        let column = |input: &Arc<dyn ExecutionPlan>, key: &usize| {
            Arc::new(Column::new(input.schema().field(*key).name(), *key)) as Arc<dyn PhysicalExpr>
        };
        let inputs = self.inputs.iter().zip(&self.keys);
        inputs.map(move |(input, key)| key.iter().map(|key| column(input, key)).collect())
    }

    /// For each side the columns that come out, and the output by their places among these.
    fn held_columns(&self) -> (Vec<Vec<usize>>, Vec<(usize, usize)>) {
        let mut held = vec![Vec::new(); self.inputs.len() - 1];
        let place = |(input, column): &(usize, usize)| match input.checked_sub(1) {
            None => (0, *column),
            Some(side) => {
                let columns: &mut Vec<usize> = &mut held[side];
                let place = columns.iter().position(|known| known == column).unwrap_or(columns.len());
                if place == columns.len() {
                    columns.push(*column);
                }
                (*input, place)
            }
        };
        let output = self.output.iter().map(place).collect();
        (held, output)
    }
}

/// Rows are where the base's are.
fn properties(base: &Arc<dyn ExecutionPlan>, output: &[(usize, usize)], schema: &SchemaRef) -> PlanProperties {
    let partitioning = match base.output_partitioning() {
        Partitioning::Hash(columns, count) => {
            let out = |column: &Arc<dyn PhysicalExpr>| {
                let column = column.downcast_ref::<Column>()?.index();
                let place = output.iter().position(|from| *from == (0, column))?;
                Some(Arc::new(Column::new(schema.field(place).name(), place)) as Arc<dyn PhysicalExpr>)
            };
            match columns.iter().map(out).collect() {
                Some(columns) => Partitioning::Hash(columns, *count),
                None => Partitioning::UnknownPartitioning(*count),
            }
        }
        other => Partitioning::UnknownPartitioning(other.partition_count()),
    };
    let equivalence = EquivalenceProperties::new(schema.clone());
    PlanProperties::new(equivalence, partitioning, EmissionType::Incremental, Boundedness::Bounded)
}

impl DisplayAs for LookupJoinExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        let base = self.inputs[0].schema();
        let key: Vec<&str> = self.keys[0].iter().map(|key| base.field(*key).name().as_str()).collect();
        write!(f, "LookupJoinExec: on=[{}], sides={}", key.join(", "), self.inputs.len() - 1)
    }
}

impl ExecutionPlan for LookupJoinExec {
    fn name(&self) -> &'static str {
        "LookupJoinExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.inputs.iter().collect()
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        let by_key = self.key_columns().map(Distribution::KeyPartitioned);
        InputDistributionRequirements::co_partitioned(by_key.collect())
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(self.key_columns().flatten(), f)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if children.len() != self.inputs.len() {
            return internal_err!("a lookup join of {} inputs was given {}", self.inputs.len(), children.len());
        }
        Ok(Arc::new(LookupJoinExec::new(children, self.keys.clone(), self.output.clone(), self.schema.clone())))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let reservation = MemoryConsumer::new("LookupJoinExec").register(context.memory_pool());
        let streams = self.inputs.iter().map(|input| input.execute(partition, context.clone()));
        let mut streams = streams.collect::<Result<Vec<_>>>()?.into_iter();
        let Some(base) = streams.next() else { return internal_err!("a lookup join without a base") };
        let (held_columns, output) = self.held_columns();
        let keys = self.keys.clone();
        let (schema, batch_rows) = (self.schema.clone(), context.session_config().batch_size().max(1));
        let rows = stream::once(async move {
            let mut held = Held::new(reservation);
            for ((side, key), columns) in streams.zip(&keys[1..]).zip(&held_columns) {
                held.hold(side, key, columns).await?;
            }
            let lookup = Arc::new(Lookup { held, key: keys[0].clone(), output, schema, metrics });
            let joined = move |batch| std::future::ready(joined(lookup.clone(), batch, batch_rows));
            Ok::<_, DataFusionError>(base.and_then(joined).try_flatten())
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), rows.try_flatten())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        let sides = self.inputs[1..].iter().map(|_| ChildStats::Skip);
        std::iter::once(ChildStats::At(partition)).chain(sides).collect()
    }

    fn statistics_from_inputs(&self, inputs: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        let mut statistics = Statistics::new_unknown(&self.schema);
        statistics.num_rows = inputs[0].num_rows.to_inexact();
        Ok(Arc::new(statistics))
    }

    fn gather_filters_for_pushdown(
        &self,
        _: FilterPushdownPhase,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        _: &ConfigOptions,
    ) -> Result<FilterDescription> {
        let base = self.base();
        let base_schema = base.schema();
        // Columns are found again by name: the first of a name, which must be this one.
        let is_of_base = |(place, (input, column)): &(usize, &(usize, usize))| {
            *input == 0 && base_schema.index_of(self.schema.field(*place).name()).ok() == Some(*column)
        };
        let of_base: HashSet<usize> =
            self.output.iter().enumerate().filter(is_of_base).map(|(place, _)| place).collect();
        let of_base = ChildFilterDescription::from_child_with_allowed_indices(&filters, of_base, base)?;
        let mut description = FilterDescription::new().with_child(of_base);
        for _ in &self.inputs[1..] {
            description = description.with_child(ChildFilterDescription::all_unsupported(&filters));
        }
        Ok(description)
    }
}

/// What every batch of the base is joined to.
struct Lookup {
    held: Held,
    key: Vec<usize>,
    output: Vec<(usize, usize)>,
    schema: SchemaRef,
    metrics: BaselineMetrics,
}

/// A batch of the base with its matches, `batch_rows` at a time.
fn joined(
    lookup: Arc<Lookup>,
    batch: RecordBatch,
    batch_rows: usize,
) -> Result<impl futures::Stream<Item = Result<RecordBatch>>> {
    let time = lookup.metrics.elapsed_compute().clone();
    let mut matches = {
        let _timer = time.timer();
        lookup.held.matches(&batch, &lookup.key)?
    };
    Ok(stream::iter(std::iter::from_fn(move || {
        let _timer = time.timer();
        let rows = matches.next(&lookup.held, batch_rows)?;
        let joined = lookup.held.joined(&batch, &rows, &lookup.output, &lookup.schema);
        lookup.metrics.record_output(rows.len);
        Some(joined)
    })))
}
