//! Which nodes are meant: `name`, `name+`, `+name`, `tag:word`, `layer:word`.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, nearest};
use crate::error::WarehouseError;

/// Nodes that were chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    names: Vec<String>,
    stale_readers: Vec<String>,
}

impl Selection {
    /// Read words such as `mart_vip_list`, `int_account+` (and all that reads it), `+mart_segment` (and all that it
    /// reads), `tag:daily`, `layer:metrics`, `ref_tier+` (all that reads a reference table or a delivered one).
    ///
    /// # Errors
    /// [`WarehouseError::Selection`] when a word names nothing.
    pub fn parse(words: &[String], catalog: &Catalog) -> Result<Self, WarehouseError> {
        let mut chosen = BTreeSet::new();
        for word in words {
            chosen.extend(one(word, catalog)?);
        }
        let is_stale = |name: &&String| !chosen.contains(*name) && catalog.nodes[*name].is_kept();
        let readers = readers(catalog, &chosen);
        let stale_readers = catalog.order.iter().filter(|n| readers.contains(*n)).filter(is_stale).cloned().collect();
        Ok(Selection { names: catalog.order.iter().filter(|n| chosen.contains(*n)).cloned().collect(), stale_readers })
    }

    /// The chosen nodes, in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Kept nodes that read chosen ones and were not chosen.
    #[must_use]
    pub fn stale_readers(&self) -> &[String] {
        &self.stale_readers
    }
}

fn one(word: &str, catalog: &Catalog) -> Result<BTreeSet<String>, WarehouseError> {
    let (before, name) = word.strip_prefix('+').map_or((false, word), |rest| (true, rest));
    let (after, name) = name.strip_suffix('+').map_or((false, name), |rest| (true, rest));
    let nodes = catalog.nodes.values();
    let mut chosen: BTreeSet<String> = match name.split_once(':') {
        Some(("tag", tag)) => nodes.filter(|n| n.tags.iter().any(|t| t == tag)).map(|n| n.name.clone()).collect(),
        Some(("layer", layer)) => nodes.filter(|n| n.layer == layer).map(|n| n.name.clone()).collect(),
        // A table that is not computed is chosen for those that read it.
        _ if after && (catalog.references.contains_key(name) || catalog.sources.contains_key(name)) => {
            readers(catalog, &BTreeSet::from([name.to_owned()]))
        }
        _ => nodes.filter(|n| n.name == name).map(|n| n.name.clone()).collect(),
    };
    if chosen.is_empty() {
        let near = nearest(name, catalog.nodes.keys()).map_or(String::new(), |near| format!("; did you mean {near}?"));
        return Err(WarehouseError::Selection(format!("`{word}` names no node{near}")));
    }
    if before {
        let mut next: Vec<String> = chosen.iter().cloned().collect();
        while let Some(name) = next.pop() {
            let read = catalog.reads[&name].iter().filter(|r| catalog.nodes.contains_key(*r));
            next.extend(read.filter(|r| chosen.insert((*r).clone())).cloned().collect::<Vec<_>>());
        }
    }
    if after {
        let readers = readers(catalog, &chosen);
        chosen.extend(readers);
    }
    Ok(chosen)
}

/// All nodes that read one of these, directly or through others.
fn readers(catalog: &Catalog, of: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    // In order, so that a reader's readers come after it.
    for name in &catalog.order {
        if catalog.reads[name].iter().any(|read| of.contains(read) || found.contains(read)) {
            found.insert(name.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::*;
    use crate::catalog::{SqlFile, UnusedSystems};

    fn catalog() -> Catalog {
        let node = |name: &str, sql: &str, tags: &str| {
            let toml = format!(
                "description = \"d\"\ngrain = \"g\"\nkey = [\"x\"]\nmaterialisation = \"table\"\nowner = \"o\"\ntags = [{tags}]\n\
                 columns = [{{ name = \"x\", type = \"int\", class = \"C1\", description = \"x\" }}]"
            );
            let file = |ending: &str, text: &str| SqlFile {
                path: PathBuf::from(format!("metrics/{name}.{ending}")),
                text: text.to_owned(),
            };
            [file("sql", sql), file("toml", &toml)]
        };
        let reference = |name: &str| {
            let toml = "description = \"d\"\ncolumns = [{ name = \"x\", type = \"int\", class = \"C1\", description = \"x\" }]";
            let file = |ending: &str, text: &str| SqlFile {
                path: PathBuf::from(format!("reference/{name}.{ending}")),
                text: text.to_owned(),
            };
            [file("csv", "x\n1\n"), file("toml", toml)]
        };
        let files: Vec<SqlFile> = [
            node("a", "select 1 as x", ""),
            node("b", "select x from a", "\"daily\""),
            node("c", "select x from b", ""),
            node("d", "select 1 as x", "\"daily\""),
            node("e", "select x from ref_r", ""),
            reference("ref_r"),
        ]
        .concat();
        Catalog::read(&files, BTreeMap::new(), UnusedSystems::AreUnknown).unwrap()
    }

    fn names(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        Selection::parse(&words, &catalog()).unwrap().names().to_vec()
    }

    #[test]
    fn nodes_are_chosen_by_name_neighbours_tag_and_layer() {
        assert_eq!(names(&["b"]), ["b"]);
        assert_eq!(names(&["b+"]), ["b", "c"]);
        assert_eq!(names(&["+b"]), ["a", "b"]);
        assert_eq!(names(&["+b+", "d"]), ["a", "b", "c", "d"]);
        assert_eq!(names(&["tag:daily"]), ["b", "d"]);
        assert_eq!(names(&["layer:metrics"]).len(), 5);
        assert_eq!(names(&["ref_r+"]), ["e"]);
    }

    #[test]
    fn what_stays_behind_and_what_is_not_there_is_told() {
        let chosen = Selection::parse(&["a".to_owned()], &catalog()).unwrap();
        assert_eq!(chosen.stale_readers(), ["b", "c"]);
        assert!(Selection::parse(&["tag:weekly".to_owned()], &catalog()).is_err());
    }
}
