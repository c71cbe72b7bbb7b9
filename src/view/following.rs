//! What may follow the keys that were pressed: a line in place of the hints.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use crate::app::commands::surface::Surface;
use crate::app::commands::{Availability, CommandId, command};
use crate::app::key::{Key, Sequence};
use crate::app::model::Model;

/// What is said of a key that several others may follow.
const MORE: &str = "more keys";

/// Draws it, if something was begun. What can be used now comes first, the most worthy before the rest; whatever does not
/// fit is left out, and that something was is said.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame) -> bool {
    let Some((surface, begun)) = model.presses.begun() else { return false };
    let mut hints = following(model, surface, begun);
    hints.push(("esc".to_owned(), "give up"));
    let begun = Sequence::of(begun).to_string();
    let ellipsis = theme.ellipsis();
    let mut room = usize::from(area.width).saturating_sub(1 + text::width(&begun) + 1 + text::width(ellipsis) + 2);
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(begun, theme.style(Role::Heading)),
        Span::styled(format!(" {ellipsis}  "), theme.style(Role::Faint)),
    ];
    let count = hints.len();
    for (index, (key, title)) in hints.into_iter().enumerate() {
        let width = text::width(&key) + 1 + text::width(title) + 2;
        // The sign that something is left out needs its place, too.
        let needed = if index + 1 == count { width - 2 } else { width + text::width(ellipsis) };
        if needed > room {
            spans.push(Span::styled(ellipsis.to_string(), theme.style(Role::Faint)));
            break;
        }
        room -= width.min(room);
        spans.push(Span::styled(key, theme.style(Role::Key)));
        spans.push(Span::styled(format!(" {title}  "), theme.style(Role::Faint)));
    }
    frame.buffer_mut().set_line(area.x, area.y, &Line::from(spans), area.width);
    true
}

/// The keys that may be next, and where they lead.
fn following(model: &Model, surface: Surface, begun: &[Key]) -> Vec<(String, &'static str)> {
    let context = model.context();
    let usable = |id: CommandId| (command(id).available)(&context) == Availability::Available;
    let mut after = model.keymap.after(surface, begun);
    after.retain(|(_, id)| surface.understands(*id));
    after.sort_by_key(|(_, id)| (!usable(*id), std::cmp::Reverse(command(*id).hint)));
    let mut hints: Vec<(String, &'static str)> = Vec::new();
    for (rest, id) in after {
        let Some(next) = rest.keys().first().map(Key::to_string) else { continue };
        let title = if rest.single().is_some() { command(id).title } else { MORE };
        if !hints.iter().any(|(key, _)| *key == next) {
            hints.push((next, title));
        }
    }
    hints
}
