//! The look right before several tables are changed: what was looked at must still be so.

use super::stage::{Deed, Task};
use super::{Move, Runbook};
use crate::warehouse::consent::Discard;
use crate::warehouse::field::Field;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::settings::{Frequency, SyncType};
use crate::warehouse::text::Foreign;

/// The look right before.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// How the tables were when the user saw them.
    seen: Vec<Seen>,
    /// What has changed of them since.
    drift: Vec<String>,
    /// Whether they were looked at and are what they were.
    pub(super) done: bool,
}

/// What a change of several tables rests on, of one of them.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    id: SchemaId,
    name: Foreign,
    on: Option<bool>,
    method: Field<SyncType>,
    frequency: Field<Frequency>,
}

impl Runbook {
    /// What was found to have changed right before sending, a sentence for each table. Nothing was sent then.
    #[must_use]
    pub fn drift(&self) -> &[String] {
        &self.again.drift
    }

    /// Whether the tables are being read once more, right before sending.
    #[must_use]
    pub fn looks_again(&self) -> bool {
        !self.asked.is_empty() && matches!(self.stage().map(|stage| &stage.task), Some(Task::Send(_)))
    }

    /// Whether the tables are read once more before this is sent: where the user wants other settings, and nothing is
    /// repaired.
    pub(super) fn looks_first(&self, deed: &Deed) -> bool {
        let changes = match deed {
            Deed::Retime(_) | Deed::Change(_) | Deed::Enable | Deed::SetUp(_) | Deed::Pause(_) => true,
            Deed::Discard(discards) => discards.iter().all(|discard| {
                matches!(discard, Discard::PauseSchema(_) | Discard::PauseSchemas(..) | Discard::ReshapeSchema(_))
            }),
            _ => false,
        };
        changes && self.situation.wish.is_some()
    }

    /// Takes note of how its tables are, as they are shown to the user.
    pub(super) fn see(&mut self, inventory: &Inventory) {
        let seen = self.situation.chosen().filter_map(|table| {
            let (_, schema, _) = inventory.schema(&table.id)?;
            Some(Seen {
                id: schema.id.clone(),
                name: schema.name.clone(),
                on: schema.should_sync,
                method: schema.sync_type.clone(),
                frequency: schema.frequency.clone(),
            })
        });
        self.again.seen = seen.collect();
    }

    /// The tables were read once more: sends, unless they are not what they were.
    pub(super) fn looked(&mut self, deed: &Deed, inventory: &Inventory) -> Vec<Move> {
        let drift: Vec<(SchemaId, bool, String)> =
            self.again.seen.iter().filter_map(|seen| self.moved(seen, deed, inventory)).collect();
        if drift.is_empty() {
            self.again.drift.clear();
            self.again.done = true;
            let moves = self.send(deed, inventory);
            self.again.done = false;
            return moves;
        }
        if matches!(deed, Deed::Discard(_)) {
            // What was consented to was another thing.
            self.given.clear();
            let told: Vec<String> = drift.into_iter().map(|(.., told)| told).collect();
            self.fail(format!("Changed since you were asked, so nothing was sent. {}.", told.join("; ")));
            return Vec::new();
        }
        // It is looked at anew, without those that cannot take part any more.
        for (id, stays, _) in &drift {
            for patient in self.situation.tables.iter_mut().filter(|patient| patient.id == *id && !stays) {
                patient.chosen = false;
            }
        }
        let out = |id: &SchemaId| drift.iter().any(|(other, stays, _)| other == id && !stays);
        if let Some(stage) = self.stages.get_mut(self.at)
            && let Task::Send(Deed::Change(patches)) = &mut stage.task
        {
            patches.retain(|(id, _)| !out(id));
        } else if let Some(stage) = self.stages.get_mut(self.at)
            && let Task::Send(Deed::SetUp(ids) | Deed::Pause(ids)) = &mut stage.task
        {
            ids.retain(|id| !out(id));
        }
        self.again.drift = drift.into_iter().map(|(.., told)| told).collect();
        self.agreed = false;
        self.units.clear();
        self.see(inventory);
        Vec::new()
    }

    /// How a table is not what it was: whether it can still take part, and what has changed.
    fn moved(&self, seen: &Seen, deed: &Deed, inventory: &Inventory) -> Option<(SchemaId, bool, String)> {
        let name = seen.name.shown();
        let told = |stays: bool, what: &str| Some((seen.id.clone(), stays, format!("{name}: {what}")));
        let Some((_, schema, state)) = inventory.schema(&seen.id) else {
            return told(false, "it does not exist any more, and is left out");
        };
        let barred = self.situation.wish.and_then(|wish| wish.bars(schema, state));
        if let Some(why) = barred {
            return told(false, &format!("now {why}, and left out"));
        }
        let mut changes = Vec::new();
        let frequency = |field: &Field<Frequency>| field.known().map_or("not told".to_owned(), ToString::to_string);
        // Who wanted the same has had it already.
        let as_wanted = matches!(deed, Deed::Retime(wanted) if schema.frequency.known() == Some(wanted));
        if schema.frequency != seen.frequency && !as_wanted {
            changes.push(format!("frequency: {} → {}", frequency(&seen.frequency), frequency(&schema.frequency)));
        }
        if schema.should_sync != seen.on {
            changes.push(
                if schema.should_sync == Some(true) { "it was switched on" } else { "it was switched off" }.to_owned(),
            );
        }
        if schema.sync_type != seen.method {
            changes.push("it has another sync method".to_owned());
        }
        if changes.is_empty() { None } else { told(true, &changes.join("; ")) }
    }
}
