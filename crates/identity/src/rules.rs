//! The rules that decide pairs of customer records (domain specification, section 3.4), and the pairs they decide.

use std::collections::HashMap;

use bank::name::{name_similarity, organisation_name_similarity};
use serde::Deserialize;

use crate::config::MatchConfig;
use crate::error::IdentityError;
use crate::linker::compare;
use crate::party::{Parties, value};
use crate::score::ScoredPair;
use crate::table::{Column, MISSING, RecordTable};

/// Records of one document that are all compared with each other; in a larger group each is compared with so many.
const GROUP_COMPARED: usize = 8;

/// Which rule decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// M5: the source merged the numbers.
    Merged,
    /// M1: one document, alike names.
    Document,
    /// M6: one organisation code.
    OrganisationCode,
    /// M3: one document that fails its checks, and name, birth date and mobile agree.
    FailedDocument,
    /// M4: name, birth date, mobile and what else is compared weigh enough.
    Score,
    /// M2: one document, unlike names.
    DocumentNameDiffers,
    /// M7: one organisation name, region and legal representative.
    OrganisationName,
}

impl Rule {
    /// All rules.
    pub const ALL: [Rule; 7] = [
        Rule::Merged,
        Rule::Document,
        Rule::OrganisationCode,
        Rule::FailedDocument,
        Rule::Score,
        Rule::DocumentNameDiffers,
        Rule::OrganisationName,
    ];

    /// Its number in the domain specification.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Rule::Document => "M1",
            Rule::DocumentNameDiffers => "M2",
            Rule::FailedDocument => "M3",
            Rule::Score => "M4",
            Rule::Merged => "M5",
            Rule::OrganisationCode => "M6",
            Rule::OrganisationName => "M7",
        }
    }

    /// The rule of a number.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Rule::ALL.into_iter().find(|rule| rule.code() == code)
    }

    /// Authority comes before documents, documents before evidence.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Rule::Merged => 1,
            Rule::Document | Rule::OrganisationCode => 2,
            Rule::FailedDocument => 3,
            Rule::Score | Rule::DocumentNameDiffers | Rule::OrganisationName => 4,
        }
    }
}

/// What a rule says of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// One customer.
    Link,
    /// Somebody must look.
    Review,
}

impl Decision {
    /// `LINK` or `REVIEW`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Decision::Link => "LINK",
            Decision::Review => "REVIEW",
        }
    }
}

/// A pair that a rule decided.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchPair {
    /// Record with the lower number.
    pub a: u32,
    /// The other.
    pub b: u32,
    /// The strongest rule.
    pub rule: Rule,
    /// Its decision.
    pub decision: Decision,
    /// log2 of the odds that what is compared gives.
    pub bits: f64,
    /// What each comparison says.
    pub evidence: String,
}

/// Settings of the rules.
#[derive(Debug, Clone, Deserialize)]
pub struct RuleSettings {
    /// Least similarity of names under one document.
    #[serde(default = "name_similarity_min")]
    pub name_similarity_min: f64,
    /// A mobile number of more customers than this has no matching power.
    #[serde(default = "mobile_customers_max")]
    pub mobile_customers_max: usize,
}

fn name_similarity_min() -> f64 {
    0.85
}

fn mobile_customers_max() -> usize {
    3
}

