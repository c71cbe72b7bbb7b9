//! The jobs of a table or of a source, what their errors mean, and what follows from that for the table.

use std::sync::Arc;

use super::keys::halved;
use super::{actions, facts, logs, moves, notice, raw, refresh, report, triage};
use crate::app::commands::CommandId;
use crate::app::effect::{Effect, Urgency};
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::history::{Beneath, Explanation, History};
use crate::app::model::logs::Logs;
use crate::app::model::overlay::Overlay;
use crate::app::model::runbook::RunbookId;
use crate::app::model::selection::Selected;
use crate::warehouse::failure::Failure;
use crate::warehouse::finding::{Finding, Puzzle};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::job::Job;
use crate::warehouse::operation::{JobQuery, LogQuery};
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::replies::LogEntry;
use crate::warehouse::status::Status;
use crate::warehouse::survey::Need;
use crate::warehouse::text::Foreign;
use crate::warehouse::triage::Kind;

/// More lines than any of these screens has.
const LIMIT: usize = 100_000;

/// Opens the history of the selection.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let history = match model.selected() {
        Selected::Nothing => return Vec::new(),
        Selected::Source(held) => History::new(held.source.id.clone(), None),
        Selected::Schema(held, schema, _) => {
            History::new(held.source.id.clone(), Some((schema.id.clone(), schema.name.clone())))
        }
    };
    show(model, history)
}

/// Opens the log of the selected table.
pub(super) fn open_log(model: &mut Model) -> Vec<Effect> {
    let Selected::Schema(held, schema, _) = model.selected() else { return Vec::new() };
    let mut history = History::new(held.source.id.clone(), Some((schema.id.clone(), schema.name.clone())));
    history.logs = Some(Logs::of_table(schema.id.clone()));
    model.overlay = Some(Overlay::History(Box::new(history)));
    logs::ask(model)
}

/// Opens the history of what the selected problem is about; closing it leads back to the problem.
pub(super) fn of_problem(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Triage(mut list)) = model.overlay.take() else { return Vec::new() };
    let found = list.selected().map(|problem| (problem.kind, problem.source.clone(), problem.tables.first().cloned()));
    let Some((kind, source, table)) = found else {
        model.overlay = Some(Overlay::Triage(list));
        return Vec::new();
    };
    let table = table.filter(|_| kind != Kind::Abandoned);
    let table = table.and_then(|table| model.inventory.schema(&table.id)).map(|(_, schema, _)| schema);
    let mut history = History::new(source, table.map(|schema| (schema.id.clone(), schema.name.clone())));
    list.scroll = 0;
    history.beneath = Some(Beneath::Triage(list));
    show(model, history)
}

/// Opens the history of the first table of a runbook; closing it leads back there.
pub(super) fn of_runbook(model: &mut Model, id: RunbookId) -> Vec<Effect> {
    let Some(opened) = model.runbooks.get(id) else { return Vec::new() };
    let situation = opened.book.situation();
    let table = situation.chosen().next().map(|table| (table.id.clone(), table.name.clone()));
    let mut history = History::new(situation.source.clone(), table);
    history.beneath = Some(Beneath::Runbook(id));
    show(model, history)
}

fn show(model: &mut Model, mut history: History) -> Vec<Effect> {
    if let Some(runs) = history.schema.as_ref().and_then(|id| model.inventory.runs(id)) {
        history.remember(runs.jobs());
    }
    let question = history.newest();
    model.overlay = Some(Overlay::History(Box::new(history)));
    let mut effects = ask(model, question);
    effects.extend(wonder(model));
    effects
}

fn ask(model: &mut Model, question: JobQuery) -> Vec<Effect> {
    if let Some(history) = model.history_mut() {
        history.failure = None;
    }
    model.flights.fetch_once(Need::Jobs(question), Urgency::Waiting).into_iter().collect()
}

