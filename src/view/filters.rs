//! The list of filters that have a name.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::{modal, with_keys};
use crate::app::commands::CommandId;
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::filters::Filters;
use crate::app::model::table::Filter;

const WIDTH: u16 = 100;

/// Draws it.
pub(super) fn draw(model: &Model, list: &Filters, theme: &Theme, frame: &mut Frame) {
    let entries: Vec<_> = model.named_filters().collect();
    let width = modal::inner_width(WIDTH, frame.area());
    let what = if list.pane == Pane::Sources { "sources" } else { "tables" };
    let used = match model.filter_of(list.pane) {
        "" => format!("The {what} are not filtered now."),
        filter => format!("The {what} are filtered by {filter}"),
    };
    let below = below(list, width, theme);
    let listed = entries.len().max(empty(model, width, theme).len());
    let height = u16::try_from(listed + below.len() + 5).unwrap_or(u16::MAX);
    let inside = modal::open("Filters", WIDTH, height, theme, frame);
    let buffer = frame.buffer_mut();
    buffer.set_stringn(
        inside.x,
        inside.y,
        text::cut(&used, width, theme.ellipsis()),
        usize::from(inside.width),
        theme.style(Role::Faint),
    );
    let foot = u16::try_from(below.len()).unwrap_or(0);
    let room = Rect { y: inside.y + 2, height: inside.height.saturating_sub(3 + foot).max(1), ..inside };
    if entries.is_empty() {
        super::widgets::lines(&empty(model, width, theme), 0, room, buffer);
    }
    let most = usize::from(room.height);
    let start = (list.cursor + 1).saturating_sub(most);
    let names = entries.iter().map(|named| text::width(&named.saved.name)).max().unwrap_or(0).clamp(8, width / 3);
    for ((index, named), y) in entries.iter().enumerate().skip(start).zip(room.y..room.bottom()) {
        let number = if index < 9 { format!("{}  ", index + 1) } else { "   ".to_owned() };
        let mark = if named.settled { "  config.toml" } else { "" };
        let left = width.saturating_sub(3 + names + 2 + text::width(mark));
        let line = Line::from(vec![
            Span::styled(number, theme.style(Role::Key)),
            Span::styled(text::fit(&named.saved.name, names, theme.ellipsis(), false), theme.style(Role::Text)),
            Span::raw("  "),
            Span::styled(text::fit(&named.saved.filter, left, theme.ellipsis(), false), theme.style(Role::Faint)),
            Span::styled(mark, theme.style(Role::Idle)),
        ]);
        buffer.set_line(room.x, y, &line, room.width);
        if index == list.cursor {
            buffer.set_style(Rect { y, height: 1, ..room }, theme.style(Role::Selected));
        }
    }
    let foot = Rect { y: room.bottom() + 1, height: inside.bottom().saturating_sub(room.bottom() + 1), ..inside };
    super::widgets::lines(&below, 0, foot, buffer);
    if let Some(asking) = &list.asking {
        let typed = usize::from(inside.width).min(NAME.len() + asking.input.visual_cursor());
        let x = inside.x + u16::try_from(typed).unwrap_or(0);
        frame.set_cursor_position((x.min(inside.right().saturating_sub(1)), foot.y));
    }
}

const NAME: &str = "Name: ";

/// A filter in the title of a pane that is so wide, and in which cell of it the cursor stands. What is too long is shown
/// around the cursor.
pub(super) fn typed(filter: &Filter, width: u16, theme: &Theme) -> (String, usize) {
    let (value, cursor) = (filter.input.value(), filter.input.visual_cursor());
    // The frame, the beginning of the title, the slash and a blank.
    let room = usize::from(width).saturating_sub(9).max(4);
    if text::width(value) <= room {
        return (format!("/{value} "), 1 + cursor);
    }
    // As in a list, the end is kept in sight where the cursor is not.
    let cursor = if filter.editing { cursor } else { text::width(value) };
    let ellipsis = theme.ellipsis();
    let over = (cursor + 1).saturating_sub(room);
    let skipped = if over == 0 { 0 } else { over + text::width(ellipsis) };
    let (mut left, mut from) = (skipped, 0);
    for (place, symbol) in value.char_indices() {
        if left == 0 {
            break;
        }
        left = left.saturating_sub(text::width(symbol.encode_utf8(&mut [0; 4])));
        from = place + symbol.len_utf8();
    }
    let dots = if over == 0 { "" } else { ellipsis };
    let shown = text::cut(&value[from..], room - text::width(dots), ellipsis);
    let before = text::width(value).saturating_sub(text::width(&value[from..]));
    (format!("/{dots}{shown} "), 1 + text::width(dots) + cursor.saturating_sub(before))
}

/// The line that is typed, and what was said.
fn below<'a>(list: &Filters, width: usize, theme: &Theme) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    if let Some(asking) = &list.asking {
        lines.push(Line::from(vec![
            Span::styled(NAME, theme.style(Role::Key)),
            Span::styled(asking.input.value().to_owned(), theme.style(Role::Text)),
        ]));
    }
    let (said, role) = match &list.said {
        Some(Ok(said)) => (said.as_str(), Role::Well),
        Some(Err(said)) => (said.as_str(), Role::Doubtful),
        None => ("", Role::Text),
    };
    lines.extend(text::wrap(said, width).into_iter().map(|line| Line::styled(line, theme.style(role))));
    if lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

/// What is said where there are none.
fn empty<'a>(model: &Model, width: usize, theme: &Theme) -> Vec<Line<'a>> {
    if model.named_filters().next().is_some() {
        return Vec::new();
    }
    let key = model.keymap.key(CommandId::Filter);
    let text = format!(
        "No filter has a name yet. `{key}` in a table begins a filter, such as state:failed type:postgres; `s` in this \
         list then saves it under a name. Others stand in the file of settings, under [filters]."
    );
    let style = theme.style(Role::Text);
    text::wrap(&text, width).iter().map(|line| with_keys(line, style, theme)).collect()
}
