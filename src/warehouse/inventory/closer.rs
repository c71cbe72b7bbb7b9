//! What closer looks at failing tables found, and for how long that holds.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Inventory, SAME_LOOK, Transition};
use crate::warehouse::field::Field;
use crate::warehouse::finding::Finding;
use crate::warehouse::freshness::age;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::schema::Schema;
use crate::warehouse::source::Source;
use crate::warehouse::status::Status;
use crate::warehouse::text::Foreign;

/// What a closer look at a failing table found, and for which failure that holds.
#[derive(Clone, Debug)]
pub(super) struct CloserLook {
    status: Status,
    text: Field<Foreign>,
    finding: Option<Arc<Finding>>,
    /// When; `None`: somebody read it in the log, and it holds as long as the failure does.
    at: Option<Timestamp>,
}

impl CloserLook {
    pub(super) fn of(schema: &Schema, at: Option<Timestamp>) -> Self {
        let (status, text) = (schema.status.clone(), schema.latest_error.clone());
        Self { status, text, finding: schema.finding.clone(), at }
    }

    /// Whether it is surely about the failure of today: failures without a text look all the same.
    fn is_of_today(&self, now: Timestamp) -> bool {
        let text = self.text.known().is_some_and(|text| !text.is_blank());
        text || self.at.is_none_or(|at| age(at, now) < SAME_LOOK)
    }

    pub(super) fn holds_for(&self, schema: &Schema) -> bool {
        self.status == schema.status && self.text == schema.latest_error
    }
}

/// Whether what another text of a failure means says more than what is known so far.
fn says_more(known: Option<&Finding>, new: &Finding) -> bool {
    !new.is_vague() && known.is_none_or(|known| known.is_settled_by(new))
}

impl Inventory {
    /// What a closer look found outlives the next reading of the list, as long as it is the same failure.
    pub(super) fn apply_closer_looks(&mut self, source: &mut Arc<Source>, fresh: &[usize]) {
        for place in fresh {
            let Some(schema) = source.schemas.get(*place) else { continue };
            let Some(look) = self.closer.get(&schema.id) else { continue };
            if look.holds_for(schema) {
                if let Some(schema) = Arc::make_mut(source).schemas.get_mut(*place) {
                    Arc::make_mut(schema).finding.clone_from(&look.finding);
                }
            } else {
                self.closer.remove(&schema.id);
                self.asked.remove(&schema.id);
            }
        }
    }

    /// Another look at the same failure does not unsettle what an earlier one settled.
    pub(super) fn keep_what_was_settled(&self, schema: &mut Schema, now: Timestamp) {
        let look = self.closer.get(&schema.id).filter(|look| look.holds_for(schema) && look.is_of_today(now));
        let Some(look) = look else { return };
        if look.finding.as_deref().is_some_and(|found| says_more(schema.finding.as_deref(), found)) {
            schema.finding.clone_from(&look.finding);
        }
    }

    /// Takes in what another text of a table's failure means, where that settles what its own text leaves open.
    /// `None`: it was settled already, this text settles nothing, or the table does not fail.
    pub fn accept(&mut self, id: &SchemaId, finding: &Arc<Finding>, now: Timestamp) -> Option<Vec<Transition>> {
        let spot = self.spot(id)?;
        let (_, schema, state) = self.at(spot)?;
        if !state.is_failure() || !says_more(schema.finding.as_deref(), finding) {
            return None;
        }
        let schema = Schema { finding: Some(Arc::clone(finding)), ..schema.clone() };
        self.closer.insert(id.clone(), CloserLook::of(&schema, None));
        Some(self.replace(spot, schema, now))
    }
}
