//! A runbook: its steps, who does each, how each is going, and below them what it waits for.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::footer::fixed;
use super::theme::{Role, Theme};
use super::widgets::{bounded_scroll, lines, modal, with_keys};
use super::{change, form, text};
use crate::app::commands::CommandId;
use crate::app::model::Model;
use crate::app::model::runbook::{Opened, RunbookId, billing_page};
use crate::warehouse::diagnosis::Letter;
use crate::warehouse::recovery::runbook::{
    Choice, Progress, Stage, Task, Unit, UnitProgress, Waits, Who, Wish, checklist,
};
use crate::warehouse::replies::StoredInput;
use crate::warehouse::words;

/// Draws it.
pub(super) fn draw(model: &Model, id: RunbookId, theme: &Theme, frame: &mut Frame) {
    let Some(opened) = model.runbooks.get(id) else { return };
    let situation = opened.book.situation();
    let of_several = spans_sources(model, opened);
    let of = if of_several { "several sources".into() } else { situation.source_name.shown() };
    let title = format!("{}; {}", situation.heading(), text::cut(&of, 40, theme.ellipsis()));
    let inside = modal::open(&title, u16::MAX, u16::MAX, theme, frame);
    let width = usize::from(inside.width);
    let (all, current) = steps(opened, model.now, theme, width);
    let below = panel(model, opened, theme, width);
    let form = opened.form.as_ref().filter(|_| matches!(opened.book.waits(), Waits::Form(_)));
    let wanted = form.map_or(below.len(), |view| usize::from(form::height(view, "", theme, inside.width)));
    // What it waits for is seen whole if it can be; the steps make room for it, down to a few.
    let room = usize::from(inside.height.saturating_sub(1));
    let share = if form.is_some() { room * 2 / 3 } else { room / 2 };
    let wanted = wanted.min(share).max(room.saturating_sub(all.len()));
    let height = u16::try_from(room.saturating_sub(wanted).min(all.len())).unwrap_or(u16::MAX);
    let upper = Rect { height, ..inside };
    let start = bounded_scroll(current.saturating_sub(usize::from(height) / 3), all.len(), height);
    lines(&all, start, upper, frame.buffer_mut());
    let rule = Rect { y: upper.bottom(), height: 1, ..inside };
    let line = if theme.ascii { "-" } else { "─" }.repeat(width);
    frame.buffer_mut().set_stringn(rule.x, rule.y, line, width, theme.style(Role::Border));
    let lower = Rect { y: rule.bottom(), height: inside.bottom().saturating_sub(rule.bottom()), ..inside };
    if let Some(view) = form {
        return form::draw(view, "", theme, lower, frame);
    }
    let rows = usize::from(lower.height);
    let head = below.len().saturating_sub(opened.rows());
    // The row under the cursor stays in sight.
    let at = if opened.rows() > 0 { (head + opened.cursor + 1).saturating_sub(rows) } else { opened.scroll };
    let start = bounded_scroll(at, below.len(), lower.height);
    lines(&below, start, lower, frame.buffer_mut());
    let more = below.len().saturating_sub(start + rows);
    if more > 0 {
        let words = format!(" {} below ", words::counted(more, "more line"));
        let x = rule.right().saturating_sub(u16::try_from(text::width(&words)).unwrap_or(0) + 1);
        frame.buffer_mut().set_stringn(x, rule.y, words, width, theme.style(Role::Faint));
    }
}

