//! `tally churn fit|score`: the code of `kind = "classifier"` on any table.

use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use clap::{Args, Subcommand};
use segmentation::classifier::{
    CalibrationChoice, ClassifierError, ClassifierModel, ClassifierParams, Columns, LearnerChoice, Measures,
};
use segmentation::evaluation::classification::Economics;
use segmentation::feature::{FeatureSpec, Missing, Transform};
use serde_json::json;

use super::segment::write_rows;
use crate::failure::CliFailure;
use crate::kinds::model_table::{CARD_FILE, MODEL_FILE, SQL_FILE};
use crate::kinds::score_batch;
use crate::printer::Printer;

/// A model below this AUC is said to tell nothing.
const TELLS_AUC_MIN: f64 = 0.55;
/// A single tree as sentences.
const RULES_FILE: &str = "rules.md";

/// Learn who will leave, or have any other outcome, from any table, and score any other, without a project.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally churn fit customers.csv --id customer_id --label left --exclude name --model churn-model\n  tally churn score customers.csv --id customer_id --model churn-model --out scores.parquet"
)]
pub struct ChurnArgs {
    #[command(subcommand)]
    command: ChurnCommand,
}

#[derive(Debug, Subcommand)]
enum ChurnCommand {
    /// Learn a model from rows whose outcome is known.
    Fit(Box<FitArgs>),
    /// Score rows with a model: probability, flag, tenth, and reasons.
    Score(ScoreArgs),
}

/// Learn a model from rows whose outcome is known. Part of the rows is held back to say how good it is; what is kept is fitted to all of them.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally churn fit customers.csv --id customer_id --label left --model churn-model\n  tally churn fit months.parquet --id customer_id --label left --time month --outcome-months 3 --model churn-model\n  tally churn fit customers.csv --id customer_id --label left --learner tree --model rules\n  tally churn fit customers.csv --id customer_id --label left --value 600 --save-rate 0.25 --cost 20 --model churn-model\n\nThe folder gets model.json, card.md with all measures, score.sql where the model can be read as SQL, and rules.md of a tree.\nSame table and seed, same files."
)]
pub struct FitArgs {
    /// Parquet or CSV file.
    table: PathBuf,
    /// Column that identifies a row; with --time a customer who has a row for each time.
    #[arg(long, value_name = "COL")]
    id: String,
    /// Column of the outcome, of two values; rows without one are not learnt from.
    #[arg(long, value_name = "COL")]
    label: String,
    /// The label's value that is the outcome; 1, true, yes or y when absent.
    #[arg(long, value_name = "V")]
    positive: Option<String>,
    /// Columns not to learn from.
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    exclude: Vec<String>,
    /// Column that says when a row was observed; the latest rows are held back then.
    #[arg(long, value_name = "COL")]
    time: Option<String>,
    /// First time of the rows that are held back.
    #[arg(long, value_name = "TIME", requires = "time")]
    test_from: Option<String>,
    /// Months after its observation until a row's outcome is known; rows whose outcomes reach into the test are not learnt from.
    #[arg(long, default_value_t = 0, value_name = "N", requires = "time")]
    outcome_months: u32,
    /// Share of the rows that are held back.
    #[arg(long, default_value_t = 0.2, value_name = "SHARE")]
    holdout: f64,
    /// auto tries all on folds; logistic, tree, forest, boosting.
    #[arg(long, visible_alias = "method", default_value = "auto")]
    learner: LearnerChoice,
    /// auto tries all on folds; none, platt, isotonic.
    #[arg(long, default_value = "auto")]
    calibration: CalibrationChoice,
    /// Let both outcomes weigh the same in sum, however rare one is.
    #[arg(long)]
    balanced: bool,
    /// Boosting: exactly so many trees, instead of as many as are best on folds.
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Boosting: by how much each tree's values are made smaller.
    #[arg(long, value_name = "X")]
    learning_rate: Option<f64>,
    /// Boosting: leaves of a tree at most.
    #[arg(long, value_name = "N")]
    leaves: Option<usize>,
    /// Boosting: divisions from the root of a tree to a leaf at most.
    #[arg(long, value_name = "N")]
    depth: Option<usize>,
    /// Boosting: share of the rows that each tree is grown on.
    #[arg(long, value_name = "SHARE")]
    rows_share: Option<f64>,
    /// Boosting: share of the columns that each division may choose from.
    #[arg(long, value_name = "SHARE")]
    columns_share: Option<f64>,
    /// Boosting: ensembles with draws of their own, whose mean is the model; 5 up to 20,000 rows and 1 beyond when absent.
    #[arg(long, value_name = "N")]
    bags: Option<usize>,
    /// AUC from which on a column alone is refused as known only afterwards.
    #[arg(long, default_value_t = 0.99, value_name = "AUC")]
    leak_auc_max: f64,
    /// What a customer who stays is worth; with --cost and --save-rate the flag is where a contact pays.
    #[arg(long, value_name = "MONEY", requires_all = ["cost", "save_rate"])]
    value: Option<f64>,
    /// What a contact costs.
    #[arg(long, value_name = "MONEY", requires = "value")]
    cost: Option<f64>,
    /// Share of leaving customers who stay when they are contacted.
    #[arg(long, value_name = "SHARE", requires = "value")]
    save_rate: Option<f64>,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 42, value_name = "N")]
    seed: u64,
    /// Folder for the model.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
}

