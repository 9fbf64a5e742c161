//! Progress with time left, on a terminal; one line per business date elsewhere.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use warehouse::Observer;

use crate::printer::Printer;
use crate::run_log::RunLog;

/// Progress over several business dates.
pub struct Progress {
    bar: ProgressBar,
    dates: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    date_index: usize,
    date: String,
    steps: Vec<Step>,
    log: Option<RunLog>,
}

/// How long a step took.
#[derive(Debug, Clone)]
pub struct StepTime {
    /// Table, node or check.
    pub step: String,
    /// Milliseconds.
    pub duration_ms: u64,
    /// Whether it was taken over instead of done.
    pub is_taken_over: bool,
}

impl StepTime {
    /// As a run's record keeps it; `rows` is what the step's table holds.
    pub fn record(&self, rows: Option<u64>) -> Value {
        json!({
            "step": self.step, "rows": rows, "duration_ms": self.duration_ms, "is_taken_over": self.is_taken_over,
        })
    }
}

struct Step {
    name: String,
    began: Instant,
    is_taken_over: bool,
}

impl Progress {
    /// For a number of business dates.
    pub fn new(printer: &Printer, dates: usize) -> Self {
        let bar = ProgressBar::new(1);
        let form = "{bar:30} {percent:>3}% {msg}, {eta} left";
        bar.set_style(ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()));
        if printer.is_interactive() {
            bar.enable_steady_tick(Duration::from_millis(250));
        } else {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        Progress { bar, dates, state: Mutex::default() }
    }

    /// A business date begins.
    pub fn begin(&self, date_index: usize, date: &str) {
        if let Ok(mut state) = self.state.lock() {
            *state = State { date_index, date: date.to_owned(), steps: Vec::new(), log: None };
        }
    }

    /// Steps are also written to this log.
    pub fn log_to(&self, log: RunLog) {
        if let Ok(mut state) = self.state.lock() {
            state.log = Some(log);
        }
    }

    /// Everything is computed and checked; the files for readers are written.
    pub fn publishing(&self) {
        if let Ok(mut state) = self.state.lock() {
            self.begin_step(&mut state, "publish", json!({ "step": "publish" }));
        }
    }

    /// The business date has ended; how long each step took.
    pub fn end(&self) -> Vec<StepTime> {
        let Ok(state) = self.state.lock() else { return Vec::new() };
        let ends = state.steps.iter().skip(1).map(|s| s.began).chain([Instant::now()]);
        let time = |(step, end): (&Step, Instant)| StepTime {
            step: step.name.clone(),
            duration_ms: u64::try_from(end.duration_since(step.began).as_millis()).unwrap_or(u64::MAX),
            is_taken_over: step.is_taken_over,
        };
        state.steps.iter().zip(ends).map(time).collect()
    }

    fn begin_step(&self, state: &mut State, name: &str, event: Value) {
        state.steps.push(Step { name: name.to_owned(), began: Instant::now(), is_taken_over: false });
        if let Some(log) = &state.log {
            log.event("step", event);
        }
        self.bar.set_message(format!("{} {name}", state.date));
    }

    /// Say something without the bar in between.
    pub fn pause(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }

    /// Everything has ended.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress {
    fn taken_over(&self, name: &str) {
        let Ok(mut state) = self.state.lock() else { return };
        if let Some(log) = &state.log {
            log.event("taken_over", json!({ "step": name }));
        }
        if let Some(step) = state.steps.last_mut() {
            step.is_taken_over = true;
        }
    }

    fn step(&self, done: usize, total: usize, name: &str) {
        crate::memory::give_back_if_asked();
        let Ok(mut state) = self.state.lock() else { return };
        self.bar.set_length((self.dates * total) as u64);
        self.bar.set_position((state.date_index * total + done) as u64);
        self.begin_step(&mut state, name, json!({ "step": name, "done": done, "total": total }));
    }
}
