//! Two lines at the bottom: what was just said or is under way, and which keys are worth knowing now.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::put::put_line;
use crate::app::commands::surface::Surface;
use crate::app::commands::{Availability, COMMANDS, Command, CommandId};
use crate::app::key::{Code, Key};
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::history::History;
use crate::app::model::overlay::Overlay;
use crate::app::model::reader::Reader;
use crate::warehouse::consent::{Challenge, Demand};
use crate::warehouse::query::Query;
use crate::warehouse::runs::Runs;

/// Draws the notice on the left and what is under way on the right. A notice that needs two lines takes the place of
/// the hints while it is there; where there is no room for both, the notice goes before the progress.
pub(super) fn notice(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame) -> bool {
    let (words, style) = words(model, theme);
    let width = usize::from(area.width).saturating_sub(2);
    let mut progress = text::cut(&progress(model), width, theme.ellipsis());
    let buffer = frame.buffer_mut();
    if !words.is_empty() && text::width(&words) + text::width(&progress) + 3 > width {
        progress.clear();
    }
    let start = width.saturating_sub(text::width(&progress));
    let x = area.x + 1 + u16::try_from(start).unwrap_or(0);
    buffer.set_stringn(x, area.y, progress, width, theme.style(Role::Moving));
    // What may follow the keys that were pressed has the second line.
    let most = if model.presses.begun().is_some() { 1 } else { 2 };
    let mut lines = text::wrap(&words, width);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(text::cut(&rest, width, theme.ellipsis()));
    }
    for (line, y) in lines.iter().zip(area.y..) {
        buffer.set_stringn(area.x + 1, y, line, width, style);
    }
    lines.len() > 1
}

fn progress(model: &Model) -> String {
    let Some(follow) = model.follows.values().next_back() else { return String::new() };
    let usual = match follow.subject().tables.as_slice() {
        [(schema, _)] => model.inventory.runs(schema).and_then(Runs::usual),
        _ => None,
    };
    let more = model.follows.len() - 1;
    let text = follow.progress(usual, model.now);
    if more > 0 { format!("{text} (+{more} more)") } else { text }
}

fn words(model: &Model, theme: &Theme) -> (String, Style) {
    if let Some((said, role)) = typed_filter(model) {
        return (said, theme.style(role));
    }
    if let Some(notice) = model.activity.notice() {
        return (notice.text.clone(), theme.tone(notice.tone));
    }
    // Before anything could be read, the pane says why.
    if let Some(failure) = model.link.failure.as_ref().filter(|_| !model.link.is_first_reading()) {
        return (super::link::trouble(model, failure), theme.style(Role::Bad));
    }
    if let Some(sentence) = model.tour.sentence(model) {
        return (sentence, theme.style(Role::Heading));
    }
    if let Some((held, schema)) = model.inventory.billing_pause() {
        let text = format!(
            "Billing has paused {} / {}: no reload of this project will start until the billing limit is raised.",
            held.title().shown(),
            schema.title().shown()
        );
        return (text, theme.style(Role::Bad));
    }
    if model.link.unreadable > 0 {
        let text = format!("{} items of the server's list could not be read and are not shown.", model.link.unreadable);
        return (text, theme.style(Role::Doubtful));
    }
    if model.link.partial {
        return (
            "The list changed while it was read; something may be missing until the next reading.".to_owned(),
            theme.style(Role::Doubtful),
        );
    }
    (String::new(), theme.style(Role::Text))
}

/// What is to be said of the filter that is typed, or of the one that is in use: what it could become, or what is wrong.
fn typed_filter(model: &Model) -> Option<(String, Role)> {
    let filter = match model.focus {
        _ if model.shows_all_profiles() => &model.all_profiles.rows.filter,
        Pane::Sources => &model.sources.filter,
        Pane::Schemas => &model.schemas.filter,
        Pane::Details => return None,
    };
    let fault = || Query::read(filter.text()).faults().first().map(|fault| (fault.sentence.clone(), Role::Doubtful));
    match (&filter.offered, filter.editing) {
        (Some(offered), true) => Some((offered.clone(), Role::Text)),
        (_, true) => fault(),
        (_, false) if model.activity.notice().is_none() => fault(),
        (_, false) => None,
    }
}

