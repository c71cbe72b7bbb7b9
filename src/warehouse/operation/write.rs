//! Calls that change something: without discarding data, and with consent.

use serde_json::{Value, json};

use super::request::{Request, schema, source};
use super::{BulkPatch, CdcMode, SchemaPatch, SourcePatch};
use crate::warehouse::consent::Discard;
use crate::warehouse::ids::{ProjectId, SchemaId, SourceId};
use crate::warehouse::secret::Inputs;

/// Calls that change something without discarding data.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Change the description, the discovery settings or the connection settings of a source.
    UpdateSource(SourceId, SourcePatch),
    /// Request a run of every enabled table of a source.
    ReloadSource(SourceId),
    /// Read the table list of a source again. Can switch off or remove tables (contract, section 9.2).
    RefreshSchemas(SourceId),
    /// Change a schema.
    UpdateSchema(SchemaId, SchemaPatch),
    /// Request a run of a schema.
    ReloadSchema(SchemaId),
    /// Cancel the run of a schema.
    CancelSchema(SchemaId),
    /// Change several schemas of a source. Not atomic (contract, section 9.2).
    BulkUpdateSchemas(SourceId, BulkPatch),
    /// Switch change data capture on (contract, section 9.6).
    EnableCdc(SourceId, CdcMode),
    /// Register the webhook of a source at the vendor. Never to be repeated: that registers a second one (contract,
    /// section 9.3).
    CreateWebhook(SourceId, Inputs),
    /// Store new inputs of the webhook of a source, such as its signing secret (contract, section 9.3).
    UpdateWebhookInputs(SourceId, Inputs),
}

impl Write {
    /// The request of this call.
    #[must_use]
    pub fn request(&self, project: ProjectId) -> Request {
        use super::Method::{Patch, Post};
        match self {
            Self::UpdateSource(id, patch) => patch.fill(Request::new(Patch, source(project, id, "")).slow()),
            Self::ReloadSource(id) => Request::new(Post, source(project, id, "reload/")),
            Self::RefreshSchemas(id) => Request::new(Post, source(project, id, "refresh_schemas/")).slow(),
            Self::UpdateSchema(id, patch) => {
                let body = Value::Object(patch.body());
                Request::new(Patch, schema(project, patch.target(id), "")).with_body(body).slow()
            }
            Self::ReloadSchema(id) => Request::new(Post, schema(project, id, "reload/")),
            Self::CancelSchema(id) => Request::new(Post, schema(project, id, "cancel/")),
            Self::BulkUpdateSchemas(id, patch) => bulk(project, id).with_body(patch.body()),
            Self::EnableCdc(id, mode) => mode.fill(Request::new(Post, source(project, id, "enable_cdc/")).slow()),
            Self::CreateWebhook(id, inputs) => {
                let request = Request::new(Post, source(project, id, "create_webhook/")).slow();
                if inputs.is_empty() { request } else { with_webhook_inputs(request, inputs) }
            }
            Self::UpdateWebhookInputs(id, inputs) => {
                let request = Request::new(Post, source(project, id, "update_webhook_inputs/")).slow();
                with_webhook_inputs(request, inputs)
            }
        }
    }
}

impl Discard {
    /// The request of this act. Knowing it is harmless: sending it takes a [`Consent`](crate::warehouse::consent::Consent).
    #[must_use]
    pub fn request(&self, project: ProjectId) -> Request {
        use super::Method::{Delete, Patch, Post};
        match self {
            Self::ResyncSchema(id) => Request::new(Post, schema(project, id, "resync/")),
            Self::DeleteData(id) => Request::new(Delete, schema(project, id, "delete_data/")),
            Self::DestroySchema(id) => Request::new(Delete, schema(project, id, "")),
            Self::DestroySource(id) => Request::new(Delete, source(project, id, "")),
            Self::PauseSchema(id) => {
                Request::new(Patch, schema(project, id, "")).with_body(json!({ "should_sync": false })).slow()
            }
            Self::ReshapeSchema(reshape) => {
                let body = Value::Object(reshape.body());
                Request::new(Patch, schema(project, reshape.schema(), "")).with_body(body).slow()
            }
            Self::PauseSchemas(id, schemas) => {
                let off = |id: &SchemaId| json!({ "id": id.as_str(), "should_sync": false });
                let rows: Vec<Value> = schemas.iter().map(off).collect();
                bulk(project, id).with_body(json!({ "schemas": rows }))
            }
            Self::DeleteWebhook(id) => Request::new(Post, source(project, id, "delete_webhook/")).slow(),
            Self::DisableCdc(id) => Request::new(Post, source(project, id, "disable_cdc/")).slow(),
            Self::RepairCdc(id) => Request::new(Post, source(project, id, "repair_cdc/")).slow(),
        }
    }
}

fn bulk(project: ProjectId, id: &SourceId) -> Request {
    Request::new(super::Method::Patch, source(project, id, "bulk_update_schemas/")).slow()
}

fn with_webhook_inputs(request: Request, inputs: &Inputs) -> Request {
    request.with_inputs(inputs, |inputs| json!({ "inputs": inputs }))
}
