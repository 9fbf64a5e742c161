//! `tally resolve`: the code of `kind = "match"` and `kind = "identity"` on any tables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, RecordBatch, StringArray};
use clap::Args;
use identity::linker::{Linked, RuleCost};
use identity::weights::Weights;
use identity::{Column, MatchConfig, RecordTable, link, preview, ten_thousandths};
use rayon::prelude::*;
use serde_json::json;

use crate::commands::segment::write_rows;
use crate::failure::CliFailure;
use crate::printer::Printer;

/// Find which records of one or more tables are the same customer, without a project.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally resolve persons.csv --config persons.toml --out customers.parquet\n  tally resolve core.csv card.parquet --config persons.toml --evidence pairs.csv --out customers.csv\n  tally resolve persons.csv --config persons.toml --preview\n\nThe file written has one row per record: source (the file's name), record_id, customer_id, rule (SCORE, or SINGLE for a\nrecord that stands alone) and score (bits of its strongest link). docs/guides/resolve.md has configurations to start from."
)]
pub struct ResolveArgs {
    /// Parquet or CSV files.
    #[arg(required = true)]
    tables: Vec<PathBuf>,
    /// Columns, comparisons, blocking rules and thresholds (TOML).
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Only say what blocking would cost.
    #[arg(long)]
    preview: bool,
    /// Write the configuration with the weights that were learned, so that they stay as they are.
    #[arg(long, value_name = "FILE")]
    freeze: Option<PathBuf>,
    /// Write every pair from the review threshold on, with what each comparison says, a Parquet or CSV file.
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    /// Worker threads; the result does not depend on it. All processors when left out.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Where the customers go, a Parquet or CSV file.
    #[arg(long, value_name = "FILE", required_unless_present = "preview")]
    out: Option<PathBuf>,
}

