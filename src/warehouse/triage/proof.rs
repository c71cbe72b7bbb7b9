//! Whether a sibling proves that the connection works: it synced after the failing attempt.

use jiff::Timestamp;

use super::Problem;
use crate::warehouse::diagnosis::Letter;
use crate::warehouse::inventory::{Held, Inventory};
use crate::warehouse::runs::Runs;
use crate::warehouse::text::Foreign;

/// A table of the same source that synced after the failing attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Its name.
    pub table: Foreign,
    /// When it synced.
    pub synced_at: Timestamp,
    /// When the other one failed.
    pub failed_at: Timestamp,
}

/// The sibling that synced last, if that was after the newest failing attempt that is known, and if it says something
/// about this problem.
pub(super) fn sibling(inventory: &Inventory, held: &Held, problem: &Problem) -> Option<Proof> {
    if !matches!(problem.recovery, Letter::B | Letter::B2 | Letter::J | Letter::L | Letter::Q) {
        return None;
    }
    let attempts = problem.tables.iter().filter_map(|table| inventory.runs(&table.id)?.newest_failure());
    let failed_at = attempts.filter_map(|job| job.finished_at.known().copied().or(job.created_at)).max()?;
    let synced = held.tables().filter(|(_, state)| !state.is_failure());
    let synced = synced.filter_map(|(schema, _)| {
        // The end of a run that began before the failure proves nothing; its start does, where it is known.
        let started = inventory.runs(&schema.id).and_then(Runs::last_start_of_success);
        let synced_at = *schema.last_synced_at.known()?;
        (started.unwrap_or(synced_at) > failed_at && synced_at > failed_at).then_some((synced_at, schema))
    });
    let (synced_at, schema) = synced.max_by_key(|(synced_at, schema)| (*synced_at, schema.id.clone()))?;
    Some(Proof { table: schema.title().clone(), synced_at, failed_at })
}
