//! How the connection is doing: two facts kept apart, how old the data is and whether the server answers.

use jiff::{SignedDuration, Timestamp};

use crate::app::message::BudgetLeft;
use crate::warehouse::failure::Failure;

/// How the connection is doing.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// When the whole list was last read.
    pub read_at: Option<Timestamp>,
    /// The reading in progress: sources so far, and how many there are.
    pub reading: Option<(usize, usize)>,
    /// Why the last reading failed, if it did.
    pub failure: Option<Failure>,
    /// Whether it is not read by itself.
    pub held: bool,
    /// How many readings in a row have failed.
    pub failures: u32,
    /// Items of the last reading that could not be read.
    pub unreadable: usize,
    /// Whether the last reading may have missed something.
    pub partial: bool,
    /// What is left of the request budget.
    pub budget: Option<BudgetLeft>,
}

/// Time between two readings while something moves.
const QUICK: SignedDuration = SignedDuration::from_secs(10);
/// Time between two readings while nothing does.
const CALM: SignedDuration = SignedDuration::from_secs(60);
/// Time between two readings while nobody looks and nothing moves.
const ASLEEP: SignedDuration = SignedDuration::from_mins(5);
/// The longest time between two readings while the server is down.
const BACKED_OFF: SignedDuration = SignedDuration::from_mins(2);

impl Link {
    /// Whether the list was never read completely.
    #[must_use]
    pub fn is_first_reading(&self) -> bool {
        self.read_at.is_none()
    }

    /// When to read the list again: quick while something moves, calm else; slower for long lists; growing while
    /// the server is down.
    #[must_use]
    pub fn next_reading(&self, moving: bool, focused: bool, sources: usize) -> SignedDuration {
        if self.failures > 0 {
            let doubled = SignedDuration::from_secs(5).saturating_mul(1 << self.failures.min(5).saturating_sub(1));
            return doubled.min(BACKED_OFF);
        }
        let pages = i32::try_from(sources / 100 + 1).unwrap_or(i32::MAX);
        let pause = match (moving, focused) {
            (true, _) => QUICK,
            (false, true) => CALM,
            (false, false) => ASLEEP,
        };
        pause.saturating_mul(pages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_slows_down_with_length_rest_and_failure() {
        let link = Link::default();
        let seconds = |moving, focused, sources| link.next_reading(moving, focused, sources).as_secs();
        assert_eq!(seconds(true, true, 12), 10);
        assert_eq!(seconds(false, true, 12), 60);
        assert_eq!(seconds(true, true, 250), 30);
        assert!(seconds(false, false, 12) > seconds(false, true, 12));
        let mut pauses = (1..12).map(|failures| Link { failures, ..Link::default() }.next_reading(true, true, 1));
        let first = pauses.next().unwrap();
        assert_eq!(first.as_secs(), 5);
        assert!(pauses.all(|pause| pause >= first && pause <= BACKED_OFF));
    }
}
