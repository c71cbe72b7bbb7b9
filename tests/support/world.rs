//! A project made by hand: sources, tables, jobs, and the settings of a program that is connected to it.
#![allow(dead_code, unused_imports, reason = "a test binary uses only the parts it needs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on panics")]

#[path = "desk.rs"]
mod desk;
#[path = "frame.rs"]
pub mod frame;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use whtui::app::settings::{Machine, Place, Settings, Setup, Start};
use whtui::warehouse::diagnosis::{Catalogue, Level, Symptom};
use whtui::warehouse::field::Field;
use whtui::warehouse::finding::Finding;
use whtui::warehouse::ids::{JobId, SchemaId, SourceId};
use whtui::warehouse::job::Job;
use whtui::warehouse::replies::{FieldKind, Form, FormField};
use whtui::warehouse::schema::{Schema, SchemaDetail, Table};
use whtui::warehouse::settings::{Frequency, SyncType};
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::{Completeness, SourcePage};
use whtui::warehouse::text::Foreign;

pub use desk::Desk;

/// When everything happens.
pub fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// So many minutes before noon.
pub fn ago(minutes: i64) -> Timestamp {
    noon() - SignedDuration::from_mins(minutes)
}

/// A text that the server told.
pub fn told(text: &str) -> Field<Foreign> {
    Field::Known(Foreign::new(text))
}

/// A healthy table, synced incrementally every six hours and last time forty minutes ago.
pub fn table(name: &str, rows: u64) -> Schema {
    Schema {
        id: SchemaId::new(&format!("01930000-0000-0000-0000-{name}")),
        name: Foreign::new(name),
        label: Field::Null,
        should_sync: Some(true),
        status: Status::Completed,
        sync_type: Field::Known(SyncType::Incremental),
        last_synced_at: Field::Known(ago(40)),
        frequency: Field::Known(Frequency::Every(360)),
        latest_error: Field::Null,
        table: Field::Known(Table { name: Foreign::new(&name.replace('.', "_")), rows: Field::Known(rows) }),
        finding: None,
    }
}

/// The same table with this status.
pub fn with(status: Status, table: Schema) -> Schema {
    Schema { status, ..table }
}

/// The same table, failed with this text, as the worker would diagnose it.
pub fn failed(error: &str, kind: &str, table: Schema) -> Schema {
    let symptom = Symptom {
        text: Some(error),
        level: Level::Schema,
        status: Some(&Status::Failed),
        source_type: Some(kind),
        sync_type: table.sync_type.known().map(SyncType::raw),
        sync_blocked: None,
    };
    Schema {
        status: Status::Failed,
        latest_error: told(error),
        finding: Finding::of(Catalogue::builtin(), &symptom).map(Arc::new),
        ..table
    }
}

/// The same table, switched off.
pub fn off(table: Schema) -> Schema {
    Schema { should_sync: Some(false), ..table }
}

/// The same table without data.
pub fn bare(table: Schema) -> Schema {
    Schema { table: Field::Null, last_synced_at: Field::Null, ..table }
}

/// A table whose method was never chosen.
pub fn not_set_up(name: &str) -> Schema {
    Schema {
        should_sync: Some(false),
        status: Status::None,
        sync_type: Field::Null,
        frequency: Field::Known(Frequency::Every(360)),
        ..bare(table(name, 0))
    }
}

/// A source that is synced.
pub fn source(id: &str, kind: &str, description: Option<&str>, schemas: Vec<Schema>) -> Source {
    Source {
        id: SourceId::new(&format!("0192ffff-0000-0000-0000-{id}")),
        kind: Foreign::new(kind),
        prefix: told(id),
        description: description.map_or(Field::Null, told),
        status: Status::Completed,
        latest_error: schemas
            .iter()
            .map(|schema| schema.latest_error.clone())
            .find(|error| !error.is_null())
            .unwrap_or(Field::Null),
        direct: false,
        created_at: Field::Known(ago(90 * 24 * 60)),
        created_by: told("ada@example.com"),
        last_run_at: Field::Known(ago(41)),
        auto_sync_new_schemas: Field::Known(false),
        supports_webhooks: Field::Known(false),
        api_version: Field::Null,
        access_level: told("editor"),
        settings: vec![
            (Foreign::new("host"), Foreign::new("db.example.com")),
            (Foreign::new("port"), Foreign::new("5432")),
        ],
        schemas: schemas.into_iter().map(Arc::new).collect(),
        unreadable: 0,
    }
}

