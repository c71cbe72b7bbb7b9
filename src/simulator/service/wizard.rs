//! The forms of source types (contract, section 9.7).

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::request::{Refusal, Reply};
use super::routes::Call;
use crate::simulator::world::World;

/// Forms are data; a file that does not parse has none, which the tests of every form would notice.
static FORMS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let text = include_str!("../../../assets/scenarios/forms.toml");
    let forms = toml::from_str::<Map<String, Value>>(text).unwrap_or_default();
    forms.into_iter().map(|(name, form)| (name.clone(), complete(&name, form))).collect()
});

/// `GET wizard`, for the types named or for all.
pub fn wizard(_: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let Some(wanted) = call.request.one("source_type") else {
        return Ok(Reply::json(200, &json!(*FORMS)));
    };
    let names: Vec<&str> = wanted.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let unknown: Vec<&str> = names.iter().filter(|name| !FORMS.contains_key(**name)).copied().collect();
    if !unknown.is_empty() {
        return Err(Refusal::message(format!(
            "Unknown source_type(s): {}. Omit source_type to list every available type.",
            unknown.join(", ")
        )));
    }
    let forms: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), FORMS[*name].clone())).collect();
    Ok(Reply::json(200, &Value::Object(forms)))
}

/// Whether the webhooks of a source type take an input of this name.
pub fn has_webhook_field(kind: &str, name: &str) -> bool {
    let fields = FORMS.get(kind).and_then(|form| form["webhookFields"].as_array());
    fields.into_iter().flatten().any(|field| field["name"] == name)
}

fn complete(name: &str, form: Value) -> Value {
    let slug = name.to_lowercase();
    let mut whole = json!({
        "name": name,
        "label": name,
        "caption": null,
        "category": null,
        "docsUrl": format!("https://posthog.com/docs/cdp/sources/{slug}"),
        "iconPath": format!("/static/services/{slug}.png"),
        "featured": false,
        "unreleasedSource": null,
        "releaseStatus": "ga",
        "supportsColumnSelection": form["category"] == "Databases",
        "fields": [],
        "webhookFields": null,
        "versions": ["v1"],
        "deprecatedVersions": [],
    });
    if let (Value::Object(whole), Value::Object(form)) = (&mut whole, form) {
        whole.extend(form);
    }
    whole["defaultVersion"] = whole["versions"][0].clone();
    for list in ["fields", "webhookFields"] {
        for field in whole[list].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            // A tunnel is a form of its own, and has none of these.
            if field.get("type") != Some(&json!("ssh-tunnel")) {
                for (key, usual) in [
                    ("required", json!(false)),
                    ("secret", json!(false)),
                    ("placeholder", json!("")),
                    ("caption", Value::Null),
                ] {
                    field.entry(key).or_insert(usual);
                }
            }
        }
    }
    whole
}
