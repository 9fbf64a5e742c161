//! Deterministic linking: one valid document number, one customer.

use std::collections::BTreeMap;

use bank::BusinessDate;
use xxhash_rust::xxh3::xxh3_64;

use crate::document::{DocumentStatus, RESIDENT_ID};
use crate::record::SourceRecord;

/// Why a record belongs to its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Shares a valid document number with another record.
    Document,
    /// Stands for itself.
    SourceKey,
}

impl Rule {
    /// The word in the cross-reference.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Rule::Document => "DOCUMENT",
            Rule::SourceKey => "SOURCE_KEY",
        }
    }
}

/// A record's customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Source system.
    pub source_system: String,
    /// Its customer number.
    pub source_customer_no: String,
    /// The golden customer.
    pub customer_id: String,
    /// Why.
    pub rule: Rule,
    /// What the pseudonym is made from: `<document type>|<canonical number>`, else `source|<system>|<number>`.
    pub identity_key: String,
    /// Outcome of the document's checks.
    pub document_status: String,
}

/// Decide which records are the same customer. The order of the input does not matter; output is sorted by source key.
///
/// A customer's id is made from its oldest record (by opening date, then source key), so that a later record of the
/// same person in another system does not change it.
#[must_use]
pub fn resolve(records: &[SourceRecord], as_of: BusinessDate, synthetic: bool) -> Vec<Link> {
    let mut sorted: Vec<&SourceRecord> = records.iter().collect();
    sorted.sort_by(|a, b| source_key(a).cmp(&source_key(b)));
    let judged: Vec<(&SourceRecord, DocumentStatus)> = sorted
        .into_iter()
        .map(|r| (r, DocumentStatus::judge(r.id_type.as_deref(), r.id_no.as_deref(), as_of, synthetic)))
        .collect();
    let mut members: BTreeMap<String, Vec<&SourceRecord>> = BTreeMap::new();
    for (record, status) in &judged {
        members.entry(identity_key(record, status)).or_default().push(record);
    }
    judged
        .iter()
        .map(|(record, status)| {
            let key = identity_key(record, status);
            let group = &members[&key];
            Link {
                source_system: record.source_system.clone(),
                source_customer_no: record.source_customer_no.clone(),
                customer_id: customer_id(group),
                rule: if group.len() > 1 { Rule::Document } else { Rule::SourceKey },
                identity_key: key,
                document_status: status.code().to_owned(),
            }
        })
        .collect()
}

fn source_key(record: &SourceRecord) -> (&str, &str) {
    (&record.source_system, &record.source_customer_no)
}

fn identity_key(record: &SourceRecord, status: &DocumentStatus) -> String {
    match status {
        DocumentStatus::Valid(number) => format!("{RESIDENT_ID}|{number}"),
        _ => format!("source|{}|{}", record.source_system, record.source_customer_no),
    }
}

fn customer_id(group: &[&SourceRecord]) -> String {
    let oldest = group.iter().min_by_key(|r| (r.open_date.is_none(), r.open_date, source_key(r)));
    let key = oldest.map(|r| format!("{}\u{1F}{}", r.source_system, r.source_customer_no)).unwrap_or_default();
    format!("C{:016X}", xxh3_64(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(system: &str, number: &str, id_no: Option<&str>, open: &str) -> SourceRecord {
        SourceRecord {
            source_system: system.to_owned(),
            source_customer_no: number.to_owned(),
            id_type: Some("01".to_owned()),
            id_no: id_no.map(str::to_owned),
            open_date: Some(open.parse().unwrap()),
        }
    }

    fn customers(records: &[SourceRecord]) -> Vec<(String, String, Rule)> {
        let links = resolve(records, "2025-06-30".parse().unwrap(), true);
        links.into_iter().map(|l| (l.source_customer_no, l.customer_id, l.rule)).collect()
    }

    #[test]
    fn one_valid_number_is_one_customer_in_every_spelling() {
        let found = customers(&[
            record("card", "9", Some("990101800101000"), "2020-01-01"),
            record("core", "1", Some("990101198001010006"), "2010-01-01"),
            record("core", "2", Some("990101198001010016"), "2010-01-01"),
            record("core", "3", None, "2010-01-01"),
        ]);
        assert_eq!(found[0].1, found[1].1);
        assert_eq!(
            found.iter().map(|f| f.2).collect::<Vec<_>>(),
            [Rule::Document, Rule::Document, Rule::SourceKey, Rule::SourceKey]
        );
    }

    #[test]
    fn an_invalid_number_never_links() {
        let bad = Some("990101198001010016");
        let found = customers(&[record("a", "1", bad, "2010-01-01"), record("b", "1", bad, "2010-01-01")]);
        assert_ne!(found[0].1, found[1].1);
    }

    #[test]
    fn a_later_record_does_not_change_the_id_and_order_does_not_matter() {
        // Acceptance D5.
        let first = record("core", "1", Some("990101198001010006"), "2010-01-01");
        let later = record("card", "0", Some("990101198001010006"), "2020-01-01");
        let alone = customers(std::slice::from_ref(&first))[0].1.clone();
        let both = customers(&[first.clone(), later.clone()]);
        assert!(both.iter().all(|c| c.1 == alone));
        assert_eq!(both, customers(&[later, first]));
    }
}
