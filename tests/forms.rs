//! Forms as they look and as they are typed into, at the sizes they are drawn at.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::{Position, Rect};
use serde_json::{Value, json};
use whtui::app::key::Key;
use whtui::app::model::form::{Focus, FormView};
use whtui::app::update::form::{FormOutcome, pasted, pressed};
use whtui::view::form;
use whtui::view::theme::Theme;
use whtui::warehouse::field::Field;
use whtui::warehouse::recovery::form::{FormDraft, Purpose};
use whtui::warehouse::replies::{FieldKind, Form, FormField, FormOption};
use whtui::warehouse::text::Foreign;
use world::{form_field, frame};

/// The whole of a small terminal inside a frame, the lower part of a runbook, and the smallest of both.
const SIZES: [(u16, u16); 4] = [(76, 19), (76, 9), (56, 11), (56, 6)];

fn field(name: &str, label: &str, kind: FieldKind) -> FormField {
    FormField { label: Field::Known(label.into()), ..form_field(name, kind) }
}

fn optional(field: FormField) -> FormField {
    FormField { required: Field::Known(false), ..field }
}

fn hint(field: FormField, placeholder: &str) -> FormField {
    FormField { placeholder: Field::Known(placeholder.into()), ..field }
}

fn form(caption: &str, fields: Vec<FormField>) -> Form {
    Form {
        name: "X".into(),
        label: Field::Null,
        caption: Field::Known(caption.into()),
        docs_url: Field::Null,
        fields,
        webhook_fields: vec![optional(hint(
            field("signing_secret", "Signing secret", FieldKind::Password),
            "whsec_...",
        ))],
    }
}

fn postgres() -> Form {
    let fields = vec![
        hint(field("host", "Host", FieldKind::Text), "localhost"),
        hint(field("port", "Port", FieldKind::Number), "5432"),
        field("database", "Database", FieldKind::Text),
        field("user", "User", FieldKind::Text),
        field("password", "Password", FieldKind::Password),
        hint(optional(field("schema", "Schema", FieldKind::Text)), "public"),
        optional(field("ssh_tunnel", "Use SSH tunnel?", FieldKind::SshTunnel)),
    ];
    form("Enter your Postgres credentials.", fields)
}

fn stripe() -> Form {
    let option = |value: &str, label: &str, field| FormOption {
        value: value.into(),
        label: Field::Known(label.into()),
        fields: vec![field],
    };
    let key = hint(field("stripe_secret_key", "API key", FieldKind::Password), "rk_live_...");
    let key = FormField { caption: Field::Known("A restricted key with read rights.".into()), ..key };
    let account = field("stripe_integration_id", "Stripe account", FieldKind::OAuth);
    let options = vec![option("api_key", "Restricted API key", key), option("oauth", "Connected account", account)];
    let method = field("auth_method", "Authentication method", FieldKind::Select(options));
    let account_id = hint(optional(field("stripe_account_id", "Account id", FieldKind::Text)), "acct_...");
    form("Create a restricted key with read rights.", vec![method, account_id])
}

fn bigquery() -> Form {
    let dataset = field("temporary_dataset_id", "Dataset for temporary tables", FieldKind::Text);
    let switch = FieldKind::SwitchGroup(vec![dataset]);
    let fields = vec![
        field("key_file", "Key file", FieldKind::FileUpload),
        field("dataset_id", "Dataset ID", FieldKind::Text),
        optional(field("temporary-dataset", "Use a different dataset for temporary tables?", switch)),
    ];
    form("Upload a service account's key file.", fields)
}

fn settings(pairs: &[(&str, &str)]) -> Vec<(Foreign, Foreign)> {
    pairs.iter().map(|(name, value)| (Foreign::new(name), Foreign::new(value))).collect()
}

fn database(purpose: Purpose) -> FormView {
    let stored = [("host", "db.example.com"), ("port", "5432"), ("database", "app"), ("user", "posthog_ro")];
    FormView::new(FormDraft::new(&postgres(), &settings(&stored), purpose))
}

fn payments() -> FormView {
    let stored = settings(&[("auth_method.selection", "api_key")]);
    FormView::new(FormDraft::new(&stripe(), &stored, Purpose::Credentials))
}

