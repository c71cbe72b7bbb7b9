//! Several tables that are not, right before sending, what they were when they were looked at; and what they cost.

use serde_json::json;
use whtui::app::model::overlay::Overlay;
use whtui::warehouse::consent::Demand;
use whtui::warehouse::recovery::runbook::Waits;

use crate::hands::{WORLD, ended, mark, writes};
use crate::support::play::Play;

/// Two sources with tables of the same kind.
const TWO: &str = r#"
    [[sources]]
    type = "Postgres"
    prefix = "one"
    tables = [
      { name = "orders", template = "database", rows = 5000, duration = "4s", frequency = "24hour" },
      { name = "items", template = "database", rows = 5000, duration = "4s", frequency = "24hour" },
    ]
    [[sources]]
    type = "Postgres"
    prefix = "two"
    tables = [
      { name = "orders_of_two", template = "database", rows = 5000, duration = "4s", frequency = "6hour" },
      { name = "items_of_two", template = "database", rows = 5000, duration = "4s", frequency = "6hour" },
    ]
"#;

fn waits(play: &Play) -> Waits {
    let Some(Overlay::Runbook(id)) = play.model.overlay else { panic!("{:?}", play.model.overlay) };
    play.model.runbooks.get(id).unwrap().book.waits()
}

/// Somebody else does something to a table of this name.
async fn meanwhile(play: &Play, table: &str, body: Option<serde_json::Value>) {
    let schemas = play.model.inventory.sources().iter().flat_map(|held| &held.source.schemas);
    let id = schemas.filter(|schema| schema.name.raw() == table).map(|schema| schema.id.as_str()).next().unwrap();
    let address = format!("{}/api/projects/1/external_data_schemas/{id}/", play.simulator.origin());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = match body {
        Some(body) => client.patch(address).json(&body),
        None => client.delete(address),
    };
    assert!(request.bearer_auth(play.simulator.key()).send().await.unwrap().status().is_success());
}

#[tokio::test]
async fn several_tables_are_read_once_more_right_before_they_are_changed() {
    let mut play = Play::start_toml(WORLD).await;
    mark(&mut play, &["orders", "moved"]).await;
    play.press(&["E", "g", "enter"]).await;
    meanwhile(&play, "orders", Some(json!({ "sync_frequency": "12hour" }))).await;
    play.press(&["enter"]).await;
    assert_eq!(waits(&play), Waits::Start);
    assert_eq!(writes(&play).len(), 1, "only theirs was sent");
    for (width, height) in [(140, 40), (80, 24)] {
        let seen = play.screen(width, height);
        assert!(seen.contains("nothing was sent") && seen.contains("orders: frequency: 24hour → 12hour"), "{seen}");
    }
    // Who agrees to what is now sends it.
    play.press(&["enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play).len(), 2);
}

#[tokio::test]
async fn what_is_wanted_by_somebody_else_too_is_no_surprise() {
    let mut play = Play::start_toml(WORLD).await;
    mark(&mut play, &["orders", "moved"]).await;
    play.press(&["E", "g", "enter"]).await;
    meanwhile(&play, "orders", Some(json!({ "sync_frequency": "5min" }))).await;
    play.press(&["enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play).len(), 2);
}

#[tokio::test]
async fn a_table_that_is_gone_by_then_is_left_out() {
    let mut play = Play::start_toml(WORLD).await;
    mark(&mut play, &["orders", "moved", "plain"]).await;
    play.press(&["p"]).await;
    meanwhile(&play, "moved", None).await;
    play.press(&["enter"]).await;
    assert_eq!((waits(&play), writes(&play).len()), (Waits::Start, 1));
    let seen = play.screen(140, 40);
    assert!(seen.contains("moved: it does not exist any more, and is left out"), "{seen}");
    assert_eq!(seen.matches(r#""should_sync":false"#).count(), 2, "{seen}");
    play.press(&["enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play).len(), 2);
}

#[tokio::test]
async fn what_was_consented_to_is_looked_at_once_more_too() {
    let mut play = Play::start_toml(WORLD).await;
    mark(&mut play, &["orders", "streamed"]).await;
    play.press(&["p", "enter"]).await;
    assert!(matches!(play.model.overlay, Some(Overlay::Confirm(_))), "{:?}", play.model.overlay);
    meanwhile(&play, "streamed", Some(json!({ "sync_frequency": "7day" }))).await;
    let theirs = writes(&play).len();
    agree(&mut play).await;
    assert_eq!((waits(&play), writes(&play).len()), (Waits::Retry, theirs));
    let seen = play.screen(140, 40);
    assert!(seen.contains("nothing was sent") && seen.contains("streamed: frequency"), "{seen}");
    // It is asked anew.
    play.press(&["enter", "enter"]).await;
    agree(&mut play).await;
    ended(&mut play).await;
    assert_eq!(writes(&play).len(), theirs + 1);
}

/// Says yes to the question that stands, with the name where it is asked for.
async fn agree(play: &mut Play) {
    let Some(Overlay::Confirm(confirm)) = &play.model.overlay else { panic!("{:?}", play.model.overlay) };
    match confirm.challenge.as_ref().unwrap().demand().clone() {
        Demand::Typed(name) => {
            play.type_in(&name).await;
            play.press(&["enter"]).await;
        }
        Demand::Yes => play.press(&["y"]).await,
    }
}

#[tokio::test]
async fn what_it_costs_to_sync_several_more_often_is_said_before() {
    let mut play = Play::start_toml(WORLD).await;
    mark(&mut play, &["orders", "plain"]).await;
    play.press(&["E", "g", "enter"]).await;
    let seen = play.screen(140, 40);
    assert!(seen.contains("It costs about 576 runs a day in place of 25."), "{seen}");
    assert!(seen.contains("1 of them reads all its rows with each run: 201k rows a day"), "{seen}");
    play.press(&["b", "G", "enter"]).await;
    let seen = play.screen(140, 40);
    assert!(!seen.contains("It costs"), "rarer costs nothing: {seen}");
}

#[tokio::test]
async fn one_change_of_several_sources_is_taken_back_as_one() {
    let mut play = Play::start_toml(TWO).await;
    play.press(&["a", "2", "ctrl-a"]).await;
    play.press(&["E", "g", "enter", "enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play).len(), 2, "a request for each source");
    assert_eq!(play.model.made.len(), 1, "{:?}", play.model.made);
    assert!(play.model.made[0].what.starts_with("4 tables"), "{:?}", play.model.made);
    play.press(&["enter", "u"]).await;
    let seen = play.screen(140, 50);
    assert_eq!(seen.matches(r#""sync_frequency":"24hour""#).count(), 2, "{seen}");
    assert_eq!(seen.matches(r#""sync_frequency":"6hour""#).count(), 2, "{seen}");
    assert_eq!(writes(&play).len(), 2, "nothing is sent before it was seen");
    play.press(&["enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play).len(), 4);
    assert!(play.model.made.is_empty());
}