/// Score rows with a model: probability, flag, tenth, and reasons.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tally churn score customers.csv --id customer_id --model churn-model --out scores.parquet"
)]
pub struct ScoreArgs {
    /// Parquet or CSV file with the columns that the model reads.
    table: PathBuf,
    /// Column that identifies a row.
    #[arg(long, value_name = "COL")]
    id: String,
    /// Folder of the model.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Where the scores go, a Parquet or CSV file.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Leave the reasons out, which take most of the time.
    #[arg(long)]
    no_reasons: bool,
}

/// Do it.
pub fn run(args: &ChurnArgs, printer: &Printer) -> Result<(), CliFailure> {
    match &args.command {
        ChurnCommand::Fit(args) => fit(args, printer),
        ChurnCommand::Score(args) => score(args, printer),
    }
}

fn fit(args: &FitArgs, printer: &Printer) -> Result<(), CliFailure> {
    let params = params(args)?;
    let batches = extract::ad_hoc::read_table(&args.table)?;
    let columns = columns(args, &batches)?;
    let model = ClassifierModel::fit(&batches, &columns, &params).map_err(failure)?;
    write_model(args, &model)?;
    let measures = model.held_back.as_ref().unwrap_or(&model.folds);
    printer.json(&json!({
        "auc": measures.auc, "pr_auc": measures.pr_auc, "ks": measures.ks, "brier": measures.brier, "log_loss": measures.log_loss,
        "ece": measures.ece, "lift_top_decile": measures.top_decile.lift, "capture_top_decile": measures.top_decile.capture,
        "cut_off": model.cut_off, "learner": model.chosen, "calibration": model.calibration.words(), "held_back": model.held_back_words,
        "held_back_measures": model.held_back, "fold_measures": model.folds, "tried": model.tried,
        "rows": model.rows, "positives": model.positives, "unlabelled": model.unlabelled,
        "left_out": model.left_out, "seed": model.seed, "model": args.model,
    }));
    print(args, &model, measures, printer);
    Ok(())
}

