//! The places that may hold a key, and which of them counts.

use super::file::{KeySource, Profile};
use super::{Around, ConfigError, Flags, InUse, Named, Pair, file, named, variable};
use secrecy::ExposeSecret;

/// A place that holds a key, and what else it holds.
pub(super) struct Place {
    pub key: Key,
    pub key_from: String,
    pub host: Option<Named>,
    pub project: Option<Named>,
    /// Where the key would be sent by itself; `None` where that is the host.
    pub meant_for: Option<String>,
    pub profile: Option<InUse>,
    pub allow_http: bool,
    /// It was asked for by a flag, so that no variable takes part.
    pub outranks_variables: bool,
}

/// A key, or how to come by it.
pub(super) enum Key {
    Here(String),
    Command(Vec<String>),
}

impl Place {
    pub(super) fn with(key: Key, from: &str) -> Self {
        Self {
            key,
            key_from: from.to_owned(),
            host: None,
            project: None,
            meant_for: None,
            profile: None,
            allow_http: false,
            outranks_variables: false,
        }
    }

    /// Whether its host and its key belong together.
    pub(super) fn pair(&self) -> Pair {
        match (&self.meant_for, &self.host) {
            (Some(key_from), Some(host)) => {
                Pair::MustConfirm { host_from: host.from.clone(), key_from: key_from.clone() }
            }
            _ => Pair::SamePlace,
        }
    }
}

/// Finds the place that counts.
pub(super) fn find(flags: &Flags, around: &Around, notes: &mut Vec<String>) -> Result<Place, ConfigError> {
    let asked = variable(around.env, "WHTUI_PROFILE").filter(|name| !name.value.trim().is_empty());
    if let Some(name) = &flags.profile {
        return Ok(Place { outranks_variables: true, ..of_name(name, around, notes)? });
    }
    if let Some(name) = asked {
        if (around.env)("WHTUI_API_KEY").is_some() {
            notes.push(
                "WHTUI_API_KEY is ignored, because WHTUI_PROFILE names a profile with a key of its own.".to_owned(),
            );
        }
        return of_name(&name.value, around, notes);
    }
    if let Some(place) = own_variables(around.env) {
        return Ok(place);
    }
    if let Some(place) = posthog_variables(around.env, notes) {
        return Ok(place);
    }
    let config = around.config;
    match (&config.default_profile, config.profiles.as_slice()) {
        (Some(name), _) => return of_name(name, around, notes),
        (None, []) => {}
        (None, [only]) => return of_profile(only, around, notes),
        (None, several) => {
            let known = several.iter().map(|profile| profile.name.clone()).collect();
            return Err(ConfigError::WhichProfile { known });
        }
    }
    around.login.place(notes)?.ok_or_else(|| ConfigError::NoKey { notes: std::mem::take(notes) })
}

fn of_name(name: &str, around: &Around, notes: &mut Vec<String>) -> Result<Place, ConfigError> {
    match around.config.profile(name) {
        Some(profile) => of_profile(profile, around, notes),
        None => Err(ConfigError::NoProfile {
            name: file::shown_name(name),
            known: around.config.profiles.iter().map(|profile| profile.name.clone()).collect(),
        }),
    }
}

fn of_profile(profile: &Profile, around: &Around, notes: &mut Vec<String>) -> Result<Place, ConfigError> {
    let from = format!("the profile {}", profile.name);
    let place = match &profile.key {
        KeySource::Stored(key) => Place::with(Key::Here(key.expose_secret().to_owned()), &from),
        KeySource::Variable(variable) => match (around.env)(variable) {
            Some(key) => Place::with(Key::Here(key), variable),
            None => {
                return Err(ConfigError::NoVariable { profile: profile.name.clone(), variable: variable.clone() });
            }
        },
        KeySource::Command(words) => Place::with(Key::Command(words.clone()), &from),
        KeySource::PostHogCli => stored(profile, around, notes)?,
    };
    let in_use = InUse { name: profile.name.clone(), read_only: profile.read_only, protected: profile.protected };
    Ok(Place {
        host: named(profile.host.as_ref().map(ToString::to_string), &from).or(place.host),
        project: named(profile.project.map(|project| project.to_string()), &from).or(place.project),
        profile: Some(in_use),
        // The file was read with what its profile allows.
        allow_http: profile.host.is_some(),
        ..place
    })
}

/// The login of `PostHog`'s command line for a profile. With another host than its own, the pair is to be confirmed.
fn stored(profile: &Profile, around: &Around, notes: &mut Vec<String>) -> Result<Place, ConfigError> {
    let no_login = || ConfigError::NoLogin { profile: profile.name.clone() };
    let place = match posthog_variables(around.env, notes) {
        Some(place) => place,
        None => around.login.place(notes)?.ok_or_else(no_login)?,
    };
    let own = place.host.as_ref().map(|host| super::checks::origin(&host.value, true, &host.from)).transpose()?;
    let elsewhere = profile.host.as_ref().is_some_and(|host| *host != own.unwrap_or_default());
    let meant_for = elsewhere.then(|| place.key_from.clone());
    Ok(Place { meant_for, ..place })
}

fn own_variables(env: &dyn Fn(&str) -> Option<String>) -> Option<Place> {
    let key = variable(env, "WHTUI_API_KEY")?;
    Some(Place { host: variable(env, "WHTUI_HOST"), ..Place::with(Key::Here(key.value), &key.from) })
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
    Some(Place { host, project, ..Place::with(Key::Here(key.value), &key.from) })
}
