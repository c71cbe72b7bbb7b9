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
        if !matches!(schema.status, Status::Failed | Status::Error) {
            return;
        }
        let around = Circumstances {
            text: schema.latest_error.known().cloned(),
            status: schema.status.clone(),
            source_type: source_type.cloned(),
            sync_type: schema.sync_type.known().map(|method| method.raw().to_owned()),
            blocked: blocked.cloned(),
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        schema.finding = match known.get(&around) {
            Some(finding) => finding.clone(),
            None => {
                let finding = look_up(&around).map(Arc::new);
                known.insert(around, finding.clone());
                finding
            }
        };
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
