//! Whose key this is, and what it may do (contract, section 2).

use super::field::Field;
use super::ids::ProjectId;
use super::text::Foreign;

/// A key, as key introspection describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key {
    /// The name its owner gave it.
    pub label: Field<Foreign>,
    /// Scopes, for example `external_data_source:read`; `None` when the server did not say.
    pub scopes: Option<Vec<Foreign>>,
    /// Projects it is limited to; empty means no limit.
    pub projects: Vec<ProjectId>,
}

impl Key {
    /// Whether the key has this scope; a write scope includes reading. `None`: the server did not say.
    #[must_use]
    pub fn allows(&self, object: &str, write: bool) -> Option<bool> {
        let scopes = self.scopes.as_ref()?;
        Some(scopes.iter().any(|scope| {
            scope.raw() == "*"
                || scope
                    .raw()
                    .split_once(':')
                    .is_some_and(|(of, action)| of == object && (action == "write" || (action == "read" && !write)))
        }))
    }
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its number.
    pub id: ProjectId,
    /// Its name.
    pub name: Foreign,
    /// Its time zone.
    pub timezone: Field<Foreign>,
}

/// Who owns the key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// E-mail address.
    pub email: Field<Foreign>,
    /// The project the owner is in now.
    pub project: Option<ProjectId>,
    /// The name of that project.
    pub project_name: Field<Foreign>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn write_includes_read_and_a_star_everything() {
        let key = |scopes: &[&str]| Key {
            scopes: Some(scopes.iter().map(|scope| Foreign::new(scope)).collect()),
            ..Key::default()
        };
        let object = "external_data_source";
        assert_eq!(key(&["external_data_source:write"]).allows(object, false), Some(true));
        assert_eq!(key(&["external_data_source:read"]).allows(object, true), Some(false));
        assert_eq!(key(&["*"]).allows(object, true), Some(true));
        assert_eq!(key(&["project:write"]).allows(object, false), Some(false));
        assert_eq!(Key::default().allows(object, false), None);
    }
}
