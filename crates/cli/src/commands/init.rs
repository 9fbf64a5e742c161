//! `tally init`.

use std::path::PathBuf;

use clap::Args;
use rand::RngCore;
use serde_json::json;

use crate::failure::CliFailure;
use crate::printer::Printer;

/// Write an empty bank project.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tally init mybank\n  # put contracts into mybank/sql/sources/<system>/, extracts into mybank/landing/\n  tally plan --project mybank"
)]
pub struct InitArgs {
    /// Folder of the new project.
    pub dir: PathBuf,
}

const SETTINGS: &str = include_str!("../templates/tally.toml");
const README: &str = include_str!("../templates/README.md");
const IGNORE: &str = "/landing\n/warehouse\n/published\n/pseudonym.key\n";

/// Do it.
pub fn run(args: &InitArgs, printer: &Printer) -> Result<(), CliFailure> {
    let dir = &args.dir;
    if dir.join("tally.toml").exists() {
        return Err(CliFailure::usage(format!("{} is a project already", dir.display())));
    }
    let mut secret = [0_u8; 32];
    rand::thread_rng().fill_bytes(&mut secret);
    let fail =
        |path: PathBuf| move |e: std::io::Error| CliFailure::machine(format!("cannot write {}: {e}", path.display()));
    for sub in ["landing", "sql/sources"] {
        std::fs::create_dir_all(dir.join(sub)).map_err(fail(dir.join(sub)))?;
    }
    let key = format!("{}\n", hex::encode(secret));
    for (name, text) in
        [("tally.toml", SETTINGS), ("README.md", README), (".gitignore", IGNORE), ("pseudonym.key", &key)]
    {
        let path = dir.join(name);
        std::fs::write(&path, text).map_err(fail(path.clone()))?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = dir.join("pseudonym.key");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(fail(path))?;
    }
    printer.json(&json!({ "project": dir, "next": format!("tally plan --project {}", dir.display()) }));
    printer.line(&format!("{} is a bank project now.", dir.display()));
    printer.line("Keep pseudonym.key where the bank keeps its secrets: who has it can undo the pseudonyms.");
    printer.line(&format!(
        "Next: name your systems in {}/tally.toml, then tally plan --project {}",
        dir.display(),
        dir.display()
    ));
    Ok(())
}
