//! The program played by keys alone: the real core, worker and client, over HTTP, against a server. Time is moved by
//! hand, so nothing waits for it. Where the server is the simulator, what was sent is read from its request log.

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
use whtui::app::settings::{Place, Settings, Start};
use whtui::app::update::{start, update};
use whtui::simulator::{self, Clock, Service, Simulator};
use whtui::view::theme::Theme;
use whtui::warehouse::recovery::follow::Tone;
use whtui::warehouse::state::State;
use whtui::worker::Worker;
use whtui::worker::gate::Gate;

use super::client;
use super::world::{frame, noon, settings};

/// Only reached when something hangs.
const WATCHDOG: Duration = Duration::from_secs(120);

/// The program without its terminal, and the server it is connected to.
pub struct Play<S = Simulator> {
    pub model: Model,
    worker: Worker,
    inbox: UnboundedReceiver<Message>,
    pub simulator: S,
    pub clock: Clock,
    timers: Vec<(Timestamp, Timer)>,
    /// Effects that concern the terminal.
    pub others: Vec<Effect>,
    /// How many keys were pressed since the launch.
    pub keys: usize,
}

impl Play {
    pub async fn start(scenario: &str) -> Self {
        Self::start_with(scenario, false, false).await
    }

    pub async fn start_with(scenario: &str, read_only: bool, dry_run: bool) -> Self {
        let service = Service::new(scenario, None, noon()).unwrap_or_else(|error| panic!("{error}"));
        Self::on(service, read_only, dry_run).await
    }

    /// On a world that is written in the test.
    pub async fn start_toml(text: &str) -> Self {
        let service = Service::from_toml(text, None, noon()).unwrap_or_else(|error| panic!("{error}"));
        Self::on(service, false, false).await
    }

    async fn on(service: Service, read_only: bool, dry_run: bool) -> Self {
        let clock = Clock::manual(noon());
        let simulator = simulator::serve_with_clock(service, clock.clone()).await.unwrap();
        // What is shown must not depend on the port.
        let place = Place { origin: "http://127.0.0.1:4010".to_owned(), project: simulator.project(), demo: true };
        let client = client::of(&simulator, Limits::default());
        let settings = Settings { start: Start::Connected(place), read_only, dry_run, ..settings() };
        Self::connected(simulator, client, settings, clock, Size { width: 140, height: 40 }).await
    }

    /// Every request that may have changed something: method, path below the project, and status.
    pub fn writes(&self) -> Vec<String> {
        let requests = self.simulator.requests();
        let writes = requests.iter().filter(|request| request.method != "GET");
        writes
            .map(|request| {
                let path = request.path.split("/projects/1/").last().unwrap();
                format!("{} {path} {}", request.method, request.status)
            })
            .collect()
    }
}

impl<S> Play<S> {
    /// The program at its first screen, connected to a server by this client.
    pub async fn connected(simulator: S, client: Client, settings: Settings, clock: Clock, size: Size) -> Self {
        let (messages, inbox) = unbounded_channel();
        let worker = Worker::new(Some(client), Gate::new(settings.read_only, settings.dry_run), messages);
        let model = Model::new(settings, Keymap::defaults(), size, clock.now());
        let mut play = Self { model, worker, inbox, simulator, clock, timers: Vec::new(), others: Vec::new(), keys: 0 };
        let effects = start(&mut play.model);
        play.perform(effects);
        play.settle().await;
        play
    }

