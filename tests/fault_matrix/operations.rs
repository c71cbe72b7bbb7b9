//! Every operation of the client, on a source and a table that exist.

use whtui::api::Client;
use whtui::simulator::Simulator;
use whtui::warehouse::consent::{Challenge, Discard, Loss};
use whtui::warehouse::failure::Failure;
use whtui::warehouse::field::Field;
use whtui::warehouse::operation::{
    BulkPatch, CdcMode, JobQuery, LogQuery, Operation, Page, Read, SchemaPatch, SourcePatch, Standing, SyncChange,
    Weighed, Write,
};
use whtui::warehouse::schema::Schema;
use whtui::warehouse::secret::{Input, Inputs};
use whtui::warehouse::settings::{Frequency, SyncType};
use whtui::warehouse::source::Source;
use whtui::worker::gate::Gate;

const PAGE: Page = Page { limit: 100, offset: 0 };

/// What is acted upon.
pub struct Targets {
    /// A database whose changes are streamed.
    pub database: Source,
    /// A source that is told by a webhook.
    pub pushed: Source,
}

impl Targets {
    pub async fn of(client: &Client) -> Self {
        let sources = client.sources(PAGE).await.unwrap().items;
        let streams =
            |source: &&Source| source.schemas.iter().filter(|schema| schema.syncs_by(&SyncType::Cdc)).count() > 1;
        let database = sources.iter().find(streams).expect("a database with a stream").clone();
        let pushed = sources.iter().find(|source| source.kind.raw() == "Stripe").expect("a source that pushes").clone();
        Self { database, pushed }
    }

    /// A table that is not streamed, so that it has settings to be changed.
    fn table(&self) -> &Schema {
        self.pushed.schemas.iter().find(|schema| schema.should_sync == Some(true)).expect("a table that is on")
    }
}

/// Everything that only looks.
pub fn reads(targets: &Targets) -> Vec<Read> {
    let (source, table) = (targets.database.id.clone(), targets.table().id.clone());
    let project = whtui::warehouse::ids::ProjectId::FIRST;
    let reads = vec![
        Read::CurrentKey,
        Read::Me,
        Read::Projects(PAGE),
        Read::Project(project),
        Read::Sources(PAGE),
        Read::Source(source.clone()),
        Read::Jobs(JobQuery::newest(source.clone(), Vec::new())),
        Read::Schemas(PAGE),
        Read::Schema(table.clone()),
        Read::IncrementalFields(table.clone()),
        Read::Wizard(targets.database.kind.clone()),
        Read::CdcPrerequisites(source.clone(), CdcMode::default()),
        Read::CdcStatus(source),
        Read::WebhookInfo(targets.pushed.id.clone()),
        Read::Logs(LogQuery::newest(table)),
        Read::HealthIssues,
    ];
    let kinds: std::collections::HashSet<_> = reads.iter().map(std::mem::discriminant).collect();
    assert_eq!(kinds.len(), reads.len(), "every one once");
    reads
}

/// Looks, by the method of the client that is made for it.
pub async fn look(client: &Client, read: Read) -> Result<(), Failure> {
    let account = client.account();
    match read {
        Read::CurrentKey => account.key().await.map(drop),
        Read::Me => account.me().await.map(drop),
        Read::Projects(page) => account.projects(page).await.map(drop),
        Read::Project(id) => account.project(id).await.map(drop),
        Read::Sources(page) => client.sources(page).await.map(drop),
        Read::Source(id) => client.source(&id).await.map(drop),
        Read::Jobs(query) => client.jobs(&query).await.map(drop),
        Read::Schemas(page) => client.schemas(page).await.map(drop),
        Read::Schema(id) => client.schema(&id).await.map(drop),
        Read::IncrementalFields(id) => client.incremental_fields(&id).await.map(drop),
        Read::Wizard(kind) => client.wizard(&kind).await.map(drop),
        Read::CdcPrerequisites(id, mode) => client.cdc_prerequisites(&id, mode).await.map(drop),
        Read::CdcStatus(id) => client.cdc_status(&id).await.map(drop),
        Read::WebhookInfo(id) => client.webhook_info(&id).await.map(drop),
        Read::Logs(query) => client.logs(&query).await.map(drop),
        Read::HealthIssues => client.health_issues().await.map(drop),
    }
}

