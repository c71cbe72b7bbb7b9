//! Keys of the editor.

use tui_input::Input;

use super::super::keys::{halved, line_edit};
use super::super::{actions, notice, refresh, runbook};
use super::{apply, read};
use crate::app::commands::CommandId;
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::tuning::{Choosing, Phase, Tuning};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::recovery::runbook::{Situation, Wish};
use crate::warehouse::tuning::{Draft, Setting, Value};

/// A key was pressed while an editor is shown.
pub(in crate::app::update) fn pressed(
    model: &mut Model,
    id: &SchemaId,
    key: Key,
    command: Option<CommandId>,
) -> Vec<Effect> {
    let Some(tuning) = model.tunings.get_mut(id) else {
        model.overlay = None;
        return Vec::new();
    };
    match &mut tuning.phase {
        Phase::Typing(..) => typing(tuning, key),
        Phase::Choosing(_) => return choosing(model, id, key, command),
        Phase::Looking => return looking(model, id, key, command),
        Phase::Preview => return preview(model, id, key, command),
        // Whoever decides later is asked again.
        Phase::Drifted(..) if matches!(command, Some(CommandId::Back | CommandId::Quit)) => close(model, id),
        Phase::Drifted(..) => {
            if !drifted(tuning, key) {
                return actions::means_nothing_here(model, key);
            }
        }
        Phase::Running => return running(model, id, key),
        Phase::Gone if key.code == Code::Enter || matches!(command, Some(CommandId::Back | CommandId::Quit)) => {
            model.tunings.remove(id);
            model.overlay = None;
        }
        Phase::Reading | Phase::Unread(_) | Phase::Gone | Phase::Checking | Phase::Waiting => match (command, key.code)
        {
            (_, Code::Enter) if matches!(tuning.phase, Phase::Unread(_)) => {
                tuning.phase = Phase::Reading;
                return read(model, id);
            }
            (_, Code::Char('x')) if matches!(tuning.phase, Phase::Waiting) => tuning.phase = Phase::Looking,
            (Some(CommandId::Back | CommandId::Quit), _) => close(model, id),
            (Some(CommandId::Help), _) => return actions::perform(model, CommandId::Help),
            _ => return actions::means_nothing_here(model, key),
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
        (_, Code::Char('r')) => return rotate(model, id),
        (Some(CommandId::Back | CommandId::Quit), _) => close(model, id),
        (Some(CommandId::Help), _) => return actions::perform(model, CommandId::Help),
        _ => return actions::no_such_key(model, key),
    }
    Vec::new()
}

/// Leaves the editor for a new signing secret of the webhook. What is wanted stays.
fn rotate(model: &mut Model, id: &SchemaId) -> Vec<Effect> {
    match Situation::of_wish(Wish::Rotate, std::slice::from_ref(id), &model.inventory) {
        Some(mut situation) if situation.chosen().next().is_some() => {
            situation.title = format!("New signing secret for the webhook of {}", situation.source_name.shown());
            runbook::open(model, situation)
        }
        _ => notice(model, Tone::Note, "Only a table that is synced by webhook has a signing secret.".to_owned()),
    }
}

/// Shows what would be sent, or where it would be refused.
fn show_preview(model: &mut Model, id: &SchemaId) -> Vec<Effect> {
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    let Some(Err(refusals)) = tuning.draft.as_ref().map(Draft::request) else {
        (tuning.phase, tuning.way, tuning.scroll, tuning.unregister) = (Phase::Preview, 0, 0, false);
        // What was said before is not about what is shown now.
        model.activity.hide();
        tuning.consents.clear();
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
    let (command, page) = halved(command, usize::from(model.size.height / 3).max(1));
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    let last = tuning.ways().len().saturating_sub(1);
    match (command, key.code) {
        (_, Code::Enter) => return apply::send(model, id),
        (_, Code::Char('w')) if tuning.draft.as_ref().is_some_and(Draft::leaves_webhook_unused) => {
            tuning.unregister = !tuning.unregister;
        }
        (Some(CommandId::Down), _) => (tuning.way, tuning.scroll) = ((tuning.way + 1).min(last), 0),
        (Some(CommandId::Up), _) => (tuning.way, tuning.scroll) = (tuning.way.saturating_sub(1), 0),
        // The view bounds what is scrolled to by what there is.
        (Some(CommandId::PageDown | CommandId::Bottom), _) => tuning.scroll = (tuning.scroll + page).min(10_000),
        (Some(CommandId::PageUp | CommandId::Top), _) => tuning.scroll = tuning.scroll.saturating_sub(page),
        (Some(CommandId::Back | CommandId::Quit), _) => tuning.phase = Phase::Looking,
        _ => return actions::no_such_key(model, key),
    }
    Vec::new()
}

/// The table has changed meanwhile: whose value counts? Nothing is sent by the answer. `false` where the key is none.
fn drifted(tuning: &mut Tuning, key: Key) -> bool {
    let Phase::Drifted(_, fresh) = &tuning.phase else { return false };
    let Some(draft) = &tuning.draft else { return false };
    let decided = match key.code {
        Code::Char('k') => draft.rebased((**fresh).clone()),
        Code::Char('t') => draft.yielding((**fresh).clone()),
        _ => return false,
    };
    tuning.draft = Some(decided);
    tuning.phase = Phase::Looking;
    true
}

/// A run is in the way: wait for its end, or cancel it first.
fn running(model: &mut Model, id: &SchemaId, key: Key) -> Vec<Effect> {
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    match key.code {
        Code::Char('w') => {
            tuning.phase = Phase::Waiting;
            refresh::read_list_soon(model)
        }
        Code::Char('c') => apply::go_ahead(model, id, true),
        Code::Escape | Code::Char('q') => {
            tuning.phase = Phase::Preview;
            Vec::new()
        }
        _ => actions::means_nothing_here(model, key),
    }
}
