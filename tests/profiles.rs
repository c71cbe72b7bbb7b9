//! How a profile looks and behaves by its own settings.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use jiff::SignedDuration;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;
use whtui::app::effect::{Effect, Timer};
use whtui::app::layout::Pane;
use whtui::app::message::{Event, Message};
use whtui::app::model::overlay::Overlay;
use whtui::app::settings::manner::{First, Manner};
use whtui::app::settings::{Offer, Settings, Setup};
use whtui::app::update::update;
use whtui::view::theme::Theme;
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::recovery::runbook::Record;
use whtui::warehouse::survey::Need;
use world::{Desk, project, settings};

fn offer(name: &str, manner: Manner) -> Offer {
    Offer { name: name.to_owned(), place: "project 42".to_owned(), read_only: false, protected: false, manner }
}

/// In use is `prod`, which has this manner.
fn with(manner: Manner) -> Settings {
    let profiles = vec![offer("prod", manner), offer("staging", Manner { colour: Some("green"), ..Manner::default() })];
    Settings { setup: Setup { profile: Some("prod".to_owned()), profiles, ..Setup::default() }, ..settings() }
}

fn red() -> Manner {
    Manner { colour: Some("red"), ..Manner::default() }
}

#[test]
fn the_name_and_a_strip_have_the_colour_of_the_profile() {
    for (width, height) in [(140, 40), (80, 24), (60, 16)] {
        let desk = Desk::reading(with(red()), width, height, project());
        insta::assert_snapshot!(format!("profile_in_its_colour_{width}x{height}"), desk.screen());
    }
}

#[test]
fn what_lies_over_the_screen_leaves_the_strip_and_without_colours_the_name_remains() {
    let mut desk = Desk::reading(with(red()), 140, 40, project());
    desk.press(&["t"]);
    let strip = |theme: &Theme| {
        let mut terminal = Terminal::new(TestBackend::new(140, 40)).unwrap();
        terminal.draw(|frame| whtui::view::draw(&desk.model, theme, frame)).unwrap();
        let buffer = terminal.backend().buffer();
        let cells = [0, 38, 39].map(|row| (buffer[(0, row)].symbol().to_owned(), buffer[(0, row)].fg));
        let header: String = (0..140).map(|column| buffer[(column, 0)].symbol()).collect();
        (cells, header)
    };
    for (theme, sign, colour) in [
        (Theme::builtin(true, false), "▌", Color::Red),
        (Theme::builtin(true, true), "|", Color::Red),
        (Theme::builtin(false, false), " ", Color::Reset),
        (Theme::builtin(true, false).in_lines(), " ", Color::Reset),
    ] {
        let (cells, header) = strip(&theme);
        assert_eq!(cells, [0; 3].map(|_| (sign.to_owned(), colour)));
        assert!(header.contains("prod: Acme @ eu.posthog.com"), "{header}");
    }
}

#[test]
fn a_profile_starts_with_the_view_it_wants() {
    let starting = |first| Desk::new(with(Manner { first, ..Manner::default() }), 140, 40);
    let mut desk = starting(First::Sources);
    desk.list(project());
    assert_eq!((desk.model.focus, desk.model.all_tables), (Pane::Sources, false));
    let mut desk = starting(First::Tables);
    desk.list(project());
    assert_eq!((desk.model.focus, desk.model.all_tables), (Pane::Schemas, true));
    assert_eq!(desk.model.schemas.rows().len(), desk.model.inventory.tally().total);
    assert!(desk.model.selected_schema().is_some(), "something is selected once there is something");
    let mut desk = starting(First::Triage);
    assert!(matches!(desk.model.overlay, Some(Overlay::Triage(_))));
    desk.list(project());
    let Some(Overlay::Triage(triage)) = &desk.model.overlay else { panic!("it stays open") };
    assert!(!triage.problems().is_empty(), "it fills with what is read");
}

/// How long the list rests after a reading that ended like this.
fn rests(desk: &mut Desk, result: Result<(), Failure>) -> i64 {
    let (request, _) = desk.asked(|need| *need == Need::Sources);
    let ended = Message { at: desk.now, event: Event::FetchEnded(request, result) };
    let effects = update(&mut desk.model, ended);
    let rests = effects.iter().find_map(|effect| match effect {
        Effect::Wake { timer: Timer::Refresh(_), after } => Some(after.as_secs()),
        _ => None,
    });
    rests.expect("the next reading is planned")
}

