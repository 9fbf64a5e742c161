//! Nodes → plan → run: Delta tables, history, checks, releases.
//!
//! The only crate that opens a DataFusion session or a Delta table. Reading order: [`node`] (what a node is),
//! [`catalog`] (all of them), [`graph`] (their order, read from the SQL), [`night`] (one business date: its delivery),
//! [`intake`] (delivered rows), [`compute`] (nodes, checks, release), [`journal`] (what a stopped night had done),
//! [`table`] (Delta at pinned versions), [`release`] (what readers may see).

pub mod as_of;
mod budget;
pub mod catalog;
pub mod change;
pub mod check;
pub mod compute;
pub mod described;
pub mod error;
pub mod fault;
mod functions;
pub mod graph;
pub mod history;
pub mod intake;
mod joins;
pub mod journal;
pub mod kind;
mod kind_run;
mod lazy_table;
pub mod lock;
mod lookup_join;
mod narrow_side;
pub mod night;
pub mod node;
pub mod node_test;
mod parameter;
mod part;
mod previous;
pub mod reader;
pub mod reference;
pub mod release;
mod row_check;
mod row_hash;
pub mod selection;
pub mod session;
mod small_side;
mod store;
pub mod table;
pub mod vacuum;

pub use as_of::AsOf;
pub use catalog::{Catalog, SqlFile, UnusedSystems};
pub use change::ChangeSet;
pub use error::{Failure, WarehouseError};
pub use intake::TableLoad;
pub use journal::Journal;
pub use kind::{Inputs, LookBack, NodeKind};
pub use night::{DeliveredTable, Night, Observer, OpenNight};
pub use node::{Column, Materialisation, Node};
pub use part::RowGroup;
pub use reader::{Answer, Reader};
pub use release::{Release, Releases};
pub use selection::Selection;
pub use session::Engine;
