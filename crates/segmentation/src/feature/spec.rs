//! Features as a model's TOML declares them.

use serde::Deserialize;

/// How a column of numbers is brought to the common scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// `log` for skewed columns without negative values, `z` for all others.
    #[default]
    Auto,
    /// As it is.
    None,
    /// Winsorised at 1 and 99 %, then (x − mean) ÷ population standard deviation.
    Z,
    /// sign(x) · ln(1 + |x|), then as `z`.
    Log,
    /// (x − median) ÷ interquartile range.
    Robust,
    /// The share of rows below, ties counted half: 0 to 1, by hundredths.
    Quantile,
}

/// What a missing number becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The column's median.
    #[default]
    Median,
    /// Nothing: 0.
    Zero,
    /// The median, and a feature of its own says that it was missing.
    Indicator,
}

/// A feature of a model. A column of texts becomes one feature for each frequent value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureSpec {
    /// Column of the input.
    pub column: String,
    /// Transform; not of texts.
    #[serde(default)]
    pub transform: Transform,
    /// What a missing value becomes; a missing text is in no category.
    #[serde(default)]
    pub missing: Missing,
    /// Word for a segment that stands high in it; `high <column>` when absent.
    pub high: Option<String>,
    /// Word for a segment that stands low in it; `low <column>` when absent.
    pub low: Option<String>,
    /// The same words in Chinese; the English ones when absent.
    pub high_zh: Option<String>,
    /// Low, in Chinese.
    pub low_zh: Option<String>,
}

impl FeatureSpec {
    /// A feature named by its column only.
    #[must_use]
    pub fn of_column(column: &str, transform: Transform) -> Self {
        FeatureSpec {
            column: column.to_owned(),
            transform,
            missing: Missing::default(),
            high: None,
            low: None,
            high_zh: None,
            low_zh: None,
        }
    }
}
