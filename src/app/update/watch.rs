//! Watching tables: what `w` does, and the announcement of an end.

use std::fmt::Write as _;

use super::{notice, refresh, report};
use crate::app::effect::{Announcement, Effect};
use crate::app::message::Event;
use crate::app::model::Model;
use crate::app::model::watch::{Seen, Watch};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::runs::Runs;
use crate::warehouse::state::Severity;
use crate::warehouse::words;

/// Watches the selected table, or all marked ones; where all of them are watched, none any more.
pub(super) fn toggle(model: &mut Model) -> Vec<Effect> {
    let tables: Vec<SchemaId> = if model.marks.is_empty() {
        model.schemas.selected().filter(|_| !model.details_of_source).cloned().into_iter().collect()
    } else {
        model.marks.iter().cloned().collect()
    };
    let all = tables.iter().all(|table| model.watches.has(table));
    let mut names = Vec::new();
    for table in &tables {
        let Some((held, schema, _)) = model.inventory.schema(table) else { continue };
        let name = format!("{} / {}", held.title().shown(), schema.title().shown());
        names.push(schema.title().shown().into_owned());
        if all {
            model.watches.end(table);
        } else if let Some(seen) = Seen::of(&model.inventory, table).filter(|_| !model.watches.has(table)) {
            model.watches.begin(table.clone(), Watch { name, seen });
        }
    }
    let what = match names.as_slice() {
        [one] => one.clone(),
        several => words::counted(several.len(), "table"),
    };
    let text = if all {
        format!("No longer watched: {what}.")
    } else {
        format!("Watched: {what}. Each end of a run is announced.")
    };
    let mut effects = notice(model, Tone::Note, text);
    if model.link.held && !all {
        effects.extend(refresh::plan_reading(model));
    }
    effects
}

/// Announces whatever has ended of what is watched.
pub(super) fn look(model: &mut Model) -> Vec<Effect> {
    if model.watches.is_empty() {
        return Vec::new();
    }
    let mut ends: Vec<(SchemaId, Watch, Option<Seen>)> = Vec::new();
    let mut changed: Vec<(SchemaId, Watch)> = Vec::new();
    for (table, watch) in model.watches.iter() {
        match Seen::of(&model.inventory, table) {
            None => ends.push((table.clone(), watch.clone(), None)),
            Some(seen) if seen == watch.seen => {}
            Some(seen) if seen.has_ended_since(&watch.seen) => {
                ends.push((table.clone(), watch.clone(), Some(seen)));
            }
            Some(seen) => changed.push((table.clone(), Watch { seen, ..watch.clone() })),
        }
    }
    for (table, watch) in changed {
        model.watches.begin(table, watch);
    }
    let mut effects = Vec::new();
    for (table, watch, seen) in ends {
        let (tone, text) = sentence(model, &table, &watch);
        match seen {
            Some(seen) => model.watches.begin(table, Watch { seen, ..watch }),
            None => drop(model.watches.end(&table)),
        }
        effects.extend(report(model, tone, text.clone()));
        effects.extend(announce(model, &text));
    }
    effects
}

fn announce(model: &mut Model, text: &str) -> Option<Effect> {
    let alerts = model.settings.machine.alerts;
    let announcement = Announcement {
        title: alerts.title.then(|| format!("whtui: {text}")),
        bell: alerts.bell,
        notification: alerts.desktop.then(|| format!("whtui: {text}")),
    };
    let silent = announcement == Announcement::default();
    model.watches.unnoticed |= announcement.title.is_some();
    (!silent).then_some(Effect::Announce(announcement))
}

/// How a run ended.
fn sentence(model: &Model, table: &SchemaId, watch: &Watch) -> (Tone, String) {
    let Some((_, schema, state)) = model.inventory.schema(table) else {
        return (Tone::Bad, format!("{} is gone, and watched no longer", watch.name));
    };
    let tone = match state.severity() {
        Severity::Broken => Tone::Bad,
        Severity::Well => Tone::Good,
        _ => Tone::Note,
    };
    let job = model.inventory.runs(table).and_then(Runs::newest_ended);
    let mut text = format!("{}: {}", watch.name, state.words());
    // Writing to a string cannot fail.
    if let Some(cause) = schema.cause(state) {
        let _ = write!(text, " ({cause})");
    } else if let Some(job) = job.filter(|_| tone == Tone::Good) {
        let _ = write!(text, ", {}", words::told_rows(job.rows));
        if let Some(took) = job.duration() {
            let _ = write!(text, " in {}", words::span(took));
        }
    }
    (tone, text)
}

/// Whoever does something has seen what was announced: the title is given back.
pub(super) fn noticed(model: &mut Model, event: &Event) -> Option<Effect> {
    let by_a_person =
        matches!(event, Event::KeyPressed(_) | Event::Pasted(_) | Event::MouseUsed(_) | Event::FocusChanged(true));
    (by_a_person && std::mem::take(&mut model.watches.unnoticed)).then_some(Effect::Calm)
}
