//! How often several tables are to sync.

use super::stage::{Deed, Stage, Task};
use super::{Choice, Situation};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::settings::{Frequency, SyncType};

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
    let each = OFFERED.into_iter().map(|minutes| {
        let frequency = Frequency::Every(minutes);
        let reason = match now(&frequency) {
            0 => String::new(),
            tables => format!("as {tables} of them now"),
        };
        let what = format!("Sync them every {frequency} from now on; their data stays as it is.");
        let then = vec![Stage::new(Task::Send(Deed::Retime(frequency.clone())), what)];
        let blocked =
            (streamed && minutes > CDC_AT_LEAST).then(|| "CDC tables must sync at least once a week".to_owned());
        Choice { blocked, ..Choice::new(frequency.to_string(), reason, then) }
    });
    each.collect()
}
