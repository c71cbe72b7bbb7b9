//! Keys that are pressed one after the other. Nothing here depends on time: what was begun waits until it is gone on with,
//! given up, or something else happens.

use super::{actions, edit_text, keys, notice};
use crate::app::commands::keymap::Found;
use crate::app::commands::{CommandId, surface::Surface};
use crate::app::effect::Effect;
use crate::app::key::{Code, Key, Sequence};
use crate::app::model::overlay::Overlay;
use crate::app::model::{Model, Screen};
use crate::warehouse::consent::{Challenge, Demand};
use crate::warehouse::recovery::follow::Tone;

/// A key was pressed: it goes on with what was begun, begins something, or stands for itself.
pub(super) fn pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    let begun = model.presses.drop_begun();
    if let Some((surface, begun)) = begun {
        return went_on(model, surface, &begun, key);
    }
    model.presses.last = Sequence::from(key);
    let Some(surface) = model.surface() else { return answered(model, key) };
    match model.keymap.find(surface, &[key]) {
        Found::Begins if begins(model, surface, key) => {
            model.presses.begin(surface, &[key]);
            // What was said before is not about this.
            model.activity.hide();
            Vec::new()
        }
        Found::Command(id) => keys::single(model, as_handled(key), Some(id)),
        Found::Begins | Found::Nothing => keys::single(model, as_handled(key), None),
    }
}

/// Whether a key begins anything that means something there.
fn begins(model: &Model, surface: Surface, key: Key) -> bool {
    let mut after = model.keymap.after(surface, &[key]).into_iter();
    !surface.keeps(key) && after.any(|(_, id)| surface.understands(id))
}

/// A key was pressed where a question stands or a text is typed.
fn answered(model: &mut Model, key: Key) -> Vec<Effect> {
    let command = model.keymap.command(key);
    if asks(model) {
        return keys::single(model, as_handled(key), command);
    }
    if command == Some(CommandId::EditText)
        && !means_something_to_a_text(model, key)
        && let Some(effects) = edit_text::pressed(model, key)
    {
        return effects;
    }
    let everywhere = command.is_some_and(|id| CommandId::EVERYWHERE.contains(&id));
    if everywhere || means_something_to_a_text(model, key) {
        return keys::single(model, key, command);
    }
    // What leads back elsewhere leads out of a text, if it is nothing that belongs to one.
    if command == Some(CommandId::Back) {
        return keys::single(model, Key::plain(Code::Escape), None);
    }
    actions::means_nothing_here(model, key)
}

/// Whether a question stands that is answered with single keys.
fn asks(model: &Model) -> bool {
    match &model.overlay {
        _ if model.unlogged.asks() || matches!(model.screen, Screen::MustConfirm { .. }) => true,
        Some(Overlay::Confirm(confirm)) => {
            !matches!(confirm.challenge.as_ref().map(Challenge::demand), Some(Demand::Typed(_)))
        }
        Some(Overlay::AllProfiles) => model.all_profiles.asking.is_some(),
        Some(Overlay::LeftBehind | Overlay::Quitting | Overlay::Preview { .. } | Overlay::Profiles(_)) => true,
        _ => false,
    }
}

/// Whether a key means something to what is typed.
fn means_something_to_a_text(model: &Model, key: Key) -> bool {
    // The first screen has keys of its own, and no line to say anything in.
    if matches!(model.screen, Screen::Welcome { .. }) {
        return true;
    }
    let form = matches!(model.overlay, Some(Overlay::Runbook(_)));
    let list = form || matches!(model.overlay, Some(Overlay::Palette(_)));
    match key.code {
        Code::Enter | Code::Escape | Code::Tab | Code::BackTab | Code::Up | Code::Down => true,
        Code::PageUp | Code::PageDown => list,
        Code::Char('n' | 'p') if key.ctrl => list,
        Code::Char('r' | 's' | 'x') if key.ctrl => form,
        _ => keys::line_edit(key).is_some(),
    }
}

fn went_on(model: &mut Model, surface: Surface, begun: &Sequence, key: Key) -> Vec<Effect> {
    let all: Vec<Key> = begun.keys().iter().copied().chain([key]).collect();
    match model.keymap.find(surface, &all) {
        Found::Begins => {
            model.presses.begin(surface, &all);
            Vec::new()
        }
        Found::Command(id) => {
            model.presses.last = Sequence::of(&all);
            keys::single(model, Key::plain(Code::Bound), Some(id))
        }
        Found::Nothing => match model.keymap.command(key).filter(|id| CommandId::EVERYWHERE.contains(id)) {
            Some(id) => keys::single(model, key, Some(id)),
            None if key == Key::plain(Code::Escape) => notice(model, Tone::Note, format!("{begun} was given up.")),
            None => {
                let text = format!("{} leads nowhere, so nothing was done.", Sequence::of(&all));
                notice(model, Tone::Note, text)
            }
        },
    }
}

/// The key as what lies over the screen sees it beside the command: letters with control or alt are other keys than those
/// letters, and stand for their commands alone.
fn as_handled(key: Key) -> Key {
    match key.code {
        Code::Char(_) if key.ctrl || key.alt => Key::plain(Code::Bound),
        _ => key,
    }
}

/// What was pressed, as it is told.
pub(super) fn told(model: &Model, key: Key) -> String {
    if key.code == Code::Bound { model.presses.last.to_string() } else { key.to_string() }
}

/// Something happened: what was begun over something else than is there now, is given up.
pub(super) fn look(model: &mut Model) {
    let here = model.surface();
    if model.presses.begun().is_some_and(|(surface, _)| Some(surface) != here) {
        model.presses.drop_begun();
    }
}
