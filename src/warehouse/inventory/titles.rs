//! The names of sources, of which no two are alike.

use super::Inventory;
use crate::warehouse::source::told_apart;

impl Inventory {
    /// Names every source anew, after sources came, went or were renamed.
    pub(super) fn tell_apart(&mut self) {
        // Every page of the list asks, and mostly it brings nothing new.
        if !std::mem::take(&mut self.names_changed) {
            return;
        }
        let names = told_apart(self.held.iter().map(|held| &*held.source));
        for (held, name) in self.held.iter_mut().zip(names) {
            if held.title != name {
                held.title = name;
                self.changes.everything = true;
                self.sources_changed = true;
            }
        }
    }
}
