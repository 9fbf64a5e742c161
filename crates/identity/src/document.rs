//! Document numbers as identity keys.

use bank::{BusinessDate, IdNumber};

/// Canonical code of the resident identity card.
pub const RESIDENT_ID: &str = "01";

/// What is known about a record's document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentStatus {
    /// No number was delivered.
    None,
    /// The number passed its checks; this is its canonical form.
    Valid(String),
    /// The number failed; the code says how (domain specification §3.1).
    Invalid(String),
    /// A kind of document whose numbers have no checks here; never links records by itself.
    Unchecked,
}

impl DocumentStatus {
    /// Judge a document number.
    #[must_use]
    pub fn judge(id_type: Option<&str>, id_no: Option<&str>, as_of: BusinessDate, synthetic: bool) -> Self {
        match (id_type, id_no.filter(|n| !n.trim().is_empty())) {
            (_, None) => DocumentStatus::None,
            (Some(RESIDENT_ID), Some(number)) => match IdNumber::parse(number, as_of, synthetic) {
                Ok(number) => DocumentStatus::Valid(number.to_string()),
                Err(code) => DocumentStatus::Invalid(code.to_string()),
            },
            _ => DocumentStatus::Unchecked,
        }
    }

    /// `VALID`, `NONE`, `UNCHECKED` or the failing check.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            DocumentStatus::None => "NONE",
            DocumentStatus::Valid(_) => "VALID",
            DocumentStatus::Invalid(code) => code,
            DocumentStatus::Unchecked => "UNCHECKED",
        }
    }
}
