//! The tables of all profiles: how each profile is doing, the tables, and where enter leads.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::table::{Cell, Mark, row, titles};
use super::widgets::{lines, modal, with_keys};
use crate::app::commands::CommandId;
use crate::app::model::Model;
use crate::app::model::all_profiles::{Other, Row, Stage};
use crate::app::model::columns::{Column, fit_columns};
use crate::warehouse::field::Field;
use crate::warehouse::freshness::age;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::state::State;
use crate::warehouse::tally::Tally;
use crate::warehouse::text::clean;
use crate::warehouse::words;

/// A column of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    State,
    Profile,
    Source,
    Table,
    Cause,
    Synced,
}

const COLUMNS: [Column<Of>; 6] = [
    Column::new(Of::State, "State", 15, 0, false, 10),
    Column::new(Of::Profile, "Profile", 8, 1, false, 11),
    Column::new(Of::Source, "Source", 10, 2, false, 7),
    Column::new(Of::Table, "Table", 16, 3, false, 12),
    Column::new(Of::Cause, "Cause", 12, 3, false, 9),
    Column::new(Of::Synced, "Synced", 7, 0, true, 8),
];

/// How wide the names of profiles are at most.
const NAME: usize = 20;

/// How many lines the words on one profile take at most, where there is room.
const SAID: usize = 2;

/// Draws it.
pub(super) fn draw(model: &Model, theme: &Theme, frame: &mut Frame) {
    let all = &model.all_profiles;
    let inside = modal::open(&title(model), u16::MAX, u16::MAX, theme, frame);
    let top = Rect {
        x: inside.x.saturating_sub(2),
        y: inside.y.saturating_sub(1),
        width: inside.width.saturating_add(4),
        height: 1,
    };
    super::tables::cursor(&all.rows.filter, top, theme, frame);
    if model.settings.setup.profiles.is_empty() {
        return nothing_settled(model, theme, inside, frame);
    }
    let head = summary(model, theme, inside);
    let height = u16::try_from(head.len()).unwrap_or(u16::MAX);
    lines(&head, 0, inside, frame.buffer_mut());
    // A line of air above the list, where there is room for it, and one for where enter leads below.
    let air = u16::from(inside.height >= 20);
    let list = Rect { y: inside.y + height + air, height: inside.height.saturating_sub(height + air + 1), ..inside };
    if all.rows.rows().is_empty() {
        nothing_shown(model, theme, list, frame);
        return;
    }
    table(model, theme, list, frame);
    let below = leads_to(model, theme, usize::from(inside.width));
    lines(&[below], 0, Rect { y: inside.bottom() - 1, height: 1, ..inside }, frame.buffer_mut());
}

fn title(model: &Model) -> String {
    let rows = &model.all_profiles.rows;
    let filter = &rows.filter;
    let place = match rows.rows().len() {
        0 => String::new(),
        shown => format!(": {} of {}", words::count(rows.cursor() as u64 + 1), words::count(shown as u64)),
    };
    let all = match (filter.is_active(), rows.rows().len()) {
        (false, _) => String::new(),
        (true, 0) => format!(": none of {}", words::count(model.tables_of_profiles() as u64)),
        (true, _) => format!(" (of {})", words::count(model.tables_of_profiles() as u64)),
    };
    let typed =
        if filter.editing || filter.is_active() { format!(" /{}", filter.input.value()) } else { String::new() };
    format!("All profiles{place}{all}{typed}")
}

/// How each profile is doing. Where there is no room for all of them, the worst come first.
fn summary<'a>(model: &Model, theme: &Theme, area: Rect) -> Vec<Line<'a>> {
    let count = model.settings.setup.profiles.len();
    let names = model.settings.setup.profiles.iter().map(|offer| text::width(&offer.name));
    let name = names.max().unwrap_or(0).min(NAME);
    let room = usize::from(area.height / 2).max(1);
    let width = usize::from(area.width).saturating_sub(name + 2);
    let said = |place: usize, most: usize| {
        let (words, style) = state_of_profile(model, theme, place);
        let mut parts = text::wrap(&words, width);
        if parts.len() > most {
            let rest = parts.split_off(most - 1).join(" ");
            parts.push(text::cut(&rest, width, theme.ellipsis()));
        }
        (parts, style)
    };
    let mut order: Vec<usize> = (0..count).collect();
    let needed: usize = order.iter().map(|place| said(*place, SAID).0.len()).sum();
    let most = if needed > room { 1 } else { SAID };
    if count > room {
        order.sort_by_key(|place| std::cmp::Reverse(trouble(model, *place)));
    }
    let mut all = Vec::new();
    for (index, place) in order.iter().enumerate() {
        let rest = count - index;
        // The last line tells how many there are besides.
        if all.len() + 1 == room && rest > 1 {
            let more = format!("and {}", words::counted(rest, "more profile"));
            all.push(Line::styled(more, theme.style(Role::Faint)));
            break;
        }
        let (parts, style) = said(*place, most);
        for (line, part) in parts.into_iter().enumerate() {
            let offer = model.profile_at(*place).filter(|_| line == 0);
            let label = text::fit(offer.map_or("", |offer| &offer.name), name, theme.ellipsis(), false);
            let colour = offer.and_then(|offer| offer.manner.colour);
            all.push(Line::from(vec![
                Span::styled(label, theme.profile(colour)),
                Span::raw("  "),
                Span::styled(part, style),
            ]));
        }
    }
    all
}

