//! Arbitrary keys over arbitrary worlds: no data is discarded without its own confirmation, and nothing panics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use std::sync::Arc;

use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use whtui::app::commands::COMMANDS;
use whtui::app::commands::keymap::{Keymap, Preset};
use whtui::app::effect::{Effect, FollowId, RequestId, Timer};
use whtui::app::key::{Code, Key, Sequence};
use whtui::app::layout::Size;
use whtui::app::message::{BudgetLeft, Event, Message, Mouse, MouseAct, Sent};
use whtui::app::model::Model;
use whtui::app::model::overlay::Overlay;
use whtui::app::settings::{Settings, Setup};
use whtui::app::update::{start, update};
use whtui::view::theme::Theme;
use whtui::warehouse::consent::{Demand, Discard};
use whtui::warehouse::diagnosis::Catalogue;
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::field::Field;
use whtui::warehouse::finding::Finding;
use whtui::warehouse::ids::{JobId, SchemaId, SourceId};
use whtui::warehouse::job::Job;
use whtui::warehouse::operation::Operation;
use whtui::warehouse::replies::{CandidateField, CandidateFields, CdcPrerequisites, CdcStatus, SourceColumn};
use whtui::warehouse::replies::{LogEntry, LogLevel};
use whtui::warehouse::schema::Schema;
use whtui::warehouse::settings::{Frequency, SyncType};
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::{Completeness, Fact, FullSchema, Identity, Need, SourcePage};
use whtui::warehouse::text::Foreign;
use world::{ago, detail, failed, form, frame, noon, settings, source, table, told};

// The world.

const NAMES: [&str; 9] = [
    "public.orders",
    "customers",
    "",
    "   ",
    "a\u{1b}[2J\u{202e}b",
    "注文テーブル",
    "quote`back`tick",
    "destroy",
    "a_very_long_name_that_does_not_fit_into_any_column_of_the_table_and_goes_on_for_ever_and_ever_and_ever_and_ever",
];

const ERRORS: [&str; 6] = [
    "password authentication failed for user \"reader\"",
    "Sync cancelled by user",
    "Monthly sync limit reached",
    "\u{1b}[31mred\u{1b}[0m `x` \n\n\t line",
    "",
    "postgres://user:secret@host/db refused",
];

fn any_name() -> impl Strategy<Value = &'static str> {
    select(&NAMES[..])
}

fn any_status() -> impl Strategy<Value = Status> {
    select(vec![
        Status::Completed,
        Status::Failed,
        Status::Running,
        Status::None,
        Status::Paused,
        Status::BillingLimits,
        Status::Unknown(Foreign::new("Hibernating")),
    ])
}

fn any_method() -> impl Strategy<Value = Field<SyncType>> {
    select(vec![
        Field::Known(SyncType::Incremental),
        Field::Known(SyncType::FullRefresh),
        Field::Known(SyncType::Append),
        Field::Known(SyncType::Cdc),
        Field::Known(SyncType::Webhook),
        Field::Null,
        Field::Unknown,
    ])
}

fn any_level() -> impl Strategy<Value = Field<Foreign>> {
    select(vec![told("editor"), told("editor"), told("viewer"), Field::Unknown, Field::Null])
}

/// A table; its place in the world makes its identity.
fn any_table() -> impl Strategy<Value = Schema> {
    let switch = select(vec![Some(true), Some(true), Some(true), Some(false), None]);
    // Billing pauses block all runs, so they are rare.
    let status =
        prop_oneof![8 => any_status().prop_filter("rare", |status| *status != Status::Paused), 1 => any_status()];
    let frequency = select(vec![
        Field::Known(Frequency::Every(5)),
        Field::Known(Frequency::Never),
        Field::Known(Frequency::Other(Foreign::new("fortnightly"))),
        Field::Null,
        Field::Unknown,
    ]);
    (any_name(), status, any_method(), switch, frequency, select(&ERRORS[..]), 0_u8..4, any::<u64>()).prop_map(
        |(name, status, sync_type, should_sync, frequency, error, stored, rows)| {
            let mut made = table(name, rows);
            if status == Status::Failed {
                made = failed(error, "Postgres", made);
            }
            match stored {
                0 => (made.table, made.last_synced_at) = (Field::Null, Field::Null),
                1 => (made.table, made.last_synced_at) = (Field::Unknown, Field::Unknown),
                2 => made.last_synced_at = Field::Known(ago(60 * 24 * 400)),
                _ => {}
            }
            Schema { status, sync_type, should_sync, frequency, ..made }
        },
    )
}

