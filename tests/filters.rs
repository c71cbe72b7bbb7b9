//! Filters: their terms on the screen, the list of those that have a name, and how things were left.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use proptest::prelude::*;
use whtui::app::effect::{Effect, REMEMBERED_VERSION, Remembered, Timer};
use whtui::app::layout::{Pane, Panes};
use whtui::app::message::{Event, Mouse, MouseAct};
use whtui::app::model::overlay::Overlay;
use whtui::app::model::remembered::{Looked, Memory, PaneName, Sorted};
use whtui::app::settings::{Settings, Setup};
use whtui::warehouse::ids::{SchemaId, SourceId};
use whtui::warehouse::query::{Change, Saved, TERMS};
use whtui::warehouse::source::Source;
use world::{Desk, project, settings, source, table};

fn saved(name: &str, filter: &str) -> Saved {
    Saved { name: name.to_owned(), filter: filter.to_owned() }
}

fn with_memory(memory: Memory) -> Settings {
    Settings { setup: Setup { memory, ..Setup::default() }, ..settings() }
}

fn keeping() -> Settings {
    with_memory(Memory {
        keeps: true,
        saved: vec![saved("failing", "state:broken"), saved("big", "rows:>10k")],
        settled: vec![saved("not today", "stale:>1d")],
        ..Memory::default()
    })
}

fn all_tables(settings: Settings, width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings, width, height, project());
    desk.press(&["a"]);
    desk
}

fn names(desk: &Desk) -> String {
    let name = |id| desk.model.inventory.schema(id).unwrap().1.name.raw().to_owned();
    desk.model.schemas.rows().iter().map(name).collect::<Vec<_>>().join(" ")
}

fn filtered(line: &str) -> String {
    let mut desk = all_tables(settings(), 140, 40);
    desk.press(&["/"]).type_in(line).press(&["enter"]);
    names(&desk)
}

/// What the line above the hints says.
fn said(desk: &Desk) -> String {
    desk.screen().lines().nth(usize::from(desk.model.size.height) - 2).unwrap().trim().to_owned()
}

fn changes(desk: &Desk) -> Vec<&Change> {
    fn of(effect: &Effect) -> Option<&Change> {
        if let Effect::KeepFilter(change) = effect { Some(change) } else { None }
    }
    desk.others.iter().filter_map(of).collect()
}

fn remembered(desk: &Desk) -> Vec<&Remembered> {
    fn of(effect: &Effect) -> Option<&Remembered> {
        if let Effect::Remember(left) = effect { Some(left) } else { None }
    }
    desk.others.iter().filter_map(of).collect()
}

#[test]
fn terms_and_words_filter_together() {
    assert_eq!(filtered("state:broken"), "public.payments public.orders campaign");
    assert_eq!(filtered("state:broken type:postgres"), "public.payments public.orders");
    assert_eq!(filtered("state:broken pay"), "public.payments");
    assert_eq!(filtered("cause:credentials"), "public.orders");
    assert_eq!(filtered("stale:>24h source:billing"), "Invoice Refund");
    assert_eq!(filtered("!state:broken type:google"), "keyword ad_group");
    assert_eq!(filtered("starting shop"), "public.events", "words are as before");
}

#[test]
fn a_wrong_term_is_said_while_it_is_typed_and_leaves_nothing_out() {
    let mut desk = all_tables(settings(), 140, 40);
    let all = names(&desk);
    desk.press(&["/"]);
    for (typed, sentence) in [
        ("state:", "state: needs a value, as in state:failed."),
        ("fai", "state:fai is no state yet; failed begin so."),
        ("x", "No state is called “faix”; tab lists those there are."),
    ] {
        desk.type_in(typed);
        assert_eq!(said(&desk), sentence);
        assert_eq!(names(&desk), all);
    }
    desk.press(&["backspace"]).type_in("led");
    assert_eq!(names(&desk), "public.orders");
    assert_eq!(said(&desk), "");
    desk.press(&["backspace", "enter"]);
    assert_eq!(names(&desk), all);
    assert_eq!(said(&desk), "state:faile is no state yet; failed begin so.", "also once it is no longer typed");
    desk.press(&["esc"]);
    assert_eq!(names(&desk), all);
}