/// The steps, and the line of the one it is at.
fn steps<'a>(opened: &Opened, now: Timestamp, theme: &Theme, width: usize) -> (Vec<Line<'a>>, usize) {
    let situation = opened.book.situation();
    let mut all: Vec<Line> = text::wrap(&situation.title, width)
        .into_iter()
        .map(|line| Line::styled(line, theme.style(Role::Heading)))
        .collect();
    if let Some(since) = situation.since {
        let since = format!("since {} ({})", words::moment(since), words::ago(since, now));
        all.push(Line::styled(since, theme.style(Role::Faint)));
    }
    let chosen: Vec<String> = situation.chosen().map(|table| table.name.shown().into_owned()).collect();
    if !chosen.is_empty() {
        let names: Vec<String> = chosen.iter().take(12).map(|name| text::cut(name, 60, theme.ellipsis())).collect();
        let more = chosen.len().saturating_sub(names.len());
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        let tables = format!("{}: {}{more}", words::counted(chosen.len(), "table"), names.join(", "));
        all.extend(
            text::wrap(&tables, width).into_iter().take(2).map(|line| Line::styled(line, theme.style(Role::Faint))),
        );
    }
    // Where they can be taken out and in, each stands in the list of those.
    if !opened.book.can_toggle() {
        let barred = situation.tables.iter().filter_map(|table| Some((table.name.shown(), table.barred?)));
        let barred: Vec<String> = barred.map(|(name, why)| format!("{name} ({why})")).collect();
        let lines =
            if barred.is_empty() { Vec::new() } else { text::wrap(&format!("Left out: {}", barred.join(", ")), width) };
        all.extend(lines.into_iter().take(2).map(|line| Line::styled(line, theme.style(Role::Doubtful))));
    }
    let mut current = 0;
    for (number, stage) in opened.book.stages().iter().enumerate() {
        if number == opened.book.at() {
            current = all.len();
        }
        all.extend(step(number, stage, theme, width));
    }
    // What will be picked may yet lead to a loss.
    let open = |stage: &Stage| matches!(stage.task, Task::Pick(_)) && !stage.is_over();
    if opened.book.stages().iter().all(|stage| stage.loses.is_none() && !open(stage)) {
        all.push(Line::styled("Nothing is lost by any of these steps.", theme.style(Role::Good)));
    }
    if opened.book.is_over() {
        current = all.len();
    }
    (all, current)
}

fn step<'a>(number: usize, stage: &Stage, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    const LEAD: usize = 12;
    let (glyph, role) = match (&stage.progress, theme.ascii) {
        (Progress::Ahead, false) => ("○", Role::Faint),
        (Progress::Ahead, true) => (".", Role::Faint),
        (Progress::Now, false) => ("▸", Role::Key),
        (Progress::Now, true) => (">", Role::Key),
        (Progress::Done(_), false) => ("✓", Role::Good),
        (Progress::Done(_), true) => ("+", Role::Good),
        (Progress::Skipped(_), false) => ("–", Role::Faint),
        (Progress::Skipped(_), true) => ("-", Role::Faint),
        (Progress::Failed(_), false) => ("✗", Role::Bad),
        (Progress::Failed(_), true) => ("x", Role::Bad),
    };
    let who = match stage.who() {
        Who::Program => "whtui",
        Who::User => "you",
    };
    let text_role = if stage.progress == Progress::Now { Role::Heading } else { Role::Text };
    let mut all = Vec::new();
    for (part, line) in text::wrap(&stage.what, width.saturating_sub(LEAD).max(8)).into_iter().enumerate() {
        let lead = if part == 0 {
            vec![
                Span::styled(format!("{glyph} {:>2}. ", number + 1), theme.style(role)),
                Span::styled(format!("{who:<6}"), theme.style(Role::Faint)),
            ]
        } else {
            vec![Span::raw(" ".repeat(LEAD))]
        };
        all.push(Line::from(lead.into_iter().chain([Span::styled(line, theme.style(text_role))]).collect::<Vec<_>>()));
    }
    let mut also = |sentence: String, role: Role| {
        for line in text::wrap(&sentence, width.saturating_sub(LEAD).max(8)) {
            all.push(Line::from(vec![Span::raw(" ".repeat(LEAD)), Span::styled(line, theme.style(role))]));
        }
    };
    if let Some(loses) = stage.loses.as_ref().filter(|_| !stage.is_over()) {
        also(format!("Lost: {loses}."), Role::Danger);
    }
    match &stage.progress {
        Progress::Done(said) => also(said.clone(), Role::Faint),
        Progress::Skipped(why) => also(format!("Left out: {why}."), Role::Faint),
        Progress::Failed(why) => also(why.clone(), Role::Bad),
        Progress::Ahead | Progress::Now => {}
    }
    all
}

