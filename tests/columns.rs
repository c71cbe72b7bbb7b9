//! The columns of the tables: chosen, ordered and resized; sorted by several; pictures of runs; tables under namespaces.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use whtui::app::effect::Urgency;
use whtui::app::layout::{Pane, Panes};
use whtui::app::message::{Event, Mouse, MouseAct};
use whtui::app::model::columns::{Chosen, Columns, SchemaColumn};
use whtui::app::model::table::{Sort, Then};
use whtui::app::settings::{Settings, Setup};
use whtui::config::Config;
use whtui::view::theme::Theme;
use whtui::warehouse::job::Job;
use whtui::warehouse::operation::JobQuery;
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::{Fact, Need};
use whtui::warehouse::text::Foreign;
use world::{Desk, failed, frame, job, project, settings, table};

const SIZES: [(u16, u16); 3] = [(140, 40), (80, 24), (60, 16)];

fn said(desk: &Desk) -> String {
    desk.model.activity.notice().expect("a notice is shown").text.clone()
}

fn tables(desk: &Desk) -> String {
    desk.model.columns.tables.to_string()
}

fn drawn(desk: &Desk, theme: &Theme) -> Buffer {
    let size = desk.model.size;
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    terminal.draw(|frame| whtui::view::draw(&desk.model, theme, frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// The first line of the screen that has this in it.
fn line(desk: &Desk, part: &str) -> String {
    let screen = desk.screen();
    screen.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("no {part} in\n{screen}")).to_owned()
}

#[test]
fn columns_are_chosen_before_ones_eyes() {
    for (width, height) in SIZES {
        let mut desk = Desk::reading(settings(), width, height, project());
        desk.go_to_table("shop", "public.orders").press(&["C"]);
        insta::assert_snapshot!(format!("columns_{width}x{height}"), desk.screen());
        // Method out, the cause beside the name, the name narrower.
        desk.press(&["j", "j", "j", "space", "G", "k", "K", "K", "g", "j", "-", "-"]);
        insta::assert_snapshot!(format!("columns_changed_{width}x{height}"), desk.screen());
        desk.press(&["esc"]);
        assert!(desk.model.overlay.is_none());
        assert!(tables(&desk).starts_with("state, name:"), "{}", tables(&desk));
        assert!(!tables(&desk).contains("method"));
        desk.press(&["1", "C"]);
        insta::assert_snapshot!(format!("columns_of_sources_{width}x{height}"), desk.screen());
    }
}

#[test]
fn what_the_keys_of_the_list_do() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.go_to_table("shop", "public.orders").press(&["z", "C"]);
    let usual = tables(&desk);
    desk.press(&["space"]);
    assert_eq!((said(&desk).as_str(), tables(&desk)), ("The state and the name are always shown.", usual.clone()));
    desk.press(&["J", "J", "K"]);
    assert_eq!(tables(&desk), usual.replace("state, name", "name, state"), "the cursor goes with its column");
    desk.press(&["K", "K", "K"]);
    assert_eq!(tables(&desk), usual);
    desk.press(&["+", "right", "l", "-"]);
    assert_eq!(tables(&desk), usual.replace("state", "state:17"));
    for _ in 0..40 {
        desk.press(&["left"]);
    }
    assert_eq!(tables(&desk), usual.replace("state", "state:3"));
    assert_eq!(said(&desk), "Narrower than this, nothing of it would be seen; space hides it.");
    desk.press(&["0"]);
    assert_eq!(tables(&desk), usual);
    // A hidden column has to be shown first; a picture sorts nothing.
    desk.press(&["j", "j", "j", "j", "j", "j", "+"]);
    assert_eq!(said(&desk), "This column is hidden; space shows it.");
    desk.press(&["space", "s"]);
    assert_eq!(said(&desk), "Nothing is sorted by this column: it shows what is known of some rows only.");
    assert!(tables(&desk).contains("synced, next:4, rows"));
    desk.press(&["x"]);
    assert_eq!(said(&desk), "x does nothing here; the last line shows the keys.");
    desk.press(&["C", "3", "C"]);
    assert_eq!(said(&desk), "columns: The details have no columns; focus a table first.");
}

#[test]
fn the_list_sorts_by_several() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.press(&["a", "z", "C", "j", "j", "s", "j", "j", "j", "j", "j", "s", "s"]);
    let sort = |column: SchemaColumn, reversed| Sort {
        column: SchemaColumn::ALL.iter().position(|known| *known == column).unwrap(),
        reversed,
    };
    assert_eq!(desk.model.schemas.then, Then::of(&[sort(SchemaColumn::Source, false), sort(SchemaColumn::Rows, true)]));
    insta::assert_snapshot!("columns_sorted_by_three_140x40", desk.screen());
    desk.press(&["g", "s", "s"]);
    assert_eq!(desk.model.schemas.sort, sort(SchemaColumn::Source, false), "what is taken away leaves the others");
    assert_eq!(desk.model.schemas.then, Then::of(&[sort(SchemaColumn::Rows, true)]));
}