/// Draws the keys that are worth knowing now; they drop out by worth when space shrinks.
pub(super) fn hints(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame) {
    let mut room = usize::from(area.width).saturating_sub(1);
    let mut spans = vec![Span::raw(" ")];
    for (key, title) in keys(model) {
        if key.is_empty() {
            continue;
        }
        // The space behind the last one may be missing.
        let width = text::width(&key) + 1 + text::width(title);
        if width > room {
            break;
        }
        room = room.saturating_sub(width + 2);
        spans.push(Span::styled(key, theme.style(Role::Key)));
        spans.push(Span::styled(format!(" {title}  "), theme.style(Role::Faint)));
    }
    put_line(frame.buffer_mut(), area.x, area.y, &Line::from(spans), area.width);
}

/// The keys that are worth knowing now, the most worthy first.
fn keys(model: &Model) -> Vec<(String, &'static str)> {
    keys_over(model, model.overlay.as_ref())
}

/// Those of what lies over the screen.
pub(in crate::view) fn keys_over(model: &Model, overlay: Option<&Overlay>) -> Vec<(String, &'static str)> {
    let filter = [&model.sources.filter, &model.schemas.filter].into_iter().any(|filter| filter.editing);
    match overlay {
        _ if model.guard.is_some() => fixed(&[("enter", "send, once the name is right"), ("esc", "send nothing")]),
        _ if model.unlogged.asks() => fixed(&[("S", "send unrecorded"), ("A", "always"), ("esc", "send nothing")]),
        Some(Overlay::Runbook(id)) => super::runbook::keys(model, *id),
        Some(Overlay::Tuning(id)) => fixed(super::tuning::keys(model, id)),
        Some(Overlay::AllProfiles) => super::all_profiles::keys(model),
        Some(overlay) => keys_of(overlay).iter().map(|(key, title)| (effective(model, key), *title)).collect(),
        None if model.focus == Pane::Details && (model.details.find.editing || model.details.find.is_active()) => {
            fixed(reading_keys(&model.details))
        }
        None if filter => {
            fixed(&[("enter", "keep filter"), ("esc", "clear"), ("tab", "complete"), ("up/down", "move")])
        }
        None => commands(model),
    }
}

pub(super) fn fixed(keys: &[(&'static str, &'static str)]) -> Vec<(String, &'static str)> {
    keys.iter().map(|(key, title)| ((*key).to_owned(), *title)).collect()
}

/// What to press for what a command's own key does, where the command was given other keys.
fn effective(model: &Model, key: &str) -> String {
    // Where a text is typed or a question stands, keys are what they are.
    let Some(surface) = model.surface().filter(|surface| *surface != Surface::Lists) else { return key.to_owned() };
    let own = [
        ("esc", CommandId::Back),
        ("H", CommandId::History),
        ("J", CommandId::Raw),
        ("F", CommandId::Runbooks),
        ("y", CommandId::Copy),
        ("/", CommandId::Filter),
        ("l", CommandId::Open),
    ];
    let Some((_, command)) = own.into_iter().find(|(own, _)| *own == key) else { return key.to_owned() };
    let keys = model.keymap.keys_on(surface, command);
    // Enter means something else over the screen.
    let other = || keys.iter().find(|keys| keys.single() != Some(Key::plain(Code::Enter))).map(ToString::to_string);
    if keys.iter().any(|bound| bound.to_string() == key) { key.to_owned() } else { other().unwrap_or_default() }
}

