//! Ids of golden customers that stay: tonight's clusters take over the ids that their records had before.

use std::collections::{HashMap, HashSet};

use bank::BusinessDate;
use xxhash_rust::xxh3::xxh3_64;

/// An id and the business date from which it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenId {
    /// The id.
    pub customer_id: String,
    /// First business date.
    pub since: BusinessDate,
}

/// Id of a customer that was not known before, made from the source key of one of its records.
#[must_use]
pub fn new_id(source_system: &str, source_customer_no: &str) -> String {
    format!("C{:016X}", xxh3_64(format!("{source_system}\u{1F}{source_customer_no}").as_bytes()))
}

/// A record as ids see it.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// Source key.
    pub key: (&'a str, &'a str),
    /// First seen in its system; unknown comes last.
    pub open_day: i32,
    /// What it had before tonight.
    pub before: Option<GoldenId>,
}

/// Give each cluster its id. `of_record` holds each record's cluster, named by its lowest record.
///
/// An id stays with its oldest record: of the records that had it, the one opened first. A cluster that holds the oldest
/// records of several ids keeps the one known longest, of equals that of the oldest record; the others are aliases from tonight on. A
/// cluster without any is new: its id is made from its oldest record (domain specification, section 3.4).
#[must_use]
pub fn assign(members: &[Member], of_record: &[u32], date: BusinessDate) -> Vec<GoldenId> {
    let age = |record: usize| (members[record].open_day, members[record].key);
    let mut oldest_of_id: HashMap<&str, usize> = HashMap::new();
    let mut oldest_of_cluster: HashMap<u32, usize> = HashMap::new();
    for (record, member) in members.iter().enumerate() {
        if let Some(before) = &member.before {
            let oldest = oldest_of_id.entry(&before.customer_id).or_insert(record);
            if age(record) < age(*oldest) {
                *oldest = record;
            }
        }
        let oldest = oldest_of_cluster.entry(of_record[record]).or_insert(record);
        if age(record) < age(*oldest) {
            *oldest = record;
        }
    }
    let mut owned: Vec<(u32, BusinessDate, (i32, (&str, &str)), &GoldenId)> = Vec::new();
    for record in oldest_of_id.values() {
        if let Some(before) = &members[*record].before {
            owned.push((of_record[*record], before.since, age(*record), before));
        }
    }
    owned.sort_unstable_by_key(|(cluster, since, age, _)| (*cluster, *since, *age));
    let mut of_cluster: HashMap<u32, GoldenId> = HashMap::new();
    for (cluster, _, _, id) in owned {
        of_cluster.entry(cluster).or_insert_with(|| id.clone());
    }
    let mut used: HashSet<String> = oldest_of_id.keys().map(|id| (*id).to_owned()).collect();
    let mut new: Vec<(u32, usize)> =
        oldest_of_cluster.into_iter().filter(|(cluster, _)| !of_cluster.contains_key(cluster)).collect();
    new.sort_unstable();
    for (cluster, oldest) in new {
        let (system, number) = members[oldest].key;
        let mut customer_id = new_id(system, number);
        // The id that this record would have is another customer's: it left that one, or two keys have one hash.
        let mut attempt = 1;
        while !used.insert(customer_id.clone()) {
            attempt += 1;
            customer_id = new_id(system, &format!("{number}\u{1F}{attempt}"));
        }
        of_cluster.insert(cluster, GoldenId { customer_id, since: date });
    }
    let nobody = || GoldenId { customer_id: String::new(), since: date };
    of_record.iter().map(|cluster| of_cluster.get(cluster).cloned().unwrap_or_else(nobody)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(records: &[(&'static str, i32)], before: &[GoldenId], clusters: &[u32], date: &str) -> Vec<GoldenId> {
        let members: Vec<Member> = records
            .iter()
            .enumerate()
            .map(|(n, (key, open_day))| Member {
                key: ("core", key),
                open_day: *open_day,
                before: before.get(n).cloned(),
            })
            .collect();
        assign(&members, clusters, date.parse().unwrap())
    }

    #[test]
    fn ids_stay_when_customers_merge_and_split() {
        // Acceptance D6, the ids of it: A is older, so G1 stays for both; after the split B has an id of its own again.
        let records = [("A", 10), ("B", 20)];
        let first = night(&records, &[], &[0, 1], "2025-06-01");
        let second = night(&records, &first, &[0, 0], "2025-06-02");
        assert_eq!((&second[0], &second[1]), (&first[0], &first[0]));
        let third = night(&records, &second, &[0, 1], "2025-06-03");
        assert_eq!(third[0], first[0]);
        // G2 again: it is the id that B's own key gives.
        assert_eq!(third[1].customer_id, first[1].customer_id);
        assert_eq!(third[1].since.to_string(), "2025-06-03");
    }

    #[test]
    fn an_older_record_that_joins_later_does_not_change_the_id() {
        let first = night(&[("B", 20)], &[], &[0], "2025-06-01");
        let records = [("B", 20), ("A", 10)];
        let second = night(&records, &first, &[0, 0], "2025-06-02");
        assert_eq!((&second[0], &second[1]), (&first[0], &first[0]));
    }

    #[test]
    fn the_part_without_the_oldest_record_gets_another_id() {
        // One customer made of B and C under the id of B's key; then B alone and C alone, C being older.
        let records = [("B", 20), ("C", 10)];
        let first = night(&records[..1], &[], &[0], "2025-06-01");
        let second = night(&records, &first, &[0, 0], "2025-06-02");
        let third = night(&records, &second, &[0, 1], "2025-06-03");
        assert_eq!(third[1], first[0]);
        assert_ne!(third[0].customer_id, first[0].customer_id);
        assert!(third[0].customer_id.starts_with('C'));
    }

    #[test]
    fn a_gone_record_leaves_its_id_to_the_oldest_that_is_left() {
        let records = [("A", 10), ("B", 20)];
        let first = night(&records, &[], &[0, 0], "2025-06-01");
        let second = night(&records[1..], &first[1..], &[0], "2025-06-02");
        assert_eq!(second[0], first[0]);
    }
}
