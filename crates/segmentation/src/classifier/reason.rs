//! Why a row scores high, in words that can be read out.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ClassifierError;
use super::examples::Examples;
use super::learner::Explained;
use crate::feature::{FeatureProfile, FeatureSpec, Values};

/// Rows that a thread takes at a time, at least.
const ROWS: usize = 4_096;

/// How a column is spoken of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReasonWords {
    /// Column.
    pub column: String,
    /// Of a number above the mean.
    pub high: String,
    /// Of a number below the mean.
    pub low: String,
    /// Above the mean, in Chinese.
    pub high_zh: String,
    /// Below the mean, in Chinese.
    pub low_zh: String,
    /// Mean of the fit; none of texts.
    pub mean: Option<f64>,
}

/// A reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl ReasonWords {
    /// As the columns' declarations say; `high x` and `low x` where they say nothing.
    #[must_use]
    pub fn of(column: &str, specs: &[FeatureSpec], profiles: &[FeatureProfile]) -> Self {
        let spec = specs.iter().find(|spec| spec.column == column);
        let said = |of: fn(&FeatureSpec) -> &Option<String>| spec.and_then(|spec| of(spec).clone());
        let high = said(|spec| &spec.high).unwrap_or_else(|| format!("high {column}"));
        let low = said(|spec| &spec.low).unwrap_or_else(|| format!("low {column}"));
        let mean = profiles.iter().find(|profile| profile.column == column).and_then(|profile| profile.mean);
        ReasonWords {
            column: column.to_owned(),
            high_zh: said(|spec| &spec.high_zh).unwrap_or_else(|| format!("{column}偏高")),
            low_zh: said(|spec| &spec.low_zh).unwrap_or_else(|| format!("{column}偏低")),
            high,
            low,
            mean,
        }
    }

    fn number(&self, value: Option<f64>) -> Reason {
        let Some(value) = value else {
            return Reason { en: format!("{} is not known", self.column), zh: format!("{}缺失", self.column) };
        };
        let mean = self.mean.unwrap_or(value);
        let (en, zh) = if value >= mean { (&self.high, &self.high_zh) } else { (&self.low, &self.low_zh) };
        let (value, mean) = (shown(value), shown(mean));
        Reason { en: format!("{en}: {value} (mean {mean})"), zh: format!("{zh}：{value}（平均{mean}）") }
    }

    fn text(&self, value: Option<&str>) -> Reason {
        match value {
            Some(value) => {
                Reason { en: format!("{} is {value}", self.column), zh: format!("{}为{value}", self.column) }
            }
            None => self.number(None),
        }
    }
}

/// Whole numbers as they are, others with about four digits.
fn shown(value: f64) -> String {
    if value.fract().abs() < 1e-9 && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    let places: usize = match value.abs() {
        x if x >= 1000.0 => 0,
        x if x >= 100.0 => 1,
        x if x >= 1.0 => 2,
        _ => 4,
    };
    format!("{value:.places$}")
}

/// The reasons of every row; the columns are read one at a time.
pub(super) fn reasons(
    examples: &Examples,
    words: &[ReasonWords],
    explained: &[Explained],
) -> Result<Vec<Vec<Reason>>, ClassifierError> {
    let mut found: Vec<Vec<Option<Reason>>> =
        explained.iter().map(|row| vec![None; row.pushes.iter().flatten().count()]).collect();
    for (column, words) in words.iter().enumerate() {
        let values = examples.values(&words.column)?;
        found.par_iter_mut().zip(explained).enumerate().with_min_len(ROWS).for_each(|(row, (found, explained))| {
            let place = explained.pushes.iter().flatten().position(|(pushing, _)| *pushing as usize == column);
            if let Some(reason) = place.and_then(|place| found.get_mut(place)) {
                *reason = Some(match &values {
                    Values::Numbers(numbers) => words.number(numbers[row]),
                    Values::Texts(texts) => words.text(texts[row].as_deref()),
                });
            }
        });
    }
    Ok(found.into_iter().map(|reasons| reasons.into_iter().flatten().collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Transform;

    #[test]
    fn reasons_are_said_in_both_languages() {
        let mut spec = FeatureSpec::of_column("aum_ratio", Transform::None);
        spec.low = Some("balance has fallen".into());
        spec.low_zh = Some("资产下降".into());
        let profile = FeatureProfile::of("aum_ratio", &Values::Numbers(vec![Some(0.5), Some(1.5)]));
        let words = ReasonWords::of("aum_ratio", &[spec], &[profile]);
        assert_eq!(words.number(Some(0.42)).en, "balance has fallen: 0.4200 (mean 1)");
        assert_eq!(words.number(Some(0.42)).zh, "资产下降：0.4200（平均1）");
        assert_eq!(words.number(Some(2.0)).en, "high aum_ratio: 2 (mean 1)");
        assert_eq!(words.number(None).zh, "aum_ratio缺失");
        assert_eq!(words.text(Some("A")).en, "aum_ratio is A");
    }

    #[test]
    fn numbers_are_shown_short() {
        let found: Vec<String> = [12345.678, 123.456, 12.345, 0.123_45, 7.0, -3.5].map(shown).to_vec();
        assert_eq!(found, ["12346", "123.5", "12.35", "0.1235", "7", "-3.50"]);
    }
}
