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
}