#[test]
fn rows_that_are_alike_are_sorted_further() {
    for (width, height) in SIZES {
        let mut desk = Desk::reading(settings(), width, height, project());
        desk.press(&["a", "2", "s", "s", "alt-s"]);
        assert_eq!(said(&desk), "Sorted by Source, then by State.");
        insta::assert_snapshot!(format!("sorted_by_two_{width}x{height}"), desk.screen());
        let before = desk.model.schemas.rows().to_vec();
        desk.press(&["S"]);
        assert!(line(&desk, "Source1↓").contains("State2↑"));
        assert_ne!(desk.model.schemas.rows(), before);
        let titles = |desk: &Desk| -> Vec<String> {
            let rows = desk.model.schemas.rows().iter().filter_map(|id| desk.model.inventory.schema(id));
            rows.map(|(held, ..)| held.source.title().raw().to_owned()).collect()
        };
        let sources = titles(&desk);
        assert!(sources.is_sorted_by_key(|title| title.to_lowercase()), "{sources:?}");
        for _ in 0..9 {
            desk.press(&["alt-s"]);
        }
        desk.press(&["s"]);
        assert_eq!(desk.model.schemas.then, Then::default(), "another first order begins anew");
    }
}

#[test]
fn sources_are_sorted_by_several_too() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.press(&["1", "z", "s", "s", "alt-s", "alt-s"]);
    assert_eq!(said(&desk), "Sorted by Type, then by Bad/All.");
    let titles = desk.model.sources.rows().iter().filter_map(|id| desk.model.inventory.source(id));
    let titles: Vec<_> = titles.map(|held| held.source.title().raw()).collect();
    assert_eq!(
        titles,
        ["ads", "crm", "depot", "shop", "Live replica", "Billing"],
        "of two Postgres the broken one first"
    );
    assert!(line(&desk, "Type1↓").contains("Bad/…2↓"), "rather the title is cut than the sign");
}

/// One table whose runs were read, among others of which nobody asked for them.
fn with_runs(width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings(), width, height, project());
    let invoice = desk.held("Invoice");
    let jobs = (0..30_i64).map(|number| {
        let status = if number < 3 { Status::Failed } else { Status::Completed };
        let rows = (number * 37 % 11).unsigned_abs() * 900;
        job(&invoice, &format!("j{number}"), 60 * number + 30, Some(95), status, rows)
    });
    desk.jobs("Invoice", jobs.collect());
    desk.go_to_table("Billing", "Invoice");
    desk
}

#[test]
fn newest_runs_are_drawn_where_they_are_known_and_never_asked_for() {
    for (width, height) in SIZES {
        let mut desk = with_runs(width, height);
        desk.fetches.clear();
        desk.model.columns = Columns {
            tables: Chosen::parse("state, name:14, runs:12, read, took, next").unwrap(),
            sources: Chosen::parse("state, name:8, runs:11").unwrap(),
        };
        insta::assert_snapshot!(format!("runs_of_tables_{width}x{height}"), desk.screen());
        desk.press(&["1"]);
        insta::assert_snapshot!(format!("runs_of_sources_{width}x{height}"), desk.screen());
        assert!(desk.fetches.is_empty(), "{:?}", desk.fetches);
    }
    let mut desk = with_runs(140, 40);
    desk.press(&["z"]);
    let usual = line(&desk, "Invoice");
    assert!(usual.contains("✗✗✗"), "where there is room, they are shown unasked: {usual}");
    assert!(line(&desk, "Charge").contains(" · "));
}

#[test]
fn runs_are_counted_for_ears() {
    let mut desk = with_runs(140, 40);
    desk.model.panes = Panes::ReadAloud;
    desk.model.columns.tables = Chosen::parse("state, name, runs").unwrap();
    let buffer = drawn(&desk, &Theme::builtin(false, false).in_lines());
    let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(text.contains("Runs: 12 known runs, 3 failed"), "{text}");
    assert_eq!(text.matches("Runs:").count(), 1, "nothing is said of what is not known: {text}");
    desk.press(&["C"]);
    let buffer = drawn(&desk, &Theme::builtin(false, false).in_lines());
    let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(text.contains("State: shown, width 15, order 1; its state"), "{text}");
    assert!(text.contains("Method: hidden; how it is synced"), "{text}");
}

