//! The last touches where the screen is read aloud: no rules, and the cursor where the eye would be.

use ratatui::Frame;
use ratatui::layout::Position;

use super::widgets::table::HERE;

/// Blanks what only draws lines, and puts the terminal's cursor on the selected row: readers follow it.
pub(super) fn finish(frame: &mut Frame) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    let mut here = None;
    for y in area.y..area.bottom() {
        let line: String = (area.x..area.right()).map(|x| buffer[(x, y)].symbol()).collect();
        let begins = line.trim_start();
        if begins.starts_with(HERE) && here.is_none() {
            let x = line.chars().count() - begins.chars().count();
            here = Some(Position { x: area.x.saturating_add(u16::try_from(x).unwrap_or(0)), y });
        }
        for x in area.x..area.right() {
            if matches!(buffer[(x, y)].symbol(), "─" | "│" | "╭" | "╮" | "╰" | "╯" | "┌" | "┐" | "└" | "┘")
            {
                buffer[(x, y)].set_symbol(" ");
            }
        }
    }
    if let Some(here) = here {
        frame.set_cursor_position(here);
    }
}
