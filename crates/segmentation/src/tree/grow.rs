//! Growing a tree leaf by leaf, the best division first.

use rand::SeedableRng;
use rand::seq::index::sample;
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use super::bins::Binned;
use super::histogram::{Gradients, Histogram, Packed, Sums};
use super::node::{Node, Split, Tree};
use super::split::{Criterion, Division, Undivided};

/// Rows from which on a division is done in parts by all threads.
const PART_ROWS: usize = 16_384;

/// How far a tree grows.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// What a division shall improve.
    pub criterion: Criterion,
    /// Leaves at most.
    pub leaves_max: usize,
    /// Divisions from the root to a leaf at most.
    pub depth_max: usize,
    /// Rows of a leaf at least.
    pub rows_min: usize,
    /// What a division must gain.
    pub gain_min: f64,
    /// Columns that each division may choose from, drawn anew; all when absent.
    pub columns_drawn: Option<usize>,
    /// Of a column 1 when the score may not fall with it, -1 when it may not rise, 0 when it may do both; missing values are free. Of no category.
    pub monotone: Vec<i8>,
    /// Seed of the draws.
    pub seed: u64,
}

/// Rows of a fit with their derivatives; places are those of the table's rows.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'s> {
    /// First derivatives of the loss.
    pub gradients: &'s [f64],
    /// Second derivatives, not negative.
    pub hessians: &'s [f64],
    /// Rows to learn from, ascending.
    pub rows: &'s [u32],
}

/// A leaf that may still be divided.
struct Open {
    place: usize,
    depth: usize,
    rows: Vec<u32>,
    total: Packed,
    histogram: Option<Histogram>,
    bounds: (f64, f64),
    division: Option<Division>,
}

impl Tree {
    /// Grow a tree, and the rows of each leaf beside it. The same rows give the same tree whatever the number of threads.
    #[must_use]
    pub fn grow(table: &Binned, sample: Sample<'_>, growth: &Growth) -> (Tree, Vec<(usize, Vec<u32>)>) {
        let gradients = Gradients::new(sample.gradients, sample.hessians);
        let grower = Grower { table, gradients: &gradients, growth };
        let rows = sample.rows.to_vec();
        let histogram = Histogram::of(table, &gradients, &rows);
        let total = gradients.total(&rows);
        let bounds = (f64::NEG_INFINITY, f64::INFINITY);
        let mut root = Open { place: 0, depth: 0, rows, total, histogram: Some(histogram), bounds, division: None };
        grower.divide(&mut root);
        let mut nodes = vec![Node { cover: 0.0, value: 0.0, split: None }];
        let mut open = vec![root];
        while open.len() < growth.leaves_max {
            let gain = |open: &Open| open.division.as_ref().map_or(f64::NEG_INFINITY, |division| division.gain);
            let best = (0..open.len())
                .reduce(|best, next| if gain(&open[next]) > gain(&open[best]) { next } else { best })
                .unwrap_or(0);
            let Some(division) = open[best].division.take() else { break };
            let parent = open.swap_remove(best);
            let (left, right) = (nodes.len(), nodes.len() + 1);
            nodes[parent.place].split =
                Some(Split { column: division.column, bins: division.left, left, right, gain: division.gain });
            nodes.extend([left, right].map(|_| Node { cover: 0.0, value: 0.0, split: None }));
            open.extend(grower.children(parent, &division, left, right));
            // Of equal gains the older leaf is divided first.
            open.sort_by_key(|leaf| leaf.place);
        }
        let mut tree = Tree { nodes };
        for leaf in &open {
            // The exact sums, in the order of the rows.
            let sum = |of: &[f64]| leaf.rows.iter().map(|row| of[*row as usize]).sum::<f64>();
            let sums = Sums { gradient: sum(sample.gradients), hessian: sum(sample.hessians) };
            let node = &mut tree.nodes[leaf.place];
            node.cover = match growth.criterion {
                Criterion::Loss { .. } => crate::evaluation::count(leaf.rows.len()),
                Criterion::Gini | Criterion::Entropy => sums.hessian,
            };
            node.value = growth.criterion.value(sums, leaf.bounds);
        }
        tree.sum_up();
        (tree, open.into_iter().map(|leaf| (leaf.place, leaf.rows)).collect())
    }

    /// Covers and mean values of the inner nodes from those of their leaves.
    pub(crate) fn sum_up(&mut self) {
        for place in (0..self.nodes.len()).rev() {
            let Some(split) = &self.nodes[place].split else { continue };
            let (left, right) = (&self.nodes[split.left], &self.nodes[split.right]);
            let cover = left.cover + right.cover;
            let value = (left.cover * left.value + right.cover * right.value) / cover.max(f64::MIN_POSITIVE);
            self.nodes[place].cover = cover;
            self.nodes[place].value = value;
        }
    }
}

