use serde_json::json;

use super::*;
use crate::warehouse::consent::Discard;
use crate::warehouse::field::Field;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::replies::LogLevel;
use crate::warehouse::schema::{Schema, SchemaDetail};
use crate::warehouse::secret::{Input, Inputs};
use crate::warehouse::settings::{CdcTableMode, Frequency, SyncType};
use crate::warehouse::status::Status;
use crate::warehouse::text::Foreign;

const PLANTED: &str = "planted-hunter2";

fn project() -> ProjectId {
    ProjectId::new(7).unwrap()
}

#[test]
fn hostile_identities_stay_one_segment() {
    for id in ["../../users/@me", "a/b?c#d", "", "..", "%2e%2e"] {
        let path = Read::Schema(SchemaId::new(id)).request(project()).path;
        assert_eq!(path.matches('/').count(), 6, "{path}");
        assert!(path.split('/').all(|part| part != "." && part != "..") && !path.contains('?'), "{path}");
        assert!(!path.contains("//"), "{path}");
    }
}

#[test]
fn a_query_names_every_schema() {
    let query = JobQuery::newest(SourceId::new("s"), vec![Foreign::new("public.orders"), Foreign::new("a&b=c")]);
    let target = Read::Jobs(query).request(project()).target();
    assert_eq!(target, "/api/projects/7/external_data_sources/s/jobs/?schemas=public.orders&schemas=a%26b%3Dc");
    let older = JobQuery {
        before: Some("2026-11-20T08:00:00Z".parse().unwrap()),
        ..JobQuery::newest(SourceId::new("s"), Vec::new())
    };
    let target = Read::Jobs(older).request(project()).target();
    assert_eq!(target, "/api/projects/7/external_data_sources/s/jobs/?before=2026-11-20T08%3A00%3A00Z");
}

#[test]
fn a_shell_line_quotes_and_never_holds_the_key() {
    let patch = SourcePatch { description: Some("it's $(rm)".to_owned()), ..SourcePatch::default() };
    let line = Write::UpdateSource(SourceId::new("s"), patch).request(project()).curl("https://us.posthog.com");
    assert_eq!(
        line,
        "curl -X PATCH -H \"Authorization: Bearer $WHTUI_API_KEY\" \
         'https://us.posthog.com/api/projects/7/external_data_sources/s/' \
         -H 'Content-Type: application/json' -d '{\"description\":\"it'\\''s $(rm)\"}'"
    );
}

#[test]
fn deleting_data_is_a_delete_on_a_sub_path() {
    let request = Discard::DeleteData(SchemaId::new("t")).request(project());
    assert_eq!(request.method, Method::Delete);
    assert_eq!(request.target(), "/api/projects/7/external_data_schemas/t/delete_data/");
}

fn table(name: &str, sync_type: Field<SyncType>) -> Schema {
    Schema {
        id: SchemaId::new(name),
        name: Foreign::new(name),
        label: Field::Null,
        should_sync: Some(true),
        status: Status::Completed,
        sync_type,
        last_synced_at: Field::Null,
        frequency: Field::Unknown,
        latest_error: Field::Null,
        table: Field::Null,
        finding: None,
    }
}

fn credentials() -> Inputs {
    let mut inputs = Inputs::default().with("host", Input::Plain("db.example.com".to_owned()));
    inputs.set(&["auth_method", "secret"], Input::Secret(PLANTED.into()));
    inputs
}

#[test]
fn a_secret_is_in_the_body_that_is_sent_and_nowhere_else() {
    let source = SourceId::new("s");
    for write in [
        Write::UpdateSource(source.clone(), SourcePatch::settings(credentials())),
        Write::CreateWebhook(source.clone(), credentials()),
        Write::UpdateWebhookInputs(source.clone(), credentials()),
    ] {
        let operation = Operation::Write(write);
        let request = operation.request(project());
        let printed =
            [format!("{operation:?}{operation:#?}"), format!("{request:?}{request:#?}"), request.curl("https://x.org")];
        assert!(!printed.concat().contains(PLANTED), "{printed:?}");
        assert!(printed.iter().all(|text| text.contains("***") && text.contains("db.example.com")), "{printed:?}");
        assert!(request.expose_body().unwrap().contains(PLANTED));
        assert_eq!(request.secrets().len(), 1);
        assert_eq!(request.pace, Pace::Slow);

        let held = request.clone().without_secrets();
        assert_eq!((&held.body, held.secrets().len()), (&request.body, 0));
        assert!(!held.expose_body().unwrap().contains(PLANTED));
        assert_ne!(held, request);
    }
    assert_eq!(SourcePatch::settings(credentials()), SourcePatch::settings(credentials()));
    assert_ne!(SourcePatch::settings(credentials()), SourcePatch::settings(Inputs::default()));
}

