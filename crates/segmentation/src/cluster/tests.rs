//! Models of small tables whose answers are known, and their life from one day to the next.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};

use super::*;
use crate::feature::{FeatureSpec, Transform};

/// Points as rows `c0, c1, ...` of columns x and y.
fn table(points: &[(f64, f64)], reversed: bool) -> RecordBatch {
    let mut rows: Vec<(String, (f64, f64))> = points.iter().enumerate().map(|(i, p)| (format!("c{i}"), *p)).collect();
    if reversed {
        rows.reverse();
    }
    RecordBatch::try_from_iter([
        ("id", Arc::new(rows.iter().map(|r| Some(r.0.as_str())).collect::<StringArray>()) as ArrayRef),
        ("x", Arc::new(rows.iter().map(|r| Some(r.1.0)).collect::<Float64Array>()) as ArrayRef),
        ("y", Arc::new(rows.iter().map(|r| Some(r.1.1)).collect::<Float64Array>()) as ArrayRef),
    ])
    .unwrap()
}

fn fit(
    table: &RecordBatch,
    params: &ClusterParams,
    before: Option<&ClusterModel>,
) -> Result<ClusterModel, ClusterError> {
    let specs = ["x", "y"].map(|c| FeatureSpec::of_column(c, Transform::None));
    ClusterModel::fit(std::slice::from_ref(table), "id", &specs, params, before)
}

fn labels(model: &ClusterModel, table: &RecordBatch) -> Vec<usize> {
    let (_, scores) = model.score(std::slice::from_ref(table), "id").unwrap();
    scores.iter().map(|score| model.segments[score.place].segment).collect()
}

fn fixed(clusters: usize, seed: u64) -> ClusterParams {
    ClusterParams { clusters: ClusterCount::Fixed(clusters), seed, ..ClusterParams::default() }
}

const SIX: [(f64, f64); 6] = [(0., 0.), (0., 2.), (2., 0.), (10., 10.), (10., 12.), (12., 10.)];

#[test]
fn acceptance_n6_six_points_make_two_segments_for_any_seed_and_order() {
    for seed in 0..20 {
        let table = table(&SIX, seed % 2 == 0);
        let model = fit(&table, &fixed(2, seed), None).unwrap();
        assert!((model.inertia - 10.666_667).abs() < 1e-6);
        assert!((model.silhouette - 0.839_816).abs() < 1e-6);
        assert_eq!(labels(&model, &table), [2, 2, 2, 1, 1, 1]);
        assert!((model.segments[0].means[0] - 10.666_667).abs() < 1e-6);
        assert!((model.segments[1].means[1] - 0.666_667).abs() < 1e-6);
    }
}

#[test]
fn acceptance_n9_memberships_by_the_squares_of_distances() {
    for (found, expect) in memberships(&[1.0, 2.0, 4.0]).iter().zip([0.761_905, 0.190_476, 0.047_619]) {
        assert!((found - expect).abs() < 1e-6);
    }
    assert_eq!(memberships(&[3.0, 0.0]), [0.0, 1.0]);
}

#[test]
fn acceptance_n13_refitted_with_other_order_and_seed_customers_keep_their_segments() {
    let then = table(&SIX, false);
    let first = fit(&then, &fixed(2, 1), None).unwrap();
    let again = fit(&table(&SIX, true), &fixed(2, 99), Some(&first)).unwrap();
    assert_eq!(labels(&again, &then), labels(&first, &then));
}

#[test]
fn segments_keep_number_and_name_when_their_order_turns_round() {
    let first = fit(&table(&SIX, false), &fixed(2, 1), None).unwrap();
    // The upper group has lost most of its x and y, the lower one has grown beyond it, each staying nearer to where it was.
    let moved: Vec<(f64, f64)> =
        SIX.iter().map(|(x, y)| if *x < 5.0 && *y < 5.0 { (x + 5.5, *y) } else { (x - 5.0, *y) }).collect();
    let alone = fit(&table(&moved, false), &fixed(2, 1), None).unwrap();
    let continued = fit(&table(&moved, false), &fixed(2, 1), Some(&first)).unwrap();
    assert_eq!(labels(&alone, &table(&moved, false)), [1, 1, 1, 2, 2, 2]);
    assert_eq!(labels(&continued, &table(&moved, false)), [2, 2, 2, 1, 1, 1]);
    assert_eq!(continued.segments[0].name, first.segments[0].name);
}

