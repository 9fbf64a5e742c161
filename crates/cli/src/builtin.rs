//! The built-in `sql/` tree, compiled into the binary; `--sql-dir` reads it from disk instead.

use std::collections::BTreeSet;
use std::path::Path;

use include_dir::{Dir, include_dir};
use warehouse::SqlFile;

use crate::failure::CliFailure;

static SQL: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../sql");

/// The files of the built-in tree, in order of path.
pub fn files() -> Vec<SqlFile> {
    let mut files = Vec::new();
    collect(&SQL, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(dir: &Dir<'_>, files: &mut Vec<SqlFile>) {
    for file in dir.files() {
        if let Some(text) = file.contents_utf8() {
            files.push(SqlFile { path: file.path().to_owned(), text: text.to_owned() });
        }
    }
    dir.dirs().for_each(|sub| collect(sub, files));
}

/// The source systems that come with contracts.
pub fn systems() -> BTreeSet<String> {
    let sources = files().into_iter().filter(|f| f.path.starts_with("sources"));
    sources.filter_map(|f| Some(f.path.parent()?.file_name()?.to_string_lossy().into_owned())).collect()
}

/// The files of a `sql/` folder on disk, in order of path; none when there is no such folder.
pub fn files_on_disk(folder: &Path) -> Result<Vec<SqlFile>, CliFailure> {
    let mut files = Vec::new();
    if folder.is_dir() {
        read_folder(folder, folder, &mut files)?;
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn read_folder(root: &Path, folder: &Path, files: &mut Vec<SqlFile>) -> Result<(), CliFailure> {
    let unreadable =
        |e: std::io::Error, path: &Path| CliFailure::machine(format!("cannot read {}: {e}", path.display()));
    for entry in std::fs::read_dir(folder).map_err(|e| unreadable(e, folder))? {
        let path = entry.map_err(|e| unreadable(e, folder))?.path();
        if path.is_dir() {
            read_folder(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "sql" || e == "toml" || e == "csv") {
            let text = std::fs::read_to_string(&path).map_err(|e| unreadable(e, &path))?;
            let path = path.strip_prefix(root).unwrap_or(&path).to_owned();
            files.push(SqlFile { path, text });
        }
    }
    Ok(())
}
