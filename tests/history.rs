//! The jobs of a table, their logs, and what their texts mean: how they look and what keys do to them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use support::made::{self, ago, failing, job, source, table};
use support::world::Desk;
use support::world::frame::drawn;
use whtui::app::message::Event;
use whtui::app::model::history::History;
use whtui::app::model::overlay::Overlay;
use whtui::view::theme::Theme;
use whtui::warehouse::diagnosis::Catalogue;
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::field::Field;
use whtui::warehouse::finding::Finding;
use whtui::warehouse::ids::{JobId, SchemaId};
use whtui::warehouse::job::Job;
use whtui::warehouse::operation::{JobQuery, LogQuery};
use whtui::warehouse::replies::{LogEntry, LogLevel};
use whtui::warehouse::source::Source;
use whtui::warehouse::survey::{Fact, Need};

const SIZES: [(u16, u16); 3] = [(140, 40), (80, 24), (60, 16)];
const VAGUE: &str = "An unexpected error has occurred";
const LOGIN: &str = "password authentication failed for user \"reader\"";
const DROPPED: &str = "column \"updated_at\" does not exist\nLINE 1: SELECT * FROM public.orders";

/// The program, whose questions what a text means are answered at once.
struct Reader(Desk);

impl Deref for Reader {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.0
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Desk {
        &mut self.0
    }
}

impl Reader {
    /// A table that fails without a telling text, one that is well, and one with two jobs a sync.
    fn new(width: u16, height: u16) -> Self {
        let mut desk = Desk::new(made::settings(), width, height);
        desk.list(vec![source("shop", vec![failing("orders", Some(VAGUE), false), table("stock"), table("users")])]);
        desk.press(&["2", "g"]);
        desk.fetches.clear();
        Self(desk)
    }

    /// The worker answers at once what it need not ask for.
    fn explain(&mut self) -> &mut Self {
        while self.is_asked(|need| matches!(need, Need::Explain(_))) {
            let (request, need) = self.asked(|need| matches!(need, Need::Explain(_)));
            let Need::Explain(puzzle) = need else { unreachable!("asked for") };
            let finding = Finding::of(Catalogue::builtin(), &puzzle.symptom()).map(Arc::new);
            self.land(request, Fact::Explained(puzzle, finding));
        }
        self
    }

    fn press(&mut self, key: &str) -> &mut Self {
        self.0.press(&[key]);
        self.explain()
    }

    fn list(&mut self, sources: Vec<Source>) -> &mut Self {
        self.0.list(sources);
        self.explain()
    }

    fn jobs(&mut self, jobs: Vec<Job>) -> JobQuery {
        let (request, need) = self.asked(|need| matches!(need, Need::Jobs(_)));
        let Need::Jobs(query) = need else { unreachable!("asked for") };
        self.land(request, Fact::Jobs(query.clone(), jobs));
        self.explain();
        query
    }

    fn lines(&mut self, lines: Vec<LogEntry>) -> LogQuery {
        let (request, need) = self.asked(|need| matches!(need, Need::Logs(_)));
        let Need::Logs(query) = need else { unreachable!("asked for") };
        self.land(request, Fact::Logs(query.clone(), lines));
        self.explain();
        query
    }

    fn fail(&mut self) {
        self.0.fail(|_| true, Failure::new(FailureKind::Gateway, ""));
    }

    fn history(&self) -> &History {
        let Some(Overlay::History(history)) = &self.model.overlay else { panic!("no history is open") };
        history
    }

    fn cause(&self) -> String {
        let (_, schema, _) = self.model.inventory.schema(&SchemaId::new("id-orders")).unwrap();
        schema.finding.as_deref().unwrap().cause.id.to_string()
    }

    fn screen(&self) -> String {
        self.screen_with(&Theme::builtin(true, false))
    }

    fn screen_with(&self, theme: &Theme) -> String {
        drawn(&self.model, theme).to_string()
    }
}

