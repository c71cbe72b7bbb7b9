//! The first screen: from nothing to a connection.

use super::keys::line_edit;
use crate::app::effect::{Destination, Effect, Login, ProfileDraft};
use crate::app::key::{Code, Key};
use crate::app::message::{Greeting, NotGreeted, NotSaved};
use crate::app::model::welcome::{Field, Host, Stage, Welcome};
use crate::app::model::{Model, Screen};
use crate::warehouse::key_shape::{UNUSUAL, is_unusual, problem_of_key};
use crate::warehouse::origin::OriginError;
use crate::warehouse::secret::Secret;
use tui_input::{Input, InputRequest};

/// How many rows a page of projects is.
const PAGE: usize = 8;

/// Opens it over what is connected.
pub(super) fn open(model: &mut Model) {
    model.overlay = None;
    model.welcome = Welcome { leads_back: true, round: model.welcome.round + 1, ..Welcome::default() };
    model.screen = Screen::Welcome { reason: String::new() };
}

/// A key was pressed on it.
pub(super) fn pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    match (key.code, key.ctrl, key.alt) {
        (Code::Escape, ..) => return back(model),
        (Code::Char('t'), true, false) => return vec![Effect::StartDemo],
        _ => {}
    }
    match model.welcome.stage {
        Stage::Entering => entering(model, key),
        Stage::Asking => Vec::new(),
        Stage::Choosing => choosing(model, key),
        Stage::Saving => saving(model, key),
    }
}

/// Text was pasted. A key is pasted with whatever surrounds it on a web page.
pub(super) fn pasted(model: &mut Model, text: &str) {
    let welcome = &mut model.welcome;
    let in_key = welcome.field == Field::Key;
    let Some(input) = welcome.input() else { return };
    for symbol in text.trim().chars() {
        input.handle(InputRequest::InsertChar(symbol));
    }
    welcome.doubted &= !in_key;
    welcome.refusal = None;
    welcome.cursor = 0;
}

/// One step back; from the first one out.
fn back(model: &mut Model) -> Vec<Effect> {
    let welcome = &mut model.welcome;
    welcome.refusal = None;
    match welcome.stage {
        Stage::Entering if welcome.leads_back => {
            // The key goes with it.
            model.welcome = Welcome { round: welcome.round + 1, ..Welcome::default() };
            model.screen = Screen::Main;
            Vec::new()
        }
        Stage::Entering => vec![Effect::Quit],
        Stage::Saving if welcome.greeting.as_ref().is_some_and(|greeting| greeting.projects.len() != 1) => {
            welcome.stage = Stage::Choosing;
            Vec::new()
        }
        Stage::Asking | Stage::Choosing | Stage::Saving => {
            // Whatever is answered now is outdated.
            welcome.round += 1;
            (welcome.stage, welcome.field) = (Stage::Entering, Field::Key);
            Vec::new()
        }
    }
}

fn entering(model: &mut Model, key: Key) -> Vec<Effect> {
    let welcome = &mut model.welcome;
    match (key.code, welcome.field) {
        (Code::Enter, Field::Demo) => return vec![Effect::StartDemo],
        (Code::Enter, Field::Key | Field::Connect) => return ask(model),
        (Code::Left | Code::BackTab, Field::Host) if key.code == Code::Left => turn(welcome, 2),
        (Code::Right | Code::Char(' '), Field::Host) => turn(welcome, 1),
        (Code::Left | Code::Right, Field::Connect | Field::Demo) => {
            welcome.field = if welcome.field == Field::Connect { Field::Demo } else { Field::Connect };
        }
        (Code::Char('r'), _) if key.ctrl => welcome.revealed = !welcome.revealed,
        _ => common(welcome, key),
    }
    Vec::new()
}

fn turn(welcome: &mut Welcome, by: usize) {
    let at = Host::ALL.iter().position(|host| *host == welcome.host).unwrap_or(0);
    welcome.host = Host::ALL[(at + by) % Host::ALL.len()];
    welcome.refusal = None;
}

/// Keys that mean the same in every form: to the next field, to the one before, and typing.
fn common(welcome: &mut Welcome, key: Key) {
    match key.code {
        Code::Tab | Code::Down | Code::Enter => step(welcome, 1),
        Code::BackTab | Code::Up => step(welcome, welcome.fields().len().saturating_sub(1)),
        _ => {
            let in_key = welcome.field == Field::Key;
            if let Some(request) = line_edit(key)
                && let Some(input) = welcome.input()
            {
                input.handle(request);
                welcome.doubted &= !in_key;
                welcome.refusal = None;
            }
        }
    }
}

