//! The keys of commands, as a user wants them.

use std::collections::HashMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::mistake::position;
use super::reader::{Reader, Value};
use super::words::{did_you_mean, kind, shown};
use crate::app::commands::keymap::{Bindings, Clash, Keymap, Preset};
use crate::app::commands::surface::Surface;
use crate::app::commands::{COMMANDS, Command, CommandId, command};
use crate::app::key::Sequence;

/// The table of keys that hold on one surface only.
const IN: &str = "in";

/// Where each key of each command stands, and for which surface.
type Places = HashMap<(Option<Surface>, CommandId, Sequence), Range<usize>>;

/// The keys of one command, where they are read.
struct Entry {
    surface: Option<Surface>,
    row: &'static Command,
}

impl Reader<'_> {
    /// Reads the keys a user wants; the preset of the settings says what they are laid over.
    pub(super) fn keys(&mut self, table: &DeTable, preset: Preset) -> (Keymap, Bindings) {
        let (mut wanted, mut places) = (Bindings::default(), Places::new());
        for (name, value) in table {
            let named = name.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(surfaces) if named == IN => self.surfaces(surfaces, &mut wanted, &mut places),
                DeValue::Table(_) if Surface::named(named).is_some() => {
                    self.wrong(&name.span(), format!("the keys of one screen stand in [keys.{IN}.{named}]"));
                }
                _ if named == IN => {
                    let found = kind(value.get_ref());
                    let message =
                        format!("`keys.{IN}` has a table for each screen, as [keys.{IN}.logs], and is not {found}");
                    self.wrong(&value.span(), message);
                }
                _ => {
                    if let Some(row) = self.row(name) {
                        let keys = self.keys_of(&Entry { surface: None, row }, value, &mut places);
                        wanted.general.push((row.id, keys));
                    }
                }
            }
        }
        let under = Keymap::of(preset);
        match under.rebound(&wanted) {
            Ok(keymap) => {
                if let Some((_, value)) = table.get_key_value("quit").or_else(|| table.get_key_value("quit-now"))
                    && [CommandId::Quit, CommandId::QuitNow].into_iter().all(|id| keymap.keys(id).is_empty())
                {
                    self.wrong(
                        &value.span(),
                        "neither `quit` nor `quit-now` has a key, so that there is no way out".to_owned(),
                    );
                }
                (keymap, wanted)
            }
            Err(clashes) => {
                for clash in clashes {
                    self.clash(&clash, preset, &places);
                }
                (under, wanted)
            }
        }
    }

    fn row(&mut self, name: &toml::Spanned<std::borrow::Cow<str>>) -> Option<&'static Command> {
        let row = COMMANDS.iter().find(|command| command.name == name.get_ref().as_ref());
        if row.is_none() {
            let meant = did_you_mean(name.get_ref(), COMMANDS.iter().map(|command| command.name));
            self.wrong(&name.span(), format!("there is no command `{}`{meant}", shown(name.get_ref())));
        }
        row
    }

    fn surfaces(&mut self, table: &DeTable, wanted: &mut Bindings, places: &mut Places) {
        for (name, value) in table {
            let Some(surface) = Surface::named(name.get_ref()) else {
                let meant = did_you_mean(name.get_ref(), Surface::ALL.iter().map(|surface| surface.name()));
                let all = || format!("; there are {}", Surface::ALL.map(Surface::name).join(", "));
                let meant = if meant.is_empty() { all() } else { meant };
                let found = shown(name.get_ref());
                self.wrong(&name.span(), format!("there is no screen `{found}` with keys of its own{meant}"));
                continue;
            };
            let Some(own) = self.table(value, &format!("keys.{IN}.{}", surface.name())).cloned() else { continue };
            for (name, value) in &own {
                let Some(row) = self.row(name) else { continue };
                if CommandId::EVERYWHERE.contains(&row.id) {
                    self.wrong(
                        &name.span(),
                        format!("{} works everywhere, and has the same keys everywhere", row.name),
                    );
                } else if !surface.understands(row.id) {
                    self.wrong(&name.span(), format!("{} means nothing in {}", row.name, surface.words()));
                } else {
                    let keys = self.keys_of(&Entry { surface: Some(surface), row }, value, places);
                    wanted.own.push((surface, row.id, keys));
                }
            }
        }
    }

    /// Tells of a clash where one of its keys stands, the later one if both do.
    fn clash(&mut self, clash: &Clash, preset: Preset, places: &Places) {
        let place = |(id, keys): &(CommandId, Sequence)| {
            let here = clash.surface.and_then(|surface| places.get(&(Some(surface), *id, keys.clone())));
            here.or_else(|| places.get(&(None, *id, keys.clone())))
        };
        // What begins a sequence is not written there as such.
        let [one, other] = [&clash.claims[0], &clash.claims[1]].map(|claim| (claim, place(claim)));
        let ((first, first_at), (_, Some(span))) = (match (&one.1, &other.1) {
            (Some(at), Some(span)) if span.start < at.start => (other, one),
            (_, Some(_)) => (one, other),
            (_, None) => (other, one),
        }) else {
            // Nothing clashes in a preset; a test proves it.
            return;
        };
        let name = command(first.0).name;
        let from = first_at.map_or_else(
            || owned(clash, first, preset),
            |at| format!("{name} in line {}", position(self.text, at.start).0),
        );
        let sentence = if clash.claims[0].1 == clash.claims[1].1 {
            // The one that is told of comes first.
            let [one, other] = &clash.claims;
            let order = if first == one { [other.clone(), one.clone()] } else { [one.clone(), other.clone()] };
            Clash { surface: clash.surface, claims: order }.sentence()
        } else {
            clash.sentence()
        };
        self.wrong(&span.clone(), format!("{sentence}: {from}"));
    }

    fn keys_of(&mut self, entry: &Entry, value: &Value, places: &mut Places) -> Vec<Sequence> {
        let texts: Vec<&Value> = match value.get_ref() {
            DeValue::Array(list) => list.iter().collect(),
            _ => vec![value],
        };
        let name = entry.row.name;
        let mut all = Vec::new();
        for text in texts {
            let Some(written) = text.get_ref().as_str() else {
                let found = kind(text.get_ref());
                self.wrong(&text.span(), format!("the keys of {name} are a text or a list of texts, not {found}"));
                continue;
            };
            let Some(keys) = Sequence::parse(written) else {
                let meant = Sequence::meant(written).filter(|keys| keys.reaches_us().is_ok());
                let meant = meant.map(|keys| format!("; did you mean `{keys}`?")).unwrap_or_default();
                self.wrong(&text.span(), format!("`{}` (for {name}) is not a key{meant}", shown(written)));
                continue;
            };
            if let Err(why) = unfit(entry, &keys) {
                self.wrong(&text.span(), why);
            } else {
                places.insert((entry.surface, entry.row.id, keys.clone()), text.span());
                if !all.contains(&keys) {
                    all.push(keys);
                }
            }
        }
        all
    }
}

