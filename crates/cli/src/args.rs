//! What the user types. Details of each command stand beside the command.

use clap::{Parser, Subcommand};

use crate::commands::{
    churn, customer, diff, init, level, list, model, opportunity, plan, prospect, quarantine, query, resolve, review,
    rollback, run, sample_bank, segment, source, status, test, vacuum, verify,
};
use crate::printer::Output;

/// Bank data warehouse and customer segmentation in one file.
#[derive(Debug, Parser)]
#[command(
    name = "tally",
    version,
    about = "Bank data warehouse and customer segmentation in one file",
    after_help = "Exit codes: 0 done, 1 a data check failed and nothing was published, 2 wrong arguments or \
                  configuration, 3 expected input is not there, 4 another run holds the lock, 5 the machine failed \
                  (disk, memory), retrying is safe, 70 a bug of ours.\n\n\
                  First steps:\n  \
                  tally sample-bank demo && tally run --project demo\n  \
                  tally query \"select segment_name, customer_count from mart_segment_profile\" --project demo"
)]
pub struct Arguments {
    /// How results are written: `table` for people, `json` for machines, `csv` where rows are the result.
    #[arg(long, global = true, default_value = "table")]
    pub output: Output,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write an empty bank project.
    Init(init::InitArgs),
    /// Write a synthetic bank to try everything on.
    SampleBank(sample_bank::SampleBankArgs),
    /// Load, compute, check and publish every business date that was delivered.
    Run(run::RunArgs),
    /// Show what `run` would do, without doing it.
    Plan(plan::PlanArgs),
    /// Show what is published, how fresh it is, and what went to quarantine.
    Status(status::StatusArgs),
    /// Contracts of feeds, tried on files.
    Source(source::SourceArgs),
    /// Rows that failed a check: kept raw with every reason, shown masked.
    Quarantine(quarantine::QuarantineArgs),
    /// Ask a question in SQL; published, masked tables unless you say otherwise.
    Query(query::QueryArgs),
    /// Run the tests that stand beside the nodes: rows in, rows out.
    Test(test::TestArgs),
    /// Show what differs between two releases, row by row.
    Diff(diff::DiffArgs),
    /// Compute a release again and prove that it comes out the same.
    Verify(verify::VerifyArgs),
    /// Make an earlier release the one that readers see.
    Rollback(rollback::RollbackArgs),
    /// Remove files that no kept release needs; shows what it would remove unless told to.
    Vacuum(vacuum::VacuumArgs),
    /// Look at one customer.
    Customer(customer::CustomerArgs),
    /// Ask for tiers, decide about them, and see how they came about.
    Level(level::LevelArgs),
    /// Keep a list of customers and follow it up.
    List(list::ListArgs),
    /// Look at the versions of learned models, and say which one is applied.
    Model(model::ModelArgs),
    /// Rank segments and products by what there is to gain.
    Opportunity(opportunity::OpportunityArgs),
    /// Decide which records are the same customer where the rules ask.
    Review(review::ReviewArgs),
    /// Segment the rows of any table, without a project.
    Segment(segment::SegmentArgs),
    /// Learn who will leave from any table, and score any other, without a project.
    Churn(churn::ChurnArgs),
    /// Find which records of any tables are the same customer, without a project.
    Resolve(resolve::ResolveArgs),
    /// Tell which prospects of a ledger are customers already.
    Prospect(prospect::ProspectArgs),
}
