//! Finds chains of left joins by one key.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{JoinType, NullEquality, Result};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::expressions::Column;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::projection::ProjectionExec;

use super::LookupJoinExec;
use super::key::is_key_type;
use crate::narrow_side::is_lookup;

/// The rule; it stands before the engine's own choice of joins.
#[derive(Debug)]
pub(crate) struct LookupJoins;

impl PhysicalOptimizerRule for LookupJoins {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_down(|node| {
            let star = Star::of(&node);
            // One join alone is the engine's.
            Ok(match star.inputs.len() > 2 {
                true => {
                    Transformed::yes(Arc::new(LookupJoinExec::new(star.inputs, star.keys, star.output, node.schema())))
                }
                false => Transformed::no(node),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "lookup_joins"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// A base and what is left joined to it by the same columns of it.
struct Star {
    /// The base, then the sides.
    inputs: Vec<Arc<dyn ExecutionPlan>>,
    /// The key in each; none as long as there is no side.
    keys: Vec<Vec<usize>>,
    /// Input and column of each column that comes out.
    output: Vec<(usize, usize)>,
}

impl Star {
    /// What a plan's joins amount to; a plan that joins nothing is a base without sides.
    fn of(plan: &Arc<dyn ExecutionPlan>) -> Star {
        if let Some(join) = plan.downcast_ref::<HashJoinExec>()
            && let Some(on) = lookup_columns(join)
        {
            let star = Star::of(join.left()).joined(&on, join.right());
            return star.or_else(|| Star::base(join.left()).joined(&on, join.right())).unwrap_or(Star::base(plan));
        }
        if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
            let columns = projection.expr().iter().map(|column| Some(column.expr.downcast_ref::<Column>()?.index()));
            if let Some(columns) = columns.collect::<Option<Vec<_>>>() {
                let star = Star::of(projection.input());
                if star.inputs.len() > 1 {
                    return Star { output: columns.into_iter().map(|column| star.output[column]).collect(), ..star };
                }
            }
        }
        Star::base(plan)
    }

    fn base(plan: &Arc<dyn ExecutionPlan>) -> Star {
        let output = (0..plan.schema().fields().len()).map(|column| (0, column)).collect();
        Star { inputs: vec![plan.clone()], keys: Vec::new(), output }
    }

    /// With one more side, by columns of what comes out and of the side; `None` when they are not the base's key, or the side is not one to be held.
    fn joined(mut self, on: &[(usize, usize)], side: &Arc<dyn ExecutionPlan>) -> Option<Star> {
        let of_base = |(out, of_side): &(usize, usize)| match self.output[*out] {
            (0, column) => Some((column, *of_side)),
            _ => None,
        };
        let mut on: Vec<(usize, usize)> = on.iter().map(of_base).collect::<Option<_>>()?;
        // In one order, whatever order the joins name them in.
        on.sort_unstable();
        let (key, side_key): (Vec<usize>, Vec<usize>) = on.into_iter().unzip();
        if self.keys.first().is_some_and(|known| *known != key) || !is_lookup(side, &side_key, &self.inputs[0]) {
            return None;
        }
        if self.keys.is_empty() {
            self.keys.push(key);
        }
        self.keys.push(side_key);
        let place = self.inputs.len();
        self.output.extend((0..side.schema().fields().len()).map(|column| (place, column)));
        self.inputs.push(side.clone());
        Some(self)
    }
}

/// The columns of a left join by columns and nothing else.
fn lookup_columns(join: &HashJoinExec) -> Option<Vec<(usize, usize)>> {
    let is_plain = *join.join_type() == JoinType::Left
        && join.filter().is_none()
        && !join.contains_projection()
        && join.fetch().is_none()
        && join.null_equality() == NullEquality::NullEqualsNothing;
    let key_column = |side: &Arc<dyn ExecutionPlan>, column: &Arc<dyn PhysicalExpr>| {
        let column = column.downcast_ref::<Column>()?.index();
        is_key_type(side.schema().field(column).data_type()).then_some(column)
    };
    let pair = |(left, right): &_| Some((key_column(join.left(), left)?, key_column(join.right(), right)?));
    is_plain.then(|| join.on().iter().map(pair).collect())?
}
