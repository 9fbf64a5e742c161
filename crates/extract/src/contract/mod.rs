//! The contract of a feed: what its files are called, how they are written, what each column must hold.
//!
//! One TOML file per feed, `sql/sources/<system>/<feed>.toml`. Unknown keys are refused, so a typing error is found at
//! once and not by a wrong number.

mod column;
mod limits;
mod unit;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

pub use column::{Check, ColumnContract, ColumnType, PrivacyClass};
pub use limits::{Limits, Severity};
pub use unit::Unit;

use crate::error::ExtractError;
use crate::file_name::FileName;
use crate::quarantine::ReasonCode;

/// A feed's contract.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Source system, from the folder name.
    #[serde(skip)]
    pub system: String,
    /// Feed, from the file name.
    #[serde(skip)]
    pub feed: String,
    /// What one row is.
    pub description: String,
    /// Columns that identify a row within one file.
    #[serde(default)]
    pub key: Vec<String>,
    /// How the file is written.
    pub file: FileForm,
    /// How and when it is delivered.
    pub delivery: Delivery,
    /// When a file is refused as a whole.
    #[serde(default)]
    pub limits: Limits,
    /// What becomes of a row that fails a check whose severity may be chosen, by reason code.
    #[serde(default)]
    pub severity: BTreeMap<ReasonCode, Severity>,
    /// The columns in file order.
    pub columns: Vec<ColumnContract>,
}

/// How a file is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileForm {
    /// File name; `{biz_date}` stands for the business date as YYYYMMDD. A name ending in `.gz` is decompressed.
    pub name: FileName,
    /// `utf-8`, `gb18030`, `gbk` (strict: four-byte characters are refused) or another WHATWG label.
    #[serde(default = "utf_8")]
    pub encoding: String,
    /// Field delimiter, one or more characters; empty when every column has a `width`.
    #[serde(default)]
    pub delimiter: String,
    /// Quote character, if the source quotes its fields. Core-banking extracts normally do not.
    pub quote: Option<char>,
    /// Whether the first line names the columns.
    #[serde(default)]
    pub header: bool,
}

/// Whether a file holds everything or only what is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMode {
    /// Full snapshot (全量): a key that is absent was deleted.
    Full,
    /// Insert only (增量): events.
    Insert,
}

/// Where the business date of a row comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatedBy {
    /// The `{biz_date}` in the file name.
    FileName,
    /// A date column: one file holds many business dates.
    Column(String),
    /// Delivered once, at the first business date.
    Once,
}

/// How a feed is delivered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Full or insert.
    pub mode: DeliveryMode,
    /// Where the business date comes from.
    #[serde(default = "by_file_name")]
    pub dated_by: DatedBy,
    /// Whether a control file (`<data file>.ctl`, key=value lines) announces rows, totals and hash.
    #[serde(default)]
    pub control: bool,
    /// Decimal columns whose sums must tie.
    #[serde(default)]
    pub totals: Vec<String>,
    /// Currency column: sums are taken per currency and announced as `sum_<column>_<currency>`.
    pub totals_by: Option<String>,
}

fn utf_8() -> String {
    "utf-8".to_owned()
}
fn by_file_name() -> DatedBy {
    DatedBy::FileName
}

