//! `tally.toml` and `--set`.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::CliFailure;

/// Settings of a project.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name, for people.
    pub name: String,
    /// Source systems in use: folders of `sql/sources`.
    pub systems: Vec<String>,
    /// Where extracts arrive.
    #[serde(default = "landing")]
    pub landing: PathBuf,
    /// Where tables are kept.
    #[serde(default = "warehouse")]
    pub warehouse: PathBuf,
    /// Where releases are published.
    #[serde(default = "published")]
    pub published: PathBuf,
    /// Business dates, when file names do not tell them.
    pub calendar: Option<Calendar>,
    /// Privacy.
    #[serde(default)]
    pub privacy: Privacy,
    /// How long releases are kept.
    #[serde(default)]
    pub retention: RetentionSettings,
    /// Machine limits.
    #[serde(default)]
    pub engine: EngineSettings,
}

/// How long releases are kept: what `vacuum` does not remove.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSettings {
    /// So many of the newest releases.
    pub releases: usize,
    /// Every version of so many of the newest closed months.
    pub months: usize,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        RetentionSettings { releases: 35, months: 13 }
    }
}

/// Business dates of a project whose files do not tell them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// How often.
    pub business_dates: Cadence,
    /// First, as `1993-01-31`.
    pub from: String,
    /// Last.
    pub to: String,
}

/// How often there is a business date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// The last day of each month.
    MonthEnd,
    /// Every calendar day.
    Day,
}

/// What leaves the warehouse.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// Masked unless set to full.
    pub publish: PublishPrivacy,
    /// File with the secret of the pseudonyms; the environment variable TALLY_PSEUDONYM_KEY comes first.
    pub pseudonym_key_file: Option<PathBuf>,
    /// Accept documents that can belong to nobody (region 99): samples and tests only.
    pub synthetic_identifiers: bool,
}

/// Masked or full.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishPrivacy {
    /// Masked and pseudonymised.
    #[default]
    Masked,
    /// As it is.
    Full,
}

/// Machine limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EngineSettings {
    /// Worker threads; 0 takes all processors.
    pub threads: usize,
    /// Memory for queries, MiB.
    pub memory_mb: usize,
    /// Where queries spill; a folder inside the warehouse when absent.
    pub spill_dir: Option<PathBuf>,
    /// How much queries may spill, MiB.
    pub spill_mb: u64,
}

impl Default for EngineSettings {
    fn default() -> Self {
        EngineSettings { threads: 0, memory_mb: 4096, spill_dir: None, spill_mb: 100 * 1024 }
    }
}

fn landing() -> PathBuf {
    "landing".into()
}
fn warehouse() -> PathBuf {
    "warehouse".into()
}
fn published() -> PathBuf {
    "published".into()
}

impl Settings {
    /// Read `tally.toml` of a project and apply `key=value` settings from the command line.
    pub fn read(project: &Path, overrides: &[String]) -> Result<Self, CliFailure> {
        let path = project.join("tally.toml");
        let text = std::fs::read_to_string(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => CliFailure::usage(format!(
                "{} is not a bank project: there is no tally.toml in it",
                project.display()
            ))
            .hint(
                "`tally init DIR` writes one, `tally sample-bank DIR` writes one with data; name it with --project DIR",
            ),
            _ => CliFailure::machine(format!("cannot read {}: {e}", path.display())),
        })?;
        let wrong = |message: String| CliFailure::usage(format!("{}: {message}", path.display()));
        let mut table: toml::Table = text.parse().map_err(|e: toml::de::Error| wrong(e.to_string()))?;
        if overrides.is_empty() {
            return toml::from_str(&text).map_err(|e| wrong(e.to_string()));
        }
        for setting in overrides {
            set(&mut table, setting)?;
        }
        table.try_into().map_err(|e: toml::de::Error| wrong(format!("with --set: {}", e.message())))
    }
}

/// Apply one `a.b=value`; the value is TOML where it is TOML, else text.
fn set(table: &mut toml::Table, setting: &str) -> Result<(), CliFailure> {
    let wrong = || CliFailure::usage(format!("--set {setting}: write key=value, as in --set engine.threads=2"));
    let (key, value) = setting.split_once('=').ok_or_else(wrong)?;
    let parsed: Option<toml::Table> = format!("value = {value}").parse().ok();
    let value = parsed.and_then(|mut t| t.remove("value")).unwrap_or_else(|| toml::Value::String(value.to_owned()));
    let mut parts: Vec<&str> = key.split('.').collect();
    let last = parts.pop().ok_or_else(wrong)?;
    let mut place = table;
    for part in parts {
        let inner = place.entry(part).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        place = inner.as_table_mut().ok_or_else(wrong)?;
    }
    place.insert(last.to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_from_the_file_and_the_command_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tally.toml"), "name = \"B\"\nsystems = [\"core\"]\n").unwrap();
        let settings = Settings::read(folder.path(), &["engine.threads=2".into(), "landing=/data/in".into()]).unwrap();
        assert_eq!((settings.engine.threads, settings.landing), (2, PathBuf::from("/data/in")));
        let refused = Settings::read(folder.path(), &["engine.thread=2".into()]).unwrap_err();
        assert!(refused.to_string().contains("thread"), "{refused}");
    }

    #[test]
    fn a_typing_error_is_found_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tally.toml"), "name = \"B\"\nsystem = [\"core\"]\n").unwrap();
        let refused = Settings::read(folder.path(), &[]).unwrap_err().to_string();
        assert!(refused.contains("line 2") && refused.contains("systems"), "{refused}");
    }
}
