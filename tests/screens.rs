//! Every screen and overlay as it looks, with its styles, at three sizes. `cargo insta review` shows what has changed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use std::sync::Arc;

use whtui::app::effect::Timer;
use whtui::app::message::{BudgetLeft, Event, Sent};
use whtui::app::settings::{Place, Settings, Start};
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::ProjectId;
use whtui::warehouse::job::Job;
use whtui::warehouse::recovery::runbook::Record;
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::{Fact, Need, SourcePage};
use whtui::warehouse::text::Foreign;
use world::{Desk, bare, failed, job, noon, project, settings, source, table, told, with};

/// Sizes for which the program is made: all panes, one pane, the smallest.
const SIZES: [(u16, u16); 3] = [(140, 40), (80, 24), (60, 16)];

/// Declares a screen: how to get there, from the size to the desk.
macro_rules! screen {
    ($name:ident, $make:expr) => {
        #[test]
        fn $name() {
            for (width, height) in SIZES {
                let make: fn(u16, u16) -> Desk = $make;
                let desk = make(width, height);
                insta::assert_snapshot!(format!("{}_{width}x{height}", stringify!($name)), desk.screen());
            }
        }
    };
}

fn unreachable() -> Failure {
    Failure::new(FailureKind::Unreachable, "connection refused")
}

/// Jobs of a table that runs for 22 minutes and usually takes 17.
fn running(desk: &Desk, name: &str) -> Vec<Job> {
    let table = desk.held(name);
    let earlier = (1..6).map(|run| {
        job(&table, &format!("run-{run}"), 22 + 360 * run, Some(1_000 + run * 10), Status::Completed, 40_118)
    });
    [job(&table, "now", 22, None, Status::Running, 18_400)].into_iter().chain(earlier).collect()
}

/// The project of [`project`], read and proven.
fn settled_with(settings: Settings, width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings, width, height, project());
    let jobs = running(&desk, "public.events");
    let ended = job(&desk.held("stock.levels"), "ended", 42, Some(60), Status::Completed, 812);
    desk.jobs("public.events", jobs).jobs("stock.levels", vec![ended]);
    desk
}

fn settled(width: u16, height: u16) -> Desk {
    settled_with(settings(), width, height)
}

/// Failed runs of a table since yesterday.
fn failures(desk: &Desk, name: &str) -> Vec<Job> {
    let table = desk.held(name);
    let failed = (0..4).map(|run| Job {
        latest_error: table.latest_error.clone(),
        ..job(&table, &format!("bad-{run}"), 35 + 360 * run, Some(3), Status::Failed, 0)
    });
    failed.chain([job(&table, "good", 35 + 360 * 4, Some(43), Status::Completed, 12_331)]).collect()
}

/// The failing table, with all that can be known of it.
fn at_orders(mut desk: Desk) -> Desk {
    desk.go_to_table("shop", "public.orders").press(&["3"]);
    desk.fire(|timer| matches!(timer, Timer::Rested(_)));
    let (orders, jobs) = (desk.held("public.orders"), failures(&desk, "public.orders"));
    desk.full(orders).jobs("public.orders", jobs);
    desk
}

/// A reload of the failing table that has been accepted.
fn reloading(mut desk: Desk) -> Desk {
    desk.go_to_table("shop", "public.orders").press(&["r"]);
    let jobs = failures(&desk, "public.orders");
    desk.jobs("public.orders", jobs);
    desk.sent(Ok(Sent::Done(None)));
    desk
}

/// The same, once its job runs.
fn followed(desk: Desk) -> Desk {
    let mut desk = reloading(desk);
    let mut jobs = failures(&desk, "public.orders");
    let new = Job { rows: Field::Known(1_204), ..job(&desk.held("public.orders"), "new", 0, None, Status::Running, 0) };
    jobs.insert(0, new);
    desk.pass(7).fire(|timer| matches!(timer, Timer::Follow(_)));
    desk.jobs("public.orders", jobs);
    desk.pass(4).fire(|timer| matches!(timer, Timer::Clock(_)));
    desk
}

