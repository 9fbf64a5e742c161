//! One chunk → typed rows, quarantine, account. A pure function of the chunk, so that many threads may work.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryBuilder, Date32Array, Int64Builder, RecordBatch, StringArray, StringBuilder};
use arrow::error::ArrowError;
use bank::Money;
use xxhash_rust::xxh3::xxh3_128;

use super::chunk::Chunk;
use super::doubts::Doubts;
use super::keys::{KeyedRow, Verdict};
use super::layout::{Cutter, Layout};
use super::sums::{Sums, counted};
use super::{DateWindow, raw_schema};
use crate::account::{AmountAccount, FileAccount, Finding};
use crate::column::{Builder, Value, read};
use crate::contract::{ColumnType, Contract, DatedBy, Severity};
use crate::correction::Corrections;
use crate::decode::REPLACEMENT;
use crate::quarantine::{QuarantinedRow, Reason, ReasonCode};
use crate::record::{Record, records};

/// What became of a chunk.
pub(super) struct ChunkRows {
    /// Rows that passed.
    pub batch: RecordBatch,
    /// Rows that failed, in file order.
    pub quarantined: Vec<QuarantinedRow>,
    /// Counts and sums of this chunk.
    pub account: FileAccount,
    /// Keys of the rows that passed.
    pub keys: Vec<KeyedRow>,
    /// First line with undecodable bytes, and how many.
    pub undecodable: Option<(u64, u64)>,
}

/// Reads chunks of one file.
pub(super) struct RowReader<'c> {
    contract: &'c Contract,
    window: DateWindow,
    file: &'c str,
    layout: Layout,
    /// Rows that stand in for delivered ones, by line: bytes and text.
    corrections: &'c Corrections,
    corrected: BTreeMap<u64, (&'c [u8], Cow<'c, str>)>,
    /// What an earlier pass decided, by line; `None` in the pass that collects the keys.
    verdicts: Option<&'c HashMap<u64, Verdict>>,
    cutter: Cutter,
    is_key: Vec<bool>,
    key: Vec<usize>,
    totals: Vec<usize>,
    /// Whether columns with totals hold what the account counts: two decimals, in the source's own unit and form.
    totals_are_counted_as_read: bool,
    currency: Option<usize>,
    dated: Option<usize>,
    doubts: Doubts<'c>,
}

/// The part of the account that a row belongs to.
type Part = fn(&mut AmountAccount) -> &mut Money;

impl<'c> RowReader<'c> {
    pub fn new(
        contract: &'c Contract,
        window: DateWindow,
        file: &'c str,
        layout: Layout,
        corrections: &'c Corrections,
        verdicts: Option<&'c HashMap<u64, Verdict>>,
    ) -> Self {
        let cutter = Cutter::new(contract);
        let place = |name: &String| contract.columns.iter().position(|c| c.name == *name);
        RowReader {
            contract,
            window,
            file,
            layout,
            corrections,
            corrected: corrections.rows().map(|(line, row)| (line, (row, cutter.decoder.decode(row)))).collect(),
            verdicts,
            cutter,
            is_key: contract.columns.iter().map(|c| contract.key.contains(&c.name)).collect(),
            key: contract.key.iter().filter_map(place).collect(),
            totals_are_counted_as_read: contract.delivery.totals.iter().filter_map(place).all(|place| {
                let column = &contract.columns[place];
                let is_money = matches!(column.column_type, ColumnType::Decimal(precision, 2) if precision <= 28);
                is_money && column.unit.is_none() && !column.lenient_numbers && column.null_words.is_empty()
            }),
            totals: contract.delivery.totals.iter().filter_map(place).collect(),
            currency: contract.delivery.totals_by.as_ref().and_then(place),
            dated: match &contract.delivery.dated_by {
                DatedBy::Column(name) => place(name),
                _ => None,
            },
            doubts: Doubts::new(contract, window.date),
        }
    }

    /// Read a chunk. With `keeps_rows` false its rows are judged and not kept.
    ///
    /// # Errors
    /// Never in practice; Arrow checks that all columns have one length.
    pub fn read(&self, chunk: &Chunk, keeps_rows: bool) -> Result<ChunkRows, ArrowError> {
        let text = self.cutter.decoder.decode(&chunk.bytes);
        let has_replacement = text.contains(REPLACEMENT);
        let quote = self.contract.file.quote_byte();
        // Line ends and quotes are the same in bytes and in text, whatever stands between them.
        let pairs = records(&chunk.bytes, quote).zip(records(text.as_bytes(), quote));
        let mut work = Work::new(self, if keeps_rows { chunk.bytes.len() } else { 0 });
        work.keeps_rows = keeps_rows;
        let mut fields = Vec::with_capacity(self.layout.field_count + 1);
        for (raw, decoded) in pairs.filter(|(raw, _)| !raw.bytes.is_empty()) {
            let mut record = Record { line: chunk.line + raw.line - 1, offset: chunk.offset + raw.offset, ..raw };
            if self.layout.header_line == Some(record.line) {
                continue;
            }
            // An offset into a text of this size fits.
            let from = decoded.offset as usize;
            let mut line = text.get(from..from + decoded.bytes.len()).unwrap_or_default();
            if let Some((bytes, corrected)) = self.corrected.get(&record.line)
                && self.corrections.is_for(record.line, record.bytes)
            {
                record.bytes = bytes;
                line = corrected;
                work.account.corrected_rows += 1;
            }
            if has_replacement && line.contains(REPLACEMENT) {
                work.undecodable.get_or_insert((record.line, 0)).1 += 1;
            }
            let fits = self.layout.split(&self.cutter, record.bytes, line, &mut fields);
            work.row(&record, &fields, fits);
        }
        work.finish()
    }

