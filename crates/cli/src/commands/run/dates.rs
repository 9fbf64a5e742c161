//! Which business dates a run does, and which release it builds on.

use bank::BusinessDate;
use warehouse::{Release, Releases};

use super::RunArgs;
use crate::failure::CliFailure;
use crate::landing::Landing;

/// What a run does.
pub struct DatesToDo {
    /// Business dates, in order.
    pub dates: Vec<BusinessDate>,
    /// Release that the first of them builds on; `None` starts from nothing.
    pub base: Option<Release>,
}

/// Business dates to process, in order.
pub fn dates_to_do(
    args: &RunArgs,
    landing: &Landing<'_>,
    releases: &Releases,
    current: Option<&Release>,
) -> Result<DatesToDo, CliFailure> {
    let delivered = landing.business_dates()?;
    if delivered.is_empty() {
        return Err(CliFailure::missing(
            "no business date was delivered: no file in the landing folder has the name of a feed",
        )
        .hint("`tally plan` shows which files are expected"));
    }
    if let (Some(from), Some(current)) = (args.from, current)
        && from.to_string() <= current.biz_date
    {
        return restated(from, args.to, delivered, releases, current);
    }
    let base = current.filter(|_| !args.full).cloned();
    let processed = |date: &BusinessDate| base.as_ref().is_some_and(|b| date.to_string() <= b.biz_date);
    if let Some(date) = args.date {
        if base.as_ref().is_some_and(|b| b.biz_dates.contains(&date.to_string())) {
            return Ok(DatesToDo { dates: vec![], base });
        }
        if processed(&date) {
            return Err(CliFailure::usage(format!("{date} lies before the current release and was not processed"))
                .hint(format!("`tally run --from {date}` does it and everything after it")));
        }
        refuse_gap(date, delivered.iter().filter(|d| **d < date && !processed(d)))?;
        // A date without any file is reported as missing with the names that are expected.
        return Ok(DatesToDo { dates: vec![date], base });
    }
    // A first run may begin where the bank wants its history to begin; after that no date may be left out.
    if let (Some(from), Some(_)) = (args.from, current) {
        refuse_gap(from, delivered.iter().filter(|d| **d < from && !processed(d)))?;
    }
    let wanted = |date: &BusinessDate| {
        !processed(date) && args.from.is_none_or(|from| *date >= from) && args.to.is_none_or(|to| *date <= to)
    };
    Ok(DatesToDo { dates: delivered.into_iter().filter(wanted).collect(), base })
}

/// A business date that was processed, and every one after it, again: files were corrected or came late.
fn restated(
    from: BusinessDate,
    to: Option<BusinessDate>,
    delivered: Vec<BusinessDate>,
    releases: &Releases,
    current: &Release,
) -> Result<DatesToDo, CliFailure> {
    if let Some(to) = to.filter(|to| to.to_string() < current.biz_date) {
        return Err(CliFailure::usage(format!(
            "--to {to} lies before the current release of {}: what was published until then would be lost",
            current.biz_date
        ))
        .hint(format!("`tally run --from {from}` without --to does every business date again")));
    }
    let dates: Vec<BusinessDate> =
        delivered.into_iter().filter(|date| *date >= from && to.is_none_or(|to| *date <= to)).collect();
    let is_gone = |date: &&String| **date >= from.to_string() && !dates.iter().any(|d| d.to_string() == **date);
    let gone: Vec<String> = current.biz_dates.iter().filter(is_gone).cloned().collect();
    if !gone.is_empty() {
        return Err(CliFailure::missing(format!(
            "the files of {} are no longer in the landing folder",
            gone.join(", ")
        ))
        .hint("bring them back from the archive, or begin at a later date"));
    }
    let before = releases.chain()?.into_iter().rev().find(|release| release.biz_date < from.to_string());
    let began_before = current.biz_dates.first().is_some_and(|first| *first < from.to_string());
    if before.is_none() && began_before {
        return Err(CliFailure::missing(format!("the release before {from} was removed by `tally vacuum`"))
            .hint("`tally run --full` does every business date again"));
    }
    Ok(DatesToDo { dates, base: before })
}

fn refuse_gap<'d>(date: BusinessDate, skipped: impl Iterator<Item = &'d BusinessDate>) -> Result<(), CliFailure> {
    let skipped: Vec<String> = skipped.map(ToString::to_string).collect();
    if skipped.is_empty() {
        return Ok(());
    }
    Err(CliFailure::usage(format!("{date} is not the next business date: {} come(s) first", skipped.join(", ")))
        .hint("`tally run` without --date and --from does them all in order"))
}

/// Business dates that arrived after a later one was processed: a run does not go back to them by itself.
pub fn arrived_late(landing: &Landing<'_>, current: Option<&Release>) -> Result<Vec<String>, CliFailure> {
    let Some(current) = current else { return Ok(vec![]) };
    let began = current.biz_dates.first().cloned().unwrap_or_default();
    let dates = landing.business_dates()?.into_iter().map(|d| d.to_string());
    Ok(dates.filter(|d| *d > began && *d < current.biz_date && !current.biz_dates.contains(d)).collect())
}
