//! What it looks like.

use serde_json::json;
use whtui::warehouse::tuning::Setting;

use crate::hands::{behind_the_back, choose, edit, go_to, type_in};
use crate::support::play::Play;

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
