//! What the user sees of each fault, and that the program goes on: nothing is lost, every key is answered.

use std::fmt::Write as _;

use whtui::app::effect::{Effect, RequestId, Timer, Urgency};
use whtui::app::message::Event;
use whtui::app::model::overlay::Overlay;
use whtui::simulator::FaultSpec;
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::ids::SchemaId;
use whtui::warehouse::operation::{Operation, Page, Write};
use whtui::warehouse::survey::{Fact, Identity, Need};
use whtui::worker::Worker;
use whtui::worker::gate::Gate;

use super::operations::{Targets, send};
use super::world::{Desk, project, settings};
use super::{client, everywhere, limits, spoils, world_with};

/// What a reading of the list and a reload really end with.
async fn failures(fault: &str, what: &whtui::simulator::Fault) -> (Failure, Failure) {
    let simulator = world_with(whtui::simulator::FaultPlan::default()).await;
    let client = client::of(&simulator, limits(what));
    let targets = Targets::of(&client::of(&simulator, whtui::api::Limits::default())).await;
    simulator.plan(everywhere(fault));
    let list = client.sources(Page { limit: 100, offset: 0 }).await.map(drop);
    let table = targets.pushed.schemas.iter().find(|schema| schema.should_sync == Some(true)).unwrap();
    let reload = send(&client, Operation::Write(Write::ReloadSchema(table.id.clone()))).await;
    // An empty answer to a reload cannot be spoilt in every way.
    (list.unwrap_err(), reload.err().unwrap_or_else(|| Failure::new(super::kind_of(fault), "")))
}

/// Everything that must not be lost.
fn place(desk: &Desk) -> impl PartialEq + std::fmt::Debug {
    let model = &desk.model;
    (
        model.sources.rows().to_vec(),
        model.schemas.rows().to_vec(),
        (model.sources.selected().cloned(), model.schemas.selected().cloned()),
        (model.schemas.filter.text().to_owned(), model.focus),
        model.marks.count(),
    )
}

/// Keys do what they always do.
fn keys_are_answered(desk: &mut Desk, fault: &str) {
    let before = desk.model.schemas.selected().cloned();
    desk.press(&["2", "j"]);
    assert_ne!(desk.model.schemas.selected().cloned(), before, "{fault}: the cursor moves");
    desk.press(&["k", "?"]);
    assert_eq!(desk.model.schemas.selected().cloned(), before, "{fault}: and back");
    assert!(matches!(desk.model.overlay, Some(Overlay::Help { .. })), "{fault}");
    desk.press(&["esc", ":"]).type_in("rel");
    assert!(matches!(desk.model.overlay, Some(Overlay::Palette(_))), "{fault}");
    desk.press(&["esc", "2"]);
    assert!(desk.model.overlay.is_none(), "{fault}");
}

/// The cells of the screen, without their styles.
fn shown(desk: &Desk) -> String {
    desk.screen().split("--- styles").next().unwrap().to_owned()
}