/// Asks what the errors of the jobs mean that were not explained yet.
fn wonder(model: &mut Model) -> Vec<Effect> {
    let Some(history) = model.history() else { return Vec::new() };
    let mut unknown: Vec<Puzzle> = Vec::new();
    for puzzle in history.jobs().iter().filter_map(|job| model.puzzle_of(&history.source, job)) {
        if !history.is_explained(&puzzle) && !unknown.contains(&puzzle) {
            unknown.push(puzzle);
        }
    }
    let needs = unknown.into_iter().map(Need::Explain);
    needs.filter_map(|need| model.flights.fetch_once(need, Urgency::Waiting)).collect()
}

/// What is worth asking again and again while it is looked at: what goes on in runs that have not ended.
pub(super) fn wishes(model: &Model) -> Vec<Need> {
    let Some(history) = model.history() else { return Vec::new() };
    let mut needs: Vec<Need> = logs::wishes(model, history).into_iter().collect();
    if history.read && history.jobs().iter().any(|job| job.is_running() && !history.is_lost(job)) {
        needs.push(Need::Jobs(history.newest()));
    }
    needs
}

/// Jobs were read, for this or for something else.
pub(super) fn jobs_came(model: &mut Model, query: &JobQuery, jobs: &[Job]) -> Vec<Effect> {
    let Some(history) = model.history_mut() else { return Vec::new() };
    let opened = history.logs.as_ref().and_then(|logs| logs.job.clone());
    let runs = |history: &History| opened.as_ref().and_then(|id| history.job(id)).is_some_and(Job::is_running);
    let ran = runs(history);
    if !history.learn(query, jobs) {
        return Vec::new();
    }
    let ended = ran && !runs(history);
    let mut effects = wonder(model);
    if ended {
        // Its last lines say how.
        effects.extend(logs::ask_newer(model));
    }
    effects
}

/// Log lines were read.
pub(super) fn lines_came(model: &mut Model, query: &LogQuery, lines: Vec<LogEntry>) -> Vec<Effect> {
    if let Some(history) = model.history_mut()
        && let Some(logs) = &mut history.logs
    {
        logs.learn(query, lines);
    }
    Vec::new()
}

/// An answer was not the last, although it was short.
pub(super) fn lines_go_on(model: &mut Model, query: &LogQuery) -> Vec<Effect> {
    if let Some(logs) = model.history_mut().and_then(|history| history.logs.as_mut()) {
        logs.go_on(query);
    }
    Vec::new()
}

/// Something could not be read, for this or for something else.
pub(super) fn not_read(model: &mut Model, need: &Need, failure: &Failure) {
    let Some(history) = model.history_mut() else { return };
    match need {
        Need::Jobs(query) if *query == history.newest() || history.older().as_ref() == Some(query) => {
            history.failure = Some(failure.clone());
        }
        Need::Logs(query) => {
            if let Some(logs) = &mut history.logs {
                logs.fail(query, failure.clone());
            }
        }
        Need::Explain(puzzle) => history.note_meaning(puzzle.clone(), None),
        _ => {}
    }
}

/// It was found out what a text means.
pub(super) fn explained(model: &mut Model, puzzle: Puzzle, finding: Option<Arc<Finding>>) -> Vec<Effect> {
    let Some(history) = model.history_mut() else { return Vec::new() };
    let awaited = history.explanation.as_ref().is_some_and(|asked| asked.puzzle == puzzle);
    history.note_meaning(puzzle, finding);
    if awaited { conclude(model) } else { Vec::new() }
}

