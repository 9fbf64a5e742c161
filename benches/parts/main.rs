//! Timings of the parts that a night spends its time in. Fixed seed, fixed sizes, data made outside the timer.

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Float64Array, RecordBatch, StringArray};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use extract::load::{DateWindow, MemorySink};
use extract::{Contract, Means, load_file};
use segmentation::cluster::{ClusterCount, ClusterModel, ClusterParams};
use segmentation::feature::{FeatureSpec, Transform};

const CONTRACT: &str = r#"
    description = "postings"
    key = ["id"]
    file = { name = "T_{biz_date}.dat", delimiter = "|" }
    delivery = { mode = "insert", totals = ["amount"] }
    columns = [
        { name = "id", type = "int", required = true },
        { name = "account", type = "text", required = true },
        { name = "day", type = "date", required = true },
        { name = "amount", type = "decimal(18,2)", required = true },
        { name = "channel", type = "text" },
    ]"#;

fn load(criterion: &mut Criterion) {
    let rows = 100_000_u64;
    let text: String = (0..rows)
        .map(|i| format!("{i}|62{:012}|202506{:02}|{}.{:02}|MBANK\n", i * 7919, i % 30 + 1, i % 9000, i % 100))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("T_20250630.dat");
    std::fs::write(&path, &text).unwrap();
    let contract = Contract::parse(Path::new("core/t.toml"), CONTRACT).unwrap();
    let window = DateWindow { after: None, date: "2025-06-30".parse().unwrap() };
    let means = Means::new(1, folder.path());
    let mut group = criterion.benchmark_group("extract");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.sample_size(10);
    group.bench_function(BenchmarkId::new("load_file", rows), |b| {
        b.iter(|| load_file(&contract, &path, window, &means, &MemorySink::default()).unwrap());
    });
}

fn cluster(criterion: &mut Criterion) {
    let rows = 10_000_u32;
    let value = |row: u32, column: u32| f64::from((row * 7919 + column * 104_729) % 10_007) + f64::from(row % 5) * 1e4;
    let ids: StringArray = (0..rows).map(|r| Some(format!("{r:06}"))).collect();
    let mut columns = vec![("id".to_owned(), Arc::new(ids) as arrow::array::ArrayRef)];
    for column in 0..8 {
        let values: Float64Array = (0..rows).map(|r| Some(value(r, column))).collect();
        columns.push((format!("f{column}"), Arc::new(values)));
    }
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let specs: Vec<FeatureSpec> = (0..8).map(|c| FeatureSpec::of_column(&format!("f{c}"), Transform::Z)).collect();
    let params = ClusterParams { clusters: ClusterCount::Fixed(8), ..ClusterParams::default() };
    let mut group = criterion.benchmark_group("segmentation");
    group.sample_size(10);
    group.bench_function(BenchmarkId::new("segment_k8_d8", rows), |b| {
        b.iter(|| ClusterModel::fit(std::slice::from_ref(&batch), "id", &specs, &params, None).unwrap());
    });
}

criterion_group!(parts, load, cluster);
criterion_main!(parts);
