//! (model, message) → effects. The only place where state changes.

mod actions;
mod all_profiles;
mod borders;
mod bulk;
mod columns;
mod confirm;
mod copy;
mod edit_text;
mod export;
mod facts;
mod filters;
mod follows;
pub mod form;
mod guard;
mod history;
mod key_form;
mod keys;
mod late;
mod link;
mod logs;
mod menu;
mod mouse;
mod moves;
mod notices;
mod palette;
mod profiles;
mod raw;
mod reader;
mod refresh;
mod remember;
mod runbook;
mod sequences;
mod sorting;
mod tour;
mod triage;
mod tuning;
mod unlogged;
mod watch;
mod welcome;

use super::effect::{Effect, Timer};
use super::message::{Event, Message};
use super::model::overlay::Overlay;
use super::model::{Model, Screen};
use crate::warehouse::recovery::follow::{Evidence, Tone};

/// What to do at the very start.
pub fn start(model: &mut Model) -> Vec<Effect> {
    if model.screen != Screen::Main {
        return Vec::new();
    }
    let mut effects = remember::restore(model);
    effects.extend(refresh::connect(model));
    effects.push(Effect::TakeOver);
    effects.extend(profiles::first_look(model));
    for note in std::mem::take(&mut model.settings.setup.notes) {
        effects.extend(report(model, Tone::Note, note));
    }
    effects
}

/// Takes in what happened and answers with what should be done.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    model.now = message.at;
    if model.screen == Screen::Main && matches!(message.event, Event::KeyPressed(_)) {
        model.settings.setup.arrival = None;
    }
    let before =
        matches!(message.event, Event::KeyPressed(_) | Event::MouseUsed(_)).then(|| notices::Before::of(model));
    let noticed = watch::noticed(model, &message.event);
    let asked = model.ordering.is_busy() && !matches!(message.event, Event::WentOn);
    let (mut allowed, mut effects) = match message.event {
        Event::KeyPressed(key) if model.guard.is_some() && !keys::works_everywhere(model, key) => {
            guard::pressed(model, key)
        }
        event => (Vec::new(), happened(model, event)),
    };
    // Only the help lies over something else.
    if !matches!(model.overlay, Some(Overlay::Help(_))) {
        model.beneath = None;
    }
    effects.extend(watch::look(model));
    effects.extend(noticed);
    effects.extend(refresh::hurry_clock(model));
    effects.extend(all_profiles::arrive(model));
    effects.extend(all_profiles::leave_unseen(model));
    // One portion follows the other; what is asked for already is not asked for again.
    if model.ordering.is_busy() && !asked {
        effects.push(Effect::GoOn);
    }
    sequences::look(model);
    if let Some(before) = before {
        before.outlived(model);
    }
    let effects = tour::advance(model, effects);
    let effects = runbook::left_behind::journalled(model, effects);
    allowed.extend(guard::hold(model, effects));
    remember::look(model, &mut allowed);
    allowed
}

fn happened(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::KeyPressed(key) => sequences::pressed(model, key),
        Event::Pasted(text) => keys::pasted(model, &text),
        Event::MouseUsed(mouse) => {
            remember::taken_over(model);
            mouse::used(model, mouse)
        }
        Event::Resized(size) => {
            model.size = size;
            Vec::new()
        }
        Event::FocusChanged(focused) => refresh::focus_changed(model, focused),
        // Only the theme depends on the background.
        Event::BackgroundTold(_) => Vec::new(),
        Event::WentOn => {
            let before = model.schemas.selected().cloned();
            model.go_on_ordering();
            let recalled = remember::rows_came(model);
            let mut effects =
                if model.schemas.selected() == before.as_ref() { Vec::new() } else { moves::rested_soon(model) };
            effects.extend(recalled);
            effects
        }
        Event::Learned(request, fact) => facts::learned(model, request, *fact),
        Event::FetchEnded(request, result) => facts::ended(model, request, result),
        Event::Sent(request, result) => follows::sent(model, request, result),
        Event::Unlogged(request, operation, reason) => unlogged::held_back(model, request, operation, reason),
        Event::AuditFailed(reason) => notice(
            model,
            Tone::Bad,
            format!("The audit log could not be completed, and is tried again later: {reason}."),
        ),
        Event::KeyChecked(request, result) => key_form::checked(model, request, result),
        Event::TimerFired(timer) => fired(model, timer),
        Event::LeftBehind(records) => runbook::left_behind::found(model, records),
        Event::JournalFailed(reason) => notice(
            model,
            Tone::Bad,
            format!("What is half done cannot be written down, so a crash would lose its place: {reason}."),
        ),
        Event::JournalUnread(note) => report(model, Tone::Bad, note),
        Event::Greeted(round, result) => welcome::greeted(model, round, result.map(|greeting| *greeting)),
        Event::ProfileSaved(round, result) => welcome::saved(model, round, result),
        Event::Copied(asked) => menu::copied(model, asked),
        Event::CopiedBy(program) => menu::copied_by(model, program),
        Event::Saved(path, result) => export::saved(model, &path, result),
        Event::NotRemembered(reason) => remember::not_written(model, &reason),
        Event::FiltersKept(result) => filters::kept(model, result),
        Event::TextEdited(result) => edit_text::ended(model, result),
        Event::Browsed(address, result) => menu::browsed(model, address, result),
        Event::BudgetChanged(left) => {
            model.link.learn_budget(left, model.now);
            Vec::new()
        }
        Event::Retrying(request, failure) => {
            link::retrying(model, request, failure);
            Vec::new()
        }
        Event::Elsewhere(round, profile, news) => all_profiles::told(model, round, &profile, *news),
    }
}

fn fired(model: &mut Model, timer: Timer) -> Vec<Effect> {
    match timer {
        Timer::Refresh(generation) if generation == model.generations.refresh => refresh::read_list(model),
        Timer::Clock(generation) if generation == model.generations.clock => refresh::tick(model),
        Timer::Rested(generation) if generation == model.generations.rested => refresh::read_details(model),
        Timer::Pages => facts::take_in_pages(model),
        Timer::Follow(follow) => follows::learn(model, follow, &Evidence::Waited),
        // What an overlay may cover is not taken away behind it.
        Timer::Notice(generation) if model.overlay.is_some() && model.activity.shows(generation) => {
            vec![Effect::Wake { timer, after: COVERED }]
        }
        Timer::Notice(generation) => {
            model.activity.expire(generation);
            Vec::new()
        }
        Timer::Remember => remember::due(model),
        Timer::Refresh(_) | Timer::Clock(_) | Timer::Rested(_) => Vec::new(),
    }
}

/// How long a notice stays once the overlay over it may have been closed.
const COVERED: jiff::SignedDuration = jiff::SignedDuration::from_secs(4);

/// Shows a notice for a while, and writes it down.
fn report(model: &mut Model, tone: Tone, text: String) -> Vec<Effect> {
    model.activity.note(model.now, tone, text.clone());
    notice(model, tone, text)
}

/// Shows a notice for a while.
fn notice(model: &mut Model, tone: Tone, text: String) -> Vec<Effect> {
    let generation = model.activity.show(model.now, tone, text);
    let after = jiff::SignedDuration::from_secs(match tone {
        Tone::Bad => 20,
        Tone::Good | Tone::Note => 8,
    });
    vec![Effect::Wake { timer: Timer::Notice(generation), after }]
}
