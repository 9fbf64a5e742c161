//! Unit tests of nodes: rows in, rows out, in `<node>.test.toml` beside the node.
//!
//! ```toml
//! [[test]]
//! name = "a posting counts from its day on"
//! biz_date = "2025-04-30"
//! expect = [{ account_no = "A", balance_avg = "71000.00" }]
//!
//! [test.given]
//! int_account = [{ source_system = "core", account_no = "A", balance = "80000.00" }]
//! "previous('agg_account_month')" = []
//! ```
//!
//! Columns that are not given are null; only columns that are expected are compared, and with `only = "condition"` only
//! those rows; the order of rows does not count.
//! Tables that are not given are empty, views are computed from those that are given, and so are tables named in `compute`; reference
//! tables are the project's own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::util::display::array_value_to_string;
use bank::BusinessDate;
use datafusion::datasource::{MemTable, TableProvider};
use serde::Deserialize;

use crate::catalog::Catalog;
use crate::error::WarehouseError;
use crate::node::Materialisation;
use crate::parameter;
use crate::previous::Previous;
use crate::session::Engine;

/// A test of a node.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeTest {
    /// Node, from the file's name.
    #[serde(skip)]
    pub node: String,
    /// What is shown, a sentence.
    pub name: String,
    /// Business date.
    pub biz_date: String,
    /// Condition on the rows that are compared; all of them when absent.
    only: Option<String>,
    /// Kept tables that are computed from the given rows, as views are.
    #[serde(default)]
    compute: Vec<String>,
    /// Rows of tables that the node reads.
    #[serde(default)]
    given: BTreeMap<String, Vec<toml::Table>>,
    /// Rows that it computes.
    expect: Vec<toml::Table>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TestFile {
    test: Vec<NodeTest>,
}

/// What came of a test: what was expected and not computed, and the other way round. Empty when it passed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Expected rows that were not computed.
    pub missing: Vec<String>,
    /// Computed rows that were not expected.
    pub unexpected: Vec<String>,
}

impl Difference {
    /// Whether the test passed.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty()
    }
}

impl NodeTest {
    /// Read the tests of a node.
    ///
    /// # Errors
    /// [`WarehouseError::Node`] with line, column and reason.
    pub fn parse(node: &str, path: &Path, text: &str) -> Result<Vec<Self>, WarehouseError> {
        let refuse = |message: String| WarehouseError::Node { node: node.to_owned(), path: path.to_owned(), message };
        let file: TestFile = toml::from_str(text).map_err(|e| refuse(e.to_string()))?;
        Ok(file.test.into_iter().map(|test| NodeTest { node: node.to_owned(), ..test }).collect())
    }

    /// Compute the node on the given rows and compare.
    ///
    /// # Errors
    /// When a table or column is not there, a value has not its column's type, or the node cannot be computed.
    pub async fn run(&self, engine: &Engine, catalog: &Catalog) -> Result<Difference, WarehouseError> {
        let refuse = |message: String| {
            let path = catalog.nodes.get(&self.node).map(|n| n.path.clone()).unwrap_or_default();
            WarehouseError::Node { node: self.node.clone(), path, message: format!("test `{}`: {message}", self.name) }
        };
        let node = catalog.nodes.get(&self.node).ok_or_else(|| refuse("there is no such node".to_owned()))?;
        let sql = node.sql.as_deref().ok_or_else(|| refuse("only nodes with SQL can be tested on rows".to_owned()))?;
        let date: BusinessDate = self.biz_date.parse().map_err(|e: bank::BusinessDateError| refuse(e.to_string()))?;
        let session = engine.session(date)?;
        parameter::register(&session, catalog, self.parameters());
        let previous_name = |name: &str| format!("previous('{name}')");
        let views = self.views(catalog);
        let computed: Vec<&String> = views.iter().chain([&self.node]).collect();
        let tables: BTreeSet<&String> = computed.iter().flat_map(|name| &catalog.reads[*name]).collect();
        let previous: BTreeSet<&String> =
            computed.iter().filter_map(|name| catalog.previous.get(*name)).flatten().collect();
        let known: BTreeSet<String> =
            tables.iter().map(|name| (*name).clone()).chain(previous.iter().map(|name| previous_name(name))).collect();
        if let Some(unknown) = self.given.keys().find(|name| !known.contains(*name)) {
            let known: Vec<String> = known.into_iter().collect();
            return Err(refuse(format!("gives rows of {unknown}; the node reads {}", known.join(", "))));
        }
        let mut tables_before = BTreeMap::new();
        for name in previous {
            let given = previous_name(name);
            tables_before.insert(name.clone(), self.table(&given, name, self.given.get(&given), catalog)?);
        }
        Previous::register(&session, tables_before);
        for name in tables.into_iter().filter(|name| !views.contains(name)) {
            let table: Arc<dyn TableProvider> = match (self.given.get(name), catalog.references.get(name)) {
                (None, Some(reference)) => {
                    Arc::new(MemTable::try_new(reference.batch.schema(), vec![vec![reference.batch.clone()]])?)
                }
                (rows, _) => self.table(name, name, rows, catalog)?,
            };
            session.register_table(name.as_str(), table)?;
        }
        for name in &views {
            if let Some(sql) = &catalog.nodes[name].sql {
                let view = session.sql(sql).await.map_err(|e| WarehouseError::from(e).in_node(name))?.into_view();
                session.register_table(name.as_str(), view)?;
            }
        }
        let compared = match &self.only {
            Some(condition) => format!("select * from (\n{sql}\n) as computed where {condition}"),
            None => sql.to_owned(),
        };
        let batches = session.sql(&compared).await?.collect().await?;
        let columns: BTreeSet<&String> = self.expect.iter().flat_map(|row| row.keys()).collect();
        let mut unexpected = Vec::new();
        for batch in &batches {
            for row in 0..batch.num_rows() {
                let mut cells = Vec::new();
                for column in &columns {
                    let values = batch.column_by_name(column);
                    let values = values.ok_or_else(|| refuse(format!("the node has no column `{column}`")))?;
                    let value =
                        if values.is_null(row) { "null".to_owned() } else { array_value_to_string(values, row)? };
                    cells.push(format!("{column}={value}"));
                }
                unexpected.push(cells.join(", "));
            }
        }
        let mut missing = Vec::new();
        for row in &self.expect {
            let cells = columns.iter().map(|column| {
                let value = row.get(*column).map_or_else(|| "null".to_owned(), text);
                format!("{column}={value}")
            });
            let row = cells.collect::<Vec<_>>().join(", ");
            match unexpected.iter().position(|computed| *computed == row) {
                Some(place) => drop(unexpected.swap_remove(place)),
                None => missing.push(row),
            }
        }
        missing.sort();
        unexpected.sort();
        Ok(Difference { missing, unexpected })
    }

