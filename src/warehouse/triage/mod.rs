//! Triage: what is wrong in a project, most pressing first, one entry for each thing to do.
//!
//! Tables that share a source and a cause are one [`Problem`]; a connection that fails takes its whole source down and
//! is one problem of the source. Pure: from the inventory alone, so that screen and scripts say the same.

mod groups;
mod kind;
mod words;

pub use kind::{Gravity, Kind};

use jiff::Timestamp;
use std::cmp::Reverse;

use super::diagnosis::{CauseId, Letter};
use super::field::Field;
use super::finding::{Finding, Name};
use super::ids::{SchemaId, SourceId};
use super::inventory::{Held, Inventory};
use super::recovery::proof::{self, Proof};
use super::runs::Runs;
use super::schema::Schema;
use super::state::State;
use super::survey::{Need, ask_jobs, is_past_unknown};
use super::text::Foreign;
use std::sync::Arc;

/// A table that a problem concerns.
#[derive(Clone, Debug, PartialEq)]
pub struct Affected {
    /// The table.
    pub id: SchemaId,
    /// Its identifier at the source.
    pub name: Foreign,
    /// The name people know it by.
    pub title: Foreign,
    /// Its state.
    pub state: State,
    /// Rows stored in it.
    pub rows: Field<u64>,
}

/// One thing that is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What kind of thing it is.
    pub kind: Kind,
    /// How much it matters.
    pub gravity: Gravity,
    /// The source.
    pub source: SourceId,
    /// Its name.
    pub source_name: Foreign,
    /// Its connector.
    pub source_type: Foreign,
    /// The tables, those with most rows first. None where the source as a whole is meant.
    pub tables: Vec<Affected>,
    /// Its cause, where there is one.
    pub cause: Option<CauseId>,
    /// What is known of a failure.
    pub finding: Option<Arc<Finding>>,
    /// What is wrong, in a few words.
    pub title: String,
    /// The recovery that is recommended.
    pub recovery: Letter,
    /// Whether reloading with nothing else changed can help and does no harm.
    pub retry_safe: bool,
    /// Why this is recommended, in a sentence or two.
    pub reason: String,
    /// What to do, in order, a sentence a step.
    pub steps: Vec<String>,
    /// What of the error text decided.
    pub evidence: Option<Foreign>,
    /// What the error texts are about: columns, tables, missing permissions. One where all tables name the same.
    pub names: Vec<Name>,
    /// The earliest failed job that is known of the failures that go on.
    pub since: Option<Timestamp>,
    /// A sibling that proves that the connection works.
    pub proof: Option<Proof>,
}

impl Problem {
    /// Rows stored in all of its tables; what is not known counts nothing.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().filter_map(|table| table.rows.known()).fold(0, |sum, rows| sum.saturating_add(*rows))
    }

    /// How much it takes down: tables times rows.
    #[must_use]
    pub fn blast_radius(&self) -> u128 {
        (self.tables.len() as u128).saturating_mul(u128::from(self.rows()).max(1))
    }

    /// The recommended action in one text.
    #[must_use]
    pub fn advice(&self) -> String {
        self.steps.join(" ")
    }

    /// What tells it from every other problem of the project.
    #[must_use]
    pub fn key(&self) -> ProblemKey {
        ProblemKey(self.kind, self.source.clone(), self.cause.clone(), self.recovery)
    }

    /// By how much it matters, then by kind, then by blast radius; names and identities make the order total.
    fn rank(&self) -> impl Ord + use<> {
        (
            self.gravity,
            self.kind,
            Reverse(self.blast_radius()),
            Reverse(self.tables.len()),
            self.source_name.raw().to_lowercase(),
            self.key(),
        )
    }
}

/// What tells one problem from another, from one reading to the next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProblemKey(Kind, SourceId, Option<CauseId>, Letter);

/// Everything that is wrong, most pressing first. `only` leaves out other sources, but never a billing pause, which
/// concerns all of them.
#[must_use]
pub fn triage(inventory: &Inventory, only: Option<&SourceId>, now: Timestamp) -> Vec<Problem> {
    let mut problems = Vec::new();
    for held in inventory.sources() {
        let of_source = groups::problems(inventory, held, now);
        let wanted = only.is_none_or(|id| held.source.id == *id);
        problems.extend(of_source.into_iter().filter(|problem| wanted || problem.kind == Kind::BillingPause));
    }
    if problems.iter().any(|problem| problem.kind == Kind::BillingPause) {
        for problem in &mut problems {
            problem.retry_safe = false;
            if problem.recovery != Letter::H {
                problem.reason.push_str(" Billing has paused the project: no reload starts before that is lifted.");
            }
        }
    }
    problems.sort_by_cached_key(Problem::rank);
    problems
}

/// Whether anything of it counts as wrong.
#[must_use]
pub fn is_wrong(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.gravity < Gravity::Note)
}

/// How many tables of a problem are asked for their past: enough to tell since when, at a bounded cost.
const ASKED_OF_A_PROBLEM: usize = 4;

/// Jobs that tell since when problems exist and what proves the connection. Nice to know; no state rests on them.
#[must_use]
pub fn wanted(inventory: &Inventory, problems: &[Problem], limit: usize, now: Timestamp) -> Vec<Need> {
    let mut needs = Vec::new();
    for problem in problems.iter().filter(|problem| problem.kind.has_a_beginning()) {
        let Some(held) = inventory.source(&problem.source) else { continue };
        let tables = problem.tables.iter().take(ASKED_OF_A_PROBLEM).filter_map(|table| inventory.schema(&table.id));
        let is_unread = |schema: &&Schema| is_past_unknown(inventory, schema, now);
        needs.extend(ask_jobs(inventory, held, tables.map(|(_, schema, _)| schema).filter(is_unread)));
        // When a sibling's last run began tells whether it proves the connection. Asked by itself: the runs of what
        // syncs often would leave no room for others.
        let sibling = proof::candidate(held).filter(|_| proof::is_about(problem.recovery));
        needs.extend(ask_jobs(inventory, held, sibling.filter(is_unread)));
    }
    needs.truncate(limit);
    needs
}

/// The earliest failed job known of these tables.
fn since(inventory: &Inventory, tables: &[Affected]) -> Option<Timestamp> {
    tables.iter().filter_map(|table| inventory.runs(&table.id).and_then(Runs::failing_since)).min()
}

fn affected(schema: &Schema, state: State) -> Affected {
    Affected {
        id: schema.id.clone(),
        name: schema.name.clone(),
        title: schema.title().clone(),
        state,
        rows: schema.rows(),
    }
}

/// Whether the status that the server shows of a source hides that something is wrong.
fn looks_fine(held: &Held) -> bool {
    use super::status::Status;
    matches!(held.source.status, Status::Completed | Status::Running | Status::None)
}