fn any_source() -> impl Strategy<Value = Source> {
    let of = (any_name(), any_name(), any_level(), prop::bool::weighted(0.1));
    (of, vec(any_table(), 0..5)).prop_map(|((description, prefix, access_level, direct), schemas)| Source {
        prefix: told(prefix),
        access_level,
        direct,
        ..source("s", "Postgres", Some(description), schemas)
    })
}

/// A project: sources and tables get identities by their places, so that two worlds share some of them.
fn any_world() -> impl Strategy<Value = Vec<Source>> {
    vec(any_source(), 0..4).prop_map(|mut sources| {
        for (number, source) in sources.iter_mut().enumerate() {
            source.id = SourceId::new(&format!("source-{number}"));
            for (place, schema) in source.schemas.iter_mut().enumerate() {
                Arc::make_mut(schema).id = SchemaId::new(&format!("table-{number}-{place}"));
            }
        }
        sources
    })
}

// What happens.

/// Something that happens. Places in lists are chosen when it does.
#[derive(Clone, Debug)]
enum Deed {
    Press(Key),
    /// Keys that lead to a command, in one of the presets.
    Follow(Sequence),
    /// Keys that go to a table and act on it.
    Act(Index, Key),
    /// The text that the open question asks for, if one is open.
    TypeDemand,
    Paste(String),
    Mouse(u16, u16, MouseAct),
    Resize(u16, u16),
    Focus(bool),
    /// A timer that was asked for.
    Fire(Index),
    /// A timer nobody asked for.
    StrayTimer(u8, u64),
    /// An open question is answered, well or badly; the answer may be given twice.
    Answer {
        which: Index,
        world: Vec<Source>,
        jobs: Vec<(u8, Status, i64)>,
        failure: Option<FailureKind>,
        twice: bool,
    },
    /// Something of a request nobody made is told.
    Stray(u64, Vec<Source>),
    Tell(u8),
    Pass(i64),
}

/// Whatever leads to a command in any preset.
fn bound() -> Vec<Sequence> {
    let of = |keymap: Keymap| COMMANDS.iter().flat_map(|row| keymap.keys(row.id).to_vec()).collect::<Vec<_>>();
    Preset::ALL.into_iter().map(Keymap::of).flat_map(of).collect()
}

/// Each of their keys, by itself.
fn bound_keys() -> Vec<Key> {
    bound().iter().flat_map(|sequence| sequence.keys().to_vec()).collect()
}

fn any_preset() -> impl Strategy<Value = Preset> {
    prop_oneof![2 => Just(Preset::Default), 1 => Just(Preset::Vim), 1 => Just(Preset::Emacs)]
}

fn acting_keys() -> Vec<Key> {
    ["R", "D", "X", "r", "c", "p", "T", "f", "W", "O", "M", "N", "space", "ctrl-a"]
        .map(|name| Key::parse(name).unwrap())
        .to_vec()
}

