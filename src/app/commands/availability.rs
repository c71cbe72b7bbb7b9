//! Whether a command can be used now, and if not, why. Pure functions of a small context.

mod looking;

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
pub(super) use looking::{columns, export, selected, watch, zoom};

pub(super) fn always(_: &Context) -> Availability {
    Available
}

pub(super) fn open(context: &Context) -> Availability {
    match context.pane {
        Pane::Details => Availability::not("This is the innermost pane; go back with the key for back."),
        Pane::Sources | Pane::Schemas if context.has_rows => Available,
        Pane::Sources | Pane::Schemas => Availability::not("There is nothing to open."),
    }
}

pub(super) fn back(context: &Context) -> Availability {
    match context.pane {
        _ if context.marked > 0 => Available,
        Pane::Sources if !context.filtered => Availability::not("This is the outermost pane, and nothing is filtered."),
        _ => Available,
    }
}

pub(super) fn filter(context: &Context) -> Availability {
    match context.pane {
        Pane::Details => match context.subject {
            Subject::Nothing => nothing_selected(),
            _ => Available,
        },
        Pane::Sources | Pane::Schemas if context.has_rows || context.filtered => Available,
        Pane::Sources | Pane::Schemas => Availability::not("There are no rows to filter."),
    }
}

pub(super) fn sort(context: &Context) -> Availability {
    match context.pane {
        Pane::Details => Availability::not("The details have no rows; focus a table first."),
        Pane::Sources | Pane::Schemas if context.has_rows => Available,
        Pane::Sources | Pane::Schemas => Availability::not("There are no rows."),
    }
}

pub(super) fn history(context: &Context) -> Availability {
    let direct = match &context.subject {
        Subject::Nothing => return nothing_selected(),
        Subject::Source(source) => source.direct,
        Subject::Schema(schema) => schema.state == State::Direct,
    };
    if direct { Availability::not("This source is queried live; there are no jobs.") } else { Available }
}

pub(super) fn logs(context: &Context) -> Availability {
    match &context.subject {
        Subject::Source(_) => Availability::not("Logs belong to single tables; select one, or open the history."),
        Subject::Nothing | Subject::Schema(_) => history(context),
    }
}

pub(super) fn refresh(context: &Context) -> Availability {
    if context.reading { Availability::not("The list is being read right now.") } else { Available }
}

pub(super) fn copy_error(context: &Context) -> Availability {
    let has_error = match &context.subject {
        Subject::Nothing => return nothing_selected(),
        Subject::Source(source) => source.has_error,
        Subject::Schema(schema) => schema.has_error,
    };
    if has_error { Available } else { Availability::not("There is no error text here.") }
}

fn nothing_selected() -> Availability {
    Availability::not("Nothing is selected.")
}

/// Only tables are marked.
pub(super) fn mark(context: &Context) -> Availability {
    match context.pane {
        Pane::Schemas if context.has_rows => Available,
        Pane::Schemas => Availability::not("There are no rows."),
        Pane::Sources | Pane::Details => Availability::not("Only tables are marked; focus the tables first."),
    }
}

/// What is done to several tables is planned first, and the plan says what is possible.
fn several(context: &Context) -> Option<Availability> {
    (context.marked > 0).then(|| match &context.no_writes {
        Some(reason) => Availability::not(reason),
        None => Available,
    })
}

/// The tour is through the demo.
pub(super) fn tour(context: &Context) -> Availability {
    context.no_tour.map_or(Available, Availability::not)
}

/// A runbook needs something to be about.
pub(super) fn fix(context: &Context) -> Availability {
    match context.subject {
        Subject::Nothing => nothing_selected(),
        _ => Available,
    }
}

/// A symptom is one of a table that is synced.
pub(super) fn symptom(context: &Context) -> Availability {
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

pub(super) fn reload(context: &Context) -> Availability {
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

pub(super) fn cancel(context: &Context) -> Availability {
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

pub(super) fn resync(context: &Context) -> Availability {
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

pub(super) fn delete_data(context: &Context) -> Availability {
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

pub(super) fn destroy(context: &Context) -> Availability {
    if let Some(answer) = several(context) {
        return answer;
    }
    checked(writable(context))
}

pub(super) fn pause_resume(context: &Context) -> Availability {
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
pub(super) fn edit(context: &Context) -> Availability {
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

pub(super) fn undo(context: &Context) -> Availability {
    match &context.no_writes {
        Some(reason) => Availability::not(reason),
        None => Available,
    }
}

pub(super) fn refresh_table_list(context: &Context) -> Availability {
    match &context.subject {
        Subject::Source(_) => checked(writable(context)),
        Subject::Nothing => nothing_selected(),
        Subject::Schema(_) => Availability::not("Table lists are read for whole sources; select one."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
