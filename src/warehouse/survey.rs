//! What must still be asked to be sure, and what the answers look like. The same for the screen and for scripts.

use jiff::{SignedDuration, Timestamp};

use super::account::{Key, Project};
use super::field::Field;
use super::freshness::age;
use super::ids::{SchemaId, SourceId};
use super::inventory::Inventory;
use super::job::Job;
use super::operation::JobQuery;
use super::runs::Runs;
use super::schema::{Schema, SchemaDetail};
use super::source::Source;
use super::text::Foreign;

/// Something to find out. Finding it out may take several requests; all of them only look.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// Whose key this is, what it may do, and the project's name.
    Identity,
    /// All sources with their tables in trimmed form; answered page by page.
    Sources,
    /// One schema in full form.
    Schema(SchemaId),
    /// Jobs of a source.
    Jobs(JobQuery),
}

/// Something found out.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// Whose key this is.
    Identity(Box<Identity>),
    /// Some of the sources.
    Sources(SourcePage),
    /// One schema in full form.
    Schema(Box<FullSchema>),
    /// Jobs, newest first.
    Jobs(JobQuery, Vec<Job>),
}

/// Whose key this is. What was refused to be told is `None`; the program is as good without.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identity {
    /// The key itself.
    pub key: Option<Key>,
    /// The project in use.
    pub project: Option<Project>,
}

/// One page of the sources.
#[derive(Clone, Debug, PartialEq)]
pub struct SourcePage {
    /// The sources; repeats of what an earlier page of the same reading brought are left out.
    pub sources: Vec<Source>,
    /// How many sources were read so far in this reading.
    pub loaded: usize,
    /// How many the server says there are.
    pub total: usize,
    /// How many items could not be read at all.
    pub unreadable: usize,
    /// Whether this is the last page, and with it whether all of the list was seen.
    pub end: Option<Completeness>,
}

/// Whether a reading saw everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Every source was seen; what was not seen is gone.
    Whole,
    /// The list moved while it was read; something may have been skipped.
    Partial,
}

/// A schema in full form.
#[derive(Clone, Debug, PartialEq)]
pub struct FullSchema {
    /// What lists carry too.
    pub schema: Schema,
    /// What only the full form carries.
    pub detail: SchemaDetail,
    /// Its source, which only the single read names.
    pub source: Option<SourceId>,
    /// The connector of that source.
    pub source_type: Field<Foreign>,
}

/// How many names go into one question for jobs: the server answers at most 50 jobs a question.
const NAMES_A_QUESTION: usize = 4;

/// How long jobs once read are proof enough.
const PROOF_LASTS: SignedDuration = SignedDuration::from_secs(20);

/// Which jobs must be read to know whether the tables that claim to run do so. Nothing is asked about others.
#[must_use]
pub fn unproven_runs(inventory: &Inventory, now: Timestamp) -> Vec<Need> {
    let mut needs = Vec::new();
    for held in inventory.sources().iter().filter(|held| !held.source.direct) {
        let unproven = |schema: &Schema| {
            let read_at = inventory.runs(&schema.id).and_then(Runs::read_at);
            read_at.is_none_or(|read_at| age(read_at, now) >= PROOF_LASTS)
        };
        let names: Vec<Foreign> = held
            .tables()
            .filter(|(schema, state)| state.claims_to_run() && unproven(schema))
            .map(|(schema, _)| schema.name.clone())
            .collect();
        for names in names.chunks(NAMES_A_QUESTION) {
            needs.push(Need::Jobs(JobQuery { source: held.source.id.clone(), schemas: names.to_vec(), after: None }));
        }
    }
    needs
}
