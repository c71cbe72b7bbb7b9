//! Stories: what is told, and which steps follow. Steps are compared in the words of [`words`].

mod changes;
mod properties;
mod runs;
mod sources;
mod stops;
mod swallowed;

use std::sync::Arc;

use super::*;
use crate::warehouse::consent::{Challenge, Discard, Loss};
use crate::warehouse::diagnosis::{Catalogue, Symptom};
use crate::warehouse::failure::FailureKind;
use crate::warehouse::field::Field;
use crate::warehouse::finding::Finding;
use crate::warehouse::ids::{JobId, ProjectId};
use crate::warehouse::schema::{Schema, SchemaDetail, Table};
use crate::warehouse::settings::{Frequency, SyncType};
use crate::warehouse::status::Status;

// Steps that most stories share.
const ASK: &str = "ask jobs of orders";
const SEND: &str = "send POST external_data_schemas/id-orders/reload/";
const ACCEPTED: &str = "Note shop / orders: reload accepted, waiting for a job";
const STARTED: &str = "Note shop / orders: a new job is running";

/// When every story begins.
fn start() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// So many seconds after the beginning.
fn after(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

fn table(name: &str) -> (SchemaId, Foreign) {
    (SchemaId::new(&format!("id-{name}")), Foreign::new(name))
}

fn subject(tables: &[&str]) -> Subject {
    Subject {
        source: SourceId::new("shop-id"),
        source_name: Foreign::new("shop"),
        tables: tables.iter().map(|name| table(name)).collect(),
    }
}

/// A job of a table, made so many seconds after the beginning and still running.
fn job(id: &str, table_name: &str, created: i64) -> Job {
    let (schema, name) = table(table_name);
    Job {
        id: JobId::new(id),
        created_at: Some(after(created)),
        finished_at: Field::Null,
        status: Status::Running,
        schema: Some(schema),
        schema_name: name,
        rows: Field::Known(0),
        latest_error: Field::Null,
        workflow_run_id: Field::Unknown,
        write_mode: Field::Null,
    }
}

/// The same job, ended so many seconds after its start.
fn ended(mut job: Job, status: Status, took: i64, rows: u64) -> Job {
    job.finished_at = Field::Known(job.created_at.unwrap() + SignedDuration::from_secs(took));
    job.status = status;
    job.rows = Field::Known(rows);
    job
}

fn completed(id: &str, table: &str, created: i64, took: i64, rows: u64) -> Job {
    ended(job(id, table, created), Status::Completed, took, rows)
}

/// The newest run before the story.
fn old() -> Job {
    completed("old", "orders", -3_600, 20, 900)
}

fn failed(id: &str, table: &str, created: i64) -> Job {
    Job {
        latest_error: Field::Known(Foreign::new("connection refused")),
        ..ended(job(id, table, created), Status::Failed, 3, 0)
    }
}

/// A table as the full form shows it.
fn full(name: &str, status: Status) -> FullSchema {
    let (id, name) = table(name);
    FullSchema {
        schema: Schema {
            id,
            name,
            label: Field::Null,
            should_sync: Some(true),
            status,
            sync_type: Field::Known(SyncType::Incremental),
            last_synced_at: Field::Known(after(9)),
            frequency: Field::Known(Frequency::Every(360)),
            latest_error: Field::Null,
            table: Field::Known(Table { name: Foreign::new("shop_orders"), rows: Field::Known(12_000) }),
            finding: None,
        },
        detail: SchemaDetail { cdc_table_mode: Field::Known(Foreign::new("consolidated")), ..SchemaDetail::default() },
        source: Some(SourceId::new("shop-id")),
        source_type: Field::Known(Foreign::new("Postgres")),
    }
}

/// A failed table with an error text and what the catalogue makes of it.
fn broken(name: &str, error: &str) -> FullSchema {
    let mut full = full(name, Status::Failed);
    full.schema.latest_error = Field::Known(Foreign::new(error));
    full.schema.finding = Finding::of(Catalogue::builtin(), &Symptom::of(Some(error))).map(Arc::new);
    full
}

fn failure(kind: FailureKind, status: Option<u16>, detail: &str) -> Failure {
    Failure { status, ..Failure::new(kind, detail) }
}

fn timed_out() -> Failure {
    failure(FailureKind::TimedOut, None, "")
}

fn gateway() -> Failure {
    failure(FailureKind::Gateway, Some(502), "")
}

fn not_found() -> Failure {
    failure(FailureKind::NotFound, Some(404), "")
}

fn offline() -> Failure {
    failure(FailureKind::Unreachable, None, "connection refused")
}

/// Something that is told.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "a handful of them lives for a moment")]
enum Told {
    Jobs(Vec<Job>),
    Full(FullSchema),
    Present(bool),
    Done,
    Remark(&'static str),
    NotDone(Failure),
    Unread(Failure),
    Waited,
}

impl Told {
    fn to(&self, follow: &mut Follow, now: Timestamp) -> Vec<Step> {
        let remark;
        let evidence = match self {
            Self::Jobs(jobs) => Evidence::Jobs(jobs),
            Self::Full(full) => Evidence::Schema(full),
            Self::Present(present) => Evidence::Present(*present),
            Self::Done => Evidence::Done(None),
            Self::Remark(text) => {
                remark = Foreign::new(text);
                Evidence::Done(Some(&remark))
            }
            Self::NotDone(failure) => Evidence::NotDone(failure),
            Self::Unread(failure) => Evidence::Unread(failure),
            Self::Waited => Evidence::Waited,
        };
        follow.learn(&evidence, now)
    }
}

/// A step in words. An end begins with `END`.
fn words(step: &Step) -> String {
    match step {
        Step::Ask(Need::Jobs(query)) => {
            let names: Vec<_> = query.schemas.iter().map(Foreign::raw).collect();
            let of = if names.is_empty() { "all".to_owned() } else { names.join(",") };
            let after = query.after.map(|at| format!(" after {}", at.strftime("%H:%M:%S"))).unwrap_or_default();
            format!("ask jobs of {of}{after}")
        }
        Step::Ask(Need::Schema(id)) => format!("ask {}", id.as_str()),
        Step::Ask(need) => format!("ask {need:?}"),
        Step::Send(operation) => {
            let request = operation.request(ProjectId::FIRST);
            format!("send {} {}", request.method.word(), request.path.trim_start_matches("/api/projects/1/"))
        }
        Step::Wait(time) => format!("wait {}s", time.as_secs()),
        Step::Tell(report) => format!("{}{:?} {}", if report.end { "END " } else { "" }, report.tone, report.text),
    }
}

/// Plays a story: at so many seconds this is told, and these steps follow. Gives the action as it is then.
#[track_caller]
fn play(started: (Follow, Vec<Step>), first: &[&str], story: &[(i64, Told, &[&str])]) -> Follow {
    let (mut follow, steps) = started;
    assert_eq!(steps.iter().map(words).collect::<Vec<_>>(), first, "first steps");
    for (number, (seconds, told, expected)) in story.iter().enumerate() {
        let steps = told.to(&mut follow, after(*seconds));
        assert_eq!(steps.iter().map(words).collect::<Vec<_>>(), *expected, "step {number} of the story");
    }
    follow
}

fn reload(name: &str) -> (Follow, Vec<Step>) {
    Follow::write(Write::ReloadSchema(table(name).0), subject(&[name]), start())
}

fn cancel(name: &str) -> (Follow, Vec<Step>) {
    Follow::write(Write::CancelSchema(table(name).0), subject(&[name]), start())
}

fn consent(discard: Discard) -> Consent {
    let loss = Loss { name: Foreign::new("orders"), tables: 1, rows: Field::Unknown, usual_run: None };
    let typed = if discard.destroys() { "orders" } else { "" };
    Challenge::new(discard, loss).answered_with(typed).unwrap()
}

fn discard(act: Discard, tables: &[&str]) -> (Follow, Vec<Step>) {
    Follow::discard(consent(act), subject(tables), start())
}

fn resync(name: &str) -> (Follow, Vec<Step>) {
    discard(Discard::ResyncSchema(table(name).0), &[name])
}
