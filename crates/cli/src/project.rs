//! A bank's project, opened: settings, contracts, catalog, engine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bank::{BusinessDate, PseudonymKey};
use clap::Args;
use extract::Contract;
use extract::ledger::raw_tables;
use sha2::{Digest, Sha256};
use warehouse::{Catalog, Engine, NodeKind, Release, Releases, SqlFile, UnusedSystems};

use crate::builtin;
use crate::failure::CliFailure;
use crate::kinds;
use crate::settings::{PublishPrivacy, Settings};
use crate::source_checks::source_checks;

/// Which project, and with which settings.
#[derive(Debug, Clone, Args)]
pub struct ProjectArgs {
    /// The project's folder.
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub project: PathBuf,
    /// Change a setting of tally.toml for this call, as in `--set landing=/data/in`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Read the built-in nodes from this folder instead of the program (for developing them).
    #[arg(long, value_name = "DIR")]
    pub sql_dir: Option<PathBuf>,
}

/// An opened project.
pub struct Project {
    /// Its folder.
    pub folder: PathBuf,
    /// Its settings.
    pub settings: Settings,
    /// Contracts of the systems in use, in order of table.
    pub contracts: Vec<Contract>,
    /// Nodes, sources, references, checks.
    pub catalog: Catalog,
    /// Kinds of Rust code.
    pub kinds: Vec<Arc<dyn NodeKind>>,
    /// Machine limits.
    pub engine: Engine,
    /// Hash of the settings in force.
    pub settings_sha256: String,
}

impl Project {
    /// Open a project.
    pub fn open(args: &ProjectArgs) -> Result<Self, CliFailure> {
        let settings = Settings::read(&args.project, &args.set)?;
        let files = sql_files(args)?;
        let contracts = contracts(&files, &settings)?;
        let mut sources = raw_tables(&contracts);
        sources.insert(warehouse::compute::CHECK_TABLE.to_owned(), warehouse::compute::check_schema());
        let unused = match settings.systems.iter().any(|s| builtin::systems().contains(s)) {
            true => UnusedSystems::DeliverNothing,
            false => UnusedSystems::AreUnknown,
        };
        let mut catalog = Catalog::read(&files, sources, unused)?;
        catalog.add_checks(source_checks(&contracts)?)?;
        let folder = args.project.clone();
        let threads = match settings.engine.threads {
            0 => processors(),
            threads => threads,
        };
        let warehouse = folder.join(&settings.warehouse);
        let engine = Engine {
            threads,
            memory_bytes: settings.engine.memory_mb.saturating_mul(1024 * 1024),
            spill_bytes: settings.engine.spill_mb.saturating_mul(1024 * 1024),
            spill_dir: match &settings.engine.spill_dir {
                // A folder of ours in it, because `vacuum` clears it away.
                Some(folder) => folder.join("tally-spill"),
                None => warehouse.join("_spill"),
            },
        };
        crate::memory::may_use(engine.memory_bytes);
        let kinds = kinds::all(settings.privacy.synthetic_identifiers);
        // Machine limits and paths change no result, so they are no part of what a release was made with.
        let in_force = format!("{:?} {:?} {:?}", settings.systems, settings.calendar, settings.privacy);
        let settings_sha256 = hex::encode(Sha256::digest(in_force));
        Ok(Project { folder, settings, contracts, catalog, kinds, engine, settings_sha256 })
    }

    /// Only the contracts of a project, whose nodes may not be there yet.
    pub fn contracts(args: &ProjectArgs) -> Result<Vec<Contract>, CliFailure> {
        contracts(&sql_files(args)?, &Settings::read(&args.project, &args.set)?)
    }

    /// Where extracts arrive.
    pub fn landing(&self) -> PathBuf {
        self.folder.join(&self.settings.landing)
    }

    /// Where tables are kept.
    pub fn warehouse(&self) -> PathBuf {
        self.folder.join(&self.settings.warehouse)
    }

