//! Wide characters take two cells, and terminals differ in what becomes of one half when only the other is written: some
//! blank it, some keep it and shift the rest of the line. So neither half is ever left to itself.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};
use unicode_width::UnicodeWidthStr as _;

/// Where wide characters begin, as line and column, in the order of reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wide(Vec<(u16, u16)>);

impl Wide {
    /// Those of a buffer. One that something else was drawn over by half is no character any more: a blank takes its
    /// place.
    pub(super) fn of(buffer: &mut Buffer) -> Self {
        let area = buffer.area;
        let columns = usize::from(area.width).max(1);
        let mut begins = Vec::new();
        for (line, y) in buffer.content.chunks_mut(columns).zip(area.y..) {
            let mut column = 0;
            while let Some([cell, behind @ ..]) = line.get_mut(column..) {
                column += 1;
                if !is_wide_cell(cell) {
                    continue;
                }
                if behind.first().is_some_and(|half| half.symbol() == " ") {
                    let x = u16::try_from(column - 1).map_or(u16::MAX, |column| area.x.saturating_add(column));
                    begins.push((y, x));
                    column += 1;
                } else {
                    cell.set_symbol(" ");
                }
            }
        }
        Self(begins)
    }

    /// Whether these columns of a line can be erased without leaving half of one.
    pub(super) fn spares(&self, y: u16, columns: &Range<u16>) -> bool {
        let begins_at = |x: Option<u16>| x.is_some_and(|x| self.0.binary_search(&(y, x)).is_ok());
        !begins_at(columns.start.checked_sub(1)) && !begins_at(columns.end.checked_sub(1))
    }

    /// The second halves, as column and line, of those that are gone now: they are to be written even where they look the
    /// same.
    pub(super) fn halves_left(&self, now: &Self) -> Vec<(u16, u16)> {
        let gone = self.0.iter().filter(|begin| now.0.binary_search(begin).is_err());
        gone.map(|(y, x)| (x.saturating_add(1), *y)).collect()
    }
}

/// Whether this cell holds a wide character; its second half does not.
pub(super) fn is_wide(buffer: &Buffer, x: u16, y: u16) -> bool {
    buffer.cell((x, y)).is_some_and(is_wide_cell)
}

fn is_wide_cell(cell: &Cell) -> bool {
    // None is written in fewer bytes, and every cell of every frame is asked.
    cell.symbol().len() > 2 && cell.symbol().width() > 1
}

#[cfg(test)]
mod tests;
