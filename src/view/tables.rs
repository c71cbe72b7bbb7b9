//! The tables of sources and of schemas.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::groups;
use super::pictures;
use super::rect;
use super::text;
use super::theme::{Role, Theme};
use super::widgets::table::{Cell, Mark, row, titles};
use super::widgets::{lines, pane};
use crate::app::commands::CommandId;
use crate::app::layout::{Layout, Pane};
use crate::app::model::Model;
use crate::app::model::columns::{Offered, SchemaColumn, SourceColumn};
use crate::app::model::table::{Filter, Line as TableLine, TableView};
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::field::Field;
use crate::warehouse::freshness::age;
use crate::warehouse::inventory::Held;
use crate::warehouse::job::Job;
use crate::warehouse::schedule::{self, Next};
use crate::warehouse::schema::Schema;
use crate::warehouse::state::{Severity, State};
use crate::warehouse::text::Foreign;
use crate::warehouse::words;

/// What both tables share while they are drawn.
struct Drawing<'a> {
    model: &'a Model,
    theme: &'a Theme,
    focused: bool,
    rows: Rect,
}

impl Drawing<'_> {
    fn mark(&self, at_cursor: bool) -> Mark {
        match (at_cursor, self.focused) {
            (false, _) => Mark::None,
            (true, true) => Mark::Cursor,
            (true, false) => Mark::Selected,
        }
    }

    fn line(&self, index: usize) -> Rect {
        Rect { y: self.rows.y + u16::try_from(index).unwrap_or(u16::MAX), height: 1, ..self.rows }
    }
}

/// Draws the sources.
pub(super) fn sources(model: &Model, theme: &Theme, layout: &Layout, frame: &mut Frame) {
    let area = rect(layout.pane(Pane::Sources));
    let drawing =
        Drawing { model, theme, focused: model.focus == Pane::Sources, rows: rect(layout.rows(Pane::Sources)) };
    let table = &model.sources;
    let buffer = frame.buffer_mut();
    let heading = heading("1 Sources", table, model.inventory.sources().len(), &drawing, area);
    let inside = pane(heading, drawing.focused, theme, area, buffer);
    if table.rows().is_empty() {
        nothing(&drawing, &table.filter, &no_sources(model), inside, buffer);
    } else {
        let columns = model.source_columns(inside.width);
        titles(&columns, &sorted_by(table), theme, inside, buffer);
        let (start, shown) = table.window(usize::from(drawing.rows.height));
        for (index, id) in shown.iter().enumerate() {
            let Some(held) = model.inventory.source(id) else { continue };
            let cells = columns.iter().map(|(column, width)| match column.id {
                SourceColumn::Runs => pictures::of_source(model, held, *width, theme),
                id => source_cell(id, held, &drawing).into(),
            });
            row(&columns, cells, drawing.mark(start + index == table.cursor()), theme, drawing.line(index), buffer);
        }
    }
    cursor(&table.filter, area, theme, frame);
}

fn source_cell(column: SourceColumn, held: &Held, drawing: &Drawing<'_>) -> Cell {
    let theme = drawing.theme;
    let plain = theme.style(Role::Text);
    let source = &held.source;
    match column {
        SourceColumn::Health => match held.tally.worst {
            Some(State::Direct) => state_cell(State::Direct, theme),
            // A word for the whole: the state of one table must not be taken for that of the source.
            Some(state) => {
                let text = format!("{} {}", theme.glyph(state), state.severity().words());
                Cell { text, style: theme.state(state) }
            }
            None => Cell { text: "- Empty".to_owned(), style: theme.style(Role::Idle) },
        },
        SourceColumn::Name => Cell { text: name(held.title()), style: plain },
        SourceColumn::Kind => Cell { text: source.kind.shown().into_owned(), style: plain },
        SourceColumn::Tables => {
            let tally = &held.tally;
            let role = if tally.broken > 0 { Role::Broken } else { Role::Text };
            Cell { text: format!("{}/{}", tally.broken, tally.total), style: theme.style(role) }
        }
        SourceColumn::LastRun => time_cell(&source.last_run_at, false, drawing),
        SourceColumn::Prefix => Cell { text: told(&source.prefix), style: plain },
        SourceColumn::Trouble | SourceColumn::Runs => Cell {
            text: held.trouble().unwrap_or_default(),
            style: held.tally.worst.map_or(plain, |worst| theme.state(worst)),
        },
    }
}

