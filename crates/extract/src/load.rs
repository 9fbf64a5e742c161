//! One file → typed batch, quarantine, account.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryArray, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bank::{BusinessDate, Money};
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::xxh3_128;

use crate::account::{AmountAccount, AmountKey, FileAccount};
use crate::column::{Builder, ROW_HASH_TYPE, Value, read};
use crate::contract::{ColumnType, Contract, DatedBy, Severity};
use crate::control::Control;
use crate::decode::{Decoder, REPLACEMENT, decompress};
use crate::error::ExtractError;
use crate::quarantine::{QuarantinedRow, Reason, ReasonCode};
use crate::record::{Record, cut, records, split};

/// The days that belong to one business date: after `after`, up to and including `date`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateWindow {
    /// The business date before, if any.
    pub after: Option<BusinessDate>,
    /// The business date.
    pub date: BusinessDate,
}

/// A file that passed.
#[derive(Debug)]
pub struct LoadedFile {
    /// Rows with the contract's columns and `biz_date, src_file, src_line, row_hash, dq_flags`.
    pub batch: RecordBatch,
    /// Rows that failed a check.
    pub quarantined: Vec<QuarantinedRow>,
    /// Where every row and cent went.
    pub account: FileAccount,
}

/// Schema of a feed's raw table.
#[must_use]
pub fn raw_schema(contract: &Contract) -> SchemaRef {
    let mut fields: Vec<Field> = contract.columns.iter().map(crate::contract::ColumnContract::field).collect();
    fields.push(Field::new("biz_date", DataType::Date32, true));
    fields.push(Field::new("src_file", DataType::Utf8, true));
    fields.push(Field::new("src_line", DataType::Int64, true));
    fields.push(Field::new("row_hash", ROW_HASH_TYPE, true));
    fields.push(Field::new("dq_flags", DataType::Utf8, true));
    Arc::new(Schema::new(fields))
}

/// Load one file for one business date.
///
/// # Errors
/// [`ExtractError`] when the file as a whole cannot be trusted; nothing of it is to be used then.
pub fn load_file(contract: &Contract, path: &Path, window: DateWindow) -> Result<LoadedFile, ExtractError> {
    let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let unreadable = |source| ExtractError::Read { path: path.to_owned(), source };
    let control = control_of(contract, path, &file)?;
    if let Some(found) =
        control.biz_date.filter(|d| contract.delivery.dated_by == DatedBy::FileName && *d != window.date)
    {
        return Err(ExtractError::WrongDate { file, found, expected: window.date });
    }
    let delivered = std::fs::read(path).map_err(unreadable)?;
    let sha256 = hex::encode(Sha256::digest(&delivered));
    if control.sha256.as_ref().is_some_and(|announced| *announced != sha256) {
        return Err(ExtractError::HashMismatch { file });
    }
    let bytes = delivered.len() as u64;
    let content = decompress(&file, delivered)?;
    let batch_seq = control.batch_seq.unwrap_or(1);
    let account = FileAccount { file, sha256, batch_seq, bytes, ..FileAccount::default() };
    let mut loader = Loader::new(contract, window, account, &control);
    loader.read_all(&content)?;
    let loaded = loader.finish()?;
    verify(contract, &control, &loaded)?;
    Ok(loaded)
}

fn control_of(contract: &Contract, path: &Path, file: &str) -> Result<Control, ExtractError> {
    if !contract.delivery.control {
        return Ok(Control::default());
    }
    let name = format!("{file}.ctl");
    match std::fs::read_to_string(path.with_file_name(&name)) {
        Ok(text) => Control::parse(&name, &text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Err(ExtractError::ControlMissing { file: file.to_owned(), control: name })
        }
        Err(source) => Err(ExtractError::Read { path: path.with_file_name(&name), source }),
    }
}

/// What is known about the first row with a given key.
struct FirstSeen {
    row_hash: u128,
    /// Position among the built rows, or `None` once the key is in conflict.
    built: Option<usize>,
}

struct Built {
    line: u64,
    offset: u64,
    raw: std::ops::Range<usize>,
    keep: bool,
}

/// Where the contract's columns stand in a record.
#[derive(Default)]
struct Layout {
    place: Vec<usize>,
    field_count: usize,
}

impl Layout {
    fn positional(field_count: usize) -> Self {
        Layout { place: (0..field_count).collect(), field_count }
    }
}

/// Amounts of a row in the order of the contract's totals, and their currency where it matters.
#[derive(Default, Clone)]
struct Amounts {
    currency: Option<String>,
    values: Vec<Money>,
}

