//! The client against the contract: what it sends fits the `OpenAPI` file, and every example reply of that file is
//! understood with its values.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "a test binary uses only the parts it needs")]
#[path = "support/openapi.rs"]
mod openapi;

#[path = "support/client.rs"]
mod client;

#[path = "contract/calls.rs"]
mod calls;
#[path = "contract/compare.rs"]
mod compare;
#[path = "contract/compare_repairs.rs"]
mod compare_repairs;
#[path = "contract/with_simulator.rs"]
mod with_simulator;

use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use calls::{OPERATIONS, call};
use compare::compare;
use openapi::contract;
use whtui::api::{Client, Limits, Origin};
use whtui::warehouse::consent::{Challenge, Consent, Discard, Loss};
use whtui::warehouse::failure::FailureKind;
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::{ProjectId, SchemaId, SourceId};
use whtui::warehouse::operation::{CdcMode, LogQuery, Page, Read, Reshape, Standing, SyncChange, Weighed};
use whtui::warehouse::replies::Discarded;
use whtui::warehouse::schema::{Schema, SchemaDetail};
use whtui::warehouse::settings::SyncType;
use whtui::warehouse::status::Status;
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

/// A change after which the server imports the table again.
fn to_xmin() -> Box<Reshape> {
    let schema = Schema {
        id: SchemaId::new(ID),
        name: Foreign::new("orders"),
        label: Field::Null,
        should_sync: Some(true),
        status: Status::Completed,
        sync_type: Field::Known(SyncType::Incremental),
        last_synced_at: Field::Null,
        frequency: Field::Null,
        latest_error: Field::Null,
        table: Field::Unknown,
        finding: None,
    };
    let change = SyncChange { method: Some(SyncType::Xmin), ..SyncChange::default() };
    match change.weigh(&Standing::of(&schema, &SchemaDetail::default())) {
        Weighed::Loses(reshape) => reshape,
        Weighed::Harmless(_) => panic!("to xmin loses what is stored"),
    }
}

#[tokio::test]
async fn tables_are_switched_off_or_reshaped_by_a_change_of_one_or_of_many() {
    let (source, table) = (SourceId::new(ID), SchemaId::new(ID));
    for (discard, operation) in [
        (Discard::PauseSchema(table.clone()), "external_data_schemas_partial_update"),
        (Discard::ReshapeSchema(to_xmin()), "external_data_schemas_partial_update"),
        (
            Discard::PauseSchemas(source, vec![table.clone(), table]),
            "external_data_sources_bulk_update_schemas_partial_update",
        ),
    ] {
        let fits = |example: &openapi::Example| example.operation == operation && example.status == Some(200);
        let example = contract().examples().into_iter().find(fits).unwrap();
        let server = server(200, Some(&example.value)).await;
        let answer = client(&server, "").discard(consent(discard)).await.unwrap();
        let Discarded::Changed(schemas) = answer else { panic!("{answer:?}") };
        assert!(!schemas.is_empty());
        let request = only_request(&server).await;
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!((request.method.as_str(), request.url.path()), (example.method.as_str(), example.path.as_str()));
        assert_eq!(contract().validate_request(&example.method, &example.path, "", Some(&body)), Ok(()));
    }
}

#[tokio::test]
async fn look_only_calls_are_the_ones_the_contract_names() {
    let text = include_str!("fixtures/openapi.yaml");
    let document: Value = serde_norway::from_str(text).unwrap();
    let source = SourceId::new(ID);
    for read in [
        Read::IncrementalFields(SchemaId::new(ID)),
        Read::Wizard(Foreign::new("Postgres")),
        Read::CdcPrerequisites(source.clone(), CdcMode::Managed),
        Read::CdcStatus(source.clone()),
        Read::WebhookInfo(source),
        Read::Logs(LogQuery::newest(SchemaId::new(ID))),
        Read::HealthIssues,
    ] {
        let request = read.request(ProjectId::new(84_312).unwrap());
        let target = request.target();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let valid = contract().validate_request(request.method.word(), path, query, request.body.as_ref());
        assert_eq!(valid, Ok(()), "{read:?}");
        let template = path.replace(ID, "{id}").replace("84312", "{project_id}");
        let behaviour = &document["paths"][template][request.method.word().to_lowercase()]["x-behaviour"];
        assert_eq!(behaviour["readOnly"], true, "{read:?}");
    }
}
