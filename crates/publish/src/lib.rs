//! A release → masked Parquet for BI tools, with a manifest, switched into view atomically.
//!
//! Reading order: [`masking`] (what leaves the warehouse), [`files`] (how it is written, a
//! range of `key_order` at a time), [`manifest`] (what was
//! written), [`folder`] (how readers come to see it), [`audit`] (who took what out).

pub mod audit;
pub mod error;
pub mod files;
pub mod folder;
mod key_order;
pub mod manifest;
pub mod masking;

pub use error::PublishError;
pub use files::{PublishRequest, publish};
pub use manifest::{Manifest, PublishedTable};
pub use masking::Masking;
