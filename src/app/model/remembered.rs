//! How things were left: what is looked at, and how, from one start to the next.

use serde::{Deserialize, Serialize};

use super::Model;
use super::columns::{Chosen, Offered, SchemaColumn, SourceColumn};
use super::overlay::Overlay;
use super::table::{Sort, TableView};
use crate::app::layout::{Pane, Panes, Split};
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::query::Saved;

/// The version of what is written down.
pub const VERSION: u32 = 1;

/// Nobody types a longer filter.
const LONGEST_FILTER: usize = 1_000;

/// What is kept from one start to the next, as it was found at this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Filters that are saved are written down.
    pub keeps: bool,
    /// How things are left is written down.
    pub remembers: bool,
    /// Filters that were saved.
    pub saved: Vec<Saved>,
    /// Filters of the file of settings.
    pub settled: Vec<Saved>,
    /// How things were left.
    pub left: Option<Box<Remembered>>,
}

/// How things were left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is switched by itself")]
pub struct Remembered {
    /// The version of this form.
    pub version: u32,
    /// The host it was left at.
    pub host: String,
    /// The project.
    pub project: u64,
    /// The list of everything that is wrong was open.
    pub triage: bool,
    /// Tables of all sources were shown.
    pub all_tables: bool,
    /// The pane that had the focus.
    pub pane: PaneName,
    /// The details were about the source.
    pub of_source: bool,
    /// That pane was shown alone.
    pub zoomed: bool,
    /// The list was not read by itself.
    pub held: bool,
    /// Times were shown in the zone of the machine, too.
    pub local_time: bool,
    /// How the panes share the room.
    pub split: Split,
    /// The sources.
    pub sources: Looked,
    /// The tables.
    pub tables: Looked,
}

/// A pane by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is a pane")]
pub enum PaneName {
    #[default]
    Sources,
    Tables,
    Details,
}

/// How a table was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Looked {
    /// Its filter.
    pub filter: String,
    /// Its columns, where they are not those of the settings.
    pub columns: Option<String>,
    /// Its rows stood under headings.
    pub grouped: bool,
    /// What it was sorted by, the first column first.
    pub sort: Vec<Sorted>,
    /// What was selected.
    pub selected: Option<String>,
}

/// A column that rows are sorted by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sorted {
    /// The title of the column.
    pub column: String,
    /// Turned around.
    pub reversed: bool,
}

/// What is to be selected again once it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recall {
    /// The source.
    pub source: Option<SourceId>,
    /// The table.
    pub table: Option<SchemaId>,
    /// Whether the list of everything that is wrong is to be opened.
    pub triage: bool,
}

/// What of this is going on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembering {
    /// What is to be selected again.
    pub recall: Option<Recall>,
    /// What was written down last.
    pub written: Option<Box<Remembered>>,
    /// Whether it is about to be written down.
    pub due: bool,
    /// Whether it was said that it cannot be.
    pub failed: bool,
}

impl Remembered {
    /// How things are now; `None` before there is anything to look at.
    #[must_use]
    pub fn of(model: &Model) -> Option<Self> {
        let place = model.settings.place()?;
        Some(Self {
            version: VERSION,
            host: place.origin.clone(),
            project: place.project,
            triage: matches!(model.overlay, Some(Overlay::Triage(_))),
            all_tables: model.all_tables,
            pane: match model.focus {
                Pane::Sources => PaneName::Sources,
                Pane::Schemas => PaneName::Tables,
                Pane::Details => PaneName::Details,
            },
            of_source: model.details_of_source,
            zoomed: model.panes == Panes::Zoomed,
            held: model.link.held,
            local_time: model.zone.shown,
            sources: Looked {
                columns: columns(&model.columns.sources, &model.settings.setup.columns.sources),
                ..looked(&model.sources, &SourceColumn::ALL.map(SourceColumn::title), SourceId::as_str)
            },
            tables: Looked {
                columns: columns(&model.columns.tables, &model.settings.setup.columns.tables),
                ..looked(&model.schemas, &SchemaColumn::ALL.map(SchemaColumn::title), SchemaId::as_str)
            },
            split: model.split,
        })
    }

