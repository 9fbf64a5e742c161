//! Scores made probabilities.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256Plus;
use serde::{Deserialize, Serialize};

use super::params::CalibrationChoice;
use crate::evaluation::{count, mean};
use crate::feature::double;

/// Newton's steps of Platt's curve at most.
const STEPS_MAX: usize = 100;
/// Folds that calibrations are tried on.
const FOLDS: usize = 5;
/// Rows with the outcome from which on steps are tried: fewer make few and rough ones.
const ISOTONIC_POSITIVES_MIN: usize = 200;

/// From a score to a probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Calibration {
    /// The score is a probability.
    Probability,
    /// The score is log odds.
    LogOdds,
    /// 1 ÷ (1 + exp(−(slope × score + intercept))) (Platt 1999).
    Platt {
        /// Slope.
        slope: f64,
        /// Intercept.
        intercept: f64,
    },
    /// Between these points straight lines, beyond them level (Zadrozny and Elkan 2002).
    Isotonic {
        /// Ascending scores.
        scores: Vec<f64>,
        /// Their probabilities, which do not fall.
        probabilities: Vec<f64>,
    },
}

impl Calibration {
    /// What a learner says of itself.
    #[must_use]
    pub fn none(is_log_odds: bool) -> Self {
        if is_log_odds { Calibration::LogOdds } else { Calibration::Probability }
    }

    /// The calibration that is asked for, fitted to scores of rows that the learner did not learn from.
    #[must_use]
    pub fn fit(choice: CalibrationChoice, is_log_odds: bool, scores: &[f64], outcomes: &[bool], seed: u64) -> Self {
        match choice {
            CalibrationChoice::None => Calibration::none(is_log_odds),
            CalibrationChoice::Platt => platt(scores, outcomes),
            CalibrationChoice::Isotonic => isotonic(scores, outcomes),
            CalibrationChoice::Auto => {
                let chosen = choose(is_log_odds, scores, outcomes, seed);
                Calibration::fit(chosen, is_log_odds, scores, outcomes, seed)
            }
        }
    }

    /// The probability of a score.
    #[must_use]
    pub fn probability(&self, score: f64) -> f64 {
        match self {
            Calibration::Probability => score.clamp(0.0, 1.0),
            Calibration::LogOdds => 1.0 / (1.0 + (-score).exp()),
            Calibration::Platt { slope, intercept } => 1.0 / (1.0 + (-(slope * score + intercept)).exp()),
            Calibration::Isotonic { scores, probabilities } => {
                let above = scores.partition_point(|known| *known < score);
                let (Some(low), Some(high)) = (above.checked_sub(1), scores.get(above)) else {
                    let end = if above == 0 { probabilities.first() } else { probabilities.last() };
                    return end.copied().unwrap_or(0.5);
                };
                let part = (score - scores[low]) / (high - scores[low]);
                probabilities[low] + part * (probabilities[above] - probabilities[low])
            }
        }
    }

    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Calibration::Probability | Calibration::LogOdds => "none: the learner's own probabilities".to_owned(),
            Calibration::Platt { slope, intercept } => format!("Platt, slope {slope:.6}, intercept {intercept:.6}"),
            Calibration::Isotonic { scores, .. } => format!("isotonic through {} points", scores.len()),
        }
    }

    /// The probability as a SQL expression of the score.
    #[must_use]
    pub fn sql(&self, score: &str) -> String {
        let curve = |power: String| format!("1 / (1 + exp(-({power})))");
        match self {
            Calibration::Probability => format!("least(greatest({score}, {}), {})", double(0.0), double(1.0)),
            Calibration::LogOdds => curve(score.to_owned()),
            Calibration::Platt { slope, intercept } => {
                curve(format!("{} * {score} + {}", double(*slope), double(*intercept)))
            }
            Calibration::Isotonic { scores, probabilities } => {
                let points: Vec<(&f64, &f64)> = scores.iter().zip(probabilities).collect();
                let (Some(first), Some(last)) = (points.first(), points.last()) else { return double(0.5) };
                let line = |pair: &[(&f64, &f64)]| {
                    let [(x0, y0), (x1, y1)] = pair else { return String::new() };
                    let slope = format!("({score} - {}) / {}", double(**x0), double(*x1 - *x0));
                    format!(" when {score} < {} then {} + {slope} * {}", double(**x1), double(**y0), double(*y1 - *y0))
                };
                let lines: String = points.windows(2).map(line).collect();
                let start = format!("when {score} <= {} then {}", double(*first.0), double(*first.1));
                format!("case {start}{lines} else {} end", double(*last.1))
            }
        }
    }
}

