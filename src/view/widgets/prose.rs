//! Sentences, wrapped to a width.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::lines;
use crate::view::text;
use crate::view::theme::{Role, Theme};

/// Spans of text with key names: parts in backquotes are keys.
pub(in crate::view) fn with_keys<'a>(text: &str, style: Style, theme: &Theme) -> Line<'a> {
    let parts = text.split('`').enumerate().map(|(index, part)| {
        let style = if index % 2 == 1 { theme.style(Role::Key) } else { style };
        Span::styled(part.to_owned(), style)
    });
    parts.collect()
}

/// Text that may not be ours, in which nothing is a key.
pub(in crate::view) fn wrapped<'a>(text: &str, width: usize, style: Style) -> impl Iterator<Item = Line<'a>> + use<'a> {
    text::wrap(text, width).into_iter().map(move |line| Line::styled(line, style))
}

/// A sentence of ours, in which parts in backquotes are keys.
pub(in crate::view) fn told<'a, 't>(
    sentence: &str,
    width: usize,
    style: Style,
    theme: &'t Theme,
) -> impl Iterator<Item = Line<'a>> + use<'a, 't> {
    text::wrap(sentence, width).into_iter().map(move |line| with_keys(&line, style, theme))
}

/// Draws sentences in place of a list; parts in backquotes are keys.
pub(in crate::view) fn instead_of_rows(sentences: &[String], theme: &Theme, area: Rect, frame: &mut Frame) {
    let style = theme.style(Role::Text);
    let all: Vec<Line> =
        sentences.iter().flat_map(|sentence| told(sentence, usize::from(area.width), style, theme)).collect();
    lines(&all, 0, area, frame.buffer_mut());
}