/// Decide pairs of records. One pair has one row: that of the rule with the highest rank, links before reviews.
///
/// # Errors
/// A configuration that does not fit the records.
pub fn decide(
    parties: &Parties,
    config: &MatchConfig,
    settings: &RuleSettings,
) -> Result<Vec<MatchPair>, IdentityError> {
    let mut table = parties.compared()?;
    let shared = shared_mobiles(parties, &table, settings.mobile_customers_max);
    withdraw(&mut table, "mobile", &shared);
    let mut found = Decided { parties, table: &table, settings, pairs: HashMap::new() };
    found.merged();
    found.documents();
    found.organisation_names()?;
    let pairs = found.pairs;
    // A pair that a rule links needs no further reason.
    let is_open = |pair: &ScoredPair| pairs.get(&(pair.a, pair.b)).is_none_or(|(_, d)| *d == Decision::Review);
    let scored = compare(&table, config, is_open)?;
    let link_bits = config.link_bits();
    let mut decided: Vec<MatchPair> = Vec::new();
    let mut seen: HashMap<(u32, u32), (Rule, Decision)> = pairs;
    for (pair, evidence) in scored.pairs.iter().zip(scored.evidence) {
        let (a, b) = (pair.a, pair.b);
        // An end of another document beside a name that is only alike: twins as often as a mistake.
        let differs = |column: &str| equal(&table.columns[column], a, b) == Some(false);
        let weighs_enough = pair.bits >= link_bits && !(differs("document_tail") && differs("name"));
        let decision = if weighs_enough { Decision::Link } else { Decision::Review };
        let is_impossible = parties.is_organisation[a as usize] != parties.is_organisation[b as usize]
            || differ(&parties.valid_ids, a, b);
        let by_rule = seen.remove(&(a, b));
        // What is compared comes from the document too: it cannot overrule a rule that asks about one document.
        let asks = |rule: Rule| matches!(rule, Rule::DocumentNameDiffers | Rule::OrganisationName);
        let stronger = by_rule.filter(|(rule, d)| *d == Decision::Link || decision == Decision::Review || asks(*rule));
        if by_rule.is_none() && is_impossible {
            continue;
        }
        let (rule, decision) = stronger.unwrap_or((Rule::Score, decision));
        decided.push(MatchPair { a, b, rule, decision, bits: pair.bits, evidence });
    }
    // Pairs of rules that no blocking rule brought together: their evidence is the rule.
    decided.extend(seen.into_iter().map(|((a, b), (rule, decision))| MatchPair {
        a,
        b,
        rule,
        decision,
        bits: 0.0,
        evidence: String::new(),
    }));
    decided.sort_unstable_by_key(|pair| (pair.a, pair.b));
    Ok(decided)
}

fn differ(values: &[u32], a: u32, b: u32) -> bool {
    let (x, y) = (values[a as usize], values[b as usize]);
    x != MISSING && y != MISSING && x != y
}

struct Decided<'a> {
    parties: &'a Parties,
    table: &'a RecordTable,
    settings: &'a RuleSettings,
    pairs: HashMap<(u32, u32), (Rule, Decision)>,
}

