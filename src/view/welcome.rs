//! The first screen: a host, a key, a project, and perhaps a profile to keep them in.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use tui_input::Input;

use super::form::{clean_symbols, masked, window};
use super::text;
use super::theme::{Role, Theme};
use super::widgets::prose::wrapped;
use super::widgets::{lines, modal, with_keys};
use crate::app::model::Model;
use crate::app::model::welcome::{Field, Host, Row, Stage, Welcome};
use crate::warehouse::words;

/// How wide the box is.
const WIDTH: u16 = 84;

/// Cells before what stands in a field.
const LABEL: usize = 12;

/// What is shown, from top to bottom, and where the cursor of the terminal is.
#[derive(Default)]
struct Page<'a> {
    lines: Vec<Line<'a>>,
    cursor: Option<(usize, usize)>,
}

impl Page<'_> {
    fn say(&mut self, sentence: &str, role: Role, width: usize, theme: &Theme) {
        let style = theme.style(role);
        self.lines.extend(wrapped(sentence, width, style));
    }

    fn gap(&mut self) {
        self.lines.push(Line::default());
    }
}

/// Draws it.
pub(super) fn draw(model: &Model, reason: &str, theme: &Theme, frame: &mut Frame) {
    let width = modal::inner_width(WIDTH, frame.area());
    let room = usize::from(frame.area().height.saturating_sub(5));
    let welcome = &model.welcome;
    keys(welcome, theme, frame);
    if welcome.stage == Stage::Choosing {
        return choosing(welcome, theme, frame);
    }
    let page = |loose: bool| match welcome.stage {
        Stage::Saving => saving(model, loose, width, theme),
        _ => entering(model, reason, loose, width, theme),
    };
    let mut shown = page(true);
    if shown.lines.len() > room {
        shown = page(false);
    }
    let height = u16::try_from(shown.lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let title = match welcome.stage {
        Stage::Saving => "Keep this project?",
        _ => "Connect to PostHog",
    };
    let inside = modal::open(title, WIDTH, height, theme, frame);
    lines(&shown.lines, 0, inside, frame.buffer_mut());
    place_cursor(shown.cursor, inside, frame);
}

fn place_cursor(cursor: Option<(usize, usize)>, inside: Rect, frame: &mut Frame) {
    let Some((column, line)) = cursor else { return };
    let cells = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
    let y = inside.y.saturating_add(cells(line));
    if y < inside.bottom() {
        frame.set_cursor_position((inside.x.saturating_add(cells(column)).min(inside.right().saturating_sub(1)), y));
    }
}

/// Host and key.
fn entering<'a>(model: &Model, reason: &str, loose: bool, width: usize, theme: &Theme) -> Page<'a> {
    let welcome = &model.welcome;
    let mut page = Page::default();
    if loose && !reason.is_empty() {
        page.say(reason, Role::Text, width, theme);
        page.gap();
    }
    let settings = match welcome.host {
        Host::Us => "https://us.posthog.com/settings/user-api-keys",
        Host::Eu => "https://eu.posthog.com/settings/user-api-keys",
        Host::Own => "the address of your PostHog, then /settings/user-api-keys",
    };
    page.say(&format!("Create a personal API key: {settings}"), Role::Text, width, theme);
    page.say("Scopes: external_data_source:write, project:read, user:read.", Role::Text, width, theme);
    if loose {
        page.say(
            "With external_data_source:read instead, everything that only looks works.",
            Role::Faint,
            width,
            theme,
        );
    }
    page.gap();
    host(&mut page, welcome, width, theme);
    if welcome.host == Host::Own {
        field(
            &mut page,
            welcome,
            (Field::Address, "Address", &welcome.address),
            "e.g. https://posthog.example.com",
            width,
            theme,
        );
    }
    field(&mut page, welcome, (Field::Key, "API key", &welcome.key), "paste it; it begins with phx_", width, theme);
    if loose {
        page.gap();
    }
    match (&welcome.login, welcome.stage) {
        (Some(login), Stage::Asking) => {
            page.say(&format!("Asking {} what this key may do …", login.origin), Role::Moving, width, theme);
        }
        _ => buttons(&mut page, welcome, &[(Field::Connect, "Connect"), (Field::Demo, "Try the demo")], theme),
    }
    page
}

/// The keys that matter now, on the last line of the terminal: they are seen whatever else there is no room for.
fn keys(welcome: &Welcome, theme: &Theme, frame: &mut Frame) {
    let leave = match (welcome.stage, welcome.leads_back) {
        (Stage::Asking, _) => "`esc` stop asking",
        (_, true) => "`esc` back",
        (_, false) => "`esc` quit",
    };
    let keys = match (welcome.stage, welcome.field) {
        (Stage::Asking, _) => leave.to_owned(),
        (Stage::Choosing, _) => "`enter` choose  `up` `down` move  `esc` back".to_owned(),
        (Stage::Saving, _) => "`enter` go on  `left` `right` choose  `tab` next  `esc` back".to_owned(),
        (_, Field::Host) => format!("`left` `right` choose  `tab` next  `ctrl-t` demo  {leave}"),
        (_, Field::Key) => format!("`enter` connect  `ctrl-r` show  `ctrl-t` demo  {leave}"),
        _ => format!("`enter` go on  `tab` next  `ctrl-t` demo  {leave}"),
    };
    let whole = frame.area();
    let line = with_keys(&keys, theme.style(Role::Faint), theme);
    let last =
        Rect { x: whole.x + 1, y: whole.bottom().saturating_sub(1), width: whole.width.saturating_sub(1), height: 1 };
    lines(&[line], 0, last, frame.buffer_mut());
}

fn host(page: &mut Page, welcome: &Welcome, width: usize, theme: &Theme) {
    let focused = welcome.field == Field::Host;
    let mut spans = label("Host", focused, theme);
    for host in Host::ALL {
        let chosen = host == welcome.host;
        let sign = match (chosen, theme.ascii) {
            (true, true) => "(*) ",
            (false, true) => "( ) ",
            (true, false) => "◉ ",
            (false, false) => "○ ",
        };
        let role = if chosen && focused { Role::Selected } else { Role::Text };
        spans.push(Span::styled(format!("{sign}{}", host.title()), theme.style(role)));
        // The signs of ASCII are wide; on the smallest terminals there is no more room.
        spans.push(Span::raw(if theme.ascii { " " } else { "  " }));
    }
    page.lines.push(Line::from(spans));
    refusal(page, welcome, Field::Host, width, theme);
}

fn label<'a>(name: &str, focused: bool, theme: &Theme) -> Vec<Span<'a>> {
    let mark = if focused { "> " } else { "  " };
    let style = theme.style(if focused { Role::Title } else { Role::Text });
    let name = text::fit(name, LABEL - 2, theme.ellipsis(), false);
    vec![Span::styled(mark, theme.style(Role::Key)), Span::styled(name, style)]
}

/// A line to type into.
fn field(
    page: &mut Page,
    welcome: &Welcome,
    (of, name, input): (Field, &str, &Input),
    hint: &str,
    width: usize,
    theme: &Theme,
) {
    let focused = welcome.field == of && welcome.stage != Stage::Asking;
    let room = width.saturating_sub(LABEL + 1);
    let mut spans = label(name, focused, theme);
    if input.value().is_empty() {
        spans.push(Span::styled(text::cut(hint, room, theme.ellipsis()), theme.style(Role::Faint)));
        if focused {
            page.cursor = Some((LABEL, page.lines.len()));
        }
    } else {
        let hidden = of == Field::Key && !(welcome.revealed && focused);
        let typed = if hidden { masked(input.value(), theme) } else { readable(input, of == Field::Key, theme) };
        let (shown, column) = window(&typed, if focused { input.cursor() } else { 0 }, room);
        spans.push(Span::styled(shown, theme.style(Role::Text)));
        if focused {
            page.cursor = Some((LABEL + column, page.lines.len()));
        }
    }
    page.lines.push(Line::from(spans));
    refusal(page, welcome, of, width, theme);
}

/// What was typed, unless it is a key that came into the wrong field.
fn readable(input: &Input, is_key: bool, theme: &Theme) -> String {
    let typed = input.value();
    if !is_key && ["phx_", "pha_"].iter().any(|mark| typed.contains(mark)) {
        return masked(typed, theme);
    }
    clean_symbols(typed)
}

fn refusal(page: &mut Page, welcome: &Welcome, field: Field, width: usize, theme: &Theme) {
    let Some((_, sentence)) = welcome.refusal.as_ref().filter(|(at, _)| *at == field) else { return };
    let indent = " ".repeat(2);
    for line in text::wrap(sentence, width.saturating_sub(2)) {
        page.lines.push(Line::styled(format!("{indent}{line}"), theme.style(Role::Bad)));
    }
}

fn buttons(page: &mut Page, welcome: &Welcome, names: &[(Field, &str)], theme: &Theme) {
    let mut spans = vec![Span::raw("  ")];
    for (field, name) in names {
        let role = if welcome.field == *field { Role::Selected } else { Role::Text };
        spans.push(Span::styled(format!("[ {name} ]"), theme.style(role)));
        spans.push(Span::raw("  "));
    }
    page.lines.push(Line::from(spans));
}

/// The projects, as many as fit.
fn choosing(welcome: &Welcome, theme: &Theme, frame: &mut Frame) {
    let rows = welcome.rows();
    let all = welcome.greeting.as_ref().map_or(0, |greeting| greeting.projects.len());
    let whole = welcome.greeting.as_ref().is_some_and(|greeting| greeting.whole);
    let width = modal::inner_width(WIDTH, frame.area());
    let mut page = Page::default();
    let said = match (all, whole) {
        (0, false) => {
            "The key may not list projects. Type the number of one: it is in the address of every PostHog page."
        }
        (0, true) => "The key sees no project here. Type the number of one, or go back and check the host.",
        (_, true) => "Which project? Type to search.",
        (_, false) => "Which project? Type to search, or the number of one that is not listed.",
    };
    page.say(said, Role::Text, width, theme);
    let shown = readable(&welcome.search, false, theme);
    let (typed, column) = window(&shown, welcome.search.cursor(), width.saturating_sub(3));
    page.cursor = Some((2 + column, page.lines.len()));
    page.lines.push(Line::from(vec![Span::styled("> ", theme.style(Role::Key)), Span::raw(typed)]));
    let head = page.lines.len();
    let wanted = u16::try_from(head + rows.len().max(1) + 2).unwrap_or(u16::MAX);
    let title =
        if all == 0 { "Which project?".to_owned() } else { format!("{}: which one?", words::counted(all, "project")) };
    let inside = modal::open(&title, WIDTH, wanted, theme, frame);
    let buffer = frame.buffer_mut();
    lines(&page.lines, 0, inside, buffer);
    let list = Rect {
        y: inside.y + u16::try_from(head).unwrap_or(0),
        height: inside.height.saturating_sub(u16::try_from(head).unwrap_or(0)),
        ..inside
    };
    let cursor = welcome.cursor.min(rows.len().saturating_sub(1));
    let start = (cursor + 1).saturating_sub(usize::from(list.height));
    if rows.is_empty() && all > 0 {
        let none = "No project has such a name or number.";
        buffer.set_stringn(list.x, list.y, none, usize::from(list.width), theme.style(Role::Faint));
    }
    for (index, row) in rows.iter().enumerate().skip(start).take(usize::from(list.height)) {
        let y = list.y + u16::try_from(index - start).unwrap_or(0);
        let line = match row {
            Row::Listed(project) => {
                let name = project.name.named();
                let room = usize::from(list.width).saturating_sub(14);
                format!("{:>10}  {}", project.id.to_string(), text::cut(&name, room, theme.ellipsis()))
            }
            Row::Typed(id) => format!("{:>10}  the project of this number", id.to_string()),
        };
        buffer.set_stringn(list.x, y, line, usize::from(list.width), theme.style(Role::Text));
        if index == cursor {
            buffer.set_style(Rect { y, height: 1, ..list }, theme.style(Role::Selected));
        }
    }
    place_cursor(page.cursor, inside, frame);
}

/// Whether it becomes a profile.
fn saving<'a>(model: &Model, loose: bool, width: usize, theme: &Theme) -> Page<'a> {
    let welcome = &model.welcome;
    let mut page = Page::default();
    let project = welcome.project;
    let projects = welcome.greeting.iter().flat_map(|greeting| &greeting.projects);
    let name = projects.into_iter().find(|known| Some(known.id) == project).map(|known| known.name.shown());
    let name = name
        .filter(|name| !name.is_empty())
        .map_or(String::new(), |name| format!("{}, ", text::cut(&name, 40, theme.ellipsis())));
    let number = project.map_or(String::new(), |project| format!("project {project}"));
    let origin = welcome.login.as_ref().map_or(String::new(), |login| login.origin.to_string());
    page.say(&format!("The key works: {name}{number} at {origin}."), Role::Good, width, theme);
    match welcome.only_reads() {
        Some(true) => page.say("It only reads: changes will not be possible with it.", Role::Doubtful, width, theme),
        None if loose => page.say("The server does not say what the key may do.", Role::Faint, width, theme),
        _ => {}
    }
    if loose {
        page.gap();
    }
    let file = model.settings.setup.file.clone().unwrap_or_default();
    let said = format!("A profile keeps host, project and key in {file}, which only you can read.");
    page.say(&crate::warehouse::text::clean(&said, false), Role::Text, width, theme);
    page.gap();
    field(&mut page, welcome, (Field::Name, "Profile", &welcome.name), "its name", width, theme);
    if loose {
        page.gap();
    }
    buttons(&mut page, welcome, &[(Field::Save, "Save and connect"), (Field::Once, "Connect only this time")], theme);
    refusal(&mut page, welcome, Field::Once, width, theme);
    page
}
