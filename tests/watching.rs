//! Watched tables: their end reaches whoever looks elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use std::sync::Arc;

use whtui::app::effect::{Announcement, Effect, Timer};
use whtui::app::message::Event;
use whtui::app::model::overlay::Overlay;
use whtui::app::settings::{Alerts, Machine, Settings};
use whtui::warehouse::field::Field;
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::Need;
use world::{Desk, failed, noon, project, settings, table, with};

fn watched(width: u16, height: u16) -> Desk {
    watched_with(settings(), width, height)
}

fn watched_with(settings: Settings, width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings, width, height, project());
    desk.go_to_table("shop", "public.events").press(&["w"]);
    desk
}

/// The project once a table of it is another.
fn after(change: impl Fn(&mut Source)) -> Vec<Source> {
    let mut sources = project();
    change(&mut sources[0]);
    sources
}

fn list_again(desk: &mut Desk, sources: Vec<Source>) {
    desk.pass(60).fire(|timer| matches!(timer, Timer::Refresh(_)));
    desk.list(sources);
}

fn announcements(desk: &Desk) -> Vec<Announcement> {
    let of = |effect: &Effect| match effect {
        Effect::Announce(announcement) => Some(announcement.clone()),
        _ => None,
    };
    desk.others.iter().filter_map(of).collect()
}

fn completed(source: &mut Source) {
    let mut done = with(Status::Completed, table("public.events", 5_204_118));
    done.last_synced_at = Field::Known(noon());
    source.schemas[1] = done.into();
}

#[test]
fn a_watched_table_is_seen_in_the_list_and_in_the_activity() {
    for (width, height) in [(140, 40), (80, 24), (60, 16)] {
        let mut desk = watched(width, height);
        insta::assert_snapshot!(format!("watched_{width}x{height}"), desk.screen());
        desk.press(&["L"]);
        insta::assert_snapshot!(format!("watched_in_activity_{width}x{height}"), desk.screen());
    }
}

#[test]
fn its_end_is_announced_under_any_overlay_and_once() {
    let mut desk = watched(80, 24);
    desk.press(&["?"]);
    list_again(&mut desk, after(completed));
    let text = "shop / public.events: Completed";
    let told = announcements(&desk);
    assert_eq!(told.len(), 1);
    assert!(told[0].bell && told[0].title.as_deref() == Some(format!("whtui: {text}").as_str()));
    assert!(desk.screen().contains(text), "{}", desk.screen());
    assert!(matches!(desk.model.overlay, Some(Overlay::Help(_))));
    list_again(&mut desk, after(completed));
    assert_eq!(announcements(&desk).len(), 1);
    assert!(!desk.others.contains(&Effect::Calm));
    desk.press(&["j"]);
    assert_eq!(desk.others.iter().filter(|effect| **effect == Effect::Calm).count(), 1, "the title is given back");
    desk.press(&["j"]);
    assert_eq!(desk.others.iter().filter(|effect| **effect == Effect::Calm).count(), 1);
}

#[test]
fn a_run_that_nobody_saw_ends_too() {
    let mut desk = Desk::reading(settings(), 80, 24, project());
    desk.go_to_table("shop", "public.customers").press(&["w"]);
    let synced = |source: &mut Source| Arc::make_mut(&mut source.schemas[0]).last_synced_at = Field::Known(noon());
    list_again(&mut desk, after(synced));
    assert_eq!(announcements(&desk).len(), 1);
    let broken = |source: &mut Source| {
        let broken = failed("permission denied for table customers", "Postgres", table("public.customers", 1));
        source.schemas[0] = broken.into();
    };
    list_again(&mut desk, after(broken));
    let last = announcements(&desk).pop().unwrap().notification.unwrap();
    assert!(last.starts_with("whtui: shop / public.customers: Failed ("), "{last}");
}

#[test]
fn a_table_that_is_gone_is_said_to_be() {
    let mut desk = watched(80, 24);
    list_again(&mut desk, after(|source| drop(source.schemas.remove(1))));
    let last = announcements(&desk).pop().unwrap().notification.unwrap();
    assert_eq!(last, "whtui: shop / public.events is gone, and watched no longer");
    assert!(desk.model.watches.is_empty());
}

#[test]
fn each_way_can_be_switched_off_and_the_notice_stays() {
    let with = |bell| {
        let alerts = Alerts { title: false, bell, desktop: false };
        watched_with(Settings { machine: Machine { alerts, ..Machine::default() }, ..settings() }, 80, 24)
    };
    let mut desk = with(true);
    list_again(&mut desk, after(completed));
    assert_eq!(announcements(&desk), [Announcement { bell: true, ..Announcement::default() }]);
    let mut desk = with(false);
    list_again(&mut desk, after(completed));
    assert!(announcements(&desk).is_empty() && desk.screen().contains("public.events: Completed"));
}

#[test]
fn again_ends_it_and_marks_are_watched_together() {
    let mut desk = watched(80, 24);
    desk.press(&["w"]);
    assert!(desk.model.watches.is_empty());
    desk.press(&["ctrl-a", "w"]);
    assert_eq!(desk.model.watches.iter().count(), 4);
    desk.press(&["w"]);
    assert!(desk.model.watches.is_empty());
}

#[test]
fn what_is_watched_is_read_even_while_nobody_looks() {
    let mut desk = Desk::reading(settings(), 80, 24, vec![world::source("s", "Postgres", None, vec![table("t", 1)])]);
    desk.go_to_table("s", "t").press(&["w"]);
    desk.happen(Event::FocusChanged(false));
    desk.pass(60).fire(|timer| matches!(timer, Timer::Refresh(_)));
    desk.asked(|need| *need == Need::Sources);
}
