//! Whether a value can be what it is meant to be, before anything is sent.

use secrecy::SecretString;

use super::ConfigError;
use crate::warehouse::ids::ProjectId;
use crate::warehouse::key_shape::problem_of_key;
use crate::warehouse::origin::Origin;

pub(super) fn key(key: String, from: &str) -> Result<SecretString, ConfigError> {
    match problem_of_key(&key) {
        None => Ok(key.into()),
        Some(problem) => Err(ConfigError::Key { from: from.to_owned(), problem }),
    }
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