/// What it waits for.
fn panel<'a>(model: &Model, opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let mut all = Vec::new();
    let mut say = |sentence: &str| {
        let style = theme.style(Role::Text);
        all.extend(text::wrap(sentence, width).iter().map(|line| with_keys(line, style, theme)));
    };
    let book = &opened.book;
    if let Some(reason) = model.no_writes().filter(|_| !book.is_over()) {
        say(&reason.replace('`', "'"));
    }
    match book.waits() {
        Waits::Start => {
            let anew = if book.can_begin_anew() { "; `b` goes back to the choice" } else { "" };
            say(&format!("`enter` begins{anew}."));
            if book.can_toggle() {
                let stops =
                    if book.stops_on_failure { "the first failure stops the rest" } else { "failures stop nothing" };
                say(&format!("`space` takes a table out or in. `x`: {stops}."));
            }
            all.extend(change::lines(model, opened, theme, width));
            if book.can_toggle() {
                all.extend(tables(model, opened, theme, width));
            }
        }
        Waits::ByHand => {
            if book.situation().letter == Letter::O {
                let history = model.keymap.key(CommandId::History);
                say(&format!("`{history}` shows its jobs, and from there their logs."));
            }
            say("`enter` when it is done; `esc` leaves this open.");
            all.extend(checklist_lines(opened, theme, width));
        }
        Waits::Form(_) => say("Loading the form."),
        Waits::One => {
            say("`enter` takes the one under the cursor; `s` leaves this out.");
            all.extend(webhook(opened, theme, width));
            all.extend(choices(opened, theme, width));
        }
        Waits::Several => {
            if let Some(place) = model.settings.place().filter(|_| book.situation().letter == Letter::H) {
                let copy = model.keymap.key(CommandId::Copy);
                say(&format!("Billing: {} (`{copy}` copies it)", billing_page(&place.origin)));
            }
            say("`space` picks, `a` picks all, `enter` goes on with what is picked; `s` leaves this out.");
            all.extend(choices(opened, theme, width));
        }
        Waits::Consent => {
            say("`enter` shows what would be lost, and asks. Nothing is sent before that.");
            if book.can_toggle() {
                say("`space` takes a table out or in.");
                all.extend(tables(model, opened, theme, width));
            }
        }
        Waits::Retry => {
            // Steps that were handed over cannot be planned anew.
            let anew = if book.situation().wish == Some(Wish::Tune) { "" } else { " `b` begins anew," };
            let again = if has_unknown(opened) {
                "sends it again; look first what became of it"
            } else {
                "tries this step again"
            };
            say(&format!("`enter` {again}, `s` leaves it out,{anew} `esc` leaves it for later."));
            all.extend(rows(opened, theme));
        }
        Waits::Server | Waits::Nothing => {
            if book.looks_again() {
                say("Reading the tables once more, right before sending.");
            }
            if book.is_watching() {
                say(&book.outlook(&model.inventory).replace('`', "'"));
            }
            if book.is_over() {
                let anew = if book.situation().wish == Some(Wish::Tune) { "" } else { ", `b` begins anew" };
                say(&format!("Done. `enter` closes{anew}."));
                // Nothing that can be done here settles a bill.
                if book.situation().letter == Letter::H {
                    say(&format!("Now: {}.", book.outlook(&model.inventory).replace('`', "'")));
                }
                all.extend(webhook(opened, theme, width));
            }
            all.extend(units(model, opened, theme, width));
        }
    }
    all
}

/// Whether its tables are of several sources.
fn spans_sources(model: &Model, opened: &Opened) -> bool {
    let situation = opened.book.situation();
    let source = |id| model.inventory.schema(id).map(|(held, ..)| &held.source.id);
    situation.tables.iter().filter_map(|table| source(&table.id)).any(|source| *source != situation.source)
}

fn tables<'a>(model: &Model, opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let of_several = spans_sources(model, opened);
    let each = opened.book.situation().tables.iter().enumerate().map(|(row, table)| {
        let mark = if table.chosen { "[x]" } else { "[ ]" };
        let held = model.inventory.schema(&table.id).map(|(held, ..)| held).filter(|_| of_several);
        // Tables of one name in several sources are common.
        let of = held.map(|held| format!("{} / ", held.source.title().shown())).unwrap_or_default();
        let name = format!("{of}{}", table.name.shown());
        let name = text::cut(&name, width.saturating_sub(34).max(12), theme.ellipsis());
        let (told, role) = match table.barred {
            Some(why) => (format!("{mark} {name}  {why}"), Role::Faint),
            None => (format!("{mark} {name}  {}, {} rows", table.state.words(), words::rows(table.rows)), Role::Text),
        };
        row_line(&told, row == opened.cursor, role, theme, width)
    });
    each.collect()
}