    /// Parameters that the test gives, in place of those of the project.
    fn parameters(&self) -> BTreeMap<String, i32> {
        let rows = self.given.get(parameter::TABLE).into_iter().flatten();
        let value = |row: &toml::Table| {
            let name = row.get("parameter")?.as_str()?.to_owned();
            Some((name, i32::try_from(row.get("value")?.as_integer()?).ok()?))
        };
        rows.filter_map(value).collect()
    }

    /// Views and other computed tables that the node reads, directly or through others, and that are not given; in the order of computation.
    fn views(&self, catalog: &Catalog) -> Vec<String> {
        let mut found: BTreeSet<&String> = BTreeSet::new();
        let mut open: Vec<&String> = vec![&self.node];
        while let Some(name) = open.pop() {
            let is_view = |read: &&String| {
                !self.given.contains_key(*read)
                    && catalog.nodes.get(*read).is_some_and(|n| {
                        n.sql.is_some()
                            && (n.materialisation == Materialisation::View || self.compute.contains(&n.name))
                    })
            };
            for read in catalog.reads[name].iter().filter(is_view) {
                if found.insert(read) {
                    open.push(read);
                }
            }
        }
        catalog.order.iter().filter(|name| found.contains(name)).cloned().collect()
    }

    fn table(
        &self,
        given: &str,
        name: &str,
        rows: Option<&Vec<toml::Table>>,
        catalog: &Catalog,
    ) -> Result<Arc<dyn TableProvider>, WarehouseError> {
        let schema = catalog.schema_of(name).ok_or_else(|| WarehouseError::Selection(format!("{name} is unknown")))?;
        let batch = self.batch(given, &schema, rows.map_or(&[], Vec::as_slice), catalog)?;
        Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
    }

    fn batch(
        &self,
        given: &str,
        schema: &SchemaRef,
        rows: &[toml::Table],
        catalog: &Catalog,
    ) -> Result<RecordBatch, WarehouseError> {
        let refuse = |message: String| {
            let path = catalog.nodes.get(&self.node).map(|n| n.path.clone()).unwrap_or_default();
            let message = format!("test `{}`, {given}: {message}", self.name);
            WarehouseError::Node { node: self.node.clone(), path, message }
        };
        let unknown = rows.iter().flat_map(|row| row.keys()).find(|name| schema.field_with_name(name).is_err());
        if let Some(unknown) = unknown {
            return Err(refuse(format!("there is no column `{unknown}`")));
        }
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        let column = |name: &String, to: &DataType| -> Result<ArrayRef, WarehouseError> {
            let texts: StringArray = rows.iter().map(|row| row.get(name).map(text)).collect();
            cast_with_options(&texts, to, &strict).map_err(|e| refuse(format!("column `{name}`: {e}")))
        };
        let columns = schema.fields().iter().map(|f| column(f.name(), f.data_type())).collect::<Result<Vec<_>, _>>()?;
        Ok(RecordBatch::try_new(schema.clone(), columns)?)
    }
}

/// A value as text, without quotes.
fn text(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
