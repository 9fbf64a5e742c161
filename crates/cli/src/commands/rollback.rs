//! `tally rollback`: readers see an earlier release again.

use clap::Args;
use publish::audit::AuditRecord;
use publish::{Manifest, audit, folder};
use serde_json::json;
use warehouse::lock::WriterLock;

use crate::access::{now, who};
use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::project::{Project, ProjectArgs};

/// Make an earlier release the one that readers see.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally rollback --project mybank --reason \"wrong tiers\"\n  tally rollback --project mybank --to 41 --reason \"wrong tiers\"\n\nOnly the pointer moves: it takes no time and loses nothing, and `tally rollback --to N` of the later release undoes it.\nThe next `tally run` builds on the release that is current then, and does the business dates after it again."
)]
pub struct RollbackArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// The release to go to; the one that readers saw before the current one when absent.
    #[arg(long, value_name = "N")]
    to: Option<u64>,
    /// Why, for the audit log.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Do it.
pub fn run(args: &RollbackArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    let warehouse = project.warehouse();
    let _lock = WriterLock::take(&warehouse)?;
    let releases = project.releases();
    let published = project.published();
    let current = project.release(None)?;
    let is_published = |number: &u64| folder::of_release(&published, *number).is_dir();
    // The newest of those that readers saw before the current one was first current.
    let seen = releases.seen()?;
    let before = seen.iter().take_while(|n| **n != current.number).copied().filter(is_published).last();
    let number = match args.to {
        Some(number) => number,
        None => before
            .ok_or_else(|| CliFailure::missing(format!("release {} is the only published one", current.number)))?,
    };
    let release = releases.get(number)?;
    if !is_published(&number) {
        return Err(CliFailure::missing(format!("release {number} was never published, or its files were removed"))
            .hint("`tally status` lists releases"));
    }
    let manifest = Manifest::read(&folder::of_release(&published, number))?;
    audit::append(
        &warehouse,
        AuditRecord {
            at: now(),
            who: who(),
            action: "rollback".to_owned(),
            purpose: args.reason.clone(),
            release: number,
            privacy: manifest.privacy,
            subject: format!("from release {}", current.number),
            rows: 0,
            previous_sha256: String::new(),
        },
    )?;
    releases.make_current(number)?;
    folder::switch(&published, number)?;
    printer.json(&json!({ "release": number, "biz_date": release.biz_date, "release_before": current.number }));
    printer.line(&format!(
        "Release {number} of {} is current; release {} is kept. Undo: tally rollback --to {} --project {} --reason ...",
        release.biz_date,
        current.number,
        current.number,
        project.folder.display()
    ));
    Ok(())
}
