//! What has changed in the inventory, for whoever keeps something that was made of it.

use super::Spot;

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
    /// Notes that these tables are new, or not what they were.
    pub(super) fn add(&mut self, spots: impl Iterator<Item = Spot>) {
        self.tables.extend(spots);
        self.everything |= self.tables.len() > MOST_TOLD;
        if self.everything {
            self.tables.clear();
        }
    }
}
