//! Growing a tree leaf by leaf, the best division first.

use std::ops::Range;

use rand::SeedableRng;
use rand::seq::index::sample;
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use super::bins::{BINS_MAX, Binned};
use super::histogram::{Gradients, Histogram, Packed, Sums};
use super::node::{BinSet, Node, Split, Tree};
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

/// A tree with the rows of its leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Grown {
    /// The tree.
    pub tree: Tree,
    /// The rows, those of a leaf side by side and ascending.
    rows: Vec<u32>,
    /// Of each leaf its place in the tree, and where its rows are.
    leaves: Vec<(usize, Range<usize>)>,
}

impl Grown {
    /// Value and rows, ascending, of each leaf.
    pub fn leaves(&self) -> impl Iterator<Item = (f64, &[u32])> {
        self.leaves.iter().map(|(place, rows)| (self.tree.nodes[*place].value, &self.rows[rows.clone()]))
    }
}

/// A leaf that may still be divided.
struct Open {
    place: usize,
    depth: usize,
    rows: Range<usize>,
    total: Packed,
    /// Sums by all columns; absent where divisions see few of them, and where there is nothing more to divide.
    histogram: Option<Histogram>,
    bounds: (f64, f64),
    division: Option<Division>,
}

impl Tree {
    /// Grow a tree. The same rows give the same tree whatever the number of threads. `gradients` are overwritten.
    #[must_use]
    pub fn grow(table: &Binned, sample: Sample<'_>, gradients: &mut Gradients, growth: &Growth) -> Grown {
        gradients.set(sample.gradients, sample.hessians);
        let mut rows = sample.rows.to_vec();
        let mut grower = Grower { table, gradients, growth, rows: &mut rows, aside: vec![0; sample.rows.len()] };
        let mut nodes = vec![Node { cover: 0.0, value: 0.0, split: None }];
        let mut open = vec![grower.root()];
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
            // A tree with as many leaves as it may have needs no sums of the last ones.
            let is_last = open.len() + 2 >= growth.leaves_max;
            open.extend(grower.children(parent, &division, left, right, is_last));
            // Of equal gains the older leaf is divided first.
            open.sort_by_key(|leaf| leaf.place);
        }
        let mut tree = Tree { nodes };
        let leaf_sums = |leaf: &Open| {
            // The exact sums, in the order of the rows.
            let sum = |of: &[f64]| rows[leaf.rows.clone()].iter().map(|row| of[*row as usize]).sum::<f64>();
            Sums { gradient: sum(sample.gradients), hessian: sum(sample.hessians) }
        };
        let sums: Vec<Sums> = open.par_iter().map(leaf_sums).collect();
        for (leaf, sums) in open.iter().zip(sums) {
            let node = &mut tree.nodes[leaf.place];
            node.cover = match growth.criterion {
                Criterion::Loss { .. } => crate::evaluation::count(leaf.rows.len()),
                Criterion::Gini | Criterion::Entropy => sums.hessian,
            };
            node.value = growth.criterion.value(sums, leaf.bounds);
        }
        tree.sum_up();
        Grown { tree, leaves: open.into_iter().map(|leaf| (leaf.place, leaf.rows)).collect(), rows }
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
    /// Rows, those of a leaf side by side.
    rows: &'g mut [u32],
    /// As many places more, for rows that go right.
    aside: Vec<u32>,
}

