//! The operations as methods, continued: what repairs need beside reading and changing tables.

use serde_json::value::RawValue;

use super::channels::{self, Told};
use super::client::Client;
use super::json::Object;
use super::refusal::bounded;
use super::transport::Reply;
use super::{form, objects};
use crate::warehouse::consent::{Consent, Discard};
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::ids::{JobId, SourceId};
use crate::warehouse::operation::{BulkPatch, CdcMode, LogQuery, Operation, Read, Write};
use crate::warehouse::replies::{
    CdcPrerequisites, CdcStatus, Discarded, Form, HealthIssue, Listing, LogEntry, WebhookCreation, WebhookInfo,
};
use crate::warehouse::secret::{Inputs, Secret};
use crate::warehouse::survey::FullSchema;
use crate::warehouse::text::Foreign;

impl Client {
    /// The reply to a call as the server sent it, or the one of its jobs with this identity.
    ///
    /// # Errors
    /// See [`Failure`]; `NotFound` when there is no such job among them.
    pub async fn raw(&self, read: &Read, job: Option<&JobId>) -> Result<String, Failure> {
        let Some(job) = job else {
            return self.read(read.clone(), |raw| Some(raw.get().to_owned())).await;
        };
        let found = self.read(read.clone(), |raw| Some(objects::raw_job(raw, job))).await?;
        found.ok_or_else(|| Failure::new(FailureKind::NotFound, ""))
    }

    /// The form of a source type (contract, section 9.7).
    ///
    /// # Errors
    /// See [`Failure`]; `Refused` for a type the server does not know.
    pub async fn wizard(&self, kind: &Foreign) -> Result<Form, Failure> {
        self.read(Read::Wizard(kind.clone()), |raw| form::form(raw, kind)).await
    }

    /// Whether a source is ready for change data capture (contract, section 7.7). Not being ready is no failure.
    /// Connects to the customer's system.
    ///
    /// # Errors
    /// See [`Failure`]; `Refused` when that system cannot be asked, or sources of this type have none.
    pub async fn cdc_prerequisites(&self, id: &SourceId, mode: CdcMode) -> Result<CdcPrerequisites, Failure> {
        self.read(Read::CdcPrerequisites(id.clone(), mode), channels::prerequisites).await
    }

    /// How change data capture of a source is doing (contract, section 7.7). Connects to the customer's system.
    ///
    /// # Errors
    /// See [`Failure`]; `Refused` when that system cannot be asked.
    pub async fn cdc_status(&self, id: &SourceId) -> Result<CdcStatus, Failure> {
        self.read(Read::CdcStatus(id.clone()), channels::cdc_status).await
    }

