//! All sources and tables of the project as last read, with the state that was made of each.

mod changes;
mod channels;
mod closer;
mod gone;
mod learn;
mod reading;
mod titles;

use jiff::{SignedDuration, Timestamp};
use std::cell::OnceCell;

use super::ids::{SchemaId, SourceId};
use super::map::{Map, Set};
use super::runs::Runs;
use super::schema::{Schema, SchemaDetail};
use super::source::Source;
use super::state::{Circumstances, Claim, State, changes_from, state_of};
use super::tally::Tally;
use changes::Changes;
use channels::Channels;
use closer::CloserLook;
use gone::Gone;

pub use super::held::Held;

/// Where a table is held. Valid until the next change of the inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    source: u32,
    table: u32,
}

impl Spot {
    /// The place of its source among the sources, and its own among the tables of that.
    #[must_use]
    pub fn places(self) -> (usize, usize) {
        (self.source as usize, self.table as usize)
    }
}

/// A table went from one state to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The table.
    pub schema: SchemaId,
    /// Its state before.
    pub from: State,
    /// Its state now.
    pub to: State,
}

/// What the full form of a table told, and when.
#[derive(Clone, Debug)]
struct Detailed {
    told: SchemaDetail,
    read_at: Timestamp,
}

/// A full form and jobs that were read so shortly after each other belong to one look.
const SAME_LOOK: SignedDuration = SignedDuration::from_mins(1);

/// All that is known of a project.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    held: Vec<Held>,
    by_source: Map<SourceId, u32>,
    by_schema: Map<SchemaId, Spot>,
    details: Map<SchemaId, Detailed>,
    runs: Map<SchemaId, Runs>,
    claims: Map<SchemaId, Claim>,
    closer: Map<SchemaId, CloserLook>,
    channels: Map<SourceId, Channels>,
    /// Tables that an answer about several had no room for: they have to be asked about alone.
    crowded_out: Set<SchemaId>,
    /// When something was last asked about a table that is not asked again soon, whatever came of it.
    asked: Map<SchemaId, Timestamp>,
    reading: u64,
    /// Mostly empty.
    gone: Box<Gone>,
    changes: Changes,
    /// Whether sources came, went or are called otherwise since they were told apart.
    names_changed: bool,
    /// Whether sources, or what was made of them, are not what they were when that was asked last.
    sources_changed: bool,
    /// All tables counted, until something changes: every frame asks.
    counted: OnceCell<Tally>,
}

impl Inventory {
    /// All sources, in the order the server listed them.
    #[must_use]
    pub fn sources(&self) -> &[Held] {
        &self.held
    }

    /// One source.
    #[must_use]
    pub fn source(&self, id: &SourceId) -> Option<&Held> {
        self.held.get(*self.by_source.get(id)? as usize)
    }

    /// Where a table is held.
    #[must_use]
    pub fn spot(&self, id: &SchemaId) -> Option<Spot> {
        self.by_schema.get(id).copied()
    }

    /// The table at a spot, with its source and its state.
    #[must_use]
    pub fn at(&self, spot: Spot) -> Option<(&Held, &Schema, State)> {
        let held = self.held.get(spot.source as usize)?;
        let index = spot.table as usize;
        Some((held, held.source.schemas.get(index)?, *held.states.get(index)?))
    }

    /// One table, with its source and its state.
    #[must_use]
    pub fn schema(&self, id: &SchemaId) -> Option<(&Held, &Schema, State)> {
        self.at(self.spot(id)?)
    }

    /// The spots of one source's tables, or of all.
    pub fn spots(&self, only: Option<&SourceId>) -> impl Iterator<Item = Spot> {
        let only = only.map(|id| self.by_source.get(id).copied().unwrap_or(u32::MAX));
        let chosen = self.held.iter().enumerate().map(move |(source, held)| {
            let wanted = only.is_none_or(|wanted| wanted as usize == source);
            (source, if wanted { held.source.schemas.len() } else { 0 })
        });
        chosen.flat_map(|(source, count)| spots_of(source, count))
    }

    /// The spots of the tables of the source at a place.
    pub fn spots_of(&self, place: usize) -> impl Iterator<Item = Spot> + use<> {
        spots_of(place, self.held.get(place).map_or(0, |held| held.source.schemas.len()))
    }

    /// What has changed since this was asked last.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// Whether sources came or went, or are not what they were, since this was asked last.
    pub fn take_sources_changed(&mut self) -> bool {
        std::mem::take(&mut self.sources_changed)
    }

    /// What the full form of a table told, when it was read.
    #[must_use]
    pub fn detail(&self, id: &SchemaId) -> Option<&SchemaDetail> {
        self.details.get(id).map(|known| &known.told)
    }

    /// When the full form of a table was read.
    #[must_use]
    pub fn detail_read_at(&self, id: &SchemaId) -> Option<Timestamp> {
        self.details.get(id).map(|known| known.read_at)
    }

    /// What the jobs of a table told, when they were read.
    #[must_use]
    pub fn runs(&self, id: &SchemaId) -> Option<&Runs> {
        self.runs.get(id)
    }

    /// Whether this failure of a table was looked at closely: in its full form, and in its jobs where that was vague.
    #[must_use]
    pub fn looked_closely(&self, schema: &Schema) -> bool {
        self.closer.get(&schema.id).is_some_and(|look| look.holds_for(schema))
    }