/// Platt's curve by Newton's method with his targets, (positives + 1) ÷ (positives + 2) and 1 ÷ (negatives + 2) (Lin, Lin and Weng 2007).
fn platt(scores: &[f64], outcomes: &[bool]) -> Calibration {
    let positives = outcomes.iter().filter(|outcome| **outcome).count();
    let high = (count(positives) + 1.0) / (count(positives) + 2.0);
    let low = 1.0 / (count(outcomes.len() - positives) + 2.0);
    let middle = mean(scores);
    let spread = mean(&scores.iter().map(|s| (s - middle).powi(2)).collect::<Vec<_>>()).sqrt().max(1e-12);
    // On standardised scores the steps are well conditioned.
    let standard: Vec<f64> = scores.iter().map(|score| (score - middle) / spread).collect();
    let prior = (count(positives) + 1.0) / (count(outcomes.len()) + 2.0);
    let (mut slope, mut intercept) = (0.0, (prior / (1.0 - prior)).ln());
    let loss_at = |slope: f64, intercept: f64| -> f64 {
        let of = |(x, outcome): (&f64, &bool)| {
            let (z, target) = (slope * x + intercept, if *outcome { high } else { low });
            // -target ln p - (1 - target) ln (1 - p)
            z.max(0.0) + (-z.abs()).exp().ln_1p() - target * z
        };
        standard.iter().zip(outcomes).map(of).sum()
    };
    let mut loss = loss_at(slope, intercept);
    for _ in 0..STEPS_MAX {
        let mut g = [0.0; 2];
        let mut h = [1e-9, 0.0, 1e-9];
        for (x, outcome) in standard.iter().zip(outcomes) {
            let p = 1.0 / (1.0 + (-(slope * x + intercept)).exp());
            let (error, curve) = (p - if *outcome { high } else { low }, p * (1.0 - p));
            g[0] += error * x;
            g[1] += error;
            h[0] += curve * x * x;
            h[1] += curve * x;
            h[2] += curve;
        }
        let determinant = h[0] * h[2] - h[1] * h[1];
        let step = [(h[2] * g[0] - h[1] * g[1]) / determinant, (h[0] * g[1] - h[1] * g[0]) / determinant];
        // Half a step where a whole one leads uphill.
        let mut length = 1.0;
        let mut next = loss_at(slope - step[0], intercept - step[1]);
        while next > loss && length > 1e-6 {
            length /= 2.0;
            next = loss_at(slope - length * step[0], intercept - length * step[1]);
        }
        if !next.is_finite() || next > loss {
            break;
        }
        slope -= length * step[0];
        intercept -= length * step[1];
        let is_settled = loss - next < 1e-12 * loss.abs().max(1.0);
        loss = next;
        if is_settled {
            break;
        }
    }
    // A score that says the opposite of what it should is not turned round.
    let slope = slope.max(0.0);
    Calibration::Platt { slope: slope / spread, intercept: intercept - slope * middle / spread }
}

/// Pool adjacent violators (Ayer et al. 1955); each block has its first and its last score as points. Probabilities stay half a row away from 0 and 1.
fn isotonic(scores: &[f64], outcomes: &[bool]) -> Calibration {
    struct Block {
        first: f64,
        last: f64,
        rows: f64,
        positives: f64,
    }
    let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(outcomes.iter().copied()).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut blocks: Vec<Block> = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let score = rows[at].0;
        let end = at + rows[at..].partition_point(|row| row.0 <= score);
        let positives = rows[at..end].iter().filter(|row| row.1).count();
        blocks.push(Block { first: score, last: score, rows: count(end - at), positives: count(positives) });
        at = end;
        while let [.., before, last] = blocks.as_mut_slice() {
            if before.positives * last.rows < last.positives * before.rows {
                break;
            }
            before.last = last.last;
            before.rows += last.rows;
            before.positives += last.positives;
            blocks.pop();
        }
    }
    let margin = 0.5 / count(outcomes.len().max(1));
    let (mut points, mut probabilities) = (Vec::new(), Vec::new());
    for block in blocks {
        let probability = (block.positives / block.rows).clamp(margin, 1.0 - margin);
        for score in [block.first, block.last] {
            if points.last().is_none_or(|last| *last < score) {
                points.push(score);
                probabilities.push(probability);
            }
        }
    }
    Calibration::Isotonic { scores: points, probabilities }
}

