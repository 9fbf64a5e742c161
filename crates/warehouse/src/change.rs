//! What changed (增变量) → the state of a business date: the newest change of each key over the state of the date before.

use arrow::datatypes::SchemaRef;
use bank::BusinessDate;

/// A delivered change file and the table whose state it changes.
#[derive(Debug, Clone)]
pub struct ChangeSet {
    /// Table of states, one whole state per business date.
    pub state: String,
    /// Its columns.
    pub state_schema: SchemaRef,
    /// Table of all changes ever delivered.
    pub changes: String,
    /// Its columns: those delivered, and `is_superseded`.
    pub changes_schema: SchemaRef,
    /// Columns that identify a row.
    pub key: Vec<String>,
    /// Column with `D` for a deleted key.
    pub op: Option<String>,
    /// Column that orders changes.
    pub at: Option<String>,
}

/// The delivered rows, in the session.
pub(crate) const DELIVERED: &str = "delivered_changes";
/// The state before, in the session.
pub(crate) const STATE_BEFORE: &str = "state_before";
/// The changes before, in the session.
pub(crate) const CHANGES_BEFORE: &str = "changes_before";

impl ChangeSet {
    /// The delivered rows with `is_superseded`: not the newest of their key in the file, or older than what was known
    /// of it before, also when that was its deletion.
    pub(crate) fn marked(&self, before: BusinessDate) -> String {
        let key = list(&self.key, "");
        let same_key = equal(&self.key, "r", "k");
        let columns = list(&names(&self.changes_schema, &["is_superseded"]), "r.");
        let Some(at) = self.at.as_deref().map(quoted) else {
            return format!(
                "select {columns}, row_number() over (partition by {key} order by r.src_line desc) > 1 as is_superseded \
                 from {DELIVERED} as r"
            );
        };
        let deleted = self.op.as_deref().map_or("false".to_owned(), |op| format!("{} = 'D'", quoted(op)));
        format!(
            "select {columns}, r.place_in_file > 1 or coalesce(r.{at} < k.{at}, false) as is_superseded \
             from (select *, row_number() over (partition by {key} order by {at} desc nulls last, src_line desc) \
                   as place_in_file from {DELIVERED}) as r \
             left join (select {key}, max({at}) as {at} from ( \
                   select {key}, {at} from {STATE_BEFORE} where biz_date = date '{before}' \
                   union all select {key}, {at} from {CHANGES_BEFORE} where {deleted}) \
                   group by {key}) as k on {same_key}"
        )
    }

    /// The state of `date`, from the state of `before` and the marked changes.
    pub(crate) fn carried(&self, before: BusinessDate, date: BusinessDate, marked: &str) -> String {
        let columns = |alias: &str| dated(&self.state_schema, alias, date);
        let kept = self.op.as_deref().map_or("true".to_owned(), |op| format!("n.{} is distinct from 'D'", quoted(op)));
        format!(
            "with newest as (select * from ({marked}) where not is_superseded) \
             select {} from newest as n where {kept} \
             union all \
             select {} from {STATE_BEFORE} as b where b.biz_date = date '{before}' \
             and not exists (select 1 from newest as n where {})",
            columns("n"),
            columns("b"),
            equal(&self.key, "n", "b")
        )
    }
}

/// The state of `before` as that of `date`.
pub(crate) fn carried_whole(schema: &SchemaRef, before: BusinessDate, date: BusinessDate) -> String {
    format!("select {} from {STATE_BEFORE} as b where b.biz_date = date '{before}'", dated(schema, "b", date))
}

/// All columns, with another business date.
fn dated(schema: &SchemaRef, alias: &str, date: BusinessDate) -> String {
    let column = |name: String| match name.as_str() {
        "biz_date" => format!("date '{date}' as biz_date"),
        name => format!("{alias}.{}", quoted(name)),
    };
    names(schema, &[]).into_iter().map(column).collect::<Vec<_>>().join(", ")
}

