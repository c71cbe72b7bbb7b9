//! The real client of a server in this process.

use whtui::api::{Client, Limits};
use whtui::simulator::Simulator;
use whtui::warehouse::ids::ProjectId;
use whtui::warehouse::origin::Origin;

/// The client of a project on a server.
pub fn to(origin: &str, key: &str, project: u64, limits: Limits) -> Client {
    let origin = Origin::parse(origin, false).unwrap();
    Client::new(origin, key.to_owned().into(), ProjectId::new(project).unwrap(), limits).unwrap()
}

/// The client of a simulator.
pub fn of(simulator: &Simulator, limits: Limits) -> Client {
    to(&simulator.origin(), simulator.key(), simulator.project(), limits)
}
