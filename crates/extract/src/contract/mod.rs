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

use crate::decode::is_line_oriented;
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
    /// The contract of this feed's change files, from `delivery.changes`.
    #[serde(skip)]
    pub change: Option<Box<Contract>>,
    /// Whether this is the contract of change files.
    #[serde(skip)]
    pub is_change: bool,
}

/// How a file is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileForm {
    /// File name; `{biz_date}` stands for the business date as YYYYMMDD. A text file whose name ends in `.gz`, `.zst` or
    /// `.zip` is decompressed.
    pub name: FileName,
    /// Text of records, JSON lines, Parquet or Excel.
    #[serde(default)]
    pub format: FileFormat,
    /// Worksheet of an Excel file; the first one when nothing is said.
    pub sheet: Option<String>,
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

/// What a file is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Records with a delimiter or fixed widths.
    #[default]
    Text,
    /// One flat JSON object a line.
    JsonLines,
    /// Parquet.
    Parquet,
    /// Excel: xlsx, xls, xlsb or ods; the first row names the columns.
    Excel,
}

impl FileForm {
    /// Whether records are JSON objects when they are read: columns are found by name.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.format != FileFormat::Text
    }

    /// Refuse what does not go together.
    fn validate(&self) -> Result<(), String> {
        let encoding = &self.encoding;
        if encoding_rs::Encoding::for_label(encoding.as_bytes()).is_none() {
            return Err(format!("unknown encoding `{encoding}`; use utf-8, gb18030, gbk or windows-1252"));
        }
        if !is_line_oriented(encoding) {
            return Err(format!(
                "encoding `{encoding}` is not supported: its lines cannot be told before it is decoded; ask the source for utf-8 or gb18030"
            ));
        }
        if self.quote.is_some_and(|q| !q.is_ascii()) {
            return Err("`file.quote` must be an ASCII character, as in '\"'".to_owned());
        }
        if self.is_json() && (!self.delimiter.is_empty() || self.quote.is_some() || self.header) {
            return Err(
                "`delimiter`, `quote` and `header` belong to `format = \"text\"`; this file's columns have names"
                    .to_owned(),
            );
        }
        if matches!(self.format, FileFormat::Parquet | FileFormat::Excel) && encoding != "utf-8" {
            return Err("`encoding` belongs to text and JSON lines; Parquet and Excel files know theirs".to_owned());
        }
        match self.sheet.is_some() && self.format != FileFormat::Excel {
            true => Err("`sheet` belongs to `format = \"excel\"`".to_owned()),
            false => Ok(()),
        }
    }

    /// The quote as it stands in the file.
    #[must_use]
    pub fn quote_byte(&self) -> Option<u8> {
        self.quote.and_then(|q| u8::try_from(q).ok())
    }
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
    /// Ending of the flag file (标志文件) that is written after the data, as in `.ok`; nothing is read before it is there.
    pub flag: Option<String>,
    /// Whether, once its deadline is past, a night may go on with what this feed said the day before.
    #[serde(default)]
    pub allow_stale: bool,
    /// Decimal columns whose sums must tie.
    #[serde(default)]
    pub totals: Vec<String>,
    /// Currency column: sums are taken per currency and announced as `sum_<column>_<currency>`.
    pub totals_by: Option<String>,
    /// On nights without the full file, a file of what changed since the business date before.
    pub changes: Option<Changes>,
}

