//! What a schema's state really is, as far as it is known.
//!
//! The server's status is a claim that hides trouble (contract, section 8): PostHog switches tables off by itself,
//! `Running` may run nothing, `Failed` may be a cancel. This module makes one honest word of it.

use jiff::{SignedDuration, Timestamp};

use super::channel::{Channel, Way};
use super::field::Field;
use super::finding::Finding;
use super::freshness::{Rhythm, age, allowance, is_stale};
use super::runs::Runs;
use super::schema::Schema;
use super::settings::SyncType;
use super::status::Status;

/// Declares the states with their names for scripts, their words for people, how much they matter, and what they
/// mean.
macro_rules! states {
    ($($name:ident $key:literal $words:literal $severity:ident $meaning:literal),+ $(,)?) => {
        /// What is the matter with a schema. Ordered from what is needed first to what needs nothing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum State {
            $(#[doc = $meaning] $name,)+
        }

        impl State {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name for scripts. It never changes.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)+ }
            }

            /// A word or three for people. The server's own word is used where it says the same.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }

            /// How much it matters.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)+ }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)+ }
            }
        }
    };
}

states! {
    BillingPause "billing_pause" "Billing pause" Broken
        "Billing has paused this table, and that blocks every reload of the project.",
    SwitchedOff "switched_off" "Switched off" Broken
        "PostHog switched this table off after an error it judged permanent; it stays off until re-enabled.",
    Failed "failed" "Failed" Broken
        "The last run failed; the table is still on its schedule.",
    Halted "halted" "Halted" Broken
        "Its change stream was stopped: reloads are ignored until change data capture is repaired.",
    BillingLimit "billing_limit" "Billing limit" Broken
        "The organization's row limit stopped the last run.",
    WebhookBroken "webhook_broken" "Webhook broken" Broken
        "The source's webhook does not deliver, so nothing new arrives, whatever the status says.",
    CdcBroken "cdc_broken" "CDC broken" Broken
        "The source's change data capture brings nothing, whatever the status says.",
    Phantom "phantom" "Phantom" Broken
        "The status says Running, but no job is running: cancel repairs it.",
    Stuck "stuck" "Stuck" Broken
        "A job is running without a sign of life.",
    Unknown "unknown" "Unknown" Doubtful
        "What the server says of it does not tell how it is.",
    Gone "gone" "Gone" Doubtful
        "The table vanished at the source, and PostHog switched it off; its Completed means nothing.",
    Stale "stale" "Stale" Doubtful
        "The last run succeeded, but long ago for this table's frequency.",
    CdcBehind "cdc_behind" "CDC behind" Doubtful
        "The source's change stream lags behind: what is stored is older than it looks.",
    WebhookUnclear "webhook_unclear" "Webhook unclear" Doubtful
        "The last run succeeded, but the vendor does not tell whether the source's webhook delivers.",
    Slow "slow" "Slow" Moving
        "The run takes far longer than usual, but it still moves.",
    Starting "starting" "Starting" Moving
        "A run was requested; its job has not been seen yet.",
    Running "running" "Running" Moving
        "A run is in progress.",
    Unverified "unverified" "Unverified" Unproven
        "The last run succeeded, but whether the source's webhook or change stream delivers was not told.",
    Completed "completed" "Completed" Well
        "The last run succeeded.",
    Cancelled "cancelled" "Cancelled" Idle
        "The last run was cancelled on purpose; the table is still on its schedule.",
    NeverSynced "never_synced" "Never synced" Idle
        "The table is switched on and waits for its first run.",
    Direct "direct" "Direct" Idle
        "This source is queried live; nothing is synced.",
    Off "off" "Off" Idle
        "It is switched off: nothing is synced until it is resumed.",
    NotSetUp "not_set_up" "Not set up" Idle
        "No sync method was chosen for this table yet.",
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
    /// It seems well, but something that can be broken behind it was not looked at.
    Unproven,
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
            Self::Unproven => "Unverified",
            Self::Well => "Healthy",
            Self::Idle => "Idle",
        }
    }
}

impl State {
    /// Whether something is wrong that somebody has to see to.
    #[must_use]
    pub fn is_wrong(self) -> bool {
        self.severity() <= Severity::Doubtful
    }

    /// Whether the last run failed, so that its error text counts.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::SwitchedOff | Self::Halted)
    }

    /// Whether a table in this state is past the time by which it should have synced, or may be, so that its jobs have
    /// to be asked.
    #[must_use]
    pub fn rests_on_the_past(self, schema: &Schema) -> bool {
        let unknown = schema.status == Status::Completed && schema.last_synced_at == Field::Unknown;
        self == Self::Stale || (self == Self::Unknown && unknown && schema.should_sync == Some(true))
    }

    /// Whether the server holds it to be running.
    #[must_use]
    pub fn claims_to_run(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::Slow | Self::Stuck | Self::Phantom)
    }
}

/// Whether the webhook of a source delivers, as far as its two ends tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PushChannel {
    /// One of them does not tell.
    #[default]
    NotLookedAt,
    /// It was found in order.
    Delivers,
    /// It was found broken.
    Broken,
}

/// A claim of the server that a schema is running, as this program saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Since when the status has been `Running` under our eyes.
    pub since: Timestamp,
    /// Whether it was seen to turn to `Running` then; otherwise it was so from the first look.
    pub turned: bool,
}

/// What is known around a schema.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Its source is queried live.
    pub direct: bool,
    /// Its jobs, when they were asked for.
    pub runs: Option<&'a Runs>,
    /// The claim of the server that it is running, as this program saw it; `None` without one.
    pub claim: Option<Claim>,
    /// The channel of its source by which its changes come, if they come by one.
    pub channel: &'a Channel,
    /// Now.
    pub now: Timestamp,
}

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

