//! All sources and tables of the project as last read, with the state that was made of each.

mod changes;
mod channels;
mod closer;
mod gone;
mod learn;
mod titles;

use jiff::{SignedDuration, Timestamp};
use std::cell::OnceCell;

use super::ids::{SchemaId, SourceId};
use super::map::{Map, Set};
use super::runs::Runs;
use super::schema::{Schema, SchemaDetail};
use super::source::Source;
use super::state::{Circumstances, Claim, State, changes_from, state_of};
use super::status::Status;
use super::survey::{Completeness, SourcePage};
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

    /// Starts a new reading of the list: what it does not bring is gone at its end.
    pub fn begin_reading(&mut self) {
        self.reading += 1;
        *self.gone = Gone::default();
    }

    /// Takes in a page of the list.
    pub fn learn_sources(&mut self, page: SourcePage, now: Timestamp) -> Vec<Transition> {
        let mut transitions = Vec::new();
        for mut source in page.sources {
            if self.gone.spares(&mut source) {
                self.place(source, now, &mut transitions);
            }
        }
        if page.end == Some(Completeness::Whole) {
            let reading = self.reading;
            if self.held.iter().any(|held| held.seen_in != reading) {
                self.held.retain(|held| held.seen_in == reading);
                self.reindex();
            }
        }
        self.tell_apart();
        transitions
    }

    fn place(&mut self, mut source: Source, now: Timestamp, transitions: &mut Vec<Transition>) {
        self.apply_closer_looks(&mut source);
        let index = self.by_source.get(&source.id).map_or(self.held.len(), |index| *index as usize);
        let known = self.held.get(index);
        let is_known = known.is_some();
        let same_tables = known.is_some_and(|held| {
            held.source.schemas.len() == source.schemas.len()
                && held.source.schemas.iter().zip(&source.schemas).all(|(old, new)| old.id == new.id)
        });
        self.names_changed |= known.is_none_or(|held| !held.source.is_called_like(&source));
        self.note_claims(&source, is_known, now);
        let (states, changes_from) = self.assess(&source, now);
        if same_tables && let Some(held) = self.held.get(index) {
            compare(&held.source.schemas, &held.states, &states, transitions);
            self.changes.compare(index, (&held.source, &held.states), (&source, &states));
        } else if is_known {
            self.changes.everything = true;
        } else {
            self.changes.tables.extend(spots_of(index, source.schemas.len()));
        }
        if !same_tables && let Some(held) = self.held.get(index) {
            for schema in &held.source.schemas {
                self.by_schema.remove(&schema.id);
            }
        }
        self.counted.take();
        let mut held = Held::new(source, states, self.reading);
        held.changes_from = changes_from;
        match self.held.get_mut(index) {
            Some(place) => {
                held.keep_title(place);
                *place = held;
            }
            None => self.held.push(held),
        }
        if !same_tables {
            self.index(index);
        }
    }

    /// Remembers since when tables have been `Running` under our eyes.
    fn note_claims(&mut self, source: &Source, source_known: bool, now: Timestamp) {
        for schema in &source.schemas {
            if schema.status != Status::Running {
                if !self.claims.is_empty() {
                    self.claims.remove(&schema.id);
                }
                continue;
            }
            let turned = source_known || self.by_schema.contains_key(&schema.id);
            self.claims.entry(schema.id.clone()).or_insert(Claim { since: now, turned });
        }
    }

    /// The states of the tables of a source, and from when on time alone may change one of them.
    fn assess(&self, source: &Source, now: Timestamp) -> (Vec<State>, Option<Timestamp>) {
        let mut first_change: Option<Timestamp> = None;
        let states = source.schemas.iter().map(|schema| {
            let around = Circumstances {
                direct: source.direct,
                runs: self.runs.get(&schema.id),
                claim: self.claims.get(&schema.id).copied(),
                channel: self.channel_of(source, schema),
                now,
            };
            first_change = [first_change, changes_from(schema, &around)].into_iter().flatten().min();
            state_of(schema, &around)
        });
        (states.collect(), first_change)
    }

    /// Looks again at what may have changed by time alone.
    pub fn reassess_all(&mut self, now: Timestamp) -> Vec<Transition> {
        let due = |held: &Held| held.changes_from.is_some_and(|from| from <= now);
        let due: Vec<usize> = (0..self.held.len()).filter(|index| due(&self.held[*index])).collect();
        due.into_iter().flat_map(|index| self.reassess(index, now)).collect()
    }

    fn reassess(&mut self, index: usize, now: Timestamp) -> Vec<Transition> {
        let Some(held) = self.held.get(index) else { return Vec::new() };
        let (states, changes_from) = self.assess(&held.source, now);
        self.changes.compare(index, (&held.source, &held.states), (&held.source, &states));
        let mut transitions = Vec::new();
        compare(&held.source.schemas, &held.states, &states, &mut transitions);
        self.counted.take();
        if let Some(held) = self.held.get_mut(index) {
            held.reassess(states);
            held.changes_from = changes_from;
        }
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
        self.names_changed = true;
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

fn compare(schemas: &[Schema], before: &[State], after: &[State], transitions: &mut Vec<Transition>) {
    for ((schema, from), to) in schemas.iter().zip(before).zip(after) {
        if from != to {
            transitions.push(Transition { schema: schema.id.clone(), from: *from, to: *to });
        }
    }
}
