//! What lies in the landing folder, and what a business date's delivery becomes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use bank::BusinessDate;
use chrono::Days;
use extract::contract::{DatedBy, DeliveryMode};
use extract::control::Control;
use extract::ledger::{self, AMOUNT_TABLE, FILE_TABLE, FINDING_TABLE, QUARANTINE_TABLE};
use extract::load::{DateWindow, change_schema, raw_schema};
use extract::{Contract, Corrections, ExtractError, FileAccount, Means, RowSink, load_file, quarantine};
use sha2::{Digest, Sha256};
use warehouse::journal::DoneDelivery;
use warehouse::release::InputFile;
use warehouse::{ChangeSet, DeliveredTable, OpenNight, Release, RowGroup, TableLoad, WarehouseError};

use crate::failure::CliFailure;
use crate::project::Project;
use crate::settings::Cadence;

/// Tables with the accounts of a night's files.
const ACCOUNT_TABLES: usize = 4;

/// A file's rows go into the warehouse's table.
struct TableSink(TableLoad);

impl RowSink for TableSink {
    type Piece = RowGroup;
    type Error = WarehouseError;

    fn prepare(&self, rows: RecordBatch) -> Result<RowGroup, WarehouseError> {
        self.0.encode(&rows)
    }

    fn keep(&self, group: RowGroup) -> Result<(), WarehouseError> {
        self.0.append(group)
    }

    fn restart(&self) -> Result<(), WarehouseError> {
        self.0.restart();
        Ok(())
    }
}

/// The landing folder of a project.
pub struct Landing<'p> {
    project: &'p Project,
    folder: PathBuf,
    /// Feeds (`system/feed`) whose full files may have shrunk tonight.
    accepted_shrinkage: BTreeSet<String>,
    /// Whether feeds that allow it are no longer waited for.
    is_past_deadline: bool,
}

