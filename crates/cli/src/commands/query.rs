//! `tally query`.

use std::path::PathBuf;

use clap::Args;
use publish::audit::AuditRecord;
use publish::{Manifest, audit, folder};
use serde_json::json;
use sha2::{Digest, Sha256};
use warehouse::reader::Answer;
use warehouse::{Reader, Release};

use crate::commands::run::{now, who};
use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::project::{Project, ProjectArgs};

/// Ask a question in SQL; published, masked tables unless you say otherwise.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally query \"select tier, count(*) from mart_customer_view group by tier\" --project sample_data\n  tally query \"select * from mart_vip_list\" --project sample_data --output csv\n  tally query \"select * from agg_account_month\" --project sample_data --unmasked --purpose \"audit 2026-11\""
)]
pub struct QueryArgs {
    /// One SELECT.
    pub sql: String,
    #[command(flatten)]
    project: ProjectArgs,
    /// As it was known in this release; the current one when absent.
    #[arg(long, value_name = "N")]
    release: Option<u64>,
    /// Read every table of the warehouse as it is. Written to the audit log.
    #[arg(long, requires = "purpose")]
    unmasked: bool,
    /// Why unmasked data is read.
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// Write the rows to this Parquet or CSV file instead.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Do it.
pub fn run(args: &QueryArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    let release = project.release(args.release)?;
    let runtime = project.runtime()?;
    let answer = runtime.block_on(answer(args, &project, &release))?;
    match &args.out {
        Some(path) => {
            let rows = super::segment::write_rows(path, &answer.schema, &answer.batches)?;
            printer.json(&json!({ "out": path, "rows": rows }));
            printer.line(&format!("{rows} rows to {}", path.display()));
            Ok(())
        }
        None => printer.rows(&answer.schema, &answer.batches),
    }
}

async fn answer(args: &QueryArgs, project: &Project, release: &Release) -> Result<Answer, CliFailure> {
    let reader = match args.unmasked {
        true => Reader::of_release(&project.engine, &project.warehouse(), &project.catalog, release).await?,
        false => {
            let folder = folder::of_release(&project.published(), release.number);
            published_reader(project, &Manifest::read(&folder)?).await?
        }
    };
    let answer = reader.query(&args.sql).await.map_err(|e| {
        let mut tables = reader.tables();
        tables.sort();
        let failure = CliFailure::from(e);
        match failure.code() {
            2 => failure.hint(format!("tables are {}", tables.join(", "))),
            _ => failure,
        }
    })?;
    if args.unmasked {
        let rows = answer.batches.iter().map(|b| b.num_rows() as u64).sum();
        let purpose = args.purpose.clone().unwrap_or_default();
        let subject = hex::encode(Sha256::digest(&args.sql));
        audit::append(&project.warehouse(), unmasked_record("query", purpose, release.number, subject, rows))?;
    }
    Ok(answer)
}

/// An audit record of unmasked data leaving.
pub fn unmasked_record(action: &str, purpose: String, release: u64, subject: String, rows: u64) -> AuditRecord {
    AuditRecord {
        at: now(),
        who: who(),
        action: action.to_owned(),
        purpose,
        release,
        privacy: "full".to_owned(),
        subject,
        rows,
        previous_sha256: String::new(),
    }
}

/// A reader of the published files of a release.
pub async fn published_reader(project: &Project, manifest: &Manifest) -> Result<Reader, CliFailure> {
    let folder = folder::of_release(&project.published(), manifest.release);
    let files: Vec<(String, PathBuf)> =
        manifest.tables.iter().map(|t| (t.table.clone(), folder.join(&t.file))).collect();
    let date = manifest.biz_date.parse().map_err(|e: bank::BusinessDateError| CliFailure::machine(e.to_string()))?;
    Ok(Reader::of_files(&project.engine, &files, date).await?)
}
