//! The way back.

use whtui::warehouse::tuning::Setting;

use crate::hands::{choose, edit, ended, writes};

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
