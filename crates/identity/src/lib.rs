//! Records → golden customers: which source customer numbers are the same person or organisation.
//!
//! Knows Arrow, not the engine, so it can be used and tested alone. Reading order: [`table`] (records as interned
//! columns), [`config`] (what is compared), [`blocking`] (which pairs), [`comparison`] (how values agree), [`weights`] and
//! [`train`] (what agreement says), [`score`], [`cluster`] (links → customers), [`linker`] (all of it in one call).

mod blocking;
pub mod clean;
pub mod cluster;
pub mod comparison;
pub mod config;
pub mod document;
pub mod error;
pub mod golden_id;
pub mod linker;
pub mod record;
pub mod resolve;
pub mod score;
pub mod table;
mod train;
pub mod weights;

pub use config::{ColumnSource, MatchConfig, Pairs};
pub use error::IdentityError;
pub use linker::{Linked, link, preview};
pub use record::{SourceRecord, link_schema, links_to_batch, records_from_batches};
pub use resolve::{Rule, resolve};
pub use table::{Column, RecordTable};
