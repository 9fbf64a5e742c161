//! `tally quarantine list|show|requeue`: rows that were not loaded, why, and what stands in for them.

use arrow::array::{Array, AsArray};
use bank::BusinessDate;
use clap::{Args, Subcommand};
use extract::correction::Correction;
use extract::decode::Decoder;
use extract::{Contract, Corrections, quarantine::mask_record};
use publish::audit::{self, AuditRecord};
use serde_json::json;
use sha2::{Digest, Sha256};
use warehouse::Release;

use crate::access::{AccessArgs, now, warehouse_reader, who};
use crate::failure::CliFailure;
use crate::printer::{Printer, json_rows, text_rows};
use crate::project::{Project, ProjectArgs, parse_date};

/// Rows that failed a check: kept raw with every reason, shown masked.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally quarantine list --project sample_data\n  tally quarantine show CORE_TRANSACTION_20251031_D.dat.gz 8786 --project sample_data\n  tally quarantine requeue CORE_TRANSACTION_20251031_D.dat.gz 8786 --field posting_date=20251031 --reason \"core team, ticket 4711\" --project mybank"
)]
pub struct QuarantineArgs {
    #[command(subcommand)]
    command: QuarantineCommand,
}

#[derive(Debug, Subcommand)]
enum QuarantineCommand {
    /// Which rows are in quarantine: file, line, reasons.
    List(ListArgs),
    /// One row, field by field.
    Show(ShowArgs),
    /// Correct a row, so that the next run from its business date loads it.
    Requeue(RequeueArgs),
}

/// Which rows are in quarantine: file, line, reasons.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally quarantine list --project sample_data\n  tally quarantine list --project sample_data --date 2025-10-31 --code Q04 --output json"
)]
pub struct ListArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Only of this business date.
    #[arg(long, value_parser = parse_date, value_name = "DATE")]
    date: Option<BusinessDate>,
    /// Only with this reason code.
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
}

/// One row, field by field.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally quarantine show CORE_TRANSACTION_20251031_D.dat.gz 8786 --project sample_data\n  tally quarantine show CORE_TRANSACTION_20251031_D.dat.gz 8786 --project sample_data --unmasked --purpose \"ask the source\""
)]
pub struct ShowArgs {
    /// File name.
    file: String,
    /// Line in the decompressed file, from 1.
    line: i64,
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    access: AccessArgs,
}

/// Correct a row, so that the next run from its business date loads it. The delivered file stays as it is; the corrected
/// row is kept beside it and in the audit log.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally quarantine requeue CORE_TRANSACTION_20251031_D.dat.gz 8786 --field posting_date=20251031 --reason \"core team, ticket 4711\" --project mybank\n  tally run --from 2025-10-31 --project mybank"
)]
pub struct RequeueArgs {
    /// File name.
    file: String,
    /// Line in the decompressed file, from 1.
    line: u64,
    #[command(flatten)]
    project: ProjectArgs,
    /// A field as it should have been delivered; may be repeated.
    #[arg(long, value_name = "COLUMN=VALUE", required_unless_present = "row", conflicts_with = "row")]
    field: Vec<String>,
    /// The whole row as it should have been delivered.
    #[arg(long, value_name = "TEXT")]
    row: Option<String>,
    /// Who said so.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Do it.
pub fn run(args: &QuarantineArgs, printer: &Printer) -> Result<(), CliFailure> {
    match &args.command {
        QuarantineCommand::List(args) => {
            let project = Project::open(&args.project)?;
            project.runtime()?.block_on(list(args, &project, printer))
        }
        QuarantineCommand::Show(args) => {
            let project = Project::open(&args.project)?;
            project.runtime()?.block_on(show(args, &project, printer))
        }
        QuarantineCommand::Requeue(args) => {
            let project = Project::open(&args.project)?;
            project.runtime()?.block_on(requeue(args, &project, printer))
        }
    }
}

async fn list(args: &ListArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let release = project.release(None)?;
    let reader = warehouse_reader(project, &release).await?;
    let mut conditions = Vec::new();
    if let Some(date) = args.date {
        conditions.push(format!("biz_date = date '{date}'"));
    }
    if let Some(code) = &args.code {
        conditions.push(format!("reason_codes like '%{}%'", code.replace('\'', "''")));
    }
    let condition = if conditions.is_empty() { "true".to_owned() } else { conditions.join(" and ") };
    let sql = format!(
        "select biz_date, file, line, reason_codes, reasons from meta_quarantine where {condition} order by biz_date, file, line"
    );
    let answer = reader.query(&sql).await?;
    if printer.is_json() {
        printer.json(&serde_json::Value::Array(json_rows(&answer.batches)?));
        return Ok(());
    }
    let rows = text_rows(&answer.batches)?;
    printer.table(&["business date", "file", "line", "codes", "reasons"], &rows);
    printer.line(&format!("\n{} row(s) in quarantine", rows.len()));
    if let Some(first) = rows.first() {
        printer.line(&format!(
            "Next: tally quarantine show {} {} --project {}",
            first[1],
            first[2],
            project.folder.display()
        ));
    }
    Ok(())
}

async fn show(args: &ShowArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let release = project.release(args.access.release)?;
    let Kept { system, feed, reasons, raw, contract, .. } = kept(project, &release, &args.file, args.line).await?;
    let subject = format!("{} line {}", args.file, args.line);
    args.access.record(project, "quarantine show", release.number, subject, 1)?;
    let fields = fields(contract, &raw, args.access.unmasked);
    printer.json(&json!({
        "file": args.file, "line": args.line, "system": system, "feed": feed, "reasons": reasons,
        "fields": fields.iter().map(|(name, value)| json!({ "column": name, "value": value })).collect::<Vec<_>>(),
    }));
    printer.line(&format!("{} line {}: {reasons}\n", args.file, args.line));
    let rows: Vec<Vec<String>> = fields.into_iter().map(|(name, value)| vec![name, value]).collect();
    printer.table(&["column", "value"], &rows);
    Ok(())
}

/// A row in quarantine.
struct Kept<'p> {
    biz_date: String,
    system: String,
    feed: String,
    reasons: String,
    raw: Vec<u8>,
    contract: &'p Contract,
}