#[test]
fn tab_completes_names_and_values_that_are_there() {
    let mut desk = all_tables(settings(), 140, 40);
    desk.press(&["/"]).type_in("!st").press(&["tab"]);
    assert_eq!(desk.model.schemas.filter.input.value(), "!sta");
    assert_eq!(said(&desk), "state:  stale:");
    desk.type_in("t").press(&["tab"]).type_in("sw").press(&["tab"]);
    assert_eq!(desk.model.schemas.filter.input.value(), "!state:switched_off ");
    desk.type_in("ty").press(&["tab"]).type_in("S").press(&["tab"]);
    assert_eq!(desk.model.schemas.filter.input.value(), "!state:switched_off type:Stripe ");
    desk.type_in("cause:").press(&["tab"]);
    assert_eq!(said(&desk), "credentials_invalid  schema_drift_column");
    desk.press(&["c"]);
    assert_eq!(said(&desk), "", "what was offered goes with the next key");
    desk.type_in("zz").press(&["tab"]);
    assert_eq!(said(&desk), "No value begins so.");
    desk.press(&["ctrl-u"]).type_in("orders").press(&["tab"]);
    assert_eq!(said(&desk), "No term begins so; tab completes terms.");
    assert!(desk.model.schemas.filter.editing, "tab leaves the line open");
}

#[test]
fn a_source_is_filtered_by_what_its_tables_are() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.press(&["1", "/"]).type_in("state:failed,switched_off").press(&["enter"]);
    let title = |id| desk.model.inventory.source(id).unwrap().source.title().raw().to_owned();
    assert_eq!(desk.model.sources.rows().iter().map(title).collect::<Vec<_>>(), ["shop"]);
}

#[test]
fn what_grows_old_appears_by_itself() {
    let mut desk = all_tables(settings(), 140, 40);
    desk.press(&["/"]).type_in("stale:>1h state:completed").press(&["enter"]);
    assert_eq!(names(&desk), "");
    desk.pass(30 * 60).fire(|timer| matches!(timer, Timer::Clock(_)));
    assert_eq!(names(&desk), "Charge Customer public.customers");
}

#[test]
fn a_long_filter_is_shown_around_its_cursor() {
    for (width, height) in [(140, 40), (80, 24), (60, 16)] {
        let mut desk = all_tables(settings(), width, height);
        desk.press(&["2", "/"])
            .type_in("state:failed,switched_off,stale !type:stripe,hubspot source:\"the big shop\" ord");
        insta::assert_snapshot!(format!("long_filter_{width}x{height}"), desk.screen());
        desk.press(&["home"]);
        let screen = desk.screen();
        assert!(screen.contains("/state:failed,switched_off"), "{screen}");
    }
}

#[test]
fn filters_with_a_name_are_listed() {
    for (width, height) in [(140, 40), (80, 24), (60, 16)] {
        let mut desk = all_tables(settings(), width, height);
        desk.press(&["V"]);
        insta::assert_snapshot!(format!("no_filters_{width}x{height}"), desk.screen());
        let mut desk = all_tables(keeping(), width, height);
        desk.press(&["/"]).type_in("type:postgres").press(&["enter", "V"]);
        insta::assert_snapshot!(format!("filters_{width}x{height}"), desk.screen());
        desk.press(&["s"]).type_in("big");
        insta::assert_snapshot!(format!("filter_named_{width}x{height}"), desk.screen());
    }
}

#[test]
fn one_replaces_the_filter_or_is_added_to_it() {
    let mut desk = all_tables(keeping(), 140, 40);
    desk.press(&["V", "enter"]);
    assert_eq!(names(&desk), "public.payments public.orders campaign");
    assert!(desk.model.overlay.is_none() && desk.model.focus == Pane::Schemas);
    desk.press(&["V", "j", "+"]);
    assert_eq!(desk.model.schemas.filter.text(), "state:broken rows:>10k");
    assert_eq!(names(&desk), "public.payments public.orders");
    desk.press(&["V", "3"]);
    assert_eq!(desk.model.schemas.filter.text(), "stale:>1d");
    desk.press(&["1", "V", "1"]);
    assert_eq!(desk.model.sources.filter.text(), "state:broken", "that of the table which has the focus");
    desk.press(&["V", "9"]);
    assert!(desk.screen().contains("There is no filter 9."));
}