fn failed(minutes: i64, error: Option<&str>) -> Job {
    Job {
        latest_error: error.map_or(Field::Null, |text| Field::Known(text.into())),
        workflow_run_id: Field::Known(format!("run-{minutes}").into()),
        ..job("orders", minutes, 1, "Failed", 0)
    }
}

/// Jobs of the failing table: three failures, a cancelled run, good ones, and one that never got an end.
fn past() -> Vec<Job> {
    let mut jobs = vec![
        failed(20, Some(VAGUE)),
        failed(80, Some(DROPPED)),
        failed(140, None),
        job("orders", 200, 2, "Completed", 12_331),
        failed(260, Some("Sync cancelled by user")),
        job("orders", 320, 3, "Completed", 8_004),
        job("orders", 1_700, 3, "Billing limit too low", 0),
        job("orders", 1_760, 0, "Running", 4_000),
        job("orders", 1_820, 3, "Simmering", 1),
    ];
    jobs.extend((0..20).map(|run| job("orders", 2_000 + run * 60, 2, "Completed", 900 * run.unsigned_abs())));
    jobs
}

fn line(seconds: i64, level: &str, message: &str) -> LogEntry {
    LogEntry {
        at: Field::Known(ago(20) + SignedDuration::from_secs(seconds)),
        level: LogLevel::parse(level),
        message: message.into(),
        run: Field::Known("run-20".into()),
    }
}

fn log() -> Vec<LogEntry> {
    vec![
        line(9, "ERROR", &format!("Import failed: {DROPPED}")),
        line(8, "WARN", "Retrying for the third time, after a pause of four seconds, because nothing was answered"),
        line(3, "LOG", "Read 1200 rows"),
        line(2, "TRACE", "a level\u{1b}[31m that nobody knows"),
        line(1, "DEBUG", "Loading the source's configuration"),
        line(0, "INFO", "Starting sync"),
    ]
}

#[test]
fn jobs_logs_and_explanations_at_every_size() {
    for (width, height) in SIZES {
        let snap = |name: &str, desk: &Reader| {
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), desk.screen());
        };
        let mut desk = Reader::new(width, height);
        desk.press("H");
        snap("reading", &desk);
        desk.jobs(past());
        desk.press("down");
        snap("jobs", &desk);
        desk.press("e");
        snap("explained", &desk);
        desk.press("esc").press("enter");
        desk.lines(log());
        snap("log", &desk);
        desk.press("v").press("/").type_in("import");
        snap("search", &desk);
    }
}

#[test]
fn without_colours_and_with_ascii_only() {
    let mut desk = Reader::new(80, 24);
    desk.press("H");
    desk.jobs(past());
    insta::assert_snapshot!("jobs_ascii", desk.screen_with(&Theme::builtin(false, true)));
    desk.press("enter");
    desk.lines(log());
    let screen = desk.screen_with(&Theme::builtin(false, true));
    // What cannot be shown at all is marked the same everywhere.
    assert!(screen.replace('\u{fffd}', "?").is_ascii(), "{screen}");
    insta::assert_snapshot!("log_ascii", screen);
}

#[test]
fn older_jobs_are_read_at_the_end_until_there_are_none() {
    let mut desk = Reader::new(80, 24);
    desk.press("H");
    let of = |from: i64, count: i64| (from..from + count).map(|at| job("orders", at, 0, "Completed", 5)).collect();
    let query = desk.jobs(of(0, 50));
    assert_eq!((query.before, query.schemas[0].raw()), (None, "orders"));
    desk.press("pagedown");
    assert!(desk.fetches.is_empty(), "the end is not in sight");
    desk.press("G");
    desk.press("G");
    assert_eq!(desk.fetches.len(), 1, "asked once");
    assert!(desk.screen().contains("reading"), "{}", desk.screen());
    assert_eq!(desk.jobs(of(50, 50)).before, Some(ago(49)));
    assert_eq!((desk.history().jobs().len(), desk.history().rows.cursor()), (100, 49), "the cursor stays on its job");
    desk.press("G");
    assert_eq!(desk.jobs(of(100, 7)).before, Some(ago(99)));
    desk.press("G");
    assert!(desk.history().whole && desk.fetches.is_empty());
    // The past that was read proves nothing of the present.
    let runs = desk.model.inventory.runs(&SchemaId::new("id-orders")).unwrap();
    assert_eq!(runs.looks(), 1);
}

