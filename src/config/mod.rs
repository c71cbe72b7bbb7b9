//! Where host, project and key come from.
//!
//! In this order: flags, the `WHTUI_…` variables, the variables of `PostHog`'s own command line, the profiles of the
//! [`mod@file`] of settings, and the file in which `PostHog`'s command line keeps its login (contract, section 2). A profile
//! that is asked for by name comes first of all. The first place that holds a key wins. Places below it lend nothing;
//! places above it may name another host, and then the pair has to be confirmed before the key is sent there.
//!
//! No error and no note ever repeats a value: what was meant for another field may be a key.

mod checks;
mod credentials;
mod error;
pub mod file;
pub mod key_command;
mod place;
mod root_causes;
mod safe_file;

use std::sync::atomic::AtomicBool;

use secrecy::SecretString;

use crate::warehouse::ids::ProjectId;
use crate::warehouse::origin::Origin;

pub use credentials::{CredentialsFile, credentials_path};
pub use error::ConfigError;
pub use file::Config;
pub use root_causes::RootCauses;

/// What was given on the command line. Never a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--host`
    pub host: Option<String>,
    /// `--project`
    pub project: Option<String>,
    /// `--allow-http`: plain `http` is accepted for hosts other than loopback.
    pub allow_http: bool,
    /// `--profile`
    pub profile: Option<String>,
}

/// What there is besides the flags.
pub struct Around<'a> {
    /// The variables of the environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The file of settings.
    pub config: &'a Config,
    /// The file of `PostHog`'s command line.
    pub login: &'a CredentialsFile,
    /// Runs a command for a key.
    pub run: &'a dyn Fn(&[String]) -> Result<SecretString, ConfigError>,
}

/// Where to connect, and with what.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Where the key is sent.
    pub origin: Origin,
    /// The key.
    pub key: SecretString,
    /// Where the key was found, in words.
    pub key_from: String,
    /// The project.
    pub project: ProjectChoice,
    /// Whether host and key belong together.
    pub pair: Pair,
    /// The profile it is.
    pub profile: Option<InUse>,
    /// What else the user should know, as sentences.
    pub notes: Vec<String>,
}

/// A profile that is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// Its name.
    pub name: String,
    /// Every change is refused.
    pub read_only: bool,
    /// Every change asks first.
    pub protected: bool,
}

/// The project to work in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectChoice {
    /// This one.
    Given(ProjectId),
    /// Nobody said; the key has to be asked.
    Unknown,
}

/// Whether host and key come from the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pair {
    /// They do, or the host is the one that place would have led to anyway.
    SamePlace,
    /// They do not: the pair must be confirmed before the key is sent.
    MustConfirm {
        /// Where the host was found, in words.
        host_from: String,
        /// Where the key was found, in words.
        key_from: String,
    },
}

/// Finds host, project and key in the flags, the environment of this process, the settings and the file of `PostHog`'s
/// command line. Where a command has to be run for the key, its name is announced first, and it is ended once all this is
/// given up.
///
/// # Errors
/// See [`ConfigError`]; `NoKey` when there is none.
pub fn connection(
    flags: &Flags,
    config: &Config,
    announce: &dyn Fn(&str),
    given_up: &AtomicBool,
) -> Result<Resolved, ConfigError> {
    let file = credentials_path(&env).map_or(CredentialsFile::Absent, |path| CredentialsFile::read(&path));
    let run = |words: &[String]| {
        announce(words.first().map_or("", String::as_str));
        key_command::key(words, key_command::LIMIT, given_up)
    };
    resolve(flags, &Around { env: &env, config, login: &file, run: &run })
}

/// The same for another profile than the one in use, while a screen is shown.
///
/// # Errors
/// See [`ConfigError`].
pub fn connection_of(
    profile: &str,
    allow_http: bool,
    config: &Config,
    announce: &dyn Fn(&str),
) -> Result<Resolved, ConfigError> {
    let flags = Flags { profile: Some(profile.to_owned()), allow_http, ..Flags::default() };
    let file = credentials_path(&env).map_or(CredentialsFile::Absent, |path| CredentialsFile::read(&path));
    let run = |words: &[String]| {
        announce(words.first().map_or("", String::as_str));
        key_command::key_behind_a_screen(words, key_command::LIMIT)
    };
    resolve(&flags, &Around { env: &env, config, login: &file, run: &run })
}

/// A variable of this process. What is no Unicode must not count as unset: another key would be used without a word.
#[must_use]
pub fn env(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// The same, from what is given.
///
/// # Errors
/// See [`ConfigError`]; `NoKey` when there is none.
pub fn resolve(flags: &Flags, around: &Around) -> Result<Resolved, ConfigError> {
    let mut notes = Vec::new();
    // What was typed is looked at first: a mistake in it is not hidden behind a missing key.
    if let Some(host) = named(flags.host.clone(), "--host") {
        checks::origin(&host.value, flags.allow_http, &host.from)?;
    }
    if let Some(project) = named(flags.project.clone(), "--project") {
        checks::project(&project.value, &project.from)?;
    }
    let place = place::find(flags, around, &mut notes)?;
    let variable = |name| if place.outranks_variables { None } else { variable(around.env, name) };
    let origin = |host: &Named, allow_http: bool| checks::origin(&host.value, allow_http, &host.from);
    let own = |host: &Named| origin(host, flags.allow_http || place.allow_http);
    let usual = place.host.as_ref().map_or_else(|| Ok(Origin::default()), own);
    let (origin, pair) = match named(flags.host.clone(), "--host").or_else(|| variable("WHTUI_HOST")) {
        None => (usual?, place.pair()),
        Some(host) => {
            let wanted = origin(&host, flags.allow_http)?;
            let confirm = || Pair::MustConfirm { host_from: host.from, key_from: place.key_from.clone() };
            let pair = if usual.as_ref() == Ok(&wanted) { place.pair() } else { confirm() };
            (wanted, pair)
        }
    };
    let project = named(flags.project.clone(), "--project").or_else(|| variable("WHTUI_PROJECT")).or(place.project);
    let project = match project {
        Some(project) => ProjectChoice::Given(checks::project(&project.value, &project.from)?),
        None => ProjectChoice::Unknown,
    };
    // Last, since a command for it may take its time and may ask its user.
    let key = match place.key {
        place::Key::Here(key) => checks::key(key, &place.key_from)?,
        place::Key::Command(words) => (around.run)(&words)?,
    };
    Ok(Resolved { origin, key, key_from: place.key_from, project, pair, profile: place.profile, notes })
}

/// A value, and where it was found.
#[derive(Clone)]
struct Named {
    value: String,
    from: String,
}

fn named(value: Option<String>, from: &str) -> Option<Named> {
    value.map(|value| Named { value, from: from.to_owned() })
}

fn variable(env: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<Named> {
    named(env(name), name)
}

#[cfg(test)]
mod tests;

/// Where the program keeps what it has to remember: `whtui` in `$XDG_STATE_HOME`, or else in `.local/state`. `None`
/// without a home directory.
#[must_use]
pub fn state_folder() -> Option<std::path::PathBuf> {
    use etcetera::BaseStrategy;
    Some(etcetera::base_strategy::Xdg::new().ok()?.state_dir()?.join("whtui"))
}

/// Where the user's own settings are: `whtui` in `$XDG_CONFIG_HOME`, or else in `.config`. `None` without a home
/// directory.
#[must_use]
pub fn config_folder() -> Option<std::path::PathBuf> {
    use etcetera::BaseStrategy;
    Some(etcetera::base_strategy::Xdg::new().ok()?.config_dir().join("whtui"))
}
