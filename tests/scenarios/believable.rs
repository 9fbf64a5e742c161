//! How believable the sample bank is: its distributions beside a real bank's, in docs/concepts/sample-bank.md.
//!
//! `UPDATE_REPORT=1 cargo test --workspace believable` writes the generated parts of that page anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

use sample_bank::SampleBank;
use sample_bank::dirt::RATES;

use crate::program::{sample_bank_of, truth, workspace};

const PAGE: &str = "docs/concepts/sample-bank.md";
const LAST: &str = "20261031";

fn rows(project: &Path, file: &str, delimiter: &str) -> Vec<Vec<String>> {
    let mut bytes = Vec::new();
    let file = fs::File::open(project.join("landing").join(file)).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(other) => encoding_rs::GB18030.decode(other.as_bytes()).0.into_owned(),
    };
    text.lines().map(|line| line.split(delimiter).map(|f| f.trim_matches('"').to_owned()).collect()).collect()
}

fn berka(file: &str) -> Option<Vec<Vec<String>>> {
    let folder = std::env::var("TALLY_REAL_DATA").ok()?;
    let text = fs::read_to_string(Path::new(&folder).join("berka").join(file)).unwrap();
    let fields = |line: &str| line.split(';').map(|f| f.trim_matches('"').to_owned()).collect();
    Some(text.lines().skip(1).map(fields).collect())
}

/// Figures of one distribution: amounts in a whole currency unit.
struct Spread {
    mean: f64,
    median: f64,
    p95: f64,
    gini: f64,
    zero: f64,
}