async fn kept<'p>(project: &'p Project, release: &Release, file: &str, line: i64) -> Result<Kept<'p>, CliFailure> {
    let reader = warehouse_reader(project, release).await?;
    let sql = format!(
        "select system, feed, raw, reasons, cast(biz_date as varchar) from meta_quarantine where file = '{}' and line = {line}",
        file.replace('\'', "''"),
    );
    let answer = reader.query(&sql).await?;
    let found = answer.batches.iter().find(|b| b.num_rows() > 0);
    let Some(batch) = found else {
        return Err(CliFailure::missing(format!("line {line} of {file} is not in quarantine"))
            .hint("`tally quarantine list` shows what is"));
    };
    let text = |column: usize| {
        let cast = arrow::compute::cast(batch.column(column), &arrow::datatypes::DataType::Utf8)?;
        Ok::<String, arrow::error::ArrowError>(cast.as_string::<i32>().value(0).to_owned())
    };
    let (system, feed, reasons, biz_date) = (text(0)?, text(1)?, text(3)?, text(4)?);
    let raw = arrow::compute::cast(batch.column(2), &arrow::datatypes::DataType::Binary)?;
    let raw = raw.as_binary::<i32>();
    let raw = if raw.is_valid(0) { raw.value(0).to_vec() } else { vec![] };
    let contract = project.contracts.iter().find(|c| c.system == system && c.feed == feed);
    let contract = contract.ok_or_else(|| {
        CliFailure::usage(format!("there is no contract of {system}/{feed} any more to read the row with"))
    })?;
    Ok(Kept { biz_date, system, feed, reasons, raw, contract: contract.form_of(file) })
}

async fn requeue(args: &RequeueArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let release = project.release(None)?;
    let line = i64::try_from(args.line).unwrap_or(i64::MAX);
    let kept = kept(project, &release, &args.file, line).await?;
    let path = project.landing().join(&args.file);
    if !path.is_file() {
        return Err(CliFailure::missing(format!("{} is no longer in the landing folder", args.file))
            .hint("bring it back from the archive: the whole business date is loaded again"));
    }
    let decoder = Decoder::new(&kept.contract.file.encoding);
    let text = match &args.row {
        Some(row) => row.clone(),
        None => with_fields(kept.contract, &decoder.decode(&kept.raw), &args.field)?,
    };
    let raw = decoder.encode(&text).ok_or_else(|| {
        CliFailure::usage(format!("the row has a character that {} does not have", kept.contract.file.encoding))
    })?;
    let correction = Correction {
        line: args.line,
        replaces_sha256: hex::encode(Sha256::digest(&kept.raw)),
        raw_hex: hex::encode(raw),
        who: who(),
        at: now(),
        reason: args.reason.clone(),
    };
    audit::append(
        &project.warehouse(),
        AuditRecord {
            at: correction.at.clone(),
            who: correction.who.clone(),
            action: "requeue".to_owned(),
            purpose: args.reason.clone(),
            release: release.number,
            privacy: "none".to_owned(),
            subject: format!("{} line {}", args.file, args.line),
            rows: 1,
            previous_sha256: String::new(),
        },
    )?;
    Corrections::add(&path, &correction)?;
    printer.json(&json!({ "file": args.file, "line": args.line, "biz_date": kept.biz_date, "status": "corrected" }));
    printer.line(&format!(
        "Line {} of {} is corrected.\nNext: tally run --from {} --project {}",
        args.line,
        args.file,
        kept.biz_date,
        project.folder.display()
    ));
    Ok(())
}

/// A delimited row with other values in some fields.
fn with_fields(contract: &Contract, row: &str, changes: &[String]) -> Result<String, CliFailure> {
    let file = &contract.file;
    if file.delimiter.is_empty() || file.quote.is_some() || file.is_json() {
        return Err(CliFailure::usage("the fields of this file cannot be changed one by one")
            .hint("give the whole row with --row TEXT"));
    }
    let mut fields: Vec<&str> = row.split(&file.delimiter).collect();
    let columns: Vec<&str> = contract.columns.iter().filter(|c| !c.is_absent).map(|c| c.name.as_str()).collect();
    if file.header || fields.len() < columns.len() {
        return Err(CliFailure::usage(format!("the row has {} fields, the contract {}", fields.len(), columns.len()))
            .hint("give the whole row with --row TEXT"));
    }
    for change in changes {
        let (name, value) =
            change.split_once('=').ok_or_else(|| CliFailure::usage(format!("--field {change}: write COLUMN=VALUE")))?;
        let place = columns.iter().position(|column| *column == name).ok_or_else(|| {
            CliFailure::usage(format!("there is no column {name}; the columns are {}", columns.join(", ")))
        })?;
        fields[place] = value;
    }
    Ok(fields.join(&file.delimiter))
}

fn fields(contract: &Contract, raw: &[u8], is_unmasked: bool) -> Vec<(String, String)> {
    let text = Decoder::new(&contract.file.encoding).decode(raw).into_owned();
    mask_record(contract, &text, is_unmasked)
}
