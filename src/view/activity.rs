//! What changed since the start, and what was done from here.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::theme::{Role, Theme};
use super::widgets::modal;
use super::{reader, text};
use crate::app::model::Model;
use crate::app::model::reader::Reader;

/// Draws it, newest first.
pub(super) fn draw(model: &Model, reader: &Reader, theme: &Theme, frame: &mut Frame) {
    const WIDTH: u16 = 120;
    let width = modal::inner_width(WIDTH, frame.area()).saturating_sub(11);
    let mut all: Vec<Line> = Vec::new();
    for (_, watch) in model.watches.iter() {
        let name = text::cut(&watch.name, width, theme.ellipsis());
        all.push(Line::from(vec![
            Span::styled(format!("{:9}  ", "watched"), theme.style(Role::Key)),
            Span::styled(name, theme.style(Role::Text)),
        ]));
    }
    // What is searched for is a filter here: the entries between say nothing of it.
    let wanted = reader.find.text().to_lowercase();
    let entries = model.activity.entries().rev().filter(|entry| entry.text.to_lowercase().contains(&wanted));
    for entry in entries {
        for (index, part) in text::wrap(&entry.text, width).into_iter().enumerate() {
            let time = if index == 0 { entry.at.strftime("%H:%M:%SZ").to_string() } else { " ".repeat(9) };
            all.push(Line::from(vec![
                Span::styled(format!("{time}  "), theme.style(Role::Faint)),
                Span::styled(part, theme.tone(entry.tone)),
            ]));
        }
    }
    if model.activity.entries().len() == 0 {
        all.push(Line::styled("Nothing has changed and nothing was done since the start.", theme.style(Role::Faint)));
    }
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = modal::open("Activity, newest first", WIDTH, height, theme, frame);
    reader::show(&all, reader, theme, inside, frame);
}
