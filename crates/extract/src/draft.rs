//! A first contract for a file that nobody described: what its bytes suggest, each guess with its evidence.
//!
//! Guesses are for a person to read and correct. Nothing is loaded by them.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::path::Path;

use bank::BusinessDate;

use crate::decode::Decoder;
use crate::error::ExtractError;
use crate::record::{Splitter, records};

/// Records that are looked at.
const RECORDS: usize = 50_000;
/// Delimiters seen in practice, the longer ones first: `|` also stands inside `|@|`.
const DELIMITERS: [&str; 15] =
    ["|@|", "|+|", "|!|", "|!", "||", "\u{1}", "\u{3}", "\u{1d}", "\u{1f}", "\t", "|", ";", "^", ",", " "];
/// Words that sources write for "none".
const NULL_WORDS: [&str; 8] = ["NULL", "null", "\\N", "N/A", "NA", "无", "不详", "-"];
/// Forms of dates, tried in order.
const DATE_FORMS: [&str; 4] = ["%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y"];

/// How a file seems to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Form {
    encoding: &'static str,
    delimiter: &'static str,
    quote: Option<char>,
    has_header: bool,
}

/// What a column seems to hold.
#[derive(Debug, Default)]
struct Column {
    name: String,
    empty: usize,
    null_words: BTreeMap<String, usize>,
    distinct: HashSet<String>,
    longest: usize,
    /// Values that are not a whole number, a decimal, a date of each form, a time.
    not_int: usize,
    not_decimal: usize,
    not_date: [usize; DATE_FORMS.len()],
    not_time: usize,
    scale: usize,
    digits: usize,
    has_leading_zero: bool,
}

/// Draft a contract from a file's bytes: TOML text with the evidence as comments.
///
/// # Errors
/// When the file cannot be read or decompressed, or has no record.
pub fn draft(path: &Path) -> Result<String, ExtractError> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let content = crate::load::beginning(path)?;
    let encoding = encoding(&content);
    let decoder = Decoder::new(encoding);
    let lines: Vec<String> = records(&content, None)
        .filter(|r| !r.bytes.is_empty())
        .take(RECORDS)
        .map(|r| decoder.decode(r.bytes).into_owned())
        .collect();
    if lines.is_empty() {
        return Err(ExtractError::Table { path: path.to_owned(), reason: "it has no record to look at".to_owned() });
    }
    let form = form(&lines, encoding);
    let rows: Vec<Vec<String>> = lines.iter().map(|l| fields(l, &form)).collect();
    let width = usual_width(&rows);
    let (header, rows) = if form.has_header { (rows.first(), &rows[1..]) } else { (None, &rows[..]) };
    let mut columns: Vec<Column> = (0..width).map(|place| Column::new(place, header)).collect();
    let fitting: Vec<&Vec<String>> = rows.iter().filter(|r| r.len() == width).collect();
    for row in &fitting {
        columns.iter_mut().zip(row.iter()).for_each(|(column, value)| column.see(value.trim()));
    }
    Ok(write(&name, &form, &columns, fitting.len(), rows.len()))
}

/// UTF-8 when every byte fits, GB18030 when it decodes without loss, else the usual western code page.
fn encoding(content: &[u8]) -> &'static str {
    if std::str::from_utf8(content).is_ok() {
        return "utf-8";
    }
    match encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(content) {
        Some(_) => "gb18030",
        None => "windows-1252",
    }
}