/// How much is wrong with a profile: it could not be read, then how many of its tables are broken or doubtful.
fn trouble(model: &Model, place: usize) -> (bool, usize, usize) {
    let unread =
        !model.is_in_use(place) && model.all_profiles.others.get(place).is_some_and(|other| other.failure.is_some());
    let tally = model.inventory_of(place).map(Inventory::tally).unwrap_or_default();
    (unread, tally.broken, tally.doubtful)
}

/// How a profile is doing, in words.
fn state_of_profile(model: &Model, theme: &Theme, place: usize) -> (String, Style) {
    let plain = theme.style(Role::Text);
    let tally = model.inventory_of(place).map(Inventory::tally).unwrap_or_default();
    let colour = |tally: &Tally| match (tally.broken, tally.doubtful) {
        (1.., _) => theme.style(Role::Broken),
        (0, 1..) => theme.style(Role::Doubtful),
        (0, 0) => plain,
    };
    if model.is_in_use(place) {
        let link = &model.link;
        return match (link.read_at, &link.failure) {
            (None, None) => ("in use; being read".to_owned(), theme.style(Role::Moving)),
            (None, Some(failure)) => (format!("in use; not read: {}", failure.explanation()), theme.style(Role::Bad)),
            (Some(read_at), _) => (format!("in use; {}, {}", counts(&tally), ago(read_at, model)), colour(&tally)),
        };
    }
    let Some(other) = model.all_profiles.others.get(place) else { return (String::new(), plain) };
    let moving = theme.style(Role::Moving);
    match (&other.stage, &other.failure, other.read_at) {
        (Stage::Rests, Some(failure), Some(read_at)) => {
            let why = clean(&failure.why, false);
            (format!("{}, {}; not read again: {why}", counts(&tally), ago(read_at, model)), theme.style(Role::Bad))
        }
        (Stage::Rests, Some(failure), None) if tally.total > 0 => {
            let why = clean(&failure.why, false);
            (format!("only a part was read, {}: {why}", counts(&tally)), theme.style(Role::Bad))
        }
        (Stage::Rests, Some(failure), None) => {
            (format!("not read: {}", clean(&failure.why, false)), theme.style(Role::Bad))
        }
        (Stage::Rests, None, Some(read_at)) => {
            (format!("{}, {}{}", counts(&tally), ago(read_at, model), left_out(other)), colour(&tally))
        }
        (Stage::Rests, None, None) => ("not read".to_owned(), theme.style(Role::Faint)),
        (stage, _, read_at) => {
            let doing = match stage {
                Stage::AsksForKey(program) => format!("asking `{program}` for the key"),
                Stage::Reads(loaded, total @ 1..) => {
                    format!("reading {loaded} of {}", words::counted(*total, "source"))
                }
                Stage::Reads(..) => "connecting".to_owned(),
                Stage::Waits | Stage::Rests => "waiting for its turn".to_owned(),
            };
            match read_at {
                Some(read_at) => (format!("{}, {}; {doing}", counts(&tally), ago(read_at, model)), colour(&tally)),
                None => (doing, moving),
            }
        }
    }
}

fn left_out(other: &Other) -> String {
    match other.unreadable {
        0 => String::new(),
        count => format!("; {} could not be understood", words::counted(count, "source")),
    }
}

fn ago(read_at: jiff::Timestamp, model: &Model) -> String {
    match age(read_at, model.now) {
        young if young < jiff::SignedDuration::from_mins(1) => "read <1m ago".to_owned(),
        old => format!("read {} ago", words::short_span(old)),
    }
}

/// Tables counted: what is wrong first.
fn counts(tally: &Tally) -> String {
    if tally.total == 0 {
        return "no tables".to_owned();
    }
    let parts =
        [(tally.broken, "broken"), (tally.doubtful, "doubtful"), (tally.moving, "moving"), (tally.well, "well")];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", words::count(count as u64)))
        .collect();
    if parts.is_empty() {
        return words::counted(tally.total, "table");
    }
    format!("{} of {}", parts.join(", "), words::counted(tally.total, "table"))
}

fn table(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame) {
    let buffer = frame.buffer_mut();
    let columns = fit_columns(&COLUMNS, area.width);
    titles(&columns, &[], theme, area, buffer);
    let rows = &model.all_profiles.rows;
    let (start, shown) = rows.window(usize::from(area.height.saturating_sub(1)));
    for (index, id) in shown.iter().enumerate() {
        let cells = columns.iter().map(|(column, _)| cell(column.id, id, model, theme));
        let mark = if start + index == rows.cursor() { Mark::Cursor } else { Mark::None };
        let line = Rect { y: area.y + 1 + u16::try_from(index).unwrap_or(u16::MAX), height: 1, ..area };
        row(&columns, cells, mark, theme, line, buffer);
    }
}

