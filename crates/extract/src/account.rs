//! The account of one file: every row and every cent delivered is loaded, quarantined, a dropped duplicate, or belongs
//! to another business date of the same file.

use std::collections::BTreeMap;

use bank::Money;

/// Sums of one declared amount column, by what happened to the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AmountAccount {
    /// In loaded rows.
    pub loaded: Money,
    /// In quarantined rows, read leniently (thousand separators allowed).
    pub quarantined: Money,
    /// In identical duplicates that were dropped.
    pub duplicate: Money,
    /// In rows of other business dates.
    pub other_dates: Money,
    /// Announced by the control file.
    pub announced: Option<Money>,
}

impl AmountAccount {
    /// Everything found in the file.
    #[must_use]
    pub fn found(&self) -> Money {
        self.loaded + self.quarantined + self.duplicate + self.other_dates
    }
}

/// What happened to the rows and amounts of one file on one business date.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileAccount {
    /// File name, without folders.
    pub file: String,
    /// SHA-256 of the file as delivered.
    pub sha256: String,
    /// Size as delivered.
    pub bytes: u64,
    /// Data rows in the file.
    pub delivered_rows: u64,
    /// Rows loaded.
    pub loaded_rows: u64,
    /// Rows kept in quarantine.
    pub quarantined_rows: u64,
    /// Identical duplicates dropped.
    pub duplicate_rows: u64,
    /// Rows of other business dates.
    pub other_date_rows: u64,
    /// Rows loaded with a warning (undecodable bytes in a text field).
    pub warned_rows: u64,
    /// Sums per declared amount column.
    pub amounts: BTreeMap<String, AmountAccount>,
}

impl FileAccount {
    /// Whether every delivered row went somewhere.
    #[must_use]
    pub fn rows_tie(&self) -> bool {
        self.delivered_rows == self.loaded_rows + self.quarantined_rows + self.duplicate_rows + self.other_date_rows
    }
}
