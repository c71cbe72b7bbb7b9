//! Diagnoses what was read, and remembers the verdicts: the same text in the same circumstances means the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::warehouse::diagnosis::{Catalogue, Level, Symptom};
use crate::warehouse::finding::Finding;
use crate::warehouse::schema::Schema;
use crate::warehouse::source::Source;
use crate::warehouse::status::Status;
use crate::warehouse::text::Foreign;

/// How many verdicts are remembered before all are forgotten; a project has far fewer distinct texts.
const REMEMBERED: usize = 20_000;

/// Everything a verdict depends on.
#[derive(PartialEq, Eq, Hash)]
struct Circumstances {
    text: Option<Foreign>,
    status: Status,
    source_type: Option<Foreign>,
    sync_type: Option<String>,
    blocked: Option<Foreign>,
}

/// Loads the catalogue and builds what is built at its first use, so that the first reply does not wait for it.
pub fn warm_up() {
    let _ = Catalogue::builtin().diagnose(&Symptom::of(Some("the first text")));
}

/// The memory of verdicts.
#[derive(Default)]
pub struct Findings {
    known: Mutex<HashMap<Circumstances, Option<Arc<Finding>>>>,
}

impl Findings {
    /// Diagnoses all failing tables of a source.
    pub fn attach_all(&self, source: &mut Source) {
        let kind = source.kind.clone();
        for schema in &mut source.schemas {
            self.attach(schema, Some(&kind), None);
        }
    }

    /// Diagnoses a table, if it is failing. `blocked` is the server's own word for why it cannot sync incrementally.
    pub fn attach(&self, schema: &mut Schema, source_type: Option<&Foreign>, blocked: Option<&Foreign>) {
        let text = schema.latest_error.known().cloned();
        self.attach_text(schema, text, source_type, blocked);
    }

    /// Looks at another text of the same failure; `true` when it settles what the table's own leaves open.
    pub fn deepen(
        &self,
        schema: &mut Schema,
        text: &Foreign,
        source_type: Option<&Foreign>,
        blocked: Option<&Foreign>,
    ) -> bool {
        let Some(before) = schema.finding.take() else { return false };
        self.attach_text(schema, Some(text.clone()), source_type, blocked);
        let settled = schema.finding.as_deref().is_some_and(|finding| before.is_settled_by(finding));
        if !settled {
            schema.finding = Some(before);
        }
        settled
    }

    fn attach_text(
        &self,
        schema: &mut Schema,
        text: Option<Foreign>,
        source_type: Option<&Foreign>,
        blocked: Option<&Foreign>,
    ) {
        if !matches!(schema.status, Status::Failed | Status::Error) {
            return;
        }
        let around = Circumstances {
            text,
            status: schema.status.clone(),
            source_type: source_type.cloned(),
            sync_type: schema.sync_type.known().map(|method| method.raw().to_owned()),
            blocked: blocked.cloned(),
        };
        schema.finding = self.recall(around);
    }

    fn recall(&self, around: Circumstances) -> Option<Arc<Finding>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.entry(around).or_insert_with_key(|around| look_up(around).map(Arc::new)).clone()
    }
}

fn look_up(around: &Circumstances) -> Option<Finding> {
    let symptom = Symptom {
        text: around.text.as_ref().map(Foreign::raw),
        level: Level::Schema,
        status: Some(&around.status),
        source_type: around.source_type.as_ref().map(Foreign::raw),
        sync_type: around.sync_type.as_deref(),
        sync_blocked: around.blocked.as_ref().map(Foreign::raw),
    };
    Finding::of(Catalogue::builtin(), &symptom)
}
