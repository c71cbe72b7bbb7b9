//! What can go wrong with the operations that repairs need.

use super::*;
use whtui::warehouse::operation::{BulkPatch, CdcMode, LogQuery, SourcePatch};
use whtui::warehouse::replies::{BulkFailure, Discarded, FieldKind, LogLevel};
use whtui::warehouse::secret::{Input, Inputs};

const PLANTED: &str = "planted \"hunter2\"\n";

fn shop() -> SourceId {
    SourceId::new("shop")
}

fn credentials() -> Inputs {
    let mut inputs = Inputs::default();
    inputs.set(&["auth_method", "stripe"], Input::Secret(PLANTED.into()));
    inputs
}

fn answering(status: u16, body: &str) -> Client {
    Server::start(vec![json(status, body)]).client()
}

async fn discard(client: &Client, act: Discard) -> Result<Discarded, Failure> {
    let loss = Loss { name: Foreign::new("t"), tables: 1, rows: Field::Unknown, usual_run: None };
    client.discard(Challenge::new(act, loss).answered_with("t").unwrap()).await
}

/// Every write with secrets in it.
async fn send_secrets(client: &Client) -> [Failure; 3] {
    [
        client.update_source(&shop(), SourcePatch::settings(credentials())).await.unwrap_err(),
        client.create_webhook(&shop(), credentials()).await.unwrap_err(),
        client.update_webhook_inputs(&shop(), credentials()).await.unwrap_err(),
    ]
}