    /// Where releases are published.
    pub fn published(&self) -> PathBuf {
        self.folder.join(&self.settings.published)
    }

    /// Its releases.
    pub fn releases(&self) -> Releases {
        Releases::new(&self.warehouse())
    }

    /// The release asked for, or the current one.
    pub fn release(&self, number: Option<u64>) -> Result<Release, CliFailure> {
        let releases = self.releases();
        match number {
            Some(number) => Ok(releases.get(number)?),
            None => {
                let current = releases.current()?;
                Ok(current.ok_or_else(|| warehouse::WarehouseError::NoRelease(self.folder.clone()))?)
            }
        }
    }

    /// A runtime with as many workers as the settings say; the kernels' thread pool is set to the same.
    pub fn runtime(&self) -> Result<tokio::runtime::Runtime, CliFailure> {
        // Fails only when a pool exists already, which then has the same size.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(self.engine.threads).build_global();
        Ok(tokio::runtime::Builder::new_multi_thread()
            .worker_threads(self.engine.threads)
            // Plans of deep views are walked recursively.
            .thread_stack_size(16 * 1024 * 1024)
            .on_thread_park(crate::memory::give_back_if_asked)
            // A thread that waits for files keeps memory as long as it lives.
            .thread_keep_alive(Duration::from_secs(1))
            .enable_all()
            .build()?)
    }

    /// Whether output is masked.
    pub fn is_masked(&self) -> bool {
        self.settings.privacy.publish == PublishPrivacy::Masked
    }

    /// The secret of the pseudonyms, from the environment or the key file.
    pub fn pseudonym_key(&self) -> Result<PseudonymKey, CliFailure> {
        let none = || CliFailure::from(publish::PublishError::NoKey);
        if let Ok(secret) = std::env::var("TALLY_PSEUDONYM_KEY") {
            return PseudonymKey::try_new(secret.trim().as_bytes()).ok_or_else(none);
        }
        let file = self.settings.privacy.pseudonym_key_file.as_ref().ok_or_else(none)?;
        let path = self.folder.join(file);
        let secret = std::fs::read_to_string(&path).map_err(|e| {
            CliFailure::usage(format!("cannot read the pseudonym key {}: {e}", path.display()))
                .hint("every release needs the same key, or pseudonyms change; restore it from where the bank keeps its secrets")
        })?;
        PseudonymKey::try_new(secret.trim().as_bytes()).ok_or_else(none)
    }
}

/// Processors of this machine.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The built-in files, then the project's own.
fn sql_files(args: &ProjectArgs) -> Result<Vec<SqlFile>, CliFailure> {
    let mut files = match &args.sql_dir {
        Some(folder) => builtin::files_on_disk(folder)?,
        None => builtin::files(),
    };
    files.extend(builtin::files_on_disk(&args.project.join("sql"))?);
    Ok(files)
}

/// Contracts of the systems in use; a project's file replaces the built-in one of the same system and feed.
fn contracts(files: &[SqlFile], settings: &Settings) -> Result<Vec<Contract>, CliFailure> {
    let mut by_table = BTreeMap::new();
    for file in files.iter().filter(|f| f.path.starts_with("sources")) {
        let system = file.path.parent().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
        if system.is_some_and(|s| settings.systems.contains(&s)) {
            let contract = Contract::parse(&file.path, &file.text)?;
            by_table.insert(contract.table(), contract);
        }
    }
    let known = |system: &String| by_table.values().any(|c: &Contract| c.system == *system);
    if let Some(unknown) = settings.systems.iter().find(|s| !known(s)) {
        return Err(CliFailure::usage(format!(
            "tally.toml uses system `{unknown}`, but there is no contract in sql/sources/{unknown}/"
        )));
    }
    Ok(by_table.into_values().collect())
}

/// Parse a business date given on the command line.
pub fn parse_date(text: &str) -> Result<BusinessDate, String> {
    text.parse().map_err(|e: bank::BusinessDateError| e.to_string())
}
