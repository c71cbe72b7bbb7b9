//! The action palette.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::{lines, modal};
use crate::app::commands::{Availability, Danger, command};
use crate::app::model::Model;
use crate::app::model::overlay::{Entry, Palette};
use crate::app::model::selection::Selected;

/// Lines for what is written out of the selected entry.
const WRITTEN_OUT: usize = 2;

/// What an entry says: what it does, or why it cannot be used.
fn words(entry: &Entry) -> &str {
    match &entry.availability {
        Availability::Unavailable(reason) => reason,
        Availability::Available | Availability::Hidden => command(entry.id).sentence,
    }
}

/// Draws it.
pub(super) fn draw(model: &Model, palette: &Palette, theme: &Theme, frame: &mut Frame) {
    let subject = match model.selected() {
        Selected::Nothing => "nothing selected".to_owned(),
        Selected::Source(held) => held.title().shown().into_owned(),
        Selected::Schema(held, schema, _) => {
            format!("{} / {}", held.title().shown(), schema.title().shown())
        }
    };
    let title = format!("Actions: {}", text::cut(&subject, 40, theme.ellipsis()));
    let inside = modal::open(&title, 96, 24, theme, frame);
    let buffer = frame.buffer_mut();
    let prompt = format!("> {}", palette.input.value());
    buffer.set_stringn(inside.x, inside.y, &prompt, usize::from(inside.width), theme.style(Role::Text));
    // Whatever had to be cut in the list is written out below it for the selected entry.
    let chosen = palette.entries.get(palette.cursor).map(words).unwrap_or_default();
    let written_out: Vec<Line> =
        text::wrap(chosen, usize::from(inside.width)).into_iter().take(WRITTEN_OUT).map(Line::from).collect();
    let below = u16::try_from(WRITTEN_OUT + 1).unwrap_or(0);
    let list = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1 + below), ..inside };
    lines(&written_out, 0, Rect { y: list.bottom() + 1, height: below - 1, ..inside }, buffer);
    let height = usize::from(list.height);
    let start = (palette.cursor + 1).saturating_sub(height);
    if palette.entries.is_empty() {
        buffer.set_stringn(
            list.x,
            list.y,
            "No action has such a name.",
            usize::from(list.width),
            theme.style(Role::Faint),
        );
    }
    // Whatever is pressed over is what the keys are those of.
    let pane = model.pane_surface();
    let key_of = |id| pane.map_or_else(|| model.keymap.key(id), |pane| model.keymap.key_on(pane, id));
    let widest = palette.entries.iter().map(|entry| text::width(&key_of(entry.id)) + 2).max().unwrap_or(0);
    let keys = widest.clamp(8, 16);
    for (index, entry) in palette.entries.iter().enumerate().skip(start).take(height) {
        let row = command(entry.id);
        let key = text::fit(&key_of(entry.id), keys, theme.ellipsis(), false);
        let name = text::fit(row.title, 20, theme.ellipsis(), false);
        let (style, name_style) = match &entry.availability {
            Availability::Unavailable(_) => (theme.style(Role::Faint), theme.style(Role::Faint)),
            _ if row.danger == Danger::Discards => (theme.style(Role::Text), theme.style(Role::Danger)),
            _ => (theme.style(Role::Text), theme.style(Role::Text)),
        };
        let room = usize::from(list.width).saturating_sub(keys + 22);
        let line = Line::from(vec![
            Span::styled(key, theme.style(Role::Key)),
            Span::styled(name, name_style),
            Span::raw("  "),
            Span::styled(text::cut(words(entry), room, theme.ellipsis()), style),
        ]);
        let y = list.y + u16::try_from(index - start).unwrap_or(0);
        buffer.set_line(list.x, y, &line, list.width);
        if index == palette.cursor {
            buffer.set_style(Rect { y, height: 1, ..list }, theme.style(Role::Selected));
        }
    }
    let x = inside.x + 2 + u16::try_from(palette.input.visual_cursor()).unwrap_or(0);
    frame.set_cursor_position((x.min(inside.right().saturating_sub(1)), inside.y));
}
