//! The best division of a node in two.

use serde::{Deserialize, Serialize};

use super::bins::{ColumnBins, MISSING};
use super::grow::Growth;
use super::histogram::{ColumnSums, Gradients, Packed, Sums};
use super::node::BinSet;
use crate::evaluation::count;

/// Categories with fewer rows than about this hardly move (LightGBM's `cat_smooth`).
const CATEGORY_SMOOTHING_ROWS: f64 = 10.0;

/// What a division shall improve.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// The loss by Newton's step with a ridge on leaf values (Chen and Guestrin 2016, equations 5 to 7): sums are of first and second derivatives.
    Loss {
        /// The ridge.
        l2: f64,
    },
    /// Gini impurity of two classes (Breiman et al. 1984): sums are of −weight of rows with the outcome, and of all weights.
    Gini,
    /// Entropy of two classes in bits (Quinlan 1986); sums as those of `Gini`.
    Entropy,
}

impl Criterion {
    /// The value of a leaf within bounds: what is added to the score, or of `Gini` and `Entropy` the share with the outcome.
    #[must_use]
    pub fn value(&self, sums: Sums, bounds: (f64, f64)) -> f64 {
        let ridge = if let Criterion::Loss { l2 } = self { *l2 } else { 0.0 };
        let below = sums.hessian + ridge;
        // Never a zero with a sign.
        let value = if below > 0.0 { 0.0 - sums.gradient / below } else { 0.0 };
        value.max(bounds.0).min(bounds.1)
    }

    /// What a leaf of this value is worth; divisions are compared by the sum of their leaves' worth.
    fn worth(&self, sums: Sums, value: f64) -> f64 {
        match self {
            Criterion::Loss { l2 } => -value * (sums.gradient + 0.5 * (sums.hessian + l2) * value),
            Criterion::Gini => -sums.hessian * 2.0 * value * (1.0 - value),
            Criterion::Entropy => {
                let term = |share: f64| if share > 0.0 { share * share.log2() } else { 0.0 };
                sums.hessian * (term(value) + term(1.0 - value))
            }
        }
    }

    /// How much two parts are worth beside the whole.
    #[must_use]
    pub fn gain(&self, left: Sums, right: Sums) -> f64 {
        let free = (f64::NEG_INFINITY, f64::INFINITY);
        let whole = Sums { gradient: left.gradient + right.gradient, hessian: left.hessian + right.hessian };
        let worth = |sums| self.worth(sums, self.value(sums, free));
        worth(left) + worth(right) - worth(whole)
    }
}

/// A division of a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Division {
    /// Column.
    pub column: usize,
    /// Bins whose rows go left.
    pub left: BinSet,
    /// How much better the two parts are.
    pub gain: f64,
    /// Sums of the left part.
    pub left_sums: Packed,
}

/// A node whose division is sought.
pub struct Undivided<'n> {
    gradients: &'n Gradients,
    growth: &'n Growth,
    total: Packed,
    whole: Sums,
    whole_worth: f64,
    hessian_per_row: f64,
    hessian_min: f64,
    bounds: (f64, f64),
}

impl<'n> Undivided<'n> {
    /// A node of so many rows with this sum, whose values must lie between these bounds.
    #[must_use]
    pub fn new(gradients: &'n Gradients, growth: &'n Growth, total: Packed, rows: usize, bounds: (f64, f64)) -> Self {
        let whole = gradients.sums(total);
        let criterion = &growth.criterion;
        // Rows of a part by its share of the second derivatives: exact where all rows weigh the same.
        let hessian_per_row = whole.hessian / count(rows.max(1));
        let hessian_min = (hessian_per_row * (count(growth.rows_min) - 0.5)).max(1e-9);
        let whole_worth = criterion.worth(whole, criterion.value(whole, bounds));
        Undivided { gradients, growth, total, whole, whole_worth, hessian_per_row, hessian_min, bounds }
    }

    /// Whether all rows have the same outcome, so that no division gains anything.
    #[must_use]
    pub fn is_pure(&self) -> bool {
        // Nothing is worth more than nothing but a smaller loss.
        !matches!(self.growth.criterion, Criterion::Loss { .. }) && -self.whole_worth <= self.growth.gain_min
    }

    /// The best division by a column with its sums by bin; none when there is none that is allowed and better than nothing.
    #[must_use]
    pub fn divide(&self, column: usize, bins: &ColumnBins, sums: ColumnSums<'_>) -> Option<Division> {
        let best = match bins.is_category() {
            true => self.divide_categories(column, bins.len(), sums),
            false => self.divide_numbers(column, bins.len(), sums),
        };
        let (bins, gain, left_sums) = best?;
        Some(Division { column, left: bins, gain, left_sums })
    }

