//! What scripts read: JSON that is safe to print, and output whose reader may leave.

use std::io::{self, ErrorKind, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::warehouse::text::{Foreign, harmless_json, without_logins};

/// The version of the formats of `diagnose --json` and `explain --json`. It changes when a field changes its meaning
/// or goes; new fields and new values do not change it.
pub(super) const VERSION: u32 = 1;

/// A value as one line of JSON. Characters that a terminal would act upon are escaped, so that the value stays exact
/// and the line is harmless.
pub(super) fn json_line(value: &impl Serialize) -> String {
    harmless_json(serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned()))
}

/// A part of an error text as a JSON value: exact, but for passwords in addresses.
pub(super) fn quoted(text: &Foreign) -> String {
    without_logins(text.raw()).into_owned()
}

/// A moment to the second, UTC: `2026-11-20T14:03:07Z`.
pub(super) fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// How writing went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// All of it.
    Whole,
    /// The reader left, which is its right.
    ReaderLeft,
}

/// Makes of the result of writing to standard output what it means.
///
/// # Errors
/// One sentence when the output cannot be written for another reason than that its reader left.
pub(super) fn written(result: io::Result<()>) -> Result<Written, String> {
    match result {
        Ok(()) => Ok(Written::Whole),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Written::ReaderLeft),
        Err(error) => Err(format!("standard output cannot be written ({error}); check where it leads.")),
    }
}

/// Writes a whole text to standard output.
///
/// # Errors
/// As [`written`].
pub(super) fn print(text: &str) -> Result<Written, String> {
    let mut out = io::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn json_keeps_the_value_and_holds_nothing_that_acts(text in any::<String>()) {
            let line = json_line(&text);
            let acts = |symbol: char| symbol.is_control() || ('\u{202a}'..='\u{202e}').contains(&symbol);
            prop_assert!(!line.chars().any(acts));
            prop_assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        }
    }

    #[test]
    fn passwords_do_not_reach_json_either() {
        assert_eq!(quoted(&Foreign::new("at postgres://bob:s3cret@db/x")), "at postgres://bob:***@db/x");
        assert_eq!(quoted(&Foreign::new("a\u{1b}b")), "a\u{1b}b");
    }
}
