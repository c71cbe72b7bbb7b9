//! Several tables at once, and the secret of a webhook.

use serde_json::json;
use whtui::app::model::overlay::Overlay;
use whtui::simulator::{Fault, LoggedRequest};
use whtui::warehouse::recovery::runbook::Waits;
use whtui::warehouse::state::State;

use crate::hands::{WORLD, edit, ended, mark, writes};
use crate::support::play::Play;

/// New tables beside old ones.
const NEW: &str = r#"
    [[sources]]
    type = "Postgres"
    prefix = "prod"
    tables = [
      { name = "orders", template = "database", rows = 5000, duration = "4s", frequency = "24hour" },
      { name = "fresh_one", template = "database", situation = "not_set_up", source_rows = 40, duration = "4s" },
      { name = "fresh_two", template = "database", situation = "not_set_up", source_rows = 50, duration = "4s" },
    ]
"#;

fn patches(play: &Play) -> Vec<LoggedRequest> {
    play.simulator.requests().into_iter().filter(|request| request.method == "PATCH").collect()
}

fn waits(play: &Play) -> Waits {
    let Some(Overlay::Runbook(id)) = play.model.overlay else { panic!("{:?}", play.model.overlay) };
    play.model.runbooks.get(id).unwrap().book.waits()
}

#[tokio::test]
async fn the_frequency_of_several_tables_is_looked_at_and_then_sent_in_one_request() {
    let mut play = Play::start_toml(WORLD).await;
    mark(&mut play, &["orders", "streamed"]).await;
    play.press(&["E", "G", "enter"]).await;
    assert!(play.last().1.contains("at least once a week"), "{:?}", play.last());
    play.press(&["k", "enter"]).await;
    assert_eq!((waits(&play), patches(&play).len()), (Waits::Start, 0));
    let seen = play.screen(140, 40);
    assert!(seen.contains("bulk_update_schemas/") && seen.matches(r#""sync_frequency":"7day""#).count() == 2, "{seen}");
    // Whoever thinks better of it chooses again.
    play.press(&["b"]).await;
    assert_eq!((waits(&play), patches(&play).len()), (Waits::One, 0));
    play.press(&["G", "k", "enter", "enter"]).await;
    ended(&mut play).await;
    let bulk = patches(&play);
    assert_eq!(bulk.len(), 1);
    let rows = bulk[0].body["schemas"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["sync_frequency"] == "7day" && row.as_object().unwrap().len() == 2));
    let told = play.screen(140, 40);
    assert!(told.contains("orders: changed") && told.contains("streamed: changed"), "{told}");
}

#[tokio::test]
async fn a_running_table_is_left_out_and_that_is_said() {
    let mut play = Play::start_toml(WORLD).await;
    mark(&mut play, &["orders", "moved", "long"]).await;
    play.press(&["E", "g", "enter"]).await;
    let seen = play.screen(140, 40);
    assert!(seen.contains("Left out: long (running; wait for it, or cancel it first)"), "{seen}");
    assert_eq!(seen.matches(r#""sync_frequency":"5min""#).count(), 2, "{seen}");
}

#[tokio::test]
async fn the_result_of_several_is_told_row_by_row() {
    let mut play = Play::start_toml(WORLD).await;
    mark(&mut play, &["orders", "moved"]).await;
    play.press(&["E", "g", "enter"]).await;
    let detail = "These schemas in the batch could not be saved: moved (schedule is locked). Any other schemas in the \
                  batch were saved successfully — retry the ones listed here.";
    let body = json!({ "type": "server_error", "code": "bulk_schema_save_failed", "detail": detail, "attr": null });
    // The other one was saved.
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let schemas = play.model.inventory.sources().iter().flat_map(|held| &held.source.schemas);
    let orders =
        schemas.filter(|schema| schema.name.raw() == "orders").map(|schema| schema.id.as_str()).next().unwrap();
    play.simulator.inject("PATCH", "bulk_update_schemas/", 0, Fault::Answer(503, body));
    let address = format!("{}/api/projects/1/external_data_schemas/{orders}/", play.simulator.origin());
    client
        .patch(address)
        .bearer_auth(play.simulator.key())
        .json(&json!({ "sync_frequency": "5min" }))
        .send()
        .await
        .unwrap();
    play.press(&["enter"]).await;
    play.followed().await;
    let told = play.screen(140, 40);
    assert!(told.contains("orders: changed") && told.contains("moved: not changed"), "{told}");
    assert!(told.contains("schedule is locked"), "{told}");
}

#[tokio::test]
async fn tables_that_were_never_set_up_get_the_defaults_in_one_request() {
    let mut play = Play::start_toml(NEW).await;
    mark(&mut play, &["orders", "fresh_one", "fresh_two"]).await;
    play.press(&["E", "g", "enter"]).await;
    assert_eq!((waits(&play), patches(&play).len()), (Waits::Start, 0));
    let seen = play.screen(140, 40);
    assert_eq!(seen.matches(r#""apply_sync_defaults":true"#).count(), 2, "{seen}");
    play.press(&["enter"]).await;
    ended(&mut play).await;
    let bulk = patches(&play);
    assert_eq!(bulk.len(), 1);
    let rows = bulk[0].body["schemas"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let fields = row.as_object().unwrap();
        assert_eq!(
            (fields.len(), &fields["should_sync"], &fields["apply_sync_defaults"]),
            (3, &json!(true), &json!(true))
        );
    }
    for table in ["fresh_one", "fresh_two"] {
        play.press(&["enter"]).await;
        play.go_to_table("prod", table).await;
        assert_eq!(play.state(), State::Completed);
    }
}

#[tokio::test]
async fn a_frequency_goes_to_those_that_are_set_up() {
    let mut play = Play::start_toml(NEW).await;
    mark(&mut play, &["orders", "fresh_one"]).await;
    play.press(&["E", "g", "j", "enter", "enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play), [r#"PATCH  {"sync_frequency":"5min"}"#]);
}

#[tokio::test]
async fn several_are_paused_and_resumed_with_a_look_before() {
    let mut play = Play::start_toml(WORLD).await;
    mark(&mut play, &["orders", "moved"]).await;
    for on in [false, true] {
        play.press(&["p"]).await;
        let seen = play.screen(140, 40);
        assert_eq!(seen.matches(&format!(r#""should_sync":{on}"#)).count(), 2, "{seen}");
        let before = patches(&play).len();
        play.press(&["enter"]).await;
        ended(&mut play).await;
        let sent = patches(&play);
        assert_eq!(sent.len(), before + 1);
        let rows = sent[before].body["schemas"].as_array().unwrap();
        assert!(rows.len() == 2 && rows.iter().all(|row| row["should_sync"] == on), "{rows:?}");
        play.press(&["enter"]).await;
    }
}

#[tokio::test]
async fn a_signing_secret_is_rotated_and_never_shown() {
    let mut play = edit("pay", "Charge").await;
    assert!(play.screen(140, 40).contains("another signing secret"));
    play.press(&["r"]).await;
    play.type_in("whsec_topsecret").await;
    let seen = play.screen(140, 40);
    assert!(!seen.contains("topsecret"), "{seen}");
    play.press(&["enter"]).await;
    if waits(&play) == Waits::Form(whtui::warehouse::recovery::form::Purpose::Webhook) {
        play.press(&["enter"]).await;
    }
    ended(&mut play).await;
    assert_eq!(
        writes(&play),
        [r#"POST source update_webhook_inputs/ {"inputs":{"signing_secret":"whsec_topsecret"}}"#]
    );
    assert!(!play.told().iter().any(|line| line.contains("topsecret")));
    assert!(!play.screen(140, 40).contains("topsecret"));
    play.press(&["enter", "u"]).await;
    assert!(play.last().1.contains("secrets are never told"), "{:?}", play.last());
}

#[tokio::test]
async fn only_a_webhook_has_a_secret_to_rotate() {
    let mut play = edit("prod", "orders").await;
    play.press(&["r"]).await;
    assert!(play.last().1.contains("synced by webhook"), "{:?}", play.last());
}
