//! What a plan computes → the next version of a table, in one pass: rows are cut by partition, gathered into row groups,
//! encoded, hashed and checked by as many threads as there are, and committed once.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Field, SchemaRef};
use datafusion::common::runtime::SpawnedTask;
use datafusion::datasource::TableProvider;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use futures::{Stream, StreamExt, TryStreamExt, stream};

use crate::error::WarehouseError;
use crate::part::{Encoder, Part, RowGroup};
use crate::release::{CheckResult, Content};
use crate::row_check::{RowAnswers, RowChecks, describe};
use crate::table::{Replaces, TableFolder};

/// Rows that are gathered before they are encoded.
const ROW_GROUP_ROWS: usize = 100_000;

/// What is written, and in place of what.
pub(crate) struct Store<'a> {
    pub folder: &'a TableFolder,
    pub schema: SchemaRef,
    /// What computes the rows.
    pub plan: LogicalPlan,
    pub partition: Option<&'a str>,
    /// Replaced also when no row is computed for them; partitions that rows are computed for are replaced in any case.
    pub replaces: Replaces,
    /// Version that the night builds on; `None` starts from nothing.
    pub base: Option<u64>,
    pub checks: &'a RowChecks,
    pub run_id: &'a str,
    pub threads: usize,
}

/// A table's next version.
pub(crate) struct Stored {
    pub version: u64,
    pub rows: Arc<dyn TableProvider>,
    /// What was written, by partition value; `""` without partitions.
    pub content: BTreeMap<String, Content>,
    pub replaced: Replaces,
    pub results: Vec<CheckResult>,
}

impl Store<'_> {
    /// Write it.
    ///
    /// # Errors
    /// When the rows cannot be computed, do not have the described columns, or the disk fails.
    pub async fn run(self, session: &SessionContext) -> Result<Stored, WarehouseError> {
        let encoder = Arc::new(Encoder::new(&self.schema, self.partition, &self.checks.key)?);
        let mut parts: BTreeMap<String, Part> = BTreeMap::new();
        let mut answers = RowAnswers::default();
        let groups = self.groups(session).await?;
        let encoded = groups.map(|group| encode(&encoder, self.checks, group)).buffered(self.threads.max(1));
        let mut encoded = std::pin::pin!(encoded);
        while let Some(group) = encoded.next().await {
            let (value, group, answered) = group?;
            answers.add(answered);
            let part = parts.entry(value).or_insert_with_key(|value| {
                let partition = self.partition.map(|column| (column, value.as_str()));
                Part::new(encoder.clone(), self.folder.path(), partition, self.run_id)
            });
            part.append(group)?;
        }
        let mut content = BTreeMap::new();
        let mut added = Vec::new();
        for (value, part) in parts {
            let (written, files) = part.finish()?;
            added.extend(files);
            content.insert(value, written);
        }
        let mut replaced = self.replaces.clone();
        match &mut replaced {
            Replaces::Partitions(values) => {
                values.extend(content.keys().cloned());
                for value in values.iter() {
                    content.entry(value.clone()).or_insert_with(Content::empty);
                }
            }
            Replaces::All if self.partition.is_none() => {
                content.entry(String::new()).or_insert_with(Content::empty);
            }
            Replaces::All => {}
        }
        let (version, rows) =
            self.folder.commit(session, &self.schema, self.partition, &replaced, added, self.base).await?;
        let repeated = match answers.may_repeat_keys() {
            true => repeated_keys(session, rows.clone(), self.partition, &content, &self.checks.key).await?,
            false => (0, None),
        };
        Ok(Stored { version, rows, content, replaced, results: answers.results(self.checks, repeated) })
    }

    /// The plan's rows as groups of one partition value each.
    async fn groups(
        &self,
        session: &SessionContext,
    ) -> Result<impl Stream<Item = Result<Group, WarehouseError>>, WarehouseError> {
        let rows = session.execute_logical_plan(self.plan.clone()).await?.execute_stream().await?;
        let schema = self.schema.clone();
        let partition = self.partition.map(str::to_owned);
        let gathered = Gathered { schema, partition, waiting: BTreeMap::new() };
        // After the last batch comes what is left.
        let batches = rows.map(Some).chain(stream::once(async { None }));
        let groups = batches.scan(gathered, |gathered, batch| {
            let groups = match batch {
                Some(Ok(batch)) => gathered.add(&batch),
                Some(Err(error)) => Err(error.into()),
                None => Ok(gathered.rest()),
            };
            std::future::ready(Some(groups))
        });
        Ok(groups.map_ok(|groups| stream::iter(groups.into_iter().map(Ok))).try_flatten())
    }
}

/// A partition's value and the rows of one of its row groups, as they came: putting them together would need them twice.
type Group = (String, Vec<RecordBatch>);

