//! How a person reads: which release, masked or not, and the audit line that unmasked reading leaves.

use std::path::PathBuf;

use chrono::{SecondsFormat, Utc};
use clap::Args;
use publish::audit::AuditRecord;
use publish::{Manifest, audit, folder};
use warehouse::{Reader, Release};

use crate::failure::CliFailure;
use crate::project::Project;
use crate::run_log;

/// Which release is read, and whether masked.
#[derive(Debug, Clone, Args)]
pub struct AccessArgs {
    /// As it was known in this release; the current one when absent.
    #[arg(long, value_name = "N")]
    pub release: Option<u64>,
    /// Read the warehouse's own tables as they are. Written to the audit log.
    #[arg(long, requires = "purpose")]
    pub unmasked: bool,
    /// Why unmasked data is read.
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
}

impl AccessArgs {
    /// Record that unmasked rows leave; what cannot be recorded must not leave.
    pub fn record(
        &self,
        project: &Project,
        action: &str,
        release: u64,
        subject: String,
        rows: u64,
    ) -> Result<(), CliFailure> {
        if !self.unmasked {
            return Ok(());
        }
        note(project, action, self.purpose.as_deref().unwrap_or_default(), release, subject, rows)
    }
}

/// A line in the audit log about what somebody saw or decided.
pub fn note(
    project: &Project,
    action: &str,
    purpose: &str,
    release: u64,
    subject: String,
    rows: u64,
) -> Result<(), CliFailure> {
    let record = AuditRecord {
        at: now(),
        who: who(),
        action: action.to_owned(),
        purpose: purpose.to_owned(),
        release,
        privacy: "full".to_owned(),
        subject,
        rows,
        previous_sha256: String::new(),
    };
    Ok(audit::append(&project.warehouse(), record)?)
}

/// A reader of a release's own tables, unmasked, and of the runs that made releases.
pub async fn warehouse_reader(project: &Project, release: &Release) -> Result<Reader, CliFailure> {
    let warehouse = project.warehouse();
    let reader = Reader::of_release(&project.engine, &warehouse, &project.catalog, release).await?;
    for (name, rows) in run_log::tables(&warehouse)? {
        reader.add(name, rows)?;
    }
    Ok(reader)
}

/// A reader of a release's published files.
pub async fn published_reader(project: &Project, release: u64) -> Result<Reader, CliFailure> {
    let folder = folder::of_release(&project.published(), release);
    if !folder.is_dir() {
        return Err(CliFailure::missing(format!("release {release} has no published files in {}", folder.display()))
            .hint("it was a step of a full rebuild, or its files were removed; `tally status` lists releases"));
    }
    let manifest = Manifest::read(&folder)?;
    let files: Vec<(String, PathBuf)> =
        manifest.tables.iter().map(|t| (t.table.clone(), folder.join(&t.file))).collect();
    let date = manifest.biz_date.parse().map_err(|e: bank::BusinessDateError| CliFailure::machine(e.to_string()))?;
    Ok(Reader::of_files(&project.engine, &files, date).await?)
}

/// The operating system's user.
pub fn who() -> String {
    ["USER", "LOGNAME", "USERNAME"].iter().find_map(|v| std::env::var(v).ok()).unwrap_or_else(|| "unknown".to_owned())
}

/// Wall clock, UTC.
pub fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}
