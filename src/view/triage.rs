//! Everything that is wrong: a table of problems, and below it what is to be said about the selected one.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::prose::{told, wrapped};
use super::widgets::table::{Cell, Mark, row, titles};
use super::widgets::{bounded_scroll, lines, modal};
use crate::app::commands::CommandId;
use crate::app::model::Model;
use crate::app::model::columns::{Column, fit_columns};
use crate::app::model::triage::Triage;
use crate::warehouse::freshness::age;
use crate::warehouse::triage::{Affected, Gravity, Problem};
use crate::warehouse::words;

/// A column of the problems.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Kind,
    Source,
    Tables,
    Rows,
    Since,
    Recovery,
    What,
    /// What the order is by; it is shown in no column.
    Urgency,
}

const COLUMNS: [Column<Of>; 7] = [
    Column::new(Of::Kind, "Kind", 15, 0, false, 9),
    Column::new(Of::Source, "Source", 12, 2, false, 8),
    Column::new(Of::What, "What", 20, 4, false, 10),
    Column::new(Of::Recovery, "Fix", 3, 0, false, 7),
    Column::new(Of::Tables, "Tables", 6, 0, true, 6),
    Column::new(Of::Rows, "Rows", 13, 0, true, 4),
    Column::new(Of::Since, "Since", 5, 0, true, 5),
];

/// Draws it.
pub(super) fn draw(model: &Model, triage: &Triage, theme: &Theme, frame: &mut Frame) {
    let key = |command| model.keymap.key(command);
    let problems = triage.problems();
    let title = match problems.len() {
        0 => "Triage".to_owned(),
        count => format!(
            "Triage: {} of {}; enter fixes, {} closes",
            words::count(triage.rows.cursor() as u64 + 1),
            words::counted(count, "problem"),
            key(CommandId::Back)
        ),
    };
    if problems.is_empty() {
        return nothing(model, &title, theme, frame);
    }
    let inside = modal::open(&title, u16::MAX, u16::MAX, theme, frame);
    let wanted = u16::try_from(problems.len()).unwrap_or(u16::MAX).saturating_add(1);
    let list = Rect { height: wanted.min(inside.height / 2).max(2), ..inside };
    let rest = Rect { y: list.bottom(), height: inside.height - list.height, ..inside };
    table(model, triage, theme, list, frame);
    if let Some(problem) = triage.selected() {
        let all = details(problem, model, theme, usize::from(rest.width));
        let below = Rect { y: rest.y.saturating_add(1), height: rest.height.saturating_sub(1), ..rest };
        let start = bounded_scroll(triage.scroll, all.len(), below.height);
        let more = all.len().saturating_sub(start + usize::from(below.height));
        rule(more, theme, rest, frame);
        lines(&all, start, below, frame.buffer_mut());
    }
}

fn table(model: &Model, triage: &Triage, theme: &Theme, area: Rect, frame: &mut Frame) {
    let buffer = frame.buffer_mut();
    let columns = fit_columns(&COLUMNS, area.width);
    titles(&columns, &[(Of::Urgency, false)], theme, area, buffer);
    let height = usize::from(area.height.saturating_sub(1));
    let (start, shown) = triage.rows.window(height);
    for (index, problem) in triage.problems().iter().skip(start).take(shown.len()).enumerate() {
        let cells = columns.iter().map(|(column, _)| cell(column.id, problem, model, theme));
        let mark = if start + index == triage.rows.cursor() { Mark::Cursor } else { Mark::None };
        let line = Rect { y: area.y + 1 + u16::try_from(index).unwrap_or(u16::MAX), height: 1, ..area };
        row(&columns, cells, mark, theme, line, buffer);
    }
}

fn cell(of: Of, problem: &Problem, model: &Model, theme: &Theme) -> Cell {
    let plain = theme.style(Role::Text);
    let text = match of {
        Of::Kind => {
            let role = match problem.gravity {
                Gravity::Blocking | Gravity::Broken => Role::Broken,
                Gravity::Doubtful => Role::Doubtful,
                Gravity::Note => Role::Idle,
            };
            let glyph = problem.tables.first().map_or("-", |table| theme.glyph(table.state));
            return Cell { text: format!("{glyph} {}", problem.kind.words()), style: theme.style(role) };
        }
        Of::Source => problem.source_name.shown().into_owned(),
        Of::What | Of::Urgency => problem.title.clone(),
        Of::Recovery => problem.recovery.as_str().to_owned(),
        Of::Tables => words::count(problem.tables.len() as u64),
        Of::Rows => words::count(problem.rows()),
        Of::Since => problem.since.map_or_else(String::new, |since| words::short_span(age(since, model.now))),
    };
    Cell { text, style: plain }
}

