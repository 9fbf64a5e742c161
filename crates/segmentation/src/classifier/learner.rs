//! What learns: logistic regression on standardised columns, or trees on binned ones.

use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ClassifierError;
use super::examples::Examples;
use super::params::{ClassifierParams, LearnerChoice};
use crate::ensemble::{BoostingParams, Ensemble, Outcomes, boost, forest, single_tree};
use crate::feature::{FeatureSpec, FittedFeature, Values};
use crate::logistic::Logistic;
use crate::tree::shapley::Shapley;
use crate::tree::{Binned, ColumnBins};

/// Rows that logistic regression learns from: more do not change its few coefficients.
const LINEAR_ROWS_MAX: usize = 200_000;
/// Rows that are explained together.
const BLOCK_ROWS: usize = 256;
/// Reasons that are kept of a row.
pub const REASONS: usize = 3;

/// A fitted learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Learner {
    /// Logistic regression; scores are log odds.
    Logistic {
        /// Columns as numbers; those of one column stand side by side.
        features: Vec<FittedFeature>,
        /// The regression on them.
        regression: Logistic,
    },
    /// Trees.
    Trees {
        /// The trees.
        ensemble: Ensemble,
        /// Whether scores are log odds, as those of boosted trees, or shares.
        is_log_odds: bool,
    },
}

/// The columns of a table, ready for learners.
pub struct Prepared {
    pub(super) specs: Vec<FeatureSpec>,
    pub(super) binned: Option<Binned>,
    pub(super) values: Option<Vec<Values>>,
}

impl Prepared {
    /// For these learners; edges of bins are taken from `rows`.
    ///
    /// # Errors
    /// [`ClassifierError`] when a column cannot be read.
    pub fn new(
        examples: &Examples,
        specs: &[FeatureSpec],
        rows: &[usize],
        choices: &[LearnerChoice],
        seed: u64,
    ) -> Result<Self, ClassifierError> {
        let is_linear = choices.contains(&LearnerChoice::Logistic);
        let is_binned = choices.iter().any(|choice| *choice != LearnerChoice::Logistic);
        let values = match is_linear {
            true => Some(specs.iter().map(|spec| examples.values(&spec.column)).collect::<Result<Vec<_>, _>>()?),
            false => None,
        };
        let binned = match is_binned {
            true => {
                let fit = |spec: &FeatureSpec| -> Result<ColumnBins, ClassifierError> {
                    Ok(ColumnBins::fit(&spec.column, &examples.values(&spec.column)?, rows, seed))
                };
                let columns: Vec<ColumnBins> = specs.par_iter().map(fit).collect::<Result<_, _>>()?;
                Some(Binned::apply(&columns, examples.len(), |place| examples.values(&specs[place].column))?)
            }
            false => None,
        };
        Ok(Prepared { specs: specs.to_vec(), binned, values })
    }

    /// Fit a learner to rows, ascending; `rounds` of boosting. Beside it the scores of these rows.
    ///
    /// # Errors
    /// [`ClassifierError::Learner`] when it refuses.
    pub fn fit(
        &self,
        choice: LearnerChoice,
        known: Outcomes<'_>,
        rows: &[u32],
        rounds: usize,
        params: &ClassifierParams,
    ) -> Result<(Learner, Vec<f64>), ClassifierError> {
        if let (LearnerChoice::Logistic, Some(values)) = (choice, &self.values) {
            let learner = linear(&self.specs, values, known, rows, params.ridge)?;
            let scores = self.scores(&learner, rows);
            return Ok((learner, scores));
        }
        let Some(table) = &self.binned else {
            return Err(ClassifierError::Learner("the columns were not prepared for trees".to_owned()));
        };
        let (ensemble, scores) = match choice {
            LearnerChoice::Tree => (single_tree(table, known, rows, &params.tree), None),
            LearnerChoice::Forest => (forest(table, known, rows, &params.forest), None),
            _ => {
                let boosting = BoostingParams { rounds, ..self.boosting(params) };
                let boosted = boost(table, known, rows, &[], &boosting);
                let scores = rows.iter().map(|row| boosted.scores[*row as usize]).collect();
                (boosted.ensemble, Some(scores))
            }
        };
        let scores = scores.unwrap_or_else(|| ensemble.scores(table, rows));
        Ok((Learner::Trees { ensemble, is_log_odds: choice == LearnerChoice::Boosting }, scores))
    }

