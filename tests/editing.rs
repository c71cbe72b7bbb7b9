//! Sync settings edited by keys alone, with exactly the writes that each flow should make.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value as Json, json};
use support::play::Play;
use whtui::app::model::overlay::Overlay;
use whtui::app::model::tuning::{Phase, Tuning};
use whtui::simulator::{Fault, LoggedRequest};
use whtui::warehouse::state::State;
use whtui::warehouse::tuning::{Setting, Value};

/// A source of every kind of table, and one that is pushed to.
const WORLD: &str = r#"
    [[sources]]
    type = "Postgres"
    prefix = "prod"
    cdc = {}
    tables = [
      { name = "orders", template = "database", rows = 5000, duration = "4s", frequency = "24hour" },
      { name = "plain", sync_type = "full_refresh", keys = [], columns = ["id bigint key", "created_at timestamp null", "updated_at timestamp indexed"], rows = 700, duration = "4s" },
      { name = "added", sync_type = "append", cursor = "updated_at", columns = ["id bigint key", "updated_at timestamp indexed"], rows = 900, duration = "4s" },
      { name = "moved", template = "database", cursor = "modified_at", fault = { text = "x", cure = "settings" }, rows = 100, duration = "4s" },
      { name = "streamed", template = "cdc", rows = 300, duration = "4s" },
      { name = "long", template = "database", rows = 300, run = { elapsed = "10s", remaining = "40s" }, duration = "50s" },
    ]
    [[sources]]
    type = "Stripe"
    prefix = "pay"
    webhook = { exists = true, external_status = "enabled" }
    tables = [
      { name = "Charge", template = "webhook", rows = 800, duration = "4s" },
    ]
    [[sources]]
    type = "Stripe"
    prefix = "shop"
    webhook = { exists = false }
    tables = [
      { name = "Invoice", template = "vendor", rows = 800, duration = "4s" },
    ]
"#;

fn is_write(request: &LoggedRequest) -> bool {
    request.method != "GET" && !request.path.contains("incremental_fields") && !request.path.contains("check_cdc")
}

/// The writes so far, with their bodies; tables are `{}`.
fn writes(play: &Play) -> Vec<String> {
    let all = play.simulator.requests();
    let line = |request: &LoggedRequest| {
        let path = request.path.split("/projects/1/").last().unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let action = parts.get(2..).unwrap_or_default().join("/");
        let kind = if path.contains("schemas/") { "" } else { "source " };
        let body = if request.body.is_null() { String::new() } else { format!(" {}", request.body) };
        format!("{} {kind}{action}{body}", request.method).trim_end().to_owned()
    };
    all.iter().filter(|request| is_write(request)).map(line).collect()
}

fn tuning(play: &Play) -> &Tuning {
    match &play.model.overlay {
        Some(Overlay::Tuning(id)) => &play.model.tunings[id],
        other => panic!("no editor is shown but {other:?}; told was {:#?}", play.told()),
    }
}

/// Opens the editor of a table.
async fn edit(source: &str, table: &str) -> Play {
    let mut play = Play::start_toml(WORLD).await;
    play.go_to_table(source, table).await;
    play.press(&["E"]).await;
    assert!(matches!(tuning(&play).phase, Phase::Looking), "{:?}", tuning(&play).phase);
    play
}

/// Goes to a setting.
async fn go_to(play: &mut Play, setting: Setting) {
    play.press(&["g"]).await;
    while tuning(play).setting() != setting {
        play.press(&["j"]).await;
    }
}

/// Chooses values of a setting: by their words.
async fn choose(play: &mut Play, setting: Setting, wanted: &[&str]) {
    go_to(play, setting).await;
    play.press(&["enter", "g"]).await;
    let Phase::Choosing(choosing) = &tuning(play).phase else { panic!("{:?}", tuning(play).phase) };
    let several = choosing.takes_several();
    let offers: Vec<String> = choosing.offers.iter().map(|offer| offer.value.to_string()).collect();
    let picked = choosing.picked.clone();
    for (place, offer) in offers.iter().enumerate() {
        let here = wanted.iter().any(|word| offer == word || offer.starts_with(&format!("{word} (")));
        if !several && here {
            break;
        }
        if several && here != picked.contains(&place) {
            play.press(&["space"]).await;
        }
        play.press(&["j"]).await;
    }
    play.press(&["enter"]).await;
}

/// Types a value of a setting.
async fn type_in(play: &mut Play, setting: Setting, text: &str) {
    go_to(play, setting).await;
    play.press(&["enter", "ctrl-u"]).await;
    play.type_in(text).await;
    play.press(&["enter"]).await;
}

