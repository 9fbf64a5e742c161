//! The folder: a bank project that `tally run` can work on at once.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{Datelike, Days, NaiveDate};
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

use crate::error::SampleError;
use crate::feed::{Feed, Night};
use crate::life::{Month, month_ends, months};
use crate::person::{Person, people};
use crate::truth::write_truth;

/// What to write.
#[derive(Debug, Clone)]
pub struct SampleBank {
    /// Persons.
    pub customers: u64,
    /// Month-ends delivered.
    pub nights: u32,
    /// First month-end.
    pub first_night: NaiveDate,
    /// Seed.
    pub seed: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Files of extracts, without control files.
    pub files: usize,
    /// Rows in them.
    pub rows: usize,
    /// Bytes on disk, control files included.
    pub bytes: u64,
}

const SETTINGS: &str = include_str!("tally.toml");
/// Anyone can read it: it protects nothing but shows where a bank's own key goes.
const SAMPLE_KEY: &str = "sample-key-of-impossible-people\n";

/// Write the project. `progress` hears nights done and nights in all.
///
/// # Errors
/// [`SampleError`] when the folder is in use or the disk refuses.
pub fn write(bank: &SampleBank, folder: &Path, progress: &dyn Fn(usize, usize)) -> Result<Summary, SampleError> {
    let next = bank.first_night.checked_add_days(Days::new(1));
    if next.is_none_or(|day| day.day() != 1) {
        return Err(SampleError::NotMonthEnd(bank.first_night.to_string()));
    }
    let landing = folder.join("landing");
    let truth = folder.join("truth");
    if landing.exists() || truth.exists() {
        return Err(SampleError::NotEmpty(folder.to_owned()));
    }
    for sub in [&landing, &truth] {
        std::fs::create_dir_all(sub).map_err(|source| SampleError::Write { path: sub.clone(), source })?;
    }
    let ends = month_ends(bank.first_night, bank.nights);
    let people = people(bank.customers, bank.seed, bank.first_night);
    let lives: Vec<Vec<Month>> = people.iter().map(|p| months(p, bank.seed, &ends)).collect();
    let mut summary = Summary { files: 0, rows: 0, bytes: 0 };
    for (index, date) in ends.iter().enumerate() {
        let tonight: Vec<(&Person, &Month)> = people.iter().zip(lives.iter().map(|l| &l[index])).collect();
        for feed in (Night { date: *date, people: &tonight }).feeds() {
            summary.bytes += write_feed(&landing, *date, &feed)?;
            summary.files += 1;
            summary.rows += feed.rows.len();
        }
        progress(index + 1, ends.len());
    }
    write_truth(&truth.join("customer.parquet"), &people)?;
    write_file(&folder.join("tally.toml"), SETTINGS.as_bytes())?;
    write_file(&folder.join("pseudonym.key"), SAMPLE_KEY.as_bytes())?;
    Ok(summary)
}

/// The data file, and after it the control file that announces it.
fn write_feed(landing: &Path, date: NaiveDate, feed: &Feed) -> Result<u64, SampleError> {
    let name = format!("{}_{}_{}.dat.gz", feed.name, date.format("%Y%m%d"), feed.mode);
    let mut text = feed.rows.join("\n");
    text.push('\n');
    let encoding = if feed.name.starts_with("CORE") { encoding_rs::GB18030 } else { encoding_rs::UTF_8 };
    let (encoded, _, _) = encoding.encode(&text);
    let path = landing.join(&name);
    let compressed = gzip(&encoded).map_err(|source| SampleError::Write { path: path.clone(), source })?;
    write_file(&path, &compressed)?;
    let mut control = format!("rows={}\n", feed.rows.len());
    for (column, total) in &feed.totals {
        control.push_str(&format!("sum_{column}={total}\n"));
    }
    control.push_str(&format!("sha256={}\n", hex::encode(Sha256::digest(&compressed))));
    write_file(&landing.join(format!("{name}.ctl")), control.as_bytes())?;
    Ok((compressed.len() + control.len()) as u64)
}

/// No name and no time in the header, so that equal content is equal bytes.
fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    encoder.write_all(content)?;
    encoder.finish()
}

fn write_file(path: &Path, content: &[u8]) -> Result<(), SampleError> {
    std::fs::write(path, content).map_err(|source| SampleError::Write { path: PathBuf::from(path), source })
}