    /// Categories ordered by their mean gradient: a division into two is a prefix (Fisher 1958).
    fn divide_categories(&self, column: usize, bins: usize, sums: ColumnSums<'_>) -> Option<(BinSet, f64, Packed)> {
        let smoothing = self.hessian_per_row * CATEGORY_SMOOTHING_ROWS;
        let mut order: Vec<(f64, u8, Packed)> = bin_places(0..bins)
            .map(|bin| (bin, sums.get(bin)))
            .filter(|(_, packed)| *packed != Packed::default())
            .map(|(bin, packed)| {
                let of = self.gradients.sums(packed);
                (of.gradient / (of.hessian + smoothing), bin, packed)
            })
            .collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut best: Option<(usize, f64, Packed)> = None;
        let mut left = Packed::default();
        for (place, (_, _, packed)) in order.iter().enumerate().take(order.len().saturating_sub(1)) {
            left = left + *packed;
            if let Some(gain) = self.gain(column, left, best.as_ref().map_or(self.growth.gain_min, |best| best.1)) {
                best = Some((place, gain, left));
            }
        }
        let (last, gain, left_sums) = best?;
        let mut left = BinSet::default();
        order[..=last].iter().for_each(|(_, bin, _)| left.insert(usize::from(*bin)));
        // Categories that this node has never seen go where most of it goes.
        if self.is_most(left_sums) {
            let absent = bin_places(0..bins).filter(|bin| sums.get(*bin) == Packed::default());
            absent.for_each(|bin| left.insert(usize::from(bin)));
        }
        Some((left, gain, left_sums))
    }

    /// Numbers up to a bin and those above it, with missing values on either side.
    fn divide_numbers(&self, column: usize, bins: usize, sums: ColumnSums<'_>) -> Option<(BinSet, f64, Packed)> {
        let missing = sums.get(MISSING);
        let has_missing = missing != Packed::default();
        let last = bins.saturating_sub(1);
        // Last bin on the left, and whether missing values are there, too.
        let mut best: Option<(usize, bool, f64, Packed)> = None;
        let mut offer = |bin: u8, with_missing: bool, left: Packed| {
            if let Some(gain) = self.gain(column, left, best.as_ref().map_or(self.growth.gain_min, |best| best.2)) {
                best = Some((usize::from(bin), with_missing, gain, left));
            }
        };
        let mut left = Packed::default();
        for bin in bin_places(1..last) {
            let here = sums.get(bin);
            // The same rows as one bin before.
            if here == Packed::default() {
                continue;
            }
            left = left + here;
            offer(bin, false, left);
            if has_missing {
                offer(bin, true, left + missing);
            }
        }
        if has_missing && let Some(all) = bin_places(last..bins).next() {
            // All that is known on one side.
            offer(all, false, self.total - missing);
        }
        let (bin, with_missing, gain, left_sums) = best?;
        let mut left = BinSet::default();
        (1..=bin).for_each(|bin| left.insert(bin));
        if with_missing || (!has_missing && self.is_most(left_sums)) {
            left.insert(usize::from(MISSING));
        }
        Some((left, gain, left_sums))
    }

    fn is_most(&self, left: Packed) -> bool {
        self.gradients.sums(left).hessian / self.whole.hessian > 0.5
    }

    /// How much a division gains; none where a part is too small, or the order of the values is not the one asked for, or another one gains as much.
    fn gain(&self, column: usize, left: Packed, other: f64) -> Option<f64> {
        let (left, right) = (self.gradients.sums(left), self.gradients.sums(self.total - left));
        if left.hessian < self.hessian_min || right.hessian < self.hessian_min {
            return None;
        }
        let criterion = &self.growth.criterion;
        let (low, high) = (criterion.value(left, self.bounds), criterion.value(right, self.bounds));
        let gain = criterion.worth(left, low) + criterion.worth(right, high) - self.whole_worth;
        if gain <= other {
            return None;
        }
        let direction = self.growth.monotone.get(column).copied().unwrap_or(0);
        let is_allowed = !(direction > 0 && low > high || direction < 0 && low < high);
        is_allowed.then_some(gain)
    }
}

/// Places of bins as they stand in a table.
fn bin_places(places: std::ops::Range<usize>) -> impl Iterator<Item = u8> {
    places.filter_map(|place| u8::try_from(place).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acceptance_n8_gini_and_entropy() {
        // 5 who leave and 3 who stay on one side, 1 and 11 on the other.
        let part = |leave: f64, stay: f64| Sums { gradient: -leave, hessian: leave + stay };
        let (left, right) = (part(5.0, 3.0), part(1.0, 11.0));
        assert!((Criterion::Gini.gain(left, right) / 20.0 - 0.140_833).abs() < 1e-6);
        assert!((Criterion::Entropy.gain(left, right) / 20.0 - 0.251_227).abs() < 1e-6);
    }

    #[test]
    fn newtons_gain_is_that_of_the_paper() {
        // Half of (3² / (2 + 1) + 1² / (4 + 1) − 4² / (6 + 1)).
        let (left, right) = (Sums { gradient: 3.0, hessian: 2.0 }, Sums { gradient: 1.0, hessian: 4.0 });
        let expected = 0.5 * (9.0 / 3.0 + 1.0 / 5.0 - 16.0 / 7.0);
        assert!((Criterion::Loss { l2: 1.0 }.gain(left, right) - expected).abs() < 1e-12);
    }
}