#[test]
fn settings_are_sent_in_the_nesting_of_the_form_beside_what_else_changes() {
    let patch = SourcePatch { description: Some("new".to_owned()), ..SourcePatch::settings(credentials()) };
    let request = Write::UpdateSource(SourceId::new("s"), patch).request(project());
    let sent: serde_json::Value = serde_json::from_str(&request.expose_body().unwrap()).unwrap();
    let expected = json!({
        "description": "new",
        "job_inputs": {"host": "db.example.com", "auth_method": {"secret": PLANTED}},
    });
    assert_eq!(sent, expected);
}

#[test]
fn a_webhook_without_inputs_is_registered_without_a_body() {
    let request = Write::CreateWebhook(SourceId::new("s"), Inputs::default()).request(project());
    assert_eq!((request.body.as_ref(), request.expose_body()), (None, None));
}

#[test]
fn a_table_that_would_lose_changes_is_not_switched_off_without_consent() {
    for sync_type in [
        Field::Known(SyncType::Cdc),
        Field::Known(SyncType::Webhook),
        Field::Known(SyncType::Other(Foreign::new("telepathy"))),
        Field::Null,
        Field::Unknown,
    ] {
        assert_eq!(SchemaPatch::pause(&table("t", sync_type)), None);
    }
    // Nor by way of a change that was made for another table.
    let pause = SchemaPatch::pause(&table("harmless", Field::Known(SyncType::Incremental))).unwrap();
    let request = Write::UpdateSchema(SchemaId::new("cdc"), pause.clone()).request(project());
    assert!(request.path.ends_with("/external_data_schemas/harmless/"), "{}", request.path);
    let bulk = BulkPatch::default().with(&SchemaId::new("cdc"), pause);
    let request = Write::BulkUpdateSchemas(SourceId::new("s"), bulk).request(project());
    assert_eq!(request.body, Some(json!({"schemas": [{"id": "harmless", "should_sync": false}]})));
}

#[test]
fn tables_are_switched_off_with_consent_one_by_one_or_together() {
    let one = Discard::PauseSchema(SchemaId::new("t")).request(project());
    assert_eq!((one.method, one.body), (Method::Patch, Some(json!({"should_sync": false}))));
    let tables = vec![SchemaId::new("t"), SchemaId::new("u")];
    let all = Discard::PauseSchemas(SourceId::new("s"), tables).request(project());
    assert_eq!(all.path, "/api/projects/7/external_data_sources/s/bulk_update_schemas/");
    let rows = json!({"schemas": [{"id": "t", "should_sync": false}, {"id": "u", "should_sync": false}]});
    assert_eq!((all.method, all.body), (Method::Patch, Some(rows)));
}

fn weighed(before: SyncType, mode: &str, change: SyncChange) -> Weighed {
    let detail = SchemaDetail { cdc_table_mode: Field::Known(Foreign::new(mode)), ..SchemaDetail::default() };
    change.weigh(&Standing::of(&table("t", Field::Known(before)), &detail))
}

fn to(method: SyncType) -> SyncChange {
    SyncChange { method: Some(method), ..SyncChange::default() }
}

fn mode(mode: CdcTableMode) -> SyncChange {
    SyncChange { cdc_mode: Some(mode), ..SyncChange::default() }
}

#[test]
fn a_change_after_which_the_server_imports_again_takes_consent() {
    use CdcTableMode::{Both, CdcOnly, Consolidated};
    use SyncType::{Cdc, FullRefresh, Incremental, Xmin};
    for (before, now, change, lost) in [
        (Incremental, "consolidated", to(Xmin), true),
        (Xmin, "consolidated", to(Incremental), true),
        (Xmin, "consolidated", to(Xmin), false),
        (Incremental, "consolidated", to(FullRefresh), false),
        (Cdc, "consolidated", to(FullRefresh), false),
        (Incremental, "consolidated", to(SyncType::Other(Foreign::new("telepathy"))), true),
        (Cdc, "consolidated", mode(Both), true),
        (Cdc, "consolidated", mode(CdcOnly), true),
        (Cdc, "both", mode(Consolidated), false),
        (Cdc, "telepathy", mode(Consolidated), true),
        (Incremental, "consolidated", mode(Both), false),
        (Incremental, "consolidated", SyncChange { method: Some(Cdc), ..mode(Both) }, false),
    ] {
        let weighed = weighed(before.clone(), now, change.clone());
        let stored = matches!(&weighed, Weighed::Loses(reshape) if reshape.loss() == Losing::Stored);
        assert_eq!(stored, lost, "{before} {now} {change:?}");
        assert_eq!(matches!(weighed, Weighed::Harmless(_)), !lost, "{before} {now} {change:?}");
    }
}

