//! Log lines of runs, and the list of everything that fails (contract, sections 7.9, 9.5 and 9.6).

use jiff::Timestamp;

use crate::warehouse::field::Field;
use crate::warehouse::settings::SyncType;
use crate::warehouse::text::Foreign;

/// A line of the log of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When it was written.
    pub at: Field<Timestamp>,
    /// How grave it is.
    pub level: LogLevel,
    /// What it says; often the raw error that a friendlier text replaced.
    pub message: Foreign,
    /// The run: the workflow id of its job.
    pub run: Field<Foreign>,
}

/// How grave a line of a log is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LogLevel {
    /// Details for developers.
    Debug,
    /// Plain output.
    Log,
    /// What goes on.
    Info,
    /// Something odd.
    Warn,
    /// Something that failed.
    Error,
    /// A level this program does not know.
    Other(Foreign),
}

impl LogLevel {
    /// The levels that can be asked for, the gravest last.
    pub const ALL: [Self; 5] = [Self::Debug, Self::Log, Self::Info, Self::Warn, Self::Error];

    /// Reads the server's word; its case does not matter.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        match raw.to_ascii_uppercase().as_str() {
            "DEBUG" => Self::Debug,
            "LOG" => Self::Log,
            "INFO" => Self::Info,
            "WARN" | "WARNING" => Self::Warn,
            "ERROR" => Self::Error,
            _ => Self::Other(Foreign::new(raw)),
        }
    }

    /// The server's word.
    #[must_use]
    pub fn raw(&self) -> &str {
        match self {
            Self::Debug => "DEBUG",
            Self::Log => "LOG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Other(word) => word.raw(),
        }
    }
}

/// Something that fails in the project. Tables that are switched off, stale tables and broken webhooks are not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthIssue {
    /// Identity of what fails: of a schema for a sync.
    pub id: Foreign,
    /// Its name.
    pub name: Foreign,
    /// What it is.
    pub kind: HealthKind,
    /// What is wrong with it.
    pub status: HealthStatus,
    /// The error text.
    pub error: Field<Foreign>,
    /// When it failed; for a sync, the last time it succeeded.
    pub at: Field<Timestamp>,
    /// Path of its page in the web app.
    pub path: Field<Foreign>,
    /// The source type of a sync.
    pub source_type: Field<Foreign>,
    /// The method of a sync.
    pub sync_type: Field<SyncType>,
}

/// What it is that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HealthKind {
    /// The sync of a schema.
    Sync,
    /// A source.
    Source,
    /// A materialised view.
    View,
    /// A destination that data is sent to.
    Destination,
    /// A transformation.
    Transformation,
    /// Something this program does not know.
    Other(Foreign),
}

impl HealthKind {
    /// Reads the server's word.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        match raw {
            "external_data_sync" => Self::Sync,
            "source" => Self::Source,
            "materialized_view" => Self::View,
            "destination" => Self::Destination,
            "transformation" => Self::Transformation,
            _ => Self::Other(Foreign::new(raw)),
        }
    }
}

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HealthStatus {
    /// It fails.
    Failed,
    /// It is switched off.
    Disabled,
    /// It works badly.
    Degraded,
    /// Billing holds it up.
    BillingLimit,
    /// Something this program does not know.
    Other(Foreign),
}

impl HealthStatus {
    /// Reads the server's word.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        match raw {
            "failed" => Self::Failed,
            "disabled" => Self::Disabled,
            "degraded" => Self::Degraded,
            "billing_limit" => Self::BillingLimit,
            _ => Self::Other(Foreign::new(raw)),
        }
    }
}
