//! Which side of a left join is held in memory: where both have as many rows, the narrower one. Otherwise a chain of joins to one wide row a customer would hold
//! what it has joined so far, again and again.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{JoinType, Result};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};

use crate::small_side::rows_at_most;

/// The rule; it stands behind the engine's own choice of joins, which holds the first side where both have as many rows.
#[derive(Debug)]
pub(crate) struct NarrowSide;

impl PhysicalOptimizerRule for NarrowSide {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| match node.downcast_ref::<HashJoinExec>() {
            Some(join) if is_first_side_wide(join) => Ok(Transformed::yes(join.swap_inputs(*join.partition_mode())?)),
            _ => Ok(Transformed::no(node)),
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "narrow_side"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn is_first_side_wide(join: &HashJoinExec) -> bool {
    if *join.join_type() != JoinType::Left {
        return false;
    }
    let (Some(left), Some(right)) = (rows_at_least(join.left()), rows_at_most(join.right())) else { return false };
    let width = |side: &Arc<dyn ExecutionPlan>| side.schema().fields().len();
    right <= left && width(join.right()) < width(join.left())
}

/// Rows that a plan has in any case: those of the table that its outer joins keep; `None` when something may leave some out.
fn rows_at_least(plan: &Arc<dyn ExecutionPlan>) -> Option<usize> {
    if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
        return match join.join_type() {
            JoinType::Left => rows_at_least(join.left()),
            JoinType::Right => rows_at_least(join.right()),
            _ => None,
        };
    }
    if plan.downcast_ref::<FilterExec>().is_some() || plan.downcast_ref::<AggregateExec>().is_some() {
        return None;
    }
    match plan.children()[..] {
        [] => match StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::new()).ok()?.num_rows {
            Precision::Exact(rows) => Some(rows),
            _ => None,
        },
        [child] if plan.fetch().is_none() => rows_at_least(child),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn a_chain_of_left_joins_holds_its_narrow_sides() {
        let folder = tempfile::tempdir().unwrap();
        let spill_dir = folder.path().to_path_buf();
        let engine = crate::Engine { threads: 2, memory_bytes: 1 << 26, spill_dir, spill_bytes: 1 << 30 };
        let session = engine.session("2025-06-30".parse().unwrap()).unwrap();
        // Many columns of few bytes on one side, few of many on the other: the engine goes by bytes where it knows them, which it does not of kept tables.
        for sql in [
            "create table base as select unnest(range(0, 3000)) as n, 1 as a, 2 as b, 3 as c",
            "create table one as select unnest(range(0, 3000)) as n, repeat('x', 1000) as a",
            "create table two as select * from one",
        ] {
            session.sql(sql).await.unwrap().collect().await.unwrap();
        }
        let chain = "select base.*, one.a as one_a, two.a as two_a from base left join one on base.n = one.n left join two on base.n = two.n";
        let plan = session.sql(chain).await.unwrap().create_physical_plan().await.unwrap();
        let shown = format!("{}", datafusion::physical_plan::displayable(plan.as_ref()).indent(false));
        let count = |kind: &str| shown.matches(&format!("join_type={kind}")).count();
        assert_eq!((count("Right"), count("Left")), (2, 0), "{shown}");
        let rows = session.sql(chain).await.unwrap().collect().await.unwrap();
        assert_eq!(rows.iter().map(arrow::array::RecordBatch::num_rows).sum::<usize>(), 3_000);
    }
}
