//! What a scenario file may say. `assets/scenarios/common.toml` begins with the format as a whole.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::simulator::moment::parse_span;
use crate::simulator::world::{Cure, JobStatus};

/// A span as scenario files write it: `45s`, `10m`, `6h`, `3d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom(format!("\"{text}\" is not a span; write 45s, 10m, 6h or 3d"));
        parse_span(&text).map(Self).ok_or_else(wrong)
    }
}

/// The project.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectSpec {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its time zone.
    pub timezone: String,
    /// Further projects of the organization, which have no sources.
    pub others: Vec<OtherProject>,
}

impl Default for ProjectSpec {
    fn default() -> Self {
        Self { id: 1, name: "Demo".to_owned(), timezone: "UTC".to_owned(), others: Vec::new() }
    }
}

/// A project without sources.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherProject {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
}

/// Which keys are accepted, and what they may do.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeySpec {
    /// Every key that begins like this is accepted.
    pub prefix: String,
    /// The key handed to the embedding program.
    pub value: String,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// The projects it is limited to; none = no limit.
    pub projects: Vec<u64>,
}

impl Default for KeySpec {
    fn default() -> Self {
        Self {
            prefix: "phx_".to_owned(),
            value: "phx_demo0123456789abcdefghijklmnopqrstuvwxyz".to_owned(),
            scopes: vec!["*".to_owned()],
            projects: Vec::new(),
        }
    }
}

/// How quickly the world reacts; what is left out is as on the server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TempoSpec {
    /// Shortest and longest time from a request to its job.
    pub start: Option<(Span, Span)>,
    /// Shortest and longest time a cancellation takes.
    pub cancel: Option<(Span, Span)>,
    /// The first gap after five failures in a row.
    pub spacing: Option<Span>,
    /// The longest gap.
    pub longest_spacing: Option<Span>,
}

/// How much past is made up.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HistorySpec {
    /// Jobs of a table at most.
    pub runs: usize,
    /// How far back.
    pub reach: Span,
}

impl Default for HistorySpec {
    fn default() -> Self {
        Self { runs: 40, reach: Span(Duration::from_secs(4 * 86_400)) }
    }
}

/// Why runs fail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultSpec {
    /// What the table's error says; left out = null.
    pub text: Option<String>,
    /// The raw error, for logs and older jobs.
    pub raw: Option<String>,
    /// Whether the table is switched off by it.
    #[serde(default)]
    pub permanent: bool,
    /// `failed` (default), `billing_limits`, `billing_limit_too_low`.
    #[serde(default)]
    pub outcome: OutcomeSpec,
    /// What ends it.
    #[serde(default = "never")]
    pub cure: Cure,
    /// How long a run takes until it fails.
    pub after: Option<Span>,
    /// How long ago runs began to fail; left out = the newest run is the first.
    pub since: Option<Span>,
}

fn never() -> Cure {
    Cure::Never
}

/// How a failing run ends.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeSpec {
    /// `Failed`.
    #[default]
    Failed,
    /// `Billing limits`.
    BillingLimits,
    /// `Billing limit too low`.
    BillingLimitTooLow,
}

impl From<OutcomeSpec> for JobStatus {
    fn from(spec: OutcomeSpec) -> Self {
        match spec {
            OutcomeSpec::Failed => Self::Failed,
            OutcomeSpec::BillingLimits => Self::BillingLimits,
            OutcomeSpec::BillingLimitTooLow => Self::BillingLimitTooLow,
        }
    }
}

/// A run that is going on when the world begins.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSpec {
    /// How long it has been going on.
    pub elapsed: Span,
    /// How long it will go on.
    pub remaining: Span,
    /// Rows it will have read; left out = those of a usual run.
    pub rows: Option<u64>,
    /// Whether its rows stopped growing.
    #[serde(default)]
    pub stuck: bool,
}

/// What is shown otherwise than it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShowSpec {
    /// Fields to replace.
    pub set: Map<String, Value>,
    /// Fields to leave out.
    pub drop: Vec<String>,
}

