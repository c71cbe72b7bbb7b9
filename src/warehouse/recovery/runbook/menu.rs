//! What can be picked, best first, each with its reason and the steps it leads to.

use super::facts::Facts;
use super::stage::{Deed, Menu, Stage, Task};
use super::{Runbook, Situation, retime};
use crate::warehouse::consent::Discard;
use crate::warehouse::field::Field;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::SchemaPatch;
use crate::warehouse::replies::{CandidateField, CandidateFields, WebhookInfo};
use crate::warehouse::runs::Runs;
use crate::warehouse::schema::Schema;
use crate::warehouse::secret::Inputs;
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::PushChannel;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::{compact, count};

/// Something that can be picked.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What it is.
    pub title: String,
    /// Why it stands where it stands, or what it means.
    pub reason: String,
    /// Whether it is what is recommended.
    pub recommended: bool,
    /// Why it cannot be picked.
    pub blocked: Option<String>,
    /// The table it is about, where several can be picked.
    pub(super) table: Option<SchemaId>,
    /// The steps it leads to.
    pub(super) then: Vec<Stage>,
}

impl Choice {
    pub(super) fn new(title: impl Into<String>, reason: impl Into<String>, then: Vec<Stage>) -> Self {
        Self { title: title.into(), reason: reason.into(), recommended: false, blocked: None, table: None, then }
    }
}

/// What can be picked.
pub(super) fn choices(menu: &Menu, situation: &Situation, facts: &Facts, inventory: &Inventory) -> Vec<Choice> {
    match menu {
        Menu::Method(id) => {
            facts.candidates.get(id).map_or_else(Vec::new, |found| methods(id, found, situation, inventory))
        }
        Menu::Keys(id) => facts.candidates.get(id).map_or_else(Vec::new, |found| keys(id, found)),
        Menu::NewTables => new_tables(situation, facts, inventory),
        Menu::LeastValuable => costs(situation, inventory),
        Menu::Frequency => retime::choices(situation, inventory),
        Menu::Webhook => facts.webhook.as_ref().map_or_else(Vec::new, |info| webhook(situation, info, inventory)),
    }
}