fn choices<'a>(opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let several = opened.book.waits() == Waits::Several;
    let mut all = Vec::new();
    // Of the one under the cursor everything is said.
    let room = |choice: &Choice| text::width(&choice.title) + text::width(&choice.reason) + 22;
    let cut = |choice: &&Choice| !choice.reason.is_empty() && room(choice) > width;
    if let Some(choice) = opened.book.choices().get(opened.cursor).filter(cut) {
        let said = text::wrap(&format!("Why: {}.", choice.reason), width);
        all.extend(said.into_iter().map(|line| Line::styled(line, theme.style(Role::Faint))));
    }
    all.extend(opened.book.choices().iter().enumerate().map(|(row, choice)| {
        let mark = match (several, opened.picked.contains(&row)) {
            (true, true) => "[x] ",
            (true, false) => "[ ] ",
            (false, _) => "",
        };
        let best = if choice.recommended && !several { "recommended, " } else { "" };
        let (told, role) = match &choice.blocked {
            Some(why) => (format!("{mark}{}  not possible: {why}", choice.title), Role::Faint),
            None => (format!("{mark}{}  {best}{}", choice.title, choice.reason), Role::Text),
        };
        row_line(&told, row == opened.cursor, role, theme, width)
    }));
    all
}

fn row_line<'a>(told: &str, here: bool, role: Role, theme: &Theme, width: usize) -> Line<'a> {
    let style = theme.style(if here { Role::Selected } else { role });
    Line::styled(text::fit(told, width, theme.ellipsis(), false), style)
}

/// The webhook at both ends, where the runbook is about it.
fn webhook<'a>(opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let Some(info) = opened.book.webhook() else { return Vec::new() };
    let yes_no = |known: Option<&bool>, yes: &str, no: &str| match known {
        Some(true) => yes.to_owned(),
        Some(false) => no.to_owned(),
        None => "not told".to_owned(),
    };
    let handler = info.function.known().map(|function| yes_no(function.enabled.known(), ", on", ", off"));
    let here = format!("{}{}", yes_no(info.exists.known(), "registered", "none"), handler.unwrap_or_default());
    let vendor = info.outside.known().map_or("the vendor cannot be asked".to_owned(), |outside| {
        let state = outside.status.known().map(|status| format!(", {}", status.shown())).unwrap_or_default();
        let error = outside.error.known().map(|error| format!(", {}", error.shown())).unwrap_or_default();
        format!("{}{state}{error}", yes_no(outside.exists.known(), "registered", "gone"))
    });
    let list = |names: Vec<String>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let missing = info.missing_events.known().map_or("not told".to_owned(), |missing| {
        list(missing.iter().take(12).map(|event| event.shown().into_owned()).collect())
    });
    let inputs = info.inputs.known().map_or("not told".to_owned(), |inputs| {
        let each = inputs.iter().map(|(name, input)| match input {
            StoredInput::Secret => format!("{} (stored)", name.shown()),
            StoredInput::Plain(value) => format!("{} = {}", name.shown(), value.shown()),
            StoredInput::Other => name.shown().into_owned(),
        });
        list(each.collect())
    });
    let url = info.url.known().map_or("none".to_owned(), |url| url.shown().into_owned());
    let mut all = Vec::new();
    for (name, value) in
        [("in PostHog", here), ("at vendor", vendor), ("address", url), ("missing", missing), ("inputs", inputs)]
    {
        const NAME: usize = 12;
        for (part, line) in text::wrap(&value, width.saturating_sub(NAME).max(8)).into_iter().take(3).enumerate() {
            let name = if part == 0 { name } else { "" };
            all.push(Line::from(vec![
                Span::styled(text::fit(name, NAME, theme.ellipsis(), false), theme.style(Role::Faint)),
                Span::styled(line, theme.style(Role::Text)),
            ]));
        }
    }
    all
}

/// What change data capture lacks, and what has to be run for each.
fn checklist_lines<'a>(opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let (Some(found), _) = opened.book.cdc() else { return Vec::new() };
    let mut all = Vec::new();
    for complaint in &found.errors {
        let mark = if theme.ascii { "x" } else { "✗" };
        for line in text::wrap(&format!("{mark} {}", complaint.shown()), width) {
            all.push(Line::styled(line, theme.style(Role::Bad)));
        }
        for line in checklist::remedy(complaint).iter().flat_map(|remedy| remedy.lines()) {
            for part in text::wrap(line, width.saturating_sub(4).max(8)) {
                all.push(Line::styled(format!("    {part}"), theme.style(Role::Text)));
            }
        }
    }
    all
}

