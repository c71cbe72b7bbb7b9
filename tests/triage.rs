//! What is wrong, in which order, and how it looks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use proptest::prelude::*;
use support::made::{self, ago, failing, inventory, job, learn_jobs, now, source, table, with_status};
use support::world::Desk;
use support::world::frame::drawn;
use whtui::app::model::Model;
use whtui::view::theme::Theme;
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::SourceId;
use whtui::warehouse::schema::{Schema, Table};
use whtui::warehouse::settings::SyncType;
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::{Fact, Need};
use whtui::warehouse::triage::{Gravity, Kind, Problem, is_wrong, triage, wanted};

const LOGIN: &str = "The database rejected the username or password. Check it, then re-enable the sync.";
const DROPPED: &str = "column \"updated_at\" does not exist";
const DENIED: &str = "permission denied for table invoices";

fn kinds(problems: &[Problem]) -> Vec<(Kind, &str, usize)> {
    problems.iter().map(|problem| (problem.kind, problem.source_name.raw(), problem.tables.len())).collect()
}

fn rows(schema: Schema, rows: u64) -> Schema {
    Schema { table: Field::Known(Table { name: "x".into(), rows: Field::Known(rows) }), ..schema }
}

/// A project with something of everything.
fn project() -> Vec<Source> {
    let webhook = |name: &str, minutes| Schema {
        sync_type: Field::Known(SyncType::Webhook),
        last_synced_at: Field::Known(ago(minutes)),
        ..table(name)
    };
    let stale = Schema { last_synced_at: Field::Known(ago(20_000)), ..table("planning.headcount") };
    let mut red = source(
        "prod",
        vec![
            rows(failing("orders", Some("server closed the connection unexpectedly"), false), 1_843_220),
            rows(failing("payouts", Some(DROPPED), true), 90_412),
            rows(failing("refunds", Some(DROPPED), true), 1_200),
            with_status("stock", "Running"),
            table("users"),
        ],
    );
    red.status = Status::Failed;
    let down = source(
        "shop",
        vec![
            rows(failing("shop.orders", Some(LOGIN), true), 700),
            rows(failing("shop.items", Some(LOGIN), true), 48_000),
            Schema {
                last_synced_at: Field::Known(ago(9_000)),
                frequency: Field::Known(whtui::warehouse::settings::Frequency::Every(43_200)),
                ..table("shop.rates")
            },
        ],
    );
    let green = source("ledger", vec![failing("invoices", Some(DENIED), true), table("postings")]);
    let gone = Schema {
        should_sync: Some(false),
        latest_error: Field::Known("relation \"x\" does not exist".into()),
        ..table("tmp.import")
    };
    let off = Schema { should_sync: Some(false), ..table("old") };
    let mut left = source("left", vec![off]);
    left.last_run_at = Field::Known(ago(100_000));
    vec![
        red,
        down,
        green,
        source(
            "stripe",
            vec![webhook("Charge", 9_000), webhook("Refund", 60), with_status("Invoice", "Billing limits")],
        ),
        source("sheets", vec![stale, gone, with_status("odd", "Simmering")]),
        left,
        source("calm", vec![table("a"), table("b")]),
    ]
}

/// The same, after jobs were read.
fn surveyed(mut known: whtui::warehouse::inventory::Inventory) -> whtui::warehouse::inventory::Inventory {
    let failed = |table: &str, minutes: i64| {
        vec![job(table, minutes, 1, "Failed", 0), job(table, minutes + 60, 1, "Completed", 5)]
    };
    for name in ["shop.orders", "shop.items"] {
        learn_jobs(&mut known, "shop", name, failed(name, 540), now());
    }
    learn_jobs(&mut known, "prod", "stock", vec![job("stock", 90, 2, "Completed", 9)], now());
    learn_jobs(&mut known, "prod", "payouts", failed("payouts", 300), now());
    learn_jobs(&mut known, "ledger", "invoices", failed("invoices", 1_500), now());
    known
}

#[test]
fn one_entry_for_each_thing_to_do_most_pressing_first() {
    let problems = triage(&surveyed(inventory(project())), None, now());
    assert_eq!(
        kinds(&problems),
        [
            (Kind::SourceDown, "shop", 2),
            (Kind::Failed, "prod", 1),
            (Kind::BillingLimit, "stripe", 1),
            (Kind::SwitchedOff, "prod", 2),
            (Kind::SwitchedOff, "ledger", 1),
            (Kind::Phantom, "prod", 1),
            (Kind::Unknown, "sheets", 1),
            (Kind::Stale, "sheets", 1),
            (Kind::Webhook, "stripe", 1),
            (Kind::Gone, "sheets", 1),
            (Kind::Abandoned, "left", 0),
        ]
    );
    for problem in &problems {
        assert!(!problem.title.is_empty() && !problem.reason.is_empty() && !problem.steps.is_empty(), "{problem:?}");
        assert_eq!(problem.gravity == Gravity::Note, problem.kind == Kind::Abandoned);
    }
    let of = |kind| problems.iter().find(|problem| problem.kind == kind).unwrap();
    assert_eq!(of(Kind::SourceDown).since, Some(ago(540)));
    assert_eq!(of(Kind::SourceDown).tables[0].name.raw(), "shop.items", "most rows first");
    let reason = &of(Kind::SourceDown).reason;
    let said = "The connection is broken: every table that has run since fails; 1 other has not run yet.";
    assert!(reason.starts_with(said), "{reason}");
    assert!(of(Kind::Abandoned).steps.iter().all(|step| !step.to_lowercase().contains("destroy")));
    assert!(is_wrong(&problems));
}

