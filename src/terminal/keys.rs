//! From what terminals call keys to the keys of the program.
//!
//! Kept alike for all terminals: a character carries shift itself, a letter with control is lower-case, shift and tab
//! is one key. Key releases and combinations with the super and hyper keys are nothing.

use crate::app::key::{Code, Key};

/// Modifiers as terminals number them: one more than a sum of 1 shift, 2 alt, 4 control, 8 super, 16 hyper, 32 meta,
/// 64 caps lock, 128 num lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Modifiers(u8);

const SHIFT: u8 = 1;
const ALT: u8 = 2;
const CONTROL: u8 = 4;
const SUPER_AND_HYPER: u8 = 8 | 16;
const META: u8 = 32;

impl Modifiers {
    /// From the number in a sequence. Nothing and nonsense mean none.
    pub(super) fn numbered(number: u32) -> Self {
        Self(number.checked_sub(1).and_then(|sum| u8::try_from(sum).ok()).unwrap_or_default())
    }

    fn has(self, modifier: u8) -> bool {
        self.0 & modifier != 0
    }
}

/// A key with modifiers; `None` when the program has no such key.
pub(super) fn key(code: Code, modifiers: Modifiers) -> Option<Key> {
    if modifiers.has(SUPER_AND_HYPER) {
        return None;
    }
    let ctrl = modifiers.has(CONTROL);
    let code = match code {
        Code::Tab if modifiers.has(SHIFT) => Code::BackTab,
        Code::Char(sign) if sign.is_control() => return None,
        Code::Char(sign) if ctrl => Code::Char(sign.to_ascii_lowercase()),
        // Terminals that report the key instead of the character leave shift to us; what it makes of signs and digits
        // depends on the keyboard, so only letters can be helped.
        Code::Char(sign) if modifiers.has(SHIFT) => Code::Char(upper(sign)),
        other => other,
    };
    Some(Key { code, ctrl, alt: modifiers.has(ALT | META) })
}

/// The capital of a letter that has exactly one.
fn upper(sign: char) -> char {
    let mut capitals = sign.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) => capital,
        _ => sign,
    }
}

/// A key that a terminal sends as a control character.
pub(super) fn control(byte: u8) -> Key {
    let with_control = |sign: u8| Key { code: Code::Char(char::from(sign)), ctrl: true, alt: false };
    match byte {
        b'\t' => Key::plain(Code::Tab),
        b'\r' => Key::plain(Code::Enter),
        0x1b => Key::plain(Code::Escape),
        0x7f => Key::plain(Code::Backspace),
        0 => with_control(b' '),
        // Control takes the two upper bits off a character: letters are told back in lower case.
        1..=26 => with_control(byte | 0x60),
        _ => with_control(byte | 0x40),
    }
}

/// A key by the number that terminals give to characters and, in the private use area, to other keys.
pub(super) fn numbered(number: u32) -> Option<Code> {
    Some(match number {
        9 => Code::Tab,
        13 | 57414 => Code::Enter,
        27 => Code::Escape,
        8 | 127 => Code::Backspace,
        57399..=57408 => Code::Char(char::from_digit(number - 57399, 10)?),
        57417 => Code::Left,
        57418 => Code::Right,
        57419 => Code::Up,
        57420 => Code::Down,
        57421 => Code::PageUp,
        57422 => Code::PageDown,
        57423 => Code::Home,
        57424 => Code::End,
        57425 => Code::Insert,
        57426 => Code::Delete,
        57344..=63743 => return None,
        _ => Code::Char(char::from_u32(number)?),
    })
}

