//! An object as the server sends it.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::theme::{Role, Theme};
use super::widgets::{lines, modal, with_keys};
use super::{reader, text};
use crate::app::commands::CommandId;
use crate::app::model::Model;
use crate::app::model::raw::Raw;
use crate::warehouse::raw::{Kind, RawLine};

/// More than this is not indented.
const DEEPEST: usize = 12;

fn style(kind: Kind, theme: &Theme) -> Style {
    theme.style(match kind {
        Kind::Name => Role::Key,
        Kind::Text => Role::Text,
        Kind::Number => Role::Well,
        Kind::Word => Role::Moving,
        Kind::Sign => Role::Faint,
        Kind::Masked => Role::Doubtful,
    })
}

/// A line as the rows it takes.
fn rows<'a>(line: &RawLine, width: usize, raw: &Raw, theme: &Theme) -> Vec<Line<'a>> {
    let indent = 2 * line.depth.min(DEEPEST);
    let room = width.saturating_sub(indent).max(8);
    let mut rows = vec![Line::from(" ".repeat(indent))];
    let mut used = 0;
    for (kind, piece) in &line.pieces {
        let mut rest = piece.as_str();
        while !rest.is_empty() {
            let part = match used {
                0 => text::beginning_of_row(rest, room),
                _ => text::beginning(rest, room.saturating_sub(used)),
            };
            if part.is_empty() {
                rows.push(Line::from(" ".repeat(indent)));
                used = 0;
                continue;
            }
            used += text::width(part);
            rest = &rest[part.len()..];
            if let Some(row) = rows.last_mut() {
                row.push_span(Span::styled(part.to_owned(), style(*kind, theme)));
            }
        }
    }
    rows.iter().map(|row| reader::marked(row, &raw.reader, theme)).collect()
}

/// Draws it.
pub(super) fn draw(model: &Model, raw: &Raw, theme: &Theme, frame: &mut Frame) {
    let key = |command| model.keymap.key(command);
    let room = usize::from(frame.area().width).saturating_sub(40).max(12);
    let title = format!("JSON of {}", text::cut(&raw.title, room, theme.ellipsis()));
    let inside = modal::open(&title, u16::MAX, u16::MAX, theme, frame);
    let Some(all) = &raw.lines else {
        let said = match &raw.failure {
            Some(failure) => {
                let why = failure.explanation().replace('`', "'");
                format!("It could not be read: {why}. `{}` tries again.", key(CommandId::Refresh))
            }
            None => "Reading it.".to_owned(),
        };
        let style = theme.style(Role::Text);
        let said: Vec<Line> =
            text::wrap(&said, usize::from(inside.width)).iter().map(|line| with_keys(line, style, theme)).collect();
        return lines(&said, 0, inside, frame.buffer_mut());
    };
    let width = usize::from(inside.width);
    let found = reader::matches(&raw.reader, all.iter().map(|line| Cow::Owned(line.text())));
    let found = reader::place(&raw.reader, &found, last_page(all, width, usize::from(inside.height), raw, theme));
    let shown = all.iter().skip(found.start).flat_map(|line| rows(line, width, raw, theme));
    let shown: Vec<Line> = shown.take(usize::from(inside.height)).collect();
    lines(&shown, 0, inside, frame.buffer_mut());
    reader::sought(&raw.reader, &found, theme, inside, frame);
}

/// The line at which the last page begins.
fn last_page(all: &[RawLine], width: usize, height: usize, raw: &Raw, theme: &Theme) -> usize {
    let mut free = height;
    let mut first = all.len();
    for line in all.iter().rev() {
        let taken = rows(line, width, raw, theme).len();
        if taken > free {
            break;
        }
        (free, first) = (free - taken, first - 1);
    }
    first.min(all.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::ids::SchemaId;
    use crate::warehouse::operation::Read;
    use proptest::prelude::*;

    proptest! {
        // Letters that are drawn as one sign, however many of them there are.
        #[test]
        fn every_text_comes_to_its_end_in_rows(text in "[a\u{903}\u{1100}]{0,300}", width in 0_usize..60) {
            let read = Read::Schema(SchemaId::new("1"));
            let raw = Raw::new(String::new(), read, None);
            let line = RawLine { depth: 1, pieces: vec![(Kind::Text, text.clone())] };
            let rows = rows(&line, width, &raw, &Theme::builtin(true, false));
            prop_assert!(rows.len() <= text.chars().count() + 1);
            let drawn: String = rows.iter().flat_map(|row| row.spans.iter().skip(1)).map(|span| &*span.content).collect();
            prop_assert_eq!(drawn, text);
        }
    }
}
