//! From the tables of one source to its problems.

use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::kind::{Gravity, Kind};
use super::{Affected, Problem, affected, since, words};
use crate::warehouse::diagnosis::{CauseId, Letter};
use crate::warehouse::field::Field;
use crate::warehouse::finding::{Finding, Name};
use crate::warehouse::freshness::age;
use crate::warehouse::held::{Held, SourceError};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::recovery::proof::{self, Proof};
use crate::warehouse::recovery::proposal::{Beyond, cause_of, propose};
use crate::warehouse::runs::Runs;
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::{Severity, State};
use crate::warehouse::status::Status;

/// How long nothing must have been synced for a source to count as abandoned.
const ABANDONED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Tables that belong together: one kind of trouble, one cause, one recovery.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Together {
    kind: Kind,
    cause: Option<CauseId>,
    recovery: Letter,
}

/// Such tables, and what is known of all of them.
struct Grouped<'a> {
    group: Together,
    tables: Vec<(&'a Schema, State)>,
    /// They take the whole source down.
    down: bool,
    /// A sibling that proves that the connection works.
    proof: Option<Proof>,
}

/// All problems of one source, in no order.
pub(super) fn problems(inventory: &Inventory, held: &Held, now: Timestamp) -> Vec<Problem> {
    let mut groups: BTreeMap<Together, Vec<(&Schema, State)>> = BTreeMap::new();
    for (schema, state) in held.tables().filter(|(_, state)| state.is_wrong()) {
        groups.entry(together(inventory, held, schema, state)).or_default().push((schema, state));
    }
    let whole = whole_cause(held, inventory);
    let lettered: Vec<_> = groups.keys().filter(|group| group.recovery == Letter::B2).cloned().collect();
    let mut problems: Vec<Problem> = groups
        .into_iter()
        .map(|(group, tables)| {
            let down = whole.is_some() && group.kind == Kind::Failed && group.cause.as_ref() == whole;
            let proof = proof::is_about(group.recovery)
                .then(|| proof::sibling(inventory, held, tables.iter().map(|(schema, _)| &schema.id)))
                .flatten();
            // Each problem is told from every other: what is granted already has a problem of its own.
            let other = Together { recovery: Letter::B2, ..group.clone() };
            let proof = proof.filter(|_| group.recovery != Letter::B || !lettered.contains(&other));
            problem(inventory, held, Grouped { group, tables, down, proof }, now)
        })
        .collect();
    problems.extend(held.error.as_ref().map(|error| of_source(held, error)));
    if problems.is_empty() {
        problems.extend(abandoned(held, now));
    }
    problems
}

fn together(inventory: &Inventory, held: &Held, schema: &Schema, state: State) -> Together {
    let of = |kind, cause: Option<&str>, recovery| Together { kind, cause: cause.map(CauseId::new), recovery };
    let runs = inventory.runs(&schema.id);
    let proposed = || propose(schema, state, Beyond::default()).map_or(Letter::O, |proposal| proposal.letter);
    let finding = cause_of(schema, state, runs);
    let verdict = |kind, finding: &Finding| Together {
        kind,
        cause: Some(finding.verdict.cause.clone()),
        recovery: finding.verdict.recovery,
    };
    let channel = |kind| {
        let trouble = inventory.trouble(held, schema, state);
        let (cause, recovery) = trouble.map_or((None, Letter::O), |trouble| (Some(trouble.cause()), trouble.letter()));
        Together { kind, cause, recovery }
    };
    match state {
        State::BillingPause => of(Kind::BillingPause, Some("billing_limit"), Letter::H),
        State::BillingLimit => of(Kind::BillingLimit, Some("billing_limit"), Letter::H),
        State::WebhookBroken | State::WebhookUnclear => channel(Kind::Webhook),
        State::CdcBroken | State::CdcBehind => channel(Kind::Cdc),
        State::Phantom => of(Kind::Phantom, Some("stuck_running"), Letter::F),
        State::Stuck => of(Kind::Stuck, Some("stuck_running"), Letter::F),
        State::Gone => of(Kind::Gone, Some("source_table_missing"), proposed()),
        State::Stale => {
            let kind = match schema.sync_type.known() {
                Some(SyncType::Webhook) => Kind::Webhook,
                Some(SyncType::Cdc) => Kind::Cdc,
                _ => Kind::Stale,
            };
            finding.map_or_else(|| of(kind, None, proposed()), |finding| verdict(kind, finding))
        }
        State::Failed | State::SwitchedOff | State::Halted => match finding {
            Some(finding) => {
                let streams = schema.syncs_by(&SyncType::Cdc) && finding.cause.recovery == Letter::E;
                verdict(if streams { Kind::Cdc } else { Kind::Failed }, finding)
            }
            None => of(Kind::Failed, Some("no_error_text"), Letter::O),
        },
        _ => of(Kind::Unknown, None, proposed()),
    }
}