fn step(welcome: &mut Welcome, by: usize) {
    let fields = welcome.fields();
    let at = fields.iter().position(|field| *field == welcome.field).unwrap_or(0);
    if let Some(next) = (at + by).checked_rem(fields.len()).and_then(|next| fields.get(next)) {
        welcome.field = *next;
    }
    welcome.revealed = false;
}

fn refuse(welcome: &mut Welcome, field: Field, sentence: String) -> Vec<Effect> {
    welcome.field = field;
    welcome.refusal = Some((field, sentence));
    Vec::new()
}

/// Asks the server what the key may do.
fn ask(model: &mut Model) -> Vec<Effect> {
    let allow_http = model.settings.setup.allow_http;
    let welcome = &mut model.welcome;
    let origin = match welcome.origin(allow_http) {
        Ok(origin) => origin,
        Err(problem) => {
            let said = match problem {
                OriginError::PlainHttp => {
                    "would send the API key unencrypted; use https://, or start whtui with --allow-http".to_owned()
                }
                other => other.to_string(),
            };
            return refuse(welcome, Field::Address, format!("The address {said}."));
        }
    };
    if welcome.key.value().trim().is_empty() {
        return refuse(welcome, Field::Key, "Paste a personal API key here; it begins with phx_.".to_owned());
    }
    let key = welcome.key.value().trim();
    if let Some(problem) = problem_of_key(key) {
        let sentence = format!("This {problem}.");
        return refuse(welcome, Field::Key, sentence);
    }
    if is_unusual(key) && !std::mem::replace(&mut welcome.doubted, true) {
        return refuse(welcome, Field::Key, UNUSUAL.to_owned());
    }
    let login = Login { origin, key: Secret::from(key), profile: None };
    welcome.round += 1;
    welcome.stage = Stage::Asking;
    welcome.refusal = None;
    welcome.revealed = false;
    welcome.login = Some(login.clone());
    vec![Effect::Greet(welcome.round, login)]
}

/// The server answered, or did not.
pub(super) fn greeted(model: &mut Model, round: u64, result: Result<Greeting, NotGreeted>) -> Vec<Effect> {
    let welcome = &mut model.welcome;
    if round != welcome.round || welcome.stage != Stage::Asking {
        return Vec::new();
    }
    welcome.stage = Stage::Entering;
    match result {
        Err(NotGreeted::Key(sentence)) => refuse(welcome, Field::Key, sentence),
        Err(NotGreeted::Host(sentence)) => {
            let field = if welcome.host == Host::Own { Field::Address } else { Field::Host };
            refuse(welcome, field, sentence)
        }
        Ok(greeting) if greeting.key.allows("external_data_source", false) == Some(false) => {
            let lacks = "This key lacks the scope external_data_source:write (or :read, to look only); add it to the \
                         key in PostHog, or create another one.";
            refuse(welcome, Field::Key, lacks.to_owned())
        }
        Ok(greeting) => {
            let only = match greeting.projects.as_slice() {
                [only] if greeting.whole => Some(only.id),
                _ => None,
            };
            welcome.greeting = Some(greeting);
            welcome.search = Input::default();
            welcome.cursor = 0;
            welcome.stage = Stage::Choosing;
            match only {
                Some(only) => picked(model, only),
                None => Vec::new(),
            }
        }
    }
}

fn choosing(model: &mut Model, key: Key) -> Vec<Effect> {
    let welcome = &mut model.welcome;
    let rows = welcome.rows();
    let last = rows.len().saturating_sub(1);
    let chosen = rows.get(welcome.cursor.min(last)).map(super::super::model::welcome::Row::id);
    match (key.code, key.ctrl) {
        (Code::Enter, _) => return chosen.map_or_else(Vec::new, |project| picked(model, project)),
        (Code::Down | Code::Tab, _) | (Code::Char('n'), true) => welcome.cursor = (welcome.cursor + 1).min(last),
        (Code::Up | Code::BackTab, _) | (Code::Char('p'), true) => welcome.cursor = welcome.cursor.saturating_sub(1),
        (Code::PageDown, _) => welcome.cursor = (welcome.cursor + PAGE).min(last),
        (Code::PageUp, _) => welcome.cursor = welcome.cursor.saturating_sub(PAGE),
        _ => {
            if let Some(request) = line_edit(key) {
                welcome.search.handle(request);
                welcome.cursor = 0;
            }
        }
    }
    Vec::new()
}

