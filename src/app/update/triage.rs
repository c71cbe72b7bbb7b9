//! The list of everything that is wrong.

use super::keys::halved;
use super::{actions, history, moves, refresh, runbook};
use crate::app::commands::CommandId;
use crate::app::effect::{Effect, Urgency};
use crate::app::key::{Code, Key};
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::overlay::Overlay;
use crate::app::model::triage::Triage;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::survey::Need;
use crate::warehouse::triage::{Kind, Problem, triage, wanted};

/// How many questions are asked at once for what is only nice to know.
const MOST_WISHES: usize = 24;

/// Opens the list, and asks since when its problems exist.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::Triage(Box::new(Triage::new(model))));
    let wishes = wishes(model);
    wishes.into_iter().filter_map(|need| model.flights.fetch_once(need, Urgency::Background)).collect()
}

/// What is nice to know while the list is open.
pub(super) fn wishes(model: &Model) -> Vec<Need> {
    match model.looked_at() {
        Some(Overlay::Triage(view)) => wanted(&model.inventory, view.problems(), MOST_WISHES, model.now),
        _ => Vec::new(),
    }
}

/// Works the list out anew, if it is open.
pub(super) fn bring_up_to_date(model: &mut Model) {
    if !matches!(model.looked_at(), Some(Overlay::Triage(_))) {
        return;
    }
    let problems = triage(&model.inventory, None, model.now);
    if let Some(view) = model.triage_mut() {
        let before = view.selected().map(Problem::key);
        view.replace(problems);
        if view.selected().map(Problem::key) != before {
            view.scroll = 0;
        }
    }
}

/// A key was pressed while the list is open.
pub(super) fn pressed(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let Some(Overlay::Triage(view)) = &mut model.overlay else { return Vec::new() };
    let page = isize::try_from(model.size.height / 3).unwrap_or(1).max(1);
    let (command, page) = halved(command, page);
    match (command, key.code) {
        (Some(CommandId::Down), _) => step(view, 1),
        (Some(CommandId::Up), _) => step(view, -1),
        (Some(CommandId::Top), _) => step(view, isize::MIN / 2),
        (Some(CommandId::Bottom), _) => step(view, isize::MAX / 2),
        // The view bounds what is scrolled to by what there is.
        (Some(CommandId::PageDown), _) | (_, Code::Char(' ')) => {
            view.scroll = view.scroll.saturating_add_signed(page).min(10_000);
        }
        (Some(CommandId::PageUp), _) => view.scroll = view.scroll.saturating_add_signed(-page),
        (Some(CommandId::Fix), _) | (_, Code::Enter) => {
            if let Some(problem) = view.selected().cloned() {
                return runbook::open_problem(model, &problem);
            }
        }
        (Some(CommandId::Open), _) => return jump(model),
        (Some(CommandId::History), _) => return history::of_problem(model),
        (Some(CommandId::Runbooks), _) => return runbook::show_last(model),
        (Some(CommandId::Refresh), _) => return refresh::by_hand(model),
        (Some(CommandId::Back | CommandId::Triage | CommandId::Quit), _) => {
            model.overlay = None;
            // Where this was the first view, nothing could be asked before.
            runbook::left_behind::offer(model);
        }
        _ => return actions::means_nothing_here(model, key),
    }
    Vec::new()
}

fn step(view: &mut Triage, by: isize) {
    view.rows.step(by);
    view.scroll = 0;
}

/// Goes to what the selected problem is about: its table, or its source where all of it is concerned.
fn jump(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Triage(view)) = &model.overlay else { return Vec::new() };
    let Some(problem) = view.selected() else { return Vec::new() };
    let source = problem.source.clone();
    let table = match problem.kind {
        Kind::SourceDown | Kind::Abandoned => None,
        _ => problem.tables.first().map(|table| table.id.clone()),
    };
    model.overlay = None;
    select(model, &source, table.as_ref())
}

/// Selects a table, or a source, whatever was shown before.
pub(super) fn select(model: &mut Model, source: &SourceId, table: Option<&SchemaId>) -> Vec<Effect> {
    model.sources.filter.clear();
    model.schemas.filter.clear();
    model.all_tables = false;
    model.rebuild_rows();
    model.sources.select(source);
    model.schemas.reset();
    model.rebuild_schema_rows();
    match table {
        Some(table) => {
            model.schemas.select(table);
            moves::focus(model, Pane::Schemas)
        }
        None => moves::focus(model, Pane::Sources),
    }
}
