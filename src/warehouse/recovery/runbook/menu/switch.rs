//! Which tables to switch on, and which off: what each brings or costs, and the steps it takes.

use crate::warehouse::consent::Discard;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::SchemaPatch;
use crate::warehouse::recovery::runbook::facts::Facts;
use crate::warehouse::recovery::runbook::stage::{Deed, Stage, Task};
use crate::warehouse::recovery::runbook::{Choice, Situation};
use crate::warehouse::runs::Runs;
use crate::warehouse::status::Status;
use crate::warehouse::words::counted_rows;

pub(super) fn new_tables(situation: &Situation, facts: &Facts, inventory: &Inventory) -> Vec<Choice> {
    let Some(held) = inventory.source(&situation.source) else { return Vec::new() };
    let before = &facts.before;
    let each = held.source.schemas.iter().filter(|schema| schema.should_sync == Some(false)).filter_map(|schema| {
        let known = before.iter().find(|(id, ..)| *id == schema.id);
        let patient = situation.tables.iter().any(|patient| patient.id == schema.id);
        let reason = match known {
            // The list was not read again.
            None if before.is_empty() && schema.sync_type.is_null() => "never set up",
            None if before.is_empty() => "off",
            None => "new in the list",
            Some((_, _, Some(true))) => return None,
            Some(_) if patient => "listed, and off",
            Some(_) if schema.sync_type.is_null() => "never set up",
            Some(_) => return None,
        };
        let choice = Choice::new(schema.name.shown(), reason, Vec::new());
        Some(Choice { table: Some(schema.id.clone()), recommended: known.is_none() && !before.is_empty(), ..choice })
    });
    let mut choices: Vec<Choice> = each.collect();
    choices.sort_by_key(|choice| !choice.recommended);
    choices
}

/// Sets tables up and switches them on, and watches their first runs.
pub(super) fn switch_on(tables: Vec<SchemaId>, facts: &Facts, inventory: &Inventory) -> Vec<Stage> {
    // What was not listed before starts by itself once it is on.
    let known = |id: &&SchemaId| {
        let set_up = inventory.schema(id).is_some_and(|(_, schema, _)| !schema.sync_type.is_null());
        set_up && (facts.before.is_empty() || facts.before.iter().any(|(known, ..)| known == *id))
    };
    let known: Vec<SchemaId> = tables.iter().filter(known).cloned().collect();
    let mut stages = vec![Stage::new(
        Task::Send(Deed::SetUp(tables)),
        "Switch them on, new ones with the method that PostHog chooses, which starts their first runs.",
    )];
    if !known.is_empty() {
        stages.push(Stage::new(Task::Send(Deed::ReloadSome(known)), "Reload those that were set up before."));
    }
    stages.push(Stage::new(Task::Verify, "Watch their first runs: are they green?"));
    stages
}

/// What each table that is on costs, the most expensive first.
pub(super) fn costs(situation: &Situation, inventory: &Inventory) -> Vec<Choice> {
    let Some(held) = inventory.source(&situation.source) else { return Vec::new() };
    let mut each: Vec<(Option<u64>, Choice)> = held
        .source
        .schemas
        .iter()
        .filter(|schema| schema.should_sync == Some(true))
        .map(|schema| {
            let cost = inventory.runs(&schema.id).and_then(usual_rows);
            let rows =
                cost.map_or("rows per sync not known".to_owned(), |cost| format!("{} per sync", counted_rows(cost)));
            let every = schema.frequency.known().map(|every| format!(", {every}")).unwrap_or_default();
            let lost = if SchemaPatch::pause(schema).is_none() { ", loses what changes meanwhile" } else { "" };
            let choice = Choice::new(schema.name.shown(), format!("{rows}{every}{lost}"), Vec::new());
            (cost, Choice { table: Some(schema.id.clone()), ..choice })
        })
        .collect();
    each.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
    each.into_iter().map(|(_, choice)| choice).collect()
}

/// Rows that a successful run of these usually reads.
fn usual_rows(runs: &Runs) -> Option<u64> {
    let ended = runs.jobs().iter().filter(|job| job.status == Status::Completed);
    let mut rows: Vec<u64> = ended.filter_map(|job| job.rows.known().copied()).collect();
    rows.sort_unstable();
    rows.get(rows.len() / 2).copied()
}

/// Switches tables off: by consent where any of them would lose what changes meanwhile.
pub(in crate::warehouse::recovery::runbook) fn switch_off(
    situation: &Situation,
    tables: Vec<SchemaId>,
    inventory: &Inventory,
) -> Stage {
    let harmless =
        |id: &SchemaId| inventory.schema(id).is_some_and(|(_, schema, _)| SchemaPatch::pause(schema).is_some());
    if tables.iter().all(harmless) {
        return Stage::new(Task::Send(Deed::Pause(tables)), "Switch them off; their data stays.");
    }
    let discard = match tables.as_slice() {
        [one] => Discard::PauseSchema(one.clone()),
        _ => Discard::PauseSchemas(situation.source.clone(), tables),
    };
    Stage::new(Task::Send(Deed::Discard(vec![discard])), "Switch them off; their data stays.")
        .losing("what changes at the source meanwhile, where it is pushed or streamed")
}
