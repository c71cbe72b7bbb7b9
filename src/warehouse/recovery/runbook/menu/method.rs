//! How a table can be synced from now on: by which column, or whole with every run.

use super::{keys, update};
use crate::warehouse::consent::Discard;
use crate::warehouse::field::Field;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::SchemaPatch;
use crate::warehouse::recovery::runbook::stage::{Deed, Stage, Task};
use crate::warehouse::recovery::runbook::{Choice, Situation};
use crate::warehouse::replies::{CandidateField, CandidateFields};
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::SyncType;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::compact;

/// How a table can be synced from now on.
pub(super) fn choices(
    id: &SchemaId,
    found: &CandidateFields,
    situation: &Situation,
    inventory: &Inventory,
) -> Vec<Choice> {
    let Some((_, schema, _)) = inventory.schema(id) else { return Vec::new() };
    let detail = inventory.detail(id);
    let cursor = detail.and_then(|detail| detail.incremental_field.known());
    let cursor_type = detail.and_then(|detail| detail.incremental_field_type.known());
    let cause = situation.cause.as_ref().map_or("", |cause| cause.as_str());
    let of_keys = matches!(cause, "primary_key_missing" | "primary_key_not_unique");
    let mut choices = Vec::new();
    if of_keys {
        choices.extend(keys::choices(id, found, cause, inventory));
    }
    let full = full_refresh(id, schema, found);
    if of_keys && cause == "primary_key_not_unique" {
        // The milder one first: nothing is deleted for it.
        choices.splice(0..0, full.clone());
    } else if of_keys {
        choices.extend(full.clone());
    }
    if !of_keys {
        let mut fields: Vec<&CandidateField> =
            found.fields.iter().filter(|_| found.incremental.known() != Some(&false)).collect();
        fields.sort_by_key(|field| std::cmp::Reverse(worth(field, cursor, cursor_type)));
        choices.extend(fields.into_iter().map(|field| by_cursor(schema, field, (cursor, cursor_type), found)));
        choices.extend(full);
    }
    if let Some(first) = choices.iter_mut().find(|choice| choice.blocked.is_none()) {
        first.recommended = true;
    }
    choices
}

/// How good a column is as cursor: better ones are greater.
pub(super) fn worth(
    field: &CandidateField,
    cursor: Option<&Foreign>,
    cursor_type: Option<&Foreign>,
) -> (bool, bool, bool, bool, u8) {
    let name = field.field.raw().to_lowercase();
    let by_name = if ["updated", "modified", "changed", "last_edit"].iter().any(|word| name.contains(word)) {
        3
    } else if ["created", "inserted", "timestamp"].iter().any(|word| name.contains(word)) {
        2
    } else {
        u8::from(name == "id" || name.ends_with("_id"))
    };
    (
        // The one that fails comes last.
        cursor != Some(&field.field),
        cursor_type.is_none() || field.field_type.known() == cursor_type,
        // A missing word means indexed (contract, section 7.6).
        field.indexed.known() != Some(&false),
        field.nullable.known() != Some(&true),
        by_name,
    )
}

/// The column that a table is synced by now, and its type.
type Cursor<'a> = (Option<&'a Foreign>, Option<&'a Foreign>);

fn by_cursor(schema: &Schema, field: &CandidateField, now: Cursor<'_>, found: &CandidateFields) -> Choice {
    let (cursor, cursor_type) = now;
    let kind = field.field_type.known().or(field.column_type.known());
    let mut reasons = Vec::new();
    if cursor_type.is_some() && field.field_type.known() == cursor_type {
        reasons.push("same type as before");
    }
    reasons.push(match field.indexed.known() {
        Some(false) => "no index: every run reads the whole table",
        Some(true) => "indexed",
        None => "index not told",
    });
    match field.nullable.known() {
        Some(true) => reasons.push("may be empty: such rows are never read"),
        Some(false) => reasons.push("never empty"),
        None => {}
    }
    if cursor == Some(&field.field) {
        reasons.push("the one it has now");
    }
    let kind_shown = kind.map(|kind| format!(" ({})", kind.shown())).unwrap_or_default();
    let title = format!("incremental by {}{kind_shown}", field.field.shown());
    let Some(kind) = kind.cloned() else {
        return Choice {
            blocked: Some("its type is not known".to_owned()),
            ..Choice::new(title, reasons.join(", "), Vec::new())
        };
    };
    let keeps = matches!(schema.sync_type.known(), Some(SyncType::Incremental | SyncType::Append));
    let patch = if keeps {
        Some(SchemaPatch::cursor(field.field.clone(), kind))
    } else {
        SchemaPatch::incremental(schema, field.field.clone(), kind, found.detected_keys.known().cloned())
    };
    let Some(patch) = patch else {
        let blocked = Some("PostHog would import it again by itself; change the method in its settings".to_owned());
        return Choice { blocked, ..Choice::new(title, reasons.join(", "), Vec::new()) };
    };
    let what = format!("Read what is new by {} from now on; field and type are written together.", field.field.shown());
    Choice::new(title, reasons.join(", "), vec![update(&schema.id, patch, what)])
}

/// A full refresh with every run: nothing has to be remembered, so nothing can go wrong with it.
fn full_refresh(id: &SchemaId, schema: &Schema, found: &CandidateFields) -> Option<Choice> {
    if found.full_refresh.known() == Some(&false) || schema.syncs_by(&SyncType::FullRefresh) {
        return None;
    }
    let reason = match schema.rows() {
        Field::Known(rows) => format!("needs neither cursor nor keys; reads all {} rows with every run", compact(rows)),
        _ => "needs neither cursor nor keys; reads everything with every run".to_owned(),
    };
    let what = "Rebuild the table with every run from now on.";
    let update = SchemaPatch::full_refresh(schema).map(|patch| update(id, patch, what.to_owned()));
    Some(match (schema.sync_type.known(), update) {
        (Some(SyncType::Append), Some(update)) => {
            let delete = Stage::new(
                Task::Send(Deed::Discard(vec![Discard::DeleteData(id.clone())])),
                "Delete the stored data: rows that were appended have another shape.",
            )
            .losing("the rows stored now; what the source no longer has is gone");
            Choice::new("full refresh", reason, vec![delete, update])
        }
        (Some(SyncType::Cdc | SyncType::Webhook), _) | (_, None) => Choice {
            blocked: Some("its stored data has another shape; change the method in its settings".to_owned()),
            ..Choice::new("full refresh", reason, Vec::new())
        },
        (_, Some(update)) => Choice::new("full refresh", reason, vec![update]),
    })
}
