//! What leaves the program: copies, reports for tickets, pages in the browser, files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use whtui::app::effect::Effect;
use whtui::app::message::{Event, Sent};
use whtui::app::settings::{Place, Settings, Start};
use whtui::warehouse::status::Status;
use world::{Desk, failed, job, project, settings, source, table};

const SIZES: [(u16, u16); 3] = [(140, 40), (80, 24), (60, 16)];

fn at_orders(width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings(), width, height, project());
    desk.go_to_table("shop", "public.orders");
    desk
}

/// What was copied last.
fn copied(desk: &Desk) -> String {
    let mut copies = desk.others.iter().filter_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    copies.next_back().expect("something was copied")
}

fn said(desk: &Desk) -> String {
    desk.model.activity.notice().expect("a notice is shown").text.clone()
}

#[test]
fn the_menus() {
    for (width, height) in SIZES {
        let mut desk = at_orders(width, height);
        desk.press(&["y"]);
        insta::assert_snapshot!(format!("copy_menu_{width}x{height}"), desk.screen());
        desk.press(&["esc", "b"]);
        insta::assert_snapshot!(format!("browse_menu_{width}x{height}"), desk.screen());
    }
}

#[test]
fn each_choice_copies_what_it_says_and_what_came_of_it_is_told() {
    let mut desk = at_orders(140, 40);
    let id = desk.held("public.orders").id;
    for (letter, expected) in
        [("i", id.as_str()), ("n", "public.orders"), ("e", "password authentication failed for user \"whtui_reader\"")]
    {
        desk.press(&["y", letter]);
        assert_eq!(copied(&desk), expected);
        assert!(desk.model.overlay.is_none());
    }
    desk.happen(Event::Copied(true));
    assert_eq!(said(&desk), "The error text was copied, if the terminal allows it.");
    desk.happen(Event::CopiedBy("wl-copy"));
    assert_eq!(said(&desk), "The error text was copied (by wl-copy).");
    desk.press(&["Y"]);
    desk.happen(Event::Copied(false));
    assert_eq!(said(&desk), "The error text was not copied: the text is too long for the terminal.");
}

#[test]
fn requests_are_copied_as_curl_without_the_key() {
    let mut desk = at_orders(140, 40);
    desk.press(&["y", "c"]);
    assert_eq!(
        copied(&desk),
        "curl -X GET -H \"Authorization: Bearer $WHTUI_API_KEY\" \
         'https://eu.posthog.com/api/projects/42/external_data_schemas/01930000-0000-0000-0000-public.orders/'"
    );
    desk.press(&["y", "l"]);
    assert_eq!(said(&desk), "last change, as curl: nothing was changed from here yet.");
    desk.press(&["esc", "r"]);
    desk.jobs("public.orders", vec![]);
    desk.sent(Ok(Sent::Done(None)));
    desk.press(&["y", "l"]);
    assert!(
        copied(&desk).contains("-X POST") && copied(&desk).ends_with("public.orders/reload/'"),
        "{}",
        copied(&desk)
    );
}

#[test]
fn names_cannot_get_out_of_a_shell_line() {
    let hostile = "a'; rm -rf ~ #$(x)`y`\n";
    let mut desk = Desk::reading(settings(), 140, 40, vec![source("s", "Postgres", None, vec![table(hostile, 1)])]);
    desk.press(&["2", "y", "c"]);
    let line = copied(&desk);
    let (_, quoted) = line.split_once("$WHTUI_API_KEY\" '").unwrap();
    assert!(!quoted.trim_end_matches('\'').contains(['\'', '\n', '`', '$']), "{line}");
}

