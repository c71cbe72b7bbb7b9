//! Every operation of the client, called by its name in the contract.

use whtui::api::Client;
use whtui::warehouse::consent::Discard;
use whtui::warehouse::failure::Failure;
use whtui::warehouse::ids::{SchemaId, SourceId};
use whtui::warehouse::job::Job;
use whtui::warehouse::operation::{BulkPatch, CdcMode, JobQuery, LogQuery, SchemaPatch, SourcePatch};
use whtui::warehouse::replies::{
    CancelReply, CandidateFields, CdcPrerequisites, CdcStatus, Discarded, Form, HealthIssue, Listing, LogEntry,
    LogLevel, RefreshResult, WebhookCreation, WebhookInfo,
};
use whtui::warehouse::secret::{Input, Inputs};
use whtui::warehouse::settings::Frequency;
use whtui::warehouse::source::Source;
use whtui::warehouse::survey::FullSchema;
use whtui::warehouse::text::Foreign;

use super::{ID, PAGE, consent};

/// What a call answered, whichever call it was.
#[derive(Debug)]
pub enum Answer {
    Key(whtui::warehouse::account::Key),
    User(whtui::warehouse::account::User),
    Projects(Vec<whtui::warehouse::account::Project>, Option<u64>, bool),
    Sources(Vec<Source>, Option<u64>, bool),
    Schemas(Vec<FullSchema>, Option<u64>, bool),
    Jobs(Vec<Job>),
    Candidates(CandidateFields),
    Refreshed(RefreshResult),
    Cancelled(CancelReply),
    Form(Form),
    Prerequisites(CdcPrerequisites),
    Cdc(CdcStatus),
    Webhook(Box<WebhookInfo>),
    WebhookCreated(WebhookCreation),
    Logs(Listing<LogEntry>),
    Issues(Listing<HealthIssue>),
    Discarded(Discarded),
    Nothing,
}

/// Operations of the client, by their name in the contract.
pub const OPERATIONS: [&str; 33] = [
    "personal_api_keys_current",
    "users_me",
    "projects_list",
    "projects_retrieve",
    "external_data_sources_list",
    "external_data_sources_retrieve",
    "external_data_sources_jobs_retrieve",
    "external_data_schemas_list",
    "external_data_schemas_retrieve",
    "external_data_schemas_incremental_fields_create",
    "external_data_sources_partial_update",
    "external_data_sources_reload_create",
    "external_data_sources_refresh_schemas_create",
    "external_data_sources_destroy",
    "external_data_schemas_partial_update",
    "external_data_schemas_reload_create",
    "external_data_schemas_cancel_create",
    "external_data_schemas_resync_create",
    "external_data_schemas_delete_data_destroy",
    "external_data_schemas_destroy",
    "external_data_sources_wizard_retrieve",
    "external_data_sources_bulk_update_schemas_partial_update",
    "external_data_sources_check_cdc_prerequisites_for_source_create",
    "external_data_sources_cdc_status_retrieve",
    "external_data_sources_enable_cdc_create",
    "external_data_sources_disable_cdc_create",
    "external_data_sources_repair_cdc_create",
    "external_data_sources_webhook_info_retrieve",
    "external_data_sources_create_webhook_create",
    "external_data_sources_update_webhook_inputs_create",
    "external_data_sources_delete_webhook_create",
    "external_data_schemas_logs_retrieve",
    "data_warehouse_data_health_issues_retrieve",
];

