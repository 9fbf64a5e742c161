//! A fitted classifier: frozen, kept with how it was chosen and how good it is, and applied to the rows of any later day.

use arrow::array::RecordBatch;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::calibration::Calibration;
use super::choice::{Tried, candidates, choose};
use super::error::ClassifierError;
use super::examples::Examples;
use super::guard::{refuse_known_later, refuse_leak};
use super::learner::{Learner, Prepared};
use super::measures::{Beside, Measures};
use super::params::{ClassifierParams, Columns, LearnerChoice};
use super::parts::{deal, hold_back};
use super::reason::{Reason, ReasonWords, reasons};
use crate::ensemble::Outcomes;
use crate::evaluation::classification::{Economics, auc, best_f1};
use crate::evaluation::count;
use crate::feature::{FeatureProfile, FeatureSpec, Values};

/// Texts of a column that are not among its 254 most frequent may be this share of its rows; of more, they are names or numbers of rows.
const RARE_SHARE_MAX: f64 = 0.5;
/// Rows up to which one boosted ensemble depends so much on its draws that the mean of some is better.
const BAGGED_ROWS_MAX: usize = 20_000;
/// Ensembles whose mean is taken then.
const BAGS: usize = 5;
/// Name of the profile of the probabilities.
const PROBABILITY: &str = "probability";

/// A classifier with all that is needed to apply it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierModel {
    /// Column of the outcome.
    pub label: String,
    /// Its value that is the outcome.
    pub positive: String,
    /// What learnt.
    pub chosen: LearnerChoice,
    /// The learner, fitted to all rows with a label.
    pub learner: Learner,
    /// From its scores to probabilities, fitted to rows that it did not learn from.
    pub calibration: Calibration,
    /// From this probability on a row is flagged.
    pub cut_off: f64,
    /// Why there.
    pub cut_off_words: String,
    /// What a contact costs and saves, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub economics: Option<Economics>,
    /// Words of reasons, of each column of the learner.
    pub words: Vec<ReasonWords>,
    /// What the columns looked like, and the probabilities last.
    pub profiles: Vec<FeatureProfile>,
    /// Columns that were left out, with the reason.
    pub left_out: Vec<(String, String)>,
    /// Learners that were tried on folds.
    pub tried: Vec<Tried>,
    /// How rows were held back, in words.
    pub held_back_words: String,
    /// Measures on the rows that were held back, of the same learner fitted without them.
    pub held_back: Option<Measures>,
    /// Measures on the folds; in sample where nothing was tried.
    pub folds: Measures,
    /// Rows with a label.
    pub rows: usize,
    /// With the outcome.
    pub positives: usize,
    /// Rows without a label, which were not learnt from.
    pub unlabelled: usize,
    /// First and last time of the rows.
    pub window: Option<(String, String)>,
    /// Share of each column in the gains of all divisions, of trees.
    pub importance: Vec<f64>,
    /// Seed.
    pub seed: u64,
}

/// The scores of the rows of a table, in the order of their ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Ids.
    pub ids: Vec<String>,
    /// Scores of the learner.
    pub scores: Vec<f64>,
    /// Calibrated.
    pub probabilities: Vec<f64>,
    /// Tenths of the rows by probability, 1 the highest; of equal probabilities by the score, then by id.
    pub deciles: Vec<u8>,
    /// At most three reasons of each row, the strongest first; empty when nobody asked for them.
    pub reasons: Vec<Vec<Reason>>,
}