/// The choice with the least log loss on shuffled folds of the scores; a simpler one when it is not worse by more than one standard error. Log odds have Platt's
/// curve at least: where they are right it leaves them as they are, and its two numbers cost nothing.
fn choose(is_log_odds: bool, scores: &[f64], outcomes: &[bool], seed: u64) -> CalibrationChoice {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.shuffle(&mut Xoshiro256Plus::seed_from_u64(seed));
    let positives = outcomes.iter().filter(|outcome| **outcome).count();
    let mut choices = match is_log_odds {
        true => vec![CalibrationChoice::Platt],
        false => vec![CalibrationChoice::None, CalibrationChoice::Platt],
    };
    if positives.min(outcomes.len() - positives) >= ISOTONIC_POSITIVES_MIN {
        choices.push(CalibrationChoice::Isotonic);
    }
    let losses = |choice: CalibrationChoice| -> Vec<f64> {
        let mut losses = vec![0.0; scores.len()];
        for fold in 0..FOLDS {
            let (inside, outside): (Vec<usize>, Vec<usize>) = (0..order.len()).partition(|place| place % FOLDS == fold);
            let take = |places: &[usize]| -> (Vec<f64>, Vec<bool>) {
                places.iter().map(|place| (scores[order[*place]], outcomes[order[*place]])).unzip()
            };
            let (fit_scores, fit_outcomes) = take(&outside);
            let calibration = Calibration::fit(choice, is_log_odds, &fit_scores, &fit_outcomes, seed);
            for place in inside {
                let row = order[place];
                let p = calibration.probability(scores[row]).clamp(1e-12, 1.0 - 1e-12);
                losses[row] = if outcomes[row] { -p.ln() } else { -(1.0 - p).ln() };
            }
        }
        losses
    };
    let mut best = (choices[0], losses(choices[0]));
    for choice in choices.into_iter().skip(1) {
        let tried = losses(choice);
        if is_surely_less(&tried, &best.1) {
            best = (choice, tried);
        }
    }
    best.0
}

/// Whether losses are less than others of the same rows by more than one standard error of their mean difference.
pub(super) fn is_surely_less(losses: &[f64], others: &[f64]) -> bool {
    let differences: Vec<f64> = others.iter().zip(losses).map(|(other, loss)| other - loss).collect();
    let middle = mean(&differences);
    let variance = mean(&differences.iter().map(|d| (d - middle).powi(2)).collect::<Vec<_>>());
    middle > (variance / count(differences.len().max(1))).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isotonic_steps_are_those_of_pooling_by_hand() {
        // Scores 1..6, outcomes 0 1 0 0 1 1: 1 -> 0, 2..4 -> 1/3, 5..6 -> 1, half a twelfth away from the ends.
        let calibration = isotonic(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[false, true, false, false, true, true]);
        let near = |score: f64, expected: f64| {
            let found = calibration.probability(score);
            assert!((found - expected).abs() < 1e-12, "{score}: {found} {expected}");
        };
        let margin = 1.0 / 12.0;
        near(0.0, margin);
        near(1.0, margin);
        near(2.0, 1.0 / 3.0);
        near(3.5, 1.0 / 3.0);
        near(4.5, (1.0 / 3.0 + 1.0 - margin) / 2.0);
        near(9.0, 1.0 - margin);
    }

    #[test]
    fn platt_finds_the_curve_that_made_the_outcomes() {
        // A thousand rows at each of five scores, with the shares of slope 2 and intercept -1.
        let (mut scores, mut outcomes) = (Vec::new(), Vec::new());
        for score in [-1.0, -0.5, 0.0, 0.5, 1.0_f64] {
            let share = 1.0 / (1.0 + (-(2.0 * score - 1.0)).exp());
            for row in 0..100_000 {
                scores.push(score);
                outcomes.push(f64::from(row) + 0.5 < share * 100_000.0);
            }
        }
        let Calibration::Platt { slope, intercept } = platt(&scores, &outcomes) else { panic!("not Platt's") };
        assert!((slope - 2.0).abs() < 1e-3 && (intercept + 1.0).abs() < 1e-3, "{slope} {intercept}");
    }

    #[test]
    fn scores_that_are_right_are_left_alone_and_wrong_ones_are_mended() {
        let shares = [0.1, 0.2, 0.3, 0.5, 0.7];
        let (mut scores, mut outcomes) = (Vec::new(), Vec::new());
        for share in shares {
            for row in 0..1_000 {
                scores.push(share);
                outcomes.push(f64::from(row) < share * 1_000.0);
            }
        }
        assert_eq!(choose(false, &scores, &outcomes, 1), CalibrationChoice::None);
        let halved: Vec<f64> = scores.iter().map(|share| share / 2.0).collect();
        let calibration = Calibration::fit(CalibrationChoice::Auto, false, &halved, &outcomes, 1);
        assert_ne!(calibration, Calibration::Probability);
        assert!((calibration.probability(0.35) - 0.7).abs() < 0.05);
    }
}
