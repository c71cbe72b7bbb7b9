//! Every key, from the table of commands.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::theme::{Role, Theme};
use super::widgets::modal;
use super::{reader, text};
use crate::app::commands::{COMMANDS, Group};
use crate::app::key::Key;
use crate::app::model::Model;
use crate::app::model::reader::Reader;
use crate::warehouse::query::TERMS;

/// Draws it.
pub(super) fn draw(model: &Model, reader: &Reader, theme: &Theme, frame: &mut Frame) {
    const WIDTH: u16 = 100;
    const KEYS: usize = 23;
    let width = modal::inner_width(WIDTH, frame.area());
    let mut all: Vec<Line> = Vec::new();
    for group in Group::ALL {
        if !all.is_empty() {
            all.push(Line::default());
        }
        all.push(Line::styled(group.title(), theme.style(Role::Heading)));
        for command in COMMANDS.iter().filter(|command| command.group == group) {
            let keys: Vec<String> = model.keymap.keys(command.id).iter().map(Key::to_string).collect();
            let keys = text::fit(&keys.join(" "), KEYS, theme.ellipsis(), false);
            let sentence = text::wrap(command.sentence, width.saturating_sub(KEYS + 2));
            for (index, part) in sentence.into_iter().enumerate() {
                let keys = if index == 0 { keys.clone() } else { " ".repeat(KEYS) };
                all.push(Line::from(vec![
                    Span::styled(keys, theme.style(Role::Key)),
                    Span::styled(format!("  {part}"), theme.style(Role::Text)),
                ]));
            }
        }
    }
    all.push(Line::default());
    all.extend(terms(width, theme));
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = modal::open("Help", WIDTH, height, theme, frame);
    reader::show(&all, reader, theme, inside, frame);
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
