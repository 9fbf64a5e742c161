//! The accounting day that an extract describes. Always an argument, never the clock.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};
use thiserror::Error;

/// A business date (会计日期), the day that a night's files describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusinessDate(NaiveDate);

/// A text that is not a calendar date.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("`{0}` is not a calendar date; write it as 2025-06-30")]
pub struct BusinessDateError(pub String);

impl BusinessDate {
    /// From a calendar date.
    #[must_use]
    pub fn new(date: NaiveDate) -> Self {
        BusinessDate(date)
    }

    /// Parse with a `chrono` format such as `%Y%m%d`.
    ///
    /// # Errors
    /// When the text is no calendar date in that form.
    pub fn parse_as(text: &str, form: &str) -> Result<Self, BusinessDateError> {
        let date = match form {
            "%Y%m%d" => compact(text),
            _ => NaiveDate::parse_from_str(text, form).ok(),
        };
        date.map(BusinessDate).ok_or_else(|| BusinessDateError(text.to_owned()))
    }

    /// The calendar date.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        self.0
    }

    /// Days since 1970-01-01, as Arrow's `Date32` counts them.
    #[must_use]
    pub fn days_since_epoch(self) -> i32 {
        self.0.to_epoch_days()
    }

    /// First day of this date's month.
    #[must_use]
    pub fn month_start(self) -> Self {
        BusinessDate(self.0.with_day(1).unwrap_or(self.0))
    }

    /// Last day of this date's month.
    #[must_use]
    pub fn month_end(self) -> Self {
        let next = self.month_start().0.checked_add_months(Months::new(1));
        BusinessDate(next.and_then(|d| d.checked_sub_days(Days::new(1))).unwrap_or(self.0))
    }

    /// The same day `months` later, clamped to the end of the month.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        BusinessDate(self.0.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX))
    }
}

/// Exactly eight digits, the form of most extracts: the general parser would take a date that lost its last digit.
fn compact(text: &str) -> Option<NaiveDate> {
    let digits: &[u8; 8] = text.as_bytes().try_into().ok()?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |part: &[u8]| part.iter().fold(0_u32, |n, d| n * 10 + u32::from(d - b'0'));
    let year = i32::try_from(number(&digits[..4])).ok()?;
    NaiveDate::from_ymd_opt(year, number(&digits[4..6]), number(&digits[6..]))
}

impl FromStr for BusinessDate {
    type Err = BusinessDateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_as(text, "%Y-%m-%d")
    }
}

impl fmt::Display for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_do_not_exist_are_refused_with_the_form_to_use() {
        assert_eq!("2024-02-29".parse::<BusinessDate>().map(|d| d.to_string()), Ok("2024-02-29".into()));
        assert!("2023-02-29".parse::<BusinessDate>().is_err());
        assert!("2026-13-45".parse::<BusinessDate>().is_err());
        assert!("20250630".parse::<BusinessDate>().is_err());
        let compact = |text| BusinessDate::parse_as(text, "%Y%m%d").map(|d| d.to_string());
        assert_eq!(compact("20240229"), Ok("2024-02-29".into()));
        assert_eq!(compact("99991231"), Ok("9999-12-31".into()));
        for wrong in ["20230229", "20241301", "00000000", "2024022", "2024-2-9", "２０２４０２２９"] {
            assert!(compact(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn months_begin_and_end_on_the_right_day() {
        let date = BusinessDate::parse_as("20240215", "%Y%m%d").unwrap();
        assert_eq!(date.month_start().to_string(), "2024-02-01");
        assert_eq!(date.month_end().to_string(), "2024-02-29");
        assert_eq!(date.month_end().plus_months(12).to_string(), "2025-02-28");
    }
}
