//! Whether a value can be what it is meant to be, before anything is sent.

use secrecy::SecretString;

use super::ConfigError;
use crate::warehouse::ids::ProjectId;
use crate::warehouse::origin::Origin;

pub(super) fn key(key: String, from: &str) -> Result<SecretString, ConfigError> {
    match problem_of_key(&key) {
        None => Ok(key.into()),
        Some(problem) => Err(ConfigError::Key { from: from.to_owned(), problem }),
    }
}

/// What is obviously wrong with a key, as the end of a sentence that begins with it.
#[must_use]
pub fn problem_of_key(key: &str) -> Option<&'static str> {
    Some(if key.trim().is_empty() {
        "is empty; put a personal API key there (it begins with phx_)"
    } else if key.starts_with("phc_") {
        "is a public project token (phc_), which only sends events; use a personal API key (it begins with phx_)"
    } else if key.starts_with("phs_") {
        "is a project secret key (phs_), which this API does not take; use a personal API key (it begins with phx_)"
    } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        "holds spaces, line breaks or other characters that no key has; copy it again, and nothing but the key"
    } else {
        return None;
    })
}

pub(super) fn origin(host: &str, allow_http: bool, from: &str) -> Result<Origin, ConfigError> {
    Origin::parse(host, allow_http).map_err(|problem| ConfigError::Host { from: from.to_owned(), problem })
}

pub(super) fn project(number: &str, from: &str) -> Result<ProjectId, ConfigError> {
    let digits = Some(number.trim()).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|digits| ProjectId::new(digits.parse().ok()?))
        .ok_or_else(|| ConfigError::Project { from: from.to_owned() })
}
