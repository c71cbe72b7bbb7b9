//! The simulator over its socket: what a client with nothing but the contract sees.

use serde_json::Value;
use whtui::simulator::{Options, start};

#[tokio::test]
async fn the_small_world_is_served_on_loopback() {
    let simulator = start(Options { scenario: "small".to_owned(), ..Options::default() }).await.unwrap();
    assert!(simulator.origin().starts_with("http://127.0.0.1:"));
    let address = format!("{}/api/projects/{}/external_data_sources/", simulator.origin(), simulator.project());
    let reply = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .get(&address)
        .bearer_auth(simulator.key())
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 200);
    let page: Value = reply.json().await.unwrap();
    assert_eq!(page["count"], 3, "{page:#}");
    println!("{page:#}");
    assert_eq!(simulator.requests().len(), 1);
    simulator.stop().await;
}

#[test]
fn every_scenario_can_be_read() {
    for name in whtui::simulator::scenario_names() {
        let service = whtui::simulator::Service::new(name, None, "2026-11-20T12:00:00Z".parse().unwrap());
        if let Err(error) = service {
            panic!("{name}: {error}");
        }
    }
}
