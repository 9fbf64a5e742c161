//! Columns as bins: what a tree sees of a value is which bin it falls into.

use rand::SeedableRng;
use rand::seq::index::sample;
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

use crate::feature::Values;

/// Bins of a column, that of missing values among them, at most.
pub const BINS_MAX: usize = 256;
/// Bins that are not that of missing values, at most.
const KNOWN_MAX: usize = BINS_MAX - 2;
/// Rows from which the edges of bins are taken.
const SAMPLE_ROWS: usize = 200_000;
/// The bin of missing values and of categories that were not known.
pub const MISSING: u8 = 0;

/// The bins of a column; bin 0 is that of missing values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ColumnBins {
    /// Numbers up to the first edge are bin 1, up to the second bin 2, and so on; those above the last have the last bin.
    Numbers {
        /// Column of the input.
        column: String,
        /// Edges, ascending.
        edges: Vec<f64>,
        /// Whether values were missing.
        has_missing: bool,
    },
    /// The first text is bin 1, the second bin 2; texts that are not listed are bin 0.
    Categories {
        /// Column of the input.
        column: String,
        /// Texts, the most frequent first.
        values: Vec<String>,
        /// Whether values were missing, or more texts than can be known.
        has_other: bool,
    },
}

impl ColumnBins {
    /// Bins of the given rows of a column: one for each number where there are few, of about equal numbers of rows otherwise; one for each text, of which the
    /// 254 most frequent are known. Edges of more than 200,000 rows are those of a sample.
    #[must_use]
    pub fn fit(column: &str, values: &Values, rows: &[usize], seed: u64) -> Self {
        match values {
            Values::Numbers(numbers) => {
                let mut known: Vec<f64> = if rows.len() > SAMPLE_ROWS {
                    let mut rng = Xoshiro256Plus::seed_from_u64(seed);
                    sample(&mut rng, rows.len(), SAMPLE_ROWS).iter().filter_map(|place| numbers[rows[place]]).collect()
                } else {
                    rows.iter().filter_map(|row| numbers[*row]).collect()
                };
                known.sort_unstable_by(f64::total_cmp);
                let has_missing = rows.iter().any(|row| numbers[*row].is_none());
                ColumnBins::Numbers { column: column.to_owned(), edges: edges(&known), has_missing }
            }
            Values::Texts(texts) => {
                let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
                rows.iter().filter_map(|row| texts[*row].as_deref()).for_each(|t| *counts.entry(t).or_default() += 1);
                let mut frequent: Vec<(&str, usize)> = counts.into_iter().collect();
                frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
                let has_other = frequent.len() > KNOWN_MAX || rows.iter().any(|row| texts[*row].is_none());
                let values = frequent.into_iter().take(KNOWN_MAX).map(|(text, _)| text.to_owned()).collect();
                ColumnBins::Categories { column: column.to_owned(), values, has_other }
            }
        }
    }

    /// The column.
    #[must_use]
    pub fn column(&self) -> &str {
        match self {
            ColumnBins::Numbers { column, .. } | ColumnBins::Categories { column, .. } => column,
        }
    }

    /// Whether its bins have no order.
    #[must_use]
    pub fn is_category(&self) -> bool {
        matches!(self, ColumnBins::Categories { .. })
    }

    /// Bins, that of missing values among them.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            ColumnBins::Numbers { edges, .. } => edges.len() + 2,
            ColumnBins::Categories { values, .. } => values.len() + 1,
        }
    }

    /// Never: there is always the bin of missing values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The bin of each row. Values of another kind than those of the fit are missing.
    #[must_use]
    pub fn apply(&self, values: &Values) -> Vec<u8> {
        // There are at most 256 bins.
        #[allow(clippy::cast_possible_truncation)]
        let bin = |place: usize| (place + 1) as u8;
        match (self, values) {
            (ColumnBins::Numbers { edges, .. }, Values::Numbers(numbers)) => {
                let of = |x: &Option<f64>| x.map_or(MISSING, |x| bin(edges.partition_point(|edge| *edge < x)));
                numbers.par_iter().with_min_len(4096).map(of).collect()
            }
            (ColumnBins::Categories { values, .. }, Values::Texts(texts)) => {
                let places: HashMap<&str, u8> = values.iter().enumerate().map(|(p, v)| (v.as_str(), bin(p))).collect();
                let of = |text: &Option<String>| {
                    text.as_deref().map_or(MISSING, |text| places.get(text).copied().unwrap_or(MISSING))
                };
                texts.par_iter().with_min_len(4096).map(of).collect()
            }
            _ => vec![MISSING; values.len()],
        }
    }
}

/// Edges between ascending numbers: half-way between neighbours where there are few, at equal shares of the rows otherwise.
fn edges(ascending: &[f64]) -> Vec<f64> {
    let mut distinct = ascending.to_vec();
    distinct.dedup();
    let half_way = |a: f64, b: f64| {
        let middle = a + (b - a) / 2.0;
        // Neighbours without a number between them, or so far apart that their distance is not finite.
        if middle.is_finite() && middle < b { middle } else { a }
    };
    if distinct.len() <= KNOWN_MAX + 1 {
        return distinct.windows(2).map(|pair| half_way(pair[0], pair[1])).collect();
    }
    let mut edges: Vec<f64> = (1..=KNOWN_MAX)
        .map(|step| {
            let place = step * ascending.len() / (KNOWN_MAX + 1);
            let below = ascending[place.saturating_sub(1)];
            let above = ascending.get(ascending.partition_point(|x| *x <= below)).copied();
            above.map_or(below, |above| half_way(below, above))
        })
        .collect();
    edges.dedup();
    edges
}

