//! `tally test`: unit tests of nodes.

use clap::Args;
use serde_json::json;

use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::project::{Project, ProjectArgs};

/// Run the tests that stand beside the nodes: rows in, rows out.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally test --project mybank\n  tally test agg_account_month --project mybank\n\nA test is written in NODE.test.toml beside NODE.sql; nothing of the warehouse is read or changed. Exit code 1 when one\nfails."
)]
pub struct TestArgs {
    /// Only tests of these nodes.
    nodes: Vec<String>,
    #[command(flatten)]
    project: ProjectArgs,
}

/// Do it.
pub fn run(args: &TestArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    let is_wanted = |node: &String| args.nodes.is_empty() || args.nodes.contains(node);
    let tests: Vec<_> = project.catalog.tests.iter().filter(|test| is_wanted(&test.node)).collect();
    if tests.is_empty() {
        return Err(CliFailure::missing("there is no test of these nodes")
            .hint("write NODE.test.toml beside NODE.sql; docs/guides/nodes.md shows how"));
    }
    let runtime = project.runtime()?;
    let mut rows = Vec::new();
    let mut results = Vec::new();
    let mut failed = 0;
    for test in &tests {
        let difference = runtime.block_on(test.run(&project.engine, &project.catalog))?;
        let is_passed = difference.is_none();
        failed += usize::from(!is_passed);
        rows.push(vec![test.node.clone(), test.name.clone(), if is_passed { "ok" } else { "FAILED" }.to_owned()]);
        results.push(json!({
            "node": test.node, "test": test.name, "passed": is_passed,
            "missing": difference.missing, "unexpected": difference.unexpected,
        }));
        for row in &difference.missing {
            printer.talk(&format!("{}: {}\n  expected  {row}", test.node, test.name));
        }
        for row in &difference.unexpected {
            printer.talk(&format!("{}: {}\n  computed  {row}", test.node, test.name));
        }
    }
    printer.json(&json!({ "tests": results, "failed": failed }));
    printer.table(&["node", "test", "result"], &rows);
    match failed {
        0 => Ok(()),
        failed => Err(CliFailure::data(format!("{failed} of {} tests failed", tests.len()))),
    }
}
