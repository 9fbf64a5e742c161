//! Units of amounts and rates as sources write them; in the warehouse money is in currency units and rates are annual
//! fractions (domain specification, section 1.3).

use bank::decimal::{self, DecimalError};
use serde::Deserialize;

/// The unit of a decimal column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Fen (分): 1/100 of a yuan.
    Fen,
    /// 万元: 10,000 yuan.
    Wan,
    /// ‰ a month (月利率): times 12.
    PermilleMonth,
    /// ‱ a day (日利率) on 360 days.
    PermyriadDay,
    /// Per cent a year.
    PercentYear,
    /// For 100 units of a foreign currency.
    Per100,
}

impl Unit {
    /// Value in the warehouse = value in the source × multiplier ÷ 10^shift.
    fn factor(self) -> (i128, i16) {
        match self {
            Unit::Fen | Unit::PercentYear | Unit::Per100 => (1, 2),
            Unit::Wan => (1, -4),
            Unit::PermilleMonth => (12, 3),
            Unit::PermyriadDay => (360, 4),
        }
    }

    /// Digits after the point that a column needs for this unit.
    #[must_use]
    pub fn scale_min(self) -> u8 {
        u8::try_from(self.factor().1).unwrap_or(0)
    }

    /// Parse a value of this unit exactly as a decimal of `precision` and `scale`, times 10^`scale`.
    ///
    /// # Errors
    /// As [`decimal::parse`]; digits that the scale cannot hold are refused, not rounded.
    pub fn parse(self, text: &str, precision: u8, scale: u8) -> Result<i128, DecimalError> {
        let (multiplier, shift) = self.factor();
        let source_scale = u8::try_from(i16::from(scale) - shift).unwrap_or(0);
        let value = decimal::parse(text, 36, source_scale)?;
        let overflow = DecimalError::Overflow(precision);
        let value = value.checked_mul(multiplier).ok_or(overflow)?;
        let limit = 10_i128.checked_pow(u32::from(precision)).unwrap_or(i128::MAX);
        if value.abs() < limit { Ok(value) } else { Err(overflow) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_become_annual_fractions() {
        // Acceptance A10.
        let rate = |unit: Unit, text: &str| decimal::format(unit.parse(text, 12, 8).unwrap(), 8);
        assert_eq!(rate(Unit::PermilleMonth, "4.875"), "0.05850000");
        assert_eq!(rate(Unit::PermyriadDay, "0.5"), "0.01800000");
        assert_eq!(rate(Unit::PercentYear, "5.85"), "0.05850000");
    }

    #[test]
    fn amounts_become_yuan() {
        // Acceptance A11.
        assert_eq!(decimal::format(Unit::Fen.parse("123456", 18, 2).unwrap(), 2), "1234.56");
        assert_eq!(decimal::format(Unit::Wan.parse("12.5", 18, 2).unwrap(), 2), "125000.00");
        assert_eq!(decimal::format(Unit::Per100.parse("718.00", 18, 8).unwrap(), 8), "7.18000000");
    }

    #[test]
    fn what_does_not_fit_is_refused_and_not_rounded() {
        assert_eq!(Unit::Fen.parse("1.5", 18, 2), Err(DecimalError::TooManyDecimals(0)));
        assert_eq!(Unit::Wan.parse("1234567890123", 16, 2), Err(DecimalError::Overflow(16)));
        assert_eq!(Unit::Wan.parse("0.000001", 18, 2), Ok(1));
    }
}
