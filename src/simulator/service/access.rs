//! Who may do what: keys, scopes, projects (contract, section 2).

use super::request::{Refusal, Request};
use crate::simulator::scenario::{KeySpec, ProjectSpec};

/// The key rules and projects of a world.
#[derive(Clone, Debug)]
pub struct Access {
    /// The key rules.
    pub key: KeySpec,
    /// The projects.
    pub project: ProjectSpec,
}

/// The project a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The one with the sources.
    Main,
    /// One without any.
    Other(u64),
}

impl Access {
    /// Checks the key.
    ///
    /// # Errors
    /// 401 without a key, or with one that is not accepted.
    pub fn authenticate<'a>(&self, request: &'a Request) -> Result<&'a str, Refusal> {
        let header = request.authorization.as_deref().unwrap_or_default();
        let refuse = |code, detail| Err(Refusal::new(401, "authentication_error", code, detail));
        let Some(key) = header.strip_prefix("Bearer ").map(str::trim).filter(|key| !key.is_empty()) else {
            return refuse("not_authenticated", "Authentication credentials were not provided.");
        };
        // A beginning alone is none, and neither is anything with a space in it.
        let has_more = key.strip_prefix(&self.key.prefix).is_some_and(|rest| key == self.key.value || !rest.is_empty());
        if has_more && key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(key);
        }
        refuse("authentication_failed", "Personal API key found in request Authorization header is invalid.")
    }

    /// Checks a scope: write implies read, `*` is everything.
    ///
    /// # Errors
    /// 403 with the name of the missing scope.
    pub fn require(&self, scope: &str) -> Result<(), Refusal> {
        let has = |wanted: &str| self.key.scopes.iter().any(|scope| scope == wanted || scope == "*");
        let by_writing = scope.strip_suffix(":read").is_some_and(|object| has(&format!("{object}:write")));
        if has(scope) || by_writing {
            return Ok(());
        }
        Err(Refusal::forbidden(format!("API key missing required scope '{scope}'")))
    }

    /// Refuses project-limited keys on addresses that belong to no project.
    ///
    /// # Errors
    /// 403.
    pub fn require_unlimited(&self) -> Result<(), Refusal> {
        if self.key.projects.is_empty() {
            return Ok(());
        }
        Err(Refusal::forbidden("API keys with scoped projects are only supported on project-based endpoints."))
    }

    /// Finds the project of a path.
    ///
    /// # Errors
    /// 403 for a key limited to others, 404 for an unknown one.
    pub fn project(&self, segment: &str) -> Result<Asked, Refusal> {
        let id = match segment {
            "@current" => self.project.id,
            number => number.parse().map_err(|_| Refusal::not_found())?,
        };
        if !self.key.projects.is_empty() && !self.key.projects.contains(&id) {
            let detail = format!("API key does not have access to the requested project: ID {id}.");
            return Err(Refusal::forbidden(detail));
        }
        if id == self.project.id {
            Ok(Asked::Main)
        } else if self.project.others.iter().any(|other| other.id == id) {
            Ok(Asked::Other(id))
        } else {
            Err(Refusal::new(404, "invalid_request", "not_found", "Project not found."))
        }
    }
}
