//! The main job, by keys alone: the real program in a pseudo-terminal against the simulator over HTTP, whose request
//! log is the witness.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on panics")]

mod support;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use support::pty::{SIZE, Session};
use tempfile::TempDir;
use whtui::app::layout::Size;

/// `whtui simulate`, until the value is dropped.
struct Served {
    child: Child,
    folder: TempDir,
    host: String,
}

impl Served {
    fn start(scenario: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_whtui"))
            .args(["simulate", "--scenario", scenario, "--request-log"])
            .arg(folder.path().join("requests.jsonl"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let host = first.strip_prefix("host").expect("the first line names the host").trim().to_owned();
        Self { child, folder, host }
    }

    /// The program, connected to it and showing its first source.
    fn session(&self, arguments: &[&str], size: Size) -> Session {
        let variables = [("WHTUI_HOST", self.host.as_str()), ("WHTUI_API_KEY", "phx_planted"), ("WHTUI_PROJECT", "1")];
        let mut session = Session::start(arguments, &variables, size);
        session.wait_for("Broken");
        session
    }

    /// Every request so far: method, path, body.
    fn requests(&self) -> Vec<(String, String, Value)> {
        let log = fs::read_to_string(self.folder.path().join("requests.jsonl")).unwrap();
        assert!(!log.contains("phx_planted"), "the log of the simulator never holds the key");
        log.lines()
            .map(|line| {
                let entry: Value = serde_json::from_str(line).unwrap();
                let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
                (text("method"), text("path"), entry["body"].clone())
            })
            .collect()
    }

    /// Requests that do more than look.
    fn writes(&self) -> Vec<String> {
        self.requests()
            .into_iter()
            .filter(|(method, path, _)| method != "GET" && !path.contains("incremental_fields"))
            .map(|(method, path, _)| {
                let action = path.trim_end_matches('/').rsplit('/').next().unwrap().to_owned();
                format!("{method} {action}")
            })
            .collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Leaves, and checks that nothing is left behind.
fn leave(mut session: Session) {
    session.key("ctrl-c");
    assert!(session.wait_exit().success());
    session.assert_terminal_restored();
    let written = String::from_utf8_lossy(&session.raw()).into_owned();
    assert!(!written.contains("phx_planted"), "the key was written to the terminal");
}

#[test]
fn the_demo_starts_and_shows_a_failing_table_with_its_cause() {
    let mut session = Session::start(&["--demo"], &[], SIZE);
    session.wait_for("Production database");
    session.keys(&["enter", "/"]);
    session.send("orders");
    session.keys(&["enter"]);
    session.wait_for("public.orders");
    session.wait_for("Root cause");
    session.wait_for("Recovery");
    leave(session);
}

#[test]
fn a_failing_table_is_reloaded_until_it_is_green() {
    let served = Served::start("small");
    let mut session = served.session(&[], SIZE);
    session.key("enter");
    session.wait_for("Source temporarily unavailable");
    session.key("r");
    session.wait_for("orders: Completed");
    assert_eq!(served.writes(), ["POST reload"]);
    leave(session);
}

#[test]
fn the_end_of_an_action_is_reported_wherever_the_user_is() {
    let served = Served::start("small");
    let mut session = served.session(&[], Size { width: 80, height: 24 });
    session.key("enter");
    session.wait_for("public.orders");
    session.keys(&["r", "esc", "j", "enter"]);
    session.wait_for("orders: Completed");
    leave(session);
}

#[test]
fn a_running_sync_is_cancelled() {
    let served = Served::start("small");
    let mut session = served.session(&[], SIZE);
    session.keys(&["enter", "/"]);
    session.send("archive");
    session.key("enter");
    session.wait_for("events_archive");
    session.key("c");
    session.wait_for("archive: cancelled");
    assert_eq!(served.writes(), ["POST cancel"]);
    leave(session);
}

#[test]
fn a_phantom_is_repaired_by_cancel_and_then_reloaded() {
    let served = Served::start("small");
    let mut session = served.session(&[], SIZE);
    session.keys(&["a", "/"]);
    session.send("stock");
    session.key("enter");
    session.wait_for(" Phantom");
    session.wait_for("Cancel the stuck run");
    session.key("c");
    session.wait_for("no sync was running");
    session.wait_without("Phantom");
    session.key("r");
    session.wait_for("stock: Completed");
    assert_eq!(served.writes(), ["POST cancel", "POST reload"]);
    leave(session);
}

#[test]
fn a_resync_asks_and_sends_exactly_one_request() {
    let served = Served::start("small");
    let mut session = served.session(&[], SIZE);
    session.key("enter");
    session.wait_for("public.orders");
    session.key("R");
    session.wait_for("Resync public.orders?");
    session.wait_for("12,000 rows");
    session.wait_for("Milder");
    session.key("esc");
    session.wait_without("Resync public.orders?");
    session.keys(&["R", "enter"]);
    session.wait_without("Resync public.orders?");
    assert_eq!(served.writes(), Vec::<String>::new(), "neither esc nor the button that is preset sends anything");
    session.keys(&["R", "y"]);
    session.wait_for("orders: Completed");
    assert_eq!(served.writes(), ["POST resync"]);
    leave(session);
}

#[test]
fn deleting_data_and_reloading_builds_the_table_anew() {
    let served = Served::start("small");
    let mut session = served.session(&[], SIZE);
    session.keys(&["enter", "/"]);
    session.send("customers");
    session.key("enter");
    session.wait_for("public.customers");
    session.key("D");
    session.wait_for("Delete data of public.customers?");
    session.key("y");
    session.wait_for("data deleted");
    session.wait_for("Never synced");
    session.key("r");
    session.wait_for("customers: Completed");
    assert_eq!(served.writes(), ["DELETE delete_data", "POST reload"]);
    leave(session);
}

#[test]
fn destroying_needs_the_name() {
    let served = Served::start("small");
    let mut session = served.session(&[], SIZE);
    session.key("X");
    session.wait_for("Destroy source shop?");
    session.send("shpo");
    session.key("enter");
    session.wait_for("> shpo");
    assert_eq!(served.writes(), Vec::<String>::new());
    session.keys(&["backspace", "backspace"]);
    session.send("op");
    session.key("enter");
    session.wait_for("shop: destroyed");
    let writes = served.writes();
    assert_eq!(writes.len(), 1);
    assert!(writes[0].starts_with("DELETE "), "{writes:?}");
    leave(session);
}

#[test]
fn browsing_sends_only_reads() {
    let served = Served::start("small");
    let mut session = served.session(&[], SIZE);
    let keys = "j j k enter j j tab j g G 1 2 3 esc a s S / x esc ? j esc : esc L esc t esc n ctrl-r ctrl-l pagedown";
    session.keys(&keys.split(' ').collect::<Vec<_>>());
    session.wait_for("whtui");
    assert_eq!(served.writes(), Vec::<String>::new());
    assert!(served.requests().iter().all(|(method, ..)| method == "GET"));
    leave(session);
}

#[test]
fn a_billing_pause_is_said_first_and_blocks_reloads() {
    let served = Served::start("billing-pause");
    let mut session = served.session(&[], SIZE);
    session.wait_for("BILLING PAUSE");
    session.key("r");
    session.wait_for("blocks every reload");
    assert_eq!(served.writes(), Vec::<String>::new());
    leave(session);
}

#[test]
fn read_only_and_dry_run_send_nothing() {
    let served = Served::start("small");
    let mut session = served.session(&["--read-only"], SIZE);
    session.wait_for("READ-ONLY");
    session.keys(&["enter", "r"]);
    session.wait_for("read-only mode");
    leave(session);
    let mut session = served.session(&["--dry-run"], SIZE);
    session.wait_for("DRY-RUN");
    session.keys(&["enter", "r"]);
    session.wait_for("$WHTUI_API_KEY");
    session.key("esc");
    session.wait_without("Nothing was sent");
    session.keys(&["R", "y"]);
    session.wait_for("/resync/");
    session.wait_for("Nothing was sent");
    leave(session);
    assert_eq!(served.writes(), Vec::<String>::new());
}
