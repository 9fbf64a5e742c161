//! What would be known only afterwards must not be learnt from.

use std::collections::BTreeMap;

use super::error::ClassifierError;
use super::examples::Examples;
use super::params::Columns;
use crate::evaluation::classification::auc;
use crate::evaluation::count;
use crate::feature::Values;

/// Rows that a column is judged by.
const ROWS_MAX: usize = 50_000;

/// Refuse rows whose values became known after they were observed: in a later month where all observations are of a month's first day, on a later day
/// elsewhere.
///
/// # Errors
/// [`ClassifierError::KnownLater`] with the first such row.
pub fn refuse_known_later(examples: &Examples, columns: &Columns) -> Result<(), ClassifierError> {
    let (Some(time), Some(known_on)) = (&columns.time, &columns.known_on) else { return Ok(()) };
    let (Values::Numbers(observed), Values::Numbers(known)) = (examples.values(time)?, examples.values(known_on)?)
    else {
        return Err(ClassifierError::Label {
            column: known_on.clone(),
            reason: format!("it and `{time}` must be dates to tell what was known when"),
        });
    };
    // Years and months of the calendar are few days apart from these; only their order matters.
    let date = |days: &f64| BusinessDay::of(*days);
    let days: Vec<Option<BusinessDay>> = observed.iter().map(|days| days.as_ref().and_then(date)).collect();
    let is_monthly = days.iter().flatten().all(|date| date.day == 1);
    for (row, (observed, known)) in days.iter().zip(&known).enumerate() {
        let (Some(observed), Some(known)) = (observed, known.as_ref().and_then(date)) else { continue };
        let is_later = match is_monthly {
            true => (known.year, known.month) > (observed.year, observed.month),
            false => known > *observed,
        };
        if is_later {
            let (observed, known) = (observed.to_string(), known.to_string());
            return Err(ClassifierError::KnownLater { id: examples.ids[row].clone(), observed, known });
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct BusinessDay {
    year: i32,
    month: u32,
    day: u32,
}

impl BusinessDay {
    /// Of days since 1970.
    fn of(days: f64) -> Option<Self> {
        use chrono::Datelike;
        // Dates are far from the limits; others have no day.
        #[allow(clippy::cast_possible_truncation)]
        let date = arrow::datatypes::Date32Type::to_naive_date_opt(days as i32)?;
        Some(BusinessDay { year: date.year(), month: date.month(), day: date.day() })
    }
}

impl std::fmt::Display for BusinessDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Refuse a column that tells the outcome alone, by its values or by whether there is one.
///
/// # Errors
/// [`ClassifierError::Leak`].
pub fn refuse_leak(column: &str, values: &Values, known: &[(usize, bool)], limit: f64) -> Result<(), ClassifierError> {
    let step = known.len().div_ceil(ROWS_MAX).max(1);
    let judged: Vec<(usize, bool)> = known.iter().step_by(step).copied().collect();
    let outcomes: Vec<bool> = judged.iter().map(|(_, outcome)| *outcome).collect();
    let told = |scores: &[f64]| auc(&outcomes, scores).map_or(0.5, |auc| auc.max(1.0 - auc));
    let is_missing = |row: usize| match values {
        Values::Numbers(numbers) => numbers[row].is_none(),
        Values::Texts(texts) => texts[row].is_none(),
    };
    let by_missing: Vec<f64> = judged.iter().map(|(row, _)| f64::from(u8::from(is_missing(*row)))).collect();
    let by_value = match values {
        Values::Numbers(numbers) => {
            let filled =
                |missing: f64| judged.iter().map(|(row, _)| numbers[*row].unwrap_or(missing)).collect::<Vec<_>>();
            told(&filled(f64::MIN)).max(told(&filled(f64::MAX)))
        }
        Values::Texts(texts) => told_by_texts(texts, &judged),
    };
    let auc = by_value.max(told(&by_missing));
    if auc >= limit { Err(ClassifierError::Leak { column: column.to_owned(), auc, limit }) } else { Ok(()) }
}

/// How well texts tell the outcome of every other row by what the rows between them had: a text that only one row has says nothing.
fn told_by_texts(texts: &[Option<String>], judged: &[(usize, bool)]) -> f64 {
    let mut rates: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (row, outcome) in judged.iter().step_by(2) {
        let rate = rates.entry(texts[*row].as_deref().unwrap_or("")).or_default();
        rate.0 += f64::from(u8::from(*outcome));
        rate.1 += 1.0;
    }
    let prior = rates.values().map(|rate| rate.0).sum::<f64>() / count(judged.len().div_ceil(2).max(1));
    let (outcomes, scores): (Vec<bool>, Vec<f64>) = judged
        .iter()
        .skip(1)
        .step_by(2)
        .map(|(row, outcome)| {
            let rate = rates.get(texts[*row].as_deref().unwrap_or(""));
            (*outcome, rate.map_or(prior, |(positives, rows)| (positives + prior) / (rows + 1.0)))
        })
        .unzip();
    auc(&outcomes, &scores).map_or(0.5, |auc| auc.max(1.0 - auc))
}
