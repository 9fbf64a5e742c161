//! Weights without labels: u from pairs at random, m by expectation and maximisation over candidate pairs.
//!
//! Fellegi and Sunter 1969; Winkler 1988 for the maximisation. Candidate pairs agree on what their blocking rule reads,
//! so within a rule the comparisons of its columns are left out; each m is learned from the rules that do not read its
//! column, all in one maximisation with one share of matches for each rule.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::blocking::Blocking;
use crate::comparison::{Comparison, NOT_COMPARED};
use crate::config::{MatchConfig, Pairs};
use crate::score::Comparer;
use crate::table::RecordTable;
use crate::weights::{LevelProbabilities, Weights};

/// Pairs at random that u is taken from.
const RANDOM_PAIRS: u64 = 1_000_000;
/// Pieces that they are drawn in.
const RANDOM_PIECES: u64 = 64;
/// Pairs of one rule that m is learned from.
const RULE_PAIRS: u64 = 2_000_000;
const ROUNDS_MAX: usize = 200;
/// The maximisation ends when no probability moves further.
const TOLERANCE: f64 = 1e-7;
/// Least probability of an outcome, so that no single comparison decides alone.
const LEAST: f64 = 1e-9;
/// Pseudo-pairs of an outcome: an outcome never seen is rare, not impossible.
const PSEUDO_PAIRS: f64 = 0.5;
/// Probability of exact agreement before anything is learned.
const EXACT_FIRST: f64 = 0.9;
/// Share of matches among a rule's pairs before anything is learned.
const SHARE_FIRST: f64 = 0.1;

/// Pairs of one rule, counted by outcome pattern.
struct RulePatterns {
    /// Place of the rule.
    rule: usize,
    /// Which comparisons say something within the rule.
    is_free: Vec<bool>,
    /// Outcomes and pairs.
    patterns: Vec<(Vec<usize>, f64)>,
    /// Pairs of the rule, those not sampled too.
    pairs: f64,
    share: f64,
}

/// Learn what the configuration leaves open.
pub(crate) fn train(config: &MatchConfig, table: &RecordTable, blocking: &Blocking, comparer: &Comparer) -> Weights {
    let comparisons = &config.comparisons;
    let random = random_agreement(config.seed, table, comparer);
    let mut weights: Vec<LevelProbabilities> = Vec::new();
    for (comparison, u) in comparisons.iter().zip(&random) {
        let levels = comparison.levels.len() + 1;
        let m = comparison.m.clone().unwrap_or_else(|| first_guess(levels));
        let u = comparison.u.clone().unwrap_or_else(|| u.clone());
        weights.push(LevelProbabilities { column: comparison.column.clone(), m, u });
    }
    let population = Population::of(table, config);
    let is_open = comparisons.iter().any(|c| c.m.is_none() || c.u.is_none()) || config.prior.is_none();
    if !is_open {
        return Weights { prior: config.prior.unwrap_or(0.0), comparisons: weights };
    }
    let mut rules: Vec<RulePatterns> = (0..blocking.rules.len())
        .map(|rule| count_patterns(rule, comparisons, blocking, comparer))
        .filter(|rule| !rule.patterns.is_empty())
        .collect();
    let mut prior = config.prior.unwrap_or(LEAST);
    for _ in 0..ROUNDS_MAX {
        let moved = maximise(comparisons, &mut weights, &mut rules, population.matches_max);
        if config.prior.is_none() {
            prior = prior_of(&rules, &weights, blocking, &population);
        }
        // Pairs at random hold matches too: what they agree on is not chance.
        for ((comparison, weights), random) in comparisons.iter().zip(&mut weights).zip(&random) {
            if comparison.u.is_none() {
                let chance = |(p, m): (&f64, &f64)| ((p - prior * m) / (1.0 - prior)).max(LEAST);
                weights.u = random.iter().zip(&weights.m).map(chance).collect();
                normalise(&mut weights.u);
            }
        }
        if moved < TOLERANCE {
            break;
        }
    }
    Weights { prior: prior.clamp(LEAST * LEAST, 0.5), comparisons: weights }
}

/// How many pairs there are, and how many of them can be matches.
struct Population {
    pairs: f64,
    matches_max: f64,
}

