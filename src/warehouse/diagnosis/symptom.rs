//! What was observed, and what is concluded from it.

use std::ops::Range;

use super::cause::{CauseId, Letter};
use crate::warehouse::status::Status;
use crate::warehouse::text::Foreign;

/// Where an error text was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// On a source as a whole.
    Source,
    /// On one table, or on a run of it.
    Schema,
    /// In the findings of a webhook.
    Webhook,
    /// In the state of a change data capture stream.
    Cdc,
}

impl Level {
    /// Reads a level, whatever its case.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        [("source", Self::Source), ("schema", Self::Schema), ("webhook", Self::Webhook), ("cdc", Self::Cdc)]
            .into_iter()
            .find_map(|(word, level)| word.eq_ignore_ascii_case(raw).then_some(level))
    }
}

/// An error text and what is known of the place where it stood. All but the level may be unknown.
#[derive(Clone, Copy, Debug)]
pub struct Symptom<'a> {
    /// The text as it came, white space and line breaks included.
    pub text: Option<&'a str>,
    /// Where it was read.
    pub level: Level,
    /// What the server says of that object.
    pub status: Option<&'a Status>,
    /// The server's name for the kind of source, such as `Postgres`.
    pub source_type: Option<&'a str>,
    /// How the table is synced, such as `incremental`.
    pub sync_type: Option<&'a str>,
    /// Why the server says incremental syncs are blocked, such as `missing_primary_key`.
    pub sync_blocked: Option<&'a str>,
}

impl<'a> Symptom<'a> {
    /// A text about which nothing else is known.
    #[must_use]
    pub fn of(text: Option<&'a str>) -> Self {
        Self { text, level: Level::Schema, status: None, source_type: None, sync_type: None, sync_blocked: None }
    }
}

/// The part of a text that decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// Where it stands in the original text, in bytes.
    pub range: Range<usize>,
    /// The part itself.
    pub text: Foreign,
}

/// What is wrong, as far as the text and its context tell.
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// The most likely cause.
    pub cause: CauseId,
    /// Other causes that the same text has; to be mentioned.
    pub also: Vec<CauseId>,
    /// What helps. It can differ from the cause's own: what `PostHog` already handles needs no action.
    pub recovery: Letter,
    /// Whether reloading with nothing else changed can help and does no harm.
    pub retry_safe: bool,
    /// Whether an action that discards data is the right first proposal.
    pub destructive: bool,
    /// Whether the text says that `PostHog` acts by itself.
    pub handled_by_posthog: bool,
    /// What in the text decided; nothing when only the context did.
    pub evidence: Option<Evidence>,
    /// The column, table, permission or other name that the text is about.
    pub identifier: Option<Foreign>,
    /// Whether that is a permission, a scope or a role that is missing, and no object.
    pub names_permission: bool,
}
