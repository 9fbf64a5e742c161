//! `tally status`.

use clap::Args;
use serde_json::json;

use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::project::{Project, ProjectArgs};

/// Show what is published, how fresh it is, and what went to quarantine.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally status --project sample_data\n  tally status --project sample_data --output json"
)]
pub struct StatusArgs {
    #[command(flatten)]
    project: ProjectArgs,
}

/// Do it.
pub fn run(args: &StatusArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    let current = project.release(None)?;
    let chain = project.releases().chain()?;
    let warnings: Vec<_> = current.checks.iter().filter(|c| c.failed_rows > 0).collect();
    printer.json(&json!({
        "release": current.number, "biz_date": current.biz_date, "created_at": current.created_at,
        "run_id": current.run_id, "biz_dates": current.biz_dates, "inputs": current.inputs, "warnings": warnings,
        "tables": current.tables.iter().map(|(name, pin)| json!({
            "table": name, "version": pin.version, "rows": pin.rows(),
        })).collect::<Vec<_>>(),
        "releases": chain.iter().map(|r| json!({ "release": r.number, "biz_date": r.biz_date })).collect::<Vec<_>>(),
    }));
    printer.line(&format!(
        "{}: release {} of {}, made {} by run {}\n\nFiles of this business date (delivered = loaded + quarantined + duplicates + other dates)",
        project.settings.name, current.number, current.biz_date, current.created_at, current.run_id
    ));
    let count = |n: u64| n.to_string();
    let rows: Vec<Vec<String>> = current
        .inputs
        .iter()
        .map(|i| {
            vec![
                i.file.clone(),
                count(i.delivered_rows),
                count(i.loaded_rows),
                count(i.quarantined_rows),
                count(i.duplicate_rows),
                count(i.other_date_rows),
            ]
        })
        .collect();
    printer.table(&["file", "delivered", "loaded", "quarantined", "duplicates", "other dates"], &rows);
    printer.line("\nReleases");
    let rows: Vec<Vec<String>> = chain
        .iter()
        .map(|r| {
            let sum = |of: fn(&warehouse::release::InputFile) -> u64| r.inputs.iter().map(of).sum::<u64>();
            let failing = r.checks.iter().filter(|c| c.failed_rows > 0).count() as u64;
            vec![
                count(r.number),
                r.biz_date.clone(),
                count(sum(|i| i.delivered_rows)),
                count(sum(|i| i.quarantined_rows)),
                count(failing),
            ]
        })
        .collect();
    printer.table(&["release", "business date", "rows delivered", "quarantined", "warnings"], &rows);
    for warning in warnings {
        let example = warning.example.as_ref().map_or(String::new(), |e| format!("; first: {e}"));
        printer.line(&format!("\nwarning: {}: {} row(s){example}", warning.check, warning.failed_rows));
    }
    Ok(())
}
