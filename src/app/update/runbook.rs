//! Runbooks: carries out the moves that the state machine in `warehouse` asks for, and tells it what keys and the
//! server answer.

mod keys;
pub(super) mod left_behind;
mod opening;

use super::{follows, notice, refresh, tuning};
use crate::app::commands::CommandId;
use crate::app::effect::{Effect, FollowId, Urgency};
use crate::app::model::Model;
use crate::app::model::flights::{Purpose, Waiter};
use crate::app::model::runbook::{Opened, RunbookId};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::recovery::follow::{Follow, Outcome, Step, Tone};
use crate::warehouse::recovery::runbook::{Move, News, Waits};
use crate::warehouse::survey::Need;
pub(super) use keys::{consented, pasted, pressed};
pub(super) use opening::{begin_ready, open, open_planned, open_problem, open_selected, open_symptom, show_last};

/// Does something with a runbook, and what follows from it.
fn with(model: &mut Model, id: RunbookId, act: impl FnOnce(&mut Opened, &Inventory) -> Vec<Move>) -> Vec<Effect> {
    let Some(opened) = model.runbooks.get_mut(id) else { return Vec::new() };
    let before = (opened.book.at(), opened.book.waits());
    let moves = act(opened, &model.inventory);
    if (opened.book.at(), opened.book.waits()) != before {
        opened.cursor = 0;
        opened.scroll = 0;
        opened.picked.clear();
        opened.bring_form_up_to_date();
    }
    carry_out(model, id, moves)
}

/// Tells a runbook what has happened.
pub(super) fn learn(model: &mut Model, id: RunbookId, news: &News<'_>) -> Vec<Effect> {
    with(model, id, |opened, inventory| opened.book.learn(news, inventory))
}

/// Tells the runbooks that watch their tables that the list was read.
pub(super) fn watch(model: &mut Model) -> Vec<Effect> {
    let watching = model.runbooks.iter().filter(|(_, opened)| opened.book.is_watching()).map(|(id, _)| id);
    let watching: Vec<RunbookId> = watching.collect();
    watching.into_iter().flat_map(|id| learn(model, id, &News::ListRead)).collect()
}

fn carry_out(model: &mut Model, id: RunbookId, moves: Vec<Move>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for step in moves {
        match step {
            Move::Ask(Need::Sources) => {
                model.list_waiters.push(Waiter::Runbook(id));
                effects.extend(refresh::read_list(model));
            }
            Move::Ask(need) => effects.push(model.flights.fetch(need, Purpose::Runbook(id), Urgency::Waiting)),
            Move::Write(unit, write, subject) => {
                let started = Follow::write(write, subject, model.now);
                effects.extend(begin(model, id, unit, started));
            }
            Move::Discard(unit, consent, subject) => {
                let started = Follow::discard(consent, subject, model.now);
                effects.extend(begin(model, id, unit, started));
            }
        }
    }
    effects
}

fn begin(model: &mut Model, id: RunbookId, unit: usize, started: (Follow, Vec<Step>)) -> Vec<Effect> {
    let follow = follows::next_id(model);
    if let Some(opened) = model.runbooks.get_mut(id) {
        opened.follows.insert(follow, unit);
    }
    follows::begin_as(model, follow, started)
}

/// A followed action has ended; where it belongs to a runbook, that goes on.
pub(super) fn follow_ended(model: &mut Model, id: FollowId, follow: &Follow, text: &str) -> Vec<Effect> {
    let Some((runbook, unit)) = model.runbooks.owner(id) else { return Vec::new() };
    if let Some(opened) = model.runbooks.get_mut(runbook) {
        opened.follows.remove(&id);
    }
    let refused = follow.refused().map(|failure| (failure.attr.as_ref(), &failure.detail));
    let news = News::Ended {
        unit,
        outcome: follow.outcome().unwrap_or(Outcome::Unknown),
        text,
        left_out: follow.left_out(),
        refused,
    };
    let mut effects = learn(model, runbook, &news);
    effects.extend(tuning::stepped(model, runbook));
    tuning::taken_back(model, runbook);
    effects.extend(tell_end(model, runbook));
    effects
}

/// A runbook that ended while nobody looked at it says so.
fn tell_end(model: &mut Model, id: RunbookId) -> Vec<Effect> {
    if model.shows_runbook(id) {
        return Vec::new();
    }
    let Some(opened) = model.runbooks.get(id) else { return Vec::new() };
    let name = opened.book.situation().source_name.shown().into_owned();
    let letter = opened.book.situation().letter;
    match opened.book.waits() {
        Waits::Server | Waits::Nothing => Vec::new(),
        _ => {
            let key = model.keymap.key(CommandId::Runbooks);
            notice(model, Tone::Note, format!("{name}: runbook {letter} waits for you; {key} shows it."))
        }
    }
}
