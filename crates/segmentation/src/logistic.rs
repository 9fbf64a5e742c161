//! Logistic regression with a ridge, by Newton's method: deterministic, sums taken in parts that do not depend on the threads.

use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView1, Data, Ix2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Newton's steps at most; the log-likelihood is concave, a dozen suffice.
const STEPS_MAX: usize = 100;
/// The largest change of a coefficient that ends the steps.
const TOLERANCE: f64 = 1e-10;
/// Rows of one part of a sum.
const PART_ROWS: usize = 4_096;

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
    /// linfa refused.
    #[error("linfa refused the rows")]
    Linfa,
}

impl From<linfa::Error> for LogisticError {
    /// linfa's own checks find nothing that ours do not.
    fn from(_: linfa::Error) -> Self {
        LogisticError::Linfa
    }
}

/// Parameters of a logistic regression, as linfa's `Fit`; weights of the dataset are weights of the rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogisticParams {
    /// The ridge.
    pub ridge: f64,
}

impl<D: Data<Elem = f64>> Fit<ArrayBase<D, Ix2>, Array1<bool>, LogisticError> for LogisticParams {
    type Object = Logistic;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, Array1<bool>>) -> Result<Logistic, LogisticError> {
        let weights: Option<Vec<f64>> =
            dataset.weights().map(|weights| weights.iter().map(|w| f64::from(*w)).collect());
        Logistic::fit_weighted(&dataset.records.to_owned(), &dataset.targets.to_vec(), weights.as_deref(), self.ridge)
    }
}

/// Probabilities of the outcome.
impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for Logistic {
    fn predict_inplace<'a>(&'a self, rows: &'a ArrayBase<D, Ix2>, probabilities: &mut Array1<f64>) {
        rows.rows().into_iter().zip(probabilities.iter_mut()).for_each(|(row, p)| *p = self.probability(row));
    }

    fn default_target(&self, rows: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(rows.nrows())
    }
}

/// A fitted model on standardised features: p = 1 / (1 + exp(−(intercept + Σ coefficient × (x − mean) / deviation))).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// Log odds of the mean row.
    pub intercept: f64,
    /// Log odds per standard deviation of each feature; 0 for one that does not vary.
    pub coefficients: Vec<f64>,
    /// Mean of each feature.
    pub means: Vec<f64>,
    /// Population standard deviation of each feature.
    pub deviations: Vec<f64>,
}

impl Logistic {
    /// Fit rows x features to outcomes by maximum likelihood with the penalty `ridge` / 2 × Σ coefficient² (Hastie, Tibshirani,
    /// Friedman 2009, 4.4.1 and 18.3.2); the intercept is not penalised. Means and deviations are those of these rows.
    ///
    /// # Errors
    /// [`LogisticError`].
    pub fn fit(features: &Array2<f64>, outcomes: &[bool], ridge: f64) -> Result<Self, LogisticError> {
        Self::fit_weighted(features, outcomes, None, ridge)
    }