    /// Whether an answer about several tables had no room for this one.
    #[must_use]
    pub fn was_crowded_out(&self, id: &SchemaId) -> bool {
        self.crowded_out.contains(id)
    }

    /// When this table was last asked about, where that was noted.
    #[must_use]
    pub fn asked_at(&self, id: &SchemaId) -> Option<Timestamp> {
        self.asked.get(id).copied()
    }

    /// Notes that something is being asked about a table.
    pub fn note_asked(&mut self, id: &SchemaId, now: Timestamp) {
        self.asked.insert(id.clone(), now);
    }

    /// All tables counted.
    #[must_use]
    pub fn tally(&self) -> Tally {
        *self.counted.get_or_init(|| self.count())
    }

    fn count(&self) -> Tally {
        self.held.iter().fold(Tally::default(), |sum, held| Tally {
            total: sum.total + held.tally.total,
            broken: sum.broken + held.tally.broken,
            switched_off: sum.switched_off + held.tally.switched_off,
            doubtful: sum.doubtful + held.tally.doubtful,
            moving: sum.moving + held.tally.moving,
            well: sum.well + held.tally.well,
            worst: [sum.worst, held.tally.worst].into_iter().flatten().min(),
        })
    }

    /// A table whose billing pause blocks every reload of the project, if there is one.
    #[must_use]
    pub fn billing_pause(&self) -> Option<(&Held, &Schema)> {
        // No state is worse.
        if self.tally().worst != Some(State::BillingPause) {
            return None;
        }
        let held = self.held.iter().find(|held| held.tally.worst == Some(State::BillingPause))?;
        let (schema, _) = held.tables().find(|(_, state)| *state == State::BillingPause)?;
        Some((held, schema))
    }

    /// The states of the tables of a source, and from when on time alone may change one of them.
    fn assess(&self, source: &Source, now: Timestamp) -> (Vec<State>, Option<Timestamp>) {
        let tables = source.schemas.iter().map(|schema| self.assess_table(source, schema, now));
        let (states, changes): (Vec<State>, Vec<Option<Timestamp>>) = tables.unzip();
        (states, changes.into_iter().flatten().min())
    }

    /// The state of a table, and from when on time alone may change it.
    fn assess_table(&self, source: &Source, schema: &Schema, now: Timestamp) -> (State, Option<Timestamp>) {
        let around = Circumstances {
            direct: source.direct,
            runs: self.runs.get(&schema.id),
            claim: self.claims.get(&schema.id).copied(),
            channel: self.channel_of(source, schema),
            now,
        };
        (state_of(schema, &around), changes_from(schema, &around))
    }

    /// Looks again at what may have changed by time alone.
    pub fn reassess_all(&mut self, now: Timestamp) -> Vec<Transition> {
        let due: Vec<usize> = (0..self.held.len()).filter(|index| self.held[*index].is_due(now)).collect();
        due.into_iter().flat_map(|index| self.reassess(index, now)).collect()
    }

    fn reassess(&mut self, index: usize, now: Timestamp) -> Vec<Transition> {
        let Some(held) = self.held.get(index) else { return Vec::new() };
        let (states, changes_from) = self.assess(&held.source, now);
        let tables = spots_of(index, states.len()).zip(held.tables()).zip(&states);
        let moved = tables.filter(|((_, (_, from)), to)| from != *to);
        let (spots, transitions): (Vec<Spot>, Vec<Transition>) = moved
            .map(|((spot, (schema, from)), to)| (spot, Transition { schema: schema.id.clone(), from, to: *to }))
            .unzip();
        if let Some(held) = self.held.get_mut(index) {
            held.changes_from = changes_from;
            if !spots.is_empty() {
                held.states = states;
                held.sum_up();
                self.sources_changed = true;
                self.counted.take();
            }
        }
        self.changes.add(spots.into_iter());
        transitions
    }

    fn index(&mut self, index: usize) {
        let Some(held) = self.held.get(index) else { return };
        let source = u32::try_from(index).unwrap_or(u32::MAX);
        self.by_source.insert(held.source.id.clone(), source);
        for (table, schema) in held.source.schemas.iter().enumerate() {
            let table = u32::try_from(table).unwrap_or(u32::MAX);
            self.by_schema.insert(schema.id.clone(), Spot { source, table });
        }
    }

    fn reindex(&mut self) {
        (self.names_changed, self.sources_changed) = (true, true);
        self.tell_apart();
        self.changes.everything = true;
        self.counted.take();
        self.by_source.clear();
        self.by_schema.clear();
        for index in 0..self.held.len() {
            self.index(index);
        }
        let known = &self.by_schema;
        self.details.retain(|id, _| known.contains_key(id));
        self.runs.retain(|id, _| known.contains_key(id));
        self.claims.retain(|id, _| known.contains_key(id));
        self.closer.retain(|id, _| known.contains_key(id));
        self.asked.retain(|id, _| known.contains_key(id));
        self.crowded_out.retain(|id| known.contains_key(id));
        let sources = &self.by_source;
        self.channels.retain(|id, _| sources.contains_key(id));
    }
}

fn spots_of(source: usize, tables: usize) -> impl Iterator<Item = Spot> {
    let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    (0..tables).map(move |table| Spot { source: number(source), table: number(table) })
}
