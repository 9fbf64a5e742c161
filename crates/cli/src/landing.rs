//! What lies in the landing folder, and what a business date's delivery becomes.

use std::collections::BTreeSet;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use bank::BusinessDate;
use chrono::Days;
use extract::contract::{DatedBy, DeliveryMode};
use extract::control::Control;
use extract::ledger::{self, AMOUNT_TABLE, FILE_TABLE, QUARANTINE_TABLE};
use extract::load::{DateWindow, raw_schema};
use extract::{Contract, ExtractError, FileAccount, load_file, quarantine};
use warehouse::release::InputFile;
use warehouse::{DeliveredTable, Delivery, Release};

use crate::failure::CliFailure;
use crate::project::Project;
use crate::settings::Cadence;

/// The landing folder of a project.
pub struct Landing<'p> {
    project: &'p Project,
    folder: PathBuf,
    /// Feeds (`system/feed`) whose full files may have shrunk tonight.
    accepted_shrinkage: BTreeSet<String>,
}

impl<'p> Landing<'p> {
    /// Of a project.
    pub fn new(project: &'p Project) -> Result<Self, CliFailure> {
        let folder = project.landing();
        if !folder.is_dir() {
            return Err(CliFailure::missing(format!("there is no landing folder {}", folder.display()))
                .hint("set `landing` in tally.toml, or --set landing=DIR"));
        }
        Ok(Landing { project, folder, accepted_shrinkage: BTreeSet::new() })
    }

    /// Accept full files of these feeds (`system/feed`) although they are much smaller than the ones before.
    ///
    /// A feed that the project does not have is refused.
    pub fn accept_shrinkage(mut self, feeds: &[String]) -> Result<Self, CliFailure> {
        let known: Vec<String> = self.project.contracts.iter().map(feed_name).collect();
        if let Some(unknown) = feeds.iter().find(|f| !known.contains(f)) {
            return Err(CliFailure::usage(format!(
                "--accept-shrinkage {unknown}: no such feed; the feeds are {}",
                known.join(", ")
            )));
        }
        self.accepted_shrinkage = feeds.iter().cloned().collect();
        Ok(self)
    }

    /// What was delivered again after its business date was processed. Unchanged files are not worth a word.
    pub fn delivered_again(&self, releases: &[Release]) -> Vec<String> {
        let inputs = releases.iter().flat_map(|r| &r.inputs);
        inputs.filter_map(|input| self.redelivery(input)).collect()
    }

    fn redelivery(&self, input: &InputFile) -> Option<String> {
        let file = &input.file;
        let text = std::fs::read_to_string(self.folder.join(format!("{file}.ctl"))).ok()?;
        // A control file that cannot be read now is no new delivery.
        let control = Control::parse(file, &text).ok()?;
        if control.sha256? == input.sha256 {
            return None;
        }
        let (first, again) = (input.batch_seq, control.batch_seq.unwrap_or(1));
        Some(match again > first {
            true => format!(
                "{file} was corrected (batch_seq {again}) after its business date was processed; `tally run --full` includes it"
            ),
            false => format!(
                "[F05] {file} was delivered again with batch_seq {again} and other content; the first delivery stays in force. Ask the source which one is right: a correction has a higher batch_seq"
            ),
        })
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

    /// Load, check and account for everything delivered for a business date. `base` is the release of the one before.
    pub fn deliver(&self, date: BusinessDate, base: Option<&Release>) -> Result<Delivery, CliFailure> {
        let before: Option<BusinessDate> = base.and_then(|b| b.biz_date.parse().ok());
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
            let is_shrinkage_accepted = self.refuse_shrinkage(contract, &loaded.account, base)?;
            inputs.push(InputFile { is_shrinkage_accepted, ..input_file(contract, &loaded.account) });
            accounts.push((contract, loaded.account));
            let schema = raw_schema(contract);
            tables.push(DeliveredTable { name: contract.table(), schema, batches: vec![loaded.batch] });
        }
        tables.push(table(FILE_TABLE, ledger::file_schema(), vec![ledger::file_batch(date, &accounts)?]));
        tables.push(table(AMOUNT_TABLE, ledger::amount_schema(), vec![ledger::amount_batch(date, &accounts)?]));
        tables.push(table(QUARANTINE_TABLE, quarantine::schema(), rejected));
        Ok(Delivery { tables, inputs })
    }

    /// Hold a full file that is much smaller than the one before, unless it was accepted. Says whether it was.
    fn refuse_shrinkage(
        &self,
        contract: &Contract,
        account: &FileAccount,
        base: Option<&Release>,
    ) -> Result<bool, CliFailure> {
        let of_feed = |i: &&InputFile| i.system == contract.system && i.feed == contract.feed;
        let Some(before) = base.and_then(|b| b.inputs.iter().find(of_feed)) else { return Ok(false) };
        let (before, rows) = (before.delivered_rows, account.delivered_rows);
        let feed = feed_name(contract);
        if contract.delivery.mode != DeliveryMode::Full || !contract.limits.holds(before, rows) {
            return Ok(false);
        }
        match self.accepted_shrinkage.contains(&feed) {
            true => Ok(true),
            false => Err(ExtractError::Shrunk { file: account.file.clone(), feed, rows, before }.into()),
        }
    }
}

fn feed_name(contract: &Contract) -> String {
    format!("{}/{}", contract.system, contract.feed)
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
        batch_seq: account.batch_seq,
        is_shrinkage_accepted: false,
        delivered_rows: account.delivered_rows,
        loaded_rows: account.loaded_rows,
        quarantined_rows: account.quarantined_rows,
        duplicate_rows: account.duplicate_rows,
        other_date_rows: account.other_date_rows,
    }
}
