//! What the forms of usual sources show, send and refuse.

use serde_json::json;

use super::*;
use crate::warehouse::recovery::form::{Control, Value, webhook_settings};
use crate::warehouse::replies::StoredInput;

#[test]
fn what_is_secret_comes_first_for_credentials_and_last_for_settings() {
    assert_eq!(paths(&database(Purpose::Credentials)), ["password", "host", "port", "user", "schema", "ssh_tunnel"]);
    assert_eq!(paths(&database(Purpose::Settings)), ["host", "port", "user", "schema", "password", "ssh_tunnel"]);
    let draft = database(Purpose::Settings);
    assert!(matches!(row(&draft, "host").value, Value::Text(text) if text == "db"));
    let password = row(&draft, "password");
    assert!(password.stored && password.secret && password.required && !password.changed);
    assert_eq!((row(&draft, "port").control, draft.changes()), (Control::Number, 0));
}

#[test]
fn only_what_was_changed_is_sent() {
    let draft = with(database(Purpose::Credentials), &[("password", " new "), ("port", " 5432 "), ("schema", "")]);
    // A secret may begin and end with spaces; a setting does not.
    assert_eq!(sent(&draft), json!({"password": " new ", "schema": ""}));
    assert_eq!(draft.changes(), 2);
    let draft = with(draft, &[("password", ""), ("schema", "public")]);
    assert_eq!(draft.submit().unwrap_err()[0].0, "");
}

#[test]
fn what_is_missing_or_no_number_is_refused_at_its_field() {
    let draft = with(database(Purpose::Settings), &[("host", "  "), ("port", "54e32")]);
    assert_eq!(refused(&draft), ["host", "port", "password"]);
    for port in ["0", "70000", "-1", "5432.5", "x"] {
        assert_eq!(refused(&with(database(Purpose::Settings), &[("port", port)])), ["port"], "{port}");
    }
    assert_eq!(sent(&with(database(Purpose::Settings), &[("port", "6543")])), json!({"port": "6543"}));
}

#[test]
fn another_host_takes_the_password_again() {
    let draft = with(database(Purpose::Settings), &[("host", "db2")]);
    assert_eq!(refused(&draft), ["password"]);
    let draft = with(draft, &[("password", "pw")]);
    assert_eq!(sent(&draft), json!({"host": "db2", "password": "pw"}));
}

#[test]
fn a_tunnel_is_sent_whole_and_takes_the_password_again() {
    let draft = toggled(database(Purpose::Settings), "ssh_tunnel");
    assert_eq!(
        refused(&draft),
        ["password", "ssh_tunnel.host", "ssh_tunnel.port", "ssh_tunnel.auth.username", "ssh_tunnel.auth.password"]
    );
    let draft = with(
        draft,
        &[
            ("password", "pw"),
            ("ssh_tunnel.host", "bastion"),
            ("ssh_tunnel.port", "22"),
            ("ssh_tunnel.auth.username", "bob"),
            ("ssh_tunnel.auth.password", "tw"),
        ],
    );
    let login = json!({"type": "password", "username": "bob", "password": "tw"});
    let tunnel = json!({"enabled": "True", "host": "bastion", "port": "22", "auth": login});
    assert_eq!(sent(&draft), json!({"password": "pw", "ssh_tunnel": tunnel}));
    let draft = chosen(draft, "ssh_tunnel.auth", 1);
    assert_eq!(refused(&draft), ["ssh_tunnel.auth.private_key"]);
    assert!(row(&draft, "ssh_tunnel.auth.private_key").control.keeps_lines());
}

