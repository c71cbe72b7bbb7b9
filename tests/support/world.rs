//! A program without a terminal and without a server: keys go in, effects come out, and the test answers them.
#![allow(dead_code, reason = "a test binary uses only the parts it needs")]

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier};
use whtui::app::commands::keymap::Keymap;
use whtui::app::effect::{Effect, RequestId, Timer};
use whtui::app::key::Key;
use whtui::app::layout::Size;
use whtui::app::message::{Event, Message, Sent};
use whtui::app::model::Model;
use whtui::app::settings::{Place, Settings, Setup, Start};
use whtui::app::update::{start, update};
use whtui::view::theme::Theme;
use whtui::warehouse::account;
use whtui::warehouse::diagnosis::{Catalogue, Level, Symptom};
use whtui::warehouse::failure::Failure;
use whtui::warehouse::field::Field;
use whtui::warehouse::finding::Finding;
use whtui::warehouse::ids::{JobId, ProjectId, SchemaId, SourceId};
use whtui::warehouse::job::Job;
use whtui::warehouse::operation::Operation;
use whtui::warehouse::schema::{Schema, SchemaDetail, Table};
use whtui::warehouse::settings::{Frequency, SyncType};
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::{Completeness, Fact, FullSchema, Identity, Need, SourcePage};
use whtui::warehouse::text::Foreign;

/// When everything happens.
pub fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// So many minutes before noon.
pub fn ago(minutes: i64) -> Timestamp {
    noon() - SignedDuration::from_mins(minutes)
}

/// A text that the server told.
pub fn told(text: &str) -> Field<Foreign> {
    Field::Known(Foreign::new(text))
}

/// A healthy table, synced incrementally every six hours and last time forty minutes ago.
pub fn table(name: &str, rows: u64) -> Schema {
    Schema {
        id: SchemaId::new(&format!("01930000-0000-0000-0000-{name}")),
        name: Foreign::new(name),
        label: Field::Null,
        should_sync: Some(true),
        status: Status::Completed,
        sync_type: Field::Known(SyncType::Incremental),
        last_synced_at: Field::Known(ago(40)),
        frequency: Field::Known(Frequency::Every(360)),
        latest_error: Field::Null,
        table: Field::Known(Table { name: Foreign::new(&name.replace('.', "_")), rows: Field::Known(rows) }),
        finding: None,
    }
}

/// The same table with this status.
pub fn with(status: Status, table: Schema) -> Schema {
    Schema { status, ..table }
}

/// The same table, failed with this text, as the worker would diagnose it.
pub fn failed(error: &str, kind: &str, table: Schema) -> Schema {
    let symptom = Symptom {
        text: Some(error),
        level: Level::Schema,
        status: Some(&Status::Failed),
        source_type: Some(kind),
        sync_type: table.sync_type.known().map(SyncType::raw),
        sync_blocked: None,
    };
    Schema {
        status: Status::Failed,
        latest_error: told(error),
        finding: Finding::of(Catalogue::builtin(), &symptom).map(Arc::new),
        ..table
    }
}

/// The same table, switched off.
pub fn off(table: Schema) -> Schema {
    Schema { should_sync: Some(false), ..table }
}

/// The same table without data.
pub fn bare(table: Schema) -> Schema {
    Schema { table: Field::Null, last_synced_at: Field::Null, ..table }
}

/// A table whose method was never chosen.
pub fn not_set_up(name: &str) -> Schema {
    Schema {
        should_sync: Some(false),
        status: Status::None,
        sync_type: Field::Null,
        frequency: Field::Known(Frequency::Every(360)),
        ..bare(table(name, 0))
    }
}

/// A source that is synced.
pub fn source(id: &str, kind: &str, description: Option<&str>, schemas: Vec<Schema>) -> Source {
    Source {
        id: SourceId::new(&format!("0192ffff-0000-0000-0000-{id}")),
        kind: Foreign::new(kind),
        prefix: told(id),
        description: description.map_or(Field::Null, told),
        status: Status::Completed,
        latest_error: schemas
            .iter()
            .map(|schema| schema.latest_error.clone())
            .find(|error| !error.is_null())
            .unwrap_or(Field::Null),
        direct: false,
        created_at: Field::Known(ago(90 * 24 * 60)),
        created_by: told("ada@example.com"),
        last_run_at: Field::Known(ago(41)),
        auto_sync_new_schemas: Field::Known(false),
        supports_webhooks: Field::Known(false),
        api_version: Field::Null,
        access_level: told("editor"),
        settings: vec![
            (Foreign::new("host"), Foreign::new("db.example.com")),
            (Foreign::new("port"), Foreign::new("5432")),
        ],
        schemas,
        unreadable: 0,
    }
}

