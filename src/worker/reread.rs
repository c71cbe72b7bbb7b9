//! What two readings of the list have in common is held once. Mostly that is all of it: what is the same is then told by its
//! place in memory, wherever it is compared, and what is outdated is dropped here, where nobody waits.

use std::sync::Arc;

use crate::warehouse::ids::SourceId;
use crate::warehouse::map::Map;
use crate::warehouse::source::Source;
use crate::warehouse::survey::SourcePage;

/// The sources as they were read last.
#[derive(Debug, Default)]
pub struct Reread {
    /// Each with the reading that brought it last.
    sources: Map<SourceId, (u64, Arc<Source>)>,
    /// The pages of the last readings: while one is taken in, the one before it is still held here.
    pages: Vec<(u64, Arc<[Arc<Source>]>)>,
    reading: u64,
}

impl Reread {
    /// A reading of the list begins; answers with its number. Another one may be under way.
    pub fn begin(&mut self) -> u64 {
        self.pages.retain(|(read_in, _)| *read_in >= self.reading);
        self.reading += 1;
        self.reading
    }

    /// Takes note of a page, and replaces what is as it was by what was read then.
    pub fn share(&mut self, reading: u64, page: &mut SourcePage) {
        for source in Arc::make_mut(&mut page.sources) {
            if let Some((_, before)) = self.sources.get(&source.id) {
                let tables = Arc::make_mut(source).schemas.iter_mut();
                for (table, before) in tables.zip(&before.schemas).filter(|(table, before)| table == before) {
                    *table = Arc::clone(before);
                }
                if source == before {
                    *source = Arc::clone(before);
                }
            }
            self.sources.insert(source.id.clone(), (reading, Arc::clone(source)));
        }
        self.pages.push((reading, Arc::clone(&page.sources)));
        // What a reading did not bring until its end is forgotten.
        if page.end.is_some() {
            self.sources.retain(|_, (read_in, _)| *read_in >= reading);
        }
    }
}
