//! From the text of the file to settings, with every mistake on the way.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, position};
use super::reference::{Scope, names};
use super::words::{did_you_mean, kind, listed, looks_like_a_key, shown, without_keys};
use super::{Announce, Config, KeySource, Profile, Ui};
use crate::app::commands::keymap::{Bindings, Keymap, Preset};
use crate::app::settings::THEMES;
use crate::warehouse::ids::ProjectId;
use crate::warehouse::origin::{Origin, OriginError};

/// The longest name of a profile.
const LONGEST_NAME: usize = 32;

/// How many syntax errors are told; more come of the first ones.
const SYNTAX_ERRORS: usize = 5;

/// The ways to a key; exactly one stands in a profile.
const KEY_SOURCES: [&str; 4] = ["api_key_env", "api_key_command", "api_key", "posthog_cli"];

/// Whether a profile holds a key.
pub(super) fn holds_a_key(text: &str) -> bool {
    let (root, errors) = DeTable::parse_recoverable(text);
    let in_profile = |profile: &Spanned<DeValue>| profile.get_ref().get("api_key").is_some();
    let profiles = root.get_ref().get("profiles").and_then(|profiles| profiles.get_ref().as_table());
    // What cannot be read may hold one.
    profiles.is_some_and(|profiles| profiles.values().any(in_profile)) || (!errors.is_empty() && text.contains("phx_"))
}

/// Reads all of it.
pub(super) fn read(text: &str, allow_http: bool) -> Result<Config, Vec<Mistake>> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, allow_http, mistakes: Vec::new() };
    for error in errors.iter().take(SYNTAX_ERRORS) {
        let span = error.span().unwrap_or(0..0);
        // The parser repeats at most a name, which could be a key that stands in the wrong place.
        reader.wrong(&span, format!("this is no TOML: {}", without_keys(error.message())));
    }
    let config = reader.config(root.get_ref());
    let mut mistakes = reader.mistakes;
    if mistakes.is_empty() {
        return Ok(config);
    }
    mistakes.sort_by_key(|mistake| mistake.at);
    mistakes.dedup();
    Err(mistakes)
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    allow_http: bool,
    mistakes: Vec<Mistake>,
}

pub(super) type Value<'t> = Spanned<DeValue<'t>>;