    /// Parameters of boosting with the directions of these columns.
    pub(super) fn boosting(&self, params: &ClassifierParams) -> BoostingParams {
        let direction = |spec: &FeatureSpec| params.monotone.get(&spec.column).copied().unwrap_or(0);
        BoostingParams {
            monotone: self.specs.iter().map(direction).collect(),
            seed: params.seed,
            ..params.boosting.clone()
        }
    }

    /// Scores of rows by a learner fitted to these columns.
    pub(super) fn scores(&self, learner: &Learner, rows: &[u32]) -> Vec<f64> {
        match (learner, &self.values, &self.binned) {
            (Learner::Trees { ensemble, .. }, _, Some(table)) => ensemble.scores(table, rows),
            (Learner::Logistic { features, regression }, Some(values), _) => {
                let matrix = matrix(features, &self.specs, values, rows);
                matrix.rows().into_iter().map(|row| regression.log_odds(row)).collect()
            }
            _ => vec![0.0; rows.len()],
        }
    }
}

/// Rows x features in model units.
fn matrix(features: &[FittedFeature], specs: &[FeatureSpec], values: &[Values], rows: &[u32]) -> Array2<f64> {
    let places: Vec<usize> = rows.iter().map(|row| *row as usize).collect();
    let taken: Vec<Values> = values.iter().map(|column| column.take(&places)).collect();
    let mut matrix = Array2::zeros((rows.len(), features.len()));
    for (place, feature) in features.iter().enumerate() {
        let Some(column) = specs.iter().position(|spec| spec.column == feature.column) else { continue };
        let (_, scaled) = feature.apply(&taken[column]);
        matrix.column_mut(place).iter_mut().zip(scaled).for_each(|(cell, x)| *cell = x);
    }
    matrix
}

fn linear(
    specs: &[FeatureSpec],
    values: &[Values],
    known: Outcomes<'_>,
    rows: &[u32],
    ridge: f64,
) -> Result<Learner, ClassifierError> {
    let step = rows.len().div_ceil(LINEAR_ROWS_MAX).max(1);
    let rows: Vec<u32> = rows.iter().step_by(step).copied().collect();
    let places: Vec<usize> = rows.iter().map(|row| *row as usize).collect();
    let fit = |(spec, values): (&FeatureSpec, &Values)| FittedFeature::fit(spec, &values.take(&places));
    let features: Vec<FittedFeature> = specs.iter().zip(values).flat_map(fit).collect();
    let outcomes: Vec<bool> = rows.iter().map(|row| known.is_positive(*row)).collect();
    let weights: Vec<f64> = rows.iter().map(|row| known.weight(*row)).collect();
    let matrix = matrix(&features, specs, values, &rows);
    let regression = Logistic::fit_weighted(&matrix, &outcomes, Some(&weights), ridge)
        .map_err(|e| ClassifierError::Learner(format!("logistic regression: {e}")))?;
    Ok(Learner::Logistic { features, regression })
}

/// A row's score and the columns that push it up most, each with how much.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Explained {
    /// Score.
    pub score: f64,
    /// Columns by their place in [`Learner::columns`], the largest push first; pushes that are not above zero are none.
    pub pushes: [Option<(u32, f64)>; REASONS],
}

impl Explained {
    fn offer(&mut self, column: usize, push: f64) {
        if push <= 1e-9 {
            return;
        }
        // Of equal pushes the first column's.
        let place = self.pushes.iter().position(|known| known.is_none_or(|(_, known)| push > known));
        if let (Some(place), Ok(column)) = (place, u32::try_from(column)) {
            self.pushes[place..].rotate_right(1);
            self.pushes[place] = Some((column, push));
        }
    }
}