fn cell(of: Of, row: &Row, model: &Model, theme: &Theme) -> Cell {
    let plain = theme.style(Role::Text);
    let Some((offer, held, schema, state)) = model.row_of_profiles(row) else {
        return Cell { text: String::new(), style: plain };
    };
    let name = |name: &crate::warehouse::text::Foreign| name.named().into_owned();
    match of {
        Of::State => Cell { text: format!("{} {}", theme.glyph(state), state.words()), style: theme.state(state) },
        Of::Profile => Cell { text: offer.name.clone(), style: theme.profile(offer.manner.colour) },
        Of::Source => Cell { text: name(held.title()), style: plain },
        Of::Table => Cell { text: name(schema.title()), style: plain },
        Of::Cause => Cell { text: schema.cause(state).unwrap_or_default(), style: theme.state(state) },
        Of::Synced => {
            let text = match &schema.last_synced_at {
                Field::Known(at) => words::short_span(age(*at, model.now)),
                Field::Null => "never".to_owned(),
                Field::Unknown => "?".to_owned(),
            };
            Cell { text, style: theme.style(if state == State::Stale { Role::Doubtful } else { Role::Text }) }
        }
    }
}

/// Where enter leads from the selected row.
fn leads_to<'a>(model: &Model, theme: &Theme, width: usize) -> Line<'a> {
    let Some(row) = model.all_profiles.rows.selected() else { return Line::default() };
    let Some(offer) = model.profile_at(row.profile) else { return Line::default() };
    let faint = theme.style(Role::Faint);
    if model.is_in_use(row.profile) {
        return Line::styled(format!("{} is in use: enter goes to the table.", offer.name), faint);
    }
    let place = model.all_profiles.others.get(row.profile).and_then(|other| other.place.as_ref());
    let place = place.map_or_else(String::new, |(origin, project)| {
        let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host);
        format!(", project {project} at {host}")
    });
    let words = format!("Enter switches to {}{}.", offer.name, clean(&place, false));
    Line::styled(text::cut(&words, width, theme.ellipsis()), faint)
}

fn say(sentences: &[String], theme: &Theme, area: Rect, frame: &mut Frame) {
    let all: Vec<Line> = sentences
        .iter()
        .flat_map(|sentence| text::wrap(sentence, usize::from(area.width)))
        .map(|line| with_keys(&line, theme.style(Role::Text), theme))
        .collect();
    lines(&all, 0, area, frame.buffer_mut());
}

/// There are no profiles.
fn nothing_settled(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame) {
    let profiles = model.keymap.key(CommandId::Profiles);
    let all = [
        "There are no profiles in the file of settings, so there is nothing to put into one list.".to_owned(),
        String::new(),
        format!("`{profiles}` and then \"another project\" asks for a host and a key, and keeps them as a profile."),
        "In a shell, `whtui config path` says where the file is, and `whtui config init` begins one.".to_owned(),
    ];
    say(&all, theme, area, frame);
}

/// There are profiles, but no rows.
fn nothing_shown(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame) {
    let filter = &model.all_profiles.rows.filter;
    let sentence = if filter.is_active() {
        format!("Nothing matches \"{}\". `esc` clears the filter.", filter.text())
    } else if model.all_profiles.is_under_way() {
        "The tables come as they are read.".to_owned()
    } else {
        format!("There are no tables to show. `{}` reads all profiles again.", model.keymap.key(CommandId::Refresh))
    };
    say(&[sentence], theme, area, frame);
}

/// The keys that mean something here.
pub(super) fn keys(model: &Model) -> Vec<(String, &'static str)> {
    let all = &model.all_profiles;
    if all.asking.is_some() {
        return super::footer::fixed(&[("y", "switch"), ("n", "stay")]);
    }
    if all.rows.filter.editing {
        return super::footer::fixed(&[("enter", "keep filter"), ("esc", "clear"), ("up/down", "move")]);
    }
    let bound = |command, title| (model.keymap.key(command), title);
    if model.settings.setup.profiles.is_empty() {
        return vec![bound(CommandId::Profiles, "profiles"), bound(CommandId::Back, "close")];
    }
    let mut keys = super::footer::fixed(&[("enter", "open")]);
    keys.push(bound(CommandId::Back, if all.rows.filter.is_active() { "clear filter" } else { "close" }));
    keys.push(bound(CommandId::Filter, "filter"));
    keys.push(bound(CommandId::Refresh, "read all again"));
    keys.push(bound(CommandId::Profiles, "profiles"));
    keys.push(bound(CommandId::Help, "help"));
    keys.extend(super::footer::fixed(&[("up/down", "choose")]));
    keys
}
