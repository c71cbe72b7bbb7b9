//! Which keys mean which command.

mod bindings;
mod preset;

use std::collections::{BTreeMap, HashMap, HashSet};

pub use bindings::{Bindings, Mistake};
pub use preset::Preset;

use super::surface::Surface;
use super::{COMMANDS, CommandId};
use crate::app::key::{Key, Sequence};

/// The default keys, as users would write them.
pub const DEFAULTS: &str = include_str!("../../../assets/keymap.toml");

/// Keys of all commands.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    preset: Preset,
    general: Table,
    /// Those surfaces that have keys of their own, with the commands that have them there.
    own: BTreeMap<Surface, (Table, Vec<CommandId>)>,
}

/// What keys lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// This command.
    Command(CommandId),
    /// More keys have to follow.
    Begins,
    /// Nothing.
    Nothing,
}

/// Two commands that cannot have the keys they claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Where; `None` where it is not about the keys of one surface.
    pub surface: Option<Surface>,
    /// Who claims what. Either both claim the same, or what the first one claims begins what the second one claims.
    pub claims: [(CommandId, Sequence); 2],
}

impl Clash {
    /// What is wrong, without the reason.
    #[must_use]
    pub fn sentence(&self) -> String {
        let [(one, begins), (other, keys)] = &self.claims;
        let (one, other) = (super::command(*one).name, super::command(*other).name);
        let place = self.surface.map(|surface| format!("in {}, ", surface.words())).unwrap_or_default();
        if begins == keys {
            format!("{place}the key `{keys}` is claimed by both {one} and {other}")
        } else {
            format!("{place}the key `{begins}` of {one} also begins `{keys}` of {other}, and cannot be both")
        }
    }
}

/// The keys that hold somewhere.
#[derive(Clone, Debug, Default)]
struct Table {
    found: HashMap<Vec<Key>, Found>,
    keys: HashMap<CommandId, Vec<Sequence>>,
}

impl Table {
    /// Makes it of these keys. Clashes among those that are not new are told elsewhere.
    fn new(
        keys: HashMap<CommandId, Vec<Sequence>>,
        surface: Option<Surface>,
        is_new: impl Fn(CommandId) -> bool,
    ) -> (Self, Vec<Clash>) {
        let mut owners: HashMap<Vec<Key>, CommandId> = HashMap::new();
        let mut clashes = Vec::new();
        let all = || COMMANDS.iter().flat_map(|row| keys.get(&row.id).into_iter().flatten().map(|keys| (row.id, keys)));
        let mut clash = |one: (CommandId, Sequence), other: (CommandId, Sequence)| {
            if is_new(one.0) || is_new(other.0) {
                clashes.push(Clash { surface, claims: [one, other] });
            }
        };
        // In the order of the table, so that the same mistake is told in the same way every time.
        for (id, sequence) in all() {
            let owner = *owners.entry(sequence.keys().to_vec()).or_insert(id);
            if owner != id {
                clash((owner, sequence.clone()), (id, sequence.clone()));
            }
        }
        let mut found: HashMap<Vec<Key>, Found> =
            owners.iter().map(|(keys, id)| (keys.clone(), Found::Command(*id))).collect();
        let mut told = HashSet::new();
        for (id, sequence) in all() {
            for length in 1..sequence.keys().len() {
                let begin = &sequence.keys()[..length];
                match owners.get(begin) {
                    // Once is enough for all that it begins.
                    Some(_) if !told.insert(begin) => {}
                    Some(owner) => clash((*owner, Sequence::of(begin)), (id, sequence.clone())),
                    None => drop(found.insert(begin.to_vec(), Found::Begins)),
                }
            }
        }
        (Self { found, keys }, clashes)
    }

    fn keys(&self, command: CommandId) -> &[Sequence] {
        self.keys.get(&command).map_or(&[], Vec::as_slice)
    }
}

impl Keymap {
    /// The keys that come with the program.
    #[must_use]
    pub fn defaults() -> Self {
        Self::of(Preset::Default)
    }

    /// The keys of a preset.
    #[must_use]
    pub fn of(preset: Preset) -> Self {
        // A test proves that all files are free of mistakes.
        let laid = |under: &Self, text| Bindings::read(text).ok().and_then(|keys| under.rebound(&keys).ok());
        let defaults = laid(&Self::default(), DEFAULTS).unwrap_or_default();
        let keymap = preset.differences().and_then(|text| laid(&defaults, text)).unwrap_or(defaults);
        Self { preset, ..keymap }
    }

