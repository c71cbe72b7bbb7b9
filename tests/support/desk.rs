//! The core alone: keys go in, effects come out, and the test answers them.

use jiff::{SignedDuration, Timestamp};
use whtui::app::commands::keymap::Keymap;
use whtui::app::effect::{Effect, RequestId, Timer};
use whtui::app::key::{Code, Key};
use whtui::app::layout::Size;
use whtui::app::message::{Event, Message, Sent};
use whtui::app::model::Model;
use whtui::app::settings::Settings;
use whtui::app::update::{start, update};
use whtui::view::theme::Theme;
use whtui::warehouse::account;
use whtui::warehouse::failure::Failure;
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::ProjectId;
use whtui::warehouse::job::Job;
use whtui::warehouse::operation::Operation;
use whtui::warehouse::schema::Schema;
use whtui::warehouse::source::Source;
use whtui::warehouse::survey::{Fact, FullSchema, Identity, Need};
use whtui::warehouse::text::Foreign;

use super::{detail, frame, noon, whole};

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
    /// Timers that were asked for, and when each runs out.
    pub timers: Vec<(Timestamp, Timer)>,
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

    /// Takes in what is to be done.
    pub fn keep(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Fetch { request, need, .. } => self.fetches.push((request, need)),
                Effect::Send { request, operation, .. } => self.sends.push((request, operation)),
                Effect::Wake { timer, after } => self.timers.push((self.now + after, timer)),
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
            self.happen(Event::KeyPressed(Key::plain(Code::Char(symbol))));
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
        let place = self.timers.iter().rposition(|(_, timer)| wanted(timer)).expect("such a timer was asked for");
        let (_, timer) = self.timers.remove(place);
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

    /// Whether a question of this kind waits for its answer.
    pub fn is_asked(&self, wanted: impl Fn(&Need) -> bool) -> bool {
        self.fetches.iter().any(|(_, need)| wanted(need))
    }

    /// A question is answered by this.
    pub fn land(&mut self, request: RequestId, fact: Fact) -> &mut Self {
        self.happen(Event::Learned(request, Box::new(fact)));
        self.happen(Event::FetchEnded(request, Ok(())));
        self
    }

    /// Answers the question for the list.
    #[track_caller]
    pub fn list(&mut self, sources: Vec<Source>) -> &mut Self {
        let (request, _) = self.asked(|need| *need == Need::Sources);
        self.land(request, Fact::Sources(whole(sources)))
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
        self.land(request, Fact::Identity(Box::new(identity)))
    }

    /// Answers the oldest question for jobs that names this table.
    #[track_caller]
    pub fn jobs(&mut self, table: &str, jobs: Vec<Job>) -> &mut Self {
        let name = Foreign::new(table);
        let (request, need) = self.asked(|need| matches!(need, Need::Jobs(query) if query.schemas.contains(&name)));
        let Need::Jobs(query) = need else { unreachable!("asked for") };
        self.land(request, Fact::Jobs(query, jobs))
    }

    /// Answers the oldest question for the full form of this table.
    #[track_caller]
    pub fn full(&mut self, schema: Schema) -> &mut Self {
        let (request, _) = self.asked(|need| *need == Need::Schema(schema.id.clone()));
        let full = FullSchema { schema, detail: detail(), source: None, source_type: Field::Unknown };
        self.land(request, Fact::Schema(Box::new(full)))
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
        let mut tables = self.model.inventory.sources().iter().flat_map(whtui::warehouse::held::Held::tables);
        tables.find(|(schema, _)| schema.name.raw() == name).expect("a table of this name").0.clone()
    }

    /// The screen: its text, then the styles of each line, then the cursor where it is shown.
    pub fn screen(&self) -> String {
        let theme = Theme::builtin(!self.model.settings.ascii, self.model.settings.ascii);
        frame::with_styles(&frame::drawn(&self.model, &theme))
    }
}
