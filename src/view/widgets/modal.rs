//! A box over the screen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use super::pane;
use crate::view::theme::Theme;

/// Clears a box of this size in the middle, frames it, and answers with the area inside.
pub(in crate::view) fn open(title: &str, width: u16, height: u16, theme: &Theme, frame: &mut Frame) -> Rect {
    placed(title, (width, height), Place::Middle, theme, frame)
}

/// How many lines stay in sight above a box at the bottom: a frame, titles and two rows.
const ABOVE: u16 = 4;

/// The same at the bottom, so that what it is about stays in sight above.
pub(in crate::view) fn open_below(title: &str, width: u16, height: u16, theme: &Theme, frame: &mut Frame) -> Rect {
    placed(title, (width, height), Place::Bottom, theme, frame)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Middle,
    Bottom,
}

fn placed(title: &str, (width, height): (u16, u16), place: Place, theme: &Theme, frame: &mut Frame) -> Rect {
    // Header, notice and hints stay in sight.
    let whole = frame.area();
    let screen = Rect { y: whole.y + 1, height: whole.height.saturating_sub(3), ..whole };
    // Nothing beside it is read aloud.
    let (width, height) = if theme.plain { (u16::MAX, u16::MAX) } else { (width, height) };
    // What fills the screen covers the frames beneath; a box shows that there is something beneath.
    let width = if width == u16::MAX { screen.width } else { width.min(screen.width.saturating_sub(2)) };
    let height = match place {
        // The frame of what lies beneath closes below it.
        Place::Bottom if !theme.plain => height.min(screen.height.saturating_sub(ABOVE + 1)),
        _ => height.min(screen.height),
    };
    let below = screen.height - height;
    let y = screen.y + if place == Place::Bottom { below.saturating_sub(1) } else { below / 2 };
    let area = Rect { x: screen.x + (screen.width - width) / 2, y, width, height };
    Clear.render(area, frame.buffer_mut());
    let inside = pane(Line::from(format!(" {title} ")), true, theme, area, frame.buffer_mut());
    // One cell of air on both sides.
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}

/// Width inside a box of this width.
pub(in crate::view) fn inner_width(width: u16, screen: Rect) -> usize {
    usize::from(width.min(screen.width.saturating_sub(2)).saturating_sub(4))
}
