//! What is asked of a classifier.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ensemble::{BoostingParams, ForestParams, TreeParams};
use crate::evaluation::classification::Economics;
use crate::feature::FeatureSpec;

/// What learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum LearnerChoice {
    /// The one with the least log loss on folds; of those that are not surely worse, the simplest.
    #[default]
    Auto,
    /// Logistic regression with a ridge on standardised columns.
    Logistic,
    /// One small tree.
    Tree,
    /// A random forest.
    Forest,
    /// Boosted trees.
    Boosting,
}

impl LearnerChoice {
    /// The word in files and arguments.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            LearnerChoice::Auto => "auto",
            LearnerChoice::Logistic => "logistic",
            LearnerChoice::Tree => "tree",
            LearnerChoice::Forest => "forest",
            LearnerChoice::Boosting => "boosting",
        }
    }
}

impl FromStr for LearnerChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        use LearnerChoice::{Auto, Boosting, Forest, Logistic, Tree};
        let found = [Auto, Logistic, Tree, Forest, Boosting].into_iter().find(|choice| choice.word() == text);
        found.ok_or(format!("`{text}` is no learner; write auto, logistic, tree, forest or boosting"))
    }
}

/// How scores become probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum CalibrationChoice {
    /// The one with the least log loss on folds of the scores; of those that are not surely worse, the simplest.
    #[default]
    Auto,
    /// As the learner says.
    None,
    /// A logistic curve.
    Platt,
    /// Steps that only rise.
    Isotonic,
}

impl FromStr for CalibrationChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(CalibrationChoice::Auto),
            "none" => Ok(CalibrationChoice::None),
            "platt" => Ok(CalibrationChoice::Platt),
            "isotonic" => Ok(CalibrationChoice::Isotonic),
            _ => Err(format!("`{text}` is no calibration; write auto, none, platt or isotonic")),
        }
    }
}

/// What the columns of a table are to a classifier.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Columns {
    /// Names a row, or with `time` a customer who has a row for each time.
    pub id: String,
    /// The outcome; rows without one are not learnt from.
    pub label: String,
    /// Its value that is the outcome; true, 1, yes or y when absent.
    #[serde(default)]
    pub positive: Option<String>,
    /// When a row was observed.
    #[serde(default)]
    pub time: Option<String>,
    /// When a row's values were known: a date, no later than `time`.
    #[serde(default)]
    pub known_on: Option<String>,
    /// Columns to learn from.
    pub features: Vec<FeatureSpec>,
}

/// A rule to be better than: a number on one side of a bound.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Column.
    pub column: String,
    /// Numbers up to this are flagged.
    #[serde(default)]
    pub at_most: Option<f64>,
    /// Numbers from this on are flagged.
    #[serde(default)]
    pub at_least: Option<f64>,
}

/// Parameters of a fit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClassifierParams {
    /// What learns.
    pub learner: LearnerChoice,
    /// How scores become probabilities.
    pub calibration: CalibrationChoice,
    /// Whether both outcomes weigh the same in sum, however rare one is. Probabilities are then only as good as the calibration.
    pub is_balanced: bool,
    /// Share of the rows that are held back to say how good the model is; 0 for none.
    pub held_back_share: f64,
    /// Whether the latest rows are held back where rows have times; shuffled ids otherwise.
    pub is_held_back_by_time: bool,
    /// First time of the rows that are held back; by `held_back_share` when absent.
    pub test_from: Option<String>,
    /// Months after its observation until a row's outcome is known: rows whose outcomes reach into the test are not learnt from.
    pub outcome_months: u32,
    /// Folds that learners and calibrations are tried on.
    pub folds: usize,
    /// AUC from which on a column alone is taken for one that is known only afterwards.
    pub leak_auc_max: f64,
    /// Rows with each outcome at least.
    pub outcome_rows_min: usize,
    /// What a contact costs and saves; the cut-off is then where it pays, and where F1 is largest otherwise.
    pub economics: Option<Economics>,
    /// A rule to be better than.
    pub baseline: Option<Baseline>,
    /// Of logistic regression.
    pub ridge: f64,
    /// Of a single tree.
    pub tree: TreeParams,
    /// Of a forest.
    pub forest: ForestParams,
    /// Of boosted trees.
    pub boosting: BoostingParams,
    /// Columns with which the score may only rise (1) or fall (-1); boosted trees only.
    pub monotone: std::collections::BTreeMap<String, i8>,
    /// Seed of every random choice.
    pub seed: u64,
}

impl Default for ClassifierParams {
    fn default() -> Self {
        ClassifierParams {
            learner: LearnerChoice::Auto,
            calibration: CalibrationChoice::Auto,
            is_balanced: false,
            held_back_share: 0.2,
            is_held_back_by_time: true,
            test_from: None,
            outcome_months: 0,
            folds: 5,
            leak_auc_max: 0.99,
            outcome_rows_min: 20,
            economics: None,
            baseline: None,
            ridge: 1.0,
            tree: TreeParams::default(),
            forest: ForestParams::default(),
            boosting: BoostingParams::default(),
            monotone: std::collections::BTreeMap::new(),
            seed: 42,
        }
    }
}