#[test]
fn a_profile_can_make_the_list_rest_longer_and_never_shorter() {
    let after = |seconds: Option<i64>| {
        let refresh = seconds.map(SignedDuration::from_secs);
        rests(&mut Desk::new(with(Manner { refresh, ..Manner::default() }), 140, 40), Ok(()))
    };
    assert_eq!([None, Some(10), Some(60), Some(300), Some(86_400)].map(after), [60, 60, 60, 300, 86_400]);
}

#[test]
fn what_is_followed_and_what_failed_does_not_wait_for_the_rest_of_a_profile() {
    let slow = with(Manner { refresh: Some(SignedDuration::from_hours(1)), ..Manner::default() });
    let failure = || Err(Failure::new(FailureKind::Gateway, ""));
    assert_eq!(rests(&mut Desk::new(slow.clone(), 140, 40), failure()), 5);
    let mut desk = Desk::reading(slow, 140, 40, project());
    desk.go_to_table("shop", "public.orders").press(&["r"]);
    desk.pass(3_600).fire(|timer| matches!(timer, Timer::Refresh(_)));
    assert_eq!(rests(&mut desk, Ok(())), 10, "the reload is waited for");
}

#[test]
fn coming_back_reads_what_is_older_than_the_profile_wants() {
    let slow = with(Manner { refresh: Some(SignedDuration::from_mins(30)), ..Manner::default() });
    let mut desk = Desk::reading(slow, 140, 40, project());
    let reads = |desk: &mut Desk, minutes: i64| {
        desk.happen(Event::FocusChanged(false));
        desk.pass(minutes * 60).happen(Event::FocusChanged(true));
        desk.fetches.iter().any(|(_, need)| *need == Need::Sources)
    };
    assert!(!reads(&mut desk, 10), "not yet");
    assert!(reads(&mut desk, 21), "but then");
}

#[test]
fn what_was_left_half_done_is_asked_about_once_the_first_view_is_closed() {
    for keys in [&["esc"][..], &["ctrl-g", "esc"]] {
        let first = if keys.len() == 1 { First::Triage } else { First::Sources };
        let mut desk = Desk::new(with(Manner { first, ..Manner::default() }), 140, 40);
        if keys.len() > 1 {
            desk.press(&keys[..1]);
        }
        let record = Record {
            letter: "G".to_owned(),
            cause: None,
            title: "Start over".to_owned(),
            source: "source".to_owned(),
            source_name: "shop".to_owned(),
            tables: vec![("id".to_owned(), "public.orders".to_owned())],
            done: Vec::new(),
            left: Vec::new(),
            plain: true,
        };
        desk.happen(Event::LeftBehind(vec![record]));
        desk.list(project());
        assert!(!matches!(desk.model.overlay, Some(Overlay::LeftBehind)), "not over what is being read");
        desk.press(&["esc"]);
        assert!(matches!(desk.model.overlay, Some(Overlay::LeftBehind)), "{:?}", desk.model.overlay);
    }
}

#[test]
fn why_it_was_not_switched_is_seen_where_the_profile_in_use_cannot_be_read_either() {
    for kind in [FailureKind::Unreachable, FailureKind::KeyRejected] {
        let mut settings = with(red());
        settings.setup.notes = vec!["Not switched: the vault is locked.".to_owned()];
        let mut desk = Desk::new(settings, 80, 24);
        desk.fail(|need| *need == Need::Sources, Failure::new(kind, ""));
        assert!(desk.screen().contains("Not switched: the vault is locked."), "{}", desk.screen());
    }
}

#[test]
fn the_name_of_the_profile_is_the_last_to_leave_the_header() {
    for manner in [red(), Manner::default()] {
        let mut settings = with(manner);
        settings.setup.protected = true;
        settings.dry_run = true;
        for _ in 0..2 {
            let mut desk = Desk::reading(settings.clone(), 60, 16, project());
            let held = |desk: &Desk| desk.screen().lines().next().unwrap().to_owned();
            assert!(held(&desk).contains("prod"), "{}", held(&desk));
            desk.model.link.held = true;
            desk.pass(700);
            assert!(held(&desk).contains("prod"), "{}", held(&desk));
            settings.setup.protected = false;
        }
    }
}
