//! `_runs/<run id>/`: `log.jsonl` while it runs, `run.json` when it has ended, `failing_rows.jsonl` when checks failed.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use bank::BusinessDate;
use serde_json::{Value, json};
use warehouse::Release;
use warehouse::release::{CheckResult, Pin, write_atomically};

use crate::access::now;
use crate::failure::CliFailure;
use crate::progress::StepTime;

/// Runs and their steps as tables that can be queried: `meta_run`, `meta_run_step`.
pub fn tables(warehouse: &Path) -> Result<Vec<(&'static str, RecordBatch)>, CliFailure> {
    let mut runs: Vec<Value> = Vec::new();
    for entry in std::fs::read_dir(warehouse.join("_runs")).into_iter().flatten().flatten() {
        let text = std::fs::read(entry.path().join("run.json")).unwrap_or_default();
        runs.extend(serde_json::from_slice::<Value>(&text));
    }
    runs.sort_by_key(|run| text(&run["run_id"]));
    let run_columns =
        ["run_id", "biz_date", "status", "release", "began_at", "ended_at", "step", "failure", "program_version"];
    let run_column = |name: &&'static str| {
        let values: StringArray = runs.iter().map(|run| text(&run[*name])).collect();
        (*name, Arc::new(values) as ArrayRef)
    };
    let steps: Vec<LoggedStep<'_>> = runs.iter().flat_map(LoggedStep::of).collect();
    let step_text = |of: fn(&LoggedStep<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(steps.iter().map(of).collect::<StringArray>())
    };
    let step_number =
        |of: fn(&LoggedStep<'_>) -> Option<i64>| -> ArrayRef { Arc::new(steps.iter().map(of).collect::<Int64Array>()) };
    let step_columns = [
        ("run_id", step_text(|s| text(&s.run["run_id"]))),
        ("biz_date", step_text(|s| text(&s.run["biz_date"]))),
        ("place", step_number(|s| Some(s.place))),
        ("step", step_text(|s| text(&s.step["step"]))),
        ("rows", step_number(|s| s.step["rows"].as_i64())),
        ("duration_ms", step_number(|s| s.step["duration_ms"].as_i64())),
        ("is_taken_over", step_text(|s| text(&s.step["is_taken_over"]))),
    ];
    Ok(vec![
        ("meta_run", RecordBatch::try_from_iter(run_columns.iter().map(run_column))?),
        ("meta_run_step", RecordBatch::try_from_iter(step_columns)?),
    ])
}

/// A run that ended in a failure.
pub struct FailedRun {
    pub run_id: String,
    pub biz_date: String,
    pub began_at: String,
    pub step: Option<String>,
    pub failure: String,
}

/// The newest run, if it failed.
pub fn last_failure(warehouse: &Path) -> Option<FailedRun> {
    let runs = std::fs::read_dir(warehouse.join("_runs")).ok()?.flatten().map(|entry| entry.path().join("run.json"));
    let newest = runs.filter(|path| path.is_file()).max()?;
    let run: Value = serde_json::from_slice(&std::fs::read(newest).ok()?).ok()?;
    (run["status"] == "failed").then(|| FailedRun {
        run_id: text(&run["run_id"]).unwrap_or_default(),
        biz_date: text(&run["biz_date"]).unwrap_or_default(),
        began_at: text(&run["began_at"]).unwrap_or_default(),
        step: text(&run["step"]),
        failure: text(&run["failure"]).unwrap_or_default(),
    })
}

/// A step of a run's record.
struct LoggedStep<'r> {
    run: &'r Value,
    place: i64,
    step: &'r Value,
}

impl<'r> LoggedStep<'r> {
    fn of(run: &'r Value) -> impl Iterator<Item = Self> {
        let steps = run["steps"].as_array().into_iter().flatten();
        steps.zip(1..).map(move |(step, place)| LoggedStep { run, place, step })
    }
}

/// A JSON value as text; null is none.
fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| (!value.is_null()).then(|| value.to_string()))
}

/// The log of one business date's run.
#[derive(Clone)]
pub struct RunLog(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    run_id: String,
    date: BusinessDate,
    began_at: String,
    file: Mutex<File>,
}

impl RunLog {
    /// Begin.
    pub fn begin(warehouse: &Path, run_id: &str, date: BusinessDate) -> Result<Self, CliFailure> {
        let folder = warehouse.join("_runs").join(run_id);
        let failed = |e: std::io::Error| CliFailure::machine(format!("cannot write {}: {e}", folder.display()));
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let file = OpenOptions::new().create(true).append(true).open(folder.join("log.jsonl")).map_err(failed)?;
        let file = Mutex::new(file);
        let log = RunLog(Arc::new(Inner { folder, run_id: run_id.to_owned(), date, began_at: now(), file }));
        log.event("begin", json!({}));
        Ok(log)
    }

    /// One line. A log that cannot be written must not stop the night.
    pub fn event(&self, event: &str, fields: Value) {
        let mut line =
            json!({ "at": now(), "run_id": self.0.run_id, "biz_date": self.0.date.to_string(), "event": event });
        if let (Some(line), Value::Object(fields)) = (line.as_object_mut(), fields) {
            line.extend(fields);
        }
        if let Ok(mut file) = self.0.file.lock() {
            let _ = writeln!(file, "{line}");
        }
    }

    /// The run has ended: with a release, published or not, or in a failure.
    pub fn end(&self, done: Result<(&Release, bool), &CliFailure>, steps: Vec<StepTime>) -> Result<(), CliFailure> {
        let mut record = json!({
            "run_id": self.0.run_id, "biz_date": self.0.date.to_string(), "began_at": self.0.began_at,
            "ended_at": now(), "program_version": env!("CARGO_PKG_VERSION"),
        });
        let rows_of = |step: &StepTime| match &done {
            Ok((release, _)) => release.tables.get(&step.step).map(Pin::rows),
            Err(_) => None,
        };
        let steps: Vec<Value> = steps.iter().map(|step| step.record(rows_of(step))).collect();
        let (fields, checks) = match &done {
            Ok((release, is_published)) => {
                let status = if *is_published { "published" } else { "saved" };
                let fields = json!({ "status": status, "release": release.number, "inputs": release.inputs });
                (fields, release.checks.as_slice())
            }
            Err(failure) => {
                let fields = json!({
                    "status": "failed", "failure": failure.to_string(), "exit_code": failure.code(),
                    "step": steps.last().map(|s| &s["step"]),
                });
                (fields, failure.checks())
            }
        };
        self.event("end", fields.clone());
        if let (Some(record), Value::Object(fields)) = (record.as_object_mut(), fields) {
            record.extend(fields);
            record.insert("checks".to_owned(), json!(checks));
            record.insert("steps".to_owned(), json!(steps));
        }
        self.failing_rows(checks)?;
        let text = serde_json::to_vec_pretty(&record).unwrap_or_default();
        Ok(write_atomically(&self.0.folder.join("run.json"), &text)?)
    }

    fn failing_rows(&self, checks: &[CheckResult]) -> Result<(), CliFailure> {
        let lines = checks.iter().flat_map(|check| {
            let line =
                |row: &String| json!({ "check": check.check, "severity": check.severity, "row": row }).to_string();
            check.rows.iter().map(line)
        });
        let text: String = lines.map(|line| line + "\n").collect();
        match text.is_empty() {
            true => Ok(()),
            false => Ok(write_atomically(&self.0.folder.join("failing_rows.jsonl"), text.as_bytes())?),
        }
    }
}
