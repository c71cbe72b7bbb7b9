//! The form of a source type (contract, section 9.7).

use serde_json::value::RawValue;

use super::json::{Object, foreign, is_null, text};
use crate::warehouse::replies::{FieldKind, Form, FormField, FormOption};
use crate::warehouse::text::Foreign;

/// How deep fields may nest.
const DEPTH: usize = 6;

/// The form of this source type, out of the forms by their source types.
pub(super) fn form(raw: &RawValue, kind: &Foreign) -> Option<Form> {
    let forms = Object::read(raw)?;
    let form = Object::read(forms.get(kind.raw())?)?;
    Some(Form {
        name: form.get("name").and_then(foreign).unwrap_or_else(|| kind.clone()),
        label: form.text("label"),
        caption: form.text("caption"),
        docs_url: form.text("docsUrl"),
        fields: fields(&form, "fields", DEPTH),
        webhook_fields: fields(&form, "webhookFields", DEPTH),
    })
}

fn fields(object: &Object<'_>, name: &str, depth: usize) -> Vec<FormField> {
    match depth.checked_sub(1) {
        Some(depth) => object.items(name, |raw| field(raw, depth)),
        None => Vec::new(),
    }
}

/// A field; without a name there is nothing to send.
fn field(raw: &RawValue, depth: usize) -> Option<FormField> {
    let object = Object::read(raw)?;
    Some(FormField {
        name: foreign(object.get("name")?).filter(|name| !name.is_blank())?,
        label: object.text("label"),
        kind: kind(&object, depth),
        required: object.flag("required"),
        secret: object.flag("secret"),
        placeholder: object.text("placeholder"),
        caption: object.text("caption"),
        default: object.field("defaultValue", plain),
    })
}

fn kind(object: &Object<'_>, depth: usize) -> FieldKind {
    let word = object.get("type").and_then(text).unwrap_or_default();
    match &*word {
        "text" => FieldKind::Text,
        "email" => FieldKind::Email,
        "search" => FieldKind::Search,
        "url" => FieldKind::Url,
        "password" => FieldKind::Password,
        "time" => FieldKind::Time,
        "number" => FieldKind::Number,
        "textarea" => FieldKind::TextArea,
        "select" => FieldKind::Select(object.items("options", |raw| option(raw, depth))),
        "switch-group" => FieldKind::SwitchGroup(fields(object, "fields", depth)),
        "oauth" => FieldKind::OAuth,
        "oauth-account-select" => FieldKind::OAuthAccount,
        "credential-account-select" => FieldKind::CredentialAccount,
        "file-upload" => FieldKind::FileUpload,
        "ssh-tunnel" => FieldKind::SshTunnel,
        _ => FieldKind::Other(Foreign::new(&word)),
    }
}

fn option(raw: &RawValue, depth: usize) -> Option<FormOption> {
    let object = Object::read(raw)?;
    Some(FormOption {
        value: plain(object.get("value")?)?,
        label: object.text("label"),
        fields: fields(&object, "fields", depth),
    })
}

/// A text, or whatever else stands there as it is written: numbers and booleans are sent as texts.
fn plain(raw: &RawValue) -> Option<Foreign> {
    let scalar = !is_null(raw) && !raw.get().starts_with(['{', '[']);
    foreign(raw).or_else(|| (scalar && !raw.get().starts_with('"')).then(|| Foreign::new(raw.get())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::field::Field;
    use serde_json::{Value, json};

    fn read(form_of: &Value) -> Option<Form> {
        form(&serde_json::value::to_raw_value(form_of).unwrap(), &Foreign::new("X"))
    }

    #[test]
    fn choices_and_switches_carry_their_fields() {
        let form = read(&json!({"Y": 7, "X": {"fields": [
            {"name": "method", "type": "select", "required": true, "defaultValue": "key", "options": [
                {"label": "Key", "value": "key", "fields": [{"name": "secret", "type": "password", "secret": true}]},
                {"label": "Account", "value": "oauth", "fields": [{"name": "account", "type": "oauth"}]},
                {"label": "nothing to send"}, 7, {"value": true}
            ]},
            {"name": "other", "type": "switch-group", "fields": [{"name": "dataset", "type": "text"}, {"type": "text"}]},
            {"name": "eye", "type": "retina-scan"}, {"name": "bare"}, {"type": "text"}, null
        ]}}))
        .unwrap();
        assert_eq!(form.name.raw(), "X");
        let names: Vec<_> = form.fields.iter().map(|field| field.name.raw()).collect();
        assert_eq!(names, ["method", "other", "eye", "bare"]);
        let FieldKind::Select(options) = &form.fields[0].kind else { panic!("{:?}", form.fields[0]) };
        let values: Vec<_> = options.iter().map(|option| (option.value.raw(), option.needs_web())).collect();
        assert_eq!(values, [("key", false), ("oauth", true), ("true", false)]);
        assert!(options[0].fields[0].hides_value() && form.fields[0].nests());
        assert_eq!(form.fields[0].default, Field::Known(Foreign::new("key")));
        let FieldKind::SwitchGroup(fields) = &form.fields[1].kind else { panic!("{:?}", form.fields[1]) };
        assert_eq!(fields.len(), 1);
        assert_eq!(form.fields[2].kind, FieldKind::Other(Foreign::new("retina-scan")));
        assert_eq!(form.fields[3].kind, FieldKind::Other(Foreign::default()));
    }

    #[test]
    fn a_form_that_is_not_there_is_none_and_endless_nesting_ends() {
        for odd in [json!({}), json!({"Y": {}}), json!({"X": 7}), json!([])] {
            assert_eq!(read(&odd), None, "{odd}");
        }
        let mut nested = json!({"name": "a", "type": "text"});
        for _ in 0..40 {
            nested = json!({"name": "a", "type": "switch-group", "fields": [nested]});
        }
        assert!(read(&json!({"X": {"fields": [nested]}})).is_some());
    }
}
