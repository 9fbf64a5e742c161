//! Customer records → pairs → customers, with the settings that the warehouse ships (domain specification, section 3.4).

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch, StringArray};
use identity::matching::CustomerInputs;
use identity::{Judge, MatchConfig, RuleSettings, assign_customers, match_pairs};
use serde::Deserialize;

const DATE: &str = "2025-06-30";
// Valid numbers of nobody: born 1980-01-01 and 2000-02-29.
const P: &str = "990101198001010006";
const Q: &str = "990101200002290003";

#[derive(Clone, Default)]
struct Record {
    system: &'static str,
    number: &'static str,
    party: &'static str,
    name: &'static str,
    id_type: &'static str,
    id_no: &'static str,
    tail: &'static str,
    birth: &'static str,
    mobile: &'static str,
    region: &'static str,
    representative: &'static str,
    merged_into: &'static str,
    open: &'static str,
    country: &'static str,
}

fn person(number: &'static str, name: &'static str, id_no: &'static str) -> Record {
    let (system, number) = number.split_once(':').unwrap();
    Record { system, number, party: "PERSON", name, id_type: "01", id_no, open: "2020-01-01", ..Record::default() }
}

fn organisation(number: &'static str, name: &'static str, id_type: &'static str, id_no: &'static str) -> Record {
    Record { party: "ORG", id_type, ..person(number, name, id_no) }
}

fn texts(records: &[Record], of: impl Fn(&Record) -> &'static str) -> ArrayRef {
    Arc::new(records.iter().map(|r| Some(of(r)).filter(|text| !text.is_empty())).collect::<StringArray>())
}

fn dates(records: &[Record], of: impl Fn(&Record) -> &'static str) -> ArrayRef {
    let day = |text: &str| text.parse::<bank::BusinessDate>().ok().map(bank::BusinessDate::days_since_epoch);
    Arc::new(records.iter().map(|r| day(of(r))).collect::<Date32Array>())
}

fn batch(records: &[Record]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([
        ("source_system", texts(records, |r| r.system), true),
        ("source_customer_no", texts(records, |r| r.number), true),
        ("party_type", texts(records, |r| r.party), true),
        ("customer_name", texts(records, |r| r.name), true),
        ("id_type", texts(records, |r| r.id_type), true),
        ("id_no", texts(records, |r| r.id_no), true),
        ("document_tail", texts(records, |r| r.tail), true),
        ("sex", texts(records, |_| "UNKNOWN"), true),
        ("birth_date", dates(records, |r| r.birth), true),
        ("mobile", texts(records, |r| r.mobile), true),
        ("region_code", texts(records, |r| r.region), true),
        ("legal_rep_id_no", texts(records, |r| r.representative), true),
        ("merged_into", texts(records, |r| r.merged_into), true),
        ("open_date", dates(records, |r| r.open), true),
        ("country", texts(records, |r| r.country), true),
    ])
    .unwrap()
}

/// What `sql/identity/int_match_pair.toml` ships.
fn shipped() -> (MatchConfig, RuleSettings) {
    #[derive(Deserialize)]
    struct Node {
        parameters: Parameters,
    }
    #[derive(Deserialize)]
    struct Parameters {
        rules: RuleSettings,
        score: MatchConfig,
    }
    let node: Node = toml::from_str(include_str!("../../../sql/identity/int_match_pair.toml")).unwrap();
    (node.parameters.score, node.parameters.rules)
}

fn judge() -> Judge {
    Judge { as_of: DATE.parse().unwrap(), synthetic: true }
}

fn rows(batch: &RecordBatch) -> Vec<Vec<String>> {
    let cell = |column: &ArrayRef, row: usize| arrow::util::display::array_value_to_string(column, row).unwrap();
    (0..batch.num_rows()).map(|row| batch.columns().iter().map(|c| cell(c, row)).collect()).collect()
}