fn no_sources(model: &Model) -> Vec<String> {
    let refresh = model.keymap.key(CommandId::Refresh);
    match &model.link.failure {
        Some(failure) if model.link.is_first_reading() => {
            let key = model.keymap.key(CommandId::EnterKey);
            let other = if model.link.key_refused() { format!(" `{key}` enters another key.") } else { String::new() };
            let next = super::link::next_try(model);
            vec![unreadable(model, failure), format!("`{refresh}` tries again now; {next}.{other}")]
        }
        _ if model.link.is_first_reading() => vec!["Reading the sources.".to_owned()],
        _ => vec![
            "This project has no sources.".to_owned(),
            "Create one in PostHog under Data pipelines, or give another project with --project.".to_owned(),
        ],
    }
}

/// Why the list could not be read, and what to do about it.
fn unreadable(model: &Model, failure: &Failure) -> String {
    let project = model.settings.place().map_or(0, |place| place.project);
    match &failure.kind {
        FailureKind::NotFound => format!(
            "Project {project} does not exist there, or the owner of the key is no member of it; start with another \
             --project, or check the host."
        ),
        FailureKind::OutOfBounds => {
            let allowed = model.identity.key.as_ref().map_or(&[][..], |key| &key.projects);
            let allowed: Vec<String> = allowed.iter().take(10).map(ToString::to_string).collect();
            let allowed = if allowed.is_empty() { "another number".to_owned() } else { allowed.join(" or ") };
            format!("The API key may not be used for project {project}; start with --project {allowed}.")
        }
        _ => format!("The sources could not be read: {}.", failure.explanation()),
    }
}

/// Draws the tables.
pub(super) fn schemas(model: &Model, theme: &Theme, layout: &Layout, frame: &mut Frame) {
    let area = rect(layout.pane(Pane::Schemas));
    let drawing =
        Drawing { model, theme, focused: model.focus == Pane::Schemas, rows: rect(layout.rows(Pane::Schemas)) };
    let table = &model.schemas;
    let buffer = frame.buffer_mut();
    let of = if model.all_tables { None } else { model.selected_source() };
    let title = match of {
        Some(held) => format!("2 Tables of {}", held.title().shown()),
        None if model.all_tables => "2 Tables of all sources".to_owned(),
        None => "2 Tables".to_owned(),
    };
    let title = match model.marks.count() {
        0 => title,
        marked => format!("2 Tables, {} marked", words::count(marked as u64)),
    };
    let total = of.map_or(if model.all_tables { model.inventory.tally().total } else { 0 }, |held| held.tally.total);
    let heading = heading(&title, table, total, &drawing, area);
    let inside = pane(heading, drawing.focused, theme, area, buffer);
    if table.rows().is_empty() {
        let words = match of {
            Some(_) => vec![
                "This source has no tables.".to_owned(),
                format!(
                    "On the source, `{}` reads its table list again.",
                    model.keymap.key(CommandId::RefreshTableList)
                ),
            ],
            None if model.inventory.sources().is_empty() && !model.link.is_first_reading() => {
                vec!["There are no sources, so there are no tables.".to_owned()]
            }
            None => vec!["No source is selected.".to_owned()],
        };
        nothing(&drawing, &table.filter, &words, inside, buffer);
    } else {
        let columns = model.schema_columns(inside.width);
        titles(&columns, &sorted_by(table), theme, inside, buffer);
        for (index, line) in table.lines(usize::from(drawing.rows.height)).enumerate() {
            let (place, id) = match line {
                TableLine::Row(place, id) => (place, id),
                TableLine::Head(head) => {
                    groups::draw(head, theme, drawing.line(index), buffer);
                    continue;
                }
            };
            let Some((held, schema, state)) = model.inventory.schema(id) else { continue };
            let cells = columns.iter().map(|(column, width)| match column.id {
                SchemaColumn::Runs => pictures::of_table(model, schema, *width, theme),
                id => schema_cell(id, held, schema, state, &drawing).into(),
            });
            row(&columns, cells, drawing.mark(place == table.cursor()), theme, drawing.line(index), buffer);
        }
    }
    cursor(&table.filter, area, theme, frame);
}