/// The same, at its end.
fn completed(desk: Desk) -> Desk {
    let mut desk = followed(desk);
    let mut orders = with(Status::Completed, desk.held("public.orders"));
    orders.last_synced_at = Field::Known(noon());
    (orders.latest_error, orders.finding) = (Field::Null, None);
    let new = job(&orders, "new", 0, Some(9), Status::Completed, 2_019);
    desk.fire(|timer| matches!(timer, Timer::Follow(_)));
    desk.jobs("public.orders", vec![new]);
    desk.full(orders);
    desk
}

// The main screen.

screen!(sources, settled);
screen!(tables, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_table("shop", "public.orders");
    desk
});
screen!(details_of_a_failing_table, |width, height| at_orders(settled(width, height)));
screen!(details_scrolled, |width, height| {
    let mut desk = at_orders(settled(width, height));
    desk.press(&["G"]);
    desk
});
screen!(details_of_a_source, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_source("shop").press(&["3"]);
    desk
});
screen!(details_of_a_running_table, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_table("shop", "public.events").press(&["3"]);
    desk
});
screen!(details_that_could_not_be_read, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_table("shop", "public.customers").press(&["3"]);
    desk.fire(|timer| matches!(timer, Timer::Rested(_)));
    let id = desk.held("public.customers").id;
    desk.fail(|need| *need == Need::Schema(id.clone()), Failure::new(FailureKind::Gateway, ""));
    desk
});
screen!(all_tables, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["a"]);
    desk
});
screen!(sorted_by_name_backwards, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["s", "S"]);
    desk
});
screen!(filter_being_typed, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["a", "/"]).type_in("stock");
    desk
});
screen!(filter_without_matches, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["/"]).type_in("nowhere").press(&["enter"]);
    desk
});
screen!(ascii, |width, height| settled_with(Settings { ascii: true, ..settings() }, width, height));

// How the connection is doing.

screen!(connecting, |width, height| Desk::new(settings(), width, height));
screen!(first_page, |width, height| {
    let mut desk = Desk::new(settings(), width, height);
    let (request, _) = desk.asked(|need| *need == Need::Sources);
    let sources = project().into_iter().take(3).map(Arc::new).collect();
    let page = SourcePage { sources, loaded: 3, total: 240, unreadable: 0, end: None };
    desk.happen(Event::Learned(request, Box::new(Fact::Sources(page))));
    desk
});
screen!(offline_from_the_start, |width, height| {
    let mut desk = Desk::new(settings(), width, height);
    desk.fail(|need| *need == Need::Sources, unreachable());
    desk
});
screen!(offline_with_old_data, |width, height| {
    let mut desk = settled(width, height);
    desk.pass(754).fire(|timer| matches!(timer, Timer::Refresh(_)));
    desk.fail(|need| *need == Need::Sources, unreachable());
    desk
});
screen!(key_rejected, |width, height| {
    let mut desk = Desk::new(settings(), width, height);
    let rejected = Failure { status: Some(401), ..Failure::new(FailureKind::KeyRejected, "Invalid API key.") };
    desk.fail(|need| *need == Need::Sources, rejected);
    desk
});
screen!(empty_project, |width, height| Desk::reading(settings(), width, height, Vec::new()));
screen!(few_requests_left, |width, height| {
    let mut desk = settled(width, height);
    desk.happen(Event::BudgetChanged(BudgetLeft { minute: 12, hour: 900, paused: None }));
    desk
});
screen!(parts_of_the_list_unreadable, |width, height| {
    let mut desk = Desk::new(settings(), width, height);
    desk.identify();
    let (request, _) = desk.asked(|need| *need == Need::Sources);
    let page = SourcePage { unreadable: 2, ..world::whole(project()) };
    desk.happen(Event::Learned(request, Box::new(Fact::Sources(page))));
    desk.happen(Event::FetchEnded(request, Ok(())));
    desk
});

// Modes and circumstances.

