//! How well scores tell who will have an outcome, and whether probabilities mean what they say.
//!
//! Outcomes and scores stand side by side, one for each row. All measures are independent of the order of the rows: equal scores count together.

use std::cmp::Ordering;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::count;

/// Keeps the logarithm of a probability finite.
const PROBABILITY_MIN: f64 = 1e-15;
/// Classes of the calibration error and of the decile table.
const CLASSES: usize = 10;

/// Rows with the same score, highest score first.
struct Tied {
    score: f64,
    rows: usize,
    positives: usize,
}

fn tied(outcomes: &[bool], scores: &[f64]) -> Vec<Tied> {
    let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(outcomes.iter().copied()).collect();
    rows.par_sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    let mut groups: Vec<Tied> = Vec::new();
    for (score, outcome) in rows {
        match groups.last_mut() {
            Some(group) if group.score.partial_cmp(&score) == Some(Ordering::Equal) => {
                group.rows += 1;
                group.positives += usize::from(outcome);
            }
            _ => groups.push(Tied { score, rows: 1, positives: usize::from(outcome) }),
        }
    }
    groups
}

fn positives(outcomes: &[bool]) -> usize {
    outcomes.iter().filter(|outcome| **outcome).count()
}

/// Area under the receiver operating characteristic: how often a row with the outcome has the higher score than one without, ties counted half
/// (Hanley and McNeil 1982). `None` when all outcomes are the same.
#[must_use]
pub fn auc(outcomes: &[bool], scores: &[f64]) -> Option<f64> {
    let (with, without) = sides(outcomes)?;
    let (mut above, mut won) = (0.0, 0.0);
    for group in tied(outcomes, scores) {
        let (positive, negative) = (count(group.positives), count(group.rows - group.positives));
        won += negative * (above + positive / 2.0);
        above += positive;
    }
    Some(won / (with * without))
}

/// Average precision: Σ (recall gained) × precision, going down the scores, equal scores at once. `None` when all outcomes are the same.
#[must_use]
pub fn average_precision(outcomes: &[bool], scores: &[f64]) -> Option<f64> {
    let (with, _) = sides(outcomes)?;
    let (mut seen, mut found, mut sum) = (0.0, 0.0, 0.0);
    for group in tied(outcomes, scores) {
        seen += count(group.rows);
        found += count(group.positives);
        sum += count(group.positives) / with * (found / seen);
    }
    Some(sum)
}

/// Kolmogorov-Smirnov: the largest distance between the shares of rows with and without the outcome above a score. `None` when all outcomes are the
/// same.
#[must_use]
pub fn kolmogorov_smirnov(outcomes: &[bool], scores: &[f64]) -> Option<f64> {
    let (with, without) = sides(outcomes)?;
    let (mut positive, mut negative, mut largest) = (0.0, 0.0, 0.0_f64);
    for group in tied(outcomes, scores) {
        positive += count(group.positives) / with;
        negative += count(group.rows - group.positives) / without;
        largest = largest.max((positive - negative).abs());
    }
    Some(largest)
}

/// Rows with and without the outcome; `None` when there are none of one side.
fn sides(outcomes: &[bool]) -> Option<(f64, f64)> {
    let with = positives(outcomes);
    (with > 0 && with < outcomes.len()).then(|| (count(with), count(outcomes.len() - with)))
}

/// Mean squared distance of probabilities from outcomes (Brier 1950).
#[must_use]
pub fn brier(outcomes: &[bool], probabilities: &[f64]) -> f64 {
    let square = |(outcome, p): (&bool, &f64)| (p - f64::from(u8::from(*outcome))).powi(2);
    outcomes.iter().zip(probabilities).map(square).sum::<f64>() / count(outcomes.len().max(1))
}

/// Mean negative log-likelihood, in nats.
#[must_use]
pub fn log_loss(outcomes: &[bool], probabilities: &[f64]) -> f64 {
    let loss = |(outcome, p): (&bool, &f64)| {
        let p = p.clamp(PROBABILITY_MIN, 1.0 - PROBABILITY_MIN);
        if *outcome { -p.ln() } else { -(1.0 - p).ln() }
    };
    outcomes.iter().zip(probabilities).map(loss).sum::<f64>() / count(outcomes.len().max(1))
}

/// One class of probabilities of about equal numbers of rows; rows of one probability are in one class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationClass {
    /// Rows.
    pub rows: usize,
    /// Of them with the outcome.
    pub positives: usize,
    /// Mean probability.
    pub expected: f64,
}

impl CalibrationClass {
    /// Share of the rows with the outcome.
    #[must_use]
    pub fn observed(&self) -> f64 {
        count(self.positives) / count(self.rows.max(1))
    }
}

/// Ten classes by probability, highest first; fewer where many rows share a probability.
#[must_use]
pub fn calibration_classes(outcomes: &[bool], probabilities: &[f64]) -> Vec<CalibrationClass> {
    let mut classes: Vec<CalibrationClass> = Vec::new();
    let (mut before, mut last) = (0, None);
    for group in tied(outcomes, probabilities) {
        // The class in which the middle of the group lies.
        let place = (2 * before + group.rows) * CLASSES / (2 * outcomes.len());
        before += group.rows;
        let sum = group.score * count(group.rows);
        match classes.last_mut() {
            Some(class) if last == Some(place) => {
                class.expected += sum;
                class.rows += group.rows;
                class.positives += group.positives;
            }
            _ => classes.push(CalibrationClass { rows: group.rows, positives: group.positives, expected: sum }),
        }
        last = Some(place);
    }
    classes.iter_mut().for_each(|class| class.expected /= count(class.rows));
    classes
}

