//! What a column looked like when a model was fitted, and how far it has drifted since.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::column::Values;
use crate::evaluation::{count, mean};

/// Classes of a histogram of numbers: tenths of the rows.
const CLASSES: usize = 10;
/// Texts that have a class of their own; all others share one.
const TEXTS_MAX: usize = 20;
/// Quantiles that are kept.
const SHARES: [f64; 7] = [0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0];
/// Stands for a share of nothing, so that its logarithm exists.
const SHARE_MIN: f64 = 1e-6;

/// Shares of classes, the last one that of missing values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Histogram {
    /// By the edges between classes, ascending; a number on an edge belongs below it.
    Numbers {
        /// Edges.
        edges: Vec<f64>,
        /// Shares.
        shares: Vec<f64>,
    },
    /// By text; before the missing ones all others.
    Texts {
        /// Texts.
        texts: Vec<String>,
        /// Shares.
        shares: Vec<f64>,
    },
}

/// A column at the time of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureProfile {
    /// Column of the input.
    pub column: String,
    /// Rows.
    pub rows: usize,
    /// Rows without a value.
    pub missing: usize,
    /// Mean of the numbers; of texts nothing.
    pub mean: Option<f64>,
    /// Population standard deviation of the numbers.
    pub deviation: Option<f64>,
    /// Smallest, the hundredth, the quarters, the ninety-ninth hundredth and the largest.
    pub quantiles: Vec<f64>,
    /// The histogram that later rows are held against.
    pub histogram: Histogram,
}

impl FeatureProfile {
    /// Of these values.
    #[must_use]
    pub fn of(column: &str, values: &Values) -> Self {
        let rows = values.len();
        let profile = |missing, mean, deviation, quantiles, histogram| FeatureProfile {
            column: column.to_owned(),
            rows,
            missing,
            mean,
            deviation,
            quantiles,
            histogram,
        };
        match values {
            Values::Numbers(numbers) => {
                let mut known: Vec<f64> = numbers.iter().flatten().copied().collect();
                let middle = mean(&known);
                let deviation = mean(&known.iter().map(|x| (x - middle).powi(2)).collect::<Vec<_>>()).sqrt();
                let tenths: Vec<f64> = (1..CLASSES).map(|n| count(n) / count(CLASSES)).collect();
                put_in_place(&mut known, &[&SHARES[..], &tenths].concat());
                let at = |share: f64| quantile(&known, share);
                let quantiles = SHARES.into_iter().filter_map(at).collect();
                let mut edges: Vec<f64> = tenths.iter().filter_map(|share| at(*share)).collect();
                edges.dedup();
                let shares = shares_of_numbers(numbers, &edges);
                let is_known = !known.is_empty();
                let histogram = Histogram::Numbers { edges, shares };
                let missing = rows - known.len();
                profile(missing, is_known.then_some(middle), is_known.then_some(deviation), quantiles, histogram)
            }
            Values::Texts(texts) => {
                let mut counts: HashMap<&str, usize> = HashMap::new();
                texts.iter().flatten().for_each(|text| *counts.entry(text).or_default() += 1);
                let mut frequent: Vec<(&str, usize)> = counts.into_iter().collect();
                frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
                let classes: Vec<String> = frequent.into_iter().take(TEXTS_MAX).map(|(t, _)| t.to_owned()).collect();
                let shares = shares_of_texts(texts, &classes);
                let missing = texts.iter().filter(|text| text.is_none()).count();
                profile(missing, None, None, Vec::new(), Histogram::Texts { texts: classes, shares })
            }
        }
    }

    /// How far these values have moved from the fit: the population stability index. Values of another kind have moved without bounds.
    #[must_use]
    pub fn drift(&self, values: &Values) -> f64 {
        match (&self.histogram, values) {
            (Histogram::Numbers { edges, shares }, Values::Numbers(numbers)) => {
                stability_index(shares, &shares_of_numbers(numbers, edges))
            }
            (Histogram::Texts { texts, shares }, Values::Texts(found)) => {
                stability_index(shares, &shares_of_texts(found, texts))
            }
            _ => f64::INFINITY,
        }
    }
}

