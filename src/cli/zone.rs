//! The time zone of this machine.

use std::{env, fs};

use jiff::tz::TimeZone;

/// Where systems keep the rules of their zone.
const LOCAL: &str = "/etc/localtime";

/// The time zone of this machine; UTC where it is not known.
pub(super) fn local() -> TimeZone {
    // Looking up its name would search the whole database of zones first, while the screen is still empty.
    let rules = if env::var_os("TZ").is_none() { fs::read(LOCAL).ok() } else { None };
    rules.and_then(|rules| TimeZone::tzif(LOCAL, &rules).ok()).unwrap_or_else(TimeZone::system)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn it_is_the_one_that_the_system_names() {
        let at: Timestamp = "2026-07-20T23:30:00Z".parse().unwrap();
        assert_eq!(local().to_offset(at), TimeZone::system().to_offset(at));
    }
}
