//! The jobs of a table or of a source, what is to be said about the selected one, and what texts mean.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::chart::Chart;
use super::text;
use super::theme::{Role, Theme};
use super::triage::rule;
use super::widgets::prose::{self, wrapped};
use super::widgets::table::{Cell, Mark, row, titles};
use super::widgets::{bounded_scroll, lines, modal};
use crate::app::commands::CommandId;
use crate::app::model::Model;
use crate::app::model::columns::{Column, fit_columns};
use crate::app::model::history::{Explanation, History};
use crate::warehouse::diagnosis::Letter;
use crate::warehouse::field::Field;
use crate::warehouse::finding::Finding;
use crate::warehouse::freshness::age;
use crate::warehouse::job::{Job, usual_duration};
use crate::warehouse::runs::Runs;
use crate::warehouse::state::State;
use crate::warehouse::status::Status;
use crate::warehouse::timeline::{first_failure, usual_rows};
use crate::warehouse::words;

/// A column of the jobs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Status,
    Table,
    Started,
    Took,
    Rows,
    Bar,
    Mode,
    Error,
}

const COLUMNS: [Column<Of>; 8] = [
    Column::new(Of::Status, "Status", 16, 0, false, 10),
    Column::new(Of::Table, "Table", 16, 2, false, 8),
    Column::new(Of::Started, "Started", 11, 0, true, 9),
    Column::new(Of::Took, "Took", 7, 0, true, 6),
    Column::new(Of::Rows, "Rows", 12, 0, true, 5),
    Column::new(Of::Bar, "", 10, 0, false, 1),
    Column::new(Of::Mode, "Writes", 8, 0, false, 3),
    Column::new(Of::Error, "Error", 16, 5, false, 7),
];

/// Draws it, or the log that was opened from it.
pub(super) fn draw(model: &Model, history: &History, theme: &Theme, frame: &mut Frame) {
    match &history.logs {
        Some(logs) => super::logs::draw(model, history, logs, theme, frame),
        None => jobs(model, history, theme, frame),
    }
    if let Some(asked) = &history.explanation {
        explanation(model, history, asked, theme, frame);
    }
}

fn jobs(model: &Model, history: &History, theme: &Theme, frame: &mut Frame) {
    let all = history.jobs();
    let reading = model.is_reading_jobs(history);
    let mut title = format!("History of {}", text::cut(&model.subject_of(history), 60, theme.ellipsis()));
    if !all.is_empty() {
        let more = match (reading, history.whole) {
            (true, _) => ", reading",
            (false, true) => "",
            (false, false) => ", older ones below",
        };
        title = format!("{title}: {}{more}", words::counted(all.len(), "job"));
    }
    let inside = modal::open(&title, u16::MAX, u16::MAX, theme, frame);
    if all.is_empty() {
        return prose::instead_of_rows(&nothing(model, history, reading), theme, inside, frame);
    }
    let picture = Rect { height: History::chart_height(model.size).min(inside.height), ..inside };
    chart(model, history, theme, picture, frame);
    let list = Rect { y: picture.bottom(), height: History::list_height(model.size, all.len()), ..inside };
    let rest = Rect { y: list.bottom(), height: inside.bottom().saturating_sub(list.bottom()), ..inside };
    table(model, history, theme, list, frame);
    let Some(job) = history.selected() else { return };
    let said = details(model, history, job, theme, usize::from(rest.width));
    let below = Rect { y: rest.y.saturating_add(1), height: rest.height.saturating_sub(1), ..rest };
    let start = bounded_scroll(history.scroll, said.len(), below.height);
    rule(said.len().saturating_sub(start + usize::from(below.height)), theme, rest, frame);
    lines(&said, start, below, frame.buffer_mut());
}

fn chart(model: &Model, history: &History, theme: &Theme, area: Rect, frame: &mut Frame) {
    let jobs = history.jobs();
    if theme.plain {
        let said = wrapped(&summary(model, history, theme), usize::from(area.width), theme.style(Role::Text));
        return lines(&said.collect::<Vec<_>>(), 0, area, frame.buffer_mut());
    }
    let rhythm = history.schema.is_some().then_some(model.now);
    let caption = usual(history).map_or_else(String::new, |usual| format!("usually {usual}"));
    let since = |job: &Job| job.created_at.map_or_else(String::new, |at| started(at, model));
    let last = last(model, history).unwrap_or_default();
    let selected = history.selected().map(|job| &job.id);
    let chart = Chart { jobs, rhythm, last: &last, selected, since: &since, caption: &caption };
    // A line is left free above the table.
    let area = if area.height >= 5 { Rect { height: area.height - 1, ..area } } else { area };
    chart.draw(theme, area, frame.buffer_mut());
}

