//! `tally status`.

use clap::Args;
use extract::Contract;
use extract::contract::DatedBy;
use serde_json::json;
use warehouse::Release;
use warehouse::release::{CheckResult, InputFile};

use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::project::{Project, ProjectArgs};
use crate::run_log;

/// Show what is published, how fresh it is, and what went to quarantine.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally status --project sample_data\n  tally status --project sample_data --output json"
)]
pub struct StatusArgs {
    #[command(flatten)]
    project: ProjectArgs,
}

/// Releases in the list.
const RELEASES_SHOWN: usize = 35;
/// Business dates in the grid of feeds.
const GRID_DATES: usize = 10;

/// Do it.
pub fn run(args: &StatusArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    let current = project.release(None)?;
    let chain = project.releases().recent(RELEASES_SHOWN)?;
    // A failure after the current release was made: the night that somebody is asking about.
    let failed = run_log::last_failure(&project.warehouse()).filter(|run| run.began_at > current.created_at);
    let warnings: Vec<_> = current.checks.iter().filter(|c| c.failed_rows > 0).collect();
    printer.json(&json!({
        "release": current.number, "biz_date": current.biz_date, "created_at": current.created_at,
        "run_id": current.run_id, "biz_dates": current.biz_dates, "inputs": current.inputs, "warnings": warnings,
        "tables": current.tables.iter().map(|(name, pin)| json!({
            "table": name, "version": pin.version, "rows": pin.rows(),
        })).collect::<Vec<_>>(),
        "months": current.months,
        "last_failure": failed.as_ref().map(|f| json!({
            "run_id": f.run_id, "biz_date": f.biz_date, "step": f.step, "failure": f.failure,
        })),
        "releases": chain.iter().map(|r| json!({ "release": r.number, "biz_date": r.biz_date })).collect::<Vec<_>>(),
    }));
    printer.line(&format!(
        "{}: release {} of {}, made {} by run {}\n\nFiles of this business date (delivered = loaded + quarantined + duplicates + other dates)",
        project.settings.name, current.number, current.biz_date, current.created_at, current.run_id
    ));
    if let Some(failed) = &failed {
        printer.line(&format!(
            "\nThe run {} of {} failed{}: {}\nNext: put it right, then tally run --project {}; it goes on where it stopped",
            failed.run_id,
            failed.biz_date,
            failed.step.as_ref().map_or(String::new(), |step| format!(" at {step}")),
            failed.failure,
            project.folder.display()
        ));
    }
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
    gaps(&project.contracts, &chain, printer);
    printer.line("\nChecks of this business date");
    let rows: Vec<Vec<String>> =
        named(&current).map(|c| vec![c.check.replace('_', " "), c.severity.clone(), count(c.failed_rows)]).collect();
    printer.table(&["check", "severity", "failing rows"], &rows);
    printer.line("\nReleases");
    let rows: Vec<Vec<String>> = chain
        .iter()
        .map(|r| {
            let sum = |of: fn(&InputFile) -> u64| r.inputs.iter().map(of).sum::<u64>();
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
    let restated: Vec<Vec<String>> = current
        .months
        .iter()
        .filter(|(_, month)| month.version > 1)
        .map(|(month, version)| vec![month.clone(), version.version.to_string(), count(version.release)])
        .collect();
    if !restated.is_empty() {
        printer.line("\nClosed months that were restated");
        printer.table(&["month", "version", "since release"], &restated);
    }
    for warning in warnings {
        let example = warning.example.as_ref().map_or(String::new(), |e| format!("; first: {e}"));
        printer.line(&format!("\nwarning: {}: {} row(s){example}", warning.check, warning.failed_rows));
    }
    Ok(())
}

/// The checks that have a name of their own (reconciliations among them), not those of a node's columns.
fn named(release: &Release) -> impl Iterator<Item = &CheckResult> {
    release.checks.iter().filter(|c| !c.check.contains(' '))
}

/// Feeds and the last business dates: what came of each, so that a gap is seen at once.
fn gaps(contracts: &[Contract], chain: &[Release], printer: &Printer) {
    let recent = &chain[chain.len().saturating_sub(GRID_DATES)..];
    let mark = |contract: &Contract, release: &Release| {
        let of_feed = |i: &&InputFile| i.system == contract.system && i.feed == contract.feed;
        match release.inputs.iter().find(of_feed) {
            None if contract.delivery.dated_by == DatedBy::Once => String::new(),
            None => "-".to_owned(),
            Some(input) => {
                let kind = if contract.form_of(&input.file).is_change { "changes " } else { "" };
                format!("{kind}{}{}", input.delivered_rows, if input.quarantined_rows > 0 { " !" } else { "" })
            }
        }
    };
    let row = |contract: &Contract| {
        let name = format!("{}/{}", contract.system, contract.feed);
        std::iter::once(name).chain(recent.iter().map(|r| mark(contract, r))).collect()
    };
    printer.line("\nRows by feed and business date (- nothing came, ! some are in quarantine)");
    let header: Vec<&str> = std::iter::once("feed").chain(recent.iter().map(|r| r.biz_date.as_str())).collect();
    printer.table(&header, &contracts.iter().map(row).collect::<Vec<Vec<String>>>());
}
