//! Followed actions: carries out the steps that the state machine in `warehouse` asks for.

use super::{copy, refresh, report, runbook, tuning};
use crate::app::effect::{Effect, FollowId, RequestId, Timer, Urgency};
use crate::app::message::Sent;
use crate::app::model::Model;
use crate::app::model::flights::{Purpose, Waiter};
use crate::app::model::overlay::Overlay;
use crate::warehouse::failure::Failure;
use crate::warehouse::operation::{Operation, Target};
use crate::warehouse::recovery::follow::{Act, Evidence, Follow, Step, Tone};
use crate::warehouse::survey::Need;
use crate::warehouse::text::Foreign;
use crate::warehouse::tuning::Made;

/// Starts to follow an action.
pub(super) fn begin(model: &mut Model, (follow, steps): (Follow, Vec<Step>)) -> Vec<Effect> {
    let id = next_id(model);
    begin_as(model, id, (follow, steps))
}

/// The name of the next followed action.
pub(super) fn next_id(model: &mut Model) -> FollowId {
    model.generations.follow += 1;
    FollowId(model.generations.follow)
}

/// Starts to follow an action under this name.
pub(super) fn begin_as(model: &mut Model, id: FollowId, (follow, steps): (Follow, Vec<Step>)) -> Vec<Effect> {
    // What a draft changes is noted with it.
    let drafted = model
        .runbooks
        .owner(id)
        .is_some_and(|(runbook, _)| model.runbooks.get(runbook).is_some_and(|opened| opened.tunes.is_some()));
    if let Some(made) = Made::of_follow(&follow, &model.inventory).filter(|_| !drafted) {
        model.making.insert(id, made);
    }
    model.follows.insert(id, follow);
    carry_out(model, id, steps)
}

/// Tells a followed action what came of a step.
pub(super) fn learn(model: &mut Model, id: FollowId, evidence: &Evidence<'_>) -> Vec<Effect> {
    let now = model.now;
    let Some(follow) = model.follows.get_mut(&id) else { return Vec::new() };
    let steps = follow.learn(evidence, now);
    carry_out(model, id, steps)
}

/// Tells a followed action what the list says of its target.
pub(super) fn list_was_read(model: &mut Model, id: FollowId) -> Vec<Effect> {
    let Some(follow) = model.follows.get(&id) else { return Vec::new() };
    let held = model.inventory.source(&follow.subject().source);
    match (follow.act(), held) {
        (Act::SwitchSome, Some(held)) => {
            let source = held.source.clone();
            learn(model, id, &Evidence::Source(&source))
        }
        (Act::DestroySchema, Some(_)) => {
            let present = follow.subject().tables.iter().any(|(schema, _)| model.inventory.schema(schema).is_some());
            learn(model, id, &Evidence::Present(present))
        }
        (_, held) => {
            let present = held.is_some();
            learn(model, id, &Evidence::Present(present))
        }
    }
}

fn carry_out(model: &mut Model, id: FollowId, steps: Vec<Step>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for step in steps {
        match step {
            Step::Ask(Need::Sources) => {
                model.list_waiters.push(Waiter::Follow(id));
                effects.extend(refresh::read_list(model));
            }
            Step::Ask(need) => effects.push(model.flights.fetch(need, Purpose::Follow(id), Urgency::Waiting)),
            Step::Send(operation) => {
                copy::remember(model, &operation);
                let name = name_of_target(model, id, &operation);
                effects.push(model.flights.send(operation, name, id));
            }
            Step::Wait(after) => effects.push(Effect::Wake { timer: Timer::Follow(id), after }),
            Step::Tell(told) => {
                effects.extend(report(model, told.tone, told.text.clone()));
                if told.end {
                    effects.extend(end(model, id, &told.text));
                } else if model.unknown.contains_key(&id) {
                    // After an answer the list is read again; where none came, what became known stands for it.
                    effects.extend(refresh::read_list_soon(model));
                }
            }
        }
    }
    effects
}

/// The name of what a write of a followed action acts on.
fn name_of_target(model: &Model, id: FollowId, operation: &Operation) -> Foreign {
    let Some(subject) = model.follows.get(&id).map(Follow::subject) else { return Foreign::default() };
    match operation.target() {
        Some(Target::Schema(schema)) => {
            let table = subject.tables.iter().find(|(table, _)| table == schema);
            table.map_or_else(|| subject.source_name.clone(), |(_, name)| name.clone())
        }
        _ => subject.source_name.clone(),
    }
}

fn end(model: &mut Model, id: FollowId, text: &str) -> Vec<Effect> {
    let Some(follow) = model.follows.remove(&id) else { return Vec::new() };
    if follow.was_destroyed() {
        match follow.act() {
            Act::DestroySource => model.inventory.forget_source(&follow.subject().source),
            Act::DestroySchema => {
                for (schema, _) in &follow.subject().tables {
                    model.inventory.forget_schema(schema, model.now);
                }
            }
            _ => {}
        }
        model.rebuild_rows();
    }
    let mut effects = refresh::read_list_soon(model);
    if let Some(request) = model.unknown.remove(&id) {
        effects.push(Effect::Learned { request, sentence: text.to_owned() });
    }
    tuning::note_made(model, id, &follow);
    effects.extend(runbook::follow_ended(model, id, &follow, text));
    effects
}

/// A write is over.
pub(super) fn sent(model: &mut Model, request: RequestId, result: Result<Sent, Failure>) -> Vec<Effect> {
    let Some(flight) = model.flights.land(request) else { return Vec::new() };
    let Purpose::Follow(id) = flight.purpose else { return Vec::new() };
    match result {
        Ok(Sent::Done(remark)) => {
            let mut effects = learn(model, id, &Evidence::Done(remark.as_ref()));
            effects.extend(refresh::read_list_soon(model));
            effects
        }
        Ok(Sent::Held(held)) => {
            let held_back = model.follows.remove(&id);
            model.making.remove(&id);
            let origin = model.settings.place().map_or(String::new(), |place| place.origin.clone());
            let text = format!("Dry run: {} was not sent.", held.shown());
            let mut effects = Vec::new();
            let owner = model.runbooks.owner(id).map(|(runbook, _)| runbook);
            let tunes = owner.and_then(|owner| model.runbooks.get(owner)?.tunes.clone());
            // Whatever else was opened meanwhile stays.
            let was_asked_from_there = match model.looked_at() {
                None | Some(Overlay::Preview { .. }) => true,
                Some(Overlay::Runbook(shown)) => owner == Some(*shown),
                Some(Overlay::Tuning(shown)) => tunes.as_ref() == Some(shown),
                Some(_) => false,
            };
            if let Some(follow) = held_back {
                effects = runbook::follow_ended(model, id, &follow, &text);
            }
            if was_asked_from_there {
                // A draft that was only looked at is still one.
                let owner = owner.filter(|owner| model.runbooks.get(*owner).is_some());
                let place = model.looked_at_mut();
                // Several requests of one step are shown together.
                let shown = match place.take() {
                    Some(Overlay::Preview { curl, .. }) => format!("{curl}\n\n"),
                    _ => String::new(),
                };
                let curl = format!("{shown}{}", held.curl(&origin));
                *place = Some(Overlay::Preview { curl, runbook: owner, tunes });
            }
            effects.extend(report(model, Tone::Note, text));
            effects
        }
        Err(failure) => {
            if failure.outcome_unknown() {
                model.unknown.insert(id, request);
            }
            learn(model, id, &Evidence::NotDone(&failure))
        }
    }
}
