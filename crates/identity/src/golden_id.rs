//! Ids of golden customers that stay: tonight's clusters take over the ids that their records had before.

use std::collections::HashSet;

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

/// Records as ids see them.
#[derive(Debug, Default)]
pub struct Members<'a> {
    /// Source keys.
    pub keys: Vec<(&'a str, &'a str)>,
    /// First seen in its system; unknown comes last.
    pub open_days: Vec<i32>,
    /// What each had before tonight, as a place of `ids`.
    pub before: Vec<Option<u32>>,
    /// Ids known before tonight.
    pub ids: Vec<GoldenId>,
}

/// The id of every cluster.
#[derive(Debug)]
pub struct Assigned {
    /// All ids: those known before, then new ones.
    pub ids: Vec<GoldenId>,
    /// Of each record, its place in `ids`.
    pub of_record: Vec<u32>,
}

impl Assigned {
    /// A record's id.
    #[must_use]
    pub fn get(&self, record: u32) -> &GoldenId {
        &self.ids[self.of_record[record as usize] as usize]
    }
}

/// Give each cluster its id. `of_record` holds each record's cluster, named by its lowest record.
///
/// An id stays with its oldest record: of the records that had it, the one opened first. A cluster that holds the oldest
/// records of several ids keeps the one known longest, of equals that of the oldest record; the others are aliases from
/// tonight on. A cluster without any is new: its id is made from its oldest record (domain specification, section 3.4).
#[must_use]
pub fn assign(members: Members, of_record: &[u32], date: BusinessDate) -> Assigned {
    let Members { keys, open_days, before, mut ids } = members;
    let age = |record: u32| (open_days[record as usize], keys[record as usize]);
    let mut oldest_of_id: Vec<Option<u32>> = vec![None; ids.len()];
    let mut oldest_of_cluster: Vec<Option<u32>> = vec![None; of_record.len()];
    let older = |kept: &mut Option<u32>, record: u32| {
        if kept.is_none_or(|kept| age(record) < age(kept)) {
            *kept = Some(record);
        }
    };
    for ((record, cluster), before) in (0_u32..).zip(of_record).zip(&before) {
        if let Some(id) = before {
            older(&mut oldest_of_id[*id as usize], record);
        }
        older(&mut oldest_of_cluster[*cluster as usize], record);
    }
    // Of the ids that a cluster may keep, the first one.
    let mut of_cluster: Vec<Option<u32>> = vec![None; of_record.len()];
    for (id, oldest) in (0_u32..).zip(&oldest_of_id) {
        let Some(oldest) = *oldest else { continue };
        let kept = &mut of_cluster[of_record[oldest as usize] as usize];
        let rank = |id: u32, oldest: u32| (ids[id as usize].since, age(oldest));
        let before = kept.and_then(|kept| Some((kept, oldest_of_id[kept as usize]?)));
        if before.is_none_or(|(kept, its_oldest)| rank(id, oldest) < rank(kept, its_oldest)) {
            *kept = Some(id);
        }
    }
    let mut used: HashSet<String> = ids.iter().map(|id| id.customer_id.clone()).collect();
    for (kept, oldest) in of_cluster.iter_mut().zip(&oldest_of_cluster) {
        let (None, Some(oldest)) = (&kept, *oldest) else { continue };
        let (system, number) = keys[oldest as usize];
        let mut customer_id = new_id(system, number);
        // The id that this record would have is another customer's: it left that one, or two keys have one hash.
        let mut attempt = 1;
        while !used.insert(customer_id.clone()) {
            attempt += 1;
            customer_id = new_id(system, &format!("{number}\u{1F}{attempt}"));
        }
        *kept = u32::try_from(ids.len()).ok();
        ids.push(GoldenId { customer_id, since: date });
    }
    let of_record = of_record.iter().map(|cluster| of_cluster[*cluster as usize].unwrap_or(0)).collect();
    Assigned { ids, of_record }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(records: &[(&'static str, i32)], before: &[GoldenId], clusters: &[u32], date: &str) -> Vec<GoldenId> {
        let mut ids: Vec<GoldenId> = Vec::new();
        let mut place = |id: &GoldenId| {
            let known = ids.iter().position(|known| known == id).unwrap_or(ids.len());
            if known == ids.len() {
                ids.push(id.clone());
            }
            u32::try_from(known).unwrap()
        };
        let before = (0..records.len()).map(|n| before.get(n).map(&mut place)).collect();
        let keys = records.iter().map(|(key, _)| ("core", *key)).collect();
        let open_days = records.iter().map(|(_, day)| *day).collect();
        let assigned = assign(Members { keys, open_days, before, ids }, clusters, date.parse().unwrap());
        (0..u32::try_from(records.len()).unwrap()).map(|record| assigned.get(record).clone()).collect()
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