#[test]
fn a_page_that_cannot_be_read_is_asked_for_again_at_the_end() {
    let mut desk = Reader::new(80, 24);
    desk.press("H");
    desk.fail();
    assert!(desk.screen().contains("could not be read: PostHog is not answering"), "{}", desk.screen());
    desk.press("ctrl-r");
    desk.fetches.retain(|(_, need)| matches!(need, Need::Jobs(_)));
    desk.jobs((0..50).map(|at| job("orders", at, 0, "Completed", 5)).collect());
    desk.press("G");
    desk.fail();
    assert!(desk.screen().contains("Not up to date"), "{}", desk.screen());
    assert_eq!(desk.history().jobs().len(), 50, "what was read stays");
    desk.press("down");
    assert_eq!(desk.fetches.len(), 1);
}

#[test]
fn a_table_without_jobs_says_so() {
    let mut desk = Reader::new(80, 24);
    desk.press("H");
    desk.jobs(Vec::new());
    assert!(desk.screen().contains("nothing was ever synced here"), "{}", desk.screen());
    for key in ["e", "enter", "space", "y", "down", "G"] {
        desk.press(key);
    }
    desk.press("esc");
    assert!(desk.model.overlay.is_none());
}

#[test]
fn levels_and_search_are_asked_of_the_server() {
    let mut desk = Reader::new(80, 24);
    desk.press("H");
    desk.jobs(past());
    desk.press("enter");
    let query = desk.lines(log());
    assert_eq!(query.run.as_ref().unwrap().raw(), "run-20");
    assert_eq!((query.levels.len(), query.after < Some(ago(20)), query.before), (0, true, None));
    desk.press("v");
    desk.press("v");
    // The answer to the first question comes after the second was asked: it is not what is shown.
    let (first, need) = desk.asked(|_| true);
    let Need::Logs(old) = need else { panic!("{need:?}") };
    assert_eq!(old.levels, [LogLevel::Warn, LogLevel::Error]);
    desk.land(first, Fact::Logs(old, log()));
    let errors = log().into_iter().take(1).collect();
    assert_eq!(desk.lines(errors).levels, [LogLevel::Error]);
    assert_eq!(desk.history().logs.as_ref().unwrap().lines().len(), 1);
    desk.press("/").type_in("quote H").happen(Event::Pasted(" x\ny".to_owned()));
    assert!(desk.fetches.is_empty(), "nothing is asked while it is typed");
    desk.press("enter");
    assert_eq!(desk.lines(Vec::new()).search.raw(), "quote H xy");
    assert!(desk.screen().contains("No line matches"), "{}", desk.screen());
    desk.press("/").press("esc");
    assert!(desk.lines(log()).search.is_blank());
}

#[test]
fn older_lines_overlap_so_that_none_of_one_moment_is_lost() {
    let mut desk = Reader::new(80, 24);
    desk.press("o");
    let many = |count: usize| (0..count).map(|index| line(0, "INFO", &format!("line {index}"))).collect::<Vec<_>>();
    assert_eq!(desk.lines(many(500)).run, None);
    desk.press("G");
    let mut next = many(500).split_off(499);
    next.extend((0..3).map(|index| line(0, "INFO", &format!("more {index}"))));
    let query = desk.lines(next);
    assert!(query.before.unwrap() > ago(20));
    let logs = desk.history().logs.as_ref().unwrap();
    assert_eq!((logs.lines().len(), logs.whole), (503, true));
    desk.press("esc");
    assert!(desk.model.overlay.is_none(), "it was opened without the jobs");
}