/// The actions of the step under way.
fn units<'a>(model: &Model, opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let mut all = Vec::new();
    for (number, unit) in opened.book.units().iter().enumerate() {
        let running = opened.follows.iter().find(|(_, of)| **of == number).and_then(|(id, _)| model.follows.get(id));
        let (told, role) = match (&unit.progress, running) {
            (UnitProgress::UnderWay, Some(follow)) => {
                let usual = match follow.subject().tables.as_slice() {
                    [(id, _)] => model.inventory.runs(id).and_then(crate::warehouse::runs::Runs::usual),
                    _ => None,
                };
                (follow.progress(usual, model.now), Role::Moving)
            }
            (UnitProgress::UnderWay, None) => (format!("{}: under way", unit.name.shown()), Role::Moving),
            (UnitProgress::Waiting, _) => (format!("{}: waits for its turn", unit.name.shown()), Role::Faint),
            (UnitProgress::Done(text), _) => (text.clone(), Role::Good),
            (UnitProgress::Failed(text) | UnitProgress::Unknown(text), _) => (text.clone(), Role::Bad),
        };
        for line in text::wrap(&told, width) {
            all.push(Line::styled(line, theme.style(role)));
        }
    }
    all.extend(rows(opened, theme));
    all
}

/// What became of each table of a change of several.
fn rows<'a>(opened: &Opened, theme: &Theme) -> Vec<Line<'a>> {
    let each = opened.book.units().iter().flat_map(Unit::rows).map(|(name, changed)| {
        let (mark, word, role) = match (changed, theme.ascii) {
            (true, ascii) => (if ascii { "+" } else { "✓" }, "changed", Role::Good),
            (false, ascii) => (if ascii { "x" } else { "✗" }, "not changed", Role::Bad),
        };
        let line = format!("  {mark} {}: {word}", text::cut(&name.shown(), 60, theme.ellipsis()));
        Line::styled(line, theme.style(role))
    });
    each.collect()
}

/// Whether something may have been carried out: that is not merely tried again.
fn has_unknown(opened: &Opened) -> bool {
    opened.book.units().iter().any(|unit| matches!(unit.progress, UnitProgress::Unknown(_)))
}

/// The keys that mean something now.
pub(super) fn keys(model: &Model, id: RunbookId) -> Vec<(String, &'static str)> {
    let Some(opened) = model.runbooks.get(id) else { return Vec::new() };
    let tuned = opened.book.situation().wish == Some(Wish::Tune);
    let again = if has_unknown(opened) { "send it again" } else { "try again" };
    let mut all = match opened.book.waits() {
        Waits::Start if opened.book.can_begin_anew() => fixed(&[("enter", "send it"), ("b", "choose again")]),
        Waits::Start => fixed(&[("enter", "begin")]),
        Waits::ByHand => fixed(&[("enter", "done, go on")]),
        Waits::Form(_) => {
            return fixed(&[("esc", "leave it"), ("ctrl-x", "nothing to change, go on")]);
        }
        Waits::Server => Vec::new(),
        Waits::One => fixed(&[("enter", "take it"), ("up/down", "choose"), ("s", "leave out")]),
        Waits::Several => fixed(&[("space", "pick"), ("a", "all"), ("enter", "go on"), ("s", "leave out")]),
        Waits::Consent => fixed(&[("enter", "ask me")]),
        Waits::Retry if tuned => fixed(&[("enter", again), ("s", "leave out")]),
        Waits::Nothing if tuned => fixed(&[("enter", "close")]),
        Waits::Retry => fixed(&[("enter", again), ("s", "leave out"), ("b", "begin anew")]),
        Waits::Nothing => fixed(&[("enter", "close"), ("b", "begin anew")]),
    };
    all.push((model.keymap.key(CommandId::History), "history"));
    all.push((model.keymap.key(CommandId::Copy), "copy"));
    all.push((model.keymap.key(CommandId::Back), "leave it"));
    all
}