impl ClassifierModel {
    /// Fit a model to the rows of a table that have a label.
    ///
    /// # Errors
    /// [`ClassifierError`] with what to change.
    pub fn fit(batches: &[RecordBatch], columns: &Columns, params: &ClassifierParams) -> Result<Self, ClassifierError> {
        let examples = Examples::read(batches, &columns.id, columns.time.as_deref())?;
        refuse_known_later(&examples, columns)?;
        let (outcomes, positive) = examples.outcomes(columns)?;
        let known: Vec<(usize, bool)> =
            outcomes.iter().enumerate().filter_map(|(row, outcome)| Some((row, (*outcome)?))).collect();
        let positives = known.iter().filter(|(_, outcome)| *outcome).count();
        if positives.min(known.len() - positives) < params.outcome_rows_min.max(1) {
            let least = params.outcome_rows_min.max(1);
            return Err(ClassifierError::OneOutcome { rows: known.len(), positives, least });
        }
        let mut params = params.clone();
        let bags = if known.len() <= BAGGED_ROWS_MAX { BAGS } else { 1 };
        params.boosting.bags.get_or_insert(bags);
        let params = &params;
        let (specs, mut profiles, left_out) = usable(&examples, columns, &known, params.leak_auc_max)?;
        let parts = hold_back(&examples, &known, params, columns.time.as_deref())?;
        let outcomes: Vec<bool> = outcomes.iter().map(|outcome| outcome.unwrap_or(false)).collect();
        let fitter = Fitter { examples: &examples, specs: &specs, outcomes: &outcomes, params };
        let fitted = fitter.fit(&parts.learn)?;
        let all: Vec<usize> = known.iter().map(|(row, _)| *row).collect();
        let held_back = match parts.test.is_empty() {
            true => None,
            false => Some(fitter.measure(&fitted, &parts.test)?),
        };
        // What is kept has learnt from all rows.
        let (learner, scores) = match all.len() == parts.learn.len() {
            true => (fitted.learner, fitted.learnt_scores),
            false => fitter.refit(&all, fitted.chosen, fitted.rounds)?,
        };
        let words =
            learner.columns().iter().map(|column| ReasonWords::of(column, &columns.features, &profiles)).collect();
        let importance = match &learner {
            Learner::Trees { ensemble, .. } => ensemble.importance(),
            Learner::Logistic { .. } => Vec::new(),
        };
        let probabilities = scores.into_iter().map(|score| Some(fitted.calibration.probability(score))).collect();
        profiles.push(FeatureProfile::of(PROBABILITY, &Values::Numbers(probabilities)));
        let time_label = |row: Option<usize>| {
            let times = examples.times.as_ref()?;
            times.labels.get(row?).cloned()
        };
        let places = |of: fn(&mut dyn Iterator<Item = usize>) -> Option<usize>| {
            examples.times.as_ref().and_then(|times| of(&mut all.iter().map(|row| times.places[*row])))
        };
        let window = time_label(places(|places| places.min())).zip(time_label(places(|places| places.max())));
        Ok(ClassifierModel {
            label: columns.label.clone(),
            positive,
            chosen: fitted.chosen,
            learner,
            calibration: fitted.calibration,
            cut_off: fitted.cut_off.0,
            cut_off_words: fitted.cut_off.1,
            economics: params.economics,
            words,
            profiles,
            left_out,
            tried: fitted.tried,
            held_back_words: parts.words,
            held_back,
            folds: fitted.folds,
            rows: known.len(),
            positives,
            unlabelled: examples.len() - known.len(),
            window,
            importance,
            seed: params.seed,
        })
    }

    /// Score the rows of a table, which need not have labels, and say why.
    ///
    /// # Errors
    /// [`ClassifierError`] when a column is not there or cannot be read, or ids do not name the rows.
    pub fn score(&self, batches: &[RecordBatch], id: &str) -> Result<Scored, ClassifierError> {
        let examples = Examples::read(batches, id, None)?;
        let explained = self.learner.explain(&examples)?;
        let reasons = reasons(&examples, &self.words, &explained)?;
        let scores = explained.iter().map(|row| row.score).collect();
        Ok(Scored { reasons, ..self.scored(examples.ids, scores) })
    }

    /// Score the rows of a table without reasons, which take most of the time.
    ///
    /// # Errors
    /// As of [`ClassifierModel::score`].
    pub fn score_only(&self, batches: &[RecordBatch], id: &str) -> Result<Scored, ClassifierError> {
        let examples = Examples::read(batches, id, None)?;
        let rows: Vec<usize> = (0..examples.len()).collect();
        let scores = self.learner.scores(&examples, &rows)?;
        Ok(self.scored(examples.ids, scores))
    }

    fn scored(&self, ids: Vec<String>, scores: Vec<f64>) -> Scored {
        let probabilities: Vec<f64> = scores.iter().map(|score| self.calibration.probability(*score)).collect();
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.par_sort_by(|a, b| {
            let by_probability = probabilities[*b].total_cmp(&probabilities[*a]);
            by_probability.then(scores[*b].total_cmp(&scores[*a])).then(a.cmp(b))
        });
        let mut deciles = vec![0; order.len()];
        // Between 1 and 10.
        #[allow(clippy::cast_possible_truncation)]
        order.iter().enumerate().for_each(|(place, row)| deciles[*row] = (place * 10 / order.len()) as u8 + 1);
        Scored { ids, scores, probabilities, deciles, reasons: Vec::new() }
    }

    /// AUC on the rows that a fit with these parameters holds back, where they are later ones: rows whose outcomes an older model cannot have known.
    ///
    /// # Errors
    /// [`ClassifierError`] as of a fit.
    pub fn auc_on_later_rows(
        &self,
        batches: &[RecordBatch],
        columns: &Columns,
        params: &ClassifierParams,
    ) -> Result<Option<f64>, ClassifierError> {
        if columns.time.is_none() || !params.is_held_back_by_time {
            return Ok(None);
        }
        let examples = Examples::read(batches, &columns.id, columns.time.as_deref())?;
        let (outcomes, _) = examples.outcomes(columns)?;
        let known: Vec<(usize, bool)> =
            outcomes.iter().enumerate().filter_map(|(row, outcome)| Some((row, (*outcome)?))).collect();
        let test = hold_back(&examples, &known, params, columns.time.as_deref())?.test;
        let of_test: Vec<bool> = test.iter().map(|row| outcomes[*row].unwrap_or(false)).collect();
        Ok(auc(&of_test, &self.learner.scores(&examples, &test)?))
    }