/// The keys of what lies over the screen: those of the screen below mean something else there.
fn keys_of(overlay: &Overlay) -> &'static [(&'static str, &'static str)] {
    match overlay {
        Overlay::Help(reader) | Overlay::Activity(reader) => reading_keys(reader),
        Overlay::Raw(raw) => match reading_keys(&raw.reader) {
            keys if raw.reader.find.editing || raw.reader.find.is_active() => keys,
            _ => &[("up/down", "scroll"), ("/", "search"), ("esc", "close"), ("y", "copy all of it"), ("e", "editor")],
        },
        Overlay::Palette(_) | Overlay::Menu(_) => &[("enter", "do it"), ("up/down", "choose"), ("esc", "close")],
        Overlay::Columns(_) => {
            &[("space", "show"), ("J/K", "move"), ("-/+", "size"), ("s", "sort"), ("esc", "done"), ("0", "reset")]
        }
        Overlay::Confirm(confirm) => match confirm.challenge.as_ref().map(Challenge::demand) {
            Some(Demand::Typed(_)) => &[("enter", "go ahead, once the name is right"), ("esc", "keep everything")],
            _ => &[("y", "go ahead"), ("n", "keep everything"), ("left/right", "choose")],
        },
        Overlay::Filters(list) if list.asking.is_some() => &[("enter", "give this name"), ("esc", "no name")],
        Overlay::Filters(_) => &[
            ("enter", "filter by it"),
            ("esc", "close"),
            ("s", "save the filter in use"),
            ("+", "add it"),
            ("d", "delete"),
            ("u", "bring back"),
            ("r", "rename"),
        ],
        Overlay::Export(_) => &[("enter", "write"), ("esc", "no file")],
        Overlay::Preview { .. } => &[("y", "copy"), ("esc", "close")],
        Overlay::History(history) => history_keys(history),
        Overlay::Profiles(profiles) if profiles.asking.is_some() => &[("y", "switch"), ("n", "stay")],
        Overlay::Profiles(_) => &[("enter", "switch"), ("up/down", "choose"), ("esc", "stay")],
        Overlay::Key(_) => &[("enter", "check and use it"), ("esc", "go back")],
        Overlay::Quitting => &[("q", "quit"), ("esc", "stay")],
        Overlay::Triage(_) => &[
            ("enter", "fix"),
            ("esc", "close"),
            ("l", "go there"),
            ("H", "history"),
            ("F", "last runbook"),
            ("up/down", "choose"),
        ],
        Overlay::LeftBehind => &[("enter", "go on with it"), ("d", "forget it"), ("esc", "later")],
        Overlay::Runbook(_) | Overlay::Tuning(_) | Overlay::AllProfiles => &[],
    }
}

/// The keys of a long text.
fn reading_keys(reader: &Reader) -> &'static [(&'static str, &'static str)] {
    if reader.find.editing {
        &[("enter", "keep"), ("up/down", "matches"), ("esc", "no search")]
    } else if reader.find.is_active() {
        &[("n", "next match"), ("N", "previous"), ("/", "search"), ("esc", "no search")]
    } else {
        &[("up/down", "scroll"), ("/", "search"), ("esc", "close")]
    }
}

fn history_keys(history: &History) -> &'static [(&'static str, &'static str)] {
    match (&history.explanation, &history.logs) {
        (Some(_), _) => &[("up/down", "scroll"), ("esc", "close"), ("y", "copy the text"), ("e", "editor")],
        (None, Some(logs)) if logs.search.editing => &[("enter", "search"), ("esc", "no search")],
        (None, Some(_)) => &[
            ("e", "explain"),
            ("v", "levels"),
            ("/", "search"),
            ("esc", "back"),
            ("y", "copy"),
            ("space", "read on"),
            ("H", "jobs"),
            ("ctrl-o", "editor"),
        ],
        (None, None) => &[
            ("enter", "logs"),
            ("e", "explain"),
            ("esc", "close"),
            ("y", "copy error"),
            ("space", "read on"),
            ("J", "JSON"),
        ],
    }
}

/// The commands worth a hint that can be used now, the most worthy first.
fn commands(model: &Model) -> Vec<(String, &'static str)> {
    let context = model.context();
    let mut worth: Vec<&Command> = COMMANDS
        .iter()
        .filter(|command| command.hint > 0 && (command.available)(&context) == Availability::Available)
        .collect();
    worth.sort_by_key(|command| std::cmp::Reverse(command.hint));
    let key = |id| match model.surface() {
        Some(surface) => model.keymap.key_on(surface, id),
        None => model.keymap.key(id),
    };
    worth.into_iter().map(|command| (key(command.id), command.title)).collect()
}