#[test]
fn the_report_tells_what_is_known_and_no_secret() {
    let mut desk = at_orders(140, 40);
    desk.press(&["3"]);
    desk.fire(|timer| matches!(timer, whtui::app::effect::Timer::Rested(_)));
    let orders = desk.held("public.orders");
    let jobs = vec![
        job(&orders, "bad", 35, Some(3), Status::Failed, 0),
        job(&orders, "ok", 400, Some(43), Status::Completed, 9),
    ];
    desk.full(orders).jobs("public.orders", jobs);
    desk.press(&["y", "m"]);
    insta::assert_snapshot!("report_of_a_table", copied(&desk).replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    desk.go_to_source("shop").press(&["y", "m"]);
    insta::assert_snapshot!("report_of_a_source", copied(&desk).replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn hostile_texts_are_no_markup_in_a_report() {
    let error = "# heading\n```\n| a | b |\n<script>x</script> @everyone password=planted-1 postgres://u:planted-2@h/d";
    let name = "a`b | [x](http://evil) <img src=x>\u{1b}[2J";
    let mut desk = Desk::reading(
        settings(),
        140,
        40,
        vec![source("s", "Postgres", Some("**bold** ``` \n# no"), vec![failed(error, "Postgres", table(name, 1))])],
    );
    desk.press(&["2", "y", "m"]);
    let report = copied(&desk);
    assert!(!report.contains("planted") && !report.contains('\u{1b}'), "{report}");
    insta::assert_snapshot!("report_of_a_hostile_table", report.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn marked_tables_are_copied_together() {
    let mut desk = at_orders(140, 40);
    desk.press(&["g", "space", "G", "v", "y", "n"]);
    assert_eq!(copied(&desk).lines().count(), 4);
    assert!(copied(&desk).contains("public.orders"));
}

#[test]
fn pages_are_below_the_configured_origin() {
    let mut desk = at_orders(140, 40);
    // What moves in every menu chooses nothing.
    desk.press(&["b", "j", "k", "j", "j"]);
    assert!(desk.model.overlay.is_some() && desk.others.iter().all(|effect| !matches!(effect, Effect::Browse(_))));
    desk.press(&["s"]);
    let address =
        "https://eu.posthog.com/project/42/data-management/sources/managed-0192ffff-0000-0000-0000-shop/syncs";
    assert_eq!(desk.others.pop(), Some(Effect::Browse(address.to_owned())));
    desk.happen(Event::Browsed(address.to_owned(), Ok(())));
    assert_eq!(said(&desk), format!("Opened in the browser: {address}"));
    desk.happen(Event::Browsed(address.to_owned(), Err("this is an SSH session".to_owned())));
    assert_eq!(copied(&desk), address);
    desk.happen(Event::Copied(true));
    assert!(said(&desk).starts_with("No browser was opened: this is an SSH session. The address https://eu."));
}

#[test]
fn the_demo_has_no_pages() {
    let place = Place { origin: "http://127.0.0.1:4010".to_owned(), project: 1, demo: true };
    let mut desk = Desk::reading(Settings { start: Start::Connected(place), ..settings() }, 140, 40, project());
    desk.press(&["b", "b"]);
    assert_eq!(said(&desk), "billing: the demo has no web pages.");
    assert!(desk.model.overlay.is_some() && desk.others.iter().all(|effect| !matches!(effect, Effect::Browse(_))));
}

#[test]
fn a_key_that_means_nothing_in_a_menu_says_so() {
    let mut desk = at_orders(140, 40);
    desk.press(&["y", "5"]);
    assert_eq!(said(&desk), "5 does nothing here; the last line shows the keys.");
    assert!(desk.model.overlay.is_some());
}

/// What is to be written, and under which name.
fn saved(desk: &mut Desk) -> (String, String) {
    match desk.others.pop() {
        Some(Effect::Save { path, text }) => (path, text),
        other => panic!("nothing is written, but {other:?}"),
    }
}

#[test]
fn a_table_is_exported_as_it_is_filtered_and_sorted() {
    for (width, height) in SIZES {
        let mut desk = Desk::reading(settings(), width, height, project());
        desk.go_to_source("shop").press(&["2", "ctrl-e"]);
        insta::assert_snapshot!(format!("export_{width}x{height}"), desk.screen());
    }
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.go_to_source("shop").press(&["2", "/"]).type_in("failed").press(&["enter", "ctrl-e", "enter"]);
    let (path, text) = saved(&mut desk);
    assert_eq!(path, "whtui-tables-2026-11-20-1200.csv");
    insta::assert_snapshot!("export_csv", text.replace("\r\n", "\n"));
    desk.happen(Event::Saved(path, Ok(())));
    assert_eq!(said(&desk), "1 row written to whtui-tables-2026-11-20-1200.csv.");
    assert!(desk.model.overlay.is_none());
    desk.press(&["1", "ctrl-e", "ctrl-u"]).type_in("x.json").press(&["enter"]);
    let (_, text) = saved(&mut desk);
    insta::assert_snapshot!("export_json", text);
}

#[test]
fn a_name_that_does_not_do_is_asked_for_again() {
    let mut desk = at_orders(80, 24);
    desk.press(&["ctrl-e", "ctrl-u"]).type_in("table.xls").press(&["enter"]);
    assert!(desk.screen().contains("The name has to end in .csv or .json."));
    desk.press(&["ctrl-u"]).type_in("t.csv").press(&["enter", "enter"]);
    assert_eq!(desk.others.iter().filter(|effect| matches!(effect, Effect::Save { .. })).count(), 1);
    desk.happen(Event::Saved(
        "t.csv".to_owned(),
        Err("There is something of that name already; choose another.".to_owned()),
    ));
    insta::assert_snapshot!("export_refused_80x24", desk.screen());
    desk.press(&["esc"]);
    assert!(desk.model.overlay.is_none());
    desk.press(&["3", "ctrl-e"]);
    assert!(said(&desk).starts_with("export: The details are no table"));
}
