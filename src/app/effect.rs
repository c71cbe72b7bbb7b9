//! What should be done. Effects are plain, comparable data; only the worker and the terminal carry them out.

use jiff::SignedDuration;

use crate::warehouse::operation::Operation;
use crate::warehouse::recovery::runbook::Record;
use crate::warehouse::survey::Need;

/// Names one request, so that its answer is recognised and a late one dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// Names one followed action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FollowId(pub u64);

/// Who waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Urgency {
    /// The user, right now.
    Waiting,
    /// Nobody in particular.
    Background,
}

/// A timer. The number in it tells a current timer from an outdated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The list is due to be read again.
    Refresh(u64),
    /// Times on the screen are due to be brought up to date.
    Clock(u64),
    /// The selection has rested: its details are worth a request.
    Rested(u64),
    /// A followed action wants to look again.
    Follow(FollowId),
    /// The notice on the screen has been there long enough.
    Notice(u64),
}

/// What should be done.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Find this out.
    Fetch {
        /// Its name.
        request: RequestId,
        /// What to find out.
        need: Need,
        /// Who waits for it.
        urgency: Urgency,
    },
    /// Send this write, once.
    Send {
        /// Its name.
        request: RequestId,
        /// What to send.
        operation: Operation,
    },
    /// Send a message after this time.
    Wake {
        /// Which.
        timer: Timer,
        /// After how long.
        after: SignedDuration,
    },
    /// Send [`WentOn`](super::message::Event::WentOn) as soon as nothing else waits.
    GoOn,
    /// Write down what is half done, before anything else is done.
    Journal(Vec<Record>),
    /// Find out what was left half done by programs that are not running any more.
    TakeOver,
    /// Put this text on the clipboard.
    Copy(String),
    /// Stop the program as the shell's job control does, and come back.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// End the program.
    Quit,
    /// End this connection and start the demo.
    StartDemo,
}
