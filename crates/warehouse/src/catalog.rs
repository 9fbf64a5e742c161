//! All nodes, sources, references and checks of a project: the built-in files, then the project's own, which may add
//! or replace by file name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use serde::Deserialize;

use crate::error::WarehouseError;
use crate::graph;
use crate::node::Node;
use crate::node_test::NodeTest;
use crate::parameter;
use crate::reference::Reference;
use crate::release::NodeText;

/// A file of a `sql/` tree; the path is relative to it.
#[derive(Debug, Clone)]
pub struct SqlFile {
    /// Path below `sql/`, with the project's prefix when it is the project's.
    pub path: PathBuf,
    /// Content.
    pub text: String,
}

/// How bad a failing check is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is published.
    #[default]
    Error,
    /// Reported, published all the same.
    Warn,
}

impl Severity {
    /// As it is written in TOML and in results.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warn => "warn",
        }
    }
}

/// A SELECT whose rows are failures.
#[derive(Debug, Clone)]
pub struct SqlCheck {
    /// Name, a sentence.
    pub name: String,
    /// The SELECT.
    pub sql: String,
    /// What a failure means.
    pub description: String,
    /// Severity.
    pub severity: Severity,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckFile {
    description: String,
    severity: Severity,
}

/// Everything a run knows of.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Nodes by name.
    pub nodes: BTreeMap<String, Node>,
    /// Checks by name.
    pub checks: BTreeMap<String, SqlCheck>,
    /// Reference tables by name.
    pub references: BTreeMap<String, Reference>,
    /// Tables that the run itself fills: raw feeds and run records.
    pub sources: BTreeMap<String, SchemaRef>,
    /// Nodes in an order in which each comes after what it reads.
    pub order: Vec<String>,
    /// What each node and check reads.
    pub reads: BTreeMap<String, BTreeSet<String>>,
    /// Tests of nodes.
    pub tests: Vec<NodeTest>,
    /// What each node reads with `previous('...')`: its rows in the release before, outside the order.
    pub previous: BTreeMap<String, BTreeSet<String>>,
    /// Parameters before the project's own, and what nodes and checks read.
    built_in_parameters: BTreeMap<String, i32>,
    parameters_read: BTreeSet<String>,
    reads_all_parameters: bool,
}

/// What stands for the staging nodes of source systems that a project does not use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnusedSystems {
    /// A table without rows: the project uses some of the built-in systems, the others deliver nothing.
    DeliverNothing,
    /// Nothing: the project has its own systems, and a node that still reads a built-in one is a mistake.
    AreUnknown,
}

impl Catalog {
    /// Read the files. `sources` are the tables filled by the run. Nodes of staging that read a source which is not
    /// among them belong to systems that the project does not use; `unused` says what becomes of those that others
    /// read.
    ///
    /// # Errors
    /// The first file that is wrong, or a circle.
    pub fn read(
        files: &[SqlFile],
        sources: BTreeMap<String, SchemaRef>,
        unused: UnusedSystems,
    ) -> Result<Self, WarehouseError> {
        let mut catalog = Catalog { sources, ..Catalog::default() };
        // Later files replace earlier ones of the same name: (stem, ending) decides, whatever the folder.
        let mut by_name: BTreeMap<(String, String), &SqlFile> = BTreeMap::new();
        for file in files.iter().filter(|f| !f.path.starts_with("sources")) {
            let part = |p: Option<&std::ffi::OsStr>| p.map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            by_name.insert((part(file.path.file_stem()), part(file.path.extension())), file);
        }
        let find = |name: &str, ending: &str| by_name.get(&(name.to_owned(), ending.to_owned())).copied();
        for ((name, ending), file) in &by_name {
            if ending != "toml" {
                let lonely = find(name, "toml").is_none() && matches!(ending.as_str(), "sql" | "csv");
                if lonely {
                    let message = format!("there is no {name}.toml beside it to describe it");
                    return Err(WarehouseError::Node { node: name.clone(), path: file.path.clone(), message });
                }
                continue;
            }
            if let Some(node) = name.strip_suffix(".test") {
                catalog.tests.extend(NodeTest::parse(node, &file.path, &file.text)?);
                continue;
            }
            let sql = find(name, "sql");
            match folder(&file.path) {
                "reference" => {
                    let is_of = |f: &&SqlFile| f.path.file_name().is_some_and(|n| *n == *format!("{name}.csv"));
                    catalog.add_reference(name, file, &files.iter().filter(is_of).collect::<Vec<_>>())?;
                }
                "checks" => catalog.add_check(name, file, sql)?,
                _ => {
                    let node = Node::parse(&file.path, &file.text, sql.map(|s| s.text.as_str()))?;
                    catalog.nodes.insert(name.clone(), node);
                }
            }
        }
        catalog.link(unused)?;
        if let Some(reference) = catalog.references.get(parameter::TABLE)
            && !catalog.reads_all_parameters
        {
            parameter::refuse_unread(reference, &catalog.built_in_parameters, &catalog.parameters_read)?;
        }
        // Of a node of an unused system there is nothing to test.
        catalog.tests.retain(|test| catalog.nodes.contains_key(&test.node));
        Ok(catalog)
    }