impl<'p> Landing<'p> {
    /// Of a project.
    pub fn new(project: &'p Project) -> Result<Self, CliFailure> {
        let folder = project.landing();
        if !folder.is_dir() {
            return Err(CliFailure::missing(format!("there is no landing folder {}", folder.display()))
                .hint("set `landing` in tally.toml, or --set landing=DIR"));
        }
        Ok(Landing { project, folder, accepted_shrinkage: BTreeSet::new(), is_past_deadline: false })
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

    /// Whether the deadline is past: feeds with `allow_stale` are no longer waited for.
    #[must_use]
    pub fn past_deadline(mut self, is_past: bool) -> Self {
        self.is_past_deadline = is_past;
        self
    }

    /// What was delivered again after its business date was processed. Unchanged files are not worth a word.
    pub fn delivered_again(&self, releases: &[Release]) -> Vec<String> {
        let inputs = releases.iter().flat_map(|r| r.inputs.iter().map(|input| (r.biz_date.as_str(), input)));
        inputs.filter_map(|(date, input)| self.redelivery(date, input)).collect()
    }

    fn redelivery(&self, date: &str, input: &InputFile) -> Option<String> {
        let file = &input.file;
        if Corrections::of(&self.folder.join(file)).is_ok_and(|c| c.sha256 != input.corrections_sha256) {
            return Some(format!("corrected rows of {file} wait; `tally run --from {date}` includes them"));
        }
        let text = std::fs::read_to_string(self.folder.join(format!("{file}.ctl"))).ok()?;
        // A control file that cannot be read now is no new delivery.
        let control = Control::parse(file, &text).ok()?;
        if control.sha256? == input.sha256 {
            return None;
        }
        let (first, again) = (input.batch_seq, control.batch_seq.unwrap_or(1));
        Some(match again > first {
            true => format!(
                "{file} was corrected (batch_seq {again}) after its business date was processed; `tally run --from {date}` includes it"
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
            dates.extend(named.flat_map(forms).filter_map(|c| c.file.name.date_of(&name)));
        }
        Ok(dates.into_iter().collect())
    }

    /// Files that a business date needs and that are not there. What is delivered once is needed on the first date only.
    pub fn missing(&self, date: BusinessDate, is_first: bool) -> Vec<String> {
        let needed = |c: &&Contract| is_first || c.delivery.dated_by != DatedBy::Once;
        let lacks = |contract: &Contract| match self.delivered(contract, date) {
            Some((form, path)) => {
                let name = form.file.name.for_date(date);
                let absent = |companion: &String| !path.with_file_name(companion).is_file();
                let waits = |companion| format!("{companion}  [F01] {name} is WAITING for it");
                form.companions(&name).into_iter().filter(absent).map(waits).collect()
            }
            None if !is_first && self.is_stale_accepted(contract) => vec![],
            // Changes cannot come first.
            None => {
                let names = forms(contract).take(if is_first { 1 } else { 2 }).map(|c| c.file.name.for_date(date));
                vec![names.collect::<Vec<_>>().join(" or ")]
            }
        };
        self.project.contracts.iter().filter(needed).flat_map(lacks).collect()
    }

    /// Whether a night may go on with what this feed said the day before.
    fn is_stale_accepted(&self, contract: &Contract) -> bool {
        self.is_past_deadline && contract.delivery.allow_stale
    }

    /// Feeds of a business date that go on with what they said the day before.
    pub fn stale(&self, date: BusinessDate) -> Vec<String> {
        let feeds = self.project.contracts.iter().filter(|c| self.is_stale_accepted(c));
        feeds.filter(|c| self.delivered(c, date).is_none()).map(feed_name).collect()
    }

    /// The file of a feed for a business date and the contract it is under: the full file, or else the one of changes.
    fn delivered<'c>(&self, contract: &'c Contract, date: BusinessDate) -> Option<(&'c Contract, PathBuf)> {
        let path = |c: &'c Contract| (c, self.folder.join(c.file.name.for_date(date)));
        forms(contract).map(path).find(|(_, path)| path.is_file())
    }

    /// Refuse a business date whose files are not all there. Returns how many tables [`Landing::deliver`] will fill.
    pub fn complete(&self, date: BusinessDate, base: Option<&Release>) -> Result<usize, CliFailure> {
        let missing = self.missing(date, base.is_none());
        if missing.is_empty() {
            return Ok(self.contracts(base).count() + ACCOUNT_TABLES);
        }
        Err(CliFailure::missing(format!(
            "{date} is not complete: {} file(s) of {} feeds are missing in {}:\n  {}",
            missing.len(),
            self.project.contracts.len(),
            self.folder.display(),
            missing.join("\n  ")
        ))
        .hint("nothing of this date was published; run again when they have arrived"))
    }

    /// Feeds with a file tonight: what is delivered once comes with the first date.
    fn contracts(&self, base: Option<&Release>) -> impl Iterator<Item = &'p Contract> {
        let is_first = base.is_none();
        self.project.contracts.iter().filter(move |c| is_first || c.delivery.dated_by != DatedBy::Once)
    }

    /// Hash of what a delivery's rows depend on: contracts and files.
    pub fn fingerprint(&self, inputs: &[InputFile]) -> String {
        let files: Vec<_> = inputs.iter().map(|i| (&i.file, &i.sha256, &i.corrections_sha256)).collect();
        hex::encode(Sha256::digest(format!("{:?}\n{files:?}", self.project.contracts)))
    }

    /// Whether a delivery that was loaded before is the one that lies here now.
    pub fn is_unchanged(
        &self,
        date: BusinessDate,
        base: Option<&Release>,
        done: &DoneDelivery,
    ) -> Result<bool, CliFailure> {
        let mut inputs = Vec::new();
        for contract in self.contracts(base) {
            let Some((form, path)) = self.delivered(contract, date) else { continue };
            let file = form.file.name.for_date(date);
            let Some(known) = done.inputs.iter().find(|i| i.file == file) else { return Ok(false) };
            let corrections_sha256 = Corrections::of(&path)?.sha256;
            inputs.push(InputFile { sha256: sha256_of(&path)?, corrections_sha256, ..known.clone() });
        }
        Ok(inputs.len() == done.inputs.len() && self.fingerprint(&inputs) == done.fingerprint)
    }

    /// Load, check and account for everything delivered for a business date. `base` is the release of the one before.
    pub async fn deliver(
        &self,
        date: BusinessDate,
        base: Option<&Release>,
        night: &mut OpenNight<'_>,
    ) -> Result<Vec<InputFile>, CliFailure> {
        let before: Option<BusinessDate> = base.and_then(|b| b.biz_date.parse().ok());
        let engine = &self.project.engine;
        let means = Means::new(engine.threads, &engine.spill_dir);
        let mut inputs = Vec::new();
        let mut accounts = Vec::new();
        let mut rejected = Vec::new();
        for contract in self.contracts(base) {
            let Some((form, path)) = self.delivered(contract, date) else {
                // The date is complete, so this is a feed that may be stale.
                night.carry(&contract.table(), raw_schema(contract)).await?;
                continue;
            };
            let window = DateWindow { after: before, date };
            let mut is_shrinkage_accepted = false;
            let loaded = if form.is_change {
                let table = TableSink(night.load_changes(&form.table(), raw_schema(form))?);
                let loaded = load_file(form, &path, window, &means, &table)?;
                all_kept(&table.0, &loaded.account)?;
                night.change(table.0, &change_set(contract, form)).await?;
                loaded
            } else {
                let table = TableSink(night.load(&contract.table(), raw_schema(contract), &contract.key)?);
                let loaded = load_file(contract, &path, window, &means, &table)?;
                all_kept(&table.0, &loaded.account)?;
                is_shrinkage_accepted = self.refuse_shrinkage(contract, &loaded.account, base)?;
                night.commit(table.0).await?;
                loaded
            };
            let file = &loaded.account.file;
            rejected.push(quarantine::batch(date, &contract.system, &contract.feed, file, &loaded.quarantined)?);
            inputs.push(InputFile { is_shrinkage_accepted, ..input_file(contract, &loaded.account) });
            accounts.push((contract, loaded.account));
        }
        let file_accounts = vec![ledger::file_batch(date, &accounts)?];
        let amount_accounts = vec![ledger::amount_batch(date, &accounts)?];
        night.deliver(table(FILE_TABLE, ledger::file_schema(), file_accounts)).await?;
        night.deliver(table(AMOUNT_TABLE, ledger::amount_schema(), amount_accounts)).await?;
        let findings = vec![ledger::finding_batch(date, &accounts)?];
        night.deliver(table(FINDING_TABLE, ledger::finding_schema(), findings)).await?;
        night.deliver(table(QUARANTINE_TABLE, quarantine::schema(), rejected)).await?;
        Ok(inputs)
    }

    /// Hold a full file that is much smaller than the one before, unless it was accepted. Says whether it was.
    fn refuse_shrinkage(
        &self,
        contract: &Contract,
        account: &FileAccount,
        base: Option<&Release>,
    ) -> Result<bool, CliFailure> {
        let Some(before) = base.and_then(|b| rows_of(b, contract)) else { return Ok(false) };
        let rows = account.delivered_rows;
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

/// SHA-256 of a file, read in pieces.
pub fn sha256_of(path: &Path) -> Result<String, CliFailure> {
    let failed = |e: std::io::Error| CliFailure::machine(format!("cannot read {}: {e}", path.display()));
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        match std::io::Read::read(&mut file, &mut piece).map_err(failed)? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&piece[..read]),
        }
    }
}

