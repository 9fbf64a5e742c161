//! A past business date with today's knowledge: late postings, corrections and merges included.
//!
//! What is kept by date is cut off at that date, but for events, which nodes choose by the days they belong to; everything
//! else is computed from it again, as far as a question needs it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use bank::BusinessDate;
use datafusion::datasource::{MemTable, TableProvider};
use datafusion::prelude::SessionContext;

use crate::catalog::Catalog;
use crate::error::WarehouseError;
use crate::history::{INTERVAL_COLUMNS, OPEN_END};
use crate::kind::{LookBack, NodeKind};
use crate::kind_run::{KindRun, LazyKind, kind_of};
use crate::lazy_table::LazyTable;
use crate::node::{Materialisation, Node, PartitionBy};
use crate::previous::Previous;
use crate::reader::Reader;
use crate::release::Release;
use crate::session::{Engine, register_references};
use crate::table::TableFolder;

/// Name under which the table as it is today is registered while it is cut off.
const TODAY: &str = "_today";
/// Name of what is computed for the date's own month, while its node is planned.
const COMPUTED: &str = "computed_of_month";
/// The same for the table as the night before left it.
const BEFORE: &str = "_before";

/// What is looked back with.
pub struct AsOf<'a> {
    /// Machine limits.
    pub engine: &'a Engine,
    /// Warehouse folder.
    pub warehouse: &'a Path,
    /// Nodes.
    pub catalog: &'a Catalog,
    /// Kinds of nodes of Rust code.
    pub kinds: &'a [Arc<dyn NodeKind>],
    /// Releases up to today's, oldest first.
    pub chain: &'a [Release],
    /// The business date.
    pub date: BusinessDate,
}

