//! The editor of a table's sync settings: what is, what is wanted, and what would come of it.

mod choices;
mod preview;
mod settings;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::text;
use super::theme::{Role, Theme};
use super::widgets::prose::{told, wrapped};
use super::widgets::{bounded_scroll, lines, modal};
use crate::app::model::Model;
use crate::app::model::tuning::{Phase, Tuning};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::state::State;
use crate::warehouse::tuning::{Drift, Value};
use crate::warehouse::words::counted;
use choices::choices;
use preview::preview;
use settings::{LABEL, settings};

/// The keys that mean something now.
pub(super) fn keys(model: &Model, id: &SchemaId) -> &'static [(&'static str, &'static str)] {
    let Some(tuning) = model.tunings.get(id) else { return &[] };
    match &tuning.phase {
        Phase::Looking if tuning.has_webhook() => &[
            ("enter", "change"),
            ("s", "preview"),
            ("esc", "close"),
            ("r", "new secret"),
            ("x", "take back"),
            ("up/down", "move"),
        ],
        Phase::Looking => {
            &[("enter", "change"), ("s", "preview"), ("esc", "close"), ("x", "take back"), ("up/down", "move")]
        }
        Phase::Choosing(choosing) if choosing.takes_several() => {
            &[("space", "pick"), ("enter", "take these"), ("up/down", "move"), ("esc", "back")]
        }
        Phase::Choosing(_) => &[("enter", "choose"), ("up/down", "move"), ("esc", "back")],
        Phase::Typing(..) => &[("enter", "take it"), ("esc", "back")],
        Phase::Preview => &[("enter", "send"), ("up/down", "what follows"), ("esc", "back")],
        Phase::Drifted(..) => &[("k", "keep yours"), ("t", "take theirs"), ("esc", "decide later")],
        Phase::Running => &[("w", "wait for it"), ("c", "cancel it first"), ("esc", "back")],
        Phase::Waiting => &[("x", "do not wait"), ("esc", "close")],
        Phase::Unread(_) => &[("enter", "read again"), ("esc", "close")],
        Phase::Gone => &[("enter", "close")],
        Phase::Reading | Phase::Checking => &[("esc", "close")],
    }
}

/// Draws it.
pub(super) fn draw(model: &Model, id: &SchemaId, theme: &Theme, frame: &mut Frame) {
    let Some(tuning) = model.tunings.get(id) else { return };
    let source = model.inventory.schema(id).map(|(held, ..)| held.title().shown().into_owned());
    let name = text::cut(&tuning.name.shown(), 50, theme.ellipsis());
    let title = match source {
        Some(source) => format!("Sync settings: {} / {name}", text::cut(&source, 40, theme.ellipsis())),
        None => format!("Sync settings: {name}"),
    };
    let inside = modal::open(&title, 110, u16::MAX, theme, frame);
    let width = usize::from(inside.width);
    let body = body(model, id, tuning, theme, width);
    let height = usize::from(inside.height);
    let scrolled = if matches!(tuning.phase, Phase::Preview) { tuning.scroll } else { 0 };
    let at = (body.at + 2).saturating_sub(height) + scrolled;
    let start = bounded_scroll(at, body.lines.len(), inside.height);
    lines(&body.lines, start, inside, frame.buffer_mut());
    let more = body.lines.len().saturating_sub(start + height);
    if more > 0 && matches!(tuning.phase, Phase::Preview) {
        let words = format!(" {} below: pgdn ", counted(more, "line"));
        let x = inside.right().saturating_sub(u16::try_from(text::width(&words)).unwrap_or(0) + 1);
        frame.buffer_mut().set_stringn(x, inside.bottom(), words, width, theme.style(Role::Faint));
    }
    if let Phase::Typing(_, input) = &tuning.phase {
        let line = body.at.saturating_sub(start);
        let room = width.saturating_sub(LABEL + 3);
        let column = LABEL + 2 + input.visual_cursor().saturating_sub(input.visual_scroll(room));
        if let (Ok(row), Ok(column)) = (u16::try_from(line), u16::try_from(column)) {
            let area = Rect { height: 1, ..inside };
            let x = area.x + column.min(area.width.saturating_sub(1));
            frame.set_cursor_position((x, area.y + row.min(inside.height.saturating_sub(1))));
        }
    }
}