/// Do it.
pub fn run(args: &ResolveArgs, printer: &Printer) -> Result<(), CliFailure> {
    if let Some(threads) = args.threads {
        // Fails only when a pool exists already.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    let config = read_config(&args.config)?;
    let began = std::time::Instant::now();
    let records = Records::read(&args.tables, &config)?;
    printer.talk(&format!("{} records read in {:.1} s", records.table.rows(), began.elapsed().as_secs_f64()));
    if args.preview {
        print_costs(&preview(&records.table, &config).map_err(|e| CliFailure::usage(e.to_string()))?, printer);
        return Ok(());
    }
    let linked =
        link(&records.table, &config, args.evidence.is_some()).map_err(|e| CliFailure::usage(e.to_string()))?;
    if let Some(out) = &args.out {
        let rows = customers(&records, &linked)?;
        write_rows(out, &rows.schema(), &[rows])?;
    }
    if let Some(path) = &args.evidence {
        let rows = pairs(&records, &linked)?;
        write_rows(path, &rows.schema(), &[rows])?;
    }
    if let Some(path) = &args.freeze {
        freeze(path, &config, &linked.weights)?;
    }
    print(args, &records, &linked, began.elapsed().as_secs_f64(), printer);
    Ok(())
}

fn read_config(path: &Path) -> Result<MatchConfig, CliFailure> {
    let text =
        std::fs::read_to_string(path).map_err(|e| CliFailure::usage(format!("cannot read {}: {e}", path.display())))?;
    toml::from_str(&text).map_err(|e| CliFailure::usage(format!("{}: {e}", path.display())))
}

/// Records in the order of their keys.
struct Records {
    sources: Vec<String>,
    ids: Vec<String>,
    table: RecordTable,
}

impl Records {
    fn read(paths: &[PathBuf], config: &MatchConfig) -> Result<Self, CliFailure> {
        let Some(id) = &config.id else {
            return Err(CliFailure::usage("the configuration says no `id`: give the column that identifies a record"));
        };
        let mut sources = Vec::new();
        let mut batches: Vec<(u32, RecordBatch)> = Vec::new();
        for (number, path) in (0..).zip(paths) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if sources.contains(&name) {
                return Err(CliFailure::usage(format!("two tables are called {name}: give files of different names")));
            }
            sources.push(name);
            batches.extend(extract::ad_hoc::read_texts(path)?.into_iter().map(|batch| (number, batch)));
        }
        let mut keys: Vec<(u32, &str, usize, usize)> = Vec::new();
        for (place, (source, batch)) in batches.iter().enumerate() {
            let ids = texts(batch, id, &sources[*source as usize])?;
            for row in 0..batch.num_rows() {
                if ids.is_null(row) {
                    let source = &sources[*source as usize];
                    return Err(CliFailure::data(format!("{source}: a record has no `{id}`; every record needs one")));
                }
                keys.push((*source, ids.value(row).trim(), place, row));
            }
        }
        keys.par_sort_unstable();
        if let Some(twice) = keys.windows(2).find(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1)) {
            let (source, id_value) = (&sources[twice[0].0 as usize], twice[0].1);
            return Err(CliFailure::data(format!(
                "{source}: `{id}` {id_value} occurs twice; each record needs its own"
            )));
        }
        // Column by column, by as many threads as there are.
        let names: Vec<String> = config.compared_columns().into_iter().collect();
        let of_name = |name: &String| -> Result<(String, Column), CliFailure> {
            let source = config.columns.get(name).cloned().unwrap_or_default();
            let from = if source.from.is_empty() { vec![name.clone()] } else { source.from.clone() };
            let mut parts: Vec<Vec<&StringArray>> = Vec::new();
            for (number, batch) in &batches {
                let of_table = &sources[*number as usize];
                parts.push(from.iter().map(|column| texts(batch, column, of_table)).collect::<Result<_, _>>()?);
            }
            let value = |place: usize, row: usize| {
                let present: Vec<&str> =
                    parts[place].iter().filter(|column| column.is_valid(row)).map(|column| column.value(row)).collect();
                source.clean.apply(&present.join(" "))
            };
            Ok((name.clone(), Column::of(keys.iter().map(|(_, _, place, row)| Some(value(*place, *row))))))
        };
        let columns = names.par_iter().map(of_name).collect::<Result<BTreeMap<_, _>, _>>()?;
        let ids = keys.iter().map(|(_, id, _, _)| (*id).to_owned()).collect();
        let of_record = keys.iter().map(|(source, ..)| *source).collect();
        Ok(Records { sources, ids, table: RecordTable { columns, sources: of_record } })
    }

    fn source(&self, record: u32) -> &str {
        &self.sources[self.table.sources[record as usize] as usize]
    }

    fn id(&self, record: u32) -> &str {
        &self.ids[record as usize]
    }
}

fn texts<'a>(batch: &'a RecordBatch, name: &str, table: &str) -> Result<&'a StringArray, CliFailure> {
    let column = batch.column_by_name(name).ok_or_else(|| {
        let known = batch.schema().fields().iter().map(|f| f.name().clone()).collect::<Vec<_>>().join(", ");
        CliFailure::usage(format!("{table} has no column `{name}`; it has {known}"))
    })?;
    Ok(column.as_string::<i32>())
}

/// One row per record.
fn customers(records: &Records, linked: &Linked) -> Result<RecordBatch, CliFailure> {
    let link_bits: Vec<f64> = linked.links.iter().map(|link| link.bits).collect();
    let numbers = 0..u32::try_from(records.ids.len()).unwrap_or(u32::MAX);
    let column = |value: &dyn Fn(u32) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(numbers.clone().map(value)))
    };
    let strongest = |record: u32| linked.clusters.strongest[record as usize].map(|place| link_bits[place]);
    let score: Decimal128Array = numbers.clone().map(|record| strongest(record).map(ten_thousandths)).collect();
    let customer = |record: u32| {
        let lowest = linked.clusters.of_record[record as usize];
        identity::golden_id::new_id(records.source(lowest), records.id(lowest))
    };
    let rule = |record: u32| if strongest(record).is_some() { "SCORE" } else { "SINGLE" };
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("source", column(&|record| records.source(record).to_owned()), false),
        ("record_id", column(&|record| records.id(record).to_owned()), false),
        ("customer_id", column(&customer), false),
        ("rule", column(&|record| rule(record).to_owned()), false),
        ("score", Arc::new(score.with_precision_and_scale(9, 4)?) as ArrayRef, true),
    ])?)
}

