//! `tally sample-bank`.

use std::path::PathBuf;

use bank::BusinessDate;
use clap::Args;
use sample_bank::{SampleBank, SampleError, write};
use serde_json::json;

use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::project::parse_date;

/// Write a synthetic bank to try everything on.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally sample-bank demo\n  tally sample-bank big --customers 20000 --nights 24 --seed 7\n  tally run --project demo\n\nNobody in it exists: documents of region 99, phones starting 10, cards starting 999999. What was planted stands\napart in DIR/truth. Same seed, same bytes."
)]
pub struct SampleBankArgs {
    /// Folder of the new project.
    pub dir: PathBuf,
    /// Persons.
    #[arg(long, default_value_t = 1500, value_name = "N")]
    pub customers: u64,
    /// Deliveries, one per month-end.
    #[arg(long, default_value_t = 15, value_name = "K")]
    pub nights: u32,
    /// First month-end.
    #[arg(long, default_value = "2025-08-31", value_parser = parse_date, value_name = "DATE")]
    pub start: BusinessDate,
    /// Seed.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
}

/// Do it.
pub fn run(args: &SampleBankArgs, printer: &Printer) -> Result<(), CliFailure> {
    let bank =
        SampleBank { customers: args.customers, nights: args.nights, first_night: args.start.date(), seed: args.seed };
    let bar = indicatif::ProgressBar::new(u64::from(args.nights));
    if !printer.is_interactive() {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    let summary = write(&bank, &args.dir, &|done, _| bar.set_position(done as u64)).map_err(|e| match e {
        SampleError::NotEmpty(_) | SampleError::NotMonthEnd(_) => CliFailure::usage(e.to_string()),
        other => CliFailure::machine(other.to_string()),
    })?;
    bar.finish_and_clear();
    let dir = args.dir.display();
    printer.json(&json!({
        "project": args.dir, "customers": args.customers, "files": summary.files, "rows": summary.rows,
        "bytes": summary.bytes, "next": format!("tally run --project {dir}"),
    }));
    printer.line(&format!(
        "{dir}: {} customers, {} files, {} rows, {:.1} MB",
        args.customers,
        summary.files,
        summary.rows,
        // Shown with one decimal only.
        summary.bytes as f64 / 1e6
    ));
    printer.line(&format!("Next: tally run --project {dir}"));
    Ok(())
}
