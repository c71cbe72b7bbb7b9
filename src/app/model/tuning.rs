//! The editor of a table's sync settings, as it is looked at. It outlives its overlay, so that nothing typed is lost.

use std::collections::BTreeSet;

use tui_input::Input;

use crate::warehouse::consent::Consent;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::replies::CandidateFields;
use crate::warehouse::settings::SyncType;
use crate::warehouse::survey::FullSchema;
use crate::warehouse::text::Foreign;
use crate::warehouse::tuning::{Besides, Current, Draft, Drift, Offer, Refusal, Setting, Value, Way};

/// The editor of one table.
#[derive(Debug)]
pub struct Tuning {
    /// The table.
    pub id: SchemaId,
    /// Its name.
    pub name: Foreign,
    /// What is going on.
    pub phase: Phase,
    /// What is wanted; `None` until the table was read.
    pub draft: Option<Draft>,
    /// What was read of it so far.
    pub read: Reading,
    /// Which setting the cursor is on.
    pub cursor: usize,
    /// Which way to go on the cursor is on, in the preview.
    pub way: usize,
    /// First line of the preview.
    pub scroll: usize,
    /// Whether the webhook that nobody needs any more is unregistered.
    pub unregister: bool,
    /// What was consented to, in this preview and no other.
    pub consents: Vec<Consent>,
    /// What the server refused.
    pub refused: Vec<Refusal>,
    /// What is to be wanted once the table was read: the way back of an earlier change.
    pub presets: Option<Vec<(Setting, Value)>>,
    /// Whether it takes the last change back.
    pub undoes: bool,
}

/// What was read of a table so far.
#[derive(Debug, Default)]
pub struct Reading {
    /// The table.
    pub full: Option<Box<FullSchema>>,
    /// What may be chosen.
    pub found: Option<Box<CandidateFields>>,
}

/// What is going on in the editor.
#[derive(Debug)]
pub enum Phase {
    /// The table is read.
    Reading,
    /// It could not be read.
    Unread(String),
    /// It does not exist any more.
    Gone,
    /// The settings are looked at.
    Looking,
    /// One of several values is chosen.
    Choosing(Choosing),
    /// A value is typed.
    Typing(Setting, Input),
    /// What would be sent is looked at.
    Preview,
    /// The table is read once more, right before sending.
    Checking,
    /// It has changed meanwhile: whose value counts?
    Drifted(Vec<Drift>, Box<Current>),
    /// It is running: wait, or cancel first?
    Running,
    /// It is applied once the run has ended.
    Waiting,
}

/// A value being chosen.
#[derive(Debug)]
pub struct Choosing {
    /// Of which setting.
    pub setting: Setting,
    /// What can be chosen.
    pub offers: Vec<Offer>,
    /// Where the cursor is.
    pub cursor: usize,
    /// Which are picked, where several can be.
    pub picked: BTreeSet<usize>,
}

impl Tuning {
    /// The editor of a table that is being read.
    #[must_use]
    pub fn new(id: SchemaId, name: Foreign) -> Self {
        Self {
            id,
            name,
            phase: Phase::Reading,
            draft: None,
            read: Reading::default(),
            cursor: 0,
            way: 0,
            scroll: 0,
            unregister: false,
            consents: Vec::new(),
            refused: Vec::new(),
            presets: None,
            undoes: false,
        }
    }

    /// The setting with the cursor.
    #[must_use]
    pub fn setting(&self) -> Setting {
        Setting::ALL[self.cursor.min(Setting::ALL.len() - 1)]
    }

    /// What may follow the change.
    #[must_use]
    pub fn ways(&self) -> Vec<Way> {
        self.draft.as_ref().map(Draft::ways).unwrap_or_default()
    }

    /// What is to follow it.
    #[must_use]
    pub fn chosen_way(&self) -> Way {
        let ways = self.ways();
        ways.get(self.way).or(ways.first()).copied().unwrap_or(Way::Only)
    }

    /// What is done besides the change, where no run is in its way.
    #[must_use]
    pub fn besides(&self) -> Besides {
        Besides { cancel_first: false, way: self.chosen_way(), unregister: self.unregister }
    }

    /// Whether the vendor pushes to it, as it is now.
    #[must_use]
    pub fn has_webhook(&self) -> bool {
        self.draft.as_ref().is_some_and(|draft| draft.now().values.method() == Some(SyncType::Webhook))
    }

    /// Whether anything is to be changed.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.draft.as_ref().is_some_and(|draft| draft.changed().next().is_some())
    }

    /// Whether it will send the change without another key: once a run has ended, or the table was read once more.
    #[must_use]
    pub fn goes_on_by_itself(&self) -> bool {
        matches!(self.phase, Phase::Waiting | Phase::Checking)
    }

    /// What is refused of a setting: by the server, else by its rules.
    #[must_use]
    pub fn refusal(&self, setting: Setting) -> Option<String> {
        let of = |all: &[Refusal]| all.iter().find(|one| one.setting == Some(setting)).map(|one| one.why.clone());
        of(&self.refused).or_else(|| of(&self.draft.as_ref()?.refusals()))
    }

    /// Takes up what was read: as it is, or under the wishes there are.
    pub fn take_up(&mut self, fresh: Current) {
        let mut draft = match self.draft.take() {
            Some(draft) => draft.rebased(fresh),
            None => Draft::new(fresh),
        };
        for (setting, value) in self.presets.take().unwrap_or_default() {
            // What the earlier method does without stays as it is.
            if draft.bars(setting).is_none() {
                draft.set(setting, value);
            }
        }
        self.draft = Some(draft);
    }
}

impl Choosing {
    /// The values of a setting, with the cursor on the one that is wanted now.
    #[must_use]
    pub fn new(setting: Setting, draft: &Draft) -> Self {
        let offers = draft.offers(setting);
        let wanted = draft.get(setting);
        let is_in = |offer: &Offer| match (wanted, &offer.value) {
            (Value::Names(wanted), Value::Names(one)) => one.iter().all(|name| wanted.contains(name)),
            // No choice of columns is all of them.
            (Value::Nothing, Value::Names(_)) => setting == Setting::Columns,
            (Value::Column(wanted, _), Value::Column(one, _)) => wanted == one,
            (wanted, value) => wanted == value,
        };
        let picked: BTreeSet<usize> =
            offers.iter().enumerate().filter(|(_, offer)| is_in(offer)).map(|(place, _)| place).collect();
        let cursor = picked.first().copied().unwrap_or(0);
        Self { setting, offers, cursor, picked }
    }

    /// Whether several can be picked.
    #[must_use]
    pub fn takes_several(&self) -> bool {
        Draft::takes_several(self.setting)
    }

    /// What was chosen; `None` where the cursor is on nothing.
    #[must_use]
    pub fn value(&self) -> Option<Value> {
        if !self.takes_several() {
            return self.offers.get(self.cursor).map(|offer| offer.value.clone());
        }
        let each = self.picked.iter().filter_map(|place| self.offers.get(*place));
        let names: Vec<Foreign> = each
            .filter_map(|offer| match &offer.value {
                Value::Names(names) => Some(names.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        let all = self.picked.len() == self.offers.len() && self.setting == Setting::Columns;
        let none = names.is_empty() && self.setting == Setting::Keys;
        Some(if all || none { Value::Nothing } else { Value::Names(names) })
    }
}
