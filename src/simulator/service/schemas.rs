//! Schemas: the tables of sources (contract, sections 9.4 and 9.5).

use std::sync::Arc;

use serde_json::json;

use super::pages::{self, Page, matches};
use super::request::{Refusal, Reply};
use super::routes::Call;
use crate::simulator::world::{Address, Cancelled, World};

/// The table of a path whose own `search` is for log lines.
pub fn find_for_logs(world: &World, call: &Call) -> Result<Address, Refusal> {
    world.find_table(call.id).ok_or_else(Refusal::not_found)
}

/// The table of a path. A stray `search` is applied here, too, and can hide it.
fn find(world: &World, call: &Call) -> Result<Address, Refusal> {
    let at = find_for_logs(world, call)?;
    if matches(call.request.one("search").as_deref(), &[&world.table(at).name]) {
        Ok(at)
    } else {
        Err(Refusal::not_found())
    }
}

fn find_to_edit(world: &World, call: &Call) -> Result<Address, Refusal> {
    let at = find(world, call)?;
    match world.table(at).access.as_deref() {
        Some("none" | "viewer") => Err(Refusal::forbidden("You do not have editor access to this table.")),
        _ => Ok(at),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "handlers share one signature")]
pub fn list(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let search = call.request.one("search");
    let mut items: Vec<Arc<str>> = Vec::new();
    for position in world.newest_first() {
        let wanted: Vec<bool> = world
            .source(position)
            .live_tables()
            .rev()
            .map(|table| matches(search.as_deref(), &[&table.name]))
            .collect();
        let tables = world.full_tables(position).iter().zip(wanted);
        items.extend(tables.filter(|(_, wanted)| *wanted).map(|(table, _)| Arc::clone(table)));
    }
    Ok(pages::reply(call.request, &Page::of(call.request), items.len(), items.iter().map(AsRef::as_ref)))
}

pub fn retrieve(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::json(200, &world.table_reply(find(world, call)?, true)))
}

pub fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let at = find_to_edit(world, call)?;
    world.patch_table(at, &call.request.object()?)?;
    Ok(Reply::json(200, &world.table_reply(at, false)))
}

pub fn destroy(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let at = find_to_edit(world, call)?;
    world.delete_table(at);
    Ok(Reply::empty(204))
}

pub fn reload(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let at = find_to_edit(world, call)?;
    schedulable(world, at)?;
    world.reload(at).map_err(|_| Refusal::paused())?;
    Ok(Reply::empty(200))
}

pub fn resync(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let at = find_to_edit(world, call)?;
    schedulable(world, at)?;
    world.resync(at).map_err(|_| Refusal::paused())?;
    Ok(Reply::empty(200))
}

fn schedulable(world: &World, at: Address) -> Result<(), Refusal> {
    if world.table(at).settings.period().is_some() || world.is_paused() {
        return Ok(());
    }
    Err(Refusal::invalid(
        "This table has no sync frequency, so its sync cannot be scheduled. Set a sync frequency first.",
    ))
}

pub fn cancel(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let at = find_to_edit(world, call)?;
    match world.cancel(at) {
        Cancelled::Soon => Ok(Reply::empty(200)),
        Cancelled::Repaired => {
            Ok(Reply::json(200, &json!({ "detail": "No sync was running. The sync status has been updated." })))
        }
        Cancelled::Nothing => Err(Refusal::detail("No running sync to cancel.")),
    }
}

pub fn delete_data(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let at = find_to_edit(world, call)?;
    world.delete_data(at);
    Ok(Reply::empty(200))
}

pub fn incremental_fields(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let at = find(world, call)?;
    let (source, table) = (world.source(at.source), world.table(at));
    if !source.connects() {
        return Err(Refusal::message("Invalid credentials"));
    }
    if !table.at_source {
        return Err(Refusal::message(format!(
            "Could not discover schema {}. The connection may be missing SELECT or schema access privileges, or \
             discovery may not support this relation type. Check that the relation exists, restore read privileges, or \
             expose it as a supported table or view, then try again.",
            table.name
        )));
    }
    Ok(Reply::json(200, &world.incremental_fields(at)))
}