    /// How far each column, and the probabilities last, have drifted since the fit: stability indices.
    ///
    /// # Errors
    /// [`ClassifierError`] when the table has no rows or ids do not name them.
    pub fn drift(&self, batches: &[RecordBatch], id: &str) -> Result<Vec<(String, f64)>, ClassifierError> {
        let examples = Examples::read(batches, id, None)?;
        let rows: Vec<usize> = (0..examples.len()).collect();
        let of = |profile: &FeatureProfile| {
            let values = match profile.column == PROBABILITY {
                true => self.learner.scores(&examples, &rows).map(|scores| {
                    Values::Numbers(scores.into_iter().map(|score| Some(self.calibration.probability(score))).collect())
                }),
                false => examples.values(&profile.column).map_err(ClassifierError::from),
            };
            // A column that is gone has drifted without bounds.
            (profile.column.clone(), values.map_or(f64::INFINITY, |values| profile.drift(&values)))
        };
        Ok(self.profiles.iter().map(of).collect())
    }

    /// Whether trees of a file are trees.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        match &self.learner {
            Learner::Trees { ensemble, .. } => {
                let columns = ensemble.columns.len();
                self.words.len() == columns && ensemble.trees.iter().all(|tree| tree.is_sound(columns))
            }
            Learner::Logistic { features, regression } => {
                let widths = [regression.coefficients.len(), regression.means.len(), regression.deviations.len()];
                widths.iter().all(|width| *width == features.len()) && self.words.len() == self.learner.columns().len()
            }
        }
    }
}

/// Columns that say something, what they looked like, and those that are left out.
type Usable = (Vec<FeatureSpec>, Vec<FeatureProfile>, Vec<(String, String)>);

fn usable(
    examples: &Examples,
    columns: &Columns,
    known: &[(usize, bool)],
    leak_auc_max: f64,
) -> Result<Usable, ClassifierError> {
    let rows: Vec<usize> = known.iter().map(|(row, _)| *row).collect();
    let judge = |spec: &FeatureSpec| -> Result<Result<FeatureProfile, String>, ClassifierError> {
        let values = examples.values(&spec.column)?;
        refuse_leak(&spec.column, &values, known, leak_auc_max)?;
        let values = if rows.len() == examples.len() { values } else { values.take(&rows) };
        Ok(useless(&values).map_or_else(|| Ok(FeatureProfile::of(&spec.column, &values)), Err))
    };
    let judged: Vec<_> = columns.features.par_iter().map(judge).collect();
    let (mut specs, mut profiles, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    // The first refusal in the order of the columns.
    for (spec, judged) in columns.features.iter().zip(judged) {
        match judged? {
            Err(reason) => left_out.push((spec.column.clone(), reason)),
            Ok(profile) => {
                profiles.push(profile);
                specs.push(spec.clone());
            }
        }
    }
    if specs.is_empty() {
        let reasons: Vec<String> = left_out.iter().map(|(column, reason)| format!("{column} {reason}")).collect();
        return Err(ClassifierError::NoColumns(reasons.join(", ")));
    }
    Ok((specs, profiles, left_out))
}

/// Why a column says nothing.
fn useless(values: &Values) -> Option<String> {
    match values {
        Values::Numbers(numbers) => {
            let is_same = |pair: &[Option<f64>]| match (pair[0], pair[1]) {
                (Some(a), Some(b)) => a.total_cmp(&b).is_eq(),
                (a, b) => a.is_none() && b.is_none(),
            };
            numbers.windows(2).all(is_same).then(|| "is constant".to_owned())
        }
        Values::Texts(texts) => {
            if texts.windows(2).all(|pair| pair[0] == pair[1]) {
                return Some("is constant".to_owned());
            }
            let rows: Vec<usize> = (0..texts.len()).collect();
            let bins = crate::tree::ColumnBins::fit("", values, &rows, 0);
            let rare = bins.apply(values).iter().zip(texts).filter(|(bin, text)| **bin == 0 && text.is_some()).count();
            (count(rare) > RARE_SHARE_MAX * count(texts.len())).then(|| "has nearly as many values as rows".to_owned())
        }
    }
}

/// Places of rows as trees keep them; examples are never more than fit.
fn numbers(rows: &[usize]) -> Vec<u32> {
    rows.iter().filter_map(|row| u32::try_from(*row).ok()).collect()
}

/// What the fits to parts of the rows share.
struct Fitter<'f> {
    examples: &'f Examples,
    specs: &'f [FeatureSpec],
    outcomes: &'f [bool],
    params: &'f ClassifierParams,
}

