//! Marked tables, and what is done to all of them at once.

use std::collections::BTreeMap;

use super::{moves, notice, runbook};
use crate::app::commands::CommandId;
use crate::app::effect::{Effect, Urgency};
use crate::app::model::Model;
use crate::warehouse::ids::SourceId;
use crate::warehouse::operation::JobQuery;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::recovery::runbook::{Situation, Wish};
use crate::warehouse::survey::Need;
use crate::warehouse::text::Foreign;
use crate::warehouse::triage::{Problem, triage};

/// How many tables one question for jobs names, so that each has some in the answer, and how many are asked.
const NAMES: usize = 8;
const QUESTIONS: usize = 8;

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
        CommandId::Edit => Wish::Retime,
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
            let text = format!("{}: none of the marked tables can take part ({why}).", wish.verb());
            notice(model, Tone::Note, text)
        }
        Some(situation) => {
            let mut effects = if wish == Wish::Retime { jobs(model, &situation) } else { Vec::new() };
            effects.extend(runbook::open(model, situation));
            effects
        }
        None => notice(model, Tone::Note, "The marked tables are not there any more.".to_owned()),
    }
}

/// Asks for the jobs by which it is judged what a change costs, as far as they are not known; of very many tables, of
/// some.
fn jobs(model: &mut Model, situation: &Situation) -> Vec<Effect> {
    let mut unknown: BTreeMap<SourceId, Vec<Foreign>> = BTreeMap::new();
    for table in situation.chosen().filter(|table| model.inventory.runs(&table.id).is_none()) {
        if let Some((held, schema, _)) = model.inventory.schema(&table.id) {
            unknown.entry(held.source.id.clone()).or_default().push(schema.name.clone());
        }
    }
    let questions: Vec<Need> = unknown
        .iter()
        .flat_map(|(source, names)| {
            names.chunks(NAMES).map(move |names| JobQuery::newest(source.clone(), names.to_vec()))
        })
        .take(QUESTIONS)
        .map(Need::Jobs)
        .collect();
    questions.into_iter().filter_map(|need| model.flights.fetch_once(need, Urgency::Waiting)).collect()
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
