//! Intervals from full snapshots (拉链表, SCD type 2): half-open `[valid_from, valid_to)`, open end 9999-12-31.

use crate::node::Node;

/// Name under which the table's state before this night is registered.
pub const BEFORE: &str = "_before";
/// Columns that the warehouse adds to the node's SELECT.
pub const INTERVAL_COLUMNS: [&str; 2] = ["valid_from", "valid_to"];

/// The SELECT that carries a history forward by one business date.
///
/// `snapshot` is the node's own SELECT: today's whole state. A key that is gone closes its interval; one whose
/// attributes changed closes and opens again; all else stays as it was. Running the same night twice from the same
/// state gives the same rows.
#[must_use]
pub fn carry_forward(node: &Node, snapshot: &str) -> String {
    let state: Vec<&str> =
        node.columns.iter().map(|c| c.name.as_str()).filter(|c| !INTERVAL_COLUMNS.contains(c)).collect();
    let attributes: Vec<&str> = state.iter().copied().filter(|c| !node.key.iter().any(|k| k == c)).collect();
    let list = |prefix: &str| state.iter().map(|c| format!("{prefix}.{c}")).collect::<Vec<_>>().join(", ");
    let keys: Vec<&str> = node.key.iter().map(String::as_str).filter(|k| !INTERVAL_COLUMNS.contains(k)).collect();
    let on = keys.iter().map(|k| format!("o.{k} = t.{k}")).collect::<Vec<_>>().join(" and ");
    let first = keys.first().copied().unwrap_or("valid_from");
    let changed = match attributes.is_empty() {
        true => "false".to_owned(),
        false => attributes.iter().map(|a| format!("(o.{a} is distinct from t.{a})")).collect::<Vec<_>>().join(" or "),
    };
    format!(
        "with today as (\n{snapshot}\n),\n\
         open as (select * from {BEFORE} where valid_to = date '9999-12-31')\n\
         select {before}, b.valid_from, b.valid_to from {BEFORE} b where b.valid_to < date '9999-12-31'\n\
         union all\n\
         select {open}, o.valid_from,\n\
         case when t.{first} is null or {changed} then biz_date() else o.valid_to end\n\
         from open o left join today t on {on}\n\
         union all\n\
         select {today}, biz_date(), date '9999-12-31'\n\
         from today t left join open o on {on}\n\
         where o.{first} is null or {changed}",
        before = list("b"),
        open = list("o"),
        today = list("t"),
    )
}
