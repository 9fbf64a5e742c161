//! The bank's nouns and its rules of arithmetic: money, business dates, identity documents, masks, pseudonyms.
//!
//! Nothing here reads a file, knows a table or opens an engine; every other crate stands on this one.

pub mod business_date;
pub mod decimal;
pub mod id_number;
pub mod mask;
pub mod money;
pub mod pseudonym;

pub use business_date::{BusinessDate, BusinessDateError};
pub use id_number::{IdNumber, IdNumberError};
pub use mask::Mask;
pub use money::Money;
pub use pseudonym::PseudonymKey;
