//! Remembering how things are left, and coming back to it.

use jiff::SignedDuration;

use super::{notice, triage};
use crate::app::effect::{Effect, Timer};
use crate::app::model::remembered::Remembered;
use crate::app::model::{Model, Screen};
use crate::warehouse::recovery::follow::Tone;

/// What changes is written down so much later, with all that has changed meanwhile.
const LATER: SignedDuration = SignedDuration::from_secs(2);

/// At the start: puts things as they were left, and says what is left out because of it.
pub(super) fn restore(model: &mut Model) -> Vec<Effect> {
    let Some(left) = model.settings.setup.memory.left.take() else { return Vec::new() };
    // Somebody comes for one table, which no filter may hide.
    if model.settings.setup.arrival.is_some() {
        return Vec::new();
    }
    left.restore(model);
    let filters: Vec<String> = [(&model.sources.filter, "sources"), (&model.schemas.filter, "tables")]
        .into_iter()
        .filter(|(filter, _)| filter.is_active())
        .map(|(filter, what)| format!("the {what} are filtered by {}", filter.text()))
        .collect();
    if filters.is_empty() {
        return Vec::new();
    }
    notice(model, Tone::Note, format!("As you left it, {}; esc in that pane clears it.", filters.join(" and ")))
}

/// Selects again what was selected, as rows come in. Afterwards, or once everything was read, no more.
pub(super) fn rows_came(model: &mut Model) -> Vec<Effect> {
    if model.remembering.recall.is_none() {
        return Vec::new();
    }
    let found = model.recall();
    let read = !model.link.is_first_reading() && !model.ordering.is_busy();
    if !(read || found && !model.link.is_first_reading()) {
        return Vec::new();
    }
    let Some(recall) = model.remembering.recall.take() else { return Vec::new() };
    if recall.triage && model.overlay.is_none() { triage::open(model) } else { Vec::new() }
}

/// Somebody has pressed a key: what is selected is theirs from now on.
pub(super) fn taken_over(model: &mut Model) {
    model.remembering.recall = None;
}

/// Has written down what is not yet, soon; at the end at once.
pub(super) fn look(model: &mut Model, effects: &mut Vec<Effect>) {
    if !model.settings.setup.memory.remembers || model.screen != Screen::Main {
        return;
    }
    // What was remembered is not forgotten because it could not be read this time.
    if model.remembering.recall.is_some() || model.link.is_first_reading() {
        return;
    }
    let is_end = |effect: &Effect| matches!(effect, Effect::Quit | Effect::StartDemo | Effect::Connect(_));
    if let Some(place) = effects.iter().position(is_end) {
        if let Some(remember) = remember(model) {
            effects.insert(place, remember);
        }
    } else if !model.remembering.due && is_new(model).is_some() {
        model.remembering.due = true;
        effects.push(Effect::Wake { timer: Timer::Remember, after: LATER });
    }
}

/// Writes down how things are.
pub(super) fn due(model: &mut Model) -> Vec<Effect> {
    model.remembering.due = false;
    remember(model).into_iter().collect()
}

fn remember(model: &mut Model) -> Option<Effect> {
    let now = is_new(model)?;
    model.remembering.written = Some(now.clone());
    Some(Effect::Remember(now))
}

/// How things are, where that is not how it was written down.
fn is_new(model: &Model) -> Option<Box<Remembered>> {
    let now = Remembered::of(model)?;
    (model.remembering.written.as_deref() != Some(&now)).then(|| Box::new(now))
}

/// It could not be written down. That is said once.
pub(super) fn not_written(model: &mut Model, reason: &str) -> Vec<Effect> {
    if std::mem::replace(&mut model.remembering.failed, true) {
        return Vec::new();
    }
    notice(model, Tone::Bad, format!("How you leave things cannot be written down: {reason}."))
}
