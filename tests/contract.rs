//! The client against the contract: what it sends fits the `OpenAPI` file, and every example reply of that file is
//! understood with its values.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "a test binary uses only the parts it needs")]
#[path = "support/openapi.rs"]
mod openapi;

use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use openapi::{Example, contract};
use whtui::api::{Client, Limits, Origin};
use whtui::warehouse::consent::{Challenge, Consent, Discard, Loss};
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::{ProjectId, SchemaId, SourceId};
use whtui::warehouse::job::Job;
use whtui::warehouse::operation::{JobQuery, Page, SchemaPatch, SourcePatch};
use whtui::warehouse::replies::{CancelReply, CandidateFields, RefreshResult};
use whtui::warehouse::schema::{Schema, SchemaDetail};
use whtui::warehouse::settings::Frequency;
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::FullSchema;
use whtui::warehouse::text::Foreign;

const KEY: &str = "phx_planted_key_0123456789";
const ID: &str = "0192f1c4-7a60-0000-9d0c-0000000000a1";
const PAGE: Page = Page { limit: 100, offset: 200 };

async fn server(status: u16, body: Option<&Value>) -> MockServer {
    let server = MockServer::start().await;
    let template = ResponseTemplate::new(status);
    let template = match body {
        Some(body) => template.set_body_json(body),
        None => template,
    };
    Mock::given(any()).respond_with(template).mount(&server).await;
    server
}

fn client(server: &MockServer, prefix: &str) -> Client {
    let origin = Origin::parse(&format!("{}{prefix}", server.uri()), false).unwrap();
    Client::new(origin, KEY.into(), ProjectId::new(84_312).unwrap(), Limits::default()).unwrap()
}

fn consent(discard: Discard) -> Consent {
    let loss = Loss { name: Foreign::new("orders"), tables: 1, rows: Field::Unknown, usual_run: None };
    Challenge::new(discard, loss).answered_with("orders").unwrap()
}

/// What a call answered, whichever call it was.
#[derive(Debug)]
enum Answer {
    Key(whtui::warehouse::account::Key),
    User(whtui::warehouse::account::User),
    Projects(Vec<whtui::warehouse::account::Project>, Option<u64>, bool),
    Sources(Vec<Source>, Option<u64>, bool),
    Schemas(Vec<FullSchema>, Option<u64>, bool),
    Jobs(Vec<Job>),
    Candidates(CandidateFields),
    Refreshed(RefreshResult),
    Cancelled(CancelReply),
    Nothing,
}

/// Operations of the client, by their name in the contract.
const OPERATIONS: [&str; 20] = [
    "personal_api_keys_current",
    "users_me",
    "projects_list",
    "projects_retrieve",
    "external_data_sources_list",
    "external_data_sources_retrieve",
    "external_data_sources_jobs_retrieve",
    "external_data_schemas_list",
    "external_data_schemas_retrieve",
    "external_data_schemas_incremental_fields_create",
    "external_data_sources_partial_update",
    "external_data_sources_reload_create",
    "external_data_sources_refresh_schemas_create",
    "external_data_sources_destroy",
    "external_data_schemas_partial_update",
    "external_data_schemas_reload_create",
    "external_data_schemas_cancel_create",
    "external_data_schemas_resync_create",
    "external_data_schemas_delete_data_destroy",
    "external_data_schemas_destroy",
];

