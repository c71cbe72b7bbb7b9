//! From a failing table to the raw error in its log, by keys alone, through the real core, worker and client, over HTTP,
//! against the simulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use whtui::api::{Client, Limits};
use whtui::app::commands::keymap::Keymap;
use whtui::app::effect::{Effect, Timer};
use whtui::app::key::{Code, Key};
use whtui::app::layout::Size;
use whtui::app::message::{Event, Message};
use whtui::app::model::Model;
use whtui::app::model::history::History;
use whtui::app::model::overlay::Overlay;
use whtui::app::settings::{Place, Settings, Setup, Start};
use whtui::app::update::{start, update};
use whtui::simulator::{self, Clock, Options, Simulator};
use whtui::warehouse::diagnosis::Letter;
use whtui::warehouse::ids::ProjectId;
use whtui::warehouse::origin::Origin;
use whtui::warehouse::status::Status;
use whtui::worker::Worker;
use whtui::worker::gate::Gate;

/// Only reached when something hangs.
const WATCHDOG: Duration = Duration::from_secs(60);

/// The program without its terminal, and the server it is connected to.
struct Play {
    model: Model,
    worker: Worker,
    inbox: UnboundedReceiver<Message>,
    simulator: Simulator,
    clock: Clock,
    timers: Vec<(Timestamp, Timer)>,
    copied: Vec<String>,
}

impl Play {
    async fn start(scenario: &str) -> Self {
        let clock = Clock::manual("2026-11-20T12:00:00Z".parse().unwrap());
        let options = Options { scenario: scenario.to_owned(), ..Options::default() };
        let simulator = simulator::start_with_clock(options, clock.clone()).await.unwrap();
        let origin = Origin::parse(&simulator.origin(), false).unwrap();
        let project = ProjectId::new(simulator.project()).unwrap();
        let place = Place { origin: origin.to_string(), project: project.get(), demo: true };
        let client = Client::new(origin, simulator.key().to_owned().into(), project, Limits::default()).unwrap();
        let (messages, inbox) = unbounded_channel();
        let worker = Worker::new(Some(client), Gate::new(false, false), messages);
        let settings = Settings {
            start: Start::Connected(place),
            read_only: false,
            dry_run: false,
            ascii: false,
            setup: Setup::default(),
        };
        let model = Model::new(settings, Keymap::defaults(), Size { width: 140, height: 40 }, clock.now());
        let mut play = Self { model, worker, inbox, simulator, clock, timers: Vec::new(), copied: Vec::new() };
        let effects = start(&mut play.model);
        play.perform(effects);
        play.settle().await;
        play
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Wake { timer, after } => self.timers.push((self.clock.now() + after, timer)),
                Effect::Copy(text) => self.copied.push(text),
                effect => assert!(self.worker.run(effect).is_none()),
            }
        }
    }

    fn happen(&mut self, event: Event) {
        let effects = update(&mut self.model, Message { at: self.clock.now(), event });
        self.perform(effects);
    }

    /// Takes in answers until nothing is asked any more.
    async fn settle(&mut self) {
        while self.model.flights.count() > 0 {
            let message = tokio::time::timeout(WATCHDOG, self.inbox.recv()).await;
            let message = message.expect("every request is answered").expect("the worker lives");
            self.happen(message.event);
        }
    }

    /// Lets simulated time pass.
    async fn pass(&mut self, seconds: i64) {
        let end = self.clock.now() + SignedDuration::from_secs(seconds);
        loop {
            let next = self.timers.iter().enumerate().min_by_key(|(_, (due, _))| *due).map(|(place, _)| place);
            let Some(place) = next.filter(|place| self.timers[*place].0 <= end) else { return };
            let (due, timer) = self.timers.remove(place);
            let wait = due.duration_since(self.clock.now()).max(SignedDuration::ZERO);
            self.clock.advance(wait.try_into().unwrap());
            self.happen(Event::TimerFired(timer));
            self.settle().await;
        }
    }

    async fn press(&mut self, keys: &[&str]) {
        for key in keys {
            self.happen(Event::KeyPressed(Key::parse(key).unwrap()));
            self.settle().await;
        }
    }

    async fn type_in(&mut self, text: &str) {
        for symbol in text.chars() {
            self.happen(Event::KeyPressed(Key::plain(Code::Char(symbol))));
        }
        self.settle().await;
    }

    async fn go_to_table(&mut self, table: &str) {
        self.press(&["a", "2", "/", "ctrl-u"]).await;
        self.type_in(table).await;
        self.press(&["enter"]).await;
        let selected = self.model.selected_schema().map(|(_, schema, _)| schema.name.raw().to_owned());
        assert_eq!(selected.as_deref(), Some(table));
    }

    fn history(&self) -> &History {
        let Some(Overlay::History(history)) = &self.model.overlay else { panic!("no history is open") };
        history
    }

    fn messages(&self) -> Vec<String> {
        let logs = self.history().logs.as_ref().expect("a log is open");
        logs.lines().map(|line| line.message.raw().to_owned()).collect()
    }

    /// The cause of the selected table.
    fn cause(&self) -> String {
        let (_, schema, _) = self.model.selected_schema().unwrap();
        schema.finding.as_deref().unwrap().cause.id.to_string()
    }

    /// The last request to this part of the server.
    fn last(&self, part: &str) -> String {
        let requests = self.simulator.requests();
        assert!(requests.iter().all(|request| request.method == "GET" && request.status == 200), "{requests:#?}");
        requests.iter().rev().find(|request| request.path.contains(part)).expect("it was asked").path.clone()
    }
}