fn form(lines: &[String], encoding: &'static str) -> Form {
    let regular = |delimiter: &&str| {
        let counts: Vec<usize> = lines.iter().map(|l| outside_quotes(l, delimiter)).collect();
        let usual = most_frequent(&counts);
        // A free text may hold the delimiter in a few lines.
        usual > 0 && counts.iter().filter(|c| **c == usual).count() * 100 >= lines.len() * 90
    };
    let delimiter = DELIMITERS.into_iter().find(|d| regular(d)).unwrap_or("|");
    let quoted = |line: &String| line.split(delimiter).any(|f| f.len() >= 2 && f.starts_with('"') && f.ends_with('"'));
    let quote = (lines.iter().filter(|l| quoted(l)).count() * 2 >= lines.len()).then_some('"');
    let mut form = Form { encoding, delimiter, quote, has_header: false };
    let is_number = |f: &String| f.trim().parse::<f64>().is_ok();
    let first = fields(&lines[0], &form);
    let others: Vec<Vec<String>> = lines.iter().skip(1).take(200).map(|l| fields(l, &form)).collect();
    // Names over columns of numbers.
    let names_over_numbers = first.iter().enumerate().any(|(place, field)| {
        let below = others.iter().filter_map(|r| r.get(place)).filter(|f| !f.trim().is_empty());
        let (numbers, all) = below.fold((0, 0), |(n, all), f| (n + usize::from(is_number(f)), all + 1));
        all > 0 && numbers == all && !is_number(field) && !field.trim().is_empty()
    });
    form.has_header = names_over_numbers && !first.iter().any(is_number);
    form
}

/// How often the delimiter stands outside of quotes: every second piece between quotes is inside of them.
fn outside_quotes(line: &str, delimiter: &str) -> usize {
    line.split('"').step_by(2).map(|piece| piece.matches(delimiter).count()).sum()
}

fn fields(line: &str, form: &Form) -> Vec<String> {
    let mut fields = Vec::new();
    Splitter::new(form.delimiter, form.quote).split(line, &mut fields);
    fields.into_iter().map(std::borrow::Cow::into_owned).collect()
}

fn usual_width(rows: &[Vec<String>]) -> usize {
    let usual = most_frequent(&rows.iter().map(Vec::len).collect::<Vec<_>>());
    let ends_with_delimiter = rows.iter().filter(|r| r.len() == usual).all(|r| r.last().is_some_and(String::is_empty));
    if ends_with_delimiter && usual > 1 { usual - 1 } else { usual }
}

fn most_frequent(counts: &[usize]) -> usize {
    let mut frequency: BTreeMap<usize, usize> = BTreeMap::new();
    counts.iter().for_each(|c| *frequency.entry(*c).or_default() += 1);
    frequency.into_iter().max_by_key(|(value, n)| (*n, *value)).map_or(0, |(value, _)| value)
}

impl Column {
    fn new(place: usize, header: Option<&Vec<String>>) -> Self {
        let written = header.and_then(|h| h.get(place)).map_or("", |n| n.trim());
        let name = if written.is_empty() { format!("column_{}", place + 1) } else { written.to_owned() };
        Column { name, ..Column::default() }
    }

    fn see(&mut self, value: &str) {
        if value.is_empty() {
            self.empty += 1;
            return;
        }
        if NULL_WORDS.contains(&value) {
            *self.null_words.entry(value.to_owned()).or_default() += 1;
            return;
        }
        self.distinct.insert(value.to_owned());
        self.longest = self.longest.max(value.chars().count());
        self.not_int += usize::from(value.parse::<i64>().is_err());
        let unsigned = value.trim_start_matches(['-', '+']);
        self.has_leading_zero |= unsigned.len() > 1 && unsigned.starts_with('0') && !unsigned.starts_with("0.");
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let is_decimal = !unsigned.is_empty() && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
        self.not_decimal += usize::from(!is_decimal);
        if is_decimal {
            self.scale = self.scale.max(fraction.len());
            self.digits = self.digits.max(whole.len());
        }
        for (misses, form) in self.not_date.iter_mut().zip(DATE_FORMS) {
            let sentinel = form == DATE_FORMS[0] && matches!(value, "00000000" | "99999999");
            let plausible = BusinessDate::parse_as(value, form).is_ok_and(|d| {
                let year = d.to_string();
                ("1880".."2101").contains(&&year[..4]) || year.starts_with("9999")
            });
            *misses += usize::from(!sentinel && !(plausible && (form != DATE_FORMS[0] || value.len() == 8)));
        }
        let is_time = value.len() == 14 && chrono::NaiveDateTime::parse_from_str(value, "%Y%m%d%H%M%S").is_ok();
        self.not_time += usize::from(!is_time);
    }

