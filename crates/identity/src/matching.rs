//! Arrow in, Arrow out: records → decided pairs, and records with decided pairs → customers.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, Decimal128Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema, SchemaRef};
use bank::BusinessDate;
use bank::document::DocumentStatus;
use chrono::NaiveDate;

use crate::cluster::{Constraints, Link, cluster};
use crate::config::MatchConfig;
use crate::error::IdentityError;
use crate::golden_id::{Assigned, GoldenId, Members, assign};
use crate::party::{Judge, Parties, date, text, value};
use crate::rules::{Rule, RuleSettings, decide};

/// Digits of a score and those after its point.
const SCORE: (u8, i8) = (9, 4);
/// Rank of a pair that somebody decided.
const STEWARD_RANK: u8 = 0;
/// Rule of a record that stands alone.
const SINGLE: &str = "SINGLE";
/// Rule of a pair that somebody decided.
pub const STEWARD: &str = "STEWARD";

/// Columns of decided pairs.
#[must_use]
pub fn pair_schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        text("source_system"),
        text("source_customer_no"),
        text("other_source_system"),
        text("other_source_customer_no"),
        text("match_rule"),
        text("decision"),
        Field::new("match_score", DataType::Decimal128(SCORE.0, SCORE.1), true),
        text("evidence"),
    ]))
}

/// Decide pairs of records; see [`decide`].
///
/// # Errors
/// A column that is missing, or a configuration that does not fit.
pub fn match_pairs(
    records: Vec<RecordBatch>,
    documents: &[RecordBatch],
    config: &MatchConfig,
    settings: &RuleSettings,
    judge: Judge,
) -> Result<RecordBatch, IdentityError> {
    let parties = Parties::read(records, documents, judge)?;
    if parties.is_empty() {
        return Ok(RecordBatch::new_empty(pair_schema()));
    }
    let pairs = decide(&parties, config, settings)?;
    let column = |value: &dyn Fn(usize) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values((0..pairs.len()).map(value)))
    };
    let scores: Decimal128Array = pairs.iter().map(|p| Some(ten_thousandths(p.bits))).collect();
    Ok(RecordBatch::try_new(
        pair_schema(),
        vec![
            column(&|n| parties.key(pairs[n].a).0.to_owned()),
            column(&|n| parties.key(pairs[n].a).1.to_owned()),
            column(&|n| parties.key(pairs[n].b).0.to_owned()),
            column(&|n| parties.key(pairs[n].b).1.to_owned()),
            column(&|n| pairs[n].rule.code().to_owned()),
            column(&|n| pairs[n].decision.word().to_owned()),
            Arc::new(scores.with_precision_and_scale(SCORE.0, SCORE.1)?),
            column(&|n| pairs[n].evidence.clone()),
        ],
    )?)
}

/// A score of bits as a decimal with four places, so that it does not depend on the processor. A few hundred bits at most:
/// far from the limits of i128.
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn ten_thousandths(bits: f64) -> i128 {
    (bits * 1e4).round() as i128
}

/// Columns of the cross-reference.
#[must_use]
pub fn customer_schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        text("source_system"),
        text("source_customer_no"),
        text("customer_id"),
        Field::new("customer_since", DataType::Date32, true),
        text("match_rule"),
        Field::new("match_score", DataType::Decimal128(SCORE.0, SCORE.1), true),
        text("identity_key"),
        text("document_status"),
    ]))
}

/// What customers are made from.
#[derive(Debug, Clone, Default)]
pub struct CustomerInputs {
    /// Records, as [`Parties::read`] wants them.
    pub records: Vec<RecordBatch>,
    /// Documents beside the main one.
    pub documents: Vec<RecordBatch>,
    /// Decided pairs ([`pair_schema`]).
    pub pairs: Vec<RecordBatch>,
    /// The cross-reference before tonight ([`customer_schema`]).
    pub before: Vec<RecordBatch>,
    /// What people decided: the four key columns of [`pair_schema`] and `decision` (`same` or `different`).
    pub decisions: Vec<RecordBatch>,
}

