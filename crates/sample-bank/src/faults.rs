//! Nights that go wrong, on a seeded calendar, each with its documented end.
//!
//! A bank with faults has no files in `landing/`: they lie in `arrivals/`, one folder per file transfer in order of
//! arrival, to be copied to `landing/` one after another with a `tally run` after each. `truth/fault.parquet` says
//! what each transfer should lead to.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use crate::calendar::plus_days;
use crate::dice::{Dice, Purpose};
use crate::dirt::Error;
use crate::error::SampleError;
use crate::feed::reference::Merger;
use crate::feed::{Feed, System};
use crate::landing::{is_full, write_file};
use crate::life::Life;
use crate::project::merge_branch;
use crate::settings::SampleBank;
use crate::truth::{self, TruthWriter, Value};

/// Folder of the transfers.
pub const ARRIVALS: &str = "arrivals";

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A file comes in a second transfer.
    Late,
    /// A file is sent a second time, unchanged.
    Duplicated,
    /// A first version misses its last rows; a corrected one follows with a higher batch number.
    Resent,
    /// A file is cut short; the whole one follows.
    Truncated,
    /// A file is in another encoding than agreed; the right one follows.
    Misencoded,
    /// A column was added in front without notice, so that every value stands one place on; the right file follows.
    Shifted,
    /// Yesterday's file under today's name; the right one follows.
    Renamed,
    /// A full file without a third of its rows; the whole one follows.
    Shrunk,
    /// A posting is booked three days back.
    LatePosting,
    /// A branch is merged into another.
    BranchMerger,
    /// Double customer numbers are merged in the core system.
    CustomerMerger,
}

/// The faults of all nights. One night has at most one.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    nights: Vec<Option<Fault>>,
    /// The branch merger, where there is one.
    pub merger: Option<Merger>,
}

impl Fault {
    const ALL: [Fault; 11] = [
        Fault::Late,
        Fault::Duplicated,
        Fault::Resent,
        Fault::Truncated,
        Fault::Misencoded,
        Fault::Shifted,
        Fault::Renamed,
        Fault::Shrunk,
        Fault::LatePosting,
        Fault::BranchMerger,
        Fault::CustomerMerger,
    ];

    /// Name in the truth.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Fault::Late => "late",
            Fault::Duplicated => "duplicated",
            Fault::Resent => "resent",
            Fault::Truncated => "truncated",
            Fault::Misencoded => "misencoded",
            Fault::Shifted => "shifted",
            Fault::Renamed => "renamed",
            Fault::Shrunk => "shrunk",
            Fault::LatePosting => "late_posting",
            Fault::BranchMerger => "branch_merger",
            Fault::CustomerMerger => "customer_merger",
        }
    }

    /// The feed that it befalls.
    fn feed(self) -> (System, &'static str) {
        match self {
            Fault::Late => (System::Core, "account"),
            Fault::Misencoded => (System::Core, "customer"),
            Fault::Shrunk => (System::Core, "customer"),
            Fault::BranchMerger => (System::Core, "branch"),
            Fault::CustomerMerger => (System::Core, "customer"),
            _ => (System::Core, "transaction"),
        }
    }

    /// Reason code, exit code of the run after the first transfer, and the end in words.
    fn ending(self) -> (&'static str, u64, &'static str) {
        match self {
            Fault::Late => ("F01", 3, "waits and publishes nothing; after the second transfer it is published"),
            Fault::Duplicated => ("", 0, "published after the first transfer; the second one changes nothing"),
            Fault::Resent => {
                ("", 0, "published, then published again from the corrected file with a higher batch number")
            }
            Fault::Truncated => {
                ("F02", 1, "the file is refused and nothing published; after the second transfer it is published")
            }
            Fault::Misencoded => {
                ("F07", 1, "the file is refused and nothing published; after the second transfer it is published")
            }
            Fault::Shifted => {
                ("F07", 1, "the file is refused and nothing published; after the second transfer it is published")
            }
            Fault::Renamed => {
                ("F04", 1, "the file is refused and nothing published; after the second transfer it is published")
            }
            Fault::Shrunk => {
                ("F06", 1, "the file is held and nothing published; after the second transfer it is published")
            }
            Fault::LatePosting => ("", 0, "published; averages of the days since the posting date are restated"),
            Fault::BranchMerger => ("", 0, "published; accounts stand under the branch that took over"),
            Fault::CustomerMerger => ("", 0, "published; merged numbers belong to one customer"),
        }
    }

    /// Whether the files of the night come in two transfers.
    fn is_of_files(self) -> bool {
        !matches!(self, Fault::LatePosting | Fault::BranchMerger | Fault::CustomerMerger)
    }
}

