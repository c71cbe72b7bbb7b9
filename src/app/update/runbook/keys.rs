//! What keys and text mean while a runbook is shown, and the question before a step that discards data.

use tui_input::Input;

use super::opening::{close, show_other};
use super::with;
use crate::app::commands::CommandId;
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::overlay::{Confirm, Overlay};
use crate::app::model::runbook::{Opened, RunbookId, billing_page};
use crate::app::update::form::{self, FormOutcome};
use crate::app::update::keys::halved;
use crate::app::update::{actions, history, notice, refresh};
use crate::warehouse::consent::Consent;
use crate::warehouse::diagnosis::Letter;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::recovery::runbook::{Task, Waits};

/// A key was pressed while a runbook is shown.
pub(in crate::app::update) fn pressed(
    model: &mut Model,
    id: RunbookId,
    key: Key,
    command: Option<CommandId>,
) -> Vec<Effect> {
    let Some(opened) = model.runbooks.get_mut(id) else {
        model.overlay = None;
        return Vec::new();
    };
    let waits = opened.book.waits();
    if matches!(waits, Waits::Form(_)) && opened.form.is_some() {
        return in_form(model, id, key);
    }
    let (command, page) = halved(command, usize::from(model.size.height / 3).max(1));
    match (command, key.code) {
        (_, Code::Enter) => return enter(model, id),
        (_, Code::Char(' ')) => return space(model, id),
        (_, Code::Char('b')) if opened.book.can_begin_anew() => {
            return with(model, id, |opened, inventory| opened.book.restart(inventory));
        }
        (_, Code::Char('s')) if matches!(waits, Waits::Retry | Waits::One | Waits::Several) => {
            return with(model, id, |opened, inventory| opened.book.skip(inventory));
        }
        (_, Code::Char('x')) => opened.book.stops_on_failure = !opened.book.stops_on_failure,
        (_, Code::Char('a')) if waits == Waits::Several => {
            let all = opened.rows();
            if opened.picked.len() == all { opened.picked.clear() } else { opened.picked = (0..all).collect() }
        }
        (Some(CommandId::Copy | CommandId::CopyError), _) => {
            let billing = model.settings.place().map(|place| billing_page(&place.origin));
            return copy(opened, billing);
        }
        (Some(command), _) if move_by(opened, command, page) => {}
        (Some(CommandId::Refresh), _) => return refresh::by_hand(model),
        (Some(CommandId::History), _) => return history::of_runbook(model, id),
        (Some(CommandId::Runbooks), _) => show_other(model, id),
        (Some(CommandId::Back | CommandId::Quit), _) => close(model, id),
        (Some(CommandId::Help), _) => return actions::perform(model, CommandId::Help),
        _ => return actions::no_such_key(model, key),
    }
    Vec::new()
}

/// A key of the form that is to be filled in.
fn in_form(model: &mut Model, id: RunbookId, key: Key) -> Vec<Effect> {
    let Some(form) = model.runbooks.get_mut(id).and_then(|opened| opened.form.as_mut()) else { return Vec::new() };
    if (key.code, key.ctrl) == (Code::Char('x'), true) {
        if form.draft().changes() > 0 {
            let text = "What was entered would be lost: send it with ctrl-s, or empty the fields to go on without.";
            return notice(model, Tone::Note, text.to_owned());
        }
        return with(model, id, |opened, inventory| opened.book.skip(inventory));
    }
    match form::pressed(form, key) {
        FormOutcome::Stay => Vec::new(),
        FormOutcome::Cancel => {
            close(model, id);
            Vec::new()
        }
        FormOutcome::Submit(inputs) => match model.no_writes() {
            Some(reason) => notice(model, Tone::Note, reason),
            None => with(model, id, |opened, inventory| opened.book.fill(inputs, inventory)),
        },
    }
}

/// More lines than a runbook has; the view bounds what is scrolled to by what there is.
const LIMIT: usize = 10_000;

