//! What readings of the list bring. Mostly it is what the one before brought, and then it costs next to nothing: a source or
//! table that is held already is told by its place in memory.

use std::sync::Arc;

use jiff::Timestamp;

use super::gone::Gone;
use super::{Held, Inventory, Transition, spots_of};
use crate::warehouse::source::Source;
use crate::warehouse::state::{Claim, State};
use crate::warehouse::status::Status;
use crate::warehouse::survey::{Completeness, SourcePage};

impl Inventory {
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

    /// Takes in a source as the server tells it now.
    pub(super) fn place(&mut self, mut source: Arc<Source>, now: Timestamp) -> Vec<Transition> {
        let index = self.by_source.get(&source.id).map_or(self.held.len(), |index| *index as usize);
        if let Some(held) = self.held.get_mut(index)
            && Arc::ptr_eq(&held.source, &source)
        {
            held.seen_in = self.reading;
            return if held.is_due(now) { self.reassess(index, now) } else { Vec::new() };
        }
        let same_tables = self.held.get(index).filter(|held| has_same_tables(&held.source, &source));
        let fresh = fresh_tables(same_tables, &source);
        let (same_tables, is_known) = (same_tables.is_some(), index < self.held.len());
        self.apply_closer_looks(&mut source, &fresh);
        self.note_claims(&source, &fresh, is_known, now);
        let known = self.held.get(index);
        self.names_changed |= known.is_none_or(|held| !held.source.is_called_like(&source));
        let (states, changes_from) = match known.filter(|held| same_tables && held.tells_still(&source, now)) {
            Some(held) => self.assess_fresh(held, &source, &fresh, now),
            None => self.assess(&source, now),
        };
        let mut transitions = Vec::new();
        match known {
            Some(held) if same_tables => {
                transitions = held.transitions_to(&states);
                self.changes.compare(index, (&held.source, &held.states), (&source, &states));
            }
            Some(held) => {
                self.changes.everything = true;
                for schema in &held.source.schemas {
                    self.by_schema.remove(&schema.id);
                }
            }
            None => self.changes.tables.extend(spots_of(index, source.schemas.len())),
        }
        self.counted.take();
        self.sources_changed = true;
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

    /// The states of the tables of a source of which only some are not those that are held.
    fn assess_fresh(
        &self,
        held: &Held,
        source: &Source,
        fresh: &[usize],
        now: Timestamp,
    ) -> (Vec<State>, Option<Timestamp>) {
        let (mut states, mut first_change) = (held.states.clone(), held.changes_from);
        for place in fresh {
            if let (Some(schema), Some(state)) = (source.schemas.get(*place), states.get_mut(*place)) {
                let (now_in, changes_from) = self.assess_table(source, schema, now);
                *state = now_in;
                first_change = [first_change, changes_from].into_iter().flatten().min();
            }
        }
        (states, first_change)
    }

    /// Remembers since when tables have been `Running` under our eyes.
    fn note_claims(&mut self, source: &Source, fresh: &[usize], source_known: bool, now: Timestamp) {
        for schema in fresh.iter().filter_map(|place| source.schemas.get(*place)) {
            if schema.status != Status::Running {
                self.claims.remove(&schema.id);
                continue;
            }
            let turned = source_known || self.by_schema.contains_key(&schema.id);
            self.claims.entry(schema.id.clone()).or_insert(Claim { since: now, turned });
        }
    }
}

impl Held {
    /// Whether time alone may have changed a state.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.changes_from.is_some_and(|from| from <= now)
    }

    /// Whether the states still hold of the tables that are the same in what the server tells now.
    fn tells_still(&self, source: &Source, now: Timestamp) -> bool {
        !self.is_due(now) && self.source.direct == source.direct
    }

    /// Its tables that are in other states now.
    pub(super) fn transitions_to(&self, states: &[State]) -> Vec<Transition> {
        let tables = self.tables().zip(states).filter(|((_, from), to)| from != *to);
        tables.map(|((schema, from), to)| Transition { schema: schema.id.clone(), from, to: *to }).collect()
    }
}

fn has_same_tables(one: &Source, other: &Source) -> bool {
    let mut pairs = one.schemas.iter().zip(&other.schemas);
    one.schemas.len() == other.schemas.len() && pairs.all(|(old, new)| Arc::ptr_eq(old, new) || old.id == new.id)
}

/// The places of the tables of a source that are not the very ones that are held.
fn fresh_tables(held: Option<&Held>, source: &Source) -> Vec<usize> {
    let is_held = |place: &usize| {
        let old = held.and_then(|held| held.source.schemas.get(*place));
        old.zip(source.schemas.get(*place)).is_some_and(|(old, new)| Arc::ptr_eq(old, new))
    };
    (0..source.schemas.len()).filter(|place| !is_held(place)).collect()
}
