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
use crate::kind_run::KindRun;
use crate::night::{DeliveredTable, Night, OpenNight};
use crate::node::{Materialisation, Node};
use crate::previous::Previous;
use crate::reader::Reader;
use crate::release::{CheckResult, InputFile, Pin, Release};
use crate::row_check::RowChecks;
use crate::session::{cause, date_column};
use crate::store::Store;
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
                let computed = self.compute_node(node).await;
                computed.map_err(|e| cause(&self.session, e).in_node(name))?;
                if let (true, Some(pin)) = (node.is_kept(), self.pins.get(name)) {
                    let results = self.results[results_before..].to_vec();
                    let (name, fingerprint, pin) = (name.clone(), Some(fingerprint.clone()), pin.clone());
                    journal.done(DoneStep { name, fingerprint, pin, results })?;
                }
            }
        }
        for check in catalog.checks.values() {
            self.step(&check.name);
            self.choose_joins(&catalog.reads[&check.name]);
            let result = check::run(&self.session, check).await;
            let result = result.map_err(|e| cause(&self.session, e).in_node(&check.name))?;
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
        self.choose_joins(&self.night.catalog.reads[&node.name]);
        if !node.is_kept() {
            // It may have been a table in releases before.
            self.pins.remove(&node.name);
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
        // A history that was kept in another way, or with other columns, is written anew, whole.
        let is_kept_otherwise = match self.pins.get(&node.name) {
            Some(pin) => {
                let folder = TableFolder::new(self.night.warehouse, &pin.layer, &node.name);
                !folder.is_kept_as(pin.version, &node.schema(), PARTITION).await?
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
        let Night { kinds, date, catalog, .. } = self.night;
        let run = KindRun::plan(kinds, node, *date, &self.session, catalog).await?;
        Ok(self.session.read_table(Arc::new(run.rows().await?))?.into_unoptimized_plan())
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
        let (mut content, older) = match (&stored.replaced, before) {
            (Replaces::Partitions(values), Some(pin)) => {
                if let Some(value) = values.iter().find(|value| pin.is_older(value)) {
                    return Err(WarehouseError::TooOld { table: name.to_owned(), partition: value.clone() });
                }
                (pin.content.clone(), pin.older.clone())
            }
            _ => (BTreeMap::new(), None),
        };
        content.extend(stored.content);
        self.session.deregister_table(name)?;
        self.session.register_table(name, stored.rows)?;
        self.results.extend(stored.results);
        let (version, layer) = (stored.version, layer.to_owned());
        let mut pin = Pin { version, layer, content, older };
        pin.fold();
        self.pins.insert(name.to_owned(), pin);
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

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::catalog::{Catalog, SqlFile, UnusedSystems};
    use crate::night::{Night, Observer, Stamp};
    use crate::session::Engine;

    struct Nobody;

    impl Observer for Nobody {
        fn step(&self, _: usize, _: usize, _: &str) {}
    }

    const COLUMNS: &str = r#"
        { name = "customer", type = "text", class = "C1", description = "c" },
        { name = "mobile", type = "text", class = "C1", description = "m" },"#;

    /// A delivered table of customers, their history, and what it was yesterday.
    fn catalog() -> Catalog {
        catalog_with("", "")
    }

    /// The history with one more column.
    fn catalog_with(expression: &str, column: &str) -> Catalog {
        let head = "description = \"d\"\ngrain = \"g\"\nowner = \"o\"\n";
        let file = |path: &str, text: String| SqlFile { path: PathBuf::from(path), text };
        let interval = "{ name = \"valid_from\", type = \"date\", class = \"C1\", description = \"f\" },\
                        { name = \"valid_to\", type = \"date\", class = \"C1\", description = \"t\" },";
        let count = "{ name = \"known\", type = \"int\", class = \"C1\", description = \"n\" },";
        let files = [
            file(
                "history/hist_c.sql",
                format!("select customer, mobile{expression} from raw_c where biz_date = biz_date()"),
            ),
            file(
                "history/hist_c.toml",
                format!(
                    "{head}materialisation = \"history\"\nkey = [\"customer\", \"valid_from\"]\ncolumns = [{COLUMNS}{column}{interval}]"
                ),
            ),
            file("metrics/agg_n.sql", "select count(*) as known from previous('hist_c')".into()),
            file(
                "metrics/agg_n.toml",
                format!("{head}materialisation = \"table\"\nkey = [\"known\"]\ncolumns = [{count}]"),
            ),
        ];
        let sources = [("raw_c".to_owned(), raw_schema()), (CHECK_TABLE.to_owned(), check_schema())].into();
        Catalog::read(&files, sources, UnusedSystems::AreUnknown).unwrap()
    }

    fn raw_schema() -> SchemaRef {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        Arc::new(Schema::new(vec![text("customer"), text("mobile"), Field::new("biz_date", DataType::Date32, true)]))
    }

    /// One night with these customers; with `old_form` the history is then rewritten as format 1 kept it.
    async fn night(
        warehouse: &Path,
        catalog: &Catalog,
        date: &str,
        base: Option<&Release>,
        customers: &[(&str, &str)],
        old_form: bool,
    ) -> (Release, Vec<String>, String) {
        let date = date.parse().unwrap();
        let spill_dir = warehouse.join("_spill");
        let engine = Engine { threads: 2, memory_bytes: 1 << 28, spill_dir, spill_bytes: 1 << 30 };
        let stamp = Stamp {
            run_id: format!("run-{date}"),
            created_at: String::new(),
            program_version: String::new(),
            settings_sha256: String::new(),
        };
        let number = base.map_or(1, |b| b.number + 1);
        let night = Night { engine: &engine, warehouse, catalog, kinds: &[], date, base, number, stamp: &stamp };
        let mut open = night.open(1, &Nobody).unwrap();
        let texts = |of: fn(&(&str, &str)) -> String| -> ArrayRef {
            Arc::new(customers.iter().map(|c| Some(of(c))).collect::<StringArray>())
        };
        let columns: Vec<ArrayRef> =
            vec![texts(|c| c.0.to_owned()), texts(|c| c.1.to_owned()), Arc::new(date_column(date, customers.len()))];
        let batch = RecordBatch::try_new(raw_schema(), columns).unwrap();
        open.deliver(DeliveredTable { name: "raw_c".into(), schema: raw_schema(), batches: vec![batch] })
            .await
            .unwrap();
        let (mut release, reader) = open.compute(vec![], "", &mut Journal::none()).await.unwrap();
        let sql =
            "select customer || ' ' || mobile || ' ' || valid_from || ' ' || valid_to as r from hist_c order by r";
        let rows = texts_of(&reader.query(sql).await.unwrap().batches);
        let known = texts_of(&reader.query("select cast(known as varchar) from agg_n").await.unwrap().batches);
        if old_form {
            let session = engine.session(date).unwrap();
            let pin = &release.tables["hist_c"];
            let folder = TableFolder::new(warehouse, &pin.layer, "hist_c");
            let provider = folder.provider(&session, pin.version).await.unwrap();
            let plan = session.read_table(provider).unwrap().into_unoptimized_plan();
            let node = &catalog.nodes["hist_c"];
            let store = Store {
                folder: &folder,
                schema: node.schema(),
                plan,
                partition: None,
                replaces: Replaces::All,
                base: Some(pin.version),
                checks: &node.row_checks(),
                run_id: "old",
                threads: 1,
            };
            let stored = store.run(&session).await.unwrap();
            let pin = Pin { version: stored.version, layer: pin.layer.clone(), content: stored.content, older: None };
            release.tables.insert("hist_c".into(), pin);
        }
        (release, rows, known.concat())
    }

    fn texts_of(batches: &[RecordBatch]) -> Vec<String> {
        let text = |batch: &RecordBatch, row: usize| {
            arrow::util::display::array_value_to_string(batch.column(0), row).unwrap()
        };
        batches.iter().flat_map(|b| (0..b.num_rows()).map(move |row| text(b, row)).collect::<Vec<_>>()).collect()
    }

    #[tokio::test]
    async fn a_history_whose_node_gains_a_column_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let warehouse = folder.path();
        let (one, ..) = night(warehouse, &catalog(), "2025-06-01", None, &[("A", "1"), ("B", "1")], false).await;
        let column = "{ name = \"note\", type = \"text\", class = \"C1\", description = \"n\" },";
        let longer = catalog_with(", case when mobile = '2' then 'new' end as note", column);
        // A changes, B stays: its note was not there and is not now, so its interval goes on.
        let (two, rows, _) =
            night(warehouse, &longer, "2025-06-02", Some(&one), &[("A", "2"), ("B", "1")], false).await;
        let expected = ["A 1 2025-06-01 2025-06-02", "A 2 2025-06-02 9999-12-31", "B 1 2025-06-01 9999-12-31"];
        assert_eq!(rows, expected);
        let (_, rows, known) =
            night(warehouse, &longer, "2025-06-03", Some(&two), &[("A", "2"), ("B", "1")], false).await;
        assert_eq!((rows.len(), known.as_str()), (3, "3"));
    }

    #[tokio::test]
    async fn a_history_goes_on_by_partition_also_when_an_older_program_kept_it_whole() {
        let catalog = catalog();
        let mut outcomes = Vec::new();
        for old_form in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let warehouse = folder.path();
            let first = [("A", "1"), ("B", "1"), ("C", "1")];
            let (one, rows, known) = night(warehouse, &catalog, "2025-06-01", None, &first, old_form).await;
            assert_eq!((rows.len(), known.as_str()), (3, "0"));
            // A changes, B goes, D comes.
            let second = [("A", "2"), ("C", "1"), ("D", "1")];
            let (two, _, known) = night(warehouse, &catalog, "2025-06-02", Some(&one), &second, false).await;
            assert_eq!(known, "3");
            let third = [("A", "2"), ("B", "1"), ("C", "1"), ("D", "1")];
            let (three, rows, _) = night(warehouse, &catalog, "2025-06-03", Some(&two), &third, false).await;
            let mut partitions = three.tables["hist_c"].content.clone();
            partitions.retain(|_, content| content.rows > 0);
            // What closed on the second date was written by its night and not again.
            assert_eq!(partitions.keys().map(String::as_str).collect::<Vec<_>>()[..1], ["2025-06-02"]);
            assert_eq!(partitions["2025-06-02"], two.tables["hist_c"].content["2025-06-02"]);
            outcomes.push((rows, partitions));
        }
        assert_eq!(outcomes[0].0, outcomes[1].0);
        assert_eq!(
            outcomes[0].0,
            [
                "A 1 2025-06-01 2025-06-02",
                "A 2 2025-06-02 9999-12-31",
                "B 1 2025-06-01 2025-06-02",
                "B 1 2025-06-03 9999-12-31",
                "C 1 2025-06-01 9999-12-31",
                "D 1 2025-06-02 9999-12-31",
            ]
        );
    }
}
