//! Answers that come late, in another order, or while something lies over what they are for.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::sync::Arc;

use support::made::{self, job, source, table, with_status};
use support::world::Desk;
use support::world::frame::drawn;
use whtui::app::effect::{Effect, RequestId, Timer};
use whtui::app::message::{Event, Sent};
use whtui::app::model::history::History;
use whtui::app::model::overlay::Overlay;
use whtui::app::settings::{Settings, Setup};
use whtui::view::theme::Theme;
use whtui::warehouse::account;
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::{ProjectId, SchemaId, SourceId};
use whtui::warehouse::operation::Request;
use whtui::warehouse::raw::pretty;
use whtui::warehouse::schema::Schema;
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::{Completeness, Fact, FullSchema, Identity, Need, SourcePage};
use whtui::warehouse::text::Foreign;

const NEVER: &str = "nothing was ever synced here";

fn project() -> Vec<Source> {
    vec![source("shop", vec![table("orders"), table("stock")])]
}

fn desk_with(settings: Settings, sources: Vec<Source>) -> Desk {
    let mut desk = Desk::new(settings, 120, 30);
    desk.list(sources);
    desk.press(&["2", "g"]);
    desk.fetches.retain(|(_, need)| *need == Need::Identity);
    desk
}

fn desk() -> Desk {
    desk_with(made::settings(), project())
}

fn screen(desk: &Desk) -> String {
    drawn(&desk.model, &Theme::builtin(true, false)).to_string()
}

fn history(desk: &Desk) -> &History {
    let Some(Overlay::History(history)) = &desk.model.overlay else { panic!("{:?}", desk.model.overlay) };
    history
}

fn gateway() -> Failure {
    Failure::new(FailureKind::Gateway, "")
}

fn page(sources: Vec<Source>, loaded: usize, end: Option<Completeness>) -> Fact {
    let sources = sources.into_iter().map(Arc::new).collect();
    Fact::Sources(SourcePage { sources, loaded, total: 2, unreadable: 0, end })
}

fn full(schema: Schema) -> Fact {
    let detail = support::world::detail();
    Fact::Schema(Box::new(FullSchema { schema, detail, source: None, source_type: Field::Unknown }))
}

fn is_jobs(need: &Need) -> bool {
    matches!(need, Need::Jobs(_))
}

fn is_soon(timer: &Timer) -> bool {
    matches!(timer, Timer::Refresh(_))
}

#[test]
fn jobs_that_come_while_help_is_read_are_there_afterwards() {
    let mut desk = desk();
    desk.press(&["H", "?"]);
    desk.jobs("orders", vec![job("orders", 60, 1, "Completed", 7)]);
    desk.press(&["esc"]);
    assert!(history(&desk).read, "{}", screen(&desk));
    assert_eq!(history(&desk).jobs().len(), 1);
    // The same for a page that cannot be read.
    desk.press(&["ctrl-r", "?"]);
    desk.fail(is_jobs, gateway());
    desk.press(&["esc"]);
    assert!(history(&desk).failure.is_some());
}

#[test]
fn what_was_not_read_is_not_said_to_be_empty() {
    // The question is asked by a reload that is followed, and fails there.
    let mut desk = desk();
    desk.press(&["r", "H"]);
    let asked = desk.fetches.iter().filter(|(_, need)| is_jobs(need)).count();
    assert_eq!(asked, 1, "the history shares the question");
    desk.fail(is_jobs, gateway());
    assert!(!screen(&desk).contains(NEVER) && screen(&desk).contains("could not be read"), "{}", screen(&desk));
    // Nothing is under way, and nobody knows why: it is said that nothing was read.
    let Some(Overlay::History(history)) = &mut desk.model.overlay else { panic!("no history") };
    history.failure = None;
    assert!(!screen(&desk).contains(NEVER) && screen(&desk).contains("not read yet"), "{}", screen(&desk));
}

#[test]
fn jobs_that_come_while_the_json_of_one_is_read_are_there_afterwards() {
    let mut desk = desk();
    desk.press(&["H"]);
    desk.jobs("orders", vec![job("orders", 60, 1, "Completed", 7)]);
    desk.press(&["ctrl-r", "J"]);
    let later = vec![job("orders", 5, 1, "Completed", 9), job("orders", 60, 1, "Completed", 7)];
    desk.jobs("orders", later);
    desk.press(&["esc"]);
    assert_eq!(history(&desk).jobs().len(), 2);
}

