//! A runbook: its steps, who does each, how each is going, and below them what it waits for.

mod change;
mod found;
mod options;
mod panel;
mod steps;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::footer::fixed;
use super::theme::{Role, Theme};
use super::widgets::{bounded_scroll, lines, modal};
use super::{form, text};
use crate::app::commands::CommandId;
use crate::app::model::Model;
use crate::app::model::runbook::{Opened, RunbookId};
use crate::warehouse::recovery::runbook::{Waits, Wish};
use crate::warehouse::words;
use panel::panel;
use steps::steps;

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

/// Whether its tables are of several sources.
fn spans_sources(model: &Model, opened: &Opened) -> bool {
    let situation = opened.book.situation();
    let source = |id| model.inventory.schema(id).map(|(held, ..)| &held.source.id);
    situation.tables.iter().filter_map(|table| source(&table.id)).any(|source| *source != situation.source)
}

/// The keys that mean something now.
pub(super) fn keys(model: &Model, id: RunbookId) -> Vec<(String, &'static str)> {
    let Some(opened) = model.runbooks.get(id) else { return Vec::new() };
    let tuned = opened.book.situation().wish == Some(Wish::Tune);
    let again = if panel::has_unknown(opened) { "send it again" } else { "try again" };
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
