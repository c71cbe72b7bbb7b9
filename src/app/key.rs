//! Keys, free of any terminal library, and their names in the keymap.

mod sequence;

use std::fmt;

pub use sequence::Sequence;

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
    /// None with a meaning of its own: what was pressed stands for its command alone. No terminal sends it.
    Bound,
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

    /// What was probably meant by a name that is none, such as `Ctrl+P`, `shift-r` or `return`.
    #[must_use]
    pub fn meant(name: &str) -> Option<Self> {
        let folded = name.trim().replace('+', "-");
        let (mut rest, mut prefix, mut shift) = (folded.as_str(), String::new(), false);
        while let Some((modifier, after)) = rest.split_once('-').filter(|(_, after)| !after.is_empty()) {
            match modifier.to_ascii_lowercase().as_str() {
                "ctrl" | "control" | "c" | "ctl" => prefix.push_str("ctrl-"),
                "alt" | "meta" | "m" | "option" | "opt" => prefix.push_str("alt-"),
                "shift" | "s" => shift = true,
                _ => return None,
            }
            rest = after;
        }
        let lower = rest.to_lowercase();
        let base = match lower.as_str() {
            "return" | "cr" | "ret" => "enter",
            "escape" => "esc",
            "del" => "delete",
            "ins" => "insert",
            "bs" | "backspc" => "backspace",
            "pgup" | "page-up" | "page_up" => "pageup",
            "pgdn" | "pgdown" | "page-down" | "page_down" => "pagedown",
            "spc" | "spacebar" => "space",
            "tab" if shift => "backtab",
            _ if rest.chars().count() == 1 && shift => &rest.to_uppercase(),
            _ if rest.chars().count() == 1 && !prefix.contains("ctrl") => rest,
            lower => lower,
        };
        Self::parse(&format!("{prefix}{base}")).filter(|key| key.reaches_us().is_ok())
    }

    /// Whether a terminal can send it as this key.
    ///
    /// # Errors
    /// What arrives in its place, or what to write for it, as the end of a sentence that begins with the key.
    pub fn reaches_us(self) -> Result<(), String> {
        let Code::Char(symbol) = self.code else { return Ok(()) };
        if !self.ctrl {
            return Ok(());
        }
        let alike = |other: &str| Err(format!("is the same as `{other}` in a terminal; write that"));
        match symbol {
            'i' | 'I' => alike("tab"),
            'm' | 'M' => alike("enter"),
            '[' => alike("esc"),
            '?' => alike("backspace"),
            '@' => alike("ctrl-space"),
            _ if symbol.is_ascii_uppercase() => {
                let alt = if self.alt { "alt-" } else { "" };
                alike(&format!("ctrl-{alt}{}", symbol.to_ascii_lowercase()))
            }
            _ if symbol.is_ascii() => Ok(()),
            _ => Err("cannot be sent by a terminal; choose another".to_owned()),
        }
    }

    /// Whether it is what typing a text consists of.
    #[must_use]
    pub fn is_typing(self) -> bool {
        match self.code {
            Code::Char(_) => !self.ctrl && !self.alt,
            Code::Function(_) | Code::Bound => false,
            _ => true,
        }
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

    #[test]
    fn what_was_meant_is_guessed() {
        for (name, key) in [
            ("Ctrl+P", "ctrl-p"),
            ("C-x", "ctrl-x"),
            ("shift-r", "R"),
            ("Shift+Tab", "backtab"),
            ("Return", "enter"),
            ("PgUp", "pageup"),
            ("F5", "f5"),
            ("alt+Left", "alt-left"),
        ] {
            assert_eq!(Key::meant(name).map(|key| key.to_string()).as_deref(), Some(key), "{name}");
        }
        for name in ["", "nonsense", "hyper-x", "ctrl-m"] {
            assert_eq!(Key::meant(name), None, "{name}");
        }
    }

    #[test]
    fn what_no_terminal_sends_is_told() {
        for (name, words) in [
            ("ctrl-i", "`tab`"),
            ("ctrl-m", "`enter`"),
            ("ctrl-[", "`esc`"),
            ("ctrl-P", "`ctrl-p`"),
            ("ctrl-é", "cannot"),
        ] {
            let said = Key::parse(name).unwrap().reaches_us().unwrap_err();
            assert!(said.contains(words), "{name}: {said}");
        }
        for name in ["r", "R", "ctrl-p", "alt-P", "é", "f5", "tab", "ctrl-left"] {
            assert_eq!(Key::parse(name).unwrap().reaches_us(), Ok(()), "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_meant_can_be_read_and_comes(name in "(ctrl|C|Alt|shift|M|x)?[-+]?(.|[a-z]{1,9})", wild in any::<String>()) {
            for name in [name, wild] {
                if let Some(key) = Key::meant(&name) {
                    prop_assert_eq!(Key::parse(&key.to_string()), Some(key));
                    prop_assert_eq!(key.reaches_us(), Ok(()));
                }
            }
        }

        #[test]
        fn whatever_is_read_is_written_back(name in any::<String>()) {
            if let Some(key) = Key::parse(&name) {
                prop_assert_eq!(Key::parse(&key.to_string()), Some(key));
            }
        }
    }
}
