//! What happened. Every message carries the time at which it did; nothing in the core asks a clock.

use jiff::Timestamp;

use super::effect::{RequestId, Timer};
use super::key::Key;
use super::layout::Size;
use crate::warehouse::failure::Failure;
use crate::warehouse::operation::Request;
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
    KeyPressed(Key),
    /// Text was pasted. It is text, never commands.
    Pasted(String),
    /// The mouse did something at this cell.
    MouseUsed(Mouse),
    /// The terminal has this size now.
    Resized(Size),
    /// The terminal gained or lost the focus.
    FocusChanged(bool),
    /// The program was started, or came back from being suspended: everything must be drawn.
    Resumed,
    /// Nothing else waits: what was put off can go on.
    WentOn,
    /// A fetch brought something. More may follow.
    Learned(RequestId, Box<Fact>),
    /// A fetch is over.
    FetchEnded(RequestId, Result<(), Failure>),
    /// A write is over.
    Sent(RequestId, Result<Sent, Failure>),
    /// A timer ran out.
    TimerFired(Timer),
    /// A text was put on the clipboard; `false`: it was too long for the terminal.
    Copied(bool),
    /// How many requests the budget still allows in this minute and this hour.
    BudgetChanged(BudgetLeft),
    /// Runbooks that were left half done by programs that are not running any more.
    LeftBehind(Vec<Record>),
    /// What is half done could not be written down, for this reason.
    JournalFailed(String),
    /// A request is tried again, for this reason.
    Retrying(RequestId, Failure),
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
    /// The wheel was turned towards the user.
    WheelDown,
    /// The wheel was turned away from the user.
    WheelUp,
}
