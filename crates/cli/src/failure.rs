//! How the program ends when it does not end well.

use thiserror::Error;
use warehouse::release::CheckResult;
use warehouse::{Failure, WarehouseError};

/// A failure with its exit code and, where there is one, the next step.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct CliFailure {
    kind: Failure,
    message: String,
    hint: Option<String>,
    checks: Vec<CheckResult>,
}

impl CliFailure {
    /// Arguments or configuration are wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        CliFailure { kind: Failure::Usage, message: message.into(), hint: None, checks: vec![] }
    }

    /// Something expected is not there.
    pub fn missing(message: impl Into<String>) -> Self {
        CliFailure { kind: Failure::Missing, message: message.into(), hint: None, checks: vec![] }
    }

    /// A data check failed.
    pub fn data(message: impl Into<String>) -> Self {
        CliFailure { kind: Failure::Data, message: message.into(), hint: None, checks: vec![] }
    }

    /// The machine failed us.
    pub fn machine(message: impl Into<String>) -> Self {
        CliFailure { kind: Failure::Machine, message: message.into(), hint: None, checks: vec![] }
    }

    /// A bug of ours.
    pub fn bug(message: impl Into<String>) -> Self {
        CliFailure { kind: Failure::Bug, message: message.into(), hint: None, checks: vec![] }
    }

    /// Whether it is a bug of ours.
    pub fn is_bug(&self) -> bool {
        self.kind == Failure::Bug
    }

    /// Name the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The checks, when one of them failed.
    pub fn checks(&self) -> &[CheckResult] {
        &self.checks
    }

    /// The documented exit code.
    pub fn code(&self) -> u8 {
        match self.kind {
            Failure::Data => 1,
            Failure::Usage => 2,
            Failure::Missing => 3,
            Failure::Locked => 4,
            Failure::Machine => 5,
            Failure::Bug => 70,
        }
    }

    /// The next step, if one is known.
    pub fn next_step(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl From<WarehouseError> for CliFailure {
    fn from(error: WarehouseError) -> Self {
        let hint = match &error {
            WarehouseError::ChecksFailed { .. } => {
                Some("the release before stays published; correct the delivery or the check, then run again".to_owned())
            }
            WarehouseError::NoRelease(_) => Some("tally run --project DIR".to_owned()),
            e if e.failure() == Failure::Machine => Some(
                "free disk space, or raise `engine.memory_mb` in tally.toml; nothing was published and running again is safe"
                    .to_owned(),
            ),
            _ => None,
        };
        let (kind, message) = (error.failure(), error.to_string());
        let checks = match error {
            WarehouseError::ChecksFailed { results, .. } => results,
            _ => vec![],
        };
        CliFailure { kind, message, hint, checks }
    }
}

impl From<publish::PublishError> for CliFailure {
    fn from(error: publish::PublishError) -> Self {
        CliFailure { kind: error.failure(), message: error.to_string(), hint: None, checks: vec![] }
    }
}

impl From<extract::ExtractError> for CliFailure {
    fn from(error: extract::ExtractError) -> Self {
        use extract::ExtractError as E;
        let error = match error {
            E::Sink { file, source } => match source.downcast::<WarehouseError>() {
                Ok(error) => return CliFailure::from(*error),
                Err(source) => E::Sink { file, source },
            },
            other => other,
        };
        let kind = match &error {
            E::Contract { .. } | E::Table { .. } | E::Corrections { .. } => Failure::Usage,
            E::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => Failure::Missing,
            E::Read { .. } | E::Sink { .. } => Failure::Machine,
            E::ControlMissing { .. } => Failure::Missing,
            E::Arrow { .. } => Failure::Bug,
            _ => Failure::Data,
        };
        CliFailure { kind, message: error.to_string(), hint: None, checks: vec![] }
    }
}

impl From<arrow::error::ArrowError> for CliFailure {
    fn from(error: arrow::error::ArrowError) -> Self {
        CliFailure { kind: Failure::Bug, message: error.to_string(), hint: None, checks: vec![] }
    }
}

impl From<std::io::Error> for CliFailure {
    fn from(error: std::io::Error) -> Self {
        CliFailure { kind: Failure::Machine, message: error.to_string(), hint: None, checks: vec![] }
    }
}
