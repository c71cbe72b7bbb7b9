//! One line: what it is connected to, how much is wrong, how old the data is.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::tables::severity;
use super::text;
use super::theme::{Role, Theme};
use super::widgets::put::put_line;
use crate::app::model::Model;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::freshness::{age, is_behind};
use crate::warehouse::state::Severity;
use crate::warehouse::words;

/// Columns from which on the place is always seen, and how much of it at least.
const PLACE_FROM: u16 = 72;
const PLACE: usize = 18;

/// What stands behind it.
const GAP: usize = 2;

/// Draws it.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame) {
    let badges = badges(model, theme);
    let place = place(model);
    let counts = counts(model, theme);
    let mut right = Line::from(budget(model, theme, area.width));
    right.push_span(connection(model, theme));
    right.push_span(Span::raw(" "));
    let room = usize::from(area.width).saturating_sub(right.width() + 1);
    // Badges come first, then what is wrong, then the place, for it hardly changes; no part is cut in the middle.
    let title = Span::styled(" whtui ", theme.style(Role::Title));
    let before = title.width() + Line::from(badges.clone()).width();
    // On all but the smallest terminals a part of the place is always seen: two projects must not look alike. On those,
    // the name of the profile is what stays.
    let name = profile(model, theme);
    let least = name.as_ref().map_or(0, |name| name.width() + GAP);
    let reserved = if area.width >= PLACE_FROM { PLACE } else { least };
    let mut free = room.saturating_sub(before + reserved);
    let mut shown = Vec::new();
    for part in counts {
        let width = text::width(&part.content) + 3;
        if width <= free {
            free -= width;
            shown.push(part);
        }
    }
    let free = (free + reserved).min(room.saturating_sub(before));
    let mut left = vec![title];
    match name {
        Some(name) if free < least => {
            left = vec![Span::raw(" "), name, Span::raw("  ")];
            left.extend(badges);
        }
        name => {
            left.extend(badges);
            if free >= PLACE {
                left.extend(in_colour(model, theme, &text::cut(&place, free - GAP, theme.ellipsis())));
                left.push(Span::raw("  "));
            } else if let Some(name) = name {
                left.extend([name, Span::raw("  ")]);
            }
        }
    }
    for (index, part) in shown.into_iter().enumerate() {
        if index > 0 {
            left.push(Span::raw(if part.content.starts_with("of ") { " " } else { " · " }));
        }
        left.push(part);
    }
    let buffer = frame.buffer_mut();
    put_line(buffer, area.x, area.y, &Line::from(left), u16::try_from(room).unwrap_or(area.width));
    let width = u16::try_from(right.width()).unwrap_or(area.width).min(area.width);
    buffer.set_line(area.right() - width, area.y, &right, width);
}

/// The name of the profile alone, for where there is no room for the place.
fn profile<'a>(model: &Model, theme: &Theme) -> Option<Span<'a>> {
    let setup = &model.settings.setup;
    let name = text::cut(setup.profile.as_deref()?, PLACE - GAP, theme.ellipsis());
    Some(Span::styled(name, theme.profile(setup.manner().colour)))
}

/// The place, with the name of the profile in its colour.
fn in_colour<'a>(model: &Model, theme: &Theme, place: &str) -> Vec<Span<'a>> {
    let setup = &model.settings.setup;
    let name = setup.profile.as_deref().filter(|name| place.starts_with(name)).map_or(0, str::len);
    let (name, rest) = place.split_at(name);
    vec![
        Span::styled(name.to_owned(), theme.profile(setup.manner().colour)),
        Span::styled(rest.to_owned(), theme.style(Role::Text)),
    ]
}

/// A strip in the colour of the profile, at the beginning of the lines that nothing ever covers.
pub(super) fn strip(model: &Model, theme: &Theme, rows: [u16; 3], frame: &mut Frame) {
    let Some(colour) = model.settings.setup.manner().colour.filter(|_| !theme.plain) else { return };
    let style = theme.profile(Some(colour));
    if style == theme.style(Role::Text) {
        return;
    }
    let sign = if theme.ascii { "|" } else { "▌" };
    let buffer = frame.buffer_mut();
    for row in rows {
        // Every one of them begins with a blank.
        if buffer[(0, row)].symbol() == " " {
            buffer.set_string(0, row, sign, style);
        }
    }
}