    /// The webhook of a source (contract, section 7.8). Asks the vendor.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn webhook_info(&self, id: &SourceId) -> Result<WebhookInfo, Failure> {
        self.read(Read::WebhookInfo(id.clone()), channels::webhook_info).await
    }

    /// Log lines of the runs of a schema, newest first (contract, section 9.5). Servers cut before they count, so
    /// whether there are older ones only shows in a further page.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn logs(&self, query: &LogQuery) -> Result<Listing<LogEntry>, Failure> {
        self.entity(Read::Logs(query.clone())).await
    }

    /// Everything that fails in the project (contract, section 9.6).
    ///
    /// # Errors
    /// See [`Failure`]; `MissingScope` unless the key has all of four scopes.
    pub async fn health_issues(&self) -> Result<Listing<HealthIssue>, Failure> {
        self.entity(Read::HealthIssues).await
    }

    /// Changes several schemas, and answers with what they are then (contract, section 9.2).
    ///
    /// # Errors
    /// See [`Failure`]. A part may have been saved all the same:
    /// [`BulkFailure::of`](crate::warehouse::replies::BulkFailure::of) tells what the server says of it.
    pub async fn bulk_update_schemas(&self, id: &SourceId, patch: BulkPatch) -> Result<Vec<FullSchema>, Failure> {
        self.write(Write::BulkUpdateSchemas(id.clone(), patch)).await?.read(objects::full_schemas)
    }

    /// Switches change data capture on (contract, section 9.6).
    ///
    /// # Errors
    /// See [`Failure`]; `Refused` with all that is missing, or when it is on already.
    pub async fn enable_cdc(&self, id: &SourceId, mode: CdcMode) -> Result<(), Failure> {
        done(&self.write(Write::EnableCdc(id.clone(), mode)).await?, |_| (), &[], self)
    }

    /// Registers the webhook of a source at the vendor (contract, section 9.3). The answer has to be looked at: it
    /// may be that it was not registered.
    ///
    /// # Errors
    /// See [`Failure`]; `Refused` when sources of this type have none, or no table uses it.
    pub async fn create_webhook(&self, id: &SourceId, inputs: Inputs) -> Result<WebhookCreation, Failure> {
        let write = Write::CreateWebhook(id.clone(), inputs);
        let secrets = write.request(self.project()).secrets().to_vec();
        let masks = self.account().masks(&secrets);
        self.write(write).await?.read(|raw| channels::webhook_creation(raw, |text| masks.apply(text)))
    }

    /// Stores new inputs of a webhook (contract, section 9.3).
    ///
    /// # Errors
    /// See [`Failure`]; `Refused` when there is no webhook, or the vendor does not take them.
    pub async fn update_webhook_inputs(&self, id: &SourceId, inputs: Inputs) -> Result<(), Failure> {
        let write = Write::UpdateWebhookInputs(id.clone(), inputs);
        let secrets = write.request(self.project()).secrets().to_vec();
        done(&self.write(write).await?, |_| (), &secrets, self)
    }

    /// Does what was consented to (contract, section 6). The consent is used up, whatever comes of it.
    ///
    /// # Errors
    /// See [`Failure`]. Of a change of several schemas a part may have been saved all the same, see
    /// [`BulkFailure::of`](crate::warehouse::replies::BulkFailure::of).
    pub async fn discard(&self, consent: Consent) -> Result<Discarded, Failure> {
        let act = consent.discard().clone();
        let reply = self.send(&Operation::Discard(consent)).await?;
        match act {
            Discard::ResyncSchema(_)
            | Discard::DeleteData(_)
            | Discard::DestroySchema(_)
            | Discard::DestroySource(_) => reply.accept().map(|()| Discarded::Accepted),
            Discard::PauseSchema(_) | Discard::ReshapeSchema(_) => {
                reply.entity().await.map(|schema| Discarded::Changed(vec![schema]))
            }
            Discard::PauseSchemas(..) => reply.read(objects::full_schemas).map(Discarded::Changed),
            Discard::DeleteWebhook(_) => {
                done(&reply, channels::webhook_deletion, &[], self).map(Discarded::WebhookDeleted)
            }
            Discard::DisableCdc(_) => {
                let already = |object: &Object<'_>| object.flag("already_disabled").known() == Some(&true);
                done(&reply, already, &[], self).map(|already| Discarded::CdcDisabled { already })
            }
            Discard::RepairCdc(_) => done(&reply, |object| object.number("schemas_reset"), &[], self)
                .map(|schemas_reset| Discarded::CdcRepaired { schemas_reset }),
        }
    }
}

/// Reads a reply that says whether it was done; where it was not, that is a refusal in spite of its status.
fn done<T>(
    reply: &Reply,
    read: impl FnOnce(&Object<'_>) -> T,
    secrets: &[Secret],
    client: &Client,
) -> Result<T, Failure> {
    match reply.read(|raw: &RawValue| channels::told(raw, read))? {
        Told::Done(answer) => Ok(answer),
        Told::NotDone(reason) => {
            let reason = client.account().masks(secrets).apply(reason.raw());
            Err(Failure { status: Some(200), ..Failure::new(FailureKind::Refused, bounded(&reason)) })
        }
    }
}
