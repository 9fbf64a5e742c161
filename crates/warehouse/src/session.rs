//! DataFusion sessions: bounded memory, exact decimals, and the business date as a function.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::Date32Array;
use arrow::datatypes::DataType;
use bank::BusinessDate;
use datafusion::common::ScalarValue;
use datafusion::datasource::MemTable;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::prelude::SessionContext;
use deltalake_core::delta_datafusion::create_session;

use crate::budget::{Budget, Refusal};
use crate::catalog::Catalog;
use crate::error::WarehouseError;
use crate::lookup_join::LookupJoins;
use crate::narrow_side::NarrowSide;
use crate::parameter;
use crate::small_side::SmallSide;

/// What the machine may be used for.
#[derive(Debug, Clone)]
pub struct Engine {
    /// Worker threads; results do not depend on it.
    pub threads: usize,
    /// Memory for queries, bytes; beyond it they spill.
    pub memory_bytes: usize,
    /// Where they spill to.
    pub spill_dir: PathBuf,
    /// How much they may spill, bytes.
    pub spill_bytes: u64,
}

impl Engine {
    /// A session in which `biz_date()` is the given date.
    ///
    /// # Errors
    /// When the engine cannot be set up.
    pub fn session(&self, date: BusinessDate) -> Result<SessionContext, WarehouseError> {
        // Only a session that Delta made can plan Delta writes; ours is that one with our settings.
        let delta = create_session().state();
        let refusal = Arc::new(Refusal::default());
        let config = delta
            .config()
            .clone()
            .with_target_partitions(self.threads.max(1))
            .with_information_schema(true)
            .with_extension(refusal.clone())
            // Column names in nodes and queries may be written in any case.
            .set_bool("datafusion.sql_parser.enable_ident_normalization", true)
            // 0.0035 is a decimal, not a float.
            .set_bool("datafusion.sql_parser.parse_float_as_decimal", true)
            // One representation of text, so that what leaves the engine needs no conversion.
            .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", false)
            .set_bool("datafusion.execution.parquet.schema_force_view_types", false);
        let disk = DiskManagerBuilder::default()
            .with_mode(DiskManagerMode::Directories(vec![self.spill_dir.clone()]))
            .with_max_temp_directory_size(self.spill_bytes);
        std::fs::create_dir_all(&self.spill_dir).map_err(crate::error::io(&self.spill_dir))?;
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(Budget::new(self.memory_bytes, refusal.clone())))
            .with_disk_manager_builder(disk)
            .build_arc()?;
        let rules = with_rules_of_joins(delta.physical_optimizers());
        let state = SessionStateBuilder::new_from_existing(delta)
            .with_config(config)
            .with_runtime_env(runtime)
            .with_physical_optimizer_rules(rules)
            .build();
        let session = SessionContext::new_with_state(state);
        session.register_udf(business_date_function(date));
        crate::functions::register(&session, date);
        Ok(session)
    }
}

type Rule = Arc<dyn PhysicalOptimizerRule + Send + Sync>;

/// The engine's rules, with [`LookupJoins`] before its choice of joins, [`SmallSide`] and [`NarrowSide`] behind it.
fn with_rules_of_joins(rules: &[Rule]) -> Vec<Rule> {
    let with_ours = |rule: &Rule| -> Vec<Rule> {
        match rule.name() {
            "join_selection" => vec![Arc::new(LookupJoins), rule.clone(), Arc::new(SmallSide), Arc::new(NarrowSide)],
            _ => vec![rule.clone()],
        }
    };
    rules.iter().flat_map(with_ours).collect()
}

/// The cause of a failed query: where a part of it stopped with a panic of the engine's because another part was refused memory, that
/// refusal.
pub(crate) fn cause(session: &SessionContext, error: WarehouseError) -> WarehouseError {
    let refused = session.copied_config().get_extension::<Refusal>().and_then(|refusal| refusal.take());
    match refused {
        Some(what) if error.to_string().contains(" panicked with message ") => {
            WarehouseError::Engine(datafusion::error::DataFusionError::ResourcesExhausted(what))
        }
        _ => error,
    }
}

/// `biz_date()`: folded to a literal when planned, so that partitions are pruned and any engine can run the plan.
fn business_date_function(date: BusinessDate) -> datafusion::logical_expr::ScalarUDF {
    let days = date.days_since_epoch();
    create_udf(
        "biz_date",
        vec![],
        DataType::Date32,
        Volatility::Immutable,
        Arc::new(move |_| Ok(ColumnarValue::Scalar(ScalarValue::Date32(Some(days))))),
    )
}

/// Make the reference tables of a catalog readable, and `parameter('...')` with them.
pub(crate) fn register_references(session: &SessionContext, catalog: &Catalog) -> Result<(), WarehouseError> {
    parameter::register(session, catalog, BTreeMap::new());
    for (name, reference) in &catalog.references {
        let table = MemTable::try_new(reference.batch.schema(), vec![vec![reference.batch.clone()]])?;
        session.register_table(name.as_str(), Arc::new(table))?;
    }
    Ok(())
}

/// A literal of Arrow's date type.
#[must_use]
pub fn date_literal(date: BusinessDate) -> ScalarValue {
    ScalarValue::Date32(Some(date.days_since_epoch()))
}

/// Used where a column of one date is built.
#[must_use]
pub fn date_column(date: BusinessDate, rows: usize) -> Date32Array {
    Date32Array::from(vec![date.days_since_epoch(); rows])
}
