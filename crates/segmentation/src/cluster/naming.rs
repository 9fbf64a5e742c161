//! Names of segments, by rule from where they stand out.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::feature::{Encoding, FeatureSpec, FittedFeature};

/// Standard deviations from the population mean beyond which a segment stands out.
const STANDS_OUT: f64 = 0.5;
/// Words at most in a name.
const WORDS_MAX: usize = 2;

/// A name in English and Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentName {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl SegmentName {
    /// The name with the segment's number, where another segment has the name already.
    pub(super) fn numbered(&self, segment: usize) -> Self {
        SegmentName { en: format!("{}, segment {segment}", self.en), zh: format!("{}（第{segment}群）", self.zh) }
    }
}

/// A name for each segment. `standing[s][f]` is segment `s`'s mean of feature `f`, in population standard deviations
/// from the population mean. Equal names get further words, then their number.
#[must_use]
pub fn names(standing: &[Vec<f64>], features: &[FittedFeature], specs: &[FeatureSpec]) -> Vec<SegmentName> {
    let mut taken = BTreeSet::new();
    let name = |(index, segment): (usize, &Vec<f64>)| {
        let words = words(segment, features, specs);
        let joined = |count: usize| match words.is_empty() {
            true => SegmentName { en: "typical".to_owned(), zh: "普通".to_owned() },
            false => {
                let (en, zh): (Vec<_>, Vec<_>) = words.iter().take(count).cloned().unzip();
                SegmentName { en: en.join(", "), zh: zh.join("、") }
            }
        };
        let name = (WORDS_MAX..=words.len().max(WORDS_MAX)).map(joined).find(|name| !taken.contains(&name.en));
        let name = name.unwrap_or_else(|| joined(words.len()).numbered(index + 1));
        taken.insert(name.en.clone());
        name
    };
    standing.iter().enumerate().map(name).collect()
}

fn words(segment: &[f64], features: &[FittedFeature], specs: &[FeatureSpec]) -> Vec<(String, String)> {
    let mut outstanding: Vec<(usize, f64)> =
        segment.iter().copied().enumerate().filter(|(_, s)| s.abs() >= STANDS_OUT).collect();
    outstanding.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    outstanding.into_iter().map(|(place, standing)| word(&features[place], specs, standing > 0.0)).collect()
}

/// A feature's word in English and Chinese.
fn word(feature: &FittedFeature, specs: &[FeatureSpec], is_high: bool) -> (String, String) {
    let spec = specs.iter().find(|spec| spec.column == feature.column);
    let is_number = matches!(feature.encoding, Encoding::Number { .. } | Encoding::Rank { .. });
    if let Some(spec) = spec.filter(|_| is_number) {
        let (en, zh) = if is_high { (&spec.high, &spec.high_zh) } else { (&spec.low, &spec.low_zh) };
        if let Some(en) = en {
            return (en.clone(), zh.as_ref().unwrap_or(en).clone());
        }
    }
    let name = feature.name().replace('_', " ");
    match (is_number, is_high) {
        (true, true) => (format!("high {name}"), format!("{name}高")),
        (true, false) => (format!("low {name}"), format!("{name}低")),
        (false, true) => (name.clone(), name),
        (false, false) => (format!("not {name}"), format!("非{name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Transform;

    #[test]
    fn names_say_where_a_segment_stands_out_and_differ() {
        let mut rich = FeatureSpec::of_column("aum", Transform::Log);
        (rich.high, rich.high_zh) = (Some("wealthy".to_owned()), Some("富裕".to_owned()));
        let specs = [rich, FeatureSpec::of_column("txn_count", Transform::Log)];
        let encoding = Encoding::Number { missing: 0.0, is_log: false, bounds: None, middle: 0.0, spread: 1.0 };
        let features = ["aum", "txn_count"].map(|c| FittedFeature { column: c.to_owned(), encoding: encoding.clone() });
        let named = names(&[vec![2.0, 0.1], vec![0.6, -1.5], vec![0.1, 0.0], vec![1.9, 0.0]], &features, &specs);
        let english: Vec<&str> = named.iter().map(|name| name.en.as_str()).collect();
        assert_eq!(english, ["wealthy", "low txn count, wealthy", "typical", "wealthy, segment 4"]);
        let chinese: Vec<&str> = named.iter().map(|name| name.zh.as_str()).collect();
        assert_eq!(chinese, ["富裕", "txn count低、富裕", "普通", "富裕（第4群）"]);
    }
}
