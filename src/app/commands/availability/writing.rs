//! Whether what changes something on the server can be done: what every write needs, what every run needs, and what
//! each command needs besides.

use super::{Availability, Available, Context, State, Subject, SubjectSchema, SyncType, nothing_selected};

/// What is done to several tables is planned first, and the plan says what is possible.
fn several(context: &Context) -> Option<Availability> {
    (context.marked > 0).then(|| match &context.no_writes {
        Some(reason) => Availability::not(reason),
        None => Available,
    })
}

/// What every write needs.
fn writable(context: &Context) -> Result<(), Availability> {
    if let Some(reason) = &context.no_writes {
        return Err(Availability::not(reason));
    }
    let (editable, under_way) = match &context.subject {
        Subject::Nothing => return Err(nothing_selected()),
        Subject::Source(source) => (source.editable, source.under_way),
        Subject::Schema(schema) => (schema.editable, schema.under_way),
    };
    if !editable {
        return Err(Availability::not(
            "Your PostHog access to this is view-only; ask a project admin for editor access.",
        ));
    }
    match under_way {
        Some(act) => Err(Availability::Unavailable(format!("A {act} of it is under way; wait for its end."))),
        None => Ok(()),
    }
}

/// What every run needs.
fn runnable(context: &Context) -> Result<(), Availability> {
    writable(context)?;
    match &context.billing_pause {
        Some(table) => Err(Availability::Unavailable(format!(
            "Billing has paused {table}, and that blocks every reload of the project; raise the billing limit in PostHog."
        ))),
        None => Ok(()),
    }
}

/// What every run of a table needs.
fn table_runnable(schema: &SubjectSchema) -> Result<(), Availability> {
    Err(Availability::not(match schema.state {
        State::Direct => "This source is queried live; there is nothing to sync.",
        State::NotSetUp => "No sync method was chosen for this table; choose one in PostHog first.",
        State::SwitchedOff => {
            "PostHog switched this table off, and a reload does not switch it on: fix the cause, resume it, then reload."
        }
        State::Off | State::Gone => "This table is switched off; resume it first.",
        State::Halted => {
            "Its change stream was stopped, and a reload is ignored until change data capture is repaired."
        }
        State::Running | State::Slow | State::Stuck => {
            "A sync is running, and the server would swallow a second one; wait, or cancel it first."
        }
        State::Phantom => "The server believes that a sync is running; cancel first, then reload.",
        State::Starting => "A sync was just requested; wait for it, or cancel it first.",
        _ => return Ok(()),
    }))
}

fn checked(check: Result<(), Availability>) -> Availability {
    check.err().unwrap_or(Available)
}

pub(in crate::app::commands) fn reload(context: &Context) -> Availability {
    if let Some(answer) = several(context) {
        return answer;
    }
    checked(runnable(context).and_then(|()| match &context.subject {
        Subject::Source(source) if source.enabled == 0 && !source.direct => {
            Err(Availability::not("No table of this source is switched on."))
        }
        Subject::Source(source) if source.direct => {
            Err(Availability::not("This source is queried live; there is nothing to sync."))
        }
        Subject::Source(_) | Subject::Nothing => Ok(()),
        Subject::Schema(schema) => table_runnable(schema),
    }))
}

pub(in crate::app::commands) fn cancel(context: &Context) -> Availability {
    if let Some(answer) = several(context) {
        return answer;
    }
    let Subject::Schema(schema) = &context.subject else {
        return Availability::not("Only the sync of a single table can be cancelled; select one.");
    };
    if let Some(reason) = &context.no_writes {
        return Availability::not(reason);
    }
    if !schema.state.claims_to_run() {
        return Availability::not("No sync of this table is running.");
    }
    // A followed reload is no obstacle: it is what is being cancelled.
    match schema.under_way {
        Some("cancel") => Availability::not("A cancel of it is under way; wait for its end."),
        _ if schema.editable => Available,
        _ => checked(writable(context)),
    }
}

pub(in crate::app::commands) fn resync(context: &Context) -> Availability {
    if let Some(answer) = several(context) {
        return answer;
    }
    let Subject::Schema(schema) = &context.subject else {
        return Availability::not("Only a single table can be resynced; select one.");
    };
    checked(
        runnable(context)
            .and_then(|()| match schema.state {
                // A resync cancels a running job by itself.
                State::Running | State::Slow | State::Stuck | State::Phantom | State::Starting => Ok(()),
                _ => table_runnable(schema),
            })
            .and_then(|()| match schema.sync_type {
                Some(SyncType::FullRefresh) => {
                    Err(Availability::not("Every reload rebuilds a full_refresh table; reload it instead."))
                }
                Some(SyncType::Append) => Err(Availability::not(
                    "A resync does nothing more for an append table than delete data and a reload; use those.",
                )),
                _ => Ok(()),
            }),
    )
}

