//! Who may make the next request: whoever is waited for, and of those who came first.

use std::collections::BTreeSet;

use super::budget::Priority;

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(Priority, u64);

impl Place {
    /// How urgent it is.
    #[must_use]
    pub fn priority(self) -> Priority {
        self.0
    }
}

/// Everybody who waits.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    last: u64,
    waiting: BTreeSet<Place>,
}

impl Queue {
    /// Joins it, behind all that are as urgent.
    pub fn join(&mut self, priority: Priority) -> Place {
        self.last += 1;
        let place = Place(priority, self.last);
        self.waiting.insert(place);
        place
    }

    /// Leaves it.
    pub fn leave(&mut self, place: Place) {
        self.waiting.remove(&place);
    }

    /// Somebody waits for it after all: it moves ahead of what nobody waits for, and keeps its order otherwise.
    pub fn promote(&mut self, place: Place) -> Place {
        let promoted = Place(Priority::Foreground, place.1);
        if self.waiting.remove(&place) {
            self.waiting.insert(promoted);
        }
        promoted
    }

    /// Whether it is this one's turn.
    #[must_use]
    pub fn is_first(&self, place: Place) -> bool {
        self.waiting.first() == Some(&place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn who_is_waited_for_goes_first() {
        let mut queue = Queue::default();
        let refresh = queue.join(Priority::Background);
        let probe = queue.join(Priority::Background);
        let details = queue.join(Priority::Foreground);
        assert!(queue.is_first(details) && !queue.is_first(refresh));
        let probe = queue.promote(probe);
        queue.leave(details);
        assert!(queue.is_first(probe), "promoted, and still before what comes later");
        queue.leave(probe);
        assert!(queue.is_first(refresh));
    }

    proptest! {
        #[test]
        fn everybody_gets_a_turn_and_nobody_is_overtaken_by_less(
            arrivals in prop::collection::vec((any::<bool>(), any::<bool>()), 1..60)
        ) {
            let mut queue = Queue::default();
            let mut waiting = Vec::new();
            for (urgent, promoted) in arrivals {
                let place = queue.join(if urgent { Priority::Foreground } else { Priority::Background });
                waiting.push(if promoted { queue.promote(place) } else { place });
            }
            let mut served = Vec::new();
            while !waiting.is_empty() {
                let turns: Vec<Place> = waiting.iter().copied().filter(|place| queue.is_first(*place)).collect();
                prop_assert_eq!(turns.len(), 1);
                queue.leave(turns[0]);
                waiting.retain(|place| *place != turns[0]);
                served.extend(turns);
            }
            prop_assert!(served.is_sorted());
        }
    }
}
