//! Moving around: focus, cursor, scrolling.

use jiff::SignedDuration;

use super::notice;
use crate::app::commands::CommandId;
use crate::app::effect::{Effect, Timer};
use crate::app::layout::{Pane, Panes};
use crate::app::model::Model;
use crate::app::model::reader::{Reader, Stride};
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::state::Severity;

/// How long the selection must rest before it is worth a request.
const REST: SignedDuration = SignedDuration::from_millis(200);

/// Focuses a pane.
pub(super) fn focus(model: &mut Model, pane: Pane) -> Vec<Effect> {
    model.focus = pane;
    model.sources.filter.editing = false;
    model.schemas.filter.editing = false;
    match pane {
        Pane::Sources => model.details_of_source = true,
        Pane::Schemas => model.details_of_source = false,
        Pane::Details => {}
    }
    model.details = Reader::default();
    settle(model);
    rested_soon(model)
}

/// Shows the focused pane alone, or all panes again.
pub(super) fn zoom(model: &mut Model) -> Vec<Effect> {
    model.panes = if model.panes == Panes::Zoomed { Panes::AsManyAsFit } else { Panes::Zoomed };
    settle(model);
    if super::refresh::details_missing(model) { super::refresh::read_details(model) } else { Vec::new() }
}

/// Shows times in the zone of this machine beside UTC, or no longer.
pub(super) fn turn_clock(model: &mut Model) -> Vec<Effect> {
    model.zone.shown = !model.zone.shown;
    let text = match (model.zone.shown, model.zone.is_utc(model.now)) {
        (true, true) => "The zone of this machine is UTC too: there is no other time to show.",
        (true, false) => "Details and history show the time of this machine beside UTC.",
        (false, _) => "Times are shown in UTC.",
    };
    notice(model, Tone::Note, text.to_owned())
}

/// Drills down.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if model.focus == Pane::Sources && model.all_tables {
        model.all_tables = false;
        model.rebuild_schema_rows();
    }
    focus(model, model.focus.deeper())
}

/// Clears the filter of the focused table, else goes one pane back.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    if !model.marks.is_empty() && model.focus != Pane::Details {
        model.marks.clear();
        return Vec::new();
    }
    match model.focus {
        Pane::Sources if model.sources.filter.is_active() => {
            model.sources.filter.clear();
            model.rebuild_rows();
            rested_soon(model)
        }
        Pane::Schemas if model.schemas.filter.is_active() => {
            model.schemas.filter.clear();
            model.rebuild_schema_rows();
            rested_soon(model)
        }
        Pane::Details if model.details_of_source => focus(model, Pane::Sources),
        pane => focus(model, pane.shallower()),
    }
}

/// Height of the rows of a pane.
fn height(model: &Model, pane: Pane) -> usize {
    model.layout().map_or(1, |layout| usize::from(layout.rows(pane).height).max(1))
}

/// Keeps what is scrolled to, as it is shown now.
pub(super) fn settle(model: &mut Model) {
    let (sources, schemas) = (height(model, Pane::Sources), height(model, Pane::Schemas));
    model.sources.settle(sources);
    model.schemas.settle(schemas);
}

/// How far to move.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// So many rows.
    Rows(isize),
    /// So many pages.
    Pages(isize),
    /// So many times half a page.
    HalfPages(isize),
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
}

/// Makes the step of a command.
pub(super) fn perform(model: &mut Model, id: CommandId) -> Vec<Effect> {
    let by = match id {
        CommandId::Down => Step::Rows(1),
        CommandId::Up => Step::Rows(-1),
        CommandId::PageDown => Step::Pages(1),
        CommandId::PageUp => Step::Pages(-1),
        CommandId::HalfPageDown => Step::HalfPages(1),
        CommandId::HalfPageUp => Step::HalfPages(-1),
        CommandId::Top => Step::Top,
        CommandId::Bottom => Step::Bottom,
        _ => return Vec::new(),
    };
    step(model, by)
}

