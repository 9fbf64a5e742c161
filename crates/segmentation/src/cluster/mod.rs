//! Segments by k-means or mixtures: parameters, the choice of their number, the model that is kept, its names, its SQL and its card.

pub mod card;
pub mod choice;
pub mod density;
pub mod error;
pub mod mixture;
pub mod model;
pub mod naming;
pub mod params;
pub mod sql;
#[cfg(test)]
mod tests;

pub use choice::TriedCount;
pub use density::{Density, density};
pub use error::ClusterError;
pub use model::{ClusterModel, Score, Segment, memberships};
pub use naming::SegmentName;
pub use params::{ClusterCount, ClusterParams, Method};
