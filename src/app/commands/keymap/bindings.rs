//! Keys for some commands, as they stand in a file.

use super::{CommandId, Surface};
use crate::app::commands::COMMANDS;
use crate::app::key::Sequence;

/// Something wrong with a keymap, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake(pub String);

/// Keys for some commands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bindings {
    /// Wherever nothing else is said.
    pub general: Vec<(CommandId, Vec<Sequence>)>,
    /// On one surface.
    pub own: Vec<(Surface, CommandId, Vec<Sequence>)>,
}

impl Bindings {
    /// Reads a file that comes with the program: commands with lists of keys, and in `[in.SURFACE]` those of one surface.
    ///
    /// # Errors
    /// All mistakes at once: unknown commands and surfaces, and unreadable keys.
    pub fn read(text: &str) -> Result<Self, Vec<Mistake>> {
        let root: toml::Table =
            toml::from_str(text).map_err(|error| vec![Mistake(format!("the keymap cannot be read: {error}"))])?;
        let (mut bindings, mut mistakes) = (Self::default(), Vec::new());
        for (name, value) in &root {
            match (name.as_str(), value.as_table()) {
                ("in", Some(surfaces)) => {
                    for (name, table) in surfaces {
                        let Some(surface) = Surface::named(name) else {
                            mistakes.push(Mistake(format!("there is no surface `{name}`")));
                            continue;
                        };
                        for (name, value) in table.as_table().into_iter().flatten() {
                            if let Some((id, keys)) = entry(name, value, &mut mistakes) {
                                bindings.own.push((surface, id, keys));
                            }
                        }
                    }
                }
                _ => bindings.general.extend(entry(name, value, &mut mistakes)),
            }
        }
        if mistakes.is_empty() { Ok(bindings) } else { Err(mistakes) }
    }
}

/// A command and its keys.
fn entry(name: &str, value: &toml::Value, mistakes: &mut Vec<Mistake>) -> Option<(CommandId, Vec<Sequence>)> {
    let Some(row) = COMMANDS.iter().find(|command| command.name == name) else {
        mistakes.push(Mistake(format!("there is no command `{name}`")));
        return None;
    };
    let mut keys = Vec::new();
    for text in value.as_array().into_iter().flatten() {
        match text.as_str().and_then(Sequence::parse) {
            Some(sequence) => keys.push(sequence),
            None => mistakes.push(Mistake(format!("{text} (for {name}) is not a key"))),
        }
    }
    Some((row.id, keys))
}
