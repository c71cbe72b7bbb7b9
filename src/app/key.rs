//! Keys, free of any terminal library, and their names in the keymap.

use std::fmt;

/// Which key, before modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A character, as typed: shift is part of it.
    Char(char),
    /// A function key.
    Function(u8),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Tab.
    Tab,
    /// Shift and tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
}

/// A key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// Control was held.
    pub ctrl: bool,
    /// Alt was held.
    pub alt: bool,
}

/// Keys with names, in the form used in files and on the screen.
const NAMES: [(&str, Code); 15] = [
    ("enter", Code::Enter),
    ("esc", Code::Escape),
    ("tab", Code::Tab),
    ("backtab", Code::BackTab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("insert", Code::Insert),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pageup", Code::PageUp),
    ("pagedown", Code::PageDown),
];

impl Key {
    /// A key without modifiers.
    #[must_use]
    pub fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false }
    }

    /// Reads a name such as `r`, `R`, `ctrl-p`, `alt-left`, `f5`, `space`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut rest = name;
        let (mut ctrl, mut alt) = (false, false);
        loop {
            if let Some(after) = rest.strip_prefix("ctrl-").filter(|after| !after.is_empty()) {
                (ctrl, rest) = (true, after);
            } else if let Some(after) = rest.strip_prefix("alt-").filter(|after| !after.is_empty()) {
                (alt, rest) = (true, after);
            } else {
                break;
            }
        }
        let code = Self::code(rest)?;
        Some(Self { code, ctrl, alt })
    }

    fn code(name: &str) -> Option<Code> {
        if let Some((_, code)) = NAMES.iter().find(|(known, _)| *known == name) {
            return Some(*code);
        }
        if name == "space" {
            return Some(Code::Char(' '));
        }
        if let Some(number) = name.strip_prefix('f').filter(|digits| !digits.is_empty())
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            return number.parse().ok().filter(|number| (1..=24).contains(number)).map(Code::Function);
        }
        let mut symbols = name.chars();
        match (symbols.next(), symbols.next()) {
            (Some(symbol), None) if !symbol.is_control() && !symbol.is_whitespace() => Some(Code::Char(symbol)),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            out.write_str("ctrl-")?;
        }
        if self.alt {
            out.write_str("alt-")?;
        }
        match self.code {
            Code::Char(' ') => out.write_str("space"),
            Code::Char(symbol) => write!(out, "{symbol}"),
            Code::Function(number) => write!(out, "f{number}"),
            code => match NAMES.iter().find(|(_, known)| *known == code) {
                Some((name, _)) => out.write_str(name),
                None => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_read_and_written_alike() {
        for name in
            ["r", "R", "/", "-", "ctrl-p", "alt-left", "ctrl-alt-x", "f5", "f", "space", "esc", "backtab", "ctrl--"]
        {
            assert_eq!(Key::parse(name).map(|key| key.to_string()).as_deref(), Some(name));
        }
        for name in ["", "ctrl-", "f0", "f25", "entr", "ab", " ", "\u{1b}"] {
            assert_eq!(Key::parse(name), None, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_written_back(name in any::<String>()) {
            if let Some(key) = Key::parse(&name) {
                prop_assert_eq!(Key::parse(&key.to_string()), Some(key));
            }
        }
    }
}
