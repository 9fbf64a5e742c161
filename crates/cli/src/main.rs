//! `tally`: arguments → settings → one call → printer. The only crate that prints, exits or reads the environment.

mod access;
mod args;
mod builtin;
mod commands;
mod failure;
mod kinds;
mod landing;
mod memory;
mod printer;
mod progress;
mod project;
mod reference_file;
mod run_log;
mod settings;
mod source_checks;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::failure::CliFailure;
use crate::printer::Printer;

/// What panicked. A library below may panic on a worker and report it as an error too, so a panic alone says nothing; it
/// is shown when the program ends with a bug.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    memory::give_back_when_much();
    let arguments = Arguments::parse();
    let printer = Printer::new(arguments.output);
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(mut panics) = PANICS.lock() {
            panics.push(panic.to_string());
        }
    }));
    let done = catch_unwind(AssertUnwindSafe(|| dispatch(arguments.command, &printer)))
        .unwrap_or_else(|_| Err(CliFailure::bug("the program stopped where it should not")));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            printer.failure(&failure);
            if let (true, Ok(panics)) = (failure.is_bug(), PANICS.lock()) {
                panics.iter().for_each(|panic| printer.talk(panic));
                printer.talk("this is a bug of ours: please report it with this text");
            }
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(command: Command, printer: &Printer) -> Result<(), CliFailure> {
    match command {
        Command::Init(args) => commands::init::run(&args, printer),
        Command::SampleBank(args) => commands::sample_bank::run(&args, printer),
        Command::Run(args) => commands::run::run(&args, printer),
        Command::Plan(args) => commands::plan::run(&args, printer),
        Command::Status(args) => commands::status::run(&args, printer),
        Command::Source(args) => commands::source::run(&args, printer),
        Command::Quarantine(args) => commands::quarantine::run(&args, printer),
        Command::Query(args) => commands::query::run(&args, printer),
        Command::Test(args) => commands::test::run(&args, printer),
        Command::Diff(args) => commands::diff::run(&args, printer),
        Command::Verify(args) => commands::verify::run(&args, printer),
        Command::Rollback(args) => commands::rollback::run(&args, printer),
        Command::Vacuum(args) => commands::vacuum::run(&args, printer),
        Command::Customer(args) => commands::customer::run(&args, printer),
        Command::Level(args) => commands::level::run(&args, printer),
        Command::List(args) => commands::list::run(&args, printer),
        Command::Model(args) => commands::model::run(&args, printer),
        Command::Opportunity(args) => commands::opportunity::run(&args, printer),
        Command::Review(args) => commands::review::run(&args, printer),
        Command::Segment(args) => commands::segment::run(&args, printer),
        Command::Churn(args) => commands::churn::run(&args, printer),
        Command::Prospect(args) => commands::prospect::run(&args, printer),
        Command::Resolve(args) => commands::resolve::run(&args, printer),
    }
}
