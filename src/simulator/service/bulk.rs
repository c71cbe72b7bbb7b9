//! Changes of many tables at once (contract, section 9.2), which are not atomic.

use serde_json::{Map, Value, json};

use super::request::{Refusal, Reply};
use super::routes::Call;
use super::sources;
use crate::simulator::world::{Address, World};

/// `PATCH bulk_update_schemas`.
pub fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = sources::find_to_edit(world, call)?;
    let Some(Value::Array(changes)) = call.request.object()?.remove("schemas").filter(|schemas| *schemas != json!([]))
    else {
        return Err(Refusal::invalid("schemas is required"));
    };
    let changes: Vec<(Address, Map<String, Value>)> = changes
        .into_iter()
        .map(|change| resolve(world, position, change))
        .collect::<Option<_>>()
        .ok_or_else(|| Refusal::invalid("One or more schemas could not be found for this source"))?;
    let mut failed = Vec::new();
    let mut saved = Vec::new();
    for (at, change) in changes {
        match save(world, at, change) {
            Ok(()) => saved.push(world.table_reply(at, false)),
            Err(reason) => failed.push(format!("{} ({reason})", world.table(at).name)),
        }
    }
    if failed.is_empty() {
        return Ok(Reply::json(200, &Value::Array(saved)));
    }
    let detail = format!(
        "These schemas in the batch could not be saved: {}. Any other schemas in the batch were saved successfully — \
         retry the ones listed here.",
        failed.join(", ")
    );
    Err(Refusal::new(400, "server_error", "bulk_schema_save_failed", detail))
}

fn resolve(world: &World, position: usize, change: Value) -> Option<(Address, Map<String, Value>)> {
    let Value::Object(change) = change else { return None };
    let at = world.find_table(change.get("id")?.as_str()?).filter(|at| at.source == position)?;
    Some((at, change))
}

fn save(world: &mut World, at: Address, mut change: Map<String, Value>) -> Result<(), String> {
    if !world.table(at).at_source && change.get("should_sync") == Some(&json!(true)) {
        return Err("not found on the source; pull new schemas to refresh the table list".to_owned());
    }
    if change.remove("apply_sync_defaults") == Some(json!(true)) {
        for (name, value) in world.sync_defaults(at) {
            change.entry(name).or_insert(value);
        }
    }
    world.patch_table(at, &change).map_err(|invalid| invalid.detail)
}
