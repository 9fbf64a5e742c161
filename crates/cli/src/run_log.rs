//! `_runs/<run id>/`: `log.jsonl` while it runs, `run.json` when it has ended, `failing_rows.jsonl` when checks failed.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bank::BusinessDate;
use serde_json::{Value, json};
use warehouse::Release;
use warehouse::release::{CheckResult, write_atomically};

use crate::access::now;
use crate::failure::CliFailure;
use crate::progress::StepTime;

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
        let (fields, checks) = match &done {
            Ok((release, is_published)) => {
                let status = if *is_published { "published" } else { "saved" };
                let fields = json!({ "status": status, "release": release.number, "inputs": release.inputs });
                (fields, release.checks.as_slice())
            }
            Err(failure) => {
                let fields = json!({
                    "status": "failed", "failure": failure.to_string(), "exit_code": failure.code(),
                    "step": steps.last().map(|s| &s.step),
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