screen!(read_only, |width, height| {
    let mut desk = settled_with(Settings { read_only: true, ..settings() }, width, height);
    desk.go_to_table("shop", "public.orders").press(&["r"]);
    desk
});
screen!(demo, |width, height| {
    let place = Place { origin: "http://127.0.0.1:41873".to_owned(), project: 1, demo: true };
    settled_with(Settings { start: Start::Connected(place), ..settings() }, width, height)
});
screen!(billing_pause, |width, height| {
    let paused = || with(Status::Paused, table("public.orders", 12_331));
    let sources = vec![source("shop", "Postgres", None, vec![paused(), table("public.customers", 3_412)])];
    let mut desk = Desk::reading(settings(), width, height, sources);
    desk.go_to_table("shop", "public.orders");
    desk
});
screen!(hostile_names, |width, height| {
    let nasty = "\u{1b}[31mred\u{1b}[0m\u{202e}txt.exe\u{7}\ttab\nline";
    let schemas = vec![
        failed(&format!("{nasty} postgres://admin:hunter2@db/prod"), "Postgres", table(nasty, u64::MAX)),
        table("注文テーブル明細書類一覧表示用の長い名前のテーブル", 1),
        table("👩‍👩‍👧‍👦 family `tick` é̂̃̄̅", 2),
        bare(table("", 3)),
    ];
    let source = Source { kind: Foreign::new(nasty), ..source("x", "", Some(nasty), schemas) };
    let mut desk = Desk::reading(settings(), width, height, vec![Source { settings: Vec::new(), ..source }]);
    desk.press(&["2"]);
    desk
});

// Actions on their way.

screen!(reload_accepted, |width, height| reloading(settled(width, height)));
screen!(reload_running, |width, height| followed(settled(width, height)));
screen!(reload_running_without_notice, |width, height| {
    let mut desk = followed(settled(width, height));
    desk.fire(|timer| matches!(timer, Timer::Notice(_)));
    desk
});
screen!(reload_completed, |width, height| completed(settled(width, height)));
screen!(key_without_meaning, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["Q"]);
    desk
});
screen!(why_not, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_table("depot", "stock.levels").press(&["r"]);
    desk
});

// What lies over the main screen.

