//! Which columns identify a row of a table, and how they are given to it.

use super::method::worth;
use super::update;
use crate::warehouse::consent::Discard;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::SchemaPatch;
use crate::warehouse::recovery::runbook::Choice;
use crate::warehouse::recovery::runbook::facts::Facts;
use crate::warehouse::recovery::runbook::stage::{Deed, Menu, Stage, Task};
use crate::warehouse::replies::CandidateFields;
use crate::warehouse::settings::SyncType;
use crate::warehouse::text::Foreign;

/// Which keys can be given.
pub(super) fn choices(id: &SchemaId, found: &CandidateFields, cause: &str, inventory: &Inventory) -> Vec<Choice> {
    let mut choices = Vec::new();
    let detail = inventory.detail(id);
    let now = detail.and_then(|detail| detail.primary_keys.known());
    if let Some(detected) = found.detected_keys.known().filter(|keys| !keys.is_empty() && now != Some(*keys)) {
        let names: Vec<String> = detected.iter().map(|key| key.shown().into_owned()).collect();
        let mut facts = Facts::default();
        facts.candidates.insert(id.clone(), found.clone());
        let stages = given(id, detected.clone(), &facts, inventory);
        choices.push(Choice::new(format!("key {}", names.join(", ")), "the key that the source declares", stages));
    }
    if !found.columns.is_empty() {
        let reason = match cause {
            "primary_key_not_unique" => "columns that identify a row together; the stored data is deleted first",
            _ => "columns that identify a row together",
        };
        let pick = Stage::new(Task::Pick(Menu::Keys(id.clone())), "Choose the columns that identify a row together.");
        choices.push(Choice::new("other key columns", reason, vec![pick]));
    }
    choices
}

pub(super) fn columns(id: &SchemaId, found: &CandidateFields) -> Vec<Choice> {
    let each = found.columns.iter().map(|column| {
        let kind = column.column_type.known().map(|kind| kind.shown().into_owned()).unwrap_or_default();
        let empty = if column.nullable.known() == Some(&true) { "may be empty" } else { "" };
        let parts: Vec<&str> = [kind.as_str(), empty].into_iter().filter(|part| !part.is_empty()).collect();
        Choice { table: Some(id.clone()), ..Choice::new(column.field.raw(), parts.join(", "), Vec::new()) }
    });
    each.collect()
}

/// Gives a table other keys: where it has data and had keys, that has to go first (contract, section 9.4).
pub(super) fn given(id: &SchemaId, columns: Vec<Foreign>, facts: &Facts, inventory: &Inventory) -> Vec<Stage> {
    let Some((_, schema, _)) = inventory.schema(id) else { return Vec::new() };
    let detail = inventory.detail(id);
    let keyless = detail.is_some_and(|detail| detail.primary_keys.known().is_none_or(Vec::is_empty));
    let mut stages = Vec::new();
    if !schema.table.is_null() && !keyless {
        let delete = Stage::new(
            Task::Send(Deed::Discard(vec![Discard::DeleteData(id.clone())])),
            format!("Delete the stored data of {}: its keys cannot be changed while it has any.", schema.name.shown()),
        );
        stages.push(delete.losing("the rows stored now; what the source no longer has is gone"));
    }
    let names: Vec<String> = columns.iter().map(|column| column.shown().into_owned()).collect();
    let what = format!("Make {} the key.", names.join(", "));
    let candidates = facts.candidates.get(id);
    let cursor = detail
        .and_then(|detail| {
            Some((detail.incremental_field.known()?.clone(), detail.incremental_field_type.known()?.clone()))
        })
        .or_else(|| {
            let best = candidates?.fields.iter().max_by_key(|field| worth(field, None, None))?;
            Some((best.field.clone(), best.field_type.known()?.clone()))
        });
    let patch = match (schema.sync_type.known(), cursor) {
        (Some(SyncType::Cdc), _) | (_, None) => SchemaPatch::keys(schema, columns),
        (_, Some((cursor, kind))) => SchemaPatch::incremental(schema, cursor, kind, Some(columns.clone()))
            .unwrap_or_else(|| SchemaPatch::keys(schema, columns)),
    };
    stages.push(update(id, patch, what));
    stages
}