#[test]
fn the_filter_in_use_is_saved_under_a_name_and_none_is_lost_by_it() {
    let mut desk = all_tables(keeping(), 140, 40);
    desk.press(&["V", "s"]);
    assert!(desk.screen().contains("There is no filter to save"), "{}", desk.screen());
    desk.press(&["esc", "/"]).type_in("type:stripe").press(&["enter", "V", "s"]).type_in("money").press(&["enter"]);
    assert_eq!(changes(&desk), [&Change::Put(2, saved("money", "type:stripe"))]);
    assert!(desk.screen().contains("money is saved."));
    desk.press(&["s"]).type_in("big").press(&["enter"]);
    assert!(desk.screen().contains("big is rows:>10k: enter again replaces it."), "{}", desk.screen());
    assert_eq!(changes(&desk).len(), 1);
    desk.type_in("x").press(&["backspace", "enter"]);
    assert_eq!(changes(&desk).len(), 1, "another letter asks again");
    desk.press(&["enter"]);
    assert_eq!(changes(&desk)[1], &Change::Put(3, saved("big", "type:stripe")));
    desk.press(&["s"]).type_in("not today").press(&["enter"]);
    assert!(desk.screen().contains("not today stands in the file of settings"), "{}", desk.screen());
    desk.press(&["esc", "s", "enter"]);
    assert!(desk.screen().contains("has 1 to 40 letters"));
    assert_eq!(changes(&desk).len(), 2);
}

#[test]
fn a_filter_is_deleted_renamed_and_brought_back() {
    let mut desk = all_tables(keeping(), 140, 40);
    desk.press(&["V", "d"]);
    assert_eq!(desk.model.saved_filters, [saved("big", "rows:>10k")]);
    assert!(desk.screen().contains("failing is deleted; u brings it back."));
    desk.press(&["u"]);
    assert_eq!(desk.model.saved_filters, [saved("failing", "state:broken"), saved("big", "rows:>10k")]);
    desk.press(&["g", "r", "ctrl-u"]).type_in("red").press(&["enter"]);
    assert_eq!(
        changes(&desk),
        [
            &Change::Remove("failing".to_owned()),
            &Change::Put(0, saved("failing", "state:broken")),
            &Change::Rename("failing".to_owned(), "red".to_owned())
        ]
    );
    for key in ["d", "r"] {
        desk.press(&["G", key]);
        assert!(desk.screen().contains("not today stands in the file of settings"), "{key}: {}", desk.screen());
    }
    desk.press(&["g", "r", "ctrl-u"]).type_in("big").press(&["enter"]);
    assert!(desk.screen().contains("enter again replaces it"));
    desk.press(&["esc", "u"]);
    assert!(desk.screen().contains("Nothing was deleted since this list was opened."));
}

#[test]
fn where_nothing_is_written_down_that_is_said() {
    let mut desk = all_tables(settings(), 80, 24);
    desk.press(&["/"]).type_in("type:stripe").press(&["enter", "V", "s"]).type_in("money").press(&["enter"]);
    assert!(changes(&desk).is_empty());
    assert!(desk.screen().contains("money is kept until the end of this program"), "{}", desk.screen());
    let mut desk = all_tables(keeping(), 80, 24);
    desk.happen(Event::FiltersKept(Err("the disk is full".to_owned())));
    assert!(desk.screen().contains("The filters could not be written down"), "{}", desk.screen());
    desk.happen(Event::FiltersKept(Ok(vec![saved("of another window", "x")])));
    assert_eq!(desk.model.saved_filters, [saved("of another window", "x")]);
}

/// A tables view of all sources, filtered, by name backwards, with a table selected.
fn left() -> Remembered {
    Remembered {
        version: REMEMBERED_VERSION,
        host: "https://eu.posthog.com".to_owned(),
        project: 42,
        all_tables: true,
        pane: PaneName::Tables,
        zoomed: true,
        held: true,
        sources: Looked { selected: Some("0192ffff-0000-0000-0000-stripe_".to_owned()), ..Looked::default() },
        tables: Looked {
            filter: "type:stripe".to_owned(),
            sort: vec![Sorted { column: "Table".to_owned(), reversed: true }],
            selected: Some("01930000-0000-0000-0000-Customer".to_owned()),
            ..Looked::default()
        },
        ..Remembered::default()
    }
}