struct Loader<'c> {
    contract: &'c Contract,
    layout: Layout,
    window: DateWindow,
    decoder: Decoder,
    key: Vec<usize>,
    totals: Vec<usize>,
    currency: Option<usize>,
    dated: Option<usize>,
    builders: Vec<Builder>,
    rows: Vec<Built>,
    hashes: Vec<u128>,
    flags: Vec<Option<String>>,
    orders: Vec<(usize, usize)>,
    amounts_by_row: Vec<Amounts>,
    first_seen: HashMap<u128, FirstSeen>,
    quarantined: Vec<QuarantinedRow>,
    undecodable: Option<(u64, u64)>,
    ends_with_delimiter: Option<bool>,
    widths: Vec<usize>,
    account: FileAccount,
}

impl<'c> Loader<'c> {
    fn new(contract: &'c Contract, window: DateWindow, mut account: FileAccount, control: &Control) -> Self {
        let place = |name: &String| contract.columns.iter().position(|c| c.name == *name);
        for (key, announced) in announced(contract, control) {
            account.amounts.insert(key, AmountAccount { announced, ..AmountAccount::default() });
        }
        Loader {
            contract,
            layout: Layout::default(),
            window,
            decoder: Decoder::new(&contract.file.encoding),
            key: contract.key.iter().filter_map(place).collect(),
            totals: contract.delivery.totals.iter().filter_map(place).collect(),
            currency: contract.delivery.totals_by.as_ref().and_then(place),
            dated: match &contract.delivery.dated_by {
                DatedBy::Column(name) => place(name),
                _ => None,
            },
            builders: contract.columns.iter().map(|c| Builder::new(c.column_type)).collect(),
            rows: Vec::new(),
            hashes: Vec::new(),
            flags: Vec::new(),
            orders: contract
                .columns
                .iter()
                .enumerate()
                .filter_map(|(i, c)| Some((i, place(c.not_before.as_ref()?)?)))
                .collect(),
            amounts_by_row: Vec::new(),
            first_seen: HashMap::new(),
            quarantined: Vec::new(),
            undecodable: None,
            ends_with_delimiter: None,
            widths: contract.columns.iter().filter_map(|c| c.width).collect(),
            account,
        }
    }

    fn read_all(&mut self, content: &[u8]) -> Result<(), ExtractError> {
        let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
        let quote = self.contract.file.quote;
        let quote_byte = quote.and_then(|q| u8::try_from(q).ok());
        let mut all = records(content, quote_byte).filter(|r| !r.bytes.is_empty());
        self.layout = match self.contract.file.header {
            true => self.header(all.next())?,
            false => Layout::positional(self.contract.columns.len()),
        };
        for record in all {
            self.read_record(&record);
        }
        self.quarantine_conflicts(content);
        Ok(())
    }

