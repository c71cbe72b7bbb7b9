//! Whether a sibling proves that the connection works: it synced after the failing attempt.

use jiff::Timestamp;

use crate::warehouse::diagnosis::Letter;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::{Held, Inventory};
use crate::warehouse::runs::Runs;
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::State;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::span;

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

impl Proof {
    /// How much later it synced.
    #[must_use]
    pub fn later(&self) -> String {
        span(self.synced_at.duration_since(self.failed_at))
    }
}

/// Whether a sibling can say something about a failure that asks for this recovery.
#[must_use]
pub fn is_about(recovery: Letter) -> bool {
    matches!(recovery, Letter::B | Letter::B2 | Letter::J | Letter::L | Letter::Q)
}

/// The sibling that synced last, if that was after the newest failing attempt that is known of these tables.
#[must_use]
pub fn sibling<'a>(
    inventory: &Inventory,
    held: &Held,
    failing: impl IntoIterator<Item = &'a SchemaId>,
) -> Option<Proof> {
    let attempts = failing.into_iter().filter_map(|id| inventory.runs(id)?.newest_failure());
    let failed_at = attempts.filter_map(|job| job.finished_at.known().copied().or(job.created_at)).max()?;
    let synced = candidates(held).filter_map(|schema| {
        // The end of a run that began before the failure proves nothing; its start does, where it is known.
        let started = inventory.runs(&schema.id).and_then(Runs::last_start_of_success);
        let synced_at = *schema.last_synced_at.known()?;
        (started.unwrap_or(synced_at) > failed_at && synced_at > failed_at).then_some((synced_at, schema))
    });
    let (synced_at, schema) = synced.max_by_key(|(synced_at, schema)| (*synced_at, schema.id.clone()))?;
    Some(Proof { table: schema.title().clone(), synced_at, failed_at })
}

/// The table that synced last of those that can prove something.
#[must_use]
pub fn candidate(held: &Held) -> Option<&Schema> {
    candidates(held).max_by_key(|schema| (schema.last_synced_at.known().copied(), schema.id.clone()))
}

/// What is pushed to arrives without the credential.
fn candidates(held: &Held) -> impl Iterator<Item = &Schema> {
    let pulled = |schema: &Schema, state: State| !state.is_failure() && !schema.syncs_by(&SyncType::Webhook);
    let synced = held.tables().filter(move |(schema, state)| pulled(schema, *state)).map(|(schema, _)| schema);
    synced.filter(|schema| schema.last_synced_at.known().is_some())
}