fn starting(left: Remembered) -> Settings {
    with_memory(Memory { keeps: true, remembers: true, left: Some(Box::new(left)), ..Memory::default() })
}

#[test]
fn things_are_found_as_they_were_left() {
    let mut desk = Desk::new(starting(left()), 140, 40);
    desk.identify();
    assert_eq!((desk.model.focus, desk.model.panes), (Pane::Schemas, Panes::Zoomed), "before anything was read");
    assert!(said(&desk).contains("As you left it, the tables are filtered by type:stripe"), "{}", said(&desk));
    desk.list(project());
    assert_eq!(names(&desk), "Refund Invoice Customer Charge");
    assert_eq!(desk.model.schemas.selected(), Some(&SchemaId::new("01930000-0000-0000-0000-Customer")));
    assert_eq!(desk.model.sources.selected(), Some(&SourceId::new("0192ffff-0000-0000-0000-stripe_")));
    assert!(desk.model.link.held && desk.model.remembering.recall.is_none());
    assert!(remembered(&desk).is_empty(), "nothing has changed");
    insta::assert_snapshot!("left_140x40", desk.screen());
}

#[test]
fn what_is_gone_leaves_the_worst_selected() {
    let gone = Remembered {
        all_tables: false,
        sources: Looked { selected: Some("gone".to_owned()), ..Looked::default() },
        tables: Looked { selected: Some("gone too".to_owned()), ..Looked::default() },
        ..left()
    };
    let mut desk = Desk::new(starting(gone), 140, 40);
    let usual = Desk::reading(settings(), 140, 40, project());
    desk.identify().list(project());
    assert_eq!(desk.model.sources.selected(), usual.model.sources.selected());
    assert_eq!(desk.model.schemas.selected(), usual.model.schemas.selected());
    assert!(desk.model.remembering.recall.is_none());
}

#[test]
fn whoever_presses_a_key_first_is_not_moved_away() {
    let mut desk = Desk::new(starting(Remembered { triage: true, ..left() }), 140, 40);
    desk.identify().press(&["j"]).list(project());
    assert_ne!(desk.model.schemas.selected(), Some(&SchemaId::new("01930000-0000-0000-0000-Customer")));
    assert!(desk.model.overlay.is_none());
    let mut desk = Desk::new(starting(left()), 140, 40);
    desk.identify().happen(Event::MouseUsed(Mouse { column: 3, row: 4, act: MouseAct::Click }));
    assert!(desk.model.remembering.recall.is_none());
}

#[test]
fn triage_is_opened_again_once_there_is_something_in_it() {
    let mut desk = Desk::new(starting(Remembered { triage: true, ..left() }), 140, 40);
    assert!(desk.model.overlay.is_none());
    desk.identify().list(project());
    assert!(matches!(desk.model.overlay, Some(Overlay::Triage(_))));
}

#[test]
fn many_tables_in_portions_are_found_again_too() {
    let many: Vec<Source> = (0..100)
        .map(|number| {
            let name = format!("s{number}");
            source(&name, "Postgres", None, (0..50).map(|table| self::table(&format!("{name}.t{table}"), 1)).collect())
        })
        .collect();
    let tables = Looked { selected: Some("01930000-0000-0000-0000-s77.t7".to_owned()), ..Looked::default() };
    let mut desk = Desk::new(starting(Remembered { tables, ..left() }), 140, 40);
    desk.identify().list(many);
    while let Some(place) = desk.others.iter().position(|effect| *effect == Effect::GoOn) {
        desk.others.remove(place);
        desk.happen(Event::WentOn);
    }
    assert_eq!(desk.model.schemas.rows().len(), 5_000);
    assert_eq!(desk.model.schemas.selected(), Some(&SchemaId::new("01930000-0000-0000-0000-s77.t7")));
}

