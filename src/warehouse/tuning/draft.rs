//! What is wanted of a table, and how that stands to a later reading of it.

use super::choices::suggested_cursor;
use super::{Current, Setting, Value, Values};
use crate::warehouse::settings::SyncType;

/// What is wanted of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub(super) now: Current,
    pub(super) wanted: Values,
}

/// A setting that has changed at the server since it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Which.
    pub setting: Setting,
    /// As it was read first.
    pub was: Value,
    /// As it is now.
    pub is: Value,
    /// As it is wanted.
    pub yours: Value,
}

impl Draft {
    /// Nothing but what is.
    #[must_use]
    pub fn new(now: Current) -> Self {
        let wanted = now.values.clone();
        Self { now, wanted }
    }

    /// The table as it is.
    #[must_use]
    pub fn now(&self) -> &Current {
        &self.now
    }

    /// What was found out about it since.
    pub fn learn(&mut self, learn: impl FnOnce(&mut Current)) {
        learn(&mut self.now);
    }

    /// All settings as they are wanted.
    #[must_use]
    pub fn wanted(&self) -> &Values {
        &self.wanted
    }

    /// A setting as it is wanted.
    #[must_use]
    pub fn get(&self, setting: Setting) -> &Value {
        self.wanted.get(setting)
    }

    /// Wants something else of a setting. One that the server does not tell cannot be changed.
    pub fn set(&mut self, setting: Setting, value: Value) {
        if *self.now.values.get(setting) == Value::Unknown {
            return;
        }
        let value = match value {
            Value::Filters(filters) => Value::Filters(self.now.fitted(filters)),
            value => value,
        };
        let method = setting == Setting::Method && value != *self.get(Setting::Method);
        self.wanted.set(setting, value);
        if method {
            self.complete();
        }
    }

    /// A method needs settings of its own: what is missing is suggested, and what the last suggestion was for is
    /// taken back.
    fn complete(&mut self) {
        for setting in [Setting::Cursor, Setting::Keys] {
            self.wanted.set(setting, self.now.values.get(setting).clone());
        }
        let reads_on = matches!(self.wanted.method(), Some(SyncType::Incremental | SyncType::Append));
        if reads_on && self.wanted.cursor().is_none() {
            let best = suggested_cursor(&self.now.found);
            self.set(Setting::Cursor, best.unwrap_or(Value::Nothing));
        }
        let keyed = matches!(self.wanted.method(), Some(SyncType::Incremental | SyncType::Cdc | SyncType::Xmin));
        if let Some(keys) = self.now.found.detected_keys.known().filter(|keys| !keys.is_empty() && keyed)
            && self.wanted.keys().is_empty()
        {
            self.set(Setting::Keys, Value::Names(keys.clone()));
        }
    }

    /// Takes a change back.
    pub fn restore(&mut self, setting: Setting) {
        self.set(setting, self.now.values.get(setting).clone());
    }

    /// Whether a setting is to be changed.
    #[must_use]
    pub fn changes(&self, setting: Setting) -> bool {
        self.wanted.get(setting) != self.now.values.get(setting)
    }

    /// The settings that are to be changed.
    pub fn changed(&self) -> impl Iterator<Item = Setting> {
        Setting::ALL.into_iter().filter(|setting| self.changes(*setting))
    }

    /// What has changed at the server since, as far as this reading of it tells.
    #[must_use]
    pub fn drift(&self, fresh: &Current) -> Vec<Drift> {
        let moved = Setting::ALL.into_iter().filter(|setting| self.now.differs(fresh, *setting));
        moved
            .map(|setting| Drift {
                setting,
                was: self.now.values.get(setting).clone(),
                is: fresh.values.get(setting).clone(),
                yours: self.get(setting).clone(),
            })
            .collect()
    }

    /// The same wishes, of the table as it is now.
    #[must_use]
    pub fn rebased(&self, fresh: Current) -> Self {
        let mut draft = Self::new(fresh);
        for setting in self.changed() {
            if *draft.now.values.get(setting) != Value::Unknown {
                draft.wanted.set(setting, self.get(setting).clone());
            }
        }
        draft
    }

    /// The wishes that have nothing to do with what has changed meanwhile, of the table as it is now.
    #[must_use]
    pub fn yielding(&self, fresh: Current) -> Self {
        let moved: Vec<Setting> = self.drift(&fresh).into_iter().map(|drift| drift.setting).collect();
        let mut draft = self.rebased(fresh);
        for setting in moved {
            draft.wanted.set(setting, draft.now.values.get(setting).clone());
        }
        draft
    }
}
