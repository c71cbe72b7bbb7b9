//! Runbooks: carries out the moves that the state machine in `warehouse` asks for, and tells it what keys and the
//! server answer.

use tui_input::Input;

use super::form::{self, FormOutcome};
use super::keys::halved;
use super::{actions, follows, history, notice, refresh, triage, tuning};
use crate::app::commands::CommandId;
use crate::app::effect::{Effect, FollowId, Urgency};
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::flights::{Purpose, Waiter};
use crate::app::model::overlay::{Confirm, Overlay};
use crate::app::model::runbook::{Opened, RunbookId, billing_page};
use crate::app::model::selection::Selected;
use crate::warehouse::consent::Consent;
use crate::warehouse::diagnosis::Letter;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::recovery::follow::{Follow, Outcome, Tone};
use crate::warehouse::recovery::runbook::{Move, News, Record, Runbook, Situation, Stage, Symptom, Task, Waits};
use crate::warehouse::state::State;
use crate::warehouse::survey::Need;
use crate::warehouse::triage::{Problem, triage as all_problems};

/// Opens the runbook of a problem, or the one that is open for it already.
pub(super) fn open_problem(model: &mut Model, problem: &Problem) -> Vec<Effect> {
    let situation = Situation::of_problem(problem, &model.inventory);
    let list = match model.overlay.take() {
        Some(Overlay::Triage(list)) => Some(list),
        _ => None,
    };
    let effects = open(model, situation);
    if let Some(Overlay::Runbook(id)) = model.overlay
        && let Some(opened) = model.runbooks.get_mut(id)
    {
        opened.beneath = list;
    }
    effects
}

/// Leaves a runbook as it is, and goes back to where it was opened from.
fn close(model: &mut Model, id: RunbookId) {
    let list = model.runbooks.get_mut(id).and_then(|opened| opened.beneath.take());
    model.overlay = list.map(Overlay::Triage);
    triage::bring_up_to_date(model);
    if let Some(form) = model.runbooks.get_mut(id).and_then(|opened| opened.form.as_mut()) {
        form.hide();
    }
    offer_left_behind(model);
}

/// Opens the runbook of what is wrong with the selection.
pub(super) fn open_selected(model: &mut Model) -> Vec<Effect> {
    let (source, table): (_, Option<SchemaId>) = match model.selected() {
        Selected::Nothing => return Vec::new(),
        Selected::Source(held) => (held.source.id.clone(), None),
        Selected::Schema(held, schema, _) => (held.source.id.clone(), Some(schema.id.clone())),
    };
    let problems = all_problems(&model.inventory, Some(&source), model.now);
    let concerned = |problem: &&Problem| match &table {
        Some(table) => problem.tables.iter().any(|affected| affected.id == *table),
        None => problem.source == source,
    };
    if let Some(problem) = problems.iter().find(concerned) {
        return open_problem(model, problem);
    }
    let text = if let Selected::Schema(.., State::Cancelled) = model.selected() {
        let reload = model.keymap.key(CommandId::Reload);
        format!("This run was cancelled, which is no fault: it runs again on its schedule, or at once with {reload}.")
    } else {
        let palette = model.keymap.key(CommandId::Palette);
        format!("Nothing is known to be wrong here; if it looks wrong, say how with {palette}.")
    };
    notice(model, Tone::Note, text)
}

/// Opens the runbook of what somebody says of the selection.
pub(super) fn open_symptom(model: &mut Model, symptom: Symptom) -> Vec<Effect> {
    let (source, tables) = match model.selected() {
        Selected::Nothing => return Vec::new(),
        Selected::Source(held) => (held.source.id.clone(), Vec::new()),
        Selected::Schema(held, schema, _) => (held.source.id.clone(), vec![schema.id.clone()]),
    };
    match Situation::of_symptom(symptom, &source, &tables, &model.inventory) {
        Some(situation) => open(model, situation),
        None => Vec::new(),
    }
}

