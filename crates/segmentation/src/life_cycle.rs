//! The life of a learned model: fitted rarely, applied every night, replaced only when its successor passes the gates or somebody says so.
//! The same for every kind of model: a version is a few named files.

use std::collections::BTreeMap;

use bank::BusinessDate;
use chrono::Datelike;
use serde::{Deserialize, Serialize};

/// What a version is to the nights after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// What is published comes from it.
    Champion,
    /// Applied beside the champion; waits for somebody to promote it.
    Challenger,
    /// Kept, so that one can go back.
    Retired,
}

impl Role {
    /// The word in tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Role::Champion => "CHAMPION",
            Role::Challenger => "CHALLENGER",
            Role::Retired => "RETIRED",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [Role::Champion, Role::Challenger, Role::Retired].into_iter().find(|role| role.word() == word)
    }
}

/// One version of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its name: the business date of the fit.
    pub version: String,
    /// What it is to this night.
    pub role: Role,
    /// Business date of the fit.
    pub fitted_on: BusinessDate,
    /// Contents by file name.
    pub files: BTreeMap<String, String>,
}

/// When a model is fitted again, and what becomes of the new one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Months after which a new version is fitted; 0 for never.
    pub refit_months: u32,
    /// For so many months after the first fit histories are still filling: a version that drifts is replaced at once, gates or no gates.
    pub warm_up_months: u32,
    /// Stability index of a feature above which it has drifted.
    pub drift_max: f64,
    /// Whether a version that passes the gates becomes champion by itself; otherwise it waits for `tally model promote`.
    pub promote_automatically: bool,
    /// Retired versions that are kept.
    pub retired_kept: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { refit_months: 1, warm_up_months: 3, drift_max: 0.25, promote_automatically: true, retired_kept: 24 }
    }
}

/// A condition of becoming champion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// What is measured.
    pub gate: String,
    /// What was found.
    pub value: f64,
    /// The bound.
    pub limit: f64,
    /// Whether the value is on the right side of the bound.
    pub is_passed: bool,
}

impl Gate {
    /// Passed from the bound upwards.
    #[must_use]
    pub fn at_least(gate: &str, value: f64, limit: f64) -> Self {
        Gate { gate: gate.to_owned(), value, limit, is_passed: value >= limit }
    }

    /// Passed up to the bound.
    #[must_use]
    pub fn at_most(gate: &str, value: f64, limit: f64) -> Self {
        Gate { gate: gate.to_owned(), value, limit, is_passed: value <= limit }
    }
}

/// A new version's files and its gates against the champion.
pub struct Candidate {
    /// Contents by file name.
    pub files: BTreeMap<String, String>,
    /// Gates.
    pub gates: Vec<Gate>,
}

/// What somebody decided: this version is champion from a business date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// The version.
    pub version: String,
    /// Business date.
    pub effective_from: BusinessDate,
}

/// The versions after this night. `promoted`: what somebody decided last; it holds until a champion was fitted later. `drift`: the largest stability index of a feature
/// since the champion's fit. `fit`: a new version beside the champion, if there is one.
///
/// # Errors
/// What `drift` or `fit` say.
pub fn advance<E>(
    mut versions: Vec<Version>,
    promoted: Option<&Promotion>,
    date: BusinessDate,
    policy: &Policy,
    drift: impl FnOnce(&Version) -> Result<f64, E>,
    fit: impl FnOnce(Option<&Version>) -> Result<Candidate, E>,
) -> Result<Vec<Version>, E> {
    promote(&mut versions, promoted);
    let Some(champion) = versions.iter().position(|v| v.role == Role::Champion) else {
        let Candidate { files, .. } = fit(None)?;
        versions.push(Version { version: date.to_string(), role: Role::Champion, fitted_on: date, files });
        return Ok(versions);
    };
    let age = |version: &Version| months_between(version.fitted_on, date);
    let newest_age = versions.iter().map(age).min().unwrap_or(0);
    let is_warming_up = versions.iter().map(age).max().unwrap_or(0) < policy.warm_up_months;
    let is_old = policy.refit_months > 0 && newest_age >= policy.refit_months;
    let may_drift = policy.refit_months > 0 && (is_warming_up || newest_age >= 1);
    let is_due = is_old || (may_drift && drift(&versions[champion])? > policy.drift_max);
    // A version of this business date is there already when a later one was rolled back and the night runs again.
    if !is_due || versions.iter().any(|v| v.fitted_on >= date) {
        return Ok(versions);
    }
    let Candidate { files, gates } = fit(Some(&versions[champion]))?;
    let is_champion = is_warming_up || (policy.promote_automatically && gates.iter().all(|gate| gate.is_passed));
    for version in &mut versions {
        if is_champion || version.role == Role::Challenger {
            version.role = Role::Retired;
        }
    }
    let role = if is_champion { Role::Champion } else { Role::Challenger };
    versions.push(Version { version: date.to_string(), role, fitted_on: date, files });
    // A night that runs again after somebody decided for the version that it fits.
    promote(&mut versions, promoted);
    versions.sort_by_key(|v| v.fitted_on);
    let mut surplus = versions.iter().filter(|v| v.role == Role::Retired).count().saturating_sub(policy.retired_kept);
    versions.retain(|v| {
        let goes = v.role == Role::Retired && surplus > 0;
        surplus -= usize::from(goes);
        !goes
    });
    Ok(versions)
}

