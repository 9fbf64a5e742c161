//! Parameters of a clustering.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How many clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ClusterCount {
    /// Exactly this many.
    Fixed(usize),
    /// The count from this range with the best silhouette, among those whose smallest cluster is large enough.
    Between(usize, usize),
}

impl FromStr for ClusterCount {
    type Err = String;

    /// `auto` (4..10), `5`, or `3..8`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not a cluster count; write auto, a number such as 5, or a range such as 3..8");
        let number = |t: &str| t.trim().parse::<usize>().map_err(|_| wrong());
        let count = match text.split_once("..") {
            _ if text == "auto" => ClusterCount::Between(4, 10),
            Some((low, high)) => ClusterCount::Between(number(low)?, number(high)?),
            None => ClusterCount::Fixed(number(text)?),
        };
        match count {
            ClusterCount::Fixed(0) => Err(wrong()),
            ClusterCount::Between(low, high) if low < 2 || high < low => Err(wrong()),
            count => Ok(count),
        }
    }
}

impl TryFrom<String> for ClusterCount {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for ClusterCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClusterCount::Fixed(k) => write!(f, "{k}"),
            ClusterCount::Between(low, high) => write!(f, "{low}..{high}"),
        }
    }
}

/// How clusters are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Least squared distances to centroids.
    #[default]
    Kmeans,
    /// A mixture of Gaussians with a variance for each feature, beginning with k-means; their number by the Bayesian information criterion.
    Gmm,
}

/// Parameters of a clustering; defaults are those of domain specification §13.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClusterParams {
    /// How.
    pub method: Method,
    /// How many clusters.
    pub clusters: ClusterCount,
    /// Restarts of k-means; the one with the smallest inertia is kept.
    pub restarts: usize,
    /// Then so many random swaps a cluster of a centroid for a row, each kept when it is better.
    pub swaps: usize,
    /// Iterations at most per restart.
    pub iterations_max: usize,
    /// A restart ends when the centroids' squared movements sum up to no more than this times the mean variance of the features.
    pub tolerance: f64,
    /// Smallest share of rows in a cluster when the count is chosen.
    pub share_min: f64,
    /// Least agreement of two fits to halves of the rows when the count is chosen, as an adjusted Rand index.
    pub stability_min: f64,
    /// Rows from which the silhouette is computed.
    pub silhouette_sample: usize,
    /// Seed of every random choice.
    pub seed: u64,
    /// Feature by whose mean segments are numbered, largest first; the first feature when absent.
    pub order_by: Option<String>,
}

impl Default for ClusterParams {
    fn default() -> Self {
        ClusterParams {
            method: Method::Kmeans,
            clusters: ClusterCount::Between(4, 10),
            restarts: 10,
            swaps: 5,
            iterations_max: 300,
            tolerance: 1e-4,
            share_min: 0.02,
            stability_min: 0.6,
            silhouette_sample: 10_000,
            seed: 42,
            order_by: None,
        }
    }
}
