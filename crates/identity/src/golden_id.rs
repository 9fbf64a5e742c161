//! Ids of golden customers.

use xxhash_rust::xxh3::xxh3_64;

/// Id of a customer that was not known before, made from the source key of one of its records.
#[must_use]
pub fn new_id(source_system: &str, source_customer_no: &str) -> String {
    format!("C{:016X}", xxh3_64(format!("{source_system}\u{1F}{source_customer_no}").as_bytes()))
}