impl Contract {
    /// Read a contract. `path` is `.../<system>/<feed>.toml` and is named in every complaint.
    ///
    /// # Errors
    /// [`ExtractError::Contract`] with line, column and the alternatives.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ExtractError> {
        let refuse = |message: String| ExtractError::Contract { path: path.to_owned(), message };
        let mut contract: Contract = toml::from_str(text).map_err(|e| refuse(e.to_string()))?;
        let stem = |p: Option<&std::ffi::OsStr>| p.map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        contract.feed = stem(path.file_stem());
        contract.system = stem(path.parent().and_then(Path::file_name));
        contract.validate().map_err(refuse)?;
        Ok(contract)
    }

    /// Name of the raw table: `raw_<system>__<feed>`.
    #[must_use]
    pub fn table(&self) -> String {
        format!("raw_{}__{}", self.system, self.feed)
    }

    /// Whether fields are cut at widths in bytes of the source encoding.
    #[must_use]
    pub fn is_fixed_width(&self) -> bool {
        self.file.delimiter.is_empty()
    }

    /// A delimiter, or a width for every column.
    fn validate_layout(&self) -> Result<(), String> {
        let with_width = self.columns.iter().filter(|c| c.width.is_some()).count();
        match (self.is_fixed_width(), with_width) {
            (false, 0) => Ok(()),
            (false, _) => Err("`file.delimiter` and the `width` of columns exclude each other".to_owned()),
            (true, 0) => Err("`file.delimiter` is empty; give one, or a `width` in bytes to every column".to_owned()),
            (true, n) if n < self.columns.len() => Err("every column of a fixed-width file needs a `width`".to_owned()),
            (true, _) if self.columns.iter().any(|c| c.width == Some(0)) => Err("a `width` is at least 1".to_owned()),
            (true, _) if self.file.header || self.file.quote.is_some() => {
                Err("a fixed-width file has neither header nor quotes".to_owned())
            }
            (true, _) => Ok(()),
        }
    }

    fn validate(&mut self) -> Result<(), String> {
        self.validate_layout()?;
        if encoding_rs::Encoding::for_label(self.file.encoding.as_bytes()).is_none() {
            return Err(format!("unknown encoding `{}`; use utf-8, gb18030, gbk or windows-1252", self.file.encoding));
        }
        for column in &mut self.columns {
            column.validate()?;
        }
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        let dated = match &self.delivery.dated_by {
            DatedBy::Column(column) => Some(column),
            _ => None,
        };
        let earlier = self.columns.iter().filter_map(|c| c.not_before.as_ref());
        for named in
            self.key.iter().chain(earlier).chain(&self.delivery.totals).chain(&self.delivery.totals_by).chain(dated)
        {
            if !names.contains(&named.as_str()) {
                return Err(format!("no column `{named}`; the columns are {}", names.join(", ")));
            }
        }
        let mut sorted = names.clone();
        sorted.sort_unstable();
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("column `{}` is declared twice", twice[0]));
        }
        for (code, severity) in &self.severity {
            if !code.can_be(*severity) {
                return Err(format!(
                    "[severity]: {code:?} cannot be set to {severity:?}; a row with it cannot be loaded"
                ));
            }
        }
        if self.delivery.dated_by == DatedBy::FileName && !self.file.name.has_date() {
            return Err(
                "`file.name` has no {biz_date}; add it or set `delivery.dated_by` to a column or once".to_owned()
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        description = "accounts"
        key = ["acct_no"]
        file = { name = "A_{biz_date}.dat", delimiter = "|" }
        delivery = { mode = "full", totals = ["balance"] }
        columns = [
            { name = "acct_no", type = "text", required = true },
            { name = "balance", type = "decimal(18,2)" },
        ]"#;

    fn refused(text: &str) -> String {
        Contract::parse(Path::new("sources/core/account.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn a_full_file_may_shrink_by_a_fifth() {
        // Acceptance B3.
        let limits = Limits::default();
        assert!(limits.holds(100, 79) && !limits.holds(100, 80) && !limits.holds(1_000_000, 800_000));
        assert!(!limits.holds(99, 1), "a share of few rows says nothing");
    }

    #[test]
    fn a_contract_knows_its_table() {
        let contract = Contract::parse(Path::new("sources/core/account.toml"), GOOD).unwrap();
        assert_eq!(contract.table(), "raw_core__account");
    }

    #[test]
    fn mistakes_name_the_place_and_the_alternatives() {
        assert!(refused(&GOOD.replace("totals", "total")).contains("unknown field `total`"));
        assert!(refused(&GOOD.replace("[\"acct_no\"]", "[\"acct\"]")).contains("the columns are acct_no, balance"));
        assert!(refused(&GOOD.replace("decimal(18,2)", "money")).contains("decimal(18,2)"));
        assert!(refused(&GOOD.replace("_{biz_date}", "")).contains("{biz_date}"));
    }

    #[test]
    fn authentication_data_is_refused_at_the_door() {
        // Acceptance O9.
        let cvn = GOOD.replace(
            "{ name = \"balance\",",
            "{ name = \"cvn\", class = \"C3\", type = \"text\" },\n{ name = \"balance\",",
        );
        assert!(refused(&cvn).contains("C3"));
    }

    #[test]
    fn authentication_data_is_refused_by_name_and_by_class() {
        // Acceptance O9.
        for name in ["cvn2", "card_cvv", "track2_data", "pin", "login_password"] {
            let said = refused(
                &GOOD.replace("\"acct_no\", type", &format!("\"{name}\", type")).replace("key = [\"acct_no\"]", ""),
            );
            assert!(said.contains("C3") && said.contains(name), "{said}");
        }
        // A word that only looks alike is none.
        let fine = GOOD.replace("\"balance\", type", "\"opinion\", type").replace("totals = [\"balance\"]", "");
        assert!(Contract::parse(Path::new("sources/core/account.toml"), &fine).is_ok());
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_to_write() {
        let with = |column: &str| GOOD.replace("type = \"decimal(18,2)\"", column);
        for (column, said) in [
            ("type = \"decimal(18,2)\", codes = { a = \"b\" }", "`codes` belongs to texts"),
            ("type = \"decimal(18,1)\", unit = \"fen\"", "needs 2 digits after the point"),
            ("type = \"decimal(18,2)\", max = \"x\"", "bound `x`"),
            ("type = \"date\", not_before = \"opened\"", "no column `opened`"),
            ("type = \"text\", unit = \"fen\"", "`unit` belongs to decimals"),
            ("type = \"decimal(18,2)\", width = 5", "exclude each other"),
        ] {
            let text = with(column).replace("totals = [\"balance\"]", "");
            assert!(refused(&text).contains(said), "{}", refused(&text));
        }
        let twice = GOOD.replace("\"balance\", type", "\"acct_no\", type").replace("totals = [\"balance\"]", "");
        assert!(refused(&twice).contains("declared twice"));
        assert!(refused(&format!("severity = {{ Q04 = \"warn\" }}\n{GOOD}")).contains("Q04 cannot be set"));
        assert!(refused(&GOOD.replace("required", "requird")).contains("line"));
    }
}