screen!(palette_on_a_source, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_source("shop").press(&[":"]);
    desk
});
screen!(palette_on_a_table, |width, height| {
    let mut desk = at_orders(settled(width, height));
    desk.press(&[":"]);
    desk
});
screen!(palette_with_a_query, |width, height| {
    let mut desk = at_orders(settled(width, height));
    desk.press(&[":"]).type_in("re").press(&["down"]);
    desk
});
screen!(palette_without_matches, |width, height| {
    let mut desk = at_orders(settled(width, height));
    desk.press(&[":"]).type_in("zzz");
    desk
});
screen!(help, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["?"]);
    desk
});
screen!(help_scrolled, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["?", "G"]);
    desk
});
screen!(confirm_resync, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_table("shop", "public.orders").press(&["R"]);
    let jobs = failures(&desk, "public.orders");
    desk.jobs("public.orders", jobs);
    desk
});
screen!(confirm_delete_data, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_table("Billing", "Charge").press(&["D", "tab"]);
    desk
});
screen!(confirm_destroy_table, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_table("Billing", "Charge").press(&["X"]);
    desk
});
screen!(confirm_destroy_source_typed_wrong, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_source("shop").press(&["X"]).type_in("shp").press(&["enter"]);
    desk
});
screen!(confirm_destroy_source_typed_right, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_source("shop").press(&["X"]).type_in("shop");
    desk
});
screen!(dry_run, |width, height| {
    let mut desk = settled_with(Settings { dry_run: true, ..settings() }, width, height);
    desk.go_to_table("shop", "public.orders").press(&["p"]);
    let (_, operation) = desk.sends.first().expect("sent");
    let held = operation.request(ProjectId::new(42).unwrap());
    desk.sent(Ok(Sent::Held(held)));
    desk
});
screen!(triage, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["t"]);
    desk
});
screen!(triage_further_down, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["t", "G"]);
    desk
});
screen!(triage_of_nothing, |width, height| {
    let sources = vec![source("shop", "Postgres", None, vec![table("public.orders", 5)])];
    let mut desk = Desk::reading(settings(), width, height, sources);
    desk.press(&["t"]);
    desk
});
screen!(runbook, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["t", "enter"]);
    desk
});
screen!(marked_tables, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["2", "a", "space", "j", "v"]);
    desk
});
screen!(plan_for_marked_tables, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["2", "a", "ctrl-a", "r", "j", "space"]);
    desk
});
screen!(confirm_for_marked_tables, |width, height| {
    let mut desk = settled(width, height);
    desk.press(&["2", "a", "ctrl-a", "D", "enter"]);
    desk
});
screen!(left_behind, |width, height| {
    let mut desk = settled(width, height);
    let record = Record {
        letter: "G".to_owned(),
        cause: None,
        title: "Start over".to_owned(),
        source: desk.held("public.orders").id.as_str().to_owned(),
        source_name: "shop".to_owned(),
        tables: vec![("id".to_owned(), "public.orders".to_owned())],
        done: vec!["Delete the stored data; the configuration stays.".to_owned()],
        left: vec!["Reload public.orders, see a job start, and follow it to its end.".to_owned()],
        plain: true,
    };
    desk.happen(Event::LeftBehind(vec![record]));
    desk
});
screen!(quitting, |width, height| {
    let mut desk = settled(width, height);
    desk.go_to_table("shop", "public.orders").press(&["R", "y", "q"]);
    desk
});
screen!(activity, |width, height| {
    let mut desk = completed(settled(width, height));
    desk.press(&["L"]);
    desk
});
screen!(activity_of_nothing, |width, height| {
    let mut desk = Desk::reading(settings(), width, height, Vec::new());
    desk.press(&["L"]);
    desk
});

// Screens of their own.

screen!(must_confirm, |width, height| {
    let place = settings().place().unwrap().clone();
    let start = Start::MustConfirm {
        place,
        host_from: "--host".to_owned(),
        key_from: "/home/ada/.posthog/credentials.json".to_owned(),
    };
    Desk::new(Settings { start, ..settings() }, width, height)
});

#[test]
fn too_small() {
    for (width, height) in [(59, 15), (59, 40), (140, 15), (20, 3), (1, 1)] {
        insta::assert_snapshot!(format!("too_small_{width}x{height}"), settled(width, height).screen());
    }
}

/// Every overlay and screen has a snapshot: this fails to compile when one is added.
#[allow(dead_code, reason = "it only has to compile")]
fn nothing_is_forgotten(overlay: &whtui::app::model::overlay::Overlay, screen: &whtui::app::model::Screen) {
    use whtui::app::model::Screen;
    use whtui::app::model::overlay::Overlay;
    match overlay {
        Overlay::Help(_)
        | Overlay::Palette(_)
        | Overlay::Confirm(_)
        | Overlay::Preview { .. }
        | Overlay::Activity(_)
        | Overlay::Triage(_)
        | Overlay::Runbook(_)
        | Overlay::LeftBehind
        // In `tests/out.rs`, `tests/filters.rs` and `tests/reading.rs`.
        | Overlay::Filters(_)
        | Overlay::Export(_)
        | Overlay::Menu(_)
        | Overlay::Raw(_)
        // In `tests/columns.rs`.
        | Overlay::Columns(_)
        // In `tests/history.rs`.
        | Overlay::History(_)
        // In `tests/editing.rs`.
        | Overlay::Tuning(_)
        // In `tests/setup.rs`.
        | Overlay::Profiles(_)
        // In `tests/all_profiles.rs`.
        | Overlay::AllProfiles
        // In `tests/trouble.rs`.
        | Overlay::Key(_)
        | Overlay::Quitting => {}
    }
    match screen {
        Screen::Welcome { .. } | Screen::MustConfirm { .. } | Screen::Main => {}
    }
    let _ = told("");
}