fn names(schema: &SchemaRef, without: &[&str]) -> Vec<String> {
    schema.fields().iter().map(|f| f.name().clone()).filter(|n| !without.contains(&n.as_str())).collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn list(names: &[String], prefix: &str) -> String {
    names.iter().map(|n| format!("{prefix}{}", quoted(n))).collect::<Vec<_>>().join(", ")
}

fn equal(key: &[String], left: &str, right: &str) -> String {
    key.iter().map(|k| format!("{left}.{0} = {right}.{0}", quoted(k))).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
    use arrow::datatypes::{DataType, Field, Schema};
    use arrow::util::display::array_value_to_string;
    use datafusion::datasource::MemTable;
    use datafusion::prelude::SessionContext;

    use super::*;

    /// `key value op at line`, as of one day.
    type Row = (&'static str, &'static str, &'static str, Option<i64>, i64);

    const DAY: &str = "2025-06-30";

    fn set() -> ChangeSet {
        let schema = |names: &[&str]| -> SchemaRef {
            Arc::new(Schema::new(names.iter().map(|n| Field::new(*n, DataType::Utf8, true)).collect::<Vec<_>>()))
        };
        ChangeSet {
            state: "raw_a".into(),
            state_schema: schema(&["k", "v", "at", "biz_date", "src_line"]),
            changes: "raw_a__change".into(),
            changes_schema: schema(&["k", "v", "op", "at", "biz_date", "src_line", "is_superseded"]),
            key: vec!["k".into()],
            op: Some("op".into()),
            at: Some("at".into()),
        }
    }

    fn table(rows: &[Row], day: &str) -> Arc<MemTable> {
        let text = |of: fn(&Row) -> &'static str| -> ArrayRef {
            Arc::new(rows.iter().map(|r| Some(of(r))).collect::<StringArray>())
        };
        let day: BusinessDate = day.parse().unwrap();
        let batch = RecordBatch::try_from_iter([
            ("k", text(|r| r.0)),
            ("v", text(|r| r.1)),
            ("op", text(|r| r.2)),
            ("at", Arc::new(rows.iter().map(|r| r.3).collect::<Int64Array>())),
            ("biz_date", Arc::new(Date32Array::from(vec![day.days_since_epoch(); rows.len()]))),
            ("src_line", Arc::new(rows.iter().map(|r| Some(r.4)).collect::<Int64Array>())),
        ])
        .unwrap();
        Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]]).unwrap())
    }

    /// Columns of a query's rows joined by spaces, sorted.
    async fn rows(session: &SessionContext, sql: &str) -> Vec<String> {
        let mut rows = Vec::new();
        for batch in session.sql(sql).await.unwrap().collect().await.unwrap() {
            for row in 0..batch.num_rows() {
                let cells = batch.columns().iter().map(|c| array_value_to_string(c, row).unwrap());
                rows.push(cells.collect::<Vec<_>>().join(" "));
            }
        }
        rows.sort();
        rows
    }

    /// The state after a file of changes, and the lines of it that were superseded.
    async fn after(set: &ChangeSet, state: &[Row], known: &[Row], delivered: &[Row]) -> (Vec<String>, Vec<String>) {
        let session = SessionContext::new();
        let before: BusinessDate = DAY.parse().unwrap();
        let date: BusinessDate = "2025-07-01".parse().unwrap();
        session.register_table(STATE_BEFORE, table(state, DAY)).unwrap();
        session.register_table(CHANGES_BEFORE, table(known, DAY)).unwrap();
        session.register_table(DELIVERED, table(delivered, "2025-07-01")).unwrap();
        let marked = set.marked(before);
        let carried = set.carried(before, date, &marked);
        let superseded = format!("select src_line from ({marked}) where is_superseded");
        (rows(&session, &format!("select k, v, biz_date from ({carried})")).await, rows(&session, &superseded).await)
    }

    #[tokio::test]
    async fn the_newest_image_of_a_key_is_its_state() {
        // Acceptance B2: update of 10:05, then one of 10:01.
        let state = [("a", "old", "", None, 1), ("b", "same", "", None, 2), ("c", "gone", "", None, 3)];
        let delivered = [
            ("a", "of 10:05", "U", Some(1005), 1),
            ("a", "of 10:01", "U", Some(1001), 2),
            ("c", "", "D", Some(900), 3),
            ("d", "new", "I", Some(900), 4),
        ];
        let (state, superseded) = after(&set(), &state, &[], &delivered).await;
        assert_eq!(state, ["a of 10:05 2025-07-01", "b same 2025-07-01", "d new 2025-07-01"]);
        assert_eq!(superseded, ["2"]);
    }

    #[tokio::test]
    async fn what_is_older_than_what_was_known_changes_nothing() {
        let state = [("a", "of 10:05", "", Some(1005), 1)];
        let known = [("b", "", "D", Some(1005), 7)];
        let delivered = [("a", "of 10:01", "U", Some(1001), 1), ("b", "of 10:01", "U", Some(1001), 2)];
        let (state, superseded) = after(&set(), &state, &known, &delivered).await;
        assert_eq!(state, ["a of 10:05 2025-07-01"]);
        assert_eq!(superseded, ["1", "2"]);
    }

    #[tokio::test]
    async fn without_a_time_the_later_line_is_newer() {
        let set = ChangeSet { op: None, at: None, ..set() };
        let delivered = [("a", "first", "", None, 1), ("a", "second", "", None, 2)];
        let (state, superseded) = after(&set, &[("a", "old", "", None, 1)], &[], &delivered).await;
        assert_eq!((state, superseded), (vec!["a second 2025-07-01".to_owned()], vec!["1".to_owned()]));
    }
}
