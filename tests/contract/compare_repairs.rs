//! What the client made of an example of the operations that repairs need, against the example.

use serde_json::Value;

use whtui::warehouse::field::Field;
use whtui::warehouse::ids::SchemaId;
use whtui::warehouse::replies::{
    CdcStatus, Discarded, FieldKind, Form, FormField, HealthIssue, HealthKind, HealthStatus, Listing, LogEntry,
    LogLevel, StoredInput, WebhookCreation, WebhookInfo,
};
use whtui::warehouse::text::Foreign;

use super::calls::Answer;
use super::compare::{flag, number, raw, str, strings, text, time};

pub fn compare(answer: &Answer, value: &Value) {
    match answer {
        Answer::Form(form) => compare_form(form, &value["Postgres"]),
        Answer::Prerequisites(found) => {
            flag(found.valid, &value["valid"]);
            assert_eq!(raw(&found.errors), strings(&value["errors"]));
        }
        Answer::Cdc(status) => compare_cdc(status, value),
        Answer::Webhook(info) => compare_webhook(info, value),
        Answer::WebhookCreated(creation) => compare_creation(creation, value),
        Answer::Logs(page) => compare_logs(page, value),
        Answer::Issues(page) => compare_issues(page, value),
        Answer::Discarded(answer) => compare_discarded(answer, value),
        other => panic!("{other:?} is compared elsewhere"),
    }
}

fn compare_form(form: &Form, value: &Value) {
    assert_eq!(form.name.raw(), str(&value["name"]));
    text(&form.label, &value["label"]);
    text(&form.caption, &value["caption"]);
    text(&form.docs_url, &value["docsUrl"]);
    assert!(!form.needs_web());
    compare_fields(&form.fields, &value["fields"]);
    compare_fields(&form.webhook_fields, &value["webhookFields"]);
}

fn compare_fields(fields: &[FormField], value: &Value) {
    let values = value.as_array().cloned().unwrap_or_default();
    assert_eq!(fields.len(), values.len());
    for (field, value) in fields.iter().zip(&values) {
        assert_eq!(field.name.raw(), str(&value["name"]));
        assert_eq!(field.title().raw(), str(&value["label"]));
        flag(field.required, &value["required"]);
        flag(field.secret, &value["secret"]);
        text(&field.placeholder, &value["placeholder"]);
        assert!(!matches!(field.kind, FieldKind::Other(_)), "{value}");
        assert_eq!(field.hides_value(), value["secret"] == true);
    }
}

fn compare_cdc(status: &CdcStatus, value: &Value) {
    for (field, name) in [
        (status.enabled, "enabled"),
        (status.slot_exists, "slot_exists"),
        (status.publication_exists, "publication_exists"),
        (status.paused, "schedule_paused"),
    ] {
        flag(field, &value[name]);
    }
    text(&status.management, &value["management_mode"]);
    text(&status.slot, &value["slot_name"]);
    text(&status.publication, &value["publication_name"]);
    number(&status.lag_bytes, &value["lag_bytes"]);
    number(&status.warning_mb, &value["lag_warning_threshold_mb"]);
    number(&status.critical_mb, &value["lag_critical_threshold_mb"]);
    assert_eq!(raw(known(&status.published)), strings(&value["published_tables"]));
}

