//! What readings of the list bring. Mostly it is what the one before brought, and then it costs next to nothing: a source or
//! table that is held already is told by its place in memory.

use std::sync::Arc;

use jiff::Timestamp;

use super::gone::Gone;
use super::{Held, Inventory, Transition, spots_of};
use crate::warehouse::source::Source;
use crate::warehouse::state::Claim;
use crate::warehouse::status::Status;
use crate::warehouse::survey::{Completeness, SourcePage};

/// How many times as many tables as there are room is made for.
const MOST_ROOM: usize = 16;

impl Inventory {
    /// Starts a new reading of the list: what it does not bring is gone at its end.
    pub fn begin_reading(&mut self) {
        self.reading += 1;
        *self.gone = Gone::default();
    }

    /// Takes in a page of the list.
    pub fn learn_sources(&mut self, page: &SourcePage, now: Timestamp) -> Vec<Transition> {
        let mut transitions = Vec::new();
        self.make_room(page);
        for mut source in page.sources.iter().cloned() {
            if self.gone.spares(&mut source) {
                transitions.extend(self.place(source, now));
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

    /// Makes room for as many tables as the list will have, as far as its first pages tell: looking all of them up anew
    /// while the room grows costs as much as the tables themselves.
    fn make_room(&mut self, page: &SourcePage) {
        let known = self.by_schema.len();
        let expected = known.saturating_mul(page.total) / self.held.len().max(1);
        // Whatever the server says.
        let most = known.saturating_mul(MOST_ROOM);
        self.by_schema.reserve(expected.min(most).saturating_sub(known));
    }

    /// Takes in a source as the server tells it now.
    pub(super) fn place(&mut self, source: Arc<Source>, now: Timestamp) -> Vec<Transition> {
        let index = self.by_source.get(&source.id).map_or(self.held.len(), |index| *index as usize);
        let Some(held) = self.held.get_mut(index) else {
            self.put(index, source, now);
            return Vec::new();
        };
        held.seen_in = self.reading;
        let mut all_may_differ = held.is_due(now);
        let mut transitions = Vec::new();
        if !Arc::ptr_eq(&held.source, &source) {
            let Some(fresh) = fresh_tables(&held.source, &source) else {
                self.put(index, source, now);
                return Vec::new();
            };
            all_may_differ |= held.source.direct != source.direct;
            transitions = self.renew(index, source, &fresh, now);
        }
        if all_may_differ {
            transitions.extend(self.reassess(index, now));
        }
        transitions
    }

    /// Takes in a source that is new, or has other tables than before.
    fn put(&mut self, index: usize, mut source: Arc<Source>, now: Timestamp) {
        let all: Vec<usize> = (0..source.schemas.len()).collect();
        self.apply_closer_looks(&mut source, &all);
        self.note_claims(&source, &all, index < self.held.len(), now);
        let (states, changes_from) = self.assess(&source, now);
        let held = Held::new(source, states, changes_from, self.reading);
        self.counted.take();
        (self.names_changed, self.sources_changed) = (true, true);
        if let Some(place) = self.held.get_mut(index) {
            self.changes.everything = true;
            for schema in &place.source.schemas {
                self.by_schema.remove(&schema.id);
            }
            *place = held;
        } else {
            self.changes.add(spots_of(index, held.source.schemas.len()));
            self.held.push(held);
        }
        self.index(index);
    }

    /// Takes in a source of which only these tables are not the ones that are held.
    fn renew(&mut self, index: usize, mut source: Arc<Source>, fresh: &[usize], now: Timestamp) -> Vec<Transition> {
        self.apply_closer_looks(&mut source, fresh);
        self.note_claims(&source, fresh, true, now);
        let tables = fresh.iter().filter_map(|place| Some((*place, source.schemas.get(*place)?)));
        let assessed = tables.map(|(place, schema)| (place, self.assess_table(&source, schema, now)));
        let assessed: Vec<_> = assessed.collect();
        let Some(held) = self.held.get_mut(index) else { return Vec::new() };
        self.names_changed |= !held.source.is_called_like(&source);
        if held.source.title() != source.title() {
            self.changes.add(spots_of(index, source.schemas.len()));
        }
        let before = held.renew(source, fresh);
        let mut transitions = Vec::new();
        for (place, (state, changes_from)) in assessed {
            let (Some(old), Some(new)) = (before.schemas.get(place), held.source.schemas.get(place)) else { continue };
            held.changes_from = [held.changes_from, changes_from].into_iter().flatten().min();
            let from = held.states.get_mut(place).map_or(state, |held| std::mem::replace(held, state));
            if from != state {
                transitions.push(Transition { schema: new.id.clone(), from, to: state });
            }
            if from != state || old != new {
                self.changes.everything |= old.title() != new.title();
                self.changes.add(spots_of(index, held.source.schemas.len()).skip(place).take(1));
            }
        }
        held.sum_up();
        self.counted.take();
        self.sources_changed = true;
        transitions
    }

    /// Changes what is held of the source at a place, where that is not news of the list.
    pub(super) fn amend(&mut self, place: usize, change: impl FnOnce(&mut Source), now: Timestamp) -> Vec<Transition> {
        let Some(held) = self.held.get(place) else { return Vec::new() };
        let (mut source, seen_in) = (Arc::clone(&held.source), held.seen_in);
        change(Arc::make_mut(&mut source));
        let transitions = self.place(source, now);
        if let Some(held) = self.held.get_mut(place) {
            held.seen_in = seen_in;
        }
        transitions
    }

    /// Remembers since when tables have been `Running` under our eyes.
    fn note_claims(&mut self, source: &Source, fresh: &[usize], source_known: bool, now: Timestamp) {
        for schema in fresh.iter().filter_map(|place| source.schemas.get(*place)) {
            if schema.status != Status::Running {
                // What nobody had seen has no claim.
                if source_known {
                    self.claims.remove(&schema.id);
                }
                continue;
            }
            let turned = source_known || self.by_schema.contains_key(&schema.id);
            self.claims.entry(schema.id.clone()).or_insert(Claim { since: now, turned });
        }
    }
}

/// The places of the tables that are not the very ones that were held; `None` where they are others.
fn fresh_tables(held: &Source, source: &Source) -> Option<Vec<usize>> {
    let mut fresh = Vec::new();
    for (place, (old, new)) in held.schemas.iter().zip(&source.schemas).enumerate() {
        if !Arc::ptr_eq(old, new) {
            if old.id != new.id {
                return None;
            }
            fresh.push(place);
        }
    }
    (held.schemas.len() == source.schemas.len()).then_some(fresh)
}