impl AsOf<'_> {
    /// A reader of everything as of the date.
    ///
    /// # Errors
    /// [`WarehouseError::NotProcessed`] when the date is no business date of the history.
    pub async fn reader(&self) -> Result<Reader, WarehouseError> {
        let date = self.date.to_string();
        let today = self.chain.last().filter(|release| release.biz_dates.contains(&date));
        let today = today.ok_or_else(|| WarehouseError::NotProcessed(date.clone()))?;
        let session = self.engine.session(self.date)?;
        register_references(&session, self.catalog)?;
        for (name, schema) in &self.catalog.sources {
            let table = self.table(&session, today, name).await?;
            let empty = || MemTable::try_new(schema.clone(), vec![vec![]]);
            session.register_table(name.as_str(), table.map_or_else(|| empty().map(|t| Arc::new(t) as _), Ok)?)?;
        }
        self.register_previous(&session).await?;
        for name in &self.catalog.order {
            let node = &self.catalog.nodes[name];
            self.register(&session, node, today).await.map_err(|e| e.in_node(name))?;
        }
        Ok(Reader::of_session(session))
    }

    async fn register(&self, session: &SessionContext, node: &Node, today: &Release) -> Result<(), WarehouseError> {
        let month = self.date.month_start();
        let date = self.date;
        let sql = node.sql.as_deref();
        let cut = match (node.materialisation, node.partition_by, sql) {
            (Materialisation::History, ..) => {
                let columns: Vec<&str> =
                    node.columns.iter().map(|c| c.name.as_str()).filter(|c| *c != INTERVAL_COLUMNS[1]).collect();
                format!(
                    "select {}, case when valid_to > date '{date}' then date '{OPEN_END}' else valid_to end as valid_to \
                     from {TODAY} where valid_from <= date '{date}'",
                    columns.join(", ")
                )
            }
            // Events that were delivered later may belong to days before the date: nodes choose them by their own dates.
            (_, Some(PartitionBy::BizDate), _) if node.layer == "history" => format!("select * from {TODAY}"),
            (_, Some(PartitionBy::BizDate), _) => format!("select * from {TODAY} where biz_date <= date '{date}'"),
            (_, Some(PartitionBy::Month), Some(sql)) => {
                let computed = format!("select * from ({sql}) as computed where month = date '{month}'");
                let computed = LazyTable::new(node, session.sql(&computed).await?);
                session.register_table(COMPUTED, Arc::new(computed))?;
                format!("select * from {TODAY} where month < date '{month}' union all select * from {COMPUTED}")
            }
            (_, _, Some(sql)) if node.is_kept() => {
                let computed = LazyTable::new(node, session.sql(sql).await?);
                session.register_table(node.name.as_str(), Arc::new(computed))?;
                return Ok(());
            }
            (_, _, Some(sql)) => sql.to_owned(),
            (_, _, None) => return self.register_kind(session, node, today).await,
        };
        let table = self.table(session, today, &node.name).await?;
        let empty = || MemTable::try_new(node.schema(), vec![vec![]]);
        session.register_table(TODAY, table.map_or_else(|| empty().map(|t| Arc::new(t) as _), Ok)?)?;
        let view = session.sql(&cut).await?.into_view();
        session.deregister_table(TODAY)?;
        session.deregister_table(COMPUTED)?;
        session.register_table(node.name.as_str(), view)?;
        Ok(())
    }

    async fn register_kind(
        &self,
        session: &SessionContext,
        node: &Node,
        today: &Release,
    ) -> Result<(), WarehouseError> {
        let then = || self.chain.iter().find(|release| release.biz_date == self.date.to_string());
        let release = match kind_of(self.kinds, node)?.look_back() {
            LookBack::Today => today,
            LookBack::Then => then().ok_or_else(|| WarehouseError::NotKept(self.date.to_string()))?,
            LookBack::Again => {
                let run = KindRun::plan(self.kinds, node, self.date, session, self.catalog).await?;
                session.register_table(node.name.as_str(), Arc::new(LazyKind::new(run)))?;
                return Ok(());
            }
        };
        if let Some(table) = self.table(session, release, &node.name).await? {
            session.register_table(node.name.as_str(), table)?;
        }
        Ok(())
    }

    /// `previous('...')` is what the release before the date knew.
    async fn register_previous(&self, session: &SessionContext) -> Result<(), WarehouseError> {
        let before = self.chain.iter().rev().find(|release| release.biz_date < self.date.to_string());
        let today = self.chain.last();
        let is_first = today.is_some_and(|today| today.biz_dates.first() == Some(&self.date.to_string()));
        let mut tables: BTreeMap<String, Arc<dyn TableProvider>> = BTreeMap::new();
        for name in self.catalog.previous.values().flatten() {
            let Some(node) = self.catalog.nodes.get(name) else { continue };
            let known = match (node.partition_by, before) {
                // What earlier months are is known best today.
                (Some(PartitionBy::Month), _) => self.months_before(session, name, before).await?,
                (_, Some(release)) => self.table(session, release, name).await?,
                (_, None) if is_first => None,
                (_, None) => return Err(WarehouseError::NotKept(self.date.to_string())),
            };
            let table = match known {
                Some(table) => table,
                None => Arc::new(MemTable::try_new(node.schema(), vec![vec![]])?),
            };
            tables.insert(name.clone(), table);
        }
        Previous::register(session, tables);
        Ok(())
    }

    async fn months_before(
        &self,
        session: &SessionContext,
        name: &str,
        before: Option<&Release>,
    ) -> Result<Option<Arc<dyn TableProvider>>, WarehouseError> {
        let Some(today) = self.chain.last() else { return Ok(None) };
        let Some(table) = self.table(session, today, name).await? else { return Ok(None) };
        session.register_table(TODAY, table)?;
        let month = self.date.month_start();
        let mut known = format!("select * from {TODAY} where month < date '{month}'");
        // Of the date's own month, what the night before left.
        let before = match before {
            Some(release) => self.table(session, release, name).await?,
            None => None,
        };
        if let Some(table) = before {
            session.register_table(BEFORE, table)?;
            let _ = write!(known, " union all select * from {BEFORE} where month = date '{month}'");
        }
        let view = session.sql(&known).await?.into_view();
        session.deregister_table(TODAY)?;
        session.deregister_table(BEFORE)?;
        Ok(Some(view))
    }

    async fn table(
        &self,
        session: &SessionContext,
        release: &Release,
        name: &str,
    ) -> Result<Option<Arc<dyn TableProvider>>, WarehouseError> {
        match release.tables.get(name) {
            Some(pin) => {
                let folder = TableFolder::new(self.warehouse, &pin.layer, name);
                Ok(Some(folder.provider(session, pin.version).await?))
            }
            None => Ok(None),
        }
    }
}