    /// The same with other keys for some commands: those given take the place of all a command had there.
    ///
    /// # Errors
    /// All keys that two commands claim, and all that begin others. Keys that a command has from before are claimed,
    /// too, but those of one surface go before the general ones.
    pub fn rebound(&self, wanted: &Bindings) -> Result<Self, Vec<Clash>> {
        let mut keys = self.general.keys.clone();
        keys.extend(wanted.general.iter().cloned());
        let (general, mut clashes) = Table::new(keys, None, |_| true);
        let mut stated: BTreeMap<Surface, HashMap<CommandId, Vec<Sequence>>> = BTreeMap::new();
        for (surface, (table, commands)) in &self.own {
            let kept = commands.iter().map(|id| (*id, table.keys(*id).to_vec()));
            stated.entry(*surface).or_default().extend(kept);
        }
        for (surface, id, keys) in &wanted.own {
            stated.entry(*surface).or_default().insert(*id, keys.clone());
        }
        let mut own = BTreeMap::new();
        for (surface, stated) in stated {
            let mut keys = general.keys.clone();
            for taken in keys.values_mut() {
                taken.retain(|sequence| !stated.values().any(|own| own.contains(sequence)));
            }
            let commands: Vec<CommandId> =
                COMMANDS.iter().map(|row| row.id).filter(|id| stated.contains_key(id)).collect();
            keys.extend(stated);
            let (table, more) = Table::new(keys, Some(surface), |id| commands.contains(&id));
            clashes.extend(more);
            own.insert(surface, (table, commands));
        }
        if clashes.is_empty() { Ok(Self { preset: self.preset, general, own }) } else { Err(clashes) }
    }

    /// Which keys it was made of.
    #[must_use]
    pub fn preset(&self) -> Preset {
        self.preset
    }

    fn table(&self, surface: Option<Surface>) -> &Table {
        surface.and_then(|surface| self.own.get(&surface)).map_or(&self.general, |(table, _)| table)
    }

    /// The command of a single key that holds wherever a surface has none of its own.
    #[must_use]
    pub fn command(&self, key: Key) -> Option<CommandId> {
        match self.general.found.get([key].as_slice()) {
            Some(Found::Command(id)) => Some(*id),
            _ => None,
        }
    }

    /// What keys lead to on a surface.
    #[must_use]
    pub fn find(&self, surface: Surface, keys: &[Key]) -> Found {
        self.table(Some(surface)).found.get(keys).copied().unwrap_or(Found::Nothing)
    }

    /// What may follow these keys on a surface: the keys that are left, and where they lead, in the order of the table.
    #[must_use]
    pub fn after(&self, surface: Surface, begun: &[Key]) -> Vec<(Sequence, CommandId)> {
        let table = self.table(Some(surface));
        let rest = |sequence: &Sequence| {
            let rest = sequence.keys().strip_prefix(begun).filter(|rest| !rest.is_empty());
            rest.map(Sequence::of)
        };
        let all = COMMANDS.iter().flat_map(|row| table.keys(row.id).iter().map(move |keys| (keys, row.id)));
        all.filter_map(|(keys, id)| rest(keys).map(|rest| (rest, id))).collect()
    }

    /// The general keys of a command, the most important first.
    #[must_use]
    pub fn keys(&self, command: CommandId) -> &[Sequence] {
        self.general.keys(command)
    }

    /// The keys of a command on a surface, the most important first.
    #[must_use]
    pub fn keys_on(&self, surface: Surface, command: CommandId) -> &[Sequence] {
        self.table(Some(surface)).keys(command)
    }

    /// The commands that have keys of their own on a surface.
    #[must_use]
    pub fn own(&self, surface: Surface) -> &[CommandId] {
        self.own.get(&surface).map_or(&[], |(_, commands)| commands.as_slice())
    }

    /// The first general key of a command, as text; empty when it has none.
    #[must_use]
    pub fn key(&self, command: CommandId) -> String {
        self.keys(command).first().map(Sequence::to_string).unwrap_or_default()
    }

    /// The first key of a command on a surface, as text; empty when it has none.
    #[must_use]
    pub fn key_on(&self, surface: Surface, command: CommandId) -> String {
        self.keys_on(surface, command).first().map(Sequence::to_string).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
