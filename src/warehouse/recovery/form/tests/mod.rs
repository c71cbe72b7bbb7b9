//! Forms like those of the wizard, filled in.

mod properties;
mod sources;

use serde_json::Value as Json;

use super::{FormDraft, Purpose, Row, RowId};
use crate::warehouse::field::Field;
use crate::warehouse::replies::{FieldKind, Form, FormField, FormOption};
use crate::warehouse::text::Foreign;

pub(super) fn form(fields: Vec<FormField>) -> Form {
    Form {
        name: "X".into(),
        label: Field::Null,
        caption: Field::Null,
        docs_url: Field::Null,
        fields,
        webhook_fields: Vec::new(),
    }
}

pub(super) fn optional(name: &str, kind: FieldKind) -> FormField {
    FormField {
        name: name.into(),
        label: Field::Null,
        secret: Field::Known(kind == FieldKind::Password),
        kind,
        required: Field::Known(false),
        placeholder: Field::Null,
        caption: Field::Null,
        default: Field::Null,
    }
}

pub(super) fn required(name: &str, kind: FieldKind) -> FormField {
    FormField { required: Field::Known(true), ..optional(name, kind) }
}

pub(super) fn option(value: &str, fields: Vec<FormField>) -> FormOption {
    FormOption { value: value.into(), label: Field::Null, fields }
}

fn postgres() -> Form {
    form(vec![
        required("host", FieldKind::Text),
        required("port", FieldKind::Number),
        required("user", FieldKind::Text),
        required("password", FieldKind::Password),
        optional("schema", FieldKind::Text),
        optional("ssh_tunnel", FieldKind::SshTunnel),
    ])
}

fn stripe() -> Form {
    let options = vec![
        option("api_key", vec![required("stripe_secret_key", FieldKind::Password)]),
        option("oauth", vec![required("stripe_integration_id", FieldKind::OAuth)]),
    ];
    let method =
        FormField { default: Field::Known("api_key".into()), ..required("auth_method", FieldKind::Select(options)) };
    Form {
        webhook_fields: vec![optional("signing_secret", FieldKind::Password)],
        ..form(vec![optional("stripe_account_id", FieldKind::Text), method])
    }
}

fn snowflake() -> Form {
    let words = vec![required("user", FieldKind::Text), required("password", FieldKind::Password)];
    let key = FormField { secret: Field::Known(true), ..required("private_key", FieldKind::TextArea) };
    let keys = vec![required("user", FieldKind::Text), key, optional("passphrase", FieldKind::Password)];
    let options = vec![option("password", words), option("keypair", keys)];
    form(vec![required("account_id", FieldKind::Text), required("auth_type", FieldKind::Select(options))])
}

fn bigquery() -> Form {
    let fields = vec![required("temporary_dataset_id", FieldKind::Text)];
    form(vec![
        required("key_file", FieldKind::FileUpload),
        required("dataset_id", FieldKind::Text),
        optional("temporary-dataset", FieldKind::SwitchGroup(fields)),
    ])
}

pub(super) fn settings(pairs: &[(&str, &str)]) -> Vec<(Foreign, Foreign)> {
    pairs.iter().map(|(name, value)| (Foreign::new(name), Foreign::new(value))).collect()
}

const DATABASE: [(&str, &str); 5] =
    [("host", "db"), ("port", "5432"), ("user", "bob"), ("schema", "public"), ("ssh_tunnel.enabled", "False")];

fn database(purpose: Purpose) -> FormDraft {
    FormDraft::new(&postgres(), &settings(&DATABASE), purpose)
}

/// The visible row of this path.
fn at(draft: &FormDraft, path: &str) -> RowId {
    row(draft, path).id
}

fn row<'a>(draft: &'a FormDraft, path: &str) -> Row<'a> {
    draft.rows().find(|row| row.path == path).unwrap_or_else(|| panic!("no {path} in {:?}", paths(draft)))
}

fn paths(draft: &FormDraft) -> Vec<String> {
    draft.rows().map(|row| row.path).collect()
}

fn with(mut draft: FormDraft, typed: &[(&str, &str)]) -> FormDraft {
    for (path, text) in typed {
        let id = at(&draft, path);
        draft.set_text(id, (*text).to_owned());
    }
    draft
}

fn toggled(mut draft: FormDraft, path: &str) -> FormDraft {
    let id = at(&draft, path);
    draft.toggle(id);
    draft
}

fn chosen(mut draft: FormDraft, path: &str, option: usize) -> FormDraft {
    let id = at(&draft, path);
    draft.choose(id, option);
    draft
}

fn sent(draft: &FormDraft) -> Json {
    draft.submit().unwrap().sent()
}

/// The paths that were refused.
fn refused(draft: &FormDraft) -> Vec<String> {
    draft.submit().unwrap_err().into_iter().map(|(path, _)| path).collect()
}
