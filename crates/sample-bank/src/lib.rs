//! A seeded synthetic bank with planted truth: two source systems, month-end deliveries, known behaviour types.
//!
//! Reading order: [`behaviour`] (what is planted), [`person`] (who the customers are), [`life`] (what they do month by
//! month), [`feed`] (how the two systems write it down), [`project`] (the folder). Every identifier is impossible on
//! purpose: documents of region 99, phones starting 10, cards starting 999999. Same seed, same bytes.

pub mod behaviour;
pub mod error;
pub mod feed;
pub mod life;
pub mod person;
pub mod project;
pub mod truth;

pub use error::SampleError;
pub use project::{SampleBank, Summary, write};
