//! From the fields of a source type to the rows of a draft.

use super::{Choice, Control, Entry, Purpose, Value};
use crate::warehouse::field::Field;
use crate::warehouse::replies::{FieldKind, Form, FormField, FormOption};
use crate::warehouse::secret::{Inputs, MASK};
use crate::warehouse::text::{Foreign, clean};

/// All rows, in the order that suits the purpose.
pub(super) fn entries(form: &Form, settings: &[(Foreign, Foreign)], purpose: Purpose) -> Vec<Entry> {
    let fields = if purpose == Purpose::Webhook { &form.webhook_fields } else { &form.fields };
    let mut ordered: Vec<&FormField> = fields.iter().collect();
    ordered.sort_by_key(|field| match (&field.kind, purpose) {
        (_, Purpose::Webhook) => 0,
        // It needs the credentials again, and is seldom what is wrong.
        (FieldKind::SshTunnel, _) => 2,
        (_, purpose) => u8::from(holds_secret(field) != (purpose == Purpose::Credentials)),
    });
    let mut build = Build { stored: Stored(settings), existing: purpose != Purpose::Webhook, entries: Vec::new() };
    let top = Below { path: &[], under: None, settled: true, tunnel: false };
    for field in ordered {
        build.field(field, &top);
    }
    build.entries
}

fn holds_secret(field: &FormField) -> bool {
    match &field.kind {
        FieldKind::Select(options) => options.iter().flat_map(|option| &option.fields).any(holds_secret),
        FieldKind::SwitchGroup(fields) => fields.iter().any(holds_secret),
        _ => field.hides_value(),
    }
}

/// What is stored, by dotted names.
struct Stored<'a>(&'a [(Foreign, Foreign)]);

impl Stored<'_> {
    /// Names with a hyphen are stored under either spelling.
    fn at(&self, path: &[&str]) -> Option<&Foreign> {
        let same = |one: char, other: char| one == other || (matches!(one, '-' | '_') && matches!(other, '-' | '_'));
        let wanted = path.join(".");
        let found = self.0.iter().find(|(name, _)| {
            let mut pairs = name.raw().chars().zip(wanted.chars());
            name.raw().chars().count() == wanted.chars().count() && pairs.all(|(one, other)| same(one, other))
        });
        found.map(|(_, value)| value)
    }

    fn below(&self, path: &[String], name: &str) -> Option<&Foreign> {
        let path: Vec<&str> = path.iter().map(String::as_str).chain([name]).collect();
        self.at(&path)
    }
}

/// Where fields lie.
struct Below<'a> {
    path: &'a [String],
    under: Option<(usize, Option<usize>)>,
    /// Whether this is the part of the form that the source was set up with.
    settled: bool,
    tunnel: bool,
}

struct Build<'a> {
    stored: Stored<'a>,
    existing: bool,
    entries: Vec<Entry>,
}

