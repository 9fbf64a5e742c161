//! Which pairs are compared: records that share all parts of a blocking rule.

use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use crate::config::Pairs;
use crate::error::IdentityError;
use crate::table::{Column, MISSING, RecordTable};

/// Pairs that one thread takes at a time.
const TASK_PAIRS: u64 = 65_536;
/// Key of a record that a rule does not block.
const NO_KEY: u64 = 0;

/// One part of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    column: String,
    taken: Taken,
}

/// Characters of a value that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    All,
    First(usize),
    Last(usize),
}

impl Part {
    fn parse(text: &str) -> Result<Self, IdentityError> {
        let refuse = || IdentityError::Block(text.to_owned());
        let Some((column, range)) = text.split_once('[') else {
            return Ok(Part { column: text.trim().to_owned(), taken: Taken::All });
        };
        let range = range.strip_suffix(']').ok_or_else(refuse)?;
        let count = |digits: &str| digits.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(refuse);
        let taken = match (range.strip_prefix(':'), range.strip_prefix('-').and_then(|r| r.strip_suffix(':'))) {
            (Some(first), _) => Taken::First(count(first)?),
            (_, Some(last)) => Taken::Last(count(last)?),
            _ => return Err(refuse()),
        };
        Ok(Part { column: column.trim().to_owned(), taken })
    }

    fn of<'a>(&self, value: &'a str) -> &'a str {
        let characters = value.chars().count();
        let cut = |skipped: usize| value.char_indices().nth(skipped).map_or(value.len(), |(place, _)| place);
        match self.taken {
            Taken::All => value,
            Taken::First(n) => &value[..cut(n)],
            Taken::Last(n) => &value[cut(characters.saturating_sub(n))..],
        }
    }
}

/// Records grouped by one rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// As it was written.
    pub text: String,
    /// Columns it reads.
    pub columns: Vec<String>,
    /// Key of each record.
    keys: Vec<u64>,
    /// Records that have a key, those of one block beside each other.
    rows: Vec<u32>,
    /// Where the block of each of `rows` ends; blocks have two records or more.
    ends: Vec<u32>,
}

/// What a rule costs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleCost {
    /// The rule.
    pub rule: String,
    /// Pairs it makes, those of other rules too.
    pub pairs: u64,
    /// Records in its largest block.
    pub largest_block: usize,
    /// What the records of the largest block share.
    pub example: String,
}

/// All rules over one table.
#[derive(Debug)]
pub(crate) struct Blocking<'a> {
    pub rules: Vec<Rule>,
    table: &'a RecordTable,
    pairs: Pairs,
}

/// Places `from..until` of a rule's records, each paired with those after it in its block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task {
    rule: usize,
    from: u32,
    until: u32,
}

impl<'a> Blocking<'a> {
    /// Group the records; the guard refuses before anything is compared.
    pub fn new(table: &'a RecordTable, rules: &[Vec<String>], pairs: Pairs, most: u64) -> Result<Self, IdentityError> {
        let rules = rules.par_iter().map(|parts| Rule::new(table, parts)).collect::<Result<Vec<_>, _>>()?;
        let blocking = Blocking { rules, table, pairs };
        let costs = blocking.costs();
        let pairs = costs.iter().map(|c| c.pairs).sum();
        match costs.into_iter().max_by_key(|c| c.pairs) {
            Some(largest) if pairs > most => Err(IdentityError::TooManyPairs {
                pairs,
                most,
                rule: largest.rule,
                rule_pairs: largest.pairs,
                block: largest.largest_block,
                example: largest.example,
            }),
            _ => Ok(blocking),
        }
    }

    /// What each rule costs.
    pub fn costs(&self) -> Vec<RuleCost> {
        let cost = |rule: &Rule| {
            let (place, largest_block) = rule.largest_block().unwrap_or_default();
            let example = rule.rows.get(place).map(|row| rule.shared(self.table, *row as usize));
            let example = example.unwrap_or_default();
            RuleCost { rule: rule.text.clone(), pairs: rule.pairs(), largest_block, example }
        };
        self.rules.iter().map(cost).collect()
    }

    /// The work of some rules, cut for threads.
    pub fn tasks(&self, rules: impl Iterator<Item = usize>) -> Vec<Task> {
        let mut tasks = Vec::new();
        for rule in rules {
            let ends = &self.rules[rule].ends;
            let (mut from, mut pairs) = (0, 0);
            for (place, end) in (0_u32..).zip(ends) {
                pairs += u64::from(end - place - 1);
                if pairs >= TASK_PAIRS || place as usize + 1 == ends.len() {
                    tasks.push(Task { rule, from, until: place + 1 });
                    (from, pairs) = (place + 1, 0);
                }
            }
        }
        tasks
    }

    /// Visit the pairs of a task; with `once`, only those that no earlier rule makes.
    pub fn visit(&self, task: &Task, once: bool, mut pair: impl FnMut(u32, u32)) {
        let rule = &self.rules[task.rule];
        let earlier = if once { &self.rules[..task.rule] } else { &[] };
        for place in task.from..task.until {
            let a = rule.rows[place as usize];
            for b in &rule.rows[place as usize + 1..rule.ends[place as usize] as usize] {
                if self.pairs == Pairs::BetweenSources
                    && self.table.sources[a as usize] == self.table.sources[*b as usize]
                {
                    continue;
                }
                let is_seen = |r: &Rule| r.keys[a as usize] != NO_KEY && r.keys[a as usize] == r.keys[*b as usize];
                if !earlier.iter().any(is_seen) {
                    pair(a, *b);
                }
            }
        }
    }
}

