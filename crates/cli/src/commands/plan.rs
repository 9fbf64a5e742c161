//! `tally plan`: the stages of the next run. The same lists as `run` walks.

use bank::BusinessDate;
use chrono::NaiveDate;
use clap::Args;
use serde_json::json;
use warehouse::described::dry_plan;

use crate::failure::CliFailure;
use crate::landing::Landing;
use crate::printer::Printer;
use crate::project::{Project, ProjectArgs};

/// Show what `run` would do, without doing it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally plan --project sample_data\n  tally plan --project sample_data --output json"
)]
pub struct PlanArgs {
    #[command(flatten)]
    project: ProjectArgs,
}

/// Do it.
pub fn run(args: &PlanArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    let landing = Landing::new(&project)?;
    let current = project.releases().current()?;
    let delivered = landing.business_dates()?;
    let to_do: Vec<BusinessDate> =
        delivered.into_iter().filter(|d| current.as_ref().is_none_or(|c| d.to_string() > c.biz_date)).collect();
    // A mistake in a node is found here and not in the night. Which date it is planned for changes nothing.
    let some_date = to_do.first().copied().unwrap_or_else(|| BusinessDate::new(NaiveDate::default()));
    project.runtime()?.block_on(dry_plan(&project.engine, &project.catalog, some_date))?;
    let nodes: Vec<_> = project.catalog.order.iter().map(|name| &project.catalog.nodes[name]).collect();
    let first = if current.is_none() { to_do.first().copied() } else { None };
    let missing = |date: &BusinessDate| landing.missing(*date, Some(*date) == first);
    printer.json(&json!({
        "current": current.as_ref().map(|c| json!({ "release": c.number, "biz_date": c.biz_date })),
        "biz_dates": to_do.iter().map(|d| json!({ "biz_date": d.to_string(), "missing": missing(d) })).collect::<Vec<_>>(),
        "feeds": project.contracts.iter().map(|c| json!({ "table": c.table(), "file": c.file.name.pattern() })).collect::<Vec<_>>(),
        "nodes": nodes.iter().map(|n| json!({
            "node": n.name, "layer": n.layer, "grain": n.grain, "reads": project.catalog.reads[&n.name],
        })).collect::<Vec<_>>(),
        "checks": project.catalog.checks.keys().collect::<Vec<_>>(),
    }));
    match &current {
        Some(c) => printer.line(&format!("Current: release {} of {}", c.number, c.biz_date)),
        None => printer.line("Current: nothing published yet"),
    }
    printer.line(&format!("\nFeeds expected in {}", project.landing().display()));
    let rows: Vec<Vec<String>> =
        project.contracts.iter().map(|c| vec![c.table(), c.file.name.pattern().to_owned()]).collect();
    printer.table(&["raw table", "file"], &rows);
    printer.line(&format!("\n{} business date(s) to do", to_do.len()));
    let rows: Vec<Vec<String>> = to_do
        .iter()
        .map(|d| {
            let missing = missing(d);
            let state =
                if missing.is_empty() { "complete".to_owned() } else { format!("missing {}", missing.join(", ")) };
            vec![d.to_string(), state]
        })
        .collect();
    printer.table(&["business date", "files"], &rows);
    printer.line("\nThen, for each of them:");
    let rows: Vec<Vec<String>> = nodes
        .iter()
        .enumerate()
        .map(|(index, n)| {
            let by = n.kind.clone().unwrap_or_else(|| format!("{:?}", n.materialisation).to_lowercase());
            vec![(index + 1).to_string(), n.layer.clone(), n.name.clone(), by, n.grain.clone()]
        })
        .collect();
    printer.table(&["", "layer", "node", "kept as", "grain"], &rows);
    printer.line(&format!("\nand {} checks, before anything is published.", project.catalog.checks.len()));
    Ok(())
}