fn press(view: &mut FormView, keys: &[&str]) -> FormOutcome {
    let mut outcome = FormOutcome::Stay;
    for key in keys {
        outcome = pressed(view, Key::parse(key).unwrap());
    }
    outcome
}

fn type_in(view: &mut FormView, text: &str) {
    for symbol in text.chars() {
        let name = if symbol == ' ' { "space".to_owned() } else { symbol.to_string() };
        assert_eq!(press(view, &[&name]), FormOutcome::Stay);
    }
}

fn focused(view: &FormView) -> String {
    view.row().map_or("[send]".to_owned(), |row| row.path)
}

/// What would be sent, with what may not be seen masked.
fn sent(outcome: FormOutcome) -> Value {
    match outcome {
        FormOutcome::Submit(inputs) => inputs.shown(),
        other => panic!("{other:?}"),
    }
}

fn drawn(view: &FormView, width: u16, height: u16, ascii: bool) -> (String, Position) {
    let mut terminal = Terminal::new(TestBackend::new(width + 4, height + 2)).unwrap();
    let area = Rect { x: 2, y: 1, width, height };
    terminal
        .draw(|frame| {
            // Where it draws nothing, what was there before stays.
            frame.set_cursor_position((0, 0));
            form::draw(view, "New credentials of shop", &Theme::builtin(true, ascii), area, frame);
        })
        .unwrap();
    let cursor = terminal.backend().cursor_position();
    let text = frame::text(terminal.backend().buffer());
    let lines: Vec<&str> = text.lines().collect();
    // Nothing outside the area.
    assert!(lines[0].is_empty() && lines[usize::from(height) + 1].is_empty(), "{lines:#?}");
    assert!(lines.iter().all(|line| line.is_empty() || line.starts_with("  ")), "{lines:#?}");
    (lines.join("\n"), cursor)
}

fn shot(name: &str, view: &FormView) {
    for (width, height) in SIZES {
        let (screen, cursor) = drawn(view, width, height, false);
        insta::assert_snapshot!(
            format!("{name}_{width}x{height}"),
            format!("{screen}\ncursor: {}, {}", cursor.x, cursor.y)
        );
    }
}

#[test]
fn a_rotated_password() {
    shot("password_asked_for", &database(Purpose::Credentials));
    let mut view = database(Purpose::Credentials);
    type_in(&mut view, "hunter2");
    shot("password_typed", &view);
    press(&mut view, &["ctrl-r"]);
    shot("password_shown", &view);
    view.refused(
        Some(&"job_inputs__password".into()),
        &"password authentication failed for user \"posthog_ro\"".into(),
    );
    shot("password_refused", &view);
}

#[test]
fn another_host_and_a_tunnel() {
    let mut view = database(Purpose::Settings);
    type_in(&mut view, "-2");
    press(&mut view, &["backtab", "up", "space", "ctrl-s"]);
    shot("tunnel_not_filled_in", &view);
    view.refused(None, &"Could not connect: the database server did not answer in time. Check host and port.".into());
    press(&mut view, &["down", "down", "down", "down", "right"]);
    shot("tunnel_with_a_key", &view);
}

#[test]
fn other_accounts() {
    let mut view = payments();
    type_in(&mut view, "rk_live_1");
    press(&mut view, &["up"]);
    shot("stripe_choice", &view);
    press(&mut view, &["right", "down"]);
    shot("stripe_account", &view);
    press(&mut view, &["ctrl-s"]);
    shot("stripe_account_refused", &view);
}

#[test]
fn a_key_file() {
    let stored = settings(&[("dataset_id", "acme-prod.web_events")]);
    let mut view = FormView::new(FormDraft::new(&bigquery(), &stored, Purpose::Credentials));
    shot("key_file_asked_for", &view);
    pasted(&mut view, "{\r\n  \"type\": \"service_account\",\r\n  \"private_key\": \"planted\"\r\n}\r\n");
    shot("key_file_pasted", &view);
    press(&mut view, &["backtab"]);
    shot("key_file_about_to_be_sent", &view);
    press(&mut view, &["up"]);
    // A name that had to be cut is written out.
    let (screen, _) = drawn(&view, 56, 11, false);
    assert!(screen.contains("Use a different dataset for temporary tables?"), "{screen}");
}