#[test]
fn a_tunnel_that_is_there_keeps_its_spelling_and_its_login() {
    let stored = [
        ("host", "db"),
        ("port", "5432"),
        ("user", "bob"),
        ("ssh_tunnel.enabled", "True"),
        ("ssh_tunnel.host", "old"),
        ("ssh_tunnel.port", "22"),
        ("ssh_tunnel.auth_type.selection", "keypair"),
        ("ssh_tunnel.auth_type.username", "tom"),
    ];
    let draft = FormDraft::new(&postgres(), &settings(&stored), Purpose::Settings);
    let draft = with(draft, &[("ssh_tunnel.port", "2222"), ("password", "pw")]);
    let login = json!({"selection": "keypair", "username": "tom"});
    let tunnel = json!({"enabled": "True", "host": "old", "port": "2222", "auth_type": login});
    assert_eq!(sent(&draft), json!({"password": "pw", "ssh_tunnel": tunnel}));
    // Another host gets no stored key.
    assert_eq!(refused(&with(draft, &[("ssh_tunnel.host", "new")])), ["ssh_tunnel.auth_type.private_key"]);
    let off = toggled(FormDraft::new(&postgres(), &settings(&stored), Purpose::Settings), "ssh_tunnel");
    let off = with(off, &[("password", "pw")]);
    assert_eq!(sent(&off), json!({"password": "pw", "ssh_tunnel": {"enabled": "False"}}));
}

#[test]
fn a_secret_below_a_choice_goes_with_its_choice() {
    for stored in
        [settings(&[("auth_method.selection", "api_key")]), settings(&[("auth_method", "api_key")]), Vec::new()]
    {
        let draft = FormDraft::new(&stripe(), &stored, Purpose::Credentials);
        assert_eq!(paths(&draft), ["auth_method", "auth_method.stripe_secret_key", "stripe_account_id"]);
        assert_eq!((row(&draft, "auth_method").depth, row(&draft, "auth_method.stripe_secret_key").depth), (0, 1));
        let draft = with(draft, &[("auth_method.stripe_secret_key", "rk_new")]);
        assert_eq!(sent(&draft), json!({"auth_method": {"selection": "api_key", "stripe_secret_key": "rk_new"}}));
    }
}

#[test]
fn an_account_is_left_to_the_web_page() {
    let stored = settings(&[("auth_method.selection", "api_key")]);
    let mut draft = chosen(FormDraft::new(&stripe(), &stored, Purpose::Credentials), "auth_method", 1);
    let account = row(&draft, "auth_method.stripe_integration_id");
    assert_eq!((account.control, account.stored, account.kept), (Control::Web, false, None));
    assert!(row(&draft, "auth_method").options[1].web);
    let id = account.id;
    draft.set_text(id, "typed all the same".to_owned());
    assert_eq!(refused(&draft), ["auth_method.stripe_integration_id"]);
    let stored = settings(&[("auth_method.selection", "oauth"), ("auth_method.stripe_integration_id", "7")]);
    let draft = FormDraft::new(&stripe(), &stored, Purpose::Credentials);
    assert_eq!(row(&draft, "auth_method.stripe_integration_id").kept, Some(&"7".into()));
    assert_eq!(sent(&with(draft, &[("stripe_account_id", "acct_1")])), json!({"stripe_account_id": "acct_1"}));
}

#[test]
fn another_option_is_sent_whole_for_it_replaces_the_old_one() {
    let stored = settings(&[("account_id", "ab1"), ("auth_type.selection", "password"), ("auth_type.user", "PH")]);
    let draft = FormDraft::new(&snowflake(), &stored, Purpose::Credentials);
    let changed = with(draft.clone(), &[("auth_type.password", "pw")]);
    assert_eq!(sent(&changed), json!({"auth_type": {"selection": "password", "password": "pw"}}));
    let other = chosen(changed, "auth_type", 1);
    assert_eq!(refused(&other), ["auth_type.private_key"]);
    let key = "-----BEGIN KEY-----\nabc\n-----END KEY-----\n";
    let other = with(other, &[("auth_type.private_key", key)]);
    // What was typed below the option that was left stays in the draft and is not sent.
    assert_eq!(sent(&other), json!({"auth_type": {"selection": "keypair", "user": "PH", "private_key": key}}));
    assert_eq!(sent(&chosen(other, "auth_type", 0))["auth_type"]["password"], "pw");
}