/// Join records into customers that keep their ids.
///
/// # Errors
/// A column that is missing, or a pair of records that are not there.
pub fn assign_customers(
    inputs: CustomerInputs,
    judge: Judge,
    biz_date: BusinessDate,
) -> Result<RecordBatch, IdentityError> {
    let CustomerInputs { records, documents, pairs, before, decisions } = inputs;
    let parties = Parties::read(records, &documents, judge)?;
    drop(documents);
    if parties.is_empty() {
        return Ok(RecordBatch::new_empty(customer_schema()));
    }
    let mut links = Links::default();
    let mut constraints = Constraints { at_most_one_value: vec![parties.valid_ids.clone()], ..Constraints::default() };
    // Persons and organisations are related, never merged.
    constraints.at_most_one_value.push(parties.is_organisation.iter().map(|is| 1 + u32::from(*is)).collect());
    for batch in &decisions {
        links.add_decisions(&parties, batch, &mut constraints.different)?;
    }
    for batch in pairs {
        links.add_pairs(&parties, &batch)?;
    }
    let clusters = cluster(parties.len(), &links.links, &constraints);
    let count = u32::try_from(parties.len()).unwrap_or(u32::MAX);
    let (of_record_before, ids_before) = ids_before(&parties, before)?;
    let members = Members {
        keys: (0..count).map(|record| parties.key(record)).collect(),
        open_days: (0..count).map(|record| parties.open_day(record)).collect(),
        before: of_record_before,
        ids: ids_before,
    };
    let ids = assign(members, &clusters.of_record, biz_date);
    let keys = identity_keys(&parties, &clusters.of_record, &ids);
    let identity_key = |record: u32| {
        let cluster = clusters.of_record[record as usize];
        let (system, number) = parties.key(cluster);
        keys[cluster as usize].map_or_else(|| format!("source|{system}|{number}"), str::to_owned)
    };
    let column =
        |value: &dyn Fn(u32) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values((0..count).map(value))) };
    let strongest = |record: u32| clusters.strongest[record as usize];
    let score = |record: u32| strongest(record).map(|place| ten_thousandths(links.links[place].bits));
    let scores: Decimal128Array = (0..count).map(score).collect();
    let since = |record: u32| ids.get(record).since.days_since_epoch();
    Ok(RecordBatch::try_new(
        customer_schema(),
        vec![
            column(&|record| parties.key(record).0.to_owned()),
            column(&|record| parties.key(record).1.to_owned()),
            column(&|record| ids.get(record).customer_id.clone()),
            Arc::new(Date32Array::from_iter_values((0..count).map(since))),
            column(&|record| strongest(record).map_or(SINGLE, |place| links.rules[place]).to_owned()),
            Arc::new(scores.with_precision_and_scale(SCORE.0, SCORE.1)?),
            column(&identity_key),
            column(&|record| parties.statuses[record as usize].code().to_owned()),
        ],
    )?)
}

/// Links and the rule of each.
#[derive(Default)]
struct Links {
    links: Vec<Link>,
    rules: Vec<&'static str>,
}

impl Links {
    fn add_decisions(
        &mut self,
        parties: &Parties,
        batch: &RecordBatch,
        different: &mut Vec<(u32, u32)>,
    ) -> Result<(), IdentityError> {
        let decision = text(batch, "decision")?;
        for (row, pair) in records_of_pairs(parties, batch)? {
            match (pair, value(decision, row)) {
                (Some((a, b)), Some("same")) => {
                    self.links.push(Link { a, b, rank: STEWARD_RANK, bits: 0.0 });
                    self.rules.push(STEWARD);
                }
                (Some(pair), Some("different")) => different.push(pair),
                // A decision about a record that is gone waits until it comes back.
                (None, Some("same" | "different")) => {}
                (_, word) => return Err(IdentityError::Decision(word.unwrap_or_default().to_owned())),
            }
        }
        Ok(())
    }

