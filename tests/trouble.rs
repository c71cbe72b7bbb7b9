//! A connection in trouble, as the user sees it: what is said, what stays, and how it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use jiff::SignedDuration;
use whtui::app::effect::{Effect, Timer, Urgency};
use whtui::app::key::Key;
use whtui::app::message::{BudgetLeft, Event, Message};
use whtui::app::model::overlay::Overlay;
use whtui::app::update::update;
use whtui::warehouse::account::Key as ApiKey;
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::survey::Need;
use whtui::warehouse::text::Foreign;
use world::{Desk, project, settings};

/// Sizes for which the program is made: all panes, one pane.
const SIZES: [(u16, u16); 2] = [(140, 40), (80, 24)];

/// Declares a screen: how to get there, from a settled desk.
macro_rules! screen {
    ($name:ident, $make:expr) => {
        #[test]
        fn $name() {
            for (width, height) in SIZES {
                let mut desk = Desk::reading(settings(), width, height, project());
                let make: fn(&mut Desk) = $make;
                make(&mut desk);
                insta::assert_snapshot!(format!("{}_{width}x{height}", stringify!($name)), desk.screen());
            }
        }
    };
}

fn is_refresh(timer: &Timer) -> bool {
    matches!(timer, Timer::Refresh(_))
}

/// The next reading of the list fails like this.
fn fail(desk: &mut Desk, kind: FailureKind) {
    desk.fire(is_refresh);
    desk.fail(|need| *need == Need::Sources, Failure::new(kind, ""));
}

fn revoke(desk: &mut Desk) {
    desk.pass(180);
    fail(desk, FailureKind::KeyRejected);
}

fn key(scopes: &[&str]) -> ApiKey {
    ApiKey { scopes: Some(scopes.iter().map(|scope| Foreign::new(scope)).collect()), ..ApiKey::default() }
}

const PLANTED: &str = "phx_planted0123456789";

/// Types a key and sends it to be checked.
fn enter(desk: &mut Desk, text: &str) -> whtui::app::effect::RequestId {
    desk.type_in(text).press(&["enter"]);
    let checks = |effect: &Effect| match effect {
        Effect::CheckKey { request, key } => {
            assert_eq!(key.expose(), text);
            Some(*request)
        }
        _ => None,
    };
    desk.others.iter().rev().find_map(checks).expect("the key is checked")
}

screen!(down_for_a_while, |desk| {
    desk.pass(754);
    for _ in 0..4 {
        fail(desk, FailureKind::Gateway);
    }
    desk.pass(11).fire(|timer| matches!(timer, Timer::Clock(_)));
});
screen!(asked_to_wait, |desk| {
    let paused = Some(SignedDuration::from_secs(37));
    desk.happen(Event::BudgetChanged(BudgetLeft { minute: 0, hour: 0, paused }));
    desk.pass(5).fire(|timer| matches!(timer, Timer::Clock(_)));
});
screen!(half_of_the_requests_left, |desk| {
    desk.happen(Event::BudgetChanged(BudgetLeft { minute: 212, hour: 4_320, paused: None }));
});
screen!(key_revoked, revoke);
screen!(key_being_typed, |desk| {
    revoke(desk);
    desk.press(&["K"]).type_in(PLANTED);
});
screen!(key_being_checked, |desk| {
    revoke(desk);
    desk.press(&["K"]);
    enter(desk, PLANTED);
});
screen!(key_refused, |desk| {
    revoke(desk);
    desk.press(&["K"]);
    let request = enter(desk, PLANTED);
    desk.happen(Event::KeyChecked(request, Err(Failure::new(FailureKind::KeyRejected, ""))));
});

#[test]
fn polling_backs_off_and_the_refresh_key_does_not_wait() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    let mut waits = Vec::new();
    for _ in 0..7 {
        fail(&mut desk, FailureKind::Unreachable);
        let next = desk.model.link.outage.and_then(|outage| outage.next);
        let wait = next.map(|next| next.duration_since(desk.now).as_secs());
        waits.push(wait.unwrap());
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 120, 120]);
    let pressed = |desk: &mut Desk, key: &str| {
        let event = Event::KeyPressed(Key::parse(key).unwrap());
        update(&mut desk.model, Message { at: desk.now, event })
    };
    let effects = pressed(&mut desk, "ctrl-r");
    assert_eq!(effects[0], Effect::Hurry);
    let at_once = matches!(&effects[1], Effect::Fetch { need: Need::Sources, urgency: Urgency::Waiting, .. });
    assert!(at_once, "{effects:?}");
    // It is under way: it is hurried, not asked twice.
    let effects = pressed(&mut desk, "ctrl-r");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Fetch { need: Need::Sources, .. })));
    assert_eq!(effects[0], Effect::Hurry);
}