/// Everything that changes something, with consent where data is discarded.
pub fn writes(targets: &Targets) -> Vec<Operation> {
    let (source, pushed) = (targets.database.id.clone(), targets.pushed.id.clone());
    let table = targets.table().clone();
    let id = table.id.clone();
    let secret = || Inputs::default().with("signing_secret", Input::Secret("whsec_planted".into()));
    let hourly = || SchemaPatch::frequency(Frequency::Every(60));
    let writes = [
        Write::UpdateSource(
            source.clone(),
            SourcePatch { description: Some("new".to_owned()), auto_sync_new_schemas: None, job_inputs: None },
        ),
        Write::ReloadSource(source.clone()),
        Write::RefreshSchemas(source.clone()),
        Write::UpdateSchema(id.clone(), hourly()),
        Write::ReloadSchema(id.clone()),
        Write::CancelSchema(id.clone()),
        Write::BulkUpdateSchemas(pushed.clone(), BulkPatch::default().with(&id, hourly())),
        Write::EnableCdc(source.clone(), CdcMode::default()),
        Write::CreateWebhook(pushed.clone(), Inputs::default()),
        Write::UpdateWebhookInputs(pushed.clone(), secret()),
    ];
    let mut discards = vec![
        Discard::ResyncSchema(id.clone()),
        Discard::DeleteData(id.clone()),
        Discard::DestroySchema(id.clone()),
        Discard::DestroySource(source.clone()),
        Discard::PauseSchema(id.clone()),
        Discard::PauseSchemas(pushed.clone(), vec![id]),
        Discard::DeleteWebhook(pushed),
        Discard::DisableCdc(source.clone()),
        Discard::RepairCdc(source),
    ];
    let change = SyncChange { method: Some(SyncType::Xmin), ..SyncChange::default() };
    if let Weighed::Loses(reshape) = change.weigh(&Standing::of(&table, &whtui_detail())) {
        discards.push(Discard::ReshapeSchema(reshape));
    }
    assert_eq!(discards.len(), 10, "a change that discards");
    let consented = discards.into_iter().map(|discard| {
        let loss = Loss { name: "orders".into(), tables: 1, rows: Field::Unknown, usual_run: None };
        Operation::Discard(Challenge::new(discard, loss).answered_with("orders").expect("the answer is right"))
    });
    writes.into_iter().map(Operation::Write).chain(consented).collect()
}

/// What is known of a table that was set up in the usual way.
fn whtui_detail() -> whtui::warehouse::schema::SchemaDetail {
    super::world::detail()
}

/// Sends, through the gate and by the method of the client that is made for it.
pub async fn send(client: &Client, operation: Operation) -> Result<(), Failure> {
    Gate::Open.pass(client, operation).await.map(drop)
}

/// The name of an operation: that of its variant.
pub fn name(operation: &Operation) -> String {
    let told = match operation {
        Operation::Read(read) => format!("{read:?}"),
        Operation::Write(write) => format!("{write:?}"),
        Operation::Discard(consent) => format!("{:?}", consent.discard()),
    };
    told.split(|symbol: char| !symbol.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// How often each request came in: method, path, and how often.
pub fn counts(simulator: &Simulator) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for request in simulator.requests() {
        let line = format!("{} {}", request.method, request.path);
        match counts.iter_mut().find(|(known, _)| *known == line) {
            Some((_, count)) => *count += 1,
            None => counts.push((line, 1)),
        }
    }
    counts
}
