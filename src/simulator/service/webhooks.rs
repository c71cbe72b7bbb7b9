//! Webhooks of a source (contract, section 9.3).

use serde_json::{Map, Value, json};

use super::request::{Refusal, Reply};
use super::routes::Call;
use super::{sources, wizard};
use crate::simulator::world::{Registered, Source, World};

fn url(id: &str) -> String {
    format!("https://webhooks.us.posthog.com/public/webhooks/dwh/{id}")
}

/// `GET webhook_info`. Each look gives somebody time to put things right at the vendor.
pub fn info(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = sources::find(world, call)?;
    if let Some(webhook) = world.source_mut(position).webhook.as_mut() {
        webhook.look();
    }
    let source = world.source(position);
    let webhook = source.webhook.as_ref().filter(|webhook| source.supports_webhooks && webhook.exists);
    let Some(webhook) = webhook else {
        let mut nothing = json!({
            "supports_webhooks": source.supports_webhooks, "exists": false, "auto_creation_blocked_reason": null,
            "hog_function": null, "webhook_url": null, "schema_mapping": {}, "external_status": null,
        });
        if source.supports_webhooks {
            nothing["inputs"] = json!({});
            nothing["missing_events"] = json!([]);
        }
        return Ok(Reply::json(200, &nothing));
    };
    let mapping: Map<String, Value> =
        webhook_tables(source).map(|(name, id)| (name.to_lowercase(), json!(id))).collect();
    let created = webhook.created_at.iso_with_offset();
    let external = if webhook.external_status == "unasked" {
        Value::Null
    } else if webhook.external_status == "refused" {
        json!({
            "exists": false, "url": null, "enabled_events": null, "status": null, "description": null,
            "created_at": null, "api_version": null,
            "error": "Your API key doesn't have permission to read webhooks. Add the 'Read' permission for 'Webhook \
                      endpoints' to your API key.",
        })
    } else if webhook.external {
        json!({
            "exists": true, "url": url(&webhook.id), "enabled_events": webhook.events,
            "status": webhook.external_status, "description": "PostHog data warehouse", "created_at": created,
            "api_version": source.api_version, "error": null,
        })
    } else {
        json!({
            "exists": false, "url": null, "enabled_events": null, "status": null, "description": null,
            "created_at": null, "api_version": null, "error": null,
        })
    };
    Ok(Reply::json(
        200,
        &json!({
            "supports_webhooks": true,
            "exists": true,
            "auto_creation_blocked_reason": null,
            "hog_function": {
                "id": webhook.id, "name": format!("{} warehouse source webhook", source.kind), "enabled": true,
                "created_at": created, "status": { "state": 1, "tokens": 10000 },
            },
            "webhook_url": url(&webhook.id),
            "schema_mapping": mapping,
            "inputs": if webhook.secret.is_some() { json!({ "signing_secret": { "secret": true } }) } else { json!({}) },
            "external_status": external,
            "missing_events": webhook.missing,
        }),
    ))
}

/// `POST create_webhook`: 200 even when the vendor refused.
pub fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = sources::find_to_edit(world, call)?;
    let inputs = inputs(call)?;
    let source = world.source(position);
    if !source.supports_webhooks {
        return Err(Refusal::message("This source type does not support webhooks"));
    }
    if webhook_tables(source).next().is_none() {
        return Err(Refusal::message("No tables are using webhook sync. Switch a table to webhook sync first."));
    }
    let secret = inputs.get("signing_secret").and_then(Value::as_str);
    let outcome = world.register_webhook(position, secret);
    let id = world.source(position).webhook.as_ref().map_or_else(String::new, |webhook| webhook.id.clone());
    let error = match outcome {
        Registered::Yes => None,
        Registered::Refused(reason) => Some(reason),
    };
    Ok(Reply::json(
        200,
        &json!({ "success": error.is_none(), "webhook_url": url(&id), "error": error, "pending_inputs": [] }),
    ))
}

/// `POST update_webhook_inputs`.
pub fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = sources::find_to_edit(world, call)?;
    let inputs = inputs(call)?;
    let source = world.source(position);
    if source.webhook.as_ref().is_none_or(|webhook| !webhook.exists) {
        return Err(Refusal::message("No webhook function found for this source. Create a webhook first."));
    }
    if inputs.is_empty() {
        return Err(Refusal::message("No inputs provided"));
    }
    if let Some(unknown) = inputs.keys().find(|name| !wizard::has_webhook_field(&source.kind, name)) {
        return Err(Refusal::message(format!("Unknown webhook input: {unknown}")));
    }
    let secret = inputs.get("signing_secret").and_then(Value::as_str).unwrap_or_default().to_owned();
    if secret == "wrong" {
        return Err(Refusal::webhook_update("Failed to update webhook on the external source."));
    }
    if let Some(webhook) = world.source_mut(position).webhook.as_mut() {
        webhook.secret = Some(secret);
    }
    Ok(Reply::json(200, &json!({ "success": true })))
}

/// `POST delete_webhook`.
pub fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = sources::find_to_edit(world, call)?;
    let source = world.source(position);
    if !source.supports_webhooks {
        return Err(Refusal::message("This source type does not support webhooks"));
    }
    let in_use: Vec<&str> = source
        .live_tables()
        .filter(|table| table.should_sync && table.settings.is("webhook"))
        .map(|table| table.name.as_str())
        .collect();
    if !in_use.is_empty() {
        return Err(Refusal::message(format!(
            "Cannot delete webhook while tables are using webhook sync: {}. Switch them to full refresh, incremental, or \
             disable syncing first.",
            in_use.join(", ")
        )));
    }
    if let Some(webhook) = world.source_mut(position).webhook.as_mut() {
        webhook.exists = false;
        webhook.external = false;
    }
    Ok(Reply::json(200, &json!({ "success": true, "external_deleted": true, "error": null })))
}

fn inputs(call: &Call) -> Result<Map<String, Value>, Refusal> {
    match call.request.object()?.remove("inputs") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(inputs)) => Ok(inputs),
        Some(_) => Err(Refusal::message("inputs must be an object")),
    }
}

fn webhook_tables(source: &Source) -> impl Iterator<Item = (&str, &str)> {
    let tables = source.live_tables().filter(|table| table.settings.is("webhook"));
    tables.map(|table| (table.name.as_str(), table.id.as_str()))
}
