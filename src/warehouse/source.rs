//! A source: one connection, and the schemas it fills.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

use super::field::Field;
use super::ids::SourceId;
use super::map::Map;
use super::schema::Schema;
use super::status::Status;
use super::text::Foreign;

/// A source as its list carries it (contract, section 7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its identity.
    pub id: SourceId,
    /// Connector name, for example `Postgres`. An open set.
    pub kind: Foreign,
    /// Prefix of its table names; the display name of a direct source. May be empty.
    pub prefix: Field<Foreign>,
    /// Description, which the web page shows as its name when set.
    pub description: Field<Foreign>,
    /// Derived by the server from the enabled schemas; hides trouble in both directions (contract, section 8.2).
    pub status: Status,
    /// Error of the first schema by name that has one, however old.
    pub latest_error: Field<Foreign>,
    /// Queried live: nothing is synced.
    pub direct: bool,
    /// When it was created.
    pub created_at: Field<Timestamp>,
    /// E-mail of its creator.
    pub created_by: Field<Foreign>,
    /// Start of the newest completed job.
    pub last_run_at: Field<Timestamp>,
    /// Newly discovered tables are enabled by themselves.
    pub auto_sync_new_schemas: Field<bool>,
    /// Whether its vendor can push changes.
    pub supports_webhooks: Field<bool>,
    /// Pinned vendor API version.
    pub api_version: Field<Foreign>,
    /// What the caller may do with it: `none`, `viewer`, `editor`, `manager`.
    pub access_level: Field<Foreign>,
    /// Connection settings that are no secret, flattened to dotted names.
    pub settings: Vec<(Foreign, Foreign)>,
    /// Its tables, by name. What two readings have in common may be held once.
    pub schemas: Vec<Arc<Schema>>,
    /// How many of its tables could not be read; one where that is true of their list.
    pub unreadable: usize,
}

impl Source {
    /// The name people know it by: description, else prefix, else connector.
    #[must_use]
    pub fn title(&self) -> &Foreign {
        [self.description.known(), self.prefix.known()]
            .into_iter()
            .flatten()
            .find(|name| !name.is_blank())
            .unwrap_or(&self.kind)
    }

    /// The beginning of its identity.
    #[must_use]
    pub fn short_id(&self) -> &str {
        let id = self.id.as_str();
        id.char_indices().nth(8).map_or(id, |(end, _)| &id[..end])
    }

    /// Whether whatever another is named by is the same.
    pub(super) fn is_called_like(&self, other: &Self) -> bool {
        (self.title(), &self.prefix, &self.kind) == (other.title(), &other.prefix, &other.kind)
    }
}

/// The names of sources so that no two are alike: where several have one title, each is followed in brackets by its prefix,
/// else its connector, else its identity, by the first of them that no other of this title has.
#[must_use]
pub fn told_apart<'a>(sources: impl Iterator<Item = &'a Source>) -> Vec<Foreign> {
    let titled: Vec<(Cow<'a, str>, &Source)> = sources.map(|source| (source.title().named(), source)).collect();
    let mut alike: Map<&str, usize> = Map::default();
    alike.reserve(titled.len());
    for (title, _) in &titled {
        *alike.entry(title).or_default() += 1;
    }
    let is_alone = |title: &str| alike.get(title).is_none_or(|number| *number < 2);
    let mut marks: Map<(&str, usize, Cow<'_, str>), usize> = Map::default();
    for (title, source) in titled.iter().filter(|(title, _)| !is_alone(title)) {
        for (which, mark) in marks_of(source).into_iter().enumerate() {
            *marks.entry((title, which, mark)).or_default() += 1;
        }
    }
    let name = |(title, source): &(Cow<'_, str>, &Source)| {
        if is_alone(title) {
            return if source.title().is_blank() { Foreign::new(title) } else { source.title().clone() };
        }
        let own = marks_of(source).into_iter().enumerate().find(|(which, mark)| {
            let tells = !mark.trim().is_empty() && mark != title;
            tells && marks.get(&(title.as_ref(), *which, mark.clone())) == Some(&1)
        });
        let mark = own.map_or(Cow::Borrowed(source.id.as_str()), |(_, mark)| mark);
        Foreign::from(format!("{title} ({mark})"))
    };
    titled.iter().map(name).collect()
}

/// What may tell a source from others of its title, the best first.
fn marks_of(source: &Source) -> [Cow<'_, str>; 3] {
    [
        source.prefix.known().map_or(Cow::Borrowed(""), Foreign::shown),
        source.kind.shown(),
        Cow::Borrowed(source.short_id()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(id: &str, kind: &str, prefix: &str, description: &str) -> Source {
        Source {
            id: SourceId::new(id),
            kind: Foreign::new(kind),
            prefix: Field::Known(Foreign::new(prefix)),
            description: Field::Known(Foreign::new(description)),
            status: Status::None,
            latest_error: Field::Null,
            direct: false,
            created_at: Field::Unknown,
            created_by: Field::Unknown,
            last_run_at: Field::Unknown,
            auto_sync_new_schemas: Field::Unknown,
            supports_webhooks: Field::Unknown,
            api_version: Field::Unknown,
            access_level: Field::Unknown,
            settings: Vec::new(),
            schemas: Vec::new(),
            unreadable: 0,
        }
    }

    fn names(sources: &[Source]) -> Vec<String> {
        told_apart(sources.iter()).iter().map(|name| name.raw().to_owned()).collect()
    }

    #[test]
    fn names_that_are_alike_are_followed_by_what_tells_them_apart() {
        let named = names(&[
            source("1", "Postgres", "acme_", "Acme prod"),
            source("2", "Postgres", "other_", "Acme prod"),
            source("3", "Postgres", "acme_", "Acme test"),
            source("4", "Postgres", "shop", ""),
            source("5", "MySQL", "shop", ""),
            source("0190aaaa-1", "Stripe", "", ""),
            source("0190bbbb-1", "Stripe", "", ""),
            source("0190cccc-1", "Vitally", "", ""),
            source("0190dddd-1", "Vitally", "", ""),
            source("0190dddd-2", "Vitally", "", ""),
            source("6", " ", "", " "),
        ]);
        assert_eq!(
            named,
            [
                "Acme prod (acme_)",
                "Acme prod (other_)",
                "Acme test",
                "shop (Postgres)",
                "shop (MySQL)",
                "Stripe (0190aaaa)",
                "Stripe (0190bbbb)",
                "Vitally (0190cccc)",
                "Vitally (0190dddd-1)",
                "Vitally (0190dddd-2)",
                "(no name)"
            ]
        );
    }

    #[test]
    fn what_only_looks_alike_is_told_apart_too() {
        let named = names(&[source("1", "A", "", "x y"), source("2", "B", "", "x\ty"), source("3", "B", "", "x y")]);
        assert_eq!(named, ["x y (A)", "x y (2)", "x y (3)"]);
    }
}
