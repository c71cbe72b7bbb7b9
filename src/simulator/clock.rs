//! Where simulated time comes from: the system's clock, hurried or not, or a test's hand.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// A source of simulated time. Clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System { epoch: Timestamp, anchor: Instant, speed: f64 },
    Manual(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// A clock that starts at the present and runs `speed` times as fast as the system's. A speed that
    /// is not a positive number counts as 1.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the simulator reads the system's clock")]
    pub fn system(speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Self(Kind::System { epoch: Timestamp::now(), anchor: Instant::now(), speed })
    }

    /// A clock that stands still until [`advance`](Self::advance) is called.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self(Kind::Manual(Arc::new(Mutex::new(start))))
    }

    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System { epoch, anchor, speed } => {
                let elapsed = anchor.elapsed().as_secs_f64() * speed;
                later(*epoch, Duration::try_from_secs_f64(elapsed).unwrap_or_default())
            }
            Kind::Manual(time) => *time.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a manual clock forward; a system clock moves by itself.
    pub fn advance(&self, span: Duration) {
        if let Kind::Manual(time) = &self.0 {
            let mut time = time.lock().unwrap_or_else(PoisonError::into_inner);
            *time = later(*time, span);
        }
    }
}

fn later(time: Timestamp, span: Duration) -> Timestamp {
    SignedDuration::try_from(span).ok().and_then(|span| time.checked_add(span).ok()).unwrap_or(Timestamp::MAX)
}