    pub fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Wake { timer, after } => self.timers.push((self.clock.now() + after, timer)),
                effect => self.others.extend(self.worker.run(effect)),
            }
        }
    }

    pub fn happen(&mut self, event: Event) {
        let effects = update(&mut self.model, Message { at: self.clock.now(), event });
        self.perform(effects);
    }

    /// Takes in answers until nothing is asked any more.
    pub async fn settle(&mut self) {
        while self.model.flights.count() > 0 {
            let message = tokio::time::timeout(WATCHDOG, self.inbox.recv()).await;
            let message = message.expect("every request is answered").expect("the worker lives");
            self.happen(message.event);
        }
    }

    /// The next timer runs out.
    pub async fn tick(&mut self) {
        let next = self.timers.iter().enumerate().min_by_key(|(_, (due, _))| *due).map(|(place, _)| place);
        let (due, timer) = self.timers.remove(next.expect("something is waited for"));
        let wait = due.duration_since(self.clock.now()).max(SignedDuration::ZERO);
        self.clock.advance(wait.try_into().unwrap());
        self.happen(Event::TimerFired(timer));
        self.settle().await;
    }

    /// So many timers run out, if so many are waited for.
    pub async fn tick_through(&mut self, most: usize) {
        for _ in 0..most.min(self.timers.len()) {
            self.tick().await;
        }
    }

    /// Lets simulated time pass.
    pub async fn pass(&mut self, seconds: i64) {
        let end = self.clock.now() + SignedDuration::from_secs(seconds);
        while self.timers.iter().any(|(due, _)| *due <= end) {
            self.tick().await;
        }
    }

    /// Lets simulated time pass until something is so, for an hour at most.
    pub async fn until(&mut self, what: &str, fulfilled: impl Fn(&Model) -> bool) {
        let end = self.clock.now() + SignedDuration::from_hours(1);
        while !fulfilled(&self.model) {
            assert!(self.clock.now() < end, "{what} never happens; told was {:#?}", self.told());
            self.tick().await;
        }
    }

    /// Presses keys, by their names in the keymap.
    pub async fn press(&mut self, keys: &[&str]) {
        for key in keys {
            self.keys += 1;
            self.happen(Event::KeyPressed(Key::parse(key).unwrap()));
            self.settle().await;
        }
    }

    /// Types a text, key by key.
    pub async fn type_in(&mut self, text: &str) {
        for symbol in text.chars() {
            self.keys += 1;
            self.happen(Event::KeyPressed(Key::plain(Code::Char(symbol))));
        }
        self.settle().await;
    }

    /// Goes to a source by filtering for it.
    pub async fn go_to_source(&mut self, source: &str) {
        self.press(&["1", "/", "ctrl-u"]).await;
        self.type_in(source).await;
        self.press(&["enter"]).await;
        let selected = self.model.selected_source().map(|held| held.source.title().raw().to_owned());
        assert_eq!(selected.as_deref(), Some(source));
    }

    /// Goes to a table by filtering for it, and looks at its details.
    pub async fn go_to_table(&mut self, source: &str, table: &str) {
        self.go_to_source(source).await;
        self.press(&["2", "/", "ctrl-u"]).await;
        self.type_in(table).await;
        self.press(&["enter"]).await;
        let selected = self.model.selected_schema().map(|(_, schema, _)| schema.name.raw().to_owned());
        assert_eq!(selected.as_deref(), Some(table));
        self.pass(1).await;
    }

    /// The state of the selected table.
    pub fn state(&self) -> State {
        self.model.selected_schema().expect("a table is selected").2
    }

    /// Everything that was told since the start, oldest first.
    pub fn told(&self) -> Vec<String> {
        self.model.activity.entries().map(|entry| entry.text.clone()).collect()
    }

    /// The last thing that was told.
    pub fn last(&self) -> (Tone, String) {
        let notice = self.model.activity.notice().expect("a notice is shown");
        (notice.tone, notice.text.clone())
    }

    /// The identity of the selected table.
    pub fn selected_id(&self) -> String {
        self.model.selected_schema().unwrap().1.id.as_str().to_owned()
    }

    /// The screen as text, at this size.
    pub fn screen(&mut self, width: u16, height: u16) -> String {
        self.happen(Event::Resized(Size { width, height }));
        frame::text(frame::drawn(&self.model, &Theme::builtin(true, false)).buffer())
    }

    /// What was copied since the start, oldest first.
    pub fn copied(&self) -> Vec<&str> {
        let copies = self.others.iter().filter_map(|effect| match effect {
            Effect::Copy(text) => Some(text.as_str()),
            _ => None,
        });
        copies.collect()
    }

    /// Lets simulated time pass until no action is followed any more.
    pub async fn followed(&mut self) {
        self.until("the end of the action", |model| model.follows.is_empty()).await;
    }
}