fn any_key() -> impl Strategy<Value = Key> {
    let answering =
        ["y", "Y", "n", "enter", "esc", "left", "tab", "e", "v", "space"].map(|name| Key::parse(name).unwrap());
    let code = prop_oneof![
        any::<char>().prop_map(Code::Char),
        (0_u8..30).prop_map(Code::Function),
        select(vec![Code::Backspace, Code::Delete, Code::Insert, Code::Home, Code::End, Code::Left, Code::Right]),
    ];
    prop_oneof![
        4 => select(bound_keys()),
        3 => select(acting_keys()),
        3 => select(answering.to_vec()),
        2 => (code, any::<bool>(), any::<bool>()).prop_map(|(code, ctrl, alt)| Key { code, ctrl, alt }),
    ]
}

fn any_failure() -> impl Strategy<Value = FailureKind> {
    select(vec![
        FailureKind::Unreachable,
        FailureKind::TimedOut,
        FailureKind::Gateway,
        FailureKind::KeyRejected,
        FailureKind::NotFound,
        FailureKind::Refused,
        FailureKind::TooManyRequests(Some(SignedDuration::from_secs(30))),
        FailureKind::Malformed,
    ])
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let answer = (any::<Index>(), any_world(), vec((0_u8..4, any_status(), -90_i64..2), 0..4))
        .prop_flat_map(|(which, world, jobs)| {
            (
                Just(which),
                Just(world),
                Just(jobs),
                prop::option::weighted(0.2, any_failure()),
                prop::bool::weighted(0.1),
            )
        })
        .prop_map(|(which, world, jobs, failure, twice)| Deed::Answer { which, world, jobs, failure, twice });
    let act = select(vec![MouseAct::Click, MouseAct::WheelDown, MouseAct::WheelUp]);
    prop_oneof![
        24 => any_key().prop_map(Deed::Press),
        3 => select(bound()).prop_map(Deed::Follow),
        6 => (any::<Index>(), select(acting_keys())).prop_map(|(place, key)| Deed::Act(place, key)),
        4 => Just(Deed::TypeDemand),
        1 => any::<String>().prop_map(Deed::Paste),
        1 => any_name().prop_map(|name| Deed::Paste(name.to_owned())),
        2 => (0_u16..310, 0_u16..110, act).prop_map(|(column, row, act)| Deed::Mouse(column, row, act)),
        1 => (1_u16..=300, 1_u16..=100).prop_map(|(width, height)| Deed::Resize(width, height)),
        1 => select(vec![(1, 1), (59, 15), (60, 16), (80, 24), (119, 30), (120, 40), (300, 100), (60, 100), (300, 16)])
            .prop_map(|(width, height)| Deed::Resize(width, height)),
        1 => any::<bool>().prop_map(Deed::Focus),
        4 => any::<Index>().prop_map(Deed::Fire),
        1 => (0_u8..5, 0_u64..20).prop_map(|(kind, number)| Deed::StrayTimer(kind, number)),
        8 => answer,
        1 => (0_u64..50, any_world()).prop_map(|(request, world)| Deed::Stray(request, world)),
        1 => (0_u8..6).prop_map(Deed::Tell),
        2 => (-100_i64..100_000).prop_map(Deed::Pass),
    ]
}

/// Columns that may be chosen.
fn candidates() -> CandidateFields {
    let field = |name: &str, kind: &str| CandidateField {
        field: Foreign::new(name),
        label: Field::Null,
        column_type: told(kind),
        field_type: told(kind),
        nullable: Field::Known(false),
        indexed: Field::Unknown,
    };
    let column =
        |name: &str| SourceColumn { field: Foreign::new(name), column_type: told("int"), nullable: Field::Null };
    CandidateFields {
        fields: vec![field("id", "integer"), field("updated_at\u{1b}[2J", "timestamp")],
        columns: vec![column("id"), column("line")],
        detected_keys: Field::Known(vec![Foreign::new("id")]),
        ..CandidateFields::default()
    }
}

// The rules.

/// The program under arbitrary circumstances, and what it may do.
struct Watched {
    model: Model,
    now: jiff::Timestamp,
    fetches: Vec<(RequestId, Need)>,
    sends: Vec<RequestId>,
    timers: Vec<Timer>,
    /// What was confirmed and has not been sent yet.
    confirmed: Vec<Discard>,
}

