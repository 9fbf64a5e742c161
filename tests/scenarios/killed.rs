//! A night that is killed, or whose disk fills up, again and again: readers always see a whole release, and in the end
//! everything is as if nothing had happened.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::program::{bank_before_second_night, binary, done, published_files};

/// Table contents of a release: what they hold, not which version they are.
fn contents(project: &Path, release: &str) -> BTreeMap<String, Value> {
    let text = fs::read(project.join(format!("warehouse/_releases/{release}.json"))).unwrap();
    let release: Value = serde_json::from_slice(&text).unwrap();
    let tables = release["tables"].as_object().unwrap().iter();
    tables.map(|(name, pin)| (name.clone(), pin["content"].clone())).collect()
}

fn current(project: &Path) -> String {
    fs::read_link(project.join("published/current")).unwrap().to_string_lossy().into_owned()
}

/// What `current` points at is complete: every file is what its manifest says.
fn is_whole(project: &Path) {
    let folder = project.join("published/current");
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    for table in manifest["tables"].as_array().unwrap() {
        let content = fs::read(folder.join(table["file"].as_str().unwrap())).unwrap();
        assert_eq!(hex::encode(<sha2::Sha256 as sha2::Digest>::digest(content)), table["sha256"].as_str().unwrap());
    }
}

#[test]
fn a_night_killed_at_sixty_points_ends_as_if_nothing_had_happened() {
    // Acceptance B8.
    let undisturbed = bank_before_second_night();
    done(undisturbed.path(), &["run"]);
    let folder = bank_before_second_night();
    let project = folder.path();
    let mut points = 0;
    let mut completed = false;
    // Writes of a delivery are done again from its beginning, so the first points lie further and further into it; a
    // step that is done is not done again, so the others move on by themselves.
    let mut was_killed = false;
    let (mut writes, mut known, mut stalled) = (1, 0, 0);
    while !completed {
        let is_kill = points % 3 != 2;
        let variable = if is_kill { "TALLY_KILL_AT" } else { "TALLY_FAULT_AT" };
        let before = current(project);
        let output = Command::new(binary())
            .args(["run", "--project", project.to_str().unwrap()])
            .env(variable, writes.to_string())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        // Whoever comes after a killed process says so.
        assert_eq!(said.contains("taking over from process"), was_killed, "{said}");
        was_killed = is_kill && output.status.code().is_none();
        match output.status.code() {
            Some(0) => completed = true,
            Some(5) => assert!(!is_kill && said.contains("no space left on device"), "{said}"),
            None => assert!(is_kill, "{said}"),
            other => panic!("{other:?} at write {writes}: {said}"),
        }
        is_whole(project);
        assert!(completed || current(project) == before || current(project) == "2", "{} at {writes}", current(project));
        points += 1;
        let journal = fs::read_to_string(project.join("warehouse/_runs/journal.jsonl")).unwrap_or_default();
        let lines = journal.lines().count();
        stalled = if lines > known { 0 } else { stalled + 1 };
        known = lines;
        writes = match journal.contains("{\"delivery\":") {
            true => 5 + points % 3 + stalled,
            false => writes * 4 / 3 + 1,
        };
        assert!(points < 200, "the night never ends");
    }
    assert!(points >= 50, "only {points} points");
    let report = done(project, &["run"]);
    assert_eq!(report["status"], "nothing to do");
    assert!(published_files(project) == published_files(undisturbed.path()));
    assert_eq!(contents(project, &current(project)), contents(undisturbed.path(), "2"));
    // Nothing is left behind but what vacuum finds, and readers still see all of it.
    let removed = done(project, &["vacuum", "--delete"]);
    assert!(removed["files"].as_u64().unwrap() > 0, "{removed}");
    assert_eq!(done(project, &["vacuum"])["files"], 0);
    assert_eq!(done(project, &["verify"])["status"], "same");
    is_whole(project);
}
