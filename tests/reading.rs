//! Long texts: the object as the server sends it, the details, help and activity, with scrolling and search.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use std::sync::Arc;

use whtui::app::effect::Timer;
use whtui::app::message::Event;
use whtui::app::model::overlay::Overlay;
use whtui::app::settings::{Machine, Settings};
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::raw::pretty;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::{Fact, Need};
use world::{Desk, job, project, settings};

const SIZES: [(u16, u16); 3] = [(140, 40), (80, 24), (60, 16)];

const SENT: &str = r#"{"id":"0193","name":"public.orders","should_sync":true,"sync_type":"incremental","latest_error":
"password authentication failed for user \"whtui_reader\": the server at postgres://reader:planted@db.example.com:5432/shop closed the connection unexpectedly, which may mean that it is overloaded",
"table":{"name":"shop_public_orders","row_count":12331,"columns":[],"nested":{"deep":[1,2.50,null]}},
"job_inputs":{"host":"db.example.com","password":"planted","注文":"テーブル注文テーブル注文テーブル"},
"status":"Failed","hostile":"\u001b[2J\u202e","primary_key_columns":["id"],"description":null}"#;

fn said(desk: &Desk) -> String {
    desk.model.activity.notice().expect("a notice is shown").text.clone()
}

/// The failing table as JSON, as it arrived.
fn raw(width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings(), width, height, project());
    desk.go_to_table("shop", "public.orders").press(&["J"]);
    let (request, need) = desk.asked(|need| matches!(need, Need::Raw(..)));
    let Need::Raw(read, job) = need else { unreachable!("asked for") };
    desk.happen(Event::Learned(request, Box::new(Fact::Raw(read, job, Arc::new(pretty(SENT))))));
    desk.happen(Event::FetchEnded(request, Ok(())));
    desk
}

#[test]
fn the_object_as_the_server_sends_it() {
    for (width, height) in SIZES {
        let mut desk = raw(width, height);
        insta::assert_snapshot!(format!("raw_{width}x{height}"), desk.screen());
        desk.press(&["/"]).type_in("PUBLIC");
        insta::assert_snapshot!(format!("raw_search_{width}x{height}"), desk.screen());
        desk.press(&["enter", "n"]);
        insta::assert_snapshot!(format!("raw_second_match_{width}x{height}"), desk.screen());
        assert!(!desk.screen().contains("planted"));
        desk.press(&["esc", "esc"]);
        assert!(desk.model.overlay.is_none(), "first the search goes, then the overlay");
    }
}

#[test]
fn an_object_that_could_not_be_read_says_why_and_can_be_asked_again() {
    let mut desk = Desk::reading(settings(), 80, 24, project());
    desk.go_to_table("shop", "public.orders").press(&["J"]);
    desk.fail(|need| matches!(need, Need::Raw(..)), Failure::new(FailureKind::Gateway, ""));
    insta::assert_snapshot!("raw_unread_80x24", desk.screen());
    desk.press(&["ctrl-r"]);
    desk.asked(|need| matches!(need, Need::Raw(..)));
    // A late answer to what was closed changes nothing.
    desk.press(&["esc"]);
    assert!(desk.model.overlay.is_none());
}

#[test]
fn from_the_end_one_key_leads_back_up() {
    for open in ["?", "J"] {
        let mut desk = if open == "J" { raw(80, 24) } else { Desk::reading(settings(), 80, 24, project()) };
        if open == "?" {
            desk.press(&["?"]);
        }
        let first = desk.screen();
        desk.press(&["G"]);
        let end = desk.screen();
        desk.press(&["pagedown", "j", "space"]);
        assert_eq!(desk.screen(), end, "the end is the end");
        desk.press(&["k"]);
        assert_ne!(desk.screen(), end, "one key up is seen");
        desk.press(&["g"]);
        assert_eq!(desk.screen(), first);
    }
}