impl Rule {
    fn new(table: &RecordTable, parts: &[String]) -> Result<Self, IdentityError> {
        let parts = parts.iter().map(|p| Part::parse(p)).collect::<Result<Vec<_>, _>>()?;
        let mut columns: Vec<(&Column, Vec<u64>)> = Vec::new();
        for part in &parts {
            let column = table.columns.get(&part.column).ok_or_else(|| {
                let known = table.columns.keys().cloned().collect::<Vec<_>>().join(", ");
                IdentityError::Column(part.column.clone(), known)
            })?;
            let hash = |value: &str| xxhash_rust::xxh3::xxh3_64(part.of(value).as_bytes());
            columns.push((column, std::iter::once(NO_KEY).chain(column.values().map(hash)).collect()));
        }
        let key = |row: usize| {
            let mut hasher = Xxh3::new();
            for (column, hashes) in &columns {
                match column.code(row) {
                    MISSING => return NO_KEY,
                    code => hasher.update(&hashes[code as usize].to_le_bytes()),
                }
            }
            hasher.digest().max(1)
        };
        let keys: Vec<u64> = (0..table.rows()).into_par_iter().map(key).collect();
        let number = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
        let mut keyed: Vec<(u64, u32)> =
            keys.iter().enumerate().filter(|(_, key)| **key != NO_KEY).map(|(row, key)| (*key, number(row))).collect();
        keyed.par_sort_unstable();
        let mut ends = Vec::with_capacity(keyed.len());
        let mut rows = Vec::with_capacity(keyed.len());
        for block in keyed.chunk_by(|a, b| a.0 == b.0) {
            if block.len() > 1 {
                rows.extend(block.iter().map(|(_, row)| *row));
                ends.resize(rows.len(), number(rows.len()));
            }
        }
        let text = parts.iter().map(Part::to_string).collect::<Vec<_>>().join(", ");
        Ok(Rule { text, columns: parts.into_iter().map(|p| p.column).collect(), keys, rows, ends })
    }

    pub fn pairs(&self) -> u64 {
        (0_u32..).zip(&self.ends).map(|(place, end)| u64::from(end - place - 1)).sum()
    }

    /// Place and size of the first of the largest blocks.
    fn largest_block(&self) -> Option<(usize, usize)> {
        let sizes = (0_u32..).zip(&self.ends).map(|(place, end)| (place as usize, (end - place) as usize));
        sizes.max_by_key(|(place, size)| (*size, std::cmp::Reverse(*place)))
    }

    fn shared(&self, table: &RecordTable, row: usize) -> String {
        let value = |column: &String| table.columns.get(column).and_then(|c| c.get(row)).unwrap_or_default();
        self.columns.iter().map(value).collect::<Vec<_>>().join(", ")
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.taken {
            Taken::All => write!(f, "{}", self.column),
            Taken::First(n) => write!(f, "{}[:{n}]", self.column),
            Taken::Last(n) => write!(f, "{}[-{n}:]", self.column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(names: &[&str], sources: &[u32]) -> RecordTable {
        let columns = [("name".to_owned(), Column::of(names.iter().map(|n| Some(*n))))].into();
        RecordTable { columns, sources: sources.to_vec() }
    }

    fn pairs(table: &RecordTable, rules: &[&[&str]], pairs: Pairs) -> Vec<(u32, u32)> {
        let rules: Vec<Vec<String>> = rules.iter().map(|r| r.iter().map(|p| (*p).to_owned()).collect()).collect();
        let blocking = Blocking::new(table, &rules, pairs, 1_000).unwrap();
        let mut found = Vec::new();
        for task in blocking.tasks(0..rules.len()) {
            blocking.visit(&task, true, |a, b| found.push((a, b)));
        }
        found.sort_unstable();
        found
    }

    #[test]
    fn each_pair_comes_once_and_missing_values_do_not_block() {
        let table = table(&["anna", "anne", "anna", "", "", "hanna"], &[1, 1, 2, 1, 2, 2]);
        assert_eq!(pairs(&table, &[&["name"]], Pairs::All), [(0, 2)]);
        assert_eq!(pairs(&table, &[&["name"], &["name[:3]"]], Pairs::All), [(0, 1), (0, 2), (1, 2)]);
        assert_eq!(pairs(&table, &[&["name[-3:]"]], Pairs::All), [(0, 2), (0, 5), (2, 5)]);
        assert_eq!(pairs(&table, &[&["name[:3]"]], Pairs::BetweenSources), [(0, 2), (1, 2)]);
    }

    #[test]
    fn an_explosion_is_refused_before_it_happens() {
        let table = table(&["x"; 100], &[0; 100]);
        let refused = Blocking::new(&table, &[vec!["name".to_owned()]], Pairs::All, 4_949).unwrap_err();
        assert!(refused.to_string().contains("4950 pairs"), "{refused}");
        assert!(refused.to_string().contains("100 records, holds `x`"), "{refused}");
        let large = Blocking::new(&table, &[vec!["name".to_owned()]], Pairs::All, 4_950).unwrap();
        assert_eq!(large.costs()[0].pairs, 4_950);
        assert!(matches!(
            Blocking::new(&table, &[vec!["name[4]".to_owned()]], Pairs::All, 1),
            Err(IdentityError::Block(_))
        ));
    }

    #[test]
    fn long_blocks_are_cut_into_tasks_without_losing_pairs() {
        let table = table(&["x"; 1_000], &[0; 1_000]);
        let blocking = Blocking::new(&table, &[vec!["name".to_owned()]], Pairs::All, u64::MAX).unwrap();
        let tasks = blocking.tasks(0..1);
        assert!(tasks.len() > 4);
        let mut count = 0;
        tasks.iter().for_each(|task| blocking.visit(task, true, |_, _| count += 1));
        assert_eq!(count, 499_500);
    }
}
