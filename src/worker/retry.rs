//! When a read that failed is tried again. Writes never are: they are read back instead (contract, section 4).

use std::time::Duration;

use crate::warehouse::failure::{Failure, FailureKind};

/// Upper bound of the wait before the first repetition; it doubles from there.
const FIRST: Duration = Duration::from_millis(500);

/// The longest wait of this program's own choice.
const LONGEST: Duration = Duration::from_secs(20);

/// How long after its first attempt a read is given up, the last wait included.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often a read is repeated.
const REPETITIONS: u32 = 5;

/// How long to wait before a failed read is repeated; `None` gives it up.
///
/// `attempt` counts the attempts made so far, `elapsed` is the time since the first one began, and `jitter` is a
/// random number from 0 to 1 that keeps many programs from asking again at once.
///
/// A wait that the server asks for is never shortened; one that outlasts all patience ends the matter at once.
#[must_use]
pub fn next(attempt: u32, failure: &Failure, elapsed: Duration, jitter: f64) -> Option<Duration> {
    if !failure.is_transient() || attempt > REPETITIONS {
        return None;
    }
    let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 1.0 };
    let own = FIRST.saturating_mul(doubled).min(LONGEST).mul_f64(jitter);
    let asked = match failure.kind {
        FailureKind::TooManyRequests(asked) => asked.and_then(|wait| wait.try_into().ok()).unwrap_or_default(),
        _ => Duration::ZERO,
    };
    let wait = own.saturating_add(asked);
    (elapsed.saturating_add(wait) <= PATIENCE).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use proptest::prelude::*;

    fn gateway() -> Failure {
        Failure::new(FailureKind::Gateway, "")
    }

    fn throttled(seconds: i64) -> Failure {
        Failure::new(FailureKind::TooManyRequests(Some(SignedDuration::from_secs(seconds))), "")
    }

    #[test]
    fn waits_grow_up_to_a_bound() {
        let waits: Vec<_> = (1..8).map(|attempt| next(attempt, &gateway(), Duration::ZERO, 1.0)).collect();
        let millis = |count| Some(Duration::from_millis(count));
        assert_eq!(waits, [millis(500), millis(1_000), millis(2_000), millis(4_000), millis(8_000), None, None]);
    }

    #[test]
    fn what_will_not_pass_by_itself_is_not_repeated() {
        for kind in [
            FailureKind::KeyRejected,
            FailureKind::NotFound,
            FailureKind::Refused,
            FailureKind::ServerError,
            FailureKind::NotJson,
            FailureKind::TooLarge,
            FailureKind::ReadOnly,
        ] {
            assert_eq!(next(1, &Failure::new(kind, ""), Duration::ZERO, 0.5), None);
        }
    }

    #[test]
    fn a_wait_beyond_all_patience_ends_the_matter() {
        assert_eq!(next(1, &throttled(60), Duration::ZERO, 0.0), Some(Duration::from_secs(60)));
        assert_eq!(next(1, &throttled(60), Duration::from_secs(31), 0.0), None);
        assert_eq!(next(1, &throttled(3_600), Duration::ZERO, 0.0), None);
    }

    proptest! {
        #[test]
        fn never_sooner_than_asked_nor_later_than_patience(
            attempt in any::<u32>(), asked in any::<i64>(), elapsed in any::<u64>(), jitter in any::<f64>()
        ) {
            let elapsed = Duration::from_millis(elapsed);
            if let Some(wait) = next(attempt, &throttled(asked), elapsed, jitter) {
                prop_assert!(wait >= Duration::from_secs(u64::try_from(asked).unwrap_or(0)));
                prop_assert!(elapsed + wait <= PATIENCE);
                prop_assert!(attempt <= REPETITIONS);
            }
        }

        #[test]
        fn a_read_that_always_fails_is_given_up(jitter in 0.0..1.0_f64, took in 0..30_000_u64) {
            let mut elapsed = Duration::ZERO;
            let mut attempt = 0;
            loop {
                attempt += 1;
                elapsed += Duration::from_millis(took);
                match next(attempt, &gateway(), elapsed, jitter) {
                    Some(wait) => elapsed += wait,
                    None => break,
                }
            }
            prop_assert!(attempt <= REPETITIONS + 1);
            prop_assert!(elapsed <= PATIENCE + Duration::from_millis(took));
        }
    }
}
