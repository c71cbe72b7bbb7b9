//! What the mouse does: rows are selected, and opened when they are clicked again; titles sort; the wheel scrolls;
//! borders between panes are dragged.

use super::{actions, borders, columns, moves, notice, sequences, sorting};
use crate::app::commands::CommandId;
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::layout::{Area, Layout, Pane};
use crate::app::message::{Mouse, MouseAct};
use crate::app::model::columns::{Column, Offered};
use crate::app::model::{Model, Pointer, Screen};
use crate::warehouse::recovery::follow::Tone;

/// How many rows a turn of the wheel is worth.
const TURN: usize = 3;

/// The mouse was used.
pub(super) fn used(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    model.presses.drop_begun();
    if model.guard.is_some() || model.unlogged.asks() || model.screen != Screen::Main {
        return Vec::new();
    }
    if model.overlay.is_some() {
        return in_overlay(model, mouse.act);
    }
    let Some(layout) = model.layout() else { return Vec::new() };
    if borders::used(model, &layout, mouse) {
        return Vec::new();
    }
    let Some(pane) = layout.pane_at(mouse.column, mouse.row) else { return Vec::new() };
    let rows = layout.rows(pane);
    let height = usize::from(rows.height);
    match mouse.act {
        MouseAct::Click if rows.contains(mouse.column, mouse.row) => {
            clicked_row(model, pane, usize::from(mouse.row - rows.y), height)
        }
        MouseAct::Click => {
            let mut effects = moves::focus(model, pane);
            effects.extend(clicked_title(model, &layout, pane, mouse));
            effects
        }
        MouseAct::WheelDown => moves::scroll(model, pane, 3, height),
        MouseAct::WheelUp => moves::scroll(model, pane, -3, height),
        MouseAct::Drag | MouseAct::Release => Vec::new(),
    }
}

/// The wheel does what the arrows do; a click does nothing, so that nothing is answered by accident.
fn in_overlay(model: &mut Model, act: MouseAct) -> Vec<Effect> {
    let code = match act {
        MouseAct::Click | MouseAct::Drag | MouseAct::Release => return Vec::new(),
        MouseAct::WheelDown => Code::Down,
        MouseAct::WheelUp => Code::Up,
    };
    let effects = (0..TURN).flat_map(|_| sequences::pressed(model, Key::plain(code))).collect();
    model.presses.drop_begun();
    effects
}

/// Selects a row; the selected one is opened.
fn clicked_row(model: &mut Model, pane: Pane, line: usize, height: usize) -> Vec<Effect> {
    let again = model.focus == pane;
    let mut effects = moves::focus(model, pane);
    let (row, cursor) = match pane {
        Pane::Sources => (model.sources.row_at(line, height), model.sources.cursor()),
        Pane::Schemas => (model.schemas.row_at(line, height), model.schemas.cursor()),
        Pane::Details => return effects,
    };
    let Some(row) = row else { return effects };
    if again && row == cursor {
        return actions::perform(model, CommandId::Open);
    }
    if pane == Pane::Sources {
        effects.extend(moves::select_source(model, |model| model.sources.go(row)));
    } else {
        effects.extend(moves::select_schema(model, |model| model.schemas.go(row)));
    }
    effects
}

/// Sorts by the column whose title was clicked; the sorted one is turned around.
fn clicked_title(model: &mut Model, layout: &Layout, pane: Pane, mouse: Mouse) -> Vec<Effect> {
    let inside = layout.pane(pane).inside();
    if mouse.row != inside.y || !inside.contains(mouse.column, mouse.row) {
        return Vec::new();
    }
    let column = match pane {
        Pane::Sources => hit(&model.source_columns(inside.width), inside, mouse.column).map(Offered::number),
        Pane::Schemas => hit(&model.schema_columns(inside.width), inside, mouse.column).map(Offered::number),
        Pane::Details => None,
    };
    match column {
        Some(Some(column)) => sorting::by(model, column),
        Some(None) => notice(model, Tone::Note, columns::NOT_SORTED.to_owned()),
        None => Vec::new(),
    }
}

/// The column at a place; columns stand one cell apart.
fn hit<Id: Copy>(columns: &[(Column<Id>, u16)], inside: Area, at: u16) -> Option<Id> {
    let mut left = inside.x;
    columns.iter().find_map(|(column, width)| {
        let here = (left..=left.saturating_add(*width)).contains(&at);
        left = left.saturating_add(width + 1);
        here.then_some(column.id)
    })
}

/// Gives the mouse to the terminal, for selecting text, or takes it again.
pub(super) fn give_or_take(model: &mut Model) -> Vec<Effect> {
    let key = model.keymap.key(CommandId::GiveMouse);
    let (next, text) = match model.mouse {
        Pointer::Ours => {
            (Pointer::Terminals, format!("The mouse is the terminal's, to select text with; {key} takes it again."))
        }
        Pointer::Terminals => (Pointer::Ours, "The mouse selects, sorts and scrolls here again.".to_owned()),
    };
    model.mouse = next;
    let mut effects = notice(model, Tone::Note, text);
    effects.push(Effect::Mouse(next == Pointer::Ours));
    effects
}
