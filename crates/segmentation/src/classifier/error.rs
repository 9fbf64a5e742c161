//! Why there is no model, or no score.

use thiserror::Error;

use crate::feature::FeatureError;

/// Why a table cannot be learnt from or scored.
#[derive(Debug, Error)]
pub enum ClassifierError {
    /// The columns cannot be read.
    #[error(transparent)]
    Feature(#[from] FeatureError),
    /// The label has not two values, or it is not clear which one is the outcome.
    #[error("column `{column}` is no outcome to learn: {reason}")]
    Label {
        /// Column.
        column: String,
        /// What is wrong with it.
        reason: String,
    },
    /// All rows have the same outcome, or nearly all.
    #[error(
        "{positives} of {rows} rows have the outcome and {} have not: at least {least} of each are needed to learn the difference",
        rows - positives
    )]
    OneOutcome {
        /// Rows with a label.
        rows: usize,
        /// With the outcome.
        positives: usize,
        /// Needed of each.
        least: usize,
    },
    /// A column tells the outcome alone.
    #[error(
        "column `{column}` alone tells the outcome (AUC {auc:.4}): most likely it is known only afterwards, such as a closing date. Leave it out, or allow it \
         by a higher limit than {limit}"
    )]
    Leak {
        /// Column.
        column: String,
        /// Of its values, or of whether it is missing.
        auc: f64,
        /// What is allowed.
        limit: f64,
    },
    /// A row has an attribute that was not known yet.
    #[error(
        "row `{id}` observed on {observed} has values known only on {known}: features must be those of the observation's day"
    )]
    KnownLater {
        /// Row.
        id: String,
        /// Observation.
        observed: String,
        /// When its values became known.
        known: String,
    },
    /// Outcomes of the rows to learn from are not over when the test begins.
    #[error(
        "rows of {train} have outcomes until {months} month(s) later, which reach into the test from {test}: only a later test, or earlier rows to learn from, \
         say how good the model is"
    )]
    Overlap {
        /// Last time to learn from.
        train: String,
        /// First time of the test.
        test: String,
        /// Months until an outcome is known.
        months: u32,
    },
    /// The rows have one time only.
    #[error("column `{column}` has {times} value(s); a test on later rows needs an earlier and a later one{}", if *.months > 0 { format!(", at least {months} months apart") } else { String::new() })]
    Times {
        /// Column.
        column: String,
        /// Distinct values.
        times: usize,
        /// Months until an outcome is known.
        months: u32,
    },
    /// No column says anything.
    #[error("no column is left to learn from: {0}")]
    NoColumns(String),
    /// More rows than can be numbered.
    #[error("{0} rows are too many to learn from; take a sample")]
    TooManyRows(usize),
    /// The learner refused.
    #[error("{0}")]
    Learner(String),
}

impl From<arrow::error::ArrowError> for ClassifierError {
    fn from(error: arrow::error::ArrowError) -> Self {
        ClassifierError::Feature(error.into())
    }
}