/// What the open question is about, and whether this key answers it rightly.
fn confirms(model: &Model, event: &Event) -> Option<Vec<Discard>> {
    let (Some(Overlay::Confirm(confirm)), Event::KeyPressed(key)) = (&model.overlay, event) else { return None };
    let challenge = confirm.challenge.as_ref().expect("an open question has not been answered");
    let plain = !key.ctrl && !key.alt;
    let rightly = match challenge.demand() {
        Demand::Typed(expected) => key.code == Code::Enter && confirm.input.value().trim() == expected,
        Demand::Yes => {
            (plain && matches!(key.code, Code::Char('y' | 'Y'))) || (key.code == Code::Enter && confirm.on_yes)
        }
    };
    rightly.then(|| challenge.discards().cloned().collect())
}

impl Watched {
    fn new(settings: Settings, preset: Preset) -> Self {
        let size = Size { width: 140, height: 40 };
        let mut model = Model::new(settings, Keymap::of(preset), size, noon());
        let effects = start(&mut model);
        let mut watched =
            Self { model, now: noon(), fetches: vec![], sends: vec![], timers: vec![], confirmed: vec![] };
        watched.keep(effects);
        watched
    }

    fn keep(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Fetch { request, need, .. } => self.fetches.push((request, need)),
                Effect::Wake { timer, .. } => self.timers.push(timer),
                Effect::Send { request, operation, .. } => {
                    assert!(!self.model.settings.read_only, "read-only sends nothing: {operation:?}");
                    match &operation {
                        Operation::Read(read) => panic!("a read is sent as a write: {read:?}"),
                        Operation::Write(_) => {}
                        Operation::Discard(consent) => {
                            let place = self.confirmed.iter().position(|discard| discard == consent.discard());
                            let place = place.unwrap_or_else(|| panic!("nobody confirmed {operation:?}"));
                            self.confirmed.remove(place);
                        }
                    }
                    self.sends.push(request);
                }
                _ => {}
            }
        }
    }

    fn happen(&mut self, event: Event) {
        let confirmed = confirms(&self.model, &event);
        let escapes = matches!(&event, Event::KeyPressed(key) if key.code == Code::Escape);
        let asked_before = matches!(self.model.overlay, Some(Overlay::Confirm(_)));
        let effects = update(&mut self.model, Message { at: self.now, event });
        let sends = effects.iter().any(|effect| matches!(effect, Effect::Send { .. }));
        assert!(!(escapes && sends), "esc changes nothing on the server: {effects:?}");
        if let Some(discards) = confirmed {
            assert!(!matches!(self.model.overlay, Some(Overlay::Confirm(_))), "an answered question is closed");
            self.confirmed.extend(discards);
        } else if asked_before && let Some(Overlay::Confirm(confirm)) = &self.model.overlay {
            assert!(confirm.challenge.is_some(), "an open question can be answered");
        }
        self.keep(effects);
        self.selection_is_valid();
    }

    fn selection_is_valid(&self) {
        let model = &self.model;
        assert_eq!(model.sources.selected(), model.sources.rows().get(model.sources.cursor()));
        assert_eq!(model.schemas.selected(), model.schemas.rows().get(model.schemas.cursor()));
        assert!(model.sources.rows().is_empty() || model.sources.selected().is_some());
        assert!(model.schemas.rows().is_empty() || model.schemas.selected().is_some());
        assert!(model.sources.rows().iter().all(|id| model.inventory.source(id).is_some()), "all sources exist");
        assert!(model.schemas.rows().iter().all(|id| model.inventory.schema(id).is_some()), "all tables exist");
        if !model.all_tables {
            let of = model.sources.selected();
            let rows = model.schemas.rows().iter().filter_map(|id| model.inventory.schema(id));
            assert!(rows.into_iter().all(|(held, ..)| Some(&held.source.id) == of), "tables of the selected source");
        }
    }

    fn draw(&self) {
        frame::drawn(&self.model, &Theme::builtin(true, self.model.settings.ascii));
    }

    fn answer(
        &mut self,
        which: Index,
        world: Vec<Source>,
        jobs: &[(u8, Status, i64)],
        failure: Option<FailureKind>,
        twice: bool,
    ) {
        let count = self.fetches.len() + self.sends.len();
        if count == 0 {
            return;
        }
        let place = which.index(count);
        let failure = failure.map(|kind| Failure::new(kind, "because"));
        let Some((request, need)) = self.fetches.get(place).cloned() else {
            let request = self.sends.remove(place - self.fetches.len());
            let result = || match &failure {
                Some(failure) => Err(failure.clone()),
                None => Ok(Sent::Done(None)),
            };
            self.happen(Event::Sent(request, result()));
            if twice {
                self.happen(Event::Sent(request, result()));
            }
            return;
        };
        self.fetches.remove(place);
        if failure.is_none() {
            for fact in facts(&need, world, jobs) {
                self.happen(Event::Learned(request, Box::new(fact)));
            }
        } else if let Some(failure) = &failure {
            self.happen(Event::Retrying(request, failure.clone()));
        }
        let result = failure.map_or(Ok(()), Err);
        self.happen(Event::FetchEnded(request, result.clone()));
        if twice {
            self.happen(Event::FetchEnded(request, result));
        }
    }

    fn perform(&mut self, deed: Deed) {
        match deed {
            Deed::Press(key) => self.happen(Event::KeyPressed(key)),
            Deed::Follow(keys) => {
                for key in keys.keys() {
                    self.happen(Event::KeyPressed(*key));
                }
            }
            Deed::Act(place, key) => {
                let down = vec!["j"; place.index(6)];
                for name in ["2", "home"].into_iter().chain(down) {
                    self.happen(Event::KeyPressed(Key::parse(name).unwrap()));
                }
                self.happen(Event::KeyPressed(key));
            }
            Deed::TypeDemand => {
                let Some(Overlay::Confirm(confirm)) = &self.model.overlay else { return };
                let Some(Demand::Typed(text)) = confirm.challenge.as_ref().map(|asked| asked.demand().clone()) else {
                    return;
                };
                for symbol in text.chars() {
                    self.happen(Event::KeyPressed(Key::plain(Code::Char(symbol))));
                }
            }
            Deed::Paste(text) => self.happen(Event::Pasted(text)),
            Deed::Mouse(column, row, act) => self.happen(Event::MouseUsed(Mouse { column, row, act })),
            Deed::Resize(width, height) => self.happen(Event::Resized(Size { width, height })),
            Deed::Focus(focused) => self.happen(Event::FocusChanged(focused)),
            Deed::Fire(which) => {
                if !self.timers.is_empty() {
                    let timer = self.timers.swap_remove(which.index(self.timers.len()));
                    self.happen(Event::TimerFired(timer));
                }
            }
            Deed::StrayTimer(kind, number) => self.happen(Event::TimerFired(match kind {
                0 => Timer::Refresh(number),
                1 => Timer::Clock(number),
                2 => Timer::Rested(number),
                3 => Timer::Follow(FollowId(number)),
                _ => Timer::Notice(number),
            })),
            Deed::Answer { which, world, jobs, failure, twice } => self.answer(which, world, &jobs, failure, twice),
            Deed::Stray(request, world) => {
                let request = RequestId(1_000_000 + request);
                self.happen(Event::Learned(request, Box::new(Fact::Sources(world::whole(world)))));
                self.happen(Event::Sent(request, Ok(Sent::Done(None))));
                self.happen(Event::FetchEnded(request, Ok(())));
            }
            Deed::Tell(what) => self.happen(match what {
                0 => Event::Copied(true),
                1 => Event::Copied(false),
                2 => Event::BudgetChanged(BudgetLeft { minute: 3, hour: 500, paused: None }),
                3 => Event::BackgroundTold(true),
                4 => Event::Retrying(RequestId(7), Failure::new(FailureKind::Gateway, "")),
                _ => Event::FocusChanged(true),
            }),
            Deed::Pass(seconds) => self.now += SignedDuration::from_secs(seconds),
        }
    }
}

