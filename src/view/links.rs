//! Addresses that can be seen, and what they lead to. An address is a link only where the whole of it is on one line: a
//! part of one would lead elsewhere.

use ratatui::Frame;
use url::Url;

use super::theme::Theme;
use crate::app::layout::{Area, Link};
use crate::app::model::Model;
use crate::app::model::menu::Deed;
use crate::app::model::overlay::Overlay;
use crate::app::model::selection::Selected;

/// More links than any screen has.
const MOST: usize = 100;

/// Draws everything, and answers with the links in it where there are to be any.
pub fn draw(model: &Model, theme: &Theme, wanted: bool, frame: &mut Frame) -> Vec<Link> {
    super::draw(model, theme, frame);
    if wanted { of(model, frame) } else { Vec::new() }
}

/// The links of a frame that was just drawn.
fn of(model: &Model, frame: &mut Frame) -> Vec<Link> {
    let known = known(model);
    if known.is_empty() {
        return Vec::new();
    }
    let area = frame.area();
    let buffer = frame.buffer_mut();
    let mut links = Vec::new();
    for y in area.y..area.bottom() {
        let mut line = String::new();
        let mut columns = Vec::new();
        for x in area.x..area.right() {
            let symbol = buffer[(x, y)].symbol();
            columns.extend(std::iter::repeat_n(x, symbol.len()));
            line.push_str(symbol);
        }
        for (start, text) in addresses(&line) {
            let found = known.iter().find(|(shown, _)| shown == text);
            if let (Some((_, address)), Some(x)) = (found, columns.get(start)) {
                let width = u16::try_from(text.len()).unwrap_or(0);
                links.push(Link { area: Area { x: *x, y, width, height: 1 }, address: address.clone() });
            }
        }
    }
    links.truncate(MOST);
    links
}

/// Addresses that may be on the screen: as they are shown, and as they are opened.
fn known(model: &Model) -> Vec<(String, String)> {
    let mut known: Vec<(String, String)> = Vec::new();
    let mut learn = |text: &str| {
        for (_, shown) in addresses(text) {
            if let Some(address) = cleaned(shown)
                && !known.iter().any(|(other, _)| other == shown)
            {
                known.push((shown.to_owned(), address));
            }
        }
    };
    match model.selected() {
        Selected::Nothing => {}
        Selected::Source(held) => {
            held.source.latest_error.known().into_iter().for_each(|text| learn(&text.shown_lines()));
        }
        Selected::Schema(_, schema, _) => {
            schema.latest_error.known().into_iter().for_each(|text| learn(&text.shown_lines()));
        }
    }
    if let Some(notice) = model.activity.notice() {
        learn(&notice.text);
    }
    match &model.overlay {
        Some(Overlay::Menu(menu)) => {
            for choice in &menu.choices {
                match &choice.deed {
                    Ok(Deed::Browse(text) | Deed::Copy { text, .. }) => learn(text),
                    Err(_) => {}
                }
            }
        }
        Some(Overlay::Runbook(id)) => {
            let stages = model.runbooks.get(*id).into_iter().flat_map(|opened| opened.book.stages());
            stages.for_each(|stage| learn(&stage.what));
        }
        Some(Overlay::Activity(_)) => model.activity.entries().for_each(|entry| learn(&entry.text)),
        Some(Overlay::History(history)) => {
            if let Some(text) = history.explanation.as_ref().and_then(|asked| asked.puzzle.text.as_ref()) {
                learn(&text.shown_lines());
            }
            if let Some(line) = history.logs.as_ref().and_then(|logs| logs.selected()) {
                learn(&line.message.shown_lines());
            }
            if let Some(text) = history.selected().and_then(|job| job.latest_error.known()) {
                learn(&text.shown_lines());
            }
        }
        _ => {}
    }
    known
}

/// What looks like an address in a text, and where it begins.
fn addresses(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("http").filter_map(move |(start, _)| {
        let rest = &text[start..];
        if !(rest.starts_with("https://") || rest.starts_with("http://")) {
            return None;
        }
        // What is behind another sign of a name is a part of something else.
        if text[..start].ends_with(|sign: char| sign.is_alphanumeric() || matches!(sign, '+' | '-' | '.' | '_')) {
            return None;
        }
        let end =
            rest.find(|sign: char| !(sign.is_ascii_graphic()) || matches!(sign, '"' | '<' | '>' | '`' | '\\' | '|'));
        let address = &rest[..end.unwrap_or(rest.len())];
        // A sentence ends behind it, or a bracket around it.
        let address = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ')', ']', '}', '*']);
        (address.len() > "https://".len()).then_some((start, address))
    })
}

/// The address as it may be opened; `None` where it should not be.
fn cleaned(text: &str) -> Option<String> {
    let address = Url::parse(text).ok()?;
    let web = matches!(address.scheme(), "http" | "https") && address.has_host();
    // A name or password in it is there to deceive, or a secret.
    let open = address.username().is_empty() && address.password().is_none();
    let address = String::from(address);
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic());
    (web && open && plain && address.len() <= 2_000).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_found_in_sentences_and_only_whole_ones() {
        let found = |text: &'static str| addresses(text).map(|(_, address)| address).collect::<Vec<_>>();
        assert_eq!(found("See https://a.b/c?d=e, or (http://x.y)."), ["https://a.b/c?d=e", "http://x.y"]);
        assert_eq!(found("\"https://a.b/\"│https://c.d│"), ["https://a.b/", "https://c.d"]);
        assert_eq!(found("xhttps://a.b git+https://a.b https:// http:/x ftp://y"), [""; 0]);
    }

    #[test]
    fn foreign_addresses_are_cleaned() {
        for (text, clean) in [
            ("https://a.b/c d", Some("https://a.b/c%20d")),
            ("https://a.b/\u{1b}x", Some("https://a.b/%1Bx")),
            ("https://ä.example/ö", Some("https://xn--4ca.example/%C3%B6")),
            ("HTTPS://A.B", Some("https://a.b/")),
            ("https://eu.posthog.com@evil.example/", None),
            ("https://user:secret@a.b/", None),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("https://", None),
        ] {
            assert_eq!(cleaned(text).as_deref(), clean, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_foreign_never_ends_a_sequence(text in "https?://.*") {
            if let Some(address) = cleaned(&text) {
                prop_assert!(address.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert!(address.starts_with("http://") || address.starts_with("https://"));
            }
        }
    }
}