    /// The same with weights of the rows, which stand for so many rows each in the likelihood.
    ///
    /// # Errors
    /// [`LogisticError`].
    pub fn fit_weighted(
        features: &Array2<f64>,
        outcomes: &[bool],
        weights: Option<&[f64]>,
        ridge: f64,
    ) -> Result<Self, LogisticError> {
        if outcomes.iter().all(|o| *o) || outcomes.iter().all(|o| !*o) {
            return Err(LogisticError::OneOutcome);
        }
        if features.iter().any(|x| !x.is_finite()) {
            return Err(LogisticError::NotFinite);
        }
        let (rows, columns) = features.dim();
        let count = crate::evaluation::count(rows);
        let means: Vec<f64> = features.columns().into_iter().map(|c| c.sum() / count).collect();
        let deviations: Vec<f64> = features
            .columns()
            .into_iter()
            .zip(&means)
            .map(|(c, mean)| (c.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count).sqrt())
            .collect();
        let mut model = Logistic { intercept: 0.0, coefficients: vec![0.0; columns], means, deviations };
        // Rows side by side, each with the 1 of the intercept.
        let mut standard = Vec::with_capacity(rows * (columns + 1));
        for row in features.rows() {
            standard.push(1.0);
            standard.extend(model.standardised(row));
        }
        for _ in 0..STEPS_MAX {
            let step = model.step(&standard, outcomes, weights, ridge);
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

    /// Log odds of the outcome for a row.
    #[must_use]
    pub fn log_odds(&self, row: ArrayView1<'_, f64>) -> f64 {
        self.intercept + self.pushes(row).iter().sum::<f64>()
    }

    /// Probability of the outcome for a row.
    #[must_use]
    pub fn probability(&self, row: ArrayView1<'_, f64>) -> f64 {
        1.0 / (1.0 + (-self.log_odds(row)).exp())
    }

    /// What each feature of a row adds to the log odds of the mean row.
    #[must_use]
    pub fn pushes(&self, row: ArrayView1<'_, f64>) -> Vec<f64> {
        self.standardised(row).iter().zip(&self.coefficients).map(|(x, c)| x * c).collect()
    }

    /// What one feature adds to the log odds of the mean row at this value.
    #[must_use]
    pub fn push(&self, feature: usize, x: f64) -> f64 {
        match self.deviations[feature] > 0.0 {
            true => (x - self.means[feature]) / self.deviations[feature] * self.coefficients[feature],
            false => 0.0,
        }
    }

    fn standardised(&self, row: ArrayView1<'_, f64>) -> Vec<f64> {
        let scaled = |((x, mean), deviation): ((&f64, &f64), &f64)| {
            if *deviation > 0.0 { (x - mean) / deviation } else { 0.0 }
        };
        row.iter().zip(&self.means).zip(&self.deviations).map(scaled).collect()
    }

    /// Newton's step: (X'WX + ridge)⁻¹ (X'(y − p) − ridge × coefficients).
    fn step(&self, rows: &[f64], outcomes: &[bool], weights: Option<&[f64]>, ridge: f64) -> Vec<f64> {
        let width = self.coefficients.len() + 1;
        let all: Vec<f64> = std::iter::once(self.intercept).chain(self.coefficients.iter().copied()).collect();
        let parts: Vec<(Vec<f64>, Vec<f64>)> = rows
            .par_chunks(PART_ROWS * width)
            .zip(outcomes.par_chunks(PART_ROWS))
            .enumerate()
            .map(|(part, (rows, outcomes))| {
                let (mut hessian, mut gradient) = (vec![0.0; width * width], vec![0.0; width]);
                for (place, (row, outcome)) in rows.chunks_exact(width).zip(outcomes).enumerate() {
                    let log_odds: f64 = row.iter().zip(&all).map(|(x, c)| x * c).sum();
                    let p = 1.0 / (1.0 + (-log_odds).exp());
                    let weight = weights.map_or(1.0, |weights| weights[part * PART_ROWS + place]);
                    let (curve, error) = (weight * p * (1.0 - p), weight * (f64::from(u8::from(*outcome)) - p));
                    for (i, x) in row.iter().enumerate() {
                        gradient[i] += x * error;
                        let scaled = curve * x;
                        hessian[i * width..=i * width + i].iter_mut().zip(row).for_each(|(h, y)| *h += scaled * y);
                    }
                }
                (hessian, gradient)
            })
            .collect();
        let mut hessian = Array2::<f64>::zeros((width, width));
        let mut gradient = Array1::<f64>::zeros(width);
        for (part_hessian, part_gradient) in parts {
            hessian.iter_mut().zip(part_hessian).for_each(|(sum, part)| *sum += part);
            gradient.iter_mut().zip(part_gradient).for_each(|(sum, part)| *sum += part);
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
    fn weights_stand_for_rows_and_linfa_says_the_same() {
        let rows: Vec<(f64, bool)> = vec![(1.0, true), (1.0, false), (0.0, true), (0.0, false)];
        let features = Array2::from_shape_fn((4, 1), |(row, _)| rows[row].0);
        let outcomes: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let model = Logistic::fit_weighted(&features, &outcomes, Some(&[30.0, 10.0, 10.0, 50.0]), 0.0).unwrap();
        assert!((model.probability(array![1.0].view()) - 0.75).abs() < 1e-9);
        let data = DatasetBase::new(features, Array1::from(outcomes)).with_weights(array![30.0_f32, 10.0, 10.0, 50.0]);
        assert_eq!(LogisticParams { ridge: 0.0 }.fit(&data).unwrap(), model);
    }

    #[test]
    fn acceptance_l9_pushes_from_the_mean_row() {
        // On standardised features with deviation 1 the coefficients are the weights of the example.
        let model = Logistic {
            intercept: -2.68,
            coefficients: vec![3.0, 0.02, -0.5, 1.2],
            means: vec![0.1, 20.0, 3.0, 0.1],
            deviations: vec![1.0; 4],
        };
        let row = array![0.6, 75.0, 2.0, 1.0];
        let pushes = model.pushes(row.view());
        for (found, expected) in pushes.iter().zip([1.50, 1.10, 0.50, 1.08]) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
        assert!((model.log_odds(row.view()) - 1.5).abs() < 1e-9);
        assert!((model.probability(row.view()) - 0.817_574).abs() < 1e-6);
    }
}
