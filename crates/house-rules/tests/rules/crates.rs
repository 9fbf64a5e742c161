//! Who may depend on whom, and on what.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::workspace;

/// What cargo knows of all packages, read without a crate for it: one that parses it would change the features of
/// serde_json and have the engine built twice.
fn packages() -> Vec<Value> {
    // Packages for other platforms are not downloaded on a fresh machine.
    let rustc = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let rustc = String::from_utf8(rustc).unwrap();
    let host = rustc.lines().find_map(|l| l.strip_prefix("host: ")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host])
        .current_dir(workspace())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Normal dependencies of each member of the workspace.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    packages()
        .iter()
        .filter(|p| p["source"].is_null())
        .map(|p| {
            let normal = p["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"].is_null());
            (text(&p["name"]), normal.map(|d| text(&d["name"])).collect())
        })
        .collect()
}

#[test]
fn crates_depend_in_the_drawn_direction_only() {
    // bank <- extract, warehouse, identity, segmentation <- publish <- cli; see ARCHITECTURE.md.
    let drawn: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("bank", [].as_slice()),
        ("extract", &["bank"]),
        ("warehouse", &["bank"]),
        ("identity", &["bank"]),
        ("segmentation", &["bank"]),
        ("publish", &["bank", "warehouse"]),
        ("sample-bank", &["bank"]),
        ("cli", &["bank", "extract", "identity", "publish", "sample-bank", "segmentation", "warehouse"]),
        ("house-rules", &[]),
        ("tests", &[]),
        // Whole jobs are timed through the crates that do them.
        ("benches", &["bank", "extract", "segmentation", "warehouse"]),
    ]);
    let real = dependencies();
    assert_eq!(real.keys().map(String::as_str).collect::<Vec<_>>(), drawn.keys().copied().collect::<Vec<_>>());
    for (name, all) in &real {
        let members: Vec<&str> = all.iter().map(String::as_str).filter(|d| drawn.contains_key(d)).collect();
        let outside: Vec<&&str> = members.iter().filter(|m| !drawn[name.as_str()].contains(m)).collect();
        assert!(outside.is_empty(), "{name} may not depend on {outside:?}; move the shared part to a crate below both");
    }
}

#[test]
fn the_engine_stays_in_the_warehouse() {
    let engines = ["datafusion", "deltalake-core"];
    for (name, all) in dependencies() {
        if name == "warehouse" {
            continue;
        }
        let found: Vec<&&str> = engines.iter().filter(|e| all.contains(**e)).collect();
        assert!(found.is_empty(), "{name} may not know {found:?}; ask the warehouse for batches instead");
    }
}

#[test]
fn polars_and_linfa_stay_in_segmentation() {
    for (name, all) in dependencies() {
        let learned = all.iter().any(|d| d.starts_with("polars") || d.starts_with("linfa"));
        // linfa is timed beside our own learners.
        assert!(
            !learned || ["segmentation", "benches"].contains(&name.as_str()),
            "{name} may not know polars or linfa"
        );
    }
}

#[test]
fn every_licence_is_on_the_list_of_deny_toml() {
    let text = std::fs::read_to_string(workspace().join("deny.toml")).unwrap();
    let deny: toml::Table = text.parse().unwrap();
    let allowed: BTreeSet<&str> =
        deny["licenses"]["allow"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    let banned: BTreeSet<&str> =
        deny["bans"]["deny"].as_array().unwrap().iter().map(|b| b["crate"].as_str().unwrap()).collect();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        assert!(!banned.contains(name), "{name} is banned in deny.toml");
        let licence = package["license"].as_str().unwrap_or_default();
        // `A OR B` needs one of them; `A AND B` needs both.
        let one = |part: &str| allowed.contains(part.trim().trim_matches(['(', ')']));
        let ok = licence.replace('/', " OR ").split(" AND ").all(|both| both.split(" OR ").any(one));
        assert!(ok, "{name} has licence `{licence}`, which deny.toml does not allow");
    }
}

#[test]
fn the_allocator_alone_is_told_something_unsafe() {
    let mut files: Vec<std::path::PathBuf> = Vec::new();
    let mut folders = vec![workspace().join("crates"), workspace().join("tests"), workspace().join("benches")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    let is_unsafe = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().any(|line| line.trim_start().starts_with("unsafe "))
            && !path.ends_with("house-rules/tests/rules/crates.rs")
    };
    let found: Vec<_> = files.iter().filter(|path| is_unsafe(path)).collect();
    assert_eq!(found, [&workspace().join("crates/cli/src/memory.rs")]);
}