impl Learner {
    /// The columns that it reads.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        match self {
            Learner::Trees { ensemble, .. } => ensemble.columns.iter().map(|bins| bins.column().to_owned()).collect(),
            Learner::Logistic { features, .. } => {
                let mut columns: Vec<String> = features.iter().map(|feature| feature.column.clone()).collect();
                columns.dedup();
                columns
            }
        }
    }

    /// Whether scores are log odds; shares otherwise.
    #[must_use]
    pub fn is_log_odds(&self) -> bool {
        match self {
            Learner::Logistic { .. } => true,
            Learner::Trees { is_log_odds, .. } => *is_log_odds,
        }
    }

    /// The scores of some rows, without why.
    ///
    /// # Errors
    /// [`ClassifierError`] when a column is not there or cannot be read.
    pub fn scores(&self, examples: &Examples, rows: &[usize]) -> Result<Vec<f64>, ClassifierError> {
        // Rows are ascending.
        let is_all = rows.len() == examples.len();
        match self {
            Learner::Trees { ensemble, .. } => {
                let table = Binned::apply(&ensemble.columns, rows.len(), |place| {
                    let values = examples.values(ensemble.columns[place].column());
                    values.map(|values| if is_all { values } else { values.take(rows) })
                })?;
                let all: Vec<u32> = (0..rows.len()).filter_map(|row| u32::try_from(row).ok()).collect();
                Ok(ensemble.scores(&table, &all))
            }
            Learner::Logistic { features, regression } => {
                let mut scores = vec![regression.intercept; rows.len()];
                let mut read: Option<(&str, Values)> = None;
                for (place, feature) in features.iter().enumerate() {
                    // Features of one column stand side by side.
                    let values = match read.take() {
                        Some((column, values)) if column == feature.column => values,
                        _ => examples.values(&feature.column)?.take(rows),
                    };
                    let (_, scaled) = feature.apply(&values);
                    scores.iter_mut().zip(scaled).for_each(|(score, x)| *score += regression.push(place, x));
                    read = Some((&feature.column, values));
                }
                Ok(scores)
            }
        }
    }

    /// The score of every row, and why: exact for logistic regression (coefficient × distance from the mean row), Shapley values for trees. The score of a row
    /// is that of the mean row and what all columns push.
    ///
    /// # Errors
    /// [`ClassifierError`] when a column is not there or cannot be read.
    pub fn explain(&self, examples: &Examples) -> Result<Vec<Explained>, ClassifierError> {
        match self {
            Learner::Trees { ensemble, .. } => {
                let table = Binned::apply(&ensemble.columns, examples.len(), |place| {
                    examples.values(ensemble.columns[place].column())
                })?;
                let shapley = Shapley::new(&ensemble.trees);
                let width = ensemble.columns.len();
                let all: Vec<u32> = (0..examples.len()).filter_map(|row| u32::try_from(row).ok()).collect();
                let scores = ensemble.scores(&table, &all);
                let of = |score: f64| Explained { score, ..Explained::default() };
                let mut explained: Vec<Explained> = scores.into_iter().map(of).collect();
                explained.par_chunks_mut(BLOCK_ROWS).enumerate().for_each(|(block, explained)| {
                    let from = block * BLOCK_ROWS;
                    let rows = (from..from + explained.len()).map(|row| table.row(row));
                    let mut values = vec![0.0; explained.len() * width];
                    shapley.add(rows, width, &mut values);
                    for (explained, pushes) in explained.iter_mut().zip(values.chunks_exact(width)) {
                        pushes.iter().enumerate().for_each(|(column, push)| explained.offer(column, *push));
                    }
                });
                Ok(explained)
            }
            Learner::Logistic { features, regression } => {
                let mut explained =
                    vec![Explained { score: regression.intercept, ..Explained::default() }; examples.len()];
                let mut from = 0;
                for (column, name) in self.columns().iter().enumerate() {
                    let to = from + features[from..].iter().take_while(|feature| feature.column == *name).count();
                    let values = examples.values(name)?;
                    let mut pushes = vec![0.0; examples.len()];
                    for (place, feature) in features.iter().enumerate().take(to).skip(from) {
                        let (_, scaled) = feature.apply(&values);
                        pushes.iter_mut().zip(scaled).for_each(|(push, x)| *push += regression.push(place, x));
                    }
                    explained.iter_mut().zip(pushes).for_each(|(row, push)| {
                        row.score += push;
                        row.offer(column, push);
                    });
                    from = to;
                }
                Ok(explained)
            }
        }
    }
}
