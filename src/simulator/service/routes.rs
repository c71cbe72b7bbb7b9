//! The table of operations: method, path, scopes, handler (contract, section 6).

use super::request::{Refusal, Reply, Request};
use super::{bulk, cdc, health, logs, schemas, sources, webhooks, wizard};
use crate::simulator::world::World;

/// A request to an operation of the project.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The request.
    pub request: &'a Request,
    /// The id in its path; empty for collections.
    pub id: &'a str,
}

type Handler = fn(&mut World, &Call) -> Result<Reply, Refusal>;

/// One operation.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    method: &'static str,
    path: &'static str,
    /// All scopes it needs; none = closed to personal keys.
    pub scopes: Option<&'static [&'static str]>,
    /// What it does.
    pub handler: Handler,
}

const READ: Option<&[&str]> = Some(&["external_data_source:read"]);
const WRITE: Option<&[&str]> = Some(&["external_data_source:write"]);
const OVERVIEW: Option<&[&str]> =
    Some(&["warehouse_view:read", "external_data_source:read", "batch_export:read", "hog_function:read"]);

const fn route(
    method: &'static str,
    path: &'static str,
    scopes: Option<&'static [&'static str]>,
    handler: Handler,
) -> Route {
    Route { method, path, scopes, handler }
}

/// Paths below the project. Literal segments stand before `*`, which takes any id.
const ROUTES: &[Route] = &[
    route("GET", "external_data_sources", READ, sources::list),
    route("GET", "external_data_sources/wizard", READ, wizard::wizard),
    route("POST", "external_data_sources/check_cdc_prerequisites", WRITE, cdc::check_form),
    route("GET", "external_data_sources/*", READ, sources::retrieve),
    route("PATCH", "external_data_sources/*", WRITE, sources::update),
    route("DELETE", "external_data_sources/*", WRITE, sources::destroy),
    route("POST", "external_data_sources/*/reload", WRITE, sources::reload),
    route("POST", "external_data_sources/*/refresh_schemas", WRITE, sources::refresh_schemas),
    route("GET", "external_data_sources/*/jobs", READ, sources::jobs),
    route("PATCH", "external_data_sources/*/bulk_update_schemas", WRITE, bulk::update),
    route("GET", "external_data_sources/*/webhook_info", READ, webhooks::info),
    route("POST", "external_data_sources/*/create_webhook", WRITE, webhooks::create),
    route("POST", "external_data_sources/*/update_webhook_inputs", WRITE, webhooks::update),
    route("POST", "external_data_sources/*/delete_webhook", WRITE, webhooks::delete),
    route("POST", "external_data_sources/*/check_cdc_prerequisites_for_source", WRITE, cdc::check),
    route("GET", "external_data_sources/*/cdc_status", READ, cdc::status),
    route("POST", "external_data_sources/*/enable_cdc", WRITE, cdc::enable),
    route("POST", "external_data_sources/*/disable_cdc", WRITE, cdc::disable),
    route("POST", "external_data_sources/*/repair_cdc", WRITE, cdc::repair),
    route("POST", "external_data_sources/*/resume_cdc", None, closed),
    route("POST", "external_data_sources/*/update_cdc_settings", WRITE, cdc::settings),
    route("GET", "external_data_schemas", READ, schemas::list),
    route("GET", "external_data_schemas/*", READ, schemas::retrieve),
    route("PATCH", "external_data_schemas/*", WRITE, schemas::update),
    route("DELETE", "external_data_schemas/*", WRITE, schemas::destroy),
    route("POST", "external_data_schemas/*/reload", WRITE, schemas::reload),
    route("POST", "external_data_schemas/*/resync", WRITE, schemas::resync),
    route("POST", "external_data_schemas/*/cancel", WRITE, schemas::cancel),
    route("DELETE", "external_data_schemas/*/delete_data", WRITE, schemas::delete_data),
    route("POST", "external_data_schemas/*/incremental_fields", WRITE, schemas::incremental_fields),
    route("GET", "external_data_schemas/*/logs", READ, logs::logs),
    route("GET", "data_warehouse/data_health_issues", OVERVIEW, health::issues),
    route("GET", "data_warehouse/running_activity", None, closed),
    route("GET", "data_warehouse/completed_activity", None, closed),
    route("GET", "data_warehouse/job_stats", None, closed),
    route("GET", "data_warehouse/total_rows_stats", None, closed),
];

/// What a path and a method lead to.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// An operation, and the id in the path.
    Route(&'static Route, &'a str),
    /// The path exists, with other methods.
    OtherMethod,
    /// No such path.
    Nothing,
}

/// Finds the operation.
pub fn find<'a>(method: &str, segments: &[&'a str]) -> Found<'a> {
    let mut found = Found::Nothing;
    for route in ROUTES {
        let Some(id) = route.matches(segments) else { continue };
        if route.method == method {
            return Found::Route(route, id);
        }
        found = Found::OtherMethod;
    }
    found
}

impl Route {
    fn matches<'a>(&self, segments: &[&'a str]) -> Option<&'a str> {
        let mut id = "";
        let mut pattern = self.path.split('/');
        for segment in segments {
            match pattern.next()? {
                "*" if !segment.is_empty() => id = segment,
                literal if literal == *segment => {}
                _ => return None,
            }
        }
        pattern.next().is_none().then_some(id)
    }
}

/// Never reached: an operation without scopes refuses every personal key before.
fn closed(_: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Err(Refusal::not_found())
}
