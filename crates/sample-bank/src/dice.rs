//! Seeded randomness in whole numbers: the same draws on every machine, whatever its floating-point unit.

use rand::Rng;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// What a stream of draws is for; one stream each, so that a change in one part leaves the others as they were.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// Who lives in a community.
    People = 1,
    /// What happens to them.
    Life = 2,
    /// How source systems write them down.
    Records = 3,
    /// Rows that are damaged on the way.
    Damage = 4,
    /// Files that come late, twice or broken.
    Faults = 5,
}

/// A stream of draws.
pub struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// The stream of a purpose and a number (of a community, a month, a night).
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose, number: u64) -> Self {
        let stream = seed ^ ((purpose as u64) << 56) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Dice(Xoshiro256PlusPlus::seed_from_u64(stream))
    }

    /// True with a chance of so many in ten thousand.
    pub fn chance(&mut self, per_ten_thousand: u32) -> bool {
        self.0.gen_range(0..10_000) < per_ten_thousand
    }

    /// A whole number, both ends included; `low` when the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low { low } else { self.0.gen_range(low..=high) }
    }

    /// An index below `count`, which is at least one.
    pub fn below(&mut self, count: usize) -> usize {
        // Drawn as u64, so that the width of usize does not matter; the result is below a usize.
        self.0.gen_range(0..count.max(1) as u64) as usize
    }

    /// One of a list that is not empty.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// One of a list of values with weights; the last when the weights are used up.
    pub fn weighted<T: Copy>(&mut self, list: &[(T, u32)]) -> T {
        let total: u32 = list.iter().map(|(_, weight)| weight).sum();
        let mut point = self.0.gen_range(0..total.max(1));
        for (value, weight) in list {
            if point < *weight {
                return *value;
            }
            point -= weight;
        }
        list[list.len() - 1].0
    }

    /// A draw from a distribution that is given by its quantiles.
    pub fn draw(&mut self, quantiles: &Quantiles) -> i64 {
        quantiles.at(self.between(0, 1_000_000))
    }

    /// An amount, more or less: `percent` of itself up or down.
    pub fn around(&mut self, amount: i64, percent: i64) -> i64 {
        amount / 100 * self.between(100 - percent, 100 + percent)
    }
}

/// A distribution: pairs of share (millionths, rising from 0 to 1,000,000) and value; straight lines between them.
pub struct Quantiles(pub &'static [(i64, i64)]);

impl Quantiles {
    /// The value below which so many millionths lie.
    #[must_use]
    pub fn at(&self, share: i64) -> i64 {
        for pair in self.0.windows(2) {
            let ((low, from), (high, to)) = (pair[0], pair[1]);
            if share <= high {
                let part = i128::from(to - from) * i128::from(share - low) / i128::from((high - low).max(1));
                // A part of a difference of two i64 values fits.
                return from + i64::try_from(part).unwrap_or(0);
            }
        }
        self.0.last().map_or(0, |(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_straight_between_their_points() {
        let income = Quantiles(&[(0, 100), (500_000, 200), (1_000_000, 1_200)]);
        assert_eq!([0, 250_000, 500_000, 750_000, 1_000_000].map(|s| income.at(s)), [100, 150, 200, 700, 1_200]);
    }

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |purpose, number| Dice::new(7, purpose, number).between(0, 1_000_000_000);
        assert_eq!(draw(Purpose::Life, 3), draw(Purpose::Life, 3));
        assert_ne!(draw(Purpose::Life, 3), draw(Purpose::Life, 4));
        assert_ne!(draw(Purpose::Life, 3), draw(Purpose::People, 3));
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::new(1, Purpose::Life, 1);
        let heads = (0..10_000).filter(|_| dice.weighted(&[(true, 1), (false, 3)])).count();
        assert!((2_300..2_700).contains(&heads), "{heads}");
    }
}
