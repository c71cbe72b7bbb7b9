//! The action palette: every command by name, what applies first, and why the rest does not.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::actions;
use super::keys::line_edit;
use crate::app::commands::{Availability, COMMANDS, Command, CommandId, Group};
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::overlay::{Entry, Overlay};
use tui_input::InputRequest;

/// What the palette lists for this text: available before unavailable, then by how well it matches, then in the
/// order of the table.
pub(super) fn entries(model: &Model, text: &str) -> Vec<Entry> {
    let context = model.context();
    let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut found: Vec<(bool, u32, Entry)> = COMMANDS
        .iter()
        .filter(|command| is_listed(command))
        .filter_map(|command| {
            let score = pattern.score(Utf32Str::new(command.title, &mut buffer), &mut matcher)?;
            let availability = (command.available)(&context);
            (availability != Availability::Hidden)
                .then(|| (availability != Availability::Available, score, Entry { id: command.id, availability }))
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0).then(other.1.cmp(&one.1)));
    found.into_iter().map(|(_, _, entry)| entry).collect()
}

/// Moving around by palette makes no sense; everything else does.
fn is_listed(command: &Command) -> bool {
    command.group != Group::Moving && command.id != CommandId::Palette
}

fn typed(model: &mut Model, requests: impl IntoIterator<Item = InputRequest>) {
    let Some(Overlay::Palette(palette)) = &mut model.overlay else { return };
    for request in requests {
        palette.input.handle(request);
    }
    let text = palette.input.value().to_owned();
    let found = entries(model, &text);
    if let Some(Overlay::Palette(palette)) = &mut model.overlay {
        palette.entries = found;
        palette.cursor = 0;
    }
}

/// Text was pasted into the palette.
pub(super) fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    typed(model, text.chars().map(InputRequest::InsertChar));
    Vec::new()
}

/// A key was pressed while the palette is open.
pub(super) fn pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(Overlay::Palette(palette)) = &mut model.overlay else { return Vec::new() };
    let last = palette.entries.len().saturating_sub(1);
    match (key.code, key.ctrl) {
        (Code::Escape, _) => model.overlay = None,
        (Code::Enter, _) => {
            let chosen = palette.entries.get(palette.cursor).map(|entry| entry.id);
            if let Some(id) = chosen {
                model.overlay = None;
                return actions::perform(model, id);
            }
        }
        (Code::Down | Code::Tab, _) | (Code::Char('n'), true) => palette.cursor = (palette.cursor + 1).min(last),
        (Code::Up | Code::BackTab, _) | (Code::Char('p'), true) => {
            palette.cursor = palette.cursor.saturating_sub(1);
        }
        (Code::PageDown, _) => palette.cursor = (palette.cursor + 10).min(last),
        (Code::PageUp, _) => palette.cursor = palette.cursor.saturating_sub(10),
        _ => match line_edit(key) {
            Some(request) => typed(model, [request]),
            None => return actions::means_nothing_here(model, key),
        },
    }
    Vec::new()
}
