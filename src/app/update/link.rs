//! What the ends of requests say of the connection.

use super::{refresh, report};
use crate::app::effect::{Effect, RequestId};
use crate::app::model::Model;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::survey::Need;
use crate::warehouse::words::short_span;

/// A request is tried again.
pub(super) fn retrying(model: &mut Model, request: RequestId, failure: Failure) {
    let Some(flight) = model.flights.recognise(request) else { return };
    if flight.need.as_ref().is_some_and(|need| is_about_the_server(need, &failure)) {
        troubled(model, failure, false);
    }
}

/// A request other than a reading of the list has failed for good.
pub(super) fn failed(model: &mut Model, failure: &Failure) -> Vec<Effect> {
    let known = model.link.outage.is_some_and(|outage| outage.failed > 0);
    match failure.kind {
        // The key is not accepted for anything else either: what is shown grows old from now on.
        FailureKind::KeyRejected if !known => {
            troubled(model, failure.clone(), true);
            model.activity.note(model.now, Tone::Bad, "The server does not accept the API key any more.".to_owned());
            if model.flights.is_reading_list() { Vec::new() } else { refresh::plan_reading(model) }
        }
        // Nothing listens there; the list will tell whether that is so for everything.
        FailureKind::Unreachable if model.link.outage.is_none() => {
            troubled(model, failure.clone(), false);
            refresh::read_list(model)
        }
        _ => Vec::new(),
    }
}

/// A request other than a reading of the list went well.
pub(super) fn answered(model: &mut Model) -> Vec<Effect> {
    if model.link.answered() { refresh::read_list(model) } else { Vec::new() }
}

/// The list could not be read.
pub(super) fn list_failed(model: &mut Model, failure: &Failure) {
    if model.link.outage.is_none_or(|outage| outage.failed == 0) {
        let text = format!("Reading the sources failed: {}.", failure.explanation());
        model.activity.note(model.now, Tone::Bad, text);
    }
    troubled(model, failure.clone(), true);
}

/// The list was read.
pub(super) fn list_read(model: &mut Model) -> Vec<Effect> {
    match model.link.read(model.now) {
        Some(outage) => {
            let after = if outage.as_secs() < 1 { "a moment".to_owned() } else { short_span(outage) };
            report(model, Tone::Good, format!("The connection is back, after {after}."))
        }
        None => Vec::new(),
    }
}

/// Takes note of trouble.
fn troubled(model: &mut Model, failure: Failure, reading_over: bool) {
    let began = model.link.outage.is_none();
    // What was said before is not true any more; before the first reading nothing was said of the server yet.
    if (began || failure.kind == FailureKind::KeyRejected) && !model.link.is_first_reading() {
        model.activity.hide();
    }
    model.link.failed(failure, reading_over, model.now);
}

/// Questions that the server passes on to the customer's system or to the vendor say nothing of the server where they
/// are not answered.
fn is_about_the_server(need: &Need, failure: &Failure) -> bool {
    !need.asks_elsewhere() || failure.kind == FailureKind::Unreachable
}
