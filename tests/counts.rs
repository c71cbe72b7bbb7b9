//! What the program costs others, counted: requests, wake-ups, frames and the cells they change.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

#[path = "support/world.rs"]
mod world;

use std::sync::Arc;

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use whtui::app::effect::{RequestId, Timer};
use whtui::app::message::{Event, Sent};
use whtui::view::theme::Theme;
use whtui::warehouse::field::Field;
use whtui::warehouse::job::Job;
use whtui::warehouse::schema::Schema;
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::{Fact, FullSchema, Identity, Need};
use world::frame::drawn;
use world::{Desk, detail, job, noon, settings, source, table, whole, with};

const SOURCES_A_PAGE: usize = 100;

/// The core with a server that answers at once, and a clock that jumps from one timer to the next.
struct Hour {
    desk: Desk,
    sources: Vec<Source>,
    /// The run of the first table, if it is in one.
    run: Option<Job>,
    requests: usize,
    wakes: usize,
    /// For each frame that changed something, how many cells.
    cells: Vec<usize>,
    shown: Buffer,
    /// Whether somebody looks at the frames.
    draws: bool,
}

impl Hour {
    fn new(sources: Vec<Source>) -> Self {
        let desk = Desk::new(settings(), 140, 40);
        let shown = Buffer::empty(Rect::new(0, 0, 140, 40));
        let mut hour = Self { desk, sources, run: None, requests: 0, wakes: 0, cells: Vec::new(), shown, draws: false };
        hour.serve();
        hour
    }

    fn happen(&mut self, event: Event) {
        self.desk.happen(event);
        self.serve();
    }

    /// Answers everything that is asked and sent, and what follows from the answers.
    fn serve(&mut self) {
        loop {
            if !self.desk.fetches.is_empty() {
                let (request, need) = self.desk.fetches.remove(0);
                self.answer(request, need);
            } else if !self.desk.sends.is_empty() {
                self.requests += 1;
                let started = job(&self.sources[0].schemas[0], "run", 0, None, Status::Running, 1_000);
                self.run = Some(Job { created_at: Some(self.desk.now), ..started });
                Arc::make_mut(&mut self.sources[0].schemas[0]).status = Status::Running;
                self.desk.sent(Ok(Sent::Done(None)));
            } else {
                return;
            }
        }
    }

    fn answer(&mut self, request: RequestId, need: Need) {
        let fact = match need {
            Need::Sources => {
                self.requests += self.sources.len().div_ceil(SOURCES_A_PAGE);
                Some(Fact::Sources(whole(self.sources.clone())))
            }
            Need::Identity => {
                self.requests += 2;
                Some(Fact::Identity(Box::<Identity>::default()))
            }
            Need::Jobs(query) => {
                self.requests += 1;
                let first = &self.sources[0];
                let asked = query.source == first.id && query.schemas.contains(&first.schemas[0].name);
                let grown = self.desk.now.duration_since(noon()).as_secs().unsigned_abs() * 100;
                let run = self.run.iter().filter(|_| asked).cloned();
                Some(Fact::Jobs(query, run.map(|run| Job { rows: Field::Known(grown), ..run }).collect()))
            }
            Need::Schema(id) => {
                self.requests += 1;
                let mut tables =
                    self.sources.iter().flat_map(|source| source.schemas.iter().map(move |table| (source, table)));
                tables.find(|(_, table)| table.id == id).map(|(source, table)| {
                    Fact::Schema(Box::new(FullSchema {
                        schema: Schema::clone(table),
                        detail: detail(),
                        source: Some(source.id.clone()),
                        source_type: Field::Known(source.kind.clone()),
                    }))
                })
            }
            _ => {
                self.requests += 1;
                None
            }
        };
        match fact {
            Some(fact) => {
                self.desk.land(request, fact);
            }
            None => self.desk.happen(Event::FetchEnded(request, Ok(()))),
        }
    }

    fn press(&mut self, keys: &[&str]) {
        for key in keys {
            self.desk.press(&[key]);
            self.serve();
        }
    }

    /// Lets time pass, from timer to timer; tables that rest are synced in time, as they are on a server at work.
    fn pass(&mut self, seconds: i64) {
        let end = self.desk.now + SignedDuration::from_secs(seconds);
        let timers = |desk: &Desk| (0..desk.timers.len()).min_by_key(|place| desk.timers[*place].0);
        while let Some(place) = timers(&self.desk)
            && self.desk.timers[place].0 <= end
        {
            let (due, timer) = self.desk.timers.remove(place);
            self.desk.now = due.max(self.desk.now);
            self.wakes += 1;
            self.happen(Event::TimerFired(timer));
            if self.draws {
                self.draw();
            }
        }
        self.desk.now = end;
    }

