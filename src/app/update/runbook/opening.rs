//! Which runbook is shown: opens one for a problem, a symptom or a plan, finds the one that is open already, goes from
//! one to the other, and leaves it.

use super::{carry_out, left_behind, tell_end};
use crate::app::commands::CommandId;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::model::overlay::Overlay;
use crate::app::model::runbook::{Opened, RunbookId};
use crate::app::model::selection::Selected;
use crate::app::update::{notice, triage};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::recovery::runbook::{Move, Runbook, Situation, Stage, Symptom};
use crate::warehouse::state::State;
use crate::warehouse::triage::{Problem, triage as all_problems};

/// Opens the runbook of a problem, or the one that is open for it already.
pub(in crate::app::update) fn open_problem(model: &mut Model, problem: &Problem) -> Vec<Effect> {
    let situation = Situation::of_problem(problem, &model.inventory);
    let list = match model.overlay.take() {
        Some(Overlay::Triage(list)) => Some(list),
        _ => None,
    };
    let effects = open(model, situation);
    if let Some(Overlay::Runbook(id)) = model.overlay
        && let Some(opened) = model.runbooks.get_mut(id)
    {
        opened.beneath = list;
    }
    effects
}

/// Opens the runbook of what is wrong with the selection.
pub(in crate::app::update) fn open_selected(model: &mut Model) -> Vec<Effect> {
    let (source, table): (_, Option<SchemaId>) = match model.selected() {
        Selected::Nothing => return Vec::new(),
        Selected::Source(held) => (held.source.id.clone(), None),
        Selected::Schema(held, schema, _) => (held.source.id.clone(), Some(schema.id.clone())),
    };
    let problems = all_problems(&model.inventory, Some(&source), model.now);
    let concerned = |problem: &&Problem| match &table {
        Some(table) => problem.tables.iter().any(|affected| affected.id == *table),
        None => problem.source == source,
    };
    if let Some(problem) = problems.iter().find(concerned) {
        return open_problem(model, problem);
    }
    let text = if let Selected::Schema(.., State::Cancelled) = model.selected() {
        let reload = model.keymap.key(CommandId::Reload);
        format!("This run was cancelled, which is no fault: it runs again on its schedule, or at once with {reload}.")
    } else {
        let palette = model.keymap.key(CommandId::Palette);
        format!("Nothing is known to be wrong here; if it looks wrong, say how with {palette}.")
    };
    notice(model, Tone::Note, text)
}

/// Opens the runbook of what somebody says of the selection.
pub(in crate::app::update) fn open_symptom(model: &mut Model, symptom: Symptom) -> Vec<Effect> {
    let (source, tables) = match model.selected() {
        Selected::Nothing => return Vec::new(),
        Selected::Source(held) => (held.source.id.clone(), Vec::new()),
        Selected::Schema(held, schema, _) => (held.source.id.clone(), vec![schema.id.clone()]),
    };
    match Situation::of_symptom(symptom, &source, &tables, &model.inventory) {
        Some(situation) => open(model, situation),
        None => Vec::new(),
    }
}

/// Opens a runbook, or shows the one that is open for the same.
pub(in crate::app::update) fn open(model: &mut Model, situation: Situation) -> Vec<Effect> {
    let key = situation.key();
    let known = model.runbooks.iter().find(|(_, opened)| opened.book.situation().key() == key);
    if let Some((id, opened)) = known {
        if !opened.book.is_over() {
            model.overlay = Some(Overlay::Runbook(id));
            return Vec::new();
        }
        model.runbooks.forget(id);
    }
    let (book, moves) = Runbook::open(situation, &model.inventory);
    let id = model.runbooks.keep(Opened::new(book));
    model.overlay = Some(Overlay::Runbook(id));
    carry_out(model, id, moves)
}

/// Opens a runbook that takes the last change back, with steps that are known from the start.
pub(in crate::app::update) fn open_planned(model: &mut Model, situation: Situation, stages: Vec<Stage>) -> Vec<Effect> {
    let (book, moves) = Runbook::planned(situation, stages, &model.inventory);
    let id = model.runbooks.keep(Opened { undoes: true, ..Opened::new(book) });
    model.overlay = Some(Overlay::Runbook(id));
    carry_out(model, id, moves)
}

/// Begins a runbook whose steps are agreed to.
pub(in crate::app::update) fn begin_ready(model: &mut Model, id: RunbookId, moves: Vec<Move>) -> Vec<Effect> {
    let mut effects = carry_out(model, id, moves);
    effects.extend(tell_end(model, id));
    effects
}

/// Shows the runbook that was opened last.
pub(in crate::app::update) fn show_last(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.runbooks.iter().next_back().map(|(id, _)| id) else {
        return notice(model, Tone::Note, "No runbook was opened yet.".to_owned());
    };
    if let Some(Overlay::Triage(list)) = model.overlay.replace(Overlay::Runbook(id))
        && let Some(opened) = model.runbooks.get_mut(id)
    {
        opened.beneath = Some(list);
    }
    Vec::new()
}

/// Shows the runbook that was opened before this one, and from the first the last one again.
pub(super) fn show_other(model: &mut Model, id: RunbookId) {
    let before = model.runbooks.iter().map(|(id, _)| id).rfind(|other| *other < id);
    let other = before.or(model.runbooks.iter().map(|(id, _)| id).next_back());
    model.overlay = other.map(Overlay::Runbook);
}

/// Leaves a runbook as it is, and goes back to where it was opened from.
pub(super) fn close(model: &mut Model, id: RunbookId) {
    let list = model.runbooks.get_mut(id).and_then(|opened| opened.beneath.take());
    model.overlay = list.map(Overlay::Triage);
    triage::bring_up_to_date(model);
    if let Some(form) = model.runbooks.get_mut(id).and_then(|opened| opened.form.as_mut()) {
        form.hide();
    }
    left_behind::offer(model);
}