/// A line between both parts, with how much more there is below.
pub(super) fn rule(more: usize, theme: &Theme, area: Rect, frame: &mut Frame) {
    let line = if theme.ascii { "-" } else { "─" }.repeat(usize::from(area.width));
    let buffer = frame.buffer_mut();
    buffer.set_stringn(area.x, area.y, line, usize::from(area.width), theme.style(Role::Border));
    if more > 0 {
        let words = format!(" {} below: space ", words::counted(more, "more line"));
        let x = area.right().saturating_sub(u16::try_from(text::width(&words)).unwrap_or(0) + 1);
        buffer.set_stringn(x, area.y, words, usize::from(area.width), theme.style(Role::Faint));
    }
}

fn details<'a>(problem: &Problem, model: &Model, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let plain = theme.style(Role::Text);
    let mut all = vec![
        Line::styled(problem.title.clone(), theme.style(Role::Heading)),
        Line::styled(
            text::cut(
                &format!("{} ({})", problem.source_name.shown(), problem.source_type.shown()),
                width,
                theme.ellipsis(),
            ),
            plain,
        ),
    ];
    all.extend(wrapped(&problem.reason, width, plain));
    all.push(Line::styled(
        format!("Recovery {}: {}", problem.recovery, problem.recovery.meaning()),
        theme.style(Role::Heading),
    ));
    for (index, step) in problem.steps.iter().enumerate() {
        for (part, line) in text::wrap(step, width.saturating_sub(3)).into_iter().enumerate() {
            let lead = if part == 0 { format!("{}. ", index + 1) } else { "   ".to_owned() };
            all.push(Line::styled(format!("{lead}{line}"), plain));
        }
    }
    let mut field = |name: &str, value: &str| {
        const NAME: usize = 10;
        for (part, line) in text::wrap(value, width.saturating_sub(NAME).max(8)).into_iter().enumerate() {
            let name = if part == 0 { name } else { "" };
            all.push(Line::from(vec![
                Span::styled(text::fit(name, NAME, theme.ellipsis(), false), theme.style(Role::Faint)),
                Span::styled(line, plain),
            ]));
        }
    };
    if let Some(since) = problem.since {
        field("since", &format!("{} ({})", words::moment(since), words::ago(since, model.now)));
    }
    if let Some(evidence) = &problem.evidence {
        field("evidence", &format!("“{}”", evidence.shown()));
    }
    if !problem.tables.is_empty() {
        let names: Vec<String> = problem.tables.iter().take(200).map(|table| name(table, theme)).collect();
        let rest = problem.tables.len().saturating_sub(names.len());
        let more = if rest > 0 { format!(", and {} more", words::count(rest as u64)) } else { String::new() };
        field("tables", &format!("{}{more}", names.join(", ")));
    }
    all
}

fn name(table: &Affected, theme: &Theme) -> String {
    text::cut(&table.title.shown(), 60, theme.ellipsis())
}

/// Nothing is wrong, or nothing that was read.
fn nothing(model: &Model, title: &str, theme: &Theme, frame: &mut Frame) {
    let tally = model.inventory.tally();
    let scope = format!(
        "{} of {}",
        words::counted(tally.total, "table"),
        words::counted(model.inventory.sources().len(), "source")
    );
    let sentence = if model.has_read_everything() {
        format!("All is well with {scope}.")
    } else {
        let refresh = model.keymap.key(CommandId::Refresh);
        format!(
            "Nothing wrong was seen so far with {scope}, but not everything could be read. `{refresh}` reads it again."
        )
    };
    let back = format!("`{}` closes.", model.keymap.key(CommandId::Back));
    let width = modal::inner_width(84, frame.area());
    let all: Vec<Line> =
        [sentence, back].iter().flat_map(|sentence| told(sentence, width, theme.style(Role::Text), theme)).collect();
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = modal::open(title, 84, height, theme, frame);
    lines(&all, 0, inside, frame.buffer_mut());
}
