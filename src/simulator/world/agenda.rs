//! What will happen by itself, in order of time.

use std::collections::BTreeMap;

use super::Address;
use crate::simulator::moment::Moment;

/// Something that happens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The schedule of a table fires. Outdated when the table's schedule was set anew since.
    Due {
        /// The table.
        at: Address,
        /// Which setting of the schedule this belongs to.
        generation: u32,
    },
    /// A requested run begins, unless it is swallowed (contract, section 8.3).
    Start {
        /// The table.
        at: Address,
        /// Whether a person or a program asked, rather than the schedule.
        manual: bool,
    },
    /// A run reaches its end. Outdated when the run was stopped before.
    Finish {
        /// The table.
        at: Address,
        /// The run.
        run: u64,
    },
    /// A stop that was asked for takes hold.
    Stop {
        /// The table.
        at: Address,
        /// The run.
        run: u64,
        /// The error text the run ends with.
        reason: &'static str,
    },
}

/// The future, earliest first; what is due at the same moment happens in the order it was put in.
#[derive(Debug, Default)]
pub struct Agenda {
    entries: BTreeMap<(Moment, u64), Event>,
    serial: u64,
}

impl Agenda {
    /// Adds an event.
    pub fn put(&mut self, at: Moment, event: Event) {
        self.serial += 1;
        self.entries.insert((at, self.serial), event);
    }

    /// Takes out the earliest event that is due at `now`.
    pub fn take_due(&mut self, now: Moment) -> Option<(Moment, Event)> {
        let earliest = self.entries.first_entry()?;
        let at = earliest.key().0;
        (at <= now).then(|| (at, earliest.remove()))
    }
}
