//! Candidate pairs → scored pairs: by all threads, streaming, nothing kept below the threshold.

use rayon::prelude::*;

use crate::blocking::{Blocking, Task};
use crate::comparison::{Comparison, NOT_COMPARED, Prepared};
use crate::error::IdentityError;
use crate::table::RecordTable;
use crate::weights::{LevelProbabilities, Weights};

/// Remembered outcomes per comparison and thread; a power of two.
const REMEMBERED: usize = 1 << 12;

/// Compares records. A pattern is the outcomes of all comparisons as one number.
#[derive(Debug)]
pub(crate) struct Comparer<'a> {
    pub comparisons: Vec<Prepared<'a>>,
    strides: Vec<u32>,
}

/// Outcomes that a thread has worked out before: names and towns repeat.
pub(crate) struct Memory {
    seen: Vec<Vec<(u64, u8)>>,
}

impl<'a> Comparer<'a> {
    pub fn new(comparisons: &'a [Comparison], table: &'a RecordTable) -> Result<Self, IdentityError> {
        let mut prepared = Vec::new();
        for comparison in comparisons {
            let column = table.columns.get(&comparison.column).ok_or_else(|| {
                let known = table.columns.keys().cloned().collect::<Vec<_>>().join(", ");
                IdentityError::Column(comparison.column.clone(), known)
            })?;
            prepared.push(Prepared::new(comparison, column)?);
        }
        let mut strides = Vec::new();
        let mut stride = 1_u32;
        for comparison in &prepared {
            strides.push(stride);
            let outcomes = u32::try_from(comparison.outcomes()).unwrap_or(u32::MAX);
            stride = stride.checked_mul(outcomes).ok_or(IdentityError::TooManyRecords(prepared.len()))?;
        }
        Ok(Comparer { comparisons: prepared, strides })
    }

    pub fn memory(&self) -> Memory {
        Memory { seen: self.comparisons.iter().map(|_| vec![(0, 0); REMEMBERED]).collect() }
    }

    pub fn pattern(&self, a: u32, b: u32, memory: &mut Memory) -> u32 {
        let mut pattern = 0;
        for ((comparison, stride), seen) in self.comparisons.iter().zip(&self.strides).zip(&mut memory.seen) {
            let codes = comparison.column().codes();
            let (x, y) = (codes[a as usize], codes[b as usize]);
            let outcome = if x == y || x == 0 || y == 0 {
                u8::from(x != 0 && y != 0)
            } else {
                let key = (u64::from(x.min(y)) << 32) | u64::from(x.max(y));
                let place = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 52) as usize;
                if seen[place].0 != key {
                    #[expect(clippy::cast_possible_truncation, reason = "a comparison has few levels")]
                    let outcome = comparison.outcome(x.min(y), x.max(y)) as u8;
                    seen[place] = (key, outcome);
                }
                seen[place].1
            };
            pattern += u32::from(outcome) * stride;
        }
        pattern
    }

    /// Outcome of each comparison in a pattern.
    pub fn outcomes(&self, pattern: u32) -> Vec<usize> {
        let outcome = |(c, stride): (&Prepared, &u32)| (pattern / stride) as usize % c.outcomes();
        self.comparisons.iter().zip(&self.strides).map(outcome).collect()
    }
}

/// A pair and what it weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredPair {
    /// Record with the lower number.
    pub a: u32,
    /// The other.
    pub b: u32,
    /// log2 of the odds that they are one customer, prior included.
    pub bits: f64,
    /// Outcomes of all comparisons.
    pub(crate) pattern: u32,
}

/// What scoring found.
#[derive(Debug)]
pub(crate) struct Scored {
    pub pairs: Vec<ScoredPair>,
    pub compared: u64,
}

/// Weights in the form that adds them up quickest.
struct Adder<'a> {
    comparer: &'a Comparer<'a>,
    prior_bits: f64,
    bits: Vec<Vec<f64>>,
    /// For comparisons with term frequencies, bits of exact agreement by value.
    by_value: Vec<Option<Vec<f64>>>,
}