impl Population {
    /// When every source knows everybody once, no source has more matches with another than it has records.
    #[expect(clippy::cast_precision_loss, reason = "numbers of records")]
    fn of(table: &RecordTable, config: &MatchConfig) -> Self {
        let mut sizes: HashMap<u32, u64> = HashMap::new();
        table.sources.iter().for_each(|source| *sizes.entry(*source).or_default() += 1);
        let mut sizes: Vec<u64> = sizes.into_values().collect();
        sizes.sort_unstable();
        let two_of = |records: u64| records as f64 * (records as f64 - 1.0) / 2.0;
        let all = two_of(sizes.iter().sum());
        let within: f64 = sizes.iter().map(|size| two_of(*size)).sum();
        let pairs = if config.pairs == Pairs::BetweenSources { all - within } else { all };
        // Of two sources the smaller one bounds their matches; in ascending order each is the smaller of the pairs after it.
        let bound = sizes.iter().rev().enumerate().map(|(larger, size)| (larger as u64 * size) as f64).sum();
        Population { pairs, matches_max: if config.one_record_per_source { bound } else { pairs } }
    }
}

/// One round over all rules; returns the largest change of an m.
fn maximise(
    comparisons: &[Comparison],
    weights: &mut [LevelProbabilities],
    rules: &mut [RulePatterns],
    matches_max: f64,
) -> f64 {
    let bits: Vec<Vec<f64>> = weights.iter().map(LevelProbabilities::bits).collect();
    let mut counts: Vec<Vec<f64>> = weights.iter().map(|w| vec![PSEUDO_PAIRS; w.m.len()]).collect();
    for rule in rules.iter_mut() {
        let share_bits = crate::weights::odds_bits(rule.share);
        let (mut matches, mut seen) = (0.0, 0.0);
        for (outcomes, pairs) in &rule.patterns {
            let free = outcomes.iter().enumerate().filter(|(c, outcome)| rule.is_free[*c] && **outcome != NOT_COMPARED);
            let sum: f64 = share_bits + free.clone().map(|(c, outcome)| bits[c][*outcome]).sum::<f64>();
            let matched = crate::weights::probability(sum) * pairs;
            matches += matched;
            seen += pairs;
            for (c, outcome) in free {
                counts[c][outcome - 1] += matched;
            }
        }
        rule.share = (matches / seen).min(matches_max / rule.pairs).clamp(LEAST, 1.0 - LEAST);
    }
    let mut moved = 0.0_f64;
    for ((comparison, weights), mut counts) in comparisons.iter().zip(weights).zip(counts) {
        #[expect(clippy::cast_precision_loss, reason = "a handful of levels")]
        let nothing_seen = PSEUDO_PAIRS * counts.len() as f64;
        // A comparison that every rule reads keeps its first guess.
        if comparison.m.is_none() && counts.iter().sum::<f64>() > nothing_seen {
            normalise(&mut counts);
            for (m, new) in weights.m.iter_mut().zip(counts) {
                moved = moved.max((*m - new).abs());
                *m = new;
            }
        }
    }
    moved
}

/// Matches among all pairs: what each rule finds, over the part of matches that it can find; the median rule counts.
fn prior_of(
    rules: &[RulePatterns],
    weights: &[LevelProbabilities],
    blocking: &Blocking,
    population: &Population,
) -> f64 {
    let mut estimates: Vec<f64> = Vec::new();
    for found in rules {
        let rule = &blocking.rules[found.rule];
        let agrees = |column: &String| weights.iter().find(|w| w.column == *column).map_or(EXACT_FIRST, |w| w.m[0]);
        let covered: f64 = rule.columns.iter().map(agrees).product();
        estimates.push(found.share * found.pairs / covered.max(0.05));
    }
    estimates.sort_by(f64::total_cmp);
    let median = estimates.get(estimates.len() / 2).copied().unwrap_or(1.0).min(population.matches_max);
    (median / population.pairs.max(1.0)).clamp(LEAST * LEAST, 0.5)
}