fn spread(mut values: Vec<f64>) -> Spread {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let sum: f64 = values.iter().sum();
    let ranked: f64 = values.iter().enumerate().map(|(i, v)| (2.0 * (i as f64 + 1.0) - n - 1.0) * v).sum();
    let at = |share: f64| values[((n - 1.0) * share) as usize];
    let zero = values.iter().filter(|v| **v == 0.0).count() as f64 / n;
    Spread { mean: sum / n, median: at(0.5), p95: at(0.95), gini: ranked / (n * sum), zero }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

/// The table of figures: name, sample bank, Berka, published.
fn figures() -> Vec<[String; 4]> {
    let bank = SampleBank { customers: 5_000, ..SampleBank::default() };
    let folder = sample_bank_of(&bank);
    let project = folder.path();
    let last = |feed: &str, mode: &str| format!("{feed}_{LAST}_{mode}.dat.gz");
    let mut figures: Vec<[String; 4]> = Vec::new();
    let mut add = |name: &str, sample: String, berka: String, published: &str| {
        figures.push([name.to_owned(), sample, berka, published.to_owned()]);
    };
    let none = || "–".to_owned();

    // Assets of persons: deposits and wealth, by the person who owns them.
    let records = truth(project, "record");
    let party: BTreeMap<&str, &str> = records
        .iter()
        .filter(|r| r["party_type"] == "PERSON")
        .map(|r| (r["source_customer_no"].as_str(), r["party_no"].as_str()))
        .collect();
    let mut assets: BTreeMap<String, f64> = BTreeMap::new();
    let accounts = rows(project, &last("CORE_ACCOUNT", "F"), "|@|");
    let positions = rows(project, &last("WEALTH_POSITION", "F"), "\u{1}");
    let held = accounts.iter().map(|r| (&r[1], &r[13])).chain(positions.iter().map(|r| (&r[1], &r[7])));
    for (customer, amount) in held {
        if let Some(person) = party.get(customer.as_str()) {
            *assets.entry((*person).to_owned()).or_default() += number(amount);
        }
    }
    let aum = spread(assets.values().copied().collect());
    let total: f64 = assets.values().sum();
    let rich: Vec<f64> = assets.values().copied().filter(|a| *a >= 500_000.0).collect();
    let balances = berka("trans_1993.asc").map(|rows| {
        let mut last: BTreeMap<String, f64> = BTreeMap::new();
        rows.iter().for_each(|r| _ = last.insert(r[1].clone(), number(&r[6]).max(0.0)));
        spread(last.into_values().collect())
    });
    let of = |figure: fn(&Spread) -> String| balances.as_ref().map_or_else(none, figure);
    add(
        "assets per person, mean",
        format!("{:.0} yuan", aum.mean),
        of(|b| format!("{:.0} crowns", b.mean)),
        "65,886 yuan (China Merchants Bank, report of 2022: 12.1 trillion, 184 million customers); 30,000 to 74,000 in a survey of nine banks in 2025",
    );
    add("assets per person, median", format!("{:.0} yuan", aum.median), of(|b| format!("{:.0} crowns", b.median)), "–");
    add("Gini coefficient of assets", format!("{:.2}", aum.gini), of(|b| format!("{:.2}", b.gini)), "–");
    add(
        "persons with 500,000 yuan or more",
        percent(rich.len() as f64 / assets.len() as f64),
        none(),
        "2.25 % (China Merchants Bank 2022); 1 to 3 % of listed banks' customers",
    );
    add(
        "their share of all assets",
        percent(rich.iter().sum::<f64>() / total),
        none(),
        "81.4 % (China Merchants Bank 2022); over 70 % (Ping An, Everbright 2021)",
    );

    // Postings per demand account in a month.
    let demand: BTreeSet<&str> = accounts
        .iter()
        .filter(|r| r[3] == "DEMAND" && r[17].starts_with("201101") && r[9] == "99991231")
        .map(|r| r[0].as_str())
        .collect();
    let mut counts: BTreeMap<&str, f64> = demand.iter().map(|a| (*a, 0.0)).collect();
    let postings = rows(project, &last("CORE_TRANSACTION", "D"), "|@|");
    postings.iter().for_each(|r| _ = counts.get_mut(r[1].as_str()).map(|n| *n += 1.0));
    let sample = spread(counts.into_values().collect());
    // Berka: December of the accounts opened before.
    let real = berka("trans_1993.asc").map(|rows| {
        let mut counts: BTreeMap<&str, f64> =
            rows.iter().filter(|r| r[2].as_str() < "931201").map(|r| (r[1].as_str(), 0.0)).collect();
        rows.iter()
            .filter(|r| r[2].as_str() >= "931201")
            .for_each(|r| _ = counts.get_mut(r[1].as_str()).map(|n| *n += 1.0));
        spread(counts.into_values().collect())
    });
    let of = |figure: fn(&Spread) -> String| real.as_ref().map_or_else(none, figure);
    add(
        "postings per demand account and month, mean",
        format!("{:.1}", sample.mean),
        of(|b| format!("{:.1}", b.mean)),
        "–",
    );
    add(
        "… median / 95 of 100",
        format!("{:.0} / {:.0}", sample.median, sample.p95),
        of(|b| format!("{:.0} / {:.0}", b.median, b.p95)),
        "–",
    );
    add("… none at all", percent(sample.zero), of(|b| percent(b.zero)), "–");
    let dormant = accounts.iter().filter(|r| demand.contains(r[0].as_str()) && r[18] == "DORMANT").count();
    add("dormant demand accounts", percent(dormant as f64 / demand.len() as f64), none(), "–");

    // Products.
    let persons = assets.len() as f64;
    let holders = |rows: &[Vec<String>], column: usize| rows.iter().map(|r| r[column].clone()).collect::<BTreeSet<_>>();
    let loans = rows_of_persons(&rows(project, &last("CREDIT_LOAN", "F"), "|"), 2, &party);
    let cards = rows(project, &last("CARD_ACCOUNT", "F"), "|+|");
    let berka_accounts = berka("account.asc").map_or(0.0, |r| r.len() as f64);
    add(
        "persons with a loan",
        percent(holders(&loans, 2).len() as f64 / persons),
        berka("loan.asc").map_or_else(none, |l| percent(l.len() as f64 / berka_accounts) + " of accounts"),
        "56.5 % of urban households owe (survey of the central bank, 2019), at all banks together",
    );
    add(
        "persons with a credit card",
        percent(holders(&cards, 2).len() as f64 / persons),
        berka("card.asc").zip(berka("client.asc")).map_or_else(none, |(c, p)| percent(c.len() as f64 / p.len() as f64)),
        "–",
    );
    let time = accounts.iter().filter(|r| r[3] != "DEMAND" && r[9] == "99991231").map(|r| r[1].clone());
    add("persons with a time deposit", percent(time.collect::<BTreeSet<_>>().len() as f64 / persons), none(), "–");
    add("persons with a wealth product", percent(holders(&positions, 1).len() as f64 / persons), none(), "–");

    // Credit quality.
    let bad = loans.iter().filter(|r| number(&r[18]) >= 3.0);
    let owed = |rows: &mut dyn Iterator<Item = &Vec<String>>| rows.map(|r| number(&r[6])).sum::<f64>();
    add(
        "non-performing loans of persons, by balance",
        percent(owed(&mut bad.into_iter()) / owed(&mut loans.iter())),
        berka("loan.asc").map_or_else(none, |l| {
            let bad = l.iter().filter(|r| r[6] == "B" || r[6] == "D").count();
            percent(bad as f64 / l.len() as f64) + " not repaid or in debt, by number"
        }),
        "1.59 % of all loans (regulator, end of 2023)",
    );
    let overdue = cards.iter().filter(|r| number(&r[14]) > 0.0).count();
    add("credit cards with a missed payment", percent(overdue as f64 / cards.len() as f64), none(), "–");

    // Identity.
    let mut systems: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for r in records.iter().filter(|r| r["party_type"] == "PERSON") {
        *systems.entry((r["party_no"].as_str(), r["source_system"].as_str())).or_default() += 1;
    }
    let known: BTreeSet<&str> = systems.keys().map(|(p, _)| *p).collect();
    let all: usize = systems.values().sum();
    add("records per person, all systems", format!("{:.2}", all as f64 / known.len() as f64), "1.00".to_owned(), "–");
    let twice = systems.values().filter(|n| **n > 1).count();
    add(
        "second records within one system",
        percent(twice as f64 / systems.len() as f64),
        "0.0 %".to_owned(),
        "5 to 10 % in hospital indexes (AHIMA); Berka was cleaned before it was given out",
    );
    let wrong = records.iter().filter(|r| r.contains_key("errors")).count();
    add("records that differ from the truth somewhere", percent(wrong as f64 / records.len() as f64), none(), "–");
    let leaving = truth(project, "person").iter().filter(|p| p.contains_key("churn_kind")).count();
    add("persons planted as leaving, in fifteen months", percent(leaving as f64 / persons), none(), "–");
    figures
}

fn rows_of_persons(rows: &[Vec<String>], column: usize, party: &BTreeMap<&str, &str>) -> Vec<Vec<String>> {
    rows.iter().filter(|r| party.contains_key(r[column].as_str())).cloned().collect()
}

fn generated(page: &str, part: &str, content: &str) -> String {
    let (begin, end) = (format!("<!-- begin {part} -->\n"), format!("<!-- end {part} -->"));
    let (before, rest) = page.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    format!("{before}{begin}{content}{end}{after}")
}

fn rates() -> String {
    let mut text =
        "| error | what happens | clean | usual | bad | why this size |\n|---|---|---|---|---|---|\n".to_owned();
    for rate in &RATES {
        let [clean, usual, bad] = rate.per_ten_thousand;
        text += &format!("| `{}` | {} | {clean} | {usual} | {bad} | {} |\n", rate.name, rate.meaning, rate.source);
    }
    text
}

#[test]
fn the_page_about_the_sample_bank_is_true() {
    let path = workspace().join(PAGE);
    let old = fs::read_to_string(&path).unwrap();
    let mut page = generated(&old, "rates", &rates());
    if std::env::var_os("TALLY_REAL_DATA").is_some() {
        let mut table = "| figure | sample bank | Berka (real) | published |\n|---|---|---|---|\n".to_owned();
        figures().iter().for_each(|[name, sample, berka, published]| {
            table += &format!("| {name} | {sample} | {berka} | {published} |\n");
        });
        page = generated(&page, "figures", &table);
    } else {
        println!("skipped beside Berka: TALLY_REAL_DATA is not set");
    }
    if std::env::var_os("UPDATE_REPORT").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert!(page == old, "{PAGE} is old; run `UPDATE_REPORT=1 cargo test --workspace believable`");
}
