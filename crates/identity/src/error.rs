//! What can be wrong with a configuration or its records.

use thiserror::Error;

/// Identity cannot do what it was asked.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum IdentityError {
    /// A column is missing.
    #[error("there is no column `{0}` among the records; known are {1}")]
    Column(String, String),
    /// A key column holds nulls.
    #[error("a record has no `{0}`; every record needs it")]
    Null(String),
    /// A column has another type.
    #[error("column `{0}` is not of type {1}")]
    Type(String, &'static str),
    /// A comparison without levels.
    #[error("the comparison of `{0}` has no levels: give at least [\"exact\"]")]
    NoLevels(String),
    /// Weights that are no probabilities.
    #[error(
        "the comparison of `{column}`: `{name}` needs {levels} probabilities between 0 and 1, one for each level and one for disagreement"
    )]
    Weights {
        /// Compared column.
        column: String,
        /// `m` or `u`.
        name: &'static str,
        /// How many are needed.
        levels: usize,
    },
    /// A prior that is no probability.
    #[error("prior is {0}; it needs a probability above 0 and below 1")]
    Prior(String),
    /// A blocking rule that cannot be read.
    #[error(
        "blocking rule `{0}`: write a column as `name`, its first characters as `name[:4]`, its last as `name[-4:]`"
    )]
    Block(String),
    /// No blocking rule, or an empty one.
    #[error("there is no blocking rule: pairs of all records with each other would be compared; give at least one")]
    NoBlocking,
    /// Nothing to compare.
    #[error("there is no comparison: give at least one column with its levels")]
    NoComparison,
    /// More pairs than allowed.
    #[error(
        "blocking makes {pairs} pairs and max_pairs is {most}; the largest rule is [{rule}] with {rule_pairs}, and its largest \
         block, of {block} records, holds `{example}`: add a column to the rule, or raise max_pairs"
    )]
    TooManyPairs {
        /// Pairs of all rules.
        pairs: u64,
        /// Allowed.
        most: u64,
        /// Rule with most pairs.
        rule: String,
        /// Its pairs.
        rule_pairs: u64,
        /// Records in its largest block.
        block: usize,
        /// What they share.
        example: String,
    },
    /// A word that is no decision.
    #[error("`{0}` is no decision on a pair of records: write same or different")]
    Decision(String),
    /// More than four thousand million records.
    #[error("{0} records are more than one run can number")]
    TooManyRecords(usize),
    /// Arrow refused.
    #[error("{0}")]
    Arrow(String),
}

impl From<arrow::error::ArrowError> for IdentityError {
    fn from(error: arrow::error::ArrowError) -> Self {
        IdentityError::Arrow(error.to_string())
    }
}