struct FittedPart {
    chosen: LearnerChoice,
    rounds: usize,
    learner: Learner,
    /// Of the rows that it learnt from.
    learnt_scores: Vec<f64>,
    calibration: Calibration,
    cut_off: (f64, String),
    tried: Vec<Tried>,
    folds: Measures,
}

impl Fitter<'_> {
    /// Fit what is best on folds to rows, ascending.
    fn fit(&self, rows: &[usize]) -> Result<FittedPart, ClassifierError> {
        let params = self.params;
        let numbers = numbers(rows);
        let weights = params.is_balanced.then(|| self.balanced(rows));
        let known = Outcomes { outcomes: self.outcomes, weights: weights.as_deref() };
        let prepared = Prepared::new(self.examples, self.specs, rows, &candidates(params.learner), params.seed)?;
        let is_given = params.folds == 0 && params.learner != LearnerChoice::Auto;
        let (out, tried) = match is_given {
            false => {
                let pairs: Vec<(usize, bool)> = rows.iter().map(|row| (*row, self.outcomes[*row])).collect();
                let folds = deal(self.examples, &pairs, params.folds.max(2), params.seed);
                let (out, tried) = choose(&prepared, known, &numbers, &folds, params)?;
                (Some(out), tried)
            }
            true => (None, Vec::new()),
        };
        let (chosen, rounds) =
            out.as_ref().map_or((params.learner, params.boosting.rounds), |out| (out.learner, out.rounds));
        let (learner, learnt_scores) = prepared.fit(chosen, known, &numbers, rounds, params)?;
        let (scores, outcomes) = match out {
            Some(out) => (out.scores, out.outcomes),
            // Nothing was tried: what it says of the rows that it learnt from.
            None => (learnt_scores.clone(), rows.iter().map(|row| self.outcomes[*row]).collect()),
        };
        let calibration = match is_given {
            true => Calibration::none(learner.is_log_odds()),
            false => Calibration::fit(params.calibration, learner.is_log_odds(), &scores, &outcomes, params.seed),
        };
        let probabilities: Vec<f64> = scores.iter().map(|score| calibration.probability(*score)).collect();
        let cut_off = match &params.economics {
            Some(economics) => {
                (economics.cut_off(), "a contact pays from here on: cost / (save rate x value)".to_owned())
            }
            None => (best_f1(&outcomes, &probabilities).0, "largest F1 on rows that were not learnt from".to_owned()),
        };
        let folds = Measures::of(&outcomes, &probabilities, cut_off.0, params.economics.as_ref());
        Ok(FittedPart { chosen, rounds, learner, learnt_scores, calibration, cut_off, tried, folds })
    }

    /// Fit what was chosen to more rows, ascending; beside it their scores.
    fn refit(
        &self,
        rows: &[usize],
        chosen: LearnerChoice,
        rounds: usize,
    ) -> Result<(Learner, Vec<f64>), ClassifierError> {
        let weights = self.params.is_balanced.then(|| self.balanced(rows));
        let known = Outcomes { outcomes: self.outcomes, weights: weights.as_deref() };
        let prepared = Prepared::new(self.examples, self.specs, rows, &[chosen], self.params.seed)?;
        prepared.fit(chosen, known, &numbers(rows), rounds, self.params)
    }

    /// How good what was fitted is on rows that were held back.
    fn measure(&self, fitted: &FittedPart, rows: &[usize]) -> Result<Measures, ClassifierError> {
        let outcomes: Vec<bool> = rows.iter().map(|row| self.outcomes[*row]).collect();
        let scores = fitted.learner.scores(self.examples, rows)?;
        let probabilities: Vec<f64> = scores.into_iter().map(|score| fitted.calibration.probability(score)).collect();
        let mut measures = Measures::of(&outcomes, &probabilities, fitted.cut_off.0, self.params.economics.as_ref());
        if let Some(rule) = &self.params.baseline {
            let values = self.examples.values(&rule.column)?;
            measures.baseline = Beside::of(rule, &values, rows, &outcomes, &probabilities);
        }
        Ok(measures)
    }

    /// Weights with which both outcomes weigh the same in sum, and all rows as much as before.
    fn balanced(&self, rows: &[usize]) -> Vec<f64> {
        let positives = rows.iter().filter(|row| self.outcomes[**row]).count();
        let half = count(rows.len()) / 2.0;
        let (with, without) = (half / count(positives.max(1)), half / count((rows.len() - positives).max(1)));
        self.outcomes.iter().map(|outcome| if *outcome { with } else { without }).collect()
    }
}
