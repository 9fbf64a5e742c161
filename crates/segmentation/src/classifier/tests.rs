//! A model from rows to reasons, and what it refuses.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};

use super::examples::Examples;
use super::*;
use crate::feature::{FeatureSpec, Transform};
use crate::tree::Binned;
use crate::tree::shapley::Shapley;

const ROWS: u32 = 3_000;

/// A number between 0 and 1 that depends on a row only.
fn chance(row: u32, salt: u32) -> f64 {
    let mixed = (row ^ salt.wrapping_mul(0x9e37_79b9)).wrapping_mul(2_654_435_761);
    f64::from((mixed ^ mixed >> 15).wrapping_mul(2_246_822_519) >> 8) / f64::from(1_u32 << 24)
}

/// Customers who leave more often with falling balances and in the east; every tenth balance is missing.
fn customers(more: Vec<(&str, ArrayRef)>) -> Vec<RecordBatch> {
    let ratio: Vec<f64> = (0..ROWS).map(|row| chance(row, 1) * 2.0).collect();
    let region: Vec<&str> = (0..ROWS).map(|row| ["east", "west", "north"][(chance(row, 2) * 3.0) as usize]).collect();
    let leaves = |row: usize| {
        let odds = 2.0 - 3.0 * ratio[row] + if region[row] == "east" { 1.0 } else { 0.0 };
        chance(row as u32, 3) < 1.0 / (1.0 + (-odds).exp())
    };
    let label = (0..ROWS as usize).map(|row| Some(if leaves(row) { "yes" } else { "no" }));
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(StringArray::from_iter_values((0..ROWS).map(|row| format!("c{row:05}"))))),
        ("left", Arc::new(label.collect::<StringArray>())),
        (
            "ratio",
            Arc::new((0..ROWS as usize).map(|row| (row % 10 > 0).then_some(ratio[row])).collect::<Float64Array>()),
        ),
        ("region", Arc::new(StringArray::from(region.clone()))),
        ("noise", Arc::new((0..ROWS).map(|row| Some(chance(row, 9))).collect::<Float64Array>())),
    ];
    columns.extend(more);
    vec![RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap()]
}

fn columns(features: &[&str]) -> Columns {
    Columns {
        id: "id".into(),
        label: "left".into(),
        positive: None,
        time: None,
        known_on: None,
        features: features.iter().map(|name| FeatureSpec::of_column(name, Transform::Z)).collect(),
    }
}

fn quick(learner: LearnerChoice) -> ClassifierParams {
    let mut params = ClassifierParams { learner, ..ClassifierParams::default() };
    params.boosting.rounds = 60;
    params.boosting.patience = 10;
    params.forest.trees = 30;
    params
}

#[test]
fn every_learner_is_about_as_good_as_the_truth_allows_and_says_why() {
    let batches = customers(vec![]);
    for learner in [LearnerChoice::Logistic, LearnerChoice::Tree, LearnerChoice::Forest, LearnerChoice::Boosting] {
        let model = ClassifierModel::fit(&batches, &columns(&["ratio", "region", "noise"]), &quick(learner)).unwrap();
        let held_back = model.held_back.as_ref().unwrap();
        assert_eq!((held_back.rows, model.rows), (600, 3_000));
        // The odds that made the outcomes have an AUC of about 0.86 where the ratio is known.
        assert!(held_back.auc.unwrap() > 0.78, "{learner:?} {:?}", held_back.auc);
        assert!(held_back.ece < 0.08, "{learner:?} {}", held_back.ece);
        let scored = model.score(&batches, "id").unwrap();
        assert_eq!(scored.deciles.iter().filter(|decile| **decile == 1).count(), 300);
        let highest = (0..scored.ids.len()).max_by(|a, b| scored.scores[*a].total_cmp(&scored.scores[*b])).unwrap();
        let reasons: Vec<&str> = scored.reasons[highest].iter().map(|reason| reason.en.as_str()).collect();
        assert!(reasons[0].starts_with("low ratio: "), "{learner:?} {reasons:?}");
        assert!(reasons.contains(&"region is east"), "{learner:?} {reasons:?}");
        let file = serde_json::to_string(&model).unwrap();
        let again: ClassifierModel = serde_json::from_str(&file).unwrap();
        assert!(again.is_sound());
        let of_file = again.score(&batches, "id").unwrap();
        // Numbers of files are read back to the last bit but one.
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
        assert!(of_file.scores.iter().zip(&scored.scores).all(near));
        assert!(of_file.reasons == scored.reasons);
        assert!(model.card("Churn").contains("## On rows held back"));
        assert_eq!(model.sql("t", "id").is_some(), matches!(learner, LearnerChoice::Logistic | LearnerChoice::Tree));
    }
}

#[test]
fn the_same_bytes_on_one_thread_and_on_four_and_in_any_order_of_rows() {
    let batches = customers(vec![]);
    let order: Vec<u32> = (0..ROWS).rev().collect();
    let order = arrow::array::UInt32Array::from(order);
    let turned: Vec<ArrayRef> =
        batches[0].columns().iter().map(|c| arrow::compute::take(c, &order, None).unwrap()).collect();
    let turned = vec![RecordBatch::try_new(batches[0].schema(), turned).unwrap()];
    let fit = |batches: &[RecordBatch]| {
        let model = ClassifierModel::fit(batches, &columns(&["ratio", "region"]), &quick(LearnerChoice::Auto)).unwrap();
        serde_json::to_string(&model).unwrap()
    };
    let on = |threads: usize, batches: &[RecordBatch]| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| fit(batches))
    };
    let one = on(1, &batches);
    assert_eq!(one, on(4, &batches));
    assert_eq!(one, on(2, &turned));
}

