//! Values that nobody may read over a shoulder: credentials on their way to the server.
//!
//! They are sent once and kept nowhere. Whatever is printed of them, in a preview, a log or a shell line, is
//! [`MASK`].

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::text;

/// What stands in place of a secret, as on the server's side (contract, section 7.1).
pub const MASK: &str = "***";

/// Parts of names, without separators, under which secrets are found.
const SUSPICIOUS: [&str; 9] =
    ["pass", "pwd", "secret", "token", "key", "private", "credential", "connectionstring", "signature"];

/// Whether a secret may stand under this name.
#[must_use]
pub fn suspicious_name(name: &str) -> bool {
    let folded: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|symbol| symbol.to_ascii_lowercase()).collect();
    SUSPICIOUS.iter().any(|part| folded.contains(part))
}

/// Whether a value looks like a secret whatever its name says.
#[must_use]
pub fn suspicious_value(value: &str) -> bool {
    value.contains("-----BEGIN")
}

/// A secret. It can be compared and sent, not printed.
#[derive(Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// The secret itself: only for the request that carries it, and for the field it is typed into.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(MASK)
    }
}

/// The value of one field of a form.
#[derive(Clone, PartialEq, Eq)]
pub enum Input {
    /// A value that may be seen. Where its name or its looks speak against that, it is masked all the same.
    Plain(String),
    /// A value that may not be seen.
    Secret(Secret),
    /// The contents of a JSON file, such as the key of a service account: sent as the JSON it is, or as a text
    /// where it is none. It may not be seen.
    Document(Secret),
    /// The fields below a switch or a choice.
    Group(Inputs),
}

/// The values of a form, nested as the server expects them (contract, sections 9.1 and 9.3). Booleans are texts
/// too: `True` and `False`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Inputs(BTreeMap<String, Input>);

impl Inputs {
    /// The name under which the chosen option of a choice with fields of its own is sent, beside those fields.
    pub const SELECTION: &str = "selection";
    /// The name under which it is sent whether a switch with fields of its own is on, beside those fields.
    pub const ENABLED: &str = "enabled";

    /// The same with this value, in place of an older one of the same name.
    #[must_use]
    pub fn with(mut self, name: &str, input: Input) -> Self {
        self.set(&[name], input);
        self
    }

    /// Sets a value, below the groups that the path names; they are made where there are none. An empty path sets
    /// nothing.
    pub fn set(&mut self, path: &[&str], input: Input) {
        match path {
            [] => {}
            [name] => {
                self.0.insert((*name).to_owned(), input);
            }
            [name, below @ ..] => {
                let mut group = match self.0.remove(*name) {
                    Some(Input::Group(group)) => group,
                    _ => Self::default(),
                };
                group.set(below, input);
                self.0.insert((*name).to_owned(), Input::Group(group));
            }
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values by their names, in the order of these.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Input)> {
        self.0.iter().map(|(name, input)| (name.as_str(), input))
    }

    /// The values as they may be seen.
    #[must_use]
    pub fn shown(&self) -> Value {
        self.shown_below(false)
    }

    fn shown_below(&self, masked: bool) -> Value {
        let shown = self.iter().map(|(name, input)| {
            let masked = masked || suspicious_name(name);
            let value = match input {
                Input::Group(inputs) => inputs.shown_below(masked),
                Input::Plain(text) if !masked && !suspicious_value(text) => json!(text::clean(text, true)),
                Input::Plain(_) | Input::Secret(_) | Input::Document(_) => json!(MASK),
            };
            (name.to_owned(), value)
        });
        Value::Object(shown.collect())
    }

    /// The values as they are sent.
    pub(super) fn sent(&self) -> Value {
        let sent = self.iter().map(|(name, input)| {
            let value = match input {
                Input::Group(inputs) => inputs.sent(),
                Input::Plain(text) => json!(text),
                Input::Secret(secret) => json!(secret.expose()),
                Input::Document(text) => serde_json::from_str(text.expose()).unwrap_or_else(|_| json!(text.expose())),
            };
            (name.to_owned(), value)
        });
        Value::Object(sent.collect())
    }

    /// All that must not be seen, to be found again in what the server answers.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let mut secrets = Vec::new();
        self.collect_secrets(false, &mut secrets);
        secrets
    }