fn count_patterns(rule: usize, comparisons: &[Comparison], blocking: &Blocking, comparer: &Comparer) -> RulePatterns {
    let read = &blocking.rules[rule].columns;
    let tasks = blocking.tasks(std::iter::once(rule));
    // Every n-th task, spread over the whole rule.
    let every = usize::try_from(blocking.rules[rule].pairs() / RULE_PAIRS).unwrap_or(usize::MAX).max(1);
    let count = |task: &crate::blocking::Task| {
        let mut memory = comparer.memory();
        let mut counts: HashMap<u32, u64> = HashMap::new();
        blocking.visit(task, false, |a, b| *counts.entry(comparer.pattern(a, b, &mut memory)).or_default() += 1);
        counts
    };
    let together = |mut a: HashMap<u32, u64>, b: HashMap<u32, u64>| {
        b.into_iter().for_each(|(pattern, pairs)| *a.entry(pattern).or_default() += pairs);
        a
    };
    let sampled: Vec<_> = tasks.iter().step_by(every).collect();
    let counts = sampled.par_iter().map(|task| count(task)).reduce(HashMap::new, together);
    let mut counts: Vec<(u32, u64)> = counts.into_iter().collect();
    counts.sort_unstable();
    // Pairs that may be matches: within sources there may be none.
    let visited: u64 = counts.iter().map(|(_, pairs)| pairs).sum();
    #[expect(clippy::cast_precision_loss, reason = "numbers of pairs")]
    let pairs = visited as f64 * tasks.len() as f64 / sampled.len().max(1) as f64;
    #[expect(clippy::cast_precision_loss, reason = "numbers of pairs")]
    let patterns = counts.into_iter().map(|(p, pairs)| (comparer.outcomes(p), pairs as f64)).collect();
    RulePatterns {
        rule,
        is_free: comparisons.iter().map(|c| !read.contains(&c.column)).collect(),
        patterns,
        pairs,
        share: SHARE_FIRST,
    }
}

/// How often pairs at random have each outcome, by comparison. Exact agreement is counted over all pairs.
fn random_agreement(seed: u64, table: &RecordTable, comparer: &Comparer) -> Vec<Vec<f64>> {
    let records = table.rows() as u64;
    let drawn = if records < 2 { 0 } else { RANDOM_PAIRS };
    let nothing = || comparer.comparisons.iter().map(|c| vec![0_u64; c.outcomes()]).collect::<Vec<_>>();
    // Pieces with seeds of their own, so that the sample does not depend on the number of threads.
    let piece = |number: u64| {
        let mut random = SplitMix(seed.wrapping_mul(RANDOM_PIECES).wrapping_add(number));
        let (mut counts, mut memory) = (nothing(), comparer.memory());
        for _ in 0..drawn / RANDOM_PIECES {
            let (a, b) = (random.below(records), random.below(records));
            if a == b {
                continue;
            }
            #[expect(clippy::cast_possible_truncation, reason = "records are numbered in 32 bits")]
            let pattern = comparer.pattern(a as u32, b as u32, &mut memory);
            for (counts, outcome) in counts.iter_mut().zip(comparer.outcomes(pattern)) {
                counts[outcome] += 1;
            }
        }
        counts
    };
    let together = |mut a: Vec<Vec<u64>>, b: Vec<Vec<u64>>| {
        a.iter_mut().zip(b).for_each(|(a, b)| a.iter_mut().zip(b).for_each(|(a, b)| *a += b));
        a
    };
    let drawn = (0..RANDOM_PIECES).into_par_iter().map(piece).reduce(nothing, together);
    #[expect(clippy::cast_precision_loss, reason = "numbers of pairs")]
    let smoothed = |n: &u64| *n as f64 + PSEUDO_PAIRS;
    let mut counts: Vec<Vec<f64>> = drawn.iter().map(|counts| counts[1..].iter().map(smoothed).collect()).collect();
    for (counts, comparison) in counts.iter_mut().zip(&comparer.comparisons) {
        normalise(counts);
        let column = comparison.column();
        #[expect(clippy::cast_precision_loss, reason = "numbers of records")]
        let present = column.present() as f64;
        let equal: f64 =
            (1..).zip(column.values()).map(|(code, _)| f64::from(column.count(code))).map(|n| n * (n - 1.0)).sum();
        let exact = (equal / (present * (present - 1.0)).max(1.0)).max(LEAST);
        let others: f64 = counts[1..].iter().sum();
        counts[0] = exact;
        counts[1..].iter_mut().for_each(|p| *p *= (1.0 - exact) / others.max(LEAST));
    }
    counts
}

fn first_guess(levels: usize) -> Vec<f64> {
    // Agreement falls by half from level to level.
    let mut m: Vec<f64> = (0..levels).map(|level| 0.5_f64.powi(i32::try_from(level).unwrap_or(i32::MAX))).collect();
    let others: f64 = m[1..].iter().sum();
    m[0] = EXACT_FIRST;
    m[1..].iter_mut().for_each(|p| *p *= (1.0 - EXACT_FIRST) / others);
    m
}

fn normalise(probabilities: &mut [f64]) {
    let sum: f64 = probabilities.iter().sum();
    probabilities.iter_mut().for_each(|p| *p = (*p / sum).max(LEAST));
}

/// Steele, Lea and Flood 2014: the same sequence on every machine.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound.max(1)
    }
}