impl Calendar {
    /// The faults of a bank: every kind in turn, in an order of the seed, on every second night or so.
    #[must_use]
    pub fn draw(bank: &SampleBank, dates: &[NaiveDate]) -> Self {
        let mut calendar = Calendar { nights: vec![None; dates.len()], merger: None };
        if !bank.with_faults {
            return calendar;
        }
        let mut dice = Dice::new(bank.seed, Purpose::Faults, 0);
        let mut faults = Fault::ALL;
        for place in (1..faults.len()).rev() {
            faults.swap(place, dice.below(place + 1));
        }
        // The first night is whole: a bank begins with a good base.
        let mut night = 1 + dice.below(2);
        for fault in faults {
            if night >= dates.len() {
                break;
            }
            // A changing feed shrinks only where it is delivered whole.
            if fault != Fault::Shrunk || is_full(bank, dates, night) {
                calendar.nights[night] = Some(fault);
            }
            if fault == Fault::BranchMerger {
                calendar.merger = Some((1, 0, dates[night]));
            }
            night += 2 + dice.below(2);
        }
        calendar
    }

    /// Change what a community has, on the nights whose fault is one of data.
    pub(crate) fn change_data(&self, life: &mut Life, night: usize, date: NaiveDate) {
        if let Some(merger) = self.merger.filter(|(_, _, day)| *day <= date) {
            merge_branch(life, merger);
        }
        match self.nights.get(night).copied().flatten() {
            Some(Fault::CustomerMerger) => {
                let main: Vec<(usize, String)> = life
                    .records
                    .iter()
                    .filter(|r| r.system == System::Core && !r.errors.contains(&Error::RecordTwice))
                    .filter_map(|r| Some((r.person?, r.customer_no.clone())))
                    .collect();
                let doubles = life.records.iter_mut().filter(|r| {
                    r.system == System::Core && r.errors.contains(&Error::RecordTwice) && r.open_date <= date
                });
                for record in doubles {
                    record.status = "merged";
                    record.is_changed = true;
                    record.merged_into = main.iter().find(|(p, _)| record.person == Some(*p)).map(|(_, no)| no.clone());
                }
            }
            Some(Fault::LatePosting) if life.community.number == 0 => {
                if let Some(txn) = life.txns.iter_mut().find(|t| t.at.date() <= date && t.reverses.is_none()) {
                    txn.posting_date = plus_days(txn.posting_date, -3);
                    txn.value_date = txn.posting_date;
                }
            }
            _ => {}
        }
    }
}

/// Move the files from `landing/` to `arrivals/`, transfer by transfer, and damage those that the calendar names.
///
/// # Errors
/// When the disk refuses.
pub fn plant(bank: &SampleBank, folder: &Path, dates: &[NaiveDate], calendar: &Calendar) -> Result<(), SampleError> {
    if !bank.with_faults {
        return Ok(());
    }
    let mut truth = TruthWriter::create(&folder.join("truth"), &truth::FAULT)?;
    let mut step = 0;
    for (night, date) in dates.iter().enumerate() {
        step += 1;
        let fault = calendar.nights[night];
        let first = transfer(folder, step, *date, "")?;
        let ending = format!("_{}_", crate::calendar::ymd(*date));
        for name in names(&folder.join("landing"))?.iter().filter(|n| n.contains(&ending)) {
            rename(&folder.join("landing").join(name), &first.join(name))?;
        }
        let Some(fault) = fault else { continue };
        let (system, feed) = fault.feed();
        let name = crate::feed::FEEDS[Feed::index(system, feed)].file_name(*date, is_full(bank, dates, night));
        let (reason, exit_code, expected) = fault.ending();
        truth.append(&vec![vec![
            (*date).into(),
            fault.name().into(),
            Value::Number(step),
            name.clone().into(),
            Some(reason).filter(|r| !r.is_empty()).into(),
            exit_code.into(),
            expected.into(),
        ]])?;
        if fault.is_of_files() {
            step += 1;
            let second = transfer(folder, step, *date, fault.name())?;
            let yesterday = &names_of_feed(bank, folder, dates, night, system, feed);
            damage(fault, &first, &second, &name, yesterday)?;
        }
    }
    truth.close()
}

/// Path of the same feed's good file of the night before.
fn names_of_feed(
    bank: &SampleBank,
    folder: &Path,
    dates: &[NaiveDate],
    night: usize,
    system: System,
    feed: &str,
) -> Option<PathBuf> {
    let before = night.checked_sub(1)?;
    let name = crate::feed::FEEDS[Feed::index(system, feed)].file_name(dates[before], is_full(bank, dates, before));
    let arrivals = folder.join(ARRIVALS);
    // The last transfer that holds it is the good one.
    let folders = names(&arrivals).ok()?;
    folders.iter().rev().map(|f| arrivals.join(f).join(&name)).find(|p| p.is_file())
}

