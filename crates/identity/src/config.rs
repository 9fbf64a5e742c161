//! What is compared, which pairs, and what decides: the language of `tally resolve --config` and of `kind = "match"`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::clean::Clean;
use crate::comparison::{Comparison, Level};
use crate::error::IdentityError;
use crate::weights::odds_bits;

/// Pairs that are compared at most unless the configuration says otherwise.
const MAX_PAIRS: u64 = 500_000_000;
/// Least probability of a link unless the configuration says otherwise.
const LINK_PROBABILITY: f64 = 0.95;
/// Least probability of a pair worth looking at unless the configuration says otherwise.
const REVIEW_PROBABILITY: f64 = 0.5;

/// A matching task.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchConfig {
    /// Column that identifies a record within its source; for tables handed over without a project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Columns that are not taken as plain text, or are made of others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, ColumnSource>,
    /// Blocking rules: two records are compared when all parts of one rule are equal. A part is `column`,
    /// `column[:4]` or `column[-4:]`.
    pub blocking: Vec<Vec<String>>,
    /// Compared columns.
    #[serde(rename = "comparison")]
    pub comparisons: Vec<Comparison>,
    /// Which records may be the same.
    #[serde(default)]
    pub pairs: Pairs,
    /// Two records of one customer never come from one source: each source knows everybody once.
    #[serde(default)]
    pub one_record_per_source: bool,
    /// Columns of which records of one customer have at most one value.
    #[serde(default)]
    pub never_differ: Vec<String>,
    /// Guard against blocks that explode.
    #[serde(default = "max_pairs")]
    pub max_pairs: u64,
    /// Probability from which a pair is a link.
    #[serde(default = "link_probability")]
    pub link_probability: f64,
    /// Probability from which a pair is kept for review.
    #[serde(default = "review_probability")]
    pub review_probability: f64,
    /// Bits from which a pair is a link, in place of the probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_bits: Option<f64>,
    /// Bits from which a pair is kept for review, in place of the probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_bits: Option<f64>,
    /// Probability that two records taken at random are one customer. Learned where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<f64>,
    /// Seed of the sample that weights are learned from.
    #[serde(default = "seed")]
    pub seed: u64,
}

/// Where a compared column comes from.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSource {
    /// Columns of the table, joined by a space; the column of the same name when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// How values are made comparable.
    #[serde(default)]
    pub clean: Clean,
}

/// Which records may be the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairs {
    /// Any two.
    #[default]
    All,
    /// Only of different sources.
    BetweenSources,
}

impl MatchConfig {
    /// Refuse what cannot be meant.
    ///
    /// # Errors
    /// The first fault.
    pub fn validate(&self) -> Result<(), IdentityError> {
        if self.blocking.is_empty() || self.blocking.iter().any(Vec::is_empty) {
            return Err(IdentityError::NoBlocking);
        }
        if self.comparisons.is_empty() {
            return Err(IdentityError::NoComparison);
        }
        if let Some(prior) = self.prior.filter(|p| !(p.is_finite() && *p > 0.0 && *p < 1.0)) {
            return Err(IdentityError::Prior(prior.to_string()));
        }
        for comparison in &self.comparisons {
            if comparison.levels.is_empty() {
                return Err(IdentityError::NoLevels(comparison.column.clone()));
            }
            if comparison.levels.contains(&Level::Prefix(0)) {
                return Err(IdentityError::NoLevels(comparison.column.clone()));
            }
            let levels = comparison.levels.len() + 1;
            for (name, given) in [("m", &comparison.m), ("u", &comparison.u)] {
                let is_wrong =
                    |p: &Vec<f64>| p.len() != levels || !p.iter().all(|p| p.is_finite() && *p > 0.0 && *p <= 1.0);
                if given.as_ref().is_some_and(is_wrong) {
                    return Err(IdentityError::Weights { column: comparison.column.clone(), name, levels });
                }
            }
        }
        Ok(())
    }

    /// log2 of the odds from which a pair is a link.
    #[must_use]
    pub fn link_bits(&self) -> f64 {
        self.link_bits.unwrap_or_else(|| odds_bits(self.link_probability))
    }

    /// log2 of the odds from which a pair is kept for review; never above those of a link.
    #[must_use]
    pub fn review_bits(&self) -> f64 {
        self.review_bits.unwrap_or_else(|| odds_bits(self.review_probability)).min(self.link_bits())
    }

    /// Columns that are needed.
    #[must_use]
    pub fn compared_columns(&self) -> BTreeSet<String> {
        let blocks = self.blocking.iter().flatten().map(|part| part.split('[').next().unwrap_or(part).to_owned());
        let compared = self.comparisons.iter().map(|c| c.column.clone());
        blocks.chain(compared).chain(self.never_differ.iter().cloned()).collect()
    }
}

fn max_pairs() -> u64 {
    MAX_PAIRS
}

fn link_probability() -> f64 {
    LINK_PROBABILITY
}

fn review_probability() -> f64 {
    REVIEW_PROBABILITY
}

fn seed() -> u64 {
    1
}
