//! `tally query`.

use std::path::PathBuf;

use bank::BusinessDate;
use clap::Args;
use serde_json::json;
use sha2::{Digest, Sha256};
use warehouse::reader::Answer;
use warehouse::{AsOf, Release};

use crate::access::{AccessArgs, published_reader, warehouse_reader};
use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::project::{Project, ProjectArgs, parse_date};

/// Ask a question in SQL; published, masked tables unless you say otherwise.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally query \"select tier, count(*) from mart_customer_view group by tier\" --project sample_data\n  tally query \"select * from mart_vip_list\" --project sample_data --output csv\n  tally query \"select * from agg_account_month\" --project sample_data --unmasked --purpose \"audit 2026-11\"\n  tally query \"select * from mart_vip_list\" --release 3 --project sample_data      # as it was known then\n  tally query \"select * from mart_vip_list\" --as-of 2025-10-31 --unmasked --purpose audit --project sample_data"
)]
pub struct QueryArgs {
    /// One SELECT.
    pub sql: String,
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    access: AccessArgs,
    /// As of this business date with today's knowledge: late postings, corrections and merges included. The warehouse's own
    /// tables, so with --unmasked.
    #[arg(long, value_parser = parse_date, value_name = "DATE", requires = "unmasked", conflicts_with = "release")]
    as_of: Option<BusinessDate>,
    /// Write the rows to this Parquet or CSV file instead.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Do it.
pub fn run(args: &QueryArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    let release = project.release(args.access.release)?;
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
    let reader = match (args.as_of, args.access.unmasked) {
        (Some(date), _) => {
            let Project { engine, catalog, kinds, .. } = project;
            let (warehouse, chain) = (&project.warehouse(), &project.releases().chain()?);
            AsOf { engine, warehouse, catalog, kinds, chain, date }.reader().await?
        }
        (None, true) => warehouse_reader(project, release).await?,
        (None, false) => published_reader(project, release.number).await?,
    };
    let answer = reader.query(&args.sql).await.map_err(|e| {
        // The engine names a table that is not there, and the columns that are, but not the tables that are.
        let is_unknown_table = e.to_string().contains("not found") && e.to_string().contains("table '");
        let failure = CliFailure::from(e);
        if !is_unknown_table {
            return failure;
        }
        let mut tables = reader.tables();
        tables.sort();
        failure.hint(format!("tables are {}", tables.join(", ")))
    })?;
    let rows = answer.batches.iter().map(|b| b.num_rows() as u64).sum();
    let subject = hex::encode(Sha256::digest(&args.sql));
    args.access.record(project, "query", release.number, subject, rows)?;
    Ok(answer)
}
