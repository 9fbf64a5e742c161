//! One business date, from delivered rows to a release that can be saved: raw tables, nodes in order, checks.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bank::BusinessDate;
use datafusion::common::ScalarValue;
use datafusion::datasource::{MemTable, TableProvider};
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{DataFrame, SessionContext};
use sha2::{Digest, Sha256};

use crate::catalog::Catalog;
use crate::change::{self, CHANGES_BEFORE, ChangeSet, DELIVERED, STATE_BEFORE};
use crate::check;
use crate::error::{WarehouseError, io};
use crate::history::{BEFORE, INTERVAL_COLUMNS, carry_forward};
use crate::intake::{BIZ_DATE, TableLoad};
use crate::kind::NodeKind;
use crate::node::{Materialisation, Node, PartitionBy, same_type};
use crate::reader::Reader;
use crate::release::{CheckResult, FORMAT, InputFile, NodeText, Pin, Release};
use crate::session::{Engine, date_column, date_literal};
use crate::table::{RowChecks, TableFolder, Write, scan};

/// Table of check outcomes, one row per check and business date.
pub const CHECK_TABLE: &str = "meta_check";

/// Rows of a small table filled by the run.
#[derive(Debug)]
pub struct DeliveredTable {
    /// Table.
    pub name: String,
    /// Its columns; one of them is `biz_date`.
    pub schema: SchemaRef,
    /// Rows.
    pub batches: Vec<RecordBatch>,
}

/// Hears what a night is doing.
pub trait Observer: Send + Sync {
    /// Step `done` of `total` begins.
    fn step(&self, done: usize, total: usize, name: &str);
}

/// Who made a release, and with what.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// Run.
    pub run_id: String,
    /// Wall clock, UTC.
    pub created_at: String,
    /// Program version.
    pub program_version: String,
    /// SHA-256 of the settings.
    pub settings_sha256: String,
}

/// What a night needs.
pub struct Night<'a> {
    /// Machine limits.
    pub engine: &'a Engine,
    /// Warehouse folder.
    pub warehouse: &'a Path,
    /// Nodes, sources, references, checks.
    pub catalog: &'a Catalog,
    /// Kinds of Rust code.
    pub kinds: &'a [Box<dyn NodeKind>],
    /// Business date.
    pub date: BusinessDate,
    /// Release to build on; `None` starts from nothing.
    pub base: Option<&'a Release>,
    /// Number of the release to make.
    pub number: u64,
    /// Who makes it.
    pub stamp: &'a Stamp,
}

impl Night<'_> {
    /// Begin: `tables` tables will be delivered before everything is computed.
    ///
    /// # Errors
    /// When the engine cannot be set up.
    pub fn open<'n>(&'n self, tables: usize, observer: &'n dyn Observer) -> Result<OpenNight<'n>, WarehouseError> {
        let night = OpenNight {
            night: self,
            session: self.engine.session(self.date)?,
            pins: self.base.map(|b| b.tables.clone()).unwrap_or_default(),
            results: Vec::new(),
            observer,
            steps: tables + self.catalog.order.len() + self.catalog.checks.len(),
            done: 0,
        };
        night.register_references()?;
        Ok(night)
    }

    fn refuse_failed(&self, results: &[CheckResult]) -> Result<(), WarehouseError> {
        let failed: Vec<String> = results
            .iter()
            .filter(|r| r.failed_rows > 0 && r.severity == "error")
            .map(|r| {
                let example = r.example.as_ref().map_or(String::new(), |e| format!("; first: {e}"));
                format!("  {}: {} failing row(s){example}", r.check, r.failed_rows)
            })
            .collect();
        if failed.is_empty() {
            return Ok(());
        }
        Err(WarehouseError::ChecksFailed { date: self.date.to_string(), count: failed.len(), list: failed.join("\n") })
    }

    fn release(&self, tables: BTreeMap<String, Pin>, checks: Vec<CheckResult>, inputs: Vec<InputFile>) -> Release {
        let text_of = |text: String| NodeText { sha256: hex::encode(Sha256::digest(&text)), text };
        let nodes = self.catalog.nodes.values().map(|node| {
            let text = node.sql.clone().unwrap_or_else(|| node.parameters.to_string());
            (node.name.clone(), text_of(text))
        });
        let sql_checks = self.catalog.checks.values().map(|c| (c.name.clone(), text_of(c.sql.clone())));
        let mut biz_dates = self.base.map(|b| b.biz_dates.clone()).unwrap_or_default();
        biz_dates.push(self.date.to_string());
        Release {
            format: FORMAT,
            number: self.number,
            previous: self.base.map(|b| b.number),
            biz_date: self.date.to_string(),
            biz_dates,
            run_id: self.stamp.run_id.clone(),
            created_at: self.stamp.created_at.clone(),
            program_version: self.stamp.program_version.clone(),
            settings_sha256: self.stamp.settings_sha256.clone(),
            tables,
            nodes: nodes.chain(sql_checks).collect(),
            inputs,
            checks,
        }
    }
}

