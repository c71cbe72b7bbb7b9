//! How the connection is doing: two facts kept apart, how old the data is and whether the server answers.

use jiff::{SignedDuration, Timestamp};

use crate::app::message::BudgetLeft;
use crate::app::settings::manner::Manner;
use crate::warehouse::failure::{Failure, FailureKind};

/// How the connection is doing.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// When the whole list was last read.
    pub read_at: Option<Timestamp>,
    /// The reading in progress: sources so far, and how many there are.
    pub reading: Option<(usize, usize)>,
    /// Whether it is to be read once more after that, because something was changed meanwhile.
    pub again: bool,
    /// Why the last reading failed, if it did.
    pub failure: Option<Failure>,
    /// Since when that is so, and what is done about it.
    pub outage: Option<Outage>,
    /// Whether it is not read by itself.
    pub held: bool,
    /// Items of the last reading that could not be read.
    pub unreadable: usize,
    /// Whether the last reading may have missed something.
    pub partial: bool,
    /// What is left of the request budget.
    pub budget: Option<BudgetLeft>,
    /// Until when the server asks to make no requests.
    pub paused_until: Option<Timestamp>,
}

/// A time in which the list cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// When it began.
    pub since: Timestamp,
    /// How many readings have failed since; 0 while the first one that struggles is not given up yet.
    pub failed: u32,
    /// When the list is tried again; `None` while it is.
    pub next: Option<Timestamp>,
}

/// Time between two readings while something moves.
const QUICK: SignedDuration = Manner::QUICKEST;
/// Time between two readings while nothing does.
const CALM: SignedDuration = SignedDuration::from_secs(60);
/// Time between two readings while nobody looks and nothing moves.
const ASLEEP: SignedDuration = SignedDuration::from_mins(5);
/// The time before the first reading after a failure; it doubles from there.
const SOON: SignedDuration = SignedDuration::from_secs(5);
/// The longest time between two readings while the server is down.
const BACKED_OFF: SignedDuration = SignedDuration::from_mins(2);

impl Link {
    /// Whether the list was never read completely.
    #[must_use]
    pub fn is_first_reading(&self) -> bool {
        self.read_at.is_none()
    }

    /// Whether the last word of the server on the key was that it does not accept it.
    #[must_use]
    pub fn key_refused(&self) -> bool {
        let refused = |failure: &Failure| {
            matches!(failure.kind, FailureKind::KeyRejected | FailureKind::MissingScope(_) | FailureKind::OutOfBounds)
        };
        self.failure.as_ref().is_some_and(refused)
    }

    /// Whether requests are held back because the server has asked for it.
    #[must_use]
    pub fn is_paused(&self, now: Timestamp) -> bool {
        self.paused_until.is_some_and(|until| until > now)
    }

    /// Takes in what is left of the budget.
    pub fn learn_budget(&mut self, left: BudgetLeft, now: Timestamp) {
        self.budget = Some(left);
        self.paused_until = left.paused.and_then(|pause| now.checked_add(pause).ok());
    }

    /// A request struggles, or has failed for good: why, and whether it was a reading of the list that failed for good.
    pub fn failed(&mut self, failure: Failure, reading_over: bool, now: Timestamp) {
        let outage = self.outage.get_or_insert(Outage { since: now, failed: 0, next: None });
        if reading_over {
            outage.failed = outage.failed.saturating_add(1);
        }
        self.failure = Some(failure);
    }

    /// The server answered something else than a reading of the list. Answers whether that is news worth reading the
    /// list for: then the server was not there a moment ago, or did not accept the key.
    pub fn answered(&mut self) -> bool {
        // A list that only takes too long is not read the more often for it.
        let absent = self.failure.as_ref().is_some_and(|failure| match failure.kind {
            FailureKind::Unreachable | FailureKind::KeyRejected => true,
            FailureKind::Interrupted => failure.status.is_none(),
            _ => false,
        });
        match self.outage {
            Some(outage) if outage.failed > 0 => absent,
            Some(_) if self.reading.is_none() => {
                (self.failure, self.outage) = (None, None);
                false
            }
            _ => false,
        }
    }

    /// The list was read. Answers for how long that was not possible, where that was noticed.
    pub fn read(&mut self, now: Timestamp) -> Option<SignedDuration> {
        let was_read = self.read_at.replace(now).is_some();
        self.failure = None;
        let outage = self.outage.take().filter(|outage| outage.failed > 0 && was_read)?;
        Some(now.duration_since(outage.since))
    }

    /// The list is being read.
    pub fn begin_reading(&mut self) {
        (self.reading, self.again) = (Some((0, 0)), false);
        if let Some(outage) = &mut self.outage {
            outage.next = None;
        }
    }

