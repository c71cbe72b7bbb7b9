//! The selected object as the server sends it.

use std::sync::Arc;

use super::reader::{self, Taken};
use super::{actions, copy, menu, notice};
use crate::app::commands::CommandId;
use crate::app::effect::{Effect, Urgency};
use crate::app::key::Key;
use crate::app::model::Model;
use crate::app::model::overlay::Overlay;
use crate::app::model::raw::Raw;
use crate::app::model::selection::Selected;
use crate::warehouse::failure::Failure;
use crate::warehouse::ids::JobId;
use crate::warehouse::operation::Read;
use crate::warehouse::raw::{RawLine, joined};
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::survey::Need;

/// Opens the selection.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(read) = copy::reading(model) else { return Vec::new() };
    let title = match model.selected() {
        Selected::Nothing => return Vec::new(),
        Selected::Source(held) => held.title().shown().into_owned(),
        Selected::Schema(held, schema, _) => format!("{} / {}", held.title().shown(), schema.title().shown()),
    };
    show(model, Raw::new(title, read, None))
}

/// Opens the selected job of the history; closing it leads back there.
pub(super) fn open_job(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::History(history)) = model.overlay.take() else { return Vec::new() };
    let Some(job) = history.selected() else {
        model.overlay = Some(Overlay::History(history));
        return notice(model, Tone::Note, "There is no job to show.".to_owned());
    };
    let began = job.created_at.map_or(String::new(), |at| format!(" of {}", crate::warehouse::words::moment(at)));
    let title = format!("{}, job{began}", model.subject_of(&history));
    // The page that a job is on is known by what comes after it.
    let before = job.created_at.and_then(|at| at.checked_add(jiff::SignedDuration::from_secs(1)).ok());
    let query = crate::warehouse::operation::JobQuery { before, ..history.newest() };
    let mut raw = Raw::new(title, Read::Jobs(query), Some(job.id.clone()));
    raw.beneath = Some(history);
    show(model, raw)
}

fn show(model: &mut Model, raw: Raw) -> Vec<Effect> {
    let need = raw.need();
    model.overlay = Some(Overlay::Raw(Box::new(raw)));
    model.flights.fetch_once(need, Urgency::Waiting).into_iter().collect()
}

/// The object was read.
pub(super) fn came(model: &mut Model, read: &Read, job: Option<&JobId>, lines: Arc<Vec<RawLine>>) {
    if let Some(raw) = model.raw_mut()
        && raw.read == *read
        && raw.job.as_ref() == job
    {
        (raw.lines, raw.failure) = (Some(lines), None);
    }
}

/// The object could not be read.
pub(super) fn failed(model: &mut Model, need: &Need, failure: Failure) {
    if let Some(raw) = model.raw_mut()
        && raw.need() == *need
    {
        raw.failure = Some(failure);
    }
}

/// A key was pressed while the object is shown.
pub(super) fn pressed(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let page = usize::from(model.size.height.saturating_sub(7));
    let Some(Overlay::Raw(raw)) = &mut model.overlay else { return Vec::new() };
    match reader::pressed(&mut raw.reader, key, command, page) {
        Taken::Yes => return Vec::new(),
        Taken::NothingSought => {
            let search = model.keymap.key(CommandId::Filter);
            return notice(model, Tone::Note, format!("Nothing is searched for; {search} searches."));
        }
        Taken::No => {}
    }
    match command {
        Some(CommandId::Copy | CommandId::CopyError) => {
            let Some(lines) = &raw.lines else {
                return notice(model, Tone::Note, "There is nothing to copy yet.".to_owned());
            };
            let text = joined(lines);
            menu::copy(model, "The object".to_owned(), text)
        }
        Some(CommandId::Refresh) => {
            raw.failure = None;
            let need = raw.need();
            model.flights.fetch_once(need, Urgency::Waiting).into_iter().collect()
        }
        Some(CommandId::Back | CommandId::Quit | CommandId::Raw) => {
            let beneath = raw.beneath.take();
            model.overlay = beneath.map(Overlay::History);
            Vec::new()
        }
        _ => actions::means_nothing_here(model, key),
    }
}
