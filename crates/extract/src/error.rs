//! What can go wrong with a file or its contract, in words that say what to do next.

use std::path::PathBuf;

use thiserror::Error;

/// A file that cannot be loaded. Codes are those of the domain specification, §2.3.
#[derive(Debug, Error)]
pub enum ExtractError {
    /// The contract's TOML is wrong.
    #[error("contract {path}: {message}")]
    Contract {
        /// The contract file.
        path: PathBuf,
        /// Where and why, with the alternatives.
        message: String,
    },
    /// The operating system refused.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A compressed file, or one of Parquet or Excel, ends early or is damaged.
    #[error("[F02] {file}: it is damaged or cut short ({reason}); ask for the file to be sent again")]
    Damaged {
        /// File name.
        file: String,
        /// The decompressor's reason.
        reason: String,
    },
    /// Corrections that cannot be read.
    #[error("{path}, line {line}: {reason}; corrections are written by `tally quarantine requeue`")]
    Corrections {
        /// File.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// The control file cannot be understood.
    #[error("[F01] {file}: control file line {line}: {reason}")]
    Control {
        /// Control file name.
        file: String,
        /// Line number, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// The control file is missing.
    #[error(
        "[F01] {file}: its control file {control} is missing, so the delivery is not complete; wait for it or ask the source"
    )]
    ControlMissing {
        /// Data file name.
        file: String,
        /// Control file name.
        control: String,
    },
    /// Content differs from the hash that the source announced.
    #[error(
        "[F02] {file}: content is not what its control file announced (SHA-256 differs); it was cut or changed on the way, ask for it again"
    )]
    HashMismatch {
        /// File name.
        file: String,
    },
    /// Row count differs from the control file.
    #[error(
        "[F03] {file}: {found} rows where the control file announced {announced}; ask for the file to be sent again"
    )]
    RowCount {
        /// File name.
        file: String,
        /// Rows found.
        found: u64,
        /// Rows announced.
        announced: u64,
    },
    /// The control file is of another business date.
    #[error(
        "[F04] {file}: its control file says business date {found} where {expected} was expected; is it another day's file under this name? Ask for the right one"
    )]
    WrongDate {
        /// File name.
        file: String,
        /// Date in the control file.
        found: bank::BusinessDate,
        /// Date in the file name.
        expected: bank::BusinessDate,
    },
    /// A full file is much smaller than the one before.
    #[error(
        "[F06] {file}: held, {rows} rows where the delivery before had {before}; nobody is closed because a file shrank. If it is right, accept it for this run with --accept-shrinkage {feed}"
    )]
    Shrunk {
        /// File name.
        file: String,
        /// System and feed.
        feed: String,
        /// Rows now.
        rows: u64,
        /// Rows before.
        before: u64,
    },
    /// A header that is not the contract's.
    #[error(
        "[F04] {file}: line 1 has no column `{column}`; it has: {found}. Correct the file or the contract's `source` names"
    )]
    Header {
        /// File name.
        file: String,
        /// Column of the contract.
        column: String,
        /// Names found.
        found: String,
    },
    /// Too many rows are in quarantine.
    #[error(
        "[F07] {file}: {quarantined} of {delivered} rows failed their checks, more than the contract allows; first: {first}"
    )]
    TooManyRejected {
        /// File name.
        file: String,
        /// Quarantined rows.
        quarantined: u64,
        /// All rows.
        delivered: u64,
        /// First failure, masked.
        first: String,
    },
    /// Too many rows hold bytes that are not text in the declared encoding.
    #[error(
        "[F07] {file}: {rows} of {delivered} rows hold bytes that are not {encoding}, first at line {line}; is the file in another encoding? Set `encoding` in the contract"
    )]
    Encoding {
        /// File name.
        file: String,
        /// Rows with such bytes.
        rows: u64,
        /// All rows.
        delivered: u64,
        /// Declared encoding.
        encoding: String,
        /// First such line.
        line: u64,
    },
    /// Amounts do not tie to the control file.
    #[error(
        "[F08] {file}: {column} adds up to {found} where the control file announced {announced}, difference {difference}"
    )]
    Totals {
        /// File name.
        file: String,
        /// Column.
        column: String,
        /// Loaded + quarantined + duplicates.
        found: String,
        /// Announced.
        announced: String,
        /// Found less announced.
        difference: String,
    },
    /// A record that does not end.
    #[error(
        "[F02] {file}: the record that begins at line {line} is longer than {limit_mib} MiB; a quote does not close, or this is no text file. Look at that line, or set `quote` in the contract"
    )]
    RecordTooLong {
        /// File name.
        file: String,
        /// Its first line.
        line: u64,
        /// The limit, MiB.
        limit_mib: usize,
    },
    /// The file was written to while it was read.
    #[error("[F02] {file}: it changed while it was read; is it still being transferred? Run again when it is complete")]
    Changed {
        /// File name.
        file: String,
    },
    /// The rows could not be kept.
    #[error("{file}: its rows cannot be stored: {source}")]
    Sink {
        /// File name.
        file: String,
        /// The store's reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Assembling columns failed: a bug of ours.
    #[error("cannot assemble columns of {file}: {source}")]
    Arrow {
        /// File name.
        file: String,
        /// Arrow's reason.
        source: arrow::error::ArrowError,
    },
    /// An ad-hoc table that cannot be read.
    #[error("cannot read table {path}: {reason}")]
    Table {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}
