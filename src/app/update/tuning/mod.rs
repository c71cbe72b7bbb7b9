//! The editor of a table's sync settings: reading before writing, twice.
//!
//! * `keys`: what each key does in it;
//! * `apply`: from a draft to its runbook, and what comes of that;
//! * `undo`: the way back of what was changed from here.

mod apply;
mod keys;
mod undo;

use super::{refresh, report};
use crate::app::commands::CommandId;
use crate::app::effect::{Effect, Urgency};
use crate::app::model::Model;
use crate::app::model::flights::Purpose;
use crate::app::model::overlay::Overlay;
use crate::app::model::runbook::Opened;
use crate::app::model::selection::Selected;
use crate::app::model::tuning::{Phase, Reading, Tuning};
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::operation::JobQuery;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::settings::SyncType;
use crate::warehouse::survey::{Fact, Need};
use crate::warehouse::tuning::Current;
pub(super) use apply::{consented, stepped};
pub(super) use keys::pressed;
pub(super) use undo::{note_made, taken_back, undo};

/// Opens the editor of the selected table, with what was wanted of it before.
pub(super) fn open_selected(model: &mut Model) -> Vec<Effect> {
    let Selected::Schema(_, schema, _) = model.selected() else { return Vec::new() };
    let (id, name) = (schema.id.clone(), schema.name.clone());
    open(model, Tuning::new(id, name))
}

fn open(model: &mut Model, fresh: Tuning) -> Vec<Effect> {
    let id = fresh.id.clone();
    // What is on its way is not drafted a second time.
    let on_its_way = |opened: &Opened| opened.tunes.as_ref() == Some(&id) && !opened.book.is_over();
    if let Some((runbook, _)) = model.runbooks.iter().find(|(_, opened)| on_its_way(opened)) {
        model.overlay = Some(Overlay::Runbook(runbook));
        return Vec::new();
    }
    let entry = model.tunings.entry(id.clone()).or_insert(fresh);
    model.overlay = Some(Overlay::Tuning(id.clone()));
    if matches!(entry.phase, Phase::Waiting) {
        return Vec::new();
    }
    entry.phase = Phase::Reading;
    let mut effects = read(model, &id);
    effects.extend(jobs(model, &id));
    effects
}

/// Asks for the jobs of a table, by which it is judged what a change costs, unless they are known.
fn jobs(model: &mut Model, id: &SchemaId) -> Option<Effect> {
    if model.inventory.runs(id).is_some() {
        return None;
    }
    let (held, schema, _) = model.inventory.schema(id)?;
    let need = Need::Jobs(JobQuery::newest(held.source.id.clone(), vec![schema.name.clone()]));
    model.flights.fetch_once(need, Urgency::Waiting)
}

/// Reads the table, and what its source offers.
fn read(model: &mut Model, id: &SchemaId) -> Vec<Effect> {
    if let Some(tuning) = model.tunings.get_mut(id) {
        tuning.read = Reading::default();
    }
    [Need::Schema(id.clone()), Need::Candidates(id.clone())]
        .map(|need| model.flights.fetch(need, Purpose::Tuning(id.clone()), Urgency::Waiting))
        .into()
}

/// Something was read for the editor.
pub(super) fn learned(model: &mut Model, id: &SchemaId, fact: &Fact) -> Vec<Effect> {
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    match fact {
        Fact::Schema(full) if full.schema.id == *id => tuning.read.full = Some(full.clone()),
        Fact::Candidates(of, found) if of == id => tuning.read.found = Some(found.clone()),
        Fact::CdcPrerequisites(_, found) => {
            if let Some(draft) = &mut tuning.draft {
                draft.learn(|now| now.prerequisites = Some(found.clone()));
            }
            return Vec::new();
        }
        _ => return Vec::new(),
    }
    let (Some(full), Some(found)) = (&tuning.read.full, &tuning.read.found) else { return Vec::new() };
    let Some((held, ..)) = model.inventory.schema(id) else { return gone(model, id) };
    let mut current = Current::new(full, (**found).clone(), held);
    current.prerequisites = tuning.draft.as_ref().and_then(|draft| draft.now().prerequisites.clone());
    was_read(model, id, current)
}

