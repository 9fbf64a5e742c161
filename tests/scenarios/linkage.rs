//! Public data with known answers, beside what Splink 5 finds in them (benches/rivals/resolve_splink.py): clusters at 0.95,
//! nothing labelled, nothing chosen in hindsight.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{tally, workspace};

/// The folder of the real data, or `None` after saying that the test is skipped.
fn data() -> Option<PathBuf> {
    match std::env::var("TALLY_REAL_DATA") {
        Ok(folder) => Some(PathBuf::from(folder)),
        Err(_) => {
            println!("skipped: set TALLY_REAL_DATA to run on real data");
            None
        }
    }
}

#[test]
fn order_and_threads_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let people = |reversed: bool| {
        let row = |n: u64| {
            let name = ["anna", "anne", "bert", "carla", "carl"][(mixed(n) % 5) as usize];
            let town = ["aa", "bb", "cc"][(mixed(n + 7) % 3) as usize];
            format!("{n:04},{name},{town},{}\n", 1950 + mixed(n + 13) % 40)
        };
        let mut rows: Vec<String> = (0..2_000).map(row).collect();
        // Shuffled, so that no order is the order of the ids.
        rows.sort_by_key(|row| mixed(row.bytes().map(u64::from).sum()));
        if reversed {
            rows.reverse();
        }
        format!("id,name,town,year\n{}", rows.concat())
    };
    let config = folder.path().join("people.toml");
    let comparison = |column: &str, levels: &str| format!("[[comparison]]\ncolumn = \"{column}\"\nlevels = {levels}\n");
    let text = [
        "id = \"id\"\nblocking = [[\"name\"], [\"town\", \"year\"]]\nlink_probability = 0.5\nprior = 0.3\n".to_owned(),
        comparison("name", "[\"exact\", { jaro_winkler = 0.8 }]"),
        comparison("town", "[\"exact\"]"),
        comparison("year", "[\"exact\", { difference = 1 }]"),
    ];
    fs::write(&config, text.concat()).unwrap();
    let table = folder.path().join("people.csv");
    let mut outcomes = BTreeSet::new();
    for (reversed, threads) in [(false, "1"), (true, "2"), (true, "1"), (false, "2")] {
        fs::write(&table, people(reversed)).unwrap();
        let (out, evidence) = (folder.path().join("out.csv"), folder.path().join("pairs.csv"));
        let paths = [&table, &config, &out, &evidence].map(|path| path.to_str().unwrap());
        let done = tally(&[
            "resolve",
            paths[0],
            "--config",
            paths[1],
            "--out",
            paths[2],
            "--evidence",
            paths[3],
            "--threads",
            threads,
        ]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        outcomes.insert((fs::read_to_string(&out).unwrap(), fs::read_to_string(&evidence).unwrap()));
    }
    assert_eq!(outcomes.len(), 1);
    let (customers, pairs) = outcomes.first().unwrap();
    assert!(customers.contains("SCORE") && pairs.lines().count() > 100, "{}", pairs.lines().count());
}

type Pairs = BTreeSet<(String, String)>;

fn pairs(groups: &BTreeMap<String, Vec<String>>, only_between_sources: bool) -> Pairs {
    let mut pairs = BTreeSet::new();
    for members in groups.values() {
        for (place, one) in members.iter().enumerate() {
            for other in &members[place + 1..] {
                let source = |record: &String| record.split('/').next().unwrap_or_default().to_owned();
                if !only_between_sources || source(one) != source(other) {
                    pairs.insert((one.min(other).clone(), one.max(other).clone()));
                }
            }
        }
    }
    pairs
}

