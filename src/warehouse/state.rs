//! What a schema's state really is, as far as it is known.
//!
//! The server's status is a claim that hides trouble (contract, section 8): PostHog switches tables off by itself,
//! `Running` may run nothing, `Failed` may be a cancel. This module makes one honest word of it.

use jiff::{SignedDuration, Timestamp};

use super::field::Field;
use super::finding::Finding;
use super::freshness::{age, is_stale};
use super::runs::Runs;
use super::schema::Schema;
use super::settings::SyncType;
use super::status::Status;

/// What is the matter with a schema. Ordered from what is needed first to what needs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Paused by billing; blocks every reload of the project.
    BillingPause,
    /// Switched off by `PostHog` after an error it judged permanent.
    SwitchedOff,
    /// The last run failed; it will be tried again.
    Failed,
    /// Stopped by the organization's row limit.
    BillingLimit,
    /// `Running` without a run.
    Phantom,
    /// A run without a sign of life.
    Stuck,
    /// The server's word is not known, or could not be read. Never healthy.
    Unknown,
    /// `Completed`, but long ago for its frequency.
    Stale,
    /// A run that takes far longer than usual and still moves.
    Slow,
    /// The last run was cancelled.
    Cancelled,
    /// A run was requested; whether it exists is not known yet.
    Starting,
    /// A run is in progress.
    Running,
    /// Set up and switched on, but it has not run yet.
    NeverSynced,
    /// Synced, and fresh.
    Completed,
    /// Queried live; nothing is synced.
    Direct,
    /// Switched off by a user.
    Off,
    /// No method was ever chosen.
    NotSetUp,
}

/// How much a state matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something is broken.
    Broken,
    /// Something should be looked at.
    Doubtful,
    /// Something is moving.
    Moving,
    /// All is well.
    Well,
    /// Nothing is wanted of it.
    Idle,
}

impl Severity {
    /// A word for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Broken => "Broken",
            Self::Doubtful => "Doubtful",
            Self::Moving => "Moving",
            Self::Well => "Healthy",
            Self::Idle => "Idle",
        }
    }
}

impl State {
    /// How much it matters.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::BillingPause
            | Self::SwitchedOff
            | Self::Failed
            | Self::BillingLimit
            | Self::Phantom
            | Self::Stuck => Severity::Broken,
            Self::Unknown | Self::Stale | Self::Slow | Self::Cancelled => Severity::Doubtful,
            Self::Starting | Self::Running | Self::NeverSynced => Severity::Moving,
            Self::Completed => Severity::Well,
            Self::Direct | Self::Off | Self::NotSetUp => Severity::Idle,
        }
    }

    /// A word or three for people. The server's own word is used where it says the same.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::BillingPause => "Billing pause",
            Self::SwitchedOff => "Switched off",
            Self::Failed => "Failed",
            Self::BillingLimit => "Billing limit",
            Self::Phantom => "Phantom",
            Self::Stuck => "Stuck",
            Self::Unknown => "Unknown",
            Self::Stale => "Stale",
            Self::Slow => "Slow",
            Self::Cancelled => "Cancelled",
            Self::Starting => "Starting",
            Self::Running => "Running",
            Self::NeverSynced => "Never synced",
            Self::Completed => "Completed",
            Self::Direct => "Direct",
            Self::Off => "Off",
            Self::NotSetUp => "Not set up",
        }
    }

    /// What it means, in one sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::BillingPause => "Billing has paused this table, and that blocks every reload of the project.",
            Self::SwitchedOff => {
                "PostHog switched this table off after an error it judged permanent; it stays off until re-enabled."
            }
            Self::Failed => "The last run failed; the table is still on its schedule.",
            Self::BillingLimit => "The organization's row limit stopped the last run.",
            Self::Phantom => "The status says Running, but no job is running: cancel repairs it.",
            Self::Stuck => "A job is running without a sign of life.",
            Self::Unknown => "The server's status is not one this version knows.",
            Self::Stale => "The last run succeeded, but long ago for this table's frequency.",
            Self::Slow => "The run takes far longer than usual, but it still moves.",
            Self::Cancelled => "The last run was cancelled on purpose; the table is still on its schedule.",
            Self::Starting => "A run was requested; its job has not been seen yet.",
            Self::Running => "A run is in progress.",
            Self::NeverSynced => "The table is switched on and waits for its first run.",
            Self::Completed => "The last run succeeded.",
            Self::Direct => "This source is queried live; nothing is synced.",
            Self::Off => "Somebody switched this table off.",
            Self::NotSetUp => "No sync method was chosen for this table yet.",
        }
    }

    /// Whether the server holds it to be running.
    #[must_use]
    pub fn claims_to_run(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::Slow | Self::Stuck | Self::Phantom)
    }
}

