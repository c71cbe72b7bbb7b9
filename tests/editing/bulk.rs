//! Several tables at once.

use whtui::simulator::LoggedRequest;

use crate::hands::{WORLD, ended};
use crate::support::play::Play;

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