/// The records among two thousand of other people, so that no name is frequent.
fn among_others(records: &[Record]) -> Vec<RecordBatch> {
    let character = |n: u32| char::from_u32(0x4E00 + n).unwrap();
    let names: Vec<String> =
        (0..2_000).map(|n| format!("{}{}", character(n / 50), character(5_000 + n % 50))).collect();
    let text = |of: &dyn Fn(usize) -> Option<String>| -> ArrayRef {
        Arc::new((0..names.len()).map(of).collect::<StringArray>())
    };
    let rows = batch(records);
    let nothing = || arrow::array::new_null_array(&arrow::datatypes::DataType::Utf8, names.len());
    let column = |field: &arrow::datatypes::FieldRef| -> ArrayRef {
        match field.name().as_str() {
            "source_system" => text(&|_| Some("others".to_owned())),
            "source_customer_no" => text(&|n| Some(format!("{n:05}"))),
            "party_type" => text(&|_| Some("PERSON".to_owned())),
            "customer_name" => text(&|n| Some(names[n].clone())),
            "birth_date" | "open_date" => arrow::array::new_null_array(field.data_type(), names.len()),
            _ => nothing(),
        }
    };
    let others = rows.schema().fields().iter().map(column).collect();
    vec![rows.clone(), RecordBatch::try_new(rows.schema(), others).unwrap()]
}

/// `core:1 card:2 M1 LINK` and so on.
fn pairs(records: &[Record]) -> Vec<String> {
    let (config, settings) = shipped();
    let found = match_pairs(among_others(records), &[], &config, &settings, judge()).unwrap();
    rows(&found).iter().map(|r| format!("{}:{} {}:{} {} {}", r[0], r[1], r[2], r[3], r[4], r[5])).collect()
}

struct Night {
    of_record: BTreeMap<String, String>,
    xref: RecordBatch,
    conflicts: Vec<String>,
}

fn night(
    records: &[Record],
    documents: &[Record],
    before: Option<&Night>,
    decisions: &[RecordBatch],
    date: &str,
) -> Night {
    let (config, settings) = shipped();
    let (records, documents) = (among_others(records), [batch(documents)]);
    let pairs = match_pairs(records.clone(), &documents, &config, &settings, judge()).unwrap();
    let before: Vec<RecordBatch> = before.iter().map(|night| night.xref.clone()).collect();
    let inputs = CustomerInputs {
        records,
        documents: documents.to_vec(),
        pairs: vec![pairs.clone()],
        before,
        decisions: decisions.to_vec(),
    };
    let xref = assign_customers(inputs, judge(), date.parse().unwrap()).unwrap();
    let of_record: BTreeMap<String, String> =
        rows(&xref).iter().filter(|r| r[0] != "others").map(|r| (format!("{}:{}", r[0], r[1]), r[2].clone())).collect();
    let apart = |r: &&Vec<String>| {
        r[5] == "LINK" && of_record[&format!("{}:{}", r[0], r[1])] != of_record[&format!("{}:{}", r[2], r[3])]
    };
    let conflicts = rows(&pairs).iter().filter(apart).map(|r| format!("{}:{} {}:{}", r[0], r[1], r[2], r[3])).collect();
    Night { of_record, xref, conflicts }
}

fn groups(records: &[Record]) -> Vec<Vec<String>> {
    let night = night(records, &[], None, &[], DATE);
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (record, customer) in night.of_record {
        groups.entry(customer).or_default().push(record);
    }
    let mut groups: Vec<Vec<String>> = groups.into_values().collect();
    groups.sort();
    groups
}

#[test]
fn one_document_links_alike_names_and_asks_about_others() {
    let found = pairs(&[
        person("card:1", "WANG XIAOMING", "990101800101000"),
        person("core:1", "王小明", P),
        person("credit:1", "王小鸣", P),
        person("fund:1", "李大同", P),
    ]);
    assert_eq!(
        found,
        [
            "card:1 core:1 M1 LINK",
            // The mistaken character sounds the same in Latin letters.
            "card:1 credit:1 M1 LINK",
            "card:1 fund:1 M2 REVIEW",
            "core:1 credit:1 M1 LINK",
            "core:1 fund:1 M2 REVIEW",
            "credit:1 fund:1 M2 REVIEW",
        ]
    );
}