pub async fn call(client: &Client, operation: &str) -> Result<Answer, Failure> {
    let (source, schema) = (SourceId::new(ID), SchemaId::new(ID));
    let patch = SourcePatch {
        description: Some("new".to_owned()),
        auto_sync_new_schemas: Some(true),
        job_inputs: Some(inputs()),
    };
    let query = JobQuery {
        source: source.clone(),
        schemas: vec![Foreign::new("public.orders"), Foreign::new("a&b")],
        after: Some("2026-11-20T08:00:00Z".parse().unwrap()),
        before: Some("2026-11-20T09:00:00Z".parse().unwrap()),
    };
    Ok(match operation {
        "personal_api_keys_current" => Answer::Key(client.account().key().await?),
        "users_me" => Answer::User(client.account().me().await?),
        "projects_list" => {
            let page = client.account().projects(PAGE).await?;
            assert_eq!(page.unreadable, 0);
            Answer::Projects(page.items, page.count, page.next)
        }
        "projects_retrieve" => Answer::Projects(vec![client.account().project(client.project()).await?], None, false),
        "external_data_sources_list" => {
            let page = client.sources(PAGE).await?;
            assert_eq!(page.unreadable, 0);
            Answer::Sources(page.items, page.count, page.next)
        }
        "external_data_sources_retrieve" => Answer::Sources(vec![client.source(&source).await?], None, false),
        "external_data_sources_jobs_retrieve" => Answer::Jobs(client.jobs(&query).await?),
        "external_data_schemas_list" => {
            let page = client.schemas(PAGE).await?;
            assert_eq!(page.unreadable, 0);
            Answer::Schemas(page.items, page.count, page.next)
        }
        "external_data_schemas_retrieve" => Answer::Schemas(vec![client.schema(&schema).await?], None, false),
        "external_data_schemas_incremental_fields_create" => {
            Answer::Candidates(client.incremental_fields(&schema).await?)
        }
        "external_data_sources_partial_update" => {
            Answer::Sources(vec![client.update_source(&source, patch).await?], None, false)
        }
        "external_data_sources_reload_create" => {
            client.reload_source(&source).await?.map_or(Answer::Nothing, Answer::Refreshed)
        }
        "external_data_sources_refresh_schemas_create" => Answer::Refreshed(client.refresh_schemas(&source).await?),
        "external_data_schemas_partial_update" => {
            let patch = SchemaPatch::frequency(Frequency::Every(60));
            Answer::Schemas(vec![client.update_schema(&schema, patch).await?], None, false)
        }
        "external_data_schemas_reload_create" => {
            client.reload_schema(&schema).await?;
            Answer::Nothing
        }
        "external_data_schemas_cancel_create" => Answer::Cancelled(client.cancel_schema(&schema).await?),
        "external_data_sources_bulk_update_schemas_partial_update" => {
            Answer::Schemas(client.bulk_update_schemas(&source, bulk()).await?, None, false)
        }
        "external_data_sources_wizard_retrieve" => Answer::Form(client.wizard(&Foreign::new("Postgres")).await?),
        "external_data_sources_check_cdc_prerequisites_for_source_create" => {
            Answer::Prerequisites(client.cdc_prerequisites(&source, self_managed()).await?)
        }
        "external_data_sources_cdc_status_retrieve" => Answer::Cdc(client.cdc_status(&source).await?),
        "external_data_sources_enable_cdc_create" => {
            client.enable_cdc(&source, self_managed()).await?;
            Answer::Nothing
        }
        "external_data_sources_webhook_info_retrieve" => Answer::Webhook(Box::new(client.webhook_info(&source).await?)),
        "external_data_sources_create_webhook_create" => {
            Answer::WebhookCreated(client.create_webhook(&source, signing_secret()).await?)
        }
        "external_data_sources_update_webhook_inputs_create" => {
            client.update_webhook_inputs(&source, signing_secret()).await?;
            Answer::Nothing
        }
        "external_data_schemas_logs_retrieve" => Answer::Logs(client.logs(&log_query(schema)).await?),
        "data_warehouse_data_health_issues_retrieve" => Answer::Issues(client.health_issues().await?),
        discard => {
            let discard = match discard {
                "external_data_schemas_resync_create" => Discard::ResyncSchema(schema),
                "external_data_schemas_delete_data_destroy" => Discard::DeleteData(schema),
                "external_data_schemas_destroy" => Discard::DestroySchema(schema),
                "external_data_sources_destroy" => Discard::DestroySource(source),
                "external_data_sources_disable_cdc_create" => Discard::DisableCdc(source),
                "external_data_sources_repair_cdc_create" => Discard::RepairCdc(source),
                "external_data_sources_delete_webhook_create" => Discard::DeleteWebhook(source),
                unknown => panic!("{unknown}"),
            };
            match client.discard(consent(discard)).await? {
                Discarded::Accepted => Answer::Nothing,
                answer => Answer::Discarded(answer),
            }
        }
    })
}

fn inputs() -> Inputs {
    let mut inputs = Inputs::default().with("host", Input::Plain("db.example.com".to_owned()));
    inputs.set(&["auth", "password"], Input::Secret("planted".into()));
    inputs
}

fn signing_secret() -> Inputs {
    Inputs::default().with("signing_secret", Input::Secret("planted".into()))
}

fn self_managed() -> CdcMode {
    CdcMode::SelfManaged { slot: Foreign::new("slot"), publication: Foreign::new("publication") }
}

fn bulk() -> BulkPatch {
    BulkPatch::default()
        .with(&SchemaId::new(ID), SchemaPatch::resume())
        .with(&SchemaId::new(ID), SchemaPatch::frequency(Frequency::Every(60)))
        .with(&SchemaId::new(ID), SchemaPatch::cursor(Foreign::new("placed_at"), Foreign::new("timestamp")))
}

fn log_query(schema: SchemaId) -> LogQuery {
    LogQuery {
        limit: 1_000,
        after: Some("2026-11-20T08:00:00Z".parse().unwrap()),
        before: Some("2026-11-20T09:00:00.5Z".parse().unwrap()),
        levels: LogLevel::ALL.to_vec(),
        search: Foreign::new("a&b"),
        run: Some(Foreign::new("6f0a1f1e")),
        ..LogQuery::newest(schema)
    }
}