#[test]
fn a_sibling_that_synced_later_proves_the_key() {
    let problems = triage(&surveyed(inventory(project())), Some(&SourceId::new("source-ledger")), now());
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(problem.recovery.as_str(), "B2");
    assert_eq!(problem.proof.as_ref().unwrap().table.raw(), "postings");
    assert!(
        problem.reason.contains("postings of the same source synced 1d after")
            && problem.reason.contains("credential works"),
        "{}",
        problem.reason
    );
    assert!(problem.reason.contains("The source looks fine (Completed)"));
    // Without the jobs nothing is claimed.
    assert!(triage(&inventory(project()), Some(&SourceId::new("source-ledger")), now())[0].proof.is_none());
}

#[test]
fn a_connection_that_worked_since_does_not_take_the_source_down() {
    let mut known = inventory(vec![source("s", vec![failing("a", Some(LOGIN), true), table("b")])]);
    assert_eq!(triage(&known, None, now())[0].kind, Kind::SwitchedOff);
    learn_jobs(&mut known, "s", "a", vec![job("a", 10, 1, "Failed", 0)], now());
    assert_eq!(triage(&known, None, now())[0].kind, Kind::SourceDown, "b synced before a failed");
    let mut known =
        inventory(vec![source("s", vec![failing("a", Some(LOGIN), true), failing("b", Some(DROPPED), true)])]);
    learn_jobs(&mut known, "s", "a", vec![job("a", 10, 1, "Failed", 0)], now());
    assert_eq!(kinds(&triage(&known, None, now())), [(Kind::SwitchedOff, "s", 1), (Kind::SwitchedOff, "s", 1)]);
}

#[test]
fn a_billing_pause_is_said_first_and_everywhere() {
    let mut sources = project();
    sources.push(source("paused", vec![rows(with_status("tiny", "Paused"), 0)]));
    let problems = triage(&inventory(sources.clone()), None, now());
    assert_eq!((problems[0].kind, problems[0].gravity), (Kind::BillingPause, Gravity::Blocking));
    assert!(problems[1].reason.contains("no reload starts"));
    assert!(problems.iter().all(|problem| !problem.retry_safe), "no reload is accepted");
    let only = triage(&inventory(sources), Some(&SourceId::new("source-calm")), now());
    assert_eq!(kinds(&only), [(Kind::BillingPause, "paused", 1)]);
}

#[test]
fn what_users_did_on_purpose_is_not_wrong() {
    let off = Schema { should_sync: Some(false), ..table("off") };
    let unset = Schema { status: Status::None, sync_type: Field::Null, ..table("unset") };
    let known = inventory(vec![source("s", vec![off, unset, failing("c", Some("Sync cancelled by user"), false)])]);
    assert_eq!(triage(&known, None, now()), []);
}

#[test]
fn what_is_nice_to_know_is_asked_at_a_bounded_cost() {
    let tables = (0..400).map(|index| failing(&format!("t{index}"), Some(DROPPED), true)).collect();
    let known = inventory(vec![source("s", tables)]);
    let problems = triage(&known, None, now());
    assert_eq!(problems.len(), 1);
    assert_eq!(wanted(&known, &problems, 99, now()).len(), 1, "one question for one problem");
}

const TEXTS: [Option<&str>; 6] =
    [None, Some(LOGIN), Some(DROPPED), Some(DENIED), Some("Sync cancelled by user"), Some("No action is needed.")];
const STATUSES: [&str; 8] =
    ["Completed", "Failed", "Failed", "Running", "Paused", "Billing limits", "BillingLimitTooLow", "Simmering"];

prop_compose! {
    fn any_table(index: usize)(
        status in 0..STATUSES.len(), text in 0..TEXTS.len(), on in prop::option::of(any::<bool>()),
        synced in prop::option::of(-100..100_000_i64), rows in prop::option::of(any::<u64>()), method in 0..4_usize,
    ) -> Schema {
        let mut schema = failing(&format!("t{index}"), TEXTS[text], false);
        schema.status = Status::parse(STATUSES[status]);
        if schema.status != Status::Failed {
            schema.finding = None;
        }
        schema.should_sync = on;
        schema.last_synced_at = synced.map_or(Field::Null, |minutes| Field::Known(ago(minutes)));
        schema.sync_type = [Field::Null, Field::Known(SyncType::Webhook), Field::Known(SyncType::Cdc), schema.sync_type][method].clone();
        schema.table = rows.map_or(Field::Null, |rows| Field::Known(Table { name: "x".into(), rows: Field::Known(rows) }));
        schema
    }
}

