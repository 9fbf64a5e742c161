//! Which learner, and of boosting how many rounds: tried on folds, whose scores then calibrate.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::calibration::{Calibration, is_surely_less};
use super::error::ClassifierError;
use super::learner::Prepared;
use super::params::{ClassifierParams, LearnerChoice};
use crate::ensemble::{Outcomes, boost};
use crate::evaluation::classification::{auc, log_loss};

/// Rows from which on one fold stands for all.
const ONE_FOLD_ROWS: usize = 50_000;
/// The simplest first.
const LEARNERS: [LearnerChoice; 4] =
    [LearnerChoice::Tree, LearnerChoice::Logistic, LearnerChoice::Boosting, LearnerChoice::Forest];

/// A learner on the folds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The learner.
    pub learner: LearnerChoice,
    /// Mean negative log-likelihood of its calibrated probabilities on rows that it did not learn from.
    pub log_loss: f64,
    /// Area under the ROC curve there.
    pub auc: f64,
    /// Of boosting, the rounds with the least loss.
    pub rounds: usize,
}

/// Scores of rows by learners that did not learn from them.
#[derive(Debug, Clone)]
pub struct OutOfFold {
    /// What learns.
    pub learner: LearnerChoice,
    /// Of boosting.
    pub rounds: usize,
    /// Scores.
    pub scores: Vec<f64>,
    /// Outcomes of the same rows.
    pub outcomes: Vec<bool>,
}

/// Learners that a choice leaves open.
#[must_use]
pub fn candidates(choice: LearnerChoice) -> Vec<LearnerChoice> {
    if choice == LearnerChoice::Auto { LEARNERS.to_vec() } else { vec![choice] }
}

/// Try learners on folds and choose: the one with the least log loss, or a simpler one that is not worse by more than one standard error.
///
/// # Errors
/// [`ClassifierError::Learner`] when no learner can be fitted.
pub fn choose(
    prepared: &Prepared,
    known: Outcomes<'_>,
    rows: &[u32],
    folds: &[usize],
    params: &ClassifierParams,
) -> Result<(OutOfFold, Vec<Tried>), ClassifierError> {
    let mut tried = Vec::new();
    let mut best: Option<(OutOfFold, Vec<f64>)> = None;
    let mut refused = None;
    for learner in candidates(params.learner) {
        let out = match out_of_fold(prepared, known, rows, folds, learner, params) {
            Ok(out) => out,
            Err(error) => {
                refused = Some(error);
                continue;
            }
        };
        let is_log_odds = matches!(learner, LearnerChoice::Logistic | LearnerChoice::Boosting);
        let calibration = Calibration::fit(params.calibration, is_log_odds, &out.scores, &out.outcomes, params.seed);
        let probabilities: Vec<f64> = out.scores.iter().map(|score| calibration.probability(*score)).collect();
        let row_loss = |(outcome, p): (&bool, &f64)| log_loss(&[*outcome], &[*p]);
        let losses: Vec<f64> = out.outcomes.iter().zip(&probabilities).map(row_loss).collect();
        tried.push(Tried {
            learner,
            log_loss: crate::evaluation::mean(&losses),
            auc: auc(&out.outcomes, &out.scores).unwrap_or(0.5),
            rounds: if learner == LearnerChoice::Boosting { out.rounds } else { 0 },
        });
        if best.as_ref().is_none_or(|(_, known)| is_surely_less(&losses, known)) {
            best = Some((out, losses));
        }
    }
    match (best, refused) {
        (Some((out, _)), _) => Ok((out, tried)),
        (None, Some(error)) => Err(error),
        (None, None) => Err(ClassifierError::Learner("there is no learner to try".to_owned())),
    }
}

fn out_of_fold(
    prepared: &Prepared,
    known: Outcomes<'_>,
    rows: &[u32],
    folds: &[usize],
    learner: LearnerChoice,
    params: &ClassifierParams,
) -> Result<OutOfFold, ClassifierError> {
    let tried = if rows.len() > ONE_FOLD_ROWS { 1 } else { params.folds.max(2) };
    let part = |fold: usize| -> (Vec<u32>, Vec<u32>) {
        let (outside, inside) = rows.iter().zip(folds).partition::<Vec<_>, _>(|(_, of)| **of == fold);
        let take = |pairs: Vec<(&u32, &usize)>| pairs.into_iter().map(|(row, _)| *row).collect();
        (take(inside), take(outside))
    };
    let parts: Vec<(Vec<u32>, Vec<u32>)> = (0..tried).map(part).collect();
    let (scores, rounds): (Vec<Vec<f64>>, usize) = match (learner, &prepared.binned) {
        (LearnerChoice::Boosting, Some(table)) => {
            let boosting = prepared.boosting(params);
            let boosted: Vec<_> =
                parts.par_iter().map(|(inside, outside)| boost(table, known, inside, outside, &boosting)).collect();
            let tried = boosted.iter().map(|fold| fold.watched_losses.len()).min().unwrap_or(0);
            let loss = |round: &usize| boosted.iter().map(|fold| fold.watched_losses[*round]).sum::<f64>();
            let best = (0..tried).min_by(|a, b| loss(a).total_cmp(&loss(b))).map_or(0, |round| round + 1);
            let scores = boosted.into_par_iter().zip(&parts).map(|(fold, (_, outside))| {
                let mut ensemble = fold.ensemble;
                ensemble.trees.truncate(best * boosting.bags());
                ensemble.scores(table, outside)
            });
            (scores.collect(), best)
        }
        _ => {
            let score = |(inside, outside): &(Vec<u32>, Vec<u32>)| -> Result<Vec<f64>, ClassifierError> {
                let (fitted, _) = prepared.fit(learner, known, inside, 0, params)?;
                Ok(prepared.scores(&fitted, outside))
            };
            (parts.par_iter().map(score).collect::<Result<Vec<_>, _>>()?, 0)
        }
    };
    let outcomes = parts.iter().flat_map(|(_, outside)| outside).map(|row| known.is_positive(*row)).collect();
    Ok(OutOfFold { learner, rounds, scores: scores.concat(), outcomes })
}
