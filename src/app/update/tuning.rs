//! The editor of a table's sync settings: reading before writing, twice, and keys.

use tui_input::Input;

use super::keys::line_edit;
use super::{actions, notice, refresh, report, runbook};
use crate::app::commands::CommandId;
use crate::app::effect::{Effect, Urgency};
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::flights::Purpose;
use crate::app::model::overlay::Overlay;
use crate::app::model::runbook::{Opened, RunbookId};
use crate::app::model::selection::Selected;
use crate::app::model::tuning::{Choosing, Made, Phase, Reading, Tuning};
use crate::warehouse::failure::Failure;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::recovery::runbook::{Deed, Progress, Runbook, Task, Waits};
use crate::warehouse::settings::SyncType;
use crate::warehouse::survey::{Fact, Need};
use crate::warehouse::tuning::{self, Current, Draft, Refusal, Setting, Value};

/// Opens the editor of the selected table, with what was wanted of it before.
pub(super) fn open_selected(model: &mut Model) -> Vec<Effect> {
    let Selected::Schema(_, schema, _) = model.selected() else { return Vec::new() };
    let (id, name) = (schema.id.clone(), schema.name.clone());
    open(model, Tuning::new(id, name))
}

fn open(model: &mut Model, fresh: Tuning) -> Vec<Effect> {
    let id = fresh.id.clone();
    let entry = model.tunings.entry(id.clone()).or_insert(fresh);
    model.overlay = Some(Overlay::Tuning(id.clone()));
    if matches!(entry.phase, Phase::Waiting) {
        return Vec::new();
    }
    entry.phase = Phase::Reading;
    read(model, &id)
}

/// Offers the way back of the last change made from here.
pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    let Some(made) = model.made.last().cloned() else {
        return notice(model, Tone::Note, "No sync setting was changed from here yet.".to_owned());
    };
    let Some(before) = made.before else {
        model.made.pop();
        let text = format!(
            "{}: {} has no way back: it discarded data, or cannot be empty again.",
            made.name.shown(),
            made.what
        );
        return notice(model, Tone::Note, text);
    };
    model.tunings.remove(&made.id);
    open(model, Tuning { presets: Some(before), undoes: true, ..Tuning::new(made.id, made.name) })
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
            tuning.phase = Phase::Drifted(moved, Box::new(current));
            hidden_notice(model, id, "was changed by somebody else meanwhile; nothing was sent")
        }
        Phase::Checking => {
            tuning.take_up(current);
            go_ahead(model, id, false)
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
    if matches!(tuning.phase, Phase::Reading | Phase::Checking) {
        tuning.phase = Phase::Unread(format!("{}; nothing was sent.", failure.explanation()));
        return hidden_notice(model, id, "could not be read; nothing was sent");
    }
    Vec::new()
}

fn gone(model: &mut Model, id: &SchemaId) -> Vec<Effect> {
    if let Some(tuning) = model.tunings.get_mut(id) {
        tuning.phase = Phase::Unread("The table is not listed any more; nothing was sent.".to_owned());
    }
    Vec::new()
}

