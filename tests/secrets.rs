//! Secrets are planted wherever there can be one, the real program is put to use and into trouble, and everything it
//! wrote is searched for them: the bytes of the screen, what it copied, its files, what its commands print.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on panics")]

#[path = "support/grammar.rs"]
mod grammar;
mod support;

use std::path::Path;

use nix::sys::signal::Signal;
use support::program::whtui;
use support::pty::{SIZE, Session};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use whtui::simulator::{self, Fault, Options, Simulator};

const KEY: &str = "phx_PlantedKey0123456789";
const OTHER_KEY: &str = "phx_WrongPlanted987654321";
const CREDENTIAL: &str = "PlantedCredential-7f3a";
const SIGNING: &str = "whsec_PlantedSigning42";
const IN_TEXTS: &str = "PlantedInText";

/// No secret, and in the same places: what does not find it finds nothing.
const VISIBLE: &str = "plainly_seen";

const WORLD: &str = r#"
title = "secrets"
seed = 5
[[sources]]
type = "MySQL"
prefix = "plainly_seen"
secrets = { password = "rotated-away" }
accepts = { password = "PlantedCredential-7f3a" }
outage = { text = "The database rejected the username or password. Check the user and password configured for this source, then re-enable the sync.", raw = "(1045, \"Access denied for user 'posthog'@'10.4.2.9' (using password: YES)\")", permanent = true, since = "9h", after = "2s" }
tables = [{ name = "orders", frequency = "1hour", duration = "2s" }]
[[sources]]
type = "Stripe"
prefix = "eu"
webhook = { exists = true, external_status = "enabled", events = ["charge.succeeded"], secret = "whsec_old", accepted_secret = "whsec_PlantedSigning42" }
tables = [{ name = "Charge", template = "webhook", situation = "webhook_silent" }]
[[sources]]
type = "Postgres"
prefix = "leaky"
tables = [
  { name = "one", situation = "transient", fault = { text = "could not connect: postgres://bob:PlantedInText@db.example.org/x refused", raw = "psql: error: dsn=postgres%3A%2F%2Fbob%3APlantedInText%40db {\"url\":\"postgres:\\/\\/bob:PlantedInText@db\"}" } },
  { name = "two", situation = "transient", fault = { text = "connection to bob:PlantedInText@db failed, password=PlantedInText host=db", raw = "amqp://:PlantedInText@mq" } },
]
"#;

struct Desktop {
    home: TempDir,
    served: Simulator,
    _runtime: Runtime,
    /// All that was written to terminals, as it came and as it was put together there.
    written: Vec<Vec<u8>>,
}

impl Desktop {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        // Outside of what is searched.
        let world = tempfile::tempdir().unwrap();
        let path = world.path().join("world.toml");
        std::fs::write(&path, WORLD).unwrap();
        let runtime = Runtime::new().unwrap();
        let scenario = path.to_str().unwrap().to_owned();
        let options = Options { scenario, speed: 10.0, ..Options::default() };
        let served = runtime.block_on(simulator::start(options)).unwrap_or_else(|error| panic!("{error}"));
        Self { home, served, _runtime: runtime, written: Vec::new() }
    }

    fn variables(&self, key: &str) -> Vec<(String, String)> {
        let home = self.home.path();
        let mut variables = vec![
            ("WHTUI_API_KEY".to_owned(), key.to_owned()),
            ("WHTUI_PROJECT".to_owned(), self.served.project().to_string()),
            ("WHTUI_HOST".to_owned(), self.served.origin()),
            ("HOME".to_owned(), home.to_str().unwrap().to_owned()),
            ("RUST_BACKTRACE".to_owned(), "full".to_owned()),
            ("RUST_LOG".to_owned(), "trace".to_owned()),
        ];
        for name in ["CONFIG", "STATE", "DATA", "CACHE"] {
            let folder = home.join(name.to_lowercase());
            variables.push((format!("XDG_{name}_HOME"), folder.to_str().unwrap().to_owned()));
        }
        variables
    }

    fn session(&self, key: &str, arguments: &[&str]) -> Session {
        let variables = self.variables(key);
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Session::start(arguments, &variables, SIZE)
    }

    /// Takes in what a session wrote.
    fn over(&mut self, session: &Session) {
        self.written.push(session.screen().into_bytes());
        let raw = session.raw();
        let copied = grammar::parse(&raw, SIZE.width.into(), SIZE.height.into()).unwrap().copied;
        assert!(!copied.is_empty(), "what was copied was searched");
        self.written.extend(copied.into_iter().map(String::into_bytes));
        self.written.push(raw);
    }

    fn run(&mut self, key: &str, arguments: &[&str]) {
        let output = whtui(arguments).envs(self.variables(key)).output().unwrap();
        self.written.extend([output.stdout, output.stderr]);
    }
}

/// Ways in which a secret may be written.
fn forms(secret: &str) -> Vec<String> {
    let encoded: String = secret.bytes().flat_map(|byte| ['%', hex(byte >> 4), hex(byte & 15)]).collect();
    let bytes: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
    let reversed: String = secret.chars().rev().collect();
    vec![secret.to_owned(), secret.to_lowercase(), encoded, bytes.join(", "), reversed, base64(secret)]
}

fn hex(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap().to_ascii_uppercase()
}

/// Base64 without its end, which depends on what follows.
fn base64(text: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = text.as_bytes().chunks_exact(3);
    groups
        .flat_map(|three| {
            let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| char::from(SIGNS[usize::try_from(bits >> shift & 63).unwrap()]))
        })
        .collect()
}

