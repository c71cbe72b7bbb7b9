//! The hot paths, with their allocations: `cargo bench`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "as in a test, a mistake may end it")]

#[path = "../support/world.rs"]
mod world;

use divan::{AllocProfiler, Bencher};
use jiff::SignedDuration;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use whtui::app::effect::Effect;
use whtui::app::message::Event;
use whtui::view::theme::Theme;
use whtui::warehouse::diagnosis::{Catalogue, Symptom};
use whtui::warehouse::inventory::Inventory;
use whtui::warehouse::schema::Schema;
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use world::{Desk, failed, noon, settings, source, table, whole, with};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const SIZES: [usize; 2] = [1, 2_000];

fn main() {
    divan::main();
}

fn sources(count: usize) -> Vec<Source> {
    let one = |number: usize, place: usize| {
        let table = table(&format!("public.orders_{place:04}_{number}"), 1_000);
        if (number + place).is_multiple_of(25) {
            failed("permission denied for table orders", "Postgres", table)
        } else {
            table
        }
    };
    let tables = |number: usize| (0..50).map(|place| one(number, place)).collect();
    (0..count).map(|number| source(&format!("s{number:04}"), "Postgres", None, tables(number))).collect()
}

fn go_on(desk: &mut Desk) {
    while let Some(place) = desk.others.iter().position(|effect| *effect == Effect::GoOn) {
        desk.others.remove(place);
        desk.happen(Event::WentOn);
    }
}

/// All tables of so many sources, sorted and filtered.
fn desk(count: usize) -> Desk {
    let mut desk = Desk::reading(settings(), 140, 40, sources(count));
    desk.press(&["a", "/"]).type_in("ord");
    desk.press(&["enter", "s"]);
    go_on(&mut desk);
    desk
}

#[divan::bench(args = SIZES)]
fn key_press_and_frame(bencher: Bencher, count: usize) {
    let mut desk = desk(count);
    let theme = Theme::builtin(true, false);
    let mut terminal = Terminal::new(TestBackend::new(140, 40)).unwrap();
    bencher.bench_local(|| {
        desk.press(&["j"]);
        desk.timers.clear();
        terminal.draw(|frame| whtui::view::draw(&desk.model, &theme, frame)).unwrap();
    });
}

#[divan::bench(args = SIZES)]
fn sort_change(bencher: Bencher, count: usize) {
    let mut desk = desk(count);
    bencher.bench_local(|| {
        desk.press(&["s"]);
        go_on(&mut desk);
    });
}

/// How long a key may have to wait while the order changes.
#[divan::bench(args = SIZES)]
fn longest_portion(bencher: Bencher, count: usize) {
    let mut desk = desk(count);
    bencher.with_inputs(|| ()).bench_local_values(|()| {
        if desk.others.is_empty() {
            desk.press(&["s"]);
        }
        desk.others.clear();
        desk.happen(Event::WentOn);
    });
}

#[divan::bench(args = SIZES)]
fn filter_keystroke(bencher: Bencher, count: usize) {
    let mut desk = desk(count);
    desk.press(&["/"]);
    bencher.bench_local(|| {
        desk.press(&["backspace"]);
        go_on(&mut desk);
    });
}

#[divan::bench(args = SIZES)]
fn refresh_with_one_percent_changed(bencher: Bencher, count: usize) {
    let mut desk = desk(count);
    let mut turn = 0;
    bencher
        .with_inputs(|| {
            turn += 1;
            let mut sources = sources(count);
            for source in sources.iter_mut().skip(turn % 2).step_by(2) {
                source.schemas[9] = with(Status::Running, Schema::clone(&source.schemas[9])).into();
            }
            sources
        })
        .bench_local_values(|sources| {
            desk.press(&["ctrl-r"]);
            desk.list(sources);
            go_on(&mut desk);
            desk.fetches.clear();
        });
}

#[divan::bench(args = SIZES)]
fn clock_tick(bencher: Bencher, count: usize) {
    let mut inventory = Inventory::default();
    inventory.learn_sources(&whole(sources(count)), noon());
    let now = noon() + SignedDuration::from_secs(20);
    bencher.bench_local(|| inventory.reassess_all(now));
}

#[divan::bench]
fn diagnosis(bencher: Bencher) {
    let text =
        "connection to server at \"db\" (10.0.0.1), port 5432 failed: FATAL: password authentication failed for user";
    bencher.bench_local(|| Catalogue::builtin().diagnose(&Symptom::of(Some(text))));
}

/// Read before anything is diagnosed.
#[divan::bench]
fn catalogue(bencher: Bencher) {
    bencher.bench_local(|| Catalogue::with_user("").unwrap());
}

/// What the first text costs besides.
#[divan::bench]
fn first_text(bencher: Bencher) {
    let read = || Catalogue::with_user("").unwrap();
    bencher.with_inputs(read).bench_local_values(|catalogue| {
        let _ = catalogue.diagnose(&Symptom::of(Some("permission denied for table orders")));
        catalogue
    });
}