fn namespaces() -> Vec<Source> {
    let mut world = project();
    let error = "permission denied for table refunds";
    let more =
        [table("sales.invoices", 120), failed(error, "Postgres", table("sales.refunds", 12)), table("countries", 249)];
    world[0].schemas.extend(more.map(Arc::new));
    world
}

#[test]
fn tables_stand_under_their_namespace() {
    for (width, height) in SIZES {
        let mut desk = Desk::reading(settings(), width, height, namespaces());
        desk.go_to_table("shop", "sales.invoices").press(&["B"]);
        insta::assert_snapshot!(format!("grouped_{width}x{height}"), desk.screen());
        let name = |desk: &Desk| desk.model.selected_schema().unwrap().1.name.raw().to_owned();
        assert_eq!(name(&desk), "sales.invoices", "the cursor stays on its table");
        desk.press(&["s"]);
        assert_eq!(name(&desk), "sales.invoices");
        desk.press(&["S", "g"]);
        assert_eq!(name(&desk), "public.payments", "sorted by name backwards inside of each group");
        desk.press(&["G"]);
        assert_eq!(name(&desk), "countries", "what has no namespace comes last");
        desk.press(&["/"]).type_in("sales").press(&["enter", "g"]);
        assert_eq!(name(&desk), "sales.refunds");
        assert_eq!(desk.model.schemas.heads().len(), 1);
        assert!(line(&desk, "2 tables").contains("1 broken"));
        desk.press(&["esc", "B"]);
        assert_eq!(desk.model.schemas.heads().len(), 0);
        desk.press(&["a", "B"]);
        insta::assert_snapshot!(format!("grouped_all_{width}x{height}"), desk.screen());
    }
}

#[test]
fn a_source_without_namespaces_says_so() {
    let mut desk = Desk::reading(settings(), 80, 24, project());
    desk.go_to_table("Billing", "Charge").press(&["B"]);
    assert_eq!(said(&desk), "The tables of Billing have no namespaces in their names, so there are no groups.");
    desk.go_to_table("shop", "public.orders").press(&["B"]);
    desk.go_to_table("Billing", "Charge");
    assert!(desk.model.schemas.heads().is_empty(), "no heading that says nothing");
}

#[test]
fn headings_are_neither_selected_nor_skipped_by_mouse_and_pages() {
    let mut desk = Desk::reading(settings(), 80, 24, namespaces());
    desk.press(&["a", "B", "g"]);
    let rows = desk.model.layout().unwrap().rows(Pane::Schemas);
    let click = |desk: &mut Desk, line: u16| {
        let mouse = Mouse { column: rows.x + 2, row: rows.y + line, act: MouseAct::Click };
        desk.happen(Event::MouseUsed(mouse));
        desk.model.schemas.cursor()
    };
    let shown: Vec<String> = desk.screen().lines().skip(usize::from(rows.y)).map(ToOwned::to_owned).collect();
    assert!(shown[0].contains("ads  3 tables") && shown[4].contains("Billing  4 tables"), "{shown:#?}");
    assert_eq!(click(&mut desk, 2), 1);
    assert_eq!(click(&mut desk, 4), 1, "a heading is not selected");
    assert_eq!(click(&mut desk, 5), 3, "below it the rows go on");
    assert_eq!(desk.model.focus, Pane::Schemas);
    // Page by page, every table is seen.
    desk.press(&["g"]);
    let mut seen = String::new();
    for _ in 0..4 {
        seen.push_str(&desk.screen());
        desk.press(&["pagedown"]);
    }
    for held in desk.model.inventory.sources() {
        for (schema, _) in held.tables() {
            let name = schema.name.raw().rsplit('.').next().unwrap();
            assert!(seen.contains(name), "{name}");
        }
    }
}

#[test]
fn a_move_of_the_cursor_rewrites_two_rows() {
    let mut desk = with_runs(80, 24);
    desk.press(&["a", "B", "g", "j"]);
    let theme = Theme::builtin(true, false);
    let before = drawn(&desk, &theme);
    desk.press(&["j"]);
    let after = drawn(&desk, &theme);
    let changed = before.diff(&after);
    let mut rows: Vec<u16> = changed.iter().map(|(_, y, _)| *y).collect();
    rows.sort_unstable();
    rows.dedup();
    assert!(rows.len() <= 4, "{rows:?}");
    assert!(changed.len() <= 200, "{} cells", changed.len());
}

