//! `tally prospect dedupe`: which rows of a prospect ledger are customers already.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::access::{AccessArgs, warehouse_reader};
use crate::commands::segment::write_rows;
use crate::failure::CliFailure;
use crate::printer::{Printer, text_rows};
use crate::project::{Project, ProjectArgs};

/// Columns of a ledger, each with the names it may have.
const COLUMNS: [(&str, &[&str]); 7] = [
    ("prospect_no", &["序号", "编号", "no", "id"]),
    ("merchant_name", &["商户名称", "商户", "店名", "name"]),
    ("owner_name", &["经营者", "业主", "姓名", "owner"]),
    ("mobile", &["联系电话", "手机", "电话", "phone"]),
    ("id_no", &["身份证号", "证件号码"]),
    ("uscc", &["统一社会信用代码", "信用代码"]),
    ("address", &["地址", "经营地址"]),
];
/// Table of the ledger in the query.
const LEDGER: &str = "prospect";
/// Every pair of prospect and customer that anything speaks for, the strongest of each prospect, and those without any.
const DEDUPE: &str = include_str!("prospect.sql");

/// Work on a ledger of prospects, such as a survey of merchants.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tally prospect dedupe survey.csv --out new.csv --project sample_data")]
pub struct ProspectArgs {
    #[command(subcommand)]
    command: ProspectCommand,
}

#[derive(Debug, Subcommand)]
enum ProspectCommand {
    /// Tell customers, doubtful cases and new prospects apart.
    Dedupe(DedupeArgs),
}

/// Match a prospect ledger with the customers of a release.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally prospect dedupe survey.csv --project sample_data\n  tally prospect dedupe survey.csv --project sample_data --out outcome.csv\n\nThe ledger is CSV (UTF-8) or Parquet with columns prospect_no, merchant_name, owner_name, mobile, id_no, uscc, address, as far as\nthere are; Chinese headers (商户名称, 联系电话, ...) are known too. outcome is\n  matched  the same document or credit code with the same name, or the same mobile and name\n  review   the same document, code, mobile or shop's name alone, or owner's name and address: somebody must look\n  new      no customer like this"
)]
struct DedupeArgs {
    /// The ledger, a CSV or Parquet file.
    ledger: PathBuf,
    /// Where the outcomes go, a Parquet or CSV file; the screen when left out.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    access: AccessArgs,
}

/// Do it.
pub fn run(args: &ProspectArgs, printer: &Printer) -> Result<(), CliFailure> {
    let ProspectCommand::Dedupe(args) = &args.command;
    let ledger = read_ledger(args)?;
    let project = Project::open(&args.project)?;
    let release = project.release(args.access.release)?;
    let found = project.runtime()?.block_on(async {
        let reader = warehouse_reader(&project, &release).await?;
        reader.add(LEDGER, ledger)?;
        text_rows(&reader.query(DEDUPE).await?.batches)
    })?;
    args.access.record(&project, "prospect dedupe", release.number, "a ledger".to_owned(), found.len() as u64)?;
    let key = if args.access.unmasked || !project.is_masked() { None } else { Some(project.pseudonym_key()?) };
    let header = ["prospect_no", "outcome", "customer_id", "evidence", "customer_count"];
    let mut rows: Vec<[String; 5]> = Vec::with_capacity(found.len());
    for row in found {
        let [prospect_no, outcome, customer_id, identity_key, evidence, customer_count] = row.as_slice() else {
            continue;
        };
        let id = match &key {
            Some(key) if !identity_key.is_empty() => key.pseudonym(identity_key),
            _ => customer_id.clone(),
        };
        rows.push([prospect_no.clone(), outcome.clone(), id, evidence.clone(), customer_count.clone()]);
    }
    let count = |outcome: &str| rows.iter().filter(|row| row[1] == outcome).count();
    let (matched, review, new) = (count("matched"), count("review"), count("new"));
    match &args.out {
        Some(path) => {
            let column = |place: usize| -> ArrayRef {
                Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row[place].as_str())))
            };
            let columns = header.iter().enumerate().map(|(place, name)| (*name, column(place)));
            let batch = RecordBatch::try_from_iter(columns)?;
            write_rows(path, &batch.schema(), &[batch])?;
            printer.json(&json!({ "out": path, "matched": matched, "review": review, "new": new }));
        }
        None => {
            let object = |row: &[String; 5]| header.iter().zip(row).map(|(h, v)| ((*h).to_owned(), json!(v))).collect();
            printer.json(&rows.iter().map(|row| serde_json::Value::Object(object(row))).collect());
            printer.table(&header, &rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
        }
    }
    printer.talk(&format!(
        "\n{} prospects: {matched} are customers, {review} somebody must look at, {new} are new.",
        rows.len()
    ));
    Ok(())
}

/// The ledger with every column of [`COLUMNS`], empty where it has none.
fn read_ledger(args: &DedupeArgs) -> Result<RecordBatch, CliFailure> {
    let path = args.ledger.display();
    let batches = extract::ad_hoc::read_texts(&args.ledger)?;
    let rows = match batches.first() {
        Some(first) => concat_batches(&first.schema(), &batches)?,
        None => return Err(CliFailure::data(format!("{path} has no rows"))),
    };
    let schema = rows.schema();
    let place = |name: &str, others: &[&str]| {
        let is_it = |header: &str| header.eq_ignore_ascii_case(name) || others.contains(&header);
        schema.fields().iter().position(|field| is_it(field.name().trim_start_matches('\u{feff}')))
    };
    let known = || schema.fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>().join(", ");
    if COLUMNS.iter().skip(1).all(|(name, others)| place(name, others).is_none()) {
        let wanted: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        return Err(CliFailure::usage(format!(
            "{path} has no column that tells who a prospect is; it has {}, known are {}",
            known(),
            wanted.join(", ")
        )));
    }
    let mut columns: Vec<(&str, ArrayRef, bool)> = Vec::new();
    for (name, others) in COLUMNS {
        let numbered = || StringArray::from_iter_values((1..=rows.num_rows()).map(|n| n.to_string()));
        let column: ArrayRef = match place(name, others) {
            Some(place) => {
                let given = rows.column(place).as_string::<i32>();
                Arc::new(given.iter().map(|v| v.map(str::trim).filter(|v| !v.is_empty())).collect::<StringArray>())
            }
            None if name == "prospect_no" => Arc::new(numbered()),
            None => Arc::new(StringArray::new_null(rows.num_rows())),
        };
        if name == "prospect_no" {
            refuse_doubles(column.as_string::<i32>(), &path.to_string())?;
        }
        columns.push((name, column, true));
    }
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

fn refuse_doubles(numbers: &StringArray, path: &str) -> Result<(), CliFailure> {
    let mut seen = std::collections::BTreeSet::new();
    for (row, number) in numbers.iter().enumerate() {
        // The header is line 1.
        let line = row + 2;
        match number {
            None => return Err(CliFailure::data(format!("{path}, line {line}: a prospect has no prospect_no"))),
            Some(number) if !seen.insert(number) => {
                return Err(CliFailure::data(format!("{path}, line {line}: prospect_no {number} occurs twice")));
            }
            Some(_) => {}
        }
    }
    Ok(())
}
