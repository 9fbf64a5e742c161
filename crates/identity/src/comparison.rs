//! How two values of one column agree: levels that are tried in order, best first.

use bank::name::{name_similarity, organisation_name_similarity};
use bank::similarity::{edit_distance, jaro_winkler};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::IdentityError;
use crate::table::{Column, MISSING};

/// A column that is compared, and what its agreement weighs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Column.
    pub column: String,
    /// Levels of agreement, best first; disagreement comes after the last.
    pub levels: Vec<Level>,
    /// Whether agreement on a frequent value weighs less.
    #[serde(default)]
    pub term_frequency: bool,
    /// Smallest frequency that a value may be taken to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term_frequency_min: Option<f64>,
    /// Probability of each level, and of disagreement last, among records of one customer. Learned where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub m: Option<Vec<f64>>,
    /// The same among records of different customers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub u: Option<Vec<f64>>,
}

/// One level of agreement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Equal values.
    Exact,
    /// At most so many edits; neighbours swapped count as one.
    EditDistance(usize),
    /// Jaro-Winkler similarity of at least this.
    JaroWinkler(f64),
    /// Similarity of names of persons of at least this, Chinese and Latin.
    Name(f64),
    /// Similarity of names of organisations of at least this.
    OrganisationName(f64),
    /// Dates at most so many days apart.
    Days(i64),
    /// Dates at most so many years of 365.25 days apart.
    Years(f64),
    /// Day and month swapped, or one part of the date different.
    DateParts,
    /// Numbers at most this far apart.
    Difference(f64),
    /// The same first characters.
    Prefix(usize),
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Level::Exact => write!(f, "exact"),
            Level::EditDistance(most) => write!(f, "edit distance ≤ {most}"),
            Level::JaroWinkler(least) => write!(f, "Jaro-Winkler ≥ {least}"),
            Level::Name(least) | Level::OrganisationName(least) => write!(f, "name similarity ≥ {least}"),
            Level::Days(most) => write!(f, "within {most} days"),
            Level::Years(most) => write!(f, "within {most} years"),
            Level::DateParts => write!(f, "one part of the date differs"),
            Level::Difference(most) => write!(f, "difference ≤ {most}"),
            Level::Prefix(length) => write!(f, "first {length} characters"),
        }
    }
}

/// Outcome of a comparison that could not be made.
pub const NOT_COMPARED: usize = 0;
/// Days in a year on average.
const YEAR_DAYS: f64 = 365.25;

/// A comparison ready to be made: what its levels need is worked out once for each value.
#[derive(Debug)]
pub(crate) struct Prepared<'a> {
    column: &'a Column,
    levels: &'a [Level],
    ascii: Vec<bool>,
    days: Vec<Option<i32>>,
    numbers: Vec<Option<f64>>,
}

impl<'a> Prepared<'a> {
    pub fn new(comparison: &'a Comparison, column: &'a Column) -> Result<Self, IdentityError> {
        let levels = &comparison.levels;
        if levels.is_empty() {
            return Err(IdentityError::NoLevels(comparison.column.clone()));
        }
        let is_date = levels.iter().any(|l| matches!(l, Level::Days(_) | Level::Years(_) | Level::DateParts));
        let is_number = levels.iter().any(|l| matches!(l, Level::Difference(_)));
        let values = || std::iter::once("").chain(column.values());
        Ok(Prepared {
            column,
            levels,
            ascii: values().map(str::is_ascii).collect(),
            days: if is_date { values().map(|v| date(v).map(|d| d.to_epoch_days())).collect() } else { vec![] },
            numbers: if is_number { values().map(|v| v.trim().parse().ok()).collect() } else { vec![] },
        })
    }

    /// Possible outcomes: not compared, each level, disagreement.
    pub fn outcomes(&self) -> usize {
        self.levels.len() + 2
    }

