//! One business date, from delivered rows to a release that can be saved: raw tables, nodes in order, checks.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{FieldRef, SchemaRef};
use bank::BusinessDate;
use datafusion::common::ScalarValue;
use datafusion::datasource::{MemTable, TableProvider};
use datafusion::prelude::{SessionContext, ident, lit};
use sha2::{Digest, Sha256};

use crate::catalog::Catalog;
use crate::change::{self, CHANGES_BEFORE, ChangeSet, DELIVERED, STATE_BEFORE};
use crate::compute::CHECK_TABLE;
use crate::error::{WarehouseError, io};
use crate::intake::{BIZ_DATE, TableLoad};
use crate::journal::{DoneDelivery, DoneStep, Journal, NightId};
use crate::kind::NodeKind;
use crate::release::{CheckResult, FORMAT, InputFile, NodeText, Pin, Release};
use crate::row_check::RowChecks;
use crate::session::{Engine, date_literal, register_references};
use crate::table::{Replaces, TableFolder};

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

    /// The step is not done again: it is taken over from the run that was stopped, or from a release.
    fn taken_over(&self, _name: &str) {}
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
    pub kinds: &'a [Arc<dyn NodeKind>],
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
    /// The night's journal: what it did before, if it was stopped.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn journal(&self) -> Result<Journal, WarehouseError> {
        let id = NightId {
            biz_date: self.date.to_string(),
            base: self.base.map(|b| b.number),
            program_version: self.stamp.program_version.clone(),
            settings_sha256: self.stamp.settings_sha256.clone(),
        };
        Journal::open(self.warehouse, &id)
    }

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
            taken_over: BTreeMap::new(),
            observer,
            steps: tables + self.catalog.order.len() + self.catalog.checks.len(),
            done: 0,
        };
        register_references(&night.session, self.catalog)?;
        Ok(night)
    }

    pub(crate) fn refuse_failed(&self, results: &[CheckResult]) -> Result<(), WarehouseError> {
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
        Err(WarehouseError::ChecksFailed {
            date: self.date.to_string(),
            count: failed.len(),
            list: failed.join("\n"),
            results: results.to_vec(),
        })
    }

    pub(crate) fn release(
        &self,
        tables: BTreeMap<String, Pin>,
        checks: Vec<CheckResult>,
        inputs: Vec<InputFile>,
    ) -> Release {
        let text_of = |text: String| NodeText { sha256: hex::encode(Sha256::digest(&text)), text };
        let nodes = self.catalog.nodes.values().map(|node| {
            let text = node.sql.clone().unwrap_or_else(|| node.parameters.to_string());
            (node.name.clone(), text_of(text))
        });
        let sql_checks = self.catalog.checks.values().map(|c| (c.name.clone(), text_of(c.sql.clone())));
        let references = &self.catalog.references;
        let references = references.iter().map(|(name, r)| (name.clone(), text_of(r.csv().to_owned())));
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
            nodes: nodes.chain(sql_checks).chain(references).collect(),
            inputs,
            checks,
            taken_over: Vec::new(),
            months: BTreeMap::new(),
        }
    }
}