impl Reader<'_> {
    pub(super) fn wrong(&mut self, span: &Range<usize>, message: String) {
        self.mistakes.push(Mistake::in_text(self.text, span, message));
    }

    fn config(&mut self, root: &DeTable) -> Config {
        self.known_names(
            root,
            &["default_profile", "profiles", "ui", "columns", "filters", "keys"],
            "at the top of the file",
        );
        let table = |reader: &mut Self, name: &str| match root.get(name) {
            Some(value) => reader.table(value, name).cloned(),
            None => None,
        };
        let profiles = table(self, "profiles").map(|profiles| self.profiles(&profiles)).unwrap_or_default();
        let ui = table(self, "ui").map(|ui| self.ui(&ui)).unwrap_or_default();
        let columns = table(self, "columns").map(|columns| self.columns(&columns)).unwrap_or_default();
        let filters = table(self, "filters").map(|filters| self.filters(&filters)).unwrap_or_default();
        let (keymap, bindings) = match table(self, "keys") {
            Some(keys) => self.keys(&keys, ui.keys),
            None => (Keymap::of(ui.keys), Bindings::default()),
        };
        let default_profile = root.get("default_profile").and_then(|value| {
            let name = self.text_of(value, "default_profile")?;
            let all = root.get("profiles").and_then(|all| all.get_ref().as_table());
            let known = || all.into_iter().flatten().map(|(name, _)| name.get_ref().as_ref());
            if !known().any(|known| known == name) {
                let meant = did_you_mean(&name, known());
                self.wrong(&value.span(), format!("there is no profile `{}`{meant}", shown(&name)));
            }
            Some(name)
        });
        Config { default_profile, profiles, keymap, bindings, ui, columns, filters }
    }

    fn profiles(&mut self, all: &DeTable) -> Vec<Profile> {
        let mut profiles: Vec<(usize, Profile)> = Vec::new();
        for (name, value) in all {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            let named = name.get_ref().as_ref();
            if named.is_empty() || named.len() > LONGEST_NAME || !named.bytes().all(plain) {
                self.wrong(
                    &name.span(),
                    format!(
                        "the name of a profile has 1 to {LONGEST_NAME} letters, digits, `-` and `_`; `{}` is none",
                        shown(named)
                    ),
                );
            }
            let what = format!("profiles.{}", shown(named));
            if let Some(table) = self.table(value, &what).cloned()
                && let Some(profile) = self.profile(named, &name.span(), &table)
            {
                profiles.push((name.span().start, profile));
            }
        }
        profiles.sort_by_key(|(place, _)| *place);
        profiles.into_iter().map(|(_, profile)| profile).collect()
    }

    fn profile(&mut self, name: &str, span: &Range<usize>, table: &DeTable) -> Option<Profile> {
        let known: Vec<_> = names(Scope::Profile).collect();
        self.known_names(table, &known, "in a profile");
        let allow_http = self.switch(table, "allow_http", false) || self.allow_http;
        let host = table.get("host").and_then(|value| self.host(value, allow_http));
        let project = table.get("project").and_then(|value| self.project(value));
        let (read_only, protected) = (self.switch(table, "read_only", false), self.switch(table, "protected", false));
        let manner = self.manner(table);
        let columns = table.get("columns").and_then(|value| self.chosen(value, "columns"));
        let source_columns = table.get("source_columns").and_then(|value| self.chosen(value, "source_columns"));
        let key = self.key_source(name, span, table)?;
        let name = name.to_owned();
        Some(Profile { name, host, project, key, read_only, protected, manner, columns, source_columns })
    }

    fn host(&mut self, value: &Value, allow_http: bool) -> Option<Origin> {
        let text = self.text_of(value, "host")?;
        match Origin::parse(&text, allow_http) {
            Ok(origin) => Some(origin),
            Err(OriginError::PlainHttp) => {
                self.wrong(
                    &value.span(),
                    "the host begins with http://, which would send the API key unencrypted; use https://, or add \
                     allow_http = true to this profile"
                        .to_owned(),
                );
                None
            }
            Err(problem) => {
                self.wrong(&value.span(), format!("the host {problem}"));
                None
            }
        }
    }

    fn project(&mut self, value: &Value) -> Option<ProjectId> {
        let number = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            // PostHog's own command line writes it as a text.
            DeValue::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            DeValue::Integer(_) => None,
            other => {
                let found = kind(other);
                self.wrong(&value.span(), format!("`project` is a number, not {found}"));
                return None;
            }
        };
        let project = number.and_then(ProjectId::new);
        if project.is_none() {
            self.wrong(&value.span(), "`project` must be a positive whole number".to_owned());
        }
        project
    }

    /// Where the key comes from: exactly one of four settings says it.
    fn key_source(&mut self, name: &str, span: &Range<usize>, table: &DeTable) -> Option<KeySource> {
        let given: Vec<_> = KEY_SOURCES
            .into_iter()
            .filter_map(|source| table.get_key_value(source).map(|(key, value)| (source, key.span(), value)))
            // Said not to be used.
            .filter(|(_, _, value)| value.get_ref().as_bool() != Some(false))
            .collect();
        match given.as_slice() {
            [] => {
                self.wrong(
                    span,
                    format!(
                        "the profile {} does not say where its key comes from: give it one of {}",
                        shown(name),
                        listed(&KEY_SOURCES)
                    ),
                );
                None
            }
            [(source, _, value)] => self.one_key_source(source, value),
            [(first, at, _), more @ ..] => {
                let (line, _) = position(self.text, at.start);
                for (other, span, _) in more {
                    self.wrong(
                        span,
                        format!("a profile has one key, but `{first}` stands in line {line} and `{other}` here"),
                    );
                }
                None
            }
        }
    }

    fn one_key_source(&mut self, source: &str, value: &Value) -> Option<KeySource> {
        match source {
            "api_key" => {
                let key = self.text_of(value, source)?;
                if let Some(problem) = crate::warehouse::key_shape::problem_of_key(&key) {
                    self.wrong(&value.span(), format!("the key {problem}"));
                    return None;
                }
                Some(KeySource::Stored(key.into()))
            }
            "api_key_env" => {
                let variable = self.text_of(value, source)?;
                let letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
                let plain = variable.bytes().all(|byte| letter(&byte) || byte.is_ascii_digit());
                if looks_like_a_key(&variable) {
                    self.wrong(
                        &value.span(),
                        "`api_key_env` is the name of a variable, and this looks like the key itself; put that into \
                         `api_key`"
                            .to_owned(),
                    );
                    None
                } else if !plain || !variable.as_bytes().first().is_some_and(letter) {
                    self.wrong(&value.span(), "`api_key_env` is no name of a variable".to_owned());
                    None
                } else {
                    Some(KeySource::Variable(variable))
                }
            }
            "api_key_command" => self.command(value),
            _ => self.switch_value(value, source).map(|_| KeySource::PostHogCli),
        }
    }

    fn command(&mut self, value: &Value) -> Option<KeySource> {
        let example = "[\"op\", \"read\", \"op://Work/PostHog/key\"]";
        let Some(words) = value.get_ref().as_array() else {
            let found = kind(value.get_ref());
            self.wrong(
                &value.span(),
                format!("`api_key_command` is a list of words, as it is run without a shell, for example {example}, not {found}"),
            );
            return None;
        };
        let mut all = Vec::new();
        for word in words {
            all.push(self.text_of(word, "api_key_command")?);
        }
        if all.first().is_none_or(|program| program.trim().is_empty()) {
            self.wrong(&value.span(), format!("`api_key_command` names no program; for example {example}"));
            return None;
        }
        if all.iter().any(|word| word.contains('\0')) {
            self.wrong(&value.span(), "no word of a command may hold a zero character".to_owned());
            return None;
        }
        Some(KeySource::Command(all))
    }

    fn ui(&mut self, table: &DeTable) -> Ui {
        let known: Vec<_> = names(Scope::Ui).collect();
        self.known_names(table, &known, "in [ui]");
        let usual = Ui::default();
        Ui {
            ascii: self.switch(table, "ascii", usual.ascii),
            colour: self.switch(table, "colour", usual.colour),
            mouse: self.switch(table, "mouse", usual.mouse),
            links: table.get("links").and_then(|value| self.links(value)),
            theme: table.get("theme").and_then(|value| self.theme(value)).unwrap_or(usual.theme),
            keys: table.get("keys").and_then(|value| self.preset(value)).unwrap_or(usual.keys),
            remember: self.switch(table, "remember", usual.remember),
            announce: table.get("announce").and_then(|value| self.announce(value)).unwrap_or(usual.announce),
        }
    }

    fn links(&mut self, value: &Value) -> Option<bool> {
        let told = match value.get_ref() {
            DeValue::Boolean(on) => return Some(*on),
            DeValue::String(text) if text == "auto" => return None,
            DeValue::String(text) => format!("`{}`", shown(text)),
            other => kind(other).to_owned(),
        };
        self.wrong(&value.span(), format!("`links` is \"auto\", true or false, not {told}"));
        None
    }

    pub(super) fn theme(&mut self, value: &Value) -> Option<&'static str> {
        let name = self.text_of(value, "theme")?;
        let known = THEMES.into_iter().find(|theme| *theme == name);
        if known.is_none() {
            let all = THEMES.join(", ");
            self.wrong(&value.span(), format!("there is no theme `{}`; there are {all}", shown(&name)));
        }
        known
    }

    fn preset(&mut self, value: &Value) -> Option<Preset> {
        let name = self.text_of(value, "keys")?;
        let known = Preset::named(&name);
        if known.is_none() {
            let all = Preset::names();
            self.wrong(&value.span(), format!("there are no keys called `{}`; there are {all}", shown(&name)));
        }
        known
    }

    fn announce(&mut self, value: &Value) -> Option<Announce> {
        let all = Announce::WAYS.join(", ");
        let Some(words) = value.get_ref().as_array() else {
            let found = kind(value.get_ref());
            self.wrong(&value.span(), format!("`announce` is a list of any of {all}, not {found}"));
            return None;
        };
        let mut announce = Announce { title: false, bell: false, desktop: false };
        for word in words {
            match self.text_of(word, "announce")?.as_str() {
                "title" => announce.title = true,
                "bell" => announce.bell = true,
                "desktop" => announce.desktop = true,
                other => {
                    self.wrong(&word.span(), format!("nothing is announced by `{}`; there are {all}", shown(other)));
                    return None;
                }
            }
        }
        Some(announce)
    }

    // What all of them need.

    pub(super) fn known_names(&mut self, table: &DeTable, known: &[&str], place: &str) {
        for name in table.keys() {
            if !known.contains(&name.get_ref().as_ref()) {
                let meant = did_you_mean(name.get_ref(), known.iter().copied());
                self.wrong(&name.span(), format!("there is no setting `{}` {place}{meant}", shown(name.get_ref())));
            }
        }
    }

    pub(super) fn table<'v, 't>(&mut self, value: &'v Value<'t>, name: &str) -> Option<&'v DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            let found = kind(value.get_ref());
            self.wrong(&value.span(), format!("`{name}` is a table, written [{name}], not {found}"));
        }
        table
    }

    pub(super) fn text_of(&mut self, value: &Value, name: &str) -> Option<String> {
        let text = value.get_ref().as_str().map(ToOwned::to_owned);
        if text.is_none() {
            let found = kind(value.get_ref());
            self.wrong(&value.span(), format!("`{name}` is a text in quotes, not {found}"));
        }
        text
    }

    fn switch(&mut self, table: &DeTable, name: &str, usual: bool) -> bool {
        table.get(name).and_then(|value| self.switch_value(value, name)).unwrap_or(usual)
    }

    fn switch_value(&mut self, value: &Value, name: &str) -> Option<bool> {
        let on = value.get_ref().as_bool();
        if on.is_none() {
            let found = kind(value.get_ref());
            self.wrong(&value.span(), format!("`{name}` is true or false, not {found}"));
        }
        on
    }
}
