//! Pieces that several screens are made of.

pub(super) mod modal;
pub(super) mod prose;
pub(super) mod put;
pub(super) mod table;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Widget};

use super::theme::{Role, Theme};
pub(super) use prose::with_keys;

/// A frame with a title; answers with the area inside.
pub(super) fn pane(title: Line<'_>, focused: bool, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Rect {
    let style = theme.style(if focused { Role::BorderFocused } else { Role::Border });
    let block = Block::bordered().border_set(theme.borders()).border_style(style).title_top(title);
    let inside = block.inner(area);
    block.render(area, buffer);
    inside
}

/// Draws lines from this one on, as many as fit.
pub(super) fn lines(lines: &[Line<'_>], start: usize, area: Rect, buffer: &mut Buffer) {
    for (line, row) in lines.iter().skip(start).zip(area.y..area.bottom()) {
        put::put_line(buffer, area.x, row, line, area.width);
    }
}

/// The first line to show so that the last page is full.
pub(super) fn bounded_scroll(scroll: usize, lines: usize, height: u16) -> usize {
    scroll.min(lines.saturating_sub(usize::from(height)))
}
