//! The way back of every change of the configuration that was made from here.

use whtui::app::model::overlay::Overlay;
use whtui::app::model::tuning::Phase;
use whtui::warehouse::tuning::Setting;

use crate::hands::Edit::{Choose, Turn};
use crate::hands::{Flow, WORLD, choose, edit, ended, is_asked, mark, tuning, writes};
use crate::support::play::Play;

/// Sends what the editor of an undo has drafted.
async fn send_back(play: &mut Play, then: &[&str]) {
    play.press(&["u"]).await;
    assert!(matches!(tuning(play).phase, Phase::Looking), "{:?}", tuning(play).phase);
    play.press(&["s"]).await;
    play.press(then).await;
    play.press(&["enter"]).await;
    ended(play).await;
    play.press(&["enter"]).await;
}

#[tokio::test]
async fn the_last_change_that_discarded_nothing_can_be_taken_back() {
    let once = Flow {
        edits: &[Choose(Setting::Frequency, &["1hour"])],
        writes: &[r#"PATCH  {"sync_frequency":"1hour"}"#],
        ..Flow::NEW
    };
    let mut play = once.play().await;
    send_back(&mut play, &[]).await;
    assert_eq!(writes(&play)[1..], [r#"PATCH  {"sync_frequency":"24hour"}"#]);
    play.press(&["u"]).await;
    assert!(play.last().1.contains("No sync setting was changed"), "{:?}", play.last());
}

#[tokio::test]
async fn changes_are_taken_back_one_after_the_other() {
    let mut play = edit("prod", "orders").await;
    for (setting, word) in [(Setting::Frequency, "1hour"), (Setting::Method, "full_refresh")] {
        if play.model.overlay.is_none() {
            play.press(&["E"]).await;
        }
        choose(&mut play, setting, &[word]).await;
        // The second of the ways is to apply it, and nothing else; where there is one way, the key does nothing.
        play.press(&["s", "j", "enter"]).await;
        ended(&mut play).await;
        play.press(&["enter"]).await;
    }
    send_back(&mut play, &["j"]).await;
    send_back(&mut play, &[]).await;
    let back = [
        r#"PATCH  {"incremental_field":"updated_at","incremental_field_type":"timestamp","sync_type":"incremental"}"#,
        r#"PATCH  {"sync_frequency":"24hour"}"#,
    ];
    assert_eq!(writes(&play)[2..], back);
    assert!(play.model.made.is_empty());
}

#[tokio::test]
async fn a_method_is_taken_back_without_what_came_with_it() {
    let mut play = edit("prod", "plain").await;
    choose(&mut play, Setting::Method, &["incremental"]).await;
    play.press(&["s", "j", "enter"]).await;
    ended(&mut play).await;
    play.press(&["enter"]).await;
    send_back(&mut play, &["j"]).await;
    assert_eq!(writes(&play)[1..], [r#"PATCH  {"sync_type":"full_refresh"}"#]);
    assert!(play.model.made.is_empty());
}

#[tokio::test]
async fn what_discarded_data_says_that_there_is_no_way_back() {
    for (flow, said) in [
        (
            Flow {
                table: ("prod", "streamed"),
                edits: &[Choose(Setting::CdcMode, &["both"])],
                asked: &["drops what is stored"],
                writes: &[r#"PATCH  {"cdc_table_mode":"both"}"#],
                ..Flow::NEW
            },
            "CDC tables: consolidated → both has no way back: data was discarded with it",
        ),
        (
            Flow {
                edits: &[Choose(Setting::Method, &["cdc"])],
                asked: &["Resync"],
                writes: &[r#"PATCH  {"sync_type":"cdc"}"#, "POST resync/"],
                ..Flow::NEW
            },
            "sync method: incremental → cdc has no way back: data was discarded with it",
        ),
    ] {
        let mut play = flow.play().await;
        play.press(&["u"]).await;
        assert!(play.last().1.contains(said), "{:?}", play.last());
        assert!(play.model.overlay.is_none());
    }
}

#[tokio::test]
async fn pausing_and_resuming_by_one_key_are_taken_back() {
    let mut play = Play::start_toml(WORLD).await;
    play.go_to_table("prod", "orders").await;
    play.press(&["p"]).await;
    play.followed().await;
    send_back(&mut play, &["j"]).await;
    assert_eq!(writes(&play), [r#"PATCH  {"should_sync":false}"#, r#"PATCH  {"should_sync":true}"#]);
    assert!(play.model.made.is_empty());
    play.press(&["p"]).await;
    play.followed().await;
    play.press(&["p"]).await;
    play.followed().await;
    assert_eq!(play.model.made.len(), 2);
    send_back(&mut play, &[]).await;
    assert_eq!(writes(&play)[4..], [r#"PATCH  {"should_sync":false}"#]);
}

#[tokio::test]
async fn pausing_a_stream_has_no_way_back() {
    let mut play = Play::start_toml(WORLD).await;
    play.go_to_table("prod", "streamed").await;
    play.press(&["p"]).await;
    assert!(is_asked(&play));
    play.press(&["y"]).await;
    play.followed().await;
    play.press(&["u"]).await;
    assert!(play.last().1.contains("has no way back"), "{:?}", play.last());
}

#[tokio::test]
async fn a_draft_that_was_not_sent_is_not_thrown_away_by_taking_back() {
    let mut play = edit("prod", "orders").await;
    choose(&mut play, Setting::Frequency, &["1hour"]).await;
    play.press(&["s", "enter"]).await;
    ended(&mut play).await;
    play.press(&["enter", "E"]).await;
    choose(&mut play, Setting::Method, &["full_refresh"]).await;
    play.press(&["esc", "u"]).await;
    assert!(play.last().1.contains("draft that was not sent"), "{:?}", play.last());
    assert!(play.model.overlay.is_none() && play.model.tunings.len() == 1);
}

#[tokio::test]
async fn what_was_changed_of_several_tables_is_taken_back_of_all_of_them() {
    let mut play = Play::start_toml(WORLD).await;
    mark(&mut play, &["orders", "moved"]).await;
    play.press(&["E", "g", "enter", "enter"]).await;
    ended(&mut play).await;
    play.press(&["enter", "u"]).await;
    let seen = play.screen(140, 50);
    assert!(seen.contains(r#""sync_frequency":"24hour""#) && seen.contains(r#""sync_frequency":"1hour""#), "{seen}");
    assert_eq!(writes(&play).len(), 1, "nothing is sent before it was seen");
    // Its steps are about all of them: taking one out is not offered.
    play.press(&["space"]).await;
    play.press(&["enter"]).await;
    ended(&mut play).await;
    let requests = play.simulator.requests();
    let bodies: Vec<_> = requests.iter().filter(|request| request.method == "PATCH").map(|one| &one.body).collect();
    let frequencies = |body: &serde_json::Value| {
        let rows = body["schemas"].as_array().unwrap().iter();
        let mut all: Vec<String> = rows.map(|row| row["sync_frequency"].as_str().unwrap().to_owned()).collect();
        all.sort();
        all
    };
    assert_eq!(frequencies(bodies[0]), ["5min", "5min"]);
    assert_eq!(frequencies(bodies[1]), ["1hour", "24hour"]);
    assert!(play.model.made.is_empty());
}

#[tokio::test]
async fn what_a_recovery_has_enabled_is_taken_back() {
    let mut play = Play::start_toml(
        r#"
        [[sources]]
        type = "Postgres"
        prefix = "prod"
        tables = [{ name = "orders", situation = "transient", should_sync = false, rows = 100, duration = "4s" }]
        "#,
    )
    .await;
    play.go_to_table("prod", "orders").await;
    play.press(&["f", "enter"]).await;
    ended(&mut play).await;
    let sent = writes(&play);
    assert_eq!(sent, [r#"PATCH  {"should_sync":true}"#, "POST reload/"]);
    play.press(&["enter"]).await;
    send_back(&mut play, &[]).await;
    assert_eq!(writes(&play)[2..], [r#"PATCH  {"should_sync":false}"#]);
}

#[tokio::test]
async fn pausing_in_the_editor_is_taken_back() {
    let pause = Flow {
        edits: &[Turn(Setting::Switch)],
        writes: &[r#"PATCH  {"should_sync":false}"#],
        end: whtui::warehouse::state::State::Off,
        ..Flow::NEW
    };
    let mut play = pause.play().await;
    play.press(&["u", "s"]).await;
    assert!(matches!(play.model.overlay, Some(Overlay::Tuning(_))));
    play.press(&["enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play)[1..], [r#"PATCH  {"should_sync":true}"#, "POST reload/"]);
}