/// What runs of one table usually read, and in which time.
fn usual(history: &History) -> Option<String> {
    history.schema.as_ref()?;
    let (rows, time) = (usual_rows(history.jobs())?, usual_duration(history.jobs())?);
    let rows = words::counted(usize::try_from(rows).unwrap_or(usize::MAX), "row");
    Some(format!("{rows} in {}", words::span(time)))
}

/// What the picture shows, for ears.
fn summary(model: &Model, history: &History, theme: &Theme) -> String {
    let jobs = history.jobs();
    let of_one_table = history.schema.is_some();
    let what = if history.whole { "run" } else { "known run" };
    let failed = jobs.iter().filter(|job| status(model, history, job, theme).0 == State::Failed).count();
    let first = first_failure(jobs).filter(|_| of_one_table).and_then(|id| history.job(id)?.created_at);
    let all = [
        Some(format!("{}, {failed} failed", words::counted(jobs.len(), what))),
        first.map(|at| format!("first failure {}", words::ago(at, model.now))),
        last(model, history),
        usual(history).map(|usual| format!("usually {usual}")),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// When the last run was.
fn last(model: &Model, history: &History) -> Option<String> {
    let newest = history.jobs().first()?;
    if newest.is_running() && !history.is_lost(newest) {
        return Some("running now".to_owned());
    }
    Some(format!("last run {}", words::ago(newest.created_at?, model.now)))
}

fn nothing(model: &Model, history: &History, reading: bool) -> Vec<String> {
    if reading {
        return vec!["Reading the jobs.".to_owned()];
    }
    let key = |command| model.keymap.key(command);
    if let Some(failure) = &history.failure {
        let again = key(CommandId::Refresh);
        return vec![format!(
            "The jobs could not be read: {}. `{again}` tries again.",
            failure.explanation().replace('`', "'")
        )];
    }
    if !history.read {
        return vec![format!("The jobs are not read yet. `{}` reads them.", key(CommandId::Refresh))];
    }
    vec![
        "The server knows no job of this: nothing was ever synced here.".to_owned(),
        format!(
            "`{}` closes; `{}` on a table that is switched on syncs it.",
            key(CommandId::Back),
            key(CommandId::Reload)
        ),
    ]
}

fn table(model: &Model, history: &History, theme: &Theme, area: Rect, frame: &mut Frame) {
    let wanted: Vec<Column<Of>> = COLUMNS
        .into_iter()
        .filter(|column| match column.id {
            Of::Table => history.schema.is_none(),
            Of::Mode => history.has_modes(),
            // The rows are said anyway.
            Of::Bar => !theme.plain,
            _ => true,
        })
        .collect();
    // What is said needs no columns.
    let columns = fit_columns(&wanted, if theme.plain { u16::MAX } else { area.width });
    let buffer = frame.buffer_mut();
    titles(&columns, &[], theme, area, buffer);
    let most = history.jobs().iter().filter_map(|job| job.rows.known().copied()).max().unwrap_or(0);
    let (start, shown) = history.rows.window(usize::from(area.height.saturating_sub(1)));
    for (index, job) in history.jobs().iter().skip(start).take(shown.len()).enumerate() {
        let line = Entry { model, history, job, most, theme };
        let cells = columns.iter().map(|(column, _)| line.cell(column.id));
        let mark = if start + index == history.rows.cursor() { Mark::Cursor } else { Mark::None };
        let place = Rect { y: area.y + 1 + u16::try_from(index).unwrap_or(u16::MAX), height: 1, ..area };
        row(&columns, cells, mark, theme, place, buffer);
    }
}

/// A row of the table.
struct Entry<'a> {
    model: &'a Model,
    history: &'a History,
    job: &'a Job,
    most: u64,
    theme: &'a Theme,
}

impl Entry<'_> {
    fn cell(&self, of: Of) -> Cell {
        let Self { model, history, job, theme, .. } = self;
        let text = match of {
            Of::Status => {
                let (state, mut text) = status(model, history, job, theme);
                if job.status == Status::BillingLimitTooLow {
                    text = format!("{} Limit too low", theme.glyph(state));
                }
                return Cell { text, style: theme.state(state) };
            }
            Of::Table => job.schema_name.shown().into_owned(),
            Of::Started => job.created_at.map_or_else(|| "?".to_owned(), |at| started(at, model)),
            Of::Took => took(model, history, job).unwrap_or_else(|| "–".to_owned()),
            Of::Rows => words::rows(job.rows),
            Of::Bar => return Cell { text: self.bar(), style: theme.style(Role::Faint) },
            Of::Mode => mode(job).map_or_else(String::new, |(short, _)| short),
            Of::Error => return self.error(),
        };
        Cell { text, style: theme.style(Role::Text) }
    }

    /// Rows of this run beside those of the others.
    fn bar(&self) -> String {
        const CELLS: u128 = 10;
        let rows = u128::from(self.job.rows.known().copied().unwrap_or(0));
        let cells = (rows * CELLS).div_ceil(u128::from(self.most.max(1)));
        let mark = if self.theme.ascii { "#" } else { "▪" };
        mark.repeat(usize::try_from(cells).unwrap_or(0))
    }

    fn error(&self) -> Cell {
        let style = self.theme.style(Role::Text);
        let text = match finding(self.model, self.history, self.job).filter(|finding| !finding.is_vague()) {
            Some(finding) => finding.title(),
            None => self.job.latest_error.known().map_or_else(String::new, |text| text.shown().trim().to_owned()),
        };
        Cell { text, style }
    }
}

