//! From what was attempted, asked and answered to what is written down of it: without secrets, one harmless line.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{Acted, Consented, Ending, Entry, Later, Outcome, Requested, VERSION, Whose};
use crate::warehouse::consent::{Demand, Given};
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::operation::Operation;
use crate::warehouse::recovery::follow::Act;
use crate::warehouse::text::{Foreign, clean, harmless_json, without_logins};

impl Entry {
    /// An attempt that is about to be made: nobody knows yet what comes of it. `None` where nothing is changed.
    #[must_use]
    pub fn begun(id: String, time: Timestamp, whose: &Whose, operation: &Operation, name: &Foreign) -> Option<Self> {
        let target = operation.target()?;
        let request = operation.request(whose.project).without_secrets();
        let consent = match operation {
            Operation::Discard(consent) => Some(Consented::of(consent.given())),
            // Nothing leaves a protected profile before its name was typed.
            _ if whose.protected => whose.profile.as_deref().map(Consented::typed),
            _ => None,
        };
        Some(Self {
            version: VERSION,
            id,
            time,
            profile: whose.profile.clone(),
            host: whose.host.clone(),
            project: whose.project.get(),
            action: Act::of(operation)?.word().to_owned(),
            target: Acted {
                kind: target.kind().to_owned(),
                id: target.id().to_owned(),
                name: name.shown().into_owned(),
            },
            request: Requested {
                method: request.method.word().to_owned(),
                path: request.target(),
                body: request.body.map(without_passwords),
            },
            outcome: Outcome {
                state: Ending::Unknown,
                kind: None,
                sentence: Some("whtui ended before the answer came".to_owned()),
            },
            duration_ms: None,
            consent,
        })
    }
}

impl Outcome {
    /// The server accepted it, with a remark perhaps.
    #[must_use]
    pub fn done(remark: Option<&Foreign>) -> Self {
        let sentence = remark.map(|remark| remark.shown().into_owned());
        Self { state: Ending::Done, kind: None, sentence }
    }

    /// It failed.
    #[must_use]
    pub fn failed(failure: &Failure) -> Self {
        let state = match failure.kind {
            _ if failure.outcome_unknown() => Ending::Unknown,
            FailureKind::Unreachable => Ending::NotSent,
            _ if failure.was_held_back() => Ending::NotSent,
            _ => Ending::Refused,
        };
        Self { state, kind: Some(key(&failure.kind).to_owned()), sentence: Some(failure.of_a_write()) }
    }
}

impl Consented {
    /// The name of a protected profile was typed; nothing is discarded.
    fn typed(profile: &str) -> Self {
        Self { name: profile.to_owned(), tables: 0, rows: None, acts: 1, typed: Some(profile.to_owned()) }
    }

    fn of(given: &Given) -> Self {
        Self {
            name: given.name.shown().into_owned(),
            tables: given.tables,
            rows: given.rows.known().copied(),
            acts: given.acts,
            typed: match &given.answer {
                Demand::Yes => None,
                Demand::Typed(name) => Some(name.clone()),
            },
        }
    }
}

impl Later {
    /// What became known.
    #[must_use]
    pub fn new(id: String, time: Timestamp, sentence: &str) -> Self {
        Self { version: VERSION, later_of: id, time, sentence: clean(sentence, false).into_owned() }
    }
}

/// The word of a kind of failure.
fn key(kind: &FailureKind) -> &'static str {
    match kind {
        FailureKind::Unreachable => "unreachable",
        FailureKind::Interrupted => "interrupted",
        FailureKind::TimedOut => "timed_out",
        FailureKind::KeyRejected => "key_rejected",
        FailureKind::MissingScope(_) => "missing_scope",
        FailureKind::OutOfBounds => "out_of_bounds",
        FailureKind::Forbidden => "forbidden",
        FailureKind::NotFound => "not_found",
        FailureKind::Refused => "refused",
        FailureKind::TooManyRequests(_) => "too_many_requests",
        FailureKind::ServerError => "server_error",
        FailureKind::Gateway => "gateway",
        FailureKind::Redirected => "redirected",
        FailureKind::NotJson => "not_json",
        FailureKind::Malformed => "malformed",
        FailureKind::TooLarge => "too_large",
        FailureKind::ReadOnly => "read_only",
        FailureKind::Declined => "declined",
        FailureKind::Unlogged => "unlogged",
        FailureKind::Internal => "internal",
    }
}

/// A body in which no text holds a password.
fn without_passwords(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(without_logins(&text).into_owned()),
        Value::Array(items) => Value::Array(items.into_iter().map(without_passwords).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, without_passwords(value))).collect())
        }
        other => other,
    }
}

/// An object as a line of the log, with its end.
#[must_use]
pub fn line(object: &impl Serialize) -> String {
    format!("{}\n", harmless_json(serde_json::to_string(object).unwrap_or_else(|_| "{}".to_owned())))
}