/// Files of what changed (增变量): each row is what a key became.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// File name with `{biz_date}`.
    pub name: FileName,
    /// Column with the code D for a key that was deleted; only change files have it.
    pub op: Option<String>,
    /// Column that orders the changes of a key, a time or a number; only change files have it. Without it a later line
    /// is the newer one.
    pub at: Option<String>,
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
        contract.split_changes();
        Ok(contract)
    }

    /// Give change files a contract of their own, and take away from the full file's what only they have.
    fn split_changes(&mut self) {
        let Some(changes) = self.delivery.changes.clone() else { return };
        let mut change = self.clone();
        change.file.name = changes.name;
        change.delivery.mode = DeliveryMode::Insert;
        change.is_change = true;
        self.columns.retain(|c| Some(&c.name) != changes.op.as_ref());
        for column in self.columns.iter_mut().filter(|c| Some(&c.name) == changes.at.as_ref()) {
            column.is_absent = true;
            column.required = false;
        }
        self.change = Some(Box::new(change));
    }

    /// Files that must lie beside a delivered file before it may be read: control and flag file.
    #[must_use]
    pub fn companions(&self, file_name: &str) -> Vec<String> {
        let control = self.delivery.control.then(|| format!("{file_name}.ctl"));
        control.into_iter().chain(self.delivery.flag.as_ref().map(|end| format!("{file_name}{end}"))).collect()
    }

    /// The contract that a file is under, by its name: this one, or that of change files.
    #[must_use]
    pub fn form_of(&self, file_name: &str) -> &Contract {
        self.change.as_deref().filter(|c| c.file.name.date_of(file_name).is_some()).unwrap_or(self)
    }

    /// Whether a key stands in one row of a file only; change files may tell of one several times.
    #[must_use]
    pub fn has_unique_key(&self) -> bool {
        !self.key.is_empty() && !self.is_change
    }

    /// Name of the raw table: `raw_<system>__<feed>`, and with `__change` behind it for change files.
    #[must_use]
    pub fn table(&self) -> String {
        format!("raw_{}__{}{}", self.system, self.feed, if self.is_change { "__change" } else { "" })
    }

    /// Whether fields are cut at widths in bytes of the source encoding.
    #[must_use]
    pub fn is_fixed_width(&self) -> bool {
        self.file.format == FileFormat::Text && self.file.delimiter.is_empty()
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
        self.file.validate()?;
        for column in &mut self.columns {
            if matches!(self.file.format, FileFormat::Parquet | FileFormat::Excel) {
                column.write_dates_as_iso();
            }
            column.validate()?;
        }
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        let dated = match &self.delivery.dated_by {
            DatedBy::Column(column) => Some(column),
            _ => None,
        };
        let others = self.columns.iter().flat_map(|c| [&c.not_before, &c.birth_date_of, &c.sex_of]).flatten();
        for named in
            self.key.iter().chain(others).chain(&self.delivery.totals).chain(&self.delivery.totals_by).chain(dated)
        {
            if !names.contains(&named.as_str()) {
                return Err(format!("no column `{named}`; the columns are {}", names.join(", ")));
            }
        }
        if self.delivery.allow_stale && self.delivery.mode != DeliveryMode::Full {
            return Err(
                "`allow_stale` belongs to full files: what happened on a day cannot be taken from the day before"
                    .to_owned(),
            );
        }
        if let Some(changes) = &self.delivery.changes {
            if self.delivery.mode != DeliveryMode::Full || self.key.is_empty() || !changes.name.has_date() {
                return Err(
                    "`delivery.changes` needs `mode = \"full\"`, a `key`, and {biz_date} in its `name`".to_owned()
                );
            }
            for column in [&changes.op, &changes.at].into_iter().flatten() {
                if !names.contains(&column.as_str()) || self.key.contains(column) {
                    return Err(format!("`delivery.changes` names `{column}`, which is no column outside the key"));
                }
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
        assert!(limits.holds(6, 0) && !limits.holds(0, 0), "an empty file says that something is wrong");
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
    fn a_file_waits_for_its_companions() {
        let text =
            GOOD.replace("mode = \"full\"", "mode = \"full\", control = true, flag = \".ok\", allow_stale = true");
        let contract = Contract::parse(Path::new("sources/core/account.toml"), &text).unwrap();
        assert_eq!(contract.companions("A_20250630.dat"), ["A_20250630.dat.ctl", "A_20250630.dat.ok"]);
        assert!(refused(&text.replace("\"full\"", "\"insert\"")).contains("allow_stale"));
    }

    #[test]
    fn change_files_have_a_contract_of_their_own() {
        let changes = ", changes = { name = \"A_{biz_date}_D.dat\", op = \"op\", at = \"src_ts\" } }";
        let columns = "{ name = \"op\", type = \"text\" },\n{ name = \"src_ts\", type = \"int\", required = true },\n{ name = \"balance\"";
        let text = GOOD
            .replace("[\"balance\"] }", &format!("[\"balance\"]{changes}"))
            .replace("{ name = \"balance\"", columns);
        let full = Contract::parse(Path::new("sources/core/account.toml"), &text).unwrap();
        let names = |c: &Contract| c.columns.iter().map(|c| (c.name.clone(), c.is_absent)).collect::<Vec<_>>();
        let column = |name: &str, is_absent| (name.to_owned(), is_absent);
        assert_eq!(names(&full), [column("acct_no", false), column("src_ts", true), column("balance", false)]);
        let change = full.change.as_ref().unwrap();
        assert_eq!((names(change).len(), change.table().as_str()), (4, "raw_core__account__change"));
        assert!(full.has_unique_key() && !change.has_unique_key());
        assert!(refused(&text.replace("op = \"op\"", "op = \"acct_no\"")).contains("outside the key"));
        assert!(refused(&text.replace("mode = \"full\"", "mode = \"insert\"")).contains("needs `mode"));
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
        let form = |form: &str| GOOD.replace("delimiter = \"|\"", form);
        assert!(refused(&form("format = \"json_lines\", delimiter = \"|\"")).contains("belong to"));
        assert!(refused(&form("format = \"parquet\", encoding = \"gb18030\"")).contains("know theirs"));
        assert!(refused(&form("delimiter = \"|\", sheet = \"a\"")).contains("excel"));
        assert!(refused(&form("format = \"csv\"")).contains("json_lines"));
        let encoded =
            |label: &str| GOOD.replace("delimiter = \"|\"", &format!("delimiter = \"|\", encoding = \"{label}\""));
        assert!(refused(&encoded("ebcdic")).contains("unknown encoding"));
        for label in ["utf-16le", "iso-2022-jp", "hz-gb-2312"] {
            assert!(refused(&encoded(label)).contains("is not supported"), "{label}");
        }
    }
}
