//! What was destroyed. A page that was asked for before does not bring it back.

use std::sync::Arc;

use jiff::Timestamp;

use super::Inventory;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::map::Set;
use crate::warehouse::source::Source;

/// What was destroyed since the reading of the list began.
#[derive(Clone, Debug, Default)]
pub(super) struct Gone {
    sources: Set<SourceId>,
    tables: Set<SchemaId>,
}

impl Gone {
    /// Whether a source is still there; tables that are not are taken out of it.
    pub(super) fn spares(&self, source: &mut Arc<Source>) -> bool {
        if !self.tables.is_empty() && source.schemas.iter().any(|schema| self.tables.contains(&schema.id)) {
            Arc::make_mut(source).schemas.retain(|schema| !self.tables.contains(&schema.id));
        }
        !self.sources.contains(&source.id)
    }
}

impl Inventory {
    /// Forgets a source that was destroyed.
    pub fn forget_source(&mut self, id: &SourceId) {
        self.gone.sources.insert(id.clone());
        self.held.retain(|held| held.source.id != *id);
        self.reindex();
    }

    /// Forgets a table that was destroyed.
    pub fn forget_schema(&mut self, id: &SchemaId, now: Timestamp) {
        self.gone.tables.insert(id.clone());
        let Some(spot) = self.spot(id) else { return };
        self.amend(spot.source as usize, |source| source.schemas.retain(|schema| schema.id != *id), now);
        self.reindex();
    }
}
