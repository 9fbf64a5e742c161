//! Records → golden customers: which source customer numbers are the same person or organisation.
//!
//! Today two records are one customer when they carry the same valid document number; every other record stands for
//! itself under its source key. Knows Arrow, not the engine, so it can be used and tested alone.

pub mod document;
pub mod record;
pub mod resolve;

pub use record::{IdentityError, SourceRecord, link_schema, links_to_batch, records_from_batches};
pub use resolve::{Link, Rule, resolve};
