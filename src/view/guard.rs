//! The question of a protected profile before anything is written.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::form::{clean_symbols, window};
use super::text;
use super::theme::{Role, Theme};
use super::widgets::prose::wrapped;
use super::widgets::{lines, modal};
use crate::app::model::Model;
use crate::app::model::guard::{Guard, Held};
use crate::warehouse::ids::ProjectId;
use crate::warehouse::words;

/// How wide the box is.
const WIDTH: u16 = 80;

/// How many requests are named.
const NAMED: usize = 4;

/// How many lines one of them may take.
const LINES: usize = 4;

/// Draws it.
pub(super) fn draw(model: &Model, guard: &Guard, theme: &Theme, frame: &mut Frame) {
    let width = modal::inner_width(WIDTH, frame.area());
    let room = usize::from(frame.area().height.saturating_sub(5));
    let name = model.settings.setup.profile.clone().unwrap_or_default();
    let mut all: Vec<Line> = Vec::new();
    let say = |all: &mut Vec<Line>, sentence: &str, role: Role| {
        all.extend(wrapped(sentence, width, theme.style(role)));
    };
    let count = words::counted(guard.held.len(), "change");
    say(&mut all, &format!("{name} asks before every change. This is to be sent ({count}):"), Role::Heading);
    let project = model.settings.place().and_then(|place| ProjectId::new(place.project));
    for Held { request, operation, .. } in guard.held.iter().take(NAMED) {
        if let Some(what) = model.what_is_sent(*request) {
            say(&mut all, &text::cut(&what, width, theme.ellipsis()), Role::Text);
        }
        if let Some(project) = project.filter(|_| room > 12) {
            let pure = operation.request(project).without_secrets();
            let body = pure.body.as_ref().map_or(String::new(), |body| format!(" {body}"));
            let line = format!("{}{body}", pure.shown());
            let line = crate::warehouse::text::clean(&line, false);
            let wrapped = text::wrap(&line, width.saturating_sub(2)).into_iter().take(LINES);
            all.extend(wrapped.map(|line| Line::styled(format!("  {line}"), theme.style(Role::Faint))));
        }
    }
    if guard.held.len() > NAMED {
        say(&mut all, &format!("and {} more.", guard.held.len() - NAMED), Role::Text);
    }
    say(&mut all, &format!("Project: {}", super::header::place(model)), Role::Faint);
    if all.len() + 3 < room {
        all.push(Line::default());
    }
    all.truncate(room.saturating_sub(2));
    say(&mut all, &format!("Type “{name}” and press enter to send; esc sends nothing."), Role::Text);
    let typed = clean_symbols(guard.input.value());
    let (shown, column) = window(&typed, guard.input.cursor(), width.saturating_sub(34));
    let right = guard.input.value().trim() == name;
    let at = all.len();
    all.push(Line::from(vec![
        Span::styled(format!("> {shown}"), theme.style(if right { Role::Good } else { Role::Text })),
        Span::styled(if guard.refused { "   not the name; nothing was sent" } else { "" }, theme.style(Role::Bad)),
    ]));
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = modal::open(&format!("Protected: {name}"), WIDTH, height, theme, frame);
    let start = all.len().saturating_sub(usize::from(inside.height));
    lines(&all, start, inside, frame.buffer_mut());
    let cells = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
    let x = inside.x.saturating_add(cells(2 + column)).min(inside.right().saturating_sub(1));
    frame.set_cursor_position((x, inside.y.saturating_add(cells(at - start))));
}
