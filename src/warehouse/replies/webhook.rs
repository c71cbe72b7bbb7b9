//! The webhook of a source (contract, sections 7.8, 7.9 and 9.3).

use jiff::Timestamp;

use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::field::Field;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::state::PushChannel;
use crate::warehouse::text::Foreign;

/// The webhook of a source, here and at the vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookInfo {
    /// Whether sources of this type can have one.
    pub supported: Field<bool>,
    /// Whether there is a handler on `PostHog`'s side.
    pub exists: Field<bool>,
    /// Why `PostHog` cannot register it by itself; `Null`: it can.
    pub blocked: Field<Foreign>,
    /// The handler.
    pub function: Field<WebhookFunction>,
    /// The address that the vendor has to call.
    pub url: Field<Foreign>,
    /// Which event or object of the vendor goes to which schema.
    pub mapping: Vec<(Foreign, SchemaId)>,
    /// The inputs that are stored; `Unknown` on older servers.
    pub inputs: Field<Vec<(Foreign, StoredInput)>>,
    /// What the vendor says; `Null` when it cannot be asked.
    pub outside: Field<WebhookOutside>,
    /// Events that the vendor should send and does not; `Unknown` on older servers.
    pub missing_events: Field<Vec<Foreign>>,
}

impl WebhookInfo {
    /// Whether pushes arrive, as far as both ends tell. What the vendor cannot be asked stays open.
    #[must_use]
    pub fn channel(&self) -> PushChannel {
        let handler_off = self.function.known().is_some_and(|function| function.enabled == Field::Known(false));
        if self.supported == Field::Known(false) || self.exists == Field::Known(false) || handler_off {
            return PushChannel::Broken;
        }
        let Some(outside) = self.outside.known() else { return PushChannel::NotLookedAt };
        let off = outside.status.known().is_some_and(|word| {
            let word = word.raw().to_lowercase();
            ["disabled", "inactive", "paused", "failed", "revoked"].iter().any(|off| word.contains(off))
        });
        let misses = self.missing_events.known().is_some_and(|missing| !missing.is_empty());
        if outside.exists == Field::Known(false) || off || misses {
            PushChannel::Broken
        } else if outside.exists == Field::Known(true) && outside.error.known().is_none() {
            PushChannel::Delivers
        } else {
            PushChannel::NotLookedAt
        }
    }
}

/// The handler on `PostHog`'s side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookFunction {
    /// Its identity.
    pub id: Foreign,
    /// Its name.
    pub name: Field<Foreign>,
    /// Whether it is on.
    pub enabled: Field<bool>,
    /// When it was made.
    pub created_at: Field<Timestamp>,
    /// Its state, as a number of the server's.
    pub state: Field<u64>,
}

/// An input that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredInput {
    /// A secret: only that there is one is known.
    Secret,
    /// A value that may be seen.
    Plain(Foreign),
    /// Something this program does not know.
    Other,
}

/// What the vendor says of its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookOutside {
    /// Whether it is registered.
    pub exists: Field<bool>,
    /// The address it calls.
    pub url: Field<Foreign>,
    /// The events it sends.
    pub events: Field<Vec<Foreign>>,
    /// Its state, in the vendor's words.
    pub status: Field<Foreign>,
    /// Its description.
    pub description: Field<Foreign>,
    /// When it was registered.
    pub created_at: Field<Timestamp>,
    /// The version of the vendor's API.
    pub api_version: Field<Foreign>,
    /// Why the vendor could not be asked.
    pub error: Field<Foreign>,
}

/// What came of registering a webhook. The server answers with a success either way (contract, section 9.3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct WebhookCreation {
    /// Whether the vendor took it.
    pub registered: bool,
    /// The address that the vendor has to call.
    pub url: Field<Foreign>,
    /// Why it was not registered.
    pub error: Field<Foreign>,
    /// Names of the inputs that still have to be supplied.
    pub pending_inputs: Vec<Foreign>,
}

impl WebhookCreation {
    /// The same as a failure, where it is one.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        if self.registered {
            return None;
        }
        let reason = self.error.known().map_or("the vendor did not take it", Foreign::raw);
        let missing: Vec<&str> = self.pending_inputs.iter().map(Foreign::raw).collect();
        let detail =
            if missing.is_empty() { reason.to_owned() } else { format!("{reason} (missing: {})", missing.join(", ")) };
        Some(Failure { status: Some(200), ..Failure::new(FailureKind::Refused, &detail) })
    }
}

/// What came of removing a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookDeletion {
    /// Whether the vendor's end is gone too. `Known(false)`: it has to be removed there by hand.
    pub outside: Field<bool>,
    /// Why it is not.
    pub error: Field<Foreign>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_in_order_only_when_both_ends_say_so() {
        let outside = |exists, status: &str| {
            Field::Known(WebhookOutside {
                exists,
                status: Field::Known(Foreign::new(status)),
                ..WebhookOutside::default()
            })
        };
        let info = |outside| WebhookInfo { exists: Field::Known(true), outside, ..WebhookInfo::default() };
        for (info, channel) in [
            (info(outside(Field::Known(true), "enabled")), PushChannel::Delivers),
            (info(outside(Field::Known(true), "disabled")), PushChannel::Broken),
            (info(outside(Field::Known(false), "")), PushChannel::Broken),
            (info(outside(Field::Unknown, "enabled")), PushChannel::NotLookedAt),
            (info(Field::Null), PushChannel::NotLookedAt),
            (WebhookInfo { exists: Field::Known(false), ..WebhookInfo::default() }, PushChannel::Broken),
            (WebhookInfo::default(), PushChannel::NotLookedAt),
        ] {
            assert_eq!(info.channel(), channel, "{info:?}");
        }
        let misses = WebhookInfo {
            missing_events: Field::Known(vec![Foreign::new("charge.updated")]),
            ..info(outside(Field::Known(true), "enabled"))
        };
        assert_eq!(misses.channel(), PushChannel::Broken);
    }
}