/// Says what happened to an editor that nobody looks at.
fn hidden_notice(model: &mut Model, id: &SchemaId, what: &str) -> Vec<Effect> {
    if matches!(&model.overlay, Some(Overlay::Tuning(shown)) if shown == id) {
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

/// Everything was read once more and nothing has changed: sends it, unless a run is in the way.
fn go_ahead(model: &mut Model, id: &SchemaId, cancel_first: bool) -> Vec<Effect> {
    let runs = model.inventory.schema(id).is_some_and(|(_, _, state)| state.claims_to_run());
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    if runs && !cancel_first {
        tuning.phase = Phase::Running;
        return hidden_notice(model, id, "is running again; nothing was sent");
    }
    let Some(draft) = &tuning.draft else { return Vec::new() };
    let stages = tuning::stages(draft, tuning.chosen_way(), cancel_first, tuning.unregister);
    let (stages, situation) = match (stages, tuning::situation(draft, &model.inventory)) {
        (Ok(stages), Some(situation)) => (stages, situation),
        (Err(refusals), _) => {
            tuning.refused = refusals;
            tuning.phase = Phase::Looking;
            return hidden_notice(model, id, "cannot be changed like this any more; nothing was sent");
        }
        (_, None) => return gone(model, id),
    };
    tuning.phase = Phase::Preview;
    let shown = matches!(&model.overlay, Some(Overlay::Tuning(shown)) if shown == id);
    let (book, moves) = Runbook::ready(situation, stages, &model.inventory);
    let runbook = model.runbooks.keep(Opened { tunes: Some(id.clone()), ..Opened::new(book) });
    if shown {
        model.overlay = Some(Overlay::Runbook(runbook));
    }
    runbook::begin_ready(model, runbook, moves, shown)
}

/// A step of a runbook that carries out a draft has ended: where the change is made, the draft is done with; where
/// it was refused and nothing was done before it, the draft is open again.
pub(super) fn stepped(model: &mut Model, runbook: RunbookId) -> Vec<Effect> {
    let Some(opened) = model.runbooks.get(runbook) else { return Vec::new() };
    let Some(id) = opened.tunes.clone() else { return Vec::new() };
    let is_change = |task: &Task| match task {
        Task::Send(Deed::UpdateTable(..)) => true,
        Task::Send(Deed::Discard(all)) => {
            all.iter().any(|one| matches!(one, crate::warehouse::consent::Discard::ReshapeSchema(_)))
        }
        _ => false,
    };
    let Some(change) = opened.book.stages().iter().position(|stage| is_change(&stage.task)) else { return Vec::new() };
    let made = matches!(opened.book.stages()[change].progress, Progress::Done(_));
    let first = !opened.book.stages()[..change].iter().any(|stage| matches!(stage.progress, Progress::Done(_)));
    let refusal = opened.book.refusal().map(|(field, why)| Refusal {
        setting: field.and_then(|field| Setting::of_field(field.raw())),
        why: format!("PostHog refused: {}", why.shown()),
    });
    if made {
        done(model, runbook, &id);
        return Vec::new();
    }
    let failed = opened.book.waits() == Waits::Retry && opened.book.at() == change;
    let Some(refusal) = refusal.filter(|_| failed && first) else { return Vec::new() };
    let Some(tuning) = model.tunings.get_mut(&id) else { return Vec::new() };
    if let Some(place) = refusal.setting.and_then(|setting| Setting::ALL.iter().position(|one| *one == setting)) {
        tuning.cursor = place;
    }
    tuning.refused = vec![refusal];
    tuning.phase = Phase::Looking;
    if matches!(model.overlay, Some(Overlay::Runbook(shown)) if shown == runbook) {
        model.overlay = Some(Overlay::Tuning(id.clone()));
    }
    model.runbooks.forget(runbook);
    hidden_notice(model, &id, "was not changed: PostHog refused it")
}

fn done(model: &mut Model, runbook: RunbookId, id: &SchemaId) {
    if let Some(opened) = model.runbooks.get_mut(runbook) {
        opened.tunes = None;
    }
    let Some(tuning) = model.tunings.remove(id) else { return };
    let Some(draft) = &tuning.draft else { return };
    let made = Made::of(draft, tuning.chosen_way());
    // A change that takes the last one back leaves the one before it to be taken back.
    if tuning.undoes && model.made.last().is_some_and(|last| last.id == *id) {
        model.made.pop();
    } else {
        model.made.push(made);
    }
}

/// A key was pressed while an editor is shown.
pub(super) fn pressed(model: &mut Model, id: &SchemaId, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let Some(tuning) = model.tunings.get_mut(id) else {
        model.overlay = None;
        return Vec::new();
    };
    match &mut tuning.phase {
        Phase::Typing(..) => typing(tuning, key),
        Phase::Choosing(_) => return choosing(model, id, key, command),
        Phase::Looking => return looking(model, id, key, command),
        Phase::Preview => return preview(model, id, key, command),
        Phase::Drifted(..) => drifted(tuning, key),
        Phase::Running => return running(model, id, key),
        Phase::Reading | Phase::Unread(_) | Phase::Checking | Phase::Waiting => match (command, key.code) {
            (_, Code::Enter) if matches!(tuning.phase, Phase::Unread(_)) => {
                tuning.phase = Phase::Reading;
                return read(model, id);
            }
            (_, Code::Char('x')) if matches!(tuning.phase, Phase::Waiting) => tuning.phase = Phase::Looking,
            (Some(CommandId::Back | CommandId::Quit), _) => close(model, id),
            (Some(CommandId::Help), _) => return actions::perform(model, CommandId::Help),
            _ => {}
        },
    }
    Vec::new()
}

/// Leaves the editor. What is wanted stays, until it is sent or taken back.
fn close(model: &mut Model, id: &SchemaId) {
    model.overlay = None;
    if model.tunings.get(id).is_some_and(|tuning| !tuning.is_dirty()) {
        model.tunings.remove(id);
    }
}

fn looking(model: &mut Model, id: &SchemaId, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    let setting = tuning.setting();
    let Some(draft) = &mut tuning.draft else { return Vec::new() };
    match (command, key.code) {
        (Some(CommandId::Down), _) => tuning.cursor = (tuning.cursor + 1).min(Setting::ALL.len() - 1),
        (Some(CommandId::Up), _) => tuning.cursor = tuning.cursor.saturating_sub(1),
        (Some(CommandId::Top), _) => tuning.cursor = 0,
        (Some(CommandId::Bottom), _) => tuning.cursor = Setting::ALL.len() - 1,
        (_, Code::Char('x') | Code::Backspace) => {
            draft.restore(setting);
            tuning.refused.clear();
        }
        (_, Code::Enter | Code::Char(' ')) => {
            if let Some(why) = draft.bars(setting) {
                return notice(model, Tone::Note, format!("{} cannot be changed here: {why}.", setting.title()));
            }
            tuning.refused.clear();
            tuning.phase = match draft.get(setting) {
                Value::On(on) => {
                    let turned = Value::On(!on);
                    draft.set(setting, turned);
                    Phase::Looking
                }
                value if draft.offers(setting).is_empty() => Phase::Typing(setting, Input::new(value.to_type())),
                _ => Phase::Choosing(Choosing::new(setting, draft)),
            };
        }
        (_, Code::Char('s')) => return show_preview(model, id),
        (Some(CommandId::Back | CommandId::Quit), _) => close(model, id),
        (Some(CommandId::Help), _) => return actions::perform(model, CommandId::Help),
        _ => return actions::no_such_key(model, key),
    }
    Vec::new()
}

/// Shows what would be sent, or where it would be refused.
fn show_preview(model: &mut Model, id: &SchemaId) -> Vec<Effect> {
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    let Some(Err(refusals)) = tuning.draft.as_ref().map(Draft::request) else {
        (tuning.phase, tuning.way, tuning.unregister) = (Phase::Preview, 0, false);
        return Vec::new();
    };
    let Some(first) = refusals.first() else { return Vec::new() };
    let place = first.setting.and_then(|setting| Setting::ALL.iter().position(|one| *one == setting));
    tuning.cursor = place.unwrap_or(tuning.cursor);
    let of = first.setting.map(|setting| format!("{}: ", setting.title())).unwrap_or_default();
    let text = format!("{of}{}", first.why);
    notice(model, Tone::Note, text)
}

fn typing(tuning: &mut Tuning, key: Key) {
    let Phase::Typing(setting, input) = &mut tuning.phase else { return };
    match key.code {
        Code::Escape => tuning.phase = Phase::Looking,
        Code::Enter => {
            let (setting, value) = (*setting, Value::typed(*setting, input.value()));
            tuning.phase = Phase::Looking;
            if let Some(draft) = &mut tuning.draft {
                draft.set(setting, value);
            }
        }
        _ => {
            if let Some(request) = line_edit(key) {
                input.handle(request);
            }
        }
    }
}

fn choosing(model: &mut Model, id: &SchemaId, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    let Phase::Choosing(choosing) = &mut tuning.phase else { return Vec::new() };
    let last = choosing.offers.len().saturating_sub(1);
    match (command, key.code) {
        (_, Code::Enter) => {
            let blocked = choosing.offers.get(choosing.cursor).and_then(|offer| offer.blocked.clone());
            if let Some(why) = blocked.filter(|_| !choosing.takes_several()) {
                return notice(model, Tone::Note, format!("This cannot be chosen: {why}."));
            }
            let (setting, value) = (choosing.setting, choosing.value());
            tuning.phase = Phase::Looking;
            if let (Some(draft), Some(value)) = (&mut tuning.draft, value) {
                draft.set(setting, value);
            }
        }
        (_, Code::Char(' ')) if choosing.takes_several() => {
            if !choosing.picked.remove(&choosing.cursor) {
                choosing.picked.insert(choosing.cursor);
            }
        }
        (Some(CommandId::Down), _) => choosing.cursor = (choosing.cursor + 1).min(last),
        (Some(CommandId::Up), _) => choosing.cursor = choosing.cursor.saturating_sub(1),
        (Some(CommandId::Top), _) => choosing.cursor = 0,
        (Some(CommandId::Bottom), _) => choosing.cursor = last,
        (Some(CommandId::Back | CommandId::Quit), _) => tuning.phase = Phase::Looking,
        _ => return actions::no_such_key(model, key),
    }
    Vec::new()
}

fn preview(model: &mut Model, id: &SchemaId, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let no_writes = model.no_writes();
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    let last = tuning.ways().len().saturating_sub(1);
    match (command, key.code) {
        (_, Code::Enter) => {
            if let Some(reason) = no_writes {
                return notice(model, Tone::Note, reason);
            }
            tuning.phase = Phase::Checking;
            tuning.refused.clear();
            return read(model, id);
        }
        (_, Code::Char('w')) if tuning.draft.as_ref().is_some_and(Draft::leaves_webhook_unused) => {
            tuning.unregister = !tuning.unregister;
        }
        (Some(CommandId::Down), _) => tuning.way = (tuning.way + 1).min(last),
        (Some(CommandId::Up), _) => tuning.way = tuning.way.saturating_sub(1),
        (Some(CommandId::Back | CommandId::Quit), _) => tuning.phase = Phase::Looking,
        _ => return actions::no_such_key(model, key),
    }
    Vec::new()
}

/// The table has changed meanwhile: whose value counts? Nothing is sent by the answer.
fn drifted(tuning: &mut Tuning, key: Key) {
    let Phase::Drifted(_, fresh) = &tuning.phase else { return };
    let Some(draft) = &tuning.draft else { return };
    let decided = match key.code {
        Code::Char('k') => draft.rebased((**fresh).clone()),
        Code::Char('t') => draft.yielding((**fresh).clone()),
        _ => return,
    };
    tuning.draft = Some(decided);
    tuning.phase = Phase::Looking;
}

/// A run is in the way: wait for its end, or cancel it first.
fn running(model: &mut Model, id: &SchemaId, key: Key) -> Vec<Effect> {
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    match key.code {
        Code::Char('w') => {
            tuning.phase = Phase::Waiting;
            refresh::read_list_soon(model)
        }
        Code::Char('c') => go_ahead(model, id, true),
        Code::Escape | Code::Char('q') => {
            tuning.phase = Phase::Preview;
            Vec::new()
        }
        _ => Vec::new(),
    }
}
