//! What two readings of the list have in common is held once. Mostly that is all of it: what is the same is then told by its
//! place in memory, wherever it is compared, and what is outdated is dropped here, where nobody waits.

use std::sync::Arc;

use crate::warehouse::ids::SourceId;
use crate::warehouse::map::Map;
use crate::warehouse::source::Source;

/// The sources as they were read last.
#[derive(Debug, Default)]
pub struct Reread {
    sources: Map<SourceId, Known>,
    reading: u64,
}

/// A source as it was read last.
#[derive(Debug)]
struct Known {
    source: Arc<Source>,
    /// What was read before that, so that it is not dropped where it is shown.
    before: Option<Arc<Source>>,
    /// The reading that brought it.
    read_in: u64,
}

impl Reread {
    /// A reading of the list begins; answers with its number. Another one may be under way.
    pub fn begin(&mut self) -> u64 {
        self.reading += 1;
        self.reading
    }

    /// Replaces what is as it was by what was read then.
    pub fn share(&mut self, reading: u64, source: &mut Arc<Source>) {
        let Some(known) = self.sources.get_mut(&source.id) else {
            let known = Known { source: Arc::clone(source), before: None, read_in: reading };
            self.sources.insert(source.id.clone(), known);
            return;
        };
        let tables = Arc::make_mut(source).schemas.iter_mut();
        for (table, before) in tables.zip(&known.source.schemas).filter(|(table, before)| table == before) {
            *table = Arc::clone(before);
        }
        known.read_in = reading;
        if *source == known.source {
            *source = Arc::clone(&known.source);
        } else {
            known.before = Some(std::mem::replace(&mut known.source, Arc::clone(source)));
        }
    }

    /// A reading has seen the end of the list: what was brought by older ones only is forgotten.
    pub fn end(&mut self, reading: u64) {
        self.sources.retain(|_, known| known.read_in >= reading);
    }
}