/// The last two lines: what is said.
fn said(desk: &Desk) -> String {
    let screen = shown(desk);
    let lines: Vec<&str> = screen.lines().filter(|line| !line.trim().is_empty()).collect();
    let end = lines.iter().rposition(|line| line.starts_with('╰')).unwrap();
    // Where it takes one line, the hints are below it.
    let words = lines[end + 1..].iter().take_while(|line| !line.contains("? help"));
    words.map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

fn is_refresh(timer: &Timer) -> bool {
    matches!(timer, Timer::Refresh(_))
}

/// Nothing of the wire is shown as it is.
fn is_for_people(text: &str) {
    for raw in ["<html", "<h1", "<!", "{\"", "\\n", "null", "Failure", "Some("] {
        assert!(!text.contains(raw), "{raw} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_is_said_in_a_sentence_and_the_program_goes_on() {
    let mut table = String::new();
    for (fault, what) in FaultSpec::faults() {
        let (list, reload) = failures(fault, &what).await;
        let mut desk = Desk::reading(settings(), 140, 40, project());
        desk.go_to_table("shop", "public.orders")
            .press(&["2", "/"])
            .type_in("public")
            .press(&["enter", "space", "esc"]);
        let before = format!("{:?}", place(&desk));

        // The list cannot be read.
        desk.pass(60).fire(is_refresh);
        let (request, _) = desk.asked(|need| *need == Need::Sources);
        desk.happen(Event::Retrying(request, list.clone()));
        desk.happen(Event::FetchEnded(request, Err(list.clone())));
        assert_eq!(format!("{:?}", place(&desk)), before, "{fault}: nothing is lost");
        let sentence = said(&desk);
        is_for_people(&shown(&desk));
        writeln!(table, "{fault}\n  list    {sentence}").unwrap();
        assert!(sentence.ends_with('.') && sentence.len() > 30, "{fault}: {sentence}");
        keys_are_answered(&mut desk, fault);

        // Nor can the details.
        desk.press(&["3"]).fire(|timer| matches!(timer, Timer::Rested(_)));
        let (request, need) = desk.asked(|need| matches!(need, Need::Schema(_)));
        assert!(matches!(need, Need::Schema(id) if id != SchemaId::new("")));
        desk.happen(Event::FetchEnded(request, Err(list.clone())));
        is_for_people(&shown(&desk));
        keys_are_answered(&mut desk, fault);
        assert_eq!(desk.sends.len(), 0, "{fault}");

        // It comes back by itself.
        desk.pass(3_600).fire(is_refresh);
        desk.list(project());
        assert!(desk.model.link.failure.is_none() && desk.model.link.outage.is_none(), "{fault}");

        // A write meets the same.
        desk.press(&["2", "esc"]).go_to_table("shop", "public.orders").press(&["r"]);
        let ended = desk.fetches.iter().rposition(|(_, need)| matches!(need, Need::Jobs(_)));
        let (request, need) = desk.fetches.remove(ended.expect("the jobs before"));
        let Need::Jobs(query) = need else { panic!("{need:?}") };
        let fact = whtui::warehouse::survey::Fact::Jobs(query, Vec::new());
        desk.happen(Event::Learned(request, Box::new(fact)));
        desk.happen(Event::FetchEnded(request, Ok(())));
        assert_eq!(desk.sends.len(), 1, "{fault}: one reload\n{}", shown(&desk));
        let unknown = reload.outcome_unknown();
        desk.sent(Err(reload));
        assert_eq!(desk.sends.len(), 0, "{fault}: not sent again");
        // What may have been carried out is looked at, not repeated.
        assert_eq!(desk.model.follows.is_empty(), !unknown, "{fault}");
        let sentence = said(&desk);
        is_for_people(&shown(&desk));
        writeln!(table, "  reload  {sentence}").unwrap();
        keys_are_answered(&mut desk, fault);
        assert!(!spoils(&what) || desk.model.link.key_refused() == (fault == "401"));
    }
    insta::assert_snapshot!("what_is_said", table);
}

/// What a program that asks who it is learns, and how that ends.
async fn identity(fault: &str) -> (Option<Identity>, Result<(), Failure>) {
    let simulator = world_with(fault.parse::<FaultSpec>().unwrap().plan()).await;
    let (messages, mut inbox) = tokio::sync::mpsc::unbounded_channel();
    let client = client::of(&simulator, whtui::api::Limits::default());
    let worker = Worker::new(Some(client), Gate::new(true, false), messages);
    let _ = worker.run(Effect::Fetch { request: RequestId(1), need: Need::Identity, urgency: Urgency::Waiting });
    let mut told = None;
    loop {
        match inbox.recv().await.unwrap().event {
            Event::Learned(_, fact) => match *fact {
                Fact::Identity(identity) => told = Some(*identity),
                other => panic!("{other:?}"),
            },
            Event::FetchEnded(_, result) => return (told, result),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_this_is_was_not_read_where_nobody_answered() {
    // What is refused for good is an answer.
    for fault in ["key=403", "key=403-scope", "key=404", "key=403-project"] {
        let (told, result) = identity(fault).await;
        let told = told.unwrap();
        assert!(result.is_ok() && told.key.is_none() && told.project.is_some(), "{fault}: {told:?} {result:?}");
    }
    let (told, result) = identity("project=403").await;
    assert!(result.is_ok() && told.unwrap().key.is_some());
    for (fault, kind) in [
        ("key=401", FailureKind::KeyRejected),
        ("key=html", FailureKind::NotJson),
        ("key=redirect", FailureKind::Redirected),
    ] {
        let (told, result) = identity(fault).await;
        assert_eq!(result.map_err(|failure| failure.kind), Err(kind), "{fault}");
        assert!(told.is_none(), "{fault}: {told:?}");
    }
    // What was read before stays known.
    let (told, result) = identity("project=html").await;
    assert_eq!(result.map_err(|failure| failure.kind), Err(FailureKind::NotJson));
    assert!(told.unwrap().key.is_some());
}