    pub fn column(&self) -> &'a Column {
        self.column
    }

    /// Outcome for two values: 0 when one is missing, `1 + n` for level `n`, the last for disagreement.
    pub fn outcome(&self, a: u32, b: u32) -> usize {
        if a == MISSING || b == MISSING {
            return NOT_COMPARED;
        }
        if a == b {
            return 1;
        }
        let agrees = |level: &Level| self.agrees(*level, a, b);
        1 + self.levels.iter().position(agrees).unwrap_or(self.levels.len())
    }

    fn agrees(&self, level: Level, a: u32, b: u32) -> bool {
        let (x, y) = (self.column.value(a), self.column.value(b));
        match level {
            Level::Exact => false,
            Level::EditDistance(most) => self.characters(
                a,
                b,
                |x, y| edit_distance(x, y, most).is_some(),
                |x, y| edit_distance(x, y, most).is_some(),
            ),
            Level::JaroWinkler(least) => {
                self.characters(a, b, |x, y| jaro_winkler(x, y) >= least, |x, y| jaro_winkler(x, y) >= least)
            }
            Level::Name(least) => name_similarity(x, y) >= least,
            Level::OrganisationName(least) => organisation_name_similarity(x, y) >= least,
            Level::Days(most) => self.days_apart(a, b).is_some_and(|days| i64::from(days) <= most),
            Level::Years(most) => self.days_apart(a, b).is_some_and(|days| f64::from(days) <= most * YEAR_DAYS),
            Level::DateParts => self.date_parts(a, b),
            Level::Difference(most) => {
                let number = |code: u32| self.numbers[code as usize];
                number(a).zip(number(b)).is_some_and(|(a, b)| (a - b).abs() <= most)
            }
            Level::Prefix(length) => {
                x.chars().take(length).eq(y.chars().take(length)) && x.chars().nth(length - 1).is_some()
            }
        }
    }

    /// Bytes where both values are ASCII, else characters.
    fn characters(
        &self,
        a: u32,
        b: u32,
        bytes: impl Fn(&[u8], &[u8]) -> bool,
        characters: impl Fn(&[char], &[char]) -> bool,
    ) -> bool {
        let (x, y) = (self.column.value(a), self.column.value(b));
        if self.ascii[a as usize] && self.ascii[b as usize] {
            return bytes(x.as_bytes(), y.as_bytes());
        }
        let (x, y): (Vec<char>, Vec<char>) = (x.chars().collect(), y.chars().collect());
        characters(&x, &y)
    }

    fn days_apart(&self, a: u32, b: u32) -> Option<u32> {
        Some(self.days[a as usize]?.abs_diff(self.days[b as usize]?))
    }

    fn date_parts(&self, a: u32, b: u32) -> bool {
        let (x, y) = (date(self.column.value(a)), date(self.column.value(b)));
        let Some((x, y)) = x.zip(y) else { return false };
        let parts = |d: NaiveDate| {
            use chrono::Datelike;
            (d.year(), d.month(), d.day())
        };
        let ((year, month, day), (other_year, other_month, other_day)) = (parts(x), parts(y));
        let same = [year == other_year, month == other_month, day == other_day].iter().filter(|s| **s).count();
        same == 2 || (year == other_year && month == other_day && day == other_month)
    }
}

/// `YYYY-MM-DD`, `YYYY/MM/DD` or `YYYYMMDD`.
fn date(text: &str) -> Option<NaiveDate> {
    ["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(levels: &str, a: &str, b: &str) -> usize {
        let comparison: Comparison = toml::from_str(&format!("column = \"x\"\nlevels = {levels}")).unwrap();
        let column = Column::of([Some(a), Some(b)]);
        let prepared = Prepared::new(&comparison, &column).unwrap();
        prepared.outcome(column.code(0), column.code(1))
    }

    #[test]
    fn the_first_level_that_agrees_counts() {
        let levels = "[\"exact\", { jaro_winkler = 0.95 }, { jaro_winkler = 0.8 }]";
        assert_eq!(outcome(levels, "martha", "martha"), 1);
        assert_eq!(outcome(levels, "martha", "marhta"), 2);
        assert_eq!(outcome(levels, "dwayne", "duane"), 3);
        assert_eq!(outcome(levels, "dwayne", "peter"), 4);
        assert_eq!(outcome(levels, "", "peter"), NOT_COMPARED);
    }

    #[test]
    fn dates_numbers_and_names() {
        let dates = "[\"exact\", \"date_parts\", { days = 31 }, { years = 1.0 }]";
        assert_eq!(outcome(dates, "1980-01-02", "1980-02-01"), 2);
        assert_eq!(outcome(dates, "19800102", "1980-01-22"), 2);
        assert_eq!(outcome(dates, "1980-01-30", "1980-02-01"), 3);
        assert_eq!(outcome(dates, "1980-01-30", "1980-12-01"), 4);
        assert_eq!(outcome(dates, "1980-01-30", "1990-12-01"), 5);
        assert_eq!(outcome(dates, "1980-01-30", "nonsense"), 5);
        assert_eq!(outcome("[{ difference = 2.0 }]", "10", "12"), 1);
        assert_eq!(outcome("[{ name = 0.85 }]", "王小明", "WANG XIAOMING"), 1);
        assert_eq!(outcome("[{ edit_distance = 1 }]", "王小明", "王小鸣"), 1);
        assert_eq!(outcome("[{ prefix = 3 }]", "abcd", "abce"), 1);
        assert_eq!(outcome("[{ prefix = 3 }]", "ab", "abc"), 2);
    }
}
