//! A seeded synthetic bank with planted truth: six source systems, nightly or month-end deliveries, dirt and faults.
//!
//! Reading order: [`settings`] (what to write), [`behaviour`], [`person`], [`organisation`], [`community`] (who the
//! customers are), [`churn`], [`life`] (what they do), [`dirt`], [`record`] (how six systems write them down),
//! [`feed`], [`landing`], [`faults`] (what is delivered), [`truth`], [`project`] (the folder).
//!
//! Every identifier is impossible on purpose: documents of region 99, phones starting 10, cards starting 999999. The
//! bank is made of communities of 500 customers that do not know of each other, each from its own seed: memory is
//! bounded, and the bytes are the same whatever the number of threads.

pub mod behaviour;
pub mod calendar;
pub mod churn;
pub mod community;
pub mod dice;
pub mod dirt;
pub mod error;
pub mod faults;
pub mod feed;
pub mod identifiers;
pub mod landing;
pub mod life;
pub mod names;
pub mod organisation;
pub mod person;
pub mod project;
pub mod record;
pub mod settings;
pub mod truth;

pub use calendar::BusinessDates;
pub use dirt::Dirt;
pub use error::SampleError;
pub use landing::Written;
pub use project::write;
pub use settings::{Encoding, SampleBank};