#[test]
fn json_and_triage_are_brought_up_to_date_under_help() {
    let mut desk = desk();
    desk.press(&["J", "?"]);
    let (request, need) = desk.asked(|need| matches!(need, Need::Raw(..)));
    let Need::Raw(read, job) = need else { panic!("{need:?}") };
    desk.land(request, Fact::Raw(read, job, Arc::new(pretty("{\"told\":1}"))));
    desk.press(&["esc"]);
    assert!(screen(&desk).contains("told"), "{}", screen(&desk));

    let mut desk = self::desk();
    desk.press(&["t", "?"]).pass(60).fire(is_soon);
    desk.list(vec![source("shop", vec![made::failing("orders", Some("permission denied"), true), table("stock")])]);
    desk.press(&["esc"]);
    let Some(Overlay::Triage(list)) = &desk.model.overlay else { panic!("{:?}", desk.model.overlay) };
    assert_eq!(list.problems().len(), 1);
}

#[test]
fn an_editor_whose_table_is_gone_says_so_under_help() {
    let mut desk = desk();
    desk.press(&["E", "?"]);
    let (request, _) = desk.asked(|need| matches!(need, Need::Schema(_)));
    desk.happen(Event::FetchEnded(request, Err(Failure::new(FailureKind::NotFound, ""))));
    desk.press(&["esc"]);
    assert!(matches!(&desk.model.overlay, Some(Overlay::Tuning(id)) if desk.model.tunings.contains_key(id)));
}

#[test]
fn a_file_that_is_written_after_the_question_was_left_is_told() {
    let mut desk = desk();
    desk.press(&["ctrl-e", "enter", "esc"]);
    desk.happen(Event::Saved("here.csv".to_owned(), Err("the disk is full".to_owned())));
    assert!(desk.model.activity.notice().unwrap().text.contains("the disk is full"));
    desk.happen(Event::Saved("here.csv".to_owned(), Ok(())));
    assert!(desk.model.activity.notice().unwrap().text.contains("here.csv"));
}

#[test]
fn reading_the_list_soon_is_not_forgotten_while_it_is_read() {
    let mut desk = desk();
    desk.pass(60).fire(is_soon);
    desk.press(&["p"]).sent(Ok(Sent::Done(None)));
    desk.timers.clear();
    desk.list(project());
    let soonest = desk.timers.iter().filter(|(_, timer)| is_soon(timer)).map(|(at, _)| *at).max().unwrap();
    assert!(soonest.duration_since(desk.now).as_secs() < 2, "{:?}", desk.timers);
    desk.fire(is_soon);
    assert!(desk.is_asked(|need| *need == Need::Sources));
}

#[test]
fn a_page_from_before_does_not_bring_back_what_was_destroyed() {
    let all = || vec![source("lab", vec![table("probes")]), source("shop", vec![table("orders"), table("stock")])];
    let mut desk = desk_with(made::settings(), all());
    desk.pass(60).fire(is_soon);
    let (reading, _) = desk.asked(|need| *need == Need::Sources);
    desk.happen(Event::Learned(reading, Box::new(page(all().split_off(1), 1, None))));
    desk.go_to_source("lab").press(&["X"]).type_in("lab").press(&["enter"]).sent(Ok(Sent::Done(None)));
    let lab = SourceId::new("source-lab");
    assert!(desk.model.inventory.source(&lab).is_none(), "{}", screen(&desk));
    desk.happen(Event::Learned(reading, Box::new(page(vec![all().remove(0)], 2, Some(Completeness::Whole)))));
    assert!(desk.model.inventory.source(&lab).is_none(), "{}", screen(&desk));
    desk.happen(Event::FetchEnded(reading, Ok(())));
    // What a later reading shows is there.
    desk.fire(is_soon);
    desk.list(all());
    assert!(desk.model.inventory.source(&lab).is_some());
}

