//! What is asked of k-means and what it gives, as linfa's `Fit` and `Predict`.

use linfa::DatasetBase;
use linfa::Float;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};
use thiserror::Error;

use super::kernel::Lanes;
use super::{lloyd, search};

/// Why there is no model.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum KMeansError {
    /// Fewer rows than clusters.
    #[error("{rows} row(s) cannot form {clusters} clusters")]
    TooFewRows {
        /// Rows.
        rows: usize,
        /// Clusters.
        clusters: usize,
    },
    /// A value is not a number.
    #[error("a feature is not a finite number")]
    NotFinite,
    /// The start has another shape than clusters × features.
    #[error("the start has {found} centroids and {clusters} are asked for, or another number of features")]
    OtherStart {
        /// Found.
        found: usize,
        /// Asked for.
        clusters: usize,
    },
}

/// Where Lloyd's iterations begin.
#[derive(Debug, Clone, PartialEq)]
pub enum Start<F> {
    /// The best of so many seedings by greedy k-means++ (Arthur and Vassilvitskii 2007), each followed to its end, and then so many random
    /// swaps of a centroid for a row (Fränti 2018), each kept when it is better.
    Search {
        /// Seedings.
        restarts: usize,
        /// Swaps.
        swaps: usize,
    },
    /// These centroids, clusters × features.
    Given(Array2<F>),
}

/// Parameters of k-means.
#[derive(Debug, Clone, PartialEq)]
pub struct KMeansParams<F> {
    /// Clusters.
    pub clusters: usize,
    /// Where to begin.
    pub start: Start<F>,
    /// Lloyd's iterations at most.
    pub iterations_max: usize,
    /// Iterations end when the centroids' squared movements sum up to no more than this times the mean variance of the features.
    pub tolerance: f64,
    /// Seed of every random choice.
    pub seed: u64,
}

impl<F: Float> KMeansParams<F> {
    /// Ten restarts, 300 iterations, tolerance 1e-4 (domain specification, section 13), and five swaps a cluster.
    #[must_use]
    pub fn new(clusters: usize, seed: u64) -> Self {
        KMeansParams {
            clusters,
            start: Start::Search { restarts: 10, swaps: 5 * clusters },
            iterations_max: 300,
            tolerance: 1e-4,
            seed,
        }
    }
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct KMeans<F> {
    /// Clusters × features.
    pub centroids: Array2<F>,
    /// Within-cluster sum of squared distances.
    pub inertia: f64,
    /// Lloyd's iterations of the run that is kept.
    pub iterations: usize,
}

impl<F: Float, D: Data<Elem = F>, T> Fit<ArrayBase<D, Ix2>, T, KMeansError> for KMeansParams<F>
where
    KMeansError: From<linfa::Error>,
{
    type Object = KMeans<F>;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<KMeans<F>, KMeansError> {
        let rows = dataset.records.as_standard_layout();
        if rows.nrows() < self.clusters || self.clusters == 0 {
            return Err(KMeansError::TooFewRows { rows: rows.nrows(), clusters: self.clusters });
        }
        if rows.iter().any(|x| !x.is_finite()) {
            return Err(KMeansError::NotFinite);
        }
        let rows = rows.view();
        match &self.start {
            Start::Given(centroids) if centroids.dim() != (self.clusters, rows.ncols()) => {
                Err(KMeansError::OtherStart { found: centroids.nrows(), clusters: self.clusters })
            }
            Start::Given(centroids) => Ok(lloyd::run(rows, centroids.clone(), self)),
            Start::Search { restarts, swaps } => Ok(search::run(rows, *restarts, *swaps, self)),
        }
    }
}

impl From<linfa::Error> for KMeansError {
    /// linfa's own checks find nothing that ours do not.
    fn from(_: linfa::Error) -> Self {
        KMeansError::NotFinite
    }
}

impl<F: Float, D: Data<Elem = F>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for KMeans<F> {
    fn predict_inplace<'a>(&'a self, rows: &'a ArrayBase<D, Ix2>, labels: &mut Array1<usize>) {
        let lanes = Lanes::new(self.centroids.view());
        let rows = rows.as_standard_layout();
        for (row, label) in rows.rows().into_iter().zip(labels.iter_mut()) {
            *label = row.as_slice().map_or(0, |row| lanes.nearest_two(row).nearest);
        }
    }

    fn default_target(&self, rows: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(rows.nrows())
    }
}