/// A key was pressed while jobs or what was opened from there are shown.
pub(super) fn pressed(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let Some(Overlay::History(history)) = &mut model.overlay else { return Vec::new() };
    if history.explanation.is_some() {
        return reading(model, key, command);
    }
    if history.logs.is_some() {
        return logs::pressed(model, key, command);
    }
    let page = isize::try_from(History::list_height(model.size, history.jobs().len())).unwrap_or(2) - 1;
    let (command, page) = halved(command, page);
    match (command, key.code) {
        (Some(CommandId::Down), _) => return step(model, 1),
        (Some(CommandId::Up), _) => return step(model, -1),
        (Some(CommandId::PageDown), _) => return step(model, page),
        (Some(CommandId::PageUp), _) => return step(model, -page),
        (Some(CommandId::Top), _) => return step(model, isize::MIN / 2),
        (Some(CommandId::Bottom), _) => return step(model, isize::MAX / 2),
        // The view bounds what is scrolled to by what there is.
        (_, Code::Char(' ')) => history.scroll = history.scroll.saturating_add(3).min(LIMIT),
        (Some(CommandId::Open | CommandId::Logs), _) => return open_log_of_job(model),
        (_, Code::Char('e')) => return explain_job(model),
        (Some(CommandId::Raw), _) => return raw::open_job(model),
        (Some(CommandId::LocalTime), _) => return moves::turn_clock(model),
        (Some(CommandId::Copy | CommandId::CopyError), _) => {
            let text = history.selected().and_then(|job| job.latest_error.known()).filter(|text| !text.is_blank());
            match text {
                Some(text) => return vec![Effect::Copy(text.shown_lines().into_owned())],
                None => return notice(model, Tone::Note, "This job has no error text.".to_owned()),
            }
        }
        (Some(CommandId::Refresh), _) => {
            let question = history.newest();
            return ask(model, question);
        }
        (Some(CommandId::Triage), _) => return triage::open(model),
        (Some(CommandId::Back | CommandId::History | CommandId::Quit), _) => return close(model),
        _ => return actions::means_nothing_here(model, key),
    }
    Vec::new()
}

/// Closes what is open, and shows again what it was opened from.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::History(history)) = model.overlay.take() else { return Vec::new() };
    match history.beneath {
        Some(Beneath::Triage(list)) => {
            model.overlay = Some(Overlay::Triage(list));
            triage::bring_up_to_date(model);
        }
        Some(Beneath::Runbook(id)) => model.overlay = Some(Overlay::Runbook(id)),
        None => {}
    }
    Vec::new()
}

/// Moves the cursor; whoever comes to the end is shown more.
fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some(Overlay::History(history)) = &mut model.overlay else { return Vec::new() };
    let height = usize::from(History::list_height(model.size, history.jobs().len())).saturating_sub(1);
    history.rows.step(by);
    history.rows.settle(height);
    history.scroll = 0;
    let at_end = history.rows.cursor() + 1 >= history.jobs().len();
    match history.older().filter(|_| at_end && by > 0) {
        Some(question) => ask(model, question),
        None => Vec::new(),
    }
}

/// Shows the jobs, after a log was opened without them.
pub(super) fn show_jobs(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::History(mut history)) = model.overlay.take() else { return Vec::new() };
    history.logs = None;
    if history.read {
        model.overlay = Some(Overlay::History(history));
        return Vec::new();
    }
    show(model, *history)
}

fn open_log_of_job(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::History(history)) = &mut model.overlay else { return Vec::new() };
    let Some(job) = history.selected() else { return Vec::new() };
    let Some(schema) = job.schema.clone().or_else(|| history.schema.clone()) else {
        return notice(model, Tone::Note, "The table of this job is gone, and its log with it.".to_owned());
    };
    history.logs = Some(Logs::of_job(schema, job));
    logs::ask(model)
}

fn explain_job(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::History(history)) = &model.overlay else { return Vec::new() };
    let Some(job) = history.selected() else { return Vec::new() };
    let Some(puzzle) = model.puzzle_of(&history.source, job) else {
        let open = model.keymap.key(CommandId::Open);
        let text = format!("This job has no error text to explain; its log may say more ({open}).");
        return notice(model, Tone::Note, text);
    };
    let (schema, at) = (job.schema.clone(), job.created_at);
    explain(model, Explanation { puzzle, schema, at, follows: None, scroll: 0 })
}

/// Explains a line of a log.
pub(super) fn explain_line(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::History(history)) = &model.overlay else { return Vec::new() };
    let Some((logs, line)) = history.logs.as_ref().and_then(|logs| Some((logs, logs.selected()?))) else {
        return Vec::new();
    };
    let (schema, at) = (logs.schema.clone(), line.at.known().copied());
    let puzzle = model.puzzle(&history.source, Some(&schema), &line.message, &Status::Failed);
    explain(model, Explanation { puzzle, schema: Some(schema), at, follows: None, scroll: 0 })
}

