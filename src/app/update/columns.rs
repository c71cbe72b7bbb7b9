//! Keys of the list of columns: what is chosen is seen at once.

use super::{actions, notice, sorting};
use crate::app::commands::CommandId;
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::columns::{Chosen, Column, LEAST, Offered};
use crate::app::model::overlay::{Chooser, Overlay};
use crate::warehouse::recovery::follow::Tone;

/// Opens the list of the columns of the focused table.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::Columns(Chooser { of: model.focus, cursor: 0 }));
    Vec::new()
}

/// A key was pressed while the list is open.
pub(super) fn pressed(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let Some(Overlay::Columns(chooser)) = &model.overlay else { return Vec::new() };
    let (of, cursor) = (chooser.of, chooser.cursor);
    let count = if of == Pane::Sources { picks(&model.columns.sources) } else { picks(&model.columns.tables) };
    let last = count.saturating_sub(1);
    let plain = !key.ctrl && !key.alt;
    // Whatever a key means elsewhere, the list has keys of its own.
    let place = match (key.code, command) {
        (Code::Char('K'), _) if plain => shift(model, of, cursor, false),
        (Code::Char('J'), _) if plain => shift(model, of, cursor, true),
        (Code::Up, _) if key.alt || key.ctrl => shift(model, of, cursor, false),
        (Code::Down, _) if key.alt || key.ctrl => shift(model, of, cursor, true),
        (Code::Char(' '), _) if plain => return toggle(model, of, cursor),
        (Code::Left | Code::Char('-' | 'h'), _) if plain => return resize(model, of, cursor, -1),
        (Code::Right | Code::Char('+' | '=' | 'l'), _) if plain => return resize(model, of, cursor, 1),
        (Code::Char('0'), _) if plain => return reset(model, of),
        (Code::Char('s'), _) if plain => return sort(model, of, cursor),
        (Code::Tab, _) | (_, Some(CommandId::Down)) => (cursor + 1).min(last),
        (Code::BackTab, _) | (_, Some(CommandId::Up)) => cursor.saturating_sub(1),
        (_, Some(CommandId::Top)) => 0,
        (_, Some(CommandId::Bottom)) => last,
        (Code::Escape | Code::Enter, _) | (_, Some(CommandId::Back | CommandId::Quit | CommandId::Columns)) => {
            model.overlay = None;
            return Vec::new();
        }
        (_, Some(CommandId::Help)) => return actions::perform(model, CommandId::Help),
        _ => return actions::means_nothing_here(model, key),
    };
    if let Some(Overlay::Columns(chooser)) = &mut model.overlay {
        chooser.cursor = place;
    }
    Vec::new()
}

fn picks<Id: Offered>(chosen: &Chosen<Id>) -> usize {
    chosen.picks().len()
}

fn shift(model: &mut Model, of: Pane, place: usize, down: bool) -> usize {
    match of {
        Pane::Sources => model.columns.sources.shift(place, down),
        Pane::Schemas | Pane::Details => model.columns.tables.shift(place, down),
    }
}

fn toggle(model: &mut Model, of: Pane, place: usize) -> Vec<Effect> {
    let can = match of {
        Pane::Sources => model.columns.sources.toggle(place),
        Pane::Schemas | Pane::Details => model.columns.tables.toggle(place),
    };
    if can {
        return Vec::new();
    }
    notice(model, Tone::Note, "The state and the name are always shown.".to_owned())
}

fn reset(model: &mut Model, of: Pane) -> Vec<Effect> {
    match of {
        Pane::Sources => model.columns.sources = model.settings.setup.columns.sources.clone(),
        Pane::Schemas | Pane::Details => model.columns.tables = model.settings.setup.columns.tables.clone(),
    }
    notice(model, Tone::Note, "The columns are as they were at the start.".to_owned())
}

/// Makes a column wider or narrower than it is on the screen.
fn resize(model: &mut Model, of: Pane, place: usize, by: i16) -> Vec<Effect> {
    let room = model.layout().map_or(0, |layout| layout.pane(of).inside().width);
    let refused = match of {
        Pane::Sources => {
            let shown = model.source_columns(room);
            resized(&mut model.columns.sources, place, by, &shown)
        }
        Pane::Schemas | Pane::Details => {
            let shown = model.schema_columns(room);
            resized(&mut model.columns.tables, place, by, &shown)
        }
    };
    refused.map_or_else(Vec::new, |reason| notice(model, Tone::Note, reason.to_owned()))
}

/// Gives a column another width, or says why not.
fn resized<Id: Offered>(
    chosen: &mut Chosen<Id>,
    place: usize,
    by: i16,
    shown: &[(Column<Id>, u16)],
) -> Option<&'static str> {
    let pick = chosen.picks().get(place)?;
    if !pick.shown {
        return Some(HIDDEN);
    }
    let Some((_, width)) = shown.iter().find(|(column, _)| column.id == pick.id) else {
        let chosen_width = pick.width.filter(|_| by < 0)?;
        chosen.resize(place, chosen_width.saturating_add_signed(by));
        return None;
    };
    let wanted = width.saturating_add_signed(by);
    if wanted < LEAST {
        return Some("Narrower than this, nothing of it would be seen; space hides it.");
    }
    chosen.resize(place, wanted);
    None
}

fn sort(model: &mut Model, of: Pane, place: usize) -> Vec<Effect> {
    let pick = match of {
        Pane::Sources => model.columns.sources.picks().get(place).map(|pick| (pick.shown, pick.id.number())),
        Pane::Schemas | Pane::Details => {
            model.columns.tables.picks().get(place).map(|pick| (pick.shown, pick.id.number()))
        }
    };
    match pick {
        Some((_, None)) => notice(model, Tone::Note, NOT_SORTED.to_owned()),
        // An order without a visible reason looks like none.
        Some((false, _)) => notice(model, Tone::Note, HIDDEN.to_owned()),
        Some((true, Some(column))) => sorting::cycle(model, column),
        None => Vec::new(),
    }
}

/// A column has to be seen before anything is done with it.
const HIDDEN: &str = "This column is hidden; space shows it.";

/// Why some columns sort nothing.
pub(super) const NOT_SORTED: &str = "Nothing is sorted by this column: it shows what is known of some rows only.";
