//! A table of which only the visible rows are built.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::model::columns::Column;
use crate::view::text::{cut, fit, width};
use crate::view::theme::{Role, Theme};
use crate::view::widgets::put::{put_fit, put_line};

/// A cell.
pub(in crate::view) struct Cell {
    /// Its text.
    pub text: String,
    /// Its style, where it differs from that of the row.
    pub style: Style,
}

/// What is in a cell.
pub(in crate::view) enum Content {
    /// A text in one style.
    Text(Cell),
    /// A picture, and what it shows in words.
    Drawn(Vec<Span<'static>>, String),
}

impl Content {
    fn words(&self) -> &str {
        match self {
            Self::Text(cell) => &cell.text,
            Self::Drawn(_, words) => words,
        }
    }
}

impl From<Cell> for Content {
    fn from(cell: Cell) -> Self {
        Self::Text(cell)
    }
}

/// How a row is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::view) enum Mark {
    /// Not at all.
    None,
    /// The cursor is on it.
    Cursor,
    /// It is selected, but another pane has the focus.
    Selected,
}

/// Draws column titles; those that are sorted by carry their direction, and their number where they are several.
pub(in crate::view) fn titles<Id: Copy + PartialEq>(
    columns: &[(Column<Id>, u16)],
    sorted: &[(Id, bool)],
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    if theme.plain {
        // Every value names its column.
        return;
    }
    let mut x = area.x;
    for (column, cells) in columns {
        let sign = sorted.iter().position(|(id, _)| *id == column.id).map_or_else(String::new, |place| {
            let number = if sorted.len() > 1 { (place + 1).to_string() } else { String::new() };
            format!("{number}{}", arrow(sorted[place].1, theme))
        });
        let cells = usize::from(*cells);
        // Rather the title is cut than the sign.
        let title = cut(column.title, cells.saturating_sub(width(&sign)), theme.ellipsis());
        let text = fit(&format!("{title}{sign}"), cells, theme.ellipsis(), column.right);
        buffer.set_stringn(x, area.y, text, cells, theme.style(Role::Faint));
        x = x.saturating_add(u16::try_from(cells).unwrap_or(u16::MAX).saturating_add(1));
    }
}

/// The sign of an order.
pub(in crate::view) fn arrow(reversed: bool, theme: &Theme) -> &'static str {
    match (reversed, theme.ascii) {
        (false, false) => "↓",
        (true, false) => "↑",
        (false, true) => "v",
        (true, true) => "^",
    }
}

/// Draws one row.
pub(in crate::view) fn row<Id>(
    columns: &[(Column<Id>, u16)],
    cells: impl IntoIterator<Item = impl Into<Content>>,
    mark: Mark,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let whole = match mark {
        Mark::None => Style::new(),
        Mark::Cursor => theme.style(Role::Selected),
        Mark::Selected => theme.style(Role::SelectedUnfocused),
    };
    if theme.plain {
        return spoken(columns, cells, mark, theme, area, buffer);
    }
    let mut x = area.x;
    for ((column, width), cell) in columns.iter().zip(cells) {
        match cell.into() {
            Content::Text(cell) => {
                put_fit(buffer, (x, area.y), &cell.text, *width, theme.ellipsis(), column.right, cell.style);
            }
            Content::Drawn(spans, _) => {
                put_line(buffer, x, area.y, &Line::from(spans), *width);
            }
        }
        x = x.saturating_add(*width + 1);
    }
    if mark != Mark::None {
        buffer.set_style(Rect { height: 1, ..area }, whole);
    }
}

/// What a row at the cursor begins with where rows are read aloud.
pub(in crate::view) const HERE: &str = "> ";

/// Draws one row as `field: value, field: value`.
fn spoken<Id>(
    columns: &[(Column<Id>, u16)],
    cells: impl IntoIterator<Item = impl Into<Content>>,
    mark: Mark,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mut values: Vec<(u8, String)> = Vec::new();
    for ((column, _), cell) in columns.iter().zip(cells) {
        let cell = cell.into();
        let text = cell.words().trim().trim_start_matches("- ");
        if !text.is_empty() {
            values.push((column.worth, format!("{}: {text}", column.title)));
        }
    }
    // What matters is said first, before the line ends.
    values.sort_by_key(|(worth, _)| std::cmp::Reverse(*worth));
    let values: Vec<String> = values.into_iter().map(|(_, value)| value).collect();
    let lead = if mark == Mark::None { "  " } else { HERE };
    let line = cut(&format!("{lead}{}", values.join(", ")), usize::from(area.width), theme.ellipsis());
    let style = if mark == Mark::Cursor { theme.style(Role::Selected) } else { Style::new() };
    buffer.set_stringn(area.x, area.y, line, usize::from(area.width), style);
}
