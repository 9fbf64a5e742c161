//! Accounts of files as tables: where every row and every cent of a business date went.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use bank::{BusinessDate, Money};

use crate::account::{AmountAccount, AmountKey, FileAccount, Finding};
use crate::contract::Contract;

/// Account of every file.
pub const FILE_TABLE: &str = "meta_file";
/// Account of every amount column.
pub const AMOUNT_TABLE: &str = "meta_amount";
/// What was found in rows, counted by reason code.
pub const FINDING_TABLE: &str = "meta_finding";
/// Rows that failed a check.
pub const QUARANTINE_TABLE: &str = "meta_quarantine";

/// A quarantined row may hold an account number where its amount should stand, so sums may be very long.
const AMOUNT_TYPE: DataType = DataType::Decimal128(38, 2);

/// Every table that extracting fills: one per feed, the accounts, the quarantine.
#[must_use]
pub fn raw_tables(contracts: &[Contract]) -> BTreeMap<String, SchemaRef> {
    let mut tables: BTreeMap<String, SchemaRef> =
        contracts.iter().map(|c| (c.table(), crate::load::raw_schema(c))).collect();
    let changes = contracts.iter().filter_map(|c| c.change.as_deref());
    tables.extend(changes.map(|c| (c.table(), crate::load::change_schema(c))));
    tables.insert(FILE_TABLE.to_owned(), file_schema());
    tables.insert(AMOUNT_TABLE.to_owned(), amount_schema());
    tables.insert(FINDING_TABLE.to_owned(), finding_schema());
    tables.insert(QUARANTINE_TABLE.to_owned(), crate::quarantine::schema());
    tables
}

/// Columns of [`FILE_TABLE`].
#[must_use]
pub fn file_schema() -> SchemaRef {
    let texts = ["system", "feed", "file", "sha256"].map(|n| Field::new(n, DataType::Utf8, true));
    let counts = [
        "batch_seq",
        "bytes",
        "delivered_rows",
        "loaded_rows",
        "quarantined_rows",
        "duplicate_rows",
        "other_date_rows",
        "warned_rows",
    ]
    .map(|n| Field::new(n, DataType::Int64, true));
    let date = Field::new("biz_date", DataType::Date32, true);
    Arc::new(Schema::new([date].into_iter().chain(texts).chain(counts).collect::<Vec<_>>()))
}

/// One row per file.
///
/// # Errors
/// Never in practice; Arrow checks that all columns have one length.
pub fn file_batch(date: BusinessDate, accounts: &[(&Contract, FileAccount)]) -> Result<RecordBatch, ArrowError> {
    let texts = |of: &dyn Fn(&Contract, &FileAccount) -> String| -> ArrayRef {
        Arc::new(accounts.iter().map(|(c, a)| Some(of(c, a))).collect::<StringArray>())
    };
    let counts = |of: fn(&FileAccount) -> u64| -> ArrayRef {
        Arc::new(accounts.iter().map(|(_, a)| i64::try_from(of(a)).ok()).collect::<Int64Array>())
    };
    let columns = vec![
        Arc::new(Date32Array::from(vec![date.days_since_epoch(); accounts.len()])) as ArrayRef,
        texts(&|c, _| c.system.clone()),
        texts(&|c, _| c.feed.clone()),
        texts(&|_, a| a.file.clone()),
        texts(&|_, a| a.sha256.clone()),
        counts(|a| u64::from(a.batch_seq)),
        counts(|a| a.bytes),
        counts(|a| a.delivered_rows),
        counts(|a| a.loaded_rows),
        counts(|a| a.quarantined_rows),
        counts(|a| a.duplicate_rows),
        counts(|a| a.other_date_rows),
        counts(|a| a.warned_rows),
    ];
    RecordBatch::try_new(file_schema(), columns)
}

