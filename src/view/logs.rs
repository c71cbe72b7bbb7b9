//! The log of a run, or of all runs of a table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::triage::rule;
use super::widgets::prose::{self, wrapped};
use super::widgets::table::{Cell, Mark, row, titles};
use super::widgets::{bounded_scroll, lines, modal};
use crate::app::commands::CommandId;
use crate::app::model::Model;
use crate::app::model::columns::{Column, fit_columns};
use crate::app::model::history::History;
use crate::app::model::logs::{Logs, Scope};
use crate::warehouse::freshness::age;
use crate::warehouse::job::Job;
use crate::warehouse::replies::{LogEntry, LogLevel};
use crate::warehouse::words;

/// For how many days lines are kept.
const KEPT_DAYS: i64 = 7;

/// Below this width there is no room for the name of the source.
const NARROW: u16 = 100;

/// A column of the lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Time,
    Level,
    Message,
}

const COLUMNS: [Column<Of>; 3] = [
    Column { id: Of::Time, title: "Time (UTC)", width: 14, grow: 0, right: false, worth: 2 },
    Column { id: Of::Level, title: "Level", width: 5, grow: 0, right: false, worth: 3 },
    Column { id: Of::Message, title: "Message", width: 20, grow: 1, right: false, worth: 4 },
];

/// Draws it.
pub(super) fn draw(model: &Model, history: &History, logs: &Logs, theme: &Theme, frame: &mut Frame) {
    let count = logs.lines().len();
    let reading = model.is_reading_log(logs);
    let job = logs.job.as_ref().and_then(|id| history.job(id));
    let inside = modal::open(&title(model, history, logs, job, reading, theme), u16::MAX, u16::MAX, theme, frame);
    let head = Rect { height: 1, ..inside };
    choices(logs, theme, head, frame);
    let body = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    if count == 0 || (!logs.is_answered() && !reading) {
        return prose::instead_of_rows(&nothing(model, logs, job, reading), theme, body, frame);
    }
    let list = Rect { height: History::list_height(model.size, count).min(body.height), ..body };
    table(logs, theme, list, frame);
    let rest = Rect { y: list.bottom(), height: body.height.saturating_sub(list.height), ..body };
    if rest.height < 2 {
        return;
    }
    let said = details(model, logs, theme, usize::from(rest.width));
    let below = Rect { y: rest.y + 1, height: rest.height - 1, ..rest };
    let start = bounded_scroll(logs.scroll, said.len(), below.height);
    rule(said.len().saturating_sub(start + usize::from(below.height)), theme, rest, frame);
    lines(&said, start, below, frame.buffer_mut());
}

fn title(model: &Model, history: &History, logs: &Logs, job: Option<&Job>, reading: bool, theme: &Theme) -> String {
    let room = usize::from(model.size.width).saturating_sub(52).max(16);
    // Where there is little room, the source is what can be done without.
    let table = model.inventory.schema(&logs.schema).map(|(_, schema, _)| schema.title().shown());
    let subject = match (table, &history.schema) {
        (Some(table), _) if model.size.width < NARROW => table.into_owned(),
        (Some(table), None) => format!("{} / {table}", model.subject_of(history)),
        _ => model.subject_of(history),
    };
    let run = match (&logs.scope, job.and_then(|job| job.created_at)) {
        (Scope::Table, _) => ", all runs".to_owned(),
        (_, Some(at)) => format!(", run of {}", words::moment(at)),
        (_, None) => String::new(),
    };
    let state = if reading {
        ", reading"
    } else if logs.whole || logs.lines().len() == 0 {
        ""
    } else {
        ", older below"
    };
    format!("Log of {}{run}{state}", text::cut(&subject, room, theme.ellipsis()))
}

/// Which lines are shown: what the keys that choose them have chosen.
fn choices(logs: &Logs, theme: &Theme, area: Rect, frame: &mut Frame) {
    let (key, plain, faint) = (theme.style(Role::Key), theme.style(Role::Text), theme.style(Role::Faint));
    let chosen = |active: bool| if active { theme.style(Role::Doubtful) } else { faint };
    let levels = logs.levels.words();
    let mut spans = vec![
        Span::styled("v ", key),
        Span::styled(levels, chosen(logs.levels != crate::app::model::logs::Levels::All)),
        Span::styled("  / ", key),
    ];
    let before = 2 + text::width(levels) + 4;
    if logs.search.editing {
        spans.push(Span::styled(logs.search.input.value().to_owned(), plain));
    } else if logs.sought().is_blank() {
        spans.push(Span::styled("no search", faint));
    } else {
        spans.push(Span::styled(format!("“{}”", logs.sought().shown()), chosen(true)));
    }
    match logs.scope {
        Scope::Time => spans.push(Span::styled("  This job names no run: the table's lines of its time", faint)),
        Scope::Run(_) | Scope::Table => {}
    }
    frame.buffer_mut().set_line(area.x, area.y, &Line::from(spans), area.width);
    if logs.search.editing {
        let column = before + logs.search.input.visual_cursor();
        let x = area.x + u16::try_from(column).unwrap_or(u16::MAX).min(area.width.saturating_sub(1));
        frame.set_cursor_position((x, area.y));
    }
}

