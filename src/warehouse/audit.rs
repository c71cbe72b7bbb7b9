//! What is written down of each attempt to change something on the server: one object a line, for people and scripts
//! who want to know later what was done from here.
//!
//! An attempt is one object. What became known of it only later is another, which names it by its identity.

mod reading;
mod writing;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::ProjectId;
pub use reading::{Attempt, Read};
pub use writing::line;

/// The version of the objects. It changes when a field changes its meaning or goes.
pub const VERSION: u32 = 1;

/// An attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of the object.
    pub version: u32,
    /// Its identity.
    pub id: String,
    /// When it was made.
    pub time: Timestamp,
    /// The profile it was made with, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Where it went.
    pub host: String,
    /// The project.
    pub project: u64,
    /// What was wanted, in a word or two.
    pub action: String,
    /// What it acted on.
    pub target: Acted,
    /// What was sent.
    pub request: Requested,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took, in milliseconds; nothing where no answer came.
    pub duration_ms: Option<u64>,
    /// What was asked before it, and answered; nothing where nothing is discarded.
    pub consent: Option<Consented>,
}

/// What an attempt acted on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// `source` or `schema`.
    pub kind: String,
    /// Its identity.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// What was sent, without secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Requested {
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub path: String,
    /// Its body.
    pub body: Option<Value>,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The sort of it.
    pub state: Ending,
    /// What kind of failure it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
}

/// How an attempt can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The server accepted it.
    Done,
    /// The server refused it.
    Refused,
    /// It never reached the server.
    NotSent,
    /// It may or may not have been carried out.
    Unknown,
}

impl Ending {
    /// Its words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::NotSent => "not sent",
            Self::Unknown => "unknown",
        }
    }
}

/// What was asked before data was discarded, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consented {
    /// The name that was shown.
    pub name: String,
    /// How many tables were said to lose their data.
    pub tables: usize,
    /// How many rows were said to go; nothing where that was not known.
    pub rows: Option<u64>,
    /// How many acts were asked about together.
    pub acts: usize,
    /// What was typed; nothing where a plain yes was enough.
    pub typed: Option<String>,
}

/// What became known later of an attempt of unknown outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// The version of the object.
    pub version: u32,
    /// The attempt.
    pub later_of: String,
    /// When it became known.
    pub time: Timestamp,
    /// What.
    pub sentence: String,
}

/// Which program writes, and of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The profile, where there is one.
    pub profile: Option<String>,
    /// Whether the name of that profile is typed before every change.
    pub protected: bool,
    /// The host.
    pub host: String,
    /// The project.
    pub project: ProjectId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::consent::{Challenge, Discard, Loss};
    use crate::warehouse::failure::{Failure, FailureKind};
    use crate::warehouse::field::Field;
    use crate::warehouse::ids::{SchemaId, SourceId};
    use crate::warehouse::operation::{Operation, SourcePatch, Write};
    use crate::warehouse::secret::{Input, Inputs};
    use crate::warehouse::text::Foreign;

    fn whose() -> Whose {
        Whose { profile: None, protected: false, host: "https://eu.posthog.com".to_owned(), project: ProjectId::FIRST }
    }

    fn begun(operation: &Operation, name: &str) -> Entry {
        Entry::begun("1".to_owned(), Timestamp::UNIX_EPOCH, &whose(), operation, &Foreign::new(name)).unwrap()
    }

    #[test]
    fn an_attempt_holds_no_secret_and_is_one_harmless_line() {
        let inputs = Inputs::default()
            .with("password", Input::Secret("hunter2".into()))
            .with("url", Input::Plain("postgres://bob:hunter2@db".to_owned()));
        let patch = SourcePatch {
            description: Some("see x://bob:hunter2@db\u{9b}".to_owned()),
            ..SourcePatch::settings(inputs)
        };
        let entry =
            begun(&Operation::Write(Write::UpdateSource(SourceId::new("s"), patch)), "bad\u{1b}]0;\u{202e}\nname");
        let line = line(&entry);
        assert!(!line.contains("hunter2") && line.contains("bob:***@db"), "{line}");
        assert!(line.ends_with("}\n") && !line.trim_end().chars().any(char::is_control), "{line}");
        assert_eq!(
            (entry.target.kind.as_str(), entry.target.id.as_str(), entry.action.as_str()),
            ("source", "s", "update")
        );
        assert_eq!((entry.request.method.as_str(), entry.outcome.state), ("PATCH", Ending::Unknown));
        assert_eq!(serde_json::from_str::<Entry>(&line).unwrap(), entry);
    }

    #[test]
    fn what_was_typed_for_a_protected_profile_is_written_down() {
        let whose = Whose { profile: Some("prod".to_owned()), protected: true, ..whose() };
        let reload = Operation::Write(Write::ReloadSchema(SchemaId::new("t")));
        let entry = Entry::begun("1".to_owned(), Timestamp::UNIX_EPOCH, &whose, &reload, &"orders".into()).unwrap();
        assert_eq!(entry.consent.unwrap().typed.as_deref(), Some("prod"));
    }

    #[test]
    fn consent_is_written_down() {
        let loss = Loss { name: Foreign::new("orders"), tables: 1, rows: Field::Known(12_000), usual_run: None };
        let consent =
            |discard: Discard, typed: &str| Challenge::new(discard, loss.clone()).answered_with(typed).unwrap();
        let resync = begun(&Operation::Discard(consent(Discard::ResyncSchema(SchemaId::new("t")), "")), "orders");
        let given = resync.consent.unwrap();
        assert_eq!(
            (given.name.as_str(), given.tables, given.rows, given.acts, given.typed),
            ("orders", 1, Some(12_000), 1, None)
        );
        let destroy =
            begun(&Operation::Discard(consent(Discard::DestroySchema(SchemaId::new("t")), "orders")), "orders");
        assert_eq!(destroy.consent.unwrap().typed.as_deref(), Some("orders"));
    }

    #[test]
    fn outcomes_are_told_apart() {
        for (kind, state) in [
            (FailureKind::Unreachable, Ending::NotSent),
            (FailureKind::TimedOut, Ending::Unknown),
            (FailureKind::Refused, Ending::Refused),
            (FailureKind::Gateway, Ending::Unknown),
        ] {
            let outcome = Outcome::failed(&Failure::new(kind, "because"));
            assert!(outcome.state == state && outcome.kind.is_some() && outcome.sentence.is_some(), "{outcome:?}");
        }
    }

    #[test]
    fn broken_lines_are_counted_and_the_rest_is_read() {
        let entry = begun(&Operation::Write(Write::ReloadSchema(SchemaId::new("t"))), "orders");
        let later = Later::new("1".to_owned(), Timestamp::UNIX_EPOCH, "it was\u{1b} carried out");
        let mut read = Read::default();
        for text in [line(&entry), "{\"version\":1,\n".to_owned(), "\n".to_owned(), "x".to_owned(), line(&later)] {
            read.take(&text);
        }
        assert_eq!((read.attempts.len(), read.broken), (1, 2));
        assert_eq!(read.attempts[0].later, [later]);
    }
}
