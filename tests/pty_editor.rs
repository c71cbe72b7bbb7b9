//! Long text in the user's editor: the real program in a pseudo-terminal, with scripts as editors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on panics")]

mod support;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use support::pty::{SIZE, Session};
use tempfile::TempDir;

/// On the screen once the demo is there.
const READY: &str = "Production";

/// An editor that is a script, in a folder whose name has to be quoted, and a place for private files.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new(script: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(desk.path("my editor")).unwrap();
        fs::create_dir(desk.path("private")).unwrap();
        let editor = desk.path("my editor/ed");
        fs::write(&editor, format!("#!/bin/sh\nout='{}'\n{script}\n", desk.folder.path().display())).unwrap();
        fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn written(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// The variables by which the program finds editor and place.
    fn variables(&self) -> [(&'static str, String); 2] {
        let private = self.path("private").display().to_string();
        [("VISUAL", format!("'{}' -w", self.path("my editor/ed").display())), ("TMPDIR", private)]
    }

    fn start(&self, arguments: &[&str]) -> Session {
        let variables = self.variables();
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut session = Session::start(arguments, &variables, SIZE);
        session.wait_for(READY);
        session
    }

    fn start_as_job(&self) -> Session {
        let variables = self.variables();
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut session = Session::start_as_job(&["--demo"], &variables, SIZE);
        session.wait_for(READY);
        session
    }

    #[track_caller]
    fn assert_nothing_left(&self) {
        assert_eq!(fs::read_dir(self.path("private")).unwrap().count(), 0);
    }

    /// Waits until the script is stopped, which has written down its number.
    #[cfg(target_os = "linux")]
    #[track_caller]
    fn wait_stopped(&self) {
        let stat = format!("/proc/{}/stat", self.written("pid").trim());
        let state = || fs::read_to_string(&stat).unwrap().rsplit(") ").next().unwrap().chars().next();
        for _ in 0..4_000 {
            if state() == Some('T') {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the editor is not stopped, but {:?}", state());
    }

    /// Waits until the script has written this.
    #[track_caller]
    fn wait_written(&self, name: &str, text: &str) {
        for _ in 0..4_000 {
            if self.written(name).contains(text) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("no {text:?} in {name}: {:?}", self.written(name));
    }
}

/// The program ends by itself with this code, and the terminal is as before.
#[track_caller]
fn ends_with(mut session: Session, code: u32) {
    let status = session.wait_exit();
    assert_eq!((status.signal(), status.exit_code()), (None, code));
    session.assert_terminal_restored();
}

#[test]
fn the_editor_has_the_terminal_for_itself_and_the_text_on_a_private_file() {
    let desk = Desk::new(
        "cp \"$2\" \"$out/text\"; { echo \"$1\"; basename \"$2\"; stat -c %a \"$2\" \"$(dirname \"$2\")\"; stty -a; } > \"$out/seen\"
         printf '[editor]\\n'; read -r line; echo \"read $line\" >> \"$out/seen\"; sleep 0.3; printf '[done]\\n'",
    );
    let mut session = desk.start(&["--demo"]);
    session.key("e");
    session.wait_for("[editor]");
    let seen = desk.written("seen");
    assert!(seen.starts_with("-w\ndetails.md\n600\n700\n"), "{seen}");
    assert!(seen.contains(" icanon") && seen.contains(" echo "), "the settings are those of the shell: {seen}");
    assert!(desk.written("text").starts_with("## "), "{}", desk.written("text"));
    // All modes are set back, and what is typed is read by the editor, or by nobody.
    session.assert_terminal_restored();
    session.send("qqR\n");
    desk.wait_written("seen", "read qqR");
    session.send("qqqq");
    session.wait_taken(2);
    session.wait_for(READY);
    assert!(!session.screen().contains("[editor]"), "the first frame is a complete one");
    session.key("?");
    session.wait_for("Acting on the selection");
    session.key("esc");
    session.wait_without("Acting on the selection");
    session.key("q");
    ends_with(session, 0);
    desk.assert_nothing_left();
}

#[test]
fn what_was_changed_in_a_copy_is_not_taken_over_and_that_is_said() {
    let desk = Desk::new("echo more >> \"$2\"; echo backup > \"$2~\"");
    let mut session = desk.start(&["--demo", "--plain"]);
    session.key("e");
    session.wait_for("What was changed in the editor is not taken over");
    session.key("q");
    ends_with(session, 0);
    desk.assert_nothing_left();
}

#[test]
fn an_editor_that_is_not_there_or_fails_is_told_of() {
    for (variables, told) in [
        (&[][..], "no editor is set; set VISUAL or EDITOR"),
        (&[("EDITOR", "'/no such place/ed' -w")], "cannot be started: No such file"),
        (&[("EDITOR", "\"vi")], "a quote in $EDITOR is not closed"),
        (&[("EDITOR", "sh -c 'stty raw -echo; printf \"\\033[?1049h\\033[?1000h\\033[?25l\"; exit 3'")], "code 3"),
        (&[("EDITOR", "sh -c 'stty raw -echo; kill -9 $$'")], "ended by signal 9"),
    ] {
        let mut session = Session::start(&["--demo"], variables, SIZE);
        session.wait_for(READY);
        session.key("e");
        session.wait_for(told);
        session.wait_for(READY);
        session.key("q");
        ends_with(session, 0);
    }
}

#[test]
fn keys_that_interrupt_belong_to_the_editor() {
    let desk = Desk::new(
        "trap 'echo interrupted >> \"$out/seen\"' INT QUIT; printf '[editor]\\n'
         until [ -e \"$out/go\" ]; do sleep 0.05; done",
    );
    let mut session = desk.start(&["--demo"]);
    session.key("e");
    session.wait_for("[editor]");
    for key in ["ctrl-c", "ctrl-\\"] {
        let before = desk.written("seen").len();
        session.key(key);
        desk.wait_written("seen", &"interrupted\n".repeat(before / 12 + 1));
    }
    fs::write(desk.path("go"), "").unwrap();
    session.wait_taken(2);
    session.wait_for(READY);
    session.key("q");
    ends_with(session, 0);
}

#[test]
fn a_program_that_has_to_end_ends_its_editor_and_leaves_a_sane_terminal() {
    for (signal, code) in [(Signal::SIGTERM, 143), (Signal::SIGHUP, 129)] {
        let desk = Desk::new(
            "trap 'echo told > \"$out/seen\"; exit' TERM HUP; stty raw -echo; printf '\\033[?1049h\\033[?25l[editor]'
             while :; do sleep 0.05; done",
        );
        let mut session = desk.start(&["--demo"]);
        session.key("e");
        session.wait_for("[editor]");
        session.signal(signal);
        ends_with(session, code);
        assert_eq!(desk.written("seen"), "told\n", "{signal}");
        desk.assert_nothing_left();
    }
}

#[test]
fn a_terminal_that_is_closed_ends_both() {
    let desk = Desk::new(
        // The test notices that its end is closed at the next output.
        "trap 'echo told > \"$out/seen\"; exit' HUP; trap 'printf again' WINCH; printf '[editor]\\n'; while :; do sleep 0.05; done",
    );
    let mut session = desk.start(&["--demo"]);
    session.key("e");
    session.wait_for("[editor]");
    session.close();
    assert_eq!(session.wait_exit().signal(), None);
    desk.wait_written("seen", "told");
    desk.assert_nothing_left();
}

#[test]
fn stopping_stops_both_and_both_go_on() {
    // While a shell starts another program its state tells nothing, so it waits for what is written into a pipe.
    let desk = Desk::new(
        "mkfifo \"$out/go\"; echo $$ > \"$out/pid\"; printf '[editor]\\n'; read -r _ < \"$out/go\"; echo end > \"$out/seen\"",
    );
    let mut session = desk.start_as_job();
    session.key("e");
    session.wait_for("[editor]");
    session.key("ctrl-z");
    session.wait_for("[stopped 1]");
    session.assert_terminal_restored();
    #[cfg(target_os = "linux")]
    desk.wait_stopped();
    let mut pipe = fs::OpenOptions::new().read(true).write(true).open(desk.path("go")).unwrap();
    pipe.write_all(b"\n").unwrap();
    session.send("\n");
    desk.wait_written("seen", "end");
    session.wait_for(READY);
    session.key("q");
    session.wait_for("[ended with 0]");
    ends_with(session, 0);
    desk.assert_nothing_left();
}

#[test]
fn nothing_is_drawn_while_the_editor_runs_though_the_worker_goes_on() {
    let desk = Desk::new("printf '[editor]\\n'; until [ -e \"$out/go\" ]; do sleep 0.05; done");
    let mut session = desk.start(&["--demo"]);
    // Reading everything again has answers on their way when the editor takes over.
    session.send("\x12e");
    session.wait_for("[editor]");
    let written = session.raw().len();
    thread::sleep(Duration::from_millis(1_200));
    session.resize(whtui::app::layout::Size { width: 100, height: 30 });
    thread::sleep(Duration::from_millis(300));
    assert_eq!(session.raw().len(), written);
    fs::write(desk.path("go"), "").unwrap();
    session.wait_taken(2);
    session.wait_for(READY);
    session.key("q");
    ends_with(session, 0);
}
