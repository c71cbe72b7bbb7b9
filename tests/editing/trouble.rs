//! What stands in the way: rules, refusals, somebody else, and trouble on the line.

use serde_json::json;
use whtui::app::model::overlay::Overlay;
use whtui::app::model::tuning::Phase;
use whtui::simulator::Fault;
use whtui::warehouse::tuning::{Setting, Value};

use crate::hands::{behind_the_back, choose, edit, ended, tuning, type_in, writes};
use crate::support::play::Play;

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

/// An answer in the shape of the framework (contract, section 5).
fn answer(status: u16, code: &str, detail: &str, attr: Option<&str>) -> Fault {
    Fault::Answer(status, json!({ "type": "some_error", "code": code, "detail": detail, "attr": attr }))
}

#[tokio::test]
async fn refusals_of_every_kind_are_said_and_the_draft_can_be_sent_again() {
    let body = r#"PATCH  {"sync_frequency":"7day"}"#;
    for (fault, said, at) in [
        (answer(400, "invalid_input", "Not on a Saturday.", Some("sync_frequency")), "Not on a Saturday.", true),
        (answer(400, "invalid_input", "Nothing of the kind.", None), "Nothing of the kind.", false),
        (answer(400, "invalid_input", "Of another world.", Some("colour__shade")), "Of another world.", false),
        (Fault::Answer(400, json!({ "message": "Not like this." })), "Not like this.", false),
        (answer(401, "authentication_failed", "Personal API key is invalid.", None), "key", false),
        (
            answer(403, "permission_denied", "You do not have editor access to this table.", None),
            "editor access",
            false,
        ),
        (answer(404, "not_found", "Not found.", None), "does not exist", false),
        (Fault::Answer(409, json!({ "message": "A repair is under way." })), "A repair is under way.", false),
        (answer(500, "error", "A server error occurred.", None), "", false),
        (answer(503, "error", "Down for a moment.", None), "", false),
        (Fault::Answer(504, json!("gateway")), "", false),
    ] {
        let mut play = edit("prod", "orders").await;
        choose(&mut play, Setting::Frequency, &["7day"]).await;
        play.press(&["g"]).await;
        play.simulator.inject("PATCH", "/", 0, fault.clone());
        play.press(&["s", "enter"]).await;
        play.until("an answer", |model| model.follows.is_empty()).await;
        assert!(matches!(play.model.overlay, Some(Overlay::Tuning(_))), "{fault:?}: {:#?}", play.told());
        let seen = play.screen(120, 40);
        assert!(seen.contains(said), "{fault:?} does not say {said:?}:\n{seen}");
        assert_eq!(tuning(&play).setting() == Setting::Frequency, at, "{fault:?}");
        assert!(!tuning(&play).refused.is_empty() && tuning(&play).is_dirty(), "{fault:?}");
        assert_eq!(writes(&play), [body], "{fault:?}: nothing is repeated by itself");
        play.press(&["s", "enter"]).await;
        ended(&mut play).await;
        assert_eq!(writes(&play), [body, body], "{fault:?}");
        assert_eq!(play.model.made.len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_table_that_cannot_be_read_right_before_sending_is_not_sent() {
    for (fault, said) in [
        (answer(403, "permission_denied", "You do not have viewer access to this table.", None), "viewer access"),
        (answer(400, "invalid_input", "The source refuses the credentials.", None), "refuses the credentials"),
    ] {
        let mut play = edit("prod", "orders").await;
        choose(&mut play, Setting::Frequency, &["7day"]).await;
        play.simulator.inject("POST", "incremental_fields/", 0, fault);
        play.press(&["s", "enter"]).await;
        assert!(matches!(tuning(&play).phase, Phase::Unread(_)), "{:?}", tuning(&play).phase);
        let seen = play.screen(120, 40);
        assert!(seen.contains(said) && seen.contains("nothing was sent"), "{seen}");
        assert!(tuning(&play).is_dirty() && writes(&play).is_empty());
        play.press(&["enter", "s", "enter"]).await;
        ended(&mut play).await;
        assert_eq!(writes(&play), [r#"PATCH  {"sync_frequency":"7day"}"#]);
    }
}

/// What the source offers, without these columns.
fn without(gone: &[&str]) -> Fault {
    let all = [
        ("id", "bigint", "integer"),
        ("created_at", "timestamp", "timestamp"),
        ("updated_at", "timestamp", "timestamp"),
        ("name", "text", ""),
    ];
    let left = || all.iter().filter(|(name, ..)| !gone.contains(name));
    let fields: Vec<_> = left()
        .filter(|(.., kind)| !kind.is_empty())
        .map(|(name, own, kind)| json!({ "label": name, "field": name, "type": own, "field_type": kind }))
        .collect();
    let columns: Vec<_> =
        left().map(|(name, own, _)| json!({ "field": name, "label": name, "type": own, "nullable": false })).collect();
    let body = json!({
        "incremental_fields": fields, "incremental_available": true, "append_available": true, "cdc_available": true,
        "xmin_available": true, "full_refresh_available": true, "supports_webhooks": false, "webhook_only": false,
        "available_columns": columns, "detected_primary_keys": ["id"], "primary_key_detection_supported": true,
    });
    Fault::Answer(200, body)
}

#[tokio::test]
async fn a_column_that_vanished_between_opening_and_sending_is_said_at_its_field() {
    for (setting, wanted, gone) in [
        (Setting::Cursor, &["created_at"][..], "created_at"),
        (Setting::Keys, &["id", "name"][..], "name"),
        (Setting::Columns, &["id", "updated_at", "name"][..], "name"),
    ] {
        let mut play = edit("prod", "orders").await;
        choose(&mut play, setting, wanted).await;
        play.press(&["s"]).await;
        play.simulator.inject("POST", "incremental_fields/", 0, without(&[gone]));
        play.press(&["enter"]).await;
        if crate::hands::is_asked(&play) {
            play.press(&["y"]).await;
        }
        assert!(matches!(tuning(&play).phase, Phase::Looking), "{setting:?}: {:?}", tuning(&play).phase);
        assert_eq!(tuning(&play).setting(), setting);
        let seen = play.screen(120, 40);
        assert!(seen.contains(&format!("column {gone} is not there")), "{seen}");
        assert!(tuning(&play).is_dirty() && writes(&play).is_empty());
    }
}

#[tokio::test]
async fn a_column_that_goes_while_nobody_looks_stops_what_waits() {
    let mut play = edit("prod", "long").await;
    choose(&mut play, Setting::Cursor, &["created_at"]).await;
    play.press(&["s", "enter", "w", "esc"]).await;
    play.simulator.inject("POST", "incremental_fields/", 0, without(&["created_at"]));
    play.until("the end of the run", |model| {
        model.tunings.values().all(|tuning| matches!(tuning.phase, Phase::Looking))
    })
    .await;
    assert!(play.last().1.contains("nothing was sent"), "{:?}", play.last());
    assert!(writes(&play).is_empty());
}

#[tokio::test]
async fn what_the_rules_refuse_is_never_sent() {
    for (setting, text, said) in [
        (Setting::TimeOfDay, "24:00", "a time as 03:15"),
        (Setting::TimeOfDay, "noon", "a time as 03:15"),
        (Setting::RebuildTime, "3:60", "a time as 03:15"),
        (Setting::Lookback, "-1", "a number of seconds"),
        (Setting::FullRefresh, "0", "from 1 to 90"),
        (Setting::Filters, "amount_of_nothing > 3", "column amount_of_nothing is not there"),
        (Setting::Filters, "id > many", "id takes a number"),
        (Setting::Filters, "name > 3", "name can be compared by ="),
        (Setting::Filters, "id", "after id one of"),
        (Setting::TimeOfDay, "25:00", "a time as 03:15"),
        (Setting::Lookback, "99999999", "60 days"),
        (Setting::FullRefresh, "91", "from 1 to 90"),
    ] {
        let mut play = edit("prod", "orders").await;
        if setting == Setting::RebuildTime {
            type_in(&mut play, Setting::FullRefresh, "7").await;
        }
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
    assert!(matches!(tuning(&play).phase, Phase::Gone), "{:?}", tuning(&play).phase);
    assert_eq!(writes(&play), ["DELETE"], "nothing of ours was sent");
    let seen = play.screen(80, 24);
    assert!(seen.contains("does not exist any more") && !seen.contains("again"), "{seen}");
    let reads = play.simulator.requests().len();
    play.press(&["enter"]).await;
    assert!(play.model.overlay.is_none() && play.model.tunings.is_empty());
    assert_eq!(play.simulator.requests().len(), reads, "what is gone is not read again");
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
        // Deciding can wait.
        play.press(&["esc", "E"]).await;
        assert!(matches!(tuning(&play).phase, Phase::Drifted(..)), "{:?}", tuning(&play).phase);
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
async fn a_dry_run_shows_the_request_and_keeps_the_draft() {
    let mut play = Play::start_with("demo", false, true).await;
    play.go_to_source("Production database").await;
    play.press(&["2", "E"]).await;
    choose(&mut play, Setting::Frequency, &["30day"]).await;
    play.press(&["s", "enter"]).await;
    let Some(Overlay::Preview { curl, .. }) = &play.model.overlay else { panic!("{:?}", play.model.overlay) };
    assert!(curl.contains("30day"), "{curl}");
    assert!(writes(&play).is_empty());
    play.press(&["esc"]).await;
    assert!(matches!(tuning(&play).phase, Phase::Preview) && tuning(&play).is_dirty());
}

#[tokio::test]
async fn a_change_on_its_way_is_shown_again_and_not_drafted_twice() {
    let mut play = edit("prod", "orders").await;
    choose(&mut play, Setting::Method, &["full_refresh"]).await;
    play.press(&["s", "enter", "esc"]).await;
    assert!(play.model.overlay.is_none());
    play.press(&["E"]).await;
    // The change is made by now, and the table runs: what is edited is another change.
    assert!(matches!(tuning(&play).phase, Phase::Looking) && !tuning(&play).is_dirty());
    let mut play = edit("prod", "orders").await;
    choose(&mut play, Setting::Keys, &["id", "name"]).await;
    play.simulator.inject("DELETE", "delete_data/", 0, Fault::Gateway { carried_out: false });
    play.press(&["s", "enter", "y"]).await;
    play.until("an answer", |model| model.follows.is_empty()).await;
    assert!(matches!(play.model.overlay, Some(Overlay::Runbook(_))), "{:?}", play.model.overlay);
    play.press(&["esc", "E"]).await;
    assert!(matches!(play.model.overlay, Some(Overlay::Runbook(_))), "{:?}", play.model.overlay);
}
