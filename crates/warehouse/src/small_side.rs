//! Where joins are planned as sort-merge joins because tables are large, those with a small side are hash joins all the same:
//! sorting millions of postings to look up a dozen transaction types would cost more than everything else.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::{HashJoinExec, PartitionMode, SortMergeJoinExec};
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use datafusion::physical_plan::unnest::UnnestExec;

/// A side of at most so many rows is kept in memory whatever the other one is.
const SMALL_ROWS: usize = 20_000;
/// A list in one row, such as the days of two months, has at most so many elements.
const LIST_ROWS: usize = 2_000;

/// The rule; it stands behind the engine's own choice of joins.
#[derive(Debug)]
pub(crate) struct SmallSide;

impl PhysicalOptimizerRule for SmallSide {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| match node.downcast_ref::<SortMergeJoinExec>() {
            Some(join) => Ok(match with_small_side(join)? {
                Some(hash_join) => Transformed::yes(hash_join),
                None => Transformed::no(node),
            }),
            None => Ok(Transformed::no(node)),
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "small_side"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn with_small_side(join: &SortMergeJoinExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let is_small = |side: &Arc<dyn ExecutionPlan>| rows_at_most(side).is_some_and(|rows| rows <= SMALL_ROWS);
    let (left, right) = (is_small(join.left()), is_small(join.right()));
    if !left && !right {
        return Ok(None);
    }
    let hash_join = HashJoinExec::try_new(
        join.left().clone(),
        join.right().clone(),
        join.on().to_vec(),
        join.filter().clone(),
        &join.join_type(),
        None,
        PartitionMode::CollectLeft,
        join.null_equality(),
        false,
    )?;
    Ok(Some(match left {
        true => Arc::new(hash_join),
        false => hash_join.swap_inputs(PartitionMode::CollectLeft)?,
    }))
}

/// A bound on the rows of a plan, as far as its tables say; `None` when one of them does not.
pub(crate) fn rows_at_most(plan: &Arc<dyn ExecutionPlan>) -> Option<usize> {
    let children = plan.children();
    if children.is_empty() {
        let statistics = StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::new()).ok()?;
        return statistics.num_rows.get_value().copied();
    }
    let rows = children.iter().map(|child| rows_at_most(child)).collect::<Option<Vec<_>>>()?;
    if plan.downcast_ref::<UnnestExec>().is_some() {
        return rows[0].checked_mul(LIST_ROWS);
    }
    // A join has at most the product of its sides, a union the sum; everything else no more than what it reads.
    match plan.name() {
        "UnionExec" | "InterleaveExec" => rows.into_iter().try_fold(0, usize::checked_add),
        _ => rows.into_iter().try_fold(1, |product: usize, side| product.checked_mul(side.max(1))),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::RecordBatch;

    #[tokio::test]
    async fn a_join_with_a_small_side_does_not_sort_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let spill_dir = folder.path().to_path_buf();
        let engine = crate::Engine { threads: 2, memory_bytes: 1 << 26, spill_dir, spill_bytes: 1 << 30 };
        let session = engine.session("2025-06-30".parse().unwrap()).unwrap();
        session.sql("set datafusion.optimizer.prefer_hash_join = false").await.unwrap();
        for (name, rows) in [("large", 30_000), ("other", 30_001), ("small", 3)] {
            let sql = format!("create table {name} as select unnest(range(0, {rows})) as n");
            session.sql(&sql).await.unwrap().collect().await.unwrap();
        }
        for (join, small, rows) in [
            ("large inner join small", true, 3),
            ("small inner join large", true, 3),
            ("large left join small", true, 30_000),
            ("small left join large", true, 3),
            ("large full join small", true, 30_000),
            ("large inner join other", false, 30_000),
        ] {
            let [one, .., other] = join.split(' ').collect::<Vec<_>>()[..] else { panic!("{join}") };
            let sql = format!("select {one}.n as a, {other}.n as b from {join} on {one}.n = {other}.n");
            let plan = session.sql(&sql).await.unwrap().create_physical_plan().await.unwrap();
            let shown = format!("{}", datafusion::physical_plan::displayable(plan.as_ref()).indent(false));
            assert_eq!(shown.contains("HashJoinExec: mode=CollectLeft"), small, "{join}: {shown}");
            assert_eq!(shown.contains("SortMergeJoin"), !small, "{join}: {shown}");
            let counted: usize =
                session.sql(&sql).await.unwrap().collect().await.unwrap().iter().map(RecordBatch::num_rows).sum();
            assert_eq!(counted, rows, "{join}");
        }
    }
}
