//! `previous('node')` in a node's SQL: the node's rows in the release before this business date.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::datasource::TableProvider;
use datafusion::logical_expr::Expr;
use datafusion::prelude::SessionContext;

/// Name of the function in SQL.
pub(crate) const NAME: &str = "previous";

/// The function and the tables that it may be asked for.
#[derive(Debug)]
pub(crate) struct Previous {
    tables: BTreeMap<String, Arc<dyn TableProvider>>,
}

impl Previous {
    /// Make the function known to a session.
    pub fn register(session: &SessionContext, tables: BTreeMap<String, Arc<dyn TableProvider>>) {
        session.register_udtf(NAME, Arc::new(Previous { tables }));
    }
}

impl TableFunctionImpl for Previous {
    fn call_with_args(&self, args: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        let [Expr::Literal(ScalarValue::Utf8(Some(name)), _)] = args.exprs() else {
            return plan_err!("write previous('node') with the name of a node in quotes");
        };
        match self.tables.get(name) {
            Some(table) => Ok(table.clone()),
            None => plan_err!("previous('{name}'): there is no such node that is kept"),
        }
    }
}
