//! The recovery that is proposed for a table: the least destructive one that can help.

use std::sync::Arc;

use super::proof::{self, Proof};
use crate::warehouse::channel::{Fault, Trouble};
use crate::warehouse::diagnosis::Letter;
use crate::warehouse::finding::Finding;
use crate::warehouse::inventory::{Held, Inventory};
use crate::warehouse::runs::Runs;
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::State;
use crate::warehouse::status::Status;
use crate::warehouse::words;

/// What the program itself can do next for a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Request a run.
    Reload,
    /// Cancel the run.
    Cancel,
    /// Switch it on, once the cause is fixed.
    Resume,
    /// Drop the table and read everything again.
    Resync,
    /// Drop the data, then reload.
    DeleteData,
}

/// A recovery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its letter in the catalogue.
    pub letter: Letter,
    /// Why it is this one.
    pub why: String,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// What is lost by it; `None` for nothing.
    pub loses: Option<String>,
    /// What the program can do next.
    pub next: Option<Move>,
}

impl Proposal {
    /// What is lost by it, as a sentence.
    #[must_use]
    pub fn lost(&self) -> &str {
        self.loses.as_deref().unwrap_or("Nothing is lost.")
    }
}

/// What is known beyond what the server says of a table itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beyond<'a> {
    /// Its jobs, when they were asked for.
    pub runs: Option<&'a Runs>,
    /// A sibling that proves that the connection works.
    pub proof: Option<&'a Proof>,
    /// What is wrong with the channel by which its changes come, where its state comes from that.
    pub trouble: Option<&'a Trouble>,
    /// Some table that it happened to as well is switched off.
    pub others_off: bool,
}

/// The recovery proposed for a table, with all that is known around it; `None` where nothing is wrong.
#[must_use]
pub fn proposed(inventory: &Inventory, held: &Held, schema: &Schema, state: State) -> Option<Proposal> {
    let runs = inventory.runs(&schema.id);
    let concerned = cause_of(schema, state, runs).is_some_and(|finding| proof::is_about(finding.verdict.recovery));
    let proof = concerned.then(|| proof::sibling(inventory, held, [&schema.id])).flatten();
    let trouble = inventory.trouble(held, schema, state);
    propose(schema, state, Beyond { runs, proof: proof.as_ref(), trouble, others_off: false })
}

/// The recovery proposed for a table in this state; `None` where nothing is wrong.
#[must_use]
pub fn propose(schema: &Schema, state: State, beyond: Beyond<'_>) -> Option<Proposal> {
    if let Some(finding) = cause_of(schema, state, beyond.runs) {
        return Some(from_cause(schema, state, finding, beyond));
    }
    if state.is_failure() {
        return Some(Proposal {
            letter: Letter::O,
            why: "The run failed without a text that says why.".to_owned(),
            steps: vec!["Look at its newest job and that job's logs.".to_owned()],
            loses: None,
            next: None,
        });
    }
    if let Some(trouble) = beyond.trouble {
        return Some(of_channel(trouble));
    }
    let (letter, why, steps, next) = of_runs(state).or_else(|| of_silence(schema, state, beyond.runs))?;
    Some(Proposal {
        letter,
        why: why.to_owned(),
        steps: steps.iter().map(|step| (*step).to_owned()).collect(),
        loses: None,
        next,
    })
}

/// What helps where the channel by which changes come is broken, or may be.
fn of_channel(trouble: &Trouble) -> Proposal {
    Proposal {
        letter: trouble.letter(),
        why: trouble.fault.why().to_owned(),
        steps: trouble.steps.clone(),
        loses: trouble.loses().map(str::to_owned),
        next: matches!(trouble.fault, Fault::Lagging | Fault::Behind).then_some(Move::Reload),
    }
}

/// What a table fails of: by its own text where its state says that it fails, and by its newest run where it is stale
/// and its status hides that.
#[must_use]
pub fn cause_of<'a>(schema: &'a Schema, state: State, runs: Option<&'a Runs>) -> Option<&'a Arc<Finding>> {
    match state {
        State::Stale => runs?.failure().filter(|finding| !finding.is_on_purpose()),
        state if state.is_failure() => schema.finding.as_ref(),
        _ => None,
    }
}

