//! A tree as sentences and as SQL.

use super::bins::{ColumnBins, MISSING};
use super::node::{BinSet, Node, Split, Tree};
use crate::feature::double;

/// A leaf as a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What holds of its rows, as `column <= 12.5 and other is A or B`; empty where the tree is one leaf.
    pub condition: String,
    /// Weight of the rows of the fit.
    pub cover: f64,
    /// What they get.
    pub value: f64,
}

impl Tree {
    /// The leaves as sentences, the highest value first.
    #[must_use]
    pub fn rules(&self, columns: &[ColumnBins]) -> Vec<Rule> {
        let mut rules = Vec::new();
        self.walk(0, &mut vec![None; columns.len()], columns, &mut rules);
        rules.sort_by(|a, b| b.value.total_cmp(&a.value));
        rules
    }

    fn walk(&self, place: usize, held: &mut Vec<Option<Vec<u8>>>, columns: &[ColumnBins], rules: &mut Vec<Rule>) {
        let Some(Node { cover, value, split }) = self.nodes.get(place) else { return };
        let Some(split) = split else {
            let held = columns.iter().zip(held.iter());
            let conditions: Vec<String> =
                held.filter_map(|(column, bins)| Some(sentence(column, bins.as_ref()?))).collect();
            rules.push(Rule { condition: conditions.join(" and "), cover: *cover, value: *value });
            return;
        };
        let before = held[split.column].clone();
        for (child, is_left) in [(split.left, true), (split.right, false)] {
            let all = || (0..columns[split.column].len()).filter_map(|bin| u8::try_from(bin).ok()).collect();
            let bins: Vec<u8> = before.clone().unwrap_or_else(all);
            held[split.column] = Some(bins.into_iter().filter(|bin| split.bins.has(*bin) == is_left).collect());
            self.walk(child, held, columns, rules);
        }
        held[split.column] = before;
    }

    /// The value of a row as a SQL expression over the input's columns, a double.
    #[must_use]
    pub fn sql(&self, columns: &[ColumnBins]) -> String {
        self.node_sql(0, columns)
    }

    fn node_sql(&self, place: usize, columns: &[ColumnBins]) -> String {
        match self.nodes.get(place) {
            Some(Node { split: Some(split), .. }) => format!(
                "case when {} then {} else {} end",
                condition_sql(&columns[split.column], split),
                self.node_sql(split.left, columns),
                self.node_sql(split.right, columns)
            ),
            Some(Node { value, .. }) => double(*value),
            None => double(0.0),
        }
    }
}

/// What holds of a column whose bins are these.
fn sentence(column: &ColumnBins, bins: &[u8]) -> String {
    let may_be_missing = match column {
        ColumnBins::Numbers { has_missing, .. } => *has_missing,
        ColumnBins::Categories { has_other, .. } => *has_other,
    };
    let has_missing = bins.contains(&MISSING) && may_be_missing;
    let known: Vec<usize> = bins.iter().filter(|bin| **bin != MISSING).map(|bin| usize::from(*bin)).collect();
    let name = column.column();
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return format!("{name} is missing") };
    let or_missing = if has_missing { " or missing" } else { "" };
    match column {
        ColumnBins::Numbers { edges, .. } => {
            let low = (*first > 1).then(|| edges.get(first - 2)).flatten();
            let high = edges.get(last - 1);
            match (low, high) {
                (Some(low), Some(high)) => format!("{name} > {low} and <= {high}{or_missing}"),
                (Some(low), None) => format!("{name} > {low}{or_missing}"),
                (None, Some(high)) => format!("{name} <= {high}{or_missing}"),
                (None, None) if has_missing => format!("{name} is anything"),
                (None, None) => format!("{name} is known"),
            }
        }
        ColumnBins::Categories { values, .. } => {
            let texts: Vec<&str> = known.iter().filter_map(|bin| values.get(bin - 1)).map(String::as_str).collect();
            let or_other = if has_missing { " or another" } else { "" };
            format!("{name} is {}{or_other}", texts.join(" or "))
        }
    }
}

/// Whether a row goes left.
fn condition_sql(column: &ColumnBins, split: &Split) -> String {
    let name = format!("\"{}\"", column.column().replace('"', "\"\""));
    let has_missing = split.bins.has(MISSING);
    match column {
        ColumnBins::Numbers { edges, .. } => {
            let number = format!("cast({name} as double)");
            match last_known(split.bins).map(|bin| edges.get(bin - 1)) {
                None => format!("{name} is null"),
                Some(None) if has_missing => "true".to_owned(),
                Some(None) => format!("{name} is not null"),
                Some(Some(edge)) if has_missing => format!("coalesce({number} <= {}, true)", double(*edge)),
                Some(Some(edge)) => format!("coalesce({number} <= {}, false)", double(*edge)),
            }
        }
        ColumnBins::Categories { values, .. } => {
            // What is not known goes with the missing ones; so the side without them is named.
            let quoted = |wanted: bool| -> Vec<String> {
                let bins =
                    values.iter().enumerate().filter_map(|(place, value)| Some((u8::try_from(place + 1).ok()?, value)));
                bins.filter(|(bin, _)| split.bins.has(*bin) == wanted)
                    .map(|(_, value)| format!("'{}'", value.replace('\'', "''")))
                    .collect()
            };
            let named = quoted(!has_missing);
            match (has_missing, named.is_empty()) {
                (true, true) => "true".to_owned(),
                (false, true) => "false".to_owned(),
                (true, false) => format!("coalesce({name} not in ({}), true)", named.join(", ")),
                (false, false) => format!("coalesce({name} in ({}), false)", named.join(", ")),
            }
        }
    }
}

/// The last bin that is not that of missing values.
fn last_known(bins: BinSet) -> Option<usize> {
    (1..=u8::MAX).rev().find(|bin| bins.has(*bin)).map(usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<ColumnBins> {
        vec![
            ColumnBins::Numbers { column: "age".into(), edges: vec![30.5, 50.0], has_missing: true },
            ColumnBins::Categories {
                column: "region".into(),
                values: vec!["east".into(), "o'er".into()],
                has_other: true,
            },
        ]
    }

    fn tree() -> Tree {
        let leaf = |cover, value| Node { cover, value, split: None };
        let inner = |column, bins, left, right| Node {
            cover: 0.0,
            value: 0.0,
            split: Some(Split { column, bins, left, right, gain: 1.0 }),
        };
        let set = |bins: &[usize]| bins.iter().fold(BinSet::default(), |set, bin| set.with(*bin));
        Tree {
            nodes: vec![
                inner(0, set(&[1, 2]), 1, 2),
                inner(1, set(&[0, 2]), 3, 4),
                leaf(4.0, 0.25),
                leaf(3.0, 0.5),
                leaf(2.0, 0.75),
            ],
        }
    }

    #[test]
    fn leaves_are_sentences_the_highest_first() {
        let rules: Vec<String> =
            tree().rules(&columns()).into_iter().map(|r| format!("{} {}", r.condition, r.value)).collect();
        assert_eq!(
            rules,
            [
                "age <= 50 and region is east 0.75",
                "age <= 50 and region is o'er or another 0.5",
                "age > 50 or missing 0.25"
            ]
        );
    }

    #[test]
    fn the_sql_says_the_same() {
        assert_eq!(
            tree().sql(&columns()),
            "case when coalesce(cast(\"age\" as double) <= cast(50.0 as double), false) then case when coalesce(\"region\" not in ('east'), true) \
             then cast(0.5 as double) else cast(0.75 as double) end else cast(0.25 as double) end"
        );
    }
}
