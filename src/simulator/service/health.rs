//! The list of everything that fails (contract, section 9.6). It leaves out tables that are switched off.

use serde_json::{Value, json};

use super::request::{Refusal, Reply};
use super::routes::Call;
use crate::simulator::moment::Moment;
use crate::simulator::world::World;

/// `GET data_health_issues`.
#[expect(clippy::unnecessary_wraps, reason = "handlers share one signature")]
pub fn issues(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let mut results: Vec<Value> = Vec::new();
    for source in world.sources() {
        for table in source.live_tables().filter(|table| table.should_sync) {
            let status = match table.status.as_deref() {
                Some("Failed") => "failed",
                Some("Billing limits" | "Billing limits too low") => "billing_limit",
                _ => continue,
            };
            results.push(json!({
                "id": table.id,
                "name": table.name,
                "type": "external_data_sync",
                "source_type": source.kind,
                "sync_type": table.settings.sync_type,
                "status": status,
                "error": table.error,
                // For a sync this is the last success, whatever the name says.
                "failed_at": table.last_synced.map(Moment::iso_with_offset),
                "url": format!("/data-warehouse/sources/managed-{}", source.id),
            }));
        }
    }
    Ok(Reply::json(200, &json!({ "count": results.len(), "results": results })))
}
