//! When a table is likely to be synced next: an estimate, since the server does not tell its schedule.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::runs::Runs;
use super::schema::{Schema, SchemaDetail};
use super::state::State;
use super::words;

/// When a table is likely to be synced next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is being synced.
    Now,
    /// About then.
    About(Timestamp),
    /// It was due then, and nothing was seen of it.
    Due(Timestamp),
}

/// When a table is likely to be synced next; `None` where nothing is known of that, or nothing is due at all.
#[must_use]
pub fn next(
    schema: &Schema,
    state: State,
    detail: Option<&SchemaDetail>,
    runs: Option<&Runs>,
    now: Timestamp,
) -> Option<Next> {
    let stopped = [State::BillingPause, State::BillingLimit, State::Halted, State::Direct, State::Gone];
    if schema.should_sync != Some(true) || stopped.contains(&state) {
        return None;
    }
    if state.claims_to_run() {
        return Some(Next::Now);
    }
    let period = schema.frequency.known()?.period()?;
    let began = runs.and_then(|runs| runs.newest()?.created_at).or(schema.last_synced_at.known().copied());
    // The anchor names the time of a day: it says nothing of which day, where there are days between.
    let daily = period <= SignedDuration::from_hours(24);
    let anchor = detail.and_then(|detail| detail.sync_time_of_day.known()?.raw().parse::<Time>().ok());
    match (anchor.filter(|_| daily), began) {
        (Some(anchor), _) => anchored(anchor, period, now).map(Next::About),
        (None, Some(began)) => {
            let due = began.checked_add(period).ok()?;
            Some(if due > now { Next::About(due) } else { Next::Due(due) })
        }
        (None, None) => None,
    }
}

/// The first moment after now that is so many periods from a time of the day.
fn anchored(anchor: Time, period: SignedDuration, now: Timestamp) -> Option<Timestamp> {
    let today = now.to_zoned(TimeZone::UTC).date().to_datetime(anchor).to_zoned(TimeZone::UTC).ok()?.timestamp();
    let first = today.checked_sub(SignedDuration::from_hours(24)).ok()?;
    let passed = now.duration_since(first).as_secs() / period.as_secs().max(1);
    first.checked_add(SignedDuration::from_secs((passed + 1).checked_mul(period.as_secs())?)).ok()
}

/// How long until then: `in 3h`.
#[must_use]
pub fn until(then: Timestamp, now: Timestamp) -> String {
    format!("in {}", words::short_span(then.duration_since(now)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_of_the_day_anchors_the_schedule() {
        let anchor = Time::constant(3, 15, 0, 0);
        let hours = SignedDuration::from_hours;
        for (period, now, expected) in [
            (hours(24), "2026-11-20T12:00:00Z", "2026-11-21T03:15:00Z"),
            (hours(24), "2026-11-20T03:00:00Z", "2026-11-20T03:15:00Z"),
            (hours(6), "2026-11-20T12:00:00Z", "2026-11-20T15:15:00Z"),
            (hours(6), "2026-11-20T03:15:00Z", "2026-11-20T09:15:00Z"),
            (SignedDuration::from_mins(5), "2026-11-20T12:01:00Z", "2026-11-20T12:05:00Z"),
        ] {
            assert_eq!(anchored(anchor, period, at(now)), Some(at(expected)), "{now}");
        }
    }

    proptest! {
        #[test]
        fn the_next_run_is_in_the_future_and_within_a_period(
            seconds in 0_i64..86_400, minutes in prop::sample::select(vec![1_i64, 5, 15, 30, 60, 360, 720, 1_440]), now in 0_i64..4_000_000_000,
        ) {
            let (now, period) = (Timestamp::from_second(now).unwrap(), SignedDuration::from_mins(minutes));
            let anchor = Time::midnight() + SignedDuration::from_secs(seconds);
            let next = anchored(anchor, period, now).unwrap();
            prop_assert!(next > now && next.duration_since(now) <= period);
        }
    }
}
