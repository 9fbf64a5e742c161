//! Files and contracts → checked batches, a quarantine, and an account of every row and every cent.
//!
//! Reading order: [`contract`] says what a feed should be, [`file_name`] finds its files, [`load`] turns one file into
//! an [`account::FileAccount`], typed Arrow batches and quarantined rows. No engine and no table format in here.

pub mod account;
pub mod ad_hoc;
pub mod column;
pub mod contract;
pub mod control;
pub mod correction;
pub mod decode;
pub mod draft;
pub mod error;
pub mod file_name;
pub mod ledger;
mod lenient;
pub mod load;
mod looks;
pub mod quarantine;
pub mod record;

pub use account::{AmountKey, FileAccount};
pub use contract::Contract;
pub use correction::Corrections;
pub use error::ExtractError;
pub use load::{LoadedFile, Means, RowSink, load_file};
