//! Reading back what a cancel, or a request of unknown outcome, did.

use jiff::{SignedDuration, Timestamp};

use super::{Act, Evidence, Follow, Outcome, Step, Tone};
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::field::Field;
use crate::warehouse::freshness::age;
use crate::warehouse::status::Status;
use crate::warehouse::survey::FullSchema;
use crate::warehouse::words::span;

/// How long a cancel may take to show.
const CANCEL_PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// How long a request whose answer was lost may still be carried out: a gateway gives up before the server does.
const STILL_POSSIBLE: SignedDuration = SignedDuration::from_secs(20);

/// Time between two looks back.
const NEXT_LOOK: SignedDuration = SignedDuration::from_secs(5);

/// How long looking back is tried while the server cannot be reached.
const OUT_OF_REACH: SignedDuration = SignedDuration::from_mins(2);

impl Follow {
    pub(super) fn look_for_stop(
        &mut self,
        full: &FullSchema,
        since: Timestamp,
        nothing_ran: bool,
        now: Timestamp,
    ) -> Vec<Step> {
        let schema = &full.schema;
        if schema.status == Status::Running {
            if age(since, now) < CANCEL_PATIENCE {
                return vec![self.pause(now)];
            }
            let waited = span(age(since, now));
            let text = format!("still Running {waited} after the cancel; cancel again or contact support");
            return self.end(Tone::Bad, &text);
        }
        if nothing_ran {
            let text = format!("no sync was running; its status is {} again, and reload starts a run", schema.status);
            return self.end(Tone::Good, &text);
        }
        match (&schema.status, schema.finding.as_deref()) {
            (Status::Completed, _) => self.end(Tone::Note, "it was completed before the cancel took hold"),
            (Status::Failed, Some(finding)) if !finding.is_on_purpose() => {
                let text = format!("it failed before the cancel took hold: {}", finding.title());
                // It has stopped, which is what was wished.
                self.end_as(Outcome::Done, Tone::Bad, &text)
            }
            (Status::Failed, _) => self.end(Tone::Good, "cancelled; its data and its schedule are untouched"),
            (status, _) => {
                let text = format!("cancelled; its status is {status}");
                self.end(Tone::Good, &text)
            }
        }
    }

    /// Whether the table looks as the request would have made it; `None`: that cannot be told.
    pub(super) fn carried_out(&self, full: &FullSchema) -> Option<bool> {
        match self.act {
            Act::DeleteData => match full.schema.table {
                Field::Null => Some(true),
                Field::Known(_) => Some(false),
                Field::Unknown => None,
            },
            Act::Switch => self.wanted.in_table(full),
            Act::DestroySchema => Some(false),
            _ => None,
        }
    }

    /// Whether what was read of the source shows that it was carried out; `None`: that cannot be told.
    pub(super) fn shown_by(&self, evidence: &Evidence<'_>) -> Option<bool> {
        match evidence {
            Evidence::Present(present) => match self.act {
                Act::DestroySource => Some(!present),
                // The source is gone, and with it whatever was to be changed.
                Act::SwitchSome if !present => Some(false),
                _ => None,
            },
            Evidence::Source(source) if self.act == Act::SwitchSome => {
                self.wanted.missing_in(source).map(|missing| missing.is_empty())
            }
            Evidence::Source(source) => self.wanted.in_settings(source),
            Evidence::Webhook(info) => self.wanted.in_webhook(info),
            Evidence::Cdc(status) => self.wanted.in_cdc(status),
            _ => None,
        }
    }

    pub(super) fn looked_back(&mut self, carried_out: Option<bool>, since: Timestamp, now: Timestamp) -> Vec<Step> {
        let word = self.act.word();
        match carried_out {
            None if self.act.is_repeatable() && !self.act.discards() => {
                let text = format!("outcome of {word} unknown, and it cannot be seen; sending it again does no harm");
                self.end_as(Outcome::Unknown, Tone::Bad, &text)
            }
            None => {
                let text = format!("outcome of {word} unknown, and it cannot be seen; look before sending it again");
                self.end_as(Outcome::Unknown, Tone::Bad, &text)
            }
            Some(true) => {
                self.destroyed = matches!(self.act, Act::DestroySchema | Act::DestroySource);
                self.end(Tone::Good, &format!("{word} was carried out after all"))
            }
            Some(false) if age(since, now) < STILL_POSSIBLE => vec![Step::Wait(NEXT_LOOK)],
            Some(false) => {
                let unchanged = if self.act.discards() { "nothing was lost" } else { "nothing was changed" };
                self.end(Tone::Bad, &format!("{word} was not carried out; {unchanged}"))
            }
        }
    }

    pub(super) fn not_looked_back(&mut self, failure: &Failure, since: Timestamp, now: Timestamp) -> Vec<Step> {
        // Only of the table itself does "not found" mean that the table is gone.
        if failure.kind == FailureKind::NotFound && self.act == Act::DestroySchema {
            return self.looked_back(Some(true), since, now);
        }
        if !failure.is_final() && age(since, now) < OUT_OF_REACH {
            return vec![Step::Wait(NEXT_LOOK)];
        }
        // Where nothing is any more, nothing is to be looked at.
        let first = if failure.kind == FailureKind::NotFound {
            ""
        } else {
            ". Look what became of it before you send it again"
        };
        let word = self.act.word();
        let text = format!("outcome of {word} unknown, and it could not be read back: {}{first}", failure.of_a_write());
        self.end_as(Outcome::Unknown, Tone::Bad, &text)
    }
}
