//! Links → customers: strongest link first, and never a customer that holds what cannot be one.
//!
//! Kruskal's order (1956) with cannot-link constraints: a link that would join two customers that must stay apart is
//! rejected, and as it comes after all stronger ones it is the weakest of the chain that does.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::table::MISSING;

/// A link between two records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// One record.
    pub a: u32,
    /// The other.
    pub b: u32,
    /// Links of a lower rank come first, whatever they weigh.
    pub rank: u8,
    /// log2 of the odds.
    pub bits: f64,
}

/// What keeps records apart.
#[derive(Debug, Clone, Default)]
pub struct Constraints {
    /// Values of which a customer has at most one, by record; 0 is none. A valid document number is one.
    pub at_most_one_value: Vec<Vec<u32>>,
    /// Values that no two records of a customer share, by record; 0 is none. A source that knows everybody once is one.
    pub never_shared: Vec<Vec<u32>>,
    /// Pairs that somebody said are different.
    pub different: Vec<(u32, u32)>,
}

/// Customers found.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    /// Of each record, the lowest record of its customer.
    pub of_record: Vec<u32>,
    /// Places of the links that were rejected.
    pub rejected: Vec<usize>,
    /// Of each record, the place of the link that brought it in: the strongest of its own; `None` for one that stands alone.
    pub strongest: Vec<Option<usize>>,
}

/// Join records. Records are numbered in the order of their keys, so that the order of the input does not matter.
#[must_use]
pub fn cluster(records: usize, links: &[Link], constraints: &Constraints) -> Clusters {
    let mut order: Vec<usize> = (0..links.len()).collect();
    // Bits are never NaN: total order of floats is the order of numbers.
    order.sort_by(|x, y| {
        let (x, y) = (&links[*x], &links[*y]);
        x.rank.cmp(&y.rank).then(y.bits.total_cmp(&x.bits)).then((x.a, x.b).cmp(&(y.a, y.b)))
    });
    let mut groups = Groups::new(records, constraints);
    let mut rejected = Vec::new();
    let mut strongest = vec![None; records];
    for place in order {
        let link = &links[place];
        if groups.join(link.a, link.b) {
            strongest[link.a as usize].get_or_insert(place);
            strongest[link.b as usize].get_or_insert(place);
        } else {
            rejected.push(place);
        }
    }
    rejected.sort_unstable();
    let of_record = groups.lowest();
    Clusters { of_record, rejected, strongest }
}

/// Union-find (Tarjan 1975) whose groups know what they hold.
struct Groups<'a> {
    constraints: &'a Constraints,
    parent: Vec<u32>,
    size: Vec<u32>,
    values: Vec<Vec<u32>>,
    shared: Vec<Vec<BTreeSet<u32>>>,
    enemies: Vec<Vec<u32>>,
}

impl<'a> Groups<'a> {
    fn new(records: usize, constraints: &'a Constraints) -> Self {
        let mut enemies = vec![Vec::new(); if constraints.different.is_empty() { 0 } else { records }];
        for (a, b) in &constraints.different {
            enemies[*a as usize].push(*b);
            enemies[*b as usize].push(*a);
        }
        let set = |value: &u32| if *value == MISSING { BTreeSet::new() } else { [*value].into() };
        Groups {
            constraints,
            parent: (0..u32::try_from(records).unwrap_or(u32::MAX)).collect(),
            size: vec![1; records],
            values: constraints.at_most_one_value.clone(),
            shared: constraints.never_shared.iter().map(|values| values.iter().map(set).collect()).collect(),
            enemies,
        }
    }

    fn root(&mut self, record: u32) -> u32 {
        let mut at = record;
        while self.parent[at as usize] != at {
            let above = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = above;
            at = above;
        }
        at
    }

