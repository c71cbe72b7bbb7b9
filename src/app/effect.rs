//! What should be done. Effects are plain, comparable data; only the worker and the terminal carry them out.

use jiff::SignedDuration;

use crate::warehouse::ids::{ProjectId, SchemaId, SourceId};
use crate::warehouse::operation::Operation;
use crate::warehouse::origin::Origin;
use crate::warehouse::query::Change;
use crate::warehouse::recovery::runbook::Record;
use crate::warehouse::secret::Secret;
use crate::warehouse::survey::Need;
use crate::warehouse::text::Foreign;

pub use super::model::remembered::{Remembered, VERSION as REMEMBERED_VERSION};

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
    /// Pages of the list have waited long enough for those that follow them.
    Pages,
    /// A followed action wants to look again.
    Follow(FollowId),
    /// The notice on the screen has been there long enough.
    Notice(u64),
    /// How things are left is due to be written down.
    Remember,
}

/// Something for a user who looks elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcement {
    /// For the title of the terminal.
    pub title: Option<String>,
    /// Whether the bell rings.
    pub bell: bool,
    /// For the notifications of the desktop.
    pub notification: Option<String>,
}

/// A text for the user's editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Name of the file, by which the editor knows what kind of text it is.
    pub name: &'static str,
    /// The text.
    pub text: String,
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
    /// Somebody waits now: whatever waits to be asked, or to be asked again, does so at once.
    Hurry,
    /// Ask the server what this key may do. The key in use stays in use.
    CheckKey {
        /// Its name.
        request: RequestId,
        /// The key.
        key: Secret,
    },
    /// Use the key that was checked by this request, from now on.
    UseKey(RequestId),
    /// Send this write, once.
    Send {
        /// Its name.
        request: RequestId,
        /// What to send.
        operation: Operation,
        /// The name of what it acts on, for the audit log.
        name: Foreign,
    },
    /// Send this write although it cannot be written down in the audit log: the user has said so.
    SendUnlogged {
        /// Its name.
        request: RequestId,
        /// What to send.
        operation: Operation,
    },
    /// Write down what became known of a write of unknown outcome.
    Learned {
        /// Its name.
        request: RequestId,
        /// What.
        sentence: String,
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
    /// Write this text to a new file.
    Save {
        /// Its name, as it was typed.
        path: String,
        /// What it holds.
        text: String,
    },
    /// Write down how things are left.
    Remember(Box<Remembered>),
    /// Write down a change to the list of saved filters.
    KeepFilter(Change),
    /// Open this text in the user's editor.
    EditText(Draft),
    /// Put this text on the clipboard.
    Copy(String),
    /// Use the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Reach a user who looks elsewhere.
    Announce(Announcement),
    /// What was announced was noticed: the terminal gets its title back.
    Calm,
    /// Open this address in the browser.
    Browse(String),
    /// Stop the program as the shell's job control does, and come back.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// End the program.
    Quit,
    /// End this connection and start the demo.
    StartDemo,
    /// Read another profile's list, with its own key. The number tells its news from outdated ones.
    ReadElsewhere(u64, String),
    /// Nobody looks at other profiles any more: end the readings of them.
    LeaveElsewhere,
    /// Find out what a key may do and which projects it sees. The number tells the answer from outdated ones.
    Greet(u64, Login),
    /// Write a profile down.
    SaveProfile(u64, ProfileDraft),
    /// End this connection and start another one.
    Connect(Box<Destination>),
}

/// A key, and the only host it is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Where it is sent.
    pub origin: Origin,
    /// The key.
    pub key: Secret,
    /// The profile it was written down as.
    pub profile: Option<String>,
}

/// A profile to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileDraft {
    /// Its name.
    pub name: String,
    /// Its host and key.
    pub login: Login,
    /// Its project.
    pub project: ProjectId,
    /// Its host is reached by plain http.
    pub allow_http: bool,
}

/// What to connect to instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// What was connected before.
    Back,
    /// A profile, and the table to go to there.
    Profile(String, Option<(SourceId, SchemaId)>),
    /// What was just entered.
    Entered(Login, ProjectId),
}
