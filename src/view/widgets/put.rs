//! Texts into cells. Most of them are plain ASCII, of which each byte is a cell: nothing has to be looked up, put together
//! or measured. This is most of what a frame costs.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Style;
use ratatui::text::Line;

use crate::view::text::{fit, width};

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The cells from a place to the right, so many at most.
fn cells(buffer: &mut Buffer, x: u16, y: u16, most: usize) -> &mut [Cell] {
    let area = buffer.area;
    if x < area.left() || x >= area.right() || y < area.top() || y >= area.bottom() {
        return &mut [];
    }
    let start = buffer.index_of(x, y);
    let count = usize::from(area.right() - x).min(most);
    buffer.content.get_mut(start..start + count).unwrap_or_default()
}

fn write(cells: &mut [Cell], text: &str, style: Style) {
    for (cell, byte) in cells.iter_mut().zip(text.bytes()) {
        cell.set_char(char::from(byte)).set_style(style);
    }
}

/// Writes as much of a text as so many cells hold; answers with the place behind it.
pub(in crate::view) fn put(buffer: &mut Buffer, x: u16, y: u16, text: &str, most: u16, style: Style) -> u16 {
    if !is_plain(text) {
        return buffer.set_stringn(x, y, text, usize::from(most), style).0;
    }
    let cells = cells(buffer, x, y, text.len().min(usize::from(most)));
    write(cells, text, style);
    x.saturating_add(u16::try_from(cells.len()).unwrap_or(most))
}

/// Writes a line of differently styled texts.
pub(in crate::view) fn put_line(buffer: &mut Buffer, x: u16, y: u16, line: &Line<'_>, most: u16) {
    let (mut at, end) = (x, x.saturating_add(most));
    for span in &line.spans {
        if at >= end {
            return;
        }
        at = put(buffer, at, y, &span.content, end - at, line.style.patch(span.style));
    }
}

/// Writes a text into exactly so many cells, aligned left or right; what is cut ends in the mark.
pub(in crate::view) fn put_fit(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    text: &str,
    room: u16,
    mark: &str,
    right: bool,
    style: Style,
) {
    let room = usize::from(room);
    let one_sign = is_plain(mark) || width(mark) == 1;
    if !is_plain(text) || (text.len() > room && (width(mark) > room || !one_sign)) {
        buffer.set_stringn(x, y, fit(text, room, mark, right), room, style);
        return;
    }
    let cells = cells(buffer, x, y, room);
    if text.len() <= room {
        let lead = if right { room - text.len() } else { 0 };
        for cell in cells.iter_mut() {
            cell.set_char(' ').set_style(style);
        }
        write(cells.get_mut(lead..).unwrap_or_default(), text, style);
        return;
    }
    let kept = room.saturating_sub(width(mark));
    write(cells, &text[..kept], style);
    let marks = cells.get_mut(kept..).unwrap_or_default();
    if is_plain(mark) {
        write(marks, mark, style);
    } else if let Some(cell) = marks.first_mut() {
        cell.set_symbol(mark).set_style(style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::Color;
    use ratatui::text::Span;

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[ -~]{0,20}", "[a-z …é注]{0,12}", any::<String>()]
    }

    fn buffer() -> Buffer {
        Buffer::empty(Rect::new(2, 1, 16, 3))
    }

    proptest! {
        #[test]
        fn it_is_as_if_each_was_measured(
            one in text(), other in text(), room in 0_u16..20, x in 2_u16..18, y in 1_u16..4, right: bool,
            mark in prop::sample::select(vec!["…", "~", "...", ""]),
        ) {
            let style = Style::new().fg(Color::Red);
            let (mut plain, mut usual) = (buffer(), buffer());
            let behind = put(&mut plain, x, y, &one, room, style);
            prop_assert_eq!(behind, usual.set_stringn(x, y, &one, usize::from(room), style).0);
            prop_assert_eq!(&plain, &usual);

            let line = Line::from(vec![Span::styled(one.clone(), style), Span::raw(other)]).style(Color::Blue);
            put_line(&mut plain, x, y, &line, room);
            usual.set_line(x, y, &line, room);
            prop_assert_eq!(&plain, &usual);

            put_fit(&mut plain, (x, y), &one, room, mark, right, style);
            usual.set_stringn(x, y, fit(&one, usize::from(room), mark, right), usize::from(room), style);
            prop_assert_eq!(&plain, &usual);
        }
    }
}
