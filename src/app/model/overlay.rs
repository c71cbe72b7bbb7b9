//! What may lie over the main screen. At most one thing at a time.

use tui_input::Input;

use super::Model;
use super::export::Export;
use super::filters::Filters;
use super::history::History;
use super::menu::Menu;
use super::raw::Raw;
use super::reader::Reader;
use super::runbook::RunbookId;
use super::triage::Triage;
use crate::app::commands::{Availability, CommandId};
use crate::app::layout::Pane;
use crate::warehouse::consent::Challenge;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::recovery::follow::Subject;

/// What lies over the main screen.
#[derive(Debug)]
pub enum Overlay {
    /// Every key.
    Help(Reader),
    /// The action palette.
    Palette(Palette),
    /// The question before data is discarded.
    Confirm(Box<Confirm>),
    /// What a dry run would have sent.
    Preview {
        /// The request as a shell line.
        curl: String,
        /// The runbook it belongs to.
        runbook: Option<RunbookId>,
        /// The table whose draft it would carry out.
        tunes: Option<SchemaId>,
    },
    /// What changed and what was done.
    Activity(Reader),
    /// The selected object as the server sends it.
    Raw(Box<super::raw::Raw>),
    /// The question for the name of a file.
    Export(Export),
    /// Filters that have a name.
    Filters(Filters),
    /// A few choices, each with a letter.
    Menu(Menu),
    /// The columns of a table.
    Columns(Chooser),
    /// Everything that is wrong.
    Triage(Box<super::triage::Triage>),
    /// A runbook was left half done.
    LeftBehind,
    /// The steps from red to green.
    Runbook(RunbookId),
    /// The editor of a table's sync settings.
    Tuning(SchemaId),
    /// The jobs of a table or of a source, and their logs.
    History(Box<super::history::History>),
    /// The profiles.
    Profiles(Profiles),
    /// The tables of all profiles.
    AllProfiles,
    /// The field for another API key.
    Key(Box<super::key_form::KeyForm>),
    /// Actions are still followed: really quit?
    Quitting,
}

/// The list of columns.
#[derive(Clone, Copy, Debug)]
pub struct Chooser {
    /// The table whose columns they are.
    pub of: Pane,
    /// Which one is selected.
    pub cursor: usize,
}

/// The list of profiles.
#[derive(Debug, Default)]
pub struct Profiles {
    /// Which one is selected.
    pub cursor: usize,
    /// Something is under way: really go there?
    pub asking: Option<ProfileChoice>,
}

/// What the list of profiles leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileChoice {
    /// The tables of all profiles in one list.
    All,
    /// A profile.
    Profile(String),
    /// A table of a profile.
    Table(String, SourceId, SchemaId),
    /// The demo.
    Demo,
    /// A host and a key that are entered.
    Another,
}

/// The action palette.
#[derive(Debug, Default)]
pub struct Palette {
    /// What was typed.
    pub input: Input,
    /// What matches, best first.
    pub entries: Vec<Entry>,
    /// Which one is selected.
    pub cursor: usize,
}

/// An entry of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The command.
    pub id: CommandId,
    /// Whether it can be used, and if not, why.
    pub availability: Availability,
}

/// The question before data is discarded.
#[derive(Debug)]
pub struct Confirm {
    /// What would be lost, and what has to be answered. Taken out when it is answered.
    pub challenge: Option<Challenge>,
    /// What it acts on.
    pub subject: Subject,
    /// What would do with less loss.
    pub milder: Option<String>,
    /// What follows once it is done, without being asked again.
    pub then: Option<String>,
    /// The runbook that asks.
    pub runbook: Option<RunbookId>,
    /// The table whose editor asks.
    pub tunes: Option<SchemaId>,
    /// What was typed so far.
    pub input: Input,
    /// Whether the last answer was wrong.
    pub refused: bool,
    /// Whether the cursor is on the button that goes ahead; it starts on the other.
    pub on_yes: bool,
}

/// Answers come whatever lies over what they are for.
impl Model {
    /// What lies over the main screen; where the help explains it, what lies below the help.
    #[must_use]
    pub fn looked_at(&self) -> Option<&Overlay> {
        self.beneath.as_ref().or(self.overlay.as_ref())
    }

    /// The place of it.
    pub fn looked_at_mut(&mut self) -> &mut Option<Overlay> {
        if self.beneath.is_some() { &mut self.beneath } else { &mut self.overlay }
    }

    /// Whether this runbook is looked at.
    #[must_use]
    pub fn shows_runbook(&self, id: RunbookId) -> bool {
        matches!(self.looked_at(), Some(Overlay::Runbook(shown)) if *shown == id)
    }

    /// Whether the editor of this table is looked at.
    #[must_use]
    pub fn shows_editor(&self, id: &SchemaId) -> bool {
        matches!(self.looked_at(), Some(Overlay::Tuning(shown)) if shown == id)
    }

    /// The history that is open, be it that one of its jobs is read as JSON.
    #[must_use]
    pub fn history(&self) -> Option<&History> {
        match self.looked_at()? {
            Overlay::History(history) => Some(history),
            Overlay::Raw(raw) => raw.beneath.as_deref(),
            _ => None,
        }
    }

    /// The same, to take something in.
    pub fn history_mut(&mut self) -> Option<&mut History> {
        match self.looked_at_mut() {
            Some(Overlay::History(history)) => Some(history),
            Some(Overlay::Raw(raw)) => raw.beneath.as_deref_mut(),
            _ => None,
        }
    }

    /// The object that is open as JSON, to take something in.
    pub fn raw_mut(&mut self) -> Option<&mut Raw> {
        match self.looked_at_mut() {
            Some(Overlay::Raw(raw)) => Some(raw),
            _ => None,
        }
    }

    /// The list of everything that is wrong, to take something in.
    pub fn triage_mut(&mut self) -> Option<&mut Triage> {
        match self.looked_at_mut() {
            Some(Overlay::Triage(list)) => Some(list),
            _ => None,
        }
    }
}
