//! Mobile numbers of mainland China: eleven digits from 13 to 19 on.

use std::fmt;

use crate::half_width::half_width;

/// Prefixes written before a number: the country's code, or the trunk digit.
const PREFIXES: [(&str, usize); 4] = [("+86", 0), ("0086", 0), ("86", 13), ("0", 12)];

/// A mobile number in its plain form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MobileNumber([u8; 11]);

impl MobileNumber {
    /// A number as written: `+86`, `0086`, `86` or `0` before it, spaces and dashes inside, full-width digits.
    ///
    /// `synthetic` accepts numbers starting 10, which no carrier gives out. `None` when it is no mobile number.
    #[must_use]
    pub fn parse(text: &str, synthetic: bool) -> Option<Self> {
        let plain: String = text.chars().map(half_width).filter(|c| !matches!(c, ' ' | '-' | '–' | '—')).collect();
        let is_written = |(prefix, length): &(&str, usize)| {
            (*length == 0 || plain.len() == *length).then(|| plain.strip_prefix(prefix)).flatten()
        };
        let digits = PREFIXES.iter().find_map(is_written).unwrap_or(&plain).as_bytes();
        let digits: [u8; 11] = digits.try_into().ok()?;
        let is_carrier = (b'3'..=b'9').contains(&digits[1]) || (synthetic && digits[1] == b'0');
        (digits.iter().all(u8::is_ascii_digit) && digits[0] == b'1' && is_carrier).then_some(MobileNumber(digits))
    }

    /// Numbers that people write when they do not want to tell theirs: one digit to the end, as 13800000000, or 12345678.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        let last = &self.0[3..];
        last.iter().all(|digit| *digit == last[0]) || self.0.ends_with(b"12345678")
    }
}

impl fmt::Display for MobileNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_spacing_do_not_matter() {
        // Acceptance C15.
        for text in ["+86 138-0013-8000", "008613800138000", "13800138000", "013800138000", "8613800138000"] {
            assert_eq!(MobileNumber::parse(text, false).unwrap().to_string(), "13800138000", "{text}");
        }
        for text in ["12345678901", "1380013800", "", "1380013800x", "+8613800138000000"] {
            assert_eq!(MobileNumber::parse(text, false), None, "{text}");
        }
        assert!(
            MobileNumber::parse("10012345679", true).is_some() && MobileNumber::parse("10012345679", false).is_none()
        );
    }

    #[test]
    fn placeholders_are_numbers_of_nobody() {
        let is_placeholder = |text| MobileNumber::parse(text, false).unwrap().is_placeholder();
        assert!(is_placeholder("13800000000") && is_placeholder("13912345678") && !is_placeholder("13800138000"));
    }
}