/// The connection cause that takes the whole source down: all tables that are switched on or were switched off by
/// `PostHog` have it, but for those that have not tried since it began.
fn whole_cause<'a>(held: &'a Held, inventory: &Inventory) -> Option<&'a CauseId> {
    if held.source.direct {
        return None;
    }
    let failing = || held.tables().filter(|(_, state)| state.is_failure());
    let (first, _) = failing().next()?;
    let first = first.finding.as_deref().filter(|finding| finding.is_of_the_connection())?;
    let cause = &first.verdict.cause;
    let shared =
        failing().all(|(schema, _)| schema.finding.as_deref().is_some_and(|finding| finding.verdict.cause == *cause));
    let began = failing().filter_map(|(schema, _)| inventory.runs(&schema.id).and_then(Runs::failing_since)).min();
    let contradicted = held.tables().any(|(schema, state)| {
        let counts = schema.should_sync == Some(true) && !state.is_failure() && state != State::NeverSynced;
        let tried_since = match (&schema.last_synced_at, began) {
            (Field::Known(synced), Some(began)) => *synced > began,
            (Field::Null, _) => false,
            _ => !state.claims_to_run(),
        };
        counts && tried_since
    });
    (shared && !contradicted).then_some(cause)
}

fn problem(inventory: &Inventory, held: &Held, grouped: Grouped<'_>, now: Timestamp) -> Problem {
    let Grouped { group, mut tables, down, proof } = grouped;
    tables.sort_by_key(|(schema, _)| (Reverse(schema.rows().known().copied()), schema.name.clone(), schema.id.clone()));
    let all_off = tables.iter().all(|(_, state)| *state == State::SwitchedOff);
    let kind = match group.kind {
        Kind::Failed if down && proof.is_none() => Kind::SourceDown,
        Kind::Failed if all_off => Kind::SwitchedOff,
        kind => kind,
    };
    let trouble = tables.iter().find_map(|(schema, state)| inventory.trouble(held, schema, *state));
    let beyond = |schema: &Schema, state| Beyond {
        runs: inventory.runs(&schema.id),
        proof: proof.as_ref(),
        trouble: inventory.trouble(held, schema, state),
        others_off: tables.iter().any(|(schema, _)| schema.should_sync != Some(true)),
    };
    let proposal = tables.first().and_then(|(schema, state)| propose(schema, *state, beyond(schema, *state)));
    let causes = || tables.iter().filter_map(|(schema, state)| cause_of(schema, *state, inventory.runs(&schema.id)));
    let finding: Option<Arc<Finding>> = causes().next().cloned();
    let evidence = causes().find_map(|finding| Some(finding.verdict.evidence.as_ref()?.text.clone()));
    let evidence = evidence.or_else(|| trouble.map(|trouble| trouble.evidence.clone()));
    let names = each_once(causes().filter_map(|finding| finding.name()));
    let retry_safe = tables.iter().all(|(schema, state)| retry_safe(inventory, schema, *state));
    let affected: Vec<Affected> = tables.iter().map(|(schema, state)| affected(schema, *state)).collect();
    let has_begun = kind.has_a_beginning() || finding.is_some();
    let (letter, steps, why) = match proposal {
        // A sibling may have turned the letter.
        Some(proposal) if proof.is_some() => (proposal.letter, proposal.steps, proposal.why),
        Some(proposal) => (group.recovery, proposal.steps, proposal.why),
        None => (group.recovery, Vec::new(), String::new()),
    };
    let why = if kind == Kind::Unknown { whys(&tables).unwrap_or(why) } else { why };
    // One cause, but what has to be granted or mended differs from table to table.
    let steps = match &finding {
        Some(finding) if names.len() > 1 => finding.steps_naming(steps, &names),
        _ => steps,
    };
    let mut problem = Problem {
        kind,
        gravity: gravity(kind, &tables),
        source: held.source.id.clone(),
        source_name: held.title().clone(),
        source_type: held.source.kind.clone(),
        since: if has_begun { since(inventory, &affected) } else { None },
        title: match trouble.filter(|_| finding.is_none()) {
            Some(trouble) => trouble.title(),
            None => words::title(kind, finding.as_deref()),
        },
        tables: affected,
        cause: group.cause,
        finding,
        recovery: letter,
        retry_safe,
        reason: String::new(),
        steps,
        evidence,
        names,
        proof,
    };
    problem.reason = words::reason(&problem, held, &why, now);
    problem
}

