//! What was found out, and what follows from it.

use jiff::SignedDuration;

use super::{follows, history, late, link, raw, refresh, runbook, tuning};
use crate::app::effect::{Effect, FollowId, RequestId, Timer};
use crate::app::model::flights::{Purpose, Waiter};
use crate::app::model::overlay::Overlay;
use crate::app::model::{Model, activity};
use crate::warehouse::channel::Way;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::inventory::Transition;
use crate::warehouse::recovery::follow::{Evidence, Tone};
use crate::warehouse::recovery::runbook::News;
use crate::warehouse::runs::Runs;
use crate::warehouse::state::Severity;
use crate::warehouse::survey::{Completeness, Fact, Need, SourcePage};

/// A fetch brought something.
pub(super) fn learned(model: &mut Model, request: RequestId, fact: Fact) -> Vec<Effect> {
    let Some(flight) = model.flights.recognise(request) else { return Vec::new() };
    let purpose = flight.purpose.clone();
    // A runbook is told once the inventory knows it too.
    let for_runbook = match purpose {
        Purpose::Runbook(id) => Some((id, fact.clone())),
        _ => None,
    };
    let for_tuning = match &purpose {
        Purpose::Tuning(id) => Some((id.clone(), fact.clone())),
        _ => None,
    };
    let mut effects = if late::is_outdated(&mut model.flights, request, &fact) {
        late::only_prove(model, follow_of(&purpose), &fact)
    } else {
        take_in(model, request, &purpose, fact)
    };
    if let Some((id, fact)) = for_tuning {
        effects.extend(tuning::learned(model, &id, &fact));
    }
    if let Some((id, fact)) = for_runbook {
        effects.extend(runbook::learn(model, id, &News::Found(&fact)));
    }
    effects
}

fn take_in(model: &mut Model, request: RequestId, purpose: &Purpose, fact: Fact) -> Vec<Effect> {
    let now = model.now;
    // What was told earlier is learned earlier.
    let mut effects = if matches!(fact, Fact::Sources(_)) { Vec::new() } else { take_in_pages(model) };
    effects.extend(match fact {
        Fact::Identity(identity) => {
            model.identity = *identity;
            Vec::new()
        }
        Fact::Sources(page) => list_came(model, page),
        Fact::Schema(full) => {
            if model.details_failure.as_ref().is_some_and(|(id, _)| *id == full.schema.id) {
                model.details_failure = None;
            }
            let transitions = model.inventory.learn_schema((*full).clone(), now);
            changed(model, &transitions, follow_of(purpose), &Evidence::Schema(&full))
        }
        Fact::Webhook(source, info) => {
            let transitions = model.inventory.learn_webhook(&source, &info, now);
            changed(model, &transitions, follow_of(purpose), &Evidence::Webhook(&info))
        }
        Fact::Source(source) => prove(model, follow_of(purpose), &Evidence::Source(&source)),
        Fact::CdcStatus(source, status) => {
            let transitions = model.inventory.learn_cdc(&source, &status, now);
            changed(model, &transitions, follow_of(purpose), &Evidence::Cdc(&status))
        }
        Fact::Form(_) | Fact::Candidates(..) | Fact::CdcPrerequisites(..) => Vec::new(),
        Fact::Logs(query, lines) => history::lines_came(model, &query, lines),
        Fact::LogsGoOn(query) => history::lines_go_on(model, &query),
        Fact::Raw(read, job, lines) => {
            raw::came(model, &read, job.as_ref(), lines);
            Vec::new()
        }
        Fact::Explained(puzzle, finding) => history::explained(model, puzzle, finding),
        // The past proves nothing of the present.
        Fact::Jobs(query, jobs) if query.before.is_some() => history::jobs_came(model, &query, &jobs),
        Fact::Jobs(query, jobs) => {
            let late::News { query: news, jobs: new, all } = late::sift(model, request, &query, &jobs);
            let names = news.as_ref().map(|news| news.schemas.as_slice()).unwrap_or_default();
            let transitions = model.inventory.learn_jobs(&query.source, names, new, now);
            if let Some(news) = news {
                model.strips.learned(&model.inventory, &news, &all);
            }
            note_transitions(model, &transitions);
            complete_question(model);
            let mut effects = refresh::rows_changed(model);
            effects.extend(history::jobs_came(model, &query, &all));
            effects.extend(prove(model, follow_of(purpose), &Evidence::Jobs(&jobs)));
            effects
        }
    });
    effects
}