    /// A row that failed its checks belongs to the first business date, so that it is kept once.
    fn is_of_other_date(&self, dated: &Value<'_>, passed: bool) -> bool {
        match dated {
            Value::Date(day) => {
                *day > self.window.date.days_since_epoch()
                    || self.window.after.is_some_and(|after| *day <= after.days_since_epoch())
            }
            _ => !passed && self.window.after.is_some(),
        }
    }

    fn key_hash(&self, values: &[Value<'_>], scratch: &mut Vec<u8>) -> u128 {
        scratch.clear();
        for place in &self.key {
            match &values[*place] {
                Value::Text(text) => scratch.extend_from_slice(text.as_bytes()),
                Value::Int(n) | Value::Timestamp(n) => scratch.extend_from_slice(&n.to_le_bytes()),
                Value::Date(n) => scratch.extend_from_slice(&n.to_le_bytes()),
                Value::Decimal(n) => scratch.extend_from_slice(&n.to_le_bytes()),
                Value::Null => {}
            }
            scratch.push(0x1F);
        }
        xxh3_128(scratch)
    }
}

/// A chunk being read.
struct Work<'r, 'c> {
    reader: &'r RowReader<'c>,
    keeps_rows: bool,
    builders: Vec<Builder>,
    lines: Int64Builder,
    hashes: BinaryBuilder,
    flags: StringBuilder,
    sums: Sums,
    account: FileAccount,
    quarantined: Vec<QuarantinedRow>,
    keys: Vec<KeyedRow>,
    undecodable: Option<(u64, u64)>,
    scratch: Vec<u8>,
}

impl<'r, 'c> Work<'r, 'c> {
    fn new(reader: &'r RowReader<'c>, bytes: usize) -> Self {
        // A guess that saves growing: rows of about 128 bytes, their text spread over the columns.
        let rows = bytes / 128;
        let text_bytes = bytes / reader.contract.columns.len().max(1);
        Work {
            reader,
            keeps_rows: true,
            builders: reader.contract.columns.iter().map(|c| Builder::new(c.column_type, rows, text_bytes)).collect(),
            lines: Int64Builder::with_capacity(rows),
            hashes: BinaryBuilder::with_capacity(rows, rows * 16),
            flags: StringBuilder::with_capacity(rows, 0),
            sums: Sums::default(),
            account: FileAccount::default(),
            quarantined: Vec::new(),
            keys: Vec::new(),
            undecodable: None,
            scratch: Vec::new(),
        }
    }