    /// Where each contract column stands in the file.
    fn header(&self, first: Option<Record<'_>>) -> Result<Layout, ExtractError> {
        let text = first.map(|r| self.decoder.decode(r.bytes).into_owned()).unwrap_or_default();
        let mut names = Vec::new();
        split(&text, &self.contract.file.delimiter, self.contract.file.quote, &mut names);
        if names.last().is_some_and(|n| n.is_empty()) {
            names.pop();
        }
        let place = self
            .contract
            .columns
            .iter()
            .map(|column| {
                let wanted = column.source.as_ref().unwrap_or(&column.name);
                names.iter().position(|n| n.trim() == wanted).ok_or_else(|| ExtractError::Header {
                    file: self.account.file.clone(),
                    column: wanted.clone(),
                    found: names.join(", "),
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Layout { place, field_count: names.len() })
    }

    fn read_record(&mut self, record: &Record<'_>) {
        self.account.delivered_rows += 1;
        let contract = self.contract;
        let text = self.decoder.decode(record.bytes);
        let has_replacement = text.contains(REPLACEMENT);
        if has_replacement {
            let (first, count) = self.undecodable.unwrap_or((record.line, 0));
            self.undecodable = Some((first, count + 1));
        }
        let expected = self.layout.field_count;
        let (fields, fits) = self.fields(record, &text, expected);
        if !fits {
            if self.is_of_other_date(self.dated.map(|_| &Value::Null), false) {
                self.account.other_date_rows += 1;
                let amounts = self.amounts(&fields);
                self.add(&amounts, |a| &mut a.other_dates);
                return;
            }
            let detail = match contract.is_fixed_width() {
                true => {
                    format!("{} bytes where the layout has {}", record.bytes.len(), self.widths.iter().sum::<usize>())
                }
                false => format!("{} fields where the layout has {expected}", fields.len()),
            };
            self.quarantine(record, &fields, vec![Reason { code: ReasonCode::Q01, column: None, detail }]);
            return;
        }
        let mut reasons = Vec::new();
        let mut flags = Vec::new();
        let mut values = Vec::with_capacity(contract.columns.len());
        for (place, (column, at)) in contract.columns.iter().zip(&self.layout.place).enumerate() {
            let field = fields.get(*at).map_or("", |f| f.as_ref());
            match read(column, self.key.contains(&place), field, self.window.date) {
                Ok(field) => {
                    if let Some(doubt) = field.doubt {
                        sort_out(contract, doubt, &mut reasons, &mut flags);
                    }
                    values.push(field.value);
                }
                Err(reason) => {
                    reasons.push(reason);
                    values.push(Value::Null);
                }
            }
        }
        for doubt in self.doubts_of_row(&values) {
            sort_out(contract, doubt, &mut reasons, &mut flags);
        }
        let dated = self.dated.map(|place| &values[place]);
        if self.is_of_other_date(dated, reasons.is_empty()) {
            self.account.other_date_rows += 1;
            let amounts = self.amounts(&fields);
            self.add(&amounts, |a| &mut a.other_dates);
            return;
        }
        if !reasons.is_empty() {
            self.quarantine(record, &fields, reasons);
            return;
        }
        let row_hash = xxh3_128(record.bytes);
        let amounts = self.amounts(&fields);
        if !self.key.is_empty() {
            let key_hash = self.key_hash(&values);
            match self.first_seen.entry(key_hash) {
                Entry::Vacant(slot) => {
                    slot.insert(FirstSeen { row_hash, built: Some(self.rows.len()) });
                }
                Entry::Occupied(slot) if slot.get().row_hash == row_hash && slot.get().built.is_some() => {
                    self.account.duplicate_rows += 1;
                    self.add(&amounts, |a| &mut a.duplicate);
                    return;
                }
                Entry::Occupied(mut slot) => {
                    if let Some(built) = slot.get_mut().built.take() {
                        self.rows[built].keep = false;
                    }
                    self.quarantine(record, &fields, vec![self.conflict()]);
                    return;
                }
            }
        }
        flags.sort();
        flags.dedup();
        self.account.warned_rows += u64::from(!flags.is_empty());
        self.flags.push((!flags.is_empty()).then(|| flags.join(",")));
        for (builder, value) in self.builders.iter_mut().zip(&values) {
            builder.append(value);
        }
        let from = usize::try_from(record.offset).unwrap_or(usize::MAX);
        let raw = from..from.saturating_add(record.bytes.len());
        self.rows.push(Built { line: record.line, offset: record.offset, raw, keep: true });
        self.hashes.push(row_hash);
        self.amounts_by_row.push(amounts);
    }

    /// The fields of a record, and whether they are as many as the layout has.
    fn fields<'r>(&mut self, record: &Record<'r>, text: &'r str, expected: usize) -> (Vec<Cow<'r, str>>, bool) {
        let contract = self.contract;
        if contract.is_fixed_width() {
            return match cut(record.bytes, &self.widths, &self.decoder) {
                Some(fields) => (fields, true),
                None => (Vec::new(), false),
            };
        }
        let mut fields = Vec::with_capacity(expected + 1);
        split(text, &contract.file.delimiter, contract.file.quote, &mut fields);
        let fits = self.drop_trailing_delimiter(expected, &mut fields);
        (fields, fits)
    }

    /// Whether a record has as many fields as the layout. The first record of a file decides whether lines end with a
    /// delimiter: deciding row by row would take a delimiter inside a text for one at the end, and shift the row.
    fn drop_trailing_delimiter(&mut self, expected: usize, fields: &mut Vec<Cow<'_, str>>) -> bool {
        let has_one_more = fields.len() == expected + 1 && fields.last().is_some_and(|f| f.is_empty());
        let ends_with_delimiter = *self.ends_with_delimiter.get_or_insert(has_one_more);
        if ends_with_delimiter && has_one_more {
            fields.pop();
            return true;
        }
        !ends_with_delimiter && fields.len() == expected
    }

    /// A row that failed its checks belongs to the first business date, so that it is kept once.
    fn is_of_other_date(&self, dated: Option<&Value<'_>>, passed: bool) -> bool {
        let Some(dated) = dated else { return false };
        match dated {
            Value::Date(day) => {
                *day > self.window.date.days_since_epoch()
                    || self.window.after.is_some_and(|after| *day <= after.days_since_epoch())
            }
            _ => !passed && self.window.after.is_some(),
        }
    }

    /// Doubts that need more than one column, or the business date.
    fn doubts_of_row(&self, values: &[Value<'_>]) -> Vec<Reason> {
        let columns = &self.contract.columns;
        let mut doubts = Vec::new();
        let mut doubt = |code, place: usize, detail: String| {
            doubts.push(Reason { code, column: Some(columns[place].name.clone()), detail });
        };
        for (late, early) in &self.orders {
            if let (Value::Date(late_day), Value::Date(early_day)) = (&values[*late], &values[*early])
                && late_day < early_day
            {
                doubt(ReasonCode::Q05, *late, format!("lies before {}", columns[*early].name));
            }
        }
        for (place, column) in columns.iter().enumerate().filter(|(_, c)| c.not_after_biz_date) {
            if matches!(&values[place], Value::Date(day) if *day > self.window.date.days_since_epoch()) {
                doubt(ReasonCode::Q10, place, format!("{} lies after the business date", column.name));
            }
        }
        for place in &self.totals {
            if let (Value::Decimal(amount), ColumnType::Decimal(_, scale)) =
                (&values[*place], columns[*place].column_type)
            {
                let limit =
                    i128::from(self.contract.limits.amount).saturating_mul(10_i128.saturating_pow(u32::from(scale)));
                if amount.abs() > limit {
                    doubt(ReasonCode::Q10, *place, format!("more than {}", self.contract.limits.amount));
                }
            }
        }
        doubts
    }

    fn conflict(&self) -> Reason {
        let detail = "another row of this file has the same key and different content".to_owned();
        Reason { code: ReasonCode::Q07, column: Some(self.contract.key.join(",")), detail }
    }

    fn key_hash(&self, values: &[Value<'_>]) -> u128 {
        let mut bytes = Vec::new();
        for place in &self.key {
            match &values[*place] {
                Value::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                Value::Int(n) | Value::Timestamp(n) => bytes.extend_from_slice(&n.to_le_bytes()),
                Value::Date(n) => bytes.extend_from_slice(&n.to_le_bytes()),
                Value::Decimal(n) => bytes.extend_from_slice(&n.to_le_bytes()),
                Value::Null => {}
            }
            bytes.push(0x1F);
        }
        xxh3_128(&bytes)
    }

    /// Amounts of a row for the account, read leniently: a quarantined 12,000.00 still counts as twelve thousand.
    fn amounts(&self, fields: &[Cow<'_, str>]) -> Amounts {
        let field = |place: usize| self.layout.place.get(place).and_then(|at| fields.get(*at)).map_or("", |f| f.trim());
        let lenient = |place: &usize| Money::parse(&field(*place).replace(',', "")).unwrap_or_default();
        let currency = self.currency.map(|place| field(place).to_owned());
        Amounts { currency, values: self.totals.iter().map(lenient).collect() }
    }

    fn add(&mut self, amounts: &Amounts, part: impl Fn(&mut AmountAccount) -> &mut Money) {
        for (column, amount) in self.contract.delivery.totals.iter().zip(&amounts.values) {
            let key = AmountKey { column: column.clone(), currency: amounts.currency.clone() };
            *part(self.account.amounts.entry(key).or_default()) += *amount;
        }
    }

    fn quarantine(&mut self, record: &Record<'_>, fields: &[Cow<'_, str>], reasons: Vec<Reason>) {
        let amounts = self.amounts(fields);
        self.add(&amounts, |a| &mut a.quarantined);
        let Record { line, offset, bytes } = *record;
        self.quarantined.push(QuarantinedRow { line, offset, raw: bytes.to_vec(), reasons });
    }

    /// The first row of a key in conflict was built before the conflict was known.
    fn quarantine_conflicts(&mut self, content: &[u8]) {
        for index in 0..self.rows.len() {
            if self.rows[index].keep {
                continue;
            }
            let row = &self.rows[index];
            let raw = content.get(row.raw.clone()).unwrap_or_default().to_vec();
            let reasons = vec![self.conflict()];
            self.quarantined.push(QuarantinedRow { line: row.line, offset: row.offset, raw, reasons });
            let amounts = self.amounts_by_row[index].clone();
            self.add(&amounts, |a| &mut a.quarantined);
        }
        self.quarantined.sort_by_key(|r| r.line);
    }

    fn finish(mut self) -> Result<LoadedFile, ExtractError> {
        let assemble = |source| ExtractError::Arrow { file: self.account.file.clone(), source };
        let date = self.window.date.days_since_epoch();
        let count = self.rows.len();
        let mut columns: Vec<ArrayRef> = self.builders.iter_mut().map(Builder::finish).collect();
        columns.push(Arc::new(Date32Array::from(vec![date; count])));
        columns.push(Arc::new(StringArray::from(vec![self.account.file.as_str(); count])));
        columns.push(Arc::new(self.rows.iter().map(|r| i64::try_from(r.line).ok()).collect::<Int64Array>()));
        let hashes: Vec<[u8; 16]> = self.hashes.iter().map(|h| h.to_be_bytes()).collect();
        columns.push(Arc::new(hashes.iter().map(|h| Some(h.as_slice())).collect::<BinaryArray>()));
        columns.push(Arc::new(self.flags.iter().map(Option::as_deref).collect::<StringArray>()));
        let all = RecordBatch::try_new(raw_schema(self.contract), columns).map_err(assemble)?;
        let keep: BooleanArray = self.rows.iter().map(|r| Some(r.keep)).collect();
        let batch = filter_record_batch(&all, &keep).map_err(assemble)?;
        for index in 0..count {
            if self.rows[index].keep {
                let amounts = std::mem::take(&mut self.amounts_by_row[index]);
                self.add(&amounts, |a| &mut a.loaded);
            }
        }
        self.account.loaded_rows = batch.num_rows() as u64;
        self.account.quarantined_rows = self.quarantined.len() as u64;
        self.refuse_wrong_encoding()?;
        Ok(LoadedFile { batch, quarantined: self.quarantined, account: self.account })
    }

    fn refuse_wrong_encoding(&self) -> Result<(), ExtractError> {
        let Some((line, rows)) = self.undecodable else { return Ok(()) };
        if !beyond(&self.contract.limits, rows, self.account.delivered_rows) {
            return Ok(());
        }
        Err(ExtractError::Encoding {
            file: self.account.file.clone(),
            rows,
            delivered: self.account.delivered_rows,
            encoding: self.contract.file.encoding.to_uppercase(),
            line,
        })
    }
}

fn beyond(limits: &crate::contract::Limits, rows: u64, delivered: u64) -> bool {
    // Counts of rows are far below 2^53, so the share is exact enough to compare with a limit.
    #[allow(clippy::cast_precision_loss)]
    let share = rows as f64 / delivered.max(1) as f64;
    rows > 0 && (share > limits.quarantine_share || rows > limits.quarantine_rows)
}

/// A doubt becomes a reason for quarantine, a flag, or nothing, as the contract says.
fn sort_out(contract: &Contract, doubt: Reason, reasons: &mut Vec<Reason>, flags: &mut Vec<String>) {
    match contract.severity.get(&doubt.code).copied().unwrap_or(doubt.code.severity()) {
        Severity::Quarantine => reasons.push(doubt),
        Severity::Warn => flags.push(doubt.code.code()),
        Severity::Ignore => {}
    }
}

/// What the control file announces for each declared column, and for each currency where sums are taken per currency.
fn announced(contract: &Contract, control: &Control) -> Vec<(AmountKey, Option<Money>)> {
    let mut expected = Vec::new();
    for column in &contract.delivery.totals {
        if contract.delivery.totals_by.is_none() {
            expected.push((AmountKey::of(column), control.totals.get(column).copied()));
            continue;
        }
        for (name, total) in &control.totals {
            if let Some(currency) = name.strip_prefix(column.as_str()).and_then(|rest| rest.strip_prefix('_')) {
                let key = AmountKey { column: column.clone(), currency: Some(currency.to_owned()) };
                expected.push((key, Some(*total)));
            }
        }
    }
    expected
}

fn verify(contract: &Contract, control: &Control, loaded: &LoadedFile) -> Result<(), ExtractError> {
    let account = &loaded.account;
    let file = || account.file.clone();
    if let Some(announced) = control.rows.filter(|rows| *rows != account.delivered_rows) {
        return Err(ExtractError::RowCount { file: file(), found: account.delivered_rows, announced });
    }
    // Records before totals: that every row is shifted says more than that the sum is 0.
    if beyond(&contract.limits, account.quarantined_rows, account.delivered_rows) {
        return Err(ExtractError::TooManyRejected {
            file: file(),
            quarantined: account.quarantined_rows,
            delivered: account.delivered_rows,
            first: loaded.quarantined.first().map(QuarantinedRow::describe).unwrap_or_default(),
        });
    }
    for (column, amount) in &account.amounts {
        // A currency that was not announced at all, in a file that announces others, is announced as nothing.
        let is_unannounced = column.currency.is_some() && !control.totals.is_empty() && amount.announced.is_none();
        let announced = amount.announced.or(is_unannounced.then_some(Money::ZERO));
        let Some(announced) = announced.filter(|total| *total != amount.found()) else { continue };
        return Err(ExtractError::Totals {
            file: file(),
            column: column.to_string(),
            found: amount.found().to_string(),
            announced: announced.to_string(),
            difference: (amount.found() - announced).to_string(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    const CONTRACT: &str = r#"
        description = "deposit accounts"
        key = ["acct_no"]
        file = { name = "A_{biz_date}.dat", delimiter = "|" }
        delivery = { mode = "full", control = true, totals = ["balance"] }
        limits = { quarantine_share = 0.2 }
        columns = [
            { name = "acct_no", type = "text", required = true },
            { name = "balance", type = "decimal(18,2)", required = true },
        ]"#;

    fn load(rows: &str, control: &str, contract: &str) -> Result<LoadedFile, ExtractError> {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("A_20250630.dat");
        std::fs::write(&path, rows).unwrap();
        std::fs::write(folder.path().join("A_20250630.dat.ctl"), control).unwrap();
        let contract = Contract::parse(Path::new("core/account.toml"), contract).unwrap();
        load_file(&contract, &path, DateWindow { after: None, date: "2025-06-30".parse().unwrap() })
    }

    const ROWS: &str = "1|1200.50\n2|0.00\n3|-15.00\n4|300.00\n5|12,000.00\n";

    #[test]
    fn every_row_and_cent_is_accounted_for() {
        let loaded = load(ROWS, "rows=5\nsum_balance=13485.50\n", CONTRACT).unwrap();
        let account = &loaded.account;
        assert!(account.rows_tie());
        assert_eq!((account.loaded_rows, account.quarantined_rows), (4, 1));
        let balance = &account.amounts[&AmountKey::of("balance")];
        assert_eq!(
            (balance.loaded.to_string(), balance.quarantined.to_string()),
            ("1485.50".into(), "12000.00".into())
        );
        assert!(loaded.quarantined[0].describe().starts_with("line 5: Q04 balance"));
    }

    /// A deposit file in two currencies.
    const CURRENCIES: &str = "1|1200.50|CNY\n2|0.00|CNY\n3|-15.00|CNY\n4|300.00|USD\n5|12,000.00|CNY\n";

    fn by_currency() -> String {
        CONTRACT
            .replace("totals = [\"balance\"]", "totals = [\"balance\"], totals_by = \"ccy\"")
            .replace("required = true },\n        ]", "required = true },\n{ name = \"ccy\", type = \"text\" },\n]")
    }

    #[test]
    fn amounts_tie_per_currency() {
        // Acceptance A5.
        let control = "rows=5\nsum_balance_CNY=13185.50\nsum_balance_USD=300.00\n";
        let account = load(CURRENCIES, control, &by_currency()).unwrap().account;
        let of = |currency: &str| {
            let key = AmountKey { column: "balance".into(), currency: Some(currency.into()) };
            (account.amounts[&key].loaded.to_string(), account.amounts[&key].quarantined.to_string())
        };
        assert_eq!(of("CNY"), ("1185.50".into(), "12000.00".into()));
        assert_eq!(of("USD"), ("300.00".into(), "0.00".into()));
        // Acceptance A6, and a currency that was not announced.
        let refused = load(CURRENCIES, &control.replace("185.50", "185.51"), &by_currency()).unwrap_err().to_string();
        assert!(
            refused.starts_with("[F08]") && refused.contains("balance CNY") && refused.ends_with("-0.01"),
            "{refused}"
        );
        let refused = load(CURRENCIES, "rows=5\nsum_balance_CNY=13185.50\n", &by_currency()).unwrap_err().to_string();
        assert!(refused.contains("balance USD") && refused.ends_with("difference 300.00"), "{refused}");
    }

    #[test]
    fn another_days_file_under_this_name_is_refused() {
        assert!(load(ROWS, "biz_date=20250630\nrows=5\n", CONTRACT).is_ok());
        let refused = load(ROWS, "biz_date=2025-06-29\nrows=5\n", CONTRACT).unwrap_err().to_string();
        assert!(refused.starts_with("[F04]") && refused.contains("2025-06-29"), "{refused}");
    }

    #[test]
    fn one_bad_row_of_five_is_too_many_by_default() {
        let strict = CONTRACT.replace("limits = { quarantine_share = 0.2 }", "");
        let refused = load(ROWS, "rows=5\n", &strict).unwrap_err();
        assert!(refused.to_string().starts_with("[F07]"), "{refused}");
    }

    #[test]
    fn a_cent_too_many_refuses_the_file() {
        // Acceptance A6.
        let refused = load(ROWS, "rows=5\nsum_balance=13485.51\n", CONTRACT).unwrap_err().to_string();
        assert!(refused.starts_with("[F08]") && refused.ends_with("difference -0.01"), "{refused}");
        let refused = load(ROWS, "rows=6\n", CONTRACT).unwrap_err();
        assert!(refused.to_string().starts_with("[F03]"), "{refused}");
        let refused = load(ROWS, "sha256=00\n", CONTRACT).unwrap_err();
        assert!(refused.to_string().starts_with("[F02]"), "{refused}");
    }

    #[test]
    fn equal_duplicates_are_dropped_and_different_ones_all_quarantined() {
        // Q07.
        let rows = "1|10.00\n2|20.00\n1|10.00\n2|21.00\n3|5.00\n4|1.00\n5|1.00\n6|1.00\n7|1.00\n8|1.00\n2|20.00\n";
        let lenient = CONTRACT.replace("0.2", "0.5");
        let loaded = load(rows, "rows=11\nsum_balance=91.00\n", &lenient).unwrap();
        let account = &loaded.account;
        assert_eq!((account.loaded_rows, account.duplicate_rows, account.quarantined_rows), (7, 1, 3));
        assert!(account.rows_tie());
        assert_eq!(loaded.quarantined.iter().map(|q| q.line).collect::<Vec<_>>(), [2, 4, 11]);
        assert_eq!(loaded.quarantined[0].raw, b"2|20.00");
    }

    #[test]
    fn one_file_of_many_dates_is_split_without_loss() {
        let contract = r#"
            description = "postings"
            key = ["id"]
            file = { name = "T.asc", delimiter = ";", quote = '"', header = true }
            delivery = { mode = "insert", dated_by = { column = "day" }, totals = ["amount"] }
            columns = [
                { name = "id", type = "int" },
                { name = "day", type = "date", format = "%y%m%d", required = true },
                { name = "amount", source = "sum", type = "decimal(18,2)" },
            ]"#;
        let contract = Contract::parse(Path::new("b/t.toml"), contract).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("T.asc");
        std::fs::write(&path, "\"sum\";\"id\";\"day\"\r\n1.00;1;930101\r\n2.00;2;930131\r\n4.00;3;930201\r\n").unwrap();
        let window = |after: Option<&str>, date: &str| DateWindow {
            after: after.map(|a| a.parse().unwrap()),
            date: date.parse().unwrap(),
        };
        let january = load_file(&contract, &path, window(None, "1993-01-31")).unwrap().account;
        let february = load_file(&contract, &path, window(Some("1993-01-31"), "1993-02-28")).unwrap().account;
        assert_eq!((january.loaded_rows, january.other_date_rows), (2, 1));
        assert_eq!((february.loaded_rows, february.other_date_rows), (1, 2));
        assert_eq!(february.amounts[&AmountKey::of("amount")].loaded.to_string(), "4.00");
        assert!(january.rows_tie() && february.rows_tie());
    }

    #[test]
    fn a_row_that_failed_in_a_file_of_many_dates_is_quarantined_once() {
        let contract = r#"
            description = "postings"
            key = ["id"]
            file = { name = "T.asc", delimiter = ";" }
            delivery = { mode = "insert", dated_by = { column = "day" } }
            limits = { quarantine_share = 0.9 }
            columns = [{ name = "id", type = "int" }, { name = "day", type = "date", required = true }]"#;
        let contract = Contract::parse(Path::new("b/t.toml"), contract).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("T.asc");
        // Too short, no date, and a bad key on a day that is known.
        std::fs::write(&path, "1\n2;\nx;20250210\n3;20250131\n4;20250228\n").unwrap();
        let nights = [(None, "2025-01-31"), (Some("2025-01-31"), "2025-02-28")];
        let counts = nights.map(|(after, date)| {
            let after = after.map(|a| a.parse().unwrap());
            let window = DateWindow { after, date: date.parse().unwrap() };
            let account = load_file(&contract, &path, window).unwrap().account;
            assert!(account.rows_tie());
            (account.loaded_rows, account.quarantined_rows)
        });
        assert_eq!(counts, [(1, 2), (1, 1)]);
    }

    #[test]
    fn a_delimiter_inside_a_text_is_not_taken_for_one_at_the_end() {
        let note = "required = true },\n            { name = \"note\", type = \"text\" },\n        ]";
        let contract = CONTRACT.replace("0.2", "0.9").replace("required = true },\n        ]", note);
        let rows = |end: &str| format!("A1|1.00|x{end}\nA2|2.00|x|{end}\nA3|3.00|{end}\n");
        for (end, lost) in [("", 1), ("|", 1)] {
            let loaded = load(&rows(end), "rows=3\n", &contract);
            let account = loaded.unwrap().account;
            assert_eq!((account.loaded_rows, account.quarantined_rows), (3 - lost, lost), "{end:?}");
        }
    }

    #[test]
    fn a_fixed_width_file_is_loaded_by_bytes() {
        // Acceptance A4, through the whole loader.
        let contract = r#"
            description = "d"
            key = ["no"]
            file = { name = "A_{biz_date}.dat", encoding = "gb18030" }
            delivery = { mode = "full", totals = ["amount"] }
            limits = { quarantine_share = 0.5 }
            columns = [
                { name = "no", type = "text", width = 4 },
                { name = "name", type = "text", width = 8 },
                { name = "amount", type = "decimal(18,2)", width = 6 },
            ]"#;
        let contract = Contract::parse(Path::new("core/account.toml"), contract).unwrap();
        let text = "9001欧阳娜娜100.00\n9002𠮷野  200.00\n9003short\n";
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("A_20250630.dat");
        std::fs::write(&path, encoding_rs::GB18030.encode(text).0).unwrap();
        let window = DateWindow { after: None, date: "2025-06-30".parse().unwrap() };
        let loaded = load_file(&contract, &path, window).unwrap();
        let names = loaded.batch.column(1).as_any().downcast_ref::<StringArray>().unwrap();
        assert_eq!((names.value(0), names.value(1)), ("欧阳娜娜", "𠮷野"));
        assert_eq!(loaded.account.amounts[&AmountKey::of("amount")].loaded.to_string(), "300.00");
        assert!(loaded.quarantined[0].describe().ends_with("Q01 9 bytes where the layout has 18"));
    }

    /// Loaded rows, quarantined reasons and flags of a file of three columns.
    fn judged(columns: &str, severity: &str, rows: &str) -> (u64, Vec<String>, Vec<Option<String>>) {
        let contract = format!(
            "description = \"d\"\nkey = [\"no\"]\nfile = {{ name = \"A_{{biz_date}}.dat\", delimiter = \"|\" }}\n\
             delivery = {{ mode = \"full\" }}\nlimits = {{ quarantine_share = 1.0, amount = 1000 }}\n{severity}\n{columns}"
        );
        let count = format!("rows={}\n", rows.lines().count());
        let loaded = load(rows, &count, &contract).unwrap();
        let reasons = loaded.quarantined.iter().map(QuarantinedRow::describe).collect();
        let flags = loaded.batch.column_by_name("dq_flags").unwrap();
        let flags = flags.as_any().downcast_ref::<StringArray>().unwrap();
        (loaded.account.loaded_rows, reasons, flags.iter().map(|f| f.map(str::to_owned)).collect())
    }

    #[test]
    fn dates_in_an_impossible_order_and_days_to_come_are_quarantined() {
        // Q05, Q10.
        let columns = "columns = [{ name = \"no\", type = \"text\" }, { name = \"open\", type = \"date\", \
            not_after_biz_date = true }, { name = \"close\", type = \"date\", not_before = \"open\" }]";
        let rows = "1|20250101|20250102\n2|20250102|20250101\n3|20250701|99991231\n4||20200101\n";
        let (loaded, reasons, _) = judged(columns, "", rows);
        assert_eq!(loaded, 2);
        assert!(reasons[0].starts_with("line 2: Q05 close: lies before open"), "{reasons:?}");
        assert!(reasons[1].starts_with("line 3: Q10 open"), "{reasons:?}");
        let (loaded, _, flags) = judged(columns, "severity = { Q10 = \"warn\" }", rows);
        assert_eq!((loaded, flags[1].as_deref()), (3, Some("Q10")));
    }

    #[test]
    fn doubts_are_flags_until_the_contract_says_otherwise() {
        let columns = "columns = [{ name = \"no\", type = \"text\" }, { name = \"id\", type = \"text\", \
            check = \"resident_id\" }, { name = \"mobile\", type = \"text\", check = \"mobile\" }]";
        let rows = "1|11010519491231002X|13800138000\n2|110105194912310021|123\n";
        let (loaded, _, flags) = judged(columns, "", rows);
        assert_eq!((loaded, flags), (2, vec![None, Some("W01,W02".to_owned())]));
        let (loaded, reasons, _) = judged(columns, "severity = { W01 = \"quarantine\", W02 = \"ignore\" }", rows);
        assert_eq!((loaded, reasons.len()), (1, 1));
        // Acceptance O10: numbers of people do not appear in reasons.
        assert!(reasons[0].contains("W01") && !reasons[0].contains("110105194912310021"), "{reasons:?}");
    }

    #[test]
    fn a_file_in_another_encoding_is_refused_and_says_so() {
        let contract = CONTRACT.replace("control = true, ", "");
        let contract =
            contract.replace("{ name = \"balance\"", "{ name = \"name\", type = \"text\" },\n{ name = \"balance\"");
        let contract = Contract::parse(Path::new("core/account.toml"), &contract).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("A_20250630.dat");
        std::fs::write(&path, b"1|\xc0\xee|1.00\n2|\xcd\xf5|2.00\n").unwrap();
        let window = DateWindow { after: None, date: "2025-06-30".parse().unwrap() };
        let refused = load_file(&contract, &path, window).unwrap_err().to_string();
        assert!(refused.contains("2 of 2 rows hold bytes that are not UTF-8, first at line 1"), "{refused}");
    }
}