fn params(args: &FitArgs) -> Result<ClassifierParams, CliFailure> {
    let wrong = |what: &str| Err(CliFailure::usage(what.to_owned()));
    if !(0.0..=0.5).contains(&args.holdout) {
        return wrong("--holdout is a share from 0 to 0.5");
    }
    let economics = match (args.value, args.cost, args.save_rate) {
        (Some(value), Some(cost), Some(save_rate)) => {
            if value <= 0.0 || cost < 0.0 || !(save_rate > 0.0 && save_rate <= 1.0) {
                return wrong("--value is above 0, --cost not below 0, --save-rate above 0 and at most 1");
            }
            Some(Economics { save_rate, value, cost })
        }
        _ => None,
    };
    let given = [args.rounds, args.depth, args.bags];
    if given.contains(&Some(0)) || args.leaves.is_some_and(|leaves| leaves < 2) {
        return wrong("--rounds, --depth and --bags are at least 1, --leaves at least 2");
    }
    let mut shares = [args.learning_rate, args.rows_share, args.columns_share].into_iter().flatten();
    if shares.any(|share| !(share > 0.0 && share <= 1.0)) {
        return wrong("--learning-rate, --rows-share and --columns-share are above 0 and at most 1");
    }
    let mut params = ClassifierParams {
        learner: args.learner,
        calibration: args.calibration,
        is_balanced: args.balanced,
        held_back_share: args.holdout,
        test_from: args.test_from.clone(),
        outcome_months: args.outcome_months,
        leak_auc_max: args.leak_auc_max,
        economics,
        seed: args.seed,
        ..ClassifierParams::default()
    };
    params.forest.seed = args.seed;
    let boosting = &mut params.boosting;
    boosting.learning_rate = args.learning_rate.unwrap_or(boosting.learning_rate);
    boosting.leaves = args.leaves.unwrap_or(boosting.leaves);
    boosting.depth = args.depth.unwrap_or(boosting.depth);
    boosting.bags = args.bags.or(boosting.bags);
    boosting.rows_share = args.rows_share.unwrap_or(boosting.rows_share);
    boosting.columns_share = args.columns_share.unwrap_or(boosting.columns_share);
    if let Some(rounds) = args.rounds {
        boosting.rounds = rounds;
        // With everything given there is nothing to try.
        if args.learner == LearnerChoice::Boosting && args.calibration == CalibrationChoice::None {
            params.folds = 0;
        }
    }
    Ok(params)
}

/// All columns but those with another part to play.
fn columns(args: &FitArgs, batches: &[RecordBatch]) -> Result<Columns, CliFailure> {
    let names: Vec<String> = batches
        .first()
        .map(|batch| batch.schema().fields().iter().map(|field| field.name().clone()).collect())
        .unwrap_or_default();
    let named = [Some(&args.id), Some(&args.label), args.time.as_ref()].into_iter().flatten();
    if !names.is_empty() {
        for name in named.clone().chain(&args.exclude) {
            if !names.contains(name) {
                let message = format!("there is no column `{name}` in {}", args.table.display());
                return Err(CliFailure::usage(message).hint(format!("the columns are {}", names.join(", "))));
            }
        }
    }
    let taken: Vec<&String> = named.chain(&args.exclude).collect();
    let feature =
        |name: &String| FeatureSpec { missing: Missing::Indicator, ..FeatureSpec::of_column(name, Transform::Auto) };
    let features: Vec<FeatureSpec> = names.iter().filter(|name| !taken.contains(name)).map(feature).collect();
    if features.is_empty() && !names.is_empty() {
        return Err(CliFailure::usage(format!("{} has no column left to learn from", args.table.display())));
    }
    Ok(Columns {
        id: args.id.clone(),
        label: args.label.clone(),
        positive: args.positive.clone(),
        time: args.time.clone(),
        known_on: None,
        features,
    })
}

fn failure(error: ClassifierError) -> CliFailure {
    let message = error.to_string();
    match error {
        ClassifierError::Leak { column, .. } => CliFailure::data(message)
            .hint(format!("--exclude {column}, or --leak-auc-max 1.1 when it is known in time")),
        ClassifierError::Overlap { .. } => CliFailure::data(message).hint("a later --test-from, or leave it out"),
        ClassifierError::Learner(_) | ClassifierError::OneOutcome { .. } | ClassifierError::KnownLater { .. } => {
            CliFailure::data(message)
        }
        _ => CliFailure::usage(message),
    }
}

fn write_model(args: &FitArgs, model: &ClassifierModel) -> Result<(), CliFailure> {
    let folder = &args.model;
    let fail = |e: String| CliFailure::machine(format!("cannot write {}: {e}", folder.display()));
    std::fs::create_dir_all(folder).map_err(|e| fail(e.to_string()))?;
    let json = serde_json::to_string_pretty(model).map_err(|e| fail(e.to_string()))?;
    let title = format!("{} of {}", args.label, args.table.display());
    let card = format!("{}\nFitted by tally {}.\n", model.card(&title), env!("CARGO_PKG_VERSION"));
    let files = [
        (MODEL_FILE, Some(json)),
        (CARD_FILE, Some(card)),
        (SQL_FILE, model.sql("customers", &args.id)),
        (RULES_FILE, model.rules()),
    ];
    for (name, content) in files {
        let path = folder.join(name);
        match content {
            Some(content) => std::fs::write(path, content).map_err(|e| fail(e.to_string()))?,
            // Of a model that was here before.
            None if path.exists() => std::fs::remove_file(path).map_err(|e| fail(e.to_string()))?,
            None => {}
        }
    }
    Ok(())
}