/// A world in which a list is being read again, and its first page has come: orders run now.
fn reading_again() -> (Desk, RequestId, Vec<Source>) {
    let all = |orders: Schema| vec![source("shop", vec![orders, table("stock")]), source("lab", vec![table("probes")])];
    let mut desk = desk_with(made::settings(), all(table("orders")));
    desk.pass(60).fire(is_soon);
    let (reading, _) = desk.asked(|need| *need == Need::Sources);
    let mut running = all(with_status("orders", "Running"));
    let rest = running.split_off(1);
    desk.timers.clear();
    desk.happen(Event::Learned(reading, Box::new(page(running, 1, None))));
    (desk, reading, rest)
}

#[test]
fn a_list_that_is_read_again_changes_what_is_shown_at_once() {
    let (mut desk, reading, rest) = reading_again();
    let before = screen(&desk);
    assert_eq!(state_of_orders(&desk), Status::Completed, "{before}");
    let last = Event::Learned(reading, Box::new(page(rest.clone(), 2, Some(Completeness::Whole))));
    assert!(!desk.model.puts_off(&last));
    assert!(desk.model.puts_off(&Event::Learned(reading, Box::new(page(rest, 2, None)))));
    desk.happen(last);
    assert_eq!(state_of_orders(&desk), Status::Running, "{}", screen(&desk));
    assert_ne!(screen(&desk), before);

    // What is long in coming is not waited for.
    let (mut desk, ..) = reading_again();
    desk.pass(1).fire(|timer| *timer == Timer::Pages);
    assert_eq!(state_of_orders(&desk), Status::Running);

    // Nor is what does not come at all.
    let (mut desk, reading, _) = reading_again();
    desk.happen(Event::FetchEnded(reading, Err(gateway())));
    assert_eq!(state_of_orders(&desk), Status::Running);
}

#[test]
fn what_waits_of_the_list_does_not_undo_what_came_after_it() {
    let (mut desk, reading, rest) = reading_again();
    desk.go_to_table("shop", "orders").press(&["E"]);
    desk.full(with_status("orders", "Failed"));
    assert_eq!(state_of_orders(&desk), Status::Failed);
    desk.happen(Event::Learned(reading, Box::new(page(rest, 2, Some(Completeness::Whole)))));
    assert_eq!(state_of_orders(&desk), Status::Failed);
}

fn state_of_orders(desk: &Desk) -> Status {
    desk.held("orders").status
}

#[test]
fn an_older_answer_about_a_table_does_not_undo_a_newer_one() {
    let mut desk = desk();
    desk.press(&["j", "k"]).fire(|timer| matches!(timer, Timer::Rested(_)));
    let (slow, _) = desk.asked(|need| *need == Need::Schema(SchemaId::new("id-orders")));
    desk.fetches.clear();
    // The editor reads the table anew, and its answer is faster.
    desk.press(&["E"]);
    desk.full(with_status("orders", "Running"));
    assert_eq!(state_of_orders(&desk), Status::Running);
    desk.land(slow, full(table("orders")));
    assert_eq!(state_of_orders(&desk), Status::Running);
}

#[test]
fn an_older_answer_about_jobs_does_not_undo_a_newer_one() {
    let mut desk = desk();
    desk.press(&["H"]);
    let (slow, need) = desk.asked(is_jobs);
    let Need::Jobs(query) = need else { panic!("{need:?}") };
    desk.press(&["esc", "r"]);
    desk.jobs("orders", vec![job("orders", 10, 2, "Completed", 70)]);
    desk.pass(20);
    desk.land(slow, Fact::Jobs(query, vec![job("orders", 10, 0, "Running", 3), job("orders", 70, 1, "Completed", 5)]));
    let runs = desk.model.inventory.runs(&SchemaId::new("id-orders")).unwrap();
    assert_eq!(runs.newest().unwrap().status, Status::Completed);
    assert_eq!(runs.read_at(), Some(made::now()), "what is older was not read just now");
    desk.press(&["H"]);
    desk.jobs("orders", vec![job("orders", 10, 2, "Completed", 70)]);
    assert_eq!(history(&desk).jobs()[0].status, Status::Completed);
}