#[test]
fn everything_in_ascii() {
    let mut view = payments();
    type_in(&mut view, "rk_live_1");
    press(&mut view, &["up"]);
    let (screen, _) = drawn(&view, 76, 9, true);
    assert!(screen.is_ascii(), "{screen}");
    let (screen, _) = drawn(&database(Purpose::Credentials), 56, 6, true);
    assert!(screen.is_ascii() && screen.contains("*** stored"), "{screen}");
}

#[test]
fn typing_starts_where_it_is_needed_and_enter_goes_on_to_the_end() {
    let mut view = database(Purpose::Credentials);
    assert_eq!(focused(&view), "password");
    type_in(&mut view, "new word");
    assert_eq!(sent(press(&mut view, &["ctrl-s"])), json!({"password": "***"}));
    assert_eq!(focused(&view), "password");
    for next in ["host", "port", "database", "user", "schema", "ssh_tunnel"] {
        assert_eq!(press(&mut view, &["enter"]), FormOutcome::Stay);
        assert_eq!(focused(&view), next);
    }
    assert_eq!(sent(press(&mut view, &["enter"])), json!({"password": "***"}));
    press(&mut view, &["down"]);
    assert_eq!(view.focus(), Focus::Send);
    assert!(matches!(press(&mut view, &["enter"]), FormOutcome::Submit(_)));
    press(&mut view, &["down"]);
    assert_eq!(view.focus(), Focus::Send);
    press(&mut view, &["tab"]);
    assert_eq!(focused(&view), "password");
    press(&mut view, &["up"]);
    assert_eq!(focused(&view), "password");
    press(&mut view, &["backtab"]);
    assert_eq!(view.focus(), Focus::Send);
    assert_eq!(focused(&database(Purpose::Settings)), "host");
}

#[test]
fn a_form_of_one_field_is_sent_with_enter() {
    let mut view = FormView::new(FormDraft::new(&stripe(), &[], Purpose::Webhook));
    pasted(&mut view, "\u{1b}whsec_1\n");
    assert_eq!(view.input().value(), "whsec_1");
    assert_eq!(sent(press(&mut view, &["enter"])), json!({"signing_secret": "***"}));
}

#[test]
fn leaving_keeps_what_was_typed() {
    let mut view = database(Purpose::Credentials);
    type_in(&mut view, "abc");
    assert_eq!(press(&mut view, &["esc"]), FormOutcome::Cancel);
    assert_eq!((view.draft().changes(), view.input().value()), (1, "abc"));
    press(&mut view, &["backspace", "backspace", "backspace"]);
    assert_eq!(view.draft().changes(), 0);
    assert_eq!(press(&mut view, &["ctrl-s"]), FormOutcome::Stay);
    assert!(view.draft().head().is_some());
}

#[test]
fn a_line_is_edited_as_everywhere() {
    let mut view = database(Purpose::Settings);
    press(&mut view, &["ctrl-u"]);
    type_in(&mut view, "one two");
    press(&mut view, &["ctrl-w", "home", "delete", "right", "left"]);
    type_in(&mut view, "O");
    pasted(&mut view, "-\t-");
    assert_eq!(view.input().value(), "O--ne ");
    assert_eq!(view.input().cursor(), 3);
    press(&mut view, &["down", "up"]);
    assert_eq!((view.input().value(), view.input().cursor()), ("O--ne ", 6));
}

#[test]
fn a_refusal_takes_the_cursor_to_its_field() {
    let mut view = database(Purpose::Settings);
    type_in(&mut view, ".eu");
    assert_eq!(press(&mut view, &["ctrl-s"]), FormOutcome::Stay);
    assert_eq!(focused(&view), "password");
    assert!(view.row().unwrap().refusal.is_some());
    type_in(&mut view, "x");
    assert!(view.row().unwrap().refusal.is_none());
    assert_eq!(sent(press(&mut view, &["ctrl-s"])), json!({"host": "db.example.com.eu", "password": "***"}));
    view.refused(Some(&"job_inputs__port".into()), &"closed".into());
    assert_eq!((focused(&view).as_str(), view.draft().changes()), ("port", 2));
}

