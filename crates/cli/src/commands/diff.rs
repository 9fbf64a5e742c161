//! `tally diff`: what differs between two releases.

use std::path::PathBuf;

use bank::Mask;
use clap::Args;
use publish::{Manifest, folder};
use serde_json::{Value, json};
use warehouse::reader::Answer;
use warehouse::{Node, Reader, Release};

use crate::access::AccessArgs;
use crate::failure::CliFailure;
use crate::printer::{Printer, json_rows, text_rows};
use crate::project::{Project, ProjectArgs};

/// Show what differs between two releases, row by row.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally diff --project mybank                                # the current release and the one before\n  tally diff mart_vip_list --rows 20 --project mybank\n  tally diff --release 38 --with 41 --project mybank\n  tally diff agg_account_month --release 38 --unmasked --purpose \"restatement of April\" --project mybank"
)]
pub struct DiffArgs {
    /// Only these tables.
    tables: Vec<String>,
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    access: AccessArgs,
    /// The release to compare with; the current one when absent.
    #[arg(long, value_name = "N")]
    with: Option<u64>,
    /// Show so many differing values of each table.
    #[arg(long, value_name = "N", default_value_t = 0)]
    rows: usize,
}

/// Do it.
pub fn run(args: &DiffArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    let after = project.release(args.with)?;
    let before = match args.access.release.or(after.previous) {
        Some(number) => project.releases().get(number)?,
        None => {
            return Err(CliFailure::missing(format!("release {} was built on nothing", after.number))
                .hint("name the one to compare with: --release N"));
        }
    };
    let names = names(args, &project, &before, &after)?;
    let runtime = project.runtime()?;
    let mut differences = Vec::new();
    for name in names {
        differences.push(runtime.block_on(difference(args, &project, &before, &after, name))?);
    }
    let rows = differences.iter().map(|d| d.added + d.removed + d.changed).sum();
    args.access.record(&project, "diff", after.number, format!("from release {}", before.number), rows)?;
    printer.json(&json!({
        "before": before.number, "after": after.number,
        "tables": differences.iter().map(Difference::json).collect::<Result<Vec<_>, _>>()?,
    }));
    printer.line(&format!(
        "Release {} of {} beside release {} of {}",
        before.number, before.biz_date, after.number, after.biz_date
    ));
    let counts = differences.iter().map(|d| {
        vec![d.table.clone(), d.added.to_string(), d.removed.to_string(), d.changed.to_string(), d.sums.join(", ")]
    });
    printer.table(&["table", "added", "removed", "changed", "sums now less before"], &counts.collect::<Vec<_>>());
    for difference in &differences {
        if let Some(values) = difference.values.as_ref().filter(|v| v.batches.iter().any(|b| b.num_rows() > 0)) {
            printer.line(&format!("\n{}", difference.table));
            let header: Vec<&str> = values.schema.fields().iter().map(|f| f.name().as_str()).collect();
            printer.table(&header, &text_rows(&values.batches)?);
        }
    }
    Ok(())
}

/// Whether published rows can be told apart by their key: masked account numbers may be equal and mean two.
fn has_clear_key(node: &Node) -> bool {
    let is_clear = |mask: Mask| matches!(mask, Mask::None | Mask::Pseudonym);
    node.columns.iter().filter(|c| node.key.contains(&c.name)).all(|c| is_clear(c.mask()))
}

struct Difference {
    table: String,
    added: u64,
    removed: u64,
    changed: u64,
    /// `column +12.00` of columns whose sums differ.
    sums: Vec<String>,
    values: Option<Answer>,
}

impl Difference {
    fn json(&self) -> Result<Value, CliFailure> {
        let values = match &self.values {
            Some(answer) => json_rows(&answer.batches)?,
            None => vec![],
        };
        Ok(json!({
            "table": self.table, "added": self.added, "removed": self.removed, "changed": self.changed,
            "sums": self.sums, "values": values,
        }))
    }
}

/// Tables that both releases have: those asked for, or all that differ.
fn names<'p>(
    args: &DiffArgs,
    project: &'p Project,
    before: &Release,
    after: &Release,
) -> Result<Vec<&'p Node>, CliFailure> {
    let is_there = |node: &&Node| {
        let is_shown = args.access.unmasked || (node.publish && has_clear_key(node));
        is_shown && before.tables.contains_key(&node.name) && after.tables.contains_key(&node.name)
    };
    let nodes = || project.catalog.nodes.values().filter(is_there);
    if args.tables.is_empty() {
        let differs = |node: &&Node| before.tables[&node.name].content != after.tables[&node.name].content;
        return Ok(nodes().filter(differs).collect());
    }
    let find = |name: &String| {
        nodes().find(|node| node.name == *name).ok_or_else(|| {
            let known: Vec<&str> = nodes().map(|node| node.name.as_str()).collect();
            let hint = if args.access.unmasked { "" } else { "; others need --unmasked --purpose TEXT" };
            CliFailure::usage(format!("no table {name} in both releases; there are {}{hint}", known.join(", ")))
        })
    };
    args.tables.iter().map(find).collect()
}

