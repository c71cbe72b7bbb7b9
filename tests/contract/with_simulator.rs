//! The operations that repairs need, played against the simulator's demo.

use whtui::api::{Client, Limits};
use whtui::simulator::{Options, Simulator, start};
use whtui::warehouse::consent::Discard;
use whtui::warehouse::failure::FailureKind;
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::SchemaId;
use whtui::warehouse::operation::{BulkPatch, CdcMode, LogQuery, Page, SchemaPatch, SourcePatch};
use whtui::warehouse::replies::{BulkFailure, Discarded, FieldKind, FormField, HealthKind, LogLevel};
use whtui::warehouse::secret::{Input, Inputs};
use whtui::warehouse::settings::{Frequency, SyncType};
use whtui::warehouse::source::Source;

use super::{client, consent};

async fn demo() -> (Simulator, Client, Vec<Source>) {
    let simulator = start(Options { scenario: "demo".to_owned(), ..Options::default() }).await.unwrap();
    let client = client::of(&simulator, Limits::default());
    let sources = client.sources(Page { limit: 1_000, offset: 0 }).await.unwrap().items;
    (simulator, client, sources)
}

fn known(fields: &[FormField]) -> bool {
    fields.iter().all(|field| match &field.kind {
        FieldKind::Other(_) => false,
        FieldKind::Select(options) => options.iter().all(|option| known(&option.fields)),
        FieldKind::SwitchGroup(fields) => known(fields),
        _ => true,
    })
}

#[tokio::test]
async fn every_source_of_the_demo_can_be_looked_at() {
    let (simulator, client, sources) = demo().await;
    let mut webhooks = 0;
    for source in &sources {
        let form = client.wizard(&source.kind).await.unwrap();
        assert!(!form.fields.is_empty() && known(&form.fields), "{form:?}");
        let info = client.webhook_info(&source.id).await.unwrap();
        assert_eq!(info.supported, source.supports_webhooks);
        webhooks += usize::from(info.exists == Field::Known(true));
        match client.cdc_status(&source.id).await {
            Ok(status) => assert!(status.enabled.known().is_some()),
            Err(failure) => assert_eq!(failure.kind, FailureKind::Refused),
        }
    }
    assert!(webhooks >= 2);
    let issues = client.health_issues().await.unwrap();
    assert_eq!(issues.unreadable, 0);
    let failed = issues.items.iter().find(|issue| issue.kind == HealthKind::Sync && issue.error.known().is_some());
    let query = LogQuery { levels: vec![LogLevel::Error], ..LogQuery::newest(SchemaId::new(failed.unwrap().id.raw())) };
    let lines = client.logs(&query).await.unwrap().items;
    assert!(lines.iter().all(|line| line.level == LogLevel::Error && line.at.known().is_some()));
    assert!(!lines.is_empty());
    simulator.stop().await;
}

#[tokio::test]
async fn secrets_are_stored_and_refused_ones_are_not_repeated() {
    let (simulator, client, sources) = demo().await;
    let stripe = sources.iter().find(|source| source.kind.raw() == "Stripe").unwrap();
    let secret = |text: &str| Inputs::default().with("signing_secret", Input::Secret(text.into()));
    client.update_webhook_inputs(&stripe.id, secret("whsec_demo")).await.unwrap();
    let refused = client.update_webhook_inputs(&stripe.id, secret("wrong")).await.unwrap_err();
    assert_eq!((&refused.kind, refused.status), (&FailureKind::Refused, Some(400)));
    let mut inputs = Inputs::default();
    inputs.set(&["auth_method", Inputs::SELECTION], Input::Plain("api_key".to_owned()));
    inputs.set(&["auth_method", "stripe_secret_key"], Input::Secret("rk_live_planted".into()));
    let source = client.update_source(&stripe.id, SourcePatch::settings(inputs)).await.unwrap();
    assert!(!format!("{source:?}").contains("rk_live_planted"));
    simulator.stop().await;
}

#[tokio::test]
async fn changes_of_many_tables_and_of_streams_are_carried_out() {
    let (simulator, client, sources) = demo().await;
    let streaming = |source: &&Source| source.schemas.iter().any(|schema| schema.syncs_by(&SyncType::Cdc));
    let mut met = 0;
    for source in sources.iter().filter(streaming) {
        let found = client.cdc_prerequisites(&source.id, CdcMode::Managed).await.unwrap();
        met += usize::from(found.valid == Field::Known(true));
        assert_eq!(found.valid == Field::Known(true), found.errors.is_empty());

        let tables: Vec<_> = source.schemas.iter().map(|schema| (schema.id.clone(), schema.name.clone())).collect();
        let hourly = || SchemaPatch::frequency(Frequency::Every(60));
        let patch = tables.iter().fold(BulkPatch::default(), |all, (id, _)| all.with(id, hourly()));
        assert_eq!(client.bulk_update_schemas(&source.id, patch).await.unwrap().len(), tables.len());
        let bad = BulkPatch::default()
            .with(&tables[0].0, hourly())
            .with(&tables[1].0, SchemaPatch::frequency(Frequency::Every(1)));
        let failure = client.bulk_update_schemas(&source.id, bad).await.unwrap_err();
        let part = BulkFailure::of(&failure, &tables).unwrap();
        assert!(part.complete && part.unsaved.len() == 1 && part.unsaved[0].schema == tables[1].0, "{failure:?}");

        let ids = tables.iter().map(|(id, _)| id.clone()).collect();
        let paused = client.discard(consent(Discard::PauseSchemas(source.id.clone(), ids))).await;
        let Discarded::Changed(paused) = paused.unwrap() else { panic!("not paused") };
        assert!(paused.iter().all(|full| full.schema.should_sync == Some(false)));
        let off = client.discard(consent(Discard::DisableCdc(source.id.clone()))).await.unwrap();
        assert_eq!(off, Discarded::CdcDisabled { already: false });
        let off = client.discard(consent(Discard::DisableCdc(source.id.clone()))).await.unwrap();
        assert_eq!(off, Discarded::CdcDisabled { already: true });
        if found.errors.is_empty() {
            client.enable_cdc(&source.id, CdcMode::Managed).await.unwrap();
            let again = client.enable_cdc(&source.id, CdcMode::Managed).await.unwrap_err();
            assert_eq!(again.status, Some(409));
        }
    }
    assert!(met >= 1);
    simulator.stop().await;
}
