//! What full forms and jobs of tables tell beyond the list.

use std::sync::Arc;

use jiff::Timestamp;

use super::closer::CloserLook;
use super::{Detailed, Inventory, SAME_LOOK, Spot, Transition};
use crate::warehouse::finding::Finding;
use crate::warehouse::freshness::age;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::job::Job;
use crate::warehouse::map::{Map, Set};
use crate::warehouse::operation::JobQuery;
use crate::warehouse::runs::Runs;
use crate::warehouse::schema::Schema;
use crate::warehouse::source::Source;
use crate::warehouse::status::Status;
use crate::warehouse::survey::FullSchema;
use crate::warehouse::text::Foreign;

impl Inventory {
    /// Takes in a full form.
    pub fn learn_schema(&mut self, mut full: FullSchema, now: Timestamp) -> Vec<Transition> {
        let id = full.schema.id.clone();
        self.details.insert(id.clone(), Detailed { told: full.detail, read_at: now });
        self.keep_what_was_settled(&mut full.schema, now);
        if full.schema.finding.is_some() {
            self.closer.insert(id.clone(), CloserLook::of(&full.schema, Some(now)));
        }
        let Some(spot) = self.spot(&id) else { return Vec::new() };
        let mut transitions = self.replace(spot, full.schema, now);
        // Older runs may be those of another failure.
        if self.runs(&id).and_then(Runs::read_at).is_some_and(|read_at| age(read_at, now) < SAME_LOOK) {
            transitions.extend(self.settle(&id, now));
        }
        transitions
    }

    /// Puts a table in the place of what is held of it.
    pub(super) fn replace(&mut self, spot: Spot, schema: Schema, now: Timestamp) -> Vec<Transition> {
        if self.at(spot).is_some_and(|(_, known, _)| *known == schema) {
            return self.reassess(spot.source as usize, now);
        }
        let put = |source: &mut Source| {
            if let Some(place) = source.schemas.get_mut(spot.table as usize) {
                *place = Arc::new(schema);
            }
        };
        self.amend(spot.source as usize, put, now)
    }

    /// Takes in jobs of a source. Tables named in the question that have none are now known to have none, unless
    /// the answer had no room for them.
    pub fn learn_jobs(
        &mut self,
        source: &SourceId,
        asked: &[Foreign],
        jobs: Vec<Job>,
        now: Timestamp,
    ) -> Vec<Transition> {
        let Some(index) = self.by_source.get(source).copied() else { return Vec::new() };
        let Some(held) = self.held.get(index as usize) else { return Vec::new() };
        let full = jobs.len() >= JobQuery::MOST_JOBS;
        let mut by_schema: Map<SchemaId, Vec<Job>> = Map::default();
        for job in jobs {
            if let Some(schema) = job.schema.clone() {
                by_schema.entry(schema).or_default().push(job);
            }
        }
        let asked: Set<&Foreign> = asked.iter().collect();
        for schema in held.source.schemas.iter().filter(|schema| asked.contains(&schema.name)) {
            if by_schema.contains_key(&schema.id) || !full {
                self.crowded_out.remove(&schema.id);
                by_schema.entry(schema.id.clone()).or_default();
            } else {
                self.crowded_out.insert(schema.id.clone());
            }
        }
        let mut first_looks = Set::default();
        let mut settled = Vec::new();
        let Some(held) = self.held.get(index as usize) else { return Vec::new() };
        for (id, jobs) in by_schema {
            let runs = self.runs.entry(id.clone()).or_default();
            let is_first = runs.read_at().is_none();
            runs.learn(jobs, now);
            let spot = self.by_schema.get(&id).filter(|spot| spot.source == index);
            if let Some(schema) = spot.and_then(|spot| held.source.schemas.get(spot.table as usize)) {
                runs.explain(schema, &held.source.kind);
                settled.push(schema.id.clone());
            }
            if is_first && !self.claims.get(&id).is_some_and(|claim| claim.turned) {
                first_looks.insert(id);
            }
        }
        let mut transitions: Vec<Transition> = settled.iter().flat_map(|id| self.settle(id, now)).collect();
        transitions.extend(self.reassess(index as usize, now));
        // What a first look finds was so before: nothing has changed but what is known of it.
        transitions.retain(|transition| !first_looks.contains(&transition.schema));
        transitions
    }

    /// What the text of a failing table leaves open, its newest run may settle.
    fn settle(&mut self, id: &SchemaId, now: Timestamp) -> Vec<Transition> {
        let Some(spot) = self.spot(id) else { return Vec::new() };
        let Some((_, schema, _)) = self.at(spot) else { return Vec::new() };
        let found = self.runs.get(id).and_then(Runs::failure);
        let settles = |found: &&Arc<Finding>| schema.finding.as_ref().is_some_and(|own| own.is_settled_by(found));
        let Some(found) = found.filter(settles).filter(|_| schema.status == Status::Failed) else { return Vec::new() };
        let schema = Schema { finding: Some(Arc::clone(found)), ..schema.clone() };
        self.closer.insert(id.clone(), CloserLook::of(&schema, Some(now)));
        self.replace(spot, schema, now)
    }
}