/// Expected calibration error: Σ share of rows × |mean probability − share with the outcome| over [`calibration_classes`] (Naeini et al. 2015, with
/// classes of equal mass).
#[must_use]
pub fn expected_calibration_error(outcomes: &[bool], probabilities: &[f64]) -> f64 {
    let rows = count(outcomes.len().max(1));
    calibration_classes(outcomes, probabilities)
        .iter()
        .map(|class| count(class.rows) / rows * (class.expected - class.observed()).abs())
        .sum()
}

/// Rows with the outcome among the `top` rows of the highest scores. Where the last place falls among equal scores, their share of the places counts.
#[must_use]
pub fn found_in_top(outcomes: &[bool], scores: &[f64], top: usize) -> f64 {
    let (mut places, mut found) = (top, 0.0);
    for group in tied(outcomes, scores) {
        let taken = group.rows.min(places);
        found += count(group.positives) * count(taken) / count(group.rows);
        places -= taken;
    }
    found
}

/// What the highest scores hold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Top {
    /// Rows.
    pub rows: usize,
    /// With the outcome.
    pub positives: f64,
    /// How many times as many as in so many rows taken by chance.
    pub lift: f64,
    /// Share of all rows with the outcome.
    pub capture: f64,
}

/// The `rows` highest scores.
#[must_use]
pub fn top(outcomes: &[bool], scores: &[f64], rows: usize) -> Top {
    let found = found_in_top(outcomes, scores, rows);
    let (all, with) = (count(outcomes.len().max(1)), count(positives(outcomes)));
    let (capture, share) = (if with > 0.0 { found / with } else { 0.0 }, count(rows) / all);
    Top { rows, positives: found, lift: if share > 0.0 { capture / share } else { 0.0 }, capture }
}

/// What a contact costs and what it can save (domain specification §6.5).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Economics {
    /// Share of leaving customers who stay when they are contacted.
    pub save_rate: f64,
    /// What a customer who stays is worth.
    pub value: f64,
    /// What a contact costs.
    pub cost: f64,
}

impl Economics {
    /// From this probability on a contact pays: cost ÷ (save rate × value).
    #[must_use]
    pub fn cut_off(&self) -> f64 {
        self.cost / (self.save_rate * self.value)
    }

    /// Of so many contacts, among them so many who would leave: leaving × save rate × value − contacts × cost.
    #[must_use]
    pub fn profit(&self, contacts: f64, leaving: f64) -> f64 {
        leaving * self.save_rate * self.value - contacts * self.cost
    }
}

/// The probability from which on a flag has the largest F1 (harmonic mean of precision and recall), and that F1.
#[must_use]
pub fn best_f1(outcomes: &[bool], probabilities: &[f64]) -> (f64, f64) {
    let with = count(positives(outcomes));
    let (mut flagged, mut found, mut best) = (0.0, 0.0, (1.0, 0.0));
    for group in tied(outcomes, probabilities) {
        flagged += count(group.rows);
        found += count(group.positives);
        let f1 = 2.0 * found / (flagged + with);
        if f1 > best.1 {
            best = (group.score, f1);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn l5() -> (Vec<bool>, Vec<f64>) {
        let outcomes = [1, 1, 1, 0, 0, 0, 0, 1, 0, 0].map(|y| y == 1).to_vec();
        (outcomes, vec![0.9, 0.8, 0.4, 0.7, 0.4, 0.3, 0.2, 0.6, 0.6, 0.1])
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }

    #[test]
    fn acceptance_l5_measures_with_ties() {
        let (y, s) = l5();
        near(auc(&y, &s).unwrap(), 0.833_333);
        near(average_precision(&y, &s).unwrap(), 0.792_857);
        near(kolmogorov_smirnov(&y, &s).unwrap(), 0.5);
        near(brier(&y, &s), 0.172);
        near(log_loss(&y, &s), 0.507_189);
        assert_eq!(auc(&[true, true], &[0.1, 0.2]), None);
    }

    #[test]
    fn acceptance_l6_lift_and_profit() {
        // 200 rows with score 0.8, of which 46 have the outcome; 1,800 with 0.2, of which 54.
        let group = |rows: usize, positives: usize, score: f64| (0..rows).map(move |row| (row < positives, score));
        let (y, s): (Vec<bool>, Vec<f64>) = group(200, 46, 0.8).chain(group(1800, 54, 0.2)).unzip();
        let decile = top(&y, &s, 200);
        near(decile.lift, 4.6);
        near(decile.capture, 0.46);
        let economics = Economics { save_rate: 0.25, value: 600.0, cost: 20.0 };
        near(economics.cut_off(), 0.133_333);
        near(economics.profit(200.0, decile.positives), 2_900.0);
        near(economics.profit(2_000.0, 100.0), -25_000.0);
    }

    #[test]
    fn acceptance_l8_the_calibration_error() {
        let group = |p: f64, events: usize| (0..100).map(move |row| (row < events, p));
        let (y, p): (Vec<bool>, Vec<f64>) = group(0.10, 8).chain(group(0.30, 36)).unzip();
        near(expected_calibration_error(&y, &p), 0.04);
    }

    #[test]
    fn equal_scores_at_the_last_place_count_by_their_share() {
        let y = [true, false, true, false];
        near(found_in_top(&y, &[0.9, 0.5, 0.5, 0.1], 2), 1.5);
        near(found_in_top(&y, &[0.9, 0.5, 0.5, 0.1], 9), 2.0);
    }

    #[test]
    fn the_best_f1_is_where_precision_and_recall_meet_best() {
        let (cut_off, f1) = best_f1(&[true, false, true, false], &[0.9, 0.2, 0.6, 0.1]);
        near(cut_off, 0.6);
        near(f1, 1.0);
    }
}
