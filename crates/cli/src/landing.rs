//! What lies in the landing folder, and what a business date's delivery becomes.

use std::collections::BTreeSet;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use bank::BusinessDate;
use chrono::Days;
use extract::contract::DatedBy;
use extract::ledger::{self, AMOUNT_TABLE, FILE_TABLE, QUARANTINE_TABLE};
use extract::load::{DateWindow, raw_schema};
use extract::{Contract, FileAccount, load_file, quarantine};
use warehouse::release::InputFile;
use warehouse::{DeliveredTable, Delivery};

use crate::failure::CliFailure;
use crate::project::Project;
use crate::settings::Cadence;

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

    /// Files that a business date needs and that are not there. What is delivered once is needed on the first date only.
    pub fn missing(&self, date: BusinessDate, is_first: bool) -> Vec<String> {
        let needed = |c: &&Contract| is_first || c.delivery.dated_by != DatedBy::Once;
        let names = self.project.contracts.iter().filter(needed).map(|c| c.file.name.for_date(date));
        names.filter(|name| !self.folder.join(name).is_file()).collect()
    }

    /// Load, check and account for everything delivered for a business date. `before` is the one processed before it.
    pub fn deliver(&self, date: BusinessDate, before: Option<BusinessDate>) -> Result<Delivery, CliFailure> {
        let missing = self.missing(date, before.is_none());
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
        tables.push(table(FILE_TABLE, ledger::file_schema(), vec![ledger::file_batch(date, &accounts)?]));
        tables.push(table(AMOUNT_TABLE, ledger::amount_schema(), vec![ledger::amount_batch(date, &accounts)?]));
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
