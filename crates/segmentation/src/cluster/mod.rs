//! Segments by k-means. Same files as every kind of model: parameters, algorithm, error, result.

pub mod algorithm;
pub mod error;
pub mod naming;
pub mod params;
pub mod result;

pub use algorithm::segment;
pub use error::ClusterError;
pub use params::{ClusterCount, ClusterParams};
pub use result::{Segment, Segmentation, TriedCount};
