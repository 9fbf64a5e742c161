//! The computing half of a night: nodes in order, checks, release.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::datasource::{MemTable, TableProvider};
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::DataFrame;

use crate::check;
use crate::described::refuse_other_columns;
use crate::error::WarehouseError;
use crate::history::{BEFORE, OPEN_END, PARTITION, carry_forward};
use crate::journal::{DoneStep, Journal, fingerprints};
use crate::night::{DeliveredTable, OpenNight};
use crate::node::{Materialisation, Node};
use crate::previous::Previous;
use crate::reader::Reader;
use crate::release::{CheckResult, InputFile, Pin, Release};
use crate::row_check::RowChecks;
use crate::session::date_column;
use crate::store::{Store, described};
use crate::table::{Replaces, TableFolder};

/// Table of check outcomes, one row per check and business date.
pub const CHECK_TABLE: &str = "meta_check";

impl OpenNight<'_> {
    /// Compute everything for the business date; the reader answers from what was computed. `inputs` are the files of
    /// the delivered tables, for the release; `delivery` is a hash of all that they were loaded with.
    ///
    /// # Errors
    /// [`WarehouseError::ChecksFailed`] when a blocking check fails, or the first node that cannot be computed.
    pub async fn compute(
        mut self,
        inputs: Vec<InputFile>,
        delivery: &str,
        journal: &mut Journal,
    ) -> Result<(Release, Reader), WarehouseError> {
        self.register_sources().await?;
        self.register_previous().await?;
        let catalog = self.night.catalog;
        let fingerprints = fingerprints(catalog, delivery)?;
        for name in &catalog.order {
            self.step(name);
            let node = &catalog.nodes[name];
            let fingerprint = &fingerprints[name];
            let is_done = self.take_over(node, fingerprint, journal).await?;
            if !is_done {
                let results_before = self.results.len();
                self.compute_node(node).await.map_err(|e| e.in_node(name))?;
                if let (true, Some(pin)) = (node.is_kept(), self.pins.get(name)) {
                    let results = self.results[results_before..].to_vec();
                    let (name, fingerprint, pin) = (name.clone(), Some(fingerprint.clone()), pin.clone());
                    journal.done(DoneStep { name, fingerprint, pin, results })?;
                }
            }
        }
        for check in catalog.checks.values() {
            self.step(&check.name);
            let result = check::run(&self.session, check).await.map_err(|e| e.in_node(&check.name))?;
            self.results.push(result);
        }
        self.record_checks().await?;
        let OpenNight { night, pins, results, session, .. } = self;
        night.refuse_failed(&results)?;
        Ok((night.release(pins, results, inputs), Reader::of_session(session)))
    }

    /// Take over what the same night did before it was stopped.
    async fn take_over(
        &mut self,
        node: &Node,
        fingerprint: &str,
        journal: &mut Journal,
    ) -> Result<bool, WarehouseError> {
        let stopped = journal.steps.remove(&node.name).filter(|done| done.fingerprint.as_deref() == Some(fingerprint));
        let Some(done) = self.taken_over.remove(&node.name).or(stopped) else { return Ok(false) };
        let folder = TableFolder::new(self.night.warehouse, &done.pin.layer, &done.name);
        if done.fingerprint.is_some() && !folder.is_at(done.pin.version) {
            return Ok(false);
        }
        let rows = folder.provider(&self.session, done.pin.version).await?;
        self.session.deregister_table(done.name.as_str())?;
        self.session.register_table(done.name.as_str(), rows)?;
        self.observer.taken_over(&done.name);
        self.results.extend(done.results);
        self.pins.insert(done.name, done.pin);
        Ok(true)
    }

    /// Sources that nothing was delivered for tonight stand as they were, or empty.
    async fn register_sources(&self) -> Result<(), WarehouseError> {
        for (name, schema) in &self.night.catalog.sources {
            if self.session.table_exist(name.as_str())? {
                continue;
            }
            let provider: Arc<dyn TableProvider> = match self.pins.get(name) {
                Some(pin) => {
                    let folder = TableFolder::new(self.night.warehouse, &pin.layer, name);
                    folder.provider(&self.session, pin.version).await?
                }
                None => Arc::new(MemTable::try_new(schema.clone(), vec![vec![]])?),
            };
            self.session.register_table(name.as_str(), provider)?;
        }
        Ok(())
    }

    /// What nodes ask for with `previous('...')`, from the release that this night builds on.
    async fn register_previous(&self) -> Result<(), WarehouseError> {
        let catalog = self.night.catalog;
        let mut tables = BTreeMap::new();
        for name in catalog.previous.values().flatten() {
            if let Some(node) = catalog.nodes.get(name) {
                tables.insert(name.clone(), self.before(name, &node.schema()).await?);
            }
        }
        Previous::register(&self.session, tables);
        Ok(())
    }

    async fn compute_node(&mut self, node: &Node) -> Result<(), WarehouseError> {
        if !node.is_kept() {
            let frame = self.select(node, node.sql.as_deref().unwrap_or_default()).await?;
            self.session.register_table(node.name.as_str(), frame.into_view())?;
            return Ok(());
        }
        let checks = node.row_checks();
        match (&node.sql, node.materialisation) {
            (Some(sql), Materialisation::History) => self.carry_history(node, sql, &checks).await?,
            (sql, _) => {
                let plan = match sql {
                    Some(sql) => self.select(node, sql).await?.into_unoptimized_plan(),
                    None => self.compute_kind(node).await?,
                };
                let partition = node.partition_column();
                let replaces = match node.partition_of(self.night.date) {
                    Some(value) => Replaces::Partitions([value].into()),
                    None => Replaces::All,
                };
                self.store(&node.name, &node.layer, node.schema(), plan, partition, replaces, &checks).await?;
            }
        }
        let (before, rows) = (self.rows_before(&node.name), self.rows(&node.name));
        let results = check::of_node(&self.session, node, self.night.date, before, rows).await?;
        self.results.extend(results);
        Ok(())
    }

    fn rows(&self, name: &str) -> u64 {
        self.pins.get(name).map_or(0, Pin::rows)
    }

    fn rows_before(&self, name: &str) -> Option<u64> {
        self.night.base.and_then(|base| base.tables.get(name)).map(Pin::rows)
    }

    /// Plan a node's SELECT and hold it against its description.
    async fn select(&self, node: &Node, sql: &str) -> Result<DataFrame, WarehouseError> {
        let frame = self.session.sql(sql).await?;
        refuse_other_columns(node, frame.schema().as_arrow())?;
        Ok(frame)
    }

    async fn carry_history(&mut self, node: &Node, sql: &str, checks: &RowChecks) -> Result<(), WarehouseError> {
        self.select(node, sql).await?;
        // A history that an older program kept in another way is written anew, whole.
        let is_kept_otherwise = match self.pins.get(&node.name) {
            Some(pin) => {
                let folder = TableFolder::new(self.night.warehouse, &pin.layer, &node.name);
                folder.partition_columns(pin.version).await? != [PARTITION]
            }
            None => false,
        };
        self.session.register_table(BEFORE, self.before(&node.name, &node.schema()).await?)?;
        let frame = self.session.sql(&carry_forward(node, sql, is_kept_otherwise)).await?;
        self.session.deregister_table(BEFORE)?;
        let replaces = match is_kept_otherwise {
            true => Replaces::All,
            false => Replaces::Partitions([OPEN_END.to_owned(), self.night.date.to_string()].into()),
        };
        let plan = frame.into_unoptimized_plan();
        self.store(&node.name, &node.layer, node.schema(), plan, Some(PARTITION), replaces, checks).await
    }

    async fn compute_kind(&self, node: &Node) -> Result<LogicalPlan, WarehouseError> {
        let wanted = node.kind.as_deref().unwrap_or_default();
        let kind = self.night.kinds.iter().find(|k| k.name() == wanted).ok_or_else(|| {
            let known: Vec<&str> = self.night.kinds.iter().map(|k| k.name()).collect();
            let message = format!("unknown kind `{wanted}`; known are {}", known.join(", "));
            WarehouseError::Node { node: node.name.clone(), path: node.path.clone(), message }
        })?;
        let input_name = node.input.as_deref().unwrap_or_default();
        let batches = self.session.table(input_name).await?.collect().await?;
        let input = match self.night.catalog.nodes.get(input_name) {
            Some(input) => {
                let schema = input.schema();
                batches.iter().map(|batch| described(&schema, batch)).collect::<Result<_, _>>()?
            }
            None => batches,
        };
        let output = kind.run(node, &input, self.night.date).map_err(WarehouseError::Kind)?;
        let schema = output.first().map_or_else(|| node.schema(), RecordBatch::schema);
        refuse_other_columns(node, &schema)?;
        let rows = MemTable::try_new(schema, vec![output])?;
        Ok(self.session.read_table(Arc::new(rows))?.into_unoptimized_plan())
    }

    /// Write, pin, register, and check what is written.
    #[expect(clippy::too_many_arguments, reason = "a table's name, place and columns belong to one write")]
    pub(crate) async fn store(
        &mut self,
        name: &str,
        layer: &str,
        schema: SchemaRef,
        plan: LogicalPlan,
        partition: Option<&str>,
        replaces: Replaces,
        checks: &RowChecks,
    ) -> Result<(), WarehouseError> {
        let folder = TableFolder::new(self.night.warehouse, layer, name);
        let before = self.pins.get(name);
        let base = before.map(|pin| pin.version);
        let store = Store {
            folder: &folder,
            schema,
            plan,
            partition,
            replaces,
            base,
            checks,
            run_id: &self.night.stamp.run_id,
            threads: self.night.engine.threads,
        };
        let stored = store.run(&self.session).await?;
        let mut content = match (&stored.replaced, before) {
            (Replaces::Partitions(_), Some(pin)) => pin.content.clone(),
            _ => BTreeMap::new(),
        };
        content.extend(stored.content);
        self.session.deregister_table(name)?;
        self.session.register_table(name, stored.rows)?;
        self.results.extend(stored.results);
        let (version, layer) = (stored.version, layer.to_owned());
        self.pins.insert(name.to_owned(), Pin { version, layer, content });
        Ok(())
    }

    async fn record_checks(&mut self) -> Result<(), WarehouseError> {
        let texts = |of: &dyn Fn(&CheckResult) -> Option<String>| -> ArrayRef {
            Arc::new(self.results.iter().map(of).collect::<StringArray>())
        };
        let batch = RecordBatch::try_new(
            check_schema(),
            vec![
                Arc::new(date_column(self.night.date, self.results.len())),
                texts(&|r| Some(r.check.clone())),
                texts(&|r| Some(r.severity.clone())),
                Arc::new(self.results.iter().map(|r| i64::try_from(r.failed_rows).ok()).collect::<Int64Array>()),
                texts(&|r| r.example.clone()),
            ],
        )?;
        let table = DeliveredTable { name: CHECK_TABLE.to_owned(), schema: check_schema(), batches: vec![batch] };
        self.keep(table).await
    }
}

/// Columns of [`CHECK_TABLE`].
#[must_use]
pub fn check_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("biz_date", DataType::Date32, true),
        Field::new("check_name", DataType::Utf8, true),
        Field::new("severity", DataType::Utf8, true),
        Field::new("failed_rows", DataType::Int64, true),
        Field::new("example", DataType::Utf8, true),
    ]))
}
