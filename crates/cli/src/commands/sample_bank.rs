//! `tally sample-bank`.

use std::path::{Path, PathBuf};

use bank::BusinessDate;
use clap::{Args, ValueEnum};
use sample_bank::{BusinessDates, Dirt, Encoding, SampleBank, SampleError, write};
use serde_json::json;

use crate::builtin;
use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::project::parse_date;

/// Write a synthetic bank to try everything on.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally sample-bank demo\n  tally sample-bank big --customers 20000 --nights 24 --seed 7\n  tally sample-bank nights --customers 5000 --nights 30 --start 2026-10-01 --dirty bad --faults\n  tally run --project demo\n\nNobody in it exists: documents of region 99, phones starting 10, cards starting 999999. What was planted stands\napart in DIR/truth (Parquet). Same seed, same bytes, whatever the number of threads."
)]
pub struct SampleBankArgs {
    /// Folder of the new project.
    pub dir: PathBuf,
    /// Customers: persons, and six organisations in a hundred.
    #[arg(long, default_value_t = SampleBank::default().customers, value_name = "N")]
    pub customers: u64,
    /// Business dates delivered.
    #[arg(long, default_value_t = SampleBank::default().nights, value_name = "K")]
    pub nights: u32,
    /// First business date.
    #[arg(long, default_value = "2025-08-31", value_parser = parse_date, value_name = "DATE")]
    pub start: BusinessDate,
    /// Which days are business dates. Without it: month-ends when --start is one, else every day.
    #[arg(long, value_name = "WHICH")]
    pub business_dates: Option<WhichDates>,
    /// Seed.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
    /// How many source systems: core, credit, card, fund, wealth, channel.
    #[arg(long, default_value_t = 6, value_name = "1..6")]
    pub systems: usize,
    /// Write all files in one encoding instead of each system's own; the project gets contracts that say so.
    #[arg(long, value_name = "ENCODING")]
    pub encoding: Option<WhichEncoding>,
    /// How differently the systems write the same person down.
    #[arg(long, default_value = "usual", value_name = "LEVEL")]
    pub dirty: DirtLevel,
    /// Between full files (first date, month-ends) deliver only what changed.
    #[arg(long)]
    pub deltas: bool,
    /// Late, repeated, cut, shrunk files, mergers: DIR/arrivals holds one folder per transfer, truth/fault.parquet the
    /// expected end of each.
    #[arg(long)]
    pub faults: bool,
}

/// Which days are business dates.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum WhichDates {
    /// Every calendar day.
    Day,
    /// The last day of each month.
    MonthEnd,
}

/// One encoding for all files.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum WhichEncoding {
    /// UTF-8.
    #[value(name = "utf-8")]
    Utf8,
    /// GB18030.
    Gb18030,
}

/// Level of dirt.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum DirtLevel {
    /// All systems agree.
    Clean,
    /// What a bank that looks after its data has.
    Usual,
    /// What a bank after two mergers has.
    Bad,
}

impl SampleBankArgs {
    fn bank(&self) -> SampleBank {
        let is_month_end = self.start.month_end() == self.start;
        SampleBank {
            customers: self.customers,
            nights: self.nights,
            first_date: self.start.date(),
            business_dates: match self.business_dates {
                Some(WhichDates::Day) => BusinessDates::Day,
                Some(WhichDates::MonthEnd) => BusinessDates::MonthEnd,
                None if is_month_end => BusinessDates::MonthEnd,
                None => BusinessDates::Day,
            },
            with_deltas: self.deltas,
            seed: self.seed,
            systems: self.systems,
            encoding: self.encoding.map(|e| match e {
                WhichEncoding::Utf8 => Encoding::Utf8,
                WhichEncoding::Gb18030 => Encoding::Gb18030,
            }),
            dirt: match self.dirty {
                DirtLevel::Clean => Dirt::Clean,
                DirtLevel::Usual => Dirt::Usual,
                DirtLevel::Bad => Dirt::Bad,
            },
            with_faults: self.faults,
        }
    }
}

/// Do it.
pub fn run(args: &SampleBankArgs, printer: &Printer) -> Result<(), CliFailure> {
    let bank = args.bank();
    let bar = indicatif::ProgressBar::new(0);
    if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:30} {percent}% of customers, {eta} left") {
        bar.set_style(style);
    }
    if !printer.is_interactive() {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    let written = write(&bank, &args.dir, &|done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })
    .map_err(|e| match e {
        SampleError::NotEmpty(_) | SampleError::NotMonthEnd(_) | SampleError::Settings(_) => {
            CliFailure::usage(e.to_string())
        }
        other => CliFailure::machine(other.to_string()),
    })?;
    bar.finish_and_clear();
    if let Some(encoding) = bank.encoding {
        write_contracts(&args.dir, encoding)?;
    }
    let dir = args.dir.display();
    let next = match bank.with_faults {
        true => format!(
            "copy the folders of {dir}/arrivals to {dir}/landing one by one, with tally run --project {dir} after each"
        ),
        false => format!("tally run --project {dir}"),
    };
    let dates = bank.dates().unwrap_or_default();
    printer.json(&json!({
        "project": args.dir, "customers": args.customers, "first_biz_date": dates.first(), "last_biz_date": dates.last(),
        "files": written.files, "rows": written.rows, "bytes": written.bytes, "next": next,
    }));
    let span = dates.first().zip(dates.last()).map_or_else(String::new, |(first, last)| format!("{first} to {last}"));
    printer.line(&format!(
        "{dir}: {} customers, {} business dates ({span}), {} files, {} rows, {:.1} MB",
        args.customers,
        dates.len(),
        written.files,
        written.rows,
        // Shown with one decimal only.
        written.bytes as f64 / 1e6
    ));
    printer.line(&format!("Next: {next}"));
    Ok(())
}

/// Contracts of the project that differ from the built-in ones in nothing but the encoding.
fn write_contracts(dir: &Path, encoding: Encoding) -> Result<(), CliFailure> {
    let name = match encoding {
        Encoding::Utf8 => "utf-8",
        Encoding::Gb18030 => "gb18030",
    };
    for file in builtin::files().iter().filter(|f| f.path.starts_with("sources")) {
        let line = |line: &str| match line.starts_with("encoding = ") {
            true => format!("encoding = \"{name}\"\n"),
            false => format!("{line}\n"),
        };
        let path = dir.join("sql").join(&file.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&path, file.text.lines().map(line).collect::<String>())?;
    }
    Ok(())
}
