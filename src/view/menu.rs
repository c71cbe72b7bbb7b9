//! A small menu over the screen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::modal;
use crate::app::model::menu::{Choice, Deed, Menu};

const TITLE: usize = 22;

/// What a choice would do: the first line of the text, or the address; or why it cannot be chosen.
fn words(choice: &Choice) -> String {
    match &choice.deed {
        Ok(Deed::Copy { text, .. }) => {
            let mut lines = text.lines().filter(|line| !line.trim().is_empty());
            let first = lines.next().unwrap_or_default().to_owned();
            match lines.count() {
                0 => first,
                more => format!("{first} (and {})", crate::warehouse::words::counted(more, "more line")),
            }
        }
        Ok(Deed::Browse(address)) => address.clone(),
        Err(reason) => (*reason).to_owned(),
    }
}

/// The same in so many cells. Addresses differ at their end.
fn fitted(choice: &Choice, room: usize, theme: &Theme) -> String {
    let words = words(choice);
    let over = text::width(&words).saturating_sub(room);
    match &choice.deed {
        Ok(Deed::Browse(_)) if over > 0 => {
            format!("{}{}", theme.ellipsis(), words.chars().skip(over + 1).collect::<String>())
        }
        _ => text::cut(&words, room, theme.ellipsis()),
    }
}

/// Draws it.
pub(super) fn draw(menu: &Menu, theme: &Theme, frame: &mut Frame) {
    let height = u16::try_from(menu.choices.len().max(1)).unwrap_or(u16::MAX).saturating_add(2);
    let title = text::cut(&menu.title, usize::from(frame.area().width.saturating_sub(16)), theme.ellipsis());
    let inside = modal::open(&title, 100, height, theme, frame);
    let buffer = frame.buffer_mut();
    for (index, (choice, y)) in menu.choices.iter().zip(inside.y..inside.bottom()).enumerate() {
        let style = theme.style(if choice.deed.is_ok() { Role::Text } else { Role::Faint });
        let room = usize::from(inside.width).saturating_sub(TITLE + 5);
        let line = Line::from(vec![
            Span::styled(format!("{}  ", choice.letter), theme.style(Role::Key)),
            Span::styled(text::fit(choice.title, TITLE, theme.ellipsis(), false), style),
            Span::raw("  "),
            Span::styled(fitted(choice, room, theme), theme.style(Role::Faint)),
        ]);
        buffer.set_line(inside.x, y, &line, inside.width);
        if index == menu.cursor {
            buffer.set_style(Rect { y, height: 1, ..inside }, theme.style(Role::Selected));
        }
    }
}
