//! The log of a run: its levels, its search, and reading on.

use super::keys::{halved, line_edit};
use super::{actions, history};
use crate::app::commands::CommandId;
use crate::app::effect::{Effect, Urgency};
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::history::History;
use crate::app::model::logs::Logs;
use crate::warehouse::job::Job;
use crate::warehouse::operation::LogQuery;
use crate::warehouse::state::State;
use crate::warehouse::survey::Need;

/// More lines than any message has.
const LIMIT: usize = 100_000;

fn opened(model: &mut Model) -> Option<&mut Logs> {
    model.history_mut()?.logs.as_mut()
}

/// Asks for the newest lines.
pub(super) fn ask(model: &mut Model) -> Vec<Effect> {
    let question = opened(model).map(|logs| logs.newest());
    question.map(|question| fetch(model, question)).unwrap_or_default()
}

/// Asks for what was written since.
pub(super) fn ask_newer(model: &mut Model) -> Vec<Effect> {
    let question = opened(model).map(|logs| logs.newer());
    question.map(|question| fetch(model, question)).unwrap_or_default()
}

fn fetch(model: &mut Model, question: LogQuery) -> Vec<Effect> {
    if let Some(logs) = opened(model) {
        logs.failure = None;
    }
    model.flights.fetch_once(Need::Logs(question), Urgency::Waiting).into_iter().collect()
}

/// What is worth asking again while a run goes on: the lines it has written since.
pub(super) fn wishes(model: &Model, history: &History) -> Option<Need> {
    let logs = history.logs.as_ref()?;
    let running = match &logs.job {
        Some(job) => history.job(job).is_some_and(Job::is_running),
        None => model.inventory.schema(&logs.schema).is_some_and(|(_, _, state)| State::claims_to_run(state)),
    };
    (running && logs.is_answered()).then(|| Need::Logs(logs.newer()))
}

/// A key was pressed while a log is shown.
pub(super) fn pressed(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let size = model.size;
    let Some(logs) = opened(model) else { return Vec::new() };
    if logs.search.editing {
        return type_search(model, key);
    }
    let page = isize::try_from(History::list_height(size, logs.lines().len())).unwrap_or(3) - 2;
    let (command, page) = halved(command, page);
    match (command, key.code) {
        (Some(CommandId::Down), _) => return step(model, 1),
        (Some(CommandId::Up), _) => return step(model, -1),
        (Some(CommandId::PageDown), _) => return step(model, page.max(1)),
        (Some(CommandId::PageUp), _) => return step(model, -page.max(1)),
        (Some(CommandId::Top), _) => return step(model, isize::MIN / 2),
        (Some(CommandId::Bottom), _) => return step(model, isize::MAX / 2),
        // The view bounds what is scrolled to by what there is.
        (_, Code::Char(' ')) => logs.scroll = logs.scroll.saturating_add(3).min(LIMIT),
        (_, Code::Char('v')) => {
            logs.levels = logs.levels.next();
            return ask(model);
        }
        (Some(CommandId::Filter), _) => logs.search.editing = true,
        (Some(CommandId::Open), _) | (_, Code::Char('e')) => return history::explain_line(model),
        (Some(CommandId::Copy | CommandId::CopyError), _) => {
            let text = logs.selected().map(|line| line.message.shown_lines().into_owned());
            return text.map(Effect::Copy).into_iter().collect();
        }
        (Some(CommandId::Refresh), _) => return ask(model),
        (Some(CommandId::LocalTime), _) => return super::moves::turn_clock(model),
        (Some(CommandId::History), _) => return history::show_jobs(model),
        (Some(CommandId::Back | CommandId::Logs | CommandId::Quit), _) => return back(model),
        _ => return actions::means_nothing_here(model, key),
    }
    Vec::new()
}

/// Back to the jobs; a log that was opened without them is closed.
fn back(model: &mut Model) -> Vec<Effect> {
    let alone = opened(model).is_some_and(|logs| logs.job.is_none());
    if alone { history::close(model) } else { history::show_jobs(model) }
}

fn type_search(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(logs) = opened(model) else { return Vec::new() };
    match key.code {
        Code::Enter | Code::Tab => {
            logs.seek();
            return ask(model);
        }
        Code::Escape => {
            logs.search.clear();
            let sought = !logs.sought().is_blank();
            logs.seek();
            if sought {
                return ask(model);
            }
        }
        _ => {
            if let Some(request) = line_edit(key) {
                logs.search.input.handle(request);
            }
        }
    }
    Vec::new()
}

/// Moves the cursor; whoever comes to the end is shown more.
fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    let size = model.size;
    let Some(logs) = opened(model) else { return Vec::new() };
    let height = usize::from(History::list_height(size, logs.lines().len())).saturating_sub(1);
    logs.rows.step(by);
    logs.rows.settle(height);
    logs.scroll = 0;
    let at_end = logs.rows.cursor() + 1 >= logs.lines().len();
    match logs.older().filter(|_| at_end && by > 0) {
        Some(question) => fetch(model, question),
        None => Vec::new(),
    }
}
