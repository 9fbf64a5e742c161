//! Names of segments, by rule from where they stand out.

use std::collections::BTreeSet;

use crate::feature::FeatureSpec;

/// Standard deviations from the population mean beyond which a segment stands out.
const STANDS_OUT: f64 = 0.5;
/// Words at most in a name.
const WORDS_MAX: usize = 2;

/// A name for each segment. `standing[s][f]` is segment `s`'s mean of feature `f`, in population standard deviations
/// from the population mean. Equal names get further words, then their number.
#[must_use]
pub fn names(standing: &[Vec<f64>], specs: &[FeatureSpec]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    standing
        .iter()
        .enumerate()
        .map(|(index, segment)| {
            let words = words(segment, specs);
            let name = (WORDS_MAX..=words.len().max(WORDS_MAX))
                .map(|count| words.iter().take(count).cloned().collect::<Vec<_>>().join(", "))
                .map(|name| if name.is_empty() { "typical".to_owned() } else { name })
                .find(|name| !taken.contains(name))
                .unwrap_or_else(|| format!("{}, segment {}", words.join(", "), index + 1));
            taken.insert(name.clone());
            name
        })
        .collect()
}

fn words(segment: &[f64], specs: &[FeatureSpec]) -> Vec<String> {
    let mut outstanding: Vec<(usize, f64)> =
        segment.iter().copied().enumerate().filter(|(_, s)| s.abs() >= STANDS_OUT).collect();
    outstanding.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    outstanding.into_iter().map(|(place, standing)| word(&specs[place], standing > 0.0)).collect()
}

fn word(spec: &FeatureSpec, is_high: bool) -> String {
    let said = if is_high { &spec.high } else { &spec.low };
    let side = if is_high { "high" } else { "low" };
    said.clone().unwrap_or_else(|| format!("{side} {}", spec.column.replace('_', " ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Transform;

    #[test]
    fn names_say_where_a_segment_stands_out_and_differ() {
        let mut rich = FeatureSpec::of_column("aum", Transform::Log);
        rich.high = Some("wealthy".to_owned());
        let specs = [rich, FeatureSpec::of_column("txn_count", Transform::Log)];
        let named = names(&[vec![2.0, 0.1], vec![0.6, -1.5], vec![0.1, 0.0], vec![1.9, 0.0]], &specs);
        assert_eq!(named, ["wealthy", "low txn count, wealthy", "typical", "wealthy, segment 4"]);
    }
}