#[test]
fn a_shown_secret_is_hidden_when_the_cursor_leaves_it() {
    let mut view = database(Purpose::Credentials);
    type_in(&mut view, "planted");
    let seen = |view: &FormView| drawn(view, 76, 19, false).0.contains("planted");
    assert!(!seen(&view));
    press(&mut view, &["ctrl-r"]);
    assert!(seen(&view));
    press(&mut view, &["down", "up"]);
    assert!(!view.revealed() && !seen(&view));
    press(&mut view, &["ctrl-r", "ctrl-r"]);
    assert!(!seen(&view));
    press(&mut view, &["down", "ctrl-r"]);
    assert!(!view.revealed() && !seen(&view));
    assert!(!format!("{view:?}").contains("planted"));
}

#[test]
fn choices_and_switches_turn_with_left_right_and_space() {
    let mut view = payments();
    press(&mut view, &["up"]);
    let chosen = |view: &FormView| view.draft().rows().nth(1).unwrap().path;
    assert_eq!(chosen(&view), "auth_method.stripe_secret_key");
    for (key, next) in [
        ("right", "stripe_integration_id"),
        ("right", "stripe_secret_key"),
        ("left", "stripe_integration_id"),
        ("space", "stripe_secret_key"),
    ] {
        press(&mut view, &[key]);
        assert_eq!(chosen(&view), format!("auth_method.{next}"), "{key}");
    }
    let mut view = database(Purpose::Settings);
    press(&mut view, &["backtab", "up"]);
    let on = |view: &FormView| view.draft().rows().any(|row| row.path == "ssh_tunnel.host");
    for (key, expected) in
        [("left", false), ("right", true), ("right", true), ("space", false), ("space", true), ("left", false)]
    {
        press(&mut view, &[key]);
        assert_eq!(on(&view), expected, "{key}");
    }
    // Letters mean nothing there.
    type_in(&mut view, "xyz");
    pasted(&mut view, "xyz");
    assert_eq!(view.draft().changes(), 0);
}

#[test]
fn a_long_or_wide_line_keeps_its_cursor_in_sight() {
    let mut view = database(Purpose::Settings);
    pasted(&mut view, &"注文".repeat(60));
    type_in(&mut view, "e\u{301}z");
    let (screen, cursor) = drawn(&view, 56, 11, false);
    let line = screen.lines().find(|line| line.contains("Host")).unwrap();
    assert!(line.ends_with("e\u{301}z"), "{line}");
    assert!(cursor.x < 2 + 56 && cursor.x > 40, "{cursor:?}");
    press(&mut view, &["home"]);
    let (screen, cursor) = drawn(&view, 56, 11, false);
    let line = screen.lines().find(|line| line.contains("Host")).unwrap();
    assert!(line.contains("注"), "{line}");
    assert!(cursor.x < 40, "{cursor:?}");
}

fn keys() -> impl Strategy<Value = Vec<String>> {
    let key = prop_oneof![
        5 => "[a-z0-9]",
        2 => prop::sample::select(&["tab", "backtab", "up", "down", "enter", "left", "right", "space"][..]).prop_map(str::to_owned),
        1 => prop::sample::select(&["ctrl-s", "ctrl-r", "esc", "home", "end", "backspace", "pagedown", "pageup", "ctrl-k"][..])
            .prop_map(str::to_owned),
    ];
    proptest::collection::vec(key, 0..60)
}

proptest! {
    #[test]
    fn whatever_is_pressed_the_cursor_stays_in_the_form_and_in_sight(
        keys in keys(), which in 0..3_usize, (width, height) in prop::sample::select(&SIZES[..]), ascii in any::<bool>(),
    ) {
        let mut view = match which {
            0 => database(Purpose::Credentials),
            1 => database(Purpose::Settings),
            _ => payments(),
        };
        for key in &keys {
            pressed(&mut view, Key::parse(key).unwrap());
            let there = view.draft().rows().any(|row| view.focus() == Focus::Row(row.id));
            prop_assert!(there || view.focus() == Focus::Send, "{key}");
            let (screen, _) = drawn(&view, width, height, ascii);
            // The row with the cursor carries a mark of its own.
            let marked = screen.lines().filter(|line| line.starts_with("  >")).count();
            prop_assert_eq!(marked, 1, "{}", screen);
        }
    }
}
