//! A form being filled in: a line for each row, what is to be known of the one with the cursor below them.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use super::text;
use super::theme::{Role, Theme};
use super::widgets::{lines, with_keys};
use crate::app::model::form::{Focus, FormView};
use crate::warehouse::recovery::form::{Control, Row, Value};
use crate::warehouse::text::clean;

/// Cells before a label: the cursor, and whether the row would be sent.
const GUTTER: usize = 3;

/// The widest label.
const LABEL: usize = 30;

/// How many lines what is to be known of a row may take.
const CAPTION: usize = 3;

/// How many rows have to be seen at least.
const ROWS: u16 = 3;

/// The lines of the form, and which of them belong to what the cursor is on.
struct Body<'a> {
    lines: Vec<Line<'a>>,
    from: usize,
    to: usize,
    /// Where the cursor of the terminal is, on the line `from`.
    column: Option<usize>,
}

/// How many lines it takes to show all of it at this width.
#[must_use]
pub fn height(view: &FormView, title: &str, theme: &Theme, width: u16) -> u16 {
    let cells = usize::from(width);
    let all = top(view, title, theme, cells).len() + body(view, theme, cells).lines.len() + CAPTION + 1;
    u16::try_from(all).unwrap_or(u16::MAX)
}

/// Draws it into an area, with a title where there is one.
pub fn draw(view: &FormView, title: &str, theme: &Theme, area: Rect, frame: &mut Frame) {
    let width = usize::from(area.width);
    let (top, mut below) = (top(view, title, theme, width), note_lines(view, theme, width));
    // What is refused has to be seen; what is only explained gives way to the rows.
    let head = length(top.len()).min(area.height.saturating_sub(ROWS));
    let room = area.height.saturating_sub(head);
    let foot = length(below.len() + 1).min(room.saturating_sub(ROWS));
    below.truncate(usize::from(foot).saturating_sub(1));
    below.push(hint(view, theme));
    let list = Rect { y: area.y + head, height: room - foot, ..area };
    let body = body(view, theme, width);
    let height = usize::from(list.height);
    // One line more than the cursor is on, so that it is seen that there is one.
    let wanted = (body.to + 1).min(body.lines.len());
    let start = wanted.saturating_sub(height).min(body.from);
    let buffer = frame.buffer_mut();
    lines(&top, 0, Rect { height: head, ..area }, buffer);
    lines(&body.lines, start, list, buffer);
    lines(&below, 0, Rect { y: list.bottom(), height: foot, ..area }, buffer);
    let (up, down) = if theme.ascii { ("^", "v") } else { ("↑", "↓") };
    let edge = list.right().saturating_sub(1);
    for (more, sign, y) in
        [(start > 0, up, list.y), (start + height < body.lines.len(), down, list.bottom().saturating_sub(1))]
    {
        if more && list.height > 1 {
            buffer.set_stringn(edge, y, sign, 1, theme.style(Role::Faint));
        }
    }
    let line = body.from.checked_sub(start).filter(|line| *line < height);
    if let (Some(column), Some(line)) = (body.column, line) {
        let x = area.x + length(column).min(area.width.saturating_sub(1));
        frame.set_cursor_position((x, list.y + length(line)));
    }
}

fn length(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

fn styled<'a>(sentence: &str, width: usize, theme: &Theme, role: Role) -> impl Iterator<Item = Line<'a>> {
    let style = theme.style(role);
    text::wrap(sentence, width).into_iter().map(move |line| Line::styled(line, style))
}

/// The title, and what was refused as a whole.
fn top<'a>(view: &FormView, title: &str, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let title = Some(title).filter(|title| !title.is_empty());
    let title = title.map(|title| text::cut(title, width, theme.ellipsis()));
    let title = title.map(|title| Line::styled(title, theme.style(Role::Heading)));
    let head = view.draft().head().unwrap_or_default();
    let head = styled(head, width, theme, Role::Bad).take(if head.is_empty() { 0 } else { 3 });
    title.into_iter().chain(head).collect()
}