#[test]
fn who_waits_for_an_older_answer_gets_it_all_the_same() {
    let mut desk = desk();
    desk.press(&["r"]);
    let (reload, need) = desk.asked(is_jobs);
    let Need::Jobs(query) = need else { panic!("{need:?}") };
    // The source is looked at, and the question about all of its tables is answered first.
    desk.press(&["1"]).fire(|timer| matches!(timer, Timer::Rested(_)));
    let (source, need) = desk.asked(is_jobs);
    let Need::Jobs(all) = need else { panic!("{need:?}") };
    assert!(all.schemas.is_empty());
    desk.land(source, Fact::Jobs(all, vec![job("orders", 10, 2, "Completed", 70)]));
    desk.land(reload, Fact::Jobs(query, vec![job("orders", 10, 0, "Running", 3)]));
    assert_eq!(desk.sends.len(), 1, "the reload goes on");
    let runs = desk.model.inventory.runs(&SchemaId::new("id-orders")).unwrap();
    assert_eq!(runs.newest().unwrap().status, Status::Completed);
}

#[test]
fn a_late_answer_about_the_old_key_does_not_replace_the_new_one() {
    let mut desk = desk();
    desk.press(&["K"]).happen(Event::Pasted("phx_new".to_owned()));
    desk.press(&["enter", "enter"]);
    let check = |effect: &Effect| match effect {
        Effect::CheckKey { request, .. } => Some(*request),
        _ => None,
    };
    let request = desk.others.iter().find_map(check).unwrap();
    let of = |scope: &str| account::Key { scopes: Some(vec![Foreign::new(scope)]), ..account::Key::default() };
    desk.happen(Event::KeyChecked(request, Ok(of("external_data_source:write"))));
    let all: Vec<RequestId> =
        desk.fetches.iter().filter(|(_, need)| *need == Need::Identity).map(|(request, _)| *request).collect();
    assert_eq!(all.len(), 2, "asked anew with the new key");
    let late = Identity { key: Some(of("external_data_source:read")), project: None };
    desk.land(all[0], Fact::Identity(Box::new(late)));
    assert_eq!(desk.model.identity.key, Some(of("external_data_source:write")));
    let project = account::Project { id: ProjectId::FIRST, name: "Acme".into(), timezone: Field::Null };
    let now = Identity { key: Some(of("external_data_source:write")), project: Some(project) };
    desk.land(all[1], Fact::Identity(Box::new(now.clone())));
    assert_eq!(desk.model.identity, now);
}

fn held_back(desk: &mut Desk) {
    let held: Request = desk.sends.first().unwrap().1.request(ProjectId::FIRST);
    desk.sent(Ok(Sent::Held(held)));
}

#[test]
fn a_dry_run_does_not_take_away_what_was_opened_meanwhile() {
    let dry = || desk_with(Settings { dry_run: true, ..made::settings() }, project());
    for keys in [&[":", "x"][..], &["K", "x"], &["j", "X", "x"], &["t"], &["H", "?"], &["L"]] {
        let mut desk = dry();
        desk.press(&["p"]).press(keys);
        let before = format!("{:?} {:?}", desk.model.overlay, desk.model.beneath);
        held_back(&mut desk);
        assert_eq!(format!("{:?} {:?}", desk.model.overlay, desk.model.beneath), before, "{keys:?}");
        let told = desk.model.activity.notice().unwrap().text.clone();
        assert!(told.contains("was not sent"), "{told}");
    }
    let mut desk = dry();
    desk.press(&["p"]);
    held_back(&mut desk);
    assert!(matches!(desk.model.overlay, Some(Overlay::Preview { .. })));
}

#[test]
fn what_help_lay_over_does_not_come_back_after_something_else_was_opened() {
    let mut desk = desk();
    desk.press(&["H", "?"]);
    // Whatever replaces the help.
    desk.model.overlay = Some(Overlay::Activity(whtui::app::model::reader::Reader::default()));
    desk.press(&["j", "esc"]);
    assert!(desk.model.overlay.is_none(), "{:?}", desk.model.overlay);
}

#[test]
fn a_paste_goes_where_keys_go_when_two_questions_stand() {
    let setup = Setup { profile: Some("prod".to_owned()), protected: true, ..Setup::default() };
    let mut desk = desk_with(Settings { setup, ..made::settings() }, project());
    desk.press(&["p"]).type_in("prod").press(&["enter"]);
    let (request, operation) = desk.sends.remove(0);
    desk.press(&["j", "p"]);
    assert!(desk.model.guard.is_some());
    desk.happen(Event::Unlogged(request, operation, "no space".to_owned()));
    desk.happen(Event::Pasted("prod".to_owned()));
    desk.press(&["enter"]);
    assert!(desk.model.guard.is_none() && desk.sends.len() == 1);
}
