//! Sources and tables, as rows and as JSON.

use jiff::Timestamp;
use serde::Serialize;

use super::{Heading, SourceName, object, time, word};
use crate::cli::columns::Column;
use crate::warehouse::field::Field;
use crate::warehouse::inventory::Held;
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::{Frequency, SyncType};
use crate::warehouse::state::{Severity, State};
use crate::warehouse::status::Status;
use crate::warehouse::words::{ago, count, rows};

/// Columns of the sources.
pub(super) const SOURCES: [Column; 8] = [
    Column::new("SOURCE").down_to(16),
    Column::new("TYPE").down_to(8).spared(6),
    Column::new("STATE"),
    Column::new("TABLES").right().spared(3),
    Column::new("BROKEN").right().spared(2),
    Column::new("OFF").right().spared(5),
    Column::new("LAST RUN").spared(4),
    Column::new("WHAT").down_to(20).spared(1),
];

/// Columns of the tables.
pub(super) const TABLES: [Column; 8] = [
    Column::new("SOURCE").down_to(12).spared(3),
    Column::new("TABLE").down_to(22),
    Column::new("STATE"),
    Column::new("METHOD").spared(6),
    Column::new("EVERY").spared(7),
    Column::new("SYNCED").spared(4),
    Column::new("ROWS").right().spared(5),
    Column::new("WHAT").down_to(16).spared(2),
];

const NOTHING: &str = "–";

fn when(at: Field<Timestamp>, now: Timestamp) -> String {
    match at {
        Field::Known(at) => ago(at, now),
        Field::Null => NOTHING.to_owned(),
        Field::Unknown => "?".to_owned(),
    }
}

fn known<T: ToString>(field: &Field<T>) -> String {
    match field {
        Field::Known(value) => value.to_string(),
        Field::Null => NOTHING.to_owned(),
        Field::Unknown => "?".to_owned(),
    }
}

pub(super) fn source_rows(sources: &[&Held], now: Timestamp) -> Vec<Vec<String>> {
    let row = |held: &&Held| {
        vec![
            held.title().shown().into_owned(),
            held.source.kind.shown().into_owned(),
            held.tally.worst.map_or(NOTHING, State::words).to_owned(),
            count(held.tally.total as u64),
            count(held.tally.broken as u64),
            count(held.tally.switched_off as u64),
            when(held.source.last_run_at, now),
            held.trouble().unwrap_or_default(),
        ]
    };
    sources.iter().map(row).collect()
}

pub(super) fn table_rows(tables: &[(&Held, &Schema, State)], now: Timestamp) -> Vec<Vec<String>> {
    let row = |(held, schema, state): &(&Held, &Schema, State)| {
        vec![
            held.title().shown().into_owned(),
            schema.title().named().into_owned(),
            state.words().to_owned(),
            known(&schema.sync_type),
            known(&schema.frequency),
            when(schema.last_synced_at, now),
            rows(schema.rows()),
            // What the state says already is not said twice.
            schema.cause(*state).unwrap_or_default(),
        ]
    };
    tables.iter().map(row).collect()
}

#[derive(Serialize)]
struct Source {
    #[serde(flatten)]
    name: SourceName,
    prefix: Option<String>,
    description: Option<String>,
    state: Option<&'static str>,
    severity: Option<&'static str>,
    status: Option<String>,
    tables: usize,
    broken: usize,
    switched_off: usize,
    doubtful: usize,
    moving: usize,
    last_run_at: Option<String>,
    title: Option<String>,
}

#[derive(Serialize)]
struct Table {
    id: String,
    name: String,
    label: Option<String>,
    source: SourceName,
    state: &'static str,
    severity: &'static str,
    status: Option<String>,
    should_sync: Option<bool>,
    sync_type: Option<String>,
    frequency: Option<String>,
    last_synced_at: Option<String>,
    rows: Option<u64>,
    root_cause: Option<String>,
    title: Option<String>,
}

/// The server's word, in one spelling.
pub(super) fn status(status: &Status) -> Option<String> {
    match status {
        Status::None => None,
        Status::Unknown(word) => Some(word.raw().to_owned()),
        known => Some(known.to_string()),
    }
}

fn severity(state: State) -> &'static str {
    match state.severity() {
        Severity::Broken => "broken",
        Severity::Doubtful => "doubtful",
        Severity::Moving => "moving",
        Severity::Unproven => "unverified",
        Severity::Well => "healthy",
        Severity::Idle => "idle",
    }
}

pub(super) fn sources_json(heading: Heading, sources: &[&Held]) -> String {
    let entry = |held: &&Held| Source {
        name: SourceName::of(held),
        prefix: word(&held.source.prefix),
        description: word(&held.source.description),
        state: held.tally.worst.map(State::key),
        severity: held.tally.worst.map(severity),
        status: status(&held.source.status),
        tables: held.tally.total,
        broken: held.tally.broken,
        switched_off: held.tally.switched_off,
        doubtful: held.tally.doubtful,
        moving: held.tally.moving,
        last_run_at: time(held.source.last_run_at),
        title: held.trouble(),
    };
    object(heading, "sources", sources.iter().map(entry).collect())
}

pub(super) fn tables_json(heading: Heading, tables: &[(&Held, &Schema, State)]) -> String {
    let entry = |(held, schema, state): &(&Held, &Schema, State)| Table {
        id: schema.id.as_str().to_owned(),
        name: schema.name.raw().to_owned(),
        label: word(&schema.label),
        source: SourceName::of(held),
        state: state.key(),
        severity: severity(*state),
        status: status(&schema.status),
        should_sync: schema.should_sync,
        sync_type: schema.sync_type.known().map(SyncType::raw).map(str::to_owned),
        frequency: schema.frequency.known().map(|frequency| match frequency {
            Frequency::Other(word) => word.raw().to_owned(),
            known => known.to_string(),
        }),
        last_synced_at: time(schema.last_synced_at),
        rows: schema.rows().known().copied(),
        root_cause: schema
            .finding
            .as_deref()
            .filter(|_| state.is_failure())
            .map(|finding| finding.verdict.cause.to_string()),
        title: schema.trouble(*state),
    };
    object(heading, "tables", tables.iter().map(entry).collect())
}
