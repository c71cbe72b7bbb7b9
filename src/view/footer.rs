//! Two lines at the bottom: what was just said or is under way, and which keys are worth knowing now.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use crate::app::commands::{Availability, COMMANDS, Command};
use crate::app::model::Model;
use crate::warehouse::runs::Runs;

/// Draws the notice on the left and what is under way on the right.
pub(super) fn notice(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame) {
    let progress = progress(model);
    let (words, style) = words(model, theme);
    let width = usize::from(area.width);
    let right = if words.is_empty() { width.saturating_sub(2) } else { width / 2 };
    let progress = text::cut(&progress, right, theme.ellipsis());
    let room = width.saturating_sub(text::width(&progress) + 3);
    let words = text::cut(&words, room, theme.ellipsis());
    let buffer = frame.buffer_mut();
    buffer.set_stringn(area.x + 1, area.y, words, room, style);
    let start = width.saturating_sub(text::width(&progress) + 1);
    let x = area.x + u16::try_from(start).unwrap_or(0);
    buffer.set_stringn(x, area.y, progress, right, theme.style(Role::Moving));
}

fn progress(model: &Model) -> String {
    let Some(follow) = model.follows.values().next_back() else { return String::new() };
    let usual = match follow.subject().tables.as_slice() {
        [(schema, _)] => model.inventory.runs(schema).and_then(Runs::usual),
        _ => None,
    };
    let more = model.follows.len() - 1;
    let text = follow.progress(usual, model.now);
    if more > 0 { format!("{text} (+{more} more)") } else { text }
}

fn words(model: &Model, theme: &Theme) -> (String, Style) {
    if let Some(notice) = model.activity.notice() {
        return (notice.text.clone(), theme.tone(notice.tone));
    }
    if let Some(failure) = &model.link.failure {
        return (format!("Not up to date: {}.", failure.explanation()), theme.style(Role::Bad));
    }
    if let Some((held, schema)) = model.inventory.billing_pause() {
        let text = format!(
            "Billing has paused {} / {}: no reload of this project will start until the billing limit is raised.",
            held.source.title().shown(),
            schema.title().shown()
        );
        return (text, theme.style(Role::Bad));
    }
    if model.link.unreadable > 0 {
        let text = format!("{} items of the server's list could not be read and are not shown.", model.link.unreadable);
        return (text, theme.style(Role::Doubtful));
    }
    if model.link.partial {
        return (
            "The list changed while it was read; something may be missing until the next reading.".to_owned(),
            theme.style(Role::Doubtful),
        );
    }
    (String::new(), theme.style(Role::Text))
}

/// Draws the keys that are worth knowing now; they drop out by worth when space shrinks.
pub(super) fn hints(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame) {
    let context = model.context();
    let mut worth: Vec<&Command> = COMMANDS
        .iter()
        .filter(|command| command.hint > 0 && (command.available)(&context) == Availability::Available)
        .collect();
    worth.sort_by_key(|command| std::cmp::Reverse(command.hint));
    let mut room = usize::from(area.width).saturating_sub(1);
    let mut spans = vec![Span::raw(" ")];
    for command in worth {
        let key = model.keymap.key(command.id);
        let width = text::width(&key) + 1 + text::width(command.title) + 2;
        if key.is_empty() || width > room {
            continue;
        }
        room -= width;
        spans.push(Span::styled(key, theme.style(Role::Key)));
        spans.push(Span::styled(format!(" {}  ", command.title), theme.style(Role::Faint)));
    }
    frame.buffer_mut().set_line(area.x, area.y, &Line::from(spans), area.width);
}
