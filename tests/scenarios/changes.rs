//! A bank that delivers what changed comes to the same as one that delivers everything.

use std::path::Path;

use chrono::NaiveDate;
use sample_bank::{BusinessDates, SampleBank};

use crate::program::{done, published_files, sample_bank_of};

/// Five days over a month's end, on which everything is delivered again.
fn bank(with_deltas: bool) -> tempfile::TempDir {
    let folder = sample_bank_of(&SampleBank {
        customers: 120,
        nights: 5,
        first_date: NaiveDate::from_ymd_opt(2025, 11, 27).unwrap(),
        business_dates: BusinessDates::Day,
        with_deltas,
        systems: 3,
        ..SampleBank::default()
    });
    done(folder.path(), &["run"]);
    folder
}

/// Files of changes on the third night.
fn change_files(project: &Path) -> Vec<String> {
    let names = std::fs::read_dir(project.join("landing")).unwrap();
    let names = names.map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|n| n.ends_with("CUSTOMER_20251129_D.dat.gz") || n.ends_with("ACCOUNT_20251129_D.dat.gz")).collect()
}

#[test]
fn files_of_changes_lead_to_the_state_that_full_files_tell() {
    let (full, changes) = (bank(false), bank(true));
    assert_eq!((change_files(full.path()).len(), change_files(changes.path()).len()), (0, 4));
    let (full, changes) = (published_files(full.path()), published_files(changes.path()));
    // Statistics of files differ, because the files do.
    let marts = || full.iter().zip(&changes).filter(|(one, _)| one.0.starts_with("mart_"));
    assert_eq!(marts().count(), 12);
    for (one, other) in marts() {
        assert_eq!(one.0, other.0);
        assert!(one.1 == other.1, "{} differs", one.0);
    }
}