#[test]
fn the_details_scroll_back_from_their_end_and_are_searched() {
    for (width, height) in SIZES {
        let mut desk = Desk::reading(settings(), width, height, project());
        desk.go_to_table("shop", "public.orders").press(&["3", "G"]);
        let end = desk.screen();
        desk.press(&["j", "k"]);
        assert_ne!(desk.screen(), end);
        desk.press(&["/"]).type_in("server");
        insta::assert_snapshot!(format!("details_search_{width}x{height}"), desk.screen());
        desk.press(&["enter", "n"]);
        insta::assert_snapshot!(format!("details_next_match_{width}x{height}"), desk.screen());
        desk.press(&["N", "esc"]);
        assert!(!desk.model.details.find.is_active());
        desk.press(&["esc"]);
        assert_eq!(desk.model.focus, whtui::app::layout::Pane::Schemas);
    }
}

#[test]
fn a_search_without_a_match_says_so() {
    let mut desk = raw(80, 24);
    desk.press(&["/"]).type_in("nowhere").press(&["enter"]);
    assert!(desk.screen().contains("/nowhere no match"));
    desk.press(&["n", "N", "j"]);
    desk.press(&["esc", "n"]);
    assert_eq!(said(&desk), "Nothing is searched for; / searches.");
}

#[test]
fn help_and_activity_are_searched_and_other_keys_say_that_they_do_nothing() {
    let mut desk = Desk::reading(settings(), 80, 24, project());
    desk.press(&["?", "/"]).type_in("clipboard").press(&["enter"]);
    insta::assert_snapshot!("help_search_80x24", desk.screen());
    desk.press(&["x"]);
    assert_eq!(said(&desk), "x does nothing here; the last line shows the keys.");
    assert!(matches!(desk.model.overlay, Some(Overlay::Help(_))));
    desk.press(&["esc", "?"]);
    assert!(desk.model.overlay.is_none(), "the key that opened it closes it");
}

/// A notice is not what is looked at.
fn without_notice(desk: &mut Desk) {
    desk.fire(|timer| matches!(timer, Timer::Notice(_)));
}

#[test]
fn a_pane_is_zoomed_and_back() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.go_to_table("shop", "public.orders");
    let before = desk.screen();
    desk.press(&["z"]);
    insta::assert_snapshot!("zoomed_tables_140x40", desk.screen());
    desk.press(&["3"]);
    insta::assert_snapshot!("zoomed_details_140x40", desk.screen());
    desk.press(&["2", "z"]);
    assert_eq!(desk.screen(), before);
    let mut desk = Desk::reading(settings(), 80, 24, project());
    desk.press(&["z"]);
    assert_eq!(said(&desk), "zoom: There is room for one pane only; it fills the screen already.");
}

#[test]
fn the_refresh_is_held_and_goes_on() {
    let mut desk = Desk::reading(settings(), 80, 24, project());
    let planned = desk.timers.iter().rposition(|(_, timer)| matches!(timer, Timer::Refresh(_))).unwrap();
    let (_, planned) = desk.timers.remove(planned);
    desk.press(&["A"]);
    without_notice(&mut desk);
    insta::assert_snapshot!("refresh_held_80x24", desk.screen());
    desk.happen(Event::TimerFired(planned));
    assert!(!desk.fetches.iter().any(|(_, need)| *need == Need::Sources), "the timer belongs to the past");
    desk.happen(Event::FocusChanged(false));
    desk.pass(600).happen(Event::FocusChanged(true));
    assert!(!desk.fetches.iter().any(|(_, need)| *need == Need::Sources), "not even after a pause");
    desk.press(&["ctrl-r"]).list(project());
    assert!(!desk.timers.iter().any(|(_, timer)| matches!(timer, Timer::Refresh(_))), "by hand it is read once");
    desk.press(&["A"]).list(project());
    assert!(desk.timers.iter().any(|(_, timer)| matches!(timer, Timer::Refresh(_))));
}

#[test]
fn what_is_watched_is_read_though_the_refresh_is_held() {
    let mut desk = Desk::reading(settings(), 80, 24, project());
    desk.go_to_table("shop", "public.orders").press(&["A"]);
    desk.timers.retain(|(_, timer)| !matches!(timer, Timer::Refresh(_)));
    desk.press(&["w"]);
    assert!(desk.timers.iter().any(|(_, timer)| matches!(timer, Timer::Refresh(_))));
}

