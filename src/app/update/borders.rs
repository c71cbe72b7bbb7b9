//! Borders between panes: dragged with the mouse, moved by keys.

use jiff::SignedDuration;

use super::{moves, notice};
use crate::app::commands::CommandId;
use crate::app::effect::Effect;
use crate::app::layout::{Border, Layout, Pane, Panes, Split};
use crate::app::message::{Mouse, MouseAct};
use crate::app::model::Model;
use crate::warehouse::recovery::follow::Tone;

/// How many columns a key is worth.
const STEP: i32 = 4;

/// Two presses within this time are a double click.
const DOUBLE: SignedDuration = SignedDuration::from_millis(500);

/// The mouse was used: a border is taken, dragged, let go, or by a double click put back. Says whether that was all.
pub(super) fn used(model: &mut Model, layout: &Layout, mouse: Mouse) -> bool {
    match mouse.act {
        MouseAct::Click => {
            model.dragged = None;
            let Some((border, at)) = layout.border_at(mouse.column, mouse.row) else {
                model.pressed = None;
                return false;
            };
            let before = model.pressed.replace((border, model.now));
            if before.is_some_and(|(other, then)| other == border && model.now.duration_since(then) <= DOUBLE) {
                model.pressed = None;
                divide(model, Split::default());
            } else {
                model.dragged = Some((border, at - mouse.column));
            }
            true
        }
        MouseAct::Drag => {
            if let Some((border, distance)) = model.dragged {
                let column = mouse.column.saturating_add(distance);
                let split = model.split.moved(model.size.width, border, column);
                // Whoever drags does not click twice.
                if split != model.split {
                    model.pressed = None;
                }
                divide(model, split);
            }
            true
        }
        MouseAct::Release => {
            model.dragged = None;
            true
        }
        MouseAct::WheelDown | MouseAct::WheelUp => false,
    }
}

fn divide(model: &mut Model, split: Split) {
    model.split = split;
    moves::settle(model);
}

/// Does a command of the borders.
pub(super) fn perform(model: &mut Model, id: CommandId) -> Vec<Effect> {
    match id {
        CommandId::WiderPane => widen(model, 1),
        CommandId::NarrowerPane => widen(model, -1),
        _ => reset(model),
    }
}

/// Makes the focused pane wider, or narrower.
fn widen(model: &mut Model, sign: i32) -> Vec<Effect> {
    if let Some(answer) = alone(model) {
        return answer;
    }
    let Some(layout) = model.layout() else { return Vec::new() };
    // The details grow to the left.
    let (border, by) = match model.focus {
        Pane::Sources => (Border::Left, sign * STEP),
        Pane::Schemas => (Border::Right, sign * STEP),
        Pane::Details => (Border::Right, -sign * STEP),
    };
    let column = i32::from(layout.border(border)) + by;
    let split = model.split.moved(model.size.width, border, u16::try_from(column).unwrap_or(0));
    let same = Layout::new(model.size, model.focus, split).map(|after| after.border(border));
    if same == Some(layout.border(border)) {
        let text = if sign > 0 { "There is no room to make it wider." } else { "It cannot be narrower." };
        return notice(model, Tone::Note, text.to_owned());
    }
    divide(model, split);
    Vec::new()
}

/// Gives the panes their first widths again.
fn reset(model: &mut Model) -> Vec<Effect> {
    if let Some(answer) = alone(model) {
        return answer;
    }
    if model.split == Split::default() {
        return notice(model, Tone::Note, "The panes have the widths they had at first.".to_owned());
    }
    divide(model, Split::default());
    Vec::new()
}

/// A pane that is shown alone has no border to move.
fn alone(model: &mut Model) -> Option<Vec<Effect>> {
    let text = match model.panes {
        Panes::AsManyAsFit => return None,
        Panes::Zoomed => {
            format!("The pane is shown alone; {} shows all of them again.", model.keymap.key(CommandId::Zoom))
        }
        Panes::ReadAloud => "One pane is shown at a time here.".to_owned(),
    };
    Some(notice(model, Tone::Note, text))
}
