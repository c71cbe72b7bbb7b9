//! A long text as it is read: where to begin, and what was found in it.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::lines;
use crate::app::model::reader::Reader;
use crate::warehouse::words;

/// What was found.
pub(super) struct Found {
    /// The first line to show.
    pub start: usize,
    /// How many lines match.
    pub count: usize,
    /// Which of them is looked at, from 1; 0 for no special one.
    pub nth: usize,
}

/// Where to begin in lines of which these match; the last page begins at `last`.
pub(super) fn place(reader: &Reader, matches: &[usize], last: usize) -> Found {
    let nth = reader.nth(matches.len()).map_or(0, |nth| nth + 1);
    Found { start: reader.line(matches, last), count: matches.len(), nth }
}

/// The lines that hold what is searched for, whatever the case.
pub(super) fn matches<'a>(reader: &Reader, lines: impl Iterator<Item = Cow<'a, str>>) -> Vec<usize> {
    let wanted = reader.wanted().to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    lines.enumerate().filter(|(_, line)| line.to_lowercase().contains(&wanted)).map(|(index, _)| index).collect()
}

/// The text of a line.
pub(super) fn text_of(line: &Line<'_>) -> String {
    line.spans.iter().map(|span| span.content.as_ref()).collect()
}

/// Draws what is searched for, and how much of it there is, into the frame above this area.
pub(super) fn sought(reader: &Reader, found: &Found, theme: &Theme, inside: Rect, frame: &mut Frame) {
    if !reader.find.editing && !reader.find.is_active() {
        return;
    }
    let count = match (found.count, found.nth) {
        (0, _) if reader.find.is_active() => " no match".to_owned(),
        (0, _) => String::new(),
        (count, 0) => format!(" {}", words::counted(count, "line")),
        (count, nth) => format!(" {nth} of {count}"),
    };
    // What is typed last is what has to be seen.
    let room = usize::from(inside.width).saturating_sub(text::width(&count) + 4);
    let typed = reader.find.input.value();
    let over = text::width(typed).saturating_sub(room);
    let typed: String = typed.chars().skip(over).collect();
    let cursor = reader.find.input.visual_cursor().saturating_sub(over).min(room);
    let line = Line::from(vec![
        Span::styled(" /", theme.style(Role::Key)),
        Span::styled(typed, theme.style(Role::Text)),
        Span::styled(format!("{count} "), theme.style(if found.count == 0 { Role::Doubtful } else { Role::Faint })),
    ]);
    let wide = u16::try_from(line.width()).unwrap_or(u16::MAX).min(inside.width);
    let (x, y) = (inside.right().saturating_sub(wide), inside.y.saturating_sub(1));
    frame.buffer_mut().set_line(x, y, &line, wide);
    if reader.find.editing {
        let at = x.saturating_add(2).saturating_add(u16::try_from(cursor).unwrap_or(0));
        frame.set_cursor_position((at.min(inside.right().saturating_sub(1)), y));
    }
}

/// Draws a text from where it is read, with what is searched for; answers with how many lines are below.
pub(super) fn show(all: &[Line<'_>], reader: &Reader, theme: &Theme, inside: Rect, frame: &mut Frame) -> usize {
    let height = usize::from(inside.height);
    let hits = matches(reader, all.iter().map(|line| Cow::Owned(text_of(line))));
    let found = place(reader, &hits, all.len().saturating_sub(height));
    let shown: Vec<Line> = all.iter().skip(found.start).take(height).map(|line| marked(line, reader, theme)).collect();
    lines(&shown, 0, inside, frame.buffer_mut());
    sought(reader, &found, theme, inside, frame);
    all.len().saturating_sub(found.start + height)
}

/// The same line with every match marked.
pub(super) fn marked<'a>(line: &Line<'a>, reader: &Reader, theme: &Theme) -> Line<'a> {
    let wanted = reader.find.text().to_lowercase();
    let whole = text_of(line);
    let folded = whole.to_lowercase();
    // Where folding changes the length, places do not fit: such a line is left as it is.
    if wanted.is_empty() || folded.len() != whole.len() || !folded.contains(&wanted) {
        return line.clone();
    }
    let hits: Vec<(usize, usize)> = folded.match_indices(&wanted).map(|(at, part)| (at, at + part.len())).collect();
    let mut spans = Vec::new();
    let mut at = 0;
    for span in &line.spans {
        let mut rest = span.content.as_ref();
        while !rest.is_empty() {
            let hit = hits.iter().find(|(_, end)| *end > at);
            let (length, inside) = match hit {
                Some((begin, end)) if *begin <= at => (end - at, true),
                Some((begin, _)) => (begin - at, false),
                None => (rest.len(), false),
            };
            let length = length.min(rest.len());
            let Some((part, after)) = rest.split_at_checked(length) else { return line.clone() };
            let style = if inside { span.style.patch(theme.style(Role::Selected)) } else { span.style };
            spans.push(Span::styled(part.to_owned(), style));
            rest = after;
            at += length;
        }
    }
    Line { spans, ..line.clone() }
}
