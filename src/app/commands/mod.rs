//! The one table of commands. It drives dispatch, footer hints, help, palette, keymap names and the README.

pub mod availability;
pub mod keymap;
pub mod surface;

pub use availability::{Availability, Context, Subject, SubjectSchema, SubjectSource};

use availability as can;

/// Names a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is described by its row in the table below")]
pub enum CommandId {
    Down,
    Up,
    PageDown,
    PageUp,
    HalfPageDown,
    HalfPageUp,
    Top,
    Bottom,
    Open,
    Back,
    NextPane,
    PreviousPane,
    SourcesPane,
    TablesPane,
    DetailsPane,
    Filter,
    Filters,
    Sort,
    ThenSort,
    ReverseSort,
    Columns,
    Group,
    AllTables,
    NextProblem,
    Triage,
    Mark,
    MarkRange,
    MarkAll,
    Fix,
    Runbooks,
    WrongData,
    StartOver,
    MissingTable,
    NoNewRows,
    History,
    Logs,
    Reload,
    Cancel,
    PauseResume,
    Edit,
    Undo,
    Resync,
    DeleteData,
    Destroy,
    RefreshTableList,
    Palette,
    Help,
    Activity,
    Tour,
    Profiles,
    AllProfiles,
    Refresh,
    EnterKey,
    Copy,
    CopyError,
    Browse,
    Raw,
    Watch,
    Export,
    EditText,
    LocalTime,
    Zoom,
    WiderPane,
    NarrowerPane,
    ResetPanes,
    HoldRefresh,
    GiveMouse,
    Redraw,
    Suspend,
    Quit,
    QuitNow,
}

impl CommandId {
    /// Those that work wherever their keys are pressed, also while a text is typed.
    pub const EVERYWHERE: [Self; 3] = [Self::QuitNow, Self::Suspend, Self::Redraw];
}

/// Commands that belong together in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Moving around.
    Moving,
    /// Finding things.
    Finding,
    /// Doing something to what is selected.
    Acting,
    /// The program itself.
    Program,
}

impl Group {
    /// All groups, in the order of the help.
    pub const ALL: [Self; 4] = [Self::Acting, Self::Finding, Self::Moving, Self::Program];

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Moving => "Moving",
            Self::Finding => "Finding",
            Self::Acting => "Acting on the selection",
            Self::Program => "Program",
        }
    }
}

/// What a command may do to data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Danger {
    /// It sends nothing, or only looks.
    Looks,
    /// It changes something on the server; no data is discarded.
    Writes,
    /// It discards data, and asks first.
    Discards,
}

/// A row of the table.
pub struct Command {
    /// Which.
    pub id: CommandId,
    /// Its name in the keymap.
    pub name: &'static str,
    /// Its title, for hints and palette.
    pub title: &'static str,
    /// What it does, in one sentence.
    pub sentence: &'static str,
    /// Where it is listed.
    pub group: Group,
    /// What it may do to data.
    pub danger: Danger,
    /// How much it deserves a place in the footer; 0 for none.
    pub hint: u8,
    /// Whether it can be used now.
    pub available: fn(&Context) -> Availability,
}

/// A row that sends nothing.
const fn looks(
    id: CommandId,
    name: &'static str,
    title: &'static str,
    sentence: &'static str,
    group: Group,
    hint: u8,
    available: fn(&Context) -> Availability,
) -> Command {
    Command { id, name, title, sentence, group, danger: Danger::Looks, hint, available }
}

/// A row that changes something.
const fn acts(
    id: CommandId,
    name: &'static str,
    title: &'static str,
    sentence: &'static str,
    danger: Danger,
    hint: u8,
    available: fn(&Context) -> Availability,
) -> Command {
    Command { id, name, title, sentence, group: Group::Acting, danger, hint, available }
}

use CommandId as C;
use Danger::{Discards, Writes};
use Group::{Finding, Moving, Program};

