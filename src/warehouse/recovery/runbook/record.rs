//! What is written down of a runbook that has changed something and is not over, so that a crash does not lose its
//! place. Nothing that was typed is in it.

use serde::{Deserialize, Serialize};

use super::stage::{Deed, Progress, Task};
use super::{Runbook, Situation};
use crate::warehouse::diagnosis::{CauseId, Letter};
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::recovery::runbook::Patient;

/// What stands before the title of what was left unfinished.
const UNFINISHED: &str = "Left unfinished: ";

/// What is written down of a runbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The letter of the recovery.
    pub letter: String,
    /// The root cause, where there is one.
    pub cause: Option<String>,
    /// What was wrong, in a few words.
    pub title: String,
    /// The source.
    pub source: String,
    /// Its name as it is shown.
    pub source_name: String,
    /// The tables: identity, and name as it is shown.
    pub tables: Vec<(String, String)>,
    /// What was done, in sentences.
    pub done: Vec<String>,
    /// What is left, in sentences.
    pub left: Vec<String>,
    /// Whether what is left is only to re-enable and to reload.
    pub plain: bool,
}

impl Runbook {
    /// What is to be written down of it; `None` while it has changed nothing, and once it is over.
    #[must_use]
    pub fn record(&self) -> Option<Record> {
        if !self.is_under_way() {
            return None;
        }
        let sentences = |wanted: fn(&Progress) -> bool| {
            let each = self.stages.iter().filter(|stage| stage.sends() && wanted(&stage.progress));
            each.map(|stage| stage.what.clone()).collect::<Vec<_>>()
        };
        let situation = &self.situation;
        Some(Record {
            letter: situation.letter.as_str().to_owned(),
            cause: situation.cause.as_ref().map(|cause| cause.as_str().to_owned()),
            title: situation.title.clone(),
            source: situation.source.as_str().to_owned(),
            source_name: situation.source_name.shown().into_owned(),
            tables: situation
                .chosen()
                .map(|patient| (patient.id.as_str().to_owned(), patient.name.shown().into_owned()))
                .collect(),
            done: sentences(|progress| matches!(progress, Progress::Done(_))),
            plain: self.stages[self.at..].iter().all(|stage| {
                matches!(stage.task, Task::Verify | Task::Send(Deed::Enable | Deed::Reload | Deed::ReloadSome(_)))
            }),
            left: sentences(|progress| matches!(progress, Progress::Ahead | Progress::Now | Progress::Failed(_))),
        })
    }
}

impl Record {
    /// The situation as it is now: where all that is left is to re-enable and to reload, that; else the recovery from
    /// its beginning, with everything read and asked anew. `None`: the source is not there any more.
    #[must_use]
    pub fn situation(&self, inventory: &Inventory) -> Option<Situation> {
        let held = inventory.source(&SourceId::new(&self.source))?;
        let tables = self.tables.iter().filter_map(|(id, _)| inventory.schema(&SchemaId::new(id)));
        let tables = tables.map(|(_, schema, state)| Patient::of(schema, state)).collect();
        let letter = Letter::parse(&self.letter).unwrap_or(Letter::A);
        let title = format!("{UNFINISHED}{}", self.title.trim_start_matches(UNFINISHED));
        Some(Situation {
            cause: self.cause.as_deref().map(CauseId::new),
            only_the_end: self.plain,
            ..Situation::of(held, letter, title, tables)
        })
    }
}