fn compare_webhook(info: &WebhookInfo, value: &Value) {
    flag(info.supported, &value["supports_webhooks"]);
    flag(info.exists, &value["exists"]);
    text(&info.blocked, &value["auto_creation_blocked_reason"]);
    text(&info.url, &value["webhook_url"]);
    let mapping = value["schema_mapping"].as_object().unwrap();
    let expected: Vec<_> = mapping.iter().map(|(event, id)| (Foreign::new(event), SchemaId::new(str(id)))).collect();
    assert_eq!(info.mapping, expected);
    let secrets = value["inputs"].as_object().map(|inputs| inputs.keys().map(|name| (name.as_str(), true)).collect());
    let found = info.inputs.known().map(|inputs| {
        inputs.iter().map(|(name, input)| (name.raw(), *input == StoredInput::Secret)).collect::<Vec<_>>()
    });
    assert_eq!(found, secrets);
    assert_eq!(raw(known(&info.missing_events)), strings(&value["missing_events"]));
    assert_eq!(info.missing_events == Field::Unknown, value.get("missing_events").is_none());

    let function = &value["hog_function"];
    assert_eq!(info.function.is_null(), function.is_null());
    if let Field::Known(found) = &info.function {
        assert_eq!(found.id.raw(), str(&function["id"]));
        text(&found.name, &function["name"]);
        flag(found.enabled, &function["enabled"]);
        time(&found.created_at, &function["created_at"]);
        number(&found.state, &function["status"]["state"]);
    }
    let outside = &value["external_status"];
    assert_eq!(info.outside.is_null(), outside.is_null());
    if let Field::Known(found) = &info.outside {
        flag(found.exists, &outside["exists"]);
        text(&found.url, &outside["url"]);
        text(&found.status, &outside["status"]);
        text(&found.description, &outside["description"]);
        text(&found.api_version, &outside["api_version"]);
        text(&found.error, &outside["error"]);
        time(&found.created_at, &outside["created_at"]);
        assert_eq!(raw(known(&found.events)), strings(&outside["enabled_events"]));
    }
}

fn compare_creation(creation: &WebhookCreation, value: &Value) {
    assert_eq!(Some(creation.registered), value["success"].as_bool());
    text(&creation.url, &value["webhook_url"]);
    text(&creation.error, &value["error"]);
    assert_eq!(raw(&creation.pending_inputs), strings(&value["pending_inputs"]));
    let failure = creation.failure().map(|failure| failure.detail.raw().to_owned());
    assert_eq!(failure.as_deref(), value["error"].as_str());
}

fn compare_logs(page: &Listing<LogEntry>, value: &Value) {
    let lines = results(page, value);
    for (line, value) in page.items.iter().zip(&lines) {
        time(&line.at, &value["timestamp"]);
        text(&line.run, &value["instance_id"]);
        assert_eq!((line.level.raw(), line.message.raw()), (str(&value["level"]), str(&value["message"])));
        assert!(!matches!(line.level, LogLevel::Other(_)), "{value}");
    }
}

fn compare_issues(page: &Listing<HealthIssue>, value: &Value) {
    let issues = results(page, value);
    for (issue, value) in page.items.iter().zip(&issues) {
        assert_eq!((issue.id.raw(), issue.name.raw()), (str(&value["id"]), str(&value["name"])));
        assert_eq!(issue.kind, HealthKind::parse(str(&value["type"])));
        assert_eq!(issue.status, HealthStatus::parse(str(&value["status"])));
        assert!(!matches!(issue.kind, HealthKind::Other(_)) && !matches!(issue.status, HealthStatus::Other(_)));
        text(&issue.error, &value["error"]);
        time(&issue.at, &value["failed_at"]);
        text(&issue.path, &value["url"]);
        text(&issue.source_type, &value["source_type"]);
        text(&issue.sync_type.clone().map(|method| Foreign::new(method.raw())), &value["sync_type"]);
    }
}

fn compare_discarded(answer: &Discarded, value: &Value) {
    match answer {
        Discarded::WebhookDeleted(deletion) => {
            flag(deletion.outside, &value["external_deleted"]);
            text(&deletion.error, &value["error"]);
        }
        Discarded::CdcDisabled { already } => assert_eq!(*already, value["already_disabled"] == true),
        Discarded::CdcRepaired { schemas_reset } => number(schemas_reset, &value["schemas_reset"]),
        other => panic!("{other:?}"),
    }
}

/// The items of a page, as many as the client has read.
fn results<T>(page: &Listing<T>, value: &Value) -> Vec<Value> {
    let results = value["results"].as_array().unwrap().clone();
    assert_eq!((page.items.len(), page.unreadable), (results.len(), 0));
    assert_eq!((page.count, page.next), (value["count"].as_u64(), false));
    results
}

fn known(texts: &Field<Vec<Foreign>>) -> &[Foreign] {
    texts.known().map_or(&[], |texts| texts)
}
