//! How the program looks and behaves for one profile, as its section of the file of settings has it.

use jiff::SignedDuration;

/// The names of the sixteen colours that every terminal has; those of the themes.
pub const COLOURS: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "gray",
    "darkgray",
    "lightred",
    "lightgreen",
    "lightyellow",
    "lightblue",
    "lightmagenta",
    "lightcyan",
];

/// What the program shows first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum First {
    /// The sources.
    #[default]
    Sources,
    /// The tables of all sources.
    Tables,
    /// Everything that is wrong.
    Triage,
}

impl First {
    /// All of them, with their names in the file of settings.
    pub const ALL: [(&str, Self); 3] = [("sources", Self::Sources), ("tables", Self::Tables), ("triage", Self::Triage)];
}

/// How the program looks and behaves for one profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// The colour its name is drawn in, by its name.
    pub colour: Option<&'static str>,
    /// What is shown first.
    pub first: First,
    /// How long the list rests at least before it is read again by itself.
    pub refresh: Option<SignedDuration>,
    /// The theme, by its name.
    pub theme: Option<&'static str>,
}

impl Manner {
    /// As often as anything is ever read by itself: while something moves in a small project.
    pub const QUICKEST: SignedDuration = SignedDuration::from_secs(10);

    /// What rests longer than this is not refreshed at all.
    pub const SLOWEST: SignedDuration = SignedDuration::from_hours(24);
}
