//! What a problem is called, and why its action is recommended.

use jiff::Timestamp;
use std::fmt::Write as _;

use super::kind::Kind;
use super::{Problem, looks_fine};
use crate::warehouse::diagnosis::Letter;
use crate::warehouse::field::Field;
use crate::warehouse::finding::{Finding, listed};
use crate::warehouse::held::{Held, SourceError};
use crate::warehouse::state::State;
use crate::warehouse::words::{ago, counted, counted_rows};

/// What is wrong, in a few words.
pub(super) fn title(kind: Kind, finding: Option<&Finding>) -> String {
    let text = match kind {
        Kind::BillingPause => "Billing has paused the project",
        Kind::BillingLimit => "PostHog's row limit reached",
        Kind::Phantom => "Running without a run",
        Kind::Stuck => "A run without a sign of life",
        Kind::Unknown => "Its state cannot be told",
        Kind::Stale if finding.is_none() => "Completed, but long ago",
        Kind::Webhook if finding.is_none() => "Nothing is pushed any more",
        Kind::Gone => "Vanished at the source",
        Kind::Abandoned => "Nothing is switched on",
        Kind::SourceError if finding.is_none() => "The source is in error",
        Kind::Cdc if finding.is_none() => "The change stream brings nothing",
        Kind::SourceDown
        | Kind::SourceError
        | Kind::Failed
        | Kind::SwitchedOff
        | Kind::Cdc
        | Kind::Stale
        | Kind::Webhook => {
            return finding.map_or_else(|| "Failed without a text".to_owned(), Finding::title);
        }
    };
    text.to_owned()
}

/// Why this action is recommended: what is hidden, what the cause means, what is proven, and how much it takes down.
pub(super) fn reason(problem: &Problem, held: &Held, why: &str, now: Timestamp) -> String {
    let mut sentences = Vec::new();
    let tables = problem.tables.len();
    match problem.kind {
        Kind::SourceDown => {
            let switched_on = held.source.schemas.iter().filter(|schema| schema.should_sync == Some(true)).count();
            let waiting = switched_on.saturating_sub(problem.tables.iter().filter(|table| is_on(table.state)).count());
            sentences.push(match waiting {
                0 => "The connection is broken for every table of the source.".to_owned(),
                some => format!(
                    "The connection is broken: every table that has run since fails; {} {} not run yet.",
                    counted(some, "other"),
                    if some == 1 { "has" } else { "have" }
                ),
            });
        }
        Kind::SwitchedOff if looks_fine(held) => {
            sentences
                .push(format!("The source looks fine ({}), since what is off does not count.", held.source.status));
        }
        _ => {}
    }
    if !why.is_empty() {
        sentences.push(why.to_owned());
    }
    if problem.names.len() > 1 {
        let missing = problem.names.iter().all(|name| name.permission);
        let names = listed(problem.names.iter());
        sentences.push(if missing {
            format!("What is missing differs: {names}; each has to be granted.")
        } else {
            format!("It concerns {names}.")
        });
    }
    let off = problem.tables.iter().filter(|table| table.state == State::SwitchedOff).count();
    if off > 0 {
        sentences.push(match (off, tables) {
            (1, 1) => "PostHog switched it off, and it stays off until re-enabled.".to_owned(),
            (off, tables) if off == tables => {
                "PostHog switched them off, and they stay off until re-enabled.".to_owned()
            }
            (off, _) => format!("PostHog switched off {off} of them; what is off stays off until re-enabled."),
        });
    }
    if let Some(proof) = &problem.proof {
        let login = matches!(problem.recovery, Letter::B | Letter::B2);
        sentences.push(format!(
            "{} of the same source synced {} after the failing attempt, so the {} works.",
            proof.table.shown(),
            proof.later(),
            if login { "credential" } else { "connection" }
        ));
    }
    if problem.kind == Kind::Stale
        && let Some(oldest) = oldest_sync(problem, held)
    {
        sentences.push(format!("The oldest was synced {}.", ago(oldest, now)));
    }
    if tables > 1 && problem.rows() > 0 {
        sentences.push(format!("{} with {} are concerned.", counted(tables, "table"), counted_rows(problem.rows())));
    }
    sentences.join(" ")
}

fn is_on(state: State) -> bool {
    state != State::SwitchedOff
}

fn oldest_sync(problem: &Problem, held: &Held) -> Option<Timestamp> {
    let concerned = |id: &crate::warehouse::ids::SchemaId| problem.tables.iter().any(|table| table.id == *id);
    held.tables()
        .filter(|(schema, state)| *state == State::Stale && concerned(&schema.id))
        .filter_map(|(schema, _)| schema.last_synced_at.known().copied())
        .min()
}

/// Why something counts as wrong with a source as a whole.
pub(super) fn source_error(held: &Held, error: &SourceError) -> String {
    let source = &held.source;
    let none = if source.schemas.is_empty() {
        "and no table of it is known".to_owned()
    } else {
        "and none of its tables that can be seen says why".to_owned()
    };
    let mut reason = format!("The status of the source is {}, {none}.", source.status);
    if let Some(finding) = &error.finding {
        let _ = write!(reason, " {}", finding.cause.meaning.shown());
    } else if error.borrowed {
        reason.push_str(" The text shown for it is that of a table which is off, and may be old.");
    } else {
        reason.push_str(" The server shows no text for it.");
    }
    reason
}

/// Why a source counts as abandoned.
pub(super) fn abandoned(last_run: &Field<Timestamp>, now: Timestamp) -> String {
    match last_run {
        Field::Known(last) => format!("Every table is switched off, and the last run was {}.", ago(*last, now)),
        _ => "Every table is switched off, and none was ever synced.".to_owned(),
    }
}
