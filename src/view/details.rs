//! Everything known of the selected source or table.

mod lag;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::theme::{Role, Theme};
use super::widgets::{pane, with_keys};
use super::{chart, pictures, reader, text};
use crate::app::commands::CommandId;
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::selection::Selected;
use crate::warehouse::diagnosis::CauseId;
use crate::warehouse::field::Field;
use crate::warehouse::filter::RowFilter;
use crate::warehouse::freshness::{age, allowance};
use crate::warehouse::inventory::Held;
use crate::warehouse::job::Job;
use crate::warehouse::recovery::proposal::{Move, proposed};
use crate::warehouse::runs::Runs;
use crate::warehouse::schedule::{self, Next};
use crate::warehouse::schema::{Schema, SchemaDetail};
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::{Severity, State};
use crate::warehouse::text::{Foreign, clean};
use crate::warehouse::words;

/// Draws it.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame) {
    let mut page = Page { model, theme, width: usize::from(area.width.saturating_sub(2)), lines: Vec::new() };
    match model.selected() {
        Selected::Nothing => page.sentence("Nothing is selected.", theme.style(Role::Faint)),
        Selected::Source(held) => source(&mut page, held),
        Selected::Schema(held, table, state) => schema(&mut page, held, table, state),
    }
    let all = page.lines;
    let focused = model.focus == Pane::Details;
    let inside = pane(
        Line::from(Span::styled(" 3 Details ", theme.style(Role::Title))),
        focused,
        theme,
        area,
        frame.buffer_mut(),
    );
    let more = reader::show(&all, &model.details, theme, inside, frame);
    if more > 0 && !model.details.find.editing && !model.details.find.is_active() {
        let below = format!("{} below ", words::counted(more, "line"));
        frame.buffer_mut().set_stringn(
            area.x + 12,
            area.y,
            below,
            usize::from(area.width).saturating_sub(13),
            theme.style(Role::Faint),
        );
    }
}

/// The page being written.
struct Page<'a> {
    model: &'a Model,
    theme: &'a Theme,
    width: usize,
    lines: Vec<Line<'a>>,
}

/// Width of the names of fields.
const NAME: usize = 15;

/// How many runs a picture of one line shows.
const RUNS: usize = 24;

impl Page<'_> {
    fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let style = self.theme.style(Role::Heading);
        self.lines.extend(text::wrap(text, self.width).into_iter().map(|line| Line::styled(line, style)));
    }

    fn sentence(&mut self, sentence: &str, style: Style) {
        self.lines.extend(text::wrap(sentence, self.width).into_iter().map(|line| Line::styled(line, style)));
    }

    fn text(&mut self, sentence: &str) {
        self.sentence(sentence, self.theme.style(Role::Text));
    }

    fn step(&mut self, number: usize, sentence: &str) {
        let style = self.theme.style(Role::Text);
        for (index, part) in text::wrap(sentence, self.width.saturating_sub(3)).into_iter().enumerate() {
            let lead = if index == 0 { format!("{number}. ") } else { "   ".to_owned() };
            self.lines.push(Line::styled(format!("{lead}{part}"), style));
        }
    }

    fn field(&mut self, name: &str, value: &str) {
        self.styled_field(name, value, self.theme.style(Role::Text));
    }

    fn styled_field(&mut self, name: &str, value: &str, style: Style) {
        if self.theme.plain {
            return self.sentence(&format!("{name}: {value}"), style);
        }
        let room = self.width.saturating_sub(NAME + 1).max(8);
        for (index, part) in text::wrap(value, room).into_iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            self.lines.push(Line::from(vec![
                Span::styled(text::fit(name, NAME, "…", false), self.theme.style(Role::Faint)),
                Span::raw(" "),
                Span::styled(part, style),
            ]));
        }
    }

    /// A field whose value is a picture.
    fn drawn(&mut self, name: &str, picture: Vec<Span<'static>>) {
        if !picture.is_empty() {
            let name = Span::styled(text::fit(name, NAME, "…", false), self.theme.style(Role::Faint));
            self.lines.push([name, Span::raw(" ")].into_iter().chain(picture).collect());
        }
    }

    /// A field that is left out when the server did not tell it.
    fn told(&mut self, name: &str, value: &Field<Foreign>) {
        match value {
            Field::Known(value) => self.field(name, &value.shown()),
            Field::Null => self.field(name, "–"),
            Field::Unknown => {}
        }
    }

    fn moment(&mut self, name: &str, at: &Field<jiff::Timestamp>) {
        match at {
            Field::Known(at) => {
                let text = format!("{} ({})", self.model.zone.moment(*at), words::ago(*at, self.model.now));
                self.field(name, &text);
            }
            Field::Null => self.field(name, "never"),
            Field::Unknown => self.field(name, "?"),
        }
    }

    fn state(&mut self, table: &Schema, state: State) {
        let style = self.theme.state(state);
        self.lines.push(Line::styled(format!("{} {}", self.theme.glyph(state), state.words()), style));
        self.text(table.meaning(state));
    }

    fn error(&mut self, title: &str, error: Option<&Foreign>) {
        if let Some(error) = error.filter(|error| !error.is_blank()) {
            self.heading(title);
            self.text(&error.shown_lines());
        }
    }
}

