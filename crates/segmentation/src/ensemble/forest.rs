//! A single tree, and a random forest whose trees vote by the share of the outcome in their leaves.

use rand::SeedableRng;
use rand::distributions::{Distribution, Uniform};
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Ensemble, Outcomes};
use crate::evaluation::count;
use crate::tree::{Binned, Criterion, Gradients, Growth, Sample, Tree};

/// Parameters of a single tree, small enough to be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TreeParams {
    /// Leaves at most.
    pub leaves: usize,
    /// Divisions from the root to a leaf at most.
    pub depth: usize,
    /// Rows of a leaf at least; a hundredth of all rows when that is more.
    pub rows_min: usize,
    /// What a division shall improve.
    pub criterion: Criterion,
}

impl Default for TreeParams {
    fn default() -> Self {
        TreeParams { leaves: 12, depth: 5, rows_min: 20, criterion: Criterion::Gini }
    }
}

/// Parameters of a forest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ForestParams {
    /// Trees.
    pub trees: usize,
    /// Leaves of a tree at most.
    pub leaves: usize,
    /// Divisions from the root to a leaf at most.
    pub depth: usize,
    /// Rows of a leaf at least.
    pub rows_min: usize,
    /// Columns that each division may choose from; the square root of their number when absent.
    pub columns_drawn: Option<usize>,
    /// Seed of all draws.
    pub seed: u64,
}

impl Default for ForestParams {
    fn default() -> Self {
        ForestParams { trees: 300, leaves: 512, depth: 16, rows_min: 5, columns_drawn: None, seed: 42 }
    }
}

/// Grow one tree on `rows` of a table; its values are shares with the outcome.
#[must_use]
pub fn single_tree(table: &Binned, known: Outcomes<'_>, rows: &[u32], params: &TreeParams) -> Ensemble {
    let growth = Growth {
        criterion: params.criterion,
        leaves_max: params.leaves.max(1),
        depth_max: params.depth,
        rows_min: params.rows_min.max(rows.len() / 100).max(1),
        gain_min: 1e-9,
        columns_drawn: None,
        monotone: Vec::new(),
        seed: 0,
    };
    let (gradients, hessians) = weights(table, known, |row| known.weight(row));
    let sample = Sample { gradients: &gradients, hessians: &hessians, rows };
    let grown = Tree::grow(table, sample, &mut Gradients::default(), &growth);
    Ensemble { columns: table.columns.clone(), base: 0.0, trees: vec![grown.tree] }
}

/// Grow a forest (Breiman 2001) on `rows` of a table: each tree on as many rows drawn with replacement, each division from some columns drawn. The score is the
/// mean of the trees' shares with the outcome. The same whatever the number of threads.
#[must_use]
pub fn forest(table: &Binned, known: Outcomes<'_>, rows: &[u32], params: &ForestParams) -> Ensemble {
    // The square root of a number of columns.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let root = count(table.columns.len()).sqrt().round() as usize;
    let grow = |number: usize| {
        let seed = params.seed.wrapping_add(number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let growth = Growth {
            criterion: Criterion::Gini,
            leaves_max: params.leaves.max(1),
            depth_max: params.depth,
            rows_min: params.rows_min.max(1),
            gain_min: 1e-9,
            columns_drawn: Some(params.columns_drawn.unwrap_or(root).max(1)),
            monotone: Vec::new(),
            seed,
        };
        let mut drawn = vec![0_u32; table.rows()];
        let mut rng = Xoshiro256Plus::seed_from_u64(seed);
        if !rows.is_empty() {
            let place = Uniform::new(0, rows.len());
            (0..rows.len()).for_each(|_| drawn[rows[place.sample(&mut rng)] as usize] += 1);
        }
        let (gradients, hessians) = weights(table, known, |row| f64::from(drawn[row as usize]) * known.weight(row));
        let present: Vec<u32> = rows.iter().copied().filter(|row| drawn[*row as usize] > 0).collect();
        let sample = Sample { gradients: &gradients, hessians: &hessians, rows: &present };
        let mut tree = Tree::grow(table, sample, &mut Gradients::default(), &growth).tree;
        tree.nodes.iter_mut().for_each(|node| node.value /= count(params.trees.max(1)));
        tree
    };
    let trees = (0..params.trees.max(1)).into_par_iter().map(grow).collect();
    Ensemble { columns: table.columns.clone(), base: 0.0, trees }
}

/// Sums of shares: the weight of rows with the outcome below zero, and all weights.
fn weights(table: &Binned, known: Outcomes<'_>, weight: impl Fn(u32) -> f64) -> (Vec<f64>, Vec<f64>) {
    let rows = 0..u32::try_from(table.rows()).unwrap_or(u32::MAX);
    rows.map(|row| (if known.is_positive(row) { -weight(row) } else { 0.0 }, weight(row))).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Values;
    use crate::tree::ColumnBins;

    fn table() -> (Binned, Vec<bool>) {
        let columns = [
            Values::Numbers((0..400).map(|row| Some(f64::from(row / 4))).collect()),
            Values::Texts((0..400).map(|row| Some(["a", "b", "c"][row % 3].to_owned())).collect()),
        ];
        let all: Vec<usize> = (0..400).collect();
        let bins: Vec<ColumnBins> =
            ["x", "t"].iter().zip(&columns).map(|(n, c)| ColumnBins::fit(n, c, &all, 1)).collect();
        let binned = Binned::apply(&bins, 400, |place| Ok::<_, ()>(columns[place].clone())).unwrap();
        // Above 59, and below it in category b.
        (binned, (0..400).map(|row| row / 4 >= 60 || row % 3 == 1).collect())
    }

    #[test]
    fn a_tree_finds_the_rule_and_says_it() {
        let (table, outcomes) = table();
        let rows: Vec<u32> = (0..400).collect();
        let tree = single_tree(&table, Outcomes { outcomes: &outcomes, weights: None }, &rows, &TreeParams::default());
        let rules = tree.trees[0].rules(&table.columns);
        let said: Vec<String> = rules.iter().map(|r| format!("{}: {} of {}", r.condition, r.value, r.cover)).collect();
        assert_eq!(said[2], "x <= 59.5 and t is a or c: 0 of 160", "{said:?}");
        assert_eq!(said.len(), 3);
        assert!(rules[0].value > 0.999 && rules[1].value > 0.999);
    }

    #[test]
    fn a_forest_votes_between_nothing_and_all() {
        let (table, outcomes) = table();
        let rows: Vec<u32> = (0..400).collect();
        let known = Outcomes { outcomes: &outcomes, weights: None };
        let params = ForestParams { trees: 20, ..ForestParams::default() };
        let forest = forest(&table, known, &rows, &params);
        assert_eq!(forest, super::forest(&table, known, &rows, &params));
        let scores = forest.scores(&table, &rows);
        assert!(scores.iter().all(|score| (-1e-12..=1.0 + 1e-12).contains(score)));
        let mean_of = |is: bool| {
            let of: Vec<f64> = scores.iter().zip(&outcomes).filter(|(_, y)| **y == is).map(|(s, _)| *s).collect();
            crate::evaluation::mean(&of)
        };
        assert!(mean_of(true) > 0.9 && mean_of(false) < 0.2, "{} {}", mean_of(true), mean_of(false));
    }
}
