//! A grown tree.

use serde::{Deserialize, Serialize};

/// Some of the 256 bins of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BinSet([u64; 4]);

impl BinSet {
    /// Add a bin.
    pub fn insert(&mut self, bin: usize) {
        self.0[bin >> 6] |= 1 << (bin & 63);
    }

    /// With a bin more.
    #[must_use]
    pub fn with(mut self, bin: usize) -> Self {
        self.insert(bin);
        self
    }

    /// Whether a bin is among them.
    #[must_use]
    pub fn has(&self, bin: u8) -> bool {
        let bin = usize::from(bin);
        (self.0[bin >> 6] >> (bin & 63)) & 1 == 1
    }
}

/// In files as runs of bins: `0..5 9 12..14`.
impl Serialize for BinSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut runs: Vec<(u8, u8)> = Vec::new();
        for bin in (0..=u8::MAX).filter(|bin| self.has(*bin)) {
            match runs.last_mut() {
                Some((_, last)) if u16::from(*last) + 1 == u16::from(bin) => *last = bin,
                _ => runs.push((bin, bin)),
            }
        }
        let shown = |(first, last): &(u8, u8)| match first == last {
            true => first.to_string(),
            false => format!("{first}..{last}"),
        };
        serializer.serialize_str(&runs.iter().map(shown).collect::<Vec<_>>().join(" "))
    }
}

impl<'de> Deserialize<'de> for BinSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number =
            |part: &str| part.parse::<u8>().map_err(|_| serde::de::Error::custom(format!("`{text}` are not bins")));
        let mut set = BinSet::default();
        for run in text.split_whitespace() {
            let (first, last) = match run.split_once("..") {
                Some((first, last)) => (number(first)?, number(last)?),
                None => (number(run)?, number(run)?),
            };
            (first..=last).for_each(|bin| set.insert(usize::from(bin)));
        }
        Ok(set)
    }
}

/// A node of a tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Weight of the rows of the fit that came here.
    pub cover: f64,
    /// What a row that ends here gets.
    pub value: f64,
    /// None of a leaf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
}

/// Where a node's rows go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// Column, by its place.
    pub column: usize,
    /// Bins whose rows go left.
    pub bins: BinSet,
    /// Place of the left node.
    pub left: usize,
    /// Place of the right node.
    pub right: usize,
    /// How much better the fit became.
    pub gain: f64,
}

/// A tree; the first node is its root, and a node stands before those that it leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// Nodes.
    pub nodes: Vec<Node>,
}

impl Tree {
    /// The place of the leaf in which a row of bins ends.
    #[must_use]
    pub fn leaf(&self, row: &[u8]) -> usize {
        let mut place = 0;
        while let Some(split) = self.nodes.get(place).and_then(|node| node.split.as_ref()) {
            place = if split.bins.has(row[split.column]) { split.left } else { split.right };
        }
        place
    }

    /// What a row of bins gets.
    #[must_use]
    pub fn value(&self, row: &[u8]) -> f64 {
        self.nodes[self.leaf(row)].value
    }

    /// Whether every split leads on to nodes behind it and reads one of so many columns: what a file says is not always a tree.
    #[must_use]
    pub fn is_sound(&self, columns: usize) -> bool {
        let sound = |(place, node): (usize, &Node)| {
            node.split.as_ref().is_none_or(|s| {
                let leads_on = |to: usize| to > place && to < self.nodes.len();
                s.column < columns && leads_on(s.left) && leads_on(s.right)
            })
        };
        !self.nodes.is_empty() && self.nodes.iter().enumerate().all(sound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_written_as_runs() {
        let mut set = BinSet::default();
        [0, 1, 2, 9, 63, 64, 255].into_iter().for_each(|bin| set.insert(bin));
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(text, "\"0..2 9 63..64 255\"");
        assert_eq!(serde_json::from_str::<BinSet>(&text).unwrap(), set);
        assert!(serde_json::from_str::<BinSet>("\"a\"").is_err());
    }

    #[test]
    fn a_tree_that_leads_back_is_not_one() {
        let leaf = |value| Node { cover: 1.0, value, split: None };
        let split = |left, right| Node {
            cover: 2.0,
            value: 0.0,
            split: Some(Split { column: 0, bins: BinSet::default().with(1), left, right, gain: 1.0 }),
        };
        let tree = Tree { nodes: vec![split(1, 2), leaf(-1.0), leaf(1.0)] };
        assert!(tree.is_sound(1));
        assert_eq!([tree.leaf(&[1]), tree.leaf(&[0])], [1, 2]);
        assert!(!tree.is_sound(0));
        assert!(!Tree { nodes: vec![split(0, 1), leaf(1.0)] }.is_sound(1));
    }
}
