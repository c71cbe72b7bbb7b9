//! The world behind the API: a pure state machine that is moved to a given time and asked or told things.
//!
//! It reads no clock and does no input or output. Whatever happens by itself (a schedule fires, a run
//! ends, a cancellation takes hold) is an entry of the [agenda](agenda), so that the same seed and the
//! same requests at the same times give the same world.

mod actions;
mod agenda;
mod cdc;
mod discovery;
mod faults;
pub mod history;
mod job;
pub mod patch_source;
pub mod patch_table;
pub mod render;
mod runs;
mod source;
mod table;
mod webhook;

use std::collections::HashMap;
use std::time::Duration;

use super::moment::Moment;
use super::random::Random;
use agenda::Agenda;

pub use actions::Cancelled;
pub use agenda::Event;
pub use cdc::{Cdc, NoRepair};
pub use faults::{Cure, Fault};
pub use job::{Job, JobStatus, Progress};
pub use patch_table::Invalid;
pub use source::{Overlay, Source, USER};
pub use table::{Column, Run, Settings, Table};
pub use webhook::{Registered, Webhook};

/// Where a table is: the positions of its source in the world and of itself in the source. Positions
/// never change, since deletion only marks (the server's is soft, too).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// Position of the source.
    pub source: usize,
    /// Position of the table in its source.
    pub table: usize,
}

/// How quickly the world reacts, in simulated time.
#[derive(Clone, Debug)]
pub struct Tempo {
    /// From an accepted request to the job it creates.
    pub start: (Duration, Duration),
    /// From an accepted cancellation to its effect.
    pub cancel: (Duration, Duration),
    /// The first gap after five failures in a row; it doubles with each further failure.
    pub spacing: Duration,
    /// The longest gap.
    pub longest_spacing: Duration,
}

impl Default for Tempo {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            start: (seconds(1), seconds(2)),
            cancel: (seconds(2), seconds(5)),
            spacing: seconds(600),
            longest_spacing: seconds(3600),
        }
    }
}

/// Everything the simulated server knows of one project.
#[derive(Debug)]
pub struct World {
    /// The present.
    now: Moment,
    sources: Vec<Source>,
    addresses: HashMap<String, Address>,
    source_positions: HashMap<String, usize>,
    agenda: Agenda,
    random: Random,
    /// How quickly it reacts.
    pub tempo: Tempo,
    /// Whether lists show what they show by turns.
    turned: bool,
}

impl World {
    /// An empty world at a given time.
    #[must_use]
    pub fn new(now: Moment, random: Random, tempo: Tempo) -> Self {
        Self {
            now,
            sources: Vec::new(),
            addresses: HashMap::new(),
            source_positions: HashMap::new(),
            agenda: Agenda::default(),
            random,
            tempo,
            turned: false,
        }
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.now
    }

    /// Lets everything happen that is due until `now`, in order. Time never goes back.
    pub fn advance_to(&mut self, now: Moment) {
        while let Some((at, event)) = self.agenda.take_due(now) {
            self.now = self.now.max(at);
            self.happen(event);
        }
        self.now = self.now.max(now);
    }

    /// Adds a source with its tables and puts their schedules and runs in progress on the agenda.
    pub fn add_source(&mut self, source: Source) {
        let position = self.sources.len();
        self.source_positions.insert(source.id.clone(), position);
        for (table, entry) in source.tables.iter().enumerate() {
            self.addresses.insert(entry.id.clone(), Address { source: position, table });
        }
        self.sources.push(source);
        for table in 0..self.sources[position].tables.len() {
            self.put_on_agenda(Address { source: position, table });
        }
    }

    /// The sources that were not deleted, oldest first.
    pub fn sources(&self) -> impl DoubleEndedIterator<Item = &Source> {
        self.sources.iter().filter(|source| !source.deleted)
    }

    /// The positions of the sources that were not deleted, in the order of lists.
    #[must_use]
    pub fn newest_first(&self) -> Vec<usize> {
        (0..self.sources.len()).rev().filter(|&position| !self.sources[position].deleted).collect()
    }

    /// The position of a source by its id.
    #[must_use]
    pub fn find_source(&self, id: &str) -> Option<usize> {
        self.source_positions.get(id).copied().filter(|&position| !self.sources[position].deleted)
    }

    /// The place of a table by its id.
    #[must_use]
    pub fn find_table(&self, id: &str) -> Option<Address> {
        let address = self.addresses.get(id).copied()?;
        let source = &self.sources[address.source];
        (!source.deleted && !source.tables[address.table].deleted).then_some(address)
    }

    /// A source, to read.
    #[must_use]
    pub fn source(&self, position: usize) -> &Source {
        &self.sources[position]
    }

    /// A table, to read.
    #[must_use]
    pub fn table(&self, at: Address) -> &Table {
        &self.sources[at.source].tables[at.table]
    }

    /// A source, to change: what was rendered of it is forgotten.
    pub fn source_mut(&mut self, position: usize) -> &mut Source {
        let source = &mut self.sources[position];
        source.rendered = render::Rendered::default();
        source
    }

    fn table_mut(&mut self, at: Address) -> &mut Table {
        &mut self.source_mut(at.source).tables[at.table]
    }

    fn put(&mut self, delay: Duration, event: Event) {
        self.agenda.put(self.now.plus(delay), event);
    }
}
