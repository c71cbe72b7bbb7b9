//! Every key, from the table of commands.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::theme::{Role, Theme};
use super::widgets::modal;
use super::{reader, text};
use crate::app::commands::keymap::Preset;
use crate::app::commands::surface::Surface;
use crate::app::commands::{COMMANDS, Group, command};
use crate::app::key::Sequence;
use crate::app::model::Model;
use crate::app::model::reader::Reader;

/// Columns for the keys.
const KEYS: usize = 23;

/// Draws it.
pub(super) fn draw(model: &Model, reader: &Reader, theme: &Theme, frame: &mut Frame) {
    const WIDTH: u16 = 100;
    let width = modal::inner_width(WIDTH, frame.area());
    let mut all: Vec<Line> = Vec::new();
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
