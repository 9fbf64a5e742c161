//! Which rows are learnt from, which are held back, and which folds things are tried on.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256Plus;

use super::error::ClassifierError;
use super::examples::{Examples, Times};
use super::params::ClassifierParams;
use crate::evaluation::count;

/// Rows to learn from and rows that say how good the model is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// To learn from, ascending.
    pub learn: Vec<usize>,
    /// Held back, ascending.
    pub test: Vec<usize>,
    /// How they were chosen, in words.
    pub words: String,
}

/// Hold rows back: without times a shuffled share of the ids with as many outcomes as the others; with times the latest ones, from so many months after the
/// last row to learn from as its outcome takes.
///
/// # Errors
/// [`ClassifierError`] when outcomes of rows to learn from would reach into the test, or there are no times to part.
pub fn hold_back(
    examples: &Examples,
    known: &[(usize, bool)],
    params: &ClassifierParams,
    time: Option<&str>,
) -> Result<HeldBack, ClassifierError> {
    if params.held_back_share <= 0.0 {
        let learn = known.iter().map(|(row, _)| *row).collect();
        return Ok(HeldBack { learn, test: Vec::new(), words: "none".to_owned() });
    }
    match (&examples.times, time) {
        (Some(times), Some(column)) if params.is_held_back_by_time => by_time(times, known, params, column),
        _ => {
            // So many folds that one of them is the share.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let parts = (1.0 / params.held_back_share.min(0.5)).round() as usize;
            let folds = deal(examples, known, parts, params.seed ^ 0x7e57);
            let in_test = |fold: &usize| *fold == 0;
            let of = |wanted: bool| {
                known.iter().zip(&folds).filter(|(_, fold)| in_test(fold) == wanted).map(|((row, _), _)| *row).collect()
            };
            Ok(HeldBack {
                learn: of(false),
                test: of(true),
                words: format!("one part in {parts} of the ids, shuffled and stratified"),
            })
        }
    }
}

fn by_time(
    times: &Times,
    known: &[(usize, bool)],
    params: &ClassifierParams,
    column: &str,
) -> Result<HeldBack, ClassifierError> {
    let few = || ClassifierError::Times {
        column: column.to_owned(),
        times: times.labels.len(),
        months: params.outcome_months,
    };
    // Whether outcomes of rows of one time are over when another begins.
    let is_over = |learn: usize, test: usize| match &times.months {
        Some(months) => months[test] - months[learn] >= i64::from(params.outcome_months).max(0) && learn < test,
        None => learn < test,
    };
    let mut counts = vec![0_usize; times.labels.len()];
    known.iter().for_each(|(row, _)| counts[times.places[*row]] += 1);
    let first_test = match &params.test_from {
        Some(from) => {
            let first = (0..times.labels.len()).find(|place| times.labels[*place].as_str() >= from.as_str());
            let first = first.filter(|place| counts[*place..].iter().any(|n| *n > 0)).ok_or_else(few)?;
            // Somebody chose: rows that reach into the test are refused, not left out.
            if let Some(learn) = (0..first).rev().find(|learn| counts[*learn] > 0 && !is_over(*learn, first)) {
                return Err(ClassifierError::Overlap {
                    train: times.labels[learn].clone(),
                    test: times.labels[first].clone(),
                    months: params.outcome_months,
                });
            }
            first
        }
        None => {
            let wanted = count(known.len()) * params.held_back_share;
            let mut first = times.labels.len();
            let mut held = 0;
            while first > 0 && count(held) < wanted {
                first -= 1;
                held += counts[first];
            }
            // The last time at least, and something earlier to learn from.
            while first < times.labels.len() && !(0..first).any(|learn| counts[learn] > 0 && is_over(learn, first)) {
                first += 1;
            }
            if first == times.labels.len() {
                return Err(few());
            }
            first
        }
    };
    let of = |wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
        known.iter().map(|(row, _)| *row).filter(|row| wanted(times.places[*row])).collect()
    };
    let learn = of(&|place| is_over(place, first_test));
    if learn.is_empty() {
        return Err(few());
    }
    let last_learnt = learn.iter().map(|row| times.places[*row]).max().unwrap_or(0);
    let words = format!(
        "{column} from {} on; learnt from {column} up to {}",
        times.labels[first_test], times.labels[last_learnt]
    );
    Ok(HeldBack { learn, test: of(&|place| place >= first_test), words })
}

/// A fold of each row: rows of one id in one fold, ids with an outcome spread evenly.
#[must_use]
pub fn deal(examples: &Examples, known: &[(usize, bool)], folds: usize, seed: u64) -> Vec<usize> {
    let mut ids: BTreeMap<&str, bool> = BTreeMap::new();
    known.iter().for_each(|(row, outcome)| *ids.entry(examples.ids[*row].as_str()).or_default() |= outcome);
    let mut rng = Xoshiro256Plus::seed_from_u64(seed);
    let mut fold_of: BTreeMap<&str, usize> = BTreeMap::new();
    for side in [true, false] {
        let mut of_side: Vec<&str> = ids.iter().filter(|(_, outcome)| **outcome == side).map(|(id, _)| *id).collect();
        of_side.shuffle(&mut rng);
        of_side.into_iter().enumerate().for_each(|(place, id)| {
            fold_of.insert(id, place % folds.max(1));
        });
    }
    known.iter().map(|(row, _)| fold_of.get(examples.ids[*row].as_str()).copied().unwrap_or(0)).collect()
}
