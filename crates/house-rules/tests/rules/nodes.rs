//! SQL and its descriptions are in step, for the built-in tree and for every project in the repository.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use extract::Contract;
use extract::ledger::raw_tables;
use warehouse::compute::{CHECK_TABLE, check_schema};
use warehouse::described::{dry_plan, refuse_other_columns};
use warehouse::{Catalog, Engine, SqlFile};

use crate::{files, workspace};

fn sql_files(folder: &Path) -> Vec<SqlFile> {
    ["sql", "toml", "csv"]
        .iter()
        .flat_map(|ending| files(folder, ending))
        .map(|path| SqlFile {
            text: std::fs::read_to_string(&path).unwrap(),
            path: path.strip_prefix(folder).unwrap().to_owned(),
        })
        .collect()
}

/// Built-in files, then a project's own.
fn catalog(project: Option<&str>, systems: &[&str]) -> Catalog {
    let mut all = sql_files(&workspace().join("sql"));
    all.extend(project.map(|p| sql_files(&workspace().join(p).join("sql"))).unwrap_or_default());
    let contracts: Vec<Contract> = all
        .iter()
        .filter(|f| f.path.starts_with("sources"))
        .map(|f| Contract::parse(&f.path, &f.text).unwrap())
        .filter(|c| systems.contains(&c.system.as_str()))
        .collect();
    let mut sources = raw_tables(&contracts);
    sources.insert(CHECK_TABLE.to_owned(), check_schema());
    Catalog::read(&all, sources, warehouse::UnusedSystems::AreUnknown).unwrap()
}

pub fn builtin() -> Catalog {
    catalog(None, &["core", "credit", "card", "fund", "wealth", "channel"])
}

async fn plans(catalog: &Catalog) {
    let spill = tempfile::tempdir().unwrap();
    let engine = Engine { threads: 1, memory_bytes: 1 << 28, spill_dir: spill.path().to_owned(), spill_bytes: 1 << 30 };
    dry_plan(&engine, catalog, "2026-01-31".parse().unwrap()).await.unwrap();
}

#[tokio::test]
async fn every_node_computes_exactly_the_columns_it_describes() {
    plans(&builtin()).await;
    plans(&catalog(Some("docs/guides/berka"), &["berka"])).await;
}

#[test]
fn kinds_of_rust_code_compute_the_columns_they_describe() {
    let catalog = builtin();
    refuse_other_columns(&catalog.nodes["dim_customer_xref"], &identity::customer_schema()).unwrap();
    refuse_other_columns(&catalog.nodes["int_match_pair"], &identity::pair_schema()).unwrap();
}

#[test]
fn every_node_says_what_it_is_for() {
    let catalog = builtin();
    for node in catalog.nodes.values() {
        assert!(node.description.len() > 15, "{} needs a description", node.name);
        assert!(node.grain.starts_with("one row per "), "{}: write the grain as `one row per ...`", node.name);
        assert!(!node.requirements.is_empty(), "{} serves no requirement: name one or delete the node", node.name);
        let described = node.columns.iter().all(|c| c.description.len() > 3);
        assert!(described, "{} has a column without description", node.name);
    }
}

#[tokio::test]
async fn every_test_of_a_node_passes() {
    let spill = tempfile::tempdir().unwrap();
    let engine = Engine { threads: 1, memory_bytes: 1 << 28, spill_dir: spill.path().to_owned(), spill_bytes: 1 << 30 };
    let catalog = builtin();
    assert!(catalog.tests.len() >= 9);
    for test in &catalog.tests {
        let difference = test.run(&engine, &catalog).await.unwrap();
        assert!(difference.is_none(), "{}: {}: {difference:#?}", test.node, test.name);
    }
}

#[test]
fn names_tell_the_layer() {
    let prefixes = ["stg_", "hist_", "int_", "dim_", "fct_", "agg_", "mart_", "risk_", "stat_", "meta_"];
    for node in builtin().nodes.values() {
        assert!(
            prefixes.iter().any(|p| node.name.starts_with(p)),
            "{} has none of the prefixes {prefixes:?}",
            node.name
        );
        let published = !node.publish || ["mart_", "stat_", "risk_"].iter().any(|p| node.name.starts_with(p));
        assert!(published, "{} is published, so call it mart_, stat_ or risk_", node.name);
    }
}

#[test]
fn every_check_is_a_sentence_with_a_meaning() {
    for check in builtin().checks.values() {
        assert!(check.name.matches('_').count() >= 2, "name the check {} as a sentence", check.name);
        assert!(check.description.len() > 15, "{} needs a description", check.name);
    }
}

#[test]
fn money_is_never_a_float() {
    for node in builtin().nodes.values().filter(|n| n.layer != "learned") {
        let float = node.columns.iter().find(|c| c.column_type == "double");
        assert!(float.is_none(), "{} has a double column; cast it to decimal", node.name);
    }
}

#[test]
fn no_node_counts_distinct() {
    for file in files(&workspace().join("sql"), "sql") {
        let sql = std::fs::read_to_string(&file).unwrap().to_lowercase();
        let code: String = sql.lines().filter(|l| !l.trim_start().starts_with("--")).collect();
        let found = code.replace(' ', "").contains("count(distinct");
        assert!(
            !found,
            "{}: group twice instead of count(distinct), see docs/concepts/sql-patterns.md",
            file.display()
        );
    }
}

#[test]
fn sql_files_open_with_a_comment_and_end_with_a_plain_select() {
    let folders = ["sql", "docs/guides/berka/sql"].map(|f| workspace().join(f));
    for file in folders.iter().flat_map(|f| files(f, "sql")) {
        let sql = std::fs::read_to_string(&file).unwrap();
        assert!(sql.starts_with("--"), "{}: say in the first line what one row is", file.display());
        assert!(!sql.trim_end().ends_with(';'), "{}: no semicolon at the end", file.display());
    }
}

#[test]
fn every_contract_declares_the_class_of_its_columns() {
    let contracts: Vec<PathBuf> = files(&workspace().join("sql/sources"), "toml");
    assert!(contracts.len() >= 6);
    let feeds: BTreeSet<String> = contracts
        .iter()
        .map(|p| Contract::parse(p, &std::fs::read_to_string(p).unwrap()).unwrap())
        .map(|c| {
            assert!(
                c.columns.iter().all(|x| !x.description.is_empty()),
                "{} has a column without description",
                c.table()
            );
            c.table()
        })
        .collect();
    assert_eq!(feeds.len(), contracts.len());
}
