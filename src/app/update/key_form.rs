//! Another API key for the same host: it is checked before it is used, and kept nowhere.

use tui_input::InputRequest;

use super::keys::line_edit;
use super::{refresh, report};
use crate::app::effect::{Effect, RequestId, Urgency};
use crate::app::key::{Code, Key as Pressed};
use crate::app::model::Model;
use crate::app::model::flights::Purpose;
use crate::app::model::key_form::{KeyForm, Phase};
use crate::app::model::overlay::Overlay;
use crate::warehouse::account::Key;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::survey::Need;

/// Opens the field.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::Key(Box::default()));
    Vec::new()
}

/// A key of the keyboard was pressed over the field.
pub(super) fn pressed(model: &mut Model, key: Pressed) -> Vec<Effect> {
    let Some(Overlay::Key(form)) = &mut model.overlay else { return Vec::new() };
    match key.code {
        Code::Escape => {
            model.overlay = None;
            Vec::new()
        }
        Code::Enter => enter(model),
        _ => {
            if let Some(request) = line_edit(key) {
                form.edit(request);
            }
            Vec::new()
        }
    }
}

/// Text was pasted into the field.
pub(super) fn pasted(form: &mut KeyForm, text: &str) {
    text.trim().chars().for_each(|symbol| form.edit(InputRequest::InsertChar(symbol)));
}

fn enter(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Key(form)) = &mut model.overlay else { return Vec::new() };
    if matches!(form.phase, Phase::Checking(_)) {
        return Vec::new();
    }
    match form.key() {
        Ok(key) => {
            let request = model.flights.check_key();
            form.phase = Phase::Checking(request);
            vec![Effect::CheckKey { request, key }]
        }
        Err(reason) => {
            form.phase = Phase::Refused(reason);
            Vec::new()
        }
    }
}

/// The server said what a key may do, or that it may do nothing.
pub(super) fn checked(model: &mut Model, request: RequestId, result: Result<Key, Failure>) -> Vec<Effect> {
    if model.flights.land(request).is_none() {
        return Vec::new();
    }
    let Some(Overlay::Key(form)) = &mut model.overlay else { return Vec::new() };
    if form.phase != Phase::Checking(request) {
        return Vec::new();
    }
    let project = model.settings.place().map(|place| place.project);
    match usable(result, project) {
        Err(reason) => {
            form.phase = Phase::Refused(reason);
            Vec::new()
        }
        Ok(key) => {
            model.overlay = None;
            let lacks = key.allows("external_data_source", true) == Some(false);
            model.identity.key = Some(key);
            // What is still asked is about the key before.
            model.flights.note_taken(request, Need::Identity);
            let said = if lacks {
                "The new key is in use until you quit; it may look, but not change anything."
            } else {
                "The new key is in use until you quit."
            };
            let mut effects = vec![Effect::UseKey(request)];
            effects.extend(report(model, Tone::Good, said.to_owned()));
            effects.extend(refresh::by_hand(model));
            effects.push(model.flights.fetch(Need::Identity, Purpose::Show, Urgency::Background));
            effects
        }
    }
}

/// Whether a key can do what the one before did.
fn usable(result: Result<Key, Failure>, project: Option<u64>) -> Result<Key, String> {
    let key = result.map_err(|failure| match failure.kind {
        FailureKind::KeyRejected => "The server does not accept this key either.".to_owned(),
        _ => format!("It could not be checked: {}.", failure.explanation()),
    })?;
    let limited = !key.projects.is_empty();
    if limited && !key.projects.iter().any(|allowed| Some(allowed.get()) == project) {
        return Err("This key is limited to other projects than this one.".to_owned());
    }
    if key.allows("external_data_source", false) == Some(false) {
        return Err(
            "This key lacks the scope external_data_source:read, without which nothing can be shown.".to_owned()
        );
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::ids::ProjectId;
    use crate::warehouse::text::Foreign;

    fn key(scopes: &[&str], projects: &[u64]) -> Key {
        Key {
            scopes: Some(scopes.iter().map(|scope| Foreign::new(scope)).collect()),
            projects: projects.iter().filter_map(|project| ProjectId::new(*project)).collect(),
            ..Key::default()
        }
    }

    #[test]
    fn a_key_must_do_for_this_project() {
        for (found, fits) in [
            (key(&["*"], &[]), true),
            (key(&["external_data_source:read"], &[7, 42]), true),
            (Key::default(), true),
            (key(&["*"], &[7]), false),
            (key(&["project:read"], &[]), false),
        ] {
            assert_eq!(usable(Ok(found.clone()), Some(42)).is_ok(), fits, "{found:?}");
        }
        let rejected = usable(Err(Failure::new(FailureKind::KeyRejected, "")), Some(42)).unwrap_err();
        assert!(rejected.contains("either"));
    }
}