/// Precision and recall of the pairs that the customers imply, in ten thousandths. `gold` tells the entity of a record.
fn measured(tables: &[PathBuf], config: &Path, gold: &dyn Fn(&str) -> String, true_pairs: usize) -> (usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("found.csv");
    let mut arguments = vec!["resolve"];
    arguments.extend(tables.iter().map(|table| table.to_str().unwrap()));
    arguments.extend(["--config", config.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    let done = tally(&arguments);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let (mut found, mut known) = (BTreeMap::<String, Vec<String>>::new(), BTreeMap::<String, Vec<String>>::new());
    for line in fs::read_to_string(&out).unwrap().lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let record = format!("{}/{}", fields[0], fields[1]);
        found.entry(fields[2].to_owned()).or_default().push(record.clone());
        known.entry(gold(fields[1])).or_default().push(record);
    }
    let between = tables.len() > 1;
    let (found, known) = (pairs(&found, between), pairs(&known, between));
    assert_eq!(known.len(), true_pairs);
    let right = found.intersection(&known).count();
    (right * 10_000 / found.len().max(1), right * 10_000 / known.len())
}

fn f1((precision, recall): (usize, usize)) -> usize {
    2 * precision * recall / (precision + recall).max(1)
}

#[test]
fn febrl_is_linked_at_least_as_well_as_by_splink() {
    let Some(data) = data() else { return };
    let config = workspace().join("docs/guides/resolve/persons.toml");
    let gold = |record: &str| record.split('-').nth(1).unwrap().to_owned();
    // Splink's F1 in ten thousandths: 0.9930, 0.9977 and 0.9952.
    for (number, true_pairs, splink) in [(1, 500, 9_930), (2, 1_934, 9_977), (3, 6_538, 9_952)] {
        let table = data.join(format!("identity_febrl/dataset{number}.csv"));
        let found = measured(&[table], &config, &gold, true_pairs);
        println!("febrl {number}: precision, recall {found:?}, F1 {}", f1(found));
        assert!(f1(found) >= splink, "dataset {number}: {found:?}");
    }
}

#[test]
fn made_up_persons_are_linked_at_least_as_well_as_by_splink() {
    let Some(data) = data() else { return };
    let config = workspace().join("benches/rivals/resolve/fake_1000.toml");
    let table = data.join("identity_fake_1000/fake_1000.csv");
    let text = fs::read_to_string(&table).unwrap();
    let entity = |line: &str| (line.split(',').next().unwrap().to_owned(), line.rsplit(',').next().unwrap().to_owned());
    let entities: BTreeMap<String, String> = text.lines().skip(1).map(entity).collect();
    let found = measured(&[table], &config, &|record| entities[record].clone(), 2_031);
    println!("fake_1000: precision, recall {found:?}, F1 {}", f1(found));
    assert!(f1(found) >= 8_404, "{found:?}");
}

/// Finaliser of MurmurHash3: neighbours end far apart.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    let number = (number ^ (number >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    number ^ (number >> 33)
}

#[test]
fn people_of_a_household_survey_are_linked_at_least_as_well_as_by_splink() {
    let Some(data) = data() else { return };
    let config = workspace().join("benches/rivals/resolve/italy.toml");
    // The files are in the order of the ids, which ties between equal people would follow: ids of their own, in no order.
    let folder = tempfile::tempdir().unwrap();
    let mut tables = Vec::new();
    let mut ids = BTreeMap::new();
    for (salt, name) in ["italy08", "italy10"].into_iter().enumerate() {
        let text = fs::read_to_string(data.join(format!("identity_italy_shiw/{name}.csv"))).unwrap();
        let mut lines = text.lines();
        let mut hidden = format!("{}\n", lines.next().unwrap());
        for line in lines {
            let (id, rest) = line.split_once(',').unwrap();
            let mixed = mixed(id.parse::<u64>().unwrap() ^ ((salt as u64) << 40));
            hidden.push_str(&format!("{mixed:016x},{rest}\n"));
            ids.insert(format!("{mixed:016x}"), id.to_owned());
        }
        let path = folder.path().join(format!("{name}.csv"));
        fs::write(&path, hidden).unwrap();
        tables.push(path);
    }
    let found = measured(&tables, &config, &|record| ids[record].clone(), 7_453);
    println!("italy: precision, recall {found:?}, F1 {}", f1(found));
    assert!(f1(found) >= 2_418, "{found:?}");
}
