//! Who will do what: a model of an outcome that is or is not, learnt from rows whose outcome is known, and applied to rows whose is not.
//!
//! [`examples`] reads the rows; [`guard`] refuses what would be known only afterwards; [`parts`] holds rows back and deals folds; [`learner`] is logistic
//! regression, a tree, a forest or boosted trees; [`calibration`] makes probabilities of scores; [`choice`] tries them on folds; [`model`] is what is kept;
//! [`reason`] says why a row scores high; [`sql`] and [`card`] write it down.

pub mod calibration;
pub mod card;
pub mod choice;
pub mod error;
pub mod examples;
pub mod guard;
pub mod learner;
pub mod measures;
pub mod model;
pub mod params;
pub mod parts;
pub mod reason;
pub mod sql;
#[cfg(test)]
mod tests;

pub use calibration::Calibration;
pub use choice::Tried;
pub use error::ClassifierError;
pub use learner::Learner;
pub use measures::Measures;
pub use model::{ClassifierModel, Scored};
pub use params::{Baseline, CalibrationChoice, ClassifierParams, Columns, LearnerChoice};