fn configured(text: &str) -> Settings {
    let config = Config::parse(text, false).unwrap();
    Settings { setup: Setup { columns: config.columns, ..Setup::default() }, ..settings() }
}

#[test]
fn columns_are_settled_in_the_file_of_settings() {
    let text = "[columns]\ntables = [\"name:30\", \"state\", \"rows\"]\nsources = \"name, state, prefix\"";
    let mut desk = Desk::reading(configured(text), 80, 24, project());
    insta::assert_snapshot!("configured_sources_80x24", desk.screen());
    assert_eq!(tables(&desk), "name:30, state, rows");
    desk.press(&["2", "C", "G", "space", "esc"]);
    assert_eq!(tables(&desk), "name:30, state, rows, stored");
    desk.press(&["C", "0"]);
    assert_eq!(tables(&desk), "name:30, state, rows", "back to what was settled");
}

#[test]
fn mistakes_in_the_file_name_their_place() {
    let wrong = |text: &str| -> Vec<String> {
        let mistakes = Config::parse(text, false).unwrap_err();
        mistakes.into_iter().map(|mistake| format!("{:?} {}", mistake.at.unwrap(), mistake.message)).collect()
    };
    assert_eq!(
        wrong("[columns]\ntables = [\"state\", \"name:1\"]\nsources = [\"state\", \"phx_secret\"]\nrows = 1"),
        [
            "(2, 20) `name:1`: the width of `name` is no number from 3 to 200",
            "(3, 21) `***`: sources have no such column; they have state, name, type, prefix, tables, synced, runs, trouble",
            "(4, 1) there is no setting `rows` in [columns]",
        ]
    );
    assert_eq!(
        wrong("[columns]\ntables = 3\nsources = [\"name\"]"),
        ["(2, 10) `tables` is a list of columns, not a number", "(3, 11) the column `state` cannot be left out",]
    );
}

/// Jobs of some tables of Billing are read; nothing named: of all.
fn read_jobs(desk: &mut Desk, names: &[&str], jobs: Vec<Job>) {
    let source = desk.model.inventory.sources().iter().find(|held| held.source.title().raw() == "Billing").unwrap();
    let names = names.iter().map(|name| Foreign::new(name)).collect();
    let need = Need::Jobs(JobQuery::newest(source.source.id.clone(), names));
    if !desk.is_asked(|open| *open == need) {
        let effects = desk.model.flights.fetch_once(need.clone(), Urgency::Background);
        desk.keep(effects.into_iter().collect());
    }
    let (request, need) = desk.asked(|open| *open == need);
    let Need::Jobs(query) = need else { unreachable!("asked for") };
    desk.land(request, Fact::Jobs(query, jobs));
}

#[test]
fn the_runs_of_what_is_gone_are_forgotten() {
    let mut desk = Desk::reading(settings(), 80, 24, project());
    let all = |title: &str, desk: &Desk| {
        let sources = desk.model.inventory.sources();
        let source = sources.iter().find(|held| held.source.title().raw() == title).unwrap();
        JobQuery::newest(source.source.id.clone(), Vec::new())
    };
    let (billing, shop) = (all("Billing", &desk), all("shop", &desk));
    desk.model.strips.learned(&desk.model.inventory, &billing, &[]);
    assert!(desk.model.strips.of_source(&billing.source).is_some());
    let left = project().into_iter().filter(|source| source.id == shop.source).collect();
    desk.press(&["ctrl-r"]).list(left);
    desk.model.strips.learned(&desk.model.inventory, &shop, &[]);
    assert!(desk.model.strips.of_source(&shop.source).is_some());
    assert!(desk.model.strips.of_source(&billing.source).is_none());
}

/// So many jobs of this table, one a minute, from so many minutes before noon on back.
fn many(desk: &Desk, table: &str, from: i64, count: i64, status: &Status) -> Vec<Job> {
    let table = desk.held(table);
    let made = |at: i64| job(&table, &format!("{}{at}", table.name.raw()), at, Some(5), status.clone(), 900);
    (from..from + count).map(made).collect()
}