/// What is known around a schema.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Its source is queried live.
    pub direct: bool,
    /// Its jobs, when they were asked for.
    pub runs: Option<&'a Runs>,
    /// When the status was seen to turn to `Running`; `None` when it was so from the first look.
    pub running_since: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// How long a requested run may take to show its job before it counts as phantom, where the request was seen.
const STARTING: SignedDuration = SignedDuration::from_mins(2);

/// How long a run may show no growth under watch before it counts as stuck.
const LIFELESS: SignedDuration = SignedDuration::from_mins(20);

/// A run is slow from this multiple of its usual duration on, but not before [`SLOW_FLOOR`].
const SLOW_FACTOR: i32 = 3;

/// Shorter runs are never called slow.
const SLOW_FLOOR: SignedDuration = SignedDuration::from_mins(10);

/// The state of a schema.
#[must_use]
pub fn state_of(schema: &Schema, around: &Circumstances<'_>) -> State {
    if schema.status == Status::Paused {
        return State::BillingPause;
    }
    if around.direct {
        return State::Direct;
    }
    match schema.should_sync {
        Some(false) => return switched_off(schema),
        None => return State::Unknown,
        Some(true) => {}
    }
    match &schema.status {
        Status::BillingLimits | Status::BillingLimitTooLow => State::BillingLimit,
        Status::Failed if stopped_on_purpose(schema) => State::Cancelled,
        Status::Failed => State::Failed,
        Status::Running => running(schema, around),
        Status::Completed => match schema.last_synced_at {
            Field::Known(then) if is_stale(then, schema.frequency.known(), around.now) => State::Stale,
            _ => State::Completed,
        },
        Status::None if schema.sync_type.is_null() => State::NotSetUp,
        Status::None => State::NeverSynced,
        Status::Paused | Status::Error | Status::Cancelled | Status::Unknown(_) => State::Unknown,
    }
}

fn switched_off(schema: &Schema) -> State {
    match schema.status {
        Status::Failed if !stopped_on_purpose(schema) => State::SwitchedOff,
        Status::None if schema.sync_type.is_null() => State::NotSetUp,
        _ => State::Off,
    }
}

fn stopped_on_purpose(schema: &Schema) -> bool {
    schema.finding.as_deref().is_some_and(Finding::is_on_purpose)
}

fn running(schema: &Schema, around: &Circumstances<'_>) -> State {
    let Some(runs) = around.runs else { return State::Starting };
    let Some(job) = runs.running() else {
        let requested_just_now = around.running_since.is_some_and(|since| age(since, around.now) < STARTING);
        return if requested_just_now { State::Starting } else { State::Phantom };
    };
    let Some(started) = job.created_at else { return State::Running };
    let elapsed = age(started, around.now);
    // Hard upper bounds of the server (contract, section 8.3).
    let bound = match schema.sync_type.known() {
        Some(SyncType::FullRefresh) => SignedDuration::from_hours(24),
        _ => SignedDuration::from_hours(24 * 7),
    };
    let lifeless = runs.last_sign_of_life().is_some_and(|seen| age(seen, around.now) > LIFELESS);
    let slow_from = runs.usual().map_or(SignedDuration::MAX, |usual| usual.saturating_mul(SLOW_FACTOR)).max(SLOW_FLOOR);
    if elapsed > bound || (lifeless && elapsed > slow_from) {
        State::Stuck
    } else if elapsed > slow_from {
        State::Slow
    } else {
        State::Running
    }
}