    /// Draws a frame; what changes nothing is none.
    fn draw(&mut self) {
        let drawn = drawn(&self.desk.model, &Theme::builtin(true, false)).buffer().clone();
        let cells = self.shown.diff(&drawn).len();
        if cells > 0 {
            self.cells.push(cells);
        }
        self.shown = drawn;
    }
}

fn sources(count: usize) -> Vec<Source> {
    let tables = |number: usize| (0..5).map(|place| table(&format!("t{place}_{number}"), 100)).collect();
    (0..count).map(|number| source(&format!("s{number:03}"), "Postgres", None, tables(number))).collect()
}

/// Requests in an hour after the start.
fn in_an_hour(hour: &mut Hour) -> usize {
    let before = hour.requests;
    hour.pass(3_600);
    hour.requests - before
}

#[test]
fn an_hour_at_rest_costs_few_requests() {
    let mut hour = Hour::new(sources(100));
    assert!(hour.requests <= 4, "{}", hour.requests);
    let requests = in_an_hour(&mut hour);
    assert!(requests > 0 && requests <= 130, "{requests} requests");
}

#[test]
fn an_hour_with_one_sync_followed_stays_within_its_share() {
    let mut hour = Hour::new(sources(100));
    hour.press(&["2", "r", "y"]);
    assert!(hour.run.is_some() && !hour.desk.model.follows.is_empty(), "the sync was sent and is followed");
    let requests = in_an_hour(&mut hour);
    assert!(!hour.desk.model.follows.is_empty(), "it is still followed");
    assert!((100..=850).contains(&requests), "{requests} requests");
}

#[test]
fn a_longer_list_is_read_less_often() {
    let (mut short, mut long) = (Hour::new(sources(100)), Hour::new(sources(400)));
    let (short, long) = (in_an_hour(&mut short), in_an_hour(&mut long));
    assert!(long <= 130 && long <= 2 * short, "{short} requests for one page, {long} for four");
}

#[test]
fn nobody_looks_so_little_is_asked_and_nothing_wakes() {
    let mut hour = Hour::new(sources(100));
    hour.pass(60);
    hour.happen(Event::FocusChanged(false));
    hour.pass(120);
    let wakes = hour.wakes;
    let requests = in_an_hour(&mut hour);
    assert!(requests <= 15, "{requests} requests");
    assert!(hour.wakes - wakes <= 15, "{} wake-ups", hour.wakes - wakes);
}

#[test]
fn ten_seconds_at_rest_wake_little_and_write_little() {
    let mut hour = Hour::new(sources(100));
    hour.pass(61);
    hour.draws = true;
    hour.draw();
    let (wakes, frames) = (hour.wakes, hour.cells.len());
    hour.pass(10);
    assert!(hour.wakes - wakes <= 2, "{} wake-ups", hour.wakes - wakes);
    assert!(hour.cells.len() - frames <= 1);
}

#[test]
fn the_seconds_of_a_run_count_from_when_it_is_seen() {
    let mut world = sources(1);
    let mut desk = Desk::new(settings(), 140, 40);
    desk.list(world.clone());
    let is_clock = |timer: &Timer| matches!(timer, Timer::Clock(_));
    let next = |desk: &Desk| desk.timers.iter().filter(|(_, timer)| is_clock(timer)).map(|(at, _)| *at).max().unwrap();
    assert!(next(&desk).duration_since(desk.now).as_secs() > 10, "{:?}", desk.timers);
    desk.pass(60).fire(|timer| matches!(timer, Timer::Refresh(_)));
    Arc::make_mut(&mut world[0].schemas[0]).status = Status::Running;
    desk.list(world);
    assert_eq!(next(&desk).duration_since(desk.now).as_secs(), 1, "{:?}", desk.timers);
}

#[test]
fn a_running_sync_changes_few_cells_once_a_second() {
    let mut world = sources(100);
    let running: Schema = with(Status::Running, Schema::clone(&world[0].schemas[0]));
    world[0].schemas[0] = running.into();
    let mut hour = Hour::new(world);
    let started = job(&hour.sources[0].schemas[0], "run", 1, None, Status::Running, 1_000);
    hour.run = Some(started);
    hour.press(&["2"]);
    hour.pass(30);
    hour.draws = true;
    hour.draw();
    let frames = hour.cells.len();
    hour.pass(60);
    let drawn = &hour.cells[frames..];
    assert!(drawn.len() <= 80, "{} frames in a minute", drawn.len());
    let mut cells = drawn.to_vec();
    cells.sort_unstable();
    assert!(cells[cells.len() / 2] <= 20, "{cells:?} cells a frame");
}