    fn add_pairs(&mut self, parties: &Parties, batch: &RecordBatch) -> Result<(), IdentityError> {
        let (rule, decision) = (text(batch, "match_rule")?, text(batch, "decision")?);
        let score = batch.column_by_name("match_score").and_then(|c| c.as_primitive_opt::<Decimal128Type>());
        for (row, pair) in records_of_pairs(parties, batch)? {
            let (Some((a, b)), Some("LINK")) = (pair, value(decision, row)) else { continue };
            let Some(rule) = value(rule, row).and_then(Rule::of_code) else { continue };
            #[expect(clippy::cast_precision_loss, reason = "a score has nine digits")]
            let bits = score.map_or(0.0, |score| score.value(row) as f64 / 1e4);
            self.links.push(Link { a, b, rank: rule.rank(), bits });
            self.rules.push(rule.code());
        }
        Ok(())
    }
}

type RowPair = (usize, Option<(u32, u32)>);

fn records_of_pairs(parties: &Parties, batch: &RecordBatch) -> Result<Vec<RowPair>, IdentityError> {
    let (system, number) = (text(batch, "source_system")?, text(batch, "source_customer_no")?);
    let (other_system, other_number) = (text(batch, "other_source_system")?, text(batch, "other_source_customer_no")?);
    let record = |systems: &StringArray, numbers: &StringArray, row: usize| {
        parties.find(value(systems, row)?, value(numbers, row)?)
    };
    let pair = |row: usize| record(system, number, row).zip(record(other_system, other_number, row));
    Ok((0..batch.num_rows()).map(|row| (row, pair(row))).collect())
}

/// What each record had before tonight, and the ids of then.
type Before = (Vec<Option<u32>>, Vec<GoldenId>);

fn ids_before(parties: &Parties, before: Vec<RecordBatch>) -> Result<Before, IdentityError> {
    let mut of_record: Vec<Option<u32>> = vec![None; parties.len()];
    let mut places: HashMap<String, u32> = HashMap::new();
    let mut ids: Vec<GoldenId> = Vec::new();
    for batch in before {
        let (system, number) = (text(&batch, "source_system")?, text(&batch, "source_customer_no")?);
        let (id, since) = (text(&batch, "customer_id")?, date(&batch, "customer_since")?);
        for row in 0..batch.num_rows() {
            let record = value(system, row).zip(value(number, row)).and_then(|(s, n)| parties.find(s, n));
            let since = since.is_valid(row).then(|| since.value(row)).and_then(NaiveDate::from_epoch_days);
            let (Some(record), Some(id), Some(since)) = (record, value(id, row), since) else { continue };
            let next = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            let place = *places.entry(id.to_owned()).or_insert(next);
            if place == next {
                ids.push(GoldenId { customer_id: id.to_owned(), since: BusinessDate::new(since) });
            }
            of_record[record as usize] = Some(place);
        }
    }
    Ok((of_record, ids))
}

/// What a customer's pseudonym is made from, by cluster: its valid document, the least of several. Without one it is the
/// source key of its lowest record. Of customers that hold one document and were not joined, the one known longest has it:
/// no two customers have one pseudonym.
fn identity_keys<'a>(parties: &'a Parties, of_record: &[u32], ids: &Assigned) -> Vec<Option<&'a str>> {
    let mut keys: Vec<Option<&str>> = vec![None; of_record.len()];
    for (record, cluster) in (0_u32..).zip(of_record) {
        let main = parties.documents(record).first().map(|code| parties.document_keys.value(*code));
        let valid = main.filter(|_| parties.statuses[record as usize] == DocumentStatus::Valid);
        let known = &mut keys[*cluster as usize];
        *known = match (*known, valid) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (known, valid) => known.or(valid),
        };
    }
    let mut holders: HashMap<&str, u32> = HashMap::new();
    let rank = |cluster: u32| (ids.get(cluster).since, cluster);
    for (cluster, key) in (0_u32..).zip(&keys) {
        if let Some(key) = key {
            let holder = holders.entry(key).or_insert(cluster);
            if rank(cluster) < rank(*holder) {
                *holder = cluster;
            }
        }
    }
    for (cluster, key) in (0_u32..).zip(&mut keys) {
        if key.is_some_and(|key| holders.get(key) != Some(&cluster)) {
            *key = None;
        }
    }
    keys
}