#[test]
fn a_change_is_written_down_once_it_has_rested_and_at_the_end() {
    let remembering = || with_memory(Memory { keeps: true, remembers: true, ..Memory::default() });
    let timers = |desk: &Desk| desk.timers.iter().filter(|(_, timer)| *timer == Timer::Remember).count();
    let mut desk = Desk::new(remembering(), 140, 40);
    desk.press(&["j", "z"]);
    assert_eq!(timers(&desk), 0, "nothing is there yet");
    desk.identify().list(project()).press(&["j", "j", "j", "2", "j"]);
    assert_eq!(timers(&desk), 1, "not at every key");
    assert!(remembered(&desk).is_empty());
    desk.fire(|timer| *timer == Timer::Remember);
    let [first] = remembered(&desk)[..] else { panic!("{:?}", desk.others) };
    assert_eq!(first.sources.selected.as_deref(), desk.model.sources.selected().map(SourceId::as_str));
    assert_eq!(first.pane, PaneName::Tables);
    desk.press(&["k", "j"]);
    assert_eq!(timers(&desk), 1);
    desk.fire(|timer| *timer == Timer::Remember);
    assert_eq!(remembered(&desk).len(), 1, "it is as it was written down");
    desk.press(&["j", "q"]);
    assert_eq!(remembered(&desk).len(), 2);
    assert_eq!(desk.others.last(), Some(&Effect::Quit), "after what is remembered");
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.press(&["j", "q"]);
    assert!(remembered(&desk).is_empty() && timers(&desk) == 0, "where that is not wanted, nothing is");
}

#[test]
fn what_cannot_be_written_down_is_said_once() {
    let mut desk = all_tables(starting(left()), 80, 24);
    desk.happen(Event::NotRemembered("the disk is full".to_owned()));
    assert!(desk.screen().contains("How you leave things cannot be written down: the disk is full."));
    desk.model.activity.hide();
    desk.happen(Event::NotRemembered("the disk is full".to_owned()));
    assert!(!desk.screen().contains("the disk is full"));
}

#[test]
fn columns_orders_groups_and_borders_are_found_as_they_were_left() {
    let mut desk = Desk::reading(with_memory(Memory { remembers: true, ..Memory::default() }), 140, 40, project());
    desk.press(&["2", "s", "alt-s", "S", "B", ">", "C", "down", "down", "down", "space", "esc", "q"]);
    let written = (*remembered(&desk).last().unwrap()).clone();
    assert_eq!((written.tables.sort.len(), written.tables.grouped), (2, true));
    assert!(written.tables.columns.is_some() && written.sources.columns.is_none());
    let mut again = Desk::new(starting(written.clone()), 140, 40);
    again.identify().list(project());
    assert_eq!(again.model.schemas.sorts(), desk.model.schemas.sorts());
    assert_eq!(again.model.split, desk.model.split);
    assert_eq!(again.model.columns.tables.to_string(), desk.model.columns.tables.to_string());
    assert_eq!(Remembered::of(&again.model), Some(written));
}

#[test]
fn what_is_remembered_reads_the_same_and_hostile_text_does_no_harm() {
    let text = serde_json::to_string(&left()).unwrap();
    assert_eq!(serde_json::from_str::<Remembered>(&text).unwrap(), left());
    let mut hostile = left();
    hostile.tables.filter = format!("\u{1b}[2Jstate:failed{}", "x".repeat(5_000));
    hostile.tables.sort = vec![Sorted { column: "no column".to_owned(), reversed: true }];
    let mut desk = Desk::new(starting(hostile), 80, 24);
    desk.identify().list(project());
    assert!(!desk.screen().contains('\u{1b}') && desk.model.schemas.filter.text().len() <= 1_000);
}

#[test]
fn the_readme_says_what_each_term_does() {
    let readme = include_str!("../README.md");
    for row in TERMS {
        let line = format!("| `{}:{}` | {} |", row.word, row.example, row.sentence);
        assert!(readme.contains(&line), "the README lacks this line:\n{line}");
    }
}

proptest! {
    #[test]
    fn what_was_left_is_found_again(filter in "(state:broken|type:[a-z]{0,3}|[a-c:!]{0,3}| ){0,4}", keys in "[jkasSBz12>]{0,12}") {
        let remembering = with_memory(Memory { keeps: true, remembers: true, ..Memory::default() });
        let mut desk = Desk::reading(remembering, 140, 40, project());
        desk.press(&["2", "/"]).type_in(&filter).press(&["enter"]).type_in(&keys).press(&["q"]);
        if let Some(written) = remembered(&desk).last() {
            let mut again = Desk::new(starting((*written).clone()), 140, 40);
            again.identify().list(project());
            let found = Remembered::of(&again.model);
            prop_assert_eq!(found.as_ref(), Some(*written));
        }
    }
}