#[test]
fn a_switch_shows_and_hides_its_fields() {
    let stored = settings(&[("dataset_id", "web"), ("temporary_dataset.enabled", "False")]);
    let draft = FormDraft::new(&bigquery(), &stored, Purpose::Settings);
    assert_eq!(paths(&draft), ["dataset_id", "temporary-dataset", "key_file"]);
    let on = toggled(draft.clone(), "temporary-dataset");
    assert_eq!(refused(&on), ["temporary-dataset.temporary_dataset_id"]);
    let on = with(on, &[("temporary-dataset.temporary_dataset_id", "tmp")]);
    let group = json!({"enabled": "True", "temporary_dataset_id": "tmp"});
    assert_eq!(sent(&on), json!({"temporary-dataset": group}));
    let off = toggled(on, "temporary-dataset");
    assert_eq!(refused(&off), [""]);
}

#[test]
fn a_file_is_pasted_and_sent_as_the_document_it_is() {
    let draft = FormDraft::new(&bigquery(), &settings(&[("dataset_id", "web")]), Purpose::Credentials);
    assert_eq!(refused(&with(draft.clone(), &[("key_file", "~/key.json")])), ["key_file"]);
    let draft = with(draft, &[("key_file", "{\n\"private_key\": \"k\"\n}")]);
    assert_eq!(sent(&draft), json!({"key_file": {"private_key": "k"}}));
}

#[test]
fn the_webhook_has_inputs_of_its_own() {
    let mut draft = FormDraft::new(&stripe(), &[], Purpose::Webhook);
    assert_eq!(paths(&draft), ["signing_secret"]);
    assert!(!row(&draft, "signing_secret").stored);
    assert_eq!(refused(&draft), [""]);
    draft.require(&["signing_secret".into()]);
    assert_eq!(refused(&draft), ["signing_secret"]);
    assert_eq!(sent(&with(draft, &[("signing_secret", "whsec")])), json!({"signing_secret": "whsec"}));
    let stored = webhook_settings(&[("signing_secret".into(), StoredInput::Secret)]);
    let draft = FormDraft::new(&stripe(), &stored, Purpose::Webhook);
    assert!(row(&draft, "signing_secret").stored);
}

#[test]
fn where_nothing_is_known_of_what_is_stored_only_the_server_can_miss_it() {
    let draft = FormDraft::new(&postgres(), &[], Purpose::Credentials);
    let draft = with(draft, &[("password", "pw")]);
    assert_eq!(sent(&draft), json!({"password": "pw"}));
    // What was typed and taken away again is missing all the same where something is known.
    let stored = settings(&[("port", "5432"), ("user", "bob")]);
    let draft = FormDraft::new(&postgres(), &stored, Purpose::Credentials);
    assert_eq!(refused(&with(draft, &[("password", "pw")])), ["host"]);
}

#[test]
fn a_stored_value_that_holds_a_password_is_not_shown() {
    let form = form(vec![optional("address", FieldKind::Url), optional("note", FieldKind::Text)]);
    let stored = settings(&[("address", "postgres://bob:hunter2@db/app"), ("note", "***")]);
    let draft = FormDraft::new(&form, &stored, Purpose::Settings);
    for row in draft.rows() {
        assert!(row.secret && row.stored && matches!(row.value, Value::Secret(typed) if typed.is_empty()), "{row:?}");
    }
}

#[test]
fn an_option_that_the_form_does_not_have_is_kept() {
    let select = FieldKind::Select(vec![option("True", Vec::new()), option("False", Vec::new())]);
    let form = form(vec![required("using_ssl", select), optional("schema", FieldKind::Text)]);
    let draft = FormDraft::new(&form, &settings(&[("using_ssl", "prefer")]), Purpose::Settings);
    assert_eq!(row(&draft, "using_ssl").kept, Some(&"prefer".into()));
    assert_eq!(sent(&with(draft.clone(), &[("schema", "s")])), json!({"schema": "s"}));
    // A choice without fields is no group.
    assert_eq!(sent(&chosen(draft, "using_ssl", 1)), json!({"using_ssl": "False"}));
    let draft = FormDraft::new(&form, &settings(&[("using_ssl", "true")]), Purpose::Settings);
    assert_eq!(*row(&draft, "using_ssl").value, Value::Choice(Some(0)));
}