/// Population stability index: Σ (actual − expected) × ln(actual ÷ expected) (Siddiqi 2006, chapter 8). Below 0.1 stable, above 0.25 another
/// population.
#[must_use]
pub fn stability_index(expected: &[f64], actual: &[f64]) -> f64 {
    let term = |(expected, actual): (&f64, &f64)| {
        let (expected, actual) = (expected.max(SHARE_MIN), actual.max(SHARE_MIN));
        (actual - expected) * (actual / expected).ln()
    };
    expected.iter().zip(actual).map(term).sum()
}

fn shares_of_numbers(numbers: &[Option<f64>], edges: &[f64]) -> Vec<f64> {
    let mut counts = vec![0_usize; edges.len() + 2];
    for number in numbers {
        counts[number.map_or(edges.len() + 1, |x| edges.partition_point(|edge| *edge < x))] += 1;
    }
    counts.into_iter().map(|n| count(n) / count(numbers.len().max(1))).collect()
}

fn shares_of_texts(found: &[Option<String>], texts: &[String]) -> Vec<f64> {
    let places: HashMap<&str, usize> = texts.iter().enumerate().map(|(place, text)| (text.as_str(), place)).collect();
    let mut counts = vec![0_usize; texts.len() + 2];
    for text in found {
        let class = match text {
            Some(text) => places.get(text.as_str()).copied().unwrap_or(texts.len()),
            None => texts.len() + 1,
        };
        counts[class] += 1;
    }
    counts.into_iter().map(|n| count(n) / count(found.len().max(1))).collect()
}

/// Between the two nearest of values that stand where they would stand if all were ascending.
fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let (below, above, part) = neighbours(values.len(), share)?;
    Some(values[below] + (values[above] - values[below]) * part)
}

/// The two places that a quantile lies between, and how far from the first one.
fn neighbours(values: usize, share: f64) -> Option<(usize, usize, f64)> {
    let place = share * count(values.checked_sub(1)?);
    // The number of rows is far below 2^53.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let below = place.floor() as usize;
    Some((below, (below + 1).min(values - 1), place - place.floor()))
}

/// Put the values that quantiles need where they would stand if all were ascending; sorting all takes several times as long.
fn put_in_place(values: &mut [f64], shares: &[f64]) {
    fn put(values: &mut [f64], from: usize, places: &[usize]) {
        let Some(middle) = places.get(places.len() / 2) else { return };
        let (lower, _, higher) = values.select_nth_unstable_by(middle - from, f64::total_cmp);
        put(lower, from, &places[..places.len() / 2]);
        put(higher, middle + 1, &places[places.len() / 2 + 1..]);
    }
    let neighbours = shares.iter().filter_map(|share| neighbours(values.len(), *share));
    let places: BTreeSet<usize> = neighbours.flat_map(|(below, above, _)| [below, above]).collect();
    put(values, 0, &places.into_iter().collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acceptance_l7_the_stability_index() {
        let psi = stability_index(&[0.1, 0.2, 0.4, 0.2, 0.1], &[0.05, 0.15, 0.40, 0.25, 0.15]);
        assert!((psi - 0.080_472).abs() < 1e-6, "{psi}");
    }

    #[test]
    fn the_same_values_have_not_drifted_and_others_have() {
        let numbers = |from: u32| Values::Numbers((from..from + 100).map(|n| Some(f64::from(n))).collect());
        let profile = FeatureProfile::of("x", &numbers(0));
        assert!(profile.drift(&numbers(0)).abs() < 1e-12);
        assert!(profile.drift(&numbers(60)) > 0.25);
        let expected = [0.0, 0.99, 24.75, 49.5, 74.25, 98.01, 99.0];
        assert_eq!(profile.quantiles, expected);
        let turned = Values::Numbers((0..100).map(|n| Some(f64::from(n * 37 % 100))).collect());
        assert_eq!(FeatureProfile::of("x", &turned).quantiles, expected);
        let texts = |t: &str| Values::Texts(vec![Some(t.to_owned()), None]);
        let profile = FeatureProfile::of("t", &texts("a"));
        assert!(profile.drift(&texts("a")).abs() < 1e-12);
        assert!(profile.drift(&texts("b")) > 0.25);
        assert!(profile.drift(&numbers(0)).is_infinite());
    }
}
