//! Writes that cannot be written down in the audit log: they wait until the user has said whether they are sent.

use super::follows;
use crate::app::effect::{Effect, RequestId};
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::unlogged::Unlogged;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::operation::Operation;

/// A write was held back.
pub(super) fn held_back(model: &mut Model, request: RequestId, operation: Operation, reason: String) -> Vec<Effect> {
    if model.flights.recognise(request).is_none() {
        return Vec::new();
    }
    if model.sends_unlogged {
        return vec![Effect::SendUnlogged { request, operation }];
    }
    let unlogged = model.unlogged.get_or_insert_with(|| Unlogged { waiting: Vec::new(), reason });
    unlogged.waiting.push((request, operation));
    Vec::new()
}

/// A key was pressed while the question stands. Only capitals go ahead, so that nobody does who is typing.
pub(super) fn pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Char('S') => send(model),
        Code::Char('A') => {
            model.sends_unlogged = true;
            send(model)
        }
        Code::Escape | Code::Char('n' | 'N') => refuse(model),
        _ => Vec::new(),
    }
}

fn send(model: &mut Model) -> Vec<Effect> {
    let waiting = model.unlogged.take().map(|unlogged| unlogged.waiting).unwrap_or_default();
    waiting.into_iter().map(|(request, operation)| Effect::SendUnlogged { request, operation }).collect()
}

fn refuse(model: &mut Model) -> Vec<Effect> {
    let Some(unlogged) = model.unlogged.take() else { return Vec::new() };
    let failure = Failure::new(FailureKind::Unlogged, &unlogged.reason);
    let refused = unlogged.waiting.into_iter().map(|(request, _)| request).collect::<Vec<_>>();
    refused.into_iter().flat_map(|request| follows::sent(model, request, Err(failure.clone()))).collect()
}