fn schema_cell(column: SchemaColumn, held: &Held, schema: &Schema, state: State, drawing: &Drawing<'_>) -> Cell {
    let theme = drawing.theme;
    let style = theme.style(Role::Text);
    let text = match column {
        SchemaColumn::State if drawing.model.marks.has(&schema.id) || drawing.model.watches.has(&schema.id) => {
            let cell = state_cell(state, theme);
            let mark = if drawing.model.marks.has(&schema.id) { "*" } else { "" };
            let watch = if drawing.model.watches.has(&schema.id) { theme.watched() } else { "" };
            return Cell { text: format!("{mark}{watch}{}", cell.text), ..cell };
        }
        SchemaColumn::State => return state_cell(state, theme),
        SchemaColumn::Synced => return time_cell(&schema.last_synced_at, state == State::Stale, drawing),
        SchemaColumn::Cause => {
            return Cell { text: schema.cause(state).unwrap_or_default(), style: theme.state(state) };
        }
        SchemaColumn::Name if !drawing.model.schemas.heads().is_empty() => groups::name_below(schema),
        SchemaColumn::Name => name(schema.title()),
        SchemaColumn::Source => name(held.title()),
        SchemaColumn::Method => optional(&schema.sync_type),
        SchemaColumn::Frequency => optional(&schema.frequency),
        SchemaColumn::Rows => running_rows(schema, state, drawing.model),
        SchemaColumn::Next => next_sync(schema, state, drawing.model),
        SchemaColumn::Read => newest(schema, drawing.model, |job| job.rows.known().map(|rows| words::compact(*rows))),
        SchemaColumn::Took => newest(schema, drawing.model, |job| job.duration().map(words::short_span)),
        SchemaColumn::Stored => schema.table.known().map_or_else(|| "–".to_owned(), |table| name(&table.name)),
        SchemaColumn::Runs => String::new(),
    };
    Cell { text, style }
}

/// Rows stored, or those read so far where there is no table yet.
fn running_rows(schema: &Schema, state: State, model: &Model) -> String {
    let running = model.inventory.runs(&schema.id).and_then(crate::warehouse::runs::Runs::running);
    let rows = match (schema.rows(), running) {
        (Field::Null, Some(job)) if state.claims_to_run() => job.rows,
        (rows, _) => rows,
    };
    rows.known().map_or_else(|| words::rows(rows), |rows| words::compact(*rows))
}

/// How long until the next sync, as far as that can be known.
fn next_sync(schema: &Schema, state: State, model: &Model) -> String {
    let (detail, runs) = (model.inventory.detail(&schema.id), model.inventory.runs(&schema.id));
    match schedule::next(schema, state, detail, runs, model.now) {
        Some(Next::Now) => "now".to_owned(),
        Some(Next::About(then)) => words::short_span(then.duration_since(model.now)),
        Some(Next::Due(_)) => "due".to_owned(),
        None => "–".to_owned(),
    }
}

/// Something of the newest run, where runs were read.
fn newest(schema: &Schema, model: &Model, what: impl Fn(&Job) -> Option<String>) -> String {
    match model.inventory.runs(&schema.id) {
        Some(runs) if runs.read_at().is_some() => runs.newest().and_then(what).unwrap_or_else(|| "–".to_owned()),
        _ => pictures::UNREAD.to_owned(),
    }
}

/// What a table is sorted by, the most important first.
fn sorted_by<Id: Clone + PartialEq, Column: Offered>(table: &TableView<Id>) -> Vec<(Column, bool)> {
    table.sorts().into_iter().map(|sort| (Column::sorted_by(sort.column), sort.reversed)).collect()
}

/// A text of the server, or what stands for none.
fn told(text: &Field<Foreign>) -> String {
    match text {
        Field::Known(text) if !text.is_blank() => text.shown().into_owned(),
        Field::Known(_) | Field::Null => "–".to_owned(),
        Field::Unknown => "?".to_owned(),
    }
}

/// A name, or what stands for one.
pub(super) fn name(name: &Foreign) -> String {
    name.named().into_owned()
}

fn optional<T: ToString>(field: &Field<T>) -> String {
    match field {
        Field::Known(value) => value.to_string(),
        Field::Null => "–".to_owned(),
        Field::Unknown => "?".to_owned(),
    }
}

