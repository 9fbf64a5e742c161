//! The best division of a node in two.

use serde::{Deserialize, Serialize};

use super::bins::MISSING;
use super::grow::Growth;
use super::histogram::{Gradients, Histogram, Packed, Sums};
use super::node::BinSet;

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
            Criterion::Loss { l2 } => -(sums.gradient * value + 0.5 * (sums.hessian + l2) * value * value),
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
    /// Its sums by column and bin.
    pub histogram: &'n Histogram,
    /// Gradients of all rows.
    pub gradients: &'n Gradients,
    /// Its sum.
    pub total: Packed,
    /// Rows.
    pub rows: usize,
    /// Between which its values must lie.
    pub bounds: (f64, f64),
}

impl Undivided<'_> {
    /// The best division by a column; none when there is none that is allowed and better than nothing.
    #[must_use]
    pub fn divide(&self, column: usize, bins: usize, is_category: bool, growth: &Growth) -> Option<Division> {
        let at = |bin: usize| self.histogram.get(column, bin);
        let mut best: Option<Division> = None;
        let mut offer = |left: BinSet, left_sums: Packed| {
            if let Some(gain) = self.gain(column, left_sums, growth)
                && best.as_ref().is_none_or(|best| gain > best.gain)
            {
                best = Some(Division { column, left, gain, left_sums });
            }
        };
        if is_category {
            let sums: Vec<Sums> = (0..bins).map(|bin| self.gradients.sums(at(bin))).collect();
            let smoothing = self.hessian_per_row() * CATEGORY_SMOOTHING_ROWS;
            let present = |bin: &usize| at(*bin) != Packed::default();
            let mut order: Vec<usize> = (0..bins).filter(present).collect();
            // Ordered by their mean gradient, a division into two is a prefix (Fisher 1958).
            let mean = |bin: usize| sums[bin].gradient / (sums[bin].hessian + smoothing);
            order.sort_by(|a, b| mean(*a).total_cmp(&mean(*b)).then(a.cmp(b)));
            let (mut left, mut left_sums) = (BinSet::default(), Packed::default());
            for bin in order.iter().take(order.len().saturating_sub(1)) {
                left.insert(*bin);
                left_sums = left_sums + at(*bin);
                offer(left, left_sums);
            }
            // Categories that this node has never seen go where most of it goes.
            if let Some(best) = &mut best {
                let share = self.gradients.sums(best.left_sums).hessian / self.gradients.sums(self.total).hessian;
                if share > 0.5 {
                    (0..bins).filter(|bin| !present(bin)).for_each(|bin| best.left.insert(bin));
                }
            }
            return best;
        }
        let missing = at(usize::from(MISSING));
        let has_missing = missing != Packed::default();
        let (mut left, mut left_sums) = (BinSet::default(), Packed::default());
        for bin in 1..bins.saturating_sub(1) {
            left.insert(bin);
            let here = at(bin);
            left_sums = left_sums + here;
            // The same rows as one bin before.
            if here == Packed::default() {
                continue;
            }
            offer(left, left_sums);
            if has_missing {
                offer(left.with(usize::from(MISSING)), left_sums + missing);
            }
        }
        if has_missing {
            // All that is known on one side.
            let mut known = left;
            known.insert(bins.saturating_sub(1));
            offer(known, self.total - missing);
        } else if let Some(best) = &mut best {
            let share = self.gradients.sums(best.left_sums).hessian / self.gradients.sums(self.total).hessian;
            if share > 0.5 {
                best.left.insert(usize::from(MISSING));
            }
        }
        best
    }

    fn hessian_per_row(&self) -> f64 {
        self.gradients.sums(self.total).hessian / crate::evaluation::count(self.rows.max(1))
    }

    /// How much a division gains; none where a part is too small or the order of the values is not the one asked for.
    fn gain(&self, column: usize, left: Packed, growth: &Growth) -> Option<f64> {
        let (left, right) = (self.gradients.sums(left), self.gradients.sums(self.total - left));
        // Rows of a part by its share of the second derivatives: exact where all rows weigh the same.
        let hessian_min = (self.hessian_per_row() * (crate::evaluation::count(growth.rows_min) - 0.5)).max(1e-9);
        if left.hessian < hessian_min || right.hessian < hessian_min {
            return None;
        }
        let criterion = &growth.criterion;
        let (low, high) = (criterion.value(left, self.bounds), criterion.value(right, self.bounds));
        let direction = growth.monotone.get(column).copied().unwrap_or(0);
        if (direction > 0 && low > high) || (direction < 0 && low < high) {
            return None;
        }
        let whole = self.gradients.sums(self.total);
        let gain = criterion.worth(left, low) + criterion.worth(right, high)
            - criterion.worth(whole, criterion.value(whole, self.bounds));
        (gain > growth.gain_min).then_some(gain)
    }
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
