//! Why there are no segments.

use thiserror::Error;

use crate::feature::FeatureError;

/// Why a table cannot be segmented.
#[derive(Debug, Error)]
pub enum ClusterError {
    /// The features cannot be built.
    #[error(transparent)]
    Feature(#[from] FeatureError),
    /// Fewer rows than clusters.
    #[error("{rows} row(s) cannot form {clusters} segments; ask for fewer with --clusters, or give more rows")]
    TooFewRows {
        /// Rows.
        rows: usize,
        /// Clusters asked for.
        clusters: usize,
    },
    /// Fewer rows than make a place dense.
    #[error("{rows} row(s) are too few for groups by density; {neighbours} are needed at least")]
    TooFewNeighbours {
        /// Rows.
        rows: usize,
        /// Rows that make a place dense.
        neighbours: usize,
    },
    /// The feature to number segments by is not there.
    #[error("segments are to be numbered by `{wanted}`, which is not among the features {found}")]
    OrderBy {
        /// Wanted.
        wanted: String,
        /// Found.
        found: String,
    },
    /// The learner refused.
    #[error("k-means failed for {clusters} clusters: {reason}")]
    Fit {
        /// Clusters.
        clusters: usize,
        /// The learner's reason.
        reason: String,
    },
}
