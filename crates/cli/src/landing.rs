//! What lies in the landing folder, and what a business date's delivery becomes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bank::{BusinessDate, Money};
use chrono::Days;
use extract::contract::DatedBy;
use extract::load::{DateWindow, raw_schema};
use extract::{Contract, FileAccount, load_file, quarantine};
use warehouse::release::InputFile;
use warehouse::{DeliveredTable, Delivery};

use crate::failure::CliFailure;
use crate::project::Project;
use crate::settings::Cadence;

/// Account of every file.
pub const FILE_TABLE: &str = "meta_file";
/// Account of every amount column.
pub const AMOUNT_TABLE: &str = "meta_amount";
/// Rows that failed a check.
pub const QUARANTINE_TABLE: &str = "meta_quarantine";

/// The landing folder of a project.
pub struct Landing<'p> {
    project: &'p Project,
    folder: PathBuf,
}

impl<'p> Landing<'p> {
    /// Of a project.
    pub fn new(project: &'p Project) -> Result<Self, CliFailure> {
        let folder = project.landing();
        if !folder.is_dir() {
            return Err(CliFailure::missing(format!("there is no landing folder {}", folder.display()))
                .hint("set `landing` in tally.toml, or --set landing=DIR"));
        }
        Ok(Landing { project, folder })
    }

    /// Business dates for which anything was delivered, in order.
    pub fn business_dates(&self) -> Result<Vec<BusinessDate>, CliFailure> {
        if let Some(calendar) = &self.project.settings.calendar {
            let date = |text: &str| {
                text.parse::<BusinessDate>().map_err(|e| CliFailure::usage(format!("tally.toml, calendar: {e}")))
            };
            return Ok(calendar_dates(calendar.business_dates, date(&calendar.from)?, date(&calendar.to)?));
        }
        let mut dates = BTreeSet::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            let named = self.project.contracts.iter().filter(|c| c.delivery.dated_by == DatedBy::FileName);
            dates.extend(named.filter_map(|c| c.file.name.date_of(&name)));
        }
        Ok(dates.into_iter().collect())
    }

    /// Files that a business date needs and that are not there.
    pub fn missing(&self, date: BusinessDate) -> Vec<String> {
        let contracts = self.project.contracts.iter();
        contracts.map(|c| c.file.name.for_date(date)).filter(|name| !self.folder.join(name).is_file()).collect()
    }

    /// Load, check and account for everything delivered for a business date. `before` is the one processed before it.
    pub fn deliver(&self, date: BusinessDate, before: Option<BusinessDate>) -> Result<Delivery, CliFailure> {
        let missing = self.missing(date);
        if !missing.is_empty() {
            return Err(CliFailure::missing(format!(
                "{date} is not complete: {} of {} files are missing in {}:\n  {}",
                missing.len(),
                self.project.contracts.len(),
                self.folder.display(),
                missing.join("\n  ")
            ))
            .hint("nothing of this date was published; run again when they have arrived"));
        }
        let mut tables = Vec::new();
        let mut inputs = Vec::new();
        let mut accounts = Vec::new();
        let mut rejected = Vec::new();
        for contract in &self.project.contracts {
            if contract.delivery.dated_by == DatedBy::Once && before.is_some() {
                continue;
            }
            let path = self.folder.join(contract.file.name.for_date(date));
            let loaded = load_file(contract, &path, DateWindow { after: before, date })?;
            let file = &loaded.account.file;
            rejected.push(quarantine::batch(date, &contract.system, &contract.feed, file, &loaded.quarantined)?);
            inputs.push(input_file(contract, &loaded.account));
            accounts.push((contract, loaded.account));
            let schema = raw_schema(contract);
            tables.push(DeliveredTable { name: contract.table(), schema, batches: vec![loaded.batch] });
        }
        tables.push(table(FILE_TABLE, file_schema(), vec![file_batch(date, &accounts)?]));
        tables.push(table(AMOUNT_TABLE, amount_schema(), vec![amount_batch(date, &accounts)?]));
        tables.push(table(QUARANTINE_TABLE, quarantine::schema(), rejected));
        Ok(Delivery { tables, inputs })
    }
}