    /// The same nodes and checks with the texts of a release.
    ///
    /// # Errors
    /// When a text is not one statement, or reads what is no longer there.
    pub fn with_texts(&self, texts: &BTreeMap<String, NodeText>) -> Result<Self, WarehouseError> {
        let mut catalog = self.clone();
        // What the release did not know is no part of it.
        catalog.nodes.retain(|name, _| texts.contains_key(name));
        catalog.checks.retain(|name, _| texts.contains_key(name));
        for node in catalog.nodes.values_mut() {
            if let (Some(sql), Some(text)) = (&mut node.sql, texts.get(&node.name)) {
                sql.clone_from(&text.text);
            }
        }
        for check in catalog.checks.values_mut() {
            if let Some(text) = texts.get(&check.name) {
                check.sql.clone_from(&text.text);
            }
        }
        for (name, reference) in &mut catalog.references {
            if let Some(text) = texts.get(name) {
                *reference = reference.with_csv(&text.text)?;
            }
        }
        (catalog.reads, catalog.previous) = (BTreeMap::new(), BTreeMap::new());
        catalog.link(UnusedSystems::AreUnknown)?;
        Ok(catalog)
    }

    /// Add checks that stand in no file of their own.
    ///
    /// # Errors
    /// When one is not SQL or reads what is not there.
    pub fn add_checks(&mut self, checks: impl IntoIterator<Item = SqlCheck>) -> Result<(), WarehouseError> {
        for check in checks {
            let reads = graph::tables_read(&check.name, Path::new(&check.name), &check.sql)?;
            self.reads.insert(check.name.clone(), reads.tables);
            self.refuse_unknown(&check.name, Path::new(&check.name))?;
            self.checks.insert(check.name.clone(), check);
        }
        Ok(())
    }

    /// Of a table with a key, rows of later files go before those of earlier ones; without a key the last file is all of it.
    fn add_reference(&mut self, name: &str, toml: &SqlFile, csvs: &[&SqlFile]) -> Result<(), WarehouseError> {
        let parse = |csv: Option<&&SqlFile>| Reference::parse(&toml.path, &toml.text, csv.map(|c| c.text.as_str()));
        let mut reference = parse(csvs.last())?;
        if name == parameter::TABLE {
            self.built_in_parameters = parameter::values(&parse(csvs.first())?);
        }
        if !reference.key.is_empty() {
            reference = parse(csvs.first())?;
            for csv in csvs.iter().skip(1) {
                reference = reference.followed_by(&csv.text)?;
            }
        }
        self.references.insert(name.to_owned(), reference);
        Ok(())
    }

    fn add_check(&mut self, name: &str, toml: &SqlFile, sql: Option<&SqlFile>) -> Result<(), WarehouseError> {
        let refuse = |message: String| WarehouseError::Node { node: name.to_owned(), path: toml.path.clone(), message };
        let file: CheckFile = toml::from_str(&toml.text).map_err(|e| refuse(e.to_string()))?;
        let sql = sql.ok_or_else(|| refuse(format!("there is no {name}.sql beside it")))?.text.clone();
        let check = SqlCheck { name: name.to_owned(), sql, description: file.description, severity: file.severity };
        self.checks.insert(name.to_owned(), check);
        Ok(())
    }

    /// Read dependencies from the SQL, drop or empty what belongs to unused systems, order the rest.
    fn link(&mut self, unused: UnusedSystems) -> Result<(), WarehouseError> {
        for node in self.nodes.values() {
            let mut reads = match &node.sql {
                Some(sql) => graph::tables_read(&node.name, &node.path, sql)?,
                None => {
                    let tables = node.inputs().map(|(_, table)| table.to_owned()).collect();
                    graph::TablesRead { tables, ..Default::default() }
                }
            };
            // What a check refers to must be there when it is asked.
            let referred = node.checks.references.values().filter_map(|target| target.split('.').next());
            reads.tables.extend(referred.map(str::to_owned));
            self.reads.insert(node.name.clone(), reads.tables);
            self.parameters_read.extend(reads.parameters);
            self.reads_all_parameters |= reads.all_parameters;
            if !reads.previous.is_empty() {
                self.previous.insert(node.name.clone(), reads.previous);
            }
        }
        for check in self.checks.values() {
            let reads = graph::tables_read(&check.name, Path::new(&check.name), &check.sql)?;
            self.reads.insert(check.name.clone(), reads.tables);
            self.parameters_read.extend(reads.parameters);
            self.reads_all_parameters |= reads.all_parameters;
        }
        self.retire_unused_systems(unused);
        for node in self.nodes.values() {
            self.refuse_unknown(&node.name, &node.path)?;
            self.refuse_unkept(node)?;
        }
        for check in self.checks.values() {
            self.refuse_unknown(&check.name, Path::new(&check.name))?;
        }
        self.order = graph::order(&self.nodes, &self.reads)?;
        Ok(())
    }

