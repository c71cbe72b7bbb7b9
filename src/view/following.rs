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
    let begun = Sequence::of(begun).to_string();
    let ellipsis = theme.ellipsis();
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(begun, theme.style(Role::Heading)),
        Span::styled(format!(" {ellipsis}  "), theme.style(Role::Faint)),
    ];
    let hint = |key: &str, title: &str| {
        [
            Span::styled(key.to_owned(), theme.style(Role::Key)),
            Span::styled(format!(" {title}"), theme.style(Role::Faint)),
        ]
    };
    let out = hint("esc", "give up");
    let width_of = |spans: &[Span]| spans.iter().map(Span::width).sum::<usize>();
    // The way out and the sign that something is left out have their places.
    let taken = width_of(&spans) + width_of(&out) + text::width(ellipsis) + 2;
    let mut room = usize::from(area.width).saturating_sub(taken);
    for (key, title) in following(model, surface) {
        let parts = hint(&key, title);
        let width = width_of(&parts) + 2;
        if width > room {
            spans.push(Span::styled(format!("{ellipsis}  "), theme.style(Role::Faint)));
            break;
        }
        room -= width;
        spans.extend(parts);
        spans.push(Span::raw("  "));
    }
    spans.extend(out);
    frame.buffer_mut().set_line(area.x, area.y, &Line::from(spans), area.width);
    true
}

/// The keys that may be next, and where they lead. Several for one thing stand together.
fn following(model: &Model, surface: Surface) -> Vec<(String, &'static str)> {
    let begun = model.presses.begun().map_or(&[][..], |(_, keys)| keys);
    let context = model.context();
    let usable = |id: CommandId| (command(id).available)(&context) == Availability::Available;
    let mut after = model.keymap.after(surface, begun);
    after.retain(|(_, id)| surface.understands(*id));
    after.sort_by_key(|(_, id)| (!usable(*id), std::cmp::Reverse(command(*id).hint)));
    let mut hints: Vec<(Vec<String>, &'static str)> = Vec::new();
    for (rest, id) in after {
        let Some(next) = rest.keys().first().map(Key::to_string) else { continue };
        let title = if rest.single().is_some() { command(id).title } else { MORE };
        match hints.iter_mut().find(|(_, known)| *known == title) {
            Some((keys, _)) if keys.contains(&next) => {}
            Some((keys, _)) => keys.push(next),
            None => hints.push((vec![next], title)),
        }
    }
    hints.into_iter().map(|(keys, title)| (keys.join("/"), title)).collect()
}