impl Build<'_> {
    fn field(&mut self, field: &FormField, below: &Below) {
        let path: Vec<String> = below.path.iter().cloned().chain([field.name.raw().to_owned()]).collect();
        let known = |text: &Field<Foreign>| text.known().filter(|text| !text.is_blank()).cloned();
        let entry = Entry {
            nested_as: None,
            label: field.title().clone(),
            control: Control::Text,
            secret: false,
            caption: known(&field.caption),
            placeholder: known(&field.placeholder).or_else(|| known(&field.default)),
            required: field.required == Field::Known(true),
            value: Value::Web,
            before: Value::Web,
            kept: None,
            options: Vec::new(),
            stored: false,
            under: below.under,
            tunnel: below.tunnel,
            refusal: None,
            path,
        };
        match &field.kind {
            FieldKind::Select(options) => self.choice(field, options, entry, below),
            FieldKind::SwitchGroup(fields) => self.switch(fields, entry, below),
            FieldKind::SshTunnel => {
                let fields = self.tunnel_fields(&entry.path);
                self.switch(&fields, Entry { tunnel: true, ..entry }, &Below { tunnel: true, ..*below });
            }
            FieldKind::OAuth | FieldKind::OAuthAccount | FieldKind::CredentialAccount => {
                let kept = self.stored.below(below.path, field.name.raw()).cloned();
                self.entries.push(Entry { control: Control::Web, stored: kept.is_some(), kept, ..entry });
            }
            _ => self.text(field, entry, below),
        }
    }

    fn text(&mut self, field: &FormField, entry: Entry, below: &Below) {
        let control = match field.kind {
            FieldKind::Email => Control::Email,
            FieldKind::Url => Control::Url,
            FieldKind::Number => Control::Number,
            FieldKind::Time => Control::Time,
            FieldKind::TextArea => Control::Lines,
            FieldKind::FileUpload => Control::Document,
            _ => Control::Text,
        };
        let stored = self.stored.below(below.path, field.name.raw());
        let secret = field.hides_value() || stored.is_some_and(|value| hides_something(value.raw()));
        let value = match stored {
            _ if secret => Value::Secret(super::Secret::default()),
            Some(value) => Value::Text(value.raw().to_owned()),
            None => Value::Text(String::new()),
        };
        let has_to_be = self.existing && below.settled && entry.required;
        let stored = secret && (stored.is_some() || has_to_be);
        self.entries.push(Entry { control, secret, before: value.clone(), value, stored, ..entry });
    }

    fn choice(&mut self, field: &FormField, options: &[FormOption], mut entry: Entry, below: &Below) {
        let nested_as = field.nests().then(|| if below.tunnel { self.type_name() } else { Inputs::SELECTION });
        // Older sources have the bare option where newer ones have an object.
        let stored = nested_as
            .and_then(|name| self.stored.below(&entry.path, name))
            .or_else(|| self.stored.below(below.path, field.name.raw()));
        let find = |wanted: &Foreign| {
            let same = |option: &FormOption| option.value == *wanted;
            let alike = |option: &FormOption| option.value.raw().eq_ignore_ascii_case(wanted.raw());
            options.iter().position(same).or_else(|| options.iter().position(alike))
        };
        let chosen = match stored {
            Some(stored) => find(stored),
            None => field.default.known().and_then(find).or_else(|| (options.len() == 1).then_some(0)),
        };
        entry.kept = stored.filter(|_| chosen.is_none()).cloned();
        entry.stored = stored.is_some();
        entry.placeholder = None;
        entry.options = options.iter().map(choice).collect();
        (entry.control, entry.nested_as) = (Control::Choice, nested_as);
        (entry.value, entry.before) = (Value::Choice(chosen), Value::Choice(chosen));
        let (path, at) = (entry.path.clone(), self.entries.len());
        self.entries.push(entry);
        for (number, option) in options.iter().enumerate() {
            let settled = below.settled && chosen == Some(number);
            let inside = Below { path: &path, under: Some((at, Some(number))), settled, ..*below };
            for field in &option.fields {
                self.field(field, &inside);
            }
        }
    }

    fn switch(&mut self, fields: &[FormField], mut entry: Entry, below: &Below) {
        let stored = self.stored.below(&entry.path, Inputs::ENABLED);
        let on = stored.is_some_and(is_true);
        entry.stored = stored.is_some();
        // Off is an answer too.
        entry.required = false;
        (entry.control, entry.nested_as) = (Control::Switch, Some(Inputs::ENABLED));
        (entry.value, entry.before) = (Value::Switch(on), Value::Switch(on));
        let (path, at) = (entry.path.clone(), self.entries.len());
        self.entries.push(entry);
        let inside = Below { path: &path, under: Some((at, None)), settled: below.settled && on, ..*below };
        for field in fields {
            self.field(field, &inside);
        }
    }

    /// Older sources keep the login of their tunnel under other names; what is there is changed, not doubled.
    fn is_old_tunnel(&self) -> bool {
        self.stored.0.iter().any(|(name, _)| name.raw().contains(".auth_type."))
    }

    fn type_name(&self) -> &'static str {
        if self.is_old_tunnel() { Inputs::SELECTION } else { "type" }
    }

    /// The settings of a tunnel, which no form lists.
    fn tunnel_fields(&self, path: &[String]) -> Vec<FormField> {
        let name = if self.is_old_tunnel() { "auth_type" } else { "auth" };
        let on = self.stored.below(path, Inputs::ENABLED).is_some_and(is_true);
        let login = |required| tunnel_field("username", "Tunnel user", FieldKind::Text, required, "");
        let word = tunnel_field("password", "Tunnel password", FieldKind::Password, true, "");
        let key = FormField {
            secret: Field::Known(true),
            ..tunnel_field("private_key", "Tunnel private key", FieldKind::TextArea, true, "")
        };
        let phrase = FormField {
            caption: Field::Known("Only for a key that is encrypted.".into()),
            ..tunnel_field("passphrase", "Key passphrase", FieldKind::Password, false, "")
        };
        let option = |value: &str, label: &str, fields| FormOption {
            value: value.into(),
            label: Field::Known(label.into()),
            fields,
        };
        let kinds = vec![
            option("password", "Password", vec![login(true), word]),
            option("keypair", "Key pair", vec![login(false), key, phrase]),
        ];
        // Of a tunnel that is in use it is not guessed how it logs in.
        let default = if on { Field::Null } else { Field::Known("password".into()) };
        vec![
            tunnel_field("host", "Tunnel host", FieldKind::Text, true, "bastion.example.com"),
            tunnel_field("port", "Tunnel port", FieldKind::Number, true, "22"),
            FormField { default, ..tunnel_field(name, "Tunnel login", FieldKind::Select(kinds), true, "") },
        ]
    }
}

fn is_true(word: &Foreign) -> bool {
    ["true", "yes", "1"].contains(&word.raw().to_lowercase().as_str())
}

fn choice(option: &FormOption) -> Choice {
    Choice { title: option.title().clone(), web: option.needs_web(), value: option.value.raw().to_owned() }
}

fn tunnel_field(name: &str, label: &str, kind: FieldKind, required: bool, placeholder: &str) -> FormField {
    FormField {
        name: name.into(),
        label: Field::Known(label.into()),
        kind,
        required: Field::Known(required),
        secret: Field::Known(false),
        placeholder: Field::Known(placeholder.into()),
        caption: Field::Null,
        default: Field::Null,
    }
}

/// Whether a stored value was masked, or would have to be before anybody sees it.
fn hides_something(value: &str) -> bool {
    value == MASK || (value.contains("://") && clean(value, true).contains(":***@"))
}