fn holds(bytes: &[u8], wanted: &str) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes())
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        found.push((path.display().to_string(), path.display().to_string().into_bytes()));
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

/// Goes to a source by its name, and to its tables.
fn go(session: &mut Session, source: &str) {
    session.keys(&["1", "/", "ctrl-u"]);
    session.send(source);
    session.wait_for(&format!("/{source}"));
    session.wait_for("(of 3)");
    session.keys(&["enter", "2"]);
}

#[test]
fn no_secret_is_ever_written_anywhere() {
    let mut desk = Desktop::new();
    let refusal = format!("Invalid: {CREDENTIAL} for bob, key {KEY}, see mysql://bob:{IN_TEXTS}@db");

    // New credentials: refused with an echo of them, then taken.
    let mut session = desk.session(KEY, &[]);
    session.wait_for(VISIBLE);
    go(&mut session, VISIBLE);
    session.key("f");
    session.wait_for("Give a new credential");
    let form = |session: &mut Session| {
        session.wait_for("ctrl-s");
        session.key("ctrl-u");
        session.paste(CREDENTIAL);
        session.key("ctrl-s");
    };
    desk.served.inject("PATCH", "/", 0, Fault::Refuse(refusal));
    form(&mut session);
    session.wait_for("Invalid: ***");
    desk.written.push(session.screen().into_bytes());
    form(&mut session);
    session.wait_until("the credentials are taken", |screen| screen.contains("Done. enter closes"));
    session.key("enter");
    desk.written.push(session.screen().into_bytes());
    // Errors that others filled with passwords, shown and copied.
    go(&mut session, "leaky");
    session.wait_for("bob:***@db");
    session.keys(&["Y", "3", "j", "j"]);
    session.wait_written("\x1b]52;");
    session.keys(&["2", "j", "o"]);
    session.wait_until("the log", |screen| screen.contains("Log"));
    desk.written.push(session.screen().into_bytes());
    session.key("ctrl-c");
    session.wait_exit();
    desk.over(&session);

    // A signing secret, shown as it would be sent, and copied. The filter of before is remembered.
    let mut session = desk.session(KEY, &["--dry-run"]);
    session.wait_for("/leaky");
    go(&mut session, "eu");
    session.wait_for("Charge");
    session.key("N");
    session.wait_for("new signing secret");
    session.keys(&["down", "enter"]);
    session.wait_for("ctrl-s");
    session.key("ctrl-u");
    session.paste(SIGNING);
    session.key("ctrl-s");
    session.wait_for("$WHTUI_API_KEY");
    session.wait_for("update_webhook_inputs");
    session.key("y");
    session.wait_written("\x1b]52;");
    session.key("ctrl-c");
    session.wait_exit();
    desk.over(&session);

    // A key that is refused, a crash in the middle of everything, and all that is said without a screen.
    let mut session = desk.session(OTHER_KEY, &["--read-only"]);
    session.wait_for("Sources");
    session.keys(&["t", "esc", ":"]);
    session.signal(Signal::SIGKILL);
    session.wait_exit();
    // Perhaps in the middle of a frame.
    desk.written.extend([session.screen().into_bytes(), session.raw()]);
    for arguments in [
        &["diagnose"][..],
        &["diagnose", "--json"],
        &["audit"],
        &["audit", "--json"],
        &["diagnose", "--host", "http://bob:PlantedInText@127.0.0.1:1"],
        &["explain", "could not connect to postgres://bob:PlantedInText@db"],
        &["explain", "--json", "could not connect to postgres://bob:PlantedInText@db"],
        &["--api-key", KEY],
        &[KEY],
    ] {
        desk.run(KEY, arguments);
    }
    desk.run(&format!("{OTHER_KEY}\n"), &["diagnose"]);
    desk.run(&format!("{OTHER_KEY}é"), &["diagnose"]);

    // The secrets did arrive where they belong, or there was nothing to be found.
    let sent = format!("{:?}", desk.served.requests());
    assert!(sent.contains(CREDENTIAL), "the credential was sent");
    let mut all: Vec<(String, Vec<u8>)> =
        desk.written.iter().enumerate().map(|(number, bytes)| (format!("output {number}"), bytes.clone())).collect();
    let written = all.len();
    files(desk.home.path(), &mut all);
    let seen = |from: &[(String, Vec<u8>)]| from.iter().any(|(_, bytes)| holds(bytes, VISIBLE));
    assert!(seen(&all[..written]) && seen(&all[written..]), "what may be seen is found on screens and in files");
    assert!(all.iter().any(|(name, _)| name.ends_with("audit.jsonl")), "the audit log was searched");
    for secret in [KEY, OTHER_KEY, CREDENTIAL, SIGNING, IN_TEXTS] {
        for form in forms(secret) {
            for (name, bytes) in &all {
                assert!(!holds(bytes, &form), "{form} is in {name}:\n{}", String::from_utf8_lossy(bytes));
            }
        }
    }
}

#[test]
fn the_search_finds_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("below")).unwrap();
    for (number, form) in forms(KEY).iter().enumerate() {
        std::fs::write(folder.path().join(format!("below/{number}")), format!("x {form} y")).unwrap();
    }
    let mut found = Vec::new();
    files(folder.path(), &mut found);
    for form in forms(KEY) {
        assert!(found.iter().any(|(_, bytes)| holds(bytes, &form)), "{form}");
    }
    assert_eq!(base64("hi there"), "aGkgdGhl");
}
