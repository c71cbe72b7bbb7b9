//! What happened. Every message carries the time at which it did; nothing in the core asks a clock.

pub mod elsewhere;

use jiff::{SignedDuration, Timestamp};

use super::effect::{RequestId, Timer};
use super::key;
use super::layout::Size;
use crate::warehouse::account::{Key as ApiKey, Project};
use crate::warehouse::failure::Failure;
use crate::warehouse::operation::{Operation, Request};
use crate::warehouse::query::Saved as SavedFilter;
use crate::warehouse::recovery::runbook::Record;
use crate::warehouse::survey::Fact;
use crate::warehouse::text::Foreign;

/// Something that happened, and when.
#[derive(Debug)]
pub struct Message {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// What can happen.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed (by the terminal; releases are left out there).
    KeyPressed(key::Key),
    /// Text was pasted. It is text, never commands.
    Pasted(String),
    /// The mouse did something at this cell.
    MouseUsed(Mouse),
    /// The terminal has this size now.
    Resized(Size),
    /// The terminal gained or lost the focus.
    FocusChanged(bool),
    /// Nothing else waits: what was put off can go on.
    WentOn,
    /// A fetch brought something. More may follow.
    Learned(RequestId, Box<Fact>),
    /// A fetch is over.
    FetchEnded(RequestId, Result<(), Failure>),
    /// A write is over.
    Sent(RequestId, Result<Sent, Failure>),
    /// A write was held back, because it cannot be written down in the audit log, for this reason.
    Unlogged(RequestId, Operation, String),
    /// What came of a write could not be written down in the audit log, for this reason.
    AuditFailed(String),
    /// The server said what a key may do that was entered here.
    KeyChecked(RequestId, Result<ApiKey, Failure>),
    /// A timer ran out.
    TimerFired(Timer),
    /// A text was put on the clipboard; `false`: it was too long for the terminal.
    Copied(bool),
    /// A text was put on the clipboard by this program of the system.
    CopiedBy(&'static str),
    /// The terminal told its background: whether it is light.
    BackgroundTold(bool),
    /// A file was written, or was not, for this reason.
    Saved(String, Result<(), String>),
    /// How things are left could not be written down, for this reason.
    NotRemembered(String),
    /// The saved filters were written down, and are these now; or they were not, for this reason.
    FiltersKept(Result<Vec<SavedFilter>, String>),
    /// The user's editor has ended with this text, or there is none, for this reason.
    TextEdited(Result<Edited, String>),
    /// An address was opened in the browser, or was not, for this reason.
    Browsed(String, Result<(), String>),
    /// How many requests the budget still allows in this minute and this hour.
    BudgetChanged(BudgetLeft),
    /// Runbooks that were left half done by programs that are not running any more.
    LeftBehind(Vec<Record>),
    /// What is half done could not be written down, for this reason.
    JournalFailed(String),
    /// What a crash may have left half done could not be read, as a sentence.
    JournalUnread(String),
    /// What a key may do and which projects it sees, or why that is not known.
    Greeted(u64, Result<Box<Greeting>, NotGreeted>),
    /// A profile was written down, or why not.
    ProfileSaved(u64, Result<(), NotSaved>),
    /// A request is tried again, for this reason.
    Retrying(RequestId, Failure),
    /// What came of reading another profile, by the number of that reading and its name.
    Elsewhere(u64, String, Box<elsewhere::News>),
}

/// What a key may do, and which projects it sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// The key, as far as the server describes it.
    pub key: ApiKey,
    /// Projects.
    pub projects: Vec<Project>,
    /// Whether these are all.
    pub whole: bool,
}

/// Why a key was not accepted: one sentence, and the field it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotGreeted {
    /// The host.
    Host(String),
    /// The key.
    Key(String),
}

/// Why a profile was not written down: one sentence, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSaved {
    /// Its name.
    Name(String),
    /// The file.
    File(String),
}

/// What the user's editor has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The text.
    pub text: String,
    /// Whether it is another one than before.
    pub changed: bool,
}

/// What came of a write that did not fail.
#[derive(Debug, PartialEq)]
pub enum Sent {
    /// The server accepted it, with an optional remark.
    Done(Option<Foreign>),
    /// Dry-run: this is what would have been sent.
    Held(Request),
}

/// Requests left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetLeft {
    /// In this minute.
    pub minute: u32,
    /// In this hour.
    pub hour: u32,
    /// How long the server asks to make none at all.
    pub paused: Option<SignedDuration>,
}

/// A use of the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// Column, from 0.
    pub column: u16,
    /// Row, from 0.
    pub row: u16,
    /// What was done there.
    pub act: MouseAct,
}

/// What the mouse can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAct {
    /// The left button went down.
    Click,
    /// The pointer moved while it was down.
    Drag,
    /// It went up.
    Release,
    /// The wheel was turned towards the user.
    WheelDown,
    /// The wheel was turned away from the user.
    WheelUp,
}
