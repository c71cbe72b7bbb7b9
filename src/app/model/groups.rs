//! Tables under headings: one for each namespace of a database at the source.

use std::cmp::Ordering;

use super::columns::by_name;
use crate::warehouse::ids::SourceId;
use crate::warehouse::inventory::Held;
use crate::warehouse::schema::Schema;
use crate::warehouse::state::{Severity, State};
use crate::warehouse::text::Foreign;

/// A heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// Place of the first row under it.
    pub at: usize,
    /// The source, where tables of several are shown.
    pub source: Option<Foreign>,
    /// The namespace; `None`: the names of these tables have none.
    pub namespace: Option<Foreign>,
    /// How many rows stand under it.
    pub tables: usize,
    /// How many of them are broken.
    pub broken: usize,
}

impl Head {
    /// A heading of which only the place matters.
    #[cfg(test)]
    pub(super) fn at(at: usize) -> Self {
        Self { at, ..Self::default() }
    }
}

/// Which of two tables comes first as far as their headings decide: by source, then by namespace, none last.
#[must_use]
pub fn compare(one: (&Held, &Schema), other: (&Held, &Schema)) -> Ordering {
    let by_source = if std::ptr::eq(one.0, other.0) {
        Ordering::Equal
    } else {
        let titles = by_name(one.0.title(), other.0.title());
        // Two sources of one name stay apart.
        titles.then_with(|| one.0.source.id.cmp(&other.0.source.id))
    };
    by_source.then_with(|| match (one.1.namespace(), other.1.namespace()) {
        (Some(one), Some(other)) => one.cmp(other),
        (one, other) => other.is_some().cmp(&one.is_some()),
    })
}

/// Headings in the making, while rows come in their order.
#[derive(Debug)]
pub(super) struct Heads {
    names_sources: bool,
    all: Vec<Head>,
    source: Option<SourceId>,
}

impl Heads {
    /// Headings for the tables of several sources, or of one.
    pub(super) fn new(names_sources: bool) -> Self {
        Self { names_sources, all: Vec::new(), source: None }
    }

    /// The next row, at this place.
    pub(super) fn add(&mut self, at: usize, held: &Held, schema: &Schema, state: State) {
        let namespace = schema.namespace();
        let same_source = self.source.as_ref() == Some(&held.source.id);
        let broken = usize::from(state.severity() == Severity::Broken);
        if let Some(head) = self.all.last_mut().filter(|_| same_source)
            && head.namespace.as_ref().map(Foreign::raw) == namespace
        {
            head.tables += 1;
            head.broken += broken;
            return;
        }
        if !same_source {
            self.source = Some(held.source.id.clone());
        }
        let source = self.names_sources.then(|| held.title().clone());
        self.all.push(Head { at, source, namespace: namespace.map(Foreign::new), tables: 1, broken });
    }

    /// All of them; none where they would say nothing.
    pub(super) fn done(self) -> Vec<Head> {
        match self.all.as_slice() {
            [Head { source: None, namespace: None, .. }] => Vec::new(),
            _ => self.all,
        }
    }
}