fn finding<'a>(model: &Model, history: &'a History, job: &Job) -> Option<&'a Finding> {
    let puzzle = model.puzzle_of(&history.source, job)?;
    history.meaning(&puzzle).map(AsRef::as_ref)
}

/// How a job stands, with a glyph and in words.
fn status(model: &Model, history: &History, job: &Job, theme: &Theme) -> (State, String) {
    let state = match job.status {
        Status::Running if history.is_lost(job) => State::Unknown,
        Status::Running => State::Running,
        Status::Completed => State::Completed,
        Status::Failed | Status::Error => match finding(model, history, job) {
            Some(finding) if finding.is_on_purpose() => State::Cancelled,
            _ => State::Failed,
        },
        Status::Paused | Status::BillingLimits | Status::BillingLimitTooLow => State::BillingLimit,
        Status::Cancelled => State::Cancelled,
        Status::None | Status::Unknown(_) => State::Unknown,
    };
    let words = match (state, &job.status) {
        (State::Cancelled, _) => "Cancelled".to_owned(),
        (State::Unknown, Status::Running) => "No end known".to_owned(),
        (_, status) => status.to_string(),
    };
    (state, format!("{} {words}", theme.glyph(state)))
}

/// How long ago it started; hours and days need their smaller unit to be told apart.
fn started(at: jiff::Timestamp, model: &Model) -> String {
    let age = age(at, model.now);
    if age.as_hours() < 1 { words::ago(at, model.now) } else { format!("{} ago", words::span(age)) }
}

/// How long it took, or has taken so far.
fn took(model: &Model, history: &History, job: &Job) -> Option<String> {
    if job.is_running() && !history.is_lost(job) {
        return Some(words::span(age(job.created_at?, model.now)));
    }
    Some(words::span(job.duration()?))
}

/// How a CDC job writes, short and long.
fn mode(job: &Job) -> Option<(String, String)> {
    let raw = job.write_mode.known()?;
    Some(match raw.raw() {
        "incremental_merge" => ("merge".to_owned(), "merges into the current rows".to_owned()),
        "scd2_append" => ("history".to_owned(), "appends every change to the history table".to_owned()),
        _ => (raw.shown().into_owned(), raw.shown().into_owned()),
    })
}

