//! How old data may be before it counts as stale: measured against the table's own frequency.

use jiff::{SignedDuration, Timestamp};

use super::settings::Frequency;

/// The frequency the server uses where none is set (contract, section 11).
const DEFAULT_PERIOD: SignedDuration = SignedDuration::from_hours(6);

/// How much later than planned a run may end before that is worth a word: short periods are late sooner in
/// relative terms, since a run takes its time.
const GRACE: SignedDuration = SignedDuration::from_mins(30);

/// How long ago something was; a time in the future counts as now, since clocks differ (contract, section 11).
#[must_use]
pub fn age(then: Timestamp, now: Timestamp) -> SignedDuration {
    now.duration_since(then).max(SignedDuration::ZERO)
}

/// The age up to which data of this frequency is fresh; `None` when it has no schedule.
///
/// Two periods (one missed run is not yet trouble) and the grace.
#[must_use]
pub fn allowance(frequency: Option<&Frequency>) -> Option<SignedDuration> {
    let period = match frequency {
        Some(Frequency::Never) => return None,
        Some(known) => known.period().unwrap_or(DEFAULT_PERIOD),
        None => DEFAULT_PERIOD,
    };
    Some(period.saturating_mul(2).saturating_add(GRACE))
}

/// Whether data synced last at `then` is stale.
#[must_use]
pub fn is_stale(then: Timestamp, frequency: Option<&Frequency>, now: Timestamp) -> bool {
    allowance(frequency).is_some_and(|allowed| age(then, now) > allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_is_measured_against_the_own_frequency() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let hours = |count| now - SignedDuration::from_hours(count);
        assert!(is_stale(hours(3), Some(&Frequency::Every(60)), now));
        assert!(!is_stale(hours(3), Some(&Frequency::Every(1_440)), now));
        assert!(is_stale(hours(13), None, now));
        assert!(!is_stale(hours(9_000), Some(&Frequency::Never), now));
        assert!(!is_stale(now + SignedDuration::from_hours(1), Some(&Frequency::Every(5)), now));
    }
}
