//! Gradient boosting of trees on the log-likelihood of two outcomes.

use std::borrow::Cow;

use rand::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{CHUNK_ROWS, Ensemble, Outcomes};
use crate::evaluation::count;
use crate::tree::{Binned, Criterion, Gradients, Grown, Growth, Sample, Tree};

/// Rows whose scores a thread adds to at a time.
const ADD_ROWS: usize = 16_384;

/// Parameters of boosting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BoostingParams {
    /// Rounds at most.
    pub rounds: usize,
    /// By how much each tree's values are made smaller.
    pub learning_rate: f64,
    /// Leaves of a tree at most.
    pub leaves: usize,
    /// Divisions from the root to a leaf at most.
    pub depth: usize,
    /// Rows of a leaf at least.
    pub rows_min: usize,
    /// Ridge on leaf values.
    pub l2: f64,
    /// Share of the rows that each tree is grown on.
    pub rows_share: f64,
    /// Share of the columns that each division may choose from.
    pub columns_share: f64,
    /// Chains of trees, each with its own draws, whose mean is the ensemble; a round is a tree of each. One when absent; a classifier has five then where its
    /// rows are few.
    pub bags: Option<usize>,
    /// Rounds without a better loss of the rows that are watched after which boosting ends.
    pub patience: usize,
    /// Of a column 1 or -1 when the score may only rise or fall with it, 0 otherwise; all 0 when empty.
    pub monotone: Vec<i8>,
    /// Seed of all draws.
    pub seed: u64,
}

impl Default for BoostingParams {
    fn default() -> Self {
        BoostingParams {
            rounds: 1_000,
            learning_rate: 0.05,
            leaves: 15,
            depth: 6,
            rows_min: 20,
            l2: 1.0,
            rows_share: 0.8,
            columns_share: 0.5,
            bags: None,
            patience: 50,
            monotone: Vec::new(),
            seed: 42,
        }
    }
}

impl BoostingParams {
    /// Trees of a round.
    #[must_use]
    pub fn bags(&self) -> usize {
        self.bags.unwrap_or(1).max(1)
    }
}

/// A boosted ensemble and how well it did on rows that it did not learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Boosted {
    /// The ensemble.
    pub ensemble: Ensemble,
    /// The scores, by all trees, of the rows that it learnt from and of those that are watched; of the table's other rows they are no scores.
    pub scores: Vec<f64>,
    /// Sum of the negative log-likelihood of the watched rows after each round; empty when none are watched.
    pub watched_losses: Vec<f64>,
}

/// Boost trees (Friedman 2001, algorithm 5, with Newton's leaf values of Chen and Guestrin 2016) on `rows` of a table, which are ascending and have both outcomes.
/// With rows to watch, boosting ends when their loss has not become better for so many rounds. The same whatever the number of threads.
#[must_use]
pub fn boost(table: &Binned, known: Outcomes<'_>, rows: &[u32], watched: &[u32], params: &BoostingParams) -> Boosted {
    // On a thread of the pool: another one would be put to sleep and woken for each of the many short steps.
    rayon::scope(|_| rounds(table, known, rows, watched, params))
}