/// Shows the runbook that was opened last.
pub(super) fn show_last(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.runbooks.iter().next_back().map(|(id, _)| id) else {
        return notice(model, Tone::Note, "No runbook was opened yet.".to_owned());
    };
    if let Some(Overlay::Triage(list)) = model.overlay.replace(Overlay::Runbook(id))
        && let Some(opened) = model.runbooks.get_mut(id)
    {
        opened.beneath = Some(list);
    }
    Vec::new()
}

/// Shows the runbook that was opened before this one, and from the first the last one again.
fn show_other(model: &mut Model, id: RunbookId) {
    let before = model.runbooks.iter().map(|(id, _)| id).rfind(|other| *other < id);
    let other = before.or(model.runbooks.iter().map(|(id, _)| id).next_back());
    model.overlay = other.map(Overlay::Runbook);
}

/// Opens a runbook, or shows the one that is open for the same.
pub(super) fn open(model: &mut Model, situation: Situation) -> Vec<Effect> {
    let key = situation.key();
    let known = model.runbooks.iter().find(|(_, opened)| opened.book.situation().key() == key);
    if let Some((id, opened)) = known {
        if !opened.book.is_over() {
            model.overlay = Some(Overlay::Runbook(id));
            return Vec::new();
        }
        model.runbooks.forget(id);
    }
    let (book, moves) = Runbook::open(situation, &model.inventory);
    let id = model.runbooks.keep(Opened::new(book));
    model.overlay = Some(Overlay::Runbook(id));
    carry_out(model, id, moves)
}

/// Opens a runbook that takes the last change back, with steps that are known from the start.
pub(super) fn open_planned(model: &mut Model, situation: Situation, stages: Vec<Stage>) -> Vec<Effect> {
    let (book, moves) = Runbook::planned(situation, stages, &model.inventory);
    let id = model.runbooks.keep(Opened { undoes: true, ..Opened::new(book) });
    model.overlay = Some(Overlay::Runbook(id));
    carry_out(model, id, moves)
}

/// Begins a runbook whose steps are agreed to.
pub(super) fn begin_ready(model: &mut Model, id: RunbookId, moves: Vec<Move>) -> Vec<Effect> {
    let mut effects = carry_out(model, id, moves);
    effects.extend(tell_end(model, id));
    effects
}

/// Does something with a runbook, and what follows from it.
fn with(model: &mut Model, id: RunbookId, act: impl FnOnce(&mut Opened, &Inventory) -> Vec<Move>) -> Vec<Effect> {
    let Some(opened) = model.runbooks.get_mut(id) else { return Vec::new() };
    let before = (opened.book.at(), opened.book.waits());
    let moves = act(opened, &model.inventory);
    if (opened.book.at(), opened.book.waits()) != before {
        opened.cursor = 0;
        opened.scroll = 0;
        opened.picked.clear();
        opened.bring_form_up_to_date();
    }
    carry_out(model, id, moves)
}

/// Tells a runbook what has happened.
pub(super) fn learn(model: &mut Model, id: RunbookId, news: &News<'_>) -> Vec<Effect> {
    with(model, id, |opened, inventory| opened.book.learn(news, inventory))
}

/// Tells the runbooks that watch their tables that the list was read.
pub(super) fn watch(model: &mut Model) -> Vec<Effect> {
    let watching = model.runbooks.iter().filter(|(_, opened)| opened.book.is_watching()).map(|(id, _)| id);
    let watching: Vec<RunbookId> = watching.collect();
    watching.into_iter().flat_map(|id| learn(model, id, &News::ListRead)).collect()
}

fn carry_out(model: &mut Model, id: RunbookId, moves: Vec<Move>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for step in moves {
        match step {
            Move::Ask(Need::Sources) => {
                model.list_waiters.push(Waiter::Runbook(id));
                effects.extend(refresh::read_list(model));
            }
            Move::Ask(need) => effects.push(model.flights.fetch(need, Purpose::Runbook(id), Urgency::Waiting)),
            Move::Write(unit, write, subject) => {
                let started = Follow::write(write, subject, model.now);
                effects.extend(begin(model, id, unit, started));
            }
            Move::Discard(unit, consent, subject) => {
                let started = Follow::discard(consent, subject, model.now);
                effects.extend(begin(model, id, unit, started));
            }
        }
    }
    effects
}

