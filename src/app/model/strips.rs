//! The newest runs of each source, side by side: a picture for every row of the sources, kept so that drawing it costs
//! nothing.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::warehouse::ids::SourceId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::job::Job;
use crate::warehouse::runs::Runs;

/// How many runs are kept for each source.
const KEPT: usize = 24;

/// The newest runs of each source of which any were read.
#[derive(Clone, Debug, Default)]
pub struct Strips(HashMap<SourceId, Vec<Job>>);

impl Strips {
    /// Newest first; `None`: nobody has asked for runs of this source.
    #[must_use]
    pub fn of(&self, source: &SourceId) -> Option<&[Job]> {
        self.0.get(source).map(Vec::as_slice)
    }

    /// Jobs of a source were read.
    pub fn learned(&mut self, inventory: &Inventory, source: &SourceId) {
        let Some(held) = inventory.source(source) else {
            self.0.remove(source);
            return;
        };
        let known = held.tables().filter_map(|(schema, _)| inventory.runs(&schema.id)).flat_map(Runs::jobs);
        let mut newest: Vec<&Job> = known.collect();
        newest.sort_by_key(|job| Reverse(job.created_at));
        self.0.insert(source.clone(), newest.into_iter().take(KEPT).cloned().collect());
    }
}
