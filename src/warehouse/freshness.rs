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

/// From this age on what was read counts as old: while somebody looks it is asked for more often.
pub const OLD: SignedDuration = SignedDuration::from_mins(10);

/// Whether something was read so long before what is shown beside it that this has to be said.
#[must_use]
pub fn is_behind(read_at: Timestamp, beside: Timestamp) -> bool {
    age(read_at, beside) > OLD
}

/// What the past of a table says about its rhythm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rhythm {
    /// How long a successful run usually takes.
    pub run: Option<SignedDuration>,
    /// How much time usually lies between the starts of two of them.
    pub gap: Option<SignedDuration>,
}

/// The age up to which data of this frequency is fresh; `None` when it has no schedule, or none that is known.
///
/// Two periods (one missed run is not yet trouble) and the grace. Runs that take longer than the period, or have always
/// come more rarely than it says, set the pace themselves. Where the frequency has no name that is known, the past tells
/// it.
#[must_use]
pub fn allowance(frequency: Option<&Frequency>, past: Rhythm) -> Option<SignedDuration> {
    let period = match frequency {
        Some(Frequency::Never) => return None,
        Some(every @ Frequency::Every(_)) => every.period()?.max(past.gap.unwrap_or_default()),
        Some(Frequency::Other(_)) => past.gap?,
        None => past.gap.unwrap_or(DEFAULT_PERIOD),
    };
    let pace = period.max(past.run.unwrap_or_default());
    Some(pace.saturating_mul(2).saturating_add(GRACE))
}

/// Whether data synced last at `then` is stale.
#[must_use]
pub fn is_stale(then: Timestamp, frequency: Option<&Frequency>, past: Rhythm, now: Timestamp) -> bool {
    allowance(frequency, past).is_some_and(|allowed| age(then, now) > allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_is_measured_against_the_own_frequency_and_the_past() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let hours = SignedDuration::from_hours;
        let none = Rhythm::default();
        let weekly = Rhythm { gap: Some(hours(168)), run: None };
        let long = Rhythm { run: Some(hours(5)), gap: Some(hours(5)) };
        let fortnight = Frequency::Other("fortnight".into());
        for (age, frequency, past, stale) in [
            (3, Some(Frequency::Every(60)), none, true),
            (3, Some(Frequency::Every(60)), long, false),
            (11, Some(Frequency::Every(60)), long, true),
            (3, Some(Frequency::Every(60)), weekly, false),
            (340, Some(Frequency::Every(60)), weekly, true),
            (49, Some(Frequency::Every(1_440)), Rhythm { gap: Some(hours(1)), run: None }, true),
            (3, Some(Frequency::Every(1_440)), none, false),
            (13, None, none, true),
            (300, None, weekly, false),
            (340, None, weekly, true),
            (9_000, Some(fortnight.clone()), none, false),
            (340, Some(fortnight), weekly, true),
            (9_000, Some(Frequency::Never), weekly, false),
            (-1, Some(Frequency::Every(5)), none, false),
        ] {
            assert_eq!(
                is_stale(now - hours(age), frequency.as_ref(), past, now),
                stale,
                "{age} h, {frequency:?}, {past:?}"
            );
        }
    }
}
