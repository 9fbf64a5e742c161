//! When a file is refused as a whole, and what becomes of rows that fail a check.

use serde::Deserialize;

/// When a file is refused as a whole.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest share of quarantined rows.
    pub quarantine_share: f64,
    /// Largest number of quarantined rows.
    pub quarantine_rows: u64,
    /// Largest amount of a column with a total, in whole currency units; a larger one is quarantined.
    pub amount: u64,
    /// Largest share of rows by which a full file may be smaller than the one before; a smaller one is held.
    pub shrinkage_share: f64,
    /// Files before with fewer rows than this are not compared: a share of few rows says nothing.
    pub shrinkage_rows_from: u64,
}

impl Limits {
    /// Whether a full file of `rows` rows is held after one of `before` rows. Exactly the limit is accepted; a file
    /// without any row is held whatever there was before.
    #[must_use]
    pub fn holds(&self, before: u64, rows: u64) -> bool {
        // Counts of rows are far below 2^53, so the share is exact enough to compare with a limit.
        let least = before as f64 * (1.0 - self.shrinkage_share);
        (before > 0 && rows == 0) || (before >= self.shrinkage_rows_from && (rows as f64) < least)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            quarantine_share: 0.001,
            quarantine_rows: 1000,
            amount: 10_000_000_000_000,
            shrinkage_share: 0.2,
            shrinkage_rows_from: 100,
        }
    }
}

/// What becomes of a row that fails a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row is kept in quarantine.
    Quarantine,
    /// The row is loaded with a flag in `dq_flags`.
    Warn,
    /// Nothing.
    Ignore,
}
