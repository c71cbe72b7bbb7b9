//! Filters that have a name: those saved here, and those of the file of settings.

use tui_input::Input;

use super::Model;
use crate::app::layout::Pane;
use crate::warehouse::query::Saved;

/// The list of them, as it lies over the screen.
#[derive(Debug)]
pub struct Filters {
    /// The table that is filtered.
    pub pane: Pane,
    /// Which one is selected.
    pub cursor: usize,
    /// The name that is being typed.
    pub asking: Option<Asking>,
    /// What the last key did, or why it did nothing.
    pub said: Option<Result<String, String>>,
    /// What was taken out last, and from where.
    pub removed: Option<(usize, Saved)>,
}

/// A name that is being typed.
#[derive(Debug)]
pub struct Asking {
    /// Who is to have it: one that has a name already, or the filter in use.
    pub renamed: Option<String>,
    /// The name, as far as it was typed.
    pub input: Input,
    /// Somebody has this name, and is to be replaced.
    pub replaces: bool,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct Named<'m> {
    /// Its name, and what it is.
    pub saved: &'m Saved,
    /// It stands in the file of settings, and is changed there only.
    pub settled: bool,
}

impl Filters {
    /// A list for this table, its first one selected.
    #[must_use]
    pub fn of(pane: Pane) -> Self {
        Self { pane, cursor: 0, asking: None, said: None, removed: None }
    }
}

impl Model {
    /// All filters that have a name: those saved here first.
    pub fn named_filters(&self) -> impl Iterator<Item = Named<'_>> {
        let own = self.saved_filters.iter().map(|saved| Named { saved, settled: false });
        let settled = self.settings.setup.memory.settled.iter().map(|saved| Named { saved, settled: true });
        own.chain(settled)
    }

    /// The filter of a table, as far as it was typed.
    #[must_use]
    pub fn filter_of(&self, pane: Pane) -> &str {
        match pane {
            Pane::Sources => self.sources.filter.text(),
            Pane::Schemas | Pane::Details => self.schemas.filter.text(),
        }
    }
}
