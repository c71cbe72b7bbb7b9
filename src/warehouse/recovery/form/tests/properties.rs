//! What holds of every form and whatever is done to it.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::warehouse::recovery::form::Value;

const NAMES: [&str; 8] = ["host", "port", "user", "password", "token", "note", "extra-part", "ssh_tunnel"];

fn fields(depth: u32) -> BoxedStrategy<Vec<FormField>> {
    let kind = prop_oneof![
        Just(FieldKind::Text),
        Just(FieldKind::Number),
        Just(FieldKind::Password),
        Just(FieldKind::TextArea),
        Just(FieldKind::FileUpload),
        Just(FieldKind::OAuth),
        Just(FieldKind::SshTunnel),
        Just(FieldKind::Other("retina-scan".into())),
    ];
    let kind = if depth == 0 {
        kind.boxed()
    } else {
        let options = vec(fields(depth - 1), 1..3).prop_map(|options| {
            let named = options.into_iter().zip(["one", "two"]);
            FieldKind::Select(named.map(|(fields, value)| option(value, fields)).collect())
        });
        prop_oneof![3 => kind, 1 => options, 1 => fields(depth - 1).prop_map(FieldKind::SwitchGroup)].boxed()
    };
    let field = (kind, any::<bool>(), any::<bool>()).prop_map(|(kind, required, default)| FormField {
        required: Field::Known(required),
        default: if default { Field::Known("one".into()) } else { Field::Null },
        ..optional("", kind)
    });
    // Names are not used twice at one place, as in the wizard.
    vec(field, 0..5)
        .prop_map(|fields| {
            let named = fields.into_iter().zip(NAMES);
            named.map(|(field, name)| FormField { name: name.into(), ..field }).collect()
        })
        .boxed()
}

fn stored() -> impl Strategy<Value = Vec<(Foreign, Foreign)>> {
    let part = prop::sample::select(&NAMES[..]);
    let end = prop::sample::select(&["", ".selection", ".enabled", ".auth.type", ".user", ".host"][..]);
    let value = prop::sample::select(&["db", "5432", "True", "False", "one", "two", "password", "***"][..]);
    let setting = (part, end, value).prop_map(|(name, end, value)| (format!("{name}{end}").into(), value.into()));
    vec(setting, 0..12)
}

/// What is done to the row of this number, among those that can be seen.
#[derive(Clone, Debug)]
enum Do {
    Type(usize, usize),
    Erase(usize),
    Toggle(usize),
    Choose(usize, usize),
    Restore(usize),
}

fn acts() -> impl Strategy<Value = Vec<Do>> {
    let act = prop_oneof![
        3 => (0..12_usize, 0..1_000_usize).prop_map(|(row, text)| Do::Type(row, text)),
        1 => (0..12_usize).prop_map(Do::Erase),
        1 => (0..12_usize).prop_map(Do::Toggle),
        1 => (0..12_usize, 0..3_usize).prop_map(|(row, option)| Do::Choose(row, option)),
        1 => (0..12_usize).prop_map(Do::Restore),
    ];
    vec(act, 0..14)
}

/// A number too, so that numbers take it.
fn typed(number: usize) -> String {
    format!("9000{number:03}")
}

fn play(draft: &mut FormDraft, acts: &[Do]) {
    let first = draft.clone();
    for act in acts {
        let find = |draft: &FormDraft, row: usize| draft.rows().nth(row).map(|row| row.id);
        let (Do::Type(row, _) | Do::Erase(row) | Do::Toggle(row) | Do::Choose(row, _) | Do::Restore(row)) = *act;
        let Some(id) = find(draft, row) else { continue };
        match act {
            Do::Type(_, text) => draft.set_text(id, typed(*text)),
            Do::Erase(_) => draft.set_text(id, String::new()),
            Do::Toggle(_) => draft.toggle(id),
            Do::Choose(_, option) => draft.choose(id, *option),
            Do::Restore(_) => match first.row(id).unwrap().value {
                Value::Text(text) => draft.set_text(id, text.clone()),
                Value::Secret(_) => draft.set_text(id, String::new()),
                _ => {}
            },
        }
    }
}

/// What was sent, by the names it lies under.
fn leaves(json: &Json) -> Vec<(Vec<String>, String)> {
    fn walk(path: &[String], json: &Json, found: &mut Vec<(Vec<String>, String)>) {
        match json {
            Json::Object(fields) => {
                for (name, json) in fields {
                    walk(&[path, std::slice::from_ref(name)].concat(), json, found);
                }
            }
            Json::String(text) => found.push((path.to_vec(), text.clone())),
            // A document that happens to be a number.
            other => found.push((path.to_vec(), other.to_string())),
        }
    }
    let mut found = Vec::new();
    walk(&[], json, &mut found);
    found
}

/// Every place at which the form takes a value.
fn places(fields: &[FormField], path: &[String]) -> BTreeSet<Vec<String>> {
    let mut all = BTreeSet::new();
    for field in fields {
        let own = [path, &[field.name.raw().to_owned()]].concat();
        let below =
            |names: &[&str]| [own.as_slice(), &names.iter().map(ToString::to_string).collect::<Vec<_>>()].concat();
        match &field.kind {
            FieldKind::Select(options) if field.nests() => {
                all.insert(below(&["selection"]));
                for option in options {
                    all.extend(places(&option.fields, &own));
                }
            }
            FieldKind::SwitchGroup(fields) => {
                all.insert(below(&["enabled"]));
                all.extend(places(fields, &own));
            }
            FieldKind::SshTunnel => {
                all.extend(["enabled", "host", "port"].map(|name| below(&[name])));
                all.extend(
                    ["type", "username", "password", "private_key", "passphrase"].map(|name| below(&["auth", name])),
                );
            }
            FieldKind::OAuth => {}
            _ => {
                all.insert(own);
            }
        }
    }
    all
}

