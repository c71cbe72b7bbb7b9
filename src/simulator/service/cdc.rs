//! Change data capture (contract, section 9.6).

use serde_json::json;

use super::request::{Refusal, Reply};
use super::routes::Call;
use super::sources;
use crate::simulator::world::render::cdc_names;
use crate::simulator::world::{Cdc, NoRepair, World};

/// `POST check_cdc_prerequisites`: for the create form; it takes a whole connection, not a source's id.
pub fn check_form(_: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let body = call.request.object()?;
    if body.get("source_type").is_none_or(|kind| kind != "Postgres") {
        return Err(Refusal::message("CDC prerequisite checks are only supported for CDC enabled sources."));
    }
    if !["host", "port", "database", "user", "password"].iter().all(|name| body.contains_key(*name)) {
        return Err(Refusal::message("Could not connect to Postgres to check prerequisites: connection refused"));
    }
    Ok(Reply::json(200, &json!({ "valid": true, "errors": [] })))
}

/// `POST check_cdc_prerequisites_for_source`.
pub fn check(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = postgres(world, call)?;
    if !world.source(position).connects() {
        return Err(Refusal::message("Could not connect to source to check prerequisites: connection timeout expired"));
    }
    let errors = world.source_mut(position).cdc.as_mut().map(Cdc::check).unwrap_or_default();
    Ok(Reply::json(200, &json!({ "valid": errors.is_empty(), "errors": errors })))
}

/// `GET cdc_status`.
pub fn status(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let source = world.source(sources::find(world, call)?);
    let Some(cdc) = source.cdc.as_ref().filter(|cdc| cdc.enabled) else {
        return Ok(Reply::json(200, &json!({ "enabled": false })));
    };
    if !source.connects() {
        return Err(Refusal::message("Could not connect to source to read CDC status: connection refused"));
    }
    let (slot, publication) = cdc_names(source);
    let tables = source.live_tables().filter(|table| table.settings.is("cdc"));
    let published: Vec<&str> = tables.map(|table| table.name.as_str()).filter(|_| cdc.publication).collect();
    Ok(Reply::json(
        200,
        &json!({
            "enabled": true,
            "management_mode": "posthog",
            "slot_name": slot,
            "publication_name": publication,
            "lag_warning_threshold_mb": cdc.thresholds.0,
            "lag_critical_threshold_mb": cdc.thresholds.1,
            "schedule_paused": cdc.halted,
            "slot_exists": cdc.slot,
            "publication_exists": cdc.publication,
            "lag_bytes": cdc.slot.then_some(cdc.lag),
            "published_tables": published,
        }),
    ))
}

/// `POST enable_cdc`.
pub fn enable(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = postgres_to_edit(world, call)?;
    let cdc = world.source_mut(position).cdc.get_or_insert_default();
    if cdc.enabled {
        return Err(Refusal::conflict("CDC is already enabled on this source."));
    }
    let errors = cdc.check();
    if !errors.is_empty() {
        return Err(Refusal::message_with_errors("CDC prerequisites not met.", &errors));
    }
    world.enable_cdc(position);
    Ok(Reply::json(200, &json!({ "success": true, "schedules_ready": true })))
}

/// `POST disable_cdc`.
pub fn disable(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = postgres_to_edit(world, call)?;
    let reply = if world.disable_cdc(position) {
        json!({ "success": true })
    } else {
        json!({ "success": true, "already_disabled": true })
    };
    Ok(Reply::json(200, &reply))
}

/// `POST repair_cdc`.
pub fn repair(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = postgres_to_edit(world, call)?;
    match world.repair_cdc(position) {
        Ok(tables) => Ok(Reply::json(200, &json!({ "success": true, "schemas_reset": tables }))),
        Err(NoRepair::Off) => Err(Refusal::message("CDC is not enabled on this source.")),
        Err(NoRepair::Healthy) => Err(Refusal::message("CDC is healthy on this source, there is nothing to repair.")),
        Err(NoRepair::Prerequisites) => Err(Refusal::message("CDC prerequisites not met.")),
        Err(NoRepair::Busy) => {
            Err(Refusal::conflict("A repair is already running for this source. Try again in a few minutes."))
        }
    }
}

/// `POST update_cdc_settings`.
pub fn settings(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = postgres_to_edit(world, call)?;
    let body = call.request.object()?;
    let Some(cdc) = world.source_mut(position).cdc.as_mut().filter(|cdc| cdc.enabled) else {
        return Err(Refusal::message("CDC is not enabled on this source."));
    };
    let number = |name: &str, usual| body.get(name).and_then(serde_json::Value::as_u64).unwrap_or(usual);
    let thresholds = (
        number("cdc_lag_warning_threshold_mb", cdc.thresholds.0),
        number("cdc_lag_critical_threshold_mb", cdc.thresholds.1),
    );
    if thresholds.0 >= thresholds.1 {
        return Err(Refusal::message("Warning threshold must be less than critical threshold."));
    }
    let unchanged = thresholds == cdc.thresholds;
    cdc.thresholds = thresholds;
    let reply = if unchanged { json!({ "success": true, "unchanged": true }) } else { json!({ "success": true }) };
    Ok(Reply::json(200, &reply))
}

fn postgres(world: &World, call: &Call) -> Result<usize, Refusal> {
    supported(world, sources::find(world, call)?)
}

fn postgres_to_edit(world: &World, call: &Call) -> Result<usize, Refusal> {
    supported(world, sources::find_to_edit(world, call)?)
}

fn supported(world: &World, position: usize) -> Result<usize, Refusal> {
    match world.source(position).kind.as_str() {
        "Postgres" => Ok(position),
        kind => Err(Refusal::message(format!("CDC is not supported for source type: {kind}"))),
    }
}
