//! The file in which `PostHog`'s command line keeps its login (contract, section 2).

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::place::{Key, Place};
use super::{ConfigError, named};
use crate::warehouse::text::clean;
use crate::warehouse::words::reason;

/// More than such a file ever holds.
const SIZE_LIMIT: u64 = 1024 * 1024;

/// The file as it was found.
#[derive(Clone, Debug)]
pub enum CredentialsFile {
    /// There is none.
    Absent,
    /// There is one, but it cannot be read.
    Unreadable {
        /// Where it is.
        path: String,
        /// Why.
        reason: String,
    },
    /// It was read.
    Found {
        /// Where it is.
        path: String,
        /// What it holds.
        text: SecretString,
        /// Whether other users of this machine can read it.
        open_to_others: bool,
    },
}

/// Where the file is: in `$POSTHOG_HOME`, or else in `.posthog` in the home directory. `None` without either.
#[must_use]
pub fn credentials_path(env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let set = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let directory =
        set("POSTHOG_HOME").or_else(|| Some(set("HOME").or_else(|| set("USERPROFILE"))?.join(".posthog")))?;
    Some(directory.join("credentials.json"))
}

/// What the file holds.
#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    host: Option<String>,
    token: String,
    #[serde(default)]
    env_id: Option<EnvId>,
}

/// A project, which is written as a text although it is a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum EnvId {
    Number(u64),
    Text(String),
}

impl CredentialsFile {
    /// Reads it.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let shown = clean(&path.display().to_string(), false).into_owned();
        match contents(path) {
            Ok((text, open_to_others)) => Self::Found { path: shown, text: text.into(), open_to_others },
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Self::Absent,
            Err(error) => Self::Unreadable { path: shown, reason: reason(error) },
        }
    }

    /// The key it holds, with its host and project.
    pub(super) fn place(&self, notes: &mut Vec<String>) -> Result<Option<Place>, ConfigError> {
        let (path, text, open_to_others) = match self {
            Self::Absent => return Ok(None),
            Self::Unreadable { path, reason } => {
                return Err(ConfigError::Unreadable { path: path.clone(), reason: reason.clone() });
            }
            Self::Found { path, text, open_to_others } => (path, text, *open_to_others),
        };
        let text = text.expose_secret().trim_start_matches('\u{feff}');
        // The parser's own words may repeat what it found.
        let content: Content = serde_json::from_str(text)
            .map_err(|error| ConfigError::Malformed { path: path.clone(), line: error.line().max(1) })?;
        if open_to_others {
            notes.push(format!(
                "{path} holds an API key and can be read by other users of this machine (chmod 600 helps)."
            ));
        }
        let project = content.env_id.map(|id| match id {
            EnvId::Number(number) => number.to_string(),
            EnvId::Text(text) => text,
        });
        let host = named(content.host.filter(|host| !host.trim().is_empty()), path);
        Ok(Some(Place { host, project: named(project, path), ..Place::with(Key::Here(content.token), path) }))
    }
}

/// Text of a file, and whether others can read it.
fn contents(path: &Path) -> std::io::Result<(String, bool)> {
    // Opening a pipe would wait for somebody to write.
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() || metadata.len() > SIZE_LIMIT {
        return Err(std::io::Error::other("it is no ordinary file of this kind"));
    }
    let mut text = String::new();
    File::open(path)?.take(SIZE_LIMIT).read_to_string(&mut text)?;
    Ok((text, is_open_to_others(&metadata)))
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o044 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}
