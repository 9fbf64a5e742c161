//! `tally review list|export|import`: pairs of records that somebody must decide.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use bank::BusinessDate;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::access::{AccessArgs, note, warehouse_reader};
use crate::commands::segment::write_rows;
use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::project::{Project, ProjectArgs};
use crate::reference_file::ReferenceFile;

/// The decisions of a project.
const DECISIONS: ReferenceFile = ReferenceFile {
    table: "ref_match_decision",
    columns: &[
        "source_system",
        "source_customer_no",
        "other_source_system",
        "other_source_customer_no",
        "decision",
        "decided_by",
        "decided_on",
        "reason",
    ],
};
/// Columns of a pair's key.
const KEY: usize = 4;

/// Decide which records are the same customer where the rules ask.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally review list --project mybank\n  tally review export --out review.csv --unmasked --purpose \"monthly review\" --project mybank\n  tally review import review.csv --project mybank\n\nIn the file, write `same` or `different` in the column decision, and who decided and when beside it; rows without a\ndecision stay open. Decisions beat the rules from the next run on, and stay."
)]
pub struct ReviewArgs {
    #[command(subcommand)]
    command: ReviewCommand,
}

#[derive(Debug, Subcommand)]
enum ReviewCommand {
    /// How many pairs wait, by the rule that asks.
    List(ListArgs),
    /// Write the pairs that wait to a file to decide in.
    Export(ExportArgs),
    /// Take over decisions from a file.
    Import(ImportArgs),
}

/// How many pairs wait, by the rule that asks.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tally review list --project mybank")]
pub struct ListArgs {
    #[command(flatten)]
    project: ProjectArgs,
}

/// Write the pairs that wait to a file to decide in. It holds names and numbers as they are, so it says why in the audit log.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tally review export --out review.csv --unmasked --purpose \"monthly review\" --project mybank"
)]
pub struct ExportArgs {
    /// A CSV or Parquet file.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    access: AccessArgs,
}

/// Take over decisions from a file. They are kept in the project's sql/reference/ref_match_decision.csv.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tally review import review.csv --project mybank\n  tally run --project mybank")]
pub struct ImportArgs {
    /// The file of `tally review export` with decisions, or any CSV with its key columns, decision, decided_by, decided_on
    /// and reason.
    file: PathBuf,
    #[command(flatten)]
    project: ProjectArgs,
}

/// Do it.
pub fn run(args: &ReviewArgs, printer: &Printer) -> Result<(), CliFailure> {
    match &args.command {
        ReviewCommand::List(args) => {
            let project = Project::open(&args.project)?;
            project.runtime()?.block_on(list(&project, printer))
        }
        ReviewCommand::Export(args) => {
            let project = Project::open(&args.project)?;
            project.runtime()?.block_on(export(args, &project, printer))
        }
        ReviewCommand::Import(args) => import(args, &Project::open(&args.project)?, printer),
    }
}

async fn list(project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let reader = warehouse_reader(project, &project.release(None)?).await?;
    let sql = "select review_kind, match_rule, count(*) as pairs, min(match_score) as score_from, max(match_score) as score_to \
               from mart_match_review group by review_kind, match_rule order by review_kind, match_rule";
    let answer = reader.query(sql).await?;
    printer.rows(&answer.schema, &answer.batches)?;
    printer.talk("\nNext: tally review export --out review.csv --unmasked --purpose \"...\"");
    Ok(())
}

async fn export(args: &ExportArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    if !args.access.unmasked {
        return Err(CliFailure::usage("a pair cannot be decided from masked names and numbers")
            .hint("add --unmasked --purpose \"...\"; the audit log keeps who asked and why"));
    }
    let release = project.release(args.access.release)?;
    let reader = warehouse_reader(project, &release).await?;
    let sql = "select source_system, source_customer_no, other_source_system, other_source_customer_no, customer_name, \
               other_customer_name, birth_date, other_birth_date, mobile, other_mobile, match_rule, review_kind, match_score, \
               evidence, '' as decision, '' as decided_by, '' as decided_on, '' as reason from mart_match_review \
               order by match_score desc, source_system, source_customer_no, other_source_system, other_source_customer_no";
    let answer = reader.query(sql).await?;
    let rows: usize = answer.batches.iter().map(RecordBatch::num_rows).sum();
    args.access.record(project, "review export", release.number, args.out.display().to_string(), rows as u64)?;
    write_rows(&args.out, &answer.schema, &answer.batches)?;
    printer.json(&json!({ "pairs": rows, "out": args.out }));
    printer.line(&format!("{rows} pairs wait for a decision: {}", args.out.display()));
    printer.talk(&format!("Next: write same or different, then tally review import {}", args.out.display()));
    Ok(())
}

fn import(args: &ImportArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let mut decisions: BTreeMap<[String; KEY], Vec<String>> = BTreeMap::new();
    for row in DECISIONS.rows(project)? {
        decisions.insert(key(&row), row);
    }
    let before = decisions.clone();
    let mut open = 0;
    for (line, row) in (2..).zip(DECISIONS.rows_of(&args.file)?) {
        if row[KEY].is_empty() {
            open += 1;
            continue;
        }
        refuse_unclear(&row)
            .map_err(|what| CliFailure::data(format!("{}, row {line}: {what}", args.file.display())))?;
        decisions.insert(key(&row), row);
    }
    let changed = decisions.iter().filter(|(key, row)| before.get(*key) != Some(*row)).count();
    if changed > 0 {
        let release = project.releases().current()?.map_or(0, |release| release.number);
        let file = args.file.display().to_string();
        note(project, "review import", &file, release, format!("{changed} decisions"), changed as u64)?;
        DECISIONS.write(project, &decisions.values().cloned().collect::<Vec<_>>())?;
    }
    printer.json(&json!({ "decided": changed, "open": open, "decisions": decisions.len() }));
    printer.line(&format!(
        "{changed} decisions taken over, {open} pairs still open, {} decisions in force",
        decisions.len()
    ));
    printer.talk("Next: tally run; decisions hold from the first business date on or after their day");
    Ok(())
}

fn refuse_unclear(row: &[String]) -> Result<(), String> {
    let [.., decision, by, on, _] = row else { return Err("has too few columns".to_owned()) };
    if !["same", "different"].contains(&decision.as_str()) {
        return Err(format!("`{decision}` is no decision: write same or different, or leave it empty"));
    }
    if by.is_empty() {
        return Err("says not who decided: fill decided_by".to_owned());
    }
    on.parse::<BusinessDate>().map_err(|e| format!("decided_on: {e}"))?;
    if row[..KEY].iter().any(String::is_empty) {
        return Err("has no whole key: both source systems and customer numbers are needed".to_owned());
    }
    match row[..2] == row[2..KEY] {
        true => Err("compares a record with itself".to_owned()),
        false => Ok(()),
    }
}

/// The pair, whichever way round it is written.
fn key(row: &[String]) -> [String; KEY] {
    let [a, b, c, d] = [0, 1, 2, 3].map(|n| row[n].clone());
    if (&a, &b) <= (&c, &d) { [a, b, c, d] } else { [c, d, a, b] }
}
