//! `tally run`: the nightly build.

mod build;
mod dates;
mod report;

use bank::BusinessDate;
use clap::Args;
use publish::folder;
use warehouse::Selection;
use warehouse::lock::WriterLock;

use self::build::{Build, Built};
pub use self::build::{prepare, stamp};
use self::dates::{arrived_late, dates_to_do};
use crate::failure::CliFailure;
use crate::landing::Landing;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::project::{Project, ProjectArgs, parse_date};

/// Load, compute, check and publish every business date that was delivered.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally run --project sample_data\n  tally run --project mybank --date 2026-11-20\n  tally run --project mybank --from 2026-11-18   # files of that date were corrected: it and all after it again\n  tally run --project mybank --select mart_vip_list+   # this node and all that read it, for the current date\n  tally run --project mybank --select raw   # only load\n  tally run --project mybank --full        # everything again from the landing files\n  tally run --project mybank --set engine.threads=2\n\nA release becomes current only after every check has passed; until then readers see the one before. Running again\ndoes only what is not done: a run that was stopped or failed goes on where it stopped."
)]
pub struct RunArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Only this business date; it must be the next one that was delivered.
    #[arg(long, value_parser = parse_date, value_name = "DATE", conflicts_with_all = ["from", "to", "full"])]
    date: Option<BusinessDate>,
    /// Not before this business date. One that was processed is done again, with all that follow.
    #[arg(long, value_parser = parse_date, value_name = "DATE")]
    from: Option<BusinessDate>,
    /// Not after this business date.
    #[arg(long, value_parser = parse_date, value_name = "DATE")]
    to: Option<BusinessDate>,
    /// Start from nothing and rebuild every business date from the landing files.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    full: bool,
    /// Only these nodes, for the current business date: `name`, `name+` with all that read it (`ref_tier+`, too), `+name` with all that it
    /// reads, `tag:word`, `layer:word`; or `raw`, which only loads the next delivery. May be repeated.
    #[arg(long, value_name = "NODES", conflicts_with_all = ["from", "to", "full", "date"])]
    select: Vec<String>,
    /// Accept a full file that is much smaller than the one before, as in `core/customer`; may be repeated.
    #[arg(long, value_name = "SYSTEM/FEED")]
    accept_shrinkage: Vec<String>,
    /// Wait no longer for feeds whose contract says `allow_stale`: they go on with what they said the day before.
    #[arg(long)]
    past_deadline: bool,
}

/// Releases whose files are looked at again: the restatement window of the domain specification, in days.
const RECENT_RELEASES: usize = 35;

/// Do it.
pub fn run(args: &RunArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    // Found before hours of work, not after.
    if project.is_masked() {
        project.pseudonym_key()?;
    }
    let landing = Landing::new(&project)?.accept_shrinkage(&args.accept_shrinkage)?;
    let landing = landing.past_deadline(args.past_deadline);
    let lock = WriterLock::take(&project.warehouse())?;
    if let Some(dead) = lock.taken_over() {
        printer.talk(&format!("taking over from process {dead}, which ended without finishing its run"));
    }
    let releases = project.releases();
    let current = releases.current()?;
    if let Some(current) = &current {
        // A run killed between the two switches left the published pointer one release behind.
        if folder::current_release(&project.published()) != Some(current.number) {
            folder::switch(&project.published(), current.number)?;
        }
    }
    let mut build = Build { project: &project, landing: &landing, releases: &releases, current, base: None };
    if !args.select.is_empty() {
        return select(&args.select, &mut build, printer);
    }
    let plan = dates_to_do(args, &landing, &releases, build.current.as_ref())?;
    if !args.full && args.from.is_none() {
        warn(&build, printer)?;
    }
    if plan.dates.is_empty() {
        return report::nothing_to_do(&project, build.current.as_ref(), printer);
    }
    build.base = plan.base;
    let before = build.current.clone();
    let runtime = project.runtime()?;
    let progress = Progress::new(printer, plan.dates.len());
    let mut published = None;
    for (index, date) in plan.dates.iter().enumerate() {
        progress.begin(index, &date.to_string());
        let built = runtime.block_on(build.date(*date, &progress)).inspect_err(|_| progress.finish())?;
        progress.pause(|| report::said(&built.release, &landing.stale(*date), printer));
        if built.manifest.is_some() {
            published = Some(built);
        }
    }
    progress.finish();
    match published {
        Some(Built { release, manifest: Some(manifest) }) => {
            runtime.block_on(report::published(&project, &manifest, &release, before.as_ref(), &plan.dates, printer))
        }
        _ => Ok(()),
    }
}

/// What a run without arguments does not do by itself, so it must say so.
fn warn(build: &Build<'_>, printer: &Printer) -> Result<(), CliFailure> {
    let late = arrived_late(build.landing, build.current.as_ref())?;
    if let Some(first) = late.first() {
        printer.talk(&format!(
            "warning: {} arrived after a later business date was processed and is not loaded; `tally run --from {first}` includes it",
            late.join(", ")
        ));
    }
    let recent = build.releases.recent(RECENT_RELEASES)?;
    build.landing.delivered_again(&recent).iter().for_each(|again| printer.talk(&format!("warning: {again}")));
    Ok(())
}

/// Only some nodes of the current business date, or only loading.
fn select(words: &[String], build: &mut Build<'_>, printer: &Printer) -> Result<(), CliFailure> {
    let runtime = build.project.runtime()?;
    let progress = Progress::new(printer, 1);
    if words == ["raw"] {
        return only_deliver(build, &runtime, &progress, printer);
    }
    let selection = Selection::parse(words, &build.project.catalog)?;
    for stale in selection.stale_readers() {
        printer.talk(&format!(
            "warning: {stale} reads what is computed anew and stays as it was; add `+` behind the name"
        ));
    }
    let before = build.current.clone();
    progress.begin(0, "selected nodes");
    let built = runtime.block_on(build.nodes(selection.names(), &progress)).inspect_err(|_| progress.finish())?;
    progress.finish();
    let Built { release, manifest: Some(manifest) } = built else { return Ok(()) };
    let dates: Vec<BusinessDate> = release.biz_date.parse().into_iter().collect();
    runtime.block_on(report::published(build.project, &manifest, &release, before.as_ref(), &dates, printer))
}

fn only_deliver(
    build: &mut Build<'_>,
    runtime: &tokio::runtime::Runtime,
    progress: &Progress,
    printer: &Printer,
) -> Result<(), CliFailure> {
    build.base.clone_from(&build.current);
    let processed = |date: &BusinessDate| build.base.as_ref().is_some_and(|b| date.to_string() <= b.biz_date);
    let Some(date) = build.landing.business_dates()?.into_iter().find(|date| !processed(date)) else {
        return report::nothing_to_do(build.project, build.current.as_ref(), printer);
    };
    progress.begin(0, &date.to_string());
    let inputs = runtime.block_on(build.only_deliver(date, progress)).inspect_err(|_| progress.finish())?;
    progress.finish();
    report::loaded(date, &inputs, printer);
    Ok(())
}
