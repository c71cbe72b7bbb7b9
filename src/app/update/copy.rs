//! What can be copied of the selection, and which of its pages can be opened.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::model::menu::{Choice, Deed, Menu};
use crate::app::model::overlay::Overlay;
use crate::app::model::selection::Selected;
use crate::app::settings::Place;
use crate::warehouse::ids::ProjectId;
use crate::warehouse::operation::{Operation, Read, Request};
use crate::warehouse::text::{Foreign, clean};
use crate::warehouse::ticket;

/// Opens the menu of what can be copied.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let menu = choices(model);
    model.overlay = Some(Overlay::Menu(menu));
    Vec::new()
}

fn choices(model: &Model) -> Menu {
    let offer = |letter, title, what: &str, text: Result<String, &'static str>| Choice {
        letter,
        title,
        deed: text.map(|text| Deed::Copy { what: what.to_owned(), text }),
    };
    let several = marked(model);
    if !several.is_empty() {
        let lines = |of: fn(&(String, String)) -> &str| several.iter().map(of).collect::<Vec<_>>().join("\n");
        let choices = vec![
            offer('i', "ids", "A list of ids", Ok(lines(|(id, _)| id))),
            offer('n', "names", "A list of names", Ok(lines(|(_, name)| name))),
        ];
        return Menu::new(format!("Copy of {} marked tables", several.len()), choices);
    }
    let (id, name, error) = match model.selected() {
        Selected::Nothing => return Menu::new("Copy".to_owned(), Vec::new()),
        Selected::Source(held) => (held.source.id.as_str(), held.title(), held.source.latest_error.known()),
        Selected::Schema(_, schema, _) => (schema.id.as_str(), &schema.name, schema.latest_error.known()),
    };
    let error = error.filter(|error| !error.is_blank()).map(|error| error.shown_lines().into_owned());
    let read = reading(model).and_then(|read| curl(model, &Operation::Read(read)));
    let change = model.last_change.as_ref().and_then(|request| as_shell_line(model, request));
    let choices = vec![
        offer('i', "id", "The id", Ok(clean(id, false).into_owned())),
        offer('n', "name", "The name", Ok(name.shown().into_owned())),
        offer('e', "error text", "The error text", error.ok_or("there is no error text here.")),
        offer('m', "details as Markdown", "The report", report(model).ok_or("nothing is selected.")),
        offer('c', "reading it, as curl", "The request", read.ok_or("there is no connection.")),
        offer('l', "last change, as curl", "The request", change.ok_or("nothing was changed from here yet.")),
    ];
    Menu::new(format!("Copy of {}", name.shown()), choices)
}

/// Identities and names of the marked tables.
fn marked(model: &Model) -> Vec<(String, String)> {
    let tables = model.marks.iter().filter_map(|id| model.inventory.schema(id));
    tables
        .map(|(_, schema, _)| (clean(schema.id.as_str(), false).into_owned(), schema.name.shown().into_owned()))
        .collect()
}

/// The call that reads the selection in full.
pub(super) fn reading(model: &Model) -> Option<Read> {
    match model.selected() {
        Selected::Nothing => None,
        Selected::Source(held) => Some(Read::Source(held.source.id.clone())),
        Selected::Schema(_, schema, _) => Some(Read::Schema(schema.id.clone())),
    }
}

fn curl(model: &Model, operation: &Operation) -> Option<String> {
    let project = ProjectId::new(model.settings.place()?.project)?;
    as_shell_line(model, &operation.request(project))
}

fn as_shell_line(model: &Model, request: &Request) -> Option<String> {
    Some(request.curl(&model.settings.place()?.origin))
}

/// Remembers what is sent, without its secrets.
pub(super) fn remember(model: &mut Model, operation: &Operation) {
    let project = model.settings.place().and_then(|place| ProjectId::new(place.project));
    if let Some(project) = project {
        model.last_change = Some(operation.request(project).without_secrets());
    }
}

/// All that is known of the selection, for a ticket.
pub(super) fn report(model: &Model) -> Option<String> {
    let place = model.settings.place()?;
    let origin = ticket::Origin { address: &place.origin, project: place.project, now: model.now };
    match model.selected() {
        Selected::Nothing => None,
        Selected::Source(held) => Some(ticket::of_source(held, &origin)),
        Selected::Schema(held, schema, state) => Some(ticket::of_table(&model.inventory, held, schema, state, &origin)),
    }
}

/// What must be encoded in one segment of an address.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Opens the menu of pages of the selection.
pub(super) fn browse(model: &mut Model) -> Vec<Effect> {
    let Some(place) = model.settings.place() else { return Vec::new() };
    let source = match model.selected() {
        Selected::Nothing => None,
        Selected::Source(held) | Selected::Schema(held, ..) => Some(held),
    };
    let title = source.map_or("this project".into(), |held| held.title().shown());
    let page = |tab| source.map(|held| page_of(place, held.source.id.as_str(), tab)).ok_or("nothing is selected.");
    let open = |letter, title, address: Result<String, &'static str>| Choice {
        letter,
        title,
        deed: if place.demo { Err("the demo has no web pages.") } else { address.map(Deed::Browse) },
    };
    let choices = vec![
        open('t', "its tables", page("schemas")),
        open('s', "its jobs", page("syncs")),
        open('b', "billing", Ok(format!("{}/organization/billing", place.origin))),
    ];
    let menu = Menu::new(format!("Open in the browser: {title}"), choices);
    model.overlay = Some(Overlay::Menu(menu));
    Vec::new()
}

/// The address of a page of a source. Whatever its identity holds stays in its segment.
fn page_of(place: &Place, source: &str, tab: &str) -> String {
    let id = utf8_percent_encode(source, SEGMENT);
    format!("{}/project/{}/data-management/sources/managed-{id}/{tab}", place.origin, place.project)
}

/// The error text of the selection.
pub(super) fn error_text(model: &Model) -> Option<String> {
    let text = match model.selected() {
        Selected::Nothing => None,
        Selected::Source(held) => held.source.latest_error.known(),
        Selected::Schema(_, schema, _) => schema.latest_error.known(),
    };
    text.map(Foreign::shown_lines).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_page_stays_below_its_origin_whatever_the_identity_is(id in any::<String>()) {
            let place = Place { origin: "https://eu.posthog.com".to_owned(), project: 42, demo: false };
            let address = url::Url::parse(&page_of(&place, &id, "syncs")).unwrap();
            prop_assert_eq!(address.host_str(), Some("eu.posthog.com"));
            let segments: Vec<&str> = address.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 6);
            prop_assert_eq!((segments[0], segments[1], segments[5]), ("project", "42", "syncs"));
            prop_assert!(address.query().is_none() && address.fragment().is_none());
        }
    }
}
