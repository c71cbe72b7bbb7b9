//! What one complete control sequence (CSI) of the terminal's input means.

use super::keys::{self, Modifiers};
use crate::app::key::{Code, Key};
use crate::app::message::{Mouse, MouseAct};

/// A meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meaning {
    Key(Key),
    Mouse(Mouse),
    Focus(bool),
    /// What follows is pasted.
    PasteBegins,
    /// Three more bytes follow: a mouse report in the oldest form.
    OldMouse,
    /// One more byte follows: a function key of the Linux console.
    ConsoleKey,
    /// Nothing the program knows, such as the answer to a question it has not asked.
    Nothing,
}

/// What begins a paste.
pub(super) const PASTE_BEGINS: &[u8] = b"\x1b[200~";

/// What ends a paste.
pub(super) const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// Reads a sequence from its parameters and its last byte.
pub(super) fn meaning(parameters: &[u8], last: u8) -> Meaning {
    let Ok(text) = std::str::from_utf8(parameters) else { return Meaning::Nothing };
    if let Some(report) = text.strip_prefix('<') {
        return mouse(report, last);
    }
    if text.is_empty() {
        match last {
            b'I' => return Meaning::Focus(true),
            b'O' => return Meaning::Focus(false),
            b'M' => return Meaning::OldMouse,
            b'[' => return Meaning::ConsoleKey,
            b'Z' => return Meaning::Key(Key::plain(Code::BackTab)),
            _ => {}
        }
    }
    if text.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b';' | b':')) {
        return Meaning::Nothing;
    }
    match (last, number(text, 0, 0)) {
        (b'~', Some(200)) => Meaning::PasteBegins,
        // Other keys as their characters, by xterm's older setting: 27, modifiers, character.
        (b'~', Some(27)) => pressed(number(text, 2, 0).and_then(keys::numbered), text),
        (b'~', which) => pressed(which.and_then(keys::tilde), text),
        (b'u', which) => pressed(shifted(text).or(which).and_then(keys::numbered), text),
        (letter, _) => pressed(keys::lettered(letter), text),
    }
}

/// The number at a place among the parameters, parts of which are separated by colons.
fn number(text: &str, parameter: usize, part: usize) -> Option<u32> {
    text.split(';').nth(parameter)?.split(':').nth(part)?.parse().ok()
}

/// The character that shift makes of a key, where the terminal says so.
fn shifted(text: &str) -> Option<u32> {
    let shift = number(text, 1, 0).is_some_and(|modifiers| modifiers.wrapping_sub(1) & 1 != 0);
    if shift { number(text, 0, 1) } else { None }
}

/// A key, with the modifiers in the second parameter. The part after a colon there is 3 when the key was released.
fn pressed(code: Option<Code>, text: &str) -> Meaning {
    if number(text, 1, 1) == Some(3) {
        return Meaning::Nothing;
    }
    let modifiers = Modifiers::numbered(number(text, 1, 0).unwrap_or_default());
    code.and_then(|code| keys::key(code, modifiers)).map_or(Meaning::Nothing, Meaning::Key)
}

/// A mouse report: button, column and row, from 1.
fn mouse(report: &str, last: u8) -> Meaning {
    let cell = |place| number(report, place, 0).and_then(|cell| u16::try_from(cell).ok()?.checked_sub(1));
    let (b'M' | b'm', Some(button), Some(column), Some(row)) = (last, number(report, 0, 0), cell(1), cell(2)) else {
        return Meaning::Nothing;
    };
    act(button, last == b'm').map_or(Meaning::Nothing, |act| Meaning::Mouse(Mouse { column, row, act }))
}

/// A mouse report in the oldest form: each number as one byte, 32 higher.
pub(super) fn old_mouse(report: [u8; 3]) -> Meaning {
    let [button, column, row] = report.map(|byte| byte.checked_sub(32));
    let cell = |number: Option<u8>| number?.checked_sub(1).map(u16::from);
    match (button.and_then(|button| act(button.into(), button & 3 == 3 && button < 32)), cell(column), cell(row)) {
        (Some(act), Some(column), Some(row)) => Meaning::Mouse(Mouse { column, row, act }),
        _ => Meaning::Nothing,
    }
}

/// What was done with the button: of its bits, 4, 8 and 16 are modifiers and 32 is motion. The oldest form does not say
/// which button went up.
fn act(button: u32, up: bool) -> Option<MouseAct> {
    match button & !(4 | 8 | 16) {
        0 | 3 if up => Some(MouseAct::Release),
        _ if up => None,
        32 => Some(MouseAct::Drag),
        0 => Some(MouseAct::Click),
        64 => Some(MouseAct::WheelUp),
        65 => Some(MouseAct::WheelDown),
        _ => None,
    }
}