fn source(page: &mut Page<'_>, held: &Held) {
    let source = &held.source;
    page.heading(&held.title().shown());
    match held.tally.worst {
        Some(state) if held.error.is_some() => {
            let trouble = held.trouble().unwrap_or_default();
            let style = page.theme.state(state);
            page.sentence(&format!("{} {}: {trouble}", page.theme.glyph(state), state.severity().words()), style);
        }
        Some(state) if state.severity() <= Severity::Doubtful => {
            let style = page.theme.state(state);
            let counts = [(held.tally.broken, "broken"), (held.tally.doubtful, "doubtful")];
            let counts: Vec<String> =
                counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
            let text = format!(
                "{} {}: {} of {}",
                page.theme.glyph(state),
                state.severity().words(),
                counts.join(", "),
                words::counted(held.tally.total, "table"),
            );
            page.sentence(&text, style);
        }
        Some(_) => page.sentence("Nothing is broken here.", page.theme.style(Role::Well)),
        None => page.sentence("This source has no tables.", page.theme.style(Role::Faint)),
    }
    if held.tally.switched_off > 0 {
        let text = format!(
            "PostHog switched off {}; they stay off until re-enabled, whatever else is fixed.",
            words::counted(held.tally.switched_off, "table")
        );
        page.text(&text);
    }
    let mut causes: Vec<(String, usize)> = Vec::new();
    for (table, state) in held.tables().filter(|(_, state)| state.severity() == Severity::Broken) {
        let cause = table.trouble(state).unwrap_or_default();
        match causes.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, count)) => *count += 1,
            None => causes.push((cause, 1)),
        }
    }
    if let Some(strip) = page.model.strips.of_source(&source.id).filter(|strip| !strip.jobs.is_empty()) {
        page.drawn("newest runs", pictures::picture(&strip, RUNS, page.theme, chart::heat).0);
    }
    if !causes.is_empty() {
        page.heading("What is wrong");
        for (cause, count) in causes {
            page.field(&words::counted(count, "table"), &cause);
        }
    }
    lag::show(page, held);
    page.heading("Source");
    page.field("type", &source.kind.shown());
    page.field("server's status", &source.status.to_string());
    if source.direct {
        page.field("access", "direct: queried live, nothing is synced");
    }
    page.told("prefix", &source.prefix);
    page.told("description", &source.description);
    page.moment("last run", &source.last_run_at);
    page.moment("created", &source.created_at);
    page.told("created by", &source.created_by);
    if let Field::Known(auto) = source.auto_sync_new_schemas {
        page.field("new tables", if auto { "switched on by themselves" } else { "stay off" });
    }
    page.told("API version", &source.api_version);
    page.told("your access", &source.access_level);
    page.field("id", &clean(source.id.as_str(), false));
    if !source.settings.is_empty() {
        page.heading("Connection");
        for (name, value) in &source.settings {
            page.field(&name.shown(), &value.shown());
        }
    }
    page.error("Error the server shows for it (may be old)", source.latest_error.known());
}

fn schema(page: &mut Page<'_>, held: &Held, table: &Schema, state: State) {
    page.heading(&format!("{} / {}", held.title().shown(), table.title().shown()));
    page.state(table, state);
    if state == State::Unknown {
        page.field("server's status", &table.status.to_string());
    }
    cause(page, table, state);
    recovery(page, held, table, state);
    let old = !state.is_failure();
    let title = if old { "Last error (may be old)" } else { "Error" };
    page.error(title, table.latest_error.known());
    runs(page, table);
    configuration(page, table, state);
}

fn cause(page: &mut Page<'_>, table: &Schema, state: State) {
    if !state.is_failure() {
        return;
    }
    page.heading("Root cause");
    let Some(finding) = table.finding.as_deref() else {
        page.text("The run failed without a text that says why.");
        return;
    };
    page.sentence(&finding.title(), page.theme.state(state));
    page.text(&finding.cause.meaning.shown());
    if let Some(name) = &finding.verdict.identifier {
        page.field("concerns", &name.shown());
    }
    if let Some(evidence) = &finding.verdict.evidence {
        page.field("evidence", &format!("“{}”", evidence.text.shown()));
    }
    if let Some(other) = finding.verdict.also.iter().find(|other| other.as_str() != CauseId::UNKNOWN) {
        page.field("or perhaps", &other.as_str().replace('_', " "));
    }
}