/// A job of a table, begun so many minutes before noon. `took`: seconds, if it has ended.
pub fn job(table: &Schema, id: &str, begun: i64, took: Option<i64>, status: Status, rows: u64) -> Job {
    Job {
        id: JobId::new(id),
        created_at: Some(ago(begun)),
        finished_at: took.map_or(Field::Null, |took| Field::Known(ago(begun) + SignedDuration::from_secs(took))),
        status,
        schema: Some(table.id.clone()),
        schema_name: table.name.clone(),
        rows: Field::Known(rows),
        latest_error: Field::Null,
        workflow_run_id: Field::Null,
        write_mode: Field::Null,
    }
}

/// What only the full form of a table tells.
pub fn detail() -> SchemaDetail {
    SchemaDetail {
        incremental_field: told("updated_at"),
        incremental_field_type: told("timestamp"),
        lookback_seconds: Field::Known(3_600),
        primary_keys: Field::Known(vec![Foreign::new("id")]),
        sync_time_of_day: told("03:15:00"),
        full_refresh_days: Field::Null,
        next_full_refresh_at: Field::Null,
        cdc_table_mode: told("consolidated"),
        sync_blocked: Field::Null,
        enabled_columns: Field::Null,
        row_filters: Field::Known(Vec::new()),
        filter_columns: Field::Null,
        filters_rows: Field::Known(true),
        full_refresh_time: Field::Null,
        selects_columns: Field::Unknown,
        columns: Field::Known(14),
        query_name: told("shop.public_orders"),
        description: Field::Null,
        api_version: Field::Null,
        access_level: told("editor"),
    }
}

/// A field of a form that has to be filled in.
pub fn form_field(name: &str, kind: FieldKind) -> FormField {
    FormField {
        name: name.into(),
        label: Field::Null,
        secret: Field::Known(kind == FieldKind::Password),
        kind,
        required: Field::Known(true),
        placeholder: Field::Null,
        caption: Field::Null,
        default: Field::Null,
    }
}

/// A form with a host and a secret, and a secret for its webhook.
pub fn form(kind: &Foreign) -> Form {
    Form {
        name: kind.clone(),
        label: Field::Null,
        caption: Field::Null,
        docs_url: Field::Null,
        fields: vec![form_field("host", FieldKind::Text), form_field("password", FieldKind::Password)],
        webhook_fields: vec![form_field("signing_secret", FieldKind::Password)],
    }
}

/// All of a list in one page.
pub fn whole(sources: Vec<Source>) -> SourcePage {
    let count = sources.len();
    let sources = sources.into_iter().map(Arc::new).collect();
    SourcePage { sources, loaded: count, total: count, unreadable: 0, end: Some(Completeness::Whole) }
}

/// A project in which every state is at hand.
pub fn project() -> Vec<Source> {
    let password = "password authentication failed for user \"whtui_reader\"";
    let column = "The column \"total_cents\" no longer exists in the source table. Update the sync's settings and \
                  re-enable the sync.";
    let stale = Schema { last_synced_at: Field::Known(ago(26 * 60)), ..table("Invoice", 22_410) };
    vec![
        source(
            "shop",
            "Postgres",
            None,
            vec![
                table("public.customers", 3_412),
                with(Status::Running, table("public.events", 5_204_118)),
                failed(password, "Postgres", table("public.orders", 12_331)),
                off(failed(column, "Postgres", table("public.payments", 80_112))),
            ],
        ),
        source(
            "stripe_",
            "Stripe",
            Some("Billing"),
            vec![table("Charge", 51_020), table("Customer", 9_003), stale, not_set_up("Refund")],
        ),
        source(
            "depot",
            "MySQL",
            None,
            vec![
                with(Status::None, bare(table("stock.arrivals", 0))),
                off(table("stock.returns", 90)),
                with(Status::Running, table("stock.levels", 812)),
            ],
        ),
        source(
            "ads",
            "GoogleAds",
            None,
            vec![
                failed("Sync cancelled by user", "GoogleAds", table("ad_group", 412)),
                with(Status::BillingLimits, table("campaign", 31)),
                with(Status::Unknown(Foreign::new("Hibernating")), table("keyword", 77)),
            ],
        ),
        Source { direct: true, ..source("replica", "Postgres", Some("Live replica"), vec![table("public.users", 0)]) },
        source("crm", "Hubspot", None, Vec::new()),
    ]
}

/// Which project it is connected to, and how it was started.
pub fn settings() -> Settings {
    let place = Place { origin: "https://eu.posthog.com".to_owned(), project: 42, demo: false };
    Settings {
        start: Start::Connected(place),
        read_only: false,
        dry_run: false,
        ascii: false,
        machine: Machine::default(),
        setup: Setup::default(),
    }
}
