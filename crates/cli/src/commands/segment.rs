//! `tally segment`: the code of `kind = "cluster"` on any table.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use clap::{Args, ValueEnum};
use parquet::arrow::ArrowWriter;
use segmentation::cluster::{ClusterCount, ClusterParams, Segmentation, segment};
use segmentation::feature::{FeatureFrame, FeatureSpec, Transform};
use serde_json::json;

use crate::failure::CliFailure;
use crate::kinds::segment_batch;
use crate::printer::Printer;

/// Segment the rows of any table, without a project.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally segment customers.csv --id customer_id --out segments.parquet\n  tally segment features.parquet --id id --features spend,visits --clusters 5 --transform log --out segments.csv\n\nThe file written has one row per input row: the id, segment (1 has the highest mean of the first feature),\nsegment_name, and distance to the segment's centre. Same table and seed, same result."
)]
pub struct SegmentArgs {
    /// Parquet or CSV file.
    table: PathBuf,
    /// Column that identifies a row.
    #[arg(long, value_name = "COL")]
    id: String,
    /// Columns to segment by; every numeric column when absent.
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    features: Vec<String>,
    /// How features are brought to one scale: auto takes logarithms of skewed columns.
    #[arg(long, default_value = "auto")]
    transform: TransformChoice,
    /// auto, a number, or a range such as 3..8; a range is decided by silhouette.
    #[arg(long, default_value = "auto", value_name = "K")]
    clusters: ClusterCount,
    /// Method.
    #[arg(long, default_value = "kmeans")]
    method: Method,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 42, value_name = "N")]
    seed: u64,
    /// Where the segments go, a Parquet or CSV file.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TransformChoice {
    Auto,
    None,
    Z,
    Log,
    Robust,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Method {
    Kmeans,
}

/// Do it.
pub fn run(args: &SegmentArgs, printer: &Printer) -> Result<(), CliFailure> {
    let batches = extract::ad_hoc::read_table(&args.table)?;
    let Method::Kmeans = args.method;
    let transform = match args.transform {
        TransformChoice::Auto => Transform::Auto,
        TransformChoice::None => Transform::None,
        TransformChoice::Z => Transform::Z,
        TransformChoice::Log => Transform::Log,
        TransformChoice::Robust => Transform::Robust,
    };
    let names = match (args.features.is_empty(), batches.first()) {
        (true, Some(batch)) => FeatureFrame::numeric_columns(batch, &args.id),
        _ => args.features.clone(),
    };
    if names.is_empty() && !batches.is_empty() {
        return Err(CliFailure::usage(format!("{} has no numeric column to segment by", args.table.display())));
    }
    let specs: Vec<FeatureSpec> = names.iter().map(|n| FeatureSpec::of_column(n, transform)).collect();
    let frame = FeatureFrame::build(&batches, &args.id, &specs).map_err(|e| CliFailure::usage(e.to_string()))?;
    let params = ClusterParams { clusters: args.clusters, seed: args.seed, ..ClusterParams::default() };
    let result = segment(&frame, &params).map_err(|e| CliFailure::data(e.to_string()))?;
    let rows = segment_batch(&args.id, &result)?;
    write_rows(&args.out, &rows.schema(), &[rows])?;
    print(args, &result, printer);
    Ok(())
}

fn print(args: &SegmentArgs, result: &Segmentation, printer: &Printer) {
    printer.json(&json!({
        "inertia": result.inertia, "silhouette": result.silhouette, "k": result.clusters,
        "sizes": result.segments.iter().map(|s| s.size).collect::<Vec<_>>(),
        "segments": result.segments, "features": result.features, "constant": result.constant,
        "tried": result.tried, "seed": result.seed, "out": args.out,
    }));
    let mut header = vec!["segment", "name", "size", "share"];
    header.extend(result.features.iter().map(String::as_str));
    let rows: Vec<Vec<String>> = result
        .segments
        .iter()
        .map(|s| {
            let mut row = vec![s.segment.to_string(), s.segment_name.clone(), s.size.to_string()];
            row.push(format!("{:.1} %", s.share * 100.0));
            row.extend(s.means.iter().map(|m| format!("{m:.2}")));
            row
        })
        .collect();
    printer.table(&header, &rows);
    printer.line(&format!(
        "\n{} segments, silhouette {:.3}, inertia {:.3}; means in original units. Rows to {}",
        result.clusters,
        result.silhouette,
        result.inertia,
        args.out.display()
    ));
    if !result.constant.is_empty() {
        printer.talk(&format!("left out, because constant: {}", result.constant.join(", ")));
    }
}

/// Write rows as Parquet or CSV, by the file name's ending.
pub fn write_rows(path: &Path, schema: &SchemaRef, batches: &[RecordBatch]) -> Result<usize, CliFailure> {
    let fail = |e: String| CliFailure::machine(format!("cannot write {}: {e}", path.display()));
    let file = File::create(path).map_err(|e| fail(e.to_string()))?;
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet")) {
        let mut writer = ArrowWriter::try_new(file, schema.clone(), None).map_err(|e| fail(e.to_string()))?;
        for batch in batches {
            writer.write(batch).map_err(|e| fail(e.to_string()))?;
        }
        writer.close().map_err(|e| fail(e.to_string()))?;
    } else {
        let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(file);
        for batch in batches {
            writer.write(batch).map_err(|e| fail(e.to_string()))?;
        }
    }
    Ok(batches.iter().map(RecordBatch::num_rows).sum())
}
