//! `tally quarantine list|show`: rows that were not loaded, and why.

use arrow::array::{Array, AsArray};
use bank::BusinessDate;
use clap::{Args, Subcommand};
use extract::decode::Decoder;
use extract::{Contract, quarantine::mask_record};
use serde_json::json;

use crate::access::{AccessArgs, warehouse_reader};
use crate::failure::CliFailure;
use crate::printer::{Printer, json_rows, text_rows};
use crate::project::{Project, ProjectArgs, parse_date};

/// Rows that failed a check: kept raw with every reason, shown masked.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally quarantine list --project sample_data\n  tally quarantine show CORE_TRANSACTION_20251031_D.dat.gz 8786 --project sample_data"
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
    let reader = warehouse_reader(project, &release).await?;
    let sql = format!(
        "select system, feed, raw, reasons from meta_quarantine where file = '{}' and line = {}",
        args.file.replace('\'', "''"),
        args.line
    );
    let answer = reader.query(&sql).await?;
    let found = answer.batches.iter().find(|b| b.num_rows() > 0);
    let Some(batch) = found else {
        return Err(CliFailure::missing(format!("line {} of {} is not in quarantine", args.line, args.file))
            .hint("`tally quarantine list` shows what is"));
    };
    let text = |column: usize| {
        let cast = arrow::compute::cast(batch.column(column), &arrow::datatypes::DataType::Utf8)?;
        Ok::<String, arrow::error::ArrowError>(cast.as_string::<i32>().value(0).to_owned())
    };
    let (system, feed, reasons) = (text(0)?, text(1)?, text(3)?);
    let raw = arrow::compute::cast(batch.column(2), &arrow::datatypes::DataType::Binary)?;
    let raw = raw.as_binary::<i32>();
    let raw: &[u8] = if raw.is_valid(0) { raw.value(0) } else { &[] };
    let contract = project.contracts.iter().find(|c| c.system == system && c.feed == feed);
    let contract = contract.ok_or_else(|| {
        CliFailure::usage(format!("there is no contract of {system}/{feed} any more to read the row with"))
    })?;
    let subject = format!("{} line {}", args.file, args.line);
    args.access.record(project, "quarantine show", release.number, subject, 1)?;
    let fields = fields(contract.form_of(&args.file), raw, args.access.unmasked);
    printer.json(&json!({
        "file": args.file, "line": args.line, "system": system, "feed": feed, "reasons": reasons,
        "fields": fields.iter().map(|(name, value)| json!({ "column": name, "value": value })).collect::<Vec<_>>(),
    }));
    printer.line(&format!("{} line {}: {reasons}\n", args.file, args.line));
    let rows: Vec<Vec<String>> = fields.into_iter().map(|(name, value)| vec![name, value]).collect();
    printer.table(&["column", "value"], &rows);
    Ok(())
}

fn fields(contract: &Contract, raw: &[u8], is_unmasked: bool) -> Vec<(String, String)> {
    let text = Decoder::new(&contract.file.encoding).decode(raw).into_owned();
    mask_record(contract, &text, is_unmasked)
}