#[test]
fn evidence_from_the_document_overrules_no_doubt_about_it() {
    // Both records tell birth date and end of document by the same number: counted again it would weigh 41 bits.
    let of = |number, name| Record { mobile: "10012345679", ..person(number, name, P) };
    let tail = Record { tail: "010006", ..person("channel:9", "赵敏", "") };
    let found = pairs(&[of("card:1", "王小明"), of("fund:1", "李大同"), tail]);
    assert!(found.contains(&"card:1 fund:1 M2 REVIEW".to_owned()), "{found:?}");
    // Not joined, they have two pseudonyms.
    let night = night(&[of("card:1", "王小明"), of("fund:1", "李大同")], &[], None, &[], DATE);
    let keys: Vec<String> = rows(&night.xref).into_iter().filter(|r| r[0] != "others").map(|r| r[6].clone()).collect();
    assert_eq!(keys, [format!("01|{P}"), "source|fund|1".to_owned()]);
}

#[test]
fn ends_of_documents_that_differ_beside_alike_names_are_looked_at() {
    // Twins: alike names, one birth date, the mobile of a parent.
    let of =
        |number, name, tail| Record { birth: "2000-02-29", mobile: "10012345679", tail, ..person(number, name, "") };
    let found = pairs(&[of("channel:1", "王小明", "290012"), of("channel:2", "王小亮", "290039")]);
    assert_eq!(found, ["channel:1 channel:2 M4 REVIEW"]);
    // A number delivered whole among ends says nothing, and does not silence the ends.
    let mut records = vec![of("channel:1", "王小明", "290003"), person("core:1", "王小明", Q)];
    records.push(of("channel:8", "赵敏", "990101198001010006"));
    records.push(of("channel:9", "钱英", "290077"));
    assert!(pairs(&records).contains(&"channel:1 core:1 M4 LINK".to_owned()));
}

#[test]
fn passports_of_unknown_countries_do_not_link() {
    let passport = |number, name, country| Record { id_type: "05", country, ..person(number, name, "M12345678") };
    assert!(pairs(&[passport("core:1", "KIM MINSU", ""), passport("card:1", "KIM MINSEO", "")]).is_empty());
}

#[test]
fn a_document_that_fails_needs_name_birth_date_and_mobile() {
    let bad =
        |number, mobile| Record { birth: "1980-01-01", mobile, ..person(number, "王小明", "990101198001010016") };
    assert_eq!(pairs(&[bad("card:1", "10012345679"), bad("core:1", "10012345679")]), ["card:1 core:1 M3 LINK"]);
    // Name and birth date alone are worth a look, whatever the document.
    assert_eq!(pairs(&[bad("card:1", "10012345679"), bad("core:1", "10012345680")]), ["card:1 core:1 M4 REVIEW"]);
    // A number from which the century cannot be told never links by itself.
    let old = |number| person(number, "王小明", "990101990101998");
    assert!(pairs(&[old("card:1"), old("core:1")]).is_empty());
}

