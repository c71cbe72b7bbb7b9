//! Whether what only looks at the selection can be done: telling of it, its jobs and logs, watching it, its runbook.

use super::{Availability, Available, Context, State, Subject, nothing_selected};

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

pub(in crate::app::commands) fn history(context: &Context) -> Availability {
    let direct = match &context.subject {
        Subject::Nothing => return nothing_selected(),
        Subject::Source(source) => source.direct,
        Subject::Schema(schema) => schema.state == State::Direct,
    };
    if direct { Availability::not("This source is queried live; there are no jobs.") } else { Available }
}

pub(in crate::app::commands) fn logs(context: &Context) -> Availability {
    match &context.subject {
        Subject::Source(_) => Availability::not("Logs belong to single tables; select one, or open the history."),
        Subject::Nothing | Subject::Schema(_) => history(context),
    }
}

pub(in crate::app::commands) fn copy_error(context: &Context) -> Availability {
    let has_error = match &context.subject {
        Subject::Nothing => return nothing_selected(),
        Subject::Source(source) => source.has_error,
        Subject::Schema(schema) => schema.has_error,
    };
    if has_error { Available } else { Availability::not("There is no error text here.") }
}

/// A runbook needs something to be about.
pub(in crate::app::commands) fn fix(context: &Context) -> Availability {
    match context.subject {
        Subject::Nothing => nothing_selected(),
        _ => Available,
    }
}

/// A symptom is one of a table that is synced.
pub(in crate::app::commands) fn symptom(context: &Context) -> Availability {
    match &context.subject {
        Subject::Nothing => nothing_selected(),
        Subject::Source(_) => Availability::not("This is about one table; select a table."),
        Subject::Schema(schema) => match schema.state {
            State::Direct => Availability::not("This source is queried live; there is nothing to sync."),
            State::NotSetUp => Availability::not("No sync method was chosen for this table yet."),
            _ => Available,
        },
    }
}
