//! An amount in the minor unit of its currency (fen, cents), two decimals.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use crate::decimal::{self, DecimalError};

/// Money with two decimals, exact. Arithmetic saturates nowhere: 128 bits hold any sum a bank can form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i128);

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(0);

    /// From minor units: `Money::from_minor(1_050)` is 10.50.
    #[must_use]
    pub fn from_minor(minor: i128) -> Self {
        Money(minor)
    }

    /// The amount in minor units.
    #[must_use]
    pub fn minor(self) -> i128 {
        self.0
    }

    /// Parse a plain decimal with at most two places.
    ///
    /// # Errors
    /// [`DecimalError`] when the text is not such a number.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        decimal::parse(text, 38, 2).map(Money)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&decimal::format(self.0, 2))
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0 + other.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        self.0 += other.0;
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0 - other.0)
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Money) {
        self.0 -= other.0;
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_survive_the_round_trip() {
        for text in ["0.00", "-0.05", "13185.50", "99999999999999.99"] {
            assert_eq!(Money::parse(text).map(|m| m.to_string()), Ok(text.to_string()));
        }
    }
}
