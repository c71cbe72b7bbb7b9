//! The keys of commands, as a user wants them.

use std::collections::HashMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::mistake::position;
use super::reader::{Reader, Value};
use super::words::{did_you_mean, kind, shown};
use crate::app::commands::keymap::Keymap;
use crate::app::commands::{COMMANDS, CommandId, command};
use crate::app::key::Key;

/// Where each key of each command stands.
type Places = HashMap<(CommandId, Key), Range<usize>>;

impl Reader<'_> {
    pub(super) fn keys(&mut self, table: &DeTable) -> Keymap {
        let known: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
        let (mut wanted, mut places) = (Vec::new(), Places::new());
        for (name, value) in table {
            let Some(row) = COMMANDS.iter().find(|command| command.name == name.get_ref().as_ref()) else {
                let meant = did_you_mean(name.get_ref(), known.iter().copied());
                self.wrong(&name.span(), format!("there is no command `{}`{meant}", shown(name.get_ref())));
                continue;
            };
            let keys = self.keys_of(row.id, row.name, value, &mut places);
            wanted.push((row.id, keys));
        }
        let defaults = Keymap::defaults();
        match defaults.rebound(&wanted) {
            Ok(keymap) => {
                if let Some((_, value)) = table.get_key_value("quit").or_else(|| table.get_key_value("quit-now"))
                    && [CommandId::Quit, CommandId::QuitNow].into_iter().all(|id| keymap.keys(id).is_empty())
                {
                    self.wrong(
                        &value.span(),
                        "neither `quit` nor `quit-now` has a key, so that there is no way out".to_owned(),
                    );
                }
                keymap
            }
            Err(clashes) => {
                for clash in clashes {
                    let [one, other] = clash.owners.map(|id| (command(id).name, places.get(&(id, clash.key))));
                    let (span, first, second) = match (one, other) {
                        ((first, Some(at)), (second, Some(span))) if span.start < at.start => {
                            (at, (second, Some(span)), first)
                        }
                        ((first, at @ Some(_)), (second, Some(span))) => (span, (first, at), second),
                        ((first, None), (second, Some(span))) | ((second, Some(span)), (first, None)) => {
                            (span, (first, None), second)
                        }
                        // Nothing clashes by default; a test proves it.
                        ((_, None), (_, None)) => continue,
                    };
                    let from = match first.1 {
                        Some(at) => format!("{} in line {}", first.0, position(self.text, at.start).0),
                        None => format!("{0} has it by default (give {0} another key, or `{0} = []`)", first.0),
                    };
                    let (key, span) = (clash.key, span.clone());
                    self.wrong(&span, format!("the key `{key}` is claimed by both {second} and {}: {from}", first.0));
                }
                defaults
            }
        }
    }

    fn keys_of(&mut self, id: CommandId, name: &str, value: &Value, places: &mut Places) -> Vec<Key> {
        let texts: Vec<&Value> = match value.get_ref() {
            DeValue::Array(list) => list.iter().collect(),
            _ => vec![value],
        };
        let mut keys = Vec::new();
        for text in texts {
            let Some(written) = text.get_ref().as_str() else {
                let found = kind(text.get_ref());
                self.wrong(&text.span(), format!("the keys of {name} are a text or a list of texts, not {found}"));
                continue;
            };
            let Some(key) = Key::parse(written) else {
                let meant = Key::meant(written).map(|key| format!("; did you mean `{key}`?")).unwrap_or_default();
                self.wrong(&text.span(), format!("`{}` (for {name}) is not a key{meant}", shown(written)));
                continue;
            };
            if let Err(instead) = key.reaches_us() {
                self.wrong(&text.span(), format!("`{key}` (for {name}) {instead}"));
            } else if key.is_typing() && matches!(id, CommandId::QuitNow | CommandId::Suspend | CommandId::Redraw) {
                self.wrong(
                    &text.span(),
                    format!("{name} works while a text is typed, too, and `{key}` would be missing there; take one with ctrl-"),
                );
            } else {
                places.insert((id, key), text.span());
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        keys
    }
}