    fn retire_unused_systems(&mut self, unused: UnusedSystems) {
        let retired: Vec<String> = self
            .nodes
            .values()
            .filter(|n| n.name.starts_with("stg_"))
            .filter(|n| self.reads[&n.name].iter().any(|t| t.starts_with("raw_") && !self.sources.contains_key(t)))
            .map(|n| n.name.clone())
            .collect();
        self.empty_optional_nodes(&retired);
        for name in retired {
            let is_read = self.reads.values().any(|reads| reads.contains(&name));
            match self.nodes.get_mut(&name) {
                Some(node) if is_read && unused == UnusedSystems::DeliverNothing => {
                    node.sql = Some(node.select_nothing());
                    self.reads.insert(name, BTreeSet::new());
                }
                _ => {
                    self.nodes.remove(&name);
                    self.reads.remove(&name);
                }
            }
        }
    }

    /// Nodes that say that they can do without: empty where what they read is not there.
    fn empty_optional_nodes(&mut self, retired: &[String]) {
        let Catalog { nodes, reads, sources, .. } = self;
        for node in nodes.values_mut().filter(|node| node.optional) {
            let is_gone = |t: &String| retired.contains(t) || (t.starts_with("raw_") && !sources.contains_key(t));
            if reads[&node.name].iter().any(is_gone) {
                node.sql = Some(node.select_nothing());
                reads.insert(node.name.clone(), BTreeSet::new());
            }
        }
    }

    fn refuse_unknown(&self, name: &str, path: &Path) -> Result<(), WarehouseError> {
        let Some(unknown) = self.reads[name].iter().find(|t| !self.has_table(t)) else { return Ok(()) };
        let system_off = if unknown.starts_with("stg_") || unknown.starts_with("raw_") {
            ", which belongs to a source system that this project does not use: put a file of the same name into the \
             project's sql folder that reads the project's own systems"
                .to_owned()
        } else {
            let near = nearest(unknown, self.nodes.keys().chain(self.sources.keys()).chain(self.references.keys()));
            near.map_or(String::new(), |n| format!("; did you mean {n}?"))
        };
        let message = format!("reads `{unknown}`{system_off}");
        Err(WarehouseError::Node { node: name.to_owned(), path: path.to_owned(), message })
    }

    /// `previous('...')` must name a node that is kept, and a view has no night of its own to look back from.
    fn refuse_unkept(&self, node: &Node) -> Result<(), WarehouseError> {
        let Some(previous) = self.previous.get(&node.name) else { return Ok(()) };
        let refuse =
            |message: String| Err(WarehouseError::Node { node: node.name.clone(), path: node.path.clone(), message });
        if !node.is_kept() {
            return refuse("a view cannot look back with previous(); make it a table or a partition".to_owned());
        }
        match previous.iter().find(|name| !self.nodes.get(*name).is_some_and(Node::is_kept)) {
            Some(name) => refuse(format!("previous('{name}') names no node that is kept as a table")),
            None => Ok(()),
        }
    }

    /// Columns of a node, a source or a reference table.
    #[must_use]
    pub fn schema_of(&self, table: &str) -> Option<SchemaRef> {
        let node = self.nodes.get(table).map(Node::schema);
        let reference = || self.references.get(table).map(|reference| reference.batch.schema());
        node.or_else(|| self.sources.get(table).cloned()).or_else(reference)
    }

    fn has_table(&self, name: &str) -> bool {
        self.nodes.contains_key(name) || self.sources.contains_key(name) || self.references.contains_key(name)
    }
}

fn folder(path: &Path) -> &str {
    path.parent().and_then(Path::file_name).and_then(|n| n.to_str()).unwrap_or_default()
}

/// The name with the fewest edits, if it is near enough to be a typing error.
pub(crate) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    names
        .map(|name| (datafusion::common::utils::datafusion_strsim::levenshtein(wanted, name), name.as_str()))
        .filter(|(distance, _)| *distance <= wanted.len() / 3 + 1)
        .min()
        .map(|(_, name)| name)
}