fn rounds(table: &Binned, known: Outcomes<'_>, rows: &[u32], watched: &[u32], params: &BoostingParams) -> Boosted {
    let weight_of =
        |is: bool| rows.iter().filter(|r| known.is_positive(**r) == is).map(|r| known.weight(*r)).sum::<f64>();
    let base = (weight_of(true).max(1e-9) / weight_of(false).max(1e-9)).ln();
    let bags = params.bags();
    let part = 1.0 / count(bags);
    let mut chains: Vec<Chain> = (0..bags).map(|bag| Chain::new(table, base, bag, params)).collect();
    let mut ensemble = Ensemble { columns: table.columns.clone(), base, trees: Vec::new() };
    let mut watched_losses: Vec<f64> = Vec::new();
    let mut best = (f64::INFINITY, 0);
    for round in 0..params.rounds {
        let grow = |chain: &mut Chain| chain.round(table, known, rows, watched, round, params);
        let trees: Vec<Tree> = chains.par_iter_mut().map(grow).collect();
        if trees.iter().any(|tree| tree.nodes.len() < 2) {
            break;
        }
        ensemble.trees.extend(trees.into_iter().map(|mut tree| {
            tree.nodes.iter_mut().for_each(|node| node.value *= part);
            tree
        }));
        if watched.is_empty() {
            continue;
        }
        let mean = |row: &u32| chains.iter().map(|chain| chain.scores[*row as usize]).sum::<f64>() * part;
        let loss: f64 = watched.iter().map(|row| loss(known.is_positive(*row), mean(row))).sum();
        watched_losses.push(loss);
        if loss < best.0 {
            best = (loss, round);
        } else if round >= best.1 + params.patience {
            break;
        }
    }
    let mut scores: Vec<f64> = chains.pop().map_or_else(Vec::new, |chain| chain.scores);
    for chain in &chains {
        scores.iter_mut().zip(&chain.scores).for_each(|(score, other)| *score += other);
    }
    scores.iter_mut().for_each(|score| *score *= part);
    Boosted { ensemble, scores, watched_losses }
}

/// One of the chains of trees whose mean an ensemble is.
struct Chain {
    growth: Growth,
    seed: u64,
    rng: Xoshiro256Plus,
    scores: Vec<f64>,
    gradients: Vec<f64>,
    hessians: Vec<f64>,
    packed: Gradients,
}