/// How bad it is: as the worst of the tables.
fn gravity(kind: Kind, tables: &[(&Schema, State)]) -> Gravity {
    let worst = tables.iter().map(|(_, state)| state.severity()).min();
    match (kind, worst) {
        (Kind::BillingPause, _) => Gravity::Blocking,
        (_, Some(Severity::Broken)) => Gravity::Broken,
        _ => Gravity::Doubtful,
    }
}

/// The several things that may hide what state tables are in.
fn whys(tables: &[(&Schema, State)]) -> Option<String> {
    let each = tables.iter().filter_map(|(schema, state)| propose(schema, *state, Beyond::default()));
    let whys: BTreeSet<String> = each.map(|proposal| proposal.why).collect();
    (!whys.is_empty()).then(|| whys.into_iter().collect::<Vec<_>>().join(" "))
}

fn each_once(names: impl Iterator<Item = Name>) -> Vec<Name> {
    let mut known: Vec<Name> = Vec::new();
    for name in names {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    known
}

fn retry_safe(inventory: &Inventory, schema: &Schema, state: State) -> bool {
    match (state, cause_of(schema, state, inventory.runs(&schema.id))) {
        (State::Failed | State::Stale, Some(finding)) => finding.verdict.retry_safe,
        (State::Stale, None) => !schema.syncs_by(&SyncType::Webhook),
        _ => false,
    }
}

/// A problem of the source as a whole, none of its tables in particular.
fn bare(held: &Held, kind: Kind, gravity: Gravity) -> Problem {
    Problem {
        kind,
        gravity,
        source: held.source.id.clone(),
        source_name: held.title().clone(),
        source_type: held.source.kind.clone(),
        tables: Vec::new(),
        cause: None,
        finding: None,
        title: words::title(kind, None),
        recovery: Letter::O,
        retry_safe: false,
        reason: String::new(),
        steps: Vec::new(),
        evidence: None,
        names: Vec::new(),
        since: None,
        proof: None,
    }
}

/// What is wrong with a source as a whole.
fn of_source(held: &Held, error: &SourceError) -> Problem {
    let (kind, gravity) = match held.source.status {
        Status::Paused => (Kind::BillingPause, Gravity::Blocking),
        Status::BillingLimits | Status::BillingLimitTooLow => (Kind::BillingLimit, Gravity::Broken),
        Status::Unknown(_) => (Kind::Unknown, Gravity::Doubtful),
        _ => (Kind::SourceError, Gravity::Broken),
    };
    let mut problem = bare(held, kind, gravity);
    problem.reason = words::source_error(held, error);
    if let Some(finding) = error.finding.as_ref().filter(|_| kind != Kind::Unknown) {
        problem.title = words::title(kind, Some(finding));
        problem.cause = Some(finding.verdict.cause.clone());
        problem.recovery = finding.verdict.recovery;
        problem.retry_safe = finding.verdict.retry_safe;
        problem.steps = finding.steps();
        problem.evidence = finding.verdict.evidence.as_ref().map(|evidence| evidence.text.clone());
        problem.names = finding.name().into_iter().collect();
        problem.finding = Some(Arc::clone(finding));
    } else {
        problem.cause = (kind == Kind::SourceError).then(|| CauseId::new("no_error_text"));
        problem.steps = vec!["Look at the source in PostHog, and check its connection there.".to_owned()];
    }
    problem
}

fn abandoned(held: &Held, now: Timestamp) -> Option<Problem> {
    let source = &held.source;
    let all_off = !source.schemas.is_empty() && source.schemas.iter().all(|schema| schema.should_sync == Some(false));
    let last = match (&source.last_run_at, &source.created_at) {
        (Field::Known(run), _) => *run,
        (Field::Null, Field::Known(created)) => *created,
        _ => return None,
    };
    if source.direct || !all_off || age(last, now) < ABANDONED {
        return None;
    }
    Some(Problem {
        recovery: Letter::R,
        reason: words::abandoned(&source.last_run_at, now),
        steps: vec!["Switch on the tables that are wanted; otherwise nothing has to be done.".to_owned()],
        ..bare(held, Kind::Abandoned, Gravity::Note)
    })
}
