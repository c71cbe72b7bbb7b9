//! The question before a step that discards data: what would be lost, and what follows.

use jiff::SignedDuration;

use super::stage::{Deed, Stage, Task};
use super::{Runbook, Waits, plan};
use crate::warehouse::consent::{Challenge, Discard, Loss};
use crate::warehouse::field::Field;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::recovery::follow::Subject;
use crate::warehouse::runs::Runs;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::counted;

/// A question before a step that discards data.
#[derive(Debug)]
pub struct Ask {
    /// What would be lost, and what has to be answered.
    pub challenge: Challenge,
    /// What it acts on.
    pub subject: Subject,
    /// What would do with less loss.
    pub milder: Option<String>,
    /// What follows once it is done, without being asked again.
    pub then: Option<String>,
}

impl Runbook {
    /// The question that the step waits for; `None` when it waits for none.
    #[must_use]
    pub fn question(&self, inventory: &Inventory) -> Option<Ask> {
        let Some(Task::Send(Deed::Discard(discards))) = self.stage().map(|stage| &stage.task) else { return None };
        let (first, more) = discards.split_first().filter(|_| self.waits() == Waits::Consent)?;
        let mut subject = self.subject_of(first, inventory);
        for discard in more {
            subject.tables.extend(self.subject_of(discard, inventory).tables);
        }
        let schemas = || subject.tables.iter().filter_map(|(id, _)| inventory.schema(id)).map(|(_, schema, _)| schema);
        let stored: Option<u64> = schemas().try_fold(0_u64, |sum, schema| match schema.rows() {
            Field::Known(rows) => Some(sum.saturating_add(rows)),
            Field::Null => Some(sum),
            Field::Unknown => None,
        });
        let usual = |id| inventory.runs(id).and_then(Runs::usual);
        let longest: Option<SignedDuration> = subject.tables.iter().filter_map(|(id, _)| usual(id)).max();
        let of_source = matches!(
            first,
            Discard::DeleteWebhook(_) | Discard::RepairCdc(_) | Discard::DisableCdc(_) | Discard::PauseSchemas(..)
        );
        let name = match subject.tables.as_slice() {
            _ if of_source => self.situation.source_name.clone(),
            [(_, name)] => schemas().next().map_or_else(|| name.clone(), |schema| schema.title().clone()),
            several => {
                let of_one = several.iter().all(|(id, _)| {
                    inventory.schema(id).is_none_or(|(held, ..)| held.source.id == self.situation.source)
                });
                if of_one { self.situation.source_name.clone() } else { Foreign::from(counted(several.len(), "table")) }
            }
        };
        let loss = Loss {
            name,
            tables: subject.tables.len().max(1),
            rows: stored.map_or(Field::Unknown, Field::Known),
            usual_run: longest,
        };
        // The next step that discards data asks by itself.
        let asks = |stage: &&Stage| matches!(stage.task, Task::Send(Deed::Discard(_)));
        let unasked = self.stages[self.at + 1..].iter().take_while(|stage| !asks(stage));
        let then: Vec<&str> = unasked.filter(|stage| stage.sends()).map(|stage| stage.what.as_str()).collect();
        Some(Ask {
            milder: plan::milder(first, &self.situation, inventory),
            challenge: Challenge::of_several(first.clone(), more.to_vec(), loss),
            subject,
            then: (!then.is_empty()).then(|| then.join(" ")),
        })
    }
}