impl<'a> Adder<'a> {
    fn new(comparer: &'a Comparer<'a>, comparisons: &[Comparison], weights: &Weights) -> Self {
        let bits = weights.comparisons.iter().map(LevelProbabilities::bits).collect();
        let by_value = |((prepared, comparison), weights): ((&Prepared, &Comparison), &LevelProbabilities)| {
            comparison.term_frequency.then(|| {
                let column = prepared.column();
                let least = comparison.term_frequency_min.unwrap_or(0.0);
                #[expect(clippy::cast_precision_loss, reason = "numbers of records")]
                let present = column.present().max(1) as f64;
                let bits = |code: u32| {
                    let frequency = f64::from(column.count(code)) / present;
                    (weights.m[0] / frequency.max(least)).log2()
                };
                std::iter::once(0.0).chain((1..).zip(column.values()).map(|(code, _)| bits(code))).collect()
            })
        };
        let both = comparer.comparisons.iter().zip(comparisons).zip(&weights.comparisons);
        Adder { comparer, prior_bits: weights.prior_bits(), bits, by_value: both.map(by_value).collect() }
    }

    fn bits(&self, a: u32, pattern: u32) -> f64 {
        let mut sum = self.prior_bits;
        for (place, (comparison, stride)) in self.comparer.comparisons.iter().zip(&self.comparer.strides).enumerate() {
            let outcome = (pattern / stride) as usize % comparison.outcomes();
            sum += match (&self.by_value[place], outcome) {
                (Some(by_value), 1) => by_value[comparison.column().code(a as usize) as usize],
                _ => self.bits[place][outcome],
            };
        }
        sum
    }
}

/// Score all candidate pairs and keep those from `least_bits` on, sorted by their records.
pub(crate) fn score(
    blocking: &Blocking,
    comparer: &Comparer,
    comparisons: &[Comparison],
    weights: &Weights,
    least_bits: f64,
) -> Scored {
    let adder = Adder::new(comparer, comparisons, weights);
    let tasks = blocking.tasks(0..blocking.rules.len());
    let of_task = |memory: &mut Memory, task: &Task| {
        let (mut kept, mut compared) = (Vec::new(), 0_u64);
        blocking.visit(task, true, |a, b| {
            let pattern = comparer.pattern(a, b, memory);
            let bits = adder.bits(a, pattern);
            compared += 1;
            if bits >= least_bits {
                kept.push(ScoredPair { a: a.min(b), b: a.max(b), bits, pattern });
            }
        });
        (kept, compared)
    };
    let found: Vec<_> = tasks.par_iter().map_init(|| comparer.memory(), of_task).collect();
    let compared = found.iter().map(|(_, compared)| compared).sum();
    let mut pairs: Vec<ScoredPair> = found.into_iter().flat_map(|(kept, _)| kept).collect();
    pairs.par_sort_unstable_by_key(|p| (p.a, p.b));
    Scored { pairs, compared }
}

/// Why pairs weigh what they weigh: `column outcome ±bits` of each comparison, joined by `; `; the prior is not in it. Empty
/// for pairs that nobody asks about.
pub(crate) fn evidence(
    comparer: &Comparer,
    comparisons: &[Comparison],
    weights: &Weights,
    pairs: &[ScoredPair],
    is_wanted: impl Fn(&ScoredPair) -> bool,
) -> Vec<String> {
    let adder = Adder::new(comparer, comparisons, weights);
    let text = |pair: &ScoredPair| if is_wanted(pair) { of_pair(&adder, comparisons, pair) } else { String::new() };
    pairs.iter().map(text).collect()
}

fn of_pair(adder: &Adder, comparisons: &[Comparison], pair: &ScoredPair) -> String {
    let mut lines = Vec::new();
    for (place, outcome) in adder.comparer.outcomes(pair.pattern).into_iter().enumerate() {
        let comparison = &comparisons[place];
        let code = adder.comparer.comparisons[place].column().code(pair.a as usize) as usize;
        let (name, bits) = match outcome {
            NOT_COMPARED => ("missing".to_owned(), 0.0),
            1 => {
                let by_value = adder.by_value[place].as_ref().map_or(adder.bits[place][1], |bits| bits[code]);
                (comparison.levels[0].to_string(), by_value)
            }
            n => {
                let level = comparison.levels.get(n - 1);
                (level.map_or_else(|| "differs".to_owned(), ToString::to_string), adder.bits[place][n])
            }
        };
        lines.push(format!("{} {name} {bits:+.2}", comparison.column));
    }
    lines.join("; ")
}
