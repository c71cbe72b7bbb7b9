//! What reaches a user who looks elsewhere: title, bell, and the desktop's notification (OSC 9).

use std::fmt::Write as _;

use super::clipboard::Multiplexer;
use crate::app::effect::Announcement;

/// Keeps the title there was, and gives it back (XTWINOPS). Terminals without it forget the old title.
const KEEP_TITLE: &str = "\x1b[22;2t";
pub(super) const GIVE_TITLE_BACK: &str = "\x1b[23;2t";

/// The longest text, in characters: titles and notifications are short, and terminals bound their sequences.
const LONGEST: usize = 200;

/// A text that cannot end its sequence.
fn harmless(text: &str) -> String {
    text.chars().filter(|symbol| !symbol.is_control()).take(LONGEST).collect()
}

/// The bytes of an announcement. The title there was is kept unless that was done before.
pub(super) fn bytes(announcement: &Announcement, multiplexer: Multiplexer, keeps_title: bool) -> String {
    let mut bytes = String::new();
    if let Some(title) = &announcement.title {
        if !keeps_title {
            bytes.push_str(KEEP_TITLE);
        }
        // Writing to a string cannot fail.
        let _ = write!(bytes, "\x1b]2;{}\x1b\\", harmless(title));
    }
    if let Some(text) = &announcement.notification {
        let text = harmless(text);
        let wrapped = match multiplexer {
            Multiplexer::None => format!("\x1b]9;{text}\x1b\\"),
            Multiplexer::Tmux => format!("\x1bPtmux;\x1b\x1b]9;{text}\x1b\x1b\\\x1b\\"),
            // The string terminator would end the wrapping instead, hence the bell.
            Multiplexer::Screen => format!("\x1bP\x1b]9;{text}\x07\x1b\\"),
        };
        bytes.push_str(&wrapped);
    }
    if announcement.bell {
        bytes.push('\x07');
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_there_only_when_wanted() {
        let all = Announcement { title: Some("t".to_owned()), bell: true, notification: Some("n".to_owned()) };
        assert_eq!(bytes(&all, Multiplexer::None, false), "\x1b[22;2t\x1b]2;t\x1b\\\x1b]9;n\x1b\\\x07");
        assert_eq!(bytes(&all, Multiplexer::Tmux, true), "\x1b]2;t\x1b\\\x1bPtmux;\x1b\x1b]9;n\x1b\x1b\\\x1b\\\x07");
        assert_eq!(bytes(&Announcement { bell: true, ..Announcement::default() }, Multiplexer::None, false), "\x07");
        assert_eq!(bytes(&Announcement::default(), Multiplexer::Screen, false), "");
    }

    #[test]
    fn no_text_ends_its_own_sequence() {
        let hostile = Some("a\x1b\\\x07\u{9c}b".repeat(100));
        let made = bytes(&Announcement { notification: hostile, ..Announcement::default() }, Multiplexer::None, false);
        let inside = made.strip_prefix("\x1b]9;").and_then(|rest| rest.strip_suffix("\x1b\\")).unwrap();
        assert!(inside.chars().all(|symbol| !symbol.is_control()) && inside.chars().count() == LONGEST);
    }
}
