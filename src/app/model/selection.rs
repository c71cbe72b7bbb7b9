//! What is selected, and which rows there are to select from.

use std::cmp::Ordering;

use super::columns::{Column, Offered, SchemaColumn, SourceColumn};
use super::groups::{Head, Heads};
use super::ordering::PORTION;
use super::sorting::{Entry, Order};
use super::wanted::Wanted;
use super::{Model, Screen};
use crate::app::commands::{Context, Subject, SubjectSchema, SubjectSource};
use crate::app::effect::RequestId;
use crate::app::layout::{Pane, Panes, WIDE};
use crate::app::model::overlay::ProfileChoice;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::inventory::Held;
use crate::warehouse::operation::SchemaPatch;
use crate::warehouse::recovery::follow;
use crate::warehouse::schema::Schema;
use crate::warehouse::state::State;
use crate::warehouse::text::Foreign;

/// What is selected.
#[derive(Clone, Copy, Debug)]
pub enum Selected<'a> {
    /// Nothing.
    Nothing,
    /// A source.
    Source(&'a Held),
    /// A table, with its source and its state.
    Schema(&'a Held, &'a Schema, State),
}

impl Model {
    /// What commands act on and the details are about.
    #[must_use]
    pub fn selected(&self) -> Selected<'_> {
        if self.details_of_source {
            self.selected_source().map_or(Selected::Nothing, Selected::Source)
        } else {
            self.selected_schema()
                .map_or(Selected::Nothing, |(held, schema, state)| Selected::Schema(held, schema, state))
        }
    }

    /// The selected source.
    #[must_use]
    pub fn selected_source(&self) -> Option<&Held> {
        self.inventory.source(self.sources.selected()?)
    }

    /// The selected table.
    #[must_use]
    pub fn selected_schema(&self) -> Option<(&Held, &Schema, State)> {
        self.inventory.schema(self.schemas.selected()?)
    }

    /// What decides over the availability of commands.
    #[must_use]
    pub fn context(&self) -> Context {
        Context {
            pane: self.focus,
            subject: self.subject(),
            no_writes: self.no_writes(),
            billing_pause: self.inventory.billing_pause().map(|(_, schema)| schema.title().shown().into_owned()),
            reading: self.flights.is_reading_list() && self.link.failure.is_none() && !self.link.is_paused(self.now),
            has_rows: match self.focus {
                Pane::Sources => !self.sources.rows().is_empty(),
                Pane::Schemas => !self.schemas.rows().is_empty(),
                Pane::Details => false,
            },
            marked: self.marks.count(),
            wide: self.size.width >= WIDE && self.panes != Panes::ReadAloud,
            filtered: match self.focus {
                Pane::Sources => self.sources.filter.is_active(),
                Pane::Schemas => self.schemas.filter.is_active(),
                Pane::Details => false,
            },
            no_tour: match self.settings.place() {
                Some(place) if place.demo => None,
                _ => Some("The tour is through the demo; `whtui --demo` starts it."),
            },
        }
    }

    /// What a write on its way does to what, in words.
    #[must_use]
    pub fn what_is_sent(&self, request: RequestId) -> Option<String> {
        let follow = self.follows.get(&self.flights.follow_of(request)?)?;
        let subject = follow.subject();
        let names: Vec<_> = subject.tables.iter().take(6).map(|(_, name)| name.shown()).collect();
        let more = subject.tables.len().saturating_sub(names.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let of = if names.is_empty() { subject.source_name.shown().into_owned() } else { names.join(", ") };
        Some(format!("{} {of}{more}", follow.act().word()))
    }

    /// What the list of profiles leads to, in its order.
    #[must_use]
    pub fn profile_choices(&self) -> Vec<ProfileChoice> {
        let profiles = self.settings.setup.profiles.iter().map(|offer| ProfileChoice::Profile(offer.name.clone()));
        // Before anything is connected there is nothing to come back to from there.
        let all =
            (self.screen == Screen::Main && !self.settings.setup.profiles.is_empty()).then_some(ProfileChoice::All);
        all.into_iter().chain(profiles).chain([ProfileChoice::Another, ProfileChoice::Demo]).collect()
    }

    /// Why nothing may be written, if so.
    #[must_use]
    pub fn no_writes(&self) -> Option<String> {
        if let (true, Some(name)) = (self.settings.setup.read_only, &self.settings.setup.profile) {
            return Some(format!("The profile {name} is read-only; that is settled in the file of settings."));
        }
        if self.settings.read_only {
            return Some("This is read-only mode: start without --read-only to change anything.".to_owned());
        }
        let key = self.identity.key.as_ref()?;
        (key.allows("external_data_source", true) == Some(false))
            .then(|| "The API key lacks the scope external_data_source:write; add it in PostHog's settings.".to_owned())
    }

    fn subject(&self) -> Subject {
        match self.selected() {
            Selected::Nothing => Subject::Nothing,
            Selected::Source(held) => Subject::Source(SubjectSource {
                direct: held.source.direct,
                enabled: held.source.schemas.iter().filter(|schema| schema.should_sync == Some(true)).count(),
                editable: is_editable(held.source.access_level.known().map(Foreign::raw)),
                has_error: held.source.latest_error.known().is_some_and(|error| !error.is_blank()),
                under_way: self
                    .follows
                    .values()
                    .find(|follow| follow.subject().source == held.source.id)
                    .map(|follow| follow.act().word()),
            }),
            Selected::Schema(held, schema, state) => {
                let level = self
                    .inventory
                    .detail(&schema.id)
                    .and_then(|detail| detail.access_level.known())
                    .or(held.source.access_level.known());
                Subject::Schema(SubjectSchema {
                    state,
                    sync_type: schema.sync_type.known().cloned(),
                    on: schema.should_sync,
                    no_data: schema.table.is_null(),
                    pausable: SchemaPatch::pause(schema).is_some(),
                    editable: is_editable(level.map(Foreign::raw)),
                    has_error: schema.latest_error.known().is_some_and(|error| !error.is_blank()),
                    under_way: self
                        .follows
                        .values()
                        .find(|follow| follow.concerns(&schema.id))
                        .map(|follow| follow.act().word()),
                })
            }
        }
    }

    /// What a followed action on the selection acts on.
    #[must_use]
    pub fn follow_subject(&self) -> Option<follow::Subject> {
        match self.selected() {
            Selected::Nothing => None,
            Selected::Source(held) => Some(follow::Subject {
                source: held.source.id.clone(),
                source_name: held.title().clone(),
                tables: held
                    .source
                    .schemas
                    .iter()
                    .filter(|schema| schema.should_sync == Some(true))
                    .map(|schema| (schema.id.clone(), schema.name.clone()))
                    .collect(),
            }),
            Selected::Schema(held, schema, _) => Some(follow::Subject {
                source: held.source.id.clone(),
                source_name: held.title().clone(),
                tables: vec![(schema.id.clone(), schema.name.clone())],
            }),
        }
    }

    /// Works out anew which rows there are, after the inventory, an order or a filter has changed.
    pub fn rebuild_rows(&mut self) {
        let sources = self.source_rows();
        self.sources.replace(sources);
        self.rebuild_schema_rows();
    }

    /// Works out anew which tables are shown, after another source was selected.
    pub fn rebuild_schema_rows(&mut self) {
        if !self.all_tables {
            self.ordering.clear();
            let (schemas, heads) = self.schema_rows();
            self.schemas.put_in(schemas, heads, None);
            return;
        }
        self.ordering.now = self.now;
        self.ordering.begin(&mut self.inventory, &mut self.schemas);
        // Many tables are not sorted while a key waits.
        if self.inventory.tally().total <= PORTION {
            while self.ordering.is_busy() {
                self.ordering.go_on(&self.inventory, &mut self.schemas);
            }
        }
    }

    fn source_rows(&self) -> Vec<SourceId> {
        let mut wanted = Wanted::new(self.sources.filter.text(), self.now);
        let mut rows: Vec<&Held> = self.inventory.sources().iter().filter(|held| wanted.accepts_source(held)).collect();
        let sorts = self.sources.sorts();
        rows.sort_by(|one, other| {
            let columns = sorts.iter().fold(Ordering::Equal, |so_far, sort| {
                so_far.then_with(|| sort.turned(SourceColumn::sorted_by(sort.column).compare(one, other)))
            });
            columns.then_with(|| SourceColumn::Name.compare(one, other))
        });
        rows.into_iter().map(|held| held.source.id.clone()).collect()
    }

    /// Does a portion of the work that was put off; `true` when other rows are shown now.
    pub fn go_on_ordering(&mut self) -> bool {
        self.ordering.now = self.now;
        let begun = self.ordering.begin(&mut self.inventory, &mut self.schemas);
        self.ordering.go_on(&self.inventory, &mut self.schemas) || begun
    }

    fn schema_rows(&self) -> (Vec<SchemaId>, Vec<Head>) {
        let Some(source) = self.sources.selected() else { return (Vec::new(), Vec::new()) };
        let order = Order::new(&self.inventory, self.schemas.criteria());
        let mut heads = self.schemas.grouped.then(|| Heads::new(false));
        let mut wanted = Wanted::new(self.schemas.filter.text(), self.now);
        let mut rows: Vec<Entry> = self.inventory.spots(Some(source)).filter_map(|spot| order.entry(spot)).collect();
        rows.sort_unstable_by(|one, other| order.compare(one, other));
        let tables = rows.into_iter().filter_map(|entry| self.inventory.at(entry.spot));
        let rows = tables
            .filter(|(held, schema, state)| wanted.accepts_table(held, schema, *state))
            .enumerate()
            .map(|(place, (held, schema, state))| {
                if let Some(heads) = &mut heads {
                    heads.add(place, held, schema, state);
                }
                schema.id.clone()
            })
            .collect();
        (rows, heads.map(Heads::done).unwrap_or_default())
    }

    /// The columns of the sources that fit into so many cells, with their widths.
    #[must_use]
    pub fn source_columns(&self, available: u16) -> Vec<(Column<SourceColumn>, u16)> {
        self.columns.sources.fitted(available, |_| false)
    }

    /// The columns of the tables that fit into so many cells, with their widths. The source is worth a column only
    /// where tables of several are shown, and no headings name it.
    #[must_use]
    pub fn schema_columns(&self, available: u16) -> Vec<(Column<SchemaColumn>, u16)> {
        let source_is_plain = !self.all_tables || !self.schemas.heads().is_empty();
        self.columns.tables.fitted(available, |id| id == SchemaColumn::Source && source_is_plain)
    }

    /// Whether the details can be seen.
    #[must_use]
    pub fn details_visible(&self) -> bool {
        self.layout().is_some_and(|layout| layout.pane(Pane::Details).width > 0)
    }
}

fn is_editable(level: Option<&str>) -> bool {
    !matches!(level, Some("none" | "viewer"))
}