fn begin(
    model: &mut Model,
    id: RunbookId,
    unit: usize,
    started: (Follow, Vec<crate::warehouse::recovery::follow::Step>),
) -> Vec<Effect> {
    let follow = follows::next_id(model);
    if let Some(opened) = model.runbooks.get_mut(id) {
        opened.follows.insert(follow, unit);
    }
    follows::begin_as(model, follow, started)
}

/// A followed action has ended; where it belongs to a runbook, that goes on.
pub(super) fn follow_ended(model: &mut Model, id: FollowId, follow: &Follow, text: &str) -> Vec<Effect> {
    let Some((runbook, unit)) = model.runbooks.owner(id) else { return Vec::new() };
    if let Some(opened) = model.runbooks.get_mut(runbook) {
        opened.follows.remove(&id);
    }
    let refused = follow.refused().map(|failure| (failure.attr.as_ref(), &failure.detail));
    let news = News::Ended {
        unit,
        outcome: follow.outcome().unwrap_or(Outcome::Unknown),
        text,
        left_out: follow.left_out(),
        refused,
    };
    let mut effects = learn(model, runbook, &news);
    effects.extend(tuning::stepped(model, runbook));
    tuning::taken_back(model, runbook);
    effects.extend(tell_end(model, runbook));
    effects
}

/// A runbook that ended while nobody looked at it says so.
fn tell_end(model: &mut Model, id: RunbookId) -> Vec<Effect> {
    if matches!(model.overlay, Some(Overlay::Runbook(shown)) if shown == id) {
        return Vec::new();
    }
    let Some(opened) = model.runbooks.get(id) else { return Vec::new() };
    let name = opened.book.situation().source_name.shown().into_owned();
    let letter = opened.book.situation().letter;
    match opened.book.waits() {
        Waits::Server | Waits::Nothing => Vec::new(),
        _ => {
            let key = model.keymap.key(CommandId::Runbooks);
            notice(model, Tone::Note, format!("{name}: runbook {letter} waits for you; {key} shows it."))
        }
    }
}

/// The user has consented to a step of a runbook.
pub(super) fn consented(model: &mut Model, id: RunbookId, consents: Vec<Consent>) -> Vec<Effect> {
    model.overlay = Some(Overlay::Runbook(id));
    with(model, id, |opened, inventory| opened.book.consent(consents, inventory))
}