/// A job of a table, begun so many minutes before noon. `took`: seconds, if it has ended.
pub fn job(table: &Schema, id: &str, begun: i64, took: Option<i64>, status: Status, rows: u64) -> Job {
    Job {
        id: JobId::new(id),
        created_at: Some(ago(begun)),
        finished_at: took.map_or(Field::Null, |took| Field::Known(ago(begun) + SignedDuration::from_secs(took))),
        status,
        schema: Some(table.id.clone()),
        schema_name: table.name.clone(),
        rows: Field::Known(rows),
        latest_error: Field::Null,
        workflow_run_id: Field::Null,
        write_mode: Field::Null,
    }
}

/// What only the full form of a table tells.
pub fn detail() -> SchemaDetail {
    SchemaDetail {
        incremental_field: told("updated_at"),
        incremental_field_type: told("timestamp"),
        lookback_seconds: Field::Known(3_600),
        primary_keys: Field::Known(vec![Foreign::new("id")]),
        sync_time_of_day: told("03:15:00"),
        full_refresh_days: Field::Null,
        next_full_refresh_at: Field::Null,
        cdc_table_mode: told("consolidated"),
        sync_blocked: Field::Null,
        enabled_columns: Field::Null,
        row_filters: Field::Known(Vec::new()),
        filter_columns: Field::Null,
        filters_rows: Field::Known(true),
        full_refresh_time: Field::Null,
        selects_columns: Field::Unknown,
        columns: Field::Known(14),
        query_name: told("shop.public_orders"),
        description: Field::Null,
        api_version: Field::Null,
        access_level: told("editor"),
    }
}

/// All of a list in one page.
pub fn whole(sources: Vec<Source>) -> SourcePage {
    let count = sources.len();
    SourcePage { sources, loaded: count, total: count, unreadable: 0, end: Some(Completeness::Whole) }
}

/// A project in which every state is at hand.
pub fn project() -> Vec<Source> {
    let password = "password authentication failed for user \"whtui_reader\"";
    let column = "The column \"total_cents\" no longer exists in the source table. Update the sync's settings and \
                  re-enable the sync.";
    let stale = Schema { last_synced_at: Field::Known(ago(26 * 60)), ..table("Invoice", 22_410) };
    vec![
        source(
            "shop",
            "Postgres",
            None,
            vec![
                table("public.customers", 3_412),
                with(Status::Running, table("public.events", 5_204_118)),
                failed(password, "Postgres", table("public.orders", 12_331)),
                off(failed(column, "Postgres", table("public.payments", 80_112))),
            ],
        ),
        source(
            "stripe_",
            "Stripe",
            Some("Billing"),
            vec![table("Charge", 51_020), table("Customer", 9_003), stale, not_set_up("Refund")],
        ),
        source(
            "depot",
            "MySQL",
            None,
            vec![
                with(Status::None, bare(table("stock.arrivals", 0))),
                off(table("stock.returns", 90)),
                with(Status::Running, table("stock.levels", 812)),
            ],
        ),
        source(
            "ads",
            "GoogleAds",
            None,
            vec![
                failed("Sync cancelled by user", "GoogleAds", table("ad_group", 412)),
                with(Status::BillingLimits, table("campaign", 31)),
                with(Status::Unknown(Foreign::new("Hibernating")), table("keyword", 77)),
            ],
        ),
        Source { direct: true, ..source("replica", "Postgres", Some("Live replica"), vec![table("public.users", 0)]) },
        source("crm", "Hubspot", None, Vec::new()),
    ]
}

/// Which project it is connected to, and how it was started.
pub fn settings() -> Settings {
    let place = Place { origin: "https://eu.posthog.com".to_owned(), project: 42, demo: false };
    Settings { start: Start::Connected(place), read_only: false, dry_run: false, ascii: false, setup: Setup::default() }
}

/// The program, with whatever it waits for.
pub struct Desk {
    /// Everything the program knows.
    pub model: Model,
    /// The time of the next message.
    pub now: Timestamp,
    /// Requests that wait for an answer.
    pub fetches: Vec<(RequestId, Need)>,
    /// Writes that wait for an answer, with what was sent.
    pub sends: Vec<(RequestId, Operation)>,
    /// Timers that were asked for.
    pub timers: Vec<Timer>,
    /// Everything else that was asked for.
    pub others: Vec<Effect>,
}