/// A function key of the Linux console, by the letter after two brackets.
pub(super) fn console_key(letter: u8) -> Meaning {
    match letter {
        b'A'..=b'E' => Meaning::Key(Key::plain(Code::Function(letter - b'A' + 1))),
        _ => Meaning::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(sequence: &str) -> Meaning {
        let (last, parameters) = sequence.as_bytes().split_last().unwrap();
        meaning(parameters, *last)
    }

    #[test]
    fn keys_are_recognised() {
        let table = [
            ("A", "up"),
            ("1;5D", "ctrl-left"),
            ("1;2A", "up"),
            ("1;3C", "alt-right"),
            ("1;5:2B", "ctrl-down"),
            ("H", "home"),
            ("4~", "end"),
            ("3;5~", "ctrl-delete"),
            ("Z", "backtab"),
            ("1;2Z", ""),
            ("P", "f1"),
            ("1;2R", "f3"),
            ("15~", "f5"),
            ("24;5~", "ctrl-f12"),
            ("27;5;13~", "ctrl-enter"),
            ("27;2;9~", "backtab"),
            ("27u", "esc"),
            ("97;5u", "ctrl-a"),
            ("97:65;2u", "A"),
            ("49:33;2u", "!"),
            ("97;2u", "A"),
            ("9;2u", "backtab"),
            ("97;1:3u", ""),
            ("97;9u", ""),
            ("57358u", ""),
            ("E", ""),
            ("?1;2c", ""),
            ("200", ""),
        ];
        for (sequence, expected) in table {
            let found = match read(sequence) {
                Meaning::Key(key) => key.to_string(),
                _ => String::new(),
            };
            assert_eq!(found, expected, "{sequence}");
        }
    }

    #[test]
    fn the_mouse_clicks_and_turns_its_wheel() {
        let at = |act, column, row| Meaning::Mouse(Mouse { column, row, act });
        assert_eq!(read("<0;1;1M"), at(MouseAct::Click, 0, 0));
        assert_eq!(read("<16;300;100M"), at(MouseAct::Click, 299, 99));
        assert_eq!(read("<64;5;6M"), at(MouseAct::WheelUp, 4, 5));
        assert_eq!(read("<69;5;6M"), at(MouseAct::WheelDown, 4, 5));
        assert_eq!(read("<32;5;6M"), at(MouseAct::Drag, 4, 5));
        assert_eq!(read("<0;5;6m"), at(MouseAct::Release, 4, 5));
        for other in [
            "<2;1;1m",
            "<35;1;1M",
            "<0;1;1x",
            "<1;1;1M",
            "<2;1;1M",
            "<66;1;1M",
            "<0;0;1M",
            "<0;1;99999M",
            "<0;1M",
            "<M",
        ] {
            assert_eq!(read(other), Meaning::Nothing, "{other}");
        }
        assert_eq!(old_mouse([32, 33, 34]), at(MouseAct::Click, 0, 1));
        assert_eq!(old_mouse([96, 33, 33]), at(MouseAct::WheelUp, 0, 0));
        assert_eq!(old_mouse([64, 33, 33]), at(MouseAct::Drag, 0, 0));
        assert_eq!(old_mouse([35, 33, 33]), at(MouseAct::Release, 0, 0));
        assert_eq!(old_mouse([67, 33, 33]), Meaning::Nothing);
        assert_eq!(old_mouse([32, 32, 0]), Meaning::Nothing);
    }

    #[test]
    fn the_rest_is_recognised() {
        assert_eq!(read("I"), Meaning::Focus(true));
        assert_eq!(read("O"), Meaning::Focus(false));
        assert_eq!(read("200~"), Meaning::PasteBegins);
        assert_eq!(read("201~"), Meaning::Nothing);
        assert_eq!(read("M"), Meaning::OldMouse);
        assert_eq!(read("["), Meaning::ConsoleKey);
    }

    proptest! {
        #[test]
        fn anything_can_be_read(parameters in proptest::collection::vec(any::<u8>(), 0..64), last: u8, old: [u8; 3]) {
            let _ = (meaning(&parameters, last), old_mouse(old), console_key(last));
        }

        #[test]
        fn numbers_of_any_size_can_be_read(parameters in "[<?]?[0-9;:]{0,40}", last in 0x40_u8..0x7f) {
            let _ = meaning(parameters.as_bytes(), last);
        }
    }
}
