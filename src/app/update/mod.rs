//! (model, message) → effects. The only place where state changes.

mod actions;
mod bulk;
mod confirm;
mod facts;
mod follows;
pub mod form;
mod history;
mod keys;
mod logs;
mod moves;
mod palette;
mod refresh;
mod runbook;
mod triage;
mod tuning;

use super::effect::{Effect, Timer};
use super::layout::Pane;
use super::message::{Event, Message, Mouse, MouseAct};
use super::model::{Model, Screen};
use crate::warehouse::recovery::follow::{Evidence, Tone};

/// What to do at the very start.
pub fn start(model: &mut Model) -> Vec<Effect> {
    if model.screen != Screen::Main {
        return Vec::new();
    }
    let mut effects = refresh::connect(model);
    effects.push(Effect::TakeOver);
    effects
}

/// Takes in what happened and answers with what should be done.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    model.now = message.at;
    let asked = model.ordering.is_busy() && !matches!(message.event, Event::WentOn);
    let mut effects = happened(model, message.event);
    // One portion follows the other; what is asked for already is not asked for again.
    if model.ordering.is_busy() && !asked {
        effects.push(Effect::GoOn);
    }
    runbook::journalled(model, effects)
}

fn happened(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::KeyPressed(key) => keys::pressed(model, key),
        Event::Pasted(text) => keys::pasted(model, &text),
        Event::MouseUsed(mouse) => mouse_used(model, mouse),
        Event::Resized(size) => {
            model.size = size;
            Vec::new()
        }
        Event::FocusChanged(focused) => refresh::focus_changed(model, focused),
        Event::Resumed => Vec::new(),
        Event::WentOn => {
            let before = model.schemas.selected().cloned();
            model.go_on_ordering();
            if model.schemas.selected() == before.as_ref() { Vec::new() } else { moves::rested_soon(model) }
        }
        Event::Learned(request, fact) => facts::learned(model, request, *fact),
        Event::FetchEnded(request, result) => facts::ended(model, request, result),
        Event::Sent(request, result) => follows::sent(model, request, result),
        Event::TimerFired(timer) => fired(model, timer),
        Event::LeftBehind(records) => runbook::left_behind(model, records),
        Event::JournalFailed(reason) => notice(
            model,
            Tone::Bad,
            format!("What is half done cannot be written down, so a crash would lose its place: {reason}."),
        ),
        Event::Copied(true) => notice(model, Tone::Note, "Copied, if the terminal allows it.".to_owned()),
        Event::Copied(false) => notice(model, Tone::Bad, "Nothing was copied: the text is too long.".to_owned()),
        Event::BudgetChanged(left) => {
            model.link.budget = Some(left);
            Vec::new()
        }
        Event::Retrying(request, failure) => {
            if model.flights.recognise(request).is_some() {
                model.link.failure = Some(failure);
            }
            Vec::new()
        }
    }
}

fn fired(model: &mut Model, timer: Timer) -> Vec<Effect> {
    match timer {
        Timer::Refresh(generation) if generation == model.generations.refresh => refresh::read_list(model),
        Timer::Clock(generation) if generation == model.generations.clock => refresh::tick(model),
        Timer::Rested(generation) if generation == model.generations.rested => refresh::read_details(model),
        Timer::Follow(follow) => follows::learn(model, follow, &Evidence::Waited),
        // What an overlay may cover is not taken away behind it.
        Timer::Notice(_) if model.overlay.is_some() => vec![Effect::Wake { timer, after: COVERED }],
        Timer::Notice(generation) => {
            model.activity.expire(generation);
            Vec::new()
        }
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

fn mouse_used(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    if model.overlay.is_some() || model.screen != Screen::Main {
        return Vec::new();
    }
    let Some(layout) = model.layout() else { return Vec::new() };
    let Some(pane) = layout.pane_at(mouse.column, mouse.row) else { return Vec::new() };
    let rows = layout.rows(pane);
    let height = usize::from(rows.height);
    match mouse.act {
        MouseAct::Click => {
            let mut effects = moves::focus(model, pane);
            if !rows.contains(mouse.column, mouse.row) {
                return effects;
            }
            let line = usize::from(mouse.row - rows.y);
            match pane {
                Pane::Sources => {
                    let (start, shown) = model.sources.window(height);
                    if line < shown.len() {
                        model.sources.go(start + line);
                        effects.extend(moves::source_selected(model));
                    }
                }
                Pane::Schemas => {
                    let (start, shown) = model.schemas.window(height);
                    if line < shown.len() {
                        model.schemas.go(start + line);
                        effects.extend(moves::schema_selected(model));
                    }
                }
                Pane::Details => {}
            }
            effects
        }
        MouseAct::WheelDown => moves::scroll(model, pane, 3, height),
        MouseAct::WheelUp => moves::scroll(model, pane, -3, height),
    }
}