impl Desk {
    /// Starts the program.
    pub fn new(settings: Settings, width: u16, height: u16) -> Self {
        let model = Model::new(settings, Keymap::defaults(), Size { width, height }, noon());
        let mut desk =
            Self { model, now: noon(), fetches: Vec::new(), sends: Vec::new(), timers: Vec::new(), others: Vec::new() };
        let effects = start(&mut desk.model);
        desk.keep(effects);
        desk
    }

    /// The program after the first reading of these sources.
    pub fn reading(settings: Settings, width: u16, height: u16, sources: Vec<Source>) -> Self {
        let mut desk = Self::new(settings, width, height);
        desk.identify();
        desk.list(sources);
        desk
    }

    fn keep(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Fetch { request, need, .. } => self.fetches.push((request, need)),
                Effect::Send { request, operation, .. } => self.sends.push((request, operation)),
                Effect::Wake { timer, .. } => self.timers.push(timer),
                other => self.others.push(other),
            }
        }
    }

    /// Something happens.
    pub fn happen(&mut self, event: Event) {
        let effects = update(&mut self.model, Message { at: self.now, event });
        self.keep(effects);
    }

    /// Keys by their names in the keymap, one after the other.
    pub fn press(&mut self, keys: &[&str]) -> &mut Self {
        for key in keys {
            let key = Key::parse(key).unwrap_or_else(|| panic!("{key} is no key"));
            self.happen(Event::KeyPressed(key));
        }
        self
    }

    /// A text, key by key.
    pub fn type_in(&mut self, text: &str) -> &mut Self {
        for symbol in text.chars() {
            self.happen(Event::KeyPressed(Key::plain(whtui::app::key::Code::Char(symbol))));
        }
        self
    }

    /// Time passes, unnoticed until the next message.
    pub fn pass(&mut self, seconds: i64) -> &mut Self {
        self.now += SignedDuration::from_secs(seconds);
        self
    }

    /// The newest timer of this kind runs out.
    #[track_caller]
    pub fn fire(&mut self, wanted: impl Fn(&Timer) -> bool) -> &mut Self {
        let place = self.timers.iter().rposition(wanted).expect("such a timer was asked for");
        let timer = self.timers.remove(place);
        self.happen(Event::TimerFired(timer));
        self
    }

    /// The oldest question of this kind that still waits for its answer.
    #[track_caller]
    pub fn asked(&mut self, wanted: impl Fn(&Need) -> bool) -> (RequestId, Need) {
        let place = self.fetches.iter().position(|(_, need)| wanted(need));
        let place = place.unwrap_or_else(|| panic!("not asked; open are {:?}", self.fetches));
        self.fetches.remove(place)
    }

    /// Answers the question for the list.
    #[track_caller]
    pub fn list(&mut self, sources: Vec<Source>) -> &mut Self {
        let (request, _) = self.asked(|need| *need == Need::Sources);
        self.happen(Event::Learned(request, Box::new(Fact::Sources(whole(sources)))));
        self.happen(Event::FetchEnded(request, Ok(())));
        self
    }

    /// Answers the question who this is.
    #[track_caller]
    pub fn identify(&mut self) -> &mut Self {
        let (request, _) = self.asked(|need| *need == Need::Identity);
        let identity = Identity {
            key: Some(account::Key {
                scopes: Some(vec![Foreign::new("external_data_source:write")]),
                ..account::Key::default()
            }),
            project: Some(account::Project {
                id: ProjectId::new(42).unwrap(),
                name: Foreign::new("Acme"),
                timezone: Field::Null,
            }),
        };
        self.happen(Event::Learned(request, Box::new(Fact::Identity(Box::new(identity)))));
        self.happen(Event::FetchEnded(request, Ok(())));
        self
    }

    /// Answers the oldest question for jobs that names this table.
    #[track_caller]
    pub fn jobs(&mut self, table: &str, jobs: Vec<Job>) -> &mut Self {
        let name = Foreign::new(table);
        let (request, need) = self.asked(|need| matches!(need, Need::Jobs(query) if query.schemas.contains(&name)));
        let Need::Jobs(query) = need else { unreachable!("asked for") };
        self.happen(Event::Learned(request, Box::new(Fact::Jobs(query, jobs))));
        self.happen(Event::FetchEnded(request, Ok(())));
        self
    }

    /// Answers the oldest question for the full form of this table.
    #[track_caller]
    pub fn full(&mut self, schema: Schema) -> &mut Self {
        let (request, _) = self.asked(|need| *need == Need::Schema(schema.id.clone()));
        let full = FullSchema { schema, detail: detail(), source: None, source_type: Field::Unknown };
        self.happen(Event::Learned(request, Box::new(Fact::Schema(Box::new(full)))));
        self.happen(Event::FetchEnded(request, Ok(())));
        self
    }

    /// The oldest question of this kind cannot be answered.
    #[track_caller]
    pub fn fail(&mut self, wanted: impl Fn(&Need) -> bool, failure: Failure) -> &mut Self {
        let (request, _) = self.asked(wanted);
        self.happen(Event::FetchEnded(request, Err(failure)));
        self
    }

    /// The oldest write is answered.
    #[track_caller]
    pub fn sent(&mut self, result: Result<Sent, Failure>) -> &mut Self {
        let (request, _) = self.sends.remove(0);
        self.happen(Event::Sent(request, result));
        self
    }

    /// Focuses the sources and goes to the one of this name.
    #[track_caller]
    pub fn go_to_source(&mut self, title: &str) -> &mut Self {
        self.press(&["1", "g"]);
        for _ in 0..self.model.sources.rows().len() {
            if self.model.selected_source().is_some_and(|held| held.source.title().raw() == title) {
                return self;
            }
            self.press(&["j"]);
        }
        panic!("no source {title}")
    }

    /// Focuses the tables and goes to the one of this name.
    #[track_caller]
    pub fn go_to_table(&mut self, source: &str, name: &str) -> &mut Self {
        self.go_to_source(source).press(&["2", "g"]);
        for _ in 0..self.model.schemas.rows().len() {
            if self.model.selected_schema().is_some_and(|(_, schema, _)| schema.name.raw() == name) {
                return self;
            }
            self.press(&["j"]);
        }
        panic!("no table {name}")
    }

    /// A table of the last list, by name.
    #[track_caller]
    pub fn held(&self, name: &str) -> Schema {
        let found = self.model.inventory.sources().iter().flat_map(|held| held.source.schemas.iter());
        found.into_iter().find(|schema| schema.name.raw() == name).expect("a table of this name").clone()
    }

    /// The screen: its text, then the styles of each line, then the cursor where it is shown.
    pub fn screen(&self) -> String {
        let theme = Theme::builtin(!self.model.settings.ascii, self.model.settings.ascii);
        let Size { width, height } = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| whtui::view::draw(&self.model, &theme, frame)).unwrap();
        let backend = terminal.backend();
        let buffer = backend.buffer();
        let (mut text, mut styles) = (String::new(), String::new());
        for row in 0..height {
            let cells: Vec<_> = (0..width).map(|column| &buffer[(column, row)]).collect();
            let mut skip = 0;
            for cell in &cells {
                // The second half of a wide character is a cell without a symbol of its own.
                if skip == 0 {
                    text.push_str(cell.symbol());
                    skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
                } else {
                    skip -= 1;
                }
            }
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
            assert!(
                !text.contains(|symbol: char| symbol != '\n' && (symbol.is_control() || is_direction(symbol))),
                "the terminal must not be steered by what is shown"
            );
            let look = |column: usize| (cells[column].fg, cells[column].bg, cells[column].modifier);
            let mut runs = Vec::new();
            let mut begin = 0;
            for column in 1..=usize::from(width) {
                if column == usize::from(width) || look(column) != look(begin) {
                    if let Some(words) = words(look(begin)) {
                        runs.push(format!("{begin}-{} {words}", column - 1));
                    }
                    begin = column;
                }
            }
            if !runs.is_empty() {
                // Writing to a string cannot fail.
                let _ = writeln!(styles, "{row}: {}", runs.join(", "));
            }
        }
        let cursor = backend.cursor_visible().then(|| backend.cursor_position());
        let cursor = cursor.map_or("hidden".to_owned(), |at| format!("{},{}", at.x, at.y));
        format!("{text}--- styles\n{styles}--- cursor {cursor}\n")
    }
}

/// Whether a character turns the direction of what follows.
fn is_direction(symbol: char) -> bool {
    matches!(symbol, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A look in words; nothing for that of plain text.
fn words((foreground, background, modifier): (Color, Color, Modifier)) -> Option<String> {
    let mut words = Vec::new();
    if foreground != Color::Reset {
        words.push(format!("{foreground:?}").to_lowercase());
    }
    if background != Color::Reset {
        words.push(format!("on {background:?}").to_lowercase());
    }
    words.extend(modifier.iter_names().map(|(name, _)| name.to_lowercase()));
    (!words.is_empty()).then(|| words.join(" "))
}
