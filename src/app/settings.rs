//! What was decided before the screen started, and does not change while it runs.

pub mod manner;

use jiff::tz::TimeZone;

pub use super::model::columns::{Chosen, Columns, Offered, SchemaColumn, SourceColumn};
use super::model::remembered::Memory;
pub use super::model::watch::Alerts;
use crate::warehouse::ids::{SchemaId, SourceId};
use manner::Manner;

/// The themes there are; the first one is that which fits the terminal.
pub const THEMES: [&str; 6] = ["auto", "dark", "light", "mono", "high-contrast", "colour-blind"];

/// How the program was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What it is connected to.
    pub start: Start,
    /// Refuse every write.
    pub read_only: bool,
    /// Show writes instead of sending them.
    pub dry_run: bool,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// Where it runs, and who sits there.
    pub machine: Machine,
    /// What is settled in the file of settings.
    pub setup: Setup,
}

/// Where the program runs, and how it reaches whoever sits there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// How the end of what is watched is announced.
    pub alerts: Alerts,
    /// The screen is read aloud, which goes for one pane after the other and not for three side by side.
    pub read_aloud: bool,
    /// The time zone; UTC where it is not known.
    pub zone: TimeZone,
}

impl Default for Machine {
    fn default() -> Self {
        Self { alerts: Alerts::default(), read_aloud: false, zone: TimeZone::UTC }
    }
}

/// The profiles there are, and the one in use.
#[expect(clippy::struct_excessive_bools, reason = "each is settled by itself")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// The profile in use.
    pub profile: Option<String>,
    /// The profile in use refuses every change.
    pub read_only: bool,
    /// The profile in use asks before every change.
    pub protected: bool,
    /// All profiles.
    pub profiles: Vec<Offer>,
    /// Where a profile would be written down; `None` where it cannot be.
    pub file: Option<String>,
    /// Something else was connected before, to which a no leads back.
    pub leads_back: bool,
    /// Plain http is accepted for hosts other than loopback.
    pub allow_http: bool,
    /// The columns of the tables.
    pub columns: Columns,
    /// What the user should know at the start, as sentences.
    pub notes: Vec<String>,
    /// The table to go to once it was read.
    pub arrival: Option<(SourceId, SchemaId)>,
    /// What is kept from one start to the next.
    pub memory: Memory,
}

impl Setup {
    /// How the program looks and behaves for the profile in use.
    #[must_use]
    pub fn manner(&self) -> Manner {
        let in_use = self.profiles.iter().find(|offer| Some(&offer.name) == self.profile.as_ref());
        in_use.map(|offer| offer.manner).unwrap_or_default()
    }
}

/// A profile, as it is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its name.
    pub name: String,
    /// Where it leads to, in words.
    pub place: String,
    /// It refuses every change.
    pub read_only: bool,
    /// It asks before every change.
    pub protected: bool,
    /// How the program looks and behaves for it.
    pub manner: Manner,
}

/// How the program starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// There is no key: say what to do.
    Welcome {
        /// Why it cannot connect, in one sentence.
        reason: String,
    },
    /// Connected to this place.
    Connected(Place),
    /// Host and key come from different places: ask before the key is sent.
    MustConfirm {
        /// Where it would connect to.
        place: Place,
        /// Where the host comes from.
        host_from: String,
        /// Where the key comes from.
        key_from: String,
    },
}

/// What the program is connected to, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Origin, for example `https://eu.posthog.com`.
    pub origin: String,
    /// Project number.
    pub project: u64,
    /// Whether this is the embedded simulator.
    pub demo: bool,
}

impl Settings {
    /// What the program is or would be connected to.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        match &self.start {
            Start::Welcome { .. } => None,
            Start::Connected(place) | Start::MustConfirm { place, .. } => Some(place),
        }
    }
}
