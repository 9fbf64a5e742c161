//! k-means against what it must equal: plain Lloyd iterations, every partition of a small table, itself on other threads.

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use ndarray::{Array2, Axis, array};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256Plus;

use super::{KMeans, KMeansError, KMeansParams, Start};

/// Blobs around so many centres, of two features and more noise.
fn blobs(rows: usize, features: usize, centres: usize, seed: u64) -> Array2<f64> {
    let mut rng = Xoshiro256Plus::seed_from_u64(seed);
    let middle = Array2::from_shape_fn((centres, features), |_| rng.gen_range(-5.0..5.0));
    Array2::from_shape_fn((rows, features), |(row, f)| middle[(row % centres, f)] + rng.gen_range(-2.0..2.0))
}

fn fit(rows: &Array2<f64>, params: &KMeansParams<f64>) -> KMeans<f64> {
    params.fit(&DatasetBase::from(rows.view())).unwrap()
}

/// Lloyd's iterations as in a textbook, comparing every row with every centroid; the first centroid wins a tie.
fn textbook(rows: &Array2<f64>, mut centroids: Array2<f64>, iterations: usize) -> (Array2<f64>, Vec<usize>) {
    let nearest = |centroids: &Array2<f64>| -> Vec<usize> {
        let label = |row: ndarray::ArrayView1<'_, f64>| {
            let apart = |c: usize| row.iter().zip(centroids.row(c)).map(|(x, y)| (x - y).powi(2)).sum::<f64>();
            (0..centroids.nrows()).reduce(|best, next| if apart(next) < apart(best) { next } else { best }).unwrap()
        };
        rows.rows().into_iter().map(label).collect()
    };
    for _ in 0..iterations {
        let labels = nearest(&centroids);
        for cluster in 0..centroids.nrows() {
            let members: Vec<usize> = (0..rows.nrows()).filter(|row| labels[*row] == cluster).collect();
            centroids.row_mut(cluster).assign(&rows.select(Axis(0), &members).mean_axis(Axis(0)).unwrap());
        }
    }
    let labels = nearest(&centroids);
    (centroids, labels)
}

#[test]
fn bounds_skip_work_and_change_nothing() {
    for (rows, features, clusters, seed) in [(5_000, 7, 5, 1), (9_000, 16, 8, 2), (6_000, 3, 11, 3)] {
        let table = blobs(rows, features, clusters, seed);
        let start = table.select(Axis(0), &(0..clusters).map(|c| c * 13 + 1).collect::<Vec<_>>());
        for iterations in [1, 2, 5, 20] {
            let params = KMeansParams {
                start: Start::Given(start.clone()),
                iterations_max: iterations,
                tolerance: 0.0,
                ..KMeansParams::new(clusters, 0)
            };
            let found = fit(&table, &params);
            let (centroids, labels) = textbook(&table, start.clone(), found.iterations);
            let apart = (&found.centroids - &centroids).mapv(f64::abs).into_iter().fold(0.0, f64::max);
            assert!(apart < 1e-9, "{apart} after {iterations} iterations");
            assert_eq!(found.predict(&table).to_vec(), labels);
        }
    }
}

#[test]
fn the_best_of_all_partitions_of_a_small_table_is_found() {
    for seed in 0..20 {
        let table = blobs(8, 2, 3, seed);
        // Every way to give eight rows to three clusters.
        let mut best = f64::INFINITY;
        for code in 0..3_usize.pow(8) {
            let labels: Vec<usize> = (0..8).map(|row| code / 3_usize.pow(row) % 3).collect();
            let inertia: f64 = (0..3)
                .map(|cluster| {
                    let members: Vec<usize> = (0..8).filter(|row| labels[*row] == cluster).collect();
                    let Some(mean) = table.select(Axis(0), &members).mean_axis(Axis(0)) else { return 0.0 };
                    members.iter().map(|row| (&table.row(*row) - &mean).mapv(|x| x * x).sum()).sum()
                })
                .sum();
            best = best.min(inertia);
        }
        let found = fit(&table, &KMeansParams::new(3, seed));
        assert!((found.inertia - best).abs() < 1e-9, "{} {best}", found.inertia);
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let table = blobs(60_000, 6, 7, 9);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            fit(&table, &KMeansParams { start: Start::Search { restarts: 3, swaps: 4 }, ..KMeansParams::new(6, 5) })
        })
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(3));
}

#[test]
fn a_cluster_that_loses_its_rows_takes_the_farthest_one() {
    let table = array![[0.0], [0.1], [0.2], [10.0]];
    let start = Start::Given(array![[0.1], [100.0]]);
    let found = fit(&table, &KMeansParams { start, ..KMeansParams::new(2, 0) });
    assert!((found.inertia - 0.02).abs() < 1e-12);
}

#[test]
fn the_same_row_again_and_again_is_one_cluster_and_empty_ones() {
    let table = Array2::from_elem((10, 2), 3.0);
    let found = fit(&table, &KMeansParams::new(3, 1));
    assert!(found.inertia.abs() < 1e-12);
}

#[test]
fn single_precision_finds_the_same_groups() {
    let table = blobs(3_000, 4, 3, 4);
    let double = fit(&table, &KMeansParams::new(3, 1));
    let single = table.mapv(|x| x as f32);
    let found: KMeans<f32> = KMeansParams::new(3, 1).fit(&DatasetBase::from(single.view())).unwrap();
    assert!((found.inertia / double.inertia - 1.0).abs() < 1e-5);
}

#[test]
fn what_cannot_be_clustered_is_refused() {
    let table = array![[1.0], [2.0]];
    let refused =
        |table: &Array2<f64>, params: KMeansParams<f64>| params.fit(&DatasetBase::from(table.view())).unwrap_err();
    assert_eq!(refused(&table, KMeansParams::new(3, 0)), KMeansError::TooFewRows { rows: 2, clusters: 3 });
    assert_eq!(refused(&array![[1.0], [f64::NAN]], KMeansParams::new(1, 0)), KMeansError::NotFinite);
    let start = Start::Given(array![[1.0, 2.0]]);
    let other = refused(&table, KMeansParams { start, ..KMeansParams::new(1, 0) });
    assert_eq!(other, KMeansError::OtherStart { found: 1, clusters: 1 });
}