/// Whether its run will not end by itself.
fn is_lost(model: &Model, id: &SchemaId) -> bool {
    matches!(model.inventory.schema(id), Some((.., State::Phantom | State::Stuck)))
}

fn body<'a>(model: &Model, id: &SchemaId, tuning: &Tuning, theme: &'a Theme, width: usize) -> Body<'a> {
    let mut body = Body::new(theme, width);
    match (&tuning.phase, &tuning.draft) {
        (Phase::Reading, _) => body.say("Reading the table, and what its source offers.", Role::Text),
        (Phase::Checking, _) => {
            body.say("Reading the table once more, right before sending.", Role::Text);
        }
        (Phase::Unread(why), _) => {
            body.say(why, Role::Bad);
            body.say("`enter` reads it again.", Role::Text);
        }
        (Phase::Gone, _) => {
            body.say("The table does not exist any more, so nothing was sent.", Role::Bad);
            body.say("Its source may list it under another name. `enter` closes this.", Role::Text);
        }
        (Phase::Drifted(moved, _), _) => drifted(&mut body, moved),
        (Phase::Running, _) if is_lost(model, id) => {
            body.say(
                "Its status says that it is running, but no run gets on: waiting would be in vain.",
                Role::Doubtful,
            );
            body.say("`c` cancels the run first, which mends that, and then applies the change.", Role::Text);
        }
        (Phase::Running, _) => {
            body.say("It is running, and a running table is not touched.", Role::Doubtful);
            body.say(
                "`w` waits until the run has ended, and then applies the change by itself; `c` cancels the run first.",
                Role::Text,
            );
        }
        (Phase::Waiting, _) => {
            body.say(
                "The change is applied once the run has ended. It goes on waiting when this is closed.",
                Role::Text,
            );
            body.say("`x` takes it back into the editor.", Role::Text);
        }
        (Phase::Preview, Some(draft)) => preview(&mut body, model, tuning, draft),
        (Phase::Choosing(choosing), Some(draft)) => choices(&mut body, choosing, draft),
        (_, Some(draft)) => settings(&mut body, tuning, draft),
        (_, None) => {}
    }
    body
}

/// The lines of the editor, and the one that has to be seen.
struct Body<'a> {
    theme: &'a Theme,
    width: usize,
    lines: Vec<Line<'a>>,
    at: usize,
}

impl<'a> Body<'a> {
    fn new(theme: &'a Theme, width: usize) -> Self {
        Self { theme, width, lines: Vec::new(), at: 0 }
    }

    /// A sentence of ours, in which parts in backquotes are keys.
    fn say(&mut self, sentence: &str, role: Role) {
        self.lines.extend(told(sentence, self.width, self.theme.style(role), self.theme));
    }

    /// The same for text that is not ours, in which nothing is a key.
    fn quote(&mut self, sentence: &str, role: Role) {
        self.lines.extend(wrapped(sentence, self.width, self.theme.style(role)));
    }

    /// An empty line, where there is none.
    fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    /// What stands before a row: the pointer, where the cursor is.
    fn lead(&self, here: bool) -> &'static str {
        match (here, self.theme.ascii) {
            (false, _) => "  ",
            (true, false) => "▸ ",
            (true, true) => "> ",
        }
    }

    /// The row that follows is the one under the cursor, and has to be seen.
    fn mark_here(&mut self) {
        self.at = self.lines.len();
    }
}

fn drifted(body: &mut Body<'_>, moved: &[Drift]) {
    body.say("It was changed by somebody else since it was read. Nothing was sent.", Role::Doubtful);
    body.lines.push(Line::default());
    for one in moved {
        body.quote(one.setting.title(), Role::Heading);
        let same = one.yours == one.was;
        let yours = if same { "not changed by you".to_owned() } else { one.setting.shown(&one.yours) };
        let shown = |value: &Value| one.setting.shown(value);
        for (what, value) in [("was", shown(&one.was)), ("is", shown(&one.is)), ("yours", yours)] {
            body.quote(&format!("  {what:<6} {value}"), Role::Text);
        }
    }
    body.lines.push(Line::default());
    body.say("`k` keeps what you want on top of what is now; `t` takes their values where both changed.", Role::Text);
}
