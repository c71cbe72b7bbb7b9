//! A table of which only the visible rows are built.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::view::text::fit;
use crate::view::theme::{Role, Theme};

/// A column: how wide, and how much it is worth.
#[derive(Clone, Copy, Debug)]
pub(in crate::view) struct Column<Id> {
    /// Which.
    pub id: Id,
    /// Its title.
    pub title: &'static str,
    /// Its least width.
    pub width: u16,
    /// How much of the spare room it takes, in parts.
    pub grow: u16,
    /// Aligned to the right.
    pub right: bool,
    /// The lower, the sooner it is left out.
    pub worth: u8,
}

/// A cell.
pub(in crate::view) struct Cell {
    /// Its text.
    pub text: String,
    /// Its style, where it differs from that of the row.
    pub style: Style,
}

/// The columns that fit, with their widths, in their order.
pub(in crate::view) fn fit_columns<Id: Copy>(columns: &[Column<Id>], available: u16) -> Vec<(Column<Id>, u16)> {
    let mut kept: Vec<Column<Id>> = columns.to_vec();
    let needed = |kept: &[Column<Id>]| kept.iter().map(|column| column.width + 1).sum::<u16>().saturating_sub(1);
    while needed(&kept) > available && kept.len() > 1 {
        let least = kept.iter().enumerate().min_by_key(|(_, column)| column.worth).map_or(0, |(index, _)| index);
        kept.remove(least);
    }
    let mut spare = u32::from(available.saturating_sub(needed(&kept)));
    let mut parts: u32 = kept.iter().map(|column| u32::from(column.grow)).sum();
    kept.into_iter()
        .map(|column| {
            let more = (spare * u32::from(column.grow)).checked_div(parts).unwrap_or(0);
            spare -= more;
            parts -= u32::from(column.grow);
            (column, column.width.saturating_add(u16::try_from(more).unwrap_or(u16::MAX)).min(available))
        })
        .collect()
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

/// Draws column titles; the sorted one carries its direction.
pub(in crate::view) fn titles<Id: Copy + PartialEq>(
    columns: &[(Column<Id>, u16)],
    sorted: (Id, bool),
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mut x = area.x;
    for (column, width) in columns {
        let arrow = match (column.id == sorted.0, sorted.1, theme.ascii) {
            (false, ..) => "",
            (true, false, false) => "↓",
            (true, true, false) => "↑",
            (true, false, true) => "v",
            (true, true, true) => "^",
        };
        let title = format!("{}{arrow}", column.title);
        let text = fit(&title, usize::from(*width), theme.ellipsis(), column.right);
        buffer.set_stringn(x, area.y, text, usize::from(*width), theme.style(Role::Faint));
        x = x.saturating_add(*width + 1);
    }
}

/// Draws one row.
pub(in crate::view) fn row<Id>(
    columns: &[(Column<Id>, u16)],
    cells: impl IntoIterator<Item = Cell>,
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
    let mut x = area.x;
    for ((column, width), cell) in columns.iter().zip(cells) {
        let text = fit(&cell.text, usize::from(*width), theme.ellipsis(), column.right);
        buffer.set_stringn(x, area.y, text, usize::from(*width), cell.style);
        x = x.saturating_add(*width + 1);
    }
    if mark != Mark::None {
        buffer.set_style(Rect { height: 1, ..area }, whole);
    }
}
