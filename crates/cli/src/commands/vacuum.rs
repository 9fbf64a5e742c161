//! `tally vacuum`: remove what no kept release needs.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use publish::folder;
use serde_json::json;
use warehouse::Journal;
use warehouse::lock::WriterLock;
use warehouse::vacuum::{Removable, Retention};

use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::project::{Project, ProjectArgs};

/// Remove files that no kept release needs; shows what it would remove unless told to.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally vacuum --project mybank            # shows what would go\n  tally vacuum --project mybank --delete   # removes it\n\nKept are the newest releases ([retention] releases, 35 unless set) and every version of the newest closed months\n([retention] months, 13 unless set). Delivered rows are part of every release and never go before it."
)]
pub struct VacuumArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Remove it; without this it is only shown.
    #[arg(long)]
    delete: bool,
}

/// Do it.
pub fn run(args: &VacuumArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    let warehouse = project.warehouse();
    let _lock = WriterLock::take(&warehouse)?;
    let retention =
        Retention { releases: project.settings.retention.releases, months: project.settings.retention.months };
    let found = project.runtime()?.block_on(Removable::find(&warehouse, retention))?;
    let published = folder::removable(&project.published(), &found.kept)?;
    if args.delete {
        // A stopped night's files go too, so it cannot be gone on with.
        Journal::remove(&warehouse)?;
        found.remove(&warehouse)?;
        folder::remove(&published)?;
        clear_spill(&project.engine.spill_dir)?;
    }
    let status = if args.delete { "removed" } else { "would be removed" };
    printer.json(&json!({
        "status": status, "files": found.files.len(), "bytes": found.bytes(), "releases": found.releases,
        "published": published, "kept_releases": found.kept,
    }));
    printer.line(&format!(
        "{} file(s), {:.1} MB, {} release(s) and {} published folder(s) {status}; {} release(s) stay",
        found.files.len(),
        found.bytes() as f64 / 1e6,
        found.releases.len(),
        published.len(),
        found.kept.len()
    ));
    let is_clean = found.files.is_empty() && found.releases.is_empty() && published.is_empty();
    if !args.delete && !is_clean {
        printer.line(&format!("Next: tally vacuum --delete --project {}", project.folder.display()));
    }
    Ok(())
}

/// Remove what killed runs and queries left in our spill folder; a query that is going on has younger files.
fn clear_spill(folder: &Path) -> Result<(), CliFailure> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        // Only runs make these, and none is going on.
        let is_of_runs = ["changes", "verify"].iter().any(|name| entry.file_name() == *name);
        if is_of_runs || age > DAY {
            match entry.file_type()?.is_dir() {
                true => std::fs::remove_dir_all(entry.path())?,
                false => std::fs::remove_file(entry.path())?,
            }
        }
    }
    Ok(())
}