/// Waits until the runbook that is shown has come to its end.
async fn ended(play: &mut Play) {
    let over = |model: &whtui::app::model::Model| match &model.overlay {
        Some(Overlay::Runbook(id)) => model.runbooks.get(*id).is_some_and(|opened| opened.book.is_over()),
        _ => false,
    };
    if !over(&play.model) {
        play.until("the end of the steps", over).await;
    }
}

#[tokio::test]
async fn frequency_and_time_of_day() {
    let mut play = edit("prod", "orders").await;
    choose(&mut play, Setting::Frequency, &["7day"]).await;
    type_in(&mut play, Setting::TimeOfDay, "3:15").await;
    assert!(writes(&play).is_empty());
    play.press(&["s", "enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play), [r#"PATCH  {"sync_frequency":"7day","sync_time_of_day":"03:15:00"}"#]);
}

#[tokio::test]
async fn from_full_refresh_to_incremental() {
    let mut play = edit("prod", "plain").await;
    choose(&mut play, Setting::Method, &["incremental"]).await;
    play.press(&["s", "enter"]).await;
    ended(&mut play).await;
    let body = json!({
        "sync_type": "incremental", "incremental_field": "updated_at", "incremental_field_type": "timestamp",
        "primary_key_columns": ["id"],
    });
    assert_eq!(writes(&play), [format!("PATCH  {body}"), "POST reload/".to_owned()]);
    play.press(&["enter"]).await;
    assert_eq!(play.state(), State::Completed);
}

#[tokio::test]
async fn from_incremental_to_cdc_after_the_prerequisites_and_with_a_resync() {
    let mut play = edit("prod", "orders").await;
    choose(&mut play, Setting::Method, &["cdc"]).await;
    play.press(&["s", "enter"]).await;
    assert!(play.simulator.requests().iter().any(|request| request.path.contains("check_cdc_prerequisites")));
    play.until("the question", |model| model.runbooks.iter().any(|(_, opened)| opened.book.stages()[0].is_over()))
        .await;
    assert_eq!(writes(&play), [r#"PATCH  {"sync_type":"cdc"}"#]);
    play.press(&["enter", "y"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play), [r#"PATCH  {"sync_type":"cdc"}"#, "POST resync/"]);
}

#[tokio::test]
async fn a_field_that_went_after_drift() {
    let mut play = edit("prod", "moved").await;
    choose(&mut play, Setting::Cursor, &["updated_at"]).await;
    play.press(&["s", "enter"]).await;
    ended(&mut play).await;
    let body = r#"PATCH  {"incremental_field":"updated_at","incremental_field_type":"timestamp"}"#;
    assert_eq!(writes(&play), [body, "POST reload/"]);
}

#[tokio::test]
async fn other_keys_of_a_filled_table_are_asked_about_and_delete_the_data_first() {
    let mut play = edit("prod", "orders").await;
    choose(&mut play, Setting::Keys, &["id", "name"]).await;
    play.press(&["s", "enter"]).await;
    assert!(matches!(play.model.overlay, Some(Overlay::Confirm(_))));
    assert!(writes(&play).is_empty());
    play.press(&["y"]).await;
    ended(&mut play).await;
    let body = r#"PATCH  {"primary_key_columns":["id","name"]}"#;
    assert_eq!(writes(&play), ["DELETE delete_data/", body, "POST reload/"]);
}

#[tokio::test]
async fn what_the_server_resets_by_itself_is_asked_about_first() {
    for (table, setting, word, body) in [
        ("orders", Setting::Method, "xmin", r#"PATCH  {"sync_type":"xmin"}"#),
        ("streamed", Setting::CdcMode, "both", r#"PATCH  {"cdc_table_mode":"both"}"#),
    ] {
        let mut play = edit("prod", table).await;
        choose(&mut play, setting, &[word]).await;
        play.press(&["s", "enter"]).await;
        assert!(matches!(play.model.overlay, Some(Overlay::Confirm(_))), "{:?}", play.model.overlay);
        play.press(&["n"]).await;
        assert!(writes(&play).is_empty());
        play.press(&["enter", "y"]).await;
        ended(&mut play).await;
        assert_eq!(writes(&play), [body]);
    }
}

#[tokio::test]
async fn to_a_webhook_and_off_the_last_one() {
    let mut play = edit("shop", "Invoice").await;
    choose(&mut play, Setting::Method, &["webhook"]).await;
    play.press(&["s", "enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play), [r#"PATCH  {"sync_type":"webhook"}"#, "POST reload/"]);
    let looks = |play: &Play| play.simulator.requests().iter().filter(|one| one.path.contains("webhook_info")).count();
    assert!(looks(&play) > 0);

    let mut play = edit("pay", "Charge").await;
    choose(&mut play, Setting::Method, &["full_refresh"]).await;
    play.press(&["s", "w", "enter"]).await;
    play.until("the question", |model| {
        model
            .runbooks
            .iter()
            .any(|(_, opened)| opened.book.waits() == whtui::warehouse::recovery::runbook::Waits::Consent)
    })
    .await;
    play.press(&["enter", "y"]).await;
    ended(&mut play).await;
    let expected = [r#"PATCH  {"sync_type":"full_refresh"}"#, "POST reload/", "POST source delete_webhook/"];
    assert_eq!(writes(&play), expected);
}

#[tokio::test]
async fn pausing_a_stream_takes_consent_and_resuming_offers_a_reload() {
    let mut play = edit("prod", "streamed").await;
    go_to(&mut play, Setting::Switch).await;
    play.press(&["enter", "s", "enter"]).await;
    assert!(matches!(play.model.overlay, Some(Overlay::Confirm(_))));
    play.press(&["y"]).await;
    ended(&mut play).await;
    play.press(&["enter", "E"]).await;
    go_to(&mut play, Setting::Switch).await;
    play.press(&["enter", "s", "enter"]).await;
    ended(&mut play).await;
    let expected = [r#"PATCH  {"should_sync":false}"#, r#"PATCH  {"should_sync":true}"#, "POST reload/"];
    assert_eq!(writes(&play), expected);
}

#[tokio::test]
async fn between_append_and_full_refresh_the_table_starts_over() {
    let mut play = edit("prod", "added").await;
    choose(&mut play, Setting::Method, &["full_refresh"]).await;
    play.press(&["s", "enter"]).await;
    play.until("the question", |model| {
        model
            .runbooks
            .iter()
            .any(|(_, opened)| opened.book.waits() == whtui::warehouse::recovery::runbook::Waits::Consent)
    })
    .await;
    play.press(&["enter", "y"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play), [r#"PATCH  {"sync_type":"full_refresh"}"#, "DELETE delete_data/", "POST reload/"]);
}

#[tokio::test]
async fn a_running_table_is_waited_for_or_cancelled_first() {
    for (key, expected) in [
        ("w", vec![r#"PATCH  {"sync_frequency":"6hour"}"#]),
        ("c", vec!["POST cancel/", r#"PATCH  {"sync_frequency":"6hour"}"#]),
    ] {
        let mut play = edit("prod", "long").await;
        choose(&mut play, Setting::Frequency, &["6hour"]).await;
        play.press(&["s", "enter"]).await;
        assert!(matches!(tuning(&play).phase, Phase::Running));
        assert!(writes(&play).is_empty());
        play.press(&[key]).await;
        ended(&mut play).await;
        assert_eq!(writes(&play), expected);
    }
}

#[tokio::test]
async fn waiting_goes_on_when_nobody_looks() {
    let mut play = edit("prod", "long").await;
    choose(&mut play, Setting::Frequency, &["6hour"]).await;
    play.press(&["s", "enter", "w", "esc"]).await;
    assert!(play.model.overlay.is_none() && writes(&play).is_empty());
    play.until("the change", |model| model.made.len() == 1).await;
    assert_eq!(writes(&play), [r#"PATCH  {"sync_frequency":"6hour"}"#]);
}

/// Somebody else changes a table.
async fn behind_the_back(play: &Play, body: &Json) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let id = play.selected_id();
    let address = format!("{}/api/projects/1/external_data_schemas/{id}/", play.simulator.origin());
    let reply = client.patch(address).bearer_auth(play.simulator.key()).json(body).send().await.unwrap();
    assert_eq!(reply.status(), 200);
}

#[tokio::test]
async fn a_change_by_somebody_else_is_shown_before_anything_is_sent() {
    for (key, expected) in [("k", Some("7day")), ("t", None)] {
        let mut play = edit("prod", "orders").await;
        choose(&mut play, Setting::Frequency, &["7day"]).await;
        play.press(&["s"]).await;
        behind_the_back(&play, &json!({ "sync_frequency": "12hour" })).await;
        play.press(&["enter"]).await;
        let Phase::Drifted(moved, _) = &tuning(&play).phase else { panic!("{:?}", tuning(&play).phase) };
        let told = format!("{} {} {}", moved[0].was, moved[0].is, moved[0].yours);
        assert_eq!(told, "24hour 12hour 7day");
        assert_eq!(writes(&play).len(), 1, "only theirs was sent");
        play.press(&[key]).await;
        let draft = tuning(&play).draft.as_ref().unwrap();
        assert_eq!(draft.get(Setting::Frequency), &Value::word(expected.unwrap_or("12hour")));
        play.press(&["s", "enter"]).await;
        if expected.is_some() {
            ended(&mut play).await;
            assert_eq!(writes(&play)[1..], [r#"PATCH  {"sync_frequency":"7day"}"#]);
        } else {
            assert!(play.last().1.contains("Nothing is changed"), "{:?}", play.last());
            assert_eq!(writes(&play).len(), 1);
        }
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_said_and_the_draft_is_kept() {
    let mut play = edit("prod", "orders").await;
    choose(&mut play, Setting::Frequency, &["7day"]).await;
    play.simulator.inject("PATCH", "/", 0, Fault::Refuse("Not on a Saturday.".to_owned()));
    play.press(&["s", "enter"]).await;
    play.until("the refusal", |model| matches!(model.overlay, Some(Overlay::Tuning(_)))).await;
    assert!(play.screen(120, 40).contains("Not on a Saturday."), "{}", play.screen(120, 40));
    assert!(tuning(&play).is_dirty());
    play.press(&["s", "enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play).len(), 2);
}

#[tokio::test]
async fn what_the_rules_refuse_is_never_sent() {
    for (setting, text, said) in [
        (Setting::TimeOfDay, "25:00", "a time as 03:15"),
        (Setting::Lookback, "99999999", "60 days"),
        (Setting::FullRefresh, "91", "from 1 to 90"),
    ] {
        let mut play = edit("prod", "orders").await;
        type_in(&mut play, setting, text).await;
        play.press(&["s"]).await;
        assert!(play.last().1.contains(said), "{:?}", play.last());
        assert!(matches!(tuning(&play).phase, Phase::Looking));
        assert!(writes(&play).is_empty());
    }
    let mut play = edit("prod", "orders").await;
    choose(&mut play, Setting::Keys, &[]).await;
    play.press(&["s"]).await;
    assert!(play.last().1.contains("requires a primary key"), "{:?}", play.last());
    assert!(writes(&play).is_empty());
}

#[tokio::test]
async fn the_last_change_that_discarded_nothing_can_be_taken_back() {
    let mut play = edit("prod", "orders").await;
    choose(&mut play, Setting::Frequency, &["1hour"]).await;
    play.press(&["s", "enter"]).await;
    ended(&mut play).await;
    play.press(&["enter", "u", "s", "enter"]).await;
    ended(&mut play).await;
    let expected = [r#"PATCH  {"sync_frequency":"1hour"}"#, r#"PATCH  {"sync_frequency":"24hour"}"#];
    assert_eq!(writes(&play), expected);
    play.press(&["enter", "u"]).await;
    assert!(play.last().1.contains("No sync setting was changed"), "{:?}", play.last());
}

#[tokio::test]
async fn a_method_is_taken_back_without_what_came_with_it() {
    let mut play = edit("prod", "plain").await;
    choose(&mut play, Setting::Method, &["incremental"]).await;
    play.press(&["s", "j", "enter"]).await;
    ended(&mut play).await;
    play.press(&["enter", "u", "s", "j", "enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play)[1..], [r#"PATCH  {"sync_type":"full_refresh"}"#]);
    assert!(play.model.made.is_empty());
}

#[tokio::test]
async fn a_change_that_discarded_data_says_that_there_is_no_way_back() {
    let mut play = edit("prod", "streamed").await;
    choose(&mut play, Setting::CdcMode, &["both"]).await;
    play.press(&["s", "enter", "y"]).await;
    ended(&mut play).await;
    play.press(&["enter", "u"]).await;
    assert!(play.last().1.contains("has no way back"), "{:?}", play.last());
    assert!(play.model.overlay.is_none());
}

#[tokio::test]
async fn read_only_looks_and_sends_nothing() {
    let mut play = Play::start_with("demo", true, false).await;
    play.go_to_source("Production database").await;
    play.press(&["2", "E"]).await;
    choose(&mut play, Setting::Frequency, &["30day"]).await;
    play.press(&["s", "enter"]).await;
    assert!(play.last().1.contains("read-only"), "{:?}", play.last());
    assert!(writes(&play).is_empty());
}

#[tokio::test]
async fn the_frequency_of_several_tables_in_one_request() {
    let mut play = Play::start_toml(WORLD).await;
    play.go_to_table("prod", "orders").await;
    play.press(&["space", "/", "ctrl-u"]).await;
    play.type_in("streamed").await;
    play.press(&["enter", "space", "E", "G"]).await;
    play.press(&["enter"]).await;
    assert!(play.last().1.contains("at least once a week"), "{:?}", play.last());
    play.press(&["k", "enter"]).await;
    ended(&mut play).await;
    let requests = play.simulator.requests();
    let bulk: Vec<&LoggedRequest> = requests.iter().filter(|request| request.method == "PATCH").collect();
    assert_eq!(bulk.len(), 1);
    assert!(bulk[0].path.ends_with("bulk_update_schemas/"), "{}", bulk[0].path);
    let rows = bulk[0].body["schemas"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["sync_frequency"] == "7day" && row.as_object().unwrap().len() == 2));
}

#[tokio::test]
async fn trouble_on_the_way_keeps_the_draft_or_is_read_back() {
    for (fault, changed) in [
        (Fault::Gateway { carried_out: true }, true),
        (Fault::Cut { carried_out: true }, true),
        (Fault::Gateway { carried_out: false }, false),
        (Fault::Cut { carried_out: false }, false),
    ] {
        let mut play = edit("prod", "orders").await;
        choose(&mut play, Setting::Frequency, &["7day"]).await;
        play.simulator.inject("PATCH", "/", 0, fault.clone());
        play.press(&["s", "enter"]).await;
        play.until("an end", |model| model.follows.is_empty() && model.flights.count() == 0).await;
        let made = play.model.made.len() == 1;
        assert_eq!(made, changed, "{fault:?}: {:#?}", play.told());
        assert_eq!(play.model.tunings.is_empty(), changed, "{fault:?}: the draft is kept until it is done");
        assert_eq!(writes(&play).len(), 1, "{fault:?}: nothing is repeated by itself");
    }
}

#[tokio::test]
async fn a_table_that_somebody_deleted_is_said_to_be_gone() {
    let mut play = edit("prod", "orders").await;
    choose(&mut play, Setting::Frequency, &["7day"]).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let id = play.selected_id();
    let address = format!("{}/api/projects/1/external_data_schemas/{id}/", play.simulator.origin());
    client.delete(address).bearer_auth(play.simulator.key()).send().await.unwrap();
    play.press(&["s", "enter"]).await;
    assert!(matches!(tuning(&play).phase, Phase::Unread(_)), "{:?}", tuning(&play).phase);
    assert!(tuning(&play).is_dirty());
    assert_eq!(writes(&play), ["DELETE"], "nothing of ours was sent");
}

#[tokio::test]
async fn a_dry_run_shows_the_request_and_keeps_the_draft() {
    let mut play = Play::start_with("demo", false, true).await;
    play.go_to_source("Production database").await;
    play.press(&["2", "E"]).await;
    choose(&mut play, Setting::Frequency, &["30day"]).await;
    play.press(&["s", "enter"]).await;
    let Some(Overlay::Preview { curl, .. }) = &play.model.overlay else { panic!("{:?}", play.model.overlay) };
    assert!(curl.contains("30day"), "{curl}");
    assert!(writes(&play).is_empty());
}

/// Keeps a screen in both sizes.
fn look(play: &mut Play, name: &str) {
    for (width, height) in [(80, 24), (140, 40)] {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), play.screen(width, height));
    }
}

#[tokio::test]
async fn the_editor_as_it_looks() {
    let mut play = edit("prod", "plain").await;
    look(&mut play, "opened");
    choose(&mut play, Setting::Method, &["incremental"]).await;
    go_to(&mut play, Setting::Cursor).await;
    play.press(&["enter"]).await;
    look(&mut play, "cursors");
    play.press(&["j", "enter"]).await;
    type_in(&mut play, Setting::Lookback, "99999999").await;
    look(&mut play, "refused");
    play.press(&["x", "s"]).await;
    look(&mut play, "preview");
    behind_the_back(&play, &json!({ "sync_frequency": "12hour" })).await;
    play.press(&["enter"]).await;
    look(&mut play, "changed_meanwhile");
    let mut play = edit("prod", "orders").await;
    choose(&mut play, Setting::Method, &["xmin"]).await;
    play.press(&["s"]).await;
    look(&mut play, "reset");
    play.press(&["enter"]).await;
    look(&mut play, "reset_asked");
}
