//! The user's settings: `config.toml`, what may stand in it, and what is wrong with it.

mod columns;
mod filters;
mod keys;
mod manner;
mod mistake;
mod profile;
mod reader;
mod reference;
mod save;
mod words;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::app::commands::keymap::{Bindings, Clash, Keymap, Preset};
use crate::app::settings::{Columns, THEMES};
use crate::warehouse::query::Saved;
use crate::warehouse::text::clean;

use super::safe_file;
pub use mistake::{Mistake, Mistakes};
pub use profile::{KeySource, Profile};
pub use reference::{SETTINGS, Scope, Setting, template};
pub use save::{NewProfile, SaveError, init, save};
pub(super) use words::shown as shown_name;

/// What the file is called.
pub const NAME: &str = "config.toml";

/// What a user settled.
#[derive(Clone, Debug)]
pub struct Config {
    /// The profile to take when none is named.
    pub default_profile: Option<String>,
    /// All profiles, in the order of the file.
    pub profiles: Vec<Profile>,
    /// Which key means which command.
    pub keymap: Keymap,
    /// What was settled of that here, to be laid over another preset.
    pub bindings: Bindings,
    /// How the screen looks.
    pub ui: Ui,
    /// Which columns the tables have.
    pub columns: Columns,
    /// Filters by their names, in the order of the file.
    pub filters: Vec<Saved>,
}

/// How the screen looks and what it listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is settled by itself")]
pub struct Ui {
    /// Draw with ASCII characters only.
    pub ascii: bool,
    /// Use colours.
    pub colour: bool,
    /// Use the mouse.
    pub mouse: bool,
    /// Whether addresses are links; `None`: where the terminal is known to make links of them.
    pub links: Option<bool>,
    /// The theme, by its name.
    pub theme: &'static str,
    /// The keys that others are laid over.
    pub keys: Preset,
    /// How the end of a watched table is announced.
    pub announce: Announce,
    /// How things are left is remembered.
    pub remember: bool,
}

/// How the end of a watched table is announced, beside the notice on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announce {
    /// In the title of the terminal.
    pub title: bool,
    /// By its bell.
    pub bell: bool,
    /// By a notification of the desktop.
    pub desktop: bool,
}

impl Announce {
    /// The names of its ways, as written in the file.
    pub const WAYS: [&str; 3] = ["title", "bell", "desktop"];
}

impl Default for Announce {
    fn default() -> Self {
        Self { title: true, bell: true, desktop: true }
    }
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            ascii: false,
            colour: true,
            mouse: true,
            links: None,
            theme: THEMES[0],
            keys: Preset::Default,
            announce: Announce::default(),
            remember: true,
        }
    }
}

impl Config {
    /// The columns of the tables while this profile is in use, if one is.
    #[must_use]
    pub fn columns_of(&self, profile: Option<&str>) -> Columns {
        let mut columns = self.columns.clone();
        if let Some(profile) = self.profiles.iter().find(|own| Some(own.name.as_str()) == profile) {
            columns.tables = profile.columns.clone().unwrap_or(columns.tables);
            columns.sources = profile.source_columns.clone().unwrap_or(columns.sources);
        }
        columns
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            default_profile: None,
            profiles: Vec::new(),
            keymap: Keymap::defaults(),
            bindings: Bindings::default(),
            ui: Ui::default(),
            columns: Columns::default(),
            filters: Vec::new(),
        }
    }
}

impl Config {
    /// The profile of this name.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// The keys over this preset in place of the one that is settled.
    ///
    /// # Errors
    /// One sentence: which keys of the file do not go with it.
    pub fn keymap_over(&self, preset: Preset) -> Result<Keymap, String> {
        if preset == self.ui.keys {
            return Ok(self.keymap.clone());
        }
        Keymap::of(preset).rebound(&self.bindings).map_err(|clashes| {
            let all: Vec<String> = clashes.iter().map(Clash::sentence).collect();
            format!("the keys of the settings do not go with the {} keys: {}.", preset.name(), all.join("; "))
        })
    }

    /// Reads what such a file holds. With `allow_http`, plain http is no mistake.
    ///
    /// # Errors
    /// All mistakes, in the order of the text.
    pub fn parse(text: &str, allow_http: bool) -> Result<Self, Vec<Mistake>> {
        reader::read(text, allow_http)
    }

    /// Reads the file; `None` where there is none.
    ///
    /// # Errors
    /// Everything that is wrong with it: that it cannot be read, that others could have written it or can read the
    /// key in it, and all mistakes in the text.
    pub fn load(path: &Path, allow_http: bool) -> Result<Option<Self>, Mistakes> {
        let all = |list| Mistakes { path: clean(&path.display().to_string(), false).into_owned(), list };
        let contents = match safe_file::read(path) {
            Ok(contents) => contents,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => {
                return Err(all(vec![Mistake::of_the_file(format!(
                    "it cannot be read ({})",
                    crate::warehouse::words::reason(error)
                ))]));
            }
        };
        let mut mistakes = Vec::new();
        let file = quoted(path);
        if contents.writable_by_others {
            // A command for a key would be theirs, too.
            mistakes.push(Mistake::of_the_file(format!(
                "other users of this machine may change it, so nothing in it is believed; look through it, then: \
                 chmod 600 {file}"
            )));
        } else if contents.readable_by_others && reader::holds_a_key(&contents.text) {
            mistakes.push(Mistake::of_the_file(format!(
                "it holds an API key and other users of this machine can read it; mend that with: chmod 600 {file}"
            )));
        }
        match Self::parse(&contents.text, allow_http) {
            Ok(config) if mistakes.is_empty() => Ok(Some(config)),
            Ok(_) => Err(all(mistakes)),
            Err(more) => {
                mistakes.extend(more);
                Err(all(mistakes))
            }
        }
    }
}

/// A path as one word of a shell, without what could steer a terminal.
fn quoted(path: &Path) -> String {
    let text = clean(&path.display().to_string(), false).into_owned();
    let plain = |symbol: char| symbol.is_ascii_alphanumeric() || "/._-+@%,".contains(symbol);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Where the file is, whether it exists or not; `None` without a home directory.
#[must_use]
pub fn config_path() -> Option<PathBuf> {
    Some(super::config_folder()?.join(NAME))
}

#[cfg(test)]
mod tests;
