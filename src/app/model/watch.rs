//! Tables that are watched: the end of each of their runs is announced, wherever one looks meanwhile.

use jiff::Timestamp;
use std::collections::BTreeMap;

use crate::warehouse::field::Field;
use crate::warehouse::ids::{JobId, SchemaId};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::runs::Runs;
use crate::warehouse::state::{Severity, State};

/// How an end is announced beside the notice on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alerts {
    /// In the title of the terminal.
    pub title: bool,
    /// By the bell.
    pub bell: bool,
    /// By a notification of the desktop (OSC 9).
    pub desktop: bool,
}

impl Default for Alerts {
    fn default() -> Self {
        Self { title: true, bell: true, desktop: true }
    }
}

/// The watched tables.
#[derive(Clone, Debug, Default)]
pub struct Watches {
    tables: BTreeMap<SchemaId, Watch>,
    /// Whether something was announced that nobody has reacted to yet.
    pub unnoticed: bool,
}

/// A watched table.
#[derive(Clone, Debug)]
pub struct Watch {
    /// What it is called, for when it is gone.
    pub name: String,
    /// How it was seen last.
    pub seen: Seen,
}

/// How a table was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    state: State,
    synced: Option<Timestamp>,
    /// Its newest job that has ended.
    ended: Option<JobId>,
}

impl Seen {
    /// How a table is seen now; `None`: not at all.
    #[must_use]
    pub fn of(inventory: &Inventory, table: &SchemaId) -> Option<Self> {
        let (_, schema, state) = inventory.schema(table)?;
        let newest = inventory.runs(table).and_then(Runs::newest_ended);
        let synced = match schema.last_synced_at {
            Field::Known(at) => Some(at),
            Field::Null | Field::Unknown => None,
        };
        Some(Self { state, synced, ended: newest.map(|job| job.id.clone()) })
    }

    fn moves(&self) -> bool {
        self.state.severity() == Severity::Moving || self.state.claims_to_run()
    }

    /// Whether a run has ended since it was seen like that.
    #[must_use]
    pub fn has_ended_since(&self, before: &Self) -> bool {
        let synced = before.synced.is_some() && self.synced > before.synced;
        let another = before.ended.is_some() && self.ended != before.ended;
        let broke = self.state != before.state && self.state.severity() == Severity::Broken;
        !self.moves() && (before.moves() || synced || another || broke)
    }
}

impl Watches {
    /// Whether a table is watched.
    #[must_use]
    pub fn has(&self, table: &SchemaId) -> bool {
        self.tables.contains_key(table)
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&SchemaId, &Watch)> {
        self.tables.iter()
    }

    /// Watches a table.
    pub fn begin(&mut self, table: SchemaId, watch: Watch) {
        self.tables.insert(table, watch);
    }

    /// Watches it no more.
    pub fn end(&mut self, table: &SchemaId) -> Option<Watch> {
        self.tables.remove(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(state: State, synced: i64, ended: &str) -> Seen {
        Seen { state, synced: Timestamp::from_second(synced).ok(), ended: Some(JobId::new(ended)) }
    }

    #[test]
    fn an_end_is_one_whether_or_not_the_run_was_seen() {
        let before = seen(State::Completed, 0, "a");
        for (now, ended) in [
            (seen(State::Completed, 0, "a"), false),
            (seen(State::Running, 0, "a"), false),
            (seen(State::Completed, 9, "a"), true),
            (seen(State::Completed, 0, "b"), true),
            (seen(State::Failed, 0, "a"), true),
            (seen(State::Stale, 0, "a"), false),
            (seen(State::Running, 9, "b"), false),
        ] {
            assert_eq!(now.has_ended_since(&before), ended, "{now:?}");
        }
        let running = seen(State::Running, 0, "a");
        assert!(seen(State::Completed, 0, "a").has_ended_since(&running));
        assert!(seen(State::Cancelled, 0, "a").has_ended_since(&running));
        assert!(!seen(State::Slow, 0, "a").has_ended_since(&running));
        assert!(!seen(State::Stuck, 0, "a").has_ended_since(&running), "it still claims to run");
    }
}