/// A key by the number before a tilde.
pub(super) fn tilde(number: u32) -> Option<Code> {
    let function = |first_number, first_key| u8::try_from(number - first_number + first_key).ok().map(Code::Function);
    match number {
        1 | 7 => Some(Code::Home),
        2 => Some(Code::Insert),
        3 => Some(Code::Delete),
        4 | 8 => Some(Code::End),
        5 => Some(Code::PageUp),
        6 => Some(Code::PageDown),
        // The gaps are those of the VT220 keyboard.
        11..=15 => function(11, 1),
        17..=21 => function(17, 6),
        23..=26 => function(23, 11),
        28..=29 => function(28, 15),
        31..=34 => function(31, 17),
        _ => None,
    }
}

/// A key by the letter that ends its sequence.
pub(super) fn lettered(letter: u8) -> Option<Code> {
    Some(match letter {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'F' => Code::End,
        b'H' => Code::Home,
        b'P'..=b'S' => Code::Function(letter - b'P' + 1),
        _ => return None,
    })
}

/// A key of the number pad in application mode, by its letter.
pub(super) fn pad(letter: u8) -> Option<Code> {
    match letter {
        b'M' => Some(Code::Enter),
        b'I' => Some(Code::Tab),
        b'X' => Some(Code::Char('=')),
        // The letters are the characters, moved up by 64.
        b'j'..=b'y' => Some(Code::Char(char::from(letter - 64))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(code: Code, number: u32) -> Option<String> {
        key(code, Modifiers::numbered(number)).map(|key| key.to_string())
    }

    #[test]
    fn modifiers_are_normalised() {
        let table = [
            (Code::Char('a'), 0, Some("a")),
            (Code::Char('a'), 1, Some("a")),
            (Code::Char('a'), 2, Some("A")),
            (Code::Char('ä'), 2, Some("Ä")),
            (Code::Char('ß'), 2, Some("ß")),
            (Code::Char('A'), 5, Some("ctrl-a")),
            (Code::Char('a'), 6, Some("ctrl-a")),
            (Code::Char('a'), 7, Some("ctrl-alt-a")),
            (Code::Char('a'), 33, Some("alt-a")),
            (Code::Char('a'), 9, None),
            (Code::Char('a'), 17, None),
            (Code::Char('a'), 65, Some("a")),
            (Code::Char('a'), 999, Some("a")),
            (Code::Char('\u{9b}'), 1, None),
            (Code::Tab, 2, Some("backtab")),
            (Code::BackTab, 2, Some("backtab")),
            (Code::Up, 2, Some("up")),
            (Code::Up, 5, Some("ctrl-up")),
            (Code::Function(5), 3, Some("alt-f5")),
        ];
        for (code, number, expected) in table {
            assert_eq!(name(code, number).as_deref(), expected, "{code:?} with {number}");
        }
    }

    #[test]
    fn control_characters_are_keys() {
        let table = [
            (0, "ctrl-space"),
            (1, "ctrl-a"),
            (3, "ctrl-c"),
            (8, "ctrl-h"),
            (9, "tab"),
            (10, "ctrl-j"),
            (13, "enter"),
            (26, "ctrl-z"),
            (27, "esc"),
            (28, "ctrl-\\"),
            (31, "ctrl-_"),
            (127, "backspace"),
        ];
        for (byte, expected) in table {
            assert_eq!(control(byte).to_string(), expected, "{byte}");
        }
    }

    #[test]
    fn numbers_and_letters_are_keys() {
        assert_eq!(
            [11, 15, 17, 21, 23, 24, 26, 29, 34].map(tilde),
            [1, 5, 6, 10, 11, 12, 14, 16, 20].map(|number| Some(Code::Function(number)))
        );
        assert_eq!([0, 9, 10, 16, 22, 27, 30, 35, 200, u32::MAX].map(tilde), [None; 10]);
        assert_eq!(numbered(57399), Some(Code::Char('0')));
        assert_eq!([57358, 63743, 0xD800, u32::MAX].map(numbered), [None; 4]);
        assert_eq!(
            [b'k', b'm', b'p', b'y', b'X'].map(pad),
            ['+', '-', '0', '9', '='].map(|sign| Some(Code::Char(sign)))
        );
    }
}
