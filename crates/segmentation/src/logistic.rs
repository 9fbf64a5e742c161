//! Logistic regression with a ridge, by Newton's method: deterministic, one thread, a handful of features.

use ndarray::{Array1, Array2, ArrayView1};
use thiserror::Error;

/// Newton's steps at most; the log-likelihood is concave, a dozen suffice.
const STEPS_MAX: usize = 100;
/// The largest change of a coefficient that ends the steps.
const TOLERANCE: f64 = 1e-10;

/// Why no model was fitted.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum LogisticError {
    /// All rows have the same outcome, or there are none.
    #[error("the rows to learn from all have the same outcome")]
    OneOutcome,
    /// A value is not a number.
    #[error("a feature is not a finite number")]
    NotFinite,
    /// The steps did not settle.
    #[error("the fit did not settle in {STEPS_MAX} steps; use a larger ridge")]
    NotSettled,
}

/// A fitted model on standardised features: p = 1 / (1 + exp(−(intercept + Σ coefficient × (x − mean) / deviation))).
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    /// Log odds of the mean row.
    pub intercept: f64,
    /// Log odds per standard deviation of each feature; 0 for one that does not vary.
    pub coefficients: Vec<f64>,
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Logistic {
    /// Fit rows x features to outcomes by maximum likelihood with the penalty `ridge` / 2 × Σ coefficient² (Hastie, Tibshirani,
    /// Friedman 2009, 4.4.1 and 18.3.2); the intercept is not penalised. Means and deviations are those of these rows.
    ///
    /// # Errors
    /// [`LogisticError`].
    pub fn fit(features: &Array2<f64>, outcomes: &[bool], ridge: f64) -> Result<Self, LogisticError> {
        if outcomes.iter().all(|o| *o) || outcomes.iter().all(|o| !*o) {
            return Err(LogisticError::OneOutcome);
        }
        if features.iter().any(|x| !x.is_finite()) {
            return Err(LogisticError::NotFinite);
        }
        let (rows, columns) = features.dim();
        #[allow(clippy::cast_precision_loss)]
        let count = rows as f64;
        let means: Vec<f64> = features.columns().into_iter().map(|c| c.sum() / count).collect();
        let deviations: Vec<f64> = features
            .columns()
            .into_iter()
            .zip(&means)
            .map(|(c, mean)| (c.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count).sqrt())
            .collect();
        let mut model = Logistic { intercept: 0.0, coefficients: vec![0.0; columns], means, deviations };
        let standard: Vec<Vec<f64>> = features.rows().into_iter().map(|row| model.standardised(row)).collect();
        for _ in 0..STEPS_MAX {
            let step = model.step(&standard, outcomes, ridge);
            model.intercept += step[0];
            model.coefficients.iter_mut().zip(&step[1..]).for_each(|(c, s)| *c += s);
            if step.iter().all(|s| s.abs() < TOLERANCE) {
                return Ok(model);
            }
            if step.iter().any(|s| !s.is_finite()) {
                break;
            }
        }
        Err(LogisticError::NotSettled)
    }

    /// Probability of the outcome for a row.
    #[must_use]
    pub fn probability(&self, row: ArrayView1<'_, f64>) -> f64 {
        let log_odds = self.intercept + self.pushes(row).iter().sum::<f64>();
        1.0 / (1.0 + (-log_odds).exp())
    }

    /// What each feature of a row adds to the log odds of the mean row.
    #[must_use]
    pub fn pushes(&self, row: ArrayView1<'_, f64>) -> Vec<f64> {
        self.standardised(row).iter().zip(&self.coefficients).map(|(x, c)| x * c).collect()
    }

    fn standardised(&self, row: ArrayView1<'_, f64>) -> Vec<f64> {
        let scaled = |((x, mean), deviation): ((&f64, &f64), &f64)| {
            if *deviation > 0.0 { (x - mean) / deviation } else { 0.0 }
        };
        row.iter().zip(&self.means).zip(&self.deviations).map(scaled).collect()
    }

    /// Newton's step: (X'WX + ridge)⁻¹ (X'(y − p) − ridge × coefficients).
    fn step(&self, rows: &[Vec<f64>], outcomes: &[bool], ridge: f64) -> Vec<f64> {
        let width = self.coefficients.len() + 1;
        let mut hessian = Array2::<f64>::zeros((width, width));
        let mut gradient = Array1::<f64>::zeros(width);
        for (row, outcome) in rows.iter().zip(outcomes) {
            let log_odds = self.intercept + row.iter().zip(&self.coefficients).map(|(x, c)| x * c).sum::<f64>();
            let p = 1.0 / (1.0 + (-log_odds).exp());
            let (weight, error) = (p * (1.0 - p), f64::from(u8::from(*outcome)) - p);
            let value = |place: usize| if place == 0 { 1.0 } else { row[place - 1] };
            for i in 0..width {
                gradient[i] += value(i) * error;
                for j in 0..=i {
                    hessian[[i, j]] += weight * value(i) * value(j);
                }
            }
        }
        for i in 0..width {
            for j in 0..i {
                hessian[[j, i]] = hessian[[i, j]];
            }
            if i > 0 {
                // A feature that does not vary keeps its 0.
                hessian[[i, i]] += ridge.max(1e-9);
                gradient[i] -= ridge * self.coefficients[i - 1];
            }
        }
        solve(hessian, gradient)
    }
}

