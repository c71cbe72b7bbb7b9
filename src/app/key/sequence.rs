//! Keys that are pressed one after the other.

use std::fmt;

use super::{Code, Key};

/// One key, or several that are pressed one after the other; written with spaces between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sequence(Vec<Key>);

impl Sequence {
    /// These keys.
    #[must_use]
    pub fn of(keys: &[Key]) -> Self {
        Self(keys.to_vec())
    }

    /// Reads names such as `r`, `g g`, `ctrl-x ctrl-s`.
    #[must_use]
    pub fn parse(names: &str) -> Option<Self> {
        let keys: Option<Vec<Key>> = names.split(' ').map(Key::parse).collect();
        keys.map(Self)
    }

    /// What was probably meant by names that are none.
    #[must_use]
    pub fn meant(names: &str) -> Option<Self> {
        let read = |name| Key::parse(name).or_else(|| Key::meant(name));
        let keys: Option<Vec<Key>> = names.split_whitespace().map(read).collect();
        keys.filter(|keys| !keys.is_empty()).map(Self)
    }

    /// Whether it can be pressed.
    ///
    /// # Errors
    /// Which of its keys cannot, and why, as a sentence without its end.
    pub fn reaches_us(&self) -> Result<(), String> {
        let within = if self.0.len() > 1 { format!("in `{self}`, ") } else { String::new() };
        for key in &self.0 {
            key.reaches_us().map_err(|why| format!("{within}`{key}` {why}"))?;
        }
        match self.0.iter().find(|key| **key == Key::plain(Code::Escape)) {
            Some(_) if self.0.len() > 1 => {
                Err(format!("{within}`esc` gives up what was begun, so it cannot be part of it"))
            }
            _ => Ok(()),
        }
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Its only key.
    #[must_use]
    pub fn single(&self) -> Option<Key> {
        match self.0.as_slice() {
            [key] => Some(*key),
            _ => None,
        }
    }

    /// Whether more keys follow it in the other one.
    #[must_use]
    pub fn begins(&self, other: &Self) -> bool {
        self.0.len() < other.0.len() && other.0.starts_with(&self.0)
    }
}

impl From<Key> for Sequence {
    fn from(key: Key) -> Self {
        Self(vec![key])
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.0.iter().enumerate() {
            if index > 0 {
                out.write_str(" ")?;
            }
            key.fmt(out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sequences_are_read_and_written_alike() {
        for names in ["r", "g g", "ctrl-x ctrl-s", "space t", "space", "alt-<"] {
            assert_eq!(Sequence::parse(names).map(|keys| keys.to_string()).as_deref(), Some(names));
        }
        for names in ["", " ", "g  g", " g", "g ", "g ctrl-", "gg"] {
            assert_eq!(Sequence::parse(names), None, "{names:?}");
        }
    }

    #[test]
    fn what_was_meant_is_guessed_key_by_key() {
        for (names, meant) in [("C-x C-s", "ctrl-x ctrl-s"), ("g  g", "g g"), ("SPC t", "space t"), ("Return", "enter")]
        {
            assert_eq!(Sequence::meant(names).map(|keys| keys.to_string()).as_deref(), Some(meant), "{names}");
        }
        for names in ["", "  ", "g nonsense"] {
            assert_eq!(Sequence::meant(names), None, "{names:?}");
        }
    }

    #[test]
    fn what_cannot_be_pressed_is_told() {
        for (names, words) in [
            ("ctrl-i", "`ctrl-i` is the same as `tab`"),
            ("ctrl-x ctrl-m", "in `ctrl-x ctrl-m`, `ctrl-m` is the same as `enter`"),
            ("g esc", "gives up"),
        ] {
            let said = Sequence::parse(names).unwrap().reaches_us().unwrap_err();
            assert!(said.contains(words), "{names}: {said}");
        }
        assert_eq!(Sequence::parse("esc").unwrap().reaches_us(), Ok(()));
        assert_eq!(Sequence::parse("ctrl-x ctrl-s").unwrap().reaches_us(), Ok(()));
    }

    #[test]
    fn a_sequence_begins_longer_ones_only() {
        let of = |names| Sequence::parse(names).unwrap();
        assert!(of("g").begins(&of("g g")) && of("g g").begins(&of("g g x")));
        assert!(!of("g").begins(&of("g")) && !of("g").begins(&of("h g")) && !of("g g").begins(&of("g")));
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_written_back(names in "([a-z/ ]|ctrl-|alt-|esc|space| ){0,12}") {
            if let Some(keys) = Sequence::parse(&names) {
                prop_assert_eq!(&keys.to_string(), &names);
                prop_assert_eq!(Sequence::meant(&names), Some(keys));
            }
        }
    }
}
