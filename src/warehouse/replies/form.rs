//! The form of a source type: which settings a source has (contract, section 9.7).

use crate::warehouse::field::Field;
use crate::warehouse::secret::suspicious_name;
use crate::warehouse::text::Foreign;

/// The form of one source type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The source type.
    pub name: Foreign,
    /// Its display name.
    pub label: Field<Foreign>,
    /// What to know before filling it in.
    pub caption: Field<Foreign>,
    /// Address of its guide.
    pub docs_url: Field<Foreign>,
    /// The settings, for `job_inputs`.
    pub fields: Vec<FormField>,
    /// The inputs of its webhook.
    pub webhook_fields: Vec<FormField>,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    /// Under which its value is sent.
    pub name: Foreign,
    /// Its display name; `Null` and `Unknown`: show the name.
    pub label: Field<Foreign>,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it has to be filled in.
    pub required: Field<bool>,
    /// Whether the server never returns its value.
    pub secret: Field<bool>,
    /// What a value may look like.
    pub placeholder: Field<Foreign>,
    /// What to know about it.
    pub caption: Field<Foreign>,
    /// What is taken where nothing was chosen.
    pub default: Field<Foreign>,
}

/// What a field takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A text.
    Text,
    /// An e-mail address.
    Email,
    /// A text to search for.
    Search,
    /// An address.
    Url,
    /// A password or key.
    Password,
    /// A time of day.
    Time,
    /// A number, sent as a text.
    Number,
    /// A text of several lines.
    TextArea,
    /// One of these.
    Select(Vec<FormOption>),
    /// Yes or no, with these fields for yes.
    SwitchGroup(Vec<FormField>),
    /// An account that is connected with the vendor's consent: only on the web page.
    OAuth,
    /// One of the accounts behind such a connection: only on the web page.
    OAuthAccount,
    /// One of the accounts that stored credentials give access to: only on the web page.
    CredentialAccount,
    /// The contents of a file.
    FileUpload,
    /// The settings of an SSH tunnel, which the form does not list.
    SshTunnel,
    /// Something this program does not know.
    Other(Foreign),
}

/// One choice of a select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormOption {
    /// What is sent.
    pub value: Foreign,
    /// Its display name; `Null` and `Unknown`: show the value.
    pub label: Field<Foreign>,
    /// The fields that come with it.
    pub fields: Vec<FormField>,
}

impl FormField {
    /// The name people know it by.
    #[must_use]
    pub fn title(&self) -> &Foreign {
        self.label.known().filter(|label| !label.is_blank()).unwrap_or(&self.name)
    }

    /// Whether its value has to be hidden: where the server says so, and wherever it does not clearly deny it.
    #[must_use]
    pub fn hides_value(&self) -> bool {
        match self.kind {
            FieldKind::Password | FieldKind::FileUpload => true,
            // Their values are names of choices; what is secret stands in fields of its own.
            FieldKind::Select(_) | FieldKind::SwitchGroup(_) | FieldKind::SshTunnel => false,
            FieldKind::Other(_) => self.secret.known() != Some(&false) || suspicious_name(self.name.raw()),
            _ => self.secret.known() == Some(&true) || suspicious_name(self.name.raw()),
        }
    }

    /// Whether it can only be filled in on the web page.
    #[must_use]
    pub fn needs_web(&self) -> bool {
        matches!(self.kind, FieldKind::OAuth | FieldKind::OAuthAccount | FieldKind::CredentialAccount)
    }

    /// Whether its value is sent as an object, with [`Inputs::SELECTION`](crate::warehouse::secret::Inputs::SELECTION)
    /// or [`Inputs::ENABLED`](crate::warehouse::secret::Inputs::ENABLED) beside the fields below it.
    #[must_use]
    pub fn nests(&self) -> bool {
        match &self.kind {
            FieldKind::Select(options) => options.iter().any(|option| !option.fields.is_empty()),
            FieldKind::SwitchGroup(_) | FieldKind::SshTunnel => true,
            _ => false,
        }
    }
}

impl FormOption {
    /// The name people know it by.
    #[must_use]
    pub fn title(&self) -> &Foreign {
        self.label.known().filter(|label| !label.is_blank()).unwrap_or(&self.value)
    }

    /// Whether it can only be chosen on the web page.
    #[must_use]
    pub fn needs_web(&self) -> bool {
        self.fields.iter().any(FormField::needs_web)
    }
}

impl Form {
    /// Whether a part that has to be filled in can only be filled in on the web page.
    #[must_use]
    pub fn needs_web(&self) -> bool {
        let required = |field: &&FormField| field.required.known() != Some(&false);
        self.fields.iter().filter(required).any(|field| match &field.kind {
            FieldKind::Select(options) => !options.is_empty() && options.iter().all(FormOption::needs_web),
            _ => field.needs_web(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, kind: FieldKind, secret: Field<bool>) -> FormField {
        FormField {
            name: Foreign::new(name),
            label: Field::Null,
            kind,
            required: Field::Known(true),
            secret,
            placeholder: Field::Unknown,
            caption: Field::Unknown,
            default: Field::Unknown,
        }
    }

    fn form(fields: Vec<FormField>) -> Form {
        Form {
            name: Foreign::new("X"),
            label: Field::Null,
            caption: Field::Null,
            docs_url: Field::Null,
            fields,
            webhook_fields: Vec::new(),
        }
    }

    #[test]
    fn a_value_is_hidden_unless_that_is_clearly_needless() {
        let other = || FieldKind::Other(Foreign::new("retina-scan"));
        for (name, kind, secret, hidden) in [
            ("host", FieldKind::Text, Field::Known(false), false),
            ("host", FieldKind::Text, Field::Unknown, false),
            ("host", FieldKind::Text, Field::Known(true), true),
            ("api_key", FieldKind::Text, Field::Known(false), true),
            ("entry", FieldKind::Password, Field::Known(false), true),
            ("eye", other(), Field::Unknown, true),
            ("eye", other(), Field::Known(false), false),
            ("auth_token_kind", FieldKind::Select(Vec::new()), Field::Unknown, false),
        ] {
            assert_eq!(field(name, kind, secret).hides_value(), hidden, "{name} {secret:?}");
        }
    }

    #[test]
    fn an_account_is_chosen_on_the_web_page_unless_there_is_another_way() {
        let oauth = || field("account", FieldKind::OAuth, Field::Unknown);
        let option = |value: &str, fields| FormOption { value: Foreign::new(value), label: Field::Null, fields };
        let key = || option("key", vec![field("key", FieldKind::Password, Field::Unknown)]);
        let choice = |options| form(vec![field("method", FieldKind::Select(options), Field::Unknown)]);
        assert!(form(vec![oauth()]).needs_web());
        assert!(!choice(vec![key(), option("oauth", vec![oauth()])]).needs_web());
        assert!(choice(vec![option("oauth", vec![oauth()])]).needs_web());
        assert!(!form(vec![FormField { required: Field::Known(false), ..oauth() }]).needs_web());
    }
}
