//! The learners of trees as linfa's `Fit` and `Predict`.

use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};
use thiserror::Error;

use super::{BoostingParams, Ensemble, ForestParams, Outcomes, TreeParams, boost, forest, single_tree};
use crate::feature::Values;
use crate::tree::{Binned, ColumnBins};

/// Why there is no ensemble.
#[derive(Debug, Error)]
pub enum EnsembleError {
    /// No rows, or all with the same outcome.
    #[error("the rows to learn from all have the same outcome")]
    OneOutcome,
    /// More rows than can be numbered.
    #[error("{0} rows are too many")]
    TooManyRows(usize),
    /// linfa refused.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
}

/// An ensemble over a matrix of numbers; a value that is not a finite number is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeEnsemble {
    /// The trees.
    pub ensemble: Ensemble,
    /// Whether scores are log odds.
    pub is_log_odds: bool,
}

/// What an ensemble is grown by.
trait Grow {
    const IS_LOG_ODDS: bool;

    fn grow(&self, table: &Binned, known: Outcomes<'_>, rows: &[u32]) -> Ensemble;
}

impl Grow for BoostingParams {
    const IS_LOG_ODDS: bool = true;

    fn grow(&self, table: &Binned, known: Outcomes<'_>, rows: &[u32]) -> Ensemble {
        boost(table, known, rows, &[], self).ensemble
    }
}

impl Grow for ForestParams {
    const IS_LOG_ODDS: bool = false;

    fn grow(&self, table: &Binned, known: Outcomes<'_>, rows: &[u32]) -> Ensemble {
        forest(table, known, rows, self)
    }
}

impl Grow for TreeParams {
    const IS_LOG_ODDS: bool = false;

    fn grow(&self, table: &Binned, known: Outcomes<'_>, rows: &[u32]) -> Ensemble {
        single_tree(table, known, rows, self)
    }
}

fn column<D: Data<Elem = f64> + Sync>(matrix: &ArrayBase<D, Ix2>, column: usize) -> Values {
    Values::Numbers(matrix.column(column).iter().map(|x| x.is_finite().then_some(*x)).collect())
}

fn fit<P: Grow, D: Data<Elem = f64> + Sync>(
    params: &P,
    dataset: &DatasetBase<ArrayBase<D, Ix2>, Array1<bool>>,
) -> Result<TreeEnsemble, EnsembleError> {
    let (records, outcomes) = (&dataset.records, dataset.targets.to_vec());
    let count = u32::try_from(records.nrows()).map_err(|_| EnsembleError::TooManyRows(records.nrows()))?;
    if outcomes.iter().all(|o| *o) || outcomes.iter().all(|o| !*o) {
        return Err(EnsembleError::OneOutcome);
    }
    let all: Vec<usize> = (0..records.nrows()).collect();
    let bins = |place: usize| ColumnBins::fit(&format!("f{}", place + 1), &column(records, place), &all, 0);
    let columns: Vec<ColumnBins> = (0..records.ncols()).map(bins).collect();
    let table = Binned::apply(&columns, records.nrows(), |place| Ok::<_, EnsembleError>(column(records, place)))?;
    let weights: Option<Vec<f64>> = dataset.weights().map(|weights| weights.iter().map(|w| f64::from(*w)).collect());
    let known = Outcomes { outcomes: &outcomes, weights: weights.as_deref() };
    let rows: Vec<u32> = (0..count).collect();
    Ok(TreeEnsemble { ensemble: params.grow(&table, known, &rows), is_log_odds: P::IS_LOG_ODDS })
}

macro_rules! fit_by {
    ($params:ty) => {
        impl<D: Data<Elem = f64> + Sync> Fit<ArrayBase<D, Ix2>, Array1<bool>, EnsembleError> for $params {
            type Object = TreeEnsemble;

            fn fit(
                &self,
                dataset: &DatasetBase<ArrayBase<D, Ix2>, Array1<bool>>,
            ) -> Result<TreeEnsemble, EnsembleError> {
                fit(self, dataset)
            }
        }
    };
}

fit_by!(BoostingParams);
fit_by!(ForestParams);
fit_by!(TreeParams);

/// Probabilities of the outcome.
impl<D: Data<Elem = f64> + Sync> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for TreeEnsemble {
    fn predict_inplace<'a>(&'a self, rows: &'a ArrayBase<D, Ix2>, probabilities: &mut Array1<f64>) {
        let columns = &self.ensemble.columns;
        let Ok(table) = Binned::apply(columns, rows.nrows(), |place| Ok::<_, EnsembleError>(column(rows, place)))
        else {
            return;
        };
        for (row, probability) in probabilities.iter_mut().enumerate() {
            let score = self.ensemble.score(table.row(row));
            *probability = if self.is_log_odds { 1.0 / (1.0 + (-score).exp()) } else { score };
        }
    }

    fn default_target(&self, rows: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(rows.nrows())
    }
}

/// A matrix and outcomes as linfa wants them.
#[must_use]
pub fn dataset(records: Array2<f64>, outcomes: Vec<bool>) -> DatasetBase<Array2<f64>, Array1<bool>> {
    DatasetBase::new(records, Array1::from(outcomes))
}

#[cfg(test)]
mod tests {
    use linfa::traits::Predict;
    use ndarray::Array2;

    use super::*;

    #[test]
    fn all_three_learn_a_step_through_linfas_traits() {
        let records = Array2::from_shape_fn((200, 2), |(row, column)| if column == 0 { row as f64 } else { f64::NAN });
        let data = dataset(records.clone(), (0..200).map(|row| row >= 100).collect());
        let boosted = BoostingParams { rounds: 40, ..BoostingParams::default() }.fit(&data).unwrap();
        let voted = ForestParams { trees: 20, ..ForestParams::default() }.fit(&data).unwrap();
        let tree = TreeParams::default().fit(&data).unwrap();
        for model in [boosted, voted, tree] {
            let p: Array1<f64> = model.predict(&records);
            assert!(p[10] < 0.3 && p[190] > 0.7, "{} {}", p[10], p[190]);
        }
        let one = dataset(records, vec![true; 200]);
        assert!(matches!(TreeParams::default().fit(&one), Err(EnsembleError::OneOutcome)));
    }
}
