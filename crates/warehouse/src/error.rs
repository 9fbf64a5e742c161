//! Failures, by what the person at the terminal can do about them.

use std::path::PathBuf;

use arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use thiserror::Error;

use crate::release::CheckResult;

/// Who has to act; the program's exit codes follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// A data check failed; nothing was published.
    Data,
    /// Arguments, configuration or SQL are wrong.
    Usage,
    /// Something expected is not there.
    Missing,
    /// Another run holds the lock.
    Locked,
    /// Disk, memory or another resource failed; retrying is safe.
    Machine,
    /// A bug of ours.
    Bug,
}

/// What can go wrong in the warehouse.
#[derive(Debug, Error)]
pub enum WarehouseError {
    /// A node's files are wrong.
    #[error("node {node} ({path}): {message}")]
    Node {
        /// Node.
        node: String,
        /// File.
        path: PathBuf,
        /// Why, with the alternatives.
        message: String,
    },
    /// Nodes read each other in a circle.
    #[error("nodes read each other in a circle: {}", .0.join(" -> "))]
    Circle(Vec<String>),
    /// A node read at run time failed.
    #[error("node {node}: {source}")]
    Run {
        /// Node.
        node: String,
        /// The engine's reason.
        source: Box<WarehouseError>,
    },
    /// Blocking checks failed.
    #[error("{count} check(s) failed for {date}, nothing was published:\n{list}")]
    ChecksFailed {
        /// Business date.
        date: String,
        /// How many.
        count: usize,
        /// One line each.
        list: String,
        /// All checks, also those that passed.
        results: Vec<CheckResult>,
    },
    /// A selection of nodes is wrong.
    #[error("--select {0}")]
    Selection(String),
    /// Changes to nothing.
    #[error("{0}: there is no state of the business date before to build on; ask the source for the full file")]
    NoState(String),
    /// The lock is held.
    #[error("another run holds the warehouse ({0}); wait until it has finished")]
    Locked(PathBuf),
    /// No release yet.
    #[error("nothing has been published in {0} yet; run `tally run` first")]
    NoRelease(PathBuf),
    /// A release that is not there.
    #[error("there is no release {0}; `tally status` lists them")]
    UnknownRelease(u64),
    /// A date that is no business date of the history.
    #[error("{0} is no business date that was processed; `tally status` lists them")]
    NotProcessed(String),
    /// A date whose release was removed.
    #[error(
        "what was known on {0} is needed and its release, or the one before it, was removed by `tally vacuum`; keep more with [retention] in tally.toml"
    )]
    NotKept(String),
    /// Written by a newer program.
    #[error(
        "this warehouse was written in format {found}; this program understands format {known}: use the newer program"
    )]
    Format {
        /// Found on disk.
        found: u32,
        /// Known here.
        known: u32,
    },
    /// A table's columns changed.
    #[error("columns of table {0} are not those of its history; rebuild with `tally run --full`")]
    SchemaChanged(String),
    /// A row without partition.
    #[error("column `{0}` tells the partition and is missing in a row; give it a value or leave the row out")]
    NoPartition(String),
    /// A partition that a night may no longer replace.
    #[error(
        "table {table}: partition {partition} is too old to be replaced by a night; rebuild with `tally run --full`"
    )]
    TooOld {
        /// Table.
        table: String,
        /// Partition.
        partition: String,
    },
    /// A worker stopped.
    #[error("a worker stopped: {0}")]
    Stopped(String),
    /// A node kind of Rust code failed.
    #[error("{0}")]
    Kind(String),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// File.
        path: PathBuf,
        /// System's reason.
        source: std::io::Error,
    },
    /// A file of ours is damaged.
    #[error("{path}: {reason}")]
    Damaged {
        /// File.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The SQL engine refused.
    #[error(transparent)]
    Engine(#[from] datafusion::error::DataFusionError),
    /// The table format refused.
    #[error(transparent)]
    Delta(#[from] deltalake_core::DeltaTableError),
    /// Columnar memory refused.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

impl WarehouseError {
    /// Who has to act.
    #[must_use]
    pub fn failure(&self) -> Failure {
        match self {
            Self::Node { .. } | Self::Circle(_) | Self::Selection(_) | Self::Format { .. } | Self::SchemaChanged(_) => {
                Failure::Usage
            }
            Self::Run { source, .. } => source.failure(),
            Self::ChecksFailed { .. }
            | Self::Kind(_)
            | Self::NoState(_)
            | Self::NoPartition(_)
            | Self::TooOld { .. } => Failure::Data,
            Self::Locked(_) => Failure::Locked,
            Self::NoRelease(_) | Self::UnknownRelease(_) | Self::NotProcessed(_) | Self::NotKept(_) => Failure::Missing,
            Self::Io { .. } | Self::Damaged { .. } => Failure::Machine,
            Self::Delta(e) => engine_below(e).map_or(Failure::Machine, engine_failure),
            Self::Engine(e) => engine_failure(e),
            Self::Arrow(ArrowError::IoError(..)) => Failure::Machine,
            Self::Arrow(_) | Self::Stopped(_) => Failure::Bug,
        }
    }

    /// Name the node in which it happened, unless it is named already.
    #[must_use]
    pub fn in_node(self, node: &str) -> Self {
        if matches!(self, Self::Node { .. } | Self::Run { .. }) {
            return self;
        }
        WarehouseError::Run { node: node.to_owned(), source: Box::new(self) }
    }
}

/// The engine's error inside one of the table format, which plans and runs queries through the engine.
fn engine_below(error: &deltalake_core::DeltaTableError) -> Option<&DataFusionError> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(engine) = error.downcast_ref() {
            return Some(engine);
        }
        next = error.source();
    }
    None
}

fn engine_failure(error: &DataFusionError) -> Failure {
    match error.find_root() {
        DataFusionError::SQL(..)
        | DataFusionError::Plan(_)
        | DataFusionError::SchemaError(..)
        | DataFusionError::NotImplemented(_) => Failure::Usage,
        DataFusionError::ResourcesExhausted(_) | DataFusionError::IoError(_) | DataFusionError::ObjectStore(_) => {
            Failure::Machine
        }
        // A disk that is full while the engine writes down what it cannot hold.
        DataFusionError::ArrowError(e, _) if matches!(**e, ArrowError::IoError(..)) => Failure::Machine,
        DataFusionError::Execution(_) | DataFusionError::ArrowError(..) => Failure::Data,
        // What a store or table below the engine failed with is the machine's, unless it says otherwise.
        DataFusionError::External(e) => match e.downcast_ref::<deltalake_core::DeltaTableError>() {
            Some(delta) => engine_below(delta).map_or(Failure::Machine, engine_failure),
            None => Failure::Machine,
        },
        _ => Failure::Bug,
    }
}

/// Attach a path to an input/output error.
pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> WarehouseError + '_ {
    move |source| WarehouseError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_the_machines_wherever_it_is_met() {
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        let spilled = ArrowError::IoError("spilling".into(), full());
        let errors = [
            WarehouseError::Engine(DataFusionError::ArrowError(Box::new(spilled), None)),
            WarehouseError::Engine(DataFusionError::IoError(full())).in_node("int_large"),
            WarehouseError::Arrow(ArrowError::IoError("writing".into(), full())),
            io(std::path::Path::new("part.parquet"))(full()),
        ];
        assert!(errors.iter().all(|error| error.failure() == Failure::Machine));
        let of_a_row = ArrowError::DivideByZero;
        let error = WarehouseError::Engine(DataFusionError::ArrowError(Box::new(of_a_row), None));
        assert_eq!(error.failure(), Failure::Data);
    }
}
