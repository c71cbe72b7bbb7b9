//! Which key means which command.

use std::collections::{BTreeMap, HashMap};

use super::{COMMANDS, CommandId};
use crate::app::key::Key;

/// The default keys, as users would write them.
const DEFAULTS: &str = include_str!("../../../assets/keymap.toml");

/// Keys of all commands.
#[derive(Clone, Debug)]
pub struct Keymap {
    commands: HashMap<Key, CommandId>,
    keys: HashMap<CommandId, Vec<Key>>,
}

/// Something wrong with a keymap, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake(pub String);

impl Keymap {
    /// The keys that come with the program.
    #[must_use]
    pub fn defaults() -> Self {
        // A test proves that the file is free of mistakes.
        Self::read(DEFAULTS).unwrap_or_else(|_| Self { commands: HashMap::new(), keys: HashMap::new() })
    }

    /// Reads a keymap that names every command.
    ///
    /// # Errors
    /// All mistakes at once: unknown commands, unreadable keys, and keys claimed by two commands, with both named.
    pub fn read(text: &str) -> Result<Self, Vec<Mistake>> {
        let table: BTreeMap<String, Vec<String>> =
            toml::from_str(text).map_err(|error| vec![Mistake(format!("the keymap cannot be read: {error}"))])?;
        let mut mistakes = Vec::new();
        let mut commands: HashMap<Key, CommandId> = HashMap::new();
        let mut keys: HashMap<CommandId, Vec<Key>> = HashMap::new();
        for (name, wanted) in &table {
            let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
                mistakes.push(Mistake(format!("there is no command `{name}`")));
                continue;
            };
            for text in wanted {
                let Some(key) = Key::parse(text) else {
                    mistakes.push(Mistake(format!("`{text}` (for {name}) is not a key")));
                    continue;
                };
                match commands.insert(key, command.id) {
                    Some(other) if other != command.id => {
                        let other = super::command(other).name;
                        mistakes.push(Mistake(format!("the key `{key}` is claimed by both {other} and {name}")));
                    }
                    _ => keys.entry(command.id).or_default().push(key),
                }
            }
        }
        if mistakes.is_empty() { Ok(Self { commands, keys }) } else { Err(mistakes) }
    }

    /// The command of a key.
    #[must_use]
    pub fn command(&self, key: Key) -> Option<CommandId> {
        self.commands.get(&key).copied()
    }

    /// The keys of a command, the most important first.
    #[must_use]
    pub fn keys(&self, command: CommandId) -> &[Key] {
        self.keys.get(&command).map_or(&[], Vec::as_slice)
    }

    /// The first key of a command, as text; empty when it has none.
    #[must_use]
    pub fn key(&self, command: CommandId) -> String {
        self.keys(command).first().map(Key::to_string).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_keymap_is_free_of_mistakes_and_complete() {
        let keymap = Keymap::read(DEFAULTS).unwrap();
        for command in COMMANDS {
            assert!(!keymap.keys(command.id).is_empty(), "{} has no key", command.name);
        }
    }

    #[test]
    fn all_mistakes_are_reported_at_once_with_both_owners() {
        let mistakes = Keymap::read("reload = [\"r\", \"ctrl-\"]\ncancel = [\"r\"]\nfly = [\"f\"]").unwrap_err();
        let text: Vec<_> = mistakes.iter().map(|mistake| mistake.0.as_str()).collect();
        assert_eq!(
            text,
            [
                "there is no command `fly`",
                "the key `r` is claimed by both cancel and reload",
                "`ctrl-` (for reload) is not a key",
            ]
        );
    }
}
