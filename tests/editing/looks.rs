//! What it looks like.

use serde_json::json;
use whtui::warehouse::tuning::Setting;

use crate::hands::{WORLD, behind_the_back, choose, edit, ended, go_to, mark, type_in};
use crate::support::play::Play;

/// Keeps a screen in both sizes.
fn look(play: &mut Play, name: &str) {
    for (width, height) in [(60, 16), (80, 24), (140, 40)] {
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
    play.press(&["enter"]).await;
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

#[tokio::test]
async fn rows_being_filtered_and_what_is_asked_before_a_resync() {
    let mut play = edit("prod", "orders").await;
    go_to(&mut play, Setting::Filters).await;
    play.press(&["enter"]).await;
    play.type_in("id > 100 and name in Ann, 'Bob B' and created_at >= 2026-01-01 and id != 7").await;
    look(&mut play, "filters_typed");
    play.press(&["enter", "s", "j", "j"]).await;
    look(&mut play, "filters_previewed");
    play.press(&["enter"]).await;
    look(&mut play, "resync_asked");
    // What would be lost is seen on the smallest screen, too.
    assert!(play.screen(60, 16).contains("Lost: 5,000 rows"), "{}", play.screen(60, 16));
}

#[tokio::test]
async fn several_tables_before_and_after() {
    let mut play = Play::start_toml(WORLD).await;
    mark(&mut play, &["orders", "moved"]).await;
    play.press(&["E", "g", "enter"]).await;
    look(&mut play, "several_previewed");
    play.press(&["enter"]).await;
    ended(&mut play).await;
    look(&mut play, "several_changed");
}

#[tokio::test]
async fn a_change_that_would_be_lost_by_quitting() {
    let mut play = edit("prod", "long").await;
    choose(&mut play, Setting::Frequency, &["6hour"]).await;
    play.press(&["s", "enter", "w", "esc", "q"]).await;
    look(&mut play, "quitting");
}