/// Pushes may fail to come for so long before that is worth a word, whatever the frequency of the safety net.
const PUSH_SILENCE: SignedDuration = SignedDuration::from_hours(24);

/// The state of a schema.
#[must_use]
pub fn state_of(schema: &Schema, around: &Circumstances<'_>) -> State {
    if schema.status == Status::Paused {
        return State::BillingPause;
    }
    if around.direct {
        return State::Direct;
    }
    if schema.should_sync == Some(false) {
        return switched_off(schema);
    }
    match &schema.status {
        // A run that fails or goes on does so whether it is switched on or not; what rests may be switched off.
        Status::Completed | Status::None if schema.should_sync.is_none() => State::Unknown,
        Status::BillingLimits | Status::BillingLimitTooLow => State::BillingLimit,
        Status::Failed if stopped_on_purpose(schema) => State::Cancelled,
        Status::Failed if is_halted(schema) => State::Halted,
        Status::Failed => hidden(schema, around).unwrap_or(State::Failed),
        Status::Running => running(schema, around),
        Status::Completed => completed(schema, around),
        Status::None if schema.sync_type.is_null() => State::NotSetUp,
        Status::None => around.channel.broken().unwrap_or(State::NeverSynced),
        Status::Paused | Status::Error | Status::Cancelled | Status::Unknown(_) => State::Unknown,
    }
}

/// From when on time alone may make another state of it than [`state_of`] makes now; `None`: never.
#[must_use]
pub fn changes_from(schema: &Schema, around: &Circumstances<'_>) -> Option<Timestamp> {
    let runs = around.runs;
    if schema.status == Status::Running || runs.is_some_and(|runs| runs.running().is_some()) {
        return Some(around.now);
    }
    if schema.status != Status::Completed || schema.should_sync != Some(true) {
        return None;
    }
    let then = schema.last_synced_at.known().copied().or_else(|| runs.and_then(Runs::last_success))?;
    let past = runs.map(Runs::rhythm).unwrap_or_default();
    [allowance(schema.frequency.known(), past), Some(PUSH_SILENCE)]
        .into_iter()
        .flatten()
        .map(|age| then.saturating_add(age).unwrap_or(Timestamp::MAX))
        .filter(|at| *at >= around.now)
        .min()
}

fn switched_off(schema: &Schema) -> State {
    match schema.status {
        Status::Failed if !stopped_on_purpose(schema) => State::SwitchedOff,
        Status::None if schema.sync_type.is_null() => State::NotSetUp,
        // Whether PostHog or a user switched it off is told by the status alone.
        Status::Unknown(_) | Status::Error => State::Unknown,
        // A run that succeeds clears the error text, so this is the Completed that is written on a table which
        // vanished (contract, section 8.4).
        Status::Completed if schema.latest_error.known().is_some_and(|text| !text.is_blank()) => State::Gone,
        _ => State::Off,
    }
}

fn stopped_on_purpose(schema: &Schema) -> bool {
    schema.finding.as_deref().is_some_and(Finding::is_on_purpose)
}

fn is_halted(schema: &Schema) -> bool {
    schema.syncs_by(&SyncType::Cdc) && schema.finding.as_deref().is_some_and(Finding::halts_cdc)
}

/// A failure that says nothing, behind which the change stream is broken.
fn hidden(schema: &Schema, around: &Circumstances<'_>) -> Option<State> {
    let vague = schema.finding.as_deref().is_none_or(Finding::is_vague);
    around.channel.broken().filter(|_| vague && schema.syncs_by(&SyncType::Cdc))
}

fn completed(schema: &Schema, around: &Circumstances<'_>) -> State {
    if let Some(broken) = around.channel.broken() {
        return broken;
    }
    let way = Way::of(schema);
    let pushed = way == Some(Way::Webhook);
    let then = match schema.last_synced_at {
        Field::Known(then) => Some(then),
        // Completed without ever having been loaded: written by somebody else than a run.
        Field::Null => return State::NeverSynced,
        Field::Unknown => around.runs.and_then(Runs::last_success),
    };
    let past = around.runs.map(Runs::rhythm).unwrap_or_default();
    if then.is_none() && !pushed && allowance(schema.frequency.known(), past).is_some() {
        return State::Unknown;
    }
    let stale = then.is_some_and(|then| is_stale(then, schema.frequency.known(), past, around.now));
    if stale && is_catching_up(schema, around) {
        return State::Running;
    }
    match (way, around.channel) {
        // What a stale table's own run failed of says more.
        (Some(_), Channel::Troubled(trouble)) if !stale || around.runs.and_then(Runs::failure).is_none() => {
            trouble.state()
        }
        // What is pushed may be silent for long, because nothing has happened.
        (Some(Way::Webhook), Channel::Delivers) => State::Completed,
        (Some(Way::Webhook), _) if stale && then.is_some_and(|then| age(then, around.now) > PUSH_SILENCE) => {
            State::Stale
        }
        (Some(Way::Cdc) | None, _) if stale => State::Stale,
        (Some(Way::Webhook), _) => State::Unverified,
        (Some(Way::Cdc), channel) if *channel != Channel::Delivers => State::Unverified,
        (Some(Way::Cdc) | None, _) => State::Completed,
    }
}

/// Whether a job runs that the status does not tell of yet. One that runs longer than it should may have been forgotten.
fn is_catching_up(schema: &Schema, around: &Circumstances<'_>) -> bool {
    let Some(runs) = around.runs else { return false };
    let Some(started) = runs.running().and_then(|job| job.created_at) else { return false };
    let plausible = runs.usual().is_some() || age(started, around.now) < OVERDUE_FLOOR;
    plausible && running(schema, around) == State::Running
}

fn running(schema: &Schema, around: &Circumstances<'_>) -> State {
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