fn print(args: &FitArgs, model: &ClassifierModel, measures: &Measures, printer: &Printer) {
    let tried: Vec<Vec<String>> = model
        .tried
        .iter()
        .map(|t| vec![t.learner.word().to_owned(), format!("{:.4}", t.auc), format!("{:.5}", t.log_loss)])
        .collect();
    if tried.len() > 1 {
        printer.table(&["learner", "AUC on folds", "log loss"], &tried);
        printer.line("");
    }
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    let row = vec![
        model.chosen.word().to_owned(),
        measures.rows.to_string(),
        measures.positives.to_string(),
        number(measures.auc),
        number(measures.pr_auc),
        format!("{:.4}", measures.brier),
        format!("{:.4}", measures.ece),
        format!("{:.2}", measures.top_decile.lift),
    ];
    let header =
        ["learner", "rows", "outcomes", "AUC", "average precision", "Brier", "calibration error", "lift of top tenth"];
    printer.table(&header, &[row]);
    let on = if model.held_back.is_some() {
        format!("held back: {}", model.held_back_words)
    } else {
        "rows of the fit".to_owned()
    };
    printer.line(&format!("\nmeasured on {on}; flagged from {:.4} on ({})", model.cut_off, model.cut_off_words));
    if let Some(profit) = &measures.flag.profit {
        printer.line(&format!(
            "contacting the flagged earns {:.2}, everybody {:.2}, nobody 0",
            profit.flagged, profit.all
        ));
    }
    if measures.auc.is_some_and(|auc| auc < TELLS_AUC_MIN) {
        printer.talk("these columns hardly tell who has the outcome: the flag is worth no more than chance");
    }
    for (column, reason) in &model.left_out {
        printer.talk(&format!("left out: {column} {reason}"));
    }
    let folder = args.model.display();
    printer.line(&format!("model in {folder}, more in {folder}/{CARD_FILE}; next: tally churn score TABLE --id {} --model {folder} --out FILE", args.id));
}

fn score(args: &ScoreArgs, printer: &Printer) -> Result<(), CliFailure> {
    let model = read_model(&args.model)?;
    let batches = extract::ad_hoc::read_table(&args.table)?;
    let scored = if args.no_reasons { model.score_only(&batches, &args.id) } else { model.score(&batches, &args.id) };
    let scored = scored.map_err(failure)?;
    let rows = score_batch(&args.id, "churn_probability", "churn_flag", &model, &scored)?;
    write_rows(&args.out, &rows.schema(), &[rows])?;
    let flagged = scored.probabilities.iter().filter(|p| **p >= model.cut_off).count();
    printer.json(&json!({ "rows": scored.ids.len(), "flagged": flagged, "cut_off": model.cut_off, "out": args.out }));
    printer.line(&format!(
        "{} rows scored, {flagged} flagged from probability {:.4} on; rows to {}",
        scored.ids.len(),
        model.cut_off,
        args.out.display()
    ));
    Ok(())
}

fn read_model(folder: &Path) -> Result<ClassifierModel, CliFailure> {
    let path = folder.join(MODEL_FILE);
    let text = std::fs::read_to_string(&path).map_err(|e| {
        CliFailure::usage(format!("cannot read {}: {e}", path.display())).hint("tally churn fit writes one")
    })?;
    let model: ClassifierModel = serde_json::from_str(&text)
        .map_err(|e| CliFailure::usage(format!("{} is no classifier: {e}", path.display())))?;
    if !model.is_sound() {
        return Err(CliFailure::usage(format!("{} is damaged: its trees lead nowhere", path.display())));
    }
    Ok(model)
}