#[test]
fn name_birth_date_and_mobile_weigh_as_the_domain_says() {
    // Acceptance D2, with the frozen weights of the node: name + birth is looked at, + mobile links, mobile differing is
    // looked at; a mobile alone never links.
    let of = |number, name, birth, mobile| Record { birth, mobile, ..person(number, name, "") };
    let first = of("core:1", "王小明", "1980-01-01", "10012345679");
    let with = |other: Record| pairs(&[first.clone(), other]);
    assert_eq!(with(of("card:1", "王小明", "1980-01-01", "")), ["card:1 core:1 M4 REVIEW"]);
    assert_eq!(with(of("card:1", "王小明", "1980-01-01", "10012345679")), ["card:1 core:1 M4 LINK"]);
    assert_eq!(with(of("card:1", "王小明", "1980-01-01", "10099999999")), ["card:1 core:1 M4 REVIEW"]);
    assert!(with(of("card:1", "李大同", "1975-05-05", "10012345679")).is_empty());
    // The end of a document, where a system keeps no more, is evidence like any other.
    let tail = Record { tail: "010006", birth: "1980-01-01", ..person("channel:1", "王小明", "") };
    assert_eq!(pairs(&[person("core:1", "王小明", P), tail]), ["channel:1 core:1 M4 LINK"]);
}

#[test]
fn the_source_s_word_is_enough() {
    let into = Record { merged_into: "2", ..person("core:1", "甲", "") };
    assert_eq!(pairs(&[into, person("core:2", "乙", "")]), ["core:1 core:2 M5 LINK"]);
}

#[test]
fn organisations_meet_by_the_code_inside_their_code() {
    // Acceptance C13; M7 is for review only.
    let found = pairs(&[
        organisation("core:1", "华星贸易有限公司", "51", "91990101MA9ABCD24H"),
        organisation("credit:1", "华星贸易", "52", "MA9ABCD2-4"),
    ]);
    assert_eq!(found, ["core:1 credit:1 M6 LINK"]);
    let named =
        |number| Record {
            region: "990101", representative: P, ..organisation(number, "华星贸易有限公司", "", "")
        };
    assert_eq!(pairs(&[named("core:1"), named("credit:1")]), ["core:1 credit:1 M7 REVIEW"]);
}

#[test]
fn persons_and_organisations_are_never_one_customer() {
    // Acceptance D9: the owner is the legal representative of the shop; two customers.
    let shop = Record {
        representative: P,
        mobile: "10012345679",
        ..organisation("core:2", "王小明", "51", "92990101MA0TE8T143")
    };
    let owner = Record { mobile: "10012345679", birth: "1980-01-01", ..person("core:1", "王小明", P) };
    assert_eq!(groups(&[owner, shop]).len(), 2);
}

#[test]
fn different_valid_documents_never_meet_through_a_third_record() {
    // Acceptance D3.
    let of = |number, name, id_no| Record { birth: "1980-01-01", mobile: "10012345679", ..person(number, name, id_no) };
    // Born on the same day, the same mobile, a name that differs in one character: the weaker of two links.
    let second: &'static str = Box::leak(bank::IdNumber::complete("99010119800101002").unwrap().into_boxed_str());
    let records = [of("core:1", "王小明", P), of("channel:2", "王小明", ""), of("core:3", "王小鸣", second)];
    let found = night(&records, &[], None, &[], DATE);
    assert_eq!(found.of_record["core:1"], found.of_record["channel:2"]);
    assert_ne!(found.of_record["core:1"], found.of_record["core:3"]);
    assert_eq!(found.conflicts, ["channel:2 core:3"]);
}

