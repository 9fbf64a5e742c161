//! `tally`: arguments → settings → one call → printer. The only crate that prints, exits or reads the environment.

mod access;
mod args;
mod builtin;
mod commands;
mod failure;
mod kinds;
mod landing;
mod printer;
mod progress;
mod project;
mod settings;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::printer::Printer;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let printer = Printer::new(arguments.output);
    let done = match arguments.command {
        Command::Init(args) => commands::init::run(&args, &printer),
        Command::SampleBank(args) => commands::sample_bank::run(&args, &printer),
        Command::Run(args) => commands::run::run(&args, &printer),
        Command::Plan(args) => commands::plan::run(&args, &printer),
        Command::Status(args) => commands::status::run(&args, &printer),
        Command::Query(args) => commands::query::run(&args, &printer),
        Command::Customer(args) => commands::customer::run(&args, &printer),
        Command::Segment(args) => commands::segment::run(&args, &printer),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            printer.failure(&failure);
            ExitCode::from(failure.code())
        }
    }
}