/// A project was picked: what is left is whether to keep it.
fn picked(model: &mut Model, project: crate::warehouse::ids::ProjectId) -> Vec<Effect> {
    model.welcome.project = Some(project);
    if model.settings.setup.file.is_none() {
        return connect(model, None);
    }
    let taken: Vec<&str> = model.settings.setup.profiles.iter().map(|offer| offer.name.as_str()).collect();
    let welcome = &mut model.welcome;
    let known = welcome.greeting.iter().flat_map(|greeting| &greeting.projects).find(|known| known.id == project);
    let name = profile_name(known.map_or("", |known| known.name.raw()), &taken);
    welcome.name = Input::new(name);
    (welcome.stage, welcome.field, welcome.refusal) = (Stage::Saving, Field::Save, None);
    Vec::new()
}

/// A name for a profile: letters, digits and `-` of the project's, and not one that is taken.
fn profile_name(project: &str, taken: &[&str]) -> String {
    let mut name = String::new();
    for symbol in project.chars() {
        if symbol.is_ascii_alphanumeric() {
            name.push(symbol.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() >= 24 {
            break;
        }
    }
    let name = match name.trim_end_matches('-') {
        "" => "posthog",
        name => name,
    };
    let mut names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}-{number}")));
    names.find(|name| !taken.contains(&name.as_str())).unwrap_or_default()
}

fn saving(model: &mut Model, key: Key) -> Vec<Effect> {
    let welcome = &mut model.welcome;
    match (key.code, welcome.field) {
        (Code::Enter, Field::Once) => return connect(model, None),
        (Code::Enter, _) => {
            let name = welcome.name.value().trim().to_owned();
            let (Some(login), Some(project)) = (welcome.login.clone(), welcome.project) else { return Vec::new() };
            let allow_http = login.origin.as_str().starts_with("http://") && !login.origin.is_loopback();
            welcome.round += 1;
            welcome.refusal = None;
            return vec![Effect::SaveProfile(welcome.round, ProfileDraft { name, login, project, allow_http })];
        }
        (Code::Left | Code::Right, Field::Save | Field::Once) => {
            welcome.field = if welcome.field == Field::Save { Field::Once } else { Field::Save };
        }
        _ => common(welcome, key),
    }
    Vec::new()
}

/// The profile was written down, or not.
pub(super) fn saved(model: &mut Model, round: u64, result: Result<(), NotSaved>) -> Vec<Effect> {
    let welcome = &mut model.welcome;
    if round != welcome.round || welcome.stage != Stage::Saving {
        return Vec::new();
    }
    match result {
        Ok(()) => {
            let name = welcome.name.value().trim().to_owned();
            connect(model, Some(name))
        }
        Err(NotSaved::Name(sentence)) => refuse(welcome, Field::Name, sentence),
        Err(NotSaved::File(sentence)) => refuse(welcome, Field::Once, sentence),
    }
}

fn connect(model: &mut Model, profile: Option<String>) -> Vec<Effect> {
    let (Some(login), Some(project)) = (model.welcome.login.clone(), model.welcome.project) else { return Vec::new() };
    vec![Effect::Connect(Box::new(Destination::Entered(Login { profile, ..login }, project)))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_made_of_what_there_is() {
        let taken = ["acme", "acme-2"];
        for (wanted, name) in [
            ("Acme", "acme-3"),
            ("Ünï Cödé: Prod!", "n-c-d-prod"),
            ("注文", "posthog"),
            ("", "posthog"),
            ("A very long name of a project indeed", "a-very-long-name-of-a-pr"),
        ] {
            assert_eq!(profile_name(wanted, &taken), name);
        }
    }

    proptest! {
        #[test]
        fn what_is_offered_is_a_name(project in any::<String>()) {
            let name = profile_name(&project, &[]);
            prop_assert!((1..=24).contains(&name.len()), "{}", name);
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{}", name);
        }
    }
}
