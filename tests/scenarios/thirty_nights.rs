//! Acceptance P1: thirty nights with seeded faults, each ending as documented; a clean rebuild gives the same marts.

use std::collections::BTreeMap;
use std::fs;

use sample_bank::{BusinessDates, SampleBank};

use crate::program::{done, published_files, sample_bank_of, tally_in, truth};

#[test]
fn every_fault_of_thirty_nights_ends_in_its_documented_state() {
    let bank = SampleBank {
        customers: 150,
        nights: 30,
        first_date: "2026-03-01".parse().unwrap(),
        business_dates: BusinessDates::Day,
        systems: 1,
        with_faults: true,
        ..SampleBank::default()
    };
    let folder = sample_bank_of(&bank);
    let project = folder.path();
    let faults = truth(project, "fault");
    assert_eq!(faults.len(), 11);
    let by_step: BTreeMap<String, &BTreeMap<String, String>> = faults.iter().map(|f| (f["step"].clone(), f)).collect();
    let mut transfers: Vec<_> = fs::read_dir(project.join("arrivals")).unwrap().map(|e| e.unwrap().path()).collect();
    transfers.sort();
    // A second transfer carries the name of its fault. Quiet nights are run together with the one after them.
    let is_quiet = |index: usize| {
        let name = transfers.get(index).map(|t| t.file_name().unwrap().to_string_lossy().into_owned());
        let is_first = name.is_some_and(|n| n.matches('_').count() == 1);
        is_first && !by_step.contains_key(&(index + 1).to_string())
    };
    let published = || fs::read_link(project.join("published/current")).ok();
    let mut corrected_date = None;
    for (index, transfer) in transfers.iter().enumerate() {
        for file in fs::read_dir(transfer).unwrap() {
            let file = file.unwrap().path();
            fs::copy(&file, project.join("landing").join(file.file_name().unwrap())).unwrap();
        }
        if is_quiet(index) && is_quiet(index + 1) {
            continue;
        }
        let before = published();
        let output = tally_in(project, &["run"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let fault = by_step.get(&(index + 1).to_string());
        let expected: i32 = fault.map_or(0, |f| f["exit_code"].parse().unwrap());
        assert_eq!(output.status.code(), Some(expected), "{}: {said}", transfer.display());
        if let (Some(fault), true) = (fault, expected != 0) {
            // Nothing was published, and the message names the file and, where the check has one, its code.
            assert_eq!(published(), before, "{fault:?}");
            assert!(said.contains(&fault["file"]), "{fault:?}: {said}");
            assert!(expected == 3 || said.contains(&format!("[{}]", fault["reason_code"])), "{fault:?}: {said}");
        }
        if transfer.to_string_lossy().ends_with("_resent") {
            assert!(said.contains("was corrected (batch_seq 2)"), "{said}");
            let (_, advice) = said.split_once("`tally run --from ").unwrap();
            corrected_date = Some(advice.split_once('`').unwrap().0.to_owned());
        }
    }
    // All thirty nights are published; a check that fails, such as the general ledger's, would have stopped one.
    assert_eq!(published().unwrap().to_str(), Some("30"));
    let merged = crate::program::query_unmasked(
        project,
        "select count(*) as n from raw_core__branch where merged_into is not null and biz_date = date '2026-03-30'",
    );
    assert_eq!(merged[0]["n"], 1);
    // The corrected file is included from its date on; then a clean rebuild from the landing files gives the same marts.
    let before = published_files(project);
    done(project, &["run", "--from", &corrected_date.unwrap()]);
    let restated = published_files(project);
    assert!(before != restated);
    done(project, &["run", "--full"]);
    for (kept, rebuilt) in restated.iter().zip(&published_files(project)) {
        assert!(kept == rebuilt, "{} differs", kept.0);
    }
    // Closing totals tie to the general ledger each day.
    let ties = crate::program::query_unmasked(
        project,
        "select count(*) as nights, sum(failed_rows) as failed from meta_check where check_name = 'the_general_ledger_ties'",
    );
    assert_eq!((ties[0]["nights"].clone(), ties[0]["failed"].clone()), (30.into(), 0.into()));
}
