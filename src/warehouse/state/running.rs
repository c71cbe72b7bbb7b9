//! What a claim that a table is running is worth: does a job run, does it move, and for how long already?

use jiff::{SignedDuration, Timestamp};

use super::{Circumstances, State};
use crate::warehouse::freshness::{Rhythm, age, is_stale};
use crate::warehouse::runs::Runs;
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::SyncType;

/// How long a requested run may take to show its job before it counts as phantom (contract, section 8.3: several
/// minutes).
const STARTING: SignedDuration = SignedDuration::from_mins(3);

/// How long a slow run may show no growth under watch before it counts as stuck.
const LIFELESS: SignedDuration = SignedDuration::from_mins(20);

/// The same for one that is overdue beyond reason and was never seen to grow. Short, since a script looks twice and
/// no more.
const LIFELESS_OVERDUE: SignedDuration = SignedDuration::from_secs(4);

/// A run is slow from this multiple of its usual duration on, but not before [`SLOW_FLOOR`].
const SLOW_FACTOR: i32 = 3;

/// Shorter runs are never called slow.
const SLOW_FLOOR: SignedDuration = SignedDuration::from_mins(10);

/// A run is overdue beyond reason from this multiple of its usual duration on, but not before [`OVERDUE_FLOOR`].
const OVERDUE_FACTOR: i32 = 10;

/// Shorter runs are never overdue beyond reason.
const OVERDUE_FLOOR: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn running(schema: &Schema, around: &Circumstances<'_>) -> State {
    let Some((runs, read_at)) = around.runs.and_then(|runs| Some((runs, runs.read_at()?))) else {
        return State::Starting;
    };
    let Some(job) = runs.running() else { return without_a_job(schema, runs, read_at, around) };
    let Some(started) = job.created_at else { return State::Running };
    let elapsed = age(started, around.now);
    let silence = runs.silence().unwrap_or_default();
    let slow = is_beyond(runs, elapsed, SLOW_FACTOR, SLOW_FLOOR);
    let dead = is_overdue(runs, elapsed) && !runs.seen_growing() && silence >= LIFELESS_OVERDUE;
    if elapsed > longest_run(schema) || dead || (slow && silence > LIFELESS) {
        State::Stuck
    } else if slow {
        State::Slow
    } else {
        State::Running
    }
}

/// The server claims a run, and no job is running. The request is as old as it was seen to be; else it may be as young
/// as the end of the run before it, and where there was none, as young as our first look. How much later jobs were
/// read is what counts: time that passed without a look proves nothing. Where no job is known at all, and yet the table
/// was synced so long ago that several runs were due since, those did not fail to come for a moment.
fn without_a_job(schema: &Schema, runs: &Runs, read_at: Timestamp, around: &Circumstances<'_>) -> State {
    let newest = runs.newest();
    let ended = newest.and_then(|job| job.finished_at.known().copied());
    let turned = around.claim.filter(|claim| claim.turned).map(|claim| claim.since);
    // The status follows the end of its job a moment later.
    if let (Some(ended), Some(turned)) = (ended, turned)
        && turned <= ended
        && age(ended, around.now) < STARTING
    {
        return State::Running;
    }
    let overdue = schema
        .last_synced_at
        .known()
        .copied()
        .filter(|then| newest.is_none() && is_stale(*then, schema.frequency.known(), Rhythm::default(), read_at));
    let before = ended.or(newest.and_then(|job| job.created_at)).or(overdue);
    let requested = turned.or(before).or(around.claim.map(|claim| claim.since));
    let long_ago = requested.is_some_and(|since| age(since, read_at) >= STARTING);
    if long_ago { State::Phantom } else { State::Starting }
}

/// Whether a job runs that the status does not tell of yet. One that runs longer than it should may have been forgotten.
pub(super) fn is_catching_up(schema: &Schema, around: &Circumstances<'_>) -> bool {
    let Some(runs) = around.runs else { return false };
    let Some(started) = runs.running().and_then(|job| job.created_at) else { return false };
    let plausible = runs.usual().is_some() || age(started, around.now) < OVERDUE_FLOOR;
    plausible && running(schema, around) == State::Running
}

/// Hard upper bounds of the server (contract, section 8.3).
fn longest_run(schema: &Schema) -> SignedDuration {
    SignedDuration::from_hours(if schema.syncs_by(&SyncType::FullRefresh) { 24 } else { 24 * 7 })
}

fn is_overdue(runs: &Runs, elapsed: SignedDuration) -> bool {
    is_beyond(runs, elapsed, OVERDUE_FACTOR, OVERDUE_FLOOR)
}

fn is_beyond(runs: &Runs, elapsed: SignedDuration, factor: i32, floor: SignedDuration) -> bool {
    runs.usual().is_some_and(|usual| elapsed > usual.saturating_mul(factor).max(floor))
}

/// Whether a second look at the jobs, some seconds after the first, can still change the state: a job may just be
/// starting, or rows may turn out to grow or not to.
#[must_use]
pub fn deserves_a_second_look(state: State, runs: Option<&Runs>, now: Timestamp) -> bool {
    let Some(runs) = runs.filter(|runs| runs.looks() < 2) else { return false };
    match state {
        State::Phantom => true,
        State::Slow => runs.running().and_then(|job| job.created_at).is_some_and(|at| is_overdue(runs, age(at, now))),
        _ => false,
    }
}
