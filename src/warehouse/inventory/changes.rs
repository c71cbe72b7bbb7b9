//! What has changed in the inventory, for whoever keeps something that was made of it.

use super::{Spot, spots_of};
use crate::warehouse::source::Source;
use crate::warehouse::state::State;

/// So many changes are told one by one; more are everything.
const MOST_TOLD: usize = 200_000;

/// What has changed since it was asked last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Spots are not those of before, or tables have other names.
    pub everything: bool,
    /// Tables that are new, or are not what they were. Some may be named twice.
    pub tables: Vec<Spot>,
}

impl Changes {
    /// Notes which tables of a source are not what they were. It has the same ones as before.
    pub(super) fn compare(&mut self, place: usize, before: (&Source, &[State]), after: (&Source, &[State])) {
        let renamed = before.0.title() != after.0.title();
        let tables = before.0.schemas.iter().zip(&after.0.schemas);
        let states = before.1.iter().zip(after.1);
        for (spot, ((old, new), (from, to))) in spots_of(place, after.0.schemas.len()).zip(tables.zip(states)) {
            // What is held once is not compared.
            let same = old == new;
            self.everything |= !same && old.title() != new.title();
            if !same || renamed || from != to {
                self.tables.push(spot);
            }
        }
        self.everything |= self.tables.len() > MOST_TOLD;
        if self.everything {
            self.tables.clear();
        }
    }
}