/// Choices, switches and tunnels below which more than what was changed may be sent: they were changed themselves.
fn whole(draft: &FormDraft) -> Vec<String> {
    let groups = draft.rows().filter(|row| matches!(row.value, Value::Choice(_) | Value::Switch(_)) && row.changed);
    let tunnels = draft.entries.iter().filter(|entry| entry.tunnel && entry.changed()).map(|entry| entry.path.clone());
    let tunnels = tunnels.flat_map(|path| (1..=path.len()).map(|length| path[..length].join(".")).collect::<Vec<_>>());
    groups.map(|row| row.path).chain(tunnels).collect()
}

proptest! {
    #[test]
    fn only_what_was_changed_is_sent_nested_as_the_form_nests(
        fields in fields(2), stored in stored(), acts in acts(),
        purpose in prop::sample::select(&[Purpose::Credentials, Purpose::Settings][..]),
    ) {
        let mut draft = FormDraft::new(&form(fields.clone()), &stored, purpose);
        play(&mut draft, &acts);
        let Ok(inputs) = draft.submit() else { return Ok(()) };
        let sent = leaves(&inputs.sent());
        prop_assert!(!sent.is_empty());
        let (places, whole) = (places(&fields, &[]), whole(&draft));
        for (path, value) in &sent {
            prop_assert!(places.contains(path), "{path:?} is no place of the form");
            for around in (1..path.len()).map(|length| &path[..length]) {
                let says = |name: &str| sent.iter().any(|(path, _)| path[..] == *[around, &[name.to_owned()]].concat());
                prop_assert!(["selection", "enabled", "type"].into_iter().any(says), "nothing says what {path:?} is");
            }
            let (dotted, around) = (path.join("."), path[..path.len() - 1].join("."));
            let with_it = whole.iter().any(|group| dotted.starts_with(&format!("{group}.")));
            let says_which = ["selection", "enabled", "type"].contains(&path.last().unwrap().as_str())
                && sent.iter().any(|(other, _)| other != path && other.join(".").starts_with(&format!("{around}.")));
            let changed = draft.rows().any(|row| row.path == dotted && row.changed);
            prop_assert!(changed || with_it || says_which, "{dotted} = {value} was not changed");
        }
        // Nothing that was changed is forgotten either.
        for row in draft.rows().filter(|row| row.changed) {
            let there = sent.iter().any(|(path, _)| path.join(".") == row.path || path.join(".").starts_with(&format!("{}.", row.path)));
            prop_assert!(there, "{} was changed and is not sent", row.path);
        }
    }

    #[test]
    fn what_was_never_typed_is_never_sent(fields in fields(2), stored in stored(), acts in acts()) {
        let mut draft = FormDraft::new(&form(fields), &stored, Purpose::Credentials);
        play(&mut draft, &acts);
        let Ok(inputs) = draft.submit() else { return Ok(()) };
        let was_typed = |value: &str| acts.iter().any(|act| matches!(act, Do::Type(_, text) if typed(*text) == value));
        let was_stored = |value: &str| stored.iter().any(|(_, known)| known.raw() == value);
        for (path, value) in leaves(&inputs.sent()) {
            let secret = draft.rows().any(|row| row.secret && row.path == path.join("."));
            prop_assert!(value != "***", "{path:?}");
            if secret {
                prop_assert!(was_typed(&value), "{path:?} = {value}");
            } else {
                let own = ["", "True", "False", "one", "two", "password", "keypair"].contains(&value.as_str());
                prop_assert!(own || was_typed(&value) || was_stored(&value), "{path:?} = {value}");
            }
        }
    }

    #[test]
    fn nothing_typed_can_be_read_in_what_is_printed(fields in fields(2), stored in stored(), acts in acts()) {
        let mut draft = FormDraft::new(&form(fields), &stored, Purpose::Credentials);
        play(&mut draft, &acts);
        let refusals = draft.submit().err().unwrap_or_default();
        let printed = format!("{draft:?} {:?} {refusals:?}", draft.rows().collect::<Vec<_>>());
        prop_assert!(!printed.contains("9000"), "{printed}");
    }

    #[test]
    fn a_refusal_never_changes_what_was_typed(
        fields in fields(2), stored in stored(), acts in acts(), attr in "(job_inputs__)?[a-z_]{0,12}",
    ) {
        let mut draft = FormDraft::new(&form(fields), &stored, Purpose::Settings);
        play(&mut draft, &acts);
        let before: Vec<_> = draft.rows().map(|row| (row.path, row.value.clone())).collect();
        draft.refused(Some(&attr.into()), &"no".into());
        prop_assert!(draft.head().is_some() || draft.first_refused().is_some());
        let after: Vec<_> = draft.rows().map(|row| (row.path, row.value.clone())).collect();
        prop_assert_eq!(before, after);
    }
}