/// For so long, a page of the list waits for those that follow it.
const TOGETHER: SignedDuration = SignedDuration::from_secs(1);

/// A part of the list was read.
fn list_came(model: &mut Model, page: SourcePage) -> Vec<Effect> {
    model.link.reading = Some((page.loaded, page.total));
    let waits = model.waits_for_more(&page);
    model.pages.push(page);
    match model.pages.as_slice() {
        [_] if waits => vec![Effect::Wake { timer: Timer::Pages, after: TOGETHER }],
        _ if waits => Vec::new(),
        _ => take_in_pages(model),
    }
}

/// Takes in what was read of the list.
pub(super) fn take_in_pages(model: &mut Model) -> Vec<Effect> {
    if model.pages.is_empty() {
        return Vec::new();
    }
    let mut transitions = Vec::new();
    for page in std::mem::take(&mut model.pages) {
        model.link.unreadable = page.unreadable;
        if let Some(end) = page.end {
            model.link.partial = end == Completeness::Partial;
        }
        transitions.extend(model.inventory.learn_sources(&page, model.now));
    }
    // Nothing changes by being seen for the first time.
    if !model.link.is_first_reading() {
        note_transitions(model, &transitions);
    }
    refresh::rows_changed(model)
}

/// The inventory has learned something: what changed is told, and proves something to who asked for it.
fn changed(
    model: &mut Model,
    transitions: &[Transition],
    follow: Option<FollowId>,
    evidence: &Evidence<'_>,
) -> Vec<Effect> {
    note_transitions(model, transitions);
    let mut effects = refresh::rows_changed(model);
    effects.extend(prove(model, follow, evidence));
    effects
}

/// Tells a followed action what it asked for.
fn prove(model: &mut Model, follow: Option<FollowId>, evidence: &Evidence<'_>) -> Vec<Effect> {
    follow.map_or_else(Vec::new, |follow| follows::learn(model, follow, evidence))
}

/// Adds what jobs tell to the question that is being asked.
fn complete_question(model: &mut Model) {
    let Some(Overlay::Confirm(confirm)) = &mut model.overlay else { return };
    let Some((schema, _)) = confirm.subject.tables.first() else { return };
    let usual = model.inventory.runs(schema).and_then(Runs::usual);
    if let (Some(challenge), Some(usual)) = (&mut confirm.challenge, usual) {
        challenge.learn_usual_run(usual);
    }
}

fn follow_of(purpose: &Purpose) -> Option<FollowId> {
    match purpose {
        Purpose::Follow(follow) => Some(*follow),
        Purpose::Show | Purpose::List(_) | Purpose::Runbook(_) | Purpose::Tuning(_) => None,
    }
}

/// A fetch is over.
pub(super) fn ended(model: &mut Model, request: RequestId, result: Result<(), Failure>) -> Vec<Effect> {
    let Some(flight) = model.flights.land(request) else { return Vec::new() };
    let mut effects = match (&flight.purpose, &flight.need, &result) {
        // Told below, or found out here.
        (Purpose::List(_), ..) | (_, Some(Need::Explain(_)), _) => Vec::new(),
        (_, _, Ok(())) => link::answered(model),
        (_, _, Err(failure)) => link::failed(model, failure),
    };
    // Whoever looks at the same waits for it, too.
    if let (Some(need), Err(failure)) = (&flight.need, &result) {
        history::not_read(model, need, failure);
        if let Need::Schema(id) = need
            && model.schemas.selected() == Some(id)
        {
            model.details_failure = Some((id.clone(), failure.clone()));
        }
    }
    effects.extend(match (flight.purpose, result) {
        (Purpose::List(served), result) => list_ended(model, served, &result),
        (Purpose::Follow(follow), Err(failure)) => follows::learn(model, follow, &Evidence::Unread(&failure)),
        (Purpose::Show, Err(failure)) => not_shown(model, flight.need, failure),
        (Purpose::Runbook(id), Err(failure)) => match flight.need {
            Some(need) => runbook::learn(model, id, &News::Unread(&need, &failure)),
            None => Vec::new(),
        },
        (Purpose::Tuning(id), Err(failure)) => tuning::unread(model, &id, flight.need.as_ref(), &failure),
        (Purpose::Follow(_) | Purpose::Show | Purpose::Runbook(_) | Purpose::Tuning(_), Ok(())) => match flight.need {
            Some(Need::Jobs(_) | Need::Schema(_)) => refresh::prove_more_runs(model),
            _ => Vec::new(),
        },
    });
    effects
}

