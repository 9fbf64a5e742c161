//! Business dates, and the days on which Chinese banks are busy.

use chrono::{Datelike, Days, Months, NaiveDate};

/// Which days are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BusinessDates {
    /// Every calendar day.
    Day,
    /// The last calendar day of each month.
    MonthEnd,
}

impl BusinessDates {
    /// The dates, beginning with `first`; none when a month-end was asked for and `first` is not one.
    #[must_use]
    pub fn dates(self, first: NaiveDate, count: u32) -> Vec<NaiveDate> {
        match self {
            BusinessDates::Day => first.iter_days().take(count as usize).collect(),
            BusinessDates::MonthEnd if month_end(first) != first => Vec::new(),
            BusinessDates::MonthEnd => (0..count).map(|n| month_end(plus_months(month_start(first), n))).collect(),
        }
    }
}

/// First day of the month.
#[must_use]
pub fn month_start(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

/// Last day of the month.
#[must_use]
pub fn month_end(date: NaiveDate) -> NaiveDate {
    plus_days(plus_months(month_start(date), 1), -1)
}

/// A day of the month of `date`, or its last day when the month is shorter.
#[must_use]
pub fn day_of_month(date: NaiveDate, day: u32) -> NaiveDate {
    date.with_day(day).unwrap_or_else(|| month_end(date))
}

/// So many days later, earlier when negative; the date itself at the ends of the calendar.
#[must_use]
pub fn plus_days(date: NaiveDate, days: i64) -> NaiveDate {
    let count = Days::new(days.unsigned_abs());
    let moved = if days < 0 { date.checked_sub_days(count) } else { date.checked_add_days(count) };
    moved.unwrap_or(date)
}

/// So many months later; the last day of the month when it is shorter.
#[must_use]
pub fn plus_months(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_add_months(Months::new(months)).unwrap_or(date)
}

/// So many months earlier; the last day of the month when it is shorter.
#[must_use]
pub fn minus_months(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_sub_months(Months::new(months)).unwrap_or(date)
}

/// Day of the lunar new year, 2015 to 2035; 5 February outside.
#[must_use]
pub fn lunar_new_year(year: i32) -> NaiveDate {
    const DAYS: [(u32, u32); 21] = [
        (2, 19),
        (2, 8),
        (1, 28),
        (2, 16),
        (2, 5),
        (1, 25),
        (2, 12),
        (2, 1),
        (1, 22),
        (2, 10),
        (1, 29),
        (2, 17),
        (2, 6),
        (1, 26),
        (2, 13),
        (2, 3),
        (1, 23),
        (2, 11),
        (1, 31),
        (2, 19),
        (2, 8),
    ];
    let (month, day) = usize::try_from(year - 2015).ok().and_then(|n| DAYS.get(n)).copied().unwrap_or((2, 5));
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or(NaiveDate::MIN)
}

/// Whether interest on demand deposits is credited on this day: the 21st of a quarter's last month.
#[must_use]
pub fn is_interest_day(date: NaiveDate) -> bool {
    date.month().is_multiple_of(3) && date.day() == 21
}

/// As extracts write dates.
#[must_use]
pub fn ymd(date: NaiveDate) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn month_ends_are_month_ends_and_days_are_days() {
        let first = "2025-11-30".parse().unwrap();
        let text = |dates: Vec<NaiveDate>| dates.iter().map(ToString::to_string).collect::<Vec<_>>();
        let ends = text(BusinessDates::MonthEnd.dates(first, 4));
        assert_eq!(ends, ["2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28"]);
        assert_eq!(text(BusinessDates::Day.dates(first, 2)), ["2025-11-30", "2025-12-01"]);
        assert!(BusinessDates::MonthEnd.dates("2025-11-29".parse().unwrap(), 4).is_empty());
    }

    #[test]
    fn the_new_year_of_2026_is_the_17th_of_february() {
        assert_eq!(lunar_new_year(2026).to_string(), "2026-02-17");
        assert!(is_interest_day("2026-03-21".parse().unwrap()) && !is_interest_day("2026-04-21".parse().unwrap()));
    }
}
