//! What an error text was found to mean: the verdict of the diagnosis together with its cause.

use super::diagnosis::{Catalogue, Cause, CauseId, Letter, Level, Symptom, Verdict};
use super::schema::Schema;
use super::status::Status;
use super::text::Foreign;

/// A text of a table or of one of its runs whose meaning is asked for, and everything else its meaning depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Puzzle {
    /// The text.
    pub text: Option<Foreign>,
    /// How the table or the run stands.
    pub status: Status,
    /// The connector.
    pub source_type: Option<Foreign>,
    /// How the table is synced.
    pub sync_type: Option<String>,
    /// The server's own word for why the table cannot sync incrementally.
    pub blocked: Option<Foreign>,
}

impl Puzzle {
    /// A text of a table or of one of its runs.
    #[must_use]
    pub fn of(
        schema: &Schema,
        text: Option<&Foreign>,
        status: &Status,
        source_type: Option<&Foreign>,
        blocked: Option<&Foreign>,
    ) -> Self {
        Self {
            text: text.cloned(),
            status: status.clone(),
            source_type: source_type.cloned(),
            sync_type: schema.sync_type.known().map(|method| method.raw().to_owned()),
            blocked: blocked.cloned(),
        }
    }

    /// What the catalogue is asked.
    #[must_use]
    pub fn symptom(&self) -> Symptom<'_> {
        Symptom {
            text: self.text.as_ref().map(Foreign::raw),
            level: Level::Schema,
            status: Some(&self.status),
            source_type: self.source_type.as_ref().map(Foreign::raw),
            sync_type: self.sync_type.as_deref(),
            sync_blocked: self.blocked.as_ref().map(Foreign::raw),
        }
    }
}

/// A verdict and the cause it names.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What was concluded from this text.
    pub verdict: Verdict,
    /// What the catalogue says of the cause.
    pub cause: Cause,
}

impl Finding {
    /// Looks a symptom up. `None` only where the catalogue does not describe its own cause.
    #[must_use]
    pub fn of(catalogue: &Catalogue, symptom: &Symptom<'_>) -> Option<Self> {
        let verdict = catalogue.diagnose(symptom);
        let cause = catalogue.cause(&verdict.cause)?.clone();
        Some(Self { verdict, cause })
    }

    /// Whether the run was stopped by somebody who wanted that: not a defect.
    #[must_use]
    pub fn is_on_purpose(&self) -> bool {
        self.cause.id.as_str() == "sync_turned_off"
    }

    /// Whether change data capture was stopped by it, so that reloads are ignored.
    #[must_use]
    pub fn halts_cdc(&self) -> bool {
        self.cause.id.as_str() == "cdc_slot_lost" && !self.verdict.handled_by_posthog
    }

    /// Whether it concerns the connection of a source, and with it all of its tables.
    #[must_use]
    pub fn is_of_the_connection(&self) -> bool {
        matches!(self.cause.recovery, Letter::B | Letter::J | Letter::L | Letter::Q)
            || self.cause.id.as_str() == "provider_account_suspended"
    }

    /// Whether the text says nothing by which the cause could be told.
    #[must_use]
    pub fn is_vague(&self) -> bool {
        matches!(self.cause.id.as_str(), "no_error_text" | CauseId::UNKNOWN)
    }

    /// Whether the text says nothing by which the cause could be told, or leaves several open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_vague() || !self.verdict.also.is_empty()
    }

    /// Whether another text of the same failure tells what this one leaves open. Of a text that says nothing every other
    /// one does; one that leaves several causes open is settled only by one that names one of them, and no other.
    #[must_use]
    pub fn is_settled_by(&self, other: &Self) -> bool {
        if self.is_vague() {
            return !other.is_vague();
        }
        let verdict = &self.verdict;
        let among = other.verdict.cause == verdict.cause || verdict.also.contains(&other.verdict.cause);
        self.is_open() && !other.is_open() && among
    }

    /// What to do, in order, a sentence a step. Where `PostHog` acts by itself that is nothing.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        if self.verdict.handled_by_posthog {
            return vec!["Nothing has to be done: PostHog handles this by itself.".to_owned()];
        }
        self.cause.advice.iter().map(|step| step.shown().into_owned()).collect()
    }

    /// The same in one text.
    #[must_use]
    pub fn advice(&self) -> String {
        self.steps().join(" ")
    }

    /// The name of the cause.
    #[must_use]
    pub fn title(&self) -> String {
        self.cause.title.shown().into_owned()
    }
}
