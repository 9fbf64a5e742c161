//! Intervals from full snapshots (拉链表, SCD type 2): half-open `[valid_from, valid_to)`, open end 9999-12-31.
//!
//! A history is kept by `valid_to`: a night rewrites the open intervals and adds those that it closes, and what was
//! closed before is never touched again.

use crate::node::Node;

/// Name under which the table's state before this night is registered.
pub const BEFORE: &str = "_before";
/// The column that tells an interval's partition.
pub const PARTITION: &str = "valid_to";
/// `valid_to` of an open interval.
pub const OPEN_END: &str = "9999-12-31";
/// Columns that the warehouse adds to the node's SELECT.
pub const INTERVAL_COLUMNS: [&str; 2] = ["valid_from", "valid_to"];

/// The SELECT that carries a history forward by one business date.
///
/// `snapshot` is the node's own SELECT: today's whole state. A key that is gone closes its interval; one whose
/// attributes changed closes and opens again; all else stays as it was. The rows are the open intervals and those that
/// this night closes; with `with_closed` also those closed before. Running the same night twice from the same state
/// gives the same rows.
#[must_use]
pub fn carry_forward(node: &Node, snapshot: &str, with_closed: bool) -> String {
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
    let closed = match with_closed {
        true => format!(
            "select {}, b.valid_from, b.valid_to from {BEFORE} b where b.valid_to < date '{OPEN_END}'\nunion all\n",
            list("b")
        ),
        false => String::new(),
    };
    format!(
        "with today as (\n{snapshot}\n),\n\
         open as (select * from {BEFORE} where valid_to = date '{OPEN_END}')\n\
         {closed}\
         select {open}, o.valid_from,\n\
         case when t.{first} is null or {changed} then biz_date() else o.valid_to end as valid_to\n\
         from open o left join today t on {on}\n\
         union all\n\
         select {today}, biz_date() as valid_from, date '{OPEN_END}' as valid_to\n\
         from today t left join open o on {on}\n\
         where o.{first} is null or {changed}",
        open = list("o"),
        today = list("t"),
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use datafusion::datasource::MemTable;

    use super::*;
    use crate::Engine;

    const NODE: &str = r#"
        description = "customers"
        grain = "one row per customer and interval"
        key = ["customer", "valid_from"]
        materialisation = "history"
        owner = "test"
        columns = [
            { name = "customer", type = "text", class = "C1", description = "c" },
            { name = "mobile", type = "text", class = "C1", description = "m" },
            { name = "valid_from", type = "date", class = "C1", description = "f" },
            { name = "valid_to", type = "date", class = "C1", description = "t" },
        ]"#;

    /// Carry an empty history over snapshots of (date, mobile of C1 or absent); the intervals in order.
    async fn intervals(snapshots: &[(&str, Option<&str>)]) -> Vec<String> {
        let spill = tempfile::tempdir().unwrap();
        let engine =
            Engine { threads: 2, memory_bytes: 1 << 28, spill_dir: spill.path().to_owned(), spill_bytes: 1 << 30 };
        let node = Node::parse(Path::new("history/hist_c.toml"), NODE, Some("select 1")).unwrap();
        let mut rows = vec![];
        for (date, mobile) in snapshots {
            let session = engine.session(date.parse().unwrap()).unwrap();
            let before = MemTable::try_new(node.schema(), vec![rows]).unwrap();
            session.register_table(BEFORE, Arc::new(before)).unwrap();
            let snapshot = match mobile {
                Some(mobile) => format!("select 'C1' as customer, '{mobile}' as mobile"),
                None => "select 'C1' as customer, 'x' as mobile where false".to_owned(),
            };
            rows = session.sql(&carry_forward(&node, &snapshot, true)).await.unwrap().collect().await.unwrap();
        }
        let mut found = Vec::new();
        for batch in &rows {
            for row in 0..batch.num_rows() {
                let cell = |c: usize| arrow::util::display::array_value_to_string(batch.column(c), row).unwrap();
                found.push(format!("{} {} {}", cell(2), cell(3), cell(1)));
            }
        }
        found.sort();
        found
    }

    #[tokio::test]
    async fn intervals_follow_changes_deletion_and_return() {
        // Acceptance B1.
        let found = intervals(&[
            ("2025-06-01", Some("A")),
            ("2025-06-02", Some("A")),
            ("2025-06-03", Some("B")),
            ("2025-06-04", None),
            ("2025-06-05", Some("B")),
        ])
        .await;
        assert_eq!(found, ["2025-06-01 2025-06-03 A", "2025-06-03 2025-06-04 B", "2025-06-05 9999-12-31 B"]);
    }
}