fn nothing(model: &Model, logs: &Logs, job: Option<&Job>, reading: bool) -> Vec<String> {
    if reading {
        return vec!["Reading the log.".to_owned()];
    }
    let key = |command| model.keymap.key(command);
    let refresh = key(CommandId::Refresh);
    if let Some(failure) = &logs.failure {
        return vec![format!(
            "The log could not be read: {}. `{refresh}` tries again.",
            failure.explanation().replace('`', "'")
        )];
    }
    if logs.is_filtered() {
        let filter = key(CommandId::Filter);
        return vec![format!("No line matches. `v` chooses other levels, `{filter}` searches for something else.")];
    }
    let began = job.and_then(|job| job.created_at);
    if began.is_some_and(|at| age(at, model.now) > jiff::SignedDuration::from_hours(KEPT_DAYS * 24)) {
        let back = key(CommandId::Back);
        return vec![format!(
            "Logs are kept for {KEPT_DAYS} days, and this run is older. `{back}` goes back; choose a newer one."
        )];
    }
    if job.is_some_and(Job::is_running) {
        return vec![format!(
            "This run has written nothing yet; new lines appear by themselves, or now with `{refresh}`."
        )];
    }
    let jobs = key(CommandId::History);
    vec![format!("There are no lines. Logs are kept for {KEPT_DAYS} days; `{jobs}` shows which runs there were.")]
}

fn table(logs: &Logs, theme: &Theme, area: Rect, frame: &mut Frame) {
    let columns = fit_columns(&COLUMNS, area.width);
    let buffer = frame.buffer_mut();
    titles(&columns, &[], theme, area, buffer);
    let (start, shown) = logs.rows.window(usize::from(area.height.saturating_sub(1)));
    for (index, entry) in logs.lines().skip(start).take(shown.len()).enumerate() {
        let cells = columns.iter().map(|(column, _)| cell(column.id, entry, theme));
        let mark = if start + index == logs.rows.cursor() { Mark::Cursor } else { Mark::None };
        let place = Rect { y: area.y + 1 + u16::try_from(index).unwrap_or(u16::MAX), height: 1, ..area };
        row(&columns, cells, mark, theme, place, buffer);
    }
}

fn cell(of: Of, entry: &LogEntry, theme: &Theme) -> Cell {
    let style = level(&entry.level, theme);
    match of {
        Of::Time => {
            let time = entry.at.known().map_or_else(|| "?".to_owned(), |at| at.strftime("%m-%d %H:%M:%S").to_string());
            Cell { text: time, style: theme.style(Role::Faint) }
        }
        Of::Level => Cell { text: word(&entry.level), style },
        Of::Message => Cell { text: entry.message.shown().trim().to_owned(), style },
    }
}

fn word(level: &LogLevel) -> String {
    match level {
        LogLevel::Other(word) => word.shown().into_owned(),
        known => known.raw().to_owned(),
    }
}

fn level(level: &LogLevel, theme: &Theme) -> Style {
    theme.style(match level {
        LogLevel::Error => Role::Broken,
        LogLevel::Warn => Role::Doubtful,
        LogLevel::Info | LogLevel::Other(_) => Role::Text,
        LogLevel::Log | LogLevel::Debug => Role::Faint,
    })
}

/// The selected line in full.
fn details<'a>(model: &Model, logs: &Logs, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let mut all: Vec<Line> = Vec::new();
    let mut say = |sentence: &str, style: Style| {
        all.extend(wrapped(sentence, width, style));
    };
    if let Some(failure) = &logs.failure {
        let again = model.keymap.key(CommandId::Refresh);
        let text = format!("Not up to date: {}; {again} tries again.", failure.explanation());
        say(&text, theme.style(Role::Bad));
    }
    let Some(entry) = logs.selected() else { return all };
    let at = entry.at.known().map_or_else(
        || "at an unknown time".to_owned(),
        |at| format!("{} ({})", model.zone.exactly(*at), words::ago(*at, model.now)),
    );
    let run = match (&logs.scope, entry.run.known()) {
        (Scope::Run(_), _) | (_, None) => String::new(),
        (_, Some(run)) => format!(", run {}", run.shown()),
    };
    say(&format!("{}, {at}{run}", word(&entry.level)), level(&entry.level, theme));
    say(&entry.message.shown_lines(), theme.style(Role::Text));
    all
}
