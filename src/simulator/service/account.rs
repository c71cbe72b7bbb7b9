//! The key, its owner, and the projects (contract, section 2).

use serde_json::{Value, json};

use super::access::{Access, Asked};
use super::pages::{self, Page};
use super::request::{Refusal, Reply, Request};
use crate::simulator::scenario::ProjectSpec;

const ORGANIZATION: &str = "018f0000-aaaa-0000-bbbb-000000000001";

/// `GET /api/personal_api_keys/@current/`.
pub fn key(access: &Access, value: &str) -> Reply {
    let tail: String = value.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    Reply::json(
        200,
        &json!({
            "id": "key_1",
            "label": "whtui",
            "value": null,
            "mask_value": format!("phx_...{tail}"),
            "created_at": "2026-10-01T08:00:00Z",
            "last_used_at": null,
            "last_rolled_at": null,
            "user_id": crate::simulator::world::USER,
            "scopes": access.key.scopes,
            "scoped_teams": access.key.projects,
            "scoped_organizations": [],
        }),
    )
}

/// `GET /api/users/@me/`.
pub fn me(access: &Access) -> Reply {
    let project = &access.project;
    Reply::json(
        200,
        &json!({
            "uuid": "018f0000-eeee-0000-ffff-000000000003",
            "distinct_id": "dana",
            "first_name": "Dana",
            "last_name": "Doe",
            "email": "dana@example.com",
            "id": crate::simulator::world::USER,
            "is_staff": false,
            "team": team(project.id, &project.name, project),
            "organization": { "id": ORGANIZATION, "name": "Example Ltd" },
            "organizations": [{
                "id": ORGANIZATION, "name": "Example Ltd", "slug": "example-ltd", "logo_media_id": null,
                "membership_level": 8, "members_can_use_personal_api_keys": true, "is_active": true,
                "is_not_active_reason": null, "is_pending_deletion": false,
            }],
        }),
    )
}

/// `GET /api/projects/`.
pub fn projects(access: &Access, request: &Request) -> Reply {
    let project = &access.project;
    let mut items = vec![one_project(project.id, &project.name, project).to_string()];
    items.extend(project.others.iter().map(|other| one_project(other.id, &other.name, project).to_string()));
    pages::reply(request, &Page::of(request), items.len(), items.iter().map(String::as_str))
}

/// `GET /api/projects/{id}/`.
pub fn project(access: &Access, asked: Asked) -> Result<Reply, Refusal> {
    let project = &access.project;
    match asked {
        Asked::Main => Ok(Reply::json(200, &one_project(project.id, &project.name, project))),
        Asked::Other(id) => {
            let other = project.others.iter().find(|other| other.id == id).ok_or_else(Refusal::not_found)?;
            Ok(Reply::json(200, &one_project(id, &other.name, project)))
        }
    }
}

fn one_project(id: u64, name: &str, project: &ProjectSpec) -> Value {
    json!({
        "id": id,
        "uuid": format!("018f0000-cccc-0000-dddd-{id:012}"),
        "organization": ORGANIZATION,
        "api_token": "phc_exampleexampleexample",
        "name": name,
        "completed_snippet_onboarding": true,
        "has_completed_onboarding_for": { "product_analytics": true },
        "ingested_event": true,
        "is_demo": false,
        "timezone": project.timezone,
        "access_control": false,
    })
}

fn team(id: u64, name: &str, project: &ProjectSpec) -> Value {
    let mut team = one_project(id, name, project);
    if let Value::Object(fields) = &mut team {
        fields.remove("completed_snippet_onboarding");
        fields.remove("has_completed_onboarding_for");
        fields.insert("project_id".to_owned(), json!(id));
    }
    team
}