impl Decided<'_> {
    fn add(&mut self, a: u32, b: u32, rule: Rule, decision: Decision) {
        if a == b || self.parties.is_organisation[a as usize] != self.parties.is_organisation[b as usize] {
            return;
        }
        let rank = |(rule, decision): (Rule, Decision)| (decision == Decision::Review, rule.rank(), rule);
        let known = self.pairs.entry((a.min(b), a.max(b))).or_insert((rule, decision));
        if rank((rule, decision)) < rank(*known) {
            *known = (rule, decision);
        }
    }

    /// M5.
    fn merged(&mut self) {
        let Ok(merged_into) = self.parties.texts("merged_into") else { return };
        let mut found = Vec::new();
        for record in 0..count(self.parties) {
            let Some(number) = value(merged_into, record as usize) else { continue };
            found.extend(self.parties.find(self.parties.key(record).0, number).map(|into| (record, into)));
        }
        found.into_iter().for_each(|(a, b)| self.add(a, b, Rule::Merged, Decision::Link));
    }

    /// M1, M2, M3 and M6.
    fn documents(&mut self) {
        let mut holders: Vec<(u32, u32)> = Vec::new();
        for record in 0..count(self.parties) {
            holders.extend(self.parties.documents(record).iter().map(|code| (*code, record)));
        }
        holders.sort_unstable();
        let mut found = Vec::new();
        for group in holders.chunk_by(|a, b| a.0 == b.0) {
            for (place, (document, a)) in group.iter().enumerate() {
                let earlier = group[..place].iter().take(GROUP_COMPARED);
                found.extend(earlier.filter_map(|(_, b)| Some((*a, *b, self.same_document(*document, *a, *b)?))));
            }
        }
        found.into_iter().for_each(|(a, b, (rule, decision))| self.add(a, b, rule, decision));
    }

    fn same_document(&self, document: u32, a: u32, b: u32) -> Option<(Rule, Decision)> {
        let parties = self.parties;
        let is_usable = parties.is_usable[document as usize];
        if parties.is_organisation[a as usize] {
            let is_code = parties.document_keys.value(document).starts_with(bank::document::CREDIT_CODE);
            return match (is_usable, is_code) {
                (true, true) => Some((Rule::OrganisationCode, Decision::Link)),
                (true, false) if self.names_alike(a, b) => Some((Rule::Document, Decision::Link)),
                _ => Some((Rule::DocumentNameDiffers, Decision::Review)),
            };
        }
        let agrees = |column: &str| equal(&self.table.columns[column], a, b);
        if !is_usable {
            let is_all = self.names_alike(a, b) && agrees("birth_date") == Some(true) && agrees("mobile") == Some(true);
            return is_all.then_some((Rule::FailedDocument, Decision::Link));
        }
        if self.names_alike(a, b) {
            return Some((Rule::Document, Decision::Link));
        }
        let nothing_against = agrees("birth_date") != Some(false) && agrees("sex") != Some(false);
        nothing_against.then_some((Rule::DocumentNameDiffers, Decision::Review))
    }

    /// A record without a name says nothing against.
    fn names_alike(&self, a: u32, b: u32) -> bool {
        let names = &self.table.columns["name"];
        let (Some(x), Some(y)) = (names.get(a as usize), names.get(b as usize)) else { return true };
        let similarity = match self.parties.is_organisation[a as usize] {
            true => organisation_name_similarity(x, y),
            false => name_similarity(x, y),
        };
        similarity >= self.settings.name_similarity_min
    }

    /// M7.
    fn organisation_names(&mut self) -> Result<(), IdentityError> {
        let parties = self.parties;
        let names = &self.table.columns["name"];
        let regions = parties.texts("region_code")?;
        let Ok(representatives) = parties.texts("legal_rep_id_no") else { return Ok(()) };
        let mut known: HashMap<(u32, &str, &str), u32> = HashMap::new();
        let mut found = Vec::new();
        for record in (0..count(parties)).filter(|record| parties.is_organisation[*record as usize]) {
            let row = record as usize;
            let (name, region, representative) = (names.code(row), value(regions, row), value(representatives, row));
            let (Some(region), Some(representative)) = (region, representative) else { continue };
            if name != MISSING {
                let first = *known.entry((name, region, representative)).or_insert(record);
                found.push((first, record));
            }
        }
        found.into_iter().for_each(|(a, b)| self.add(a, b, Rule::OrganisationName, Decision::Review));
        Ok(())
    }
}

/// Mobile numbers of more customers than `most`, counted before anything is linked by them: a customer is a document, or
/// a name where there is none.
fn shared_mobiles(parties: &Parties, table: &RecordTable, most: usize) -> Vec<bool> {
    let (mobiles, names) = (&table.columns["mobile"], &table.columns["name"]);
    let mut users: Vec<(u32, bool, u32)> = Vec::new();
    for row in 0..parties.len() {
        let mobile = mobiles.code(row);
        if mobile != MISSING {
            let id = parties.valid_ids[row];
            users.push(if id == MISSING { (mobile, false, names.code(row)) } else { (mobile, true, id) });
        }
    }
    users.sort_unstable();
    users.dedup();
    // Of a person's records some have the document and some only the name: the larger of the two counts.
    let mut counts: HashMap<u32, (usize, usize)> = HashMap::new();
    for (mobile, is_document, _) in users {
        let count = counts.entry(mobile).or_default();
        if is_document { count.0 += 1 } else { count.1 += 1 }
    }
    let mut shared = vec![false; mobiles.values().count() + 1];
    for (mobile, (documents, names)) in counts {
        shared[mobile as usize] = documents.max(names) > most;
    }
    shared
}

/// Treat values as missing.
fn withdraw(table: &mut RecordTable, column: &str, values: &[bool]) {
    if let Some(known) = table.columns.get(column) {
        let kept = |row: usize| known.get(row).filter(|_| !values[known.code(row) as usize]);
        let kept = Column::of((0..known.codes().len()).map(kept));
        table.columns.insert(column.to_owned(), kept);
    }
}

fn equal(column: &Column, a: u32, b: u32) -> Option<bool> {
    let (x, y) = (column.code(a as usize), column.code(b as usize));
    (x != MISSING && y != MISSING).then_some(x == y)
}

fn count(parties: &Parties) -> u32 {
    u32::try_from(parties.len()).unwrap_or(u32::MAX)
}