struct Grower<'g> {
    table: &'g Binned,
    gradients: &'g Gradients,
    growth: &'g Growth,
}

impl Grower<'_> {
    /// Find the best division of a leaf.
    fn divide(&self, leaf: &mut Open) {
        let growth = self.growth;
        let is_done = leaf.depth >= growth.depth_max || leaf.rows.len() < 2 * growth.rows_min;
        let Some(histogram) = leaf.histogram.as_ref().filter(|_| !is_done) else {
            leaf.histogram = None;
            return;
        };
        let node = Undivided {
            histogram,
            gradients: self.gradients,
            total: leaf.total,
            rows: leaf.rows.len(),
            bounds: leaf.bounds,
        };
        let width = self.table.columns.len();
        let best = |columns: &[usize]| {
            let divide = |column: &usize| {
                let bins = &self.table.columns[*column];
                node.divide(*column, bins.len(), bins.is_category(), growth)
            };
            let divisions: Vec<Option<Division>> = columns.par_iter().with_min_len(8).map(divide).collect();
            // Of equal gains the first column's.
            divisions.into_iter().flatten().reduce(|best, next| if next.gain > best.gain { next } else { best })
        };
        let all: Vec<usize> = (0..width).collect();
        let drawn = growth.columns_drawn.filter(|drawn| *drawn < width).map(|drawn| {
            let seed = growth.seed ^ (leaf.place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut columns = sample(&mut Xoshiro256Plus::seed_from_u64(seed), width, drawn).into_vec();
            columns.sort_unstable();
            columns
        });
        // Where none of the drawn columns divides, any may.
        leaf.division = drawn.and_then(|columns| best(&columns)).or_else(|| best(&all));
        if leaf.division.is_none() {
            leaf.histogram = None;
        }
    }

    /// The two parts of a leaf, each with its best division.
    fn children(&self, parent: Open, division: &Division, left: usize, right: usize) -> [Open; 2] {
        let Open { depth, rows, total, histogram, bounds, .. } = parent;
        let goes_left = |row: &u32| division.left.has(self.table.row(*row as usize)[division.column]);
        let (left_rows, right_rows): (Vec<u32>, Vec<u32>) = if rows.len() < PART_ROWS {
            rows.iter().partition(|row| goes_left(row))
        } else {
            let parts: Vec<(Vec<u32>, Vec<u32>)> =
                rows.par_chunks(PART_ROWS).map(|part| part.iter().partition(|row| goes_left(row))).collect();
            let (left, right): (Vec<Vec<u32>>, Vec<Vec<u32>>) = parts.into_iter().unzip();
            (left.concat(), right.concat())
        };
        let left_total = division.left_sums;
        let right_total = total - left_total;
        // Values on both sides of a column that must rise, or fall, keep apart at their middle.
        let (mut left_bounds, mut right_bounds) = (bounds, bounds);
        let direction = self.growth.monotone.get(division.column).copied().unwrap_or(0);
        if direction != 0 {
            let value = |total| self.growth.criterion.value(self.gradients.sums(total), bounds);
            let middle = f64::midpoint(value(left_total), value(right_total));
            let (lower, upper) = if direction > 0 {
                (&mut left_bounds, &mut right_bounds)
            } else {
                (&mut right_bounds, &mut left_bounds)
            };
            lower.1 = lower.1.min(middle);
            upper.0 = upper.0.max(middle);
        }
        // Sums of the smaller part are added up, those of the larger one are what is left.
        let is_left_smaller = left_rows.len() <= right_rows.len();
        let is_needed = depth + 1 < self.growth.depth_max;
        let (mut smaller, mut larger) = (None, None);
        if is_needed && let Some(mut histogram) = histogram {
            let part =
                Histogram::of(self.table, self.gradients, if is_left_smaller { &left_rows } else { &right_rows });
            histogram.subtract(&part);
            (smaller, larger) = (Some(part), Some(histogram));
        }
        let (left_histogram, right_histogram) = if is_left_smaller { (smaller, larger) } else { (larger, smaller) };
        let leaf = |place, rows, total, histogram, bounds| Open {
            place,
            depth: depth + 1,
            rows,
            total,
            histogram,
            bounds,
            division: None,
        };
        let mut children = [
            leaf(left, left_rows, left_total, left_histogram, left_bounds),
            leaf(right, right_rows, right_total, right_histogram, right_bounds),
        ];
        children.iter_mut().for_each(|child| self.divide(child));
        children
    }
}
