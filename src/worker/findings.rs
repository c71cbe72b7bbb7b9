//! Diagnoses what was read, and remembers the verdicts: the same text in the same circumstances means the same.

use std::sync::{Arc, Mutex, PoisonError};

use crate::warehouse::diagnosis::{Catalogue, Symptom};
use crate::warehouse::finding::{Finding, Puzzle};
use crate::warehouse::map::Map;
use crate::warehouse::schema::Schema;
use crate::warehouse::source::Source;
use crate::warehouse::status::Status;
use crate::warehouse::text::Foreign;

/// How many verdicts are remembered before all are forgotten; a project has far fewer distinct texts.
const REMEMBERED: usize = 20_000;

/// Loads the catalogue and builds what is built at its first use, so that the first reply does not wait for it.
pub fn warm_up() {
    let _ = Catalogue::in_force().diagnose(&Symptom::of(Some("the first text")));
}

/// Whether there is anything to diagnose.
fn claims_failure(schema: &Schema) -> bool {
    matches!(schema.status, Status::Failed | Status::Error)
}

/// The memory of verdicts.
#[derive(Default)]
pub struct Findings {
    known: Mutex<Map<Puzzle, Option<Arc<Finding>>>>,
}

impl Findings {
    /// Diagnoses all failing tables of a source.
    pub fn attach_all(&self, source: &mut Source) {
        let kind = source.kind.clone();
        for schema in source.schemas.iter_mut().filter(|schema| claims_failure(schema)) {
            self.attach(Arc::make_mut(schema), Some(&kind), None);
        }
    }

    /// Diagnoses a table, if it is failing. `blocked` is the server's own word for why it cannot sync incrementally.
    pub fn attach(&self, schema: &mut Schema, source_type: Option<&Foreign>, blocked: Option<&Foreign>) {
        let text = schema.latest_error.known().cloned();
        self.attach_text(schema, text.as_ref(), source_type, blocked);
    }

    /// Looks at another text of the same failure, and takes it where it tells what the table's own leaves open; `true`
    /// when nothing is left open then.
    pub fn deepen(
        &self,
        schema: &mut Schema,
        text: &Foreign,
        source_type: Option<&Foreign>,
        blocked: Option<&Foreign>,
    ) -> bool {
        let Some(before) = schema.finding.take() else { return false };
        self.attach_text(schema, Some(text), source_type, blocked);
        if !schema.finding.as_deref().is_some_and(|finding| before.is_settled_by(finding)) {
            schema.finding = Some(before);
        }
        schema.finding.as_deref().is_some_and(|finding| !finding.is_open())
    }

    fn attach_text(
        &self,
        schema: &mut Schema,
        text: Option<&Foreign>,
        source_type: Option<&Foreign>,
        blocked: Option<&Foreign>,
    ) {
        if !claims_failure(schema) {
            return;
        }
        schema.finding = self.explain(Puzzle::of(schema, text, &schema.status, source_type, blocked));
    }

    /// What a text means.
    pub fn explain(&self, puzzle: Puzzle) -> Option<Arc<Finding>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known
            .entry(puzzle)
            .or_insert_with_key(|puzzle| Finding::of(Catalogue::in_force(), &puzzle.symptom()).map(Arc::new))
            .clone()
    }
}