/// A key was pressed while a runbook is shown.
pub(super) fn pressed(model: &mut Model, id: RunbookId, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let Some(opened) = model.runbooks.get_mut(id) else {
        model.overlay = None;
        return Vec::new();
    };
    let waits = opened.book.waits();
    if let (Waits::Form(_), Some(form)) = (waits, &mut opened.form) {
        if (key.code, key.ctrl) == (Code::Char('x'), true) {
            if form.draft().changes() > 0 {
                let text = "What was entered would be lost: send it with ctrl-s, or empty the fields to go on without.";
                return notice(model, Tone::Note, text.to_owned());
            }
            return with(model, id, |opened, inventory| opened.book.skip(inventory));
        }
        return match form::pressed(form, key) {
            FormOutcome::Stay => Vec::new(),
            FormOutcome::Cancel => {
                close(model, id);
                Vec::new()
            }
            FormOutcome::Submit(inputs) => match model.no_writes() {
                Some(reason) => notice(model, Tone::Note, reason),
                None => with(model, id, |opened, inventory| opened.book.fill(inputs, inventory)),
            },
        };
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
        (Some(CommandId::Down), _) if opened.rows() > 0 => {
            opened.cursor = (opened.cursor + 1).min(opened.rows().saturating_sub(1));
        }
        (Some(CommandId::Up), _) if opened.rows() > 0 => opened.cursor = opened.cursor.saturating_sub(1),
        (Some(CommandId::Top), _) => (opened.cursor, opened.scroll) = (0, 0),
        (Some(CommandId::Bottom), _) => (opened.cursor, opened.scroll) = (opened.rows().saturating_sub(1), 10_000),
        // The view bounds what is scrolled to by what there is.
        (Some(CommandId::Down), _) => opened.scroll = (opened.scroll + 1).min(10_000),
        (Some(CommandId::Up), _) => opened.scroll = opened.scroll.saturating_sub(1),
        (Some(CommandId::PageDown), _) => opened.scroll = (opened.scroll + page).min(10_000),
        (Some(CommandId::PageUp), _) => opened.scroll = opened.scroll.saturating_sub(page),
        (Some(CommandId::Refresh), _) => return refresh::by_hand(model),
        (Some(CommandId::History), _) => return history::of_runbook(model, id),
        (Some(CommandId::Runbooks), _) => show_other(model, id),
        (Some(CommandId::Back | CommandId::Quit), _) => close(model, id),
        (Some(CommandId::Help), _) => return actions::perform(model, CommandId::Help),
        _ => return actions::no_such_key(model, key),
    }
    Vec::new()
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
pub(super) fn pasted(model: &mut Model, id: RunbookId, text: &str) {
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

/// Copies what has to be run at the server, what went wrong, or where billing is settled.
fn copy(opened: &Opened, billing: Option<String>) -> Vec<Effect> {
    let text = match opened.book.situation().letter {
        Letter::H => billing,
        _ => opened.book.to_copy(),
    };
    text.map(Effect::Copy).into_iter().collect()
}

/// Puts what is half done before everything else that is to be done, where that has changed.
pub(super) fn journalled(model: &mut Model, mut effects: Vec<Effect>) -> Vec<Effect> {
    let mut records = model.left_behind.clone();
    records.extend(model.postponed.iter().cloned());
    records.extend(model.runbooks.records());
    if records != model.journalled {
        model.journalled.clone_from(&records);
        effects.insert(0, Effect::Journal(records));
    }
    effects
}

/// Runbooks were left half done; that is asked about once the tables are known.
pub(super) fn left_behind(model: &mut Model, records: Vec<Record>) -> Vec<Effect> {
    model.left_behind.extend(records);
    offer_left_behind(model);
    Vec::new()
}

/// Asks about a runbook that was left half done, where nothing else is open.
pub(super) fn offer_left_behind(model: &mut Model) {
    if !model.left_behind.is_empty() && model.overlay.is_none() && model.link.read_at.is_some() {
        model.overlay = Some(Overlay::LeftBehind);
    }
}

/// A key was pressed while the question about a runbook that was left half done stands.
pub(super) fn answer_left_behind(model: &mut Model, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Enter | Code::Char('y' | 'Y') => {
            model.overlay = None;
            if model.left_behind.is_empty() {
                return Vec::new();
            }
            let record = model.left_behind.remove(0);
            if let Some(situation) = record.situation(&model.inventory) {
                let effects = open(model, situation);
                if let Some(Overlay::Runbook(id)) = model.overlay
                    && let Some(opened) = model.runbooks.get_mut(id)
                {
                    opened.resumes = Some(record);
                }
                return effects;
            }
            let text = format!("{} is not there any more; nothing is left to do.", record.source_name);
            notice(model, Tone::Note, text)
        }
        Code::Char('d' | 'D') => {
            model.overlay = None;
            if !model.left_behind.is_empty() {
                model.left_behind.remove(0);
            }
            offer_left_behind(model);
            Vec::new()
        }
        Code::Escape | Code::Char('q' | 'n') => {
            model.overlay = None;
            if !model.left_behind.is_empty() {
                let later = model.left_behind.remove(0);
                model.postponed.push(later);
            }
            offer_left_behind(model);
            Vec::new()
        }
        _ => Vec::new(),
    }
}