/// The steps that what was picked leads to.
pub(super) fn then(
    menu: &Menu,
    picked: &[Choice],
    situation: &Situation,
    facts: &Facts,
    inventory: &Inventory,
) -> Vec<Stage> {
    let tables: Vec<SchemaId> = picked.iter().filter_map(|choice| choice.table.clone()).collect();
    match menu {
        Menu::Method(_) | Menu::Webhook | Menu::Frequency => {
            picked.iter().flat_map(|choice| choice.then.clone()).collect()
        }
        _ if picked.is_empty() => Vec::new(),
        Menu::Keys(id) => {
            let columns: Vec<Foreign> = picked.iter().map(|choice| Foreign::new(&choice.title)).collect();
            with_keys(id, columns, facts, inventory)
        }
        Menu::NewTables => {
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
        Menu::LeastValuable => vec![pause(situation, tables, inventory)],
    }
}

/// Switches tables off: by consent where any of them would lose what changes meanwhile.
pub(super) fn pause(situation: &Situation, tables: Vec<SchemaId>, inventory: &Inventory) -> Stage {
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

fn update(id: &SchemaId, patch: SchemaPatch, what: String) -> Stage {
    Stage::new(Task::Send(Deed::UpdateTable(id.clone(), patch)), what)
}

/// How a table can be synced from now on.
fn methods(id: &SchemaId, found: &CandidateFields, situation: &Situation, inventory: &Inventory) -> Vec<Choice> {
    let Some((_, schema, _)) = inventory.schema(id) else { return Vec::new() };
    let detail = inventory.detail(id);
    let cursor = detail.and_then(|detail| detail.incremental_field.known());
    let cursor_type = detail.and_then(|detail| detail.incremental_field_type.known());
    let cause = situation.cause.as_ref().map_or("", |cause| cause.as_str());
    let of_keys = matches!(cause, "primary_key_missing" | "primary_key_not_unique");
    let mut choices = Vec::new();
    if of_keys {
        choices.extend(key_choices(id, found, cause, inventory));
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
        choices.extend(fields.into_iter().map(|field| by_cursor(id, schema, field, cursor, cursor_type, found)));
        choices.extend(full);
    }
    if let Some(first) = choices.iter_mut().find(|choice| choice.blocked.is_none()) {
        first.recommended = true;
    }
    choices
}

/// How good a column is as cursor: better ones are greater.
fn worth(
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

fn by_cursor(
    id: &SchemaId,
    schema: &Schema,
    field: &CandidateField,
    cursor: Option<&Foreign>,
    cursor_type: Option<&Foreign>,
    found: &CandidateFields,
) -> Choice {
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
    Choice::new(title, reasons.join(", "), vec![update(id, patch, what)])
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

/// Which keys can be given.
fn key_choices(id: &SchemaId, found: &CandidateFields, cause: &str, inventory: &Inventory) -> Vec<Choice> {
    let mut choices = Vec::new();
    let detail = inventory.detail(id);
    let now = detail.and_then(|detail| detail.primary_keys.known());
    if let Some(detected) = found.detected_keys.known().filter(|keys| !keys.is_empty() && now != Some(*keys)) {
        let names: Vec<String> = detected.iter().map(|key| key.shown().into_owned()).collect();
        let mut facts = Facts::default();
        facts.candidates.insert(id.clone(), found.clone());
        let stages = with_keys(id, detected.clone(), &facts, inventory);
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

fn keys(id: &SchemaId, found: &CandidateFields) -> Vec<Choice> {
    let each = found.columns.iter().map(|column| {
        let kind = column.column_type.known().map(|kind| kind.shown().into_owned()).unwrap_or_default();
        let empty = if column.nullable.known() == Some(&true) { "may be empty" } else { "" };
        let parts: Vec<&str> = [kind.as_str(), empty].into_iter().filter(|part| !part.is_empty()).collect();
        Choice { table: Some(id.clone()), ..Choice::new(column.field.raw(), parts.join(", "), Vec::new()) }
    });
    each.collect()
}

/// Gives a table other keys: where it has data and had keys, that has to go first (contract, section 9.4).
fn with_keys(id: &SchemaId, columns: Vec<Foreign>, facts: &Facts, inventory: &Inventory) -> Vec<Stage> {
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

fn new_tables(situation: &Situation, facts: &Facts, inventory: &Inventory) -> Vec<Choice> {
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

/// What each table that is on costs, the most expensive first.
fn costs(situation: &Situation, inventory: &Inventory) -> Vec<Choice> {
    let Some(held) = inventory.source(&situation.source) else { return Vec::new() };
    let mut each: Vec<(Option<u64>, Choice)> = held
        .source
        .schemas
        .iter()
        .filter(|schema| schema.should_sync == Some(true))
        .map(|schema| {
            let cost = inventory.runs(&schema.id).and_then(usual_rows);
            let rows = cost.map_or("rows per sync not known".to_owned(), |cost| match cost {
                1 => "1 row per sync".to_owned(),
                cost => format!("{} rows per sync", count(cost)),
            });
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
    let ended = runs.jobs().iter().filter(|job| job.status == crate::warehouse::status::Status::Completed);
    let mut rows: Vec<u64> = ended.filter_map(|job| job.rows.known().copied()).collect();
    rows.sort_unstable();
    rows.get(rows.len() / 2).copied()
}

/// Why a new secret is wanted.
const MISMATCH: &str = "its signatures do not match";

/// What can be done about a webhook.
fn webhook(situation: &Situation, info: &WebhookInfo, inventory: &Inventory) -> Vec<Choice> {
    if info.supported.known() == Some(&false) {
        return Vec::new();
    }
    let by_hand = |what: &str| vec![Stage::new(Task::ByHand, what)];
    let exists = info.exists.known() == Some(&true);
    let outside = info.outside.known();
    let gone = outside.is_some_and(|outside| outside.exists.known() == Some(&false));
    let url = info.url.known().map(|url| format!(" Its address is {}.", url.shown())).unwrap_or_default();
    let mut choices = Vec::new();
    if let Some(blocked) = info.blocked.known().filter(|reason| !reason.is_blank()) {
        let what = format!(
            "PostHog cannot register it by itself: {} Register it at the vendor by hand.{url}",
            blocked.shown()
        );
        choices.push(Choice::new("register it at the vendor by hand", blocked.shown(), by_hand(&what)));
    } else if !exists || gone {
        let reason = if exists { "the vendor's end is gone" } else { "there is none yet" };
        let create = Stage::new(Task::Send(Deed::CreateWebhook(Inputs::default())), "Register the webhook, once.");
        choices.push(Choice::new("register the webhook", reason, vec![create]));
    }
    let status = outside.and_then(|outside| outside.status.known());
    let off = status.filter(|status| !matches!(status.raw().to_lowercase().as_str(), "enabled" | "active" | ""));
    if let Some(status) = off.filter(|_| exists && !gone) {
        let what = format!("Enable the endpoint at the vendor, which says that it is {}.{url}", status.shown());
        choices.push(Choice::new(
            "enable it at the vendor",
            format!("the vendor says: {}", status.shown()),
            by_hand(&what),
        ));
    }
    if let Some(missing) = info.missing_events.known().filter(|missing| exists && !gone && !missing.is_empty()) {
        let names: Vec<String> = missing.iter().take(8).map(|event| event.shown().into_owned()).collect();
        let what = format!("Add these events to the endpoint at the vendor: {}.", names.join(", "));
        choices.push(Choice::new("add the missing events at the vendor", names.join(", "), by_hand(&what)));
    }
    if exists {
        let signed = situation.chosen().any(|patient| {
            inventory.schema(&patient.id).and_then(|(_, schema, _)| schema.latest_error.known()).is_some_and(|text| {
                let text = text.raw().to_lowercase();
                text.contains("signature") || text.contains("signing")
            })
        });
        let reason = if signed { MISMATCH } else { "where the vendor's secret has changed" };
        let secret = Choice::new("enter a new signing secret", reason, Runbook::webhook_form(&situation.source_type));
        let place = if signed { 0 } else { choices.len() };
        choices.insert(place, secret);
        choices.push(Choice::new(
            "register it anew",
            "removes it first; what is pushed meanwhile is lost",
            anew(situation, inventory),
        ));
    }
    let leave = Choice::new("leave it as it is", "nothing is sent", Vec::new());
    let signed = choices.first().is_some_and(|choice| choice.reason == MISMATCH);
    if info.channel() == PushChannel::Delivers && !signed {
        // Nothing at either end asks for more.
        choices.insert(0, Choice { reason: "both ends are in order".to_owned(), ..leave });
    } else {
        choices.push(leave);
    }
    if let Some(first) = choices.first_mut() {
        first.recommended = true;
    }
    choices
}

/// Off with its tables, away with it, and everything again.
fn anew(situation: &Situation, inventory: &Inventory) -> Vec<Stage> {
    let Some(held) = inventory.source(&situation.source) else { return Vec::new() };
    let on = held
        .source
        .schemas
        .iter()
        .filter(|schema| schema.syncs_by(&SyncType::Webhook) && schema.should_sync == Some(true));
    let tables: Vec<SchemaId> = on.map(|schema| schema.id.clone()).collect();
    let delete = Stage::new(
        Task::Send(Deed::Discard(vec![Discard::DeleteWebhook(situation.source.clone())])),
        "Remove the webhook, here and at the vendor.",
    )
    .losing("what the vendor would push until it is registered again");
    let create = Stage::new(Task::Send(Deed::CreateWebhook(Inputs::default())), "Register the webhook, once.");
    let mut stages = Vec::new();
    if !tables.is_empty() {
        stages.push(pause(situation, tables.clone(), inventory));
    }
    stages.extend([delete, create]);
    if !tables.is_empty() {
        stages.push(Stage::new(Task::Send(Deed::SetUp(tables)), "Switch its tables on again."));
    }
    stages
}