/// The picture of a row, as it is drawn and as it is told.
fn strip(desk: &mut Desk, pane: &str, row: &str) -> String {
    desk.model.columns = Columns {
        tables: Chosen::parse("state, name:14, runs:12").unwrap(),
        sources: Chosen::parse("state, name:8, runs:12").unwrap(),
    };
    desk.press(&["1"]);
    if pane == "2" {
        desk.press(&["2"]);
    }
    let screen = desk.screen();
    // Details begin with the name, and nothing follows.
    let cells = screen.lines().flat_map(|line| line.split('│'));
    let mut after = cells.filter_map(|cell| Some(cell.split_once(row)?.1.trim())).filter(|after| !after.is_empty());
    after.find(|after| !after.contains(char::is_alphanumeric)).unwrap_or_else(|| panic!("{screen}")).to_owned()
}

fn in_billing() -> Desk {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.go_to_source("Billing");
    desk
}

#[test]
fn a_source_has_no_picture_of_some_of_its_tables() {
    let mut desk = in_billing();
    let failures = many(&desk, "Invoice", 10, 3, &Status::Failed);
    read_jobs(&mut desk, &["Invoice"], failures.clone());
    assert_eq!(strip(&mut desk, "1", "Billing"), "·", "the other tables may have run as well");
    // All are asked about, and what came is all there is.
    let mut all = many(&desk, "Charge", 20, 4, &Status::Completed);
    all.splice(0..0, failures);
    read_jobs(&mut desk, &[], all);
    assert_eq!(strip(&mut desk, "1", "Billing"), "✓✓✓✓✗✗✗");
    // One table is read once more: what the others did since is not known.
    let newer = many(&desk, "Invoice", 5, 1, &Status::Completed);
    read_jobs(&mut desk, &["Invoice"], newer);
    assert_eq!(strip(&mut desk, "1", "Billing"), "✓✓✓✓✗✗✗·");
}

#[test]
fn a_table_that_was_crowded_out_has_no_past() {
    let mut desk = in_billing();
    let mut full = many(&desk, "Invoice", 10, 2, &Status::Failed);
    full.extend(many(&desk, "Charge", 12, 48, &Status::Completed));
    read_jobs(&mut desk, &["Invoice", "Charge", "Customer"], full);
    assert_eq!(strip(&mut desk, "2", "Invoice"), "·✗✗", "there was no room for older ones");
    assert_eq!(strip(&mut desk, "2", "Customer"), "·", "none is not what was told");
    desk.model.panes = Panes::ReadAloud;
    let buffer = drawn(&desk, &Theme::builtin(false, false).in_lines());
    let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(text.contains("Runs: 2 known runs, 2 failed"), "{text}");
}

#[test]
fn what_was_known_long_ago_is_not_joined_to_what_is_new() {
    let mut desk = in_billing();
    let old = many(&desk, "Invoice", 5_000, 4, &Status::Cancelled);
    let older = many(&desk, "Customer", 5_000, 4, &Status::Failed);
    read_jobs(&mut desk, &["Invoice"], old);
    read_jobs(&mut desk, &["Customer"], older);
    let mut full = many(&desk, "Invoice", 10, 2, &Status::Failed);
    full.extend(many(&desk, "Charge", 12, 48, &Status::Completed));
    read_jobs(&mut desk, &[], full);
    assert_eq!(strip(&mut desk, "2", "Invoice"), "·✗✗", "between the two looks runs may be missing");
    assert_eq!(strip(&mut desk, "2", "Customer"), "✗✗✗✗", "of it nothing new was read");
    assert_eq!(strip(&mut desk, "1", "Billing"), "✓✓✓✓✓✓✓✓✓✓✗✗");
}

#[test]
fn a_run_beyond_its_usual_time_is_marked_in_the_gauge() {
    let at = |begun: i64| {
        let mut desk = in_billing();
        desk.go_to_table("Billing", "Charge");
        let charge = desk.held("Charge");
        let mut jobs = vec![job(&charge, "now", begun, None, Status::Running, 40)];
        jobs.extend((1..4).map(|run| job(&charge, &format!("j{run}"), 360 * run, Some(240), Status::Completed, 900)));
        read_jobs(&mut desk, &["Charge"], jobs);
        let shown = |theme: &Theme| frame::drawn(&desk.model, theme).to_string();
        (shown(&Theme::builtin(true, false)), shown(&Theme::builtin(false, true)))
    };
    let (late, ascii) = at(9);
    assert!(late.contains("over by ") && late.contains("5m, 40 rows so far") && late.contains("━━━> "), "{late}");
    assert!(ascii.contains("###> "), "{ascii}");
    let (soon, ascii) = at(4);
    assert!(!soon.contains("over by") && !soon.contains("━> ") && soon.contains("━━━ "), "{soon}");
    assert!(!ascii.contains("#> "), "{ascii}");
}
