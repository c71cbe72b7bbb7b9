//! What is said of a connection in trouble.

use crate::app::commands::CommandId;
use crate::app::model::Model;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::freshness::age;
use crate::warehouse::words::short_span;

/// Why what is shown is old, since when, and what is done about it: one sentence.
pub(super) fn trouble(model: &Model, failure: &Failure) -> String {
    if failure.kind == FailureKind::KeyRejected {
        let old = model.link.read_at.map(|read_at| short_span(age(read_at, model.now)));
        let old = old.map_or_else(String::new, |old| format!(" What is shown is {old} old;"));
        let key = model.keymap.key(CommandId::EnterKey);
        return format!(
            "The server does not accept the API key any more: revoked, rolled or deleted.{old} {key} enters another key."
        );
    }
    let refresh = model.keymap.key(CommandId::Refresh);
    let since = model.link.outage.map_or_else(String::new, |outage| {
        let since = outage.since.strftime("%H:%MZ");
        format!(" since {since}")
    });
    // What is asked for is the list, and that of a project.
    let why = match (&failure.kind, model.settings.place()) {
        (FailureKind::NotFound, Some(place)) => {
            format!("project {} does not exist any more, or the owner of the key has left it", place.project)
        }
        _ => failure.explanation(),
    };
    format!("Not up to date{since}: {why}; {}, or now with {refresh}.", next_try(model))
}

/// When it is tried again.
pub(super) fn next_try(model: &Model) -> String {
    match model.link.outage.and_then(|outage| outage.next) {
        Some(next) => match next.duration_since(model.now) {
            wait if wait.as_secs() < 1 => "next try now".to_owned(),
            wait => format!("next try in {}", short_span(wait)),
        },
        None if model.link.reading.is_some() => "trying again".to_owned(),
        None => "tried again by itself".to_owned(),
    }
}