fn calendar_dates(cadence: Cadence, from: BusinessDate, to: BusinessDate) -> Vec<BusinessDate> {
    let mut dates = Vec::new();
    let mut next = match cadence {
        Cadence::MonthEnd => from.month_end(),
        Cadence::Day => from,
    };
    while next <= to {
        dates.push(next);
        next = match cadence {
            Cadence::MonthEnd => next.month_start().plus_months(1).month_end(),
            Cadence::Day => BusinessDate::new(next.date().checked_add_days(Days::new(1)).unwrap_or(next.date())),
        };
    }
    dates
}

fn table(name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> DeliveredTable {
    DeliveredTable { name: name.to_owned(), schema, batches }
}

fn input_file(contract: &Contract, account: &FileAccount) -> InputFile {
    InputFile {
        system: contract.system.clone(),
        feed: contract.feed.clone(),
        file: account.file.clone(),
        sha256: account.sha256.clone(),
        delivered_rows: account.delivered_rows,
        loaded_rows: account.loaded_rows,
        quarantined_rows: account.quarantined_rows,
        duplicate_rows: account.duplicate_rows,
        other_date_rows: account.other_date_rows,
    }
}

/// Columns of [`FILE_TABLE`].
pub fn file_schema() -> SchemaRef {
    let texts = ["system", "feed", "file", "sha256"].map(|n| Field::new(n, DataType::Utf8, true));
    let counts = ["bytes", "delivered_rows", "loaded_rows", "quarantined_rows", "duplicate_rows", "other_date_rows", "warned_rows"]
        .map(|n| Field::new(n, DataType::Int64, true));
    let date = Field::new("biz_date", DataType::Date32, true);
    Arc::new(Schema::new([date].into_iter().chain(texts).chain(counts).collect::<Vec<_>>()))
}

fn file_batch(date: BusinessDate, accounts: &[(&Contract, FileAccount)]) -> Result<RecordBatch, CliFailure> {
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
        counts(|a| a.bytes),
        counts(|a| a.delivered_rows),
        counts(|a| a.loaded_rows),
        counts(|a| a.quarantined_rows),
        counts(|a| a.duplicate_rows),
        counts(|a| a.other_date_rows),
        counts(|a| a.warned_rows),
    ];
    Ok(RecordBatch::try_new(file_schema(), columns)?)
}

/// Columns of [`AMOUNT_TABLE`].
pub fn amount_schema() -> SchemaRef {
    let texts = ["system", "feed", "file", "column_name"].map(|n| Field::new(n, DataType::Utf8, true));
    let amounts = ["announced_amount", "loaded_amount", "quarantined_amount", "duplicate_amount", "other_date_amount"]
        .map(|n| Field::new(n, DataType::Decimal128(18, 2), true));
    let date = Field::new("biz_date", DataType::Date32, true);
    Arc::new(Schema::new([date].into_iter().chain(texts).chain(amounts).collect::<Vec<_>>()))
}

fn amount_batch(date: BusinessDate, accounts: &[(&Contract, FileAccount)]) -> Result<RecordBatch, CliFailure> {
    let rows: Vec<(&Contract, &FileAccount, &String, &extract::account::AmountAccount)> = accounts
        .iter()
        .flat_map(|(c, a)| a.amounts.iter().map(move |(column, amount)| (*c, a, column, amount)))
        .collect();
    let amounts = |of: &dyn Fn(&extract::account::AmountAccount) -> Option<Money>| -> Result<ArrayRef, CliFailure> {
        let values: Decimal128Array = rows.iter().map(|r| of(r.3).map(Money::minor)).collect();
        Ok(Arc::new(values.with_precision_and_scale(18, 2)?))
    };
    let texts = |values: Vec<&str>| -> ArrayRef { Arc::new(StringArray::from(values)) };
    let columns = vec![
        Arc::new(Date32Array::from(vec![date.days_since_epoch(); rows.len()])) as ArrayRef,
        texts(rows.iter().map(|r| r.0.system.as_str()).collect()),
        texts(rows.iter().map(|r| r.0.feed.as_str()).collect()),
        texts(rows.iter().map(|r| r.1.file.as_str()).collect()),
        texts(rows.iter().map(|r| r.2.as_str()).collect()),
        amounts(&|a| a.announced)?,
        amounts(&|a| Some(a.loaded))?,
        amounts(&|a| Some(a.quarantined))?,
        amounts(&|a| Some(a.duplicate))?,
        amounts(&|a| Some(a.other_dates))?,
    ];
    Ok(RecordBatch::try_new(amount_schema(), columns)?)
}