impl Grower<'_> {
    fn root(&self) -> Open {
        let total = self.gradients.total(self.rows);
        let histogram = (!self.sees_few_columns()).then(|| Histogram::of(self.table, self.gradients, self.rows));
        let bounds = (f64::NEG_INFINITY, f64::INFINITY);
        let rows = 0..self.rows.len();
        let mut root = Open { place: 0, depth: 0, rows, total, histogram, bounds, division: None };
        self.divide(&mut root);
        root
    }

    /// Whether divisions may choose from so few columns that sums of these are less work than those of all of the smaller part.
    fn sees_few_columns(&self) -> bool {
        self.growth.columns_drawn.is_some_and(|drawn| drawn * 4 <= self.table.columns.len())
    }

    /// Find the best division of a leaf.
    fn divide(&self, leaf: &mut Open) {
        let growth = self.growth;
        if leaf.depth >= growth.depth_max || leaf.rows.len() < 2 * growth.rows_min {
            leaf.histogram = None;
            return;
        }
        let width = self.table.columns.len();
        let drawn = growth.columns_drawn.filter(|drawn| *drawn < width).map(|drawn| {
            let seed = growth.seed ^ (leaf.place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut columns = sample(&mut Xoshiro256Plus::seed_from_u64(seed), width, drawn).into_vec();
            columns.sort_unstable();
            columns
        });
        // Where none of the drawn columns divides, any may.
        let of_drawn = drawn.and_then(|columns| self.best(leaf, &columns));
        leaf.division = of_drawn.or_else(|| self.best(leaf, &(0..width).collect::<Vec<_>>()));
        if leaf.division.is_none() {
            leaf.histogram = None;
        }
    }

    /// The best division of a leaf by some columns; of equal gains the first column's.
    fn best(&self, leaf: &Open, columns: &[usize]) -> Option<Division> {
        let (table, rows) = (self.table, leaf.rows.len());
        let node = Undivided::new(self.gradients, self.growth, leaf.total, rows, leaf.bounds);
        if node.is_pure() {
            return None;
        }
        let better = |best: Division, next: Division| if next.gain > best.gain { next } else { best };
        if let Some(histogram) = &leaf.histogram {
            let divide = |column: &usize| node.divide(*column, &table.columns[*column], histogram.column(*column));
            let divisions: Vec<Option<Division>> = columns.par_iter().with_min_len(8).map(divide).collect();
            return divisions.into_iter().flatten().reduce(better);
        }
        let histogram = Histogram::of_columns(table, self.gradients, &self.rows[leaf.rows.clone()], columns);
        let divide =
            |(place, column): (usize, &usize)| node.divide(*column, &table.columns[*column], histogram.column(place));
        columns.iter().enumerate().filter_map(divide).reduce(better)
    }

    /// The two parts of a leaf, each with its best division unless they are the last ones.
    fn children(&mut self, parent: Open, division: &Division, left: usize, right: usize, is_last: bool) -> [Open; 2] {
        let Open { depth, rows, total, histogram, bounds, .. } = parent;
        let bins = self.table.column(division.column);
        let left_rows = part(&mut self.rows[rows.clone()], &mut self.aside[rows.clone()], bins, division.left);
        let (left_rows, right_rows) = (rows.start..rows.start + left_rows, rows.start + left_rows..rows.end);
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
        let is_divided = !is_last && depth + 1 < self.growth.depth_max;
        // Sums of the smaller part are added up, those of the larger one are what is left.
        let is_left_smaller = left_rows.len() <= right_rows.len();
        let (mut smaller, mut larger) = (None, None);
        if is_divided && let Some(mut histogram) = histogram {
            let rows = if is_left_smaller { left_rows.clone() } else { right_rows.clone() };
            let part = Histogram::of(self.table, self.gradients, &self.rows[rows]);
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
        if is_divided {
            children.par_iter_mut().for_each(|child| self.divide(child));
        }
        children
    }
}

/// Part rows in two, those whose bin is on the left first, both in their order; how many these are. `aside` has as many places as there are rows.
fn part(rows: &mut [u32], aside: &mut [u32], bins: &[u8], left: BinSet) -> usize {
    let goes_left: [bool; BINS_MAX] = std::array::from_fn(|bin| u8::try_from(bin).is_ok_and(|bin| left.has(bin)));
    // Every row is written to both sides and stays where the count moves on: there is nothing to be guessed.
    let part_chunk = |(rows, aside): (&mut [u32], &mut [u32])| {
        let (mut on_left, mut on_right) = (0, 0);
        for place in 0..rows.len() {
            let row = rows[place];
            let is_left = goes_left[usize::from(bins[row as usize])];
            rows[on_left] = row;
            aside[on_right] = row;
            on_left += usize::from(is_left);
            on_right += usize::from(!is_left);
        }
        on_left
    };
    if rows.len() <= PART_ROWS {
        let on_left = part_chunk((&mut *rows, &mut *aside));
        let on_right = rows.len() - on_left;
        rows[on_left..].copy_from_slice(&aside[..on_right]);
        return on_left;
    }
    let chunks = rows.par_chunks_mut(PART_ROWS).zip(aside.par_chunks_mut(PART_ROWS));
    let counts: Vec<usize> = chunks.map(part_chunk).collect();
    let mut filled = 0;
    for (chunk, on_left) in counts.iter().enumerate() {
        let from = chunk * PART_ROWS;
        rows.copy_within(from..from + on_left, filled);
        filled += on_left;
    }
    let on_left_in_all = filled;
    for (chunk, on_left) in counts.iter().enumerate() {
        let from = chunk * PART_ROWS;
        let on_right = PART_ROWS.min(rows.len() - from) - on_left;
        rows[filled..filled + on_right].copy_from_slice(&aside[from..from + on_right]);
        filled += on_right;
    }
    on_left_in_all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_order_on_both_sides() {
        for count in [0_u32, 1, 10, 40_000] {
            let bins: Vec<u8> = (0..count).map(|row| (row.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
            let left = (0..97).fold(BinSet::default(), |set, bin| set.with(bin * 2));
            let rows: Vec<u32> = (0..count).filter(|row| row % 3 > 0).collect();
            let (expected_left, expected_right): (Vec<u32>, Vec<u32>) =
                rows.iter().partition(|row| left.has(bins[**row as usize]));
            let (mut parted, mut aside) = (rows.clone(), vec![0; rows.len()]);
            let on_left = part(&mut parted, &mut aside, &bins, left);
            assert_eq!((&parted[..on_left], &parted[on_left..]), (&expected_left[..], &expected_right[..]));
        }
    }
}
