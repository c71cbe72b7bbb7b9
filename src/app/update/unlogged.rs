//! Writes that cannot be written down in the audit log: they wait until the user has said whether they are sent.

use super::{actions, follows};
use crate::app::effect::{Effect, RequestId};
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::operation::Operation;

/// A write was held back.
pub(super) fn held_back(model: &mut Model, request: RequestId, operation: Operation, reason: String) -> Vec<Effect> {
    if model.flights.recognise(request).is_none() {
        return Vec::new();
    }
    if model.unlogged.allowed {
        return vec![Effect::SendUnlogged { request, operation }];
    }
    model.unlogged.reason = reason;
    model.unlogged.waiting.push((request, operation));
    Vec::new()
}

/// A key was pressed while the question stands. Only capitals go ahead, so that nobody does who is typing.
pub(super) fn pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Char('S') => send(model),
        Code::Char('A') => {
            model.unlogged.allowed = true;
            send(model)
        }
        Code::Escape | Code::Char('n' | 'N') => refuse(model),
        _ => actions::means_nothing_here(model, key),
    }
}

fn send(model: &mut Model) -> Vec<Effect> {
    let waiting = std::mem::take(&mut model.unlogged.waiting);
    waiting.into_iter().map(|(request, operation)| Effect::SendUnlogged { request, operation }).collect()
}

fn refuse(model: &mut Model) -> Vec<Effect> {
    let failure = Failure::new(FailureKind::Unlogged, &model.unlogged.reason);
    let waiting = std::mem::take(&mut model.unlogged.waiting);
    waiting.into_iter().flat_map(|(request, _)| follows::sent(model, request, Err(failure.clone()))).collect()
}
