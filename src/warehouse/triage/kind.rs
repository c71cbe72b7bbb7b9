//! Kinds of problems, and how much they matter.

/// Declares the kinds with their names for scripts and their words for people.
macro_rules! kinds {
    ($($name:ident $key:literal $words:literal $doc:literal),+ $(,)?) => {
        /// What kind of thing is wrong. In the order of the list: what blocks more, and what is surer, comes first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = $doc] $name,)+
        }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name for scripts. It never changes.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)+ }
            }

            /// A word or two for people.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }
        }
    };
}

kinds! {
    BillingPause "billing_pause" "Billing pause" "Billing has paused tables, and that blocks every reload of the project.",
    SourceDown "source_down" "Source down" "One connection cause takes down all tables of a source.",
    SourceError "source_error" "Source error" "A source is in error as a whole, and none of its tables says why.",
    Failed "failed" "Failed" "Tables of one source fail for one cause.",
    BillingLimit "billing_limit" "Billing limit" "The row limit stopped tables of a source.",
    SwitchedOff "switched_off" "Switched off" "`PostHog` switched tables of one source off for one cause.",
    Phantom "phantom" "Phantom" "Tables are `Running` without a run.",
    Stuck "stuck" "Stuck" "Runs show no sign of life.",
    Unknown "unknown" "Unknown" "The status of tables is not one that is known.",
    Stale "stale" "Stale" "Tables are `Completed`, but long ago.",
    Webhook "webhook" "Webhook" "Tables that the vendor should push to receive nothing.",
    Cdc "cdc" "CDC" "Change data capture is broken, stopped or behind.",
    Gone "gone" "Gone" "Tables vanished at the source.",
    Abandoned "abandoned" "Abandoned" "Nothing of a source has been synced for long, and nothing is switched on.",
}

impl Kind {
    /// Whether there is a job with which it began.
    pub(super) fn has_a_beginning(self) -> bool {
        matches!(self, Self::SourceDown | Self::Failed | Self::BillingLimit | Self::SwitchedOff | Self::Cdc)
    }
}

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gravity {
    /// It blocks the whole project.
    Blocking,
    /// Something is broken.
    Broken,
    /// Something should be looked at.
    Doubtful,
    /// Worth knowing; nothing is wrong.
    Note,
}

impl Gravity {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Blocking, Self::Broken, Self::Doubtful, Self::Note];

    /// Its name for scripts. It never changes.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Broken => "broken",
            Self::Doubtful => "doubtful",
            Self::Note => "note",
        }
    }
}
