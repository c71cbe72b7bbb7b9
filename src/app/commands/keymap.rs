//! Which key means which command.

use std::collections::{BTreeMap, HashMap};

use super::{COMMANDS, CommandId};
use crate::app::key::Key;

/// The default keys, as users would write them.
pub const DEFAULTS: &str = include_str!("../../../assets/keymap.toml");

/// Keys of all commands.
#[derive(Clone, Debug)]
pub struct Keymap {
    commands: HashMap<Key, CommandId>,
    keys: HashMap<CommandId, Vec<Key>>,
}

/// Something wrong with a keymap, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake(pub String);

/// A key that two commands claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The key.
    pub key: Key,
    /// Who claims it.
    pub owners: [CommandId; 2],
}

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

    /// The same with other keys for some commands: those given take the place of all a command had.
    ///
    /// # Errors
    /// Every key that two commands claim. A key that a command has from before is claimed, too.
    pub fn rebound(&self, wanted: &[(CommandId, Vec<Key>)]) -> Result<Self, Vec<Clash>> {
        let mut keys = self.keys.clone();
        for (command, own) in wanted {
            keys.insert(*command, own.clone());
        }
        let (mut commands, mut clashes) = (HashMap::new(), Vec::new());
        // In the order of the table, so that the same mistake is told in the same way every time.
        for row in COMMANDS {
            for key in keys.get(&row.id).into_iter().flatten() {
                let owner = *commands.entry(*key).or_insert(row.id);
                if owner != row.id {
                    clashes.push(Clash { key: *key, owners: [owner, row.id] });
                }
            }
        }
        if clashes.is_empty() { Ok(Self { commands, keys }) } else { Err(clashes) }
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
    fn commands_get_other_keys_and_clashes_name_both_owners() {
        let key = |name: &str| Key::parse(name).unwrap();
        let defaults = Keymap::defaults();
        let swapped =
            defaults.rebound(&[(CommandId::Reload, vec![key("c"), key("f6")]), (CommandId::Cancel, vec![key("r")])]);
        let swapped = swapped.unwrap();
        assert_eq!(swapped.command(key("c")), Some(CommandId::Reload));
        assert_eq!(swapped.command(key("r")), Some(CommandId::Cancel));
        assert_eq!(swapped.keys(CommandId::Reload), [key("c"), key("f6")]);
        let unbound = defaults.rebound(&[(CommandId::Reload, Vec::new())]).unwrap();
        assert_eq!((unbound.command(key("r")), unbound.key(CommandId::Reload)), (None, String::new()));
        let clashes = defaults.rebound(&[(CommandId::Reload, vec![key("c")]), (CommandId::Quit, vec![key("p")])]);
        let clashes = clashes.unwrap_err();
        let owners: Vec<_> = clashes.iter().map(|clash| (clash.key.to_string(), clash.owners)).collect();
        assert_eq!(
            owners,
            [
                ("c".to_owned(), [CommandId::Reload, CommandId::Cancel]),
                ("p".to_owned(), [CommandId::PauseResume, CommandId::Quit])
            ]
        );
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