    fn collect_secrets(&self, masked: bool, secrets: &mut Vec<Secret>) {
        for (name, input) in self.iter() {
            let masked = masked || suspicious_name(name);
            match input {
                Input::Group(inputs) => inputs.collect_secrets(masked, secrets),
                Input::Plain(text) if masked || suspicious_value(text) => secrets.push(text.as_str().into()),
                Input::Plain(_) => {}
                Input::Secret(secret) => secrets.push(secret.clone()),
                Input::Document(document) => {
                    secrets.push(document.clone());
                    if let Ok(value) = serde_json::from_str(document.expose()) {
                        collect_texts(&value, secrets);
                    }
                }
            }
        }
    }
}

/// The texts of a document that stand under suspicious names, or look suspicious themselves.
fn collect_texts(value: &Value, secrets: &mut Vec<Secret>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if suspicious_name(name) || suspicious_value(text) => {
                        secrets.push(text.as_str().into());
                    }
                    value => collect_texts(value, secrets),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, secrets)),
        _ => {}
    }
}

impl fmt::Debug for Inputs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Inputs({})", self.shown())
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Without its name nobody can tell whether it is harmless.
            Self::Plain(_) | Self::Secret(_) | Self::Document(_) => out.write_str(MASK),
            Self::Group(inputs) => inputs.fmt(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANTED: &str = "planted-hunter2";

    fn stripe() -> Inputs {
        let mut inputs = Inputs::default().with("host", Input::Plain("db.example.com".to_owned()));
        inputs.set(&["auth_method", Inputs::SELECTION], Input::Plain("api_key".to_owned()));
        inputs.set(&["auth_method", "stripe"], Input::Secret(PLANTED.into()));
        inputs.set(&["Pass Word"], Input::Plain(PLANTED.to_owned()));
        inputs.set(&["certificate"], Input::Plain(format!("-----BEGIN X----- {PLANTED}")));
        inputs.set(&["address"], Input::Plain(format!("postgres://bob:{PLANTED}@db/app")));
        inputs.set(&["key_file"], Input::Document(format!(r#"{{"private_key": "{PLANTED}", "id": 7}}"#).into()));
        inputs
    }

    #[test]
    fn a_secret_is_sent_and_never_shown() {
        let inputs = stripe();
        let all = [format!("{inputs:?}"), format!("{inputs:#?}"), inputs.shown().to_string()];
        assert!(!all.concat().contains(PLANTED), "{all:?}");
        assert_eq!(inputs.shown()["host"], "db.example.com");
        assert_eq!(inputs.shown()["auth_method"], json!({"selection": "api_key", "stripe": "***"}));
        assert_eq!(inputs.sent()["auth_method"], json!({"selection": "api_key", "stripe": PLANTED}));
        assert_eq!(inputs.sent()["key_file"], json!({"private_key": PLANTED, "id": 7}));
        assert!(!format!("{:?}", Input::Plain(PLANTED.to_owned())).contains(PLANTED));
    }

    #[test]
    fn secrets_can_be_compared_and_found_again() {
        assert_eq!(stripe(), stripe());
        assert_ne!(stripe(), stripe().with("host", Input::Secret("db.example.com".into())));
        assert_eq!(Secret::from("a"), Secret::from("a".to_owned()));
        assert_ne!(Secret::from("a"), Secret::from("b"));
        let found = stripe().secrets();
        assert_eq!(found.iter().filter(|secret| secret.expose() == PLANTED).count(), 3);
    }

    #[test]
    fn a_path_makes_its_groups() {
        let mut inputs = Inputs::default();
        inputs.set(&["tunnel"], Input::Plain("no group yet".to_owned()));
        inputs.set(&["tunnel", Inputs::ENABLED], Input::Plain("True".to_owned()));
        inputs.set(&["tunnel", "auth", "user"], Input::Plain("bob".to_owned()));
        inputs.set(&[], Input::Plain("nowhere".to_owned()));
        assert_eq!(inputs.sent(), json!({"tunnel": {"enabled": "True", "auth": {"user": "bob"}}}));
    }
}