fn transfer(folder: &Path, step: i64, date: NaiveDate, what: &str) -> Result<PathBuf, SampleError> {
    let suffix = if what.is_empty() { String::new() } else { format!("_{what}") };
    let path = folder.join(ARRIVALS).join(format!("{step:04}_{date}{suffix}"));
    fs::create_dir_all(&path).map_err(|source| SampleError::Write { path: path.clone(), source })?;
    Ok(path)
}

/// What arrives first and what second.
fn damage(
    fault: Fault,
    first: &Path,
    second: &Path,
    name: &str,
    yesterday: &Option<PathBuf>,
) -> Result<(), SampleError> {
    let (bad, good) = (first.join(name), second.join(name));
    let control = format!("{name}.ctl");
    let (bad_control, good_control) = (first.join(&control), second.join(&control));
    if fault == Fault::Late {
        rename(&bad, &good)?;
        return rename(&bad_control, &good_control);
    }
    copy(&bad, &good)?;
    copy(&bad_control, &good_control)?;
    match fault {
        Fault::Truncated => {
            let content = read(&bad)?;
            write_file(&bad, &content[..content.len() * 2 / 3])
        }
        Fault::Renamed => match yesterday {
            Some(yesterday) => {
                copy(yesterday, &bad)?;
                copy(&PathBuf::from(format!("{}.ctl", yesterday.display())), &bad_control)
            }
            None => Ok(()),
        },
        Fault::Misencoded => rewrite(&bad, &bad_control, |rows| rows, true),
        Fault::Shifted => {
            let shift = |rows: Vec<Vec<u8>>| rows.iter().map(|row| [b"X|@|", row.as_slice()].concat()).collect();
            rewrite(&bad, &bad_control, shift, false)
        }
        Fault::Resent => {
            let control = String::from_utf8_lossy(&read(&good_control)?).replace("batch_seq=1", "batch_seq=2");
            write_file(&good_control, control.as_bytes())?;
            rewrite(&bad, &bad_control, |rows| rows[..rows.len() * 9 / 10].to_vec(), false)
        }
        Fault::Shrunk => rewrite(&bad, &bad_control, |rows| rows[..rows.len() * 2 / 3].to_vec(), false),
        _ => Ok(()),
    }
}

/// Write a file anew with other rows or in UTF-8, with a control file that agrees with it: rows, totals and hash.
fn rewrite(
    path: &Path,
    control_path: &Path,
    change: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>,
    as_utf8: bool,
) -> Result<(), SampleError> {
    use std::io::{Read, Write};
    let wrong = |source| SampleError::Write { path: path.to_owned(), source };
    let mut content = Vec::new();
    flate2::read::MultiGzDecoder::new(read(path)?.as_slice()).read_to_end(&mut content).map_err(wrong)?;
    let rows: Vec<Vec<u8>> = content.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let rows = change(rows);
    let mut kept = rows.concat();
    // The amount of a posting stands after its side, see `sql/sources/core/transaction.toml`.
    let (text, _, _) = encoding_rs::GB18030.decode(&kept);
    let amount = |row: &str| {
        let after_side = row.split("|@|").skip_while(|f| !matches!(*f, "C" | "D")).nth(1)?;
        bank::Money::parse(&after_side.replace(',', "")).ok()
    };
    let total: bank::Money = text.lines().filter_map(amount).sum();
    if as_utf8 {
        kept = text.as_bytes().to_vec();
    }
    let mut encoder = flate2::GzBuilder::new().mtime(0).write(Vec::new(), flate2::Compression::new(4));
    encoder.write_all(&kept).map_err(wrong)?;
    let compressed = encoder.finish().map_err(wrong)?;
    write_file(path, &compressed)?;
    let control = String::from_utf8_lossy(&read(control_path)?).into_owned();
    let line = |line: &str| match line.split_once('=') {
        Some(("rows", _)) => format!("rows={}\n", rows.len()),
        Some(("sha256", _)) => format!("sha256={}\n", hex::encode(Sha256::digest(&compressed))),
        Some(("sum_amount", _)) => format!("sum_amount={total}\n"),
        _ => format!("{line}\n"),
    };
    write_file(control_path, control.lines().map(line).collect::<String>().as_bytes())
}

fn names(folder: &Path) -> Result<Vec<String>, SampleError> {
    let wrong = |source| SampleError::Write { path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        names.push(entry.map_err(wrong)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Result<Vec<u8>, SampleError> {
    fs::read(path).map_err(|source| SampleError::Write { path: path.to_owned(), source })
}

fn copy(from: &Path, to: &Path) -> Result<(), SampleError> {
    fs::copy(from, to).map(|_| ()).map_err(|source| SampleError::Write { path: to.to_owned(), source })
}

fn rename(from: &Path, to: &Path) -> Result<(), SampleError> {
    fs::rename(from, to).map_err(|source| SampleError::Write { path: to.to_owned(), source })
}