/// Columns of [`AMOUNT_TABLE`].
#[must_use]
pub fn amount_schema() -> SchemaRef {
    let texts = ["system", "feed", "file", "column_name", "currency"].map(|n| Field::new(n, DataType::Utf8, true));
    let amounts = ["announced_amount", "loaded_amount", "quarantined_amount", "duplicate_amount", "other_date_amount"]
        .map(|n| Field::new(n, AMOUNT_TYPE, true));
    let date = Field::new("biz_date", DataType::Date32, true);
    Arc::new(Schema::new([date].into_iter().chain(texts).chain(amounts).collect::<Vec<_>>()))
}

/// One row per file, amount column and currency.
///
/// # Errors
/// When a sum has more digits than a column holds.
pub fn amount_batch(date: BusinessDate, accounts: &[(&Contract, FileAccount)]) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<(&Contract, &FileAccount, &AmountKey, &AmountAccount)> = accounts
        .iter()
        .flat_map(|(c, a)| a.amounts.iter().map(move |(column, amount)| (*c, a, column, amount)))
        .collect();
    let amounts = |of: &dyn Fn(&AmountAccount) -> Option<Money>| -> Result<ArrayRef, ArrowError> {
        let values: Decimal128Array = rows.iter().map(|r| of(r.3).map(Money::minor)).collect();
        Ok(Arc::new(values.with_precision_and_scale(38, 2)?))
    };
    let texts = |values: Vec<&str>| -> ArrayRef { Arc::new(StringArray::from(values)) };
    let columns = vec![
        Arc::new(Date32Array::from(vec![date.days_since_epoch(); rows.len()])) as ArrayRef,
        texts(rows.iter().map(|r| r.0.system.as_str()).collect()),
        texts(rows.iter().map(|r| r.0.feed.as_str()).collect()),
        texts(rows.iter().map(|r| r.1.file.as_str()).collect()),
        texts(rows.iter().map(|r| r.2.column.as_str()).collect()),
        Arc::new(rows.iter().map(|r| r.2.currency.as_deref()).collect::<StringArray>()),
        amounts(&|a| a.announced)?,
        amounts(&|a| Some(a.loaded))?,
        amounts(&|a| Some(a.quarantined))?,
        amounts(&|a| Some(a.duplicate))?,
        amounts(&|a| Some(a.other_dates))?,
    ];
    RecordBatch::try_new(amount_schema(), columns)
}

/// Columns of [`FINDING_TABLE`].
#[must_use]
pub fn finding_schema() -> SchemaRef {
    let texts = ["system", "feed", "file", "reason_code", "outcome"].map(|n| Field::new(n, DataType::Utf8, true));
    let fields = [Field::new("biz_date", DataType::Date32, true)].into_iter().chain(texts);
    Arc::new(Schema::new(fields.chain([Field::new("rows", DataType::Int64, true)]).collect::<Vec<_>>()))
}

/// One row per file, reason code and outcome (`quarantined`, or `flagged` and loaded).
///
/// # Errors
/// Never in practice; Arrow checks that all columns have one length.
pub fn finding_batch(date: BusinessDate, accounts: &[(&Contract, FileAccount)]) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<(&Contract, &FileAccount, &Finding, u64)> =
        accounts.iter().flat_map(|(c, a)| a.findings.iter().map(move |(f, n)| (*c, a, f, *n))).collect();
    let texts = |values: Vec<String>| -> ArrayRef { Arc::new(StringArray::from(values)) };
    let outcome = |f: &Finding| if f.is_quarantined { "quarantined" } else { "flagged" };
    let columns = vec![
        Arc::new(Date32Array::from(vec![date.days_since_epoch(); rows.len()])) as ArrayRef,
        texts(rows.iter().map(|r| r.0.system.clone()).collect()),
        texts(rows.iter().map(|r| r.0.feed.clone()).collect()),
        texts(rows.iter().map(|r| r.1.file.clone()).collect()),
        texts(rows.iter().map(|r| r.2.code.code()).collect()),
        texts(rows.iter().map(|r| outcome(r.2).to_owned()).collect()),
        Arc::new(rows.iter().map(|r| i64::try_from(r.3).ok()).collect::<Int64Array>()),
    ];
    RecordBatch::try_new(finding_schema(), columns)
}