    /// When to read the list again: quick while something moves, calm else; slower for long lists; growing while
    /// the server is down, and not before it wants to be asked.
    #[must_use]
    pub fn next_reading(&self, moving: bool, focused: bool, sources: usize) -> SignedDuration {
        let failed = self.outage.map_or(0, |outage| outage.failed);
        match self.failure.as_ref().map(|failure| &failure.kind) {
            // It does not come back by itself, or hardly ever.
            Some(FailureKind::KeyRejected) if failed > 0 => return BACKED_OFF,
            Some(FailureKind::TooManyRequests(Some(wait))) if failed > 0 => return (*wait).max(SOON),
            _ if failed > 0 => {
                return SOON.saturating_mul(1 << failed.min(6).saturating_sub(1)).min(BACKED_OFF);
            }
            _ => {}
        }
        let pages = i32::try_from(sources / 100 + 1).unwrap_or(i32::MAX);
        let pause = match (moving, focused) {
            (true, _) => QUICK,
            (false, true) => CALM,
            (false, false) => ASLEEP,
        };
        pause.saturating_mul(pages)
    }

    /// The next reading takes place after this time.
    pub fn plan(&mut self, after: SignedDuration, now: Timestamp) {
        if let Some(outage) = &mut self.outage {
            outage.next = now.checked_add(after).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    fn failure(kind: FailureKind) -> Failure {
        Failure::new(kind, "")
    }

    #[test]
    fn reading_slows_down_with_length_rest_and_failure() {
        let mut link = Link::default();
        let seconds = |moving, focused, sources| Link::default().next_reading(moving, focused, sources).as_secs();
        assert_eq!(seconds(true, true, 12), 10);
        assert_eq!(seconds(false, true, 12), 60);
        assert_eq!(seconds(true, true, 250), 30);
        assert!(seconds(false, false, 12) > seconds(false, true, 12));
        let pauses: Vec<i64> = (0..8)
            .map(|second| {
                link.failed(failure(FailureKind::Gateway), true, at(second));
                link.next_reading(true, true, 1).as_secs()
            })
            .collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 120, 120, 120]);
    }

    #[test]
    fn a_server_that_asks_to_wait_is_not_asked_before_and_a_rejected_key_hardly_ever() {
        let mut link = Link::default();
        let wait = SignedDuration::from_secs(3_600);
        link.failed(failure(FailureKind::TooManyRequests(Some(wait))), true, at(0));
        assert_eq!(link.next_reading(true, true, 1), wait);
        link.failed(failure(FailureKind::KeyRejected), true, at(1));
        assert_eq!(link.next_reading(true, true, 1), BACKED_OFF);
    }

    #[test]
    fn an_outage_is_remembered_from_its_first_sign_to_the_next_reading() {
        let mut link = Link::default();
        assert_eq!(link.read(at(0)), None);
        link.failed(failure(FailureKind::Unreachable), false, at(10));
        link.failed(failure(FailureKind::Unreachable), true, at(20));
        link.plan(SOON, at(20));
        assert_eq!(link.outage, Some(Outage { since: at(10), failed: 1, next: Some(at(25)) }));
        assert!(link.answered(), "the list is worth reading now");
        assert!(link.failure.is_some(), "but it was not read yet");
        link.begin_reading();
        assert_eq!(link.outage.and_then(|outage| outage.next), None);
        assert_eq!(link.read(at(30)), Some(SignedDuration::from_secs(20)));
        assert_eq!((link.failure, link.outage), (None, None));
    }

    #[test]
    fn what_struggled_and_went_well_was_no_outage() {
        let mut link = Link::default();
        link.read(at(0));
        link.failed(failure(FailureKind::Gateway), false, at(10));
        assert!(!link.answered());
        assert_eq!((link.failure, link.outage), (None, None));
    }

    proptest! {
        #[test]
        fn probes_are_sparing_and_never_end(events in prop::collection::vec((0..6_u8, 0..200_i64), 0..100)) {
            let (mut link, mut now) = (Link::default(), 0);
            for (event, later) in events {
                now += later;
                match event {
                    0 => { link.read(at(now)); }
                    1 => { link.answered(); }
                    2 => link.failed(failure(FailureKind::Unreachable), false, at(now)),
                    3 => link.begin_reading(),
                    _ => link.failed(failure(FailureKind::Gateway), true, at(now)),
                }
                let next = link.next_reading(event % 2 == 0, true, 1);
                link.plan(next, at(now));
                prop_assert!(next >= SOON && next <= BACKED_OFF);
                prop_assert!(link.outage.is_none_or(|outage| outage.since <= at(now) && outage.next > Some(at(now))));
                prop_assert_eq!(link.outage.is_some(), link.failure.is_some());
            }
        }
    }
}
