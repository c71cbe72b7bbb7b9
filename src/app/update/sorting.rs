//! The order of the rows: by one column or several, and under headings.

use super::{moves, notice};
use crate::app::commands::CommandId;
use crate::app::effect::Effect;
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::columns::{Offered, SchemaColumn, SourceColumn};
use crate::app::model::table::Sort;
use crate::warehouse::recovery::follow::Tone;

/// Sorts the focused table by its next column alone.
pub(super) fn next(model: &mut Model) -> Vec<Effect> {
    let visible = visible(model);
    let Some(column) = sorts(model).first().map(|sort| sort.column) else { return Vec::new() };
    let next = after(&visible, Some(column)).or(visible.first().copied());
    put(model, &[Sort { column: next.unwrap_or(0), reversed: false }])
}

/// Turns the order of the focused table around: that which was chosen last.
pub(super) fn reverse(model: &mut Model) -> Vec<Effect> {
    let mut sorts = sorts(model);
    if let Some(last) = sorts.last_mut() {
        last.reversed = !last.reversed;
    }
    put(model, &sorts)
}

/// Sorts the focused table by a column alone, and turns the order around where it is sorted by it already.
pub(super) fn by(model: &mut Model, column: usize) -> Vec<Effect> {
    let reversed = sorts(model).first().is_some_and(|sort| sort.column == column && !sort.reversed);
    put(model, &[Sort { column, reversed }])
}

/// Sorts rows of which the first column says the same by the next other column, and in the end by none.
pub(super) fn then(model: &mut Model) -> Vec<Effect> {
    let (sorts, visible) = (sorts(model), visible(model));
    let Some(first) = sorts.first().copied() else { return Vec::new() };
    // By name they are sorted anyway where nothing else decides.
    let name = if model.focus == Pane::Sources { SourceColumn::Name.number() } else { SchemaColumn::Name.number() };
    let others: Vec<_> = visible.into_iter().filter(|place| *place != first.column && Some(*place) != name).collect();
    let next = after(&others, sorts.get(1).map(|sort| sort.column));
    let mut wanted = vec![first];
    wanted.extend(next.map(|column| Sort { column, reversed: false }));
    put(model, &wanted);
    let words = in_words(model);
    notice(model, Tone::Note, words)
}

/// Adds a column to those that are sorted by; one of them is turned around, and then taken away.
pub(super) fn cycle(model: &mut Model, column: usize) -> Vec<Effect> {
    let mut wanted = sorts(model);
    match wanted.iter().position(|sort| sort.column == column) {
        None => {
            wanted.truncate(crate::app::model::table::Then::MOST);
            wanted.push(Sort { column, reversed: false });
        }
        Some(place) if !wanted[place].reversed => wanted[place].reversed = true,
        Some(_) if wanted.len() == 1 => wanted[0].reversed = false,
        Some(place) => {
            wanted.remove(place);
        }
    }
    put(model, &wanted)
}

/// Puts tables of one namespace under a heading, or lists all plainly again.
pub(super) fn group(model: &mut Model) -> Vec<Effect> {
    let key = model.keymap.key(CommandId::Group);
    let grouped = !model.schemas.grouped;
    if grouped && !model.all_tables {
        let Some(held) = model.selected_source() else {
            return notice(model, Tone::Note, "group: No source is selected.".to_owned());
        };
        if held.source.schemas.iter().all(|schema| schema.namespace().is_none()) {
            let name = held.title().shown();
            let text = format!("The tables of {name} have no namespaces in their names, so there are no groups.");
            return notice(model, Tone::Note, text);
        }
    }
    model.schemas.grouped = grouped;
    model.rebuild_schema_rows();
    moves::settle(model);
    let text = match (grouped, model.all_tables) {
        (true, true) => format!("Grouped by source and namespace; {key} lists all tables plainly again."),
        (true, false) => format!("Grouped by namespace; {key} lists all tables plainly again."),
        (false, _) => "The tables are not grouped any more.".to_owned(),
    };
    notice(model, Tone::Note, text)
}

/// What the focused table is sorted by; nothing where the details have the focus.
fn sorts(model: &Model) -> Vec<Sort> {
    match model.focus {
        Pane::Sources => model.sources.sorts(),
        Pane::Schemas => model.schemas.sorts(),
        Pane::Details => Vec::new(),
    }
}

/// What follows one in a list; the first, where that one is not in it.
fn after(list: &[usize], one: Option<usize>) -> Option<usize> {
    let place = one.and_then(|one| list.iter().position(|place| *place == one));
    list.get(place.map_or(0, |place| place + 1)).copied()
}

/// What can be sorted by in the focused table, in the order of its columns. Only what can be seen: an order without a
/// visible reason looks like none.
fn visible(model: &Model) -> Vec<usize> {
    let width = model.layout().map_or(0, |layout| layout.pane(model.focus).inside().width);
    match model.focus {
        Pane::Sources => model.source_columns(width).iter().filter_map(|(column, _)| column.id.number()).collect(),
        Pane::Schemas => model.schema_columns(width).iter().filter_map(|(column, _)| column.id.number()).collect(),
        Pane::Details => Vec::new(),
    }
}

fn put(model: &mut Model, sorts: &[Sort]) -> Vec<Effect> {
    let changed = match model.focus {
        Pane::Sources => model.sources.sort_by(sorts),
        Pane::Schemas => model.schemas.sort_by(sorts),
        Pane::Details => false,
    };
    if changed {
        model.rebuild_rows();
        moves::settle(model);
    }
    Vec::new()
}

/// What the focused table is sorted by, in a sentence.
fn in_words(model: &Model) -> String {
    let title = |sort: Sort| {
        let title = match model.focus {
            Pane::Sources => SourceColumn::sorted_by(sort.column).title(),
            Pane::Schemas | Pane::Details => SchemaColumn::sorted_by(sort.column).title(),
        };
        if sort.reversed { format!("{title} (turned around)") } else { title.to_owned() }
    };
    let titles: Vec<String> = sorts(model).into_iter().map(title).collect();
    match titles.as_slice() {
        [only] => format!("Sorted by {only} alone."),
        all => format!("Sorted by {}.", all.join(", then by ")),
    }
}
