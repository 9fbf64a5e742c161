//! The program under test, and banks to run it on.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use arrow::array::{Array, ArrayRef, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sample_bank::SampleBank;
use serde_json::Value;
use sha2::Digest;

/// The `tally` beside this test's own binary.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let binary = folder.join(format!("tally{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.exists(), "{} is not built; run `cargo test --workspace`", binary.display());
    binary
}

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Run `tally` with these arguments.
pub fn tally(arguments: &[&str]) -> Output {
    Command::new(binary()).args(arguments).env_remove("TALLY_PSEUDONYM_KEY").output().unwrap()
}

/// Run `tally ... --project DIR`.
pub fn tally_in(project: &Path, arguments: &[&str]) -> Output {
    let mut all = arguments.to_vec();
    all.extend(["--project", project.to_str().unwrap()]);
    tally(&all)
}

/// Run and expect exit code 0; the JSON on stdout.
pub fn done(project: &Path, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--output", "json"]);
    let output = tally_in(project, &all);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Run and expect this exit code; what stderr says.
pub fn fails(project: &Path, arguments: &[&str], code: i32) -> String {
    let output = tally_in(project, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

/// Rows of a query.
pub fn query(project: &Path, sql: &str) -> Vec<Value> {
    done(project, &["query", sql]).as_array().unwrap().clone()
}

/// Rows of a query on the warehouse's own tables.
pub fn query_unmasked(project: &Path, sql: &str) -> Vec<Value> {
    done(project, &["query", sql, "--unmasked", "--purpose", "test"]).as_array().unwrap().clone()
}

/// A synthetic bank of month-ends from 2025-08-31 with its first three systems, in a new folder.
pub fn bank(customers: u64, nights: u32) -> tempfile::TempDir {
    sample_bank_of(&SampleBank { customers, nights, systems: 3, ..SampleBank::default() })
}

/// A synthetic bank in a new folder.
pub fn sample_bank_of(bank: &SampleBank) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    sample_bank::write(bank, folder.path(), &|_, _| {}).unwrap();
    folder
}

/// Rows of a truth table, each value as text, missing ones left out.
pub fn truth(project: &Path, table: &str) -> Vec<BTreeMap<String, String>> {
    let mut rows = Vec::new();
    for batch in read_parquet(&project.join(format!("truth/{table}.parquet"))) {
        for row in 0..batch.num_rows() {
            let schema = batch.schema();
            let columns = schema.fields().iter().zip(batch.columns());
            let known = columns.filter(|(_, column)| column.is_valid(row));
            let text = |column: &ArrayRef| arrow::util::display::array_value_to_string(column, row).unwrap();
            rows.push(known.map(|(field, column)| (field.name().clone(), text(column))).collect());
        }
    }
    rows
}

/// A bank of 1,500 customers and six systems after five nights, shared by the tests that only read it.
pub fn published_bank() -> &'static Path {
    static BANK: OnceLock<tempfile::TempDir> = OnceLock::new();
    BANK.get_or_init(|| {
        let folder = sample_bank_of(&SampleBank { customers: 1_500, nights: 5, ..SampleBank::default() });
        done(folder.path(), &["run"]);
        folder
    })
    .path()
}

/// A small bank whose first night is published and whose second is only delivered. Each call gets its own copy.
pub fn bank_before_second_night() -> tempfile::TempDir {
    static BANK: OnceLock<tempfile::TempDir> = OnceLock::new();
    let original = BANK.get_or_init(|| {
        let folder = bank(60, 2);
        done(folder.path(), &["run", "--to", "2025-08-31"]);
        folder
    });
    let copy = tempfile::tempdir().unwrap();
    copy_folder(original.path(), copy.path());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path()).unwrap(), target).unwrap();
        } else if kind.is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Names and contents of the published Parquet files.
pub fn published_files(project: &Path) -> Vec<(String, Vec<u8>)> {
    let folder = project.join("published/current");
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "parquet"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Rows of a Parquet file.
pub fn read_parquet(path: &Path) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap()).unwrap().build().unwrap();
    reader.map(Result::unwrap).collect()
}

/// Deliver a file of these lines, with its control file.
pub fn deliver(project: &Path, file: &str, lines: &[String]) {
    let path = project.join("landing").join(file);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let compressed = gzip(text.as_bytes());
    fs::write(&path, &compressed).unwrap();
    let hash = hex::encode(sha2::Sha256::digest(&compressed));
    fs::write(format!("{}.ctl", path.display()), format!("batch_seq=1\nrows={}\nsha256={hash}\n", lines.len()))
        .unwrap();
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Change the lines of a delivered file, and its control file with it.
pub fn redeliver(project: &Path, file: &str, batch_seq: u32, change: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>) {
    let path = project.join("landing").join(file);
    let mut content = Vec::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(&path).unwrap()).read_to_end(&mut content).unwrap();
    let lines = change(content.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect());
    let compressed = gzip(&lines.concat());
    fs::write(&path, &compressed).unwrap();
    let control = format!("{}.ctl", path.display());
    let kept = fs::read_to_string(&control).unwrap();
    let kept: String = kept
        .lines()
        .filter(|l| !["rows=", "sha256=", "sum_", "batch_seq="].iter().any(|k| l.starts_with(k)))
        .map(|l| format!("{l}\n"))
        .collect();
    let hash = hex::encode(sha2::Sha256::digest(&compressed));
    fs::write(&control, format!("{kept}batch_seq={batch_seq}\nrows={}\nsha256={hash}\n", lines.len())).unwrap();
}
