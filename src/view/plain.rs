//! The last touches where the screen is read aloud: no rules, and the cursor where the eye would be.

use ratatui::Frame;
use ratatui::layout::Position;
use ratatui::style::Modifier;

use super::widgets::table::HERE;

/// Blanks what only draws lines, and puts the terminal's cursor on the selected row: readers follow it.
pub(super) fn finish(frame: &mut Frame) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    let mut here = None;
    let mut marked = None;
    for y in area.y..area.bottom() {
        let line: String = (area.x..area.right()).map(|x| buffer[(x, y)].symbol()).collect();
        let begins = line.trim_start();
        if begins.starts_with(HERE) && here.is_none() {
            let x = line.chars().count() - begins.chars().count();
            here = Some(Position { x: area.x.saturating_add(u16::try_from(x).unwrap_or(0)), y });
        }
        // Menus mark their choice by style alone; the first line has badges of the same style.
        let styled = (area.x..area.right()).filter(|x| buffer[(*x, y)].modifier.contains(Modifier::REVERSED)).count();
        if marked.is_none() && y > area.y && styled > usize::from(area.width) / 3 {
            marked = Some(Position { x: area.x.saturating_add(2), y });
        }
        for x in area.x..area.right() {
            if matches!(buffer[(x, y)].symbol(), "─" | "│" | "╭" | "╮" | "╰" | "╯" | "┌" | "┐" | "└" | "┘")
            {
                buffer[(x, y)].set_symbol(" ");
            }
        }
    }
    if let Some(here) = here.or(marked) {
        frame.set_cursor_position(here);
    }
}
