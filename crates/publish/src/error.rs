//! Why nothing was published.

use std::path::PathBuf;

use thiserror::Error;
use warehouse::{Failure, WarehouseError};

/// Why nothing was published.
#[derive(Debug, Error)]
pub enum PublishError {
    /// Masked output needs a key.
    #[error(
        "masked output needs a pseudonym key: set `privacy.pseudonym_key_file` in tally.toml, or the environment \
         variable TALLY_PSEUDONYM_KEY"
    )]
    NoKey,
    /// A customer without identity key.
    #[error("{table} names a customer that dim_customer does not know, so it has no pseudonym; nothing was published")]
    UnknownCustomer {
        /// Table.
        table: String,
    },
    /// The warehouse could not be read.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// File.
        path: PathBuf,
        /// Reason.
        source: std::io::Error,
    },
    /// A manifest could not be read.
    #[error("{path}: {reason}")]
    Manifest {
        /// File.
        path: PathBuf,
        /// Reason.
        reason: String,
    },
    /// Parquet refused.
    #[error("cannot write {table}: {source}")]
    Parquet {
        /// Table.
        table: String,
        /// Reason.
        source: parquet::errors::ParquetError,
    },
    /// Columnar memory refused.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
}

impl PublishError {
    /// Who has to act.
    #[must_use]
    pub fn failure(&self) -> Failure {
        match self {
            Self::NoKey => Failure::Usage,
            Self::UnknownCustomer { .. } => Failure::Data,
            Self::Warehouse(e) => e.failure(),
            Self::Write { .. } | Self::Manifest { .. } | Self::Parquet { .. } => Failure::Machine,
            Self::Arrow(_) => Failure::Bug,
        }
    }
}

pub(crate) fn write_error(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> PublishError + '_ {
    move |source| PublishError::Write { path: path.to_owned(), source }
}
