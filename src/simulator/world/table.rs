//! A table of a source: what the API calls a schema (contract, section 7.2).

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{Fault, Moment, Overlay};
use crate::simulator::moment::parse_time_of_day;

/// A column as the source has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The type the source gives it.
    pub kind: String,
    /// Whether it may hold nulls.
    pub nullable: bool,
    /// Whether an index covers it.
    pub indexed: bool,
}

impl Column {
    /// The `field_type` it would have as a cursor, if it can be one.
    #[must_use]
    pub fn cursor_type(&self) -> Option<&'static str> {
        let kind = self.kind.to_ascii_lowercase();
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| kind.starts_with(prefix));
        if starts(&["timestamp"]) {
            Some("timestamp")
        } else if starts(&["datetime"]) {
            Some("datetime")
        } else if starts(&["date"]) {
            Some("date")
        } else if starts(&["int", "bigint", "smallint", "serial", "bigserial"]) {
            Some("integer")
        } else if starts(&["objectid"]) {
            Some("objectid")
        } else if starts(&["numeric", "decimal"]) {
            Some("numeric")
        } else {
            None
        }
    }

    /// The type it has in the query engine.
    #[must_use]
    pub fn query_type(&self) -> &'static str {
        match self.cursor_type() {
            Some("timestamp" | "datetime") => "datetime",
            Some("date") => "date",
            Some("integer") => "integer",
            Some("numeric") => "decimal",
            _ if self.kind.starts_with("bool") => "boolean",
            _ if self.kind.starts_with("json") => "json",
            _ if self.kind.starts_with("double") || self.kind.starts_with("float") => "float",
            _ => "string",
        }
    }

    /// What a row filter may compare it by.
    #[must_use]
    pub fn operators(&self) -> &'static [&'static str] {
        match self.query_type() {
            "string" | "boolean" | "json" => &["=", "!=", "IN", "NOT IN"],
            _ => &[">", ">=", "<", "<=", "=", "!="],
        }
    }

    /// Whether a row filter may compare it with this. Lists are one text.
    #[must_use]
    pub fn takes(&self, value: &Value) -> bool {
        match self.query_type() {
            "integer" | "decimal" | "float" => value.is_number(),
            "boolean" => value.is_boolean() || value.is_string(),
            _ => value.is_string(),
        }
    }
}

/// What a client may change of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// `full_refresh`, `incremental`, `append`, `webhook`, `cdc`, `xmin`; none = never set up.
    pub sync_type: Option<String>,
    /// The cursor column.
    pub cursor: Option<String>,
    /// The cursor's type.
    pub cursor_type: Option<String>,
    /// Seconds re-read behind the cursor.
    pub lookback: Option<u64>,
    /// `sync_frequency` as written on the wire.
    pub frequency: Option<String>,
    /// `sync_time_of_day`.
    pub time_of_day: Option<String>,
    /// Days between scheduled rebuilds.
    pub full_refresh_days: Option<u64>,
    /// `full_refresh_time_of_day`.
    pub full_refresh_time: Option<String>,
    /// Primary key columns.
    pub keys: Option<Vec<String>>,
    /// `cdc_table_mode`.
    pub cdc_mode: String,
    /// Columns to sync; none = all.
    pub columns: Option<Vec<String>>,
    /// Row filters as sent.
    pub row_filters: Option<Value>,
    /// Pinned vendor version.
    pub api_version: Option<String>,
}

impl Settings {
    /// The span between two scheduled runs, if the frequency has one.
    #[must_use]
    pub fn period(&self) -> Option<Duration> {
        let minutes: u64 = match self.frequency.as_deref()? {
            "1min" => 1,
            "5min" => 5,
            "15min" => 15,
            "30min" => 30,
            "1hour" => 60,
            "6hour" => 6 * 60,
            "12hour" => 12 * 60,
            "24hour" => 24 * 60,
            "7day" => 7 * 24 * 60,
            "30day" => 30 * 24 * 60,
            _ => return None,
        };
        Some(Duration::from_secs(minutes * 60))
    }

    /// The time of day the schedule is anchored to, which counts for daily and rarer ones.
    #[must_use]
    pub fn anchor(&self) -> Option<Duration> {
        let daily = self.period()? >= Duration::from_secs(86_400);
        self.time_of_day.as_deref().filter(|_| daily).and_then(parse_time_of_day)
    }

    /// Whether runs read from a cursor on.
    #[must_use]
    pub fn uses_cursor(&self) -> bool {
        matches!(self.sync_type.as_deref(), Some("incremental" | "append"))
    }

    /// Whether this is the given sync type.
    #[must_use]
    pub fn is(&self, sync_type: &str) -> bool {
        self.sync_type.as_deref() == Some(sync_type)
    }
}

/// A run that is going on.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its number in the world.
    pub number: u64,
    /// What it will end with, decided when it began: a change during a run counts from the next one.
    pub fault: Option<Fault>,
    /// Whether it rebuilds the table.
    pub rebuilds: bool,
    /// Whether a stop has been asked for.
    pub stopping: bool,
}

/// A table of a source.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the contract")]
#[derive(Clone, Debug)]
pub struct Table {
    /// The schema's id.
    pub id: String,
    /// The id of the stored table.
    pub stored_id: String,
    /// Its name at the source.
    pub name: String,
    /// Display name.
    pub label: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// What a client may change.
    pub settings: Settings,
    /// The columns the source has now.
    pub columns: Arc<[Column]>,
    /// The primary key the source declares.
    pub source_keys: Vec<String>,
    /// The switch.
    pub should_sync: bool,
    /// The stored status, in the spelling of tables.
    pub status: Option<String>,
    /// The error text.
    pub error: Option<String>,
    /// The last good load.
    pub last_synced: Option<Moment>,
    /// Rows stored; none = no table.
    pub rows: Option<u64>,
    /// Rows the source has.
    pub source_rows: u64,
    /// Rows that come with each run after the first.
    pub growth: u64,
    /// How long a run takes.
    pub duration: Duration,
    /// What makes its runs fail.
    pub fault: Option<Fault>,
    /// Whether the source still has it.
    pub at_source: bool,
    /// Whether the next run starts from nothing.
    pub reset: bool,
    /// Whether a schedule exists.
    pub scheduled: bool,
    /// Counts the settings of the schedule, so that outdated events are known.
    pub generation: u32,
    /// The first time the schedule fires, known when the world is built.
    pub first_due: Option<Moment>,
    /// The run going on.
    pub run: Option<Run>,
    /// Runs failed in a row.
    pub failures: u32,
    /// When the last of them ended.
    pub failed_at: Option<Moment>,
    /// Whether it only takes pushes.
    pub webhook_only: bool,
    /// `user_access_level`.
    pub access: Option<String>,
    /// Deleted.
    pub deleted: bool,
    /// What is shown otherwise than it is.
    pub overlay: Overlay,
    /// What every other reading of the list shows otherwise.
    pub by_turns: Overlay,
}