impl Chain {
    fn new(table: &Binned, base: f64, bag: usize, params: &BoostingParams) -> Self {
        let seed = params.seed.wrapping_add((bag as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let growth = Growth {
            criterion: Criterion::Loss { l2: params.l2 },
            leaves_max: params.leaves.max(2),
            depth_max: params.depth.max(1),
            rows_min: params.rows_min.max(1),
            gain_min: 1e-9,
            columns_drawn: drawn(table.columns.len(), params.columns_share),
            monotone: params.monotone.clone(),
            seed,
        };
        Chain {
            growth,
            seed,
            rng: Xoshiro256Plus::seed_from_u64(seed),
            scores: vec![base; table.rows()],
            gradients: vec![0.0; table.rows()],
            hessians: vec![0.0; table.rows()],
            packed: Gradients::default(),
        }
    }

    /// The next tree; a tree that divides nothing adds nothing.
    fn round(
        &mut self,
        table: &Binned,
        known: Outcomes<'_>,
        rows: &[u32],
        watched: &[u32],
        round: usize,
        params: &BoostingParams,
    ) -> Tree {
        derivatives(known, &self.scores, &mut self.gradients, &mut self.hessians);
        self.growth.seed = self.seed.wrapping_add(round as u64 + 1);
        let drawn = Drawn::new(rows, watched, params.rows_share, &mut self.rng);
        let sample = Sample { gradients: &self.gradients, hessians: &self.hessians, rows: &drawn.rows };
        let mut grown = Tree::grow(table, sample, &mut self.packed, &self.growth);
        if grown.tree.nodes.len() > 1 {
            grown.tree.nodes.iter_mut().for_each(|node| node.value *= params.learning_rate);
            add(table, &grown, &drawn.others, &mut self.scores);
        }
        grown.tree
    }
}

fn drawn(columns: usize, share: f64) -> Option<usize> {
    // Between one and all columns.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let drawn = (count(columns) * share).ceil() as usize;
    (drawn < columns).then_some(drawn.max(1))
}

/// Rows that a tree is grown on, and others whose scores are needed, too; both ascending.
struct Drawn<'r> {
    rows: Cow<'r, [u32]>,
    others: Cow<'r, [u32]>,
}

impl<'r> Drawn<'r> {
    /// A share of the rows: one after the other, each with the chance of those that are still wanted among those that are left (Knuth, The Art of Computer
    /// Programming 2, 3.4.2, algorithm S).
    fn new(rows: &'r [u32], watched: &'r [u32], share: f64, rng: &mut Xoshiro256Plus) -> Self {
        // Between none and all rows.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let wanted = (count(rows.len()) * share).ceil() as usize;
        if wanted >= rows.len() {
            return Drawn { rows: Cow::Borrowed(rows), others: Cow::Borrowed(watched) };
        }
        let (mut drawn, mut others) = (Vec::with_capacity(wanted), Vec::with_capacity(rows.len() - wanted));
        for (place, row) in rows.iter().enumerate() {
            let (left, still_wanted) = ((rows.len() - place) as u64, (wanted - drawn.len()) as u64);
            let is_drawn = (u64::from(rng.next_u32()) * left) >> 32 < still_wanted;
            if is_drawn { &mut drawn } else { &mut others }.push(*row);
        }
        others.extend(watched);
        others.sort_unstable();
        Drawn { rows: Cow::Owned(drawn), others: Cow::Owned(others) }
    }
}

/// Add a tree's values to the scores of the rows it was grown on, which stand by leaf, and of `others`; both ascending.
fn add(table: &Binned, grown: &Grown, others: &[u32], scores: &mut [f64]) {
    scores.par_chunks_mut(ADD_ROWS).enumerate().for_each(|(chunk, scores)| {
        let (from, end) = (chunk * ADD_ROWS, chunk * ADD_ROWS + scores.len());
        let here = |rows: &[u32]| {
            let place = |end: usize| rows.partition_point(|row| (*row as usize) < end);
            place(from)..place(end)
        };
        for (value, rows) in grown.leaves() {
            rows[here(rows)].iter().for_each(|row| scores[*row as usize - from] += value);
        }
        for row in &others[here(others)] {
            scores[*row as usize - from] += grown.tree.value(table.row(*row as usize));
        }
    });
}

/// First and second derivatives of the negative log-likelihood by the score.
fn derivatives(known: Outcomes<'_>, scores: &[f64], gradients: &mut [f64], hessians: &mut [f64]) {
    let places = gradients.par_iter_mut().zip(hessians).enumerate().with_min_len(CHUNK_ROWS);
    places.for_each(|(row, (gradient, hessian))| {
        let p = 1.0 / (1.0 + (-scores[row]).exp());
        let weight = known.weights.map_or(1.0, |weights| weights[row]);
        *gradient = weight * (p - f64::from(u8::from(known.outcomes[row])));
        *hessian = weight * p * (1.0 - p);
    });
}

/// Negative log-likelihood of an outcome at these log odds.
fn loss(outcome: bool, score: f64) -> f64 {
    let against = if outcome { -score } else { score };
    // ln(1 + exp(x)), which does not overflow.
    against.max(0.0) + (-against.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::classification::auc;
    use crate::feature::Values;
    use crate::tree::ColumnBins;

    /// Rows whose outcome is the parity of two columns, which no linear model finds; the third column says nothing.
    fn table(rows: u32) -> (Binned, Vec<bool>) {
        let digit = |row: u32, by: u32| f64::from(row.wrapping_mul(2_654_435_761) / by % 10);
        let columns: Vec<Values> = [1_000, 10_000, 100_000]
            .map(|by| Values::Numbers((0..rows).map(|row| Some(digit(row, by)).filter(|x| *x > 0.0)).collect()))
            .to_vec();
        let all: Vec<usize> = (0..rows as usize).collect();
        let bins: Vec<ColumnBins> =
            columns.iter().enumerate().map(|(n, c)| ColumnBins::fit(&n.to_string(), c, &all, 1)).collect();
        let outcomes = (0..rows).map(|row| (digit(row, 1_000) > 4.0) != (digit(row, 10_000) > 4.0)).collect();
        let binned = Binned::apply(&bins, rows as usize, |place| Ok::<_, ()>(columns[place].clone())).unwrap();
        (binned, outcomes)
    }

    fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
    }

    #[test]
    fn finds_what_no_single_column_says() {
        let (table, outcomes) = table(4_000);
        let known = Outcomes { outcomes: &outcomes, weights: None };
        let (train, test): (Vec<u32>, Vec<u32>) = (0..4_000).partition(|row| row % 4 > 0);
        let params = BoostingParams { rounds: 60, learning_rate: 0.2, ..BoostingParams::default() };
        let boosted = boost(&table, known, &train, &test, &params);
        let scores = boosted.ensemble.scores(&table, &test);
        let outcomes: Vec<bool> = test.iter().map(|row| outcomes[*row as usize]).collect();
        assert!(auc(&outcomes, &scores).unwrap() > 0.99);
        assert!(boosted.watched_losses.last() < boosted.watched_losses.first());
        let importance = boosted.ensemble.importance();
        assert!(importance[2] < 0.05, "{importance:?}");
    }

    #[test]
    fn the_same_on_one_thread_and_on_four() {
        let (table, outcomes) = table(40_000);
        let known = Outcomes { outcomes: &outcomes, weights: None };
        let rows: Vec<u32> = (0..40_000).collect();
        let params = BoostingParams { rounds: 5, rows_share: 1.0, ..BoostingParams::default() };
        let fit = || boost(&table, known, &rows, &[], &params).ensemble;
        assert_eq!(on_threads(1, fit), on_threads(4, fit));
    }

    #[test]
    fn a_score_that_may_only_rise_does() {
        // The outcome falls again above 6.
        let rows = 3_000_u32;
        let x = |row: u32| f64::from(row % 10);
        let values = Values::Numbers((0..rows).map(|row| Some(x(row))).collect());
        let all: Vec<usize> = (0..rows as usize).collect();
        let bins = vec![ColumnBins::fit("x", &values, &all, 1)];
        let table = Binned::apply(&bins, rows as usize, |_| Ok::<_, ()>(values.clone())).unwrap();
        let outcomes: Vec<bool> =
            (0..rows).map(|row| (row / 10 % 10) < if x(row) > 6.0 { 4 } else { row % 10 }).collect();
        let known = Outcomes { outcomes: &outcomes, weights: None };
        let rows: Vec<u32> = (0..rows).collect();
        let fit = |monotone: Vec<i8>| {
            let params = BoostingParams { rounds: 30, monotone, rows_share: 1.0, ..BoostingParams::default() };
            let ensemble = boost(&table, known, &rows, &[], &params).ensemble;
            (1..=10_u8).map(|bin| ensemble.score(&[bin])).collect::<Vec<f64>>()
        };
        let falls = |scores: &[f64]| scores.windows(2).any(|pair| pair[1] < pair[0] - 1e-12);
        assert!(falls(&fit(vec![])));
        assert!(!falls(&fit(vec![1])), "{:?}", fit(vec![1]));
    }

    #[test]
    fn bags_are_the_mean_of_their_chains() {
        let (table, outcomes) = table(2_000);
        let known = Outcomes { outcomes: &outcomes, weights: None };
        let (train, test): (Vec<u32>, Vec<u32>) = (0..2_000).partition(|row| row % 4 > 0);
        let params = BoostingParams { rounds: 20, bags: Some(3), ..BoostingParams::default() };
        let fit = || boost(&table, known, &train, &test, &params);
        let boosted = fit();
        assert_eq!(boosted.ensemble.trees.len(), 60);
        assert_eq!(on_threads(1, fit), on_threads(4, fit));
        let scores = boosted.ensemble.scores(&table, &test);
        assert!(test.iter().zip(&scores).all(|(row, score)| (boosted.scores[*row as usize] - score).abs() < 1e-9));
        // The first chain is the one that there is without bags.
        let alone = boost(&table, known, &train, &test, &BoostingParams { bags: None, ..params.clone() });
        let first = &boosted.ensemble.trees[0].nodes[0].split;
        assert_eq!(first, &alone.ensemble.trees[0].nodes[0].split);
    }

    #[test]
    fn weights_stand_for_rows() {
        let (table, outcomes) = table(1_000);
        let rows: Vec<u32> = (0..1_000).collect();
        let params = BoostingParams { rounds: 3, rows_share: 1.0, ..BoostingParams::default() };
        let weights = vec![3.0; 1_000];
        let base =
            |weights| boost(&table, Outcomes { outcomes: &outcomes, weights }, &rows, &[], &params).ensemble.base;
        assert!((base(None) - base(Some(weights.as_slice()))).abs() < 1e-12);
        let one_sided: Vec<f64> = outcomes.iter().map(|y| if *y { 2.0 } else { 1.0 }).collect();
        assert!((base(Some(one_sided.as_slice())) - base(None) - 2.0_f64.ln()).abs() < 1e-12);
    }
}