/// Who has a key that the file does not name, and how to go on.
fn owned(clash: &Clash, owner: &(CommandId, Sequence), preset: Preset) -> String {
    let by = match preset {
        Preset::Default => "by default".to_owned(),
        preset => format!("in the {} keys", preset.name()),
    };
    let name = command(owner.0).name;
    let other = if owner == &clash.claims[0] { &clash.claims[1] } else { &clash.claims[0] };
    if other.1.begins(&owner.1) {
        // It may begin many more.
        format!("{name} has that {by} (choose another key for {})", command(other.0).name)
    } else {
        format!("{name} has it {by} (give {name} another key, or `{name} = []`)")
    }
}

/// Whether keys can lead to a command there.
fn unfit(entry: &Entry, keys: &Sequence) -> Result<(), String> {
    let name = entry.row.name;
    keys.reaches_us().map_err(|why| match keys.single() {
        Some(key) => why.replacen(&format!("`{key}` "), &format!("`{key}` (for {name}) "), 1),
        None => format!("{why} (for {name})"),
    })?;
    if CommandId::EVERYWHERE.contains(&entry.row.id) {
        match keys.single() {
            None => return Err(format!("{name} works while a text is typed, too, and so takes one key, not `{keys}`")),
            Some(key) if key.is_typing() => {
                return Err(format!(
                    "{name} works while a text is typed, too, and `{key}` would be missing there; take one with ctrl-"
                ));
            }
            Some(_) => {}
        }
    }
    match (entry.surface, keys.keys().first()) {
        (Some(surface), Some(first)) if surface.keeps(*first) => {
            Err(format!("`{first}` has a meaning of its own in {}; choose another for {name}", surface.words()))
        }
        _ => Ok(()),
    }
}
