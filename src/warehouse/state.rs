//! What a schema's state really is, as far as it is known.
//!
//! The server's status is a claim that hides trouble (contract, section 8): PostHog switches tables off by itself,
//! `Running` may run nothing, `Failed` may be a cancel. This module makes one honest word of it.
//!
//! * here: the states, what they are called, how much they matter;
//! * `judgement`: which of them a schema is in;
//! * `running`: what a claim that it is running is worth.

mod judgement;
mod running;

use super::field::Field;
use super::schema::Schema;
use super::status::Status;
pub use judgement::{Circumstances, Claim, changes_from, state_of};
pub use running::deserves_a_second_look;

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
        let unknown = || schema.status == Status::Completed && schema.last_synced_at == Field::Unknown;
        self == Self::Stale || (self == Self::Unknown && schema.should_sync == Some(true) && unknown())
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
