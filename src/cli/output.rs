//! What scripts read: JSON that is safe to print, and output whose reader may leave.

use std::io::{self, ErrorKind, Write};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, Formatter};

use crate::warehouse::text::{harmless_json, without_logins};

/// The version of the formats of `diagnose --json` and `explain --json`. It changes when a field changes its meaning
/// or goes; new fields and new values do not change it.
pub(super) const VERSION: u32 = 1;

/// A value as one line of JSON: exact, but for passwords in addresses, wherever a text holds them (names and identities
/// may, too). Characters that a terminal would act upon are escaped, so that the line is harmless.
pub(super) fn json_line(value: &impl Serialize) -> String {
    let mut line = Vec::new();
    let written = value.serialize(&mut Serializer::with_formatter(&mut line, Masked::default()));
    let line = written.ok().and_then(|()| String::from_utf8(line).ok());
    harmless_json(line.unwrap_or_else(|| "{}".to_owned()))
}

/// Writes every text without the passwords in its addresses. One is told in a whole text only, so a text is kept until
/// it has ended.
#[derive(Default)]
struct Masked {
    text: Vec<u8>,
}

impl Formatter for Masked {
    fn begin_string<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.text.clear();
        Ok(())
    }

    fn write_string_fragment<W: Write + ?Sized>(&mut self, _: &mut W, fragment: &str) -> io::Result<()> {
        self.text.extend_from_slice(fragment.as_bytes());
        Ok(())
    }

    fn write_char_escape<W: Write + ?Sized>(&mut self, _: &mut W, symbol: CharEscape) -> io::Result<()> {
        self.text.push(match symbol {
            CharEscape::Quote => b'"',
            CharEscape::ReverseSolidus => b'\\',
            CharEscape::Solidus => b'/',
            CharEscape::Backspace => 0x08,
            CharEscape::FormFeed => 0x0c,
            CharEscape::LineFeed => b'\n',
            CharEscape::CarriageReturn => b'\r',
            CharEscape::Tab => b'\t',
            CharEscape::AsciiControl(byte) => byte,
        });
        Ok(())
    }

    fn end_string<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        let text = String::from_utf8_lossy(&self.text);
        Ok(serde_json::to_writer(writer, &without_logins(&text))?)
    }
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
        let told = [("name", "a \"b\"\n\u{1b}c"), ("error", "\tat postgres://bob:s3\"cret@db/x")];
        let told = json_line(&std::collections::BTreeMap::from(told));
        assert_eq!(told, r#"{"error":"\tat postgres://bob:***@db/x","name":"a \"b\"\n\u001bc"}"#);
    }
}