fn recovery(page: &mut Page<'_>, held: &Held, table: &Schema, state: State) {
    let Some(proposal) = proposed(&page.model.inventory, held, table, state) else { return };
    page.heading(&format!("Recovery {}: {}", proposal.letter, proposal.letter.meaning()));
    let known_why = state.is_failure();
    if !known_why {
        page.text(&proposal.why);
    }
    if let Some(trouble) = page.model.inventory.trouble(held, table, state) {
        page.field("evidence", &format!("“{}”", trouble.evidence.shown()));
    }
    for (index, step) in proposal.steps.iter().enumerate() {
        page.step(index + 1, step);
    }
    let style = if proposal.loses.starts_with("Nothing") { Role::Good } else { Role::Danger };
    page.sentence(&proposal.loses, page.theme.style(style));
    if let Some(next) = proposal.next {
        let (command, word) = match next {
            Move::Reload => (CommandId::Reload, "reloads it"),
            Move::Cancel => (CommandId::Cancel, "cancels the run"),
            Move::Resume => (CommandId::PauseResume, "switches it on again, once the cause is fixed"),
            Move::Resync => (CommandId::Resync, "resyncs it, after asking"),
            Move::DeleteData => (CommandId::DeleteData, "deletes its data, after asking"),
        };
        let sentence = format!("`{}` {word}", page.model.keymap.key(command));
        let style = page.theme.style(Role::Text);
        for line in text::wrap(&sentence, page.width) {
            page.lines.push(with_keys(&line, style, page.theme));
        }
    }
}

fn runs(page: &mut Page<'_>, table: &Schema) {
    let Some(runs) = page.model.inventory.runs(&table.id) else {
        page.heading("Runs");
        return page.sentence("Not read yet.", page.theme.style(Role::Faint));
    };
    let now = page.model.now;
    page.heading("Runs");
    if let Some(job) = runs.running() {
        let elapsed = job.created_at.map_or("?".to_owned(), |at| words::span(age(at, now)));
        let mut usual = runs.usual().map_or(String::new(), |usual| format!(", usually {}", words::span(usual)));
        let beyond = job.created_at.zip(runs.usual()).map(|(at, usual)| age(at, now) - usual);
        if let Some(beyond) = beyond.filter(|beyond| beyond.as_secs() > 0) {
            usual = format!("{usual}, over by {}", words::span(beyond));
        }
        page.field("running", &format!("{elapsed}{usual}, {} rows so far", words::rows(job.rows)));
        // Ears get the words alone.
        if let (Some(at), Some(usual), false) = (job.created_at, runs.usual(), page.theme.plain) {
            let seconds = |span: jiff::SignedDuration| u64::try_from(span.as_secs()).unwrap_or(0);
            let (elapsed, width) = (age(at, now), page.width.saturating_sub(NAME + 1).min(20));
            let style = page.theme.style(if elapsed > usual * 2 { Role::Doubtful } else { Role::Moving });
            page.styled_field("", &chart::gauge(seconds(elapsed), seconds(usual), width, page.theme), style);
        }
    }
    let strip = page.model.strips.of_table(&page.model.inventory, &table.id);
    if let Some(strip) = strip.filter(|strip| !strip.jobs.is_empty()) {
        page.drawn("rows each run", pictures::picture(&strip, RUNS, page.theme, chart::spark).0);
    }
    if let Some(since) = runs.failing_since() {
        page.field("failing since", &format!("{} ({})", page.model.zone.moment(since), words::ago(since, now)));
    }
    for job in runs.jobs().iter().filter(|job| !job.is_running()).take(5) {
        let at = job.created_at.map_or("?".to_owned(), |at| at.strftime("%m-%d %H:%M").to_string());
        page.field(&at, &job_words(job));
    }
    if runs.jobs().is_empty() {
        page.text("No job of this table is known to the server.");
    }
    let key = |command| page.model.keymap.key(command);
    let sentence = format!("`{}` shows every job, `{}` the log.", key(CommandId::History), key(CommandId::Logs));
    page.lines.push(with_keys(&sentence, page.theme.style(Role::Faint), page.theme));
}

fn job_words(job: &Job) -> String {
    let took = job.duration().map_or(String::new(), |took| format!(", {}", words::span(took)));
    format!("{}, {} rows{took}", job.status, words::rows(job.rows))
}