#[test]
fn a_job_that_names_no_run_shows_the_lines_of_its_time() {
    let mut desk = Reader::new(80, 24);
    desk.press("H");
    desk.jobs(past());
    for _ in 0..3 {
        desk.press("j");
    }
    desk.press("enter");
    let query = desk.lines(Vec::new());
    let around = |at: Timestamp, seconds| Some(at + SignedDuration::from_secs(seconds));
    assert_eq!((query.run, query.after, query.before), (None, around(ago(200), -60), around(ago(198), 60)));
    assert!(desk.screen().contains("This job names no run"), "{}", desk.screen());
    assert!(desk.screen().contains("Logs are kept for 7 days"), "{}", desk.screen());
    desk.press("esc");
    assert!(desk.history().logs.is_none() && desk.history().rows.cursor() == 3);
}

#[test]
fn the_log_settles_a_cause_that_the_table_leaves_open() {
    let mut desk = Reader::new(80, 24);
    assert_eq!(desk.cause(), "unknown");
    desk.press("H");
    desk.jobs(past());
    desk.press("enter");
    desk.lines(log());
    desk.press("e");
    assert!(desk.screen().contains("This settles the cause of shop / orders"), "{}", desk.screen());
    assert_eq!(desk.cause(), "schema_drift_column");
    // It outlives the next reading of the list, and of the table itself.
    desk.press("esc").press("esc").press("esc").press("ctrl-r");
    let again = vec![source("shop", vec![failing("orders", Some(VAGUE), false), table("stock"), table("users")])];
    desk.list(again);
    assert_eq!(desk.cause(), "schema_drift_column");
    // Another failure is another matter.
    desk.fetches.clear();
    desk.press("ctrl-r");
    let other = vec![source("shop", vec![failing("orders", Some(LOGIN), false), table("stock"), table("users")])];
    desk.list(other);
    assert_eq!(desk.cause(), "credentials_invalid");
}

#[test]
fn what_is_old_or_says_nothing_settles_nothing() {
    let mut desk = Reader::new(80, 24);
    desk.press("H");
    desk.jobs(past());
    desk.press("e");
    assert!(desk.screen().contains("does not settle"), "{}", desk.screen());
    let mut desk = Reader::new(80, 24);
    desk.press("H");
    let old = Job { id: JobId::new("old"), ..failed(400, Some(LOGIN)) };
    desk.jobs(vec![failed(20, Some(VAGUE)), job("orders", 200, 2, "Completed", 1), old]);
    desk.press("G").press("e");
    assert!(desk.screen().contains("from an earlier failure"), "{}", desk.screen());
    assert_eq!(desk.cause(), "unknown");
}

#[test]
fn triage_leads_to_the_history_and_back() {
    let mut desk = Reader::new(80, 24);
    desk.press("t").press("H");
    desk.fetches.retain(|(_, need)| matches!(need, Need::Jobs(_)));
    desk.jobs(past());
    assert_eq!(desk.history().schema, Some(SchemaId::new("id-orders")));
    desk.press("esc");
    assert!(matches!(desk.model.overlay, Some(Overlay::Triage(_))));
    desk.press("1").press("esc");
    assert!(desk.model.overlay.is_none());
}

#[test]
fn the_history_of_a_source_has_the_jobs_of_all_its_tables() {
    let mut desk = Reader::new(140, 40);
    desk.press("1").press("H");
    desk.fetches.retain(|(_, need)| matches!(need, Need::Jobs(_)));
    let both = |at: i64, mode: &str| Job {
        write_mode: Field::Known(mode.into()),
        ..Job { id: JobId::new(mode), ..job("users", at, 0, "Completed", 40) }
    };
    let mut jobs = past();
    jobs.extend([both(15, "incremental_merge"), both(15, "scd2_append"), job("stock", 10, 0, "Running", 70)]);
    let query = desk.jobs(jobs);
    assert!(query.schemas.is_empty());
    desk.press("g").press("j");
    insta::assert_snapshot!("jobs_of_a_source", desk.screen());
    // An answer about one table that reaches further back leaves no gaps for the others.
    let count = desk.history().jobs().len();
    let far = Job { id: JobId::new("far"), ..job("stock", 90_000, 1, "Completed", 7) };
    let fresh = Job { id: JobId::new("fresh"), ..job("stock", 1, 1, "Completed", 7) };
    let query = JobQuery { schemas: vec!["stock".into()], ..query };
    let effects = desk.model.flights.fetch_once(Need::Jobs(query), whtui::app::effect::Urgency::Background);
    desk.keep(effects.into_iter().collect());
    desk.jobs(vec![fresh, far]);
    assert_eq!(desk.history().jobs().len(), count + 1);
}

