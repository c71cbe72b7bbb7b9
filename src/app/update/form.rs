//! Typing into a form.

use super::keys::line_edit;
use crate::app::key::{Code, Key};
use crate::app::model::form::{Focus, FormView};
use crate::warehouse::recovery::form::{RowId, Value};
use crate::warehouse::secret::Inputs;
use tui_input::Input;

/// How many characters may be pasted into one row: enough for every key file.
const LONGEST: usize = 64_000;

/// How many rows a page is.
const PAGE: isize = 6;

/// What came of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum FormOutcome {
    /// The form stays open.
    Stay,
    /// This is to be sent. The form stays as it is until it was accepted.
    Submit(Inputs),
    /// The form is left, with all that was typed.
    Cancel,
}

/// A key was pressed while the form is open.
pub fn pressed(view: &mut FormView, key: Key) -> FormOutcome {
    match (key.code, key.ctrl) {
        (Code::Escape, _) => return FormOutcome::Cancel,
        (Code::Char('s'), true) => return submit(view),
        (Code::Enter, _) if view.focus() == Focus::Send || view.on_last_row() => return submit(view),
        (Code::Char('r'), true) => view.reveal(),
        (Code::Enter, _) | (Code::Down, false) | (Code::Char('n'), true) => view.step(1, false),
        (Code::Up, false) | (Code::Char('p'), true) => view.step(-1, false),
        (Code::Tab, _) => view.step(1, true),
        (Code::BackTab, _) => view.step(-1, true),
        (Code::PageDown, _) => view.step(PAGE, false),
        (Code::PageUp, _) => view.step(-PAGE, false),
        _ => {
            if !turn(view, key)
                && let Some(request) = line_edit(key)
            {
                view.edit(|input| {
                    input.handle(request);
                });
            }
        }
    }
    FormOutcome::Stay
}

/// Text was pasted. It may be a secret, and of several lines where the row takes them.
pub fn pasted(view: &mut FormView, text: &str) {
    let Some(keeps_lines) = view.row().map(|row| row.control.keeps_lines()) else { return };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // What a terminal or a web page puts around a key is no part of it.
    let text = if keeps_lines { text.as_str() } else { text.trim_matches(|symbol: char| symbol.is_control()) };
    let text: String = text
        .chars()
        .filter(|symbol| !symbol.is_control() || (keeps_lines && matches!(symbol, '\n' | '\t')))
        .take(LONGEST)
        .collect();
    view.edit(|input| {
        let before: String = input.value().chars().take(input.cursor()).collect();
        let after: String = input.value().chars().skip(input.cursor()).collect();
        let cursor = input.cursor() + text.chars().count();
        *input = Input::new(format!("{before}{text}{after}")).with_cursor(cursor);
    });
}

fn submit(view: &mut FormView) -> FormOutcome {
    match view.draft().submit() {
        Ok(inputs) => FormOutcome::Submit(inputs),
        Err(refusals) => {
            view.show(refusals);
            FormOutcome::Stay
        }
    }
}

/// Turns a switch or goes through the options of a choice; `false` where the cursor is on neither, or the key is none
/// of those for it.
fn turn(view: &mut FormView, key: Key) -> bool {
    let by = match (key.code, key.ctrl || key.alt) {
        (Code::Left, false) => -1,
        (Code::Right | Code::Char(' '), false) => 1,
        _ => return false,
    };
    let Some(row) = view.row() else { return false };
    let (id, options) = (row.id, row.options.len());
    match *row.value {
        Value::Switch(on) => {
            // Right is on, left is off; space is the other one.
            if key.code == Code::Char(' ') || on == (by < 0) {
                view.change(|draft| draft.toggle(id));
            }
        }
        Value::Choice(chosen) => next_option(view, id, chosen, options, by),
        Value::Text(_) | Value::Secret(_) | Value::Web => return false,
    }
    true
}

fn next_option(view: &mut FormView, id: RowId, chosen: Option<usize>, options: usize, by: isize) {
    let next = match chosen {
        Some(chosen) if by < 0 => (chosen + options).saturating_sub(1),
        Some(chosen) => chosen + 1,
        None if by < 0 => options.saturating_sub(1),
        None => 0,
    };
    if let Some(next) = next.checked_rem(options) {
        view.change(|draft| draft.choose(id, next));
    }
}
