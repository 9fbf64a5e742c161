//! `tally segment`: the code of `kind = "cluster"` on any table.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use clap::{Args, ValueEnum};
use parquet::arrow::ArrowWriter;
use segmentation::cluster::{ClusterCount, ClusterError, ClusterModel, ClusterParams, Method, density};
use segmentation::feature::{FeatureFrame, FeatureSpec, Transform};
use serde_json::json;

use crate::failure::CliFailure;
use crate::kinds::model_table::{CARD_FILE, MODEL_FILE, SQL_FILE};
use crate::kinds::{density_batch, segment_batch};
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
    /// Columns to segment by, of numbers, dates or texts; every numeric column when absent.
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    features: Vec<String>,
    /// How features are brought to one scale: auto takes logarithms of skewed columns.
    #[arg(long, default_value = "auto")]
    transform: TransformChoice,
    /// auto, a number, or a range such as 3..8; a range is decided by silhouette.
    #[arg(long, default_value = "auto", value_name = "K")]
    clusters: ClusterCount,
    /// kmeans; gmm: a mixture of Gaussians, whose number is chosen by the Bayesian information criterion; dbscan: groups by density, to find
    /// outliers (segment 0).
    #[arg(long, default_value = "kmeans")]
    method: MethodChoice,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 42, value_name = "N")]
    seed: u64,
    /// Where the segments go, a Parquet or CSV file.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Folder for the model: model.json, card.md, and score.sql, which gives the same segments in any engine.
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TransformChoice {
    Auto,
    None,
    Z,
    Log,
    Robust,
    Quantile,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MethodChoice {
    Kmeans,
    Gmm,
    Dbscan,
}

/// Do it.
pub fn run(args: &SegmentArgs, printer: &Printer) -> Result<(), CliFailure> {
    let batches = extract::ad_hoc::read_table(&args.table)?;
    let transform = match args.transform {
        TransformChoice::Auto => Transform::Auto,
        TransformChoice::None => Transform::None,
        TransformChoice::Z => Transform::Z,
        TransformChoice::Log => Transform::Log,
        TransformChoice::Robust => Transform::Robust,
        TransformChoice::Quantile => Transform::Quantile,
    };
    let names = match (args.features.is_empty(), batches.first()) {
        (true, Some(batch)) => FeatureFrame::numeric_columns(batch, &args.id),
        _ => args.features.clone(),
    };
    if names.is_empty() && !batches.is_empty() {
        return Err(CliFailure::usage(format!("{} has no numeric column to segment by", args.table.display()))
            .hint("name columns of texts with --features"));
    }
    let specs: Vec<FeatureSpec> = names.iter().map(|n| FeatureSpec::of_column(n, transform)).collect();
    let method = match args.method {
        MethodChoice::Kmeans => Method::Kmeans,
        MethodChoice::Gmm => Method::Gmm,
        MethodChoice::Dbscan => return outliers(args, &batches, &specs, printer),
    };
    let params = ClusterParams { method, clusters: args.clusters, seed: args.seed, ..ClusterParams::default() };
    let model = ClusterModel::fit(&batches, &args.id, &specs, &params, None).map_err(failure)?;
    let (ids, scores) = model.score(&batches, &args.id).map_err(failure)?;
    let rows = segment_batch(&args.id, &ids, &model, &scores)?;
    write_rows(&args.out, &rows.schema(), &[rows])?;
    if let Some(folder) = &args.model {
        write_model(folder, &model, args)?;
    }
    print(args, &model, printer);
    Ok(())
}

/// Groups by density: nothing to choose and no model to keep.
fn outliers(
    args: &SegmentArgs,
    batches: &[RecordBatch],
    specs: &[FeatureSpec],
    printer: &Printer,
) -> Result<(), CliFailure> {
    if args.model.is_some() {
        return Err(CliFailure::usage("--method dbscan has no model to keep".to_owned()).hint("leave --model out"));
    }
    let fitted = FeatureFrame::fit(batches, &args.id, specs).map_err(|e| CliFailure::usage(e.to_string()))?;
    let found = density(&fitted.frame, args.seed).map_err(failure)?;
    let rows = density_batch(&args.id, &fitted.frame.ids, &found)?;
    write_rows(&args.out, &rows.schema(), &[rows])?;
    let groups = found.groups.iter().max().copied().unwrap_or(0);
    let sizes: Vec<usize> = (0..=groups).map(|group| found.groups.iter().filter(|g| **g == group).count()).collect();
    printer.json(&json!({
        "k": groups, "outliers": sizes[0], "sizes": &sizes[1..], "reach": found.reach, "neighbours": found.neighbours,
        "constant": fitted.constant, "out": args.out,
    }));
    let named = |group: usize| if group == 0 { "outlier".to_owned() } else { format!("group {group}") };
    let lines: Vec<Vec<String>> =
        sizes.iter().enumerate().map(|(group, size)| vec![group.to_string(), named(group), size.to_string()]).collect();
    printer.table(&["segment", "name", "size"], &lines);
    printer.line(&format!(
        "\n{} of {} rows have fewer than {} rows within {:.3}; rows to {}",
        sizes[0],
        found.groups.len(),
        found.neighbours,
        found.reach,
        args.out.display()
    ));
    Ok(())
}

fn failure(error: ClusterError) -> CliFailure {
    match error {
        ClusterError::Feature(e) => CliFailure::usage(e.to_string()),
        other => CliFailure::data(other.to_string()),
    }
}

/// The model's folder: the same files as those of a model in a warehouse.
fn write_model(folder: &Path, model: &ClusterModel, args: &SegmentArgs) -> Result<(), CliFailure> {
    let fail = |e: String| CliFailure::machine(format!("cannot write {}: {e}", folder.display()));
    std::fs::create_dir_all(folder).map_err(|e| fail(e.to_string()))?;
    let json = serde_json::to_string_pretty(model).map_err(|e| fail(e.to_string()))?;
    let title = format!("Segments of {}", args.table.display());
    let files = [(MODEL_FILE, json), (CARD_FILE, model.card(&title)), (SQL_FILE, model.sql("customers", &args.id))];
    for (name, content) in files {
        std::fs::write(folder.join(name), content).map_err(|e| fail(e.to_string()))?;
    }
    Ok(())
}

fn print(args: &SegmentArgs, model: &ClusterModel, printer: &Printer) {
    let features = model.feature_names();
    printer.json(&json!({
        "inertia": model.inertia, "silhouette": model.silhouette, "stability": model.stability, "k": model.segments.len(),
        "sizes": model.segments.iter().map(|s| s.size).collect::<Vec<_>>(),
        "segments": model.segments, "features": features, "constant": model.constant,
        "tried": model.tried, "seed": model.seed, "out": args.out,
    }));
    let mut header = vec!["segment", "name", "size", "share"];
    header.extend(features.iter().map(String::as_str));
    let rows: Vec<Vec<String>> = model
        .segments
        .iter()
        .map(|s| {
            let mut row = vec![s.segment.to_string(), s.name.en.clone(), s.size.to_string()];
            row.push(format!("{:.1} %", s.share * 100.0));
            row.extend(s.means.iter().map(|m| format!("{m:.2}")));
            row
        })
        .collect();
    printer.table(&header, &rows);
    if model.tried.len() > 1 {
        printer.line("");
        let tried = model.tried.iter().map(|t| {
            let numbers = [t.silhouette, t.stability, t.share_min, t.inertia].map(|x| format!("{x:.3}"));
            [vec![t.clusters.to_string()], numbers.to_vec()].concat()
        });
        printer
            .table(&["clusters", "silhouette", "stability", "smallest share", "inertia"], &tried.collect::<Vec<_>>());
    }
    printer.line(&format!(
        "\n{} segments, silhouette {:.3}, inertia {:.3}; means in original units. Rows to {}",
        model.segments.len(),
        model.silhouette,
        model.inertia,
        args.out.display()
    ));
    if !model.constant.is_empty() {
        printer.talk(&format!("left out, because constant: {}", model.constant.join(", ")));
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