#[test]
fn a_mobile_of_many_links_nobody() {
    // Acceptance D4: five customers with numbers of their own, and one without who would link to each.
    let ids =
        ["990101198001010006", "99010119800101002", "99010119800101004", "99010119800101006", "99010119800101008"];
    let of =
        |number, id_no| Record { birth: "1980-01-01", mobile: "10012345679", ..person(number, "王小明", id_no) };
    let complete = |id: &'static str| -> &'static str {
        if id.len() == 18 { id } else { Box::leak(bank::IdNumber::complete(id).unwrap().into_boxed_str()) }
    };
    let numbers = ["core:1", "core:2", "core:3", "core:4", "core:5"];
    let mut records: Vec<Record> = numbers.iter().zip(ids).map(|(n, id)| of(n, complete(id))).collect();
    records.push(of("card:9", ""));
    let found = pairs(&records);
    assert!(found.iter().all(|pair| pair.ends_with("M4 REVIEW")), "{found:?}");
    assert_eq!(groups(&records).len(), 6);
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    // Acceptance D5, with documents, tails, mobiles and merged numbers.
    let mut records = vec![
        person("core:1", "王小明", P),
        person("card:1", "王小明", P),
        Record { tail: "010006", birth: "1980-01-01", ..person("channel:1", "王小明", "") },
        Record { merged_into: "1", ..person("core:7", "王小明", "") },
        person("core:3", "李四", Q),
        Record { birth: "2000-02-29", mobile: "10012345679", ..person("fund:1", "李四", "") },
        Record { mobile: "10012345679", ..person("wealth:1", "李四", Q) },
    ];
    let first = night(&records, &[], None, &[], DATE);
    assert_eq!(first.of_record.values().collect::<std::collections::BTreeSet<_>>().len(), 2);
    records.reverse();
    let second = night(&records, &[], None, &[], DATE);
    assert_eq!(first.xref, second.xref);
    records.swap(1, 4);
    assert_eq!(first.xref, night(&records, &[], None, &[], DATE).xref);
}

#[test]
fn documents_beside_the_main_one_link_too() {
    let passport = |number| Record { id_type: "04", ..person(number, "王小明", "E99000001") };
    let records = [person("core:1", "王小明", P), passport("wealth:1")];
    let apart = night(&records, &[], None, &[], DATE);
    assert_ne!(apart.of_record["core:1"], apart.of_record["wealth:1"]);
    let linked = night(&records, &[passport("core:1")], None, &[], DATE);
    assert_eq!(linked.of_record["core:1"], linked.of_record["wealth:1"]);
}

fn decisions(decision: &'static str) -> RecordBatch {
    let text = |value: &'static str| -> ArrayRef { Arc::new(StringArray::from(vec![value])) };
    RecordBatch::try_from_iter_with_nullable([
        ("source_system", text("core"), true),
        ("source_customer_no", text("A"), true),
        ("other_source_system", text("core"), true),
        ("other_source_customer_no", text("B"), true),
        ("decision", text(decision), true),
    ])
    .unwrap()
}

#[test]
fn people_beat_rules_and_ids_stay() {
    // Acceptance D6.
    let older = Record { open: "2010-01-01", ..person("core:A", "王小明", P) };
    let no_document = Record { open: "2015-01-01", ..person("core:B", "王小明", "") };
    let first = night(&[older.clone(), no_document.clone()], &[], None, &[], "2025-06-01");
    let (g1, g2) = (&first.of_record["core:A"], &first.of_record["core:B"]);
    assert_ne!(g1, g2);
    let records = [older, Record { id_no: P, ..no_document }];
    let second = night(&records, &[], Some(&first), &[], "2025-06-02");
    assert_eq!((&second.of_record["core:A"], &second.of_record["core:B"]), (g1, g1));
    let third = night(&records, &[], Some(&second), &[decisions("different")], "2025-06-03");
    assert_eq!((&third.of_record["core:A"], &third.of_record["core:B"]), (g1, g2));
    // The rules do not join them again.
    let fourth = night(&records, &[], Some(&third), &[decisions("different")], "2025-06-04");
    assert_eq!(fourth.of_record, third.of_record);
    let fifth = night(&records, &[], Some(&fourth), &[decisions("same")], "2025-06-05");
    assert_eq!((&fifth.of_record["core:A"], &fifth.of_record["core:B"]), (g1, g1));
}

#[test]
fn a_table_without_records_is_no_error() {
    let found = night(&[], &[], None, &[], DATE);
    assert!(found.of_record.is_empty());
    assert_eq!(assign_customers(CustomerInputs::default(), judge(), DATE.parse().unwrap()).unwrap().num_rows(), 0);
    let (config, settings) = shipped();
    assert_eq!(match_pairs(vec![], &[], &config, &settings, judge()).unwrap().num_rows(), 0);
}