async fn call(client: &Client, operation: &str) -> Result<Answer, Failure> {
    let (source, schema) = (SourceId::new(ID), SchemaId::new(ID));
    let patch = SourcePatch { description: Some("new".to_owned()), auto_sync_new_schemas: Some(true) };
    let query = JobQuery {
        source: source.clone(),
        schemas: vec![Foreign::new("public.orders"), Foreign::new("a&b")],
        after: Some("2026-11-20T08:00:00Z".parse().unwrap()),
    };
    Ok(match operation {
        "personal_api_keys_current" => Answer::Key(client.account().key().await?),
        "users_me" => Answer::User(client.account().me().await?),
        "projects_list" => {
            let page = client.account().projects(PAGE).await?;
            assert_eq!(page.unreadable, 0);
            Answer::Projects(page.items, page.count, page.next)
        }
        "projects_retrieve" => Answer::Projects(vec![client.account().project(client.project()).await?], None, false),
        "external_data_sources_list" => {
            let page = client.sources(PAGE).await?;
            assert_eq!(page.unreadable, 0);
            Answer::Sources(page.items, page.count, page.next)
        }
        "external_data_sources_retrieve" => Answer::Sources(vec![client.source(&source).await?], None, false),
        "external_data_sources_jobs_retrieve" => Answer::Jobs(client.jobs(&query).await?),
        "external_data_schemas_list" => {
            let page = client.schemas(PAGE).await?;
            assert_eq!(page.unreadable, 0);
            Answer::Schemas(page.items, page.count, page.next)
        }
        "external_data_schemas_retrieve" => Answer::Schemas(vec![client.schema(&schema).await?], None, false),
        "external_data_schemas_incremental_fields_create" => {
            Answer::Candidates(client.incremental_fields(&schema).await?)
        }
        "external_data_sources_partial_update" => {
            Answer::Sources(vec![client.update_source(&source, patch).await?], None, false)
        }
        "external_data_sources_reload_create" => {
            client.reload_source(&source).await?.map_or(Answer::Nothing, Answer::Refreshed)
        }
        "external_data_sources_refresh_schemas_create" => Answer::Refreshed(client.refresh_schemas(&source).await?),
        "external_data_schemas_partial_update" => {
            let patch = SchemaPatch::frequency(Frequency::Every(60));
            Answer::Schemas(vec![client.update_schema(&schema, patch).await?], None, false)
        }
        "external_data_schemas_reload_create" => {
            client.reload_schema(&schema).await?;
            Answer::Nothing
        }
        "external_data_schemas_cancel_create" => Answer::Cancelled(client.cancel_schema(&schema).await?),
        discard => {
            let discard = match discard {
                "external_data_schemas_resync_create" => Discard::ResyncSchema(schema),
                "external_data_schemas_delete_data_destroy" => Discard::DeleteData(schema),
                "external_data_schemas_destroy" => Discard::DestroySchema(schema),
                "external_data_sources_destroy" => Discard::DestroySource(source),
                unknown => panic!("{unknown}"),
            };
            client.discard(consent(discard)).await?;
            Answer::Nothing
        }
    })
}

