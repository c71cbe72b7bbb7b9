//! Whether what is done within a pane can be done: moving in it, filtering, sorting, marking, exporting it.

use super::{Availability, Available, Context, Pane, Subject, nothing_selected};

pub(in crate::app::commands) fn open(context: &Context) -> Availability {
    match context.pane {
        Pane::Details => Availability::not("This is the innermost pane; go back with the key for back."),
        Pane::Sources | Pane::Schemas if context.has_rows => Available,
        Pane::Sources | Pane::Schemas => Availability::not("There is nothing to open."),
    }
}

pub(in crate::app::commands) fn back(context: &Context) -> Availability {
    match context.pane {
        _ if context.marked > 0 => Available,
        Pane::Sources if !context.filtered => Availability::not("This is the outermost pane, and nothing is filtered."),
        _ => Available,
    }
}

pub(in crate::app::commands) fn filter(context: &Context) -> Availability {
    match context.pane {
        Pane::Details => match context.subject {
            Subject::Nothing => nothing_selected(),
            _ => Available,
        },
        Pane::Sources | Pane::Schemas if context.has_rows || context.filtered => Available,
        Pane::Sources | Pane::Schemas => Availability::not("There are no rows to filter."),
    }
}

pub(in crate::app::commands) fn sort(context: &Context) -> Availability {
    match context.pane {
        Pane::Details => Availability::not("The details have no rows; focus a table first."),
        Pane::Sources | Pane::Schemas if context.has_rows => Available,
        Pane::Sources | Pane::Schemas => Availability::not("There are no rows."),
    }
}

/// Only tables are marked.
pub(in crate::app::commands) fn mark(context: &Context) -> Availability {
    match context.pane {
        Pane::Schemas if context.has_rows => Available,
        Pane::Schemas => Availability::not("There are no rows."),
        Pane::Sources | Pane::Details => Availability::not("Only tables are marked; focus the tables first."),
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
