//! Which side of a join is held in memory: one that is small for certain, and of a left join the one with fewer values. Otherwise a chain of joins to one wide row a customer would hold and copy what it
//! has joined so far, again and again.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{JoinType, Result};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::expressions::Column;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use datafusion::physical_plan::unnest::UnnestExec;

use crate::lookup_join::LookupJoinExec;
use crate::small_side::rows_at_most;

/// What has at most so many rows is looked up: it is held whatever the other side is thought to be.
const LOOKUP_ROWS: usize = 100_000;
/// A key hardly has more rows than this in what is summed by it.
const ROWS_OF_A_KEY: usize = 1_000;

/// The rule; it stands behind the engine's own choice of joins, which holds the first side where it does not know their bytes.
#[derive(Debug)]
pub(crate) struct NarrowSide;

impl PhysicalOptimizerRule for NarrowSide {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| match node.downcast_ref::<HashJoinExec>() {
            Some(join) if is_second_side_small(join) || is_first_side_wide(join) => {
                Ok(Transformed::yes(join.swap_inputs(*join.partition_mode())?))
            }
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

/// Estimates of what a join or a filter leaves may be far too low; what a table has is known.
fn is_second_side_small(join: &HashJoinExec) -> bool {
    let is_small = |side: &Arc<dyn ExecutionPlan>| rows_at_most(side).is_some_and(|rows| rows <= LOOKUP_ROWS);
    matches!(join.join_type(), JoinType::Left | JoinType::Inner) && is_small(join.right()) && !is_small(join.left())
}

fn is_first_side_wide(join: &HashJoinExec) -> bool {
    if *join.join_type() != JoinType::Left {
        return false;
    }
    let Some(left) = rows_at_least(join.left()) else { return false };
    let keys: BTreeSet<&str> = join.on().iter().filter_map(|(_, key)| name_of(key)).collect();
    // Sums by the key have hardly more rows than what they are joined to.
    let right = if has_one_row_of(join.right(), &keys) { Some(left) } else { rows_at_most(join.right()) };
    let values = |rows: usize, side: &Arc<dyn ExecutionPlan>| rows.saturating_mul(side.schema().fields().len());
    right.is_some_and(|right| values(right, join.right()) < values(left, join.left()))
}

/// Whether a side of a left join is one to hold whatever becomes of the others: it has few rows, or hardly more than the base, whose filters do not count.
/// Sums by the key have as many as the base has keys, unless the base is tiny beside what is summed.
pub(crate) fn is_lookup(side: &Arc<dyn ExecutionPlan>, key: &[usize], base: &Arc<dyn ExecutionPlan>) -> bool {
    let (Some(base), Some(rows)) = (largest_table_rows(base), rows_at_most(side)) else { return false };
    let schema = side.schema();
    let key = key.iter().map(|column| schema.field(*column).name().as_str()).collect();
    let is_summed = has_one_row_of(side, &key) && rows <= base.saturating_mul(ROWS_OF_A_KEY);
    is_summed || rows <= base.max(LOOKUP_ROWS)
}

/// Rows of the largest table that a plan reads; `None` when that of one is not known.
fn largest_table_rows(plan: &Arc<dyn ExecutionPlan>) -> Option<usize> {
    match plan.children()[..] {
        [] => rows_at_most(plan),
        ref children => children.iter().try_fold(0, |most, child| Some(largest_table_rows(child)?.max(most))),
    }
}

/// Whether a plan groups by nothing but these columns.
fn has_one_row_of(plan: &Arc<dyn ExecutionPlan>, keys: &BTreeSet<&str>) -> bool {
    if let Some(sums) = plan.downcast_ref::<AggregateExec>() {
        return sums.group_expr().expr().iter().all(|(_, name)| keys.contains(name.as_str()));
    }
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        let before = projection.expr().iter().filter(|column| keys.contains(column.alias.as_str()));
        let before: BTreeSet<&str> = before.filter_map(|column| name_of(&column.expr)).collect();
        return has_one_row_of(projection.input(), &before);
    }
    match plan.children()[..] {
        [child] if plan.downcast_ref::<UnnestExec>().is_none() => has_one_row_of(child, keys),
        _ => false,
    }
}

fn name_of(key: &Arc<dyn PhysicalExpr>) -> Option<&str> {
    key.downcast_ref::<Column>().map(Column::name)
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
    if let Some(join) = plan.downcast_ref::<LookupJoinExec>() {
        return rows_at_least(join.base());
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
        [one, other] if plan.downcast_ref::<CrossJoinExec>().is_some() => {
            rows_at_least(one)?.checked_mul(rows_at_least(other)?)
        }
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
        // One more column on the other side, and sums whose number nobody knows before: it is those that are held.
        let sums = "select base.*, sums.many, sums.most from base cross join (select 1 as day) as days \
                    left join (select n, count(*) as many, max(one.a) as most from one inner join two using (n) group by n) as sums on base.n = sums.n";
        let plan = session.sql(sums).await.unwrap().create_physical_plan().await.unwrap();
        let shown = format!("{}", datafusion::physical_plan::displayable(plan.as_ref()).indent(false));
        assert!(shown.contains("join_type=Right") && !shown.contains("join_type=Left"), "{shown}");
        // The engine thinks that hardly anything is left of the first side.
        let lookup = "create table lookup as select unnest(range(0, 3000)) as code, 'x' as word";
        session.sql(lookup).await.unwrap().collect().await.unwrap();
        let many = "create table many as select unnest(range(0, 200000)) as n, 7 as code";
        session.sql(many).await.unwrap().collect().await.unwrap();
        let found = "select f.n, lookup.word from (select many.* from one inner join many on one.n = many.n where one.a <> 'y') as f \
                     left join lookup on f.code = lookup.code";
        let plan = session.sql(found).await.unwrap().create_physical_plan().await.unwrap();
        let shown = format!("{}", datafusion::physical_plan::displayable(plan.as_ref()).indent(false));
        assert!(shown.contains("join_type=Right") && !shown.contains("join_type=Left"), "{shown}");
        // By one key it would be one step (lookup_join).
        let chain = "select base.*, one.a as one_a, two.a as two_a from base left join one on base.n = one.n left join two on base.a = two.n";
        let plan = session.sql(chain).await.unwrap().create_physical_plan().await.unwrap();
        let shown = format!("{}", datafusion::physical_plan::displayable(plan.as_ref()).indent(false));
        let count = |kind: &str| shown.matches(&format!("join_type={kind}")).count();
        assert_eq!((count("Right"), count("Left")), (2, 0), "{shown}");
        let rows = session.sql(chain).await.unwrap().collect().await.unwrap();
        assert_eq!(rows.iter().map(arrow::array::RecordBatch::num_rows).sum::<usize>(), 3_000);
    }
}