/// Moves the cursor where there are rows, and what is seen where there are none; `false`: the command does not move.
fn move_by(opened: &mut Opened, command: CommandId, page: usize) -> bool {
    let last = opened.rows().saturating_sub(1);
    match command {
        CommandId::Down if opened.rows() > 0 => opened.cursor = (opened.cursor + 1).min(last),
        CommandId::Up if opened.rows() > 0 => opened.cursor = opened.cursor.saturating_sub(1),
        CommandId::Top => (opened.cursor, opened.scroll) = (0, 0),
        CommandId::Bottom => (opened.cursor, opened.scroll) = (last, LIMIT),
        CommandId::Down => opened.scroll = (opened.scroll + 1).min(LIMIT),
        CommandId::Up => opened.scroll = opened.scroll.saturating_sub(1),
        CommandId::PageDown => opened.scroll = (opened.scroll + page).min(LIMIT),
        CommandId::PageUp => opened.scroll = opened.scroll.saturating_sub(page),
        _ => return false,
    }
    true
}

fn enter(model: &mut Model, id: RunbookId) -> Vec<Effect> {
    let Some(opened) = model.runbooks.get(id) else { return Vec::new() };
    match opened.book.waits() {
        Waits::Start | Waits::ByHand | Waits::Retry => {
            if let Some(reason) = model.no_writes() {
                return notice(model, Tone::Note, reason);
            }
            with(model, id, |opened, inventory| opened.book.go(inventory))
        }
        Waits::One | Waits::Several => {
            let picks = opened.picks();
            if let Some(blocked) = picks.iter().find_map(|place| opened.book.choices().get(*place)?.blocked.clone()) {
                return notice(model, Tone::Note, format!("This cannot be picked: {blocked}."));
            }
            let stage = opened.book.stage().map(|stage| &stage.task);
            if picks.is_empty() && matches!(stage, Some(Task::Pick(menu)) if menu.needs_a_pick()) {
                return notice(model, Tone::Note, "Nothing is picked: space picks what the cursor is on.".to_owned());
            }
            if let Some(reason) = model.no_writes() {
                return notice(model, Tone::Note, reason);
            }
            with(model, id, |opened, inventory| opened.book.pick(&picks, inventory))
        }
        Waits::Consent => ask(model, id),
        Waits::Nothing => {
            close(model, id);
            model.runbooks.forget(id);
            Vec::new()
        }
        Waits::Server => notice(model, Tone::Note, "It waits for the server; esc leaves it running.".to_owned()),
        Waits::Form(_) => Vec::new(),
    }
}

fn space(model: &mut Model, id: RunbookId) -> Vec<Effect> {
    let inventory = &model.inventory;
    let Some(opened) = model.runbooks.get_mut(id) else { return Vec::new() };
    match opened.book.waits() {
        Waits::Start | Waits::Consent => opened.book.toggle(opened.cursor, inventory),
        Waits::Several if opened.picked.remove(&opened.cursor) => {}
        Waits::Several if opened.cursor < opened.book.choices().len() => {
            opened.picked.insert(opened.cursor);
        }
        _ => {}
    }
    Vec::new()
}

/// Text was pasted while a runbook is shown.
pub(in crate::app::update) fn pasted(model: &mut Model, id: RunbookId, text: &str) {
    if let Some(form) = model.runbooks.get_mut(id).and_then(|opened| opened.form.as_mut()) {
        form::pasted(form, text);
    }
}

/// Opens the question before a step that discards data.
fn ask(model: &mut Model, id: RunbookId) -> Vec<Effect> {
    if let Some(reason) = model.no_writes() {
        return notice(model, Tone::Note, reason);
    }
    let question = model.runbooks.get(id).and_then(|opened| opened.book.question(&model.inventory));
    let Some(question) = question else { return Vec::new() };
    model.overlay = Some(Overlay::Confirm(Box::new(Confirm {
        challenge: Some(question.challenge),
        subject: question.subject,
        milder: question.milder,
        then: question.then,
        runbook: Some(id),
        tunes: None,
        input: Input::default(),
        refused: false,
        on_yes: false,
    })));
    Vec::new()
}

/// The user has consented to a step of a runbook.
pub(in crate::app::update) fn consented(model: &mut Model, id: RunbookId, consents: Vec<Consent>) -> Vec<Effect> {
    model.overlay = Some(Overlay::Runbook(id));
    with(model, id, |opened, inventory| opened.book.consent(consents, inventory))
}

/// Copies what has to be run at the server, what went wrong, or where billing is settled.
fn copy(opened: &Opened, billing: Option<String>) -> Vec<Effect> {
    let text = match opened.book.situation().letter {
        Letter::H => billing,
        _ => opened.book.to_copy(),
    };
    text.map(Effect::Copy).into_iter().collect()
}
