//! Which project, when none was given (contract, section 2): the one the key is limited to, else the only one there
//! is, else the one its owner is in.

use crate::api::Account;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::ids::ProjectId;
use crate::warehouse::operation::Page;

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
    match limited.as_slice() {
        [] => {}
        [only] => return Ok(*only),
        several => return Err(choose(&several.iter().map(ToString::to_string).collect::<Vec<_>>())),
    }
    match account.projects(Page { limit: 100, offset: 0 }).await {
        Ok(listing) => match listing.items.as_slice() {
            [] => Err(format!("the key sees no project at {origin}; check the host, or use a key of a member.")),
            [only] => Ok(only.id),
            several => {
                let names: Vec<_> = several
                    .iter()
                    .take(12)
                    .map(|project| format!("{} ({})", project.id, project.name.shown()))
                    .collect();
                Err(choose(&names))
            }
        },
        Err(failure)
            if matches!(
                failure.kind,
                FailureKind::MissingScope(_) | FailureKind::Forbidden | FailureKind::OutOfBounds
            ) =>
        {
            let user = account.me().await.ok();
            user.and_then(|user| user.project).ok_or_else(|| {
                "the key may not list projects; add --project NUMBER, which is in the address of every PostHog page."
                    .to_owned()
            })
        }
        Err(failure) => Err(asked(failure)),
    }
}

fn choose(names: &[String]) -> String {
    format!("the key may use several projects: choose one with --project NUMBER, of {}.", names.join(", "))
}