/// Solution of a symmetric positive definite system by Gaussian elimination with the largest pivot.
fn solve(mut matrix: Array2<f64>, mut right: Array1<f64>) -> Vec<f64> {
    let size = right.len();
    for column in 0..size {
        let pivot = (column..size)
            .max_by(|a, b| matrix[[*a, column]].abs().total_cmp(&matrix[[*b, column]].abs()))
            .unwrap_or(column);
        for other in 0..size {
            matrix.swap([column, other], [pivot, other]);
        }
        right.swap(column, pivot);
        for row in column + 1..size {
            let factor = matrix[[row, column]] / matrix[[column, column]];
            for other in column..size {
                matrix[[row, other]] -= factor * matrix[[column, other]];
            }
            right[row] -= factor * right[column];
        }
    }
    let mut solution = vec![0.0; size];
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|other| matrix[[row, other]] * solution[other]).sum();
        solution[row] = (right[row] - known) / matrix[[row, row]];
    }
    solution
}

/// How a probability becomes points: `base` points at odds of `base_odds` to one for the good outcome, `double` points more for each
/// doubling of the odds (Siddiqi 2006, chapter 6).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Points that double the odds.
    pub double: f64,
    /// Points at the base odds.
    pub base: f64,
    /// Good to one bad.
    pub base_odds: f64,
}

impl Scale {
    /// double / ln 2.
    #[must_use]
    pub fn factor(&self) -> f64 {
        self.double / std::f64::consts::LN_2
    }

    /// base − factor × ln(`base_odds`).
    #[must_use]
    pub fn offset(&self) -> f64 {
        self.base - self.factor() * self.base_odds.ln()
    }

    /// offset + factor × ln((1 − p) / p) for the probability p of the bad outcome.
    #[must_use]
    pub fn points(&self, probability_bad: f64) -> f64 {
        let p = probability_bad.clamp(1e-9, 1.0 - 1e-9);
        self.offset() + self.factor() * ((1.0 - p) / p).ln()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn one_feature_of_two_values_gives_the_log_odds_ratio() {
        // 30 of 40 with the feature, 10 of 60 without: odds 3 and 0.2, so the ratio is 15.
        let rows: Vec<(f64, bool)> = [(1.0, true, 30), (1.0, false, 10), (0.0, true, 10), (0.0, false, 50)]
            .into_iter()
            .flat_map(|(x, y, n)| std::iter::repeat_n((x, y), n))
            .collect();
        let features = Array2::from_shape_fn((100, 1), |(row, _)| rows[row].0);
        let outcomes: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let model = Logistic::fit(&features, &outcomes, 0.0).unwrap();
        let deviation = (0.4_f64 * 0.6).sqrt();
        assert!((model.coefficients[0] / deviation - 15.0_f64.ln()).abs() < 1e-9);
        assert!((model.probability(array![1.0].view()) - 0.75).abs() < 1e-9);
        assert!((model.probability(array![0.0].view()) - 1.0 / 6.0).abs() < 1e-9);
        assert!((model.pushes(array![0.4].view())[0]).abs() < 1e-12, "the mean row is pushed nowhere");
    }

    #[test]
    fn a_ridge_keeps_separated_outcomes_finite_and_constant_features_out() {
        let features = array![[1.0, 7.0], [2.0, 7.0], [3.0, 7.0], [4.0, 7.0]];
        let outcomes = [false, false, true, true];
        assert_eq!(Logistic::fit(&features, &outcomes, 0.0), Err(LogisticError::NotSettled));
        let model = Logistic::fit(&features, &outcomes, 1.0).unwrap();
        assert!(model.coefficients[0] > 0.5 && model.coefficients[0] < 3.0, "{:?}", model.coefficients);
        assert!(model.coefficients[1].abs() < 1e-12);
        assert_eq!(Logistic::fit(&features, &[true; 4], 1.0), Err(LogisticError::OneOutcome));
        assert_eq!(Logistic::fit(&array![[f64::NAN], [1.0]], &[true, false], 1.0), Err(LogisticError::NotFinite));
    }

    #[test]
    fn twenty_points_double_the_odds_and_six_hundred_are_fifty_to_one() {
        let scale = Scale { double: 20.0, base: 600.0, base_odds: 50.0 };
        assert!((scale.factor() - 28.853_901).abs() < 1e-6);
        assert!((scale.offset() - 487.122_876).abs() < 1e-6);
        assert!((scale.points(0.05) - 572.081_4).abs() < 1e-4);
        assert!((scale.points(0.5) - 487.122_9).abs() < 1e-4);
    }
}
