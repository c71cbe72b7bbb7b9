//! From what is known of a schema and around it to its state.

use jiff::{SignedDuration, Timestamp};

use super::State;
use super::running::{is_catching_up, running};
use crate::warehouse::channel::{Channel, Way};
use crate::warehouse::field::Field;
use crate::warehouse::finding::Finding;
use crate::warehouse::freshness::{age, allowance, is_stale};
use crate::warehouse::runs::Runs;
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::SyncType;
use crate::warehouse::status::Status;

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