fn details<'a>(model: &Model, history: &History, job: &Job, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let plain = theme.style(Role::Text);
    let (state, word) = status(model, history, job, theme);
    let mut all: Vec<Line> = vec![];
    let mut say = |sentence: &str, style: Style| {
        all.extend(wrapped(sentence, width, style));
    };
    if theme.plain && History::chart_height(model.size) == 0 {
        say(&summary(model, history, theme), plain);
    }
    let started = job.created_at.map_or_else(
        || "start unknown".to_owned(),
        |at| format!("{} ({})", model.zone.exactly(at), words::ago(at, model.now)),
    );
    let running = job.is_running() && !history.is_lost(job);
    let usual = usual_duration(history.jobs()).filter(|_| history.schema.is_some());
    let usual = usual.map_or_else(String::new, |usual| format!(" (usually {})", words::span(usual)));
    let lasted = match took(model, history, job) {
        Some(span) if running => format!("for {span}{usual}"),
        Some(span) => format!("took {span}{usual}"),
        None => "without an end".to_owned(),
    };
    let rows = match job.rows {
        Field::Known(_) => words::told_rows(job.rows),
        Field::Null | Field::Unknown => "rows unknown".to_owned(),
    };
    let so_far = if running { " so far" } else { "" };
    say(&format!("{word}: {started}, {lasted}, {rows}{so_far}"), theme.state(state));
    if history.schema.is_none() {
        say(&format!("table {}", job.schema_name.shown()), plain);
    }
    if let Some((_, long)) = mode(job) {
        let both = if history.has_both_modes() { " Each sync has two jobs; do not add up their rows." } else { "" };
        say(&format!("This job {long}.{both}"), plain);
    }
    let text = job.latest_error.known().filter(|text| !text.is_blank());
    match (text, finding(model, history, job)) {
        (Some(_), Some(finding)) => {
            say(&format!("Cause: {} ({})", finding.title(), advice(finding)), theme.style(Role::Heading));
            say(&finding.cause.meaning.shown(), plain);
        }
        (None, _) if state == State::Failed => {
            say("It failed without a text that says why; its log may say more.", plain);
        }
        _ => {}
    }
    if let Some(text) = text {
        say("Error", theme.style(Role::Heading));
        say(&text.shown_lines(), plain);
    }
    let runs = history.schema.as_ref().and_then(|id| model.inventory.runs(id));
    if let Some(since) = runs.and_then(Runs::failing_since) {
        say(
            &format!(
                "The table has been failing since {} ({}).",
                model.zone.moment(since),
                words::ago(since, model.now)
            ),
            plain,
        );
    }
    if let Some(failure) = &history.failure {
        let again = model.keymap.key(CommandId::Refresh);
        let text = format!("Not up to date: {}; {again} tries again.", failure.explanation());
        say(&text, theme.style(Role::Bad));
    }
    all
}

/// What helps, in a few words.
fn advice(finding: &Finding) -> String {
    if finding.verdict.handled_by_posthog {
        return "PostHog handles this by itself".to_owned();
    }
    let letter: Letter = finding.verdict.recovery;
    format!("{letter}: {}", letter.meaning())
}

/// What a text means.
fn explanation(model: &Model, history: &History, asked: &Explanation, theme: &Theme, frame: &mut Frame) {
    const WIDTH: u16 = 100;
    let width = modal::inner_width(WIDTH, frame.area());
    let (plain, heading) = (theme.style(Role::Text), theme.style(Role::Heading));
    let mut all: Vec<Line> = Vec::new();
    let mut say = |sentence: &str, style: Style| {
        all.extend(wrapped(sentence, width, style));
    };
    match history.meaning(&asked.puzzle) {
        Some(finding) => {
            let style = if finding.is_vague() { Role::Doubtful } else { Role::Broken };
            say(&format!("Cause: {}", finding.title()), theme.style(style));
            say(&finding.cause.meaning.shown(), plain);
            if let Some(follows) = &asked.follows {
                say(follows, theme.style(Role::Moving));
            }
            let letter = finding.verdict.recovery;
            say(&format!("Recovery {letter}: {}", letter.meaning()), heading);
            for (index, step) in finding.steps().iter().enumerate() {
                for (part, line) in text::wrap(step, width.saturating_sub(3)).into_iter().enumerate() {
                    let lead = if part == 0 { format!("{}. ", index + 1) } else { "   ".to_owned() };
                    say(&format!("{lead}{line}"), plain);
                }
            }
            let others: Vec<String> = finding.verdict.also.iter().map(|id| id.as_str().replace('_', " ")).collect();
            if !others.is_empty() {
                say(&format!("Or perhaps: {}", others.join(", ")), plain);
            }
            if let Some(name) = &finding.verdict.identifier {
                say(&format!("It concerns: {}", name.shown()), plain);
            }
            if let Some(evidence) = &finding.verdict.evidence {
                say(&format!("Concluded from: “{}”", evidence.text.shown()), plain);
            }
        }
        None if history.is_explained(&asked.puzzle) => say("Nothing is known about this text.", plain),
        None => say("Looking it up.", theme.style(Role::Faint)),
    }
    say("Text", heading);
    say(&asked.puzzle.text.as_ref().map(|text| text.shown_lines().into_owned()).unwrap_or_default(), plain);
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let close = model.keymap.key(CommandId::Back);
    let inside = modal::open(&format!("What this text means; {close} closes"), WIDTH, height, theme, frame);
    let start = bounded_scroll(asked.scroll, all.len(), inside.height);
    lines(&all, start, inside, frame.buffer_mut());
    let more = all.len().saturating_sub(start + usize::from(inside.height));
    if more > 0 {
        let words = format!(" {} below ", words::counted(more, "more line"));
        let x = inside.right().saturating_sub(u16::try_from(text::width(&words)).unwrap_or(0));
        let style = theme.style(Role::Faint);
        frame.buffer_mut().set_line(x, inside.bottom(), &Line::from(Span::styled(words, style)), inside.width);
    }
}