async fn only_request(server: &MockServer) -> Request {
    let mut requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

#[tokio::test]
async fn every_request_fits_the_contract() {
    for operation in OPERATIONS {
        for prefix in ["", "/ph"] {
            let server = server(500, None).await;
            call(&client(&server, prefix), operation).await.unwrap_err();
            let request = only_request(&server).await;
            let body = (!request.body.is_empty()).then(|| serde_json::from_slice(&request.body).unwrap());
            let (method, query) = (request.method.as_str(), request.url.query().unwrap_or_default());
            let path = request.url.path().strip_prefix(prefix).unwrap();
            assert_eq!(contract().validate_request(method, path, query, body.as_ref()), Ok(()), "{operation}");

            assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
            assert!(request.headers["user-agent"].to_str().unwrap().starts_with("whtui/"));
            let elsewhere = request.headers.iter().filter(|(name, _)| *name != "authorization");
            let elsewhere: Vec<_> = elsewhere.map(|(_, value)| value.to_str().unwrap().to_owned()).collect();
            assert!(!format!("{} {elsewhere:?} {:?}", request.url, request.body).contains(KEY));
        }
    }
}

#[tokio::test]
async fn every_operation_is_the_one_it_is_called() {
    for operation in OPERATIONS {
        let server = server(500, None).await;
        call(&client(&server, ""), operation).await.unwrap_err();
        let request = only_request(&server).await;
        let example = contract().examples().into_iter().find(|example| example.operation == operation).unwrap();
        assert_eq!((request.method.as_str(), request.url.path()), (example.method.as_str(), example.path.as_str()));
    }
}

#[tokio::test]
async fn every_example_of_a_success_keeps_its_values() {
    let mut checked = 0;
    for example in contract().examples() {
        if OPERATIONS.contains(&example.operation.as_str()) && example.status.is_some_and(|status| status < 300) {
            let server = server(example.status.unwrap(), Some(&example.value)).await;
            let answer = call(&client(&server, ""), &example.operation).await;
            compare(&example, answer.unwrap_or_else(|failure| panic!("{example:?}: {failure:?}")));
            checked += 1;
        }
    }
    assert!(checked >= 15, "only {checked} examples");
}

#[tokio::test]
async fn every_example_of_a_refusal_is_understood() {
    let mut checked = 0;
    for example in contract().examples() {
        let Some(status) = example.status.filter(|status| *status >= 400) else { continue };
        if !OPERATIONS.contains(&example.operation.as_str()) {
            continue;
        }
        let server = server(status, Some(&example.value)).await;
        let failure = call(&client(&server, ""), &example.operation).await.unwrap_err();
        let fits = match status {
            401 => failure.kind == FailureKind::KeyRejected,
            403 => {
                matches!(failure.kind, FailureKind::MissingScope(_) | FailureKind::OutOfBounds | FailureKind::Forbidden)
            }
            404 => failure.kind == FailureKind::NotFound,
            429 => matches!(failure.kind, FailureKind::TooManyRequests(_)),
            500 => failure.kind == FailureKind::ServerError,
            502..=504 => failure.kind == FailureKind::Gateway,
            _ => failure.kind == FailureKind::Refused,
        };
        assert!(fits, "{example:?}: {failure:?}");
        let words = ["detail", "message", "error"].iter().find_map(|name| example.value[*name].as_str()).unwrap();
        assert!(failure.detail.raw().starts_with(words), "{example:?}: {failure:?}");
        checked += 1;
    }
    assert!(checked >= 20, "only {checked} examples");
}

fn compare(example: &Example, answer: Answer) {
    let value = &example.value;
    let items = |results: &Value| results.as_array().unwrap().clone();
    let results = |count: Option<u64>, next: bool| {
        if !value["results"].is_array() {
            return vec![value.clone()];
        }
        assert_eq!((count, next), (value["count"].as_u64(), !value["next"].is_null()));
        items(&value["results"])
    };
    match answer {
        Answer::Key(key) => {
            text(&key.label, &value["label"]);
            assert_eq!(raw(key.scopes.as_deref().unwrap_or_default()), strings(&value["scopes"]));
            let projects: Vec<_> = key.projects.iter().map(|project| Value::from(project.get())).collect();
            assert_eq!(projects, items(&value["scoped_teams"]));
        }
        Answer::User(user) => {
            text(&user.email, &value["email"]);
            text(&user.project_name, &value["team"]["name"]);
            assert_eq!(user.project.map(ProjectId::get), value["team"]["id"].as_u64());
        }
        Answer::Projects(projects, count, next) => {
            let results = results(count, next);
            assert_eq!(projects.len(), results.len());
            for (project, value) in projects.iter().zip(&results) {
                assert_eq!(
                    (project.id.get(), project.name.raw()),
                    (value["id"].as_u64().unwrap(), str(&value["name"]))
                );
                text(&project.timezone, &value["timezone"]);
            }
        }
        Answer::Sources(sources, count, next) => {
            let results = results(count, next);
            assert_eq!(sources.len(), results.len());
            sources.iter().zip(&results).for_each(|(source, value)| compare_source(source, value));
        }
        Answer::Schemas(schemas, count, next) => {
            let results = results(count, next);
            assert_eq!(schemas.len(), results.len());
            for (full, value) in schemas.iter().zip(&results) {
                compare_schema(&full.schema, value);
                compare_detail(&full.detail, value);
                assert_eq!(full.source.as_ref().map(SourceId::as_str), value["source"]["id"].as_str());
            }
        }
        Answer::Jobs(jobs) => {
            assert_eq!(jobs.len(), items(value).len());
            jobs.iter().zip(&items(value)).for_each(|(job, value)| compare_job(job, value));
        }
        Answer::Candidates(candidates) => compare_candidates(&candidates, value),
        Answer::Refreshed(result) => {
            number(&result.added, &value["added"]);
            number(&result.deleted, &value["deleted"]);
            number(&result.total_tables_seen, &value["total_tables_seen"]);
        }
        Answer::Cancelled(reply) => {
            assert_eq!(reply == CancelReply::NothingRan, str(&value["detail"]).contains("No sync was running"));
        }
        Answer::Nothing => {}
    }
}

fn compare_source(source: &Source, value: &Value) {
    assert_eq!((source.id.as_str(), source.kind.raw()), (str(&value["id"]), str(&value["source_type"])));
    assert_eq!(source.status, Status::parse(str(&value["status"])));
    assert!(!matches!(source.status, Status::Unknown(_)), "{value}");
    assert_eq!(source.direct, value["access_method"] == "direct");
    text(&source.prefix, &value["prefix"]);
    text(&source.description, &value["description"]);
    text(&source.latest_error, &value["latest_error"]);
    text(&source.created_by, &value["created_by"]);
    text(&source.api_version, &value["api_version"]);
    text(&source.access_level, &value["user_access_level"]);
    time(&source.created_at, &value["created_at"]);
    time(&source.last_run_at, &value["last_run_at"]);
    flag(source.auto_sync_new_schemas, &value["auto_sync_new_schemas"]);
    flag(source.supports_webhooks, &value["supports_webhooks"]);
    assert_eq!(source.settings.is_empty(), value["job_inputs"].as_object().is_none_or(serde_json::Map::is_empty));
    let schemas = value["schemas"].as_array().unwrap();
    assert_eq!(source.schemas.len(), schemas.len());
    source.schemas.iter().zip(schemas).for_each(|(schema, value)| compare_schema(schema, value));
}

fn compare_schema(schema: &Schema, value: &Value) {
    assert_eq!((schema.id.as_str(), schema.name.raw()), (str(&value["id"]), str(&value["name"])));
    assert_eq!(schema.should_sync, value["should_sync"].as_bool());
    assert_eq!(schema.status, value["status"].as_str().map_or(Status::None, Status::parse));
    text(&schema.label, &value["label"]);
    text(&schema.latest_error, &value["latest_error"]);
    time(&schema.last_synced_at, &value["last_synced_at"]);
    text(&schema.sync_type.clone().map(|kind| Foreign::new(kind.raw())), &value["sync_type"]);
    text(&schema.frequency.clone().map(|word| Foreign::from(word.to_string())), &value["sync_frequency"]);
    assert_eq!(schema.table.is_null(), value["table"].is_null());
    if let Field::Known(table) = &schema.table {
        assert_eq!(table.name.raw(), str(&value["table"]["name"]));
        number(&table.rows, &value["table"]["row_count"]);
    }
}

fn compare_detail(detail: &SchemaDetail, value: &Value) {
    text(&detail.incremental_field, &value["incremental_field"]);
    text(&detail.incremental_field_type, &value["incremental_field_type"]);
    text(&detail.sync_time_of_day, &value["sync_time_of_day"]);
    text(&detail.cdc_table_mode, &value["cdc_table_mode"]);
    text(&detail.sync_blocked, &value["incremental_sync_blocked"]);
    text(&detail.description, &value["description"]);
    text(&detail.api_version, &value["api_version"]);
    text(&detail.access_level, &value["user_access_level"]);
    number(&detail.lookback_seconds, &value["incremental_field_lookback_seconds"]);
    number(&detail.full_refresh_days, &value["full_refresh_interval_days"]);
    time(&detail.next_full_refresh_at, &value["next_full_refresh_at"]);
    assert_eq!(raw(detail.primary_keys.known().map_or(&[], |keys| keys)), strings(&value["primary_key_columns"]));
    assert_eq!(raw(detail.enabled_columns.known().map_or(&[], |names| names)), strings(&value["enabled_columns"]));
    let length = |value: &Value| value.as_array().map(Vec::len);
    assert_eq!(detail.row_filters.known().copied(), length(&value["row_filters"]));
    assert_eq!(detail.columns.known().copied(), length(&value["available_columns"]));
    assert_eq!(detail.query_name.known().map(Foreign::raw), value["table"]["hogql_name"].as_str());
}

fn compare_job(job: &Job, value: &Value) {
    assert_eq!(job.id.as_str(), str(&value["id"]));
    assert_eq!(job.status, Status::parse(str(&value["status"])));
    assert!(!matches!(job.status, Status::Unknown(_)), "{value}");
    assert_eq!(job.created_at, Some(str(&value["created_at"]).parse().unwrap()));
    time(&job.finished_at, &value["finished_at"]);
    number(&job.rows, &value["rows_synced"]);
    text(&job.latest_error, &value["latest_error"]);
    text(&job.workflow_run_id, &value["workflow_run_id"]);
    assert_eq!(job.schema.as_ref().map(SchemaId::as_str), value["schema"]["id"].as_str());
    assert_eq!(job.schema_name.raw(), str(&value["schema"]["name"]));
}

fn compare_candidates(candidates: &CandidateFields, value: &Value) {
    for (field, name) in [
        (candidates.incremental, "incremental_available"),
        (candidates.append, "append_available"),
        (candidates.cdc, "cdc_available"),
        (candidates.xmin, "xmin_available"),
        (candidates.full_refresh, "full_refresh_available"),
        (candidates.webhook, "supports_webhooks"),
        (candidates.webhook_only, "webhook_only"),
        (candidates.key_detection, "primary_key_detection_supported"),
    ] {
        flag(field, &value[name]);
    }
    assert_eq!(
        raw(candidates.detected_keys.known().map_or(&[], |keys| keys)),
        strings(&value["detected_primary_keys"])
    );
    let fields = value["incremental_fields"].as_array().unwrap();
    assert_eq!(candidates.fields.len(), fields.len());
    for (field, value) in candidates.fields.iter().zip(fields) {
        assert_eq!(field.field.raw(), str(&value["field"]));
        text(&field.label, &value["label"]);
        text(&field.column_type, &value["type"]);
        text(&field.field_type, &value["field_type"]);
        assert_eq!(field.indexed, Field::Known(value["is_indexed"].as_bool().unwrap_or(true)));
    }
    let columns = value["available_columns"].as_array().unwrap();
    assert_eq!(candidates.columns.len(), columns.len());
    for (column, value) in candidates.columns.iter().zip(columns) {
        assert_eq!(column.field.raw(), str(&value["field"]));
        text(&column.column_type, &value["type"]);
        flag(column.nullable, &value["nullable"]);
    }
}

fn str(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn raw(texts: &[Foreign]) -> Vec<&str> {
    texts.iter().map(Foreign::raw).collect()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().map(str).collect()
}

fn text(field: &Field<Foreign>, value: &Value) {
    assert_eq!(field.known().map(Foreign::raw), value.as_str());
}

fn number(field: &Field<u64>, value: &Value) {
    assert_eq!(field.known().copied(), value.as_u64());
}

fn flag(field: Field<bool>, value: &Value) {
    assert_eq!(field.known().copied(), value.as_bool());
}

fn time(field: &Field<jiff::Timestamp>, value: &Value) {
    assert_eq!(field.known().copied(), value.as_str().map(|text| text.parse().unwrap()));
}
