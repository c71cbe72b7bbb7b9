//! Keys of a small menu, and what comes of its choices.

use super::{actions, notice};
use crate::app::commands::CommandId;
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::menu::Deed;
use crate::app::model::overlay::Overlay;
use crate::warehouse::recovery::follow::Tone;

/// A key was pressed while a menu is open.
pub(super) fn pressed(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let Some(Overlay::Menu(menu)) = &mut model.overlay else { return Vec::new() };
    let last = menu.choices.len().saturating_sub(1);
    if let (Code::Char(letter), false, false) = (key.code, key.ctrl, key.alt)
        && let Some(place) = menu.choices.iter().position(|choice| choice.letter == letter)
    {
        menu.cursor = place;
        return choose(model);
    }
    match (key.code, command) {
        (Code::Enter, _) => return choose(model),
        (Code::Down | Code::Tab, _) | (_, Some(CommandId::Down)) => menu.cursor = (menu.cursor + 1).min(last),
        (Code::Up | Code::BackTab, _) | (_, Some(CommandId::Up)) => menu.cursor = menu.cursor.saturating_sub(1),
        (_, Some(CommandId::Top)) => menu.cursor = 0,
        (_, Some(CommandId::Bottom)) => menu.cursor = last,
        (Code::Escape, _) | (_, Some(CommandId::Back | CommandId::Quit)) => model.overlay = None,
        _ => return actions::means_nothing_here(model, key),
    }
    Vec::new()
}

fn choose(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Menu(menu)) = &model.overlay else { return Vec::new() };
    let Some(choice) = menu.choices.get(menu.cursor).cloned() else { return Vec::new() };
    match choice.deed {
        Ok(deed) => {
            model.overlay = None;
            carry_out(model, deed)
        }
        Err(reason) => notice(model, Tone::Note, format!("{}: {reason}", choice.title)),
    }
}

fn carry_out(model: &mut Model, deed: Deed) -> Vec<Effect> {
    match deed {
        Deed::Copy { what, text } => copy(model, what, text),
        Deed::Browse(address) => vec![Effect::Browse(address)],
    }
}

/// Copies a text; `what` begins the sentence that tells of it.
pub(super) fn copy(model: &mut Model, what: String, text: String) -> Vec<Effect> {
    model.copying = Some(what);
    vec![Effect::Copy(text)]
}

/// The terminal was asked to copy a text, or it is too long for that.
pub(super) fn copied(model: &mut Model, asked: bool) -> Vec<Effect> {
    let what = model.copying.clone().unwrap_or_else(|| "The text".to_owned());
    if asked {
        notice(model, Tone::Note, format!("{what} was copied, if the terminal allows it."))
    } else {
        notice(model, Tone::Bad, format!("{what} was not copied: the text is too long for the terminal."))
    }
}

/// A program of the system has taken the text.
pub(super) fn copied_by(model: &mut Model, program: &str) -> Vec<Effect> {
    let what = model.copying.take().unwrap_or_else(|| "The text".to_owned());
    notice(model, Tone::Good, format!("{what} was copied (by {program})."))
}

/// A browser was started, or could not be.
pub(super) fn browsed(model: &mut Model, address: String, result: Result<(), String>) -> Vec<Effect> {
    match result {
        Ok(()) => notice(model, Tone::Note, format!("Opened in the browser: {address}")),
        Err(reason) => copy(model, format!("No browser was opened: {reason}. The address {address}"), address),
    }
}