fn body<'a>(view: &FormView, theme: &Theme, width: usize) -> Body<'a> {
    let rows: Vec<Row> = view.draft().rows().collect();
    let widest = rows.iter().map(|row| text::width(&label(row, None, theme))).max().unwrap_or(0);
    let labels = widest.min(longest_label(width));
    let mut body = Body { lines: Vec::new(), from: 0, to: 0, column: None };
    for row in &rows {
        let focused = view.focus() == Focus::Row(row.id);
        let from = body.lines.len();
        let at = GUTTER + labels + 2;
        let room = width.saturating_sub(at + 1);
        let (value, column) = value(view, row, focused, room, theme);
        let sign = if theme.ascii { "*" } else { "•" };
        let label_style = theme.style(if focused { Role::Title } else { Role::Text });
        body.lines.push(Line::from(vec![
            Span::styled(if focused { ">" } else { " " }, theme.style(Role::Key)),
            Span::styled(if row.changed { sign } else { " " }, theme.style(Role::Good)),
            Span::raw(" "),
            Span::styled(label(row, Some(labels), theme), label_style),
            Span::raw("  "),
            value,
        ]));
        if let Some(refusal) = row.refusal {
            let indent = " ".repeat(GUTTER);
            let said = text::wrap(refusal, width.saturating_sub(GUTTER)).into_iter().take(CAPTION);
            body.lines.extend(said.map(|line| Line::styled(format!("{indent}{line}"), theme.style(Role::Bad))));
        }
        if focused {
            (body.from, body.to) = (from, body.lines.len());
            body.column = column.map(|column| at + column);
        }
    }
    let from = body.lines.len();
    let focused = view.focus() == Focus::Send;
    let name = match view.draft().changes() {
        0 => "[ Send ]".to_owned(),
        1 => "[ Send 1 change ]".to_owned(),
        changes => format!("[ Send {changes} changes ]"),
    };
    body.lines.push(Line::from(vec![
        Span::styled(if focused { ">" } else { " " }, theme.style(Role::Key)),
        Span::raw("  "),
        Span::styled(name, theme.style(if focused { Role::Selected } else { Role::Text })),
    ]));
    if focused {
        (body.from, body.to) = (from, body.lines.len());
    }
    body
}

fn longest_label(width: usize) -> usize {
    LABEL.min(width * 2 / 5)
}

/// The name of a row, set in below what shows it, with a mark where it has to be filled in; as so many cells.
fn label(row: &Row, cells: Option<usize>, theme: &Theme) -> String {
    let mark = if row.required && row.control != Control::Web { " *" } else { "" };
    let name = format!("{}{}", "  ".repeat(row.depth), row.label.shown());
    let Some(cells) = cells else { return format!("{name}{mark}") };
    let name = text::cut(&name, cells.saturating_sub(mark.len()), theme.ellipsis());
    text::fit(&format!("{name}{mark}"), cells, theme.ellipsis(), false)
}

/// What stands in a row, and how far in the cursor is.
fn value<'a>(view: &FormView, row: &Row, focused: bool, room: usize, theme: &Theme) -> (Span<'a>, Option<usize>) {
    let button = |on: bool| theme.style(if on { Role::Selected } else { Role::Text });
    let cut = |text: &str| text::cut(text, room, theme.ellipsis());
    match row.value {
        Value::Web => {
            let words =
                if row.kept.is_some() { "connected; changed on the web page only" } else { "on the web page only" };
            (Span::styled(cut(words), theme.style(Role::Faint)), None)
        }
        Value::Switch(on) => (Span::styled(if *on { "[x] on" } else { "[ ] off" }, button(focused)), None),
        Value::Choice(chosen) => {
            let option = chosen.and_then(|chosen| row.options.get(chosen)).map(|option| option.title.shown());
            let title = option.or_else(|| row.kept.map(|kept| kept.shown())).unwrap_or("choose".into());
            let (left, right) = if theme.ascii { ("<", ">") } else { ("‹", "›") };
            let title = text::cut(&title, room.saturating_sub(4), theme.ellipsis());
            (Span::styled(format!("{left} {title} {right}"), button(focused)), None)
        }
        Value::Text(typed) if typed.is_empty() => blank(row, focused, room, theme),
        Value::Secret(typed) if typed.is_empty() => blank(row, focused, room, theme),
        Value::Text(typed) if !focused => (Span::styled(cut(&clean(typed, false)), theme.style(Role::Text)), None),
        Value::Secret(typed) if !focused => {
            let (shown, _) = window(&masked(typed.expose(), theme), 0, room);
            (Span::styled(shown, theme.style(Role::Text)), None)
        }
        Value::Text(_) | Value::Secret(_) => {
            let (typed, cursor) = (view.input().value(), view.input().cursor());
            let (shown, before) = if row.secret && !view.revealed() {
                (masked(typed, theme), cursor)
            } else {
                // Whoever types an address sees it as it is; what cannot be drawn is replaced one for one.
                let shown = |symbol: char| if symbol.is_control() { ' ' } else { symbol };
                (clean_symbols(&typed.chars().map(shown).collect::<String>()), cursor)
            };
            let (shown, column) = window(&shown, before, room);
            (Span::styled(shown, theme.style(Role::Text)), Some(column))
        }
    }
}