/// A night in progress: tables are delivered, then everything is computed from them. Nothing that readers of published
/// releases see is changed.
pub struct OpenNight<'n> {
    night: &'n Night<'n>,
    session: SessionContext,
    pins: BTreeMap<String, Pin>,
    results: Vec<CheckResult>,
    observer: &'n dyn Observer,
    steps: usize,
    done: usize,
}

impl OpenNight<'_> {
    /// Begin to load a table, `<layer>_...`, whose column `biz_date` is the night's and whose rows `key` identifies.
    ///
    /// # Errors
    /// When its columns cannot be stored.
    pub fn load(&mut self, table: &str, schema: SchemaRef, key: &[String]) -> Result<TableLoad, WarehouseError> {
        self.step(table);
        self.begin(table, schema, key)
    }

    fn begin(&self, table: &str, schema: SchemaRef, key: &[String]) -> Result<TableLoad, WarehouseError> {
        let Night { warehouse, date, stamp, .. } = self.night;
        let layer = table.split('_').next().unwrap_or("raw");
        TableLoad::new(warehouse, layer, table, schema, key, *date, &stamp.run_id)
    }

    /// What was loaded becomes the table's rows of this night.
    ///
    /// # Errors
    /// When the columns are not those of the table's history, or the disk fails.
    pub async fn commit(&mut self, load: TableLoad) -> Result<(), WarehouseError> {
        let name = load.name().to_owned();
        self.pin(load).await.map_err(|e| e.in_node(&name))
    }

    async fn pin(&mut self, load: TableLoad) -> Result<(), WarehouseError> {
        let name = load.name().to_owned();
        let layer = name.split('_').next().unwrap_or("raw").to_owned();
        let before = self.pins.get(&name);
        let mut content = before.map(|pin| pin.content.clone()).unwrap_or_default();
        let (version, rows, written) = load.commit(&self.session, before.map(|p| p.version)).await?;
        self.session.deregister_table(name.as_str())?;
        self.session.register_table(name.as_str(), rows)?;
        content.insert(date_literal(self.night.date).to_string(), written);
        self.pins.insert(name, Pin { version, layer, content });
        Ok(())
    }

    /// Begin to load a file of changes; its rows stand apart until [`OpenNight::change`].
    ///
    /// # Errors
    /// When its columns cannot be stored.
    pub fn load_changes(&mut self, table: &str, schema: SchemaRef) -> Result<TableLoad, WarehouseError> {
        self.step(table);
        let Night { engine, date, stamp, .. } = self.night;
        TableLoad::new(&engine.spill_dir, "changes", table, schema, &[], *date, &stamp.run_id)
    }

    /// What was loaded changes the state of the business date before into that of this one, and is kept.
    ///
    /// # Errors
    /// [`WarehouseError::NoState`] when nothing was delivered whole before.
    pub async fn change(&mut self, load: TableLoad, set: &ChangeSet) -> Result<(), WarehouseError> {
        self.apply(load, set).await.map_err(|e| e.in_node(&set.state))
    }

    async fn apply(&mut self, load: TableLoad, set: &ChangeSet) -> Result<(), WarehouseError> {
        let night = self.night;
        let before = night.base.and_then(|b| b.biz_date.parse().ok());
        let (Some(before), Some(_)) = (before, self.pins.get(&set.state)) else {
            return Err(WarehouseError::NoState(set.state.clone()));
        };
        let folder = night.engine.spill_dir.join("changes").join(load.name());
        let (_, delivered, _) = load.commit(&self.session, None).await?;
        self.session.register_table(DELIVERED, delivered)?;
        self.session.register_table(STATE_BEFORE, self.before(&set.state, &set.state_schema).await?)?;
        self.session.register_table(CHANGES_BEFORE, self.before(&set.changes, &set.changes_schema).await?)?;
        let partition = || Some((BIZ_DATE.to_owned(), date_literal(night.date)));
        let marked = set.marked(before);
        for (name, schema, sql) in [
            (&set.changes, &set.changes_schema, marked.clone()),
            (&set.state, &set.state_schema, set.carried(before, night.date, &marked)),
        ] {
            let plan = self.session.sql(&sql).await?.into_unoptimized_plan();
            let checks = RowChecks { table: name.clone(), ..RowChecks::default() };
            self.store(name, "raw", schema.clone(), plan, partition(), &checks).await?;
        }
        for name in [DELIVERED, STATE_BEFORE, CHANGES_BEFORE] {
            self.session.deregister_table(name)?;
        }
        std::fs::remove_dir_all(&folder).map_err(io(&folder))
    }

    /// Nothing came: the state of the business date before stands for this one too.
    ///
    /// # Errors
    /// [`WarehouseError::NoState`] when nothing was delivered before.
    pub async fn carry(&mut self, table: &str, schema: SchemaRef) -> Result<(), WarehouseError> {
        self.step(table);
        let night = self.night;
        let before: Option<BusinessDate> = night.base.and_then(|b| b.biz_date.parse().ok());
        let (Some(before), Some(_)) = (before, self.pins.get(table)) else {
            return Err(WarehouseError::NoState(table.to_owned()));
        };
        self.session.register_table(STATE_BEFORE, self.before(table, &schema).await?)?;
        let plan = self.session.sql(&change::carried_whole(&schema, before, night.date)).await?.into_unoptimized_plan();
        let checks = RowChecks { table: table.to_owned(), ..RowChecks::default() };
        let partition = Some((BIZ_DATE.to_owned(), date_literal(night.date)));
        self.store(table, "raw", schema, plan, partition, &checks).await?;
        self.session.deregister_table(STATE_BEFORE)?;
        Ok(())
    }

    /// A table as the release that this night builds on has it, or empty.
    async fn before(&self, name: &str, schema: &SchemaRef) -> Result<Arc<dyn TableProvider>, WarehouseError> {
        match self.night.base.and_then(|b| b.tables.get(name)) {
            Some(pin) => {
                let folder = TableFolder::new(self.night.warehouse, &pin.layer, name);
                folder.provider(&self.session, pin.version).await
            }
            None => Ok(Arc::new(MemTable::try_new(schema.clone(), vec![vec![]])?)),
        }
    }

    /// Deliver a small table at once.
    ///
    /// # Errors
    /// As [`OpenNight::commit`].
    pub async fn deliver(&mut self, table: DeliveredTable) -> Result<(), WarehouseError> {
        self.step(&table.name);
        self.keep(table).await
    }

    async fn keep(&mut self, table: DeliveredTable) -> Result<(), WarehouseError> {
        let load = self.begin(&table.name, table.schema, &[])?;
        for batch in &table.batches {
            load.append(load.encode(batch)?)?;
        }
        self.commit(load).await
    }

    /// Compute everything for the business date; the reader answers from what was computed. `inputs` are the files of
    /// the delivered tables, for the release.
    ///
    /// # Errors
    /// [`WarehouseError::ChecksFailed`] when a blocking check fails, or the first node that cannot be computed.
    pub async fn compute(mut self, inputs: Vec<InputFile>) -> Result<(Release, Reader), WarehouseError> {
        self.register_sources().await?;
        let catalog = self.night.catalog;
        for name in &catalog.order {
            self.step(name);
            self.compute_node(&catalog.nodes[name]).await.map_err(|e| e.in_node(name))?;
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

    fn step(&mut self, name: &str) {
        self.observer.step(self.done, self.steps, name);
        self.done += 1;
    }

    fn register_references(&self) -> Result<(), WarehouseError> {
        for (name, reference) in &self.night.catalog.references {
            let table = MemTable::try_new(reference.batch.schema(), vec![vec![reference.batch.clone()]])?;
            self.session.register_table(name.as_str(), Arc::new(table))?;
        }
        Ok(())
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

    async fn compute_node(&mut self, node: &Node) -> Result<(), WarehouseError> {
        if node.materialisation == Materialisation::View {
            let frame = self.select(node, node.sql.as_deref().unwrap_or_default()).await?;
            self.session.register_table(node.name.as_str(), frame.into_view())?;
            return Ok(());
        }
        let plan = match (&node.sql, node.materialisation) {
            (None, _) => self.compute_kind(node).await?,
            (Some(sql), Materialisation::History) => self.carry_history(node, sql).await?,
            (Some(sql), _) => self.select(node, sql).await?.into_unoptimized_plan(),
        };
        let partition = node.partition_by.map(|by| match by {
            PartitionBy::BizDate => ("biz_date".to_owned(), date_literal(self.night.date)),
            PartitionBy::Month => ("month".to_owned(), date_literal(self.night.date.month_start())),
        });
        let mut not_null = node.key.clone();
        not_null.extend(node.checks.not_null.iter().filter(|c| !node.key.contains(c)).cloned());
        let accepted = &node.checks.accepted;
        let checks = RowChecks {
            table: node.name.clone(),
            key: node.key.clone(),
            not_null,
            accepted: accepted.iter().map(|(c, v)| (c.clone(), v.iter().cloned().collect())).collect(),
        };
        self.store(&node.name, &node.layer, node.schema(), plan, partition, &checks).await
    }

    /// Plan a node's SELECT and hold it against its description.
    async fn select(&self, node: &Node, sql: &str) -> Result<DataFrame, WarehouseError> {
        let frame = self.session.sql(sql).await?;
        refuse_other_columns(node, frame.schema().as_arrow())?;
        Ok(frame)
    }

    async fn carry_history(&mut self, node: &Node, sql: &str) -> Result<LogicalPlan, WarehouseError> {
        self.select(node, sql).await?;
        let before: Arc<dyn TableProvider> = match self.pins.get(&node.name) {
            Some(pin) => {
                let folder = TableFolder::new(self.night.warehouse, &pin.layer, &node.name);
                folder.provider(&self.session, pin.version).await?
            }
            None => Arc::new(MemTable::try_new(node.schema(), vec![vec![]])?),
        };
        self.session.register_table(BEFORE, before)?;
        let frame = self.session.sql(&carry_forward(node, sql)).await?;
        self.session.deregister_table(BEFORE)?;
        Ok(frame.into_unoptimized_plan())
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
            Some(input) => as_described(&input.schema(), &batches)?,
            None => batches,
        };
        let output = kind.run(node, &input, self.night.date).map_err(WarehouseError::Kind)?;
        let schema = output.first().map_or_else(|| node.schema(), RecordBatch::schema);
        refuse_other_columns(node, &schema)?;
        let rows = MemTable::try_new(schema, vec![output])?;
        Ok(self.session.read_table(Arc::new(rows))?.into_unoptimized_plan())
    }

    /// Write, pin, register, and check what was written.
    async fn store(
        &mut self,
        name: &str,
        layer: &str,
        schema: SchemaRef,
        plan: LogicalPlan,
        partition: Option<(String, ScalarValue)>,
        checks: &RowChecks,
    ) -> Result<(), WarehouseError> {
        let folder = TableFolder::new(self.night.warehouse, layer, name);
        let before = self.pins.get(name);
        let base = before.map(|p| p.version);
        let partition_value = partition.as_ref().map(|(_, value)| value.to_string()).unwrap_or_default();
        let select = match &partition {
            Some((column, value)) => format!("select * from {name} where {column} = date '{value}'"),
            None => format!("select * from {name}"),
        };
        let mut content = match (&partition, before) {
            (Some(_), Some(pin)) => pin.content.clone(),
            _ => BTreeMap::new(),
        };
        let (version, rows) = folder.write(&self.session, Write { schema, plan, partition, base }).await?;
        self.session.deregister_table(name)?;
        self.session.register_table(name, rows)?;
        let (written, results) = scan(&self.session, &select, checks).await?;
        content.insert(partition_value, written);
        self.results.extend(results);
        self.pins.insert(name.to_owned(), Pin { version, layer: layer.to_owned(), content });
        Ok(())
    }

    async fn record_checks(&mut self) -> Result<(), WarehouseError> {
        let date = self.night.date;
        let texts = |of: &dyn Fn(&CheckResult) -> Option<String>| -> ArrayRef {
            Arc::new(self.results.iter().map(of).collect::<StringArray>())
        };
        let batch = RecordBatch::try_new(
            check_schema(),
            vec![
                Arc::new(date_column(date, self.results.len())),
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

/// Plan every SQL node and check on empty tables and hold it against its description, so that a mistake is found before
/// the night. The names of the tables that are read come from the same catalog as a night's.
///
/// # Errors
/// The first node or check that cannot be planned.
pub async fn dry_plan(engine: &Engine, catalog: &Catalog, date: BusinessDate) -> Result<(), WarehouseError> {
    let session = engine.session(date)?;
    let empty = |schema: SchemaRef| MemTable::try_new(schema, vec![vec![]]).map(Arc::new);
    for (name, schema) in &catalog.sources {
        session.register_table(name.as_str(), empty(schema.clone())?)?;
    }
    for (name, reference) in &catalog.references {
        session.register_table(name.as_str(), empty(reference.batch.schema())?)?;
    }
    for name in &catalog.order {
        let node = &catalog.nodes[name];
        if let Some(sql) = &node.sql {
            let frame = session.sql(sql).await.map_err(|e| WarehouseError::from(e).in_node(name))?;
            refuse_other_columns(node, frame.schema().as_arrow())?;
        }
        session.register_table(name.as_str(), empty(node.schema())?)?;
    }
    for check in catalog.checks.values() {
        session.sql(&check.sql).await.map_err(|e| WarehouseError::from(e).in_node(&check.name))?;
    }
    Ok(())
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

/// A node's computed columns must be the described ones, in name, order and type.
///
/// # Errors
/// [`WarehouseError::Node`] listing the differences.
pub fn refuse_other_columns(node: &Node, computed: &Schema) -> Result<(), WarehouseError> {
    let is_history = node.materialisation == Materialisation::History;
    let described: Vec<(String, DataType)> = node
        .columns
        .iter()
        .filter(|c| !(is_history && INTERVAL_COLUMNS.contains(&c.name.as_str())))
        .map(|c| (c.name.clone(), c.arrow_type().unwrap_or(DataType::Null)))
        .collect();
    let mut differences: Vec<String> = described
        .iter()
        .filter_map(|(name, wanted)| match computed.field_with_name(name) {
            Err(_) => Some(format!("`{name}` is described and not computed")),
            Ok(field) if !same_type(wanted, field.data_type()) => {
                Some(format!("`{name}` is described as {wanted} and computed as {}", field.data_type()))
            }
            Ok(_) => None,
        })
        .collect();
    let is_described = |name: &String| described.iter().any(|(d, _)| d == name);
    differences.extend(
        computed
            .fields()
            .iter()
            .filter(|f| !is_described(f.name()))
            .map(|f| format!("`{}` ({}) is computed and not described", f.name(), f.data_type())),
    );
    let in_order = described.iter().map(|(n, _)| n).eq(computed.fields().iter().map(|f| f.name()));
    if differences.is_empty() && !in_order {
        differences.push("the columns are described in another order".to_owned());
    }
    if differences.is_empty() {
        return Ok(());
    }
    let message = differences.join("; ");
    Err(WarehouseError::Node { node: node.name.clone(), path: node.path.clone(), message })
}

/// Cast columns to the described representation (text may have been a view).
fn as_described(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<RecordBatch>, WarehouseError> {
    let cast = |batch: &RecordBatch| -> Result<RecordBatch, WarehouseError> {
        let columns = schema
            .fields()
            .iter()
            .map(|field| {
                let index = batch.schema().index_of(field.name())?;
                arrow::compute::cast(batch.column(index), field.data_type())
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(RecordBatch::try_new(schema.clone(), columns)?)
    };
    batches.iter().map(cast).collect()
}
