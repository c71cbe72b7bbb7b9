//! Where host, project and key come from.
//!
//! In this order: flags, the `WHTUI_…` variables, the variables of `PostHog`'s own command line, and the file in which
//! that keeps its login (contract, section 2). The first place that holds a key wins. Places below it lend nothing;
//! places above it may name another host, and then the pair has to be confirmed before the key is sent there.
//!
//! No error and no note ever repeats a value: what was meant for another field may be a key.

mod checks;
mod credentials;
mod error;
mod root_causes;

use secrecy::SecretString;

use crate::warehouse::ids::ProjectId;
use crate::warehouse::origin::Origin;

pub use credentials::{CredentialsFile, credentials_path};
pub use error::ConfigError;
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
    /// What else the user should know, as sentences.
    pub notes: Vec<String>,
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

/// Finds host, project and key in the flags, the environment of this process and the file of `PostHog`'s command line.
///
/// # Errors
/// See [`ConfigError`]; `NoKey` when there is none.
pub fn connection(flags: &Flags) -> Result<Resolved, ConfigError> {
    // What is no Unicode must not count as unset: another key would be used without a word.
    let env = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let file = credentials_path(&env).map_or(CredentialsFile::Absent, |path| CredentialsFile::read(&path));
    resolve(flags, &env, &file)
}

/// The same, from what is given.
///
/// # Errors
/// See [`ConfigError`]; `NoKey` when there is none.
pub fn resolve(
    flags: &Flags,
    env: &dyn Fn(&str) -> Option<String>,
    file: &CredentialsFile,
) -> Result<Resolved, ConfigError> {
    let mut notes = Vec::new();
    // What was typed is looked at first: a mistake in it is not hidden behind a missing key.
    if let Some(host) = named(flags.host.clone(), "--host") {
        checks::origin(&host.value, flags.allow_http, &host.from)?;
    }
    if let Some(project) = named(flags.project.clone(), "--project") {
        checks::project(&project.value, &project.from)?;
    }
    let place = match own_variables(env) {
        Some(place) => place,
        None => match posthog_variables(env, &mut notes) {
            Some(place) => place,
            None => file.place(&mut notes)?.ok_or_else(|| ConfigError::NoKey { notes: std::mem::take(&mut notes) })?,
        },
    };
    let key = checks::key(place.key, &place.key_from)?;
    let origin = |host: &Named| checks::origin(&host.value, flags.allow_http, &host.from);
    let usual = place.host.as_ref().map_or_else(|| Ok(Origin::default()), origin);
    let (origin, pair) = match named(flags.host.clone(), "--host").or_else(|| variable(env, "WHTUI_HOST")) {
        None => (usual?, Pair::SamePlace),
        Some(host) => {
            let wanted = origin(&host)?;
            let confirm = || Pair::MustConfirm { host_from: host.from, key_from: place.key_from.clone() };
            let pair = if usual.as_ref() == Ok(&wanted) { Pair::SamePlace } else { confirm() };
            (wanted, pair)
        }
    };
    let project =
        named(flags.project.clone(), "--project").or_else(|| variable(env, "WHTUI_PROJECT")).or(place.project);
    let project = match project {
        Some(project) => ProjectChoice::Given(checks::project(&project.value, &project.from)?),
        None => ProjectChoice::Unknown,
    };
    Ok(Resolved { origin, key, key_from: place.key_from, project, pair, notes })
}

/// A value, and where it was found.
struct Named {
    value: String,
    from: String,
}

/// A place that holds a key, and what else it holds.
struct Place {
    key: String,
    key_from: String,
    host: Option<Named>,
    project: Option<Named>,
}

fn named(value: Option<String>, from: &str) -> Option<Named> {
    value.map(|value| Named { value, from: from.to_owned() })
}

fn variable(env: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<Named> {
    named(env(name), name)
}

fn own_variables(env: &dyn Fn(&str) -> Option<String>) -> Option<Place> {
    let key = variable(env, "WHTUI_API_KEY")?;
    Some(Place { key: key.value, key_from: key.from, host: variable(env, "WHTUI_HOST"), project: None })
}

/// The variables of `PostHog`'s command line. As there, key and project only count together, and the host only with
/// both of them.
fn posthog_variables(env: &dyn Fn(&str) -> Option<String>, notes: &mut Vec<String>) -> Option<Place> {
    let first = |names: [&str; 2]| {
        names.into_iter().find_map(|name| variable(env, name).filter(|found| !found.value.trim().is_empty()))
    };
    let key = first(["POSTHOG_CLI_API_KEY", "POSTHOG_CLI_TOKEN"])?;
    let project = first(["POSTHOG_CLI_PROJECT_ID", "POSTHOG_CLI_ENV_ID"]);
    if project.is_none() {
        notes.push(format!(
            "{} is ignored because POSTHOG_CLI_PROJECT_ID is not set: PostHog uses both or none.",
            key.from
        ));
        return None;
    }
    let host = variable(env, "POSTHOG_CLI_HOST").filter(|host| !host.value.trim().is_empty());
    Some(Place { key: key.value, key_from: key.from, host, project })
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