/// What answers a question.
fn facts(need: &Need, world: Vec<Source>, jobs: &[(u8, Status, i64)]) -> Vec<Fact> {
    match need {
        Need::Identity => vec![Fact::Identity(Box::<Identity>::default())],
        Need::Sources => {
            let total = world.len();
            let end = if total == 3 { Completeness::Partial } else { Completeness::Whole };
            let mut pages: Vec<Fact> = Vec::new();
            for (number, source) in world.into_iter().enumerate() {
                let end = (number + 1 == total).then_some(end);
                let page = SourcePage {
                    sources: [Arc::new(source)].into(),
                    loaded: number + 1,
                    total,
                    unreadable: number,
                    end,
                };
                pages.push(Fact::Sources(page));
            }
            if pages.is_empty() {
                pages.push(Fact::Sources(world::whole(Vec::new())));
            }
            pages
        }
        Need::Schema(id) => {
            let schemas = world.into_iter().flat_map(|source| source.schemas);
            let schema = schemas.map(|schema| Schema { id: id.clone(), ..(*schema).clone() }).next();
            let schema = schema.unwrap_or_else(|| Schema { id: id.clone(), ..table("found", 1) });
            let full = FullSchema { schema, detail: detail(), source: None, source_type: Field::Null };
            vec![Fact::Schema(Box::new(full))]
        }
        Need::Raw(read, job) => {
            let lines = whtui::warehouse::raw::pretty(&format!("{{\"error\": {:?}, \"n\": [1, null]}}", ERRORS[3]));
            vec![Fact::Raw(read.clone(), job.clone(), Arc::new(lines))]
        }
        Need::Webhook(source) => vec![Fact::Webhook(source.clone(), Box::default())],
        Need::Source(id) => {
            let found = world.into_iter().find(|source| source.id == *id);
            let found = found.unwrap_or_else(|| source("s", "Postgres", None, Vec::new()));
            vec![Fact::Source(Box::new(Source { id: id.clone(), ..found }))]
        }
        Need::Form(kind) => vec![Fact::Form(Box::new(form(kind)))],
        Need::Candidates(id) => vec![Fact::Candidates(id.clone(), Box::new(candidates()))],
        Need::CdcPrerequisites(id) => {
            let errors = jobs.iter().map(|(place, ..)| Foreign::new(ERRORS[usize::from(*place)])).collect();
            let found = CdcPrerequisites { valid: Field::Known(jobs.is_empty()), errors };
            vec![Fact::CdcPrerequisites(id.clone(), found)]
        }
        Need::CdcStatus(id) => {
            let there = Field::Known(jobs.len().is_multiple_of(2));
            let status = CdcStatus { enabled: Field::Known(true), slot_exists: there, ..CdcStatus::default() };
            vec![Fact::CdcStatus(id.clone(), Box::new(status))]
        }
        Need::Logs(query) => {
            let line = |(place, status, minutes): &(u8, Status, i64)| LogEntry {
                at: Field::Known(noon() + SignedDuration::from_mins(*minutes)),
                level: LogLevel::parse(&status.to_string()),
                message: ERRORS[usize::from(*place) % ERRORS.len()].into(),
                run: Field::Null,
            };
            vec![Fact::Logs(query.clone(), jobs.iter().map(line).collect())]
        }
        Need::Explain(puzzle) => {
            let finding = Finding::of(Catalogue::builtin(), &puzzle.symptom()).map(Arc::new);
            vec![Fact::Explained(puzzle.clone(), finding)]
        }
        Need::Jobs(query) => {
            let name = query.schemas.first().cloned().unwrap_or_default();
            let number = query.source.as_str().trim_start_matches("source-").to_owned();
            let made = jobs.iter().map(|(place, status, minutes)| Job {
                id: JobId::new(&format!("job-{place}-{minutes}")),
                created_at: Some(noon() + SignedDuration::from_mins(*minutes)),
                finished_at: Field::Null,
                status: status.clone(),
                schema: Some(SchemaId::new(&format!("table-{number}-{place}"))),
                schema_name: name.clone(),
                rows: Field::Known(9),
                latest_error: Field::Known(ERRORS[usize::from(*place) % ERRORS.len()].into()),
                workflow_run_id: Field::Known("run".into()),
                write_mode: if *place > 1 { Field::Known("scd2_append".into()) } else { Field::Null },
            });
            vec![Fact::Jobs(query.clone(), made.collect())]
        }
    }
}

