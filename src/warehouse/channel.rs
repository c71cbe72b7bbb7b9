//! The channels by which changes come to a source's tables: its webhook and its change stream. Both can be broken behind a
//! green status; what a look at them found, and what helps.

use super::diagnosis::{CauseId, Letter};
use super::finding::Finding;
use super::ids::SourceId;
use super::schema::Schema;
use super::settings::SyncType;
use super::state::{Severity, State};
use super::survey::Need;
use super::text::Foreign;

/// A kind of channel. A source has at most one of each, shared by its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The vendor pushes.
    Webhook,
    /// The database streams its changes.
    Cdc,
}

impl Way {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Webhook, Self::Cdc];

    /// The channel by which changes come to a table; `None` where its runs fetch them.
    #[must_use]
    pub fn of(schema: &Schema) -> Option<Self> {
        match schema.sync_type.known()? {
            SyncType::Webhook => Some(Self::Webhook),
            SyncType::Cdc => Some(Self::Cdc),
            _ => None,
        }
    }

    /// The question that tells how that of a source is doing.
    #[must_use]
    pub fn question(self, source: SourceId) -> Need {
        match self {
            Self::Webhook => Need::Webhook(source),
            Self::Cdc => Need::CdcStatus(source),
        }
    }

    /// The channel that a question is about, and its source.
    #[must_use]
    pub fn asked_by(need: &Need) -> Option<(Self, &SourceId)> {
        match need {
            Need::Webhook(source) => Some((Self::Webhook, source)),
            Need::CdcStatus(source) => Some((Self::Cdc, source)),
            _ => None,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Cdc => "change data capture",
        }
    }
}

/// What a look at a channel found.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Channel {
    /// Nobody looked.
    #[default]
    NotLookedAt,
    /// It was asked about, and the server did not tell.
    Unread,
    /// This end is in order; of the other nothing can be told.
    Untold,
    /// It delivers, as far as both ends tell.
    Delivers,
    /// Something is wrong with it.
    Troubled(Trouble),
}

impl Channel {
    /// What is wrong with it, if anything.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Troubled(trouble) => Some(trouble),
            _ => None,
        }
    }

    /// What it makes of its tables, where it is broken.
    #[must_use]
    pub fn broken(&self) -> Option<State> {
        self.trouble().map(Trouble::state).filter(|state| state.severity() == Severity::Broken)
    }

    /// Whether the server told what it knows of it.
    #[must_use]
    pub fn was_read(&self) -> bool {
        !matches!(self, Self::NotLookedAt | Self::Unread)
    }
}

/// Declares what can be wrong with a channel: what it is called, what it means, its cause, and the state of its tables.
macro_rules! faults {
    ($($name:ident $title:literal $why:literal $cause:literal $state:ident),+ $(,)?) => {
        /// What can be wrong with a channel.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $(#[doc = $why] $name,)+
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// What it is called, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn why(self) -> &'static str {
                match self { $(Self::$name => $why,)+ }
            }

            /// The name of its cause in the catalogue.
            #[must_use]
            pub fn cause(self) -> &'static str {
                match self { $(Self::$name => $cause,)+ }
            }

            /// The state of the tables that depend on it, where their own status is green.
            #[must_use]
            pub fn state(self) -> State {
                match self { $(Self::$name => State::$state,)+ }
            }
        }
    };
}