    /// Type, further words, and the evidence.
    fn guess(&self) -> (String, &'static str) {
        if self.distinct.is_empty() {
            return ("type = \"text\"".to_owned(), "always empty");
        }
        if let Some(place) = self.not_date.iter().position(|misses| *misses == 0) {
            let form = DATE_FORMS[place];
            let format = if place == 0 { String::new() } else { format!(", format = \"{form}\"") };
            return (format!("type = \"date\"{format}"), "every value is a date");
        }
        if self.not_time == 0 {
            return (
                "type = \"timestamp\", utc_offset = \"+08:00\"".to_owned(),
                "every value is a time; set the offset of the source's clock",
            );
        }
        if self.has_leading_zero || self.digits > 15 {
            return (
                "type = \"text\"".to_owned(),
                "digits with leading zeros, or too many of them for a number: an identifier",
            );
        }
        if self.not_int == 0 {
            return ("type = \"int\"".to_owned(), "every value is a whole number");
        }
        if self.not_decimal == 0 {
            let scale = self.scale.max(2);
            let precision = (self.digits + scale).max(18);
            return (format!("type = \"decimal({precision},{scale})\""), "every value is a decimal");
        }
        ("type = \"text\"".to_owned(), "text")
    }
}

/// The first column whose values are all different.
fn key(columns: &[Column], rows: usize) -> Option<String> {
    columns.iter().find(|c| rows > 1 && c.distinct.len() == rows).map(|c| warehouse_name(&c.name))
}

fn write(name: &str, form: &Form, columns: &[Column], fitting: usize, rows: usize) -> String {
    let (pattern, date) = dated_name(name);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "# Drafted from {name}: {fitting} of {rows} records looked at have {} fields. Read every line before using it.\n\
         description = \"what one row is\"\n",
        columns.len()
    );
    let _ = match key(columns, fitting) {
        Some(key) => writeln!(text, "key = [\"{}\"] # every value is different", quoted(&key)),
        None => writeln!(text, "key = [] # no single column is different in every row"),
    };
    let _ = writeln!(text, "\n[file]\nname = \"{}\"", quoted(&pattern));
    let _ = writeln!(text, "encoding = \"{}\"", form.encoding);
    let _ = writeln!(text, "delimiter = \"{}\"", quoted(form.delimiter));
    if form.quote.is_some() {
        let _ = writeln!(text, "quote = '\"'");
    }
    if form.has_header {
        let _ = writeln!(text, "header = true");
    }
    let _ = writeln!(text, "\n[delivery]\nmode = \"full\" # or insert, for events");
    if !date {
        let _ = writeln!(text, "dated_by = \"once\" # the file name has no date; or {{ column = \"...\" }}");
    }
    let _ = writeln!(text, "control = false # true when a .ctl file announces rows and totals");
    for column in columns {
        let (kind, evidence) = column.guess();
        let warehouse = warehouse_name(&column.name);
        let _ = write!(text, "\n[[columns]]\nname = \"{warehouse}\"\n");
        if warehouse != column.name {
            let _ = writeln!(text, "source = \"{}\"", quoted(&column.name));
        }
        let mut kinds = kind.split(", ");
        let _ = writeln!(
            text,
            "{} # {evidence}; {} different, {} empty",
            kinds.next().unwrap_or_default(),
            column.distinct.len(),
            column.empty
        );
        kinds.for_each(|k| _ = writeln!(text, "{k}"));
        if !column.null_words.is_empty() {
            let words: Vec<String> = column.null_words.keys().map(|w| format!("\"{}\"", quoted(w))).collect();
            let times: usize = column.null_words.values().sum();
            let _ = writeln!(text, "null_words = [{}] # {times} times", words.join(", "));
        }
        if column.empty == 0 && column.null_words.is_empty() && !column.distinct.is_empty() {
            let _ = writeln!(text, "required = true");
        }
        let _ = writeln!(text, "description = \"\"");
    }
    text
}