fn any_project() -> impl Strategy<Value = Vec<Source>> {
    let tables = prop::collection::vec(prop::collection::vec(any_table(0), 0..8), 0..6);
    tables.prop_map(|sources| {
        let made = sources.into_iter().enumerate().map(|(number, tables)| {
            let tables = tables.into_iter().enumerate().map(|(index, table)| {
                let id = whtui::warehouse::ids::SchemaId::new(&format!("id-{number}-{index}"));
                Schema { id, ..table }
            });
            // Two sources may have one name.
            let mut made = source(&format!("s{}", number % 2), tables.collect());
            made.id = SourceId::new(&format!("source-{number}"));
            made
        });
        made.collect()
    })
}

proptest! {
    #[test]
    fn the_order_is_total_and_does_not_depend_on_that_of_the_list(mut sources in any_project()) {
        let problems = triage(&inventory(sources.clone()), None, now());
        let keys: std::collections::HashSet<_> = problems.iter().map(Problem::key).collect();
        prop_assert_eq!(keys.len(), problems.len(), "each is told from every other");
        sources.reverse();
        for source in &mut sources {
            source.schemas.reverse();
        }
        let again = triage(&inventory(sources), None, now());
        prop_assert_eq!(&problems, &again);
    }

    #[test]
    fn every_table_that_is_wrong_is_in_one_problem(sources in any_project()) {
        let known = inventory(sources);
        let problems = triage(&known, None, now());
        let named: Vec<_> = problems.iter().flat_map(|problem| &problem.tables).map(|table| &table.id).collect();
        let mut wrong: Vec<_> = known.sources().iter().flat_map(whtui::warehouse::inventory::Held::tables)
            .filter(|(_, state)| state.is_wrong()).map(|(schema, _)| &schema.id).collect();
        let mut sorted = named.clone();
        sorted.sort();
        wrong.sort();
        prop_assert_eq!(sorted, wrong);
        let rank = |problem: &Problem| (problem.gravity, problem.kind, std::cmp::Reverse(problem.blast_radius()));
        prop_assert!(problems.is_sorted_by_key(rank));
    }
}

/// A program that has read a project.
fn program(sources: Vec<Source>, width: u16, height: u16) -> Desk {
    let mut desk = Desk::new(made::settings(), width, height);
    desk.list(sources);
    answer(&mut desk);
    desk
}

/// Answers every question for jobs: there are none, unless the project has some.
fn answer(desk: &mut Desk) {
    let known = surveyed(inventory(project()));
    while desk.is_asked(|need| matches!(need, Need::Jobs(_))) {
        let (request, need) = desk.asked(|need| matches!(need, Need::Jobs(_)));
        let Need::Jobs(query) = need else { unreachable!("asked for") };
        let ids = query.schemas.iter().map(|name| whtui::warehouse::ids::SchemaId::new(&format!("id-{}", name.raw())));
        let jobs = ids.filter_map(|id| known.runs(&id)).flat_map(|runs| runs.jobs().to_vec()).collect();
        desk.land(request, Fact::Jobs(query, jobs));
    }
}

fn press(desk: &mut Desk, key: &str) {
    desk.press(&[key]);
    answer(desk);
}

fn screen(desk: &Desk) -> String {
    drawn(&desk.model, &Theme::builtin(true, false)).to_string()
}

#[test]
fn the_list_at_every_size() {
    for (width, height) in [(140, 40), (80, 24), (60, 16)] {
        let mut desk = program(project(), width, height);
        press(&mut desk, "t");
        insta::assert_snapshot!(format!("triage_{width}x{height}"), screen(&desk));
    }
}

#[test]
fn an_empty_list_says_that_all_is_well_only_if_all_was_read() {
    let calm = || vec![source("calm", vec![table("a"), table("b")])];
    let mut desk = program(calm(), 80, 24);
    press(&mut desk, "t");
    assert!(screen(&desk).contains("All is well with 2 tables of 1 source."), "{}", screen(&desk));
    for spoil in [
        (|model: &mut Model| model.link.partial = true) as fn(&mut Model),
        |model| model.link.unreadable = 1,
        |model| model.link.read_at = None,
    ] {
        let mut desk = program(calm(), 80, 24);
        spoil(&mut desk.model);
        press(&mut desk, "t");
        assert!(!screen(&desk).contains("All is well"), "{}", screen(&desk));
    }
}

#[test]
fn l_goes_to_the_source_or_the_table() {
    let mut desk = program(project(), 140, 40);
    press(&mut desk, "t");
    press(&mut desk, "l");
    assert!(desk.model.overlay.is_none());
    assert_eq!((desk.model.sources.selected().unwrap().as_str(), desk.model.details_of_source), ("source-shop", true));
    press(&mut desk, "t");
    press(&mut desk, "G");
    press(&mut desk, "k");
    press(&mut desk, "l");
    assert_eq!(desk.model.schemas.selected().unwrap().as_str(), "id-tmp.import");
    assert_eq!(
        (desk.model.sources.selected().unwrap().as_str(), desk.model.details_of_source),
        ("source-sheets", false)
    );
    press(&mut desk, "t");
    press(&mut desk, "esc");
    assert!(desk.model.overlay.is_none());
}
