//! What is computed is what the node's TOML describes.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use bank::BusinessDate;
use datafusion::datasource::MemTable;

use crate::catalog::Catalog;
use crate::error::WarehouseError;
use crate::history::INTERVAL_COLUMNS;
use crate::node::{Materialisation, Node, same_type};
use crate::parameter;
use crate::previous::Previous;
use crate::session::Engine;

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
    parameter::register(&session, catalog, BTreeMap::new());
    for (name, reference) in &catalog.references {
        session.register_table(name.as_str(), empty(reference.batch.schema())?)?;
    }
    let described = catalog.nodes.values().map(|node| Ok((node.name.clone(), empty(node.schema())? as _)));
    Previous::register(&session, described.collect::<Result<_, WarehouseError>>()?);
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
