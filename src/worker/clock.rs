//! The one place that asks what time it is.

use jiff::Timestamp;

/// Now.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the edge at which time enters the program")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
