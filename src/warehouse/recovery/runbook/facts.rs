//! What was found out on the way.

use std::collections::HashMap;

use crate::warehouse::ids::SchemaId;
use crate::warehouse::replies::{CandidateFields, CdcPrerequisites, CdcStatus, Form, WebhookInfo};
use crate::warehouse::source::Source;
use crate::warehouse::survey::{Fact, Need};
use crate::warehouse::text::Foreign;

/// What was found out on the way.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) form: Option<Form>,
    pub(super) source: Option<Source>,
    pub(super) candidates: HashMap<SchemaId, CandidateFields>,
    pub(super) webhook: Option<WebhookInfo>,
    pub(super) prerequisites: Option<CdcPrerequisites>,
    pub(super) cdc: Option<CdcStatus>,
    /// The tables of the source before their list was read again, and whether each was on.
    pub(super) before: Vec<(SchemaId, Foreign, Option<bool>)>,
}

impl Facts {
    /// Keeps a fact that runbooks need by themselves; the inventory keeps the others.
    pub(super) fn take(&mut self, fact: &Fact) {
        match fact {
            Fact::Form(form) => self.form = Some((**form).clone()),
            Fact::Source(source) => self.source = Some((**source).clone()),
            Fact::Candidates(id, fields) => {
                self.candidates.insert(id.clone(), (**fields).clone());
            }
            Fact::Webhook(_, info) => self.webhook = Some((**info).clone()),
            Fact::CdcPrerequisites(_, found) => self.prerequisites = Some(found.clone()),
            Fact::CdcStatus(_, status) => self.cdc = Some((**status).clone()),
            Fact::Schema(_)
            | Fact::Jobs(..)
            | Fact::Identity(_)
            | Fact::Sources(_)
            | Fact::Logs(..)
            | Fact::LogsGoOn(_)
            | Fact::Raw(..)
            | Fact::Explained(..) => {}
        }
    }
}

/// The question that a fact answers.
pub(super) fn asked_for(fact: &Fact) -> Option<Need> {
    Some(match fact {
        Fact::Source(source) => Need::Source(source.id.clone()),
        Fact::Candidates(id, _) => Need::Candidates(id.clone()),
        Fact::Webhook(id, _) => Need::Webhook(id.clone()),
        Fact::CdcPrerequisites(id, _) => Need::CdcPrerequisites(id.clone()),
        Fact::CdcStatus(id, _) => Need::CdcStatus(id.clone()),
        Fact::Schema(full) => Need::Schema(full.schema.id.clone()),
        Fact::Jobs(query, _) => Need::Jobs(query.clone()),
        Fact::Identity(_)
        | Fact::Sources(_)
        | Fact::Form(_)
        | Fact::Logs(..)
        | Fact::LogsGoOn(_)
        | Fact::Raw(..)
        | Fact::Explained(..) => {
            return None;
        }
    })
}
