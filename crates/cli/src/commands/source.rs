//! `tally source check|draft`: what loading a file would do, and a first contract for one, without a warehouse.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, RecordBatch};
use bank::BusinessDate;
use clap::{Args, Subcommand};
use extract::load::DateWindow;
use extract::{Contract, Means, RowSink, load_file};
use serde_json::json;

use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::project::{Project, ProjectArgs, parse_date, processors};

/// Contracts of feeds, tried on files.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tally source check core/account sample_data/landing/CORE_ACCOUNT_20251031_F.dat.gz --project sample_data"
)]
pub struct SourceArgs {
    #[command(subcommand)]
    command: SourceCommand,
}

#[derive(Debug, Subcommand)]
enum SourceCommand {
    /// Show what would happen to a file: rows loaded and quarantined, with reasons; nothing is stored.
    Check(CheckArgs),
    /// Propose a contract for a file that nobody described, each guess with its evidence.
    Draft(DraftArgs),
}

/// Show what would happen to a file: rows loaded and quarantined, with reasons; nothing is stored.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally source check core/account sample_data/landing/CORE_ACCOUNT_20251031_F.dat.gz --project sample_data\n  tally source check core/account new.dat --date 2026-11-20 --project mybank --output json\n\nExit code 1 says that `tally run` would refuse the file."
)]
pub struct CheckArgs {
    /// Feed, as `system/feed`.
    feed: String,
    /// The file; a control file beside it is used when there is one.
    file: PathBuf,
    /// Business date; the one in the file name when absent.
    #[arg(long, value_parser = parse_date, value_name = "DATE")]
    date: Option<BusinessDate>,
    #[command(flatten)]
    project: ProjectArgs,
}

/// Propose a contract for a file that nobody described, each guess with its evidence.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally source draft extract.dat\n  mkdir -p mybank/sql/sources/cards\n  tally source draft extract.dat > mybank/sql/sources/cards/account.toml\n\nRead every line before using it: it is what the bytes suggest, not what the source means. Privacy classes are C2\nwithout a word."
)]
pub struct DraftArgs {
    /// The file; `.gz` is decompressed.
    file: PathBuf,
}

/// Reasons shown to people; machines get all.
const SHOWN: usize = 20;

/// Do it.
pub fn run(args: &SourceArgs, printer: &Printer) -> Result<(), CliFailure> {
    match &args.command {
        SourceCommand::Check(args) => check(args, printer),
        SourceCommand::Draft(args) => draft(args, printer),
    }
}

fn draft(args: &DraftArgs, printer: &Printer) -> Result<(), CliFailure> {
    if !args.file.is_file() {
        return Err(CliFailure::missing(format!("there is no file {}", args.file.display())));
    }
    let contract = extract::draft::draft(&args.file)?;
    printer.json(&json!({ "file": args.file, "contract": contract }));
    printer.line(contract.trim_end());
    printer
        .talk("Next: save it as sql/sources/SYSTEM/FEED.toml of a project, then tally source check SYSTEM/FEED FILE");
    Ok(())
}

