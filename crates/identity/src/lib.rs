//! Records → golden customers: which source customer numbers are the same person or organisation.
//!
//! Knows Arrow, not the engine, so it can be used and tested alone. Reading order: [`table`] (records as interned
//! columns), [`config`] (what is compared), [`blocking`] (which pairs), [`comparison`] (how values agree), [`weights`] and
//! [`train`] (what agreement says), [`score`], [`cluster`] (links → customers), [`linker`] (all of it in one call); then
//! [`party`] (customer records of a bank), [`rules`] (what decides them), [`golden_id`] (ids that stay), [`matching`] (Arrow in, Arrow out).

mod blocking;
pub mod clean;
pub mod cluster;
pub mod comparison;
pub mod components;
pub mod config;
pub mod error;
pub mod golden_id;
pub mod linker;
pub mod matching;
pub mod party;
pub mod rules;
pub mod score;
pub mod table;
mod train;
pub mod weights;

pub use config::{ColumnSource, MatchConfig, Pairs};
pub use error::IdentityError;
pub use linker::{Linked, link, preview};
pub use matching::{assign_customers, customer_schema, match_pairs, pair_schema, ten_thousandths};
pub use party::{Judge, Parties};
pub use rules::{Rule, RuleSettings};
pub use table::{Column, RecordTable};
