//! The clipboard by escape sequence (OSC 52): it works over SSH, needs no helper program and no reader.

use std::ffi::OsString;

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

/// The longest text, in bytes, that is put on the clipboard. Terminals drop longer sequences without a word; this is
/// the usual limit of 100,000 encoded bytes less the sequence around them.
pub const LONGEST_COPY: usize = 74_000;

/// What came of copying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// The terminal was asked; terminals do not answer.
    Asked,
    /// The text is longer than [`LONGEST_COPY`]: nothing was sent.
    TooLong,
}

/// A program between this one and the terminal, which must be told to hand a sequence on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Multiplexer {
    None,
    Tmux,
    Screen,
}

/// GNU screen hands on pieces of up to 768 bytes.
const SCREEN_PIECE: usize = 700;

impl Multiplexer {
    /// Finds out from the environment.
    pub(super) fn find(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        if is_set("TMUX") {
            Self::Tmux
        } else if is_set("STY") {
            Self::Screen
        } else {
            Self::None
        }
    }

    /// The bytes that put this text on the clipboard; `None` when it is too long.
    pub(super) fn copy(self, text: &str) -> Option<String> {
        if text.len() > LONGEST_COPY {
            return None;
        }
        let mut plain = String::new();
        CopyToClipboard::to_clipboard_from(text).write_ansi(&mut plain).ok()?;
        Some(match self {
            Self::None => plain,
            // Depending on its settings, tmux either takes the sequence itself or hands on a wrapped one: both are sent.
            Self::Tmux => format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
            Self::Screen => {
                // The string terminator would end the wrapping instead, hence the bell.
                let belled = plain.strip_suffix("\x1b\\").map(|sequence| format!("{sequence}\x07")).unwrap_or(plain);
                let mut wrapped = String::with_capacity(belled.len() + belled.len() / 100);
                for piece in belled.as_bytes().chunks(SCREEN_PIECE) {
                    wrapped.push_str("\x1bP");
                    // Base64 and the few signs around it are ASCII, so no character is cut.
                    wrapped.push_str(&String::from_utf8_lossy(piece));
                    wrapped.push_str("\x1b\\");
                }
                wrapped
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_wrapped_for_the_program_in_between() {
        assert_eq!(Multiplexer::None.copy("hi").as_deref(), Some("\x1b]52;c;aGk=\x1b\\"));
        assert_eq!(
            Multiplexer::Tmux.copy("hi").as_deref(),
            Some("\x1b]52;c;aGk=\x1b\\\x1bPtmux;\x1b\x1b]52;c;aGk=\x1b\x1b\\\x1b\\")
        );
        assert_eq!(Multiplexer::Screen.copy("hi").as_deref(), Some("\x1bP\x1b]52;c;aGk=\x07\x1b\\"));
    }

    #[test]
    fn long_text_goes_through_screen_in_pieces_that_add_up() {
        let text = "ä".repeat(LONGEST_COPY / 2);
        let wrapped = Multiplexer::Screen.copy(&text).unwrap();
        let pieces: Vec<&str> = wrapped.split_terminator("\x1b\\").map(|piece| &piece[2..]).collect();
        assert!(pieces.len() > 100 && pieces.iter().all(|piece| piece.len() <= SCREEN_PIECE));
        let joined = pieces.concat().replace('\x07', "\x1b\\");
        assert_eq!(Some(joined), Multiplexer::None.copy(&text));
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(Multiplexer::None.copy(&"x".repeat(LONGEST_COPY)).is_some());
        assert_eq!(Multiplexer::None.copy(&"x".repeat(LONGEST_COPY + 1)), None);
    }

    #[test]
    fn the_environment_tells_who_is_in_between() {
        let with = |names: &[&str]| Multiplexer::find(|name| names.contains(&name).then(|| OsString::from("x")));
        assert_eq!(with(&[]), Multiplexer::None);
        assert_eq!(with(&["STY"]), Multiplexer::Screen);
        assert_eq!(with(&["TMUX", "STY"]), Multiplexer::Tmux);
        assert_eq!(Multiplexer::find(|_| Some(OsString::new())), Multiplexer::None);
    }
}
