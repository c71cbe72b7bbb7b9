//! The audit log: what the real program writes down of each change, and what `whtui audit` tells of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on panics")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::Timestamp;
use serde_json::{Value, json};
use support::program::whtui;
use support::pty::{SIZE, Session};
use support::world::{Desk, project, settings};
use tokio::runtime::Runtime;
use whtui::app::effect::{Effect, RequestId};
use whtui::app::message::{Event, Sent};
use whtui::simulator::{self, Fault, Options, Simulator};
use whtui::warehouse::audit::{Outcome, Whose};
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::ids::{ProjectId, SchemaId};
use whtui::warehouse::operation::{Operation, Write};
use whtui::warehouse::text::Foreign;
use whtui::worker::audit::{Audit, read};

/// The program's state directory, and a server.
struct Desktop {
    home: tempfile::TempDir,
    served: Simulator,
    _runtime: Runtime,
}

impl Desktop {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let options = Options { scenario: "small".to_owned(), speed: 20.0, ..Options::default() };
        let served = runtime.block_on(simulator::start(options)).unwrap();
        Self { home: tempfile::tempdir().unwrap(), served, _runtime: runtime }
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("whtui")
    }

    fn session(&self, arguments: &[&str]) -> Session {
        let (project, host) = (self.served.project().to_string(), self.served.origin());
        let variables = [
            ("WHTUI_API_KEY", self.served.key()),
            ("WHTUI_PROJECT", &project),
            ("WHTUI_HOST", &host),
            ("XDG_STATE_HOME", self.home.path().to_str().unwrap()),
        ];
        let mut session = Session::start(arguments, &variables, SIZE);
        session.wait_for("public.orders");
        session
    }

    fn writes(&self) -> usize {
        self.served.requests().iter().filter(|request| request.method != "GET").count()
    }

    fn audit(&self, arguments: &[&str]) -> Output {
        let mut command = whtui(&[&["audit"], arguments].concat());
        command.env("XDG_STATE_HOME", self.home.path()).output().unwrap()
    }

    fn objects(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.audit(&[&["--json"], arguments].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn leave(mut session: Session) {
    session.key("ctrl-c");
    assert!(session.wait_exit().success());
}

#[test]
fn each_change_is_one_object_with_what_was_sent_what_came_of_it_and_what_was_agreed_to() {
    let desk = Desktop::new();
    let mut session = desk.session(&[]);
    session.keys(&["enter", "r"]);
    session.wait_for("orders: Completed");
    // Other tables, so that nothing is mistaken for what is still on the screen.
    session.keys(&["k", "R"]);
    session.wait_for("Resync public.customers?");
    session.key("y");
    session.wait_for("customers: Completed");
    desk.served.inject("POST", "/reload/", 0, Fault::Refuse("Not now: postgres://bob:hunter2@db".to_owned()));
    session.keys(&["j", "j", "r"]);
    session.wait_for("Not now");
    leave(session);

    let text = std::fs::read_to_string(desk.folder().join("audit.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), desk.writes(), "{text}");
    assert!(!text.contains(desk.served.key()) && !text.contains("hunter2"), "{text}");
    let [reload, resync, refused] = lines.as_slice() else { panic!("{text}") };
    for line in &lines {
        assert_eq!((&line["host"], &line["project"]), (&json!(desk.served.origin()), &json!(desk.served.project())));
        assert_eq!(line["target"]["kind"], "schema");
        assert!(line["time"].as_str().unwrap().parse::<Timestamp>().is_ok() && line["duration_ms"].is_u64());
        assert!(line["request"]["path"].as_str().unwrap().contains(line["target"]["id"].as_str().unwrap()));
    }
    assert_eq!((&reload["action"], &reload["outcome"]["state"]), (&json!("reload"), &json!("done")));
    assert_eq!((&reload["consent"], &resync["action"]), (&Value::Null, &json!("resync")));
    assert_eq!(
        resync["consent"],
        json!({"name": "public.customers", "tables": 1, "rows": resync["consent"]["rows"], "acts": 1, "typed": null})
    );
    assert!(resync["consent"]["rows"].as_u64() > Some(0), "{resync}");
    let names: Vec<_> = lines.iter().map(|line| line["target"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["public.orders", "public.customers", "public.products"]);
    assert_eq!((&refused["outcome"]["state"], &refused["outcome"]["kind"]), (&json!("refused"), &json!("refused")));
    assert!(refused["outcome"]["sentence"].as_str().unwrap().contains("postgres://bob:***@db"));

    assert_eq!(desk.objects(&[]), lines);
    for (arguments, count) in [
        (&["--outcome", "refused"][..], 1),
        (&["--target", "PUBLIC.", "--since", "1h"], 3),
        (&["--target", "orders"], 1),
        (&["--target", "nothing"], 0),
        (&["--since", "2100-01-01"], 0),
        (&["--project", "999"], 0),
        (&["--host", "127.0.0.1"], 3),
    ] {
        assert_eq!(desk.objects(arguments).len(), count, "{arguments:?}");
    }
    let shown = String::from_utf8(desk.audit(&[]).stdout).unwrap();
    assert!(shown.contains("resync") && shown.contains("schema public.orders") && shown.contains("Not now"), "{shown}");
    // Broken lines are counted, and hide nothing.
    std::fs::write(desk.folder().join("audit.jsonl"), format!("half a line\n{text}")).unwrap();
    let output = desk.audit(&["--json"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("1 line of the audit log cannot be read"));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 3);
    assert!(!desk.audit(&["--since", "soon"]).status.success());
}

#[test]
fn what_cannot_be_written_down_is_sent_only_if_the_user_says_so() {
    let desk = Desktop::new();
    // A folder where the log should be: not even root can write to it.
    std::fs::create_dir_all(desk.folder().join("audit.jsonl")).unwrap();
    let mut session = desk.session(&[]);
    session.keys(&["enter", "r"]);
    session.wait_for("Send without a record?");
    session.wait_for("is not a file");
    // None of these is an answer.
    session.keys(&["y", "enter", "s", "a"]);
    session.paste("SA");
    session.key("esc");
    session.wait_for("it could not be written to the audit log");
    assert_eq!(desk.writes(), 0, "nothing was sent before or in spite of the answer");
    session.key("r");
    session.wait_for("Send without a record?");
    session.key("S");
    session.wait_for("orders: Completed");
    assert_eq!(desk.writes(), 1);
    session.key("r");
    session.wait_for("Send without a record?");
    session.key("A");
    session.wait_without("Send without a record?");
    session.wait_until("a second run", |_| desk.writes() == 2);
    // Another table, which is not asked about any more.
    session.keys(&["k", "r"]);
    session.wait_until("a third run", |_| desk.writes() == 3);
    leave(session);
}

#[test]
fn what_never_leaves_is_not_written_down() {
    let desk = Desktop::new();
    for arguments in [&["--read-only"][..], &["--dry-run"]] {
        let mut session = desk.session(arguments);
        session.keys(&["enter", "r"]);
        session
            .wait_until("an answer", |screen| screen.contains("read-only mode") || screen.contains("Nothing was sent"));
        leave(session);
    }
    assert!(!desk.folder().join("audit.jsonl").exists());
    let shown = String::from_utf8(desk.audit(&[]).stdout).unwrap();
    assert!(shown.contains("Nothing was changed from here yet"), "{shown}");
}

#[test]
fn what_becomes_known_of_a_lost_answer_is_written_down_too() {
    let desk = Desktop::new();
    desk.served.inject("DELETE", "/delete_data/", 0, Fault::Cut { carried_out: true });
    let mut session = desk.session(&[]);
    session.keys(&["enter", "D"]);
    session.wait_for("Delete data of");
    session.key("y");
    session.wait_for("was carried out after all");
    // The last line is written beside the screen, and nobody waits for it.
    for _ in 0..4_000 {
        if std::fs::read_to_string(desk.folder().join("audit.jsonl")).is_ok_and(|text| text.contains("later_of")) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    leave(session);
    let objects = desk.objects(&["--outcome", "unknown"]);
    assert_eq!((objects.len(), &objects[0]["outcome"]["kind"]), (1, &json!("interrupted")));
    let later = objects[0]["later"][0]["sentence"].as_str().unwrap_or_default();
    assert!(later.contains("was carried out after all"), "{objects:?}");
}

#[test]
fn an_attempt_that_was_under_way_when_the_program_was_killed_is_told_as_unknown() {
    let desk = Desktop::new();
    let left = desk.folder().join("audit-open");
    let session_leaves = |desk: &Desktop| {
        let mut session = desk.session(&[]);
        session.wait_until("what was left is settled", |_| {
            std::fs::read_dir(&left).is_ok_and(|mut all| all.next().is_none())
        });
        leave(session);
    };
    let audit = Audit::new(desk.folder(), whose());
    let begun = audit.begin(RequestId(1), &reload(), &Foreign::new("orders"), Timestamp::UNIX_EPOCH).unwrap();
    drop(begun);
    assert_eq!(desk.objects(&[])[0]["outcome"]["state"], "unknown");
    session_leaves(&desk);
    assert_eq!(desk.objects(&["--outcome", "unknown"]).len(), 1);
}

#[test]
fn the_question_waits_for_all_and_is_answered_for_all() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.go_to_table("shop", "public.orders").press(&["p"]);
    let (request, operation) = desk.sends.pop().unwrap();
    let before = desk.others.len();
    desk.happen(Event::Unlogged(request, operation, "no\u{1b}[2J space".to_owned()));
    assert!(desk.screen().contains("Send without a record?") && !desk.screen().contains('\u{1b}'));
    desk.press(&["j", "enter", "y", "q"]);
    assert_eq!(desk.others.len(), before, "{:?}", desk.others);
    desk.press(&["S"]);
    assert!(matches!(desk.others.last(), Some(Effect::SendUnlogged { request: sent, .. }) if *sent == request));
    // A late answer, and one that nobody asked for, change nothing.
    desk.happen(Event::Sent(request, Err(Failure::new(FailureKind::TimedOut, ""))));
    desk.happen(Event::Unlogged(RequestId(9_999), reload(), String::new()));
    assert!(!desk.model.unlogged.asks());
    desk.happen(Event::Sent(request, Ok(Sent::Done(None))));
}

fn whose() -> Whose {
    Whose { profile: None, protected: false, host: "http://host".to_owned(), project: ProjectId::FIRST }
}

fn reload() -> Operation {
    Operation::Write(Write::ReloadSchema(SchemaId::new("t")))
}

/// Set where [`program_that_appends`] is to be one: its folder.
const FOLDER: &str = "TEST_AUDIT_FOLDER";

/// How many lines each of them writes.
const LINES: u64 = 400;

/// Not a test, but a program that writes to the log. Started by the next test.
#[test]
#[ignore = "a program for another test"]
fn program_that_appends() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let audit = Audit::rotated_at(120_000, PathBuf::from(folder), whose());
    // Long lines: what is not one write would be torn.
    let name = Foreign::from("n".repeat(3_000));
    for number in 0..LINES {
        let begun = audit.begin(RequestId(number), &reload(), &name, Timestamp::UNIX_EPOCH).unwrap();
        audit.end(begun.unwrap(), Outcome::done(None), number).unwrap();
        if number % 50 == 0 {
            audit.settle().unwrap();
        }
    }
}

#[test]
fn several_programs_append_at_once_and_no_line_is_lost_or_torn() {
    let append = |folder: &Path, count: usize| {
        let program = || {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "program_that_appends", "--ignored"])
                .env(FOLDER, folder)
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        };
        let programs: Vec<_> = (0..count).map(|_| program()).collect();
        for mut program in programs {
            assert!(program.wait().unwrap().success());
        }
    };
    let home = tempfile::tempdir().unwrap();
    append(home.path(), 3);
    let found = read(home.path()).unwrap();
    assert_eq!(found.broken, 0);
    // The oldest are rotated away, and nothing twice or in between.
    let mut ids: Vec<String> = found.attempts.iter().map(|attempt| attempt.entry.id.clone()).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "none is there twice");
    let sizes: u64 = std::fs::read_dir(home.path())
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "jsonl"))
        .map(|entry| entry.metadata().unwrap().len())
        .sum();
    assert!(sizes < 5 * 140_000 && count > 100, "{sizes} {count}");
    assert_eq!(std::fs::read_dir(home.path().join("audit-open")).unwrap().count(), 0);
}
