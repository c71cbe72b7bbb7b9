//! Sources and their jobs (contract, sections 9.1 and 9.2).

use std::sync::Arc;

use serde_json::{Value, json};

use super::pages::{self, Page, matches};
use super::request::{Refusal, Reply};
use super::routes::Call;
use crate::simulator::moment::Moment;
use crate::simulator::world::World;

const JOBS_AT_ONCE: usize = 50;

/// The source of a path. A stray `search` is applied here, too, and can hide it.
pub fn find(world: &World, call: &Call) -> Result<usize, Refusal> {
    let position = world.find_source(call.id).ok_or_else(Refusal::not_found)?;
    if found_by_search(world, position, call.request.one("search").as_deref()) {
        Ok(position)
    } else {
        Err(Refusal::not_found())
    }
}

/// The same for a change, which needs the right to edit.
pub fn find_to_edit(world: &World, call: &Call) -> Result<usize, Refusal> {
    let position = find(world, call)?;
    match world.source(position).access.as_deref() {
        Some("none" | "viewer") => Err(Refusal::forbidden("You do not have editor access to this resource.")),
        _ => Ok(position),
    }
}

fn found_by_search(world: &World, position: usize, search: Option<&str>) -> bool {
    let source = world.source(position);
    matches(search, &[&source.kind, source.prefix.as_deref().unwrap_or_default()])
}

#[expect(clippy::unnecessary_wraps, reason = "handlers share one signature")]
pub fn list(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let search = call.request.one("search");
    let positions: Vec<usize> = world
        .newest_first()
        .into_iter()
        .filter(|&position| found_by_search(world, position, search.as_deref()))
        .collect();
    let page = Page::of(call.request);
    if page.offset == 0 {
        world.begin_list();
    }
    let shown = positions.iter().skip(page.offset).take(page.limit);
    let items: Vec<Arc<str>> = shown.map(|&position| world.list_item(position)).collect();
    // The items before the page are not needed, so it is handed over as the beginning of a shorter list.
    let skipped = std::iter::repeat_n("", page.offset.min(positions.len()));
    Ok(pages::reply(call.request, &page, positions.len(), skipped.chain(items.iter().map(AsRef::as_ref))))
}

pub fn retrieve(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::json(200, &world.detail(find(world, call)?)))
}

pub fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = find_to_edit(world, call)?;
    world.patch_source(position, &call.request.object()?)?;
    Ok(Reply::json(200, &world.detail(position)))
}

pub fn destroy(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = find_to_edit(world, call)?;
    world.delete_source(position);
    Ok(Reply::empty(204))
}

pub fn reload(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = find_to_edit(world, call)?;
    if world.source(position).direct {
        return refresh_schemas(world, call);
    }
    world.reload_source(position).map_err(|_| Refusal::paused())?;
    Ok(Reply::empty(200))
}

pub fn refresh_schemas(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let position = find_to_edit(world, call)?;
    if !world.source(position).connects() {
        return Err(Refusal::message("Could not connect to the source. Check the host, port, and network access."));
    }
    let result = world.refresh_tables(position);
    Ok(Reply::json(
        200,
        &json!({
            "added": result.added,
            "deleted": result.deleted,
            "auto_enabled": result.auto_enabled,
            "total_tables_seen": result.seen,
        }),
    ))
}

pub fn jobs(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let source = world.source(find(world, call)?);
    let bound = |name: &str| match call.request.one(name) {
        None => Ok(None),
        Some(text) => Moment::parse(&text)
            .map(Some)
            .ok_or_else(|| Refusal::invalid("after and before must be ISO 8601 timestamps.")),
    };
    let (after, before) = (bound("after")?, bound("before")?);
    let names: Vec<String> = call.request.all("schemas").collect();
    let wanted: Vec<Value> = source
        .jobs
        .iter()
        .rev()
        .filter(|job| after.is_none_or(|after| job.created_at > after))
        .filter(|job| before.is_none_or(|before| job.created_at < before))
        .filter(|job| {
            let table = &source.tables[job.table];
            names.is_empty() || (!table.deleted && names.contains(&table.name))
        })
        .take(JOBS_AT_ONCE)
        .map(|job| world.job_reply(source, job))
        .collect();
    Ok(Reply::json(200, &Value::Array(wanted)))
}
