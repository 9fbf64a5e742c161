//! What a clustering gives.

use serde::Serialize;

/// One segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    /// Number, from 1; 1 stands highest in the ordering feature.
    pub segment: usize,
    /// Name by rule from the profile.
    pub segment_name: String,
    /// Rows.
    pub size: usize,
    /// Share of all rows.
    pub share: f64,
    /// Mean of each feature in original units, in the order of `Segmentation::features`.
    pub means: Vec<f64>,
}

/// A cluster count that was tried.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TriedCount {
    /// Clusters.
    pub clusters: usize,
    /// Within-cluster sum of squared distances, in model units.
    pub inertia: f64,
    /// Mean silhouette width.
    pub silhouette: f64,
    /// Share of the smallest cluster.
    pub share_min: f64,
}

/// A clustering of all rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segmentation {
    /// Row identifiers, ascending.
    #[serde(skip)]
    pub ids: Vec<String>,
    /// Segment number of each row.
    #[serde(skip)]
    pub labels: Vec<usize>,
    /// Distance of each row to its centroid, in model units.
    #[serde(skip)]
    pub distances: Vec<f64>,
    /// Features, in the order of the profile.
    pub features: Vec<String>,
    /// Segments, number 1 first.
    pub segments: Vec<Segment>,
    /// Clusters chosen.
    pub clusters: usize,
    /// Within-cluster sum of squared distances.
    pub inertia: f64,
    /// Mean silhouette width.
    pub silhouette: f64,
    /// Every count that was tried.
    pub tried: Vec<TriedCount>,
    /// Features left out because they are constant.
    pub constant: Vec<String>,
    /// Seed.
    pub seed: u64,
}
