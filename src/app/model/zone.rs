//! In which zone times are shown, beside UTC: it is that of the server, of logs and of tickets, and so never left out.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::warehouse::words;

/// In which zone times are shown.
#[derive(Clone, Debug)]
pub struct Zone {
    /// That of this machine; UTC where it is not known.
    pub local: TimeZone,
    /// Whether it is shown.
    pub shown: bool,
}

impl Default for Zone {
    fn default() -> Self {
        Self { local: TimeZone::UTC, shown: false }
    }
}

impl Zone {
    /// A moment in UTC, and where wanted in the zone of this machine.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        self.beside(at, words::moment(at), "%H:%M")
    }

    /// The same to the second.
    #[must_use]
    pub fn exactly(&self, at: Timestamp) -> String {
        self.beside(at, at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(), "%H:%M:%S")
    }

    /// The time in the zone of this machine to the minute, where it is wanted beside that in UTC.
    #[must_use]
    pub fn here(&self, at: Timestamp) -> Option<String> {
        self.local(at, "%H:%M")
    }

    fn beside(&self, at: Timestamp, utc: String, time: &str) -> String {
        match self.local(at, time) {
            Some(local) => format!("{utc} = {local}"),
            None => utc,
        }
    }

    fn local(&self, at: Timestamp, time: &str) -> Option<String> {
        if !self.shown || self.is_utc(at) {
            return None;
        }
        let (local, there) = (at.to_zoned(self.local.clone()), at.to_zoned(TimeZone::UTC));
        // The day is told only where it is another one.
        let day = if local.date() == there.date() { "" } else { "%m-%d " };
        Some(local.strftime(&format!("{day}{time} %Z")).to_string())
    }

    /// Whether the zone of this machine tells nothing that UTC does not.
    #[must_use]
    pub fn is_utc(&self, now: Timestamp) -> bool {
        self.local.to_offset(now).seconds() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_time_stands_beside_utc_and_not_in_its_place() {
        let at: Timestamp = "2026-11-20T23:30:00Z".parse().unwrap();
        let mut zone = Zone { local: TimeZone::fixed(jiff::tz::offset(5)), shown: false };
        assert_eq!((zone.moment(at).as_str(), zone.here(at)), ("2026-11-20 23:30Z", None));
        zone.shown = true;
        assert_eq!(zone.moment(at), "2026-11-20 23:30Z = 11-21 04:30 +05");
        assert_eq!(zone.exactly(at), "2026-11-20 23:30:00Z = 11-21 04:30:00 +05");
        assert!(!zone.is_utc(at) && Zone::default().is_utc(at));
        zone.local = TimeZone::fixed(jiff::tz::offset(-3));
        assert_eq!(zone.moment(at), "2026-11-20 23:30Z = 20:30 -03");
        assert_eq!(zone.here(at).as_deref(), Some("20:30 -03"));
    }
}
