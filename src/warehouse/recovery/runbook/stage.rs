//! The steps of a runbook: who does them, what they lose, and how each is going.

use crate::warehouse::consent::Discard;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::operation::SchemaPatch;
use crate::warehouse::recovery::form::Purpose;
use crate::warehouse::secret::Inputs;
use crate::warehouse::settings::Frequency;
use crate::warehouse::survey::Need;

/// Who carries out a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The program.
    Program,
    /// The user.
    User,
}

/// How a step is going.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has not begun.
    Ahead,
    /// It goes on, or waits for the user.
    Now,
    /// It is done, as this says.
    Done(String),
    /// It was not needed.
    Skipped(String),
    /// It failed, as this says.
    Failed(String),
}

/// What the program sends.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Switch the tables on that what went wrong has switched off.
    Enable,
    /// Request runs, and follow them to their ends.
    Reload,
    /// Request runs of these tables, and follow them to their ends.
    ReloadSome(Vec<SchemaId>),
    /// Cancel runs, and wait for their ends.
    Cancel,
    /// Change the settings of the source.
    UpdateSource(Inputs),
    /// Change the sync settings of a table.
    UpdateTable(SchemaId, SchemaPatch),
    /// Sync the tables this often.
    Retime(Frequency),
    /// Change the sync settings of several tables, each its own way.
    Change(Vec<(SchemaId, SchemaPatch)>),
    /// Read the list of tables at the source again.
    RefreshTables,
    /// Set these new tables up, and switch them on.
    SetUp(Vec<SchemaId>),
    /// Switch these tables off, none of which loses anything by it.
    Pause(Vec<SchemaId>),
    /// Switch change data capture on.
    EnableCdc,
    /// Register the webhook.
    CreateWebhook(Inputs),
    /// Store new inputs of the webhook.
    UpdateWebhook(Inputs),
    /// Discard data, each with its consent.
    Discard(Vec<Discard>),
}

/// What the user picks from.
#[derive(Clone, Debug, PartialEq)]
pub enum Menu {
    /// How a table is to be synced from now on.
    Method(SchemaId),
    /// The key columns of a table.
    Keys(SchemaId),
    /// Which of the new tables to set up.
    NewTables,
    /// Which tables to switch off.
    LeastValuable,
    /// What to do about the webhook.
    Webhook,
    /// How often the tables are to sync.
    Frequency,
}

impl Menu {
    /// Whether going on with nothing picked makes no sense.
    #[must_use]
    pub fn needs_a_pick(&self) -> bool {
        matches!(self, Self::Method(_) | Self::Keys(_) | Self::Webhook)
    }
}

/// What a step consists of.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// Find these out.
    Look(Vec<Need>),
    /// The user does something outside of the program, and says so.
    ByHand,
    /// The user fills in a form. What comes of it is sent in the next step.
    Fill(Purpose),
    /// The user picks. What comes of it is done in the next steps.
    Pick(Menu),
    /// The program sends something, and follows it to its proven end.
    Send(Deed),
    /// The list is read once more: is everything green?
    Verify,
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// What it consists of.
    pub task: Task,
    /// What is done in it, in a sentence.
    pub what: String,
    /// What it loses; `None` for nothing.
    pub loses: Option<String>,
    /// How it is going.
    pub progress: Progress,
}

impl Stage {
    /// A step ahead that loses nothing.
    #[must_use]
    pub fn new(task: Task, what: impl Into<String>) -> Self {
        Self { task, what: what.into(), loses: None, progress: Progress::Ahead }
    }

    /// The same step, which loses this.
    #[must_use]
    pub fn losing(mut self, what: impl Into<String>) -> Self {
        self.loses = Some(what.into());
        self
    }

    /// Who carries it out.
    #[must_use]
    pub fn who(&self) -> Who {
        match self.task {
            Task::ByHand | Task::Fill(_) | Task::Pick(_) => Who::User,
            Task::Look(_) | Task::Send(_) | Task::Verify => Who::Program,
        }
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.progress, Progress::Done(_) | Progress::Skipped(_))
    }

    /// Whether it changes the sync settings of one table.
    #[must_use]
    pub fn changes_settings(&self) -> bool {
        let reshapes = |discard: &Discard| matches!(discard, Discard::ReshapeSchema(_));
        matches!(self.task, Task::Send(Deed::UpdateTable(..))) || self.discards().iter().any(reshapes)
    }

    /// What it discards.
    #[must_use]
    pub fn discards(&self) -> &[Discard] {
        match &self.task {
            Task::Send(Deed::Discard(discards)) => discards,
            _ => &[],
        }
    }

    /// Whether it changes something on the server.
    #[must_use]
    pub fn sends(&self) -> bool {
        matches!(self.task, Task::Send(_))
    }
}