fn configuration(page: &mut Page<'_>, table: &Schema, state: State) {
    page.heading("Configuration");
    let method = match &table.sync_type {
        Field::Known(method) => method.to_string(),
        Field::Null => "not set up".to_owned(),
        Field::Unknown => "?".to_owned(),
    };
    page.field("method", &method);
    page.field("switched on", table.should_sync.map_or("?", |on| if on { "yes" } else { "no" }));
    let frequency = match &table.frequency {
        Field::Known(frequency) => frequency.to_string(),
        Field::Null => "–".to_owned(),
        Field::Unknown => "?".to_owned(),
    };
    page.field("every", &frequency);
    page.moment("last synced", &table.last_synced_at);
    next_sync(page, table, state);
    if let Some(allowed) =
        allowance(table.frequency.known(), page.model.inventory.runs(&table.id).map(Runs::rhythm).unwrap_or_default())
            .filter(|_| table.should_sync == Some(true))
    {
        page.field("fresh up to", &words::span(allowed));
    }
    page.field("rows", &words::rows(table.rows()));
    page.field("server's status", &table.status.to_string());
    if let Field::Known(stored) = &table.table {
        page.field("stored as", &stored.name.shown());
    }
    match (page.model.inventory.detail(&table.id), &page.model.details_failure) {
        (Some(detail), _) => full_configuration(page, table, detail),
        (None, Some((id, failure))) if *id == table.id => {
            let text = format!("The full configuration could not be read: {}.", failure.explanation());
            page.sentence(&text, page.theme.style(Role::Bad));
        }
        (None, _) => page.sentence("Reading the full configuration.", page.theme.style(Role::Faint)),
    }
    page.field("source name", &table.name.shown());
    page.field("id", &clean(table.id.as_str(), false));
}

fn next_sync(page: &mut Page<'_>, table: &Schema, state: State) {
    let inventory = &page.model.inventory;
    let now = page.model.now;
    let text = match schedule::next(table, state, inventory.detail(&table.id), inventory.runs(&table.id), now) {
        Some(Next::Now) => "now".to_owned(),
        Some(Next::About(at)) => format!("about {} ({})", page.model.zone.moment(at), schedule::until(at, now)),
        Some(Next::Due(at)) => format!("was due {}", words::ago(at, now)),
        None => return,
    };
    page.field("next sync", &text);
}

fn full_configuration(page: &mut Page<'_>, table: &Schema, detail: &SchemaDetail) {
    let names = |names: &Field<Vec<Foreign>>, none: &str| match names {
        Field::Known(names) if names.is_empty() => none.to_owned(),
        Field::Known(names) => names.iter().map(Foreign::shown).collect::<Vec<_>>().join(", "),
        Field::Null => none.to_owned(),
        Field::Unknown => "?".to_owned(),
    };
    let number = |number: &Field<u64>, unit: &str| match number {
        Field::Known(number) => format!("{number} {unit}"),
        Field::Null => "–".to_owned(),
        Field::Unknown => "?".to_owned(),
    };
    page.told("cursor column", &detail.incremental_field);
    page.told("cursor type", &detail.incremental_field_type);
    page.field("lookback", &number(&detail.lookback_seconds, "s"));
    page.field("primary key", &names(&detail.primary_keys, "–"));
    page.told("time of day", &detail.sync_time_of_day);
    page.field("full refresh", &number(&detail.full_refresh_days, "days apart"));
    if detail.full_refresh_days.known().is_some() {
        page.told("full one at", &detail.full_refresh_time);
    }
    if detail.next_full_refresh_at.known().is_some() {
        page.moment("next full one", &detail.next_full_refresh_at);
    }
    // The server says `consolidated` even of tables that have nothing to do with CDC.
    if table.syncs_by(&SyncType::Cdc) {
        page.told("CDC mode", &detail.cdc_table_mode);
    }
    if let Field::Known(blocked) = &detail.sync_blocked {
        let style = page.theme.style(Role::Broken);
        page.styled_field("blocked by", &blocked.shown(), style);
    }
    page.field("columns synced", &names(&detail.enabled_columns, "all"));
    if let Field::Known(filters) = &detail.row_filters {
        let all = if filters.is_empty() { "–".to_owned() } else { RowFilter::line(filters) };
        page.field("row filters", &all);
    }
    if let Field::Known(columns) = detail.columns {
        page.field("columns", &columns.to_string());
    }
    page.told("query name", &detail.query_name);
    page.told("description", &detail.description);
    page.told("API version", &detail.api_version);
    page.told("your access", &detail.access_level);
}
