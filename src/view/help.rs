//! Every key, from the table of commands.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::theme::{Role, Theme};
use super::widgets::modal;
use super::{footer, reader, text};
use crate::app::commands::keymap::Preset;
use crate::app::commands::surface::Surface;
use crate::app::commands::{COMMANDS, Group, command};
use crate::app::key::Sequence;
use crate::app::model::Model;
use crate::app::model::reader::Reader;
use crate::warehouse::query::TERMS;

/// Columns for the keys.
const KEYS: usize = 23;

/// Draws it.
pub(super) fn draw(model: &Model, reader: &Reader, theme: &Theme, frame: &mut Frame) {
    const WIDTH: u16 = 100;
    let width = modal::inner_width(WIDTH, frame.area());
    let mut all: Vec<Line> = Vec::new();
    if let Some(overlay) = &model.beneath {
        all.push(Line::styled("Here", theme.style(Role::Heading)));
        all.extend(footer::keys_over(model, Some(overlay)).into_iter().map(|(keys, title)| {
            let keys = text::fit(&keys, KEYS, theme.ellipsis(), false);
            Line::from(vec![
                Span::styled(keys, theme.style(Role::Key)),
                Span::styled(format!("  {title}"), theme.style(Role::Text)),
            ])
        }));
    }
    for group in Group::ALL {
        if !all.is_empty() {
            all.push(Line::default());
        }
        all.push(Line::styled(group.title(), theme.style(Role::Heading)));
        for command in COMMANDS.iter().filter(|command| command.group == group) {
            all.extend(entry(model.keymap.keys(command.id), command.sentence, width, theme));
        }
    }
    for surface in Surface::ALL {
        let own = model.keymap.own(surface);
        if own.is_empty() {
            continue;
        }
        let title = format!("Only in {}", surface.words());
        all.extend([Line::default(), Line::styled(title, theme.style(Role::Heading))]);
        for id in own {
            all.extend(entry(model.keymap.keys_on(surface, *id), command(*id).sentence, width, theme));
        }
    }
    all.push(Line::default());
    all.extend(terms(width, theme));
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let title = match model.keymap.preset() {
        Preset::Default => "Help".to_owned(),
        preset => format!("Help: {} keys", preset.name()),
    };
    let inside = modal::open(&title, WIDTH, height, theme, frame);
    reader::show(&all, reader, theme, inside, frame);
}

/// The keys of a command, each whole and all of them, and beside them what it does.
fn entry(keys: &[Sequence], sentence: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let (mut left, count): (Vec<String>, usize) = (Vec::new(), keys.len());
    for (index, keys) in keys.iter().enumerate() {
        // All but the last one are followed by a comma.
        let room = if index + 1 == count { KEYS } else { KEYS - 1 };
        let keys = if index == 0 { keys.to_string() } else { format!(", {keys}") };
        match left.last_mut() {
            Some(line) if text::width(line) + text::width(&keys) <= room => line.push_str(&keys),
            Some(line) => {
                line.push(',');
                left.push(keys.trim_start_matches(", ").to_owned());
            }
            None => left.push(keys),
        }
    }
    let right = text::wrap(sentence, width.saturating_sub(KEYS + 2));
    (0..left.len().max(right.len()))
        .map(|line| {
            let keys = text::fit(left.get(line).map_or("", String::as_str), KEYS, theme.ellipsis(), false);
            let part = right.get(line).map_or("", String::as_str);
            Line::from(vec![
                Span::styled(keys, theme.style(Role::Key)),
                Span::styled(format!("  {part}"), theme.style(Role::Text)),
            ])
        })
        .collect()
}

/// The terms of a filter.
fn terms<'a>(width: usize, theme: &Theme) -> Vec<Line<'a>> {
    const TERM: usize = 17;
    let style = theme.style(Role::Text);
    let mut all = vec![Line::styled("Terms of a filter", theme.style(Role::Heading))];
    let grammar = "All terms of a filter have to hold; of values with commas between them, one. `!` in front turns a term \
                   around; quotes hold blanks, as in `source:\"my shop\"`. Words beside them match names fuzzily.";
    all.extend(text::wrap(grammar, width).iter().map(|line| super::widgets::with_keys(line, style, theme)));
    for row in TERMS {
        let term = text::fit(&format!("{}:{}", row.word, row.example), TERM, theme.ellipsis(), false);
        let sentence = text::wrap(&row.sentence.replace('`', ""), width.saturating_sub(TERM + 2));
        for (index, part) in sentence.into_iter().enumerate() {
            let term = if index == 0 { term.clone() } else { " ".repeat(TERM) };
            all.push(Line::from(vec![
                Span::styled(term, theme.style(Role::Key)),
                Span::styled(format!("  {part}"), style),
            ]));
        }
    }
    all
}