/// What the account says was loaded is what the table holds.
fn all_kept(table: &TableLoad, account: &FileAccount) -> Result<(), CliFailure> {
    match table.rows() == account.loaded_rows {
        true => Ok(()),
        false => Err(CliFailure::bug(format!(
            "{}: {} rows were stored where {} were loaded; nothing was published",
            account.file,
            table.rows(),
            account.loaded_rows
        ))),
    }
}

/// The full file's contract, and that of change files if there is one.
fn forms(contract: &Contract) -> impl Iterator<Item = &Contract> {
    std::iter::once(contract).chain(contract.change.as_deref())
}

fn change_set(contract: &Contract, change: &Contract) -> ChangeSet {
    let changes = contract.delivery.changes.as_ref();
    ChangeSet {
        state: contract.table(),
        state_schema: raw_schema(contract),
        changes: change.table(),
        changes_schema: change_schema(change),
        key: contract.key.clone(),
        op: changes.and_then(|c| c.op.clone()),
        at: changes.and_then(|c| c.at.clone()),
    }
}

/// Rows of a feed's full file of a release, or of the state that its changes led to.
fn rows_of(release: &Release, contract: &Contract) -> Option<u64> {
    let of_feed = |i: &&InputFile| i.system == contract.system && i.feed == contract.feed;
    match release.inputs.iter().find(of_feed).filter(|i| !contract.form_of(&i.file).is_change) {
        Some(full) => Some(full.delivered_rows),
        None => release.tables.get(&contract.table())?.content.get(&release.biz_date).map(|c| c.rows),
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
        corrections_sha256: account.corrections_sha256.clone(),
        delivered_rows: account.delivered_rows,
        loaded_rows: account.loaded_rows,
        quarantined_rows: account.quarantined_rows,
        duplicate_rows: account.duplicate_rows,
        other_date_rows: account.other_date_rows,
    }
}