#[test]
fn a_connection_that_comes_back_finds_everything_in_its_place() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.go_to_table("shop", "public.orders").press(&["/"]).type_in("or").press(&["enter", "t"]);
    let place = |desk: &Desk| {
        let model = &desk.model;
        (
            model.sources.selected().cloned(),
            model.schemas.selected().cloned(),
            model.schemas.filter.text().to_owned(),
            model.focus,
            matches!(model.overlay, Some(Overlay::Triage(_))),
            model.schemas.rows().len(),
        )
    };
    let before = place(&desk);
    for kind in [FailureKind::Unreachable, FailureKind::Gateway, FailureKind::TimedOut, FailureKind::KeyRejected] {
        fail(&mut desk, kind);
        assert_eq!(place(&desk), before);
    }
    desk.pass(65).fire(is_refresh);
    desk.list(project());
    assert_eq!(place(&desk), before);
    let model = &desk.model;
    assert!(model.link.failure.is_none() && model.link.outage.is_none());
    let back = model.activity.entries().any(|entry| entry.text.starts_with("The connection is back, after"));
    assert!(back, "{:?}", model.activity);
}

#[test]
fn a_key_that_serves_is_used_and_everything_is_read_again() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    revoke(&mut desk);
    desk.press(&["K"]);
    let request = enter(&mut desk, PLANTED);
    assert!(!format!("{:?} {:?}", desk.others, desk.model).contains(PLANTED));
    desk.fetches.clear();
    desk.happen(Event::KeyChecked(request, Ok(key(&["external_data_source:write"]))));
    assert!(desk.model.overlay.is_none());
    assert!(desk.others.contains(&Effect::UseKey(request)), "{:?}", desk.others);
    desk.list(project());
    assert!(!desk.model.link.key_refused());
}

#[test]
fn a_key_that_does_not_serve_is_not_used_nor_is_one_that_was_given_up() {
    for (answer, said) in [
        (Err(Failure::new(FailureKind::KeyRejected, "")), "either"),
        (Err(Failure::new(FailureKind::Unreachable, "")), "could not be checked"),
        (Ok(key(&["project:read"])), "lacks the scope"),
    ] {
        let mut desk = Desk::reading(settings(), 140, 40, project());
        revoke(&mut desk);
        desk.press(&["K"]);
        let request = enter(&mut desk, PLANTED);
        desk.happen(Event::KeyChecked(request, answer));
        assert!(desk.screen().contains(said), "{}", desk.screen());
        assert!(!desk.others.iter().any(|effect| matches!(effect, Effect::UseKey(_))));
        assert!(!desk.screen().contains("planted"));
    }
    let mut desk = Desk::reading(settings(), 140, 40, project());
    revoke(&mut desk);
    desk.press(&["K"]);
    let request = enter(&mut desk, PLANTED);
    desk.press(&["esc"]);
    desk.happen(Event::KeyChecked(request, Ok(key(&["*"]))));
    assert!(!desk.others.iter().any(|effect| matches!(effect, Effect::UseKey(_))));
}

#[test]
fn the_same_is_asked_once_at_a_time() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.go_to_table("shop", "public.orders").press(&["3"]);
    desk.press(&["ctrl-r", "ctrl-r", "ctrl-r"]).fire(is_refresh).press(&["ctrl-r"]);
    let asked: Vec<&Need> = desk.fetches.iter().map(|(_, need)| need).collect();
    for need in &asked {
        let times = asked.iter().filter(|other| *other == need).count();
        assert_eq!(times, 1, "{need:?} is asked twice");
    }
    assert!(asked.contains(&&Need::Sources) && asked.len() > 1, "{asked:?}");
}