fn list_ended(model: &mut Model, served: Vec<Waiter>, result: &Result<(), Failure>) -> Vec<Effect> {
    model.link.reading = None;
    let mut effects = take_in_pages(model);
    let first = model.link.is_first_reading();
    match result {
        Ok(()) => {
            effects.extend(link::list_read(model));
            if first {
                runbook::left_behind::offer(model);
            }
            effects.extend(runbook::watch(model));
            effects.extend(tuning::list_read(model));
            effects.extend(refresh::prove_runs(model));
            effects.extend(super::remember::rows_came(model));
            if refresh::details_missing(model) {
                effects.extend(refresh::read_details(model));
            }
        }
        Err(failure) => link::list_failed(model, failure),
    }
    for waiter in served {
        let steps = match (waiter, result) {
            (Waiter::Follow(follow), Ok(())) => follows::list_was_read(model, follow),
            (Waiter::Follow(follow), Err(failure)) => follows::learn(model, follow, &Evidence::Unread(failure)),
            (Waiter::Runbook(id), Ok(())) => runbook::learn(model, id, &News::ListRead),
            (Waiter::Runbook(id), Err(failure)) => runbook::learn(model, id, &News::Unread(&Need::Sources, failure)),
        };
        effects.extend(steps);
    }
    effects.extend(if !model.list_waiters.is_empty() {
        refresh::read_list(model)
    } else if model.link.again && result.is_ok() {
        refresh::read_list_soon(model)
    } else {
        refresh::plan_reading(model)
    });
    effects
}

fn not_shown(model: &mut Model, need: Option<Need>, failure: Failure) -> Vec<Effect> {
    if let Some((way, source)) = need.as_ref().and_then(Way::asked_by) {
        if failure.kind == FailureKind::Unreachable {
            model.inventory.forget_channel_asked(source, way);
            return Vec::new();
        }
        let transitions = model.inventory.channel_unread(source, way, model.now);
        note_transitions(model, &transitions);
        return refresh::rows_changed(model);
    }
    match need {
        Some(Need::Schema(id)) => {
            let gone = failure.kind == FailureKind::NotFound;
            model.details_failure = Some((id, failure));
            if gone { refresh::read_list_soon(model) } else { Vec::new() }
        }
        Some(need @ Need::Raw(..)) => {
            raw::failed(model, &need, failure);
            Vec::new()
        }
        // What is not told of the key or of jobs is shown as not known.
        _ => Vec::new(),
    }
}

/// Writes down what changed, as far as people care.
pub(super) fn note_transitions(model: &mut Model, transitions: &[Transition]) {
    // What would be forgotten at once is not even written.
    for transition in transitions.iter().skip(transitions.len().saturating_sub(activity::KEPT)) {
        let Some((held, schema, _)) = model.inventory.schema(&transition.schema) else { continue };
        let text = format!(
            "{} / {}: {} → {}",
            held.title().shown(),
            schema.title().shown(),
            transition.from.words(),
            transition.to.words()
        );
        let tone = match transition.to.severity() {
            Severity::Broken => Tone::Bad,
            Severity::Well => Tone::Good,
            Severity::Doubtful | Severity::Moving | Severity::Unproven | Severity::Idle => Tone::Note,
        };
        model.activity.note(model.now, tone, text);
    }
}
