//! Progress with time left, on a terminal; one line per business date elsewhere.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use warehouse::Observer;

use crate::printer::Printer;

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
    steps: Vec<(String, Instant)>,
}

/// How long a step took.
#[derive(Debug, Clone, serde::Serialize)]
pub struct StepTime {
    /// Table, node or check.
    pub step: String,
    /// Milliseconds.
    pub duration_ms: u128,
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
            *state = State { date_index, date: date.to_owned(), steps: Vec::new() };
        }
    }

    /// The business date has ended; how long each step took.
    pub fn end(&self) -> Vec<StepTime> {
        let Ok(state) = self.state.lock() else { return Vec::new() };
        let ends = state.steps.iter().skip(1).map(|s| s.1).chain([Instant::now()]);
        let time = |((step, start), end): (&(String, Instant), Instant)| StepTime {
            step: step.clone(),
            duration_ms: end.duration_since(*start).as_millis(),
        };
        state.steps.iter().zip(ends).map(time).collect()
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
    fn step(&self, done: usize, total: usize, name: &str) {
        let Ok(mut state) = self.state.lock() else { return };
        state.steps.push((name.to_owned(), Instant::now()));
        self.bar.set_length((self.dates * total) as u64);
        self.bar.set_position((state.date_index * total + done) as u64);
        self.bar.set_message(format!("{} {name}", state.date));
    }
}