fn promote(versions: &mut [Version], promoted: Option<&Promotion>) {
    let Some(promoted) = promoted else { return };
    let champion = versions.iter().find(|v| v.role == Role::Champion);
    let is_overtaken = champion.is_some_and(|champion| champion.fitted_on > promoted.effective_from);
    if is_overtaken || !versions.iter().any(|v| v.version == promoted.version && v.role != Role::Champion) {
        return;
    }
    for version in versions {
        version.role = if version.version == promoted.version { Role::Champion } else { Role::Retired };
    }
}

/// Months from one date to the other, by the calendar's months; 0 when it lies before.
fn months_between(from: BusinessDate, to: BusinessDate) -> u32 {
    let (from, to) = (from.date(), to.date());
    let months = |date: chrono::NaiveDate| date.year().unsigned_abs() * 12 + date.month();
    months(to).saturating_sub(months(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(
        versions: Vec<Version>,
        promoted: Option<(&str, &str)>,
        date: &str,
        drift: f64,
        passes: bool,
    ) -> Vec<Version> {
        let fit = |_: Option<&Version>| {
            Ok::<_, String>(Candidate {
                files: BTreeMap::new(),
                gates: vec![Gate::at_most("psi", 1.0, if passes { 2.0 } else { 0.5 })],
            })
        };
        let promoted = promoted
            .map(|(version, from)| Promotion { version: version.into(), effective_from: from.parse().unwrap() });
        advance(versions, promoted.as_ref(), date.parse().unwrap(), &Policy::default(), |_| Ok(drift), fit).unwrap()
    }

    fn shown(versions: &[Version]) -> Vec<String> {
        versions.iter().map(|v| format!("{} {}", v.version, v.role.word())).collect()
    }

    #[test]
    fn fitted_once_a_month_and_replaced_when_the_gates_are_passed() {
        let first = night(vec![], None, "2025-01-31", 0.0, true);
        assert_eq!(shown(&first), ["2025-01-31 CHAMPION"]);
        // The same month: nothing is fitted. The next one: a new version.
        let later = night(first, None, "2025-02-28", 0.0, true);
        let same = night(later.clone(), None, "2025-02-28", 0.0, true);
        assert_eq!(later, same);
        assert_eq!(shown(&later), ["2025-01-31 RETIRED", "2025-02-28 CHAMPION"]);
    }

    #[test]
    fn while_histories_fill_drift_replaces_at_once_and_afterwards_the_gates_stand() {
        let first = night(vec![], None, "2025-01-31", 0.0, true);
        let drifted = night(first.clone(), None, "2025-02-03", 0.9, false);
        assert_eq!(shown(&drifted), ["2025-01-31 RETIRED", "2025-02-03 CHAMPION"]);
        let blocked = night(first, None, "2025-05-31", 0.9, false);
        assert_eq!(shown(&blocked), ["2025-01-31 CHAMPION", "2025-05-31 CHALLENGER"]);
        // It does not try again before the next month, and then the older challenger goes.
        let june = night(night(blocked.clone(), None, "2025-05-31", 0.9, false), None, "2025-06-30", 0.9, false);
        assert_eq!(shown(&june), ["2025-01-31 CHAMPION", "2025-05-31 RETIRED", "2025-06-30 CHALLENGER"]);
        // Somebody decides, for it or for an older one.
        let promoted = night(june.clone(), Some(("2025-06-30", "2025-06-30")), "2025-07-01", 0.0, false);
        assert_eq!(
            shown(&promoted),
            ["2025-01-31 RETIRED", "2025-05-31 RETIRED", "2025-06-30 CHAMPION", "2025-07-01 CHALLENGER"]
        );
        let back = night(promoted, Some(("2025-01-31", "2025-07-02")), "2025-07-02", 0.0, false);
        assert_eq!(shown(&back)[0], "2025-01-31 CHAMPION");
        // A champion that was fitted later has overtaken the decision.
        let august = night(back, Some(("2025-01-31", "2025-07-02")), "2025-08-31", 0.0, true);
        let next = night(august, Some(("2025-01-31", "2025-07-02")), "2025-09-01", 0.0, false);
        assert!(shown(&next).contains(&"2025-08-31 CHAMPION".to_owned()), "{:?}", shown(&next));
        // The night of the fit runs again after the decision.
        let again = night(blocked, Some(("2025-06-30", "2025-06-30")), "2025-06-30", 0.9, false);
        assert_eq!(shown(&again), ["2025-01-31 RETIRED", "2025-05-31 RETIRED", "2025-06-30 CHAMPION"]);
    }
}