/// Every command there is.
#[rustfmt::skip] // one row, one line
pub static COMMANDS: &[Command] = &[
    acts(C::Reload, "reload", "reload", "Request a sync of the selected table, or of every enabled table of the selected source, and follow it to its end.", Writes, 90, can::reload),
    acts(C::Cancel, "cancel", "cancel", "Cancel the running sync of the selected table; repairs a phantom run.", Writes, 85, can::cancel),
    acts(C::PauseResume, "pause-resume", "pause/resume", "Switch the selected table off or on; its data stays.", Writes, 40, can::pause_resume),
    acts(C::Edit, "edit", "edit", "Edit the sync settings of the selected table: method, field, keys, frequency; of marked tables, the frequency. Shows what would be sent, and what comes of it.", Writes, 42, can::edit),
    acts(C::Undo, "undo", "undo", "Offer the way back of the last change of sync settings that was made from here and discarded nothing.", Writes, 0, can::undo),
    acts(C::Resync, "resync", "resync", "Drop the selected table and read everything again. Asks first.", Discards, 30, can::resync),
    acts(C::DeleteData, "delete-data", "delete data", "Drop the data of the selected table and keep its configuration. Asks first.", Discards, 25, can::delete_data),
    acts(C::Destroy, "destroy", "destroy", "Remove the selected table, or the selected source with all its tables. Asks for the name.", Discards, 20, can::destroy),
    acts(C::RefreshTableList, "refresh-table-list", "refresh table list", "Read the list of tables again at the source; vanished tables are switched off or removed.", Writes, 0, can::refresh_table_list),
    looks(C::Copy, "copy", "copy", "Copy something of the selection: id, name, error text, all details as Markdown for a ticket, a request as curl.", Group::Acting, 15, can::selected),
    looks(C::CopyError, "copy-error", "copy error", "Copy the error text of the selection to the clipboard.", Group::Acting, 0, can::copy_error),
    looks(C::Browse, "browse", "open in browser", "Open a page of the selection in the browser: its tables, its jobs, billing; where there is no browser, copy the address.", Group::Acting, 0, can::always),
    looks(C::Watch, "watch", "watch", "Watch the selected or marked tables: the end of each run is announced by title, bell and notification; again ends it.", Group::Acting, 18, can::watch),
    looks(C::Export, "export", "export", "Write the focused table, as filtered and sorted, to a CSV or JSON file.", Finding, 0, can::export),
    looks(C::EditText, "edit-text", "text in editor", "Open what is on the screen, details, log, JSON or steps, in $VISUAL or $EDITOR, to be read; in a field, its text, to be changed.", Finding, 0, can::selected),
    looks(C::Raw, "raw", "JSON", "Show the selection as the server sends it: its JSON, secrets masked; it can be searched.", Finding, 0, can::selected),
    looks(C::Filter, "filter", "filter", "Show only what matches some letters, and terms such as state:failed (below); in the details, search. Tab completes, esc clears.", Finding, 80, can::filter),
    looks(C::Filters, "filters", "saved filters", "List the filters that have a name: use one, add it to the one in use, save that, rename, delete.", Finding, 0, can::always),
    looks(C::Sort, "sort", "sort", "Sort the focused table by its next column.", Finding, 35, can::sort),
    looks(C::ThenSort, "then-sort", "then sort by", "Sort rows that are alike by the next other column, in the end by none; the list of columns adds a third one.", Finding, 0, can::sort),
    looks(C::ReverseSort, "reverse-sort", "reverse sort", "Turn the order of the focused table around: of several columns, the last one.", Finding, 0, can::sort),
    looks(C::Columns, "columns", "columns", "Choose the columns of the focused table: which, in which order, how wide, and what is sorted by.", Finding, 0, can::columns),
    looks(C::Group, "group", "group", "Put the tables of one database namespace under a heading, or list all plainly again.", Finding, 0, can::always),
    looks(C::AllTables, "all-tables", "all tables", "Show the tables of all sources, or those of the selected source.", Finding, 50, can::always),
    looks(C::NextProblem, "next-problem", "next problem", "Jump to the next broken or doubtful row of the focused table.", Finding, 45, can::sort),
    looks(C::Triage, "triage", "triage", "Show everything that is wrong in the project, most pressing first.", Finding, 93, can::always),
    looks(C::Mark, "mark", "mark", "Mark the selected table, so that actions concern all marked ones; again takes the mark away.", Finding, 0, can::mark),
    looks(C::MarkRange, "mark-range", "mark range", "Mark everything from the last mark to the selected table.", Finding, 0, can::mark),
    looks(C::MarkAll, "mark-all", "mark all", "Mark all tables that are shown, or those that match the filter; again takes the marks away.", Finding, 0, can::mark),
    looks(C::Fix, "fix", "fix", "Open the runbook of what is wrong with the selection: the steps from red to green.", Group::Acting, 92, can::fix),
    looks(C::Runbooks, "runbooks", "runbook", "Go back to the runbook that was opened last.", Finding, 0, can::always),
    looks(C::WrongData, "data-looks-wrong", "data looks wrong", "Open the runbook for a table whose data is wrong though its status is green.", Group::Acting, 0, can::symptom),
    looks(C::StartOver, "start-over", "start over", "Open the runbook that builds a table anew and keeps its configuration.", Group::Acting, 0, can::symptom),
    looks(C::MissingTable, "table-is-missing", "table is missing", "Open the runbook for a table that is not in the list.", Group::Acting, 0, can::fix),
    looks(C::NoNewRows, "no-new-rows", "no new rows", "Open the runbook for a table that receives nothing new.", Group::Acting, 0, can::symptom),
    looks(C::History, "history", "history", "Show the jobs of the selection, and from there their logs.", Finding, 48, can::history),
    looks(C::Logs, "logs", "logs", "Show the log of the selected table, or of the selected job.", Finding, 22, can::logs),
    looks(C::Down, "down", "down", "One row down.", Moving, 0, can::always),
    looks(C::Up, "up", "up", "One row up.", Moving, 0, can::always),
    looks(C::PageDown, "page-down", "page down", "One page down.", Moving, 0, can::always),
    looks(C::PageUp, "page-up", "page up", "One page up.", Moving, 0, can::always),
    looks(C::HalfPageDown, "half-page-down", "half page down", "Half a page down.", Moving, 0, can::always),
    looks(C::HalfPageUp, "half-page-up", "half page up", "Half a page up.", Moving, 0, can::always),
    looks(C::Top, "top", "top", "To the first row.", Moving, 0, can::always),
    looks(C::Bottom, "bottom", "bottom", "To the last row.", Moving, 0, can::always),
    looks(C::Open, "open", "open", "From source to tables, from table to details.", Moving, 60, can::open),
    looks(C::Back, "back", "back", "Clear the filter, or go back one pane.", Moving, 55, can::back),
    looks(C::NextPane, "next-pane", "next pane", "Focus the next pane.", Moving, 0, can::always),
    looks(C::PreviousPane, "previous-pane", "previous pane", "Focus the previous pane.", Moving, 0, can::always),
    looks(C::SourcesPane, "sources-pane", "sources", "Focus the sources.", Moving, 0, can::always),
    looks(C::TablesPane, "tables-pane", "tables", "Focus the tables.", Moving, 0, can::always),
    looks(C::DetailsPane, "details-pane", "details", "Focus the details.", Moving, 0, can::always),
    looks(C::Palette, "palette", "actions", "List every action that applies to the selection, and why the others do not.", Program, 95, can::always),
    looks(C::Help, "help", "help", "Show every key.", Program, 100, can::always),
    looks(C::Activity, "activity", "activity", "Show what changed and what was done since the start.", Program, 28, can::always),
    looks(C::Tour, "tour", "tour", "Start the tour of the demo, in which you repair a table; again ends it.", Program, 0, can::tour),
    looks(C::Profiles, "profiles", "switch profile", "List the profiles, the demo, and a form for another project, and go on with one of them.", Program, 0, can::always),
    looks(C::AllProfiles, "all-profiles", "all profiles", "List the tables of all profiles, what needs attention first; each profile is read with its own key, and `api_key_command` is run for it.", Program, 0, can::always),
    looks(C::Refresh, "refresh", "refresh", "Read everything shown again, now.", Program, 0, can::refresh),
    looks(C::GiveMouse, "give-mouse", "mouse", "Leave the mouse to the terminal, to select text with it; again takes it back.", Program, 0, can::always),
    looks(C::EnterKey, "enter-key", "another key", "Enter another API key for the same project, as when the one in use was revoked; it is checked first, and not written down.", Program, 0, can::always),
    looks(C::LocalTime, "local-time", "local time", "Show times in the zone of this machine beside UTC, or in UTC alone.", Program, 0, can::always),
    looks(C::Zoom, "zoom", "zoom", "Show the focused pane alone, or all panes again.", Program, 0, can::zoom),
    looks(C::WiderPane, "wider-pane", "wider", "Make the focused pane wider.", Program, 0, can::zoom),
    looks(C::NarrowerPane, "narrower-pane", "narrower", "Make the focused pane narrower.", Program, 0, can::zoom),
    looks(C::ResetPanes, "reset-panes", "reset panes", "Give the panes the widths they had at first.", Program, 0, can::zoom),
    looks(C::HoldRefresh, "hold-refresh", "hold refresh", "Stop reading the list by itself, or go on with it; what you start is still followed.", Program, 0, can::always),
    looks(C::Redraw, "redraw", "redraw", "Draw the screen anew.", Program, 0, can::always),
    looks(C::Suspend, "suspend", "suspend", "Stop the program and go back to the shell; `fg` brings it back.", Program, 0, can::always),
    looks(C::Quit, "quit", "quit", "End the program; asks when a change is under way whose end you should know.", Program, 97, can::always),
    looks(C::QuitNow, "quit-now", "quit at once", "End the program without asking.", Program, 0, can::always),
];

/// The row of a command.
#[must_use]
pub fn command(id: CommandId) -> &'static Command {
    // Every identifier has its row; a test proves it.
    COMMANDS.iter().find(|command| command.id == id).unwrap_or(&COMMANDS[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_command_has_exactly_one_row_and_one_name() {
        let ids: HashSet<_> = COMMANDS.iter().map(|command| command.id).collect();
        let names: HashSet<_> = COMMANDS.iter().map(|command| command.name).collect();
        assert_eq!(ids.len(), COMMANDS.len());
        assert_eq!(names.len(), COMMANDS.len());
        assert_eq!(ids.len(), CommandId::QuitNow as usize + 1);
        assert!(ids.iter().all(|id| command(*id).id == *id));
    }

    #[test]
    fn what_discards_says_that_it_asks() {
        for command in COMMANDS.iter().filter(|command| command.danger == Discards) {
            assert!(command.sentence.contains("Asks"), "{}", command.name);
        }
    }
}
