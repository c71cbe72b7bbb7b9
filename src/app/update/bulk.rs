//! Marked tables, and what is done to all of them at once.

use super::{moves, notice, runbook};
use crate::app::commands::CommandId;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::recovery::runbook::{Situation, Wish};
use crate::warehouse::triage::{Problem, triage};

/// Marks the selected table, or takes its mark away, and goes on to the next.
pub(super) fn mark(model: &mut Model) -> Vec<Effect> {
    if let Some(table) = model.schemas.selected().cloned() {
        model.marks.toggle(&table);
    }
    moves::step(model, moves::Step::Rows(1))
}

/// Marks everything from the last mark to the selected table.
pub(super) fn mark_range(model: &mut Model) -> Vec<Effect> {
    let to = model.schemas.cursor();
    model.marks.range(model.schemas.rows(), to);
    Vec::new()
}

/// Marks all tables that are shown, or takes their marks away.
pub(super) fn mark_all(model: &mut Model) -> Vec<Effect> {
    model.marks.all(model.schemas.rows());
    Vec::new()
}

/// What a command means for several tables; `None` where it is about one.
pub(super) fn wish(model: &Model, command: CommandId) -> Option<Wish> {
    Some(match command {
        CommandId::Reload => Wish::Reload,
        CommandId::Cancel => Wish::Cancel,
        CommandId::PauseResume => {
            let on = |id| model.inventory.schema(id).is_some_and(|(_, schema, _)| schema.should_sync == Some(true));
            if model.marks.iter().any(on) { Wish::Pause } else { Wish::Resume }
        }
        CommandId::Resync => Wish::Resync,
        CommandId::DeleteData => Wish::DeleteData,
        CommandId::Destroy => Wish::Destroy,
        _ => return None,
    })
}

/// Opens the plan of what is to be done to the marked tables.
pub(super) fn open(model: &mut Model, wish: Wish) -> Vec<Effect> {
    let tables: Vec<_> = model.marks.iter().cloned().collect();
    match Situation::of_wish(wish, &tables, &model.inventory) {
        Some(situation) if situation.chosen().next().is_none() => {
            let why = situation.tables.iter().find_map(|table| table.barred).unwrap_or("nothing to do");
            let text = format!("{} cannot be done to any of the marked tables: {why}.", wish.verb());
            notice(model, Tone::Note, text)
        }
        Some(situation) => runbook::open(model, situation),
        None => notice(model, Tone::Note, "The marked tables are not there any more.".to_owned()),
    }
}

/// Opens one runbook for the marked tables, where they have one cause.
pub(super) fn fix(model: &mut Model) -> Vec<Effect> {
    let problems = triage(&model.inventory, None, model.now);
    let concerned: Vec<&Problem> =
        problems.iter().filter(|problem| problem.tables.iter().any(|table| model.marks.has(&table.id))).collect();
    let Some(first) = concerned.first() else {
        return notice(model, Tone::Note, "Nothing is known to be wrong with the marked tables.".to_owned());
    };
    let same = |problem: &&Problem| (problem.recovery, &problem.cause) == (first.recovery, &first.cause);
    if !concerned.iter().all(same) {
        let triage = model.keymap.key(CommandId::Triage);
        let text = format!("The marked tables have different causes; {triage} lists each with its own runbook.");
        return notice(model, Tone::Note, text);
    }
    let mut situation = Situation::of_problem(first, &model.inventory);
    for other in &concerned[1..] {
        situation.tables.extend(Situation::of_problem(other, &model.inventory).tables);
    }
    situation.tables.retain(|table| model.marks.has(&table.id));
    if concerned.iter().any(|problem| problem.source != first.source) && !situation.spans_sources() {
        let text =
            "The marked tables are of several sources, each of which has to be mended by itself; mark those of one.";
        return notice(model, Tone::Note, text.to_owned());
    }
    runbook::open(model, situation)
}
