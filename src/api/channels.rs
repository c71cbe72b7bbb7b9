//! How changes come in: change data capture and webhooks (contract, sections 7.7 to 7.9).

use serde_json::value::RawValue;

use super::json::{Object, flag, foreign, text};
use crate::warehouse::field::Field;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::replies::{
    CdcPrerequisites, CdcStatus, StoredInput, WebhookCreation, WebhookDeletion, WebhookFunction, WebhookInfo,
    WebhookOutside,
};
use crate::warehouse::secret::{suspicious_name, suspicious_value};
use crate::warehouse::text::Foreign;

/// What the server said it did, in a reply that says whether it did it.
pub(super) enum Told<T> {
    /// It did.
    Done(T),
    /// It did not, for this reason, though the status is that of a success.
    NotDone(Foreign),
}

/// Reads a reply with `success` in it. `None`: it does not say.
pub(super) fn told<T>(raw: &RawValue, read: impl FnOnce(&Object<'_>) -> T) -> Option<Told<T>> {
    let object = Object::read(raw)?;
    if flag(object.get("success")?)? {
        return Some(Told::Done(read(&object)));
    }
    let reason = ["error", "message", "detail"].into_iter().find_map(|name| foreign(object.get(name)?));
    Some(Told::NotDone(reason.unwrap_or_default()))
}

/// Whether a source is ready for change data capture.
pub(super) fn prerequisites(raw: &RawValue) -> Option<CdcPrerequisites> {
    let object = Object::read(raw)?;
    Some(CdcPrerequisites { valid: object.flag("valid"), errors: object.items("errors", foreign) })
}

/// How change data capture is doing.
pub(super) fn cdc_status(raw: &RawValue) -> Option<CdcStatus> {
    let object = Object::read(raw)?;
    Some(CdcStatus {
        enabled: object.flag("enabled"),
        management: object.text("management_mode"),
        slot: object.text("slot_name"),
        slot_exists: object.flag("slot_exists"),
        publication: object.text("publication_name"),
        publication_exists: object.flag("publication_exists"),
        lag_bytes: object.number("lag_bytes"),
        warning_mb: object.number("lag_warning_threshold_mb"),
        critical_mb: object.number("lag_critical_threshold_mb"),
        paused: object.flag("schedule_paused"),
        published: object.texts("published_tables"),
    })
}

/// The webhook of a source.
pub(super) fn webhook_info(raw: &RawValue) -> Option<WebhookInfo> {
    let object = Object::read(raw)?;
    let mapping = object.get("schema_mapping").and_then(Object::read);
    Some(WebhookInfo {
        supported: object.flag("supports_webhooks"),
        exists: object.flag("exists"),
        blocked: object.text("auto_creation_blocked_reason"),
        function: object.field("hog_function", function),
        url: object.text("webhook_url"),
        mapping: mapping.iter().flat_map(Object::entries).filter_map(mapped).collect(),
        inputs: object.field("inputs", inputs),
        outside: object.field("external_status", outside),
        missing_events: object.texts("missing_events"),
    })
}

fn mapped((event, id): (&str, &RawValue)) -> Option<(Foreign, SchemaId)> {
    Some((Foreign::new(event), SchemaId::new(&text(id)?)))
}

fn function(raw: &RawValue) -> Option<WebhookFunction> {
    let object = Object::read(raw)?;
    let status = object.get("status").and_then(Object::read);
    Some(WebhookFunction {
        id: object.get("id").and_then(foreign).unwrap_or_default(),
        name: object.text("name"),
        enabled: object.flag("enabled"),
        created_at: object.time("created_at"),
        state: status.map_or(Field::Unknown, |status| status.number("state")),
    })
}

fn inputs(raw: &RawValue) -> Option<Vec<(Foreign, StoredInput)>> {
    let object = Object::read(raw)?;
    Some(object.entries().map(|(name, value)| (Foreign::new(name), stored(name, value))).collect())
}

fn stored(name: &str, raw: &RawValue) -> StoredInput {
    let inner = Object::read(raw);
    let value = inner.as_ref().map_or(Some(raw), |object| object.get("value"));
    let secret = inner.as_ref().and_then(|object| flag(object.get("secret")?)) == Some(true);
    match value.and_then(foreign) {
        _ if secret => StoredInput::Secret,
        // The server removes secrets; it may forget one.
        Some(text) if suspicious_name(name) || suspicious_value(text.raw()) => StoredInput::Secret,
        Some(text) => StoredInput::Plain(text),
        None => StoredInput::Other,
    }
}

fn outside(raw: &RawValue) -> Option<WebhookOutside> {
    let object = Object::read(raw)?;
    Some(WebhookOutside {
        exists: object.flag("exists"),
        url: object.text("url"),
        events: object.texts("enabled_events"),
        status: object.text("status"),
        description: object.text("description"),
        created_at: object.time("created_at"),
        api_version: object.text("api_version"),
        error: object.text("error"),
    })
}

/// What came of registering a webhook. `None`: it does not say whether it was.
pub(super) fn webhook_creation(raw: &RawValue, mask: impl Fn(&str) -> String) -> Option<WebhookCreation> {
    let object = Object::read(raw)?;
    Some(WebhookCreation {
        registered: flag(object.get("success")?)?,
        url: object.text("webhook_url"),
        error: object.text("error").map(|error| Foreign::from(mask(error.raw()))),
        pending_inputs: object.items("pending_inputs", foreign),
    })
}

/// What came of removing a webhook.
pub(super) fn webhook_deletion(object: &Object<'_>) -> WebhookDeletion {
    WebhookDeletion { outside: object.flag("external_deleted"), error: object.text("error") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn raw(value: &Value) -> Box<RawValue> {
        serde_json::value::to_raw_value(value).unwrap()
    }

    #[test]
    fn a_secret_the_server_forgot_to_remove_is_not_kept() {
        let inputs = json!({
            "signing_secret": "planted", "webhook_token": {"value": "planted"}, "cert": "-----BEGIN planted",
            "stored": {"secret": true, "value": "planted"}, "region": "eu", "list": ["planted"], "zone": {"value": "b"}
        });
        let info = webhook_info(&raw(&json!({ "inputs": inputs }))).unwrap();
        assert!(!format!("{info:?}").contains("planted"), "{info:?}");
        let found = info.inputs.known().unwrap();
        assert!(found.contains(&(Foreign::new("region"), StoredInput::Plain(Foreign::new("eu")))));
        assert!(found.contains(&(Foreign::new("zone"), StoredInput::Plain(Foreign::new("b")))));
        assert!(found.contains(&(Foreign::new("list"), StoredInput::Other)));
    }

    #[test]
    fn one_odd_field_spoils_no_other() {
        let status = json!({"enabled": true, "lag_bytes": -1, "slot_exists": "no", "publication_exists": false,
            "published_tables": ["a", 7], "slot_name": null});
        let status = cdc_status(&raw(&status)).unwrap();
        assert_eq!((status.enabled, status.publication_exists), (Field::Known(true), Field::Known(false)));
        assert_eq!((status.lag_bytes, status.slot_exists, status.slot), (Field::Unknown, Field::Unknown, Field::Null));
        assert_eq!(status.published, Field::Known(vec![Foreign::new("a")]));
        let info =
            json!({"exists": true, "hog_function": 7, "schema_mapping": {"a": 7, "b": "t"}, "external_status": []});
        let info = webhook_info(&raw(&info)).unwrap();
        assert_eq!(info.mapping, [(Foreign::new("b"), SchemaId::new("t"))]);
        assert_eq!((info.exists, info.outside, info.inputs), (Field::Known(true), Field::Unknown, Field::Unknown));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[\\[\\]{}\":,0-9eE.a-z\\\\ -]{0,60}") {
            if let Ok(raw) = RawValue::from_string(text) {
                let _ = (prerequisites(&raw), cdc_status(&raw), webhook_info(&raw));
                let _ = (webhook_creation(&raw, str::to_owned), told(&raw, webhook_deletion).is_some());
            }
        }
    }
}