/// A text inside a TOML string: characters of any language as they are, quotes, backslashes and control bytes escaped.
fn quoted(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// The name with its date taken out, and whether there was one.
fn dated_name(name: &str) -> (String, bool) {
    let is_date = |at: usize| {
        let part = name.get(at..at + 8)?;
        BusinessDate::parse_as(part, DATE_FORMS[0]).ok().filter(|_| part.bytes().all(|b| b.is_ascii_digit()))
    };
    match (0..name.len().saturating_sub(7)).find(|at| is_date(*at).is_some()) {
        Some(at) => (format!("{}{{biz_date}}{}", &name[..at], &name[at + 8..]), true),
        None => (name.to_owned(), false),
    }
}

/// Lower case, with underscores for what is neither letter nor digit.
fn warehouse_name(name: &str) -> String {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    if words.is_empty() { "column".to_owned() } else { words.join("_") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Contract;
    use crate::contract::ColumnType;
    use crate::load::{DateWindow, Means, MemorySink, load_file};

    fn drafted(name: &str, content: &[u8]) -> (Contract, u64) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let text = draft(&path).unwrap();
        let contract = Contract::parse(Path::new("core/a.toml"), &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let window = DateWindow { after: None, date: "2025-06-30".parse().unwrap() };
        let means = Means::new(1, folder.path());
        let rows = load_file(&contract, &path, window, &means, &MemorySink::default()).unwrap().account.loaded_rows;
        (contract, rows)
    }

    #[test]
    fn a_core_extract_in_gb18030_is_understood_and_loads() {
        let text = "0001|@|李珅|@|20250101|@|100.00|@|20250630080000\n0002|@|王烜|@|99991231|@|-5.5|@|20250630090000\n";
        let content = encoding_rs::GB18030.encode(text).0;
        let (contract, rows) = drafted("CORE_X_20250630_F.dat", &content);
        let types: Vec<ColumnType> = contract.columns.iter().map(|c| c.column_type).collect();
        let decimal = ColumnType::Decimal(18, 2);
        assert_eq!(types, [ColumnType::Text, ColumnType::Text, ColumnType::Date, decimal, ColumnType::Timestamp]);
        assert_eq!((contract.file.encoding.as_str(), contract.file.delimiter.as_str()), ("gb18030", "|@|"));
        assert_eq!(
            (contract.file.name.pattern(), contract.key.as_slice()),
            ("CORE_X_{biz_date}_F.dat", ["column_1".to_owned()].as_slice())
        );
        assert_eq!(rows, 2);
    }

    #[test]
    fn headers_quotes_and_null_words_are_seen() {
        let (contract, rows) =
            drafted("t.csv", b"\"Id\";\"Full name\";\"Born\"\n1;\"a;b\";2001-02-03\n2;\"NULL\";2001-02-04\n3;\"c\";\n");
        let names: Vec<&str> = contract.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["id", "full_name", "born"]);
        assert_eq!((contract.file.quote, contract.file.header), (Some('"'), true));
        assert_eq!(
            (contract.columns[1].null_words.as_slice(), contract.columns[2].format.as_deref()),
            (["NULL".to_owned()].as_slice(), Some("%Y-%m-%d"))
        );
        assert_eq!(rows, 3);
    }

    #[test]
    fn names_in_chinese_and_odd_bytes_stay_valid_toml() {
        let text = "账号,姓\\名\"x\n1,不详\n2,a\u{7f}b\n";
        let (contract, rows) = drafted("x.csv", text.as_bytes());
        assert_eq!(
            (contract.columns[0].name.as_str(), contract.columns[1].null_words.as_slice()),
            ("账号", ["不详".to_owned()].as_slice())
        );
        assert_eq!((contract.columns[1].source.as_deref(), rows), (Some("姓\\名\"x"), 2));
    }

    #[test]
    fn an_empty_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.dat");
        std::fs::write(&path, "\n\n").unwrap();
        assert!(draft(&path).unwrap_err().to_string().contains("no record"));
    }
}