/// A night in progress: tables are delivered, then everything is computed from them. Nothing that readers of published
/// releases see is changed.
pub struct OpenNight<'n> {
    pub(crate) night: &'n Night<'n>,
    pub(crate) session: SessionContext,
    pub(crate) pins: BTreeMap<String, Pin>,
    pub(crate) results: Vec<CheckResult>,
    /// Steps of a release that are not done again.
    pub(crate) taken_over: BTreeMap<String, DoneStep>,
    pub(crate) observer: &'n dyn Observer,
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
        let older = before.and_then(|pin| pin.older.clone());
        let mut pin = Pin { version, layer, content, older };
        pin.fold();
        self.pins.insert(name, pin);
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
        let replaces = Replaces::Partitions([night.date.to_string()].into());
        let marked = set.marked(before);
        for (name, schema, sql) in [
            (&set.changes, &set.changes_schema, marked.clone()),
            (&set.state, &set.state_schema, set.carried(before, night.date, &marked)),
        ] {
            let plan = self.session.sql(&sql).await?.into_unoptimized_plan();
            let checks = RowChecks { table: name.clone(), ..RowChecks::default() };
            self.store(name, "raw", schema.clone(), plan, Some(BIZ_DATE), replaces.clone(), &checks).await?;
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
        let replaces = Replaces::Partitions([night.date.to_string()].into());
        self.store(table, "raw", schema, plan, Some(BIZ_DATE), replaces, &checks).await?;
        self.session.deregister_table(STATE_BEFORE)?;
        Ok(())
    }

    /// A table as the release that this night builds on has it, or empty.
    pub(crate) async fn before(
        &self,
        name: &str,
        schema: &SchemaRef,
    ) -> Result<Arc<dyn TableProvider>, WarehouseError> {
        match self.night.base.and_then(|b| b.tables.get(name)) {
            Some(pin) => {
                let folder = TableFolder::new(self.night.warehouse, &pin.layer, name);
                let kept = folder.provider(&self.session, pin.version).await?;
                with_columns(&self.session, kept, schema)
            }
            None => Ok(Arc::new(MemTable::try_new(schema.clone(), vec![vec![]])?)),
        }
    }

    /// Take over the delivery of the same night that was stopped, when its tables still are what it made them.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub async fn take_over_delivery(&mut self, done: &DoneDelivery) -> Result<bool, WarehouseError> {
        let folder = |name: &str, pin: &Pin| TableFolder::new(self.night.warehouse, &pin.layer, name);
        if !done.pins.iter().all(|(name, pin)| folder(name, pin).is_at(pin.version)) {
            return Ok(false);
        }
        for (name, pin) in &done.pins {
            self.step(name);
            let folder = TableFolder::new(self.night.warehouse, &pin.layer, name);
            self.session.register_table(name.as_str(), folder.provider(&self.session, pin.version).await?)?;
            self.pins.insert(name.clone(), pin.clone());
            self.observer.taken_over(name);
        }
        Ok(true)
    }

    /// Take over from a release of the same business date its delivery and the nodes of these names.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub async fn take_over_release(
        &mut self,
        release: &Release,
        is_taken: impl Fn(&str) -> bool,
    ) -> Result<(), WarehouseError> {
        let catalog = self.night.catalog;
        for (name, pin) in &release.tables {
            if catalog.sources.contains_key(name) && name != CHECK_TABLE {
                let folder = TableFolder::new(self.night.warehouse, &pin.layer, name);
                self.session.register_table(name.as_str(), folder.provider(&self.session, pin.version).await?)?;
                self.pins.insert(name.clone(), pin.clone());
            } else if catalog.nodes.contains_key(name) && is_taken(name) {
                let of_table = |c: &&CheckResult| c.check.strip_prefix(name).is_some_and(|r| r.starts_with([' ', '.']));
                let results = release.checks.iter().filter(of_table).cloned().collect();
                let step = DoneStep { name: name.clone(), fingerprint: None, pin: pin.clone(), results };
                self.taken_over.insert(name.clone(), step);
            }
        }
        Ok(())
    }

    /// Everything is delivered; a night that is stopped from here on need not load it again.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn delivered(
        &self,
        inputs: &[InputFile],
        fingerprint: &str,
        journal: &mut Journal,
    ) -> Result<(), WarehouseError> {
        let is_new = |name: &str, pin: &Pin| {
            self.night.base.and_then(|base| base.tables.get(name)).is_none_or(|before| before.version != pin.version)
        };
        let pins = self.pins.iter().filter(|(name, pin)| is_new(name, pin));
        let pins = pins.map(|(name, pin)| (name.clone(), pin.clone())).collect();
        journal.delivered(DoneDelivery { fingerprint: fingerprint.to_owned(), inputs: inputs.to_vec(), pins })
    }

    /// Deliver a small table at once.
    ///
    /// # Errors
    /// As [`OpenNight::commit`].
    pub async fn deliver(&mut self, table: DeliveredTable) -> Result<(), WarehouseError> {
        self.step(&table.name);
        self.keep(table).await
    }

    pub(crate) async fn keep(&mut self, table: DeliveredTable) -> Result<(), WarehouseError> {
        let load = self.begin(&table.name, table.schema, &[])?;
        for batch in &table.batches {
            load.append(load.encode(batch)?)?;
        }
        self.commit(load).await
    }

    pub(crate) fn step(&mut self, name: &str) {
        self.observer.step(self.done, self.steps, name);
        self.done += 1;
    }
}

/// A table as it was before, with the columns that its node has now: those it did not have are null.
fn with_columns(
    session: &SessionContext,
    kept: Arc<dyn TableProvider>,
    schema: &SchemaRef,
) -> Result<Arc<dyn TableProvider>, WarehouseError> {
    let known = kept.schema();
    if schema.fields().iter().all(|field| known.field_with_name(field.name()).is_ok()) {
        return Ok(kept);
    }
    let column = |field: &FieldRef| match known.field_with_name(field.name()) {
        Ok(_) => Ok(ident(field.name())),
        Err(_) => ScalarValue::try_new_null(field.data_type()).map(|null| lit(null).alias(field.name())),
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Ok(session.read_table(kept)?.select(columns)?.into_view())
}
