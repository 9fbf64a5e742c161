//! Nodes → plan → run: Delta tables, history, checks, releases.
//!
//! The only crate that opens a DataFusion session or a Delta table. Reading order: [`node`] (what a node is),
//! [`catalog`] (all of them), [`graph`] (their order, read from the SQL), [`night`] (one business date, start to
//! release), [`intake`] (delivered rows), [`table`] (Delta at pinned versions), [`release`] (what readers may see).

pub mod catalog;
pub mod change;
pub mod check;
pub mod error;
pub mod graph;
pub mod history;
pub mod intake;
pub mod kind;
pub mod lock;
pub mod night;
pub mod node;
pub mod reader;
pub mod reference;
pub mod release;
mod row_hash;
pub mod session;
pub mod table;

pub use catalog::{Catalog, SqlFile, UnusedSystems};
pub use change::ChangeSet;
pub use error::{Failure, WarehouseError};
pub use intake::{RowGroup, TableLoad};
pub use kind::NodeKind;
pub use night::{DeliveredTable, Night, Observer, OpenNight};
pub use node::{Column, Materialisation, Node};
pub use reader::Reader;
pub use release::{Release, Releases};
pub use session::Engine;