/// Rows waiting for their row group to be full.
struct Gathered {
    schema: SchemaRef,
    partition: Option<String>,
    waiting: BTreeMap<String, (usize, Vec<RecordBatch>)>,
}

impl Gathered {
    fn add(&mut self, batch: &RecordBatch) -> Result<Vec<Group>, WarehouseError> {
        let batch = described(&self.schema, batch)?;
        let mut full = Vec::new();
        for (value, rows) in by_partition(&batch, self.partition.as_deref())? {
            let (count, batches) = self.waiting.entry(value.clone()).or_default();
            *count += rows.num_rows();
            batches.push(rows);
            if *count >= ROW_GROUP_ROWS {
                *count = 0;
                full.push((value, std::mem::take(batches)));
            }
        }
        Ok(full)
    }

    fn rest(&mut self) -> Vec<Group> {
        let rest = std::mem::take(&mut self.waiting).into_iter().filter(|(_, (count, _))| *count > 0);
        rest.map(|(value, (_, batches))| (value, batches)).collect()
    }
}

/// The columns as described: a text may have been a view, a decimal of another size.
pub(crate) fn described(schema: &SchemaRef, batch: &RecordBatch) -> Result<RecordBatch, WarehouseError> {
    let column = |field: &Arc<Field>| cast(batch.column(batch.schema().index_of(field.name())?), field.data_type());
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

/// A batch's rows by the value in the partition column.
fn by_partition(batch: &RecordBatch, column: Option<&str>) -> Result<Vec<(String, RecordBatch)>, WarehouseError> {
    let Some(column) = column else { return Ok(vec![(String::new(), batch.clone())]) };
    let missing = || WarehouseError::NoPartition(column.to_owned());
    let values = cast(batch.column_by_name(column).ok_or_else(missing)?, &DataType::Utf8)?;
    let values = values.as_string::<i32>();
    if values.null_count() > 0 {
        return Err(missing());
    }
    let distinct: std::collections::BTreeSet<&str> = values.iter().flatten().collect();
    if distinct.len() <= 1 {
        return Ok(distinct.into_iter().map(|value| (value.to_owned(), batch.clone())).collect());
    }
    let rows = |value: &str| {
        let mask: BooleanArray = values.iter().map(|v| Some(v == Some(value))).collect();
        Ok((value.to_owned(), filter_record_batch(batch, &mask)?))
    };
    distinct.into_iter().map(rows).collect()
}

async fn encode(
    encoder: &Arc<Encoder>,
    checks: &RowChecks,
    group: Result<Group, WarehouseError>,
) -> Result<(String, RowGroup, RowAnswers), WarehouseError> {
    let (value, batches) = group?;
    let (encoder, checks) = (encoder.clone(), checks.clone());
    let task = SpawnedTask::spawn_blocking(move || {
        let mut answers = RowAnswers::default();
        for batch in &batches {
            answers.add(checks.ask(batch)?);
        }
        Ok((encoder.encode(&batches)?, answers))
    });
    let done: Result<(RowGroup, RowAnswers), WarehouseError> =
        task.await.map_err(|e| WarehouseError::Stopped(e.to_string()))?;
    done.map(|(group, answered)| (value, group, answered))
}

/// How many of the written rows have the key of another, and the first of them.
async fn repeated_keys(
    session: &SessionContext,
    rows: Arc<dyn TableProvider>,
    partition: Option<&str>,
    content: &BTreeMap<String, Content>,
    key: &[String],
) -> Result<(u64, Option<String>), WarehouseError> {
    const WRITTEN: &str = "_written";
    session.register_table(WRITTEN, rows)?;
    let columns = key.iter().map(|k| format!("\"{k}\"")).collect::<Vec<_>>().join(", ");
    let written = match partition {
        Some(column) => {
            let values: Vec<String> = content.keys().map(|value| format!("'{value}'")).collect();
            format!("where cast({column} as varchar) in ({})", values.join(", "))
        }
        None => String::new(),
    };
    let sql = format!(
        "select {columns}, count(*) - 1 as repeated from {WRITTEN} {written} group by {columns} having count(*) > 1 \
         order by {columns}"
    );
    let found = session.sql(&sql).await?.collect().await;
    session.deregister_table(WRITTEN)?;
    let mut repeated = 0;
    let mut example = None;
    for batch in found?.iter().filter(|batch| batch.num_rows() > 0) {
        let counts = cast(batch.column(batch.num_columns() - 1), &DataType::Int64)?;
        let counts = counts.as_primitive::<arrow::datatypes::Int64Type>();
        repeated += counts.iter().flatten().map(i64::unsigned_abs).sum::<u64>();
        if example.is_none() {
            example = Some(describe(batch, 0, key)?);
        }
    }
    Ok((repeated, example))
}