#[test]
fn a_new_segment_has_a_number_that_was_never_given() {
    let first = fit(&table(&SIX, false), &fixed(2, 1), None).unwrap();
    let mut points = SIX.to_vec();
    points.extend([(40.0, 40.0), (40.0, 41.0), (41.0, 40.0)]);
    let more = fit(&table(&points, false), &fixed(3, 1), Some(&first)).unwrap();
    assert_eq!(labels(&more, &table(&points, false)), [2, 2, 2, 1, 1, 1, 3, 3, 3]);
    let names: std::collections::BTreeSet<&str> = more.segments.iter().map(|s| s.name.en.as_str()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn the_count_is_chosen_and_the_table_of_tries_kept() {
    let params = ClusterParams { clusters: ClusterCount::Between(2, 5), ..ClusterParams::default() };
    let model = fit(&table(&SIX, false), &params, None).unwrap();
    assert_eq!(model.segments.len(), 2);
    assert_eq!(model.tried.iter().map(|t| t.clusters).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn a_frozen_model_scores_rows_that_it_has_never_seen() {
    let model = fit(&table(&SIX, false), &fixed(2, 1), None).unwrap();
    let text = serde_json::to_string(&model).unwrap();
    let kept: ClusterModel = serde_json::from_str(&text).unwrap();
    assert_eq!(kept, model);
    let (_, scores) = kept.score(&[table(&[(10.666_666_666_666_666, 13.666_666_666_666_666)], false)], "id").unwrap();
    assert_eq!(kept.segments[scores[0].place].segment, 1);
    assert!((scores[0].distance - 3.0).abs() < 1e-9);
    // Far from where it was fitted the columns have drifted.
    let drifted = kept.drift(&[table(&[(90.0, 90.0); 6], false)]).unwrap();
    assert!(drifted.iter().all(|(_, drift)| *drift > 0.25), "{drifted:?}");
    assert!(kept.drift(&[table(&SIX, true)]).unwrap().iter().all(|(_, drift)| drift.abs() < 1e-12));
}

#[test]
fn texts_and_missing_values_are_features_too() {
    let ids: StringArray = (0..40).map(|n| Some(format!("c{n:02}"))).collect();
    let kinds: StringArray = (0..40).map(|n| [Some("shop"), Some("farm"), None][n % 3]).collect();
    let amounts: Float64Array = (0..40).map(|n| (n % 5 > 0).then_some(n as f64)).collect();
    let batch = RecordBatch::try_from_iter([
        ("id", Arc::new(ids) as ArrayRef),
        ("kind", Arc::new(kinds) as ArrayRef),
        ("amount", Arc::new(amounts) as ArrayRef),
    ])
    .unwrap();
    let specs = ["amount", "kind"].map(|c| FeatureSpec::of_column(c, Transform::Auto));
    let model = ClusterModel::fit(&[batch], "id", &specs, &fixed(3, 1), None).unwrap();
    assert_eq!(model.feature_names(), ["amount", "kind = shop", "kind = farm"]);
}

#[test]
fn a_mixture_is_applied_as_it_was_fitted() {
    let params = ClusterParams { method: Method::Gmm, ..fixed(2, 1) };
    let model = fit(&table(&SIX, false), &params, None).unwrap();
    assert_eq!(labels(&model, &table(&SIX, false)), [2, 2, 2, 1, 1, 1]);
    assert!(model.segments.iter().all(|segment| segment.gaussian.is_some()));
    assert!(model.sql("customers", "id").contains("exp("));
}

#[test]
fn too_few_rows_say_so() {
    let refused = fit(&table(&SIX, false), &fixed(7, 1), None).unwrap_err();
    assert!(refused.to_string().contains("6 row(s) cannot form 7 segments"), "{refused}");
}

#[test]
fn cluster_counts_are_written_three_ways() {
    assert_eq!("auto".parse(), Ok(ClusterCount::Between(4, 10)));
    assert_eq!("3..8".parse(), Ok(ClusterCount::Between(3, 8)));
    assert_eq!("5".parse(), Ok(ClusterCount::Fixed(5)));
    for wrong in ["0", "8..3", "1..4", "many"] {
        assert!(wrong.parse::<ClusterCount>().is_err(), "{wrong}");
    }
}
