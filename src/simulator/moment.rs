//! Simulated time: points in it, and the short notation scenario files use for spans.

use std::time::Duration;

use jiff::Timestamp;

/// A point in simulated time, in whole microseconds since the Unix epoch: the resolution the API shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

impl Moment {
    /// The moment `span` later; saturates at the end of time.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }

    /// The moment `span` earlier; saturates at the beginning of time.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The first moment after this one with the given time of day (UTC).
    #[must_use]
    pub fn next_time_of_day(self, time_of_day: Duration) -> Self {
        const DAY: i64 = 86_400_000_000;
        let midnight = self.0 - self.0.rem_euclid(DAY);
        let today = midnight + micros(time_of_day);
        Self(if today > self.0 { today } else { today + DAY })
    }

    /// Milliseconds since the epoch: the leading part of a job's id.
    #[must_use]
    pub fn milliseconds(self) -> i64 {
        self.0 / 1000
    }

    /// The usual form of the API: `Z` and six fractional digits (contract, section 11).
    #[must_use]
    pub fn iso(self) -> String {
        format!("{:.6}", self.timestamp())
    }

    /// The form of `last_run_at` and of health issues: `+00:00` in place of `Z`.
    #[must_use]
    pub fn iso_with_offset(self) -> String {
        self.iso().replace('Z', "+00:00")
    }

    /// The form of the HTTP `Date` header.
    #[must_use]
    pub fn http_date(self) -> String {
        self.timestamp().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// Reads an ISO 8601 timestamp; one without a zone is UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let zoned = text.parse::<Timestamp>().ok();
        zoned.or_else(|| format!("{text}Z").parse::<Timestamp>().ok()).map(Self::from)
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// Reads `45s`, `10m`, `6h` or `3d`.
#[must_use]
pub fn parse_span(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(seconds).map(Duration::from_secs)
}

/// Reads `HH:MM` or `HH:MM:SS` as the span since midnight.
#[must_use]
pub fn parse_time_of_day(text: &str) -> Option<Duration> {
    let parts: Vec<u64> =
        text.split(':').map(|part| part.parse().ok().filter(|_| part.len() == 2)).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    (hours < 24 && minutes < 60 && seconds < 60).then(|| Duration::from_secs(hours * 3600 + minutes * 60 + seconds))
}
