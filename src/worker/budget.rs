//! How many requests may still be made: two windows that slide (contract, section 4).
//!
//! Times are distances from one fixed moment of a clock; where that clock jumps back, it is taken to stand still.

use std::collections::VecDeque;
use std::time::Duration;

/// A stretch of time, and how many requests the server allows in it: now, and on older servers (contract, section 4).
struct Window {
    length: Duration,
    limit: usize,
    older: usize,
}

const MINUTE: Window = Window { length: Duration::from_secs(60), limit: 480, older: 240 };
const HOUR: Window = Window { length: Duration::from_secs(3_600), limit: 4_800, older: 1_200 };

/// How long a server that once refused so many requests is taken for an older one.
const OLD_FOR: Duration = Duration::from_secs(24 * 3_600);

/// A refusal after about as much as older servers allow is the sign of one: in percent of that. What was allowed far
/// more is none.
const TELLING: std::ops::RangeInclusive<usize> = 80..=120;

/// The share of work in the background at rest: one in so many.
const BACKGROUND_SHARE: usize = 4;

/// The longest time for which a refusal by the server is believed.
const LONGEST_PAUSE: Duration = HOUR.length;

/// How long to pause when the server refuses and does not say for how long.
const DEFAULT_PAUSE: Duration = Duration::from_secs(10);

/// How often the share of the background may be halved.
const MOST_HALVINGS: u32 = 4;

/// Who wants to make a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody is waiting for it.
    Foreground,
    /// Keeping what is shown up to date.
    Background,
}

/// How many requests are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// Within a minute.
    pub minute: usize,
    /// Within an hour.
    pub hour: usize,
    /// How long the server asks to make none at all.
    pub paused: Option<Duration>,
}

/// The requests of the last hour, and what may still be made.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    now: Duration,
    /// When requests were made, oldest first; those of the background once more by themselves.
    all: VecDeque<Duration>,
    background: VecDeque<Duration>,
    paused_until: Duration,
    halvings: u32,
    throttled_at: Duration,
    old_until: Duration,
}

impl Budget {
    /// Takes leave for one request at `now`.
    ///
    /// # Errors
    /// How long to wait before asking again.
    pub fn take(&mut self, now: Duration, priority: Priority) -> Result<(), Duration> {
        self.advance(now);
        let mut wait = self.paused_until.saturating_sub(self.now);
        for window in [MINUTE, HOUR] {
            let limit = self.limit(&window, self.now);
            wait = wait.max(self.until_free(&self.all, &window, limit));
            if priority == Priority::Background {
                let share = (limit / BACKGROUND_SHARE) >> self.halvings();
                wait = wait.max(self.until_free(&self.background, &window, share));
            }
        }
        if !wait.is_zero() {
            return Err(wait);
        }
        self.all.push_back(self.now);
        if priority == Priority::Background {
            self.background.push_back(self.now);
        }
        Ok(())
    }

    /// How many requests are left at `now`, whoever makes them.
    #[must_use]
    pub fn remaining(&self, now: Duration) -> Remaining {
        let now = now.max(self.now);
        let left = |window: &Window| {
            let past = self.all.partition_point(|made| now.saturating_sub(*made) >= window.length);
            if self.paused_until > now { 0 } else { self.limit(window, now).saturating_sub(self.all.len() - past) }
        };
        let paused = Some(self.paused_until.saturating_sub(now)).filter(|pause| !pause.is_zero());
        Remaining { minute: left(&MINUTE), hour: left(&HOUR), paused }
    }

    /// Somebody insists: a long pause that has lasted for a whole minute is not waited for any longer. The server
    /// will say so again if it meant it.
    pub fn insist(&mut self, now: Duration) {
        self.advance(now);
        if self.now.saturating_sub(self.throttled_at) >= MINUTE.length {
            self.paused_until = self.now;
        }
    }

