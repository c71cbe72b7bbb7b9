//! Which project, when none was given (contract, section 2): the one the key is limited to, else the only one there
//! is, else the one its owner is in.

use crate::api::Account;
use crate::warehouse::account::Project;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::ids::ProjectId;
use crate::worker::greeting::projects;

/// Finds the project.
///
/// # Errors
/// One sentence when there is none or more than one to choose from, or when it cannot be found out.
pub(super) async fn project(account: &Account) -> Result<ProjectId, String> {
    let origin = account.origin();
    let asked = |failure: Failure| {
        format!("{origin} was asked which projects the key may use, which failed: {}.", failure.explanation())
    };
    let limited = match account.key().await {
        Ok(key) => key.projects,
        // Older servers cannot tell.
        Err(failure) if failure.kind == FailureKind::NotFound => Vec::new(),
        Err(failure) => return Err(asked(failure)),
    };
    let (found, whole) = projects(account, &limited).await.map_err(asked)?;
    match found.as_slice() {
        [only] => Ok(only.id),
        [] if whole => Err(format!("the key sees no project at {origin}; check the host, or use a key of a member.")),
        [] => {
            Err("the key may not list projects; add --project NUMBER, which is in the address of every PostHog page."
                .to_owned())
        }
        several => {
            let named = |project: &Project| match project.name.shown() {
                name if name.is_empty() => project.id.to_string(),
                name => format!("{} ({name})", project.id),
            };
            Err(choose(&several.iter().take(12).map(named).collect::<Vec<_>>()))
        }
    }
}

fn choose(names: &[String]) -> String {
    format!("the key may use several projects: choose one with --project NUMBER, of {}.", names.join(", "))
}
