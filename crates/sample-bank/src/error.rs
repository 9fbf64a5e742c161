//! Why no sample bank was written.

use std::path::PathBuf;

use thiserror::Error;

/// Why no sample bank was written.
#[derive(Debug, Error)]
pub enum SampleError {
    /// The folder holds something else.
    #[error("{0} is not empty; name a new folder, so that nothing is overwritten")]
    NotEmpty(PathBuf),
    /// A number out of its range.
    #[error("{0}")]
    Settings(String),
    /// The first night is not the last day of a month.
    #[error("{0} is not the last day of a month; give a month-end, or deliver every day")]
    NotMonthEnd(String),
    /// The system refused.
    #[error("cannot write {path}: {source}")]
    Write {
        /// File.
        path: PathBuf,
        /// Reason.
        source: std::io::Error,
    },
    /// The truth table could not be written.
    #[error("cannot write the truth table: {0}")]
    Truth(#[from] parquet::errors::ParquetError),
}
