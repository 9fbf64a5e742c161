//! Feature frames: columns of a table, cleaned and brought to one scale, and what is kept of them with a model.

pub mod column;
pub mod fitted;
pub mod frame;
pub mod profile;
pub mod spec;

pub use column::Values;
pub(crate) use column::named;
pub(crate) use fitted::double;
pub use fitted::{Encoding, FittedFeature};
pub use frame::{FeatureError, FeatureFrame, FittedFrame};
pub use profile::FeatureProfile;
pub use spec::{FeatureSpec, Missing, Transform};
