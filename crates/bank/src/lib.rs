//! The bank's nouns and its rules of arithmetic: money, business dates, identity documents, names, masks,
//! pseudonyms.
//!
//! Nothing here reads a file, knows a table or opens an engine; every other crate stands on this one.

pub mod business_date;
pub mod card_number;
pub mod credit_code;
pub mod decimal;
pub mod document;
mod half_width;
pub mod id_number;
pub mod instalment;
pub mod mask;
pub mod mobile;
pub mod money;
pub mod name;
pub mod pseudonym;
pub mod similarity;

pub use business_date::{BusinessDate, BusinessDateError};
pub use credit_code::{CreditCode, OrganisationCode};
pub use document::{Document, DocumentStatus};
pub use id_number::{IdNumber, IdNumberError};
pub use instalment::InstalmentPlan;
pub use mask::Mask;
pub use mobile::MobileNumber;
pub use money::Money;
pub use pseudonym::PseudonymKey;