fn check(args: &CheckArgs, printer: &Printer) -> Result<(), CliFailure> {
    let contract = contract(Project::contracts(&args.project)?, &args.feed)?;
    if !args.file.is_file() {
        return Err(CliFailure::missing(format!("there is no file {}", args.file.display())));
    }
    let name = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut contract = contract.form_of(&name).clone();
    let date = args.date.or_else(|| contract.file.name.date_of(&name)).ok_or_else(|| {
        CliFailure::usage(format!("{name} does not tell its business date: {}", contract.file.name.pattern()))
            .hint("give it with --date")
    })?;
    let has_control = args.file.with_file_name(format!("{name}.ctl")).is_file();
    if contract.delivery.control && !has_control {
        printer.talk(&format!(
            "warning: there is no {name}.ctl; `tally run` would wait for it. Checked without announced rows and totals"
        ));
        contract.delivery.control = false;
    }
    let means = Means::new(processors(), &std::env::temp_dir());
    let counter = Counter::default();
    let loaded = load_file(&contract, &args.file, DateWindow { after: None, date }, &means, &counter)?;
    let account = &loaded.account;
    let flagged = account.findings.iter().filter(|(finding, _)| !finding.is_quarantined);
    let flags: BTreeMap<String, u64> = flagged.map(|(finding, rows)| (finding.code.code(), *rows)).collect();
    let nulls = counter.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    let nulls = |place: usize| nulls.get(place).copied().unwrap_or(0);
    let columns: Vec<(String, u64)> =
        contract.columns.iter().enumerate().map(|(place, c)| (c.name.clone(), nulls(place))).collect();
    printer.json(&json!({
        "file": name, "biz_date": date.to_string(), "feed": args.feed, "delivered_rows": account.delivered_rows,
        "loaded_rows": account.loaded_rows, "quarantined_rows": account.quarantined_rows,
        "duplicate_rows": account.duplicate_rows, "other_date_rows": account.other_date_rows, "flags": flags,
        "quarantined": loaded.quarantined.iter().map(extract::quarantine::QuarantinedRow::describe).collect::<Vec<_>>(),
        "amounts": account.amounts.iter().map(|(key, a)| json!({
            "column": key.column, "currency": key.currency, "found": a.found().to_string(),
            "announced": a.announced.map(|m| m.to_string()),
        })).collect::<Vec<_>>(),
        "nulls": columns.iter().cloned().collect::<BTreeMap<_, _>>(),
    }));
    printer.line(&format!(
        "{name} of {date}: {} rows = {} loaded + {} quarantined + {} duplicates + {} of other dates; it would be accepted",
        account.delivered_rows,
        account.loaded_rows,
        account.quarantined_rows,
        account.duplicate_rows,
        account.other_date_rows
    ));
    for (key, amount) in &account.amounts {
        let announced = amount.announced.map_or("not announced".to_owned(), |a| format!("announced {a}"));
        printer.line(&format!("{key} adds up to {}, {announced}", amount.found()));
    }
    if !flags.is_empty() {
        printer.line("\nLoaded with a flag");
        let rows: Vec<Vec<String>> = flags.into_iter().map(|(flag, n)| vec![flag, n.to_string()]).collect();
        printer.table(&["flag", "rows"], &rows);
    }
    for row in loaded.quarantined.iter().take(SHOWN) {
        printer.line(&row.describe());
    }
    if loaded.quarantined.len() > SHOWN {
        printer.line(&format!("... and {} more; --output json shows all", loaded.quarantined.len() - SHOWN));
    }
    printer.line("\nColumns");
    let rows: Vec<Vec<String>> = columns.into_iter().map(|(name, nulls)| vec![name, nulls.to_string()]).collect();
    printer.table(&["column", "empty"], &rows);
    Ok(())
}

/// Counts the empty fields of each column instead of keeping rows.
#[derive(Default)]
struct Counter(Mutex<Vec<u64>>);

impl RowSink for Counter {
    type Piece = Vec<u64>;
    type Error = Infallible;

    fn prepare(&self, rows: RecordBatch) -> Result<Vec<u64>, Infallible> {
        Ok(rows.columns().iter().map(|c| c.null_count() as u64).collect())
    }

    fn keep(&self, nulls: Vec<u64>) -> Result<(), Infallible> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.resize(nulls.len(), 0);
        all.iter_mut().zip(nulls).for_each(|(sum, n)| *sum += n);
        Ok(())
    }

    fn restart(&self) -> Result<(), Infallible> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }
}

fn contract(contracts: Vec<Contract>, feed: &str) -> Result<Contract, CliFailure> {
    let name = |c: &Contract| format!("{}/{}", c.system, c.feed);
    let known = contracts.iter().map(name).collect::<Vec<_>>().join(", ");
    let found = contracts.into_iter().find(|c| name(c) == feed);
    found.ok_or_else(|| CliFailure::usage(format!("no feed `{feed}`; the feeds of this project are {known}")))
}