/// One row per pair worth looking at.
fn pairs(records: &Records, linked: &Linked) -> Result<RecordBatch, CliFailure> {
    let column = |value: &dyn Fn(usize) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values((0..linked.pairs.len()).map(value)))
    };
    let one_customer = |place: usize| {
        let pair = &linked.pairs[place];
        linked.clusters.of_record[pair.a as usize] == linked.clusters.of_record[pair.b as usize]
    };
    let score: Decimal128Array = linked.pairs.iter().map(|pair| Some(ten_thousandths(pair.bits))).collect();
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("source_left", column(&|p| records.source(linked.pairs[p].a).to_owned()), false),
        ("record_id_left", column(&|p| records.id(linked.pairs[p].a).to_owned()), false),
        ("source_right", column(&|p| records.source(linked.pairs[p].b).to_owned()), false),
        ("record_id_right", column(&|p| records.id(linked.pairs[p].b).to_owned()), false),
        ("score", Arc::new(score.with_precision_and_scale(9, 4)?) as ArrayRef, true),
        ("one_customer", column(&|p| one_customer(p).to_string()), false),
        ("evidence", column(&|p| linked.evidence[p].clone()), false),
    ])?)
}

fn freeze(path: &Path, config: &MatchConfig, weights: &Weights) -> Result<(), CliFailure> {
    let mut frozen = config.clone();
    frozen.prior = Some(weights.prior);
    for (comparison, learned) in frozen.comparisons.iter_mut().zip(&weights.comparisons) {
        comparison.m = Some(learned.m.clone());
        comparison.u = Some(learned.u.clone());
    }
    let text = toml::to_string(&frozen).map_err(|e| CliFailure::bug(e.to_string()))?;
    std::fs::write(path, text).map_err(|e| CliFailure::machine(format!("cannot write {}: {e}", path.display())))
}

fn print_costs(costs: &[RuleCost], printer: &Printer) {
    printer.json(&json!({ "blocking": costs, "pairs": costs.iter().map(|c| c.pairs).sum::<u64>() }));
    let rows: Vec<Vec<String>> = costs
        .iter()
        .map(|c| vec![c.rule.clone(), c.pairs.to_string(), c.largest_block.to_string(), c.example.clone()])
        .collect();
    printer.table(&["blocking rule", "pairs", "largest block", "holds"], &rows);
}

fn print(args: &ResolveArgs, records: &Records, linked: &Linked, seconds: f64, printer: &Printer) {
    let mut customers = linked.clusters.of_record.clone();
    customers.sort_unstable();
    customers.dedup();
    printer.json(&json!({
        "records": records.ids.len(), "customers": customers.len(), "compared": linked.compared,
        "pairs": linked.pairs.len(), "links": linked.links.len(), "rejected": linked.clusters.rejected.len(),
        "weights": linked.weights, "blocking": linked.costs, "out": args.out, "seconds": seconds,
    }));
    let mut rows = Vec::new();
    for weights in &linked.weights.comparisons {
        for (place, ((m, u), bits)) in weights.m.iter().zip(&weights.u).zip(weights.bits().iter().skip(1)).enumerate() {
            let level = linked.level_names(&weights.column, place);
            rows.push(vec![
                weights.column.clone(),
                level,
                format!("{m:.4}"),
                format!("{u:.3e}"),
                format!("{bits:+.2}"),
            ]);
        }
    }
    printer.table(&["comparison", "level", "m", "u", "bits"], &rows);
    printer.line(&format!(
        "\n{} records are {} customers: {} pairs compared, {} links, {} rejected because they would join what must stay apart",
        records.ids.len(),
        customers.len(),
        linked.compared,
        linked.links.len(),
        linked.clusters.rejected.len()
    ));
}