    /// Join the groups of two records; `false` when they must stay apart.
    fn join(&mut self, a: u32, b: u32) -> bool {
        let (x, y) = (self.root(a), self.root(b));
        if x == y {
            return true;
        }
        let differs = |values: &Vec<u32>| {
            let (p, q) = (values[x as usize], values[y as usize]);
            p != MISSING && q != MISSING && p != q
        };
        let meets = |sets: &Vec<BTreeSet<u32>>| !sets[x as usize].is_disjoint(&sets[y as usize]);
        if self.values.iter().any(differs) || self.shared.iter().any(meets) || self.are_enemies(x, y) {
            return false;
        }
        let (large, small) = match self.size[x as usize] >= self.size[y as usize] {
            true => (x as usize, y as usize),
            false => (y as usize, x as usize),
        };
        self.parent[small] = u32::try_from(large).unwrap_or(u32::MAX);
        self.size[large] += self.size[small];
        for values in &mut self.values {
            if values[large] == MISSING {
                values[large] = values[small];
            }
        }
        for sets in &mut self.shared {
            let moved = std::mem::take(&mut sets[small]);
            sets[large].extend(moved);
        }
        if !self.enemies.is_empty() {
            let moved = std::mem::take(&mut self.enemies[small]);
            self.enemies[large].extend(moved);
        }
        true
    }

    fn are_enemies(&mut self, x: u32, y: u32) -> bool {
        if self.constraints.different.is_empty() {
            return false;
        }
        let (fewer, other) = match self.enemies[x as usize].len() <= self.enemies[y as usize].len() {
            true => (x, y),
            false => (y, x),
        };
        let enemies = self.enemies[fewer as usize].clone();
        enemies.into_iter().any(|enemy| self.root(enemy) == other)
    }

    fn lowest(&mut self) -> Vec<u32> {
        let records = u32::try_from(self.parent.len()).unwrap_or(u32::MAX);
        let mut lowest: Vec<Reverse<u32>> = vec![Reverse(u32::MAX); self.parent.len()];
        let roots: Vec<u32> = (0..records).map(|record| self.root(record)).collect();
        for (record, root) in (0..records).zip(&roots) {
            lowest[*root as usize] = lowest[*root as usize].max(Reverse(record));
        }
        roots.into_iter().map(|root| lowest[root as usize].0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(a: u32, b: u32, bits: f64) -> Link {
        Link { a, b, rank: 0, bits }
    }

    #[test]
    fn a_chain_between_two_valid_documents_breaks_at_its_weakest_link() {
        // Acceptance D3: records 0 and 2 have different valid numbers.
        let constraints = Constraints { at_most_one_value: vec![vec![7, 0, 8]], ..Constraints::default() };
        for (links, expected, rejected) in [
            (vec![link(0, 1, 40.0), link(1, 2, 35.0)], vec![0, 0, 2], vec![1]),
            (vec![link(0, 1, 35.0), link(1, 2, 40.0)], vec![0, 1, 1], vec![0]),
        ] {
            let found = cluster(3, &links, &constraints);
            assert_eq!((found.of_record, found.rejected), (expected, rejected));
        }
    }

    #[test]
    fn a_document_is_remembered_through_records_without_one() {
        // 0 (number 7) - 1 - 2 - 3 (number 8): whatever the order, 0 and 3 stay apart.
        let constraints = Constraints { at_most_one_value: vec![vec![7, 0, 0, 8]], ..Constraints::default() };
        let found = cluster(4, &[link(0, 1, 9.0), link(2, 3, 8.0), link(1, 2, 7.0)], &constraints);
        assert_eq!(found.of_record, [0, 0, 2, 2]);
        assert_eq!(found.strongest, [Some(0), Some(0), Some(1), Some(1)]);
    }

    #[test]
    fn somebodys_word_and_sources_keep_apart() {
        let links = [link(0, 1, 9.0), link(1, 2, 8.0)];
        let different = Constraints { different: vec![(2, 0)], ..Constraints::default() };
        assert_eq!(cluster(3, &links, &different).of_record, [0, 0, 2]);
        let sources = Constraints { never_shared: vec![vec![1, 2, 1]], ..Constraints::default() };
        assert_eq!(cluster(3, &links, &sources).of_record, [0, 0, 2]);
    }

    #[test]
    fn rank_comes_before_weight_and_order_does_not_matter() {
        let constraints = Constraints { never_shared: vec![vec![1, 2, 2]], ..Constraints::default() };
        let first = Link { rank: 1, ..link(0, 1, 5.0) };
        let second = Link { rank: 2, ..link(0, 2, 50.0) };
        assert_eq!(cluster(3, &[first, second], &constraints).of_record, [0, 0, 2]);
        assert_eq!(cluster(3, &[second, first], &constraints).of_record, [0, 0, 2]);
    }
}
