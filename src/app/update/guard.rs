//! Protected profiles: no write leaves before the profile's name was typed.
//!
//! It stands where effects leave the core, so that no way to a write can miss it.

use super::keys::line_edit;
use super::{actions, follows};
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::guard::{Guard, Held};
use crate::warehouse::failure::{Failure, FailureKind};
use tui_input::InputRequest;

/// Keeps writes back where the profile is protected, and asks.
pub(super) fn hold(model: &mut Model, effects: Vec<Effect>) -> Vec<Effect> {
    let settings = &model.settings;
    // What sends nothing needs no question.
    if !settings.setup.protected || settings.read_only || settings.dry_run {
        return effects;
    }
    let (mut passed, mut held) = (Vec::new(), Vec::new());
    for effect in effects {
        match effect {
            Effect::Send { request, operation, name } => held.push(Held { request, operation, name }),
            other => passed.push(other),
        }
    }
    if !held.is_empty() {
        match &mut model.guard {
            // What is asked about does not change while somebody types.
            Some(guard) => guard.later.extend(held),
            None => model.guard = Some(Guard { held, ..Guard::default() }),
        }
    }
    passed
}

/// A key was pressed while the question stands. What may leave now comes first, what follows from a refusal second.
pub(super) fn pressed(model: &mut Model, key: Key) -> (Vec<Effect>, Vec<Effect>) {
    let name = model.settings.setup.profile.clone().unwrap_or_default();
    let Some(guard) = &mut model.guard else { return Default::default() };
    match key.code {
        Code::Enter if guard.input.value().trim() == name => {
            let held = next(model);
            let send = |Held { request, operation, name }| Effect::Send { request, operation, name };
            (held.into_iter().map(send).collect(), Vec::new())
        }
        Code::Enter => {
            guard.refused = true;
            Default::default()
        }
        Code::Escape => {
            let mut effects = Vec::new();
            for Held { request, .. } in next(model) {
                let declined = Failure::new(FailureKind::Declined, "");
                effects.extend(follows::sent(model, request, Err(declined)));
            }
            (Vec::new(), effects)
        }
        _ => match line_edit(key) {
            Some(request) => {
                guard.input.handle(request);
                guard.refused = false;
                Default::default()
            }
            None => (Vec::new(), actions::means_nothing_here(model, key)),
        },
    }
}

/// Text was pasted into the answer.
pub(super) fn pasted(guard: &mut Guard, text: &str) {
    for symbol in text.trim().chars().filter(|symbol| !symbol.is_control()) {
        guard.input.handle(InputRequest::InsertChar(symbol));
    }
    guard.refused = false;
}

/// Takes out what was asked about; what came meanwhile is the next question.
fn next(model: &mut Model) -> Vec<Held> {
    let Some(mut guard) = model.guard.take() else { return Vec::new() };
    let later = std::mem::take(&mut guard.later);
    if !later.is_empty() {
        model.guard = Some(Guard { held: later, ..Guard::default() });
    }
    guard.held
}
