//! What can be clicked on besides rows and titles: keys that stand on the screen, and the buttons of a question.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::theme::{Role, Theme};
use crate::app::key::{Code, Key};
use crate::app::model::overlay::{Confirm, Overlay};
use crate::app::model::{Model, Screen};

/// How the line of buttons begins.
const FIRST: &str = "[ No, keep it (n) ]";

/// The key that a click at this cell stands for; `None` where it stands for none.
#[must_use]
pub fn key_at(model: &Model, theme: &Theme, column: u16, row: u16) -> Option<Key> {
    let asked = model.guard.is_some() || model.unlogged.asks() || model.screen != Screen::Main;
    if asked || column >= model.size.width || row >= model.size.height {
        return None;
    }
    // Beside panes, only the line of hints is made of keys.
    if model.overlay.is_none() && row + 1 != model.size.height {
        return None;
    }
    let mut terminal = Terminal::new(TestBackend::new(model.size.width, model.size.height)).ok()?;
    let drawn = terminal.draw(|frame| super::draw(model, theme, frame)).ok()?;
    match &model.overlay {
        Some(Overlay::Confirm(confirm)) => button(confirm, drawn.buffer, column, row),
        _ => label(theme, drawn.buffer, column, row),
    }
}

/// The key whose name stands here.
fn label(theme: &Theme, buffer: &Buffer, column: u16, row: u16) -> Option<Key> {
    let plain = theme.style(Role::Key);
    let chosen = plain.patch(theme.style(Role::Selected));
    let is_key = |x: u16| {
        let cell = &buffer[(x, row)];
        cell.symbol() != " "
            && [plain, chosen].iter().any(|style| {
                cell.modifier == style.add_modifier && Some(cell.fg) == style.fg.or(Some(ratatui::style::Color::Reset))
            })
    };
    // Of the line of hints, the words beside a key belong to its button.
    let column = if row + 1 == buffer.area.height { beside(buffer, column, row, is_key)? } else { column };
    if !is_key(column) {
        return None;
    }
    let start = (0..column).rev().take_while(|x| is_key(*x)).last().unwrap_or(column);
    let name: String =
        (start..buffer.area.width).take_while(|x| is_key(*x)).map(|x| buffer[(x, row)].symbol()).collect();
    Key::parse(&name)
}

/// The end of the key that these words stand beside: its own place where it is a key. Hints stand two cells apart.
fn beside(buffer: &Buffer, column: u16, row: u16, is_key: impl Fn(u16) -> bool) -> Option<u16> {
    let is_blank = |x: u16| x >= buffer.area.width || buffer[(x, row)].symbol() == " ";
    let mut words = (0..=column).rev().take_while(|x| !(is_blank(*x) && is_blank(x + 1)));
    words.find(|x| is_key(*x))
}

/// The first click on the button that goes ahead only goes there, so that nothing is lost by a slip.
fn button(confirm: &Confirm, buffer: &Buffer, column: u16, row: u16) -> Option<Key> {
    let line = |y: u16| (0..buffer.area.width).map(move |x| buffer[(x, y)].symbol()).collect::<Vec<_>>();
    // What stands above may be a name that looks like it.
    let last = (0..buffer.area.height).rev().find(|y| line(*y).concat().contains(FIRST))?;
    let cells = line(last);
    let at = usize::from(column);
    if row != last {
        return None;
    }
    let starts = cells.iter().enumerate().filter(|(_, cell)| **cell == "[").map(|(place, _)| place);
    let start = starts.take_while(|place| *place <= at).last()?;
    let end = start + cells.iter().skip(start).position(|cell| *cell == "]")?;
    if at > end {
        return None;
    }
    if cells[start..=end].concat() == FIRST {
        return Some(Key::plain(Code::Char('n')));
    }
    Some(Key::plain(if confirm.on_yes { Code::Enter } else { Code::Right }))
}