pub(in crate::app::commands) fn delete_data(context: &Context) -> Availability {
    if let Some(answer) = several(context) {
        return answer;
    }
    let Subject::Schema(schema) = &context.subject else {
        return Availability::not("Only the data of a single table can be deleted; select one.");
    };
    checked(writable(context).and_then(|()| {
        Err(Availability::not(match schema.state {
            State::Direct => "This source is queried live; there is no stored data.",
            State::Running | State::Slow | State::Stuck | State::Phantom | State::Starting => {
                "The server believes that a sync is running; cancel it first."
            }
            _ if schema.no_data => "There is no stored data.",
            _ => return Ok(()),
        }))
    }))
}

pub(in crate::app::commands) fn destroy(context: &Context) -> Availability {
    if let Some(answer) = several(context) {
        return answer;
    }
    checked(writable(context))
}

pub(in crate::app::commands) fn pause_resume(context: &Context) -> Availability {
    if let Some(answer) = several(context) {
        return answer;
    }
    let Subject::Schema(schema) = &context.subject else {
        return Availability::not("Only single tables are paused or resumed; select one.");
    };
    checked(writable(context).and_then(|()| {
        Err(Availability::not(match (schema.state, schema.on) {
            (State::Direct, _) => "This source is queried live; there is nothing to pause.",
            (State::NotSetUp, _) => "No sync method was chosen for this table; choose one in PostHog first.",
            (_, None) => "The server did not say whether this table is on.",
            _ => return Ok(()),
        }))
    }))
}

/// Looking at the settings is always possible; whether they may be sent is said in the editor.
pub(in crate::app::commands) fn edit(context: &Context) -> Availability {
    // Of several tables, the frequency can be changed together.
    if let Some(answer) = several(context) {
        return answer;
    }
    match &context.subject {
        Subject::Nothing => nothing_selected(),
        Subject::Source(_) => Availability::not("Sync settings belong to single tables; select one."),
        Subject::Schema(schema) if schema.state == State::Direct => {
            Availability::not("This source is queried live; there is nothing to sync.")
        }
        Subject::Schema(schema) if !schema.editable => {
            Availability::not("Your PostHog access to this is view-only; ask a project admin for editor access.")
        }
        Subject::Schema(schema) => match schema.under_way {
            Some(act) if act != "reload" => {
                Availability::Unavailable(format!("A {act} of it is under way; wait for its end."))
            }
            _ => Available,
        },
    }
}

pub(in crate::app::commands) fn undo(context: &Context) -> Availability {
    match &context.no_writes {
        Some(reason) => Availability::not(reason),
        None => Available,
    }
}

pub(in crate::app::commands) fn refresh_table_list(context: &Context) -> Availability {
    match &context.subject {
        Subject::Source(_) => checked(writable(context)),
        Subject::Nothing => nothing_selected(),
        Subject::Schema(_) => Availability::not("Table lists are read for whole sources; select one."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::layout::Pane;

    fn table(state: State, sync_type: SyncType) -> Context {
        Context {
            pane: Pane::Schemas,
            subject: Subject::Schema(SubjectSchema {
                state,
                sync_type: Some(sync_type),
                on: Some(true),
                no_data: false,
                pausable: true,
                editable: true,
                has_error: false,
                under_way: None,
            }),
            no_writes: None,
            billing_pause: None,
            reading: false,
            has_rows: true,
            filtered: false,
            marked: 0,
            no_tour: None,
            wide: true,
        }
    }

    #[test]
    fn a_reload_is_not_offered_where_the_server_would_swallow_it() {
        for state in [State::Running, State::Phantom, State::SwitchedOff, State::Off, State::NotSetUp, State::Direct] {
            assert_ne!(reload(&table(state, SyncType::Incremental)), Available, "{state:?}");
        }
        for state in [State::Failed, State::Completed, State::Stale, State::NeverSynced, State::Cancelled] {
            assert_eq!(reload(&table(state, SyncType::Incremental)), Available, "{state:?}");
        }
    }

    #[test]
    fn a_billing_pause_blocks_reload_and_resync_but_not_cancel() {
        let mut context = table(State::Running, SyncType::Incremental);
        context.billing_pause = Some("orders".to_owned());
        assert!(matches!(reload(&context), Availability::Unavailable(reason) if reason.contains("orders")));
        assert_ne!(resync(&context), Available);
        assert_eq!(cancel(&context), Available);
    }

    #[test]
    fn read_only_refuses_every_write_with_its_reason() {
        let mut context = table(State::Running, SyncType::Incremental);
        context.no_writes = Some("read-only".to_owned());
        for check in [reload, cancel, resync, delete_data, destroy, pause_resume] {
            assert_eq!(check(&context), Availability::not("read-only"));
        }
    }

    #[test]
    fn a_resync_is_not_offered_where_it_is_pointless() {
        assert_ne!(resync(&table(State::Failed, SyncType::FullRefresh)), Available);
        assert_ne!(resync(&table(State::Failed, SyncType::Append)), Available);
        assert_eq!(resync(&table(State::Failed, SyncType::Cdc)), Available);
    }
}