async fn difference(
    args: &DiffArgs,
    project: &Project,
    before: &Release,
    after: &Release,
    node: &Node,
) -> Result<Difference, CliFailure> {
    let reader = match args.access.unmasked {
        true => Reader::of_two(&project.engine, &project.warehouse(), &node.name, before, after).await?,
        false => {
            let files = [file(project, before, node)?, file(project, after, node)?];
            Reader::of_two_files(&project.engine, &files, after).await?
        }
    };
    let key: Vec<String> = node.key.iter().map(|k| format!("b.{k} = a.{k}")).collect();
    let first = &node.key[0];
    let others: Vec<&str> =
        node.columns.iter().map(|c| c.name.as_str()).filter(|c| !node.key.iter().any(|k| k == c)).collect();
    let changed: Vec<String> = others.iter().map(|c| format!("(b.{c} is distinct from a.{c})")).collect();
    let changed = if changed.is_empty() { "false".to_owned() } else { changed.join(" or ") };
    let pair = format!("from before as b full join after as a on {}", key.join(" and "));
    let counts = reader
        .query(&format!(
            "select coalesce(sum(case when b.{first} is null then 1 else 0 end), 0) as added, \
             coalesce(sum(case when a.{first} is null then 1 else 0 end), 0) as removed, \
             coalesce(sum(case when b.{first} is not null and a.{first} is not null and ({changed}) then 1 else 0 end), 0) as changed {pair}"
        ))
        .await?;
    let counts: Vec<u64> = text_rows(&counts.batches)?.concat().iter().filter_map(|n| n.parse().ok()).collect();
    let count = |place: usize| counts.get(place).copied().unwrap_or_default();
    let mut sums = Vec::new();
    for column in node.columns.iter().filter(|c| c.column_type.starts_with("decimal")) {
        let name = &column.name;
        let sql = format!(
            "select (select coalesce(sum({name}), 0) from after) - (select coalesce(sum({name}), 0) from before) as difference"
        );
        let sum = text_rows(&reader.query(&sql).await?.batches)?.concat().concat();
        if sum.chars().any(|c| ('1'..='9').contains(&c)) {
            sums.push(format!("{name} {}{sum}", if sum.starts_with('-') { "" } else { "+" }));
        }
    }
    let values = match args.rows {
        0 => None,
        limit => Some(reader.query(&values_sql(node, &others, &pair, limit)).await?),
    };
    Ok(Difference { table: node.name.clone(), added: count(0), removed: count(1), changed: count(2), sums, values })
}

/// One row per differing value: the key, the column, before and after.
fn values_sql(node: &Node, others: &[&str], pair: &str, limit: usize) -> String {
    let key: Vec<String> = node.key.iter().map(|k| format!("coalesce(a.{k}, b.{k}) as {k}")).collect();
    let key = key.join(", ");
    let first = &node.key[0];
    let whole = format!(
        "select {key}, case when b.{first} is null then 'row added' else 'row removed' end as what, \
         cast(null as varchar) as before, cast(null as varchar) as after {pair} \
         where b.{first} is null or a.{first} is null"
    );
    let one = |column: &&str| {
        format!(
            "select {key}, '{column}' as what, cast(b.{column} as varchar) as before, cast(a.{column} as varchar) as after {pair} \
             where b.{first} is not null and a.{first} is not null and (b.{column} is distinct from a.{column})"
        )
    };
    let selects: Vec<String> = std::iter::once(whole).chain(others.iter().map(one)).collect();
    let order = node.key.join(", ");
    format!("select * from ({}) as differing order by {order}, what limit {limit}", selects.join(" union all "))
}

/// A table's published file.
fn file(project: &Project, release: &Release, node: &Node) -> Result<PathBuf, CliFailure> {
    let folder = folder::of_release(&project.published(), release.number);
    let none = || {
        CliFailure::missing(format!("release {} has no published file of {}", release.number, node.name))
            .hint("compare the warehouse's own tables: --unmasked --purpose TEXT")
    };
    if !folder.is_dir() {
        return Err(none());
    }
    let manifest = Manifest::read(&folder)?;
    let table = manifest.tables.iter().find(|t| t.table == node.name).ok_or_else(none)?;
    Ok(folder.join(&table.file))
}