#[tokio::test]
async fn the_raw_error_is_found_in_the_log_and_what_nobody_knows_settles_nothing() {
    let mut play = Play::start("demo").await;
    play.go_to_table("Opportunity").await;
    assert_eq!(play.cause(), "no_error_text");
    play.press(&["H"]).await;
    assert_eq!(play.last("/jobs/").split_once('?').unwrap().1, "schemas=Opportunity");
    let jobs = play.history().jobs();
    assert_eq!((jobs.len(), &jobs[0].status), (50, &Status::Failed));
    assert!(jobs[0].latest_error.known().is_none(), "the server tells no reason");
    // The past is read page by page, each before the last.
    let oldest = jobs[49].created_at.unwrap();
    play.press(&["G", "G"]).await;
    assert!(play.history().jobs().len() > 50);
    assert!(play.last("/jobs/").contains("before="), "{}", play.last("/jobs/"));
    assert!(play.history().jobs()[50].created_at.unwrap() < oldest);
    // Its log says what the table does not.
    play.press(&["g", "enter"]).await;
    let run = play.history().jobs()[0].workflow_run_id.known().unwrap().raw().to_owned();
    assert!(play.last("/logs/").contains(&format!("instance_id={run}")), "{}", play.last("/logs/"));
    let all = play.messages();
    assert!(all.len() > 2 && all[0].contains("batch 17 was not accepted"), "{all:?}");
    play.press(&["v", "v"]).await;
    assert!(play.last("/logs/").contains("level=ERROR"));
    assert_eq!(play.messages().len(), 1);
    play.press(&["v", "/"]).await;
    play.type_in("accepted").await;
    play.press(&["enter"]).await;
    assert!(play.last("/logs/").contains("search=accepted"));
    assert_eq!(play.messages().len(), 1);
    play.press(&["y", "e"]).await;
    assert_eq!(play.copied, [all[0].clone()]);
    let asked = play.history().explanation.as_ref().unwrap();
    let finding = play.history().meaning(&asked.puzzle).unwrap();
    assert_eq!((finding.cause.id.as_str(), finding.verdict.recovery), ("unknown", Letter::O));
    assert!(asked.follows.as_ref().unwrap().starts_with("This does not settle the cause of"), "{:?}", asked.follows);
    play.press(&["esc", "esc", "esc"]).await;
    assert!(play.model.overlay.is_none());
    play.press(&["ctrl-r"]).await;
    play.pass(120).await;
    assert_eq!(play.cause(), "no_error_text");
    play.press(&["t"]).await;
    let Some(Overlay::Triage(list)) = &play.model.overlay else { panic!("triage is open") };
    let problem =
        list.problems().iter().find(|problem| problem.tables.iter().any(|table| table.title.raw() == "Opportunity"));
    assert_eq!(problem.unwrap().recovery, Letter::O);
}

#[tokio::test]
async fn triage_leads_to_the_history_of_its_first_table_and_back_to_the_problem() {
    let mut play = Play::start("demo").await;
    play.press(&["t", "j", "j"]).await;
    let Some(Overlay::Triage(list)) = &play.model.overlay else { panic!("triage is open") };
    let (key, table) = (list.rows.selected().cloned(), list.selected().unwrap().tables[0].id.clone());
    play.press(&["H"]).await;
    assert_eq!(play.history().schema, Some(table));
    assert!(!play.history().jobs().is_empty());
    play.press(&["enter", "esc", "esc"]).await;
    let Some(Overlay::Triage(list)) = &play.model.overlay else { panic!("triage is open again") };
    assert_eq!(list.rows.selected().cloned(), key);
}

#[tokio::test]
async fn the_log_of_a_running_sync_grows_until_its_end() {
    let mut play = Play::start("small").await;
    play.go_to_table("public.orders").await;
    play.press(&["r"]).await;
    play.pass(2).await;
    play.press(&["H", "enter"]).await;
    assert!(play.history().jobs()[0].is_running());
    let before = play.messages();
    play.pass(60).await;
    assert!(!play.history().jobs()[0].is_running());
    let after = play.messages();
    assert!(after.len() > before.len() && after.ends_with(&before), "{before:?} {after:?}");
    assert!(after[0].starts_with("Sync Completed"), "{after:?}");
}

#[tokio::test]
async fn a_server_that_names_no_runs_and_odd_statuses_is_shown_all_the_same() {
    let mut play = Play::start("odd").await;
    play.go_to_table("public.few_fields").await;
    play.press(&["H", "enter"]).await;
    let asked = play.last("/logs/");
    assert!(asked.contains("before=") && asked.contains("after=") && !asked.contains("instance_id"), "{asked}");
    assert!(!play.messages().is_empty());
    play.press(&["esc", "esc"]).await;
    play.press(&["1", "g"]).await;
    for _ in 0..4 {
        play.press(&["j", "H"]).await;
        assert!(play.history().read && play.history().failure.is_none());
        play.press(&["enter", "e", "esc", "e", "space", "v", "esc", "esc", "esc", "1"]).await;
    }
}