/// What stands in a row into which nothing was typed.
fn blank<'a>(row: &Row, focused: bool, room: usize, theme: &Theme) -> (Span<'a>, Option<usize>) {
    let words = match (row.secret && row.stored, row.placeholder) {
        (true, _) => format!("{} stored; type to replace it", if theme.ascii { "***" } else { "••••" }),
        (false, Some(placeholder)) => format!("e.g. {}", placeholder.shown()),
        (false, None) if row.control == Control::Document => "paste the file's contents".to_owned(),
        (false, None) => String::new(),
    };
    (Span::styled(text::cut(&words, room, theme.ellipsis()), theme.style(Role::Faint)), focused.then_some(0))
}

pub(super) fn masked(secret: &str, theme: &Theme) -> String {
    let dot = if theme.ascii { "*" } else { "•" };
    dot.repeat(secret.chars().count())
}

/// Invisible characters and marks that turn the direction, replaced one for one.
pub(super) fn clean_symbols(typed: &str) -> String {
    let mut buffer = [0; 4];
    let shown = |symbol: char, buffer: &mut [u8; 4]| clean(symbol.encode_utf8(buffer), false).chars().next();
    typed.chars().map(|symbol| shown(symbol, &mut buffer).unwrap_or(symbol)).collect()
}

/// The part of a line around the cursor that fits, and how far in the cursor is.
pub(super) fn window(line: &str, cursor: usize, room: usize) -> (String, usize) {
    let mut graphemes: Vec<(&str, bool)> = Vec::new();
    let mut passed = 0;
    for grapheme in line.graphemes(true) {
        graphemes.push((grapheme, passed < cursor));
        passed += grapheme.chars().count();
    }
    let width = |(grapheme, _): &(&str, bool)| text::width(grapheme);
    let mut column: usize = graphemes.iter().filter(|(_, before)| *before).map(width).sum();
    let mut start = 0;
    // One cell is left for the cursor itself.
    while column + 1 > room && start < graphemes.len() {
        column = column.saturating_sub(width(&graphemes[start]));
        start += 1;
    }
    let mut shown = String::new();
    let mut used = 0;
    for grapheme in &graphemes[start..] {
        used += width(grapheme);
        if used > room {
            break;
        }
        shown.push_str(grapheme.0);
    }
    (shown, column)
}

/// What is to be known of the row with the cursor; on the button, of the form.
fn note_lines<'a>(view: &FormView, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let form = || view.draft().caption().map(|caption| caption.shown().into_owned());
    let row = view.row().map(|row| {
        // A name that had to be cut is written out.
        let cut = text::width(&label(&row, None, theme)) > longest_label(width);
        let name = row.label.shown();
        let end = if name.ends_with(['?', '.', ':']) { "" } else { ":" };
        let name = if cut { format!("{name}{end} ") } else { String::new() };
        format!("{name}{}", note(&row))
    });
    let said = row.or_else(form).unwrap_or_default();
    styled(&said, width, theme, Role::Faint).filter(|line| line.width() > 0).take(CAPTION).collect()
}

/// The keys, first those for the row with the cursor.
fn hint<'a>(view: &FormView, theme: &Theme) -> Line<'a> {
    let own = match view.row().map(|row| (row.control, row.secret)) {
        Some((Control::Choice, _)) => "`left` `right` choose  ",
        Some((Control::Switch, _)) => "`space` on or off  ",
        Some((_, true)) if view.revealed() => "`ctrl-r` hide  ",
        Some((_, true)) => "`ctrl-r` show  ",
        _ => "",
    };
    let keys = format!("{own}`tab` next  `ctrl-s` send  `esc` leave");
    with_keys(&keys, theme.style(Role::Faint), theme)
}

fn note(row: &Row) -> String {
    let mut parts = Vec::new();
    parts.extend(row.caption.map(|caption| caption.shown().into_owned()));
    match row.control {
        Control::Choice => {
            let titles: Vec<String> = row
                .options
                .iter()
                .map(|option| {
                    let web = if option.web { " (web page)" } else { "" };
                    format!("{}{web}", option.title.shown())
                })
                .collect();
            parts.push(format!("One of: {}.", titles.join(", ")));
        }
        Control::Document => parts.push("Paste the contents of the file, not its path.".to_owned()),
        Control::Lines => parts.push("May have several lines; paste them.".to_owned()),
        Control::Web => parts.push("Accounts are connected and changed in PostHog's web page.".to_owned()),
        _ => {}
    }
    if let (true, Value::Secret(typed)) = (row.control.keeps_lines(), row.value)
        && !typed.is_empty()
    {
        let typed = typed.expose();
        parts.push(format!("Typed: {} lines, {} characters.", typed.lines().count(), typed.chars().count()));
    }
    parts.join(" ")
}
