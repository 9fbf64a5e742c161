//! Exact decimal text ↔ scaled integers, and half-up rounding. Money never passes through a float.

use thiserror::Error;

/// Why a text is not the decimal number that a column asks for.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum DecimalError {
    /// No digits at all.
    #[error("empty number")]
    Empty,
    /// A character that is not a digit, sign or point (thousand separators and exponents are refused too).
    #[error("not a plain decimal number")]
    NotANumber,
    /// More digits after the point than the column's scale; dropping them would change the amount.
    #[error("more than {0} digits after the point")]
    TooManyDecimals(u8),
    /// More digits than the column's precision.
    #[error("more than {0} digits")]
    Overflow(u8),
}

/// Parse `text` as a decimal with at most `precision` digits, `scale` of them after the point.
///
/// Returns the number times 10^scale. Trailing zeros beyond the scale are accepted because they change nothing.
///
/// # Errors
/// [`DecimalError`], one variant for each way a text can fail.
pub fn parse(text: &str, precision: u8, scale: u8) -> Result<i128, DecimalError> {
    let (negative, digits) = match text.as_bytes() {
        [] => return Err(DecimalError::Empty),
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (whole, fraction) = match digits.iter().position(|b| *b == b'.') {
        Some(point) => (&digits[..point], &digits[point + 1..]),
        None => (digits, &digits[digits.len()..]),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(DecimalError::Empty);
    }
    if whole.iter().chain(fraction).any(|b| !b.is_ascii_digit()) {
        return Err(DecimalError::NotANumber);
    }
    let scale_len = usize::from(scale);
    if fraction.iter().skip(scale_len).any(|b| *b != b'0') {
        return Err(DecimalError::TooManyDecimals(scale));
    }
    // Nearly every amount fits in 64 bits, whose arithmetic is much faster; leading zeros only make it fit less often.
    if whole.len() + scale_len <= 18 && whole.len() + scale_len <= usize::from(precision) {
        let kept = &fraction[..fraction.len().min(scale_len)];
        let digits = whole.iter().chain(kept).fold(0_i64, |n, d| n * 10 + i64::from(d - b'0'));
        let missing = u32::try_from(scale_len - kept.len()).unwrap_or(0);
        let value = i128::from(digits * 10_i64.pow(missing));
        return Ok(if negative { -value } else { value });
    }
    let padded = fraction.iter().copied().chain(std::iter::repeat(b'0')).take(scale_len);
    let mut value: i128 = 0;
    let mut significant = 0_u8;
    for digit in whole.iter().copied().chain(padded) {
        if significant > 0 || digit != b'0' {
            significant += 1;
        }
        if significant > precision || significant > 38 {
            return Err(DecimalError::Overflow(precision));
        }
        value = value * 10 + i128::from(digit - b'0');
    }
    Ok(if negative { -value } else { value })
}

/// Format a scaled integer with exactly `scale` digits after the point.
#[must_use]
pub fn format(value: i128, scale: u8) -> String {
    let scale_len = usize::from(scale);
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale_len + 1);
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let (whole, fraction) = digits.split_at(digits.len() - scale_len);
    format!("{sign}{whole}.{fraction}")
}

/// Divide and round half away from zero, the rounding in which a bank books money.
///
/// Returns `None` when `denominator` is zero.
#[must_use]
pub fn divide_half_up(numerator: i128, denominator: i128) -> Option<i128> {
    if denominator == 0 {
        return None;
    }
    let (quotient, remainder) = (numerator / denominator, numerator % denominator);
    let half = remainder.unsigned_abs() * 2 >= denominator.unsigned_abs();
    let away = if (numerator < 0) == (denominator < 0) { 1 } else { -1 };
    Some(if half { quotient + away } else { quotient })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_decimals_parse_exactly_and_everything_else_says_why() {
        let check = |text: &str, expect: Result<i128, DecimalError>| assert_eq!(parse(text, 18, 2), expect, "{text}");
        check("1200.50", Ok(120_050));
        check("-15", Ok(-1_500));
        check(".5", Ok(50));
        check("7.100", Ok(710));
        check("0", Ok(0));
        check("", Err(DecimalError::Empty));
        check("-", Err(DecimalError::Empty));
        check("12,000.00", Err(DecimalError::NotANumber));
        check("1.2E3", Err(DecimalError::NotANumber));
        check("１２", Err(DecimalError::NotANumber));
        check("1.005", Err(DecimalError::TooManyDecimals(2)));
        check("12345678901234567.00", Err(DecimalError::Overflow(18)));
    }

    #[test]
    fn short_and_long_numbers_are_read_alike() {
        for (text, expect) in [
            ("9999999999999999.99", Ok(999_999_999_999_999_999)),
            ("-0000000000000000000012.3", Ok(-1_230)),
            ("00012.30000", Ok(1_230)),
            ("99999999999999999.99", Err(DecimalError::Overflow(18))),
            ("10000000000000000", Err(DecimalError::Overflow(18))),
        ] {
            assert_eq!(parse(text, 18, 2), expect, "{text}");
        }
        assert_eq!(
            parse("170141183460469231731687303715884105", 38, 2),
            Ok(17_014_118_346_046_923_173_168_730_371_588_410_500)
        );
        assert_eq!(parse("123", 2, 0), Err(DecimalError::Overflow(2)));
        assert_eq!(parse("12", 2, 1), Err(DecimalError::Overflow(2)));
    }

    #[test]
    fn half_goes_away_from_zero() {
        // Acceptance A14: 2.345, -2.345 and 2.675 to two places.
        assert_eq!(divide_half_up(2_345, 10), Some(235));
        assert_eq!(divide_half_up(-2_345, 10), Some(-235));
        assert_eq!(divide_half_up(2_675, 10), Some(268));
        assert_eq!(divide_half_up(1, 0), None);
    }

    #[test]
    fn ten_million_cents_are_a_hundred_thousand() {
        // Acceptance A13: a float loop gives 99999.99998630969.
        let total: i128 = (0..10_000_000).map(|_| 1_i128).sum();
        assert_eq!(format(total, 2), "100000.00");
        assert_eq!(format(-5, 2), "-0.05");
        assert_eq!(format(7, 0), "7");
    }
}