#[test]
fn what_is_plainly_no_address_or_time_is_refused() {
    let kinds =
        [("mail", FieldKind::Email), ("page", FieldKind::Url), ("at", FieldKind::Time), ("n", FieldKind::Number)];
    let form = form(kinds.into_iter().map(|(name, kind)| optional(name, kind)).collect());
    let draft = FormDraft::new(&form, &settings(&[("x", "y")]), Purpose::Settings);
    for (path, wrong, right) in [
        ("mail", "bob", "bob@example.com"),
        ("page", "https://a b", "https://a/b"),
        ("at", "25:00", "23:59:59"),
        ("at", "noon", "9:05"),
        ("n", "many", "-1.5"),
        ("n", "inf", "0"),
    ] {
        assert_eq!(refused(&with(draft.clone(), &[(path, wrong)])), [path], "{wrong}");
        assert_eq!(sent(&with(draft.clone(), &[(path, right)]))[path], right);
    }
}

#[test]
fn a_refusal_stands_at_its_field_until_that_is_changed_and_takes_nothing_away() {
    let attr = |name: &str| Some(Foreign::new(name));
    let says = Foreign::new("no such\u{1b}[31m role");
    for (name, path) in [
        ("job_inputs__password", "password"),
        ("password", "password"),
        ("job_inputs__ssh_tunnel", "ssh_tunnel"),
        ("job_inputs__ssh_tunnel__enabled", "ssh_tunnel"),
        ("job_inputs__ssh_tunnel__host__0", "ssh_tunnel"),
    ] {
        let mut draft = with(database(Purpose::Credentials), &[("password", "pw")]);
        draft.refused(attr(name).as_ref(), &says);
        assert_eq!(row(&draft, path).refusal, Some("no such\u{fffd}[31m role"), "{name}");
        assert_eq!((draft.first_refused(), draft.head()), (Some(at(&draft, path)), None));
        assert_eq!(sent(&draft), json!({"password": "pw"}));
    }
    for name in [None, attr("job_inputs"), attr("elsewhere"), attr("")] {
        let mut draft = with(database(Purpose::Credentials), &[("password", "pw")]);
        draft.refused(name.as_ref(), &says);
        assert_eq!((draft.head(), draft.first_refused()), (Some("no such\u{fffd}[31m role"), None), "{name:?}");
        // It can be read while it is put right.
        let mut draft = with(draft, &[("host", "x")]);
        assert!(draft.head().is_some());
        draft.refused(attr("job_inputs__host").as_ref(), &says);
        assert_eq!(draft.head(), None);
    }
    let mut draft = FormDraft::new(&stripe(), &[], Purpose::Credentials);
    draft.refused(attr("job_inputs__auth_method__stripe_secret_key").as_ref(), &says);
    assert!(row(&draft, "auth_method.stripe_secret_key").refusal.is_some());
    let draft = with(draft, &[("auth_method.stripe_secret_key", "x")]);
    assert!(row(&draft, "auth_method.stripe_secret_key").refusal.is_none());
}

#[test]
fn a_server_that_wants_the_credentials_again_gets_them_again() {
    let mut draft = with(database(Purpose::Settings), &[("schema", "x")]);
    draft.refused(None, &"Changing the connection host requires re-entering your credentials.".into());
    assert!(draft.head().is_some() && row(&draft, "password").refusal.is_some());
    assert_eq!(refused(&draft), ["password"]);
    assert_eq!(sent(&with(draft, &[("password", "pw")])), json!({"schema": "x", "password": "pw"}));
}

#[test]
fn refusals_of_the_draft_itself_are_shown_at_their_rows() {
    let mut draft = with(database(Purpose::Settings), &[("host", "db2")]);
    let refusals = draft.submit().unwrap_err();
    draft.show(refusals);
    assert_eq!(draft.first_refused(), Some(at(&draft, "password")));
    let mut draft = database(Purpose::Settings);
    let refusals = draft.submit().unwrap_err();
    draft.show(refusals);
    assert_eq!((draft.head().is_some(), draft.first_refused()), (true, None));
    assert_eq!(with(draft, &[("schema", "x")]).head(), None);
}
