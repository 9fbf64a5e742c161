//! A table of records and a configuration → scored pairs and customers.

use crate::blocking::Blocking;
pub use crate::blocking::RuleCost;
use crate::cluster::{Clusters, Constraints, Link, cluster};
use crate::comparison::Comparison;
use crate::config::MatchConfig;
use crate::error::IdentityError;
use crate::score::{Comparer, ScoredPair, evidence, score};
use crate::table::RecordTable;
use crate::train::train;
use crate::weights::Weights;

/// What linking found.
#[derive(Debug)]
pub struct Linked {
    /// Learned, or as given.
    pub weights: Weights,
    /// What each blocking rule costs.
    pub costs: Vec<RuleCost>,
    /// Pairs that were compared.
    pub compared: u64,
    /// Pairs from the review threshold on, by record.
    pub pairs: Vec<ScoredPair>,
    /// Why each pair weighs what it weighs, where it was asked for.
    pub evidence: Vec<String>,
    /// Pairs from the link threshold on.
    pub links: Vec<Link>,
    /// Customers. Records are numbered as in the table.
    pub clusters: Clusters,
    level_names: Vec<(String, Vec<String>)>,
}

impl Linked {
    /// A level of a compared column in words.
    #[must_use]
    pub fn level_names(&self, column: &str, level: usize) -> String {
        let names = self.level_names.iter().find(|(name, _)| name == column).map(|(_, names)| names);
        names.and_then(|names| names.get(level)).map_or_else(|| "differs".to_owned(), Clone::clone)
    }
}

/// What blocking costs, before anything is compared; the guard does not refuse here.
///
/// # Errors
/// A configuration that does not fit the table.
pub fn preview(table: &RecordTable, config: &MatchConfig) -> Result<Vec<RuleCost>, IdentityError> {
    config.validate()?;
    Ok(Blocking::new(table, &config.blocking, config.pairs, u64::MAX)?.costs())
}

/// Scored pairs, before anybody is linked.
#[derive(Debug)]
pub struct Compared {
    /// Learned, or as given.
    pub weights: Weights,
    /// What each blocking rule costs.
    pub costs: Vec<RuleCost>,
    /// Pairs that were compared.
    pub compared: u64,
    /// Pairs from the review threshold on, by record.
    pub pairs: Vec<ScoredPair>,
    /// Why each pair weighs what it weighs, where it was asked for.
    pub evidence: Vec<String>,
}

/// Learn what is open and score; with the evidence of the pairs that are asked about.
///
/// # Errors
/// A configuration that does not fit the table, or more pairs than it allows.
pub fn compare(
    table: &RecordTable,
    config: &MatchConfig,
    wants_evidence: impl Fn(&ScoredPair) -> bool,
) -> Result<Compared, IdentityError> {
    config.validate()?;
    if u32::try_from(table.rows()).is_err() {
        return Err(IdentityError::TooManyRecords(table.rows()));
    }
    let blocking = Blocking::new(table, &config.blocking, config.pairs, config.max_pairs)?;
    let comparer = Comparer::new(&config.comparisons, table)?;
    let weights = train(config, table, &blocking, &comparer);
    let scored = score(&blocking, &comparer, &config.comparisons, &weights, config.review_bits());
    let evidence = evidence(&comparer, &config.comparisons, &weights, &scored.pairs, wants_evidence);
    Ok(Compared { weights, costs: blocking.costs(), compared: scored.compared, pairs: scored.pairs, evidence })
}

/// Learn what is open, score, cluster.
///
/// Records must come in the order of their keys: numbers of records break ties.
///
/// # Errors
/// A configuration that does not fit the table, or more pairs than it allows.
pub fn link(table: &RecordTable, config: &MatchConfig, with_evidence: bool) -> Result<Linked, IdentityError> {
    let Compared { weights, costs, compared, pairs, evidence } = compare(table, config, |_| with_evidence)?;
    let link_bits = config.link_bits();
    let links: Vec<Link> = pairs
        .iter()
        .filter(|pair| pair.bits >= link_bits)
        .map(|pair| Link { a: pair.a, b: pair.b, rank: 0, bits: pair.bits })
        .collect();
    let mut constraints = Constraints::default();
    for name in &config.never_differ {
        let known = || table.columns.keys().cloned().collect::<Vec<_>>().join(", ");
        let column = table.columns.get(name).ok_or_else(|| IdentityError::Column(name.clone(), known()))?;
        constraints.at_most_one_value.push(column.codes().to_vec());
    }
    if config.one_record_per_source {
        constraints.never_shared.push(table.sources.iter().map(|source| source + 1).collect());
    }
    let clusters = cluster(table.rows(), &links, &constraints);
    let names = |c: &Comparison| c.levels.iter().map(ToString::to_string).collect();
    let level_names = config.comparisons.iter().map(|c| (c.column.clone(), names(c))).collect();
    Ok(Linked { weights, costs, compared, pairs, evidence, links, clusters, level_names })
}