faults! {
    Unsupported "This source cannot have a webhook"
        "Its tables wait for pushes, and PostHog knows no webhook for this type of source." "webhook_broken" WebhookBroken,
    Unregistered "No webhook is registered"
        "PostHog has no handler for pushes to this source, so whatever the vendor sends is lost." "webhook_broken" WebhookBroken,
    HandlerOff "PostHog's end of the webhook is off"
        "The handler that takes the pushes is disabled in PostHog, so what the vendor sends is lost." "webhook_broken" WebhookBroken,
    EndpointGone "The webhook is gone at the vendor"
        "PostHog waits for pushes, but the vendor has no endpoint to send them to." "webhook_broken" WebhookBroken,
    EndpointOff "The vendor has disabled the webhook"
        "The vendor has the endpoint and sends nothing to it; only the vendor's own page can enable it." "webhook_broken" WebhookBroken,
    Elsewhere "The vendor calls another address"
        "What the vendor sends does not arrive here." "webhook_broken" WebhookBroken,
    EventsMissing "The vendor does not send every event"
        "Tables whose events are left out receive nothing, whatever their status says." "webhook_broken" WebhookBroken,
    Withheld "The vendor does not tell how the webhook is"
        "PostHog's end is in order, but whether the vendor sends anything cannot be told." "webhook_broken" WebhookUnclear,
    StreamOff "Change data capture is switched off"
        "Its tables wait for a change stream that is not there." "cdc_prerequisites" CdcBroken,
    PositionLost "The change position is lost"
        "Without its slot or publication no change can be read; what changed since is gone." "cdc_slot_lost" CdcBroken,
    Halted "The change stream is halted"
        "PostHog has paused its schedule, so no change is read and every reload is ignored." "cdc_stream_error" CdcBroken,
    Lagging "The change stream is too far behind"
        "Its lag is beyond the critical threshold: PostHog takes measures, up to dropping the slot." "cdc_stream_error" CdcBroken,
    Behind "The change stream falls behind"
        "Its lag is beyond the warning threshold: rows are late, and it may become critical." "cdc_stream_error" CdcBehind,
}

/// What a look at a channel found wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// What it is.
    pub fault: Fault,
    /// What was found, in the words of either end where there are any.
    pub evidence: Foreign,
    /// What to do, in order, a sentence a step.
    pub steps: Vec<String>,
    /// What the vendor's own text means, where it names another cause.
    named: Option<(CauseId, Letter, String)>,
}

impl Trouble {
    pub(super) fn new(fault: Fault, evidence: impl Into<Foreign>, steps: Vec<String>) -> Self {
        Self { fault, evidence: evidence.into(), steps, named: None }
    }

    /// The state of the tables that depend on the channel, where their own status is green.
    #[must_use]
    pub fn state(&self) -> State {
        self.fault.state()
    }

    /// Its cause.
    #[must_use]
    pub fn cause(&self) -> CauseId {
        self.named.as_ref().map_or_else(|| CauseId::new(self.fault.cause()), |(cause, ..)| cause.clone())
    }

    /// What helps.
    #[must_use]
    pub fn letter(&self) -> Letter {
        let own = if self.fault.cause() == "webhook_broken" { Letter::I } else { Letter::E };
        self.named.as_ref().map_or(own, |(_, letter, _)| *letter)
    }

    /// What it is called, in a few words.
    #[must_use]
    pub fn title(&self) -> String {
        self.named.as_ref().map_or_else(|| self.fault.title().to_owned(), |(.., title)| title.clone())
    }

    /// What would be lost by what helps, where that is anything.
    #[must_use]
    pub fn loses(&self) -> Option<&'static str> {
        (self.fault == Fault::PositionLost)
            .then_some("A repair reads the rows stored now again; changes since the stream broke are lost.")
    }

    /// Takes in what the vendor's text was found to mean. That a webhook is broken is known already.
    pub(super) fn explain(&mut self, finding: &Finding) {
        let cause = &finding.verdict.cause;
        if self.fault != Fault::Withheld || finding.is_vague() || *cause == self.fault.cause() {
            return;
        }
        self.named = Some((cause.clone(), finding.verdict.recovery, finding.title()));
        self.steps = finding.steps();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::diagnosis::Catalogue;

    #[test]
    fn every_fault_has_a_title_of_its_own_and_a_cause_of_the_catalogue() {
        let titles: std::collections::HashSet<_> = Fault::ALL.iter().map(|fault| fault.title()).collect();
        assert_eq!(titles.len(), Fault::ALL.len());
        for fault in Fault::ALL {
            let cause = Catalogue::builtin().cause(&CauseId::new(fault.cause())).unwrap();
            assert_eq!(cause.recovery, Trouble::new(*fault, "", Vec::new()).letter(), "{fault:?}");
            assert!(fault.state().is_wrong());
        }
    }
}
