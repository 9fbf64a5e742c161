//! The account of one file: every row and every cent delivered is loaded, quarantined, a dropped duplicate, or belongs
//! to another business date of the same file.

use std::collections::BTreeMap;
use std::fmt;

use bank::Money;

use crate::quarantine::ReasonCode;

/// A declared amount column, and one currency of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AmountKey {
    /// Column.
    pub column: String,
    /// Currency, where sums are taken per currency.
    pub currency: Option<String>,
}

impl AmountKey {
    /// A column in all its currencies.
    #[must_use]
    pub fn of(column: &str) -> Self {
        AmountKey { column: column.to_owned(), currency: None }
    }
}

impl fmt::Display for AmountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.currency {
            Some(currency) => write!(f, "{} {currency}", self.column),
            None => write!(f, "{}", self.column),
        }
    }
}

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

/// Something found in rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Reason code.
    pub code: ReasonCode,
    /// Whether the rows were quarantined for it, and not loaded with a flag.
    pub is_quarantined: bool,
}

/// What happened to the rows and amounts of one file on one business date.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileAccount {
    /// File name, without folders.
    pub file: String,
    /// SHA-256 of the file as delivered.
    pub sha256: String,
    /// Which delivery of the business date it is, from 1.
    pub batch_seq: u32,
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
    /// Delivered rows that corrected ones stood in for.
    pub corrected_rows: u64,
    /// SHA-256 of the corrections; empty without any.
    pub corrections_sha256: String,
    /// Rows loaded with a warning (undecodable bytes in a text field).
    pub warned_rows: u64,
    /// Rows by what was found in them: quarantined ones, and those loaded with a flag.
    pub findings: BTreeMap<Finding, u64>,
    /// Sums per declared amount column, and currency where the contract asks for it.
    pub amounts: BTreeMap<AmountKey, AmountAccount>,
}

impl FileAccount {
    /// Whether every delivered row went somewhere.
    #[must_use]
    pub fn rows_tie(&self) -> bool {
        self.delivered_rows == self.loaded_rows + self.quarantined_rows + self.duplicate_rows + self.other_date_rows
    }
}
