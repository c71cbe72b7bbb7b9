//! From the tables of one source to its problems.

use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::kind::{Gravity, Kind};
use super::{Affected, Problem, affected, proof, since, words};
use crate::warehouse::diagnosis::{CauseId, Letter};
use crate::warehouse::field::Field;
use crate::warehouse::finding::Finding;
use crate::warehouse::freshness::age;
use crate::warehouse::inventory::{Held, Inventory};
use crate::warehouse::recovery::proposal::propose;
use crate::warehouse::runs::Runs;
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::{Severity, State};

/// How long nothing must have been synced for a source to count as abandoned.
const ABANDONED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Tables that belong together: one kind of trouble, one cause, one recovery.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Together {
    kind: Kind,
    cause: Option<CauseId>,
    recovery: Letter,
}

/// All problems of one source, in no order.
pub(super) fn problems(inventory: &Inventory, held: &Held, now: Timestamp) -> Vec<Problem> {
    let mut groups: BTreeMap<Together, Vec<(&Schema, State)>> = BTreeMap::new();
    for (schema, state) in held.tables().filter(|(_, state)| state.is_wrong()) {
        groups.entry(together(schema, state)).or_default().push((schema, state));
    }
    let whole = whole_cause(held, inventory);
    let mut problems: Vec<Problem> = groups
        .into_iter()
        .map(|(group, tables)| {
            let down = whole.is_some() && group.kind == Kind::Failed && group.cause.as_ref() == whole;
            problem(inventory, held, group, tables, down, now)
        })
        .collect();
    if problems.is_empty() {
        problems.extend(abandoned(held, now));
    }
    problems
}

fn together(schema: &Schema, state: State) -> Together {
    let of = |kind, cause: Option<&str>, recovery| Together { kind, cause: cause.map(CauseId::new), recovery };
    let proposed = || propose(schema, state).map_or(Letter::O, |proposal| proposal.letter);
    match state {
        State::BillingPause => of(Kind::BillingPause, Some("billing_limit"), Letter::H),
        State::BillingLimit => of(Kind::BillingLimit, Some("billing_limit"), Letter::H),
        State::WebhookBroken => of(Kind::Webhook, Some("webhook_broken"), Letter::I),
        State::Phantom => of(Kind::Phantom, Some("stuck_running"), Letter::F),
        State::Stuck => of(Kind::Stuck, Some("stuck_running"), Letter::F),
        State::Gone => of(Kind::Gone, Some("source_table_missing"), proposed()),
        State::Stale => match schema.sync_type.known() {
            Some(SyncType::Webhook) => of(Kind::Webhook, None, proposed()),
            Some(SyncType::Cdc) => of(Kind::Cdc, None, proposed()),
            _ => of(Kind::Stale, None, proposed()),
        },
        State::Failed | State::SwitchedOff | State::Halted => match schema.finding.as_deref() {
            Some(finding) => {
                let streams = schema.syncs_by(&SyncType::Cdc) && finding.cause.recovery == Letter::E;
                Together {
                    kind: if streams { Kind::Cdc } else { Kind::Failed },
                    cause: Some(finding.verdict.cause.clone()),
                    recovery: finding.verdict.recovery,
                }
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

fn problem(
    inventory: &Inventory,
    held: &Held,
    group: Together,
    mut tables: Vec<(&Schema, State)>,
    down: bool,
    now: Timestamp,
) -> Problem {
    tables.sort_by_key(|(schema, _)| (Reverse(schema.rows().known().copied()), schema.name.clone(), schema.id.clone()));
    let all_off = tables.iter().all(|(_, state)| *state == State::SwitchedOff);
    let kind = match group.kind {
        Kind::Failed if down => Kind::SourceDown,
        Kind::Failed if all_off => Kind::SwitchedOff,
        kind => kind,
    };
    let worst = tables.iter().map(|(_, state)| state.severity()).min();
    let gravity = match (kind, worst) {
        (Kind::BillingPause, _) => Gravity::Blocking,
        (_, Some(Severity::Broken)) => Gravity::Broken,
        _ => Gravity::Doubtful,
    };
    let proposal = tables.first().and_then(|(schema, state)| propose(schema, *state));
    let finding: Option<Arc<Finding>> =
        tables.iter().find_map(|(schema, state)| schema.finding.clone().filter(|_| state.is_failure()));
    let evidence = tables.iter().filter(|(_, state)| state.is_failure()).find_map(|(schema, _)| {
        schema.finding.as_deref()?.verdict.evidence.as_ref().map(|evidence| evidence.text.clone())
    });
    let retry_safe = tables.iter().all(|(schema, state)| retry_safe(schema, *state));
    let affected: Vec<Affected> = tables.iter().map(|(schema, state)| affected(schema, *state)).collect();
    let (steps, why) = proposal.map(|proposal| (proposal.steps, proposal.why)).unwrap_or_default();
    let mut problem = Problem {
        kind,
        gravity,
        source: held.source.id.clone(),
        source_name: held.source.title().clone(),
        source_type: held.source.kind.clone(),
        since: if kind.has_a_beginning() { since(inventory, &affected) } else { None },
        title: words::title(kind, finding.as_deref()),
        tables: affected,
        cause: group.cause,
        finding,
        recovery: group.recovery,
        retry_safe,
        reason: String::new(),
        steps,
        evidence,
        proof: None,
    };
    problem.proof = proof::sibling(inventory, held, &problem);
    problem.reason = words::reason(&problem, held, &why, now);
    problem
}

fn retry_safe(schema: &Schema, state: State) -> bool {
    match state {
        State::Failed => schema.finding.as_deref().is_some_and(|finding| finding.verdict.retry_safe),
        State::Stale => !schema.syncs_by(&SyncType::Webhook),
        _ => false,
    }
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
        kind: Kind::Abandoned,
        gravity: Gravity::Note,
        source: source.id.clone(),
        source_name: source.title().clone(),
        source_type: source.kind.clone(),
        tables: Vec::new(),
        cause: None,
        finding: None,
        title: words::title(Kind::Abandoned, None),
        recovery: Letter::R,
        retry_safe: false,
        reason: words::abandoned(&source.last_run_at, now),
        steps: vec!["Switch on the tables that are wanted; otherwise nothing has to be done.".to_owned()],
        evidence: None,
        since: None,
        proof: None,
    })
}
