//! The webhook of a source (contract, sections 7.8, 7.9 and 9.3).

use jiff::Timestamp;

use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::field::Field;
use crate::warehouse::ids::SchemaId;
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