#[tokio::test]
async fn a_secret_that_comes_back_in_a_refusal_is_masked() {
    let echo = serde_json::to_string(&format!("login with {PLANTED} failed")).unwrap();
    for body in [
        format!(r#"{{"type": "validation_error", "detail": {echo}, "attr": "job_inputs__host"}}"#),
        format!(r#"{{"message": {echo}}}"#),
        format!(r#"{{"success": false, "error": {echo}}}"#),
        format!(r#"{{"message": "no", "errors": [{echo}]}}"#),
        format!("[{echo}]"),
        format!("login with {PLANTED} failed"),
    ] {
        for failure in send_secrets(&answering(400, &body)).await {
            assert_eq!(failure.kind, FailureKind::Refused);
            let text = format!("{failure:?} {} {}", failure.detail.raw(), failure.explanation());
            assert!(!text.contains("hunter2") && text.contains("login with *** failed"), "{body}: {text}");
        }
    }
    // Nor in a refusal that looks like a success.
    let client = answering(200, &format!(r#"{{"success": false, "error": {echo}}}"#));
    let creation = client.create_webhook(&shop(), credentials()).await.unwrap();
    let update = client.update_webhook_inputs(&shop(), credentials()).await.unwrap_err();
    let text = format!("{creation:?} {:?} {update:?}", creation.failure());
    assert!(!text.contains("hunter2") && text.matches("login with *** failed").count() == 3, "{text}");
}

#[tokio::test]
async fn unknown_outcomes_of_writes_with_secrets_do_not_hold_them() {
    for (act, kind) in [
        (html(502, "<title>Bad Gateway</title>"), FailureKind::Gateway),
        (Act::Reset(Vec::new()), FailureKind::Interrupted),
        (json(200, "{"), FailureKind::Interrupted),
        (json(200, "{}"), FailureKind::Malformed),
        (json(200, ""), FailureKind::NotJson),
    ] {
        for failure in send_secrets(&Server::start(vec![act.clone()]).client()).await {
            assert_eq!(failure.kind, kind);
            assert!(failure.outcome_unknown() && !format!("{failure:?}").contains("hunter2"), "{failure:?}");
        }
    }
}

#[tokio::test]
async fn a_webhook_that_was_not_registered_is_a_failure_with_status_200() {
    let client = answering(
        200,
        r#"{"success": false, "webhook_url": "https://x.org/h", "error": "No permission.", "pending_inputs": ["signing_secret", 7]}"#,
    );
    let creation = client.create_webhook(&shop(), Inputs::default()).await.unwrap();
    assert_eq!(creation.pending_inputs, [Foreign::new("signing_secret")]);
    assert_eq!(creation.url, Field::Known(Foreign::new("https://x.org/h")));
    let failure = creation.failure().unwrap();
    assert_eq!((&failure.kind, failure.status), (&FailureKind::Refused, Some(200)));
    assert_eq!(failure.detail.raw(), "No permission. (missing: signing_secret)");

    let client = answering(200, r#"{"success": true, "pending_inputs": ["signing_secret"]}"#);
    let creation = client.create_webhook(&shop(), Inputs::default()).await.unwrap();
    assert!(creation.registered && creation.failure().is_none());
    assert_eq!((creation.pending_inputs.len(), creation.error), (1, Field::Unknown));
}

#[tokio::test]
async fn acts_that_say_they_were_not_done_were_not_done() {
    let client = answering(200, r#"{"success": false, "error": "Say why."}"#);
    for act in [Discard::DeleteWebhook(shop()), Discard::DisableCdc(shop()), Discard::RepairCdc(shop())] {
        let failure = discard(&client, act).await.unwrap_err();
        assert_eq!((&failure.kind, failure.detail.raw()), (&FailureKind::Refused, "Say why."));
    }
    let failure = client.enable_cdc(&shop(), CdcMode::Managed).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused);
    // Where it does not say, nobody knows.
    let client = answering(200, r#"{"success": "perhaps"}"#);
    let failure = discard(&client, Discard::RepairCdc(shop())).await.unwrap_err();
    assert!(failure.outcome_unknown(), "{failure:?}");
}

#[tokio::test]
async fn what_is_missing_in_an_answer_is_unknown() {
    let client = answering(200, r#"{"success": true, "schemas_reset": "four", "external_deleted": null}"#);
    let repaired = discard(&client, Discard::RepairCdc(shop())).await.unwrap();
    assert_eq!(repaired, Discarded::CdcRepaired { schemas_reset: Field::Unknown });
    assert_eq!(discard(&client, Discard::DisableCdc(shop())).await.unwrap(), Discarded::CdcDisabled { already: false });
    let Discarded::WebhookDeleted(deletion) = discard(&client, Discard::DeleteWebhook(shop())).await.unwrap() else {
        panic!("no deletion")
    };
    assert_eq!((deletion.outside, deletion.error), (Field::Null, Field::Unknown));
    let client = answering(200, "{}");
    let found = client.cdc_prerequisites(&shop(), CdcMode::Managed).await.unwrap();
    assert_eq!((found.valid, found.errors.len()), (Field::Unknown, 0));
    assert_eq!(client.cdc_status(&shop()).await.unwrap().enabled, Field::Unknown);
    assert_eq!(client.webhook_info(&shop()).await.unwrap().exists, Field::Unknown);
}

#[tokio::test]
async fn prerequisites_that_are_not_met_are_an_answer_and_a_refusal_tells_them_all() {
    let client = answering(200, r#"{"valid": false, "errors": ["wal_level", 7, "slots"]}"#);
    let found = client.cdc_prerequisites(&shop(), CdcMode::Managed).await.unwrap();
    assert_eq!((found.valid, found.errors), (Field::Known(false), vec!["wal_level".into(), "slots".into()]));

    let client = answering(400, r#"{"message": "CDC prerequisites not met.", "errors": ["wal_level.", "slots."]}"#);
    let failure = client.enable_cdc(&shop(), CdcMode::Managed).await.unwrap_err();
    assert_eq!(failure.detail.raw(), "CDC prerequisites not met. wal_level. slots.");
    let failure = answering(409, r#"{"message": "CDC is already enabled on this source."}"#);
    let failure = failure.enable_cdc(&shop(), CdcMode::Managed).await.unwrap_err();
    assert_eq!((failure.kind, failure.status), (FailureKind::Refused, Some(409)));
}

#[tokio::test]
async fn a_bulk_change_that_was_saved_in_part_names_what_was_not() {
    let body = r#"{"type": "server_error", "code": "bulk_schema_save_failed", "detail": "These schemas in the batch could
        not be saved: public.orders (gone). Any other schemas in the batch were saved successfully."}"#;
    let body = body.replace("could\n        not", "could not");
    let orders = SchemaId::new("o");
    let tables = [(orders.clone(), Foreign::new("public.orders")), (SchemaId::new("u"), Foreign::new("users"))];
    let patch = || tables.iter().fold(BulkPatch::default(), |all, (id, _)| all.with(id, SchemaPatch::resume()));
    for (status, kind) in [(400, FailureKind::Refused), (503, FailureKind::Gateway)] {
        let client = answering(status, &body);
        let failure = client.bulk_update_schemas(&shop(), patch()).await.unwrap_err();
        assert_eq!(failure.kind, kind);
        let part = BulkFailure::of(&failure, &tables).unwrap();
        assert!(part.complete);
        let [row] = &part.unsaved[..] else { panic!("{part:?}") };
        assert_eq!((&row.schema, row.reason.raw()), (&orders, "gone"));
        let pause = Discard::PauseSchemas(shop(), tables.iter().map(|(id, _)| id.clone()).collect());
        assert_eq!(BulkFailure::of(&discard(&client, pause).await.unwrap_err(), &tables), Some(part));
    }
    let client = answering(400, r#"{"detail": "One or more schemas could not be found for this source"}"#);
    let failure = client.bulk_update_schemas(&shop(), patch()).await.unwrap_err();
    assert_eq!(BulkFailure::of(&failure, &tables), None);
    // Rows that cannot be read do not spoil the others.
    let client = answering(200, r#"[{"id": "o"}, 7, {"name": "nobody"}]"#);
    assert_eq!(client.bulk_update_schemas(&shop(), patch()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn odd_lines_issues_and_fields_never_fail_a_list() {
    let body = r#"{"count": "?", "results": [
        {"timestamp": "2026-11-20T08:00:41", "level": "SHOUT", "message": "a\u001b[2J", "instance_id": null},
        {"timestamp": 7}, null, 7
    ]}"#;
    let page = answering(200, body).logs(&LogQuery::newest(SchemaId::new("t"))).await.unwrap();
    assert_eq!((page.items.len(), page.unreadable, page.count, page.next), (2, 2, None, false));
    assert_eq!(page.items[0].level, LogLevel::Other(Foreign::new("SHOUT")));
    assert_eq!((page.items[0].run.is_null(), page.items[1].at), (true, Field::Unknown));

    let page = answering(200, r#"{"results": [{"id": "x", "type": 7}, {"name": "?"}], "count": 2}"#);
    let page = page.health_issues().await.unwrap();
    assert_eq!((page.items.len(), page.unreadable), (1, 1));

    let body = r#"{"Comet": {"fields": [{"name": "tail", "type": "dust"}, {"type": "text"}], "webhookFields": {}}}"#;
    let form = answering(200, body).wizard(&Foreign::new("Comet")).await.unwrap();
    assert_eq!((form.fields.len(), form.webhook_fields.len()), (1, 0));
    assert_eq!(form.fields[0].kind, FieldKind::Other(Foreign::new("dust")));
    let failure = answering(200, body).wizard(&Foreign::new("Stripe")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Malformed);
}

#[tokio::test]
async fn what_asks_other_systems_is_given_time() {
    let body = r#"{"success": true, "valid": true, "enabled": false, "id": "s", "count": 0, "results": []}"#;
    let reply = reply(200, "Content-Type: application/json\r\nConnection: close\r\n", body);
    let server = Server::start(vec![Act::Late(Duration::from_millis(300), reply)]);
    let quick = Duration::from_millis(100);
    let client = server.client_with(Limits { quick, ..Limits::default() });
    client.cdc_prerequisites(&shop(), CdcMode::Managed).await.unwrap();
    client.cdc_status(&shop()).await.unwrap();
    client.enable_cdc(&shop(), CdcMode::Managed).await.unwrap();
    client.webhook_info(&shop()).await.unwrap();
    let _ = client.create_webhook(&shop(), Inputs::default()).await.unwrap();
    client.update_webhook_inputs(&shop(), credentials()).await.unwrap();
    client.update_source(&shop(), SourcePatch::settings(credentials())).await.unwrap();
    for act in [Discard::DeleteWebhook(shop()), Discard::DisableCdc(shop()), Discard::RepairCdc(shop())] {
        discard(&client, act).await.unwrap();
    }
    assert_eq!(client.health_issues().await.unwrap_err().kind, FailureKind::TimedOut);
}
