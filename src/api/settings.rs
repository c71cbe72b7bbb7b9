//! Connection settings of a source, flattened for people. Whatever smells of a secret is never kept.

use serde_json::value::RawValue;

use super::json::{Object, is_null, list, text};
use crate::warehouse::secret::{MASK, suspicious_name, suspicious_value};
use crate::warehouse::text::Foreign;

/// How deep settings may nest.
const DEPTH: usize = 8;

/// How many settings are kept.
const COUNT: usize = 200;

/// How many characters of one value are kept.
const LENGTH: usize = 1_000;

/// The settings as dotted names with their values as text. Empty ones are left out.
pub(super) fn flatten(job_inputs: &RawValue) -> Vec<(Foreign, Foreign)> {
    let mut settings = Vec::new();
    collect("", job_inputs, DEPTH, &mut settings);
    settings
}

fn collect(name: &str, value: &RawValue, depth: usize, settings: &mut Vec<(Foreign, Foreign)>) {
    if settings.len() >= COUNT || depth == 0 || is_null(value) {
        return;
    }
    let below = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    if !name.is_empty() && suspicious_name(name) {
        settings.push((Foreign::new(name), Foreign::new(MASK)));
    } else if let Some(object) = Object::read(value) {
        for (part, value) in object.entries() {
            collect(&below(part), value, depth - 1, settings);
        }
    } else if let Some(items) = list(value) {
        for (index, value) in items.into_iter().enumerate().take(COUNT) {
            collect(&below(&index.to_string()), value, depth - 1, settings);
        }
    } else if !name.is_empty() {
        let text = text(value).unwrap_or_else(|| value.get().into());
        let text = if suspicious_value(&text) { MASK.into() } else { text };
        settings.push((Foreign::new(name), Foreign::from(text.chars().take(LENGTH).collect::<String>())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(json: &str) -> Vec<(String, String)> {
        let raw = RawValue::from_string(json.to_owned()).unwrap();
        let plain = |text: Foreign| text.raw().to_owned();
        flatten(&raw).into_iter().map(|(name, value)| (plain(name), plain(value))).collect()
    }

    #[test]
    fn settings_are_flattened_to_dotted_names() {
        let json = r#"{"host": "db", "port": "5432", "ssh_tunnel": {"enabled": "True", "auth": {"type": null, "n": 1}}, "tables": ["a", 2]}"#;
        let expected = [
            ("host", "db"),
            ("port", "5432"),
            ("ssh_tunnel.enabled", "True"),
            ("ssh_tunnel.auth.n", "1"),
            ("tables.0", "a"),
            ("tables.1", "2"),
        ];
        assert_eq!(flat(json), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn nothing_that_smells_of_a_secret_is_kept() {
        let json = r#"{"Password": "planted", "api_key": "planted", "auth": {"client_secret": {"value": "planted"}},
            "PRIVATE-KEY": ["planted"], "ssh": {"pass phrase": "planted"}, "access.token": 7, "credentials_json": "planted",
            "certificate": "-----BEGIN PRIVATE KEY----- planted", "host": "db"}"#;
        let settings = flat(json);
        assert!(!format!("{settings:?}").contains("planted"), "{settings:?}");
        assert!(settings.contains(&("host".to_owned(), "db".to_owned())));
        assert!(settings.contains(&("api_key".to_owned(), "***".to_owned())));
    }

    #[test]
    fn odd_settings_are_no_settings() {
        for json in ["null", "[]", "\"text\"", "7", "{}"] {
            assert_eq!(flat(json), [], "{json}");
        }
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(flat(&deep), []);
    }
}