/// Letter, reason, steps, and what the program can do next.
type Simple = (Letter, &'static str, &'static [&'static str], Option<Move>);

/// What helps where runs do not go as they should, or are not allowed to.
fn of_runs(state: State) -> Option<Simple> {
    Some(match state {
        State::Phantom => (
            Letter::F,
            "The server believes in a run that does not exist, and swallows reloads until that is repaired.",
            &["Cancel the sync; that repairs the status.", "Reload it, and see a job start."],
            Some(Move::Cancel),
        ),
        State::Stuck => (
            Letter::F,
            "Its job runs far longer than usual, and its rows were not seen to grow.",
            &[
                "If its rows still do not grow after some minutes, cancel the sync and wait until it has ended.",
                "Reload it.",
            ],
            Some(Move::Cancel),
        ),
        State::Slow => (
            Letter::A,
            "It takes far longer than usual, but nothing says that it is stuck.",
            &["Wait.", "Cancel it only if it should not finish."],
            None,
        ),
        State::Cancelled => (
            Letter::R,
            "Somebody cancelled it; it runs again on its schedule.",
            &["Nothing has to be done.", "Reload it if the data is wanted now."],
            Some(Move::Reload),
        ),
        State::BillingLimit => (
            Letter::H,
            "The organization's row limit is a matter of billing; no technical action helps.",
            &[
                "Raise the billing limit in PostHog, or wait for the next billing period.",
                "Or pause the tables that are needed least.",
            ],
            None,
        ),
        State::BillingPause => (
            Letter::H,
            "A paused table blocks every reload of the project.",
            &["Raise the billing limit in PostHog.", "Then reload."],
            None,
        ),
        _ => return None,
    })
}

/// What helps where nothing fails, and yet nothing new comes.
fn of_silence(schema: &Schema, state: State, runs: Option<&Runs>) -> Option<Simple> {
    Some(match state {
        State::Stale if schema.syncs_by(&SyncType::Webhook) => (
            Letter::I,
            "Its events are pushed by the vendor, and none was stored for long: the webhook may be broken.",
            &[
                "Look at the webhook of the source in PostHog, and at its endpoint at the vendor.",
                "If it is in order, nothing has happened there, and nothing has to be done.",
            ],
            None,
        ),
        State::Stale if schema.syncs_by(&SyncType::Cdc) => (
            Letter::E,
            "Its change stream brought nothing for long: it may lag behind or be stopped.",
            &[
                "Look at the change data capture of the source in PostHog: its lag, and whether it is stopped.",
                "Reload the table; a reload of a stopped stream is ignored.",
            ],
            Some(Move::Reload),
        ),
        State::Stale => (
            Letter::A,
            match runs.and_then(Runs::newest_ended) {
                Some(job) if job.status == Status::Completed => {
                    "Its last run was a success, so the next one probably is too."
                }
                Some(_) if runs.is_some_and(|runs| runs.newest_failure().is_some()) => {
                    "Its last run was stopped on purpose."
                }
                Some(_) => "Its last run was no success, and its jobs do not tell why.",
                None => "The server says that its last run was a success.",
            },
            &["Reload it.", "If it becomes stale again, look at its schedule and at its jobs."],
            Some(Move::Reload),
        ),
        State::Gone => (
            Letter::C2,
            "The source does not list it any more; what is stored stays as it is.",
            &[
                "If it has another name now, refresh the list of tables and set up the new one.",
                "If it is there again, re-enable it, then reload.",
                "Otherwise leave it off.",
            ],
            None,
        ),
        State::Unknown => (
            Letter::O,
            match &schema.status {
                Status::Unknown(word) if word.is_blank() => "The server's status could not be read.",
                Status::Completed | Status::None if schema.should_sync.is_none() => {
                    "Whether it is switched on could not be read."
                }
                Status::Completed => "When it was synced last could not be read.",
                _ => "The server's status is not one this version knows.",
            },
            &["Look at the table in PostHog."],
            None,
        ),
        State::NotSetUp => (
            Letter::K,
            "A table without a sync method never runs.",
            &["Choose a sync method for it in PostHog, or leave it off."],
            None,
        ),
        _ => return None,
    })
}

fn from_cause(schema: &Schema, state: State, finding: &Finding, beyond: Beyond<'_>) -> Proposal {
    let verdict = &finding.verdict;
    let mut why = finding.cause.meaning.shown().into_owned();
    if state == State::Stale {
        why.insert_str(0, "The status says Completed, but its last run failed. ");
    }
    if let Some(proof) = beyond.proof.filter(|_| matches!(verdict.recovery, Letter::B | Letter::B2)) {
        return granted(schema, state, finding, proof, why);
    }
    let discards = verdict.destructive;
    let mut steps = steps(finding, beyond.others_off || schema.should_sync != Some(true));
    if state == State::SwitchedOff && !verdict.handled_by_posthog && !steps.iter().any(|step| step.contains("e-enable"))
    {
        steps.push("Re-enable the table, then reload.".to_owned());
    }
    if schema.should_sync.is_none() && !verdict.handled_by_posthog {
        steps.push("Look whether it is switched on, which could not be read; if not, re-enable it.".to_owned());
    }
    let next = next_move(schema, state, finding);
    if next == Some(Move::DeleteData) {
        steps = vec!["Delete the data of the table; its configuration stays.".to_owned(), "Reload it.".to_owned()];
    } else if next == Some(Move::Reload) && discards {
        steps = vec!["Reload it: every run of a full_refresh table rebuilds it.".to_owned()];
    }
    let loses = match next {
        Some(Move::Resync | Move::DeleteData) => {
            Some("The rows stored now are dropped and read again; what the source no longer has is lost.".to_owned())
        }
        _ if discards => Some("The rows stored now are dropped and read again.".to_owned()),
        _ => None,
    };
    Proposal { letter: verdict.recovery, why, steps, loses, next }
}

/// The steps of the catalogue. Where nothing is off, nothing has to be switched on again.
fn steps(finding: &Finding, off: bool) -> Vec<String> {
    let steps = finding.steps();
    if off { steps } else { steps.iter().filter_map(|step| without_enabling(step)).collect() }
}

/// A step without its part about switching a table on again; `None` when nothing is left of it.
fn without_enabling(step: &str) -> Option<String> {
    const WHAT: [&str; 3] = ["it", "the table", "the tables"];
    let clause = ["Re-enable ", "re-enable "].iter().find_map(|word| Some((step.find(word)?, word.len())));
    let Some((start, length)) = clause else { return Some(step.to_owned()) };
    let (before, rest) = (step.get(..start)?, step.get(start + length..)?);
    let of_tables = WHAT.iter().any(|what| {
        rest.strip_prefix(what).is_some_and(|rest| rest.starts_with([',', '.', ' ', ';']) || rest.is_empty())
    });
    if !of_tables {
        return Some(step.to_owned());
    }
    let (_, after) = rest.split_once(", then ")?;
    if before.is_empty() {
        return (!after.is_empty()).then(|| words::beginning(after));
    }
    let then = if before.to_lowercase().contains("if ") { "" } else { "then " };
    Some(format!("{before}{then}{after}"))
}

/// A sibling proves the credential: a new one would not help.
fn granted(schema: &Schema, state: State, finding: &Finding, proof: &Proof, mut why: String) -> Proposal {
    let mut steps = vec![format!(
        "Keep the credential: {} synced with it {} after this failed.",
        proof.table.shown(),
        proof.later()
    )];
    if finding.verdict.recovery == Letter::B2 {
        steps.extend(self::steps(finding, schema.should_sync != Some(true)));
    } else {
        "The source refused the login here, but took it for another table later.".clone_into(&mut why);
        steps.push(
            "Grant it at the source what this table needs: a scope, a privilege, or the plan. If it was replaced after \
             the failure, nothing is lacking."
                .to_owned(),
        );
        steps.push(match state {
            State::SwitchedOff => "Re-enable the table, then reload.".to_owned(),
            _ => "Reload it.".to_owned(),
        });
    }
    let next = next_move(schema, state, finding);
    Proposal { letter: Letter::B2, why, steps, loses: None, next }
}

fn next_move(schema: &Schema, state: State, finding: &Finding) -> Option<Move> {
    let verdict = &finding.verdict;
    if verdict.handled_by_posthog {
        return None;
    }
    if verdict.recovery == Letter::D && verdict.destructive {
        // A full refresh rebuilds the table anyway, and a resync does nothing for an append table.
        return match schema.sync_type.known() {
            _ if state == State::SwitchedOff => Some(Move::Resume),
            _ if state == State::Halted => None,
            Some(SyncType::FullRefresh) => Some(Move::Reload),
            Some(SyncType::Append) => Some(Move::DeleteData),
            Some(SyncType::Webhook) => None,
            _ => Some(Move::Resync),
        };
    }
    match state {
        State::SwitchedOff => Some(Move::Resume),
        State::Halted => None,
        _ if verdict.retry_safe => Some(Move::Reload),
        _ => None,
    }
}
