//! The way back of what was changed from here: with the editor, with a key, or by a runbook.

use super::super::{notice, runbook};
use super::open;
use crate::app::effect::{Effect, FollowId};
use crate::app::model::Model;
use crate::app::model::runbook::RunbookId;
use crate::app::model::tuning::Tuning;
use crate::warehouse::recovery::follow::{Follow, Outcome, Tone};
use crate::warehouse::tuning::{Back, Before, restoring};

/// Offers the way back of the last change made from here.
pub(in crate::app::update) fn undo(model: &mut Model) -> Vec<Effect> {
    let Some(made) = model.made.last().cloned() else {
        return notice(model, Tone::Note, "No sync setting was changed from here yet.".to_owned());
    };
    match made.back {
        Back::None(why) => {
            model.made.pop();
            notice(model, Tone::Note, format!("{} has no way back: {why}.", made.what))
        }
        Back::Tables(tables) => match tables.as_slice() {
            [table] => of_one(model, table),
            tables => of_several(model, tables),
        },
    }
}

/// In the editor, which reads the table first and shows what would be sent.
fn of_one(model: &mut Model, table: &Before) -> Vec<Effect> {
    if model.tunings.get(&table.id).is_some_and(Tuning::is_dirty) {
        let text = format!("{} has a draft that was not sent: send it or take it back first.", table.name.shown());
        return notice(model, Tone::Note, text);
    }
    model.tunings.remove(&table.id);
    let fresh = Tuning::new(table.id.clone(), table.name.clone());
    open(model, Tuning { presets: Some(table.values.clone()), undoes: true, ..fresh })
}

fn of_several(model: &mut Model, tables: &[Before]) -> Vec<Effect> {
    let running = |table: &&Before| model.inventory.schema(&table.id).is_some_and(|(.., state)| state.claims_to_run());
    if let Some(table) = tables.iter().find(running) {
        let text = format!("{} is running, and a running table is not touched: wait for it first.", table.name.shown());
        return notice(model, Tone::Note, text);
    }
    if let Some((situation, stages)) = restoring(tables, &model.inventory) {
        return runbook::open_planned(model, situation, stages);
    }
    model.made.pop();
    notice(model, Tone::Note, "These tables are as they were before already.".to_owned())
}

/// A followed action has ended: where it has changed the configuration, that can be taken back.
pub(in crate::app::update) fn note_made(model: &mut Model, id: FollowId, follow: &Follow) {
    let Some(made) = model.making.remove(&id) else { return };
    let in_part = !follow.left_out().is_empty();
    let owner = model.runbooks.owner(id).map(|(runbook, _)| runbook);
    let undoes = owner.and_then(|runbook| model.runbooks.get(runbook)).is_some_and(|opened| opened.undoes);
    if undoes || !(in_part || follow.outcome() == Some(Outcome::Done)) {
        return;
    }
    let Some(made) = made.without(follow.left_out()) else { return };
    // What one step changes in several sources is one change, and is taken back as one.
    let step = owner.and_then(|runbook| Some((runbook, model.runbooks.get(runbook)?.book.at())));
    let same = step.is_some() && model.made_by == step;
    let alone = match model.made.last_mut().filter(|_| same) {
        Some(last) => last.join(made),
        None => Some(made),
    };
    model.made.extend(alone);
    model.made_by = step;
}

/// A runbook that takes a change back is over: the change before it is next.
pub(in crate::app::update) fn taken_back(model: &mut Model, runbook: RunbookId) {
    if let Some(opened) = model.runbooks.get_mut(runbook)
        && opened.undoes
        && opened.book.is_over()
    {
        opened.undoes = false;
        model.made.pop();
    }
}
