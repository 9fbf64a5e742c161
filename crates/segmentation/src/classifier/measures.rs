//! How good probabilities are on rows that were not learnt from.

use serde::{Deserialize, Serialize};

use super::params::Baseline;
use crate::evaluation::classification::{
    CalibrationClass, Economics, Top, auc, average_precision, brier, calibration_classes, expected_calibration_error,
    kolmogorov_smirnov, log_loss, top,
};
use crate::evaluation::count;
use crate::feature::Values;

/// Measures of probabilities beside what came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Rows.
    pub rows: usize,
    /// With the outcome.
    pub positives: usize,
    /// Area under the ROC curve; none when all outcomes are the same.
    pub auc: Option<f64>,
    /// Average precision.
    pub pr_auc: Option<f64>,
    /// Kolmogorov-Smirnov distance.
    pub ks: Option<f64>,
    /// Brier score.
    pub brier: f64,
    /// Mean negative log-likelihood.
    pub log_loss: f64,
    /// Expected calibration error, ten classes of equal mass.
    pub ece: f64,
    /// The tenth with the highest probabilities.
    pub top_decile: Top,
    /// Ten classes by probability, highest first.
    pub classes: Vec<CalibrationClass>,
    /// The flag at the cut-off.
    pub flag: Flag,
    /// The baseline rule on the same rows, and as many rows by probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Beside>,
}

/// Rows that are flagged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// Rows with the flag.
    pub flagged: usize,
    /// Of them with the outcome.
    pub found: usize,
    /// Share of the flagged with the outcome.
    pub precision: f64,
    /// Share of those with the outcome that are flagged.
    pub recall: f64,
    /// What contacting the flagged, all, and nobody earns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profit: Option<Profit>,
}

/// What contacts earn on rows whose outcome is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Profit {
    /// Contacting the flagged.
    pub flagged: f64,
    /// Contacting everybody.
    pub all: f64,
    /// Contacting the tenth with the highest probabilities.
    pub top_decile: f64,
}

/// A rule beside the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// The rule.
    pub rule: Baseline,
    /// Rows that the rule flags.
    pub flagged: usize,
    /// Of them with the outcome.
    pub found: usize,
    /// How many times as many as among so many rows taken by chance.
    pub lift: f64,
    /// The same of as many rows by probability.
    pub model_lift: f64,
    /// Area under the ROC curve of the rule's column.
    pub auc: Option<f64>,
}

impl Measures {
    /// Of probabilities of rows with these outcomes.
    #[must_use]
    pub fn of(outcomes: &[bool], probabilities: &[f64], cut_off: f64, economics: Option<&Economics>) -> Self {
        let positives = outcomes.iter().filter(|outcome| **outcome).count();
        let flagged = probabilities.iter().filter(|p| **p >= cut_off).count();
        let found = outcomes.iter().zip(probabilities).filter(|(outcome, p)| **outcome && **p >= cut_off).count();
        let share = |part: usize, whole: usize| if whole > 0 { count(part) / count(whole) } else { 0.0 };
        let decile = top(outcomes, probabilities, outcomes.len().div_ceil(10));
        let profit = economics.map(|economics| Profit {
            flagged: economics.profit(count(flagged), count(found)),
            all: economics.profit(count(outcomes.len()), count(positives)),
            top_decile: economics.profit(count(decile.rows), decile.positives),
        });
        Measures {
            rows: outcomes.len(),
            positives,
            auc: auc(outcomes, probabilities),
            pr_auc: average_precision(outcomes, probabilities),
            ks: kolmogorov_smirnov(outcomes, probabilities),
            brier: brier(outcomes, probabilities),
            log_loss: log_loss(outcomes, probabilities),
            ece: expected_calibration_error(outcomes, probabilities),
            top_decile: decile,
            classes: calibration_classes(outcomes, probabilities),
            flag: Flag { flagged, found, precision: share(found, flagged), recall: share(found, positives), profit },
            baseline: None,
        }
    }
}

impl Beside {
    /// A rule on the rows of a test, `values` being those of its column.
    #[must_use]
    pub fn of(
        rule: &Baseline,
        values: &Values,
        rows: &[usize],
        outcomes: &[bool],
        probabilities: &[f64],
    ) -> Option<Self> {
        let Values::Numbers(numbers) = values else { return None };
        let number = |row: &usize| numbers[*row];
        let is_flagged = |x: Option<f64>| {
            x.is_some_and(|x| {
                rule.at_most.is_some_and(|most| x <= most) || rule.at_least.is_some_and(|least| x >= least)
            })
        };
        let flags: Vec<bool> = rows.iter().map(|row| is_flagged(number(row))).collect();
        let flagged = flags.iter().filter(|flag| **flag).count();
        let found = flags.iter().zip(outcomes).filter(|(flag, outcome)| **flag && **outcome).count();
        let rate = count(outcomes.iter().filter(|outcome| **outcome).count()) / count(outcomes.len().max(1));
        let sign = if rule.at_most.is_some() { -1.0 } else { 1.0 };
        let scores: Vec<f64> = rows.iter().map(|row| number(row).map_or(f64::MIN, |x| sign * x)).collect();
        Some(Beside {
            rule: rule.clone(),
            flagged,
            found,
            lift: if flagged > 0 && rate > 0.0 { count(found) / count(flagged) / rate } else { 0.0 },
            model_lift: top(outcomes, probabilities, flagged).lift,
            auc: auc(outcomes, &scores),
        })
    }
}
