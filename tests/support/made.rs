//! Sources, tables and jobs made by hand.

use std::sync::Arc;

use jiff::Timestamp;
use whtui::app::settings::{Place, Settings, Start};
use whtui::warehouse::diagnosis::{Catalogue, Level, Symptom};
use whtui::warehouse::field::Field;
use whtui::warehouse::finding::Finding;
use whtui::warehouse::ids::{JobId, SchemaId, SourceId};
use whtui::warehouse::inventory::Inventory;
use whtui::warehouse::job::Job;
use whtui::warehouse::schema::{Schema, Table};
use whtui::warehouse::settings::{Frequency, SyncType};
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;

pub use super::world::{ago, noon as now, whole as page};

/// Connected to the project these belong to.
pub fn settings() -> Settings {
    let place = Place { origin: "https://eu.posthog.com".to_owned(), project: 1, demo: false };
    Settings { start: Start::Connected(place), ..super::world::settings() }
}

/// What an error text means.
pub fn finding(error: Option<&str>, kind: &str, method: &str) -> Arc<Finding> {
    let symptom = Symptom {
        text: error,
        level: Level::Schema,
        status: Some(&Status::Failed),
        source_type: Some(kind),
        sync_type: Some(method),
        sync_blocked: None,
    };
    Arc::new(Finding::of(Catalogue::builtin(), &symptom).unwrap())
}

/// A healthy incremental table that synced half an hour ago and does so every hour.
pub fn table(name: &str) -> Schema {
    Schema {
        id: SchemaId::new(&format!("id-{name}")),
        name: name.into(),
        label: Field::Null,
        should_sync: Some(true),
        status: Status::Completed,
        sync_type: Field::Known(SyncType::Incremental),
        last_synced_at: Field::Known(ago(30)),
        frequency: Field::Known(Frequency::Every(60)),
        latest_error: Field::Null,
        table: Field::Known(Table { name: name.into(), rows: Field::Known(1_000) }),
        finding: None,
    }
}

/// The same with a status.
pub fn with_status(name: &str, status: &str) -> Schema {
    Schema { status: Status::parse(status), ..table(name) }
}

/// A table of a Postgres that fails with this text, switched off by the server or not.
pub fn failing(name: &str, error: Option<&str>, off: bool) -> Schema {
    Schema {
        should_sync: Some(!off),
        status: Status::Failed,
        latest_error: error.map_or(Field::Null, |error| Field::Known(error.into())),
        finding: Some(finding(error, "Postgres", "incremental")),
        ..table(name)
    }
}

/// A source of these tables.
pub fn source(name: &str, schemas: Vec<Schema>) -> Source {
    Source {
        id: SourceId::new(&format!("source-{name}")),
        kind: "Postgres".into(),
        prefix: Field::Known(name.into()),
        description: Field::Null,
        status: Status::Completed,
        latest_error: Field::Null,
        direct: false,
        created_at: Field::Known(ago(1_000_000)),
        created_by: Field::Null,
        last_run_at: Field::Known(ago(30)),
        auto_sync_new_schemas: Field::Known(false),
        supports_webhooks: Field::Known(false),
        api_version: Field::Null,
        access_level: Field::Known("editor".into()),
        settings: Vec::new(),
        schemas: schemas.into_iter().map(Arc::new).collect(),
        unreadable: 0,
    }
}

/// What is known after the list was read.
pub fn inventory(sources: Vec<Source>) -> Inventory {
    let mut inventory = Inventory::default();
    inventory.begin_reading();
    inventory.learn_sources(&page(sources), now());
    inventory
}

/// A job of a table that began so many minutes ago and took so many.
pub fn job(table: &str, minutes_ago: i64, took: i64, status: &str, rows: u64) -> Job {
    let status = Status::parse(status);
    let ended = if status == Status::Running { Field::Null } else { Field::Known(ago(minutes_ago - took)) };
    Job {
        id: JobId::new(&format!("job-{table}-{minutes_ago}")),
        created_at: Some(ago(minutes_ago)),
        finished_at: ended,
        status,
        schema: Some(SchemaId::new(&format!("id-{table}"))),
        schema_name: table.into(),
        rows: Field::Known(rows),
        latest_error: Field::Null,
        workflow_run_id: Field::Unknown,
        write_mode: Field::Null,
    }
}

/// Takes in the jobs of one table of a source.
pub fn learn_jobs(inventory: &mut Inventory, of: &str, table: &str, jobs: Vec<Job>, at: Timestamp) {
    inventory.learn_jobs(&SourceId::new(&format!("source-{of}")), &[table.into()], jobs, at);
}