/// The table was read as a whole: for the first time, again, or right before sending.
fn was_read(model: &mut Model, id: &SchemaId, current: Current) -> Vec<Effect> {
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    let moved = tuning.draft.as_ref().map(|draft| draft.drift(&current)).unwrap_or_default();
    let dirty = tuning.is_dirty();
    match tuning.phase {
        _ if dirty && !moved.is_empty() => {
            tuning.consents.clear();
            tuning.phase = Phase::Drifted(moved, Box::new(current));
            hidden_notice(model, id, "was changed by somebody else meanwhile; nothing was sent")
        }
        Phase::Checking => {
            tuning.take_up(current);
            apply::go_ahead(model, id, false)
        }
        Phase::Reading => {
            let wants_cdc = current.found.cdc.known() == Some(&true)
                && current.values.method() != Some(SyncType::Cdc)
                && current.prerequisites.is_none();
            let source = current.source.clone();
            tuning.take_up(current);
            tuning.phase = Phase::Looking;
            if !wants_cdc {
                return Vec::new();
            }
            vec![model.flights.fetch(Need::CdcPrerequisites(source), Purpose::Tuning(id.clone()), Urgency::Waiting)]
        }
        _ => Vec::new(),
    }
}

/// Something could not be read for the editor.
pub(super) fn unread(model: &mut Model, id: &SchemaId, need: Option<&Need>, failure: &Failure) -> Vec<Effect> {
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    if matches!(need, Some(Need::CdcPrerequisites(_))) {
        return Vec::new();
    }
    let of_the_table = matches!(need, Some(Need::Schema(_) | Need::Candidates(_)));
    if matches!(tuning.phase, Phase::Reading | Phase::Checking) && failure.kind == FailureKind::NotFound && of_the_table
    {
        return gone(model, id);
    }
    if matches!(tuning.phase, Phase::Reading | Phase::Checking) {
        tuning.phase = Phase::Unread(format!("{}; nothing was sent.", failure.explanation()));
        return hidden_notice(model, id, "could not be read; nothing was sent");
    }
    Vec::new()
}

fn gone(model: &mut Model, id: &SchemaId) -> Vec<Effect> {
    let mut effects = refresh::read_list_soon(model);
    if model.shows_editor(id) {
        if let Some(tuning) = model.tunings.get_mut(id) {
            // A draft of nothing is none.
            (tuning.phase, tuning.draft) = (Phase::Gone, None);
        }
    } else if let Some(tuning) = model.tunings.remove(id) {
        let text = format!("{} does not exist any more; nothing was sent.", tuning.name.shown());
        effects.extend(report(model, Tone::Note, text));
    }
    effects
}

/// Says what happened to an editor that nobody looks at.
fn hidden_notice(model: &mut Model, id: &SchemaId, what: &str) -> Vec<Effect> {
    if model.shows_editor(id) {
        return Vec::new();
    }
    let name = model.tunings.get(id).map(|tuning| tuning.name.shown().into_owned()).unwrap_or_default();
    let key = model.keymap.key(CommandId::Edit);
    report(model, Tone::Note, format!("{name} {what}; {key} on it shows the draft."))
}

/// What is applied once a run has ended is looked at again, where it has.
pub(super) fn list_read(model: &mut Model) -> Vec<Effect> {
    let runs = |id: &SchemaId| model.inventory.schema(id).is_some_and(|(_, _, state)| state.claims_to_run());
    let waiting = model.tunings.values().filter(|tuning| matches!(tuning.phase, Phase::Waiting));
    let due: Vec<SchemaId> = waiting.map(|tuning| tuning.id.clone()).filter(|id| !runs(id)).collect();
    let mut effects = Vec::new();
    for id in due {
        if let Some(tuning) = model.tunings.get_mut(&id) {
            tuning.phase = Phase::Checking;
        }
        effects.extend(read(model, &id));
    }
    effects
}