/// Columns whose bins stand side by side in one piece of a row.
pub(super) const PIECE: usize = 16;
/// Rows that are turned from columns at a time.
const TURN_ROWS: usize = 1_024;

/// A table as bins: by row, as sums over all columns need them, and by column, as a division needs one of them.
#[derive(Debug, Clone)]
pub struct Binned {
    /// The columns.
    pub columns: Vec<ColumnBins>,
    /// Rows x pieces.
    by_row: Vec<[u8; PIECE]>,
    by_column: Vec<Vec<u8>>,
    rows: usize,
}

impl Binned {
    /// A table by its columns' values. `values`: of a column by its place.
    ///
    /// # Errors
    /// Those of `values`, of the first column that has one.
    pub fn apply<E: Send>(
        columns: &[ColumnBins],
        rows: usize,
        values: impl Fn(usize) -> Result<Values, E> + Sync,
    ) -> Result<Self, E> {
        let apply = |(place, column): (usize, &ColumnBins)| Ok(column.apply(&values(place)?));
        let applied: Vec<Result<Vec<u8>, E>> = columns.par_iter().enumerate().map(apply).collect();
        let by_column = applied.into_iter().collect::<Result<Vec<_>, E>>()?;
        let pieces = columns.len().div_ceil(PIECE).max(1);
        let mut by_row = vec![[MISSING; PIECE]; rows * pieces];
        by_row.par_chunks_mut(TURN_ROWS * pieces).enumerate().for_each(|(chunk, cells)| {
            let cells = cells.as_flattened_mut();
            for (place, column) in by_column.iter().enumerate() {
                let column = column.iter().skip(chunk * TURN_ROWS);
                cells.iter_mut().skip(place).step_by(pieces * PIECE).zip(column).for_each(|(cell, bin)| *cell = *bin);
            }
        });
        Ok(Binned { columns: columns.to_vec(), by_row, by_column, rows })
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The bins of a row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[u8] {
        let (by_row, pieces) = self.pieces();
        &by_row[row * pieces..(row + 1) * pieces].as_flattened()[..self.columns.len()]
    }

    /// The bins of all rows in pieces, as many for each row; its last one may be longer than the columns.
    pub(super) fn pieces(&self) -> (&[[u8; PIECE]], usize) {
        (&self.by_row, self.columns.len().div_ceil(PIECE).max(1))
    }

    /// The bins of a column.
    pub(super) fn column(&self, column: usize) -> &[u8] {
        &self.by_column[column]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_numbers_have_a_bin_each_and_missing_ones_the_first() {
        let values = Values::Numbers(vec![Some(3.0), None, Some(1.0), Some(3.0), Some(2.0)]);
        let bins = ColumnBins::fit("x", &values, &[0, 1, 2, 3, 4], 1);
        assert_eq!(bins, ColumnBins::Numbers { column: "x".into(), edges: vec![1.5, 2.5], has_missing: true });
        assert_eq!(bins.apply(&values), [3, 0, 1, 3, 2]);
        assert_eq!(bins.apply(&Values::Numbers(vec![Some(-9.0), Some(1.5), Some(99.0)])), [1, 1, 3]);
    }

    #[test]
    fn many_numbers_share_bins_of_equal_size() {
        let values = Values::Numbers((0..10_000).map(|n| Some(f64::from(n))).collect());
        let rows: Vec<usize> = (0..10_000).collect();
        let bins = ColumnBins::fit("x", &values, &rows, 1);
        assert_eq!(bins.len(), BINS_MAX);
        let mut counts = [0_usize; BINS_MAX];
        bins.apply(&values).iter().for_each(|bin| counts[usize::from(*bin)] += 1);
        assert_eq!(counts[0], 0);
        assert!(counts[1..].iter().all(|n| (35..=45).contains(n)), "{counts:?}");
    }

    #[test]
    fn texts_by_frequency_and_unknown_ones_are_missing() {
        let text = |t: &str| Some(t.to_owned());
        let values = Values::Texts(vec![text("b"), text("a"), None, text("b")]);
        let bins = ColumnBins::fit("t", &values, &[0, 1, 2, 3], 1);
        assert_eq!(bins.apply(&values), [1, 2, 0, 1]);
        assert_eq!(bins.apply(&Values::Texts(vec![text("new")])), [0]);
        assert_eq!(bins.apply(&Values::Numbers(vec![Some(1.0)])), [0]);
    }

    #[test]
    fn numbers_without_anything_between_them_are_told_apart() {
        let (a, b) = (1.0_f64, 1.0_f64.next_up());
        let values = Values::Numbers(vec![Some(a), Some(b), Some(f64::MIN), Some(f64::MAX)]);
        let bins = ColumnBins::fit("x", &values, &[0, 1, 2, 3], 1);
        let applied = bins.apply(&values);
        assert_eq!(applied, [2, 3, 1, 4]);
    }
}
