//! What rows are sorted by.

use std::cmp::Ordering;

/// An order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Index of the column.
    pub column: usize,
    /// Turned around.
    pub reversed: bool,
}

/// Further orders, for rows of which the first says the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Then([Option<Sort>; Then::MOST]);

impl Then {
    /// How many there may be.
    pub const MOST: usize = 2;

    /// The same ones from a list; what is too much is left out.
    #[must_use]
    pub fn of(sorts: &[Sort]) -> Self {
        let mut all = [None; Self::MOST];
        for (place, sort) in all.iter_mut().zip(sorts) {
            *place = Some(*sort);
        }
        Self(all)
    }

    /// All of them, the most important first.
    pub fn iter(self) -> impl Iterator<Item = Sort> {
        self.0.into_iter().flatten()
    }
}

/// All that an order of rows depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Criteria {
    /// The order.
    pub first: Sort,
    /// The further ones.
    pub then: Then,
    /// Whether rows stand under headings.
    pub grouped: bool,
}

impl Sort {
    /// An ordering, turned around if so wanted.
    #[must_use]
    pub fn turned(self, ordering: Ordering) -> Ordering {
        if self.reversed { ordering.reverse() } else { ordering }
    }
}
