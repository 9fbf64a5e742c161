//! One file per command, named as the user types it.

pub mod churn;
pub mod customer;
pub mod diff;
pub mod init;
pub mod level;
pub mod list;
pub mod model;
pub mod opportunity;
pub mod plan;
pub mod prospect;
pub mod quarantine;
pub mod query;
pub mod resolve;
pub mod review;
pub mod rollback;
pub mod run;
pub mod sample_bank;
pub mod segment;
pub mod source;
pub mod status;
pub mod test;
pub mod vacuum;
pub mod verify;
