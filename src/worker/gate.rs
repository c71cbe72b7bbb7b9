//! The gate in front of the only path on which writes leave.

use crate::api::Client;
use crate::app::message::Sent;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::field::Field;
use crate::warehouse::operation::{Operation, Write};
use crate::warehouse::replies::{CancelReply, Discarded, RefreshResult, WebhookCreation};
use crate::warehouse::text::Foreign;
use crate::warehouse::words;

/// What the gate lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Writes are sent.
    Open,
    /// Writes are shown, not sent.
    DryRun,
    /// Writes are refused.
    ReadOnly,
}

impl Gate {
    /// The gate for these modes; read-only outranks dry-run.
    #[must_use]
    pub fn new(read_only: bool, dry_run: bool) -> Self {
        match (read_only, dry_run) {
            (true, _) => Self::ReadOnly,
            (false, true) => Self::DryRun,
            (false, false) => Self::Open,
        }
    }

    /// Sends a write, once, or holds it back.
    ///
    /// # Errors
    /// The failure of the request; [`FailureKind::ReadOnly`] when it was refused here.
    pub async fn pass(self, client: &Client, operation: Operation) -> Result<Sent, Failure> {
        match self {
            Self::ReadOnly => Err(Failure::new(FailureKind::ReadOnly, "")),
            Self::DryRun => Ok(Sent::Held(operation.request(client.project()).without_secrets())),
            Self::Open => send(client, operation).await.map(Sent::Done),
        }
    }
}

async fn send(client: &Client, operation: Operation) -> Result<Option<Foreign>, Failure> {
    match operation {
        Operation::Read(_) => Err(Failure::new(FailureKind::Internal, "a read was sent as a write")),
        Operation::Discard(consent) => client.discard(consent).await.map(|answer| outcome(&answer)),
        Operation::Write(write) => match write {
            Write::UpdateSource(id, patch) => client.update_source(&id, patch).await.map(|_| None),
            Write::ReloadSource(id) => client.reload_source(&id).await.map(|found| found.map(|found| remark(&found))),
            Write::RefreshSchemas(id) => client.refresh_schemas(&id).await.map(|found| Some(remark(&found))),
            Write::UpdateSchema(id, patch) => client.update_schema(&id, patch).await.map(|_| None),
            Write::ReloadSchema(id) => client.reload_schema(&id).await.map(|()| None),
            Write::CancelSchema(id) => client.cancel_schema(&id).await.map(|reply| match reply {
                CancelReply::Cancelling => None,
                CancelReply::NothingRan => Some(Foreign::new("no sync was running; the status was put right")),
            }),
            Write::BulkUpdateSchemas(id, patch) => client.bulk_update_schemas(&id, patch).await.map(|_| None),
            Write::EnableCdc(id, mode) => client.enable_cdc(&id, mode).await.map(|()| None),
            Write::CreateWebhook(id, inputs) => created(&client.create_webhook(&id, inputs).await?),
            Write::UpdateWebhookInputs(id, inputs) => client.update_webhook_inputs(&id, inputs).await.map(|()| None),
        },
    }
}

/// What is worth knowing of an act that was done.
fn outcome(answer: &Discarded) -> Option<Foreign> {
    match answer {
        Discarded::WebhookDeleted(deletion) if deletion.outside.known() == Some(&false) => {
            let reason = deletion.error.known().filter(|reason| !reason.is_blank());
            let reason = reason.map_or_else(String::new, |reason| format!(" ({})", reason.raw()));
            Some(Foreign::from(format!("the vendor still has its end of the webhook; remove it there by hand{reason}")))
        }
        Discarded::CdcDisabled { already: true } => Some(Foreign::new("it was off already")),
        Discarded::CdcRepaired { schemas_reset: Field::Known(count) } => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            Some(Foreign::from(format!("{} imported again", words::counted(count, "table"))))
        }
        _ => None,
    }
}

/// A webhook that was not registered is a failure, whatever the status of the reply.
fn created(creation: &WebhookCreation) -> Result<Option<Foreign>, Failure> {
    if let Some(failure) = creation.failure() {
        return Err(failure);
    }
    let missing: Vec<&str> = creation.pending_inputs.iter().map(Foreign::raw).collect();
    Ok((!missing.is_empty()).then(|| Foreign::from(format!("still to be supplied: {}", missing.join(", ")))))
}

fn remark(found: &RefreshResult) -> Foreign {
    let part = |count: Field<u64>, word: &str| count.known().map(|count| format!("{count} {word}"));
    let parts: Vec<String> = [
        part(found.added, "added"),
        part(found.deleted, "gone"),
        part(found.auto_enabled, "switched on"),
        part(found.total_tables_seen, "tables seen"),
    ]
    .into_iter()
    .flatten()
    .collect();
    Foreign::from(parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::replies::WebhookDeletion;

    fn creation(registered: bool, error: Field<Foreign>, pending: &[&str]) -> WebhookCreation {
        let pending_inputs = pending.iter().map(|name| Foreign::new(name)).collect();
        WebhookCreation { registered, url: Field::Null, error, pending_inputs }
    }

    #[test]
    fn a_webhook_that_was_not_registered_is_a_failure() {
        let failure = created(&creation(false, Field::Known(Foreign::new("No permission.")), &["secret"]));
        assert_eq!(failure.unwrap_err().detail.raw(), "No permission. (missing: secret)");
        assert!(created(&creation(false, Field::Null, &[])).is_err());
        assert_eq!(created(&creation(true, Field::Null, &[])), Ok(None));
        let remark = created(&creation(true, Field::Null, &["secret"])).unwrap();
        assert_eq!(remark, Some(Foreign::new("still to be supplied: secret")));
    }

    #[test]
    fn what_is_left_to_do_by_hand_is_said() {
        let deleted = |outside| {
            let error = Field::Known(Foreign::new("no permission"));
            outcome(&Discarded::WebhookDeleted(WebhookDeletion { outside, error }))
        };
        assert_eq!(deleted(Field::Known(true)), None);
        let remark = deleted(Field::Known(false)).unwrap();
        assert_eq!(
            remark.raw(),
            "the vendor still has its end of the webhook; remove it there by hand (no permission)"
        );
        let repaired = outcome(&Discarded::CdcRepaired { schemas_reset: Field::Known(4) }).unwrap();
        assert_eq!(repaired.raw(), "4 tables imported again");
        assert_eq!(outcome(&Discarded::Accepted), None);
    }
}