    fn row(&mut self, record: &Record<'_>, fields: &[Cow<'_, str>], fits: Result<(), String>) {
        self.account.delivered_rows += 1;
        let reader = self.reader;
        if let Err(detail) = fits {
            if reader.dated.is_some() && reader.is_of_other_date(&Value::Null, false) {
                return self.other_date(fields);
            }
            return self.quarantine(record, fields, vec![Reason { code: ReasonCode::Q01, column: None, detail }]);
        }
        let contract = reader.contract;
        let mut reasons = Vec::new();
        let mut flags = Vec::new();
        let mut values = Vec::with_capacity(contract.columns.len());
        for ((column, at), is_key) in contract.columns.iter().zip(&reader.layout.place).zip(&reader.is_key) {
            let field = fields.get(*at).map_or("", |f| f.as_ref());
            match read(column, *is_key, field, reader.window.date) {
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
        reader.doubts.of(&values, |doubt| sort_out(contract, doubt, &mut reasons, &mut flags));
        if reader.dated.is_some_and(|place| reader.is_of_other_date(&values[place], reasons.is_empty())) {
            return self.other_date(fields);
        }
        if !reasons.is_empty() {
            return self.quarantine(record, fields, reasons);
        }
        let row_hash = xxh3_128(record.bytes);
        if reader.contract.has_unique_key() {
            match reader.verdicts {
                None => {
                    let key = reader.key_hash(&values, &mut self.scratch);
                    self.keys.push(KeyedRow { key, line: record.line, row: row_hash as u64 });
                }
                Some(verdicts) => match verdicts.get(&record.line) {
                    Some(Verdict::Duplicate) => {
                        self.account.duplicate_rows += 1;
                        return self.count(fields, |a| &mut a.duplicate);
                    }
                    Some(Verdict::Conflict) => return self.quarantine(record, fields, vec![conflict(contract)]),
                    None => {}
                },
            }
        }
        self.account.loaded_rows += 1;
        self.count_values(fields, &values);
        if !self.keeps_rows {
            return;
        }
        for (builder, value) in self.builders.iter_mut().zip(&values) {
            builder.append(value);
        }
        self.lines.append_value(i64::try_from(record.line).unwrap_or(i64::MAX));
        self.hashes.append_value(row_hash.to_be_bytes());
        if flags.is_empty() {
            return self.flags.append_null();
        }
        flags.sort();
        flags.dedup();
        self.account.warned_rows += 1;
        self.find(&flags, false);
        self.flags.append_value(flags.iter().map(|f| f.code()).collect::<Vec<_>>().join(","));
    }

    fn other_date(&mut self, fields: &[Cow<'_, str>]) {
        self.account.other_date_rows += 1;
        self.count(fields, |a| &mut a.other_dates);
    }

    /// Count a row under each of its codes once.
    fn find(&mut self, codes: &[ReasonCode], is_quarantined: bool) {
        for code in codes {
            *self.account.findings.entry(Finding { code: *code, is_quarantined }).or_default() += 1;
        }
    }

    fn quarantine(&mut self, record: &Record<'_>, fields: &[Cow<'_, str>], reasons: Vec<Reason>) {
        self.account.quarantined_rows += 1;
        let codes: BTreeSet<ReasonCode> = reasons.iter().map(|r| r.code).collect();
        self.find(&codes.into_iter().collect::<Vec<_>>(), true);
        self.count(fields, |a| &mut a.quarantined);
        let Record { line, offset, bytes } = *record;
        self.quarantined.push(QuarantinedRow { line, offset, raw: bytes.to_vec(), reasons });
    }

    /// Count a row's amounts, read leniently: a quarantined 12,000.00 still counts as twelve thousand.
    fn count(&mut self, fields: &[Cow<'_, str>], part: Part) {
        let reader = self.reader;
        if reader.totals.is_empty() {
            return;
        }
        let field = |place: usize| {
            let at = reader.layout.place.get(place).copied().unwrap_or(usize::MAX);
            fields.get(at).map_or("", |f| f.as_ref())
        };
        let currency = reader.currency.map(|place| field(place).trim());
        let sums = self.sums.of(currency, reader.totals.len());
        for (sum, place) in sums.iter_mut().zip(&reader.totals) {
            *part(sum) += counted(field(*place));
        }
    }

    /// Count a loaded row's amounts: those that were read already need not be read again.
    fn count_values(&mut self, fields: &[Cow<'_, str>], values: &[Value<'_>]) {
        let reader = self.reader;
        if reader.currency.is_some() || !reader.totals_are_counted_as_read {
            return self.count(fields, |a| &mut a.loaded);
        }
        if reader.totals.is_empty() {
            return;
        }
        let sums = self.sums.of(None, reader.totals.len());
        for (sum, place) in sums.iter_mut().zip(&reader.totals) {
            if let Value::Decimal(minor) = values[*place] {
                sum.loaded += Money::from_minor(minor);
            }
        }
    }

    fn finish(mut self) -> Result<ChunkRows, ArrowError> {
        let reader = self.reader;
        let lines = self.lines.finish();
        let count = arrow::array::Array::len(&lines);
        let date = reader.window.date.days_since_epoch();
        let mut columns: Vec<ArrayRef> = self.builders.iter_mut().map(Builder::finish).collect();
        columns.push(Arc::new(Date32Array::from(vec![date; count])));
        columns.push(Arc::new(StringArray::from_iter_values(std::iter::repeat_n(reader.file, count))));
        columns.push(Arc::new(lines));
        columns.push(Arc::new(self.hashes.finish()));
        columns.push(Arc::new(self.flags.finish()));
        let batch = RecordBatch::try_new(raw_schema(reader.contract), columns)?;
        self.account.amounts = self.sums.into_amounts(reader.contract);
        Ok(ChunkRows {
            batch,
            quarantined: self.quarantined,
            account: self.account,
            keys: self.keys,
            undecodable: self.undecodable,
        })
    }
}

fn conflict(contract: &Contract) -> Reason {
    let detail = "another row of this file has the same key and different content".to_owned();
    Reason { code: ReasonCode::Q07, column: Some(contract.key.join(",")), detail }
}

/// A doubt becomes a reason for quarantine, a flag, or nothing, as the contract says.
fn sort_out(contract: &Contract, doubt: Reason, reasons: &mut Vec<Reason>, flags: &mut Vec<ReasonCode>) {
    match contract.severity.get(&doubt.code).copied().unwrap_or(doubt.code.severity()) {
        Severity::Quarantine => reasons.push(doubt),
        Severity::Warn => flags.push(doubt.code),
        Severity::Ignore => {}
    }
}
