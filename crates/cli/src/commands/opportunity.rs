//! `tally opportunity`: segments and products, ranked by what there is to gain.

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::access::published_reader;
use crate::failure::CliFailure;
use crate::printer::{Printer, json_rows, text_rows};
use crate::project::{Project, ProjectArgs};

/// Where there is something to gain: segments and products by size x propensity x margin.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally opportunity --project sample_data\n  tally opportunity --of org --limit 5 --project sample_data\n  tally opportunity --project sample_data --output json\n\nsize: customers of the segment who do not hold the product. propensity: the share of those who did not hold it three months ago and do\nnow. margin_year: what a holder of the segment earns in a year. All of it stands in stat_opportunity."
)]
pub struct OpportunityArgs {
    /// Segments of persons or of organisations only.
    #[arg(long, value_enum)]
    of: Option<PartyType>,
    /// The best so many.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// An older release.
    #[arg(long, value_name = "NUMBER")]
    release: Option<u64>,
    #[command(flatten)]
    project: ProjectArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PartyType {
    Person,
    Org,
}

/// Do it.
pub fn run(args: &OpportunityArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    let release = project.release(args.release)?;
    let of = match args.of {
        Some(PartyType::Person) => "where party_type = 'PERSON'",
        Some(PartyType::Org) => "where party_type = 'ORG'",
        None => "",
    };
    let sql = format!(
        "select place, party_type, segment, segment_name, contract_kind, component, size, taker_count, propensity, margin_year, expected_margin \
         from stat_opportunity {of} order by place limit {}",
        args.limit
    );
    let answer = project.runtime()?.block_on(async {
        let reader = published_reader(&project, release.number).await?;
        Ok::<_, CliFailure>(reader.query(&sql).await?)
    })?;
    printer.json(&Value::Array(json_rows(&answer.batches)?));
    let rows = text_rows(&answer.batches)?;
    if rows.is_empty() {
        printer.talk(
            "Nothing to rank: it takes segments with `opportunity_base_min` customers (ref_parameter), and contributions of \
             three months before.",
        );
        return Ok(());
    }
    let header: Vec<&str> = answer.schema.fields().iter().map(|f| f.name().as_str()).collect();
    printer.table(&header, &rows);
    printer.line(&format!(
        "\nNext: tally query \"select * from mart_segment where segment = 1\" --project {}",
        project.folder.display()
    ));
    Ok(())
}