fn badges<'a>(model: &Model, theme: &Theme) -> Vec<Span<'a>> {
    let demo = model.settings.place().is_some_and(|place| place.demo);
    let words = [
        (demo, "DEMO"),
        (model.settings.setup.protected && !model.settings.read_only, "PROTECTED"),
        (model.settings.read_only, "READ-ONLY"),
        (model.settings.dry_run, "DRY-RUN"),
        (model.link.failure.as_ref().is_some_and(|failure| failure.kind == FailureKind::KeyRejected), "KEY REJECTED"),
        (model.link.held, "REFRESH HELD"),
        (model.inventory.billing_pause().is_some(), "BILLING PAUSE"),
    ];
    words
        .into_iter()
        .filter(|(shown, _)| *shown)
        .flat_map(|(_, word)| [Span::styled(format!(" {word} "), theme.style(Role::Badge)), Span::raw(" ")])
        .collect()
}

/// Project and host, for people.
pub(super) fn place(model: &Model) -> String {
    let Some(place) = model.settings.place() else { return String::new() };
    let name = model.identity.project.as_ref().map(|project| project.name.shown().into_owned());
    let project = name.unwrap_or_else(|| format!("project {}", place.project));
    let host = place.origin.split_once("://").map_or(place.origin.as_str(), |(_, host)| host);
    match &model.settings.setup.profile {
        Some(profile) => format!("{profile}: {project} @ {host}"),
        None => format!("{project} @ {host}"),
    }
}

fn counts<'a>(model: &Model, theme: &Theme) -> Vec<Span<'a>> {
    let tally = model.inventory.tally();
    if tally.total == 0 && model.link.is_first_reading() {
        return Vec::new();
    }
    let mut spans = Vec::new();
    for (count, word, of) in [
        (tally.broken, "broken", Severity::Broken),
        (tally.doubtful, "doubtful", Severity::Doubtful),
        (tally.moving, "moving", Severity::Moving),
    ] {
        if count > 0 {
            spans.push(Span::styled(format!("{} {word}", words::count(count as u64)), severity(of, theme)));
        }
    }
    spans.push(Span::styled(format!("of {}", words::counted(tally.total, "table")), theme.style(Role::Text)));
    if spans.len() == 1 {
        spans = vec![Span::styled(words::counted(tally.total, "table"), theme.style(Role::Text))];
    }
    spans
}

/// A server that answers, but not with what was asked for, is not offline.
fn unavailable(failure: &Failure) -> &'static str {
    if failure.reached_the_server() { "cannot read" } else { "offline" }
}

/// How the connection is doing and how old the data is.
fn connection<'a>(model: &Model, theme: &Theme) -> Span<'a> {
    let link = &model.link;
    // Younger than a minute is all the same to a reader, and a number would be wrong a second later.
    let data = link.read_at.map(|read_at| match age(read_at, model.now) {
        young if young < jiff::SignedDuration::from_mins(1) => "<1m".to_owned(),
        old => words::short_span(old),
    });
    let (text, role) = match (&link.failure, link.reading, data) {
        (Some(failure), _, Some(data)) => (format!("{}, data {data} old", unavailable(failure)), Role::Bad),
        (Some(failure), _, None) => (unavailable(failure).to_owned(), Role::Bad),
        (None, Some((loaded, total)), None) if total > 0 => (format!("reading {loaded}/{total}"), Role::Moving),
        (None, _, None) => ("connecting".to_owned(), Role::Moving),
        (None, Some(_), Some(_)) => ("reading".to_owned(), Role::Faint),
        (None, None, Some(data)) => {
            let old = link.read_at.is_some_and(|at| is_behind(at, model.now));
            (format!("data {data} old"), if old { Role::Doubtful } else { Role::Faint })
        }
    };
    Span::styled(text, theme.style(role))
}

/// Columns from which on the budget is seen once half of it is used; on fewer only when little of it is left.
const BUDGET_FROM: u16 = 120;

/// What is left of the request budget, or how long the server asks to wait.
fn budget<'a>(model: &Model, theme: &Theme, width: u16) -> Vec<Span<'a>> {
    let link = &model.link;
    let (text, role) = match (link.budget, link.paused_until.filter(|until| *until > model.now)) {
        (_, Some(until)) => {
            let wait = words::short_span(until.duration_since(model.now));
            let narrow = width < BUDGET_FROM;
            (format!("{} {wait}", if narrow { "throttled" } else { "too many requests, waiting" }), Role::Doubtful)
        }
        (Some(left), None) => {
            let low = left.minute < 60 || left.hour < 600;
            let half = left.minute < 240 || left.hour < 2_400;
            if !low && (!half || width < BUDGET_FROM) {
                return Vec::new();
            }
            let count = words::count(u64::from(left.minute.min(left.hour)));
            (format!("{count} requests left"), if low { Role::Doubtful } else { Role::Faint })
        }
        (None, None) => return Vec::new(),
    };
    vec![Span::styled(text, theme.style(role)), Span::styled(" · ", theme.style(Role::Faint))]
}
