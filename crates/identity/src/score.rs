//! Candidate pairs → scored pairs: by all threads, streaming, nothing kept below the threshold.

use rayon::prelude::*;

use crate::blocking::{Blocking, Task};
use crate::comparison::{Comparison, Level, NOT_COMPARED, Prepared};
use crate::error::IdentityError;
use crate::table::{MISSING, RecordTable};
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
        for (place, (comparison, stride)) in self.comparisons.iter().zip(&self.strides).enumerate() {
            let codes = comparison.column().codes();
            let (x, y) = (codes[a as usize], codes[b as usize]);
            let outcome = match (x, y) {
                (MISSING, _) | (_, MISSING) => 0,
                _ if x == y => 1,
                _ => self.outcome(place, x, y, memory),
            };
            pattern += u32::from(outcome) * stride;
        }
        pattern
    }

    /// Outcome for two values that differ and are both there.
    fn outcome(&self, place: usize, x: u32, y: u32, memory: &mut Memory) -> u8 {
        let seen = &mut memory.seen[place];
        let key = (u64::from(x.min(y)) << 32) | u64::from(x.max(y));
        let remembered = &mut seen[(key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 52) as usize];
        if remembered.0 != key {
            #[expect(clippy::cast_possible_truncation, reason = "a comparison has few levels")]
            let outcome = self.comparisons[place].outcome(x.min(y), x.max(y)) as u8;
            *remembered = (key, outcome);
        }
        remembered.1
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
    /// Most that a comparison can say of two values that differ.
    best_other: Vec<f64>,
    /// Comparisons in the order in which they rule out most.
    order: Vec<usize>,
}

/// Slack of a bound, so that rounding rules out no pair.
const SLACK_BITS: f64 = 1e-6;

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
        let by_value: Vec<Option<Vec<f64>>> = both.map(by_value).collect();
        let bits: Vec<Vec<f64>> = bits;
        // Values that differ may reach the first level too, when it is not `exact`; the value's frequency is then the first one's.
        let most_of = |place: usize, bits: &Vec<f64>| {
            let is_exact = comparisons[place].levels.first() == Some(&Level::Exact);
            let first = |by_value: &Vec<f64>| by_value[1..].iter().copied().fold(f64::MIN, f64::max);
            let by_value: &Option<Vec<f64>> = &by_value[place];
            let first = if is_exact { f64::MIN } else { by_value.as_ref().map_or(bits[1], first) };
            bits[2..].iter().copied().fold(first, f64::max)
        };
        let best_other: Vec<f64> = bits.iter().enumerate().map(|(place, bits)| most_of(place, bits)).collect();
        let ruled_out = |place: &usize| bits[*place].last().map_or(0.0, |differs| differs - best_other[*place]);
        let mut order: Vec<usize> = (0..bits.len()).collect();
        order.sort_by(|x, y| ruled_out(x).total_cmp(&ruled_out(y)));
        Adder { comparer, prior_bits: weights.prior_bits(), bits, by_value, best_other, order }
    }

    /// Pattern and bits of a pair that weighs at least so much. Values that differ are compared only as long as the pair can
    /// still weigh enough: of most candidate pairs that is told by one comparison or two.
    fn weighed(&self, a: u32, b: u32, least_bits: f64, memory: &mut Memory) -> Option<(u32, f64)> {
        let codes = |place: usize| {
            let codes = self.comparer.comparisons[place].column().codes();
            (codes[a as usize], codes[b as usize])
        };
        let (mut most, mut pattern) = (self.prior_bits + SLACK_BITS, 0);
        for place in 0..self.bits.len() {
            match codes(place) {
                (MISSING, _) | (_, MISSING) => {}
                (x, y) if x == y => {
                    most += self.by_value[place].as_ref().map_or(self.bits[place][1], |bits| bits[x as usize]);
                    pattern += self.comparer.strides[place];
                }
                _ => most += self.best_other[place],
            }
        }
        for place in &self.order {
            if most < least_bits {
                return None;
            }
            let (x, y) = codes(*place);
            if x != y && x != MISSING && y != MISSING {
                let outcome = self.comparer.outcome(*place, x, y, memory);
                let bits = match (outcome, &self.by_value[*place]) {
                    (1, Some(by_value)) => by_value[codes(*place).0 as usize],
                    _ => self.bits[*place][usize::from(outcome)],
                };
                most += bits - self.best_other[*place];
                pattern += u32::from(outcome) * self.comparer.strides[*place];
            }
        }
        let bits = self.bits(a, pattern);
        (bits >= least_bits).then_some((pattern, bits))
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
            compared += 1;
            if let Some((pattern, bits)) = adder.weighed(a, b, least_bits, memory) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{MatchConfig, Pairs};
    use crate::table::Column;
    use crate::train::train;

    #[test]
    fn pairs_that_are_ruled_out_early_are_those_that_weigh_too_little() {
        let config: MatchConfig = toml::from_str(
            r#"
            blocking = [["town"]]
            comparison = [
                { column = "name", levels = ["exact", { jaro_winkler = 0.9 }, { jaro_winkler = 0.7 }], term_frequency = true },
                { column = "other", levels = [{ prefix = 1 }, { edit_distance = 3 }], term_frequency = true },
                { column = "year", levels = ["exact", { difference = 1 }] },
            ]
            "#,
        )
        .unwrap();
        let of = |n: usize, values: &[&'static str]| Some(values[n % values.len()]).filter(|v| !v.is_empty());
        let column = |step: usize, values: &[&'static str]| Column::of((0..400).map(|n| of(n * step / 7, values)));
        let table = RecordTable {
            columns: [
                ("town".to_owned(), column(7, &["a", "b", "", "c"])),
                ("name".to_owned(), column(11, &["martha", "marhta", "dwayne", "duane", "", "marta", "jon", "john"])),
                ("other".to_owned(), column(13, &["x1", "x2", "y", "zzz", "", "y"])),
                ("year".to_owned(), column(17, &["1980", "1981", "1999", "2000", "1980"])),
            ]
            .into(),
            sources: vec![0; 400],
        };
        let blocking = Blocking::new(&table, &config.blocking, Pairs::All, u64::MAX).unwrap();
        let comparer = Comparer::new(&config.comparisons, &table).unwrap();
        let weights = train(&config, &table, &blocking, &comparer);
        let adder = Adder::new(&comparer, &config.comparisons, &weights);
        let mut all = Vec::new();
        let mut memory = comparer.memory();
        for task in blocking.tasks(0..1) {
            blocking.visit(&task, true, |a, b| {
                let pattern = comparer.pattern(a, b, &mut memory);
                all.push((a.min(b), a.max(b), adder.bits(a, pattern), pattern));
            });
        }
        all.sort_unstable_by_key(|p| (p.0, p.1));
        let mut sorted: Vec<f64> = all.iter().map(|p| p.2).collect();
        sorted.sort_by(f64::total_cmp);
        for least in [f64::MIN, sorted[sorted.len() / 3], sorted[sorted.len() * 9 / 10], f64::MAX] {
            let found = score(&blocking, &comparer, &config.comparisons, &weights, least);
            let found: Vec<_> = found.pairs.iter().map(|p| (p.a, p.b, p.bits, p.pattern)).collect();
            let expected: Vec<_> = all.iter().filter(|p| p.2 >= least).copied().collect();
            assert!(found == expected, "from {least} bits on: {} and {}", found.len(), expected.len());
        }
    }
}
