//! Change data capture of a source (contract, section 7.7).

use crate::warehouse::field::Field;
use crate::warehouse::text::Foreign;

/// Whether a source is ready for change data capture. Not being ready is an answer, not a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CdcPrerequisites {
    /// Whether everything is as it has to be.
    pub valid: Field<bool>,
    /// What is not, a sentence each.
    pub errors: Vec<Foreign>,
}

/// How change data capture of a source is doing. Where it is off, nothing else is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CdcStatus {
    /// Whether it is on.
    pub enabled: Field<bool>,
    /// Who manages slot and publication: `posthog` or `self_managed`.
    pub management: Field<Foreign>,
    /// Name of the replication slot.
    pub slot: Field<Foreign>,
    /// Whether the slot is there.
    pub slot_exists: Field<bool>,
    /// Name of the publication.
    pub publication: Field<Foreign>,
    /// Whether the publication is there.
    pub publication_exists: Field<bool>,
    /// Bytes of the database's log that wait to be read; `Null` when the slot is gone.
    pub lag_bytes: Field<u64>,
    /// Megabytes of lag from which `PostHog` warns.
    pub warning_mb: Field<u64>,
    /// Megabytes of lag from which it takes measures.
    pub critical_mb: Field<u64>,
    /// Whether `PostHog` has halted the schedule.
    pub paused: Field<bool>,
    /// Tables in the publication.
    pub published: Field<Vec<Foreign>>,
}