#[test]
fn a_ready_made_change_is_there_only_where_nothing_is_lost_by_it() {
    let column = || (Foreign::new("placed_at"), Foreign::new("timestamp"));
    for (method, there) in [
        (Field::Known(SyncType::Append), true),
        (Field::Null, true),
        (Field::Known(SyncType::Xmin), false),
        (Field::Unknown, false),
    ] {
        let table = table("t", method);
        let (name, kind) = column();
        assert_eq!(SchemaPatch::full_refresh(&table).is_some(), there);
        assert_eq!(SchemaPatch::incremental(&table, name, kind, None).is_some(), there);
    }
}

#[test]
fn of_a_table_that_is_not_known_the_worse_is_taken() {
    let standing = Standing::of(&table("t", Field::Unknown), &SchemaDetail::default());
    for change in [to(SyncType::Incremental), mode(CdcTableMode::Both)] {
        assert!(matches!(change.weigh(&standing), Weighed::Loses(_)));
    }
    let hourly = SyncChange { frequency: Some(Frequency::Every(60)), ..SyncChange::default() };
    assert!(matches!(hourly.weigh(&standing), Weighed::Harmless(_)));
}

#[test]
fn pausing_what_is_pushed_or_streamed_takes_consent_whatever_goes_along() {
    let off = |method: Option<SyncType>| SyncChange { should_sync: Some(false), method, ..SyncChange::default() };
    for (before, after, lost) in [
        (SyncType::Cdc, None, true),
        (SyncType::Webhook, None, true),
        (SyncType::Incremental, None, false),
        (SyncType::Incremental, Some(SyncType::Webhook), true),
        (SyncType::Webhook, Some(SyncType::Incremental), false),
    ] {
        let weighed = weighed(before.clone(), "consolidated", off(after.clone()));
        let meanwhile = matches!(&weighed, Weighed::Loses(reshape) if reshape.loss() == Losing::Meanwhile);
        assert_eq!(meanwhile, lost, "{before} {after:?}");
    }
}

#[test]
fn what_was_weighed_is_sent_to_the_table_it_was_weighed_for() {
    let Weighed::Loses(reshape) = weighed(SyncType::Incremental, "consolidated", to(SyncType::Xmin)) else { panic!() };
    let request = Discard::ReshapeSchema(reshape).request(project());
    assert_eq!(request.path, "/api/projects/7/external_data_schemas/t/");
    assert_eq!((request.method, request.body), (Method::Patch, Some(json!({"sync_type": "xmin"}))));
    let change = SyncChange { time_of_day: Some(None), lookback: Some(Some(60)), ..SyncChange::default() };
    let Weighed::Harmless(patch) = weighed(SyncType::Incremental, "consolidated", change) else { panic!() };
    let request = Write::UpdateSchema(SchemaId::new("other"), patch).request(project());
    assert_eq!(request.path, "/api/projects/7/external_data_schemas/t/");
    let body = json!({"sync_time_of_day": null, "incremental_field_lookback_seconds": 60});
    assert_eq!(request.body, Some(body));
}

#[test]
fn a_bulk_change_names_what_changes_of_each_table() {
    let id = SchemaId::new("t");
    let bulk = BulkPatch::default()
        .with(&id, SchemaPatch::cursor(Foreign::new("placed_at"), Foreign::new("timestamp")))
        .set_up(&table("new", Field::Null))
        .unwrap();
    assert_eq!(bulk.schemas().map(SchemaId::as_str).collect::<Vec<_>>(), ["t", "new"]);
    let request = Write::BulkUpdateSchemas(SourceId::new("s"), bulk).request(project());
    let rows = json!({"schemas": [
        {"id": "t", "incremental_field": "placed_at", "incremental_field_type": "timestamp"},
        {"id": "new", "should_sync": true, "apply_sync_defaults": true},
    ]});
    assert_eq!(request.body, Some(rows));
    for set_up in [Field::Known(SyncType::Cdc), Field::Unknown] {
        assert_eq!(BulkPatch::default().set_up(&table("t", set_up)), None);
    }
}

#[test]
fn log_lines_are_asked_for_within_what_the_server_takes() {
    let target = |query: LogQuery| Read::Logs(query).request(project()).target();
    let newest = LogQuery::newest(SchemaId::new("t"));
    for (limit, asked) in [(0, 1), (50, 50), (u32::MAX, 500)] {
        let target = target(LogQuery { limit, ..newest.clone() });
        assert_eq!(target, format!("/api/projects/7/external_data_schemas/t/logs/?limit={asked}"));
    }
    let query = LogQuery {
        limit: 5,
        after: Some("2026-11-20T08:00:00Z".parse().unwrap()),
        before: Some("2026-11-20T09:00:00Z".parse().unwrap()),
        levels: vec![LogLevel::Warn, LogLevel::Error],
        search: Foreign::new("a&b"),
        run: Some(Foreign::new("run/1")),
        ..newest
    };
    assert!(target(query).ends_with(
        "logs/?limit=5&after=2026-11-20T08%3A00%3A00Z&before=2026-11-20T09%3A00%3A00Z&level=WARN%2CERROR\
         &search=a%26b&instance_id=run%2F1"
    ));
}
