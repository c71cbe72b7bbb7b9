//! What can be wrong, and the letter of what helps.

use std::fmt;
use std::sync::Arc;

use crate::warehouse::text::Foreign;

/// Declares the recovery letters, each with its one-line meaning.
macro_rules! letters {
    ($($name:ident $meaning:literal),+ $(,)?) => {
        /// The recovery a cause asks for, by the letter of its runbook.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Letter {
            $(#[doc = $meaning] $name,)+
        }

        impl Letter {
            /// Every letter, in order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The letter as it is written.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// In a few words, what the recovery does.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => $meaning,)+
                }
            }
        }
    };
}

letters! {
    A "Wait or retry",
    B "Give a new credential",
    B2 "Grant the credential what it lacks",
    C "Choose another column",
    C2 "Refresh the list of tables",
    D "Import the table again",
    E "Repair change data capture",
    F "Cancel the stuck run and start another",
    G "Delete the table's data and start over",
    H "Raise the billing limit or sync less",
    I "Repair the webhook",
    J "Fix the connection path",
    K "Change the table's sync settings",
    L "Reconnect the account",
    M "Fix it in the source",
    N "Wait for PostHog",
    O "Read the jobs and their logs",
    P "Check the destination database",
    Q "Correct the source's settings",
    R "Nothing, it was stopped on purpose",
}

impl Letter {
    /// Reads a letter, whatever its case.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|letter| letter.as_str().eq_ignore_ascii_case(raw))
    }

    /// Whether the recovery itself consists of discarding data.
    #[must_use]
    pub fn discards(self) -> bool {
        matches!(self, Self::D | Self::G)
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// The name of a cause, such as `credentials_invalid`. A user's catalogue may add names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CauseId(Arc<str>);

impl CauseId {
    /// A failure whose text says nothing specific.
    pub const UNKNOWN: &str = "unknown";

    /// The cause of this name. Whether a catalogue knows it is another matter.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for CauseId {
    /// The cause of a text that nothing else is known of.
    fn default() -> Self {
        Self::new(Self::UNKNOWN)
    }
}

impl fmt::Display for CauseId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for CauseId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl PartialEq<str> for CauseId {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for CauseId {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

/// What is known of a cause, whichever text led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Its name.
    pub id: CauseId,
    /// A few words for a list.
    pub title: Foreign,
    /// One sentence: what it means.
    pub meaning: Foreign,
    /// What helps.
    pub recovery: Letter,
    /// What to do, in order, a sentence a step.
    pub advice: Vec<Foreign>,
    /// Whether reloading with nothing else changed can help and does no harm.
    pub retry_safe: bool,
    /// Whether an action that discards data is the right first proposal.
    pub destructive: bool,
}
