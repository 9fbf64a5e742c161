//! Feature frames: columns of a table, cleaned and brought to one scale.

pub mod frame;
pub mod transform;

pub use frame::{FeatureError, FeatureFrame};
pub use transform::{FeatureSpec, Transform};