/// Moves the cursor of the focused pane.
pub(super) fn step(model: &mut Model, step: Step) -> Vec<Effect> {
    let pane = model.focus;
    let rows_shown = isize::try_from(height(model, pane)).unwrap_or(1);
    let by = match step {
        Step::Rows(rows) => rows,
        Step::Pages(pages) => pages.saturating_mul(rows_shown),
        Step::HalfPages(halves) => halves.saturating_mul((rows_shown / 2).max(1)),
        Step::Top => isize::MIN / 2,
        Step::Bottom => isize::MAX / 2,
    };
    match pane {
        Pane::Details => {
            model.details.step(match step {
                Step::Top => Stride::Top,
                Step::Bottom => Stride::Bottom,
                Step::Rows(_) | Step::Pages(_) | Step::HalfPages(_) => Stride::Lines(by),
            });
            Vec::new()
        }
        Pane::Sources => select_source(model, |model| {
            model.sources.step(by);
            settle(model);
        }),
        Pane::Schemas => select_schema(model, |model| {
            match step {
                Step::Pages(pages) => model.schemas.page(pages, height(model, pane)),
                _ => model.schemas.step(by),
            }
            settle(model);
        }),
    }
}

/// Scrolls a pane without focusing it.
pub(super) fn scroll(model: &mut Model, pane: Pane, by: isize, height: usize) -> Vec<Effect> {
    match pane {
        Pane::Sources => select_source(model, |model| model.sources.scroll(by, height)),
        Pane::Schemas => select_schema(model, |model| model.schemas.scroll(by, height)),
        Pane::Details => {
            model.details.step(Stride::Lines(by));
            Vec::new()
        }
    }
}

/// Does something that may select another source; only then its tables are others.
pub(super) fn select_source(model: &mut Model, act: impl FnOnce(&mut Model)) -> Vec<Effect> {
    let before = model.sources.selected().cloned();
    act(model);
    if model.sources.selected() == before.as_ref() {
        return Vec::new();
    }
    if !model.all_tables {
        model.schemas.reset();
        model.rebuild_schema_rows();
    }
    if model.details_of_source {
        model.details = Reader::default();
    }
    rested_soon(model)
}

/// Does something that may select another table.
pub(super) fn select_schema(model: &mut Model, act: impl FnOnce(&mut Model)) -> Vec<Effect> {
    let before = model.schemas.selected().cloned();
    act(model);
    if model.schemas.selected() == before.as_ref() {
        return Vec::new();
    }
    model.details = Reader::default();
    rested_soon(model)
}

/// Asks to be told when the selection has rested.
pub(super) fn rested_soon(model: &mut Model) -> Vec<Effect> {
    model.generations.rested += 1;
    vec![Effect::Wake { timer: Timer::Rested(model.generations.rested), after: REST }]
}

/// Tables of all sources, or of one.
pub(super) fn toggle_all_tables(model: &mut Model) -> Vec<Effect> {
    model.all_tables = !model.all_tables;
    let source = model.selected_schema().map(|(held, _, _)| held.source.id.clone());
    if let Some(source) = source.filter(|_| !model.all_tables) {
        model.sources.select(&source);
    }
    model.rebuild_schema_rows();
    focus(model, Pane::Schemas)
}

/// Jumps to the next row that is broken or doubtful; `None` when there is none.
pub(super) fn next_problem(model: &mut Model) -> Option<Vec<Effect>> {
    let mut found = false;
    let jump = |model: &mut Model| {
        found = go_to_problem(model);
        settle(model);
    };
    let effects = if model.focus == Pane::Sources { select_source(model, jump) } else { select_schema(model, jump) };
    found.then_some(effects)
}

fn go_to_problem(model: &mut Model) -> bool {
    let Model { inventory, sources, schemas, .. } = model;
    match model.focus {
        Pane::Sources => sources.next_where(|id| {
            inventory
                .source(id)
                .and_then(|held| held.tally.worst)
                .is_some_and(|state| state.severity() <= Severity::Doubtful)
        }),
        Pane::Schemas => schemas
            .next_where(|id| inventory.schema(id).is_some_and(|(_, _, state)| state.severity() <= Severity::Doubtful)),
        Pane::Details => false,
    }
}