/// Hourly runs of a table, the newest so many minutes ago.
fn hourly(since: i64) -> Vec<Job> {
    (0..6).map(|run| job("orders", since + 60 * run, 2, "Completed", 500)).collect()
}

/// The first line of the screen that begins with this.
fn begins(screen: &str, with: &str) -> String {
    let found = screen.lines().map(|line| line.trim_matches(['"', '│', ' '])).find(|line| line.starts_with(with));
    found.unwrap_or_else(|| panic!("no {with} in\n{screen}")).to_owned()
}

#[test]
fn the_chart_ends_now_and_not_at_the_last_run() {
    let at = |since: i64| {
        let mut desk = Reader::new(140, 40);
        desk.press("H");
        desk.jobs(hourly(since));
        desk.screen()
    };
    let long_ago = at(9 * 24 * 60);
    assert!(begins(&long_ago, "rows").ends_with('┊'), "{long_ago}");
    assert!(long_ago.contains("last run 9d ago"), "{long_ago}");
    let just_now = at(20);
    assert!(begins(&just_now, "rows").ends_with('█'), "{just_now}");
    assert!(just_now.contains("last run 20m ago"), "{just_now}");
    let mut desk = Reader::new(140, 40);
    desk.press("H");
    desk.jobs([vec![job("orders", 5, 0, "Running", 4)], hourly(20)].concat());
    let running = desk.screen();
    assert!(!begins(&running, "rows").ends_with('┊'), "{running}");
    assert!(begins(&running, "5h 20m").ends_with(", running now"), "{running}");
}

#[test]
fn read_aloud_it_is_words_and_fields() {
    for (width, height) in SIZES {
        let mut desk = Reader::new(width, height);
        desk.press("H");
        desk.jobs(past());
        let screen = desk.screen_with(&Theme::builtin(false, false).in_lines());
        assert!(!screen.contains(['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█', '▪', '┊', '▲']), "{screen}");
        insta::assert_snapshot!(format!("jobs_aloud_{width}x{height}"), screen);
    }
    let mut desk = Reader::new(140, 40);
    desk.press("H");
    desk.jobs(past());
    let screen = desk.screen_with(&Theme::builtin(false, false).in_lines());
    let said = "29 runs, 3 failed, first failure 2h ago, last run 20m ago, usually 9,000 rows in 2m";
    assert!(screen.contains(said), "{screen}");
}

#[test]
fn a_short_answer_is_the_last_only_if_the_server_says_so() {
    let mut desk = Reader::new(80, 24);
    desk.press("o");
    let asked = |desk: &mut Reader, lines: Vec<LogEntry>, goes_on: bool| {
        let (request, need) = desk.asked(|need| matches!(need, Need::Logs(_)));
        let Need::Logs(query) = need else { unreachable!("asked for") };
        desk.happen(Event::Learned(request, Box::new(Fact::Logs(query.clone(), lines))));
        if goes_on {
            desk.happen(Event::Learned(request, Box::new(Fact::LogsGoOn(query))));
        }
        desk.happen(Event::FetchEnded(request, Ok(())));
        desk.history().logs.as_ref().unwrap().whole
    };
    let lines = |from: i64| (0..3).map(|index| line(from + index, "INFO", &format!("line {from} {index}"))).collect();
    assert!(!asked(&mut desk, lines(0), true));
    desk.press("G");
    assert!(!asked(&mut desk, lines(-10), true));
    desk.press("G");
    // A server that says so for ever is not asked for ever.
    assert!(asked(&mut desk, lines(-10), true));
    let mut desk = Reader::new(80, 24);
    desk.press("o");
    assert!(asked(&mut desk, lines(0), false));
}