fn explain(model: &mut Model, asked: Explanation) -> Vec<Effect> {
    let Some(Overlay::History(history)) = &mut model.overlay else { return Vec::new() };
    let (known, puzzle) = (history.is_explained(&asked.puzzle), asked.puzzle.clone());
    history.explanation = Some(asked);
    if known {
        return conclude(model);
    }
    model.flights.fetch_once(Need::Explain(puzzle), Urgency::Waiting).into_iter().collect()
}

/// What follows from an explanation for the table that it is about.
fn conclude(model: &mut Model) -> Vec<Effect> {
    let Some(history) = model.history() else { return Vec::new() };
    let Some(asked) = &history.explanation else { return Vec::new() };
    let (Some(schema), Some(finding)) = (asked.schema.clone(), history.meaning(&asked.puzzle).cloned()) else {
        return Vec::new();
    };
    let current = asked.at.is_some_and(|at| is_of_the_failure_of_now(model, &schema, at));
    let (sentence, effects) = settle(model, &schema, &finding, current);
    if let Some(history) = model.history_mut()
        && let Some(asked) = &mut history.explanation
    {
        asked.follows = sentence;
    }
    effects
}

fn settle(model: &mut Model, id: &SchemaId, finding: &Arc<Finding>, current: bool) -> (Option<String>, Vec<Effect>) {
    let Some((held, schema, state)) = model.inventory.schema(id) else { return (None, Vec::new()) };
    if !state.is_failure() {
        return (None, Vec::new());
    }
    let name = format!("{} / {}", held.title().shown(), schema.title().shown());
    let shown = schema.finding.as_deref().map_or_else(|| "unknown".to_owned(), Finding::title);
    let known = schema.finding.as_deref().is_some_and(|own| own.verdict.cause == finding.verdict.cause);
    if !current {
        return (Some(format!("This is from an earlier failure; the cause of {name} stays: {shown}.")), Vec::new());
    }
    let Some(transitions) = model.inventory.accept(id, finding, model.now) else {
        let sentence = if finding.is_vague() || (finding.is_open() && !known) {
            format!("This does not settle the cause of {name}, which stays: {shown}.")
        } else {
            format!("The cause of {name} was known already: {shown}.")
        };
        return (Some(sentence), Vec::new());
    };
    facts::note_transitions(model, &transitions);
    let text = format!("{name}: the cause is now known: {}", finding.title());
    let mut effects = report(model, Tone::Good, text);
    effects.extend(refresh::rows_changed(model));
    (Some(format!("This settles the cause of {name}; it is shown there from now on.")), effects)
}

/// Whether something written then belongs to the row of failures that has not ended.
fn is_of_the_failure_of_now(model: &Model, schema: &SchemaId, at: jiff::Timestamp) -> bool {
    let success = model.inventory.runs(schema).and_then(crate::warehouse::runs::Runs::last_start_of_success);
    success.is_none_or(|success| at > success)
}

/// Keys of an explanation: it scrolls, and everything else closes it.
fn reading(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let page = usize::from(History::inside(model.size)).saturating_sub(2).max(1);
    let (command, page) = halved(command, page);
    let Some(Overlay::History(history)) = &mut model.overlay else { return Vec::new() };
    let Some(asked) = &mut history.explanation else { return Vec::new() };
    let bounded = asked.scroll.min(LIMIT);
    match (command, key.code) {
        (Some(CommandId::Down), _) => asked.scroll = bounded + 1,
        (Some(CommandId::Up), _) => asked.scroll = bounded.saturating_sub(1),
        (Some(CommandId::PageDown), _) | (_, Code::Char(' ')) => asked.scroll = bounded + page,
        (Some(CommandId::PageUp), _) => asked.scroll = bounded.saturating_sub(page),
        (Some(CommandId::Top), _) => asked.scroll = 0,
        (Some(CommandId::Bottom), _) => asked.scroll = LIMIT,
        (Some(CommandId::Copy | CommandId::CopyError), _) => {
            let text = asked.puzzle.text.as_ref().map(Foreign::shown_lines);
            return text.map(|text| Effect::Copy(text.into_owned())).into_iter().collect();
        }
        _ => history.explanation = None,
    }
    Vec::new()
}
