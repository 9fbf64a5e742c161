//! `cluster-rows HOW FILE ROWS FEATURES PRECISION CLUSTERS ITERATIONS START`: k-means on rows of little-endian numbers, for
//! `benches/rivals/kmeans.py`. HOW is `tally` or `linfa`; PRECISION `f64` or `f32`; START a file of centroids, or a number of restarts.
//! Prints seconds of the fit, its inertia, iterations and the process's peak memory as JSON.

use std::error::Error;
use std::io::Read;
use std::time::Instant;

use linfa::traits::{Fit, Predict};
use linfa::{DatasetBase, Float};
use linfa_clustering::{KMeans as LinfaKMeans, KMeansInit};
use linfa_nn::distance::L2Dist;
use ndarray::Array2;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256Plus;
use segmentation::kmeans::{KMeansParams, Start};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.get(4).map(String::as_str) {
        Some("f64") => run(&arguments, |bytes: [u8; 8]| f64::from_le_bytes(bytes)),
        Some("f32") => run(&arguments, |bytes: [u8; 4]| f32::from_le_bytes(bytes)),
        _ => Err("usage: cluster-rows tally|linfa FILE ROWS FEATURES f64|f32 CLUSTERS ITERATIONS START".into()),
    }
}

fn run<F: Float, const N: usize>(arguments: &[String], number: fn([u8; N]) -> F) -> Result<(), Box<dyn Error>> {
    let [how, file, rows, features, _, clusters, iterations, start] = arguments else {
        return Err("eight arguments are needed".into());
    };
    let (rows, features, clusters): (usize, usize, usize) = (rows.parse()?, features.parse()?, clusters.parse()?);
    let iterations: usize = iterations.parse()?;
    let read = |file: &str| -> Result<Vec<F>, Box<dyn Error>> {
        // Without a second copy of all rows.
        let mut bytes = std::io::BufReader::new(std::fs::File::open(file)?);
        let mut chunk = [0; N];
        let mut numbers = Vec::with_capacity(usize::try_from(std::fs::metadata(file)?.len())? / N);
        while bytes.read_exact(&mut chunk).is_ok() {
            numbers.push(number(chunk));
        }
        Ok(numbers)
    };
    let dataset = DatasetBase::from(Array2::from_shape_vec((rows, features), read(file)?)?);
    let given = match start.parse::<usize>() {
        Ok(_) => None,
        Err(_) => Some(Array2::from_shape_vec((clusters, features), read(start)?)?),
    };
    let restarts = start.parse().unwrap_or(1);
    let began = Instant::now();
    let (seconds, inertia, done) = if how == "linfa" {
        let init = given.map_or(KMeansInit::KMeansPlusPlus, KMeansInit::Precomputed);
        let model = LinfaKMeans::params_with(clusters, Xoshiro256Plus::seed_from_u64(1), L2Dist)
            .init_method(init)
            .n_runs(restarts)
            .max_n_iterations(iterations as u64)
            .tolerance(F::cast(1e-9))
            .fit(&dataset)?;
        let seconds = began.elapsed().as_secs_f64();
        let labels = model.predict(&dataset);
        let rows = dataset.records.rows().into_iter().zip(&labels);
        let apart = |row: ndarray::ArrayView1<'_, F>, label: usize| -> f64 {
            let pairs = row.into_iter().zip(model.centroids().row(label));
            pairs.map(|(x, c)| (x.to_f64().unwrap_or(0.0) - c.to_f64().unwrap_or(0.0)).powi(2)).sum()
        };
        (seconds, rows.map(|(row, label)| apart(row, *label)).sum::<f64>(), iterations)
    } else {
        let (start, tolerance) = match given {
            Some(centroids) => (Start::Given(centroids), 0.0),
            None => (Start::Search { restarts, swaps: 5 * clusters }, 1e-4),
        };
        let params = KMeansParams { clusters, start, iterations_max: iterations, tolerance, seed: 1 };
        let model = params.fit(&dataset)?;
        (began.elapsed().as_secs_f64(), model.inertia, model.iterations)
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0").trim();
    let peak_kib: u64 = peak.trim_end_matches(" kB").trim().parse().unwrap_or(0);
    println!(
        "{{\"seconds\": {seconds}, \"inertia\": {inertia}, \"iterations\": {done}, \"peak_mib\": {}}}",
        peak_kib / 1024
    );
    Ok(())
}