    /// Puts things as they were left. What was selected follows once it is there.
    pub fn restore(&self, model: &mut Model) {
        model.all_tables = self.all_tables;
        model.focus = match self.pane {
            PaneName::Sources => Pane::Sources,
            PaneName::Tables => Pane::Schemas,
            PaneName::Details => Pane::Details,
        };
        model.details_of_source = match self.pane {
            PaneName::Sources => true,
            PaneName::Tables => false,
            PaneName::Details => self.of_source,
        };
        // Whoever has it read aloud sees one pane anyway.
        if self.zoomed && model.panes == Panes::AsManyAsFit {
            model.panes = Panes::Zoomed;
        }
        model.link.held = self.held;
        model.zone.shown = self.local_time;
        model.split = self.split;
        look(&mut model.sources, &self.sources, &SourceColumn::ALL.map(SourceColumn::title));
        look(&mut model.schemas, &self.tables, &SchemaColumn::ALL.map(SchemaColumn::title));
        // What is no list of columns any more leaves those of the settings.
        if let Some(Ok(columns)) = self.sources.columns.as_deref().map(Chosen::parse) {
            model.columns.sources = columns;
        }
        if let Some(Ok(columns)) = self.tables.columns.as_deref().map(Chosen::parse) {
            model.columns.tables = columns;
        }
        let source = self.sources.selected.as_deref().map(SourceId::new);
        let table = self.tables.selected.as_deref().map(SchemaId::new);
        model.remembering.recall = Some(Recall { source, table, triage: self.triage });
        model.remembering.written = Some(Box::new(self.clone()));
    }
}

/// The columns, where they are not the usual ones.
fn columns<Id: Offered>(chosen: &Chosen<Id>, usual: &Chosen<Id>) -> Option<String> {
    let (chosen, usual) = (chosen.to_string(), usual.to_string());
    (chosen != usual).then_some(chosen)
}

fn looked<Id: Clone + PartialEq>(view: &TableView<Id>, titles: &[&str], text: impl Fn(&Id) -> &str) -> Looked {
    let sorted = |sort: Sort| Sorted { column: titles[sort.column % titles.len()].to_owned(), reversed: sort.reversed };
    Looked {
        filter: view.filter.text().to_owned(),
        columns: None,
        grouped: view.grouped,
        sort: view.sorts().into_iter().map(sorted).collect(),
        selected: view.selected().map(|id| text(id).to_owned()),
    }
}

fn look<Id: Clone + PartialEq>(view: &mut TableView<Id>, looked: &Looked, titles: &[&str]) {
    let filter: String = looked.filter.chars().filter(|symbol| !symbol.is_control()).take(LONGEST_FILTER).collect();
    view.filter.input = filter.into();
    let sort = |sorted: &Sorted| {
        let column = titles.iter().position(|title| *title == sorted.column)?;
        Some(Sort { column, reversed: sorted.reversed })
    };
    view.sort_by(&looked.sort.iter().filter_map(sort).collect::<Vec<_>>());
    view.grouped = looked.grouped;
}

impl Model {
    /// Selects again what was selected when things were left, as far as it is there by now. Answers whether all of it
    /// was found.
    pub fn recall(&mut self) -> bool {
        let Some(recall) = self.remembering.recall.clone() else { return true };
        let source_is_there = recall.source.as_ref().is_none_or(|id| {
            if self.sources.selected() == Some(id) {
                return true;
            }
            let found = self.sources.select(id);
            if found && !self.all_tables {
                self.schemas.reset();
                self.rebuild_schema_rows();
            }
            found
        });
        let table_is_there =
            recall.table.as_ref().is_none_or(|id| self.schemas.selected() == Some(id) || self.schemas.select(id));
        source_is_there && table_is_there
    }
}
