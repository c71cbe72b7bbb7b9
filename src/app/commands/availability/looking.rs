//! Whether what only looks can be used: copying, watching, exporting, zooming.

use super::{Availability, Available, Context, Pane, State, Subject, nothing_selected};

/// Whatever is told of something needs something to tell of.
pub(in crate::app::commands) fn selected(context: &Context) -> Availability {
    match context.subject {
        Subject::Nothing if context.marked == 0 => nothing_selected(),
        _ => Available,
    }
}

/// Only what is synced has an end to wait for.
pub(in crate::app::commands) fn watch(context: &Context) -> Availability {
    match &context.subject {
        _ if context.marked > 0 => Available,
        Subject::Nothing => nothing_selected(),
        Subject::Source(_) => Availability::not("Tables are watched; select one, or mark several."),
        Subject::Schema(schema) if schema.state == State::Direct => {
            Availability::not("This source is queried live; no run of it ever ends.")
        }
        Subject::Schema(_) => Available,
    }
}

/// Only tables of rows are written to files.
pub(in crate::app::commands) fn export(context: &Context) -> Availability {
    match context.pane {
        Pane::Details => Availability::not("The details are no table; copy them as Markdown, or focus a table first."),
        Pane::Sources | Pane::Schemas if context.has_rows => Available,
        Pane::Sources | Pane::Schemas => Availability::not("There are no rows."),
    }
}

/// Where there is room for one pane only, it fills the screen already.
pub(in crate::app::commands) fn zoom(context: &Context) -> Availability {
    if context.wide {
        Available
    } else {
        Availability::not("There is room for one pane only; it fills the screen already.")
    }
}

/// Only tables have columns, whether they have rows or not.
pub(in crate::app::commands) fn columns(context: &Context) -> Availability {
    match context.pane {
        Pane::Details => Availability::not("The details have no columns; focus a table first."),
        Pane::Sources | Pane::Schemas => Available,
    }
}