#[test]
fn shapley_values_of_boosted_trees_sum_up_to_the_score() {
    let batches = customers(vec![]);
    let model =
        ClassifierModel::fit(&batches, &columns(&["ratio", "region", "noise"]), &quick(LearnerChoice::Boosting))
            .unwrap();
    let Learner::Trees { ensemble, .. } = &model.learner else { panic!("not trees") };
    let examples = Examples::read(&batches, "id", None).unwrap();
    let table =
        Binned::apply(&ensemble.columns, examples.len(), |p| examples.values(ensemble.columns[p].column())).unwrap();
    let shapley = Shapley::new(&ensemble.trees);
    for row in (0..examples.len()).step_by(97) {
        let mut values = vec![0.0; 3];
        shapley.add([table.row(row)].into_iter(), 3, &mut values);
        let sum = ensemble.base + shapley.base() + values.iter().sum::<f64>();
        assert!((sum - ensemble.score(table.row(row))).abs() < 1e-9);
    }
}

#[test]
fn acceptance_l10_what_is_known_only_afterwards_is_refused() {
    // A closing date that only those who left have.
    let left: Vec<bool> = {
        let batches = customers(vec![]);
        let labels = batches[0].column(1).clone();
        let labels = labels.as_any().downcast_ref::<StringArray>().unwrap().clone();
        labels.iter().map(|label| label == Some("yes")).collect()
    };
    let closed: ArrayRef = Arc::new(left.iter().map(|left| left.then_some(20_000)).collect::<Date32Array>());
    let batches = customers(vec![("closed_date", closed)]);
    let error =
        ClassifierModel::fit(&batches, &columns(&["ratio", "closed_date"]), &quick(LearnerChoice::Tree)).unwrap_err();
    assert!(error.to_string().contains("`closed_date` alone tells the outcome (AUC 1.0000)"), "{error}");
    // A column that says itself since when its values are known: 2024-10-04 for an observation of 2024-09.
    let dates = |day: i32| -> ArrayRef { Arc::new(Date32Array::from(vec![day; ROWS as usize])) };
    let batches = customers(vec![("month", dates(19_967)), ("known_on", dates(20_000))]);
    let mut of = columns(&["ratio"]);
    (of.time, of.known_on) = (Some("month".into()), Some("known_on".into()));
    let error = ClassifierModel::fit(&batches, &of, &quick(LearnerChoice::Tree)).unwrap_err();
    assert!(error.to_string().contains("observed on 2024-09-01 has values known only on 2024-10-04"), "{error}");
}

#[test]
fn acceptance_l11_a_test_whose_outcomes_overlap_is_refused() {
    let month = |row: u32| ["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"][(row % 5) as usize];
    let months: ArrayRef = Arc::new(StringArray::from_iter_values((0..ROWS).map(month)));
    let batches = customers(vec![("month", months)]);
    let mut of = columns(&["ratio", "region"]);
    of.time = Some("month".into());
    let with = |outcome_months: u32, test_from: Option<&str>| {
        let test_from = test_from.map(ToOwned::to_owned);
        let params = ClassifierParams { outcome_months, test_from, ..quick(LearnerChoice::Logistic) };
        ClassifierModel::fit(&batches, &of, &params)
    };
    let error = with(3, Some("2025-03-31")).unwrap_err();
    assert!(
        matches!(&error, ClassifierError::Overlap { train, test, months: 3 } if train == "2025-02-28" && test == "2025-03-31"),
        "{error}"
    );
    // By itself it learns from what is over when the test begins.
    let model = with(3, None).unwrap();
    assert_eq!(model.held_back_words, "month from 2025-05-31 on; learnt from month up to 2025-02-28");
    assert_eq!(model.held_back.unwrap().rows, 600);
    assert!(matches!(with(9, None), Err(ClassifierError::Times { months: 9, .. })));
}

#[test]
fn labels_that_cannot_be_learnt_are_refused_with_the_reason() {
    let batches = customers(vec![]);
    let refused =
        |of: &Columns| ClassifierModel::fit(&batches, of, &quick(LearnerChoice::Tree)).unwrap_err().to_string();
    let mut of = columns(&["ratio"]);
    of.positive = Some("maybe".into());
    assert!(refused(&of).contains("no row has the value `maybe`; its values are no and yes"));
    of.label = "region".into();
    assert!(refused(&of).contains("it has 3 values (east, north, west ...), not two"));
    of.label = "gone".into();
    assert!(refused(&of).contains("there is no column `gone`"));
    let one: ArrayRef = Arc::new(StringArray::from(vec!["yes"; ROWS as usize]));
    let batches = customers(vec![("one", one)]);
    let of = Columns { label: "one".into(), ..columns(&["ratio"]) };
    let error = ClassifierModel::fit(&batches, &of, &quick(LearnerChoice::Tree)).unwrap_err();
    assert!(error.to_string().starts_with("3000 of 3000 rows have the outcome and 0 have not"), "{error}");
    let of = columns(&["id"]);
    let error = ClassifierModel::fit(&batches, &of, &quick(LearnerChoice::Tree)).unwrap_err();
    assert!(error.to_string().contains("id has nearly as many values as rows"), "{error}");
}
