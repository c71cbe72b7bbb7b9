//! What is changed of several tables at once: how often they sync, and the defaults for those that were never set up.

use super::stage::{Deed, Stage, Task};
use super::{Choice, Patient, Situation};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::settings::{Frequency, SyncType};
use crate::warehouse::words::counted;

/// The frequencies that the server takes, in minutes (contract, section 11).
const OFFERED: [u32; 9] = [5, 15, 30, 60, 360, 720, 1_440, 10_080, 43_200];

/// The longest time between two runs of change data capture, in minutes: a week.
const CDC_AT_LEAST: u32 = 10_080;

/// What can be chosen, with how many of the tables have it now.
pub(super) fn choices(situation: &Situation, inventory: &Inventory) -> Vec<Choice> {
    let streamed = situation.chosen().any(|table| table.method == Some(SyncType::Cdc));
    let now = |frequency: &Frequency| {
        let tables = situation.chosen().filter_map(|table| inventory.schema(&table.id));
        tables.filter(|(_, schema, _)| schema.frequency.known() == Some(frequency)).count()
    };
    let new: Vec<SchemaId> =
        situation.chosen().filter(|table| !is_set_up(table, inventory)).map(|table| table.id.clone()).collect();
    let old = situation.chosen().count() - new.len();
    let mut all = Vec::new();
    if !new.is_empty() {
        let tables = counted(new.len(), "table");
        let then = vec![
            Stage::new(
                Task::Send(Deed::SetUp(new)),
                format!("Switch {tables} on, with the method that PostHog chooses, which starts their first runs."),
            ),
            Stage::new(Task::Verify, "Watch their first runs: are they green?"),
        ];
        all.push(Choice::new("PostHog's defaults", format!("sets up {tables} without a sync method"), then));
    }
    all.extend(OFFERED.into_iter().map(|minutes| {
        let frequency = Frequency::Every(minutes);
        let reason = match now(&frequency) {
            0 => String::new(),
            tables => format!("as {tables} of them now"),
        };
        let what = format!("Sync {} every {frequency} from now on; their data stays.", counted(old, "table"));
        let then = vec![Stage::new(Task::Send(Deed::Retime(frequency.clone())), what)];
        let blocked = match () {
            () if old == 0 => Some("none of them has a sync method yet".to_owned()),
            () if streamed && minutes > CDC_AT_LEAST => Some("CDC tables must sync at least once a week".to_owned()),
            () => None,
        };
        Choice { blocked, ..Choice::new(frequency.to_string(), reason, then) }
    }));
    all
}

/// Whether a table has a sync method.
pub(super) fn is_set_up(table: &Patient, inventory: &Inventory) -> bool {
    inventory.schema(&table.id).is_none_or(|(_, schema, _)| !schema.sync_type.is_null())
}