/// A table, after its template and situation were filled in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableSpec {
    /// Its name at the source.
    pub name: String,
    /// Display name.
    pub label: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Sync type; `none` = never set up.
    pub sync_type: Option<String>,
    /// Cursor column.
    pub cursor: Option<String>,
    /// Cursor type; left out = that of the column.
    pub cursor_type: Option<String>,
    /// Primary key; left out = that of the columns.
    pub keys: Option<Vec<String>>,
    /// `cdc_table_mode`.
    pub cdc_mode: Option<String>,
    /// `sync_frequency`.
    pub frequency: Option<String>,
    /// `sync_time_of_day`.
    pub time_of_day: Option<String>,
    /// Columns the source has: `name type [null] [indexed] [key]`.
    pub columns: Vec<String>,
    /// The switch; left out = on, or off when a permanent fault says so.
    pub should_sync: Option<bool>,
    /// Stored status; left out = that of the newest run.
    pub status: Option<String>,
    /// Error text; left out = that of the newest run.
    pub error: Option<String>,
    /// Rows stored; left out = some number that belongs to the name.
    pub rows: Option<u64>,
    /// Smallest and largest power of ten of that number; left out = 2 and 6.
    pub magnitude: Option<(u64, u64)>,
    /// Rows the source has; left out = those stored.
    pub source_rows: Option<u64>,
    /// Rows of a usual run.
    pub growth: Option<u64>,
    /// How long a run takes.
    pub duration: Option<Span>,
    /// How long ago the newest run began; left out = within its period.
    pub last_run: Option<Span>,
    /// Whether it ever ran.
    pub synced: Option<bool>,
    /// Whether its schedule works.
    pub schedule: Option<bool>,
    /// Whether the source still has it.
    pub at_source: Option<bool>,
    /// Why its runs fail.
    pub fault: Option<FaultSpec>,
    /// The run going on.
    pub run: Option<RunSpec>,
    /// Whether its past is untouched by an outage of its source.
    pub spared: bool,
    /// Whether it only takes pushes.
    pub webhook_only: bool,
    /// `user_access_level`.
    pub access: Option<String>,
    /// What is shown otherwise than it is.
    pub show: ShowSpec,
    /// What every other reading of the list shows otherwise.
    pub show_by_turns: ShowSpec,
}

/// Change data capture of a source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CdcSpec {
    /// Whether the slot exists.
    #[serde(default = "yes")]
    pub slot: bool,
    /// Whether the publication exists.
    #[serde(default = "yes")]
    pub publication: bool,
    /// Whether it was stopped.
    #[serde(default)]
    pub halted: bool,
    /// What the server lacks.
    #[serde(default)]
    pub problems: Vec<String>,
    /// After so many checks somebody has put it right; left out = never.
    pub fixed_after_checks: Option<u32>,
    /// Bytes behind.
    #[serde(default)]
    pub lag: u64,
    /// What its tables say.
    pub fault: Option<FaultSpec>,
}

fn yes() -> bool {
    true
}

/// The webhook of a source.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookSpec {
    /// Whether it is registered.
    pub exists: bool,
    /// What the vendor says of its endpoint; left out = it has none, `unasked` = it cannot be asked,
    /// `refused` = the source's key may not ask.
    pub external_status: Option<String>,
    /// Events it sends.
    pub events: Vec<String>,
    /// Events it should send and does not.
    pub missing: Vec<String>,
    /// The stored signing secret.
    pub secret: Option<String>,
    /// The secret the vendor signs with.
    pub accepted_secret: Option<String>,
    /// Why registering fails.
    pub refusal: Option<String>,
    /// After so many looks somebody has switched it on at the vendor; left out = never.
    pub fixed_after_checks: Option<u32>,
}

/// A source, after the defaults of its type were filled in.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the contract")]
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourceSpec {
    /// `source_type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Table-name prefix.
    pub prefix: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// How long ago it was made.
    pub age: Option<Span>,
    /// Who made it.
    pub created_by: Option<String>,
    /// The stored status.
    pub stored_status: Option<String>,
    /// Whether it is queried live.
    pub direct: bool,
    /// Engine of a direct connection.
    pub engine: Option<String>,
    /// `auto_sync_new_schemas`.
    pub auto_sync: bool,
    /// Connection settings that may be shown.
    pub job_inputs: Map<String, Value>,
    /// Secrets as stored, by dotted path.
    pub secrets: BTreeMap<String, String>,
    /// What the live system takes, by dotted path.
    pub accepts: BTreeMap<String, String>,
    /// What runs say while a stored value is not the accepted one.
    pub outage: Option<FaultSpec>,
    /// Whether it can have webhooks.
    pub supports_webhooks: bool,
    /// Whether columns can be chosen.
    pub supports_columns: bool,
    /// Pinned version.
    pub api_version: Option<String>,
    /// Versions served, newest first.
    pub versions: Vec<String>,
    /// `user_access_level`.
    pub access: Option<String>,
    /// Change data capture.
    pub cdc: Option<CdcSpec>,
    /// Its webhook.
    pub webhook: Option<WebhookSpec>,
    /// What is shown otherwise than it is.
    pub show: ShowSpec,
    /// The same for its jobs.
    pub show_jobs: ShowSpec,
    /// Its tables.
    #[serde(skip)]
    pub tables: Vec<TableSpec>,
    /// Tables the next refresh of the table list finds.
    #[serde(skip)]
    pub undiscovered: Vec<TableSpec>,
}

/// A whole world, declared.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// The seed, unless another is asked for.
    pub seed: u64,
    /// The project.
    pub project: ProjectSpec,
    /// The key.
    pub key: KeySpec,
    /// How quickly it reacts.
    pub tempo: TempoSpec,
    /// How much past.
    pub history: HistorySpec,
    /// Its sources, oldest first.
    pub sources: Vec<SourceSpec>,
}