#[test]
fn local_time_stands_beside_utc_and_the_next_sync_is_estimated() {
    let west = || {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(-8));
        Settings { machine: Machine { zone, ..Machine::default() }, ..settings() }
    };
    for (width, height) in SIZES {
        let mut desk = Desk::reading(west(), width, height, project());
        desk.go_to_table("shop", "public.customers").press(&["3"]);
        desk.fire(|timer| matches!(timer, Timer::Rested(_)));
        let customers = desk.held("public.customers");
        desk.full(customers).press(&["U"]);
        without_notice(&mut desk);
        insta::assert_snapshot!(format!("local_time_{width}x{height}"), desk.screen());
    }
    let mut desk = Desk::reading(west(), 140, 40, project());
    desk.go_to_table("shop", "public.customers").press(&["3"]);
    desk.fire(|timer| matches!(timer, Timer::Rested(_)));
    let run = job(&desk.held("public.customers"), "new", 60, Some(9), Status::Completed, 7);
    desk.jobs("public.customers", vec![run]);
    assert!(desk.screen().contains("11-20 11:00Z    Completed"), "{}", desk.screen());
    desk.press(&["U"]);
    assert!(desk.screen().contains("11-20 11:00Z    = 03:00 -08; Completed"), "{}", desk.screen());
}

#[test]
fn the_activity_is_filtered() {
    let mut desk = Desk::reading(settings(), 80, 24, project());
    for text in ["shop / a: Running → Completed", "shop / b: Running → Failed", "stripe / c: Running → Completed"]
    {
        desk.model.activity.note(desk.now, whtui::warehouse::recovery::follow::Tone::Note, text.to_owned());
    }
    desk.press(&["L", "/"]).type_in("completed").press(&["enter"]);
    insta::assert_snapshot!("activity_filtered_80x24", desk.screen());
}

#[test]
fn settings_that_are_older_than_the_list_say_from_when_they_are() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.go_to_table("shop", "public.orders").press(&["3"]).fire(|timer| matches!(timer, Timer::Rested(_)));
    let orders = desk.held("public.orders");
    desk.full(orders);
    desk.press(&["G"]);
    assert!(!desk.screen().contains("as of") && desk.screen().contains("lookback"), "just read");
    let reread = |desk: &mut Desk, seconds| {
        desk.pass(seconds).fire(|timer| matches!(timer, Timer::Refresh(_))).list(project());
        desk.press(&["G"]);
    };
    reread(&mut desk, 500);
    assert!(!desk.screen().contains("as of"), "nearly as young as the list");
    reread(&mut desk, 6_700);
    insta::assert_snapshot!("details_behind_the_list_140x40", desk.screen());
    // A failure does not hide behind what is known.
    desk.press(&["ctrl-r"]).fail(|need| matches!(need, Need::Schema(_)), Failure::new(FailureKind::Gateway, ""));
    desk.list(project()).press(&["G"]);
    insta::assert_snapshot!("details_not_read_again_140x40", desk.screen());
    desk.press(&["ctrl-r"]).list(project());
    let orders = desk.held("public.orders");
    desk.full(orders).press(&["G"]);
    let screen = desk.screen();
    assert!(!screen.contains("as of") && !screen.contains("could not be read"), "{screen}");
}

#[test]
fn a_notice_in_whose_place_is_another_is_not_waited_for_behind_an_overlay() {
    let notices = |desk: &Desk| -> Vec<u64> {
        let number = |timer: &Timer| if let Timer::Notice(number) = timer { Some(*number) } else { None };
        desk.timers.iter().filter_map(|(_, timer)| number(timer)).collect()
    };
    let mut desk = Desk::reading(settings(), 80, 24, project());
    desk.press(&["?"]);
    for reason in ["one", "another"] {
        desk.happen(Event::JournalFailed(reason.to_owned()));
    }
    let known = notices(&desk);
    let [.., old, shown] = known.as_slice() else { panic!("{known:?}") };
    desk.fire(|timer| matches!(timer, Timer::Notice(number) if number == old));
    assert!(!notices(&desk).contains(old), "nothing is left to take away");
    desk.fire(|timer| matches!(timer, Timer::Notice(number) if number == shown));
    assert!(notices(&desk).contains(shown), "it is still covered");
}