fn state_cell(state: State, theme: &Theme) -> Cell {
    Cell { text: format!("{} {}", theme.glyph(state), state.words()), style: theme.state(state) }
}

fn time_cell(at: &Field<jiff::Timestamp>, stale: bool, drawing: &Drawing<'_>) -> Cell {
    let text = match at {
        Field::Known(at) => words::short_span(age(*at, drawing.model.now)),
        Field::Null => "never".to_owned(),
        Field::Unknown => "?".to_owned(),
    };
    Cell { text, style: drawing.theme.style(if stale { Role::Doubtful } else { Role::Text }) }
}

/// Title of a pane: its name, how many rows, what they are filtered by.
fn heading<'a, Id: Clone + PartialEq>(
    title: &str,
    table: &TableView<Id>,
    total: usize,
    drawing: &Drawing<'_>,
    area: Rect,
) -> Line<'a> {
    let theme = drawing.theme;
    let rows = table.rows().len();
    let place = match rows {
        0 => String::new(),
        rows => format!("{} of {} ", words::count(table.cursor() as u64 + 1), words::count(rows as u64)),
    };
    let filter = match (&table.filter.editing, table.filter.is_active()) {
        (false, false) => String::new(),
        _ => super::filters::typed(&table.filter, area.width, theme).0,
    };
    let all = match (table.filter.is_active(), rows) {
        (false, _) => String::new(),
        (true, 0) => format!("none of {} ", words::count(total as u64)),
        (true, _) => format!("(of {}) ", words::count(total as u64)),
    };
    // The filter is what is looked at while it is long.
    let fits = 6 + text::width(&place) + text::width(&filter) + text::width(&all) <= usize::from(area.width);
    let (place, all) = if fits { (place, all) } else { (String::new(), String::new()) };
    let room =
        usize::from(area.width).saturating_sub(4 + text::width(&place) + text::width(&filter) + text::width(&all));
    let title = text::cut(title, room.max(1), theme.ellipsis());
    Line::from(vec![
        Span::styled(format!(" {title} "), theme.style(Role::Title)),
        Span::styled(place, theme.style(Role::Faint)),
        Span::styled(all, theme.style(Role::Faint)),
        Span::styled(filter, theme.style(Role::Key)),
    ])
}

/// Says why there are no rows.
fn nothing(drawing: &Drawing<'_>, filter: &Filter, otherwise: &[String], area: Rect, buffer: &mut Buffer) {
    let theme = drawing.theme;
    let filtered = [format!("Nothing matches “{}”.", filter.text()), "`esc` clears the filter.".to_owned()];
    let sentences = if filter.is_active() { &filtered[..] } else { otherwise };
    let style = match drawing.model.link.failure {
        Some(_) if drawing.model.link.is_first_reading() => theme.style(Role::Bad),
        _ => theme.style(Role::Faint),
    };
    let wrapped: Vec<Line> = sentences
        .iter()
        .flat_map(|sentence| text::wrap(sentence, usize::from(area.width)))
        .map(|line| super::widgets::with_keys(&line, style, theme))
        .collect();
    lines(&wrapped, 0, area, buffer);
}

/// Puts the terminal's cursor where the filter is typed.
pub(super) fn cursor(filter: &Filter, area: Rect, theme: &Theme, frame: &mut Frame) {
    if !filter.editing {
        return;
    }
    // The filter is the last part of the title; its place is found on what was drawn.
    let (typed, place) = super::filters::typed(filter, area.width, theme);
    let buffer = frame.buffer_mut();
    let row: String = (area.left()..area.right()).map(|x| buffer[(x, area.y)].symbol().to_owned()).collect();
    let Some(start) = row.find(typed.as_str()) else { return };
    let before = text::width(&row[..start]) + place;
    let x = area.x + u16::try_from(before).unwrap_or(0);
    frame.set_cursor_position((x.min(area.right().saturating_sub(1)), area.y));
}

/// Style of a severity, for counts.
pub(super) fn severity(severity: Severity, theme: &Theme) -> Style {
    theme.style(match severity {
        Severity::Broken => Role::Broken,
        Severity::Doubtful => Role::Doubtful,
        Severity::Moving => Role::Moving,
        Severity::Well => Role::Well,
        Severity::Unproven | Severity::Idle => Role::Idle,
    })
}