fn play(settings: Settings, preset: Preset, first: Vec<Source>, deeds: Vec<Deed>) -> Watched {
    let mut watched = Watched::new(settings, preset);
    let place = watched.fetches.iter().position(|(_, need)| *need == Need::Sources).unwrap();
    let (request, need) = watched.fetches.remove(place);
    for fact in facts(&need, first, &[]) {
        watched.happen(Event::Learned(request, Box::new(fact)));
    }
    watched.happen(Event::FetchEnded(request, Ok(())));
    for deed in deeds {
        watched.perform(deed);
        watched.draw();
    }
    // From wherever the keys have led, esc leads home.
    for _ in 0..8 {
        if watched.model.overlay.is_some() || watched.model.guard.is_some() {
            watched.happen(Event::KeyPressed(Key::plain(Code::Escape)));
        }
    }
    assert!(watched.model.overlay.is_none(), "esc closes, or goes back: {:?}", watched.model.overlay);
    watched
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn no_data_is_discarded_without_its_own_confirmation_and_nothing_panics(
        world in any_world(),
        deeds in vec(any_deed(), 1..120),
        dry_run in prop::bool::weighted(0.1),
        ascii in any::<bool>(),
        preset in any_preset(),
    ) {
        play(Settings { dry_run, ascii, ..settings() }, preset, world, deeds);
    }

    #[test]
    fn read_only_sends_nothing(world in any_world(), deeds in vec(any_deed(), 1..80), preset in any_preset()) {
        let watched = play(Settings { read_only: true, ..settings() }, preset, world, deeds);
        prop_assert!(watched.sends.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn a_protected_profile_sends_nothing_before_its_name_was_typed(
        world in any_world(),
        deeds in vec(any_deed(), 1..80),
        preset in any_preset(),
    ) {
        let setup = Setup { profile: Some("a name that nobody types".to_owned()), protected: true, ..Setup::default() };
        let watched = play(Settings { setup, ..settings() }, preset, world, deeds);
        prop_assert!(watched.sends.is_empty());
    }
}

/// The rules above would hold of a program that does nothing. These keys prove that it does something.
#[test]
fn such_keys_do_get_through() {
    let of = |name: &str| Deed::Press(Key::parse(name).unwrap());
    let shop = || vec![source("shop", "Postgres", None, vec![table("public.orders", 5)])];
    for (keys, sent) in [
        (vec![of("X"), Deed::TypeDemand, of("enter")], 1),
        (vec![of("X"), of("enter")], 0),
        (vec![of("X"), Deed::TypeDemand, of("x"), of("enter")], 0),
        (vec![of("2"), of("D"), of("y")], 1),
        (vec![of("2"), of("D"), of("enter")], 0),
        (vec![of("2"), of("D"), of("esc"), of("y")], 0),
    ] {
        let watched = play(settings(), Preset::Default, shop(), keys);
        assert_eq!(watched.sends.len(), sent);
        assert!(watched.confirmed.is_empty(), "what was confirmed is sent");
    }
}
