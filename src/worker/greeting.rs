//! Before there is a connection: what a key may do, which projects it sees, and writing a profile down.

use std::path::PathBuf;

use super::line::Line;
use crate::api::{Account, Limits};
use crate::app::effect::{Login, ProfileDraft, Urgency};
use crate::app::message::{Greeting, NotGreeted, NotSaved};
use crate::config::file::{NewProfile, SaveError, config_path, save};
use crate::warehouse::account::Project;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::field::Field;
use crate::warehouse::ids::ProjectId;
use crate::warehouse::key_shape::problem_of_key;
use crate::warehouse::operation::Page;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::beginning;

/// How many projects are read one by one for a key that is limited to them.
const LIMITED_MOST: usize = 24;

/// How many projects are listed at most.
const LISTED_MOST: u32 = 1_000;

/// Finds out what a key may do and which projects it sees.
pub(super) async fn greet(login: Login) -> Result<Greeting, NotGreeted> {
    if let Some(problem) = problem_of_key(login.key.expose()) {
        return Err(NotGreeted::Key(format!("The key {problem}.")));
    }
    let account = Account::new(login.origin, login.key.expose().to_owned().into(), Limits::default());
    let account = account.map_err(|failure| blame(&failure))?;
    let key = match account.key().await {
        Ok(key) => Some(key),
        // Older servers cannot tell.
        Err(failure) if failure.kind == FailureKind::NotFound => None,
        Err(failure) => return Err(blame(&failure)),
    };
    let limited = key.as_ref().map(|key| key.projects.clone()).unwrap_or_default();
    let (projects, whole) = projects(&account, &limited).await.map_err(|failure| blame(&failure))?;
    Ok(Greeting { key: key.unwrap_or_default(), projects, whole })
}

/// The projects a key sees, and whether these are all (contract, section 2): those it is limited to, else those of the
/// organization, else the one its owner is in.
///
/// # Errors
/// The failure of what was asked first.
pub async fn projects(account: &Account, limited: &[ProjectId]) -> Result<(Vec<Project>, bool), Failure> {
    projects_in_turn(account, limited, None).await
}

/// The same where each request has to wait for leave to be made in this line.
///
/// # Errors
/// The same, and that leave was not given.
pub(super) async fn projects_in_turn(
    account: &Account,
    limited: &[ProjectId],
    line: Option<&Line>,
) -> Result<(Vec<Project>, bool), Failure> {
    let leave = async || match line {
        Some(line) => line.leave(Urgency::Background, |_| ()).await,
        None => Ok(()),
    };
    if !limited.is_empty() {
        let mut found = Vec::new();
        for id in limited.iter().take(LIMITED_MOST) {
            // A name is only a courtesy: the number is known.
            let project = match leave().await {
                Ok(()) => account.project(*id).await.ok(),
                Err(_) => None,
            };
            found.push(project.unwrap_or_else(|| nameless(*id)));
        }
        found.extend(limited.iter().skip(LIMITED_MOST).map(|id| nameless(*id)));
        return Ok((found, true));
    }
    let mut found: Vec<Project> = Vec::new();
    loop {
        let offset = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let page = match leave().await {
            Ok(()) => account.projects(Page { limit: 100, offset }).await,
            Err(failure) => Err(failure),
        };
        match page {
            Ok(listing) => {
                let more = listing.next && !listing.items.is_empty() && offset < LISTED_MOST;
                let known = found.len();
                found.extend(listing.items);
                // A list that moves repeats itself.
                let mut seen = std::collections::HashSet::new();
                found.retain(|project| seen.insert(project.id));
                if !more || found.len() == known {
                    return Ok((found, !listing.next));
                }
            }
            Err(failure) if found.is_empty() && is_about_scopes(&failure) => {
                leave().await?;
                let user = account.me().await.ok().and_then(|user| {
                    let name = user.project_name.known().cloned().unwrap_or_default();
                    Some(Project { id: user.project?, name, timezone: Field::Unknown })
                });
                return Ok((user.into_iter().collect(), false));
            }
            Err(failure) if found.is_empty() => return Err(failure),
            Err(_) => return Ok((found, false)),
        }
    }
}

fn nameless(id: ProjectId) -> Project {
    Project { id, name: Foreign::default(), timezone: Field::Unknown }
}

fn is_about_scopes(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::MissingScope(_) | FailureKind::Forbidden | FailureKind::OutOfBounds)
}

/// At which field a failure is told, as one sentence.
fn blame(failure: &Failure) -> NotGreeted {
    let sentence = |text: &str| format!("{}.", beginning(text));
    match &failure.kind {
        FailureKind::KeyRejected => NotGreeted::Key(
            "The server does not know this key; copy it again, or check that it belongs to this host.".to_owned(),
        ),
        FailureKind::MissingScope(_) | FailureKind::OutOfBounds | FailureKind::Forbidden => {
            NotGreeted::Key(sentence(&failure.explanation()))
        }
        FailureKind::NotFound => {
            NotGreeted::Host("This address answers, but not as a PostHog API does; check the host.".to_owned())
        }
        FailureKind::Redirected => NotGreeted::Host(
            "The host redirects elsewhere, and the key is not sent there; enter the final address.".to_owned(),
        ),
        _ => NotGreeted::Host(sentence(&failure.explanation())),
    }
}

/// Writes a profile down.
pub(super) fn save_profile(draft: &ProfileDraft) -> Result<(), NotSaved> {
    let path: PathBuf =
        config_path().ok_or_else(|| NotSaved::File("There is no home directory to write it to.".to_owned()))?;
    let profile = NewProfile {
        name: draft.name.clone(),
        host: draft.login.origin.to_string(),
        project: draft.project.get(),
        key: draft.login.key.clone(),
        allow_http: draft.allow_http,
    };
    save(&path, &profile).map_err(|error| match error {
        SaveError::Name(text) => NotSaved::Name(beginning(&text)),
        SaveError::File(text) => NotSaved::File(beginning(&text)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::origin::Origin;
    use serde_json::json;
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, Request, ResponseTemplate};

    #[tokio::test]
    async fn every_request_for_projects_takes_its_leave() {
        let server = MockServer::start().await;
        // Pages of two projects; those of a limited key are not told.
        let answer = |request: &Request| {
            let offset = request.url.query_pairs().find(|(name, _)| name == "offset");
            let first: u64 = offset.and_then(|(_, offset)| offset.parse().ok()).unwrap_or_default();
            let projects = [json!({"id": first + 1, "name": "a"}), json!({"id": first + 2, "name": "b"})];
            let next = (first < 6).then_some("http://127.0.0.1/next");
            ResponseTemplate::new(200).set_body_json(json!({"count": 8, "next": next, "results": projects}))
        };
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let origin = Origin::parse(&server.uri(), true).unwrap();
        let account = Account::new(origin, "phx_test".to_owned().into(), Limits::default()).unwrap();
        let limited: Vec<_> = (1..=3).filter_map(ProjectId::new).collect();
        for (limited, projects, requests) in [(&[][..], 8, 4), (&limited, 3, 3)] {
            let line = Line::new();
            let (before, asked) = (line.left().minute, server.received_requests().await.unwrap().len());
            let (found, _) = projects_in_turn(&account, limited, Some(&line)).await.unwrap();
            assert_eq!(found.len(), projects);
            assert_eq!(server.received_requests().await.unwrap().len() - asked, requests);
            assert_eq!(before - line.left().minute, requests);
        }
    }
}
