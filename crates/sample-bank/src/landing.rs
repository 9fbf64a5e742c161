//! The landing folder: files that grow by one compressed member per community, and the control files after them.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use bank::Money;
use chrono::NaiveDate;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

use crate::error::SampleError;
use crate::feed::{Chunk, FEEDS, FeedIndex, Mode};
use crate::settings::{Encoding, SampleBank};

/// A compressed piece of a file.
#[derive(Debug)]
pub struct Member {
    /// Index of the business date.
    pub night: usize,
    /// Feed.
    pub feed: FeedIndex,
    /// One gzip member; members one after another are one gzip file.
    pub bytes: Vec<u8>,
    /// Rows in it.
    pub rows: u64,
    /// Totals, fen.
    pub totals: [i128; 2],
}

impl Member {
    /// Encode and compress rows.
    ///
    /// # Errors
    /// When there is no memory to compress in.
    pub fn compress(bank: &SampleBank, night: usize, feed: FeedIndex, chunk: &Chunk) -> Result<Self, SampleError> {
        let text = match bank.encoding.unwrap_or(FEEDS[feed].system.encoding()) {
            Encoding::Utf8 => std::borrow::Cow::Borrowed(chunk.text.as_bytes()),
            Encoding::Gb18030 => encoding_rs::GB18030.encode(&chunk.text).0,
        };
        let bytes =
            gzip(&text).map_err(|source| SampleError::Write { path: PathBuf::from(FEEDS[feed].name), source })?;
        Ok(Member { night, feed, bytes, rows: chunk.rows, totals: chunk.totals })
    }
}

/// No name and no time in the header, so that equal content is equal bytes.
fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(4));
    encoder.write_all(content)?;
    encoder.finish()
}

#[derive(Clone)]
struct Growing {
    sha256: Sha256,
    rows: u64,
    totals: [i128; 2],
    bytes: u64,
}

/// What was written to the landing folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Files of extracts, without control files.
    pub files: usize,
    /// Rows in them.
    pub rows: u64,
    /// Bytes on disk, control files included.
    pub bytes: u64,
}

/// The landing folder of a bank that is being written.
pub struct Landing<'b> {
    bank: &'b SampleBank,
    folder: PathBuf,
    dates: &'b [NaiveDate],
    files: Vec<Growing>,
}

impl<'b> Landing<'b> {
    /// An empty folder.
    #[must_use]
    pub fn new(bank: &'b SampleBank, folder: &Path, dates: &'b [NaiveDate]) -> Self {
        let empty = Growing { sha256: Sha256::new(), rows: 0, totals: [0; 2], bytes: 0 };
        Landing { bank, folder: folder.to_owned(), dates, files: vec![empty; dates.len() * FEEDS.len()] }
    }

    /// Rows of a file so far.
    #[must_use]
    pub fn rows(&self, night: usize, feed: FeedIndex) -> u64 {
        self.files[night * FEEDS.len() + feed].rows
    }

    /// Name of a file.
    #[must_use]
    pub fn name(&self, night: usize, feed: FeedIndex) -> String {
        FEEDS[feed].file_name(self.dates[night], is_full(self.bank, self.dates, night))
    }

    /// Append a member to its file.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn append(&mut self, member: &Member) -> Result<(), SampleError> {
        let path = self.folder.join(self.name(member.night, member.feed));
        let growing = &mut self.files[member.night * FEEDS.len() + member.feed];
        growing.sha256.update(&member.bytes);
        growing.rows += member.rows;
        growing.bytes += member.bytes.len() as u64;
        growing.totals[0] += member.totals[0];
        growing.totals[1] += member.totals[1];
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|source| SampleError::Write { path: path.clone(), source })?;
        file.write_all(&member.bytes).map_err(|source| SampleError::Write { path, source })
    }

    /// Announce every file of the systems in use; one without rows is written empty.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn announce(mut self) -> Result<Written, SampleError> {
        let mut written = Written::default();
        for night in 0..self.dates.len() {
            for feed in (0..FEEDS.len()).filter(|f| (FEEDS[*f].system as usize) < self.bank.systems) {
                if self.files[night * FEEDS.len() + feed].bytes == 0 {
                    let empty = Chunk::new(FEEDS[feed].system.delimiter());
                    self.append(&Member::compress(self.bank, night, feed, &empty)?)?;
                }
                let control = self.control(night, feed);
                let growing = &self.files[night * FEEDS.len() + feed];
                written.files += 1;
                written.rows += growing.rows;
                written.bytes += growing.bytes + control.len() as u64;
                write_file(&self.folder.join(format!("{}.ctl", self.name(night, feed))), control.as_bytes())?;
            }
        }
        Ok(written)
    }

    fn control(&self, night: usize, feed: FeedIndex) -> String {
        let growing = &self.files[night * FEEDS.len() + feed];
        let mode = match FEEDS[feed].mode {
            Mode::Full => 'F',
            Mode::Change if is_full(self.bank, self.dates, night) => 'F',
            _ => 'D',
        };
        let mut control = format!(
            "system={}\nfeed={}\nbiz_date={}\nbatch_seq=1\nmode={mode}\nrows={}\n",
            FEEDS[feed].system.name(),
            FEEDS[feed].name,
            self.dates[night],
            growing.rows
        );
        for (column, total) in FEEDS[feed].totals.iter().zip(growing.totals) {
            control.push_str(&format!("sum_{column}={}\n", Money::from_minor(total)));
        }
        control.push_str(&format!("sha256={}\n", hex::encode(growing.sha256.clone().finalize())));
        control
    }
}

/// Whether changing feeds are delivered whole: always, or on the first date and at month-ends.
#[must_use]
pub fn is_full(bank: &SampleBank, dates: &[NaiveDate], night: usize) -> bool {
    !bank.with_deltas || night == 0 || crate::calendar::month_end(dates[night]) == dates[night]
}

/// Write a file whole.
///
/// # Errors
/// When the disk refuses.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), SampleError> {
    let write = || File::create(path)?.write_all(content);
    write().map_err(|source| SampleError::Write { path: path.to_owned(), source })
}
