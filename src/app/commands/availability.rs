//! Whether a command can be used now, and if not, why. Pure functions of a small context.

mod looking;
mod pane;
mod writing;

use crate::app::layout::Pane;
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::State;

/// What decides over availability.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each named where it is used")]
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// The focused pane.
    pub pane: Pane,
    /// What is selected.
    pub subject: Subject,
    /// Why nothing may be written, if so.
    pub no_writes: Option<String>,
    /// Name of a table whose billing pause blocks every reload of the project.
    pub billing_pause: Option<String>,
    /// Whether the list is being read.
    pub reading: bool,
    /// Whether the focused table shows rows.
    pub has_rows: bool,
    /// Whether the focused table is filtered.
    pub filtered: bool,
    /// How many tables are marked.
    pub marked: usize,
    /// Why there is no tour, if so.
    pub no_tour: Option<&'static str>,
    /// Whether there is room for several panes.
    pub wide: bool,
}

/// What is selected.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// Nothing.
    Nothing,
    /// A source.
    Source(SubjectSource),
    /// A table.
    Schema(SubjectSchema),
}

/// What matters of a selected source.
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectSource {
    /// Queried live.
    pub direct: bool,
    /// Tables that are switched on.
    pub enabled: usize,
    /// Whether the caller may change it; `false` only when the server said so.
    pub editable: bool,
    /// It has an error text.
    pub has_error: bool,
    /// An action on it is under way.
    pub under_way: Option<&'static str>,
}

/// What matters of a selected table.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each named where it is used")]
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectSchema {
    /// Its state.
    pub state: State,
    /// Its method.
    pub sync_type: Option<SyncType>,
    /// Whether it is switched on; `None`: not known.
    pub on: Option<bool>,
    /// Whether the server says that there is no stored data.
    pub no_data: bool,
    /// Whether switching it off would lose nothing.
    pub pausable: bool,
    /// Whether the caller may change it; `false` only when the server said so.
    pub editable: bool,
    /// It has an error text.
    pub has_error: bool,
    /// An action on it is under way.
    pub under_way: Option<&'static str>,
}

/// Whether a command can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It can.
    Available,
    /// It cannot, because of this.
    Unavailable(String),
    /// It makes no sense here at all.
    Hidden,
}

impl Availability {
    fn not(reason: &str) -> Self {
        Self::Unavailable(reason.to_owned())
    }
}

use Availability::Available;
pub(super) use looking::{copy_error, fix, history, logs, selected, symptom, watch};
pub(super) use pane::{back, columns, export, filter, mark, open, sort, zoom};
pub(super) use writing::{cancel, delete_data, destroy, edit, pause_resume, refresh_table_list, reload, resync, undo};

pub(super) fn always(_: &Context) -> Availability {
    Available
}

pub(super) fn refresh(context: &Context) -> Availability {
    if context.reading { Availability::not("The list is being read right now.") } else { Available }
}

fn nothing_selected() -> Availability {
    Availability::not("Nothing is selected.")
}

/// The tour is through the demo.
pub(super) fn tour(context: &Context) -> Availability {
    context.no_tour.map_or(Available, Availability::not)
}