    /// The server refused a request at `now` and asks to wait this long, if it said so. Nothing is allowed until
    /// then, and the share of the background halves: somebody else uses the same key. It doubles again with every
    /// hour without a refusal.
    pub fn throttled(&mut self, now: Duration, retry_after: Option<Duration>) {
        self.advance(now);
        let pause = retry_after.unwrap_or(DEFAULT_PAUSE).min(LONGEST_PAUSE);
        // Requests that were under way together are refused together; that is one refusal.
        if self.now >= self.paused_until {
            self.halvings = (self.halvings() + 1).min(MOST_HALVINGS);
            let used = |window: &Window| self.made_in(window) * 100 / window.older;
            let telling = TELLING.contains(&used(&MINUTE)) || TELLING.contains(&used(&HOUR));
            if telling && used(&MINUTE) <= *TELLING.end() {
                self.old_until = self.now.saturating_add(OLD_FOR);
            }
        }
        self.throttled_at = self.now;
        self.paused_until = self.paused_until.max(self.now.saturating_add(pause));
    }

    /// Lets time pass, and forgets what no window covers any more.
    fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
        for made in [&mut self.all, &mut self.background] {
            while made.front().is_some_and(|oldest| self.now.saturating_sub(*oldest) >= HOUR.length) {
                made.pop_front();
            }
        }
    }

    /// What the server allows in a window, as far as it has let itself be known.
    fn limit(&self, window: &Window, now: Duration) -> usize {
        if now < self.old_until { window.older } else { window.limit }
    }

    fn made_in(&self, window: &Window) -> usize {
        self.all.len() - self.all.partition_point(|made| self.now.saturating_sub(*made) >= window.length)
    }

    fn halvings(&self) -> u32 {
        let quiet = self.now.saturating_sub(self.throttled_at).as_secs() / HOUR.length.as_secs();
        self.halvings.saturating_sub(u32::try_from(quiet).unwrap_or(u32::MAX))
    }

    /// How long until fewer than `limit` of these requests lie in the window.
    fn until_free(&self, made: &VecDeque<Duration>, window: &Window, limit: usize) -> Duration {
        let Some(oldest) = made.len().checked_sub(limit).and_then(|index| made.get(index)) else {
            return Duration::ZERO;
        };
        window.length.saturating_sub(self.now.saturating_sub(*oldest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn taken(budget: &mut Budget, now: Duration, priority: Priority) -> usize {
        (0..10_000).take_while(|_| budget.take(now, priority).is_ok()).count()
    }

    #[test]
    fn a_minute_and_an_hour_have_their_limits() {
        let mut budget = Budget::default();
        assert_eq!(budget.remaining(at(0)), Remaining { minute: 480, hour: 4_800, paused: None });
        assert_eq!(taken(&mut budget, at(0), Priority::Foreground), 480);
        assert_eq!(budget.remaining(at(30)), Remaining { minute: 0, hour: 4_320, paused: None });
        assert_eq!(budget.take(at(59), Priority::Foreground), Err(at(1)));
        let more: usize = (1..20).map(|minute| taken(&mut budget, at(minute * 60), Priority::Foreground)).sum();
        assert_eq!(more, 4_320);
        assert_eq!(budget.take(at(1_200), Priority::Foreground), Err(at(2_400)));
        assert_eq!(taken(&mut budget, at(3_600), Priority::Foreground), 480);
    }

    #[test]
    fn the_background_has_a_quarter_that_halves_and_recovers() {
        let mut budget = Budget::default();
        assert_eq!(taken(&mut budget, at(0), Priority::Background), 120);
        assert_eq!(taken(&mut budget, at(0), Priority::Foreground), 360);
        budget.throttled(at(1), Some(at(37)));
        budget.throttled(at(2), Some(at(10)));
        assert_eq!(budget.take(at(10), Priority::Foreground), Err(at(50)));
        assert_eq!(budget.remaining(at(10)), Remaining { minute: 0, hour: 0, paused: Some(at(28)) });
        assert_eq!(taken(&mut budget, at(100), Priority::Background), 60);
        assert_eq!(taken(&mut budget, at(3_900), Priority::Background), 120);
    }

    #[test]
    fn a_server_that_refuses_early_is_an_older_one() {
        let mut budget = Budget::default();
        assert_eq!((0..240).filter(|_| budget.take(at(0), Priority::Foreground).is_ok()).count(), 240);
        budget.throttled(at(1), Some(at(60)));
        assert_eq!(budget.remaining(at(61)), Remaining { minute: 240, hour: 960, paused: None });
        assert_eq!(taken(&mut budget, at(61), Priority::Background), 30, "an eighth, after a refusal");
        assert_eq!(taken(&mut budget, at(61), Priority::Foreground), 210);
        assert_eq!(budget.remaining(at(25 * 3_600)), Remaining { minute: 480, hour: 4_800, paused: None });
    }

    #[test]
    fn a_refusal_of_few_requests_says_nothing_of_the_servers_age() {
        let mut budget = Budget::default();
        assert_eq!(budget.take(at(0), Priority::Foreground), Ok(()));
        budget.throttled(at(1), Some(at(5)));
        assert_eq!(budget.remaining(at(6)), Remaining { minute: 479, hour: 4_799, paused: None });
        let mut budget = Budget::default();
        assert_eq!(taken(&mut budget, at(0), Priority::Foreground), 480, "no older server allows as much");
        budget.throttled(at(1), Some(at(5)));
        assert_eq!(budget.remaining(at(60)), Remaining { minute: 480, hour: 4_320, paused: None });
    }

    #[test]
    fn who_insists_waits_a_minute_at_most() {
        let mut budget = Budget::default();
        budget.throttled(at(0), Some(Duration::MAX));
        budget.insist(at(59));
        assert_eq!(budget.take(at(59), Priority::Foreground), Err(at(3_541)));
        budget.insist(at(60));
        assert_eq!(budget.take(at(60), Priority::Foreground), Ok(()));
    }

    #[test]
    fn a_pause_without_a_length_or_without_sense_is_bounded() {
        let mut budget = Budget::default();
        budget.throttled(at(0), None);
        assert_eq!(budget.take(at(0), Priority::Foreground), Err(DEFAULT_PAUSE));
        budget.throttled(at(0), Some(Duration::MAX));
        assert_eq!(budget.take(at(0), Priority::Foreground), Err(LONGEST_PAUSE));
    }

    #[derive(Clone, Debug)]
    enum Event {
        Take(Priority),
        Throttled(Option<u64>),
    }

    fn events() -> impl Strategy<Value = Vec<(i64, Event)>> {
        let event = prop_oneof![
            10 => Just(Event::Take(Priority::Foreground)),
            10 => Just(Event::Take(Priority::Background)),
            1 => prop::option::of(0..100_u64).prop_map(Event::Throttled),
        ];
        // Mostly forwards and quickly, sometimes backwards, sometimes far.
        let step = prop_oneof![20 => 0..300_i64, 1 => -5_000..0_i64, 1 => 0..200_000_i64];
        prop::collection::vec((step, event), 0..3_000)
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_its_limit(events in events()) {
            let mut budget = Budget::default();
            let (mut clock, mut made, mut hidden) = (0_i64, Vec::new(), Vec::new());
            for (step, event) in events {
                clock = (clock + step).max(0);
                let now = Duration::from_millis(clock.unsigned_abs());
                match event {
                    Event::Take(priority) => match budget.take(now, priority) {
                        Ok(()) => {
                            made.push(budget.now);
                            if priority == Priority::Background {
                                hidden.push(budget.now);
                            }
                        }
                        Err(wait) => {
                            prop_assert!(!wait.is_zero());
                            let mut later = budget.clone();
                            let then = budget.now + wait;
                            prop_assert!(later.take(then, priority).is_ok(), "the wait is long enough");
                        }
                    },
                    Event::Throttled(wait) => budget.throttled(now, wait.map(Duration::from_secs)),
                }
            }
            for (times, part) in [(&made, 1), (&hidden, BACKGROUND_SHARE)] {
                for window in [MINUTE, HOUR] {
                    let limit = window.limit / part;
                    for pair in times.windows(limit + 1) {
                        prop_assert!(pair[limit] >= pair[0] + window.length);
                    }
                }
            }
            let left = budget.remaining(budget.now);
            prop_assert!(left.minute <= 480 && left.hour <= 4_800);
        }
    }
}
