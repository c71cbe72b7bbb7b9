//! What can go wrong around the program: at its start, in one of its tasks, with its server, and with what is pasted.
//! The terminal is as it was, and whatever comes in is text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on says so by panicking; one program here reports as a real one does"
)]

mod support;

use std::path::Path;
use std::thread;
use std::time::Duration;

use support::pty::{SIZE, Session};
use support::served::Served;
use tokio::runtime::Runtime;
use whtui::app::commands::keymap::Keymap;
use whtui::app::settings::{Machine, Settings, Setup, Start};
use whtui::runtime::{self, Look};
use whtui::terminal::{self, Signals, StopSignal};
use whtui::view::theme::Theme;
use whtui::worker::Worker;
use whtui::worker::gate::Gate;

/// The program ends by itself with this code, and the terminal is as before.
#[track_caller]
fn leaves(mut session: Session, code: u32) {
    let status = session.wait_exit();
    assert_eq!((status.signal(), status.exit_code()), (None, code));
    session.assert_terminal_restored();
}

/// The program, connected to a server.
fn connected() -> (Served, Session) {
    let served = Served::scenario("small");
    let mut session = served.connected(&[]);
    session.wait_for("public.orders");
    (served, session)
}

#[test]
fn an_error_at_the_start_leaves_the_terminal_alone_and_is_one_sentence() {
    for (arguments, variables) in [
        (&["--host", "ftp://example.org"][..], &[("WHTUI_API_KEY", "phx_planted123")][..]),
        (&["--demo", "--scenario", "nowhere"], &[]),
        (&["--fly"], &[]),
        (&[], &[("WHTUI_API_KEY", "phx_planted123"), ("WHTUI_HOST", "http://127.0.0.1:1")]),
        (&["--demo"], &[("XDG_CONFIG_HOME", "CONFIG")]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("whtui")).unwrap();
        std::fs::write(folder.path().join("whtui/root-causes.toml"), "[[rule]]\ncause = 'x\u{1b}[2J'\n").unwrap();
        let path = folder.path().to_str().unwrap();
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (*name, if *value == "CONFIG" { path } else { value })).collect();
        let mut session = Session::start(arguments, &variables, SIZE);
        session.wait_written("whtui: ");
        let status = session.wait_exit();
        assert_eq!(status.exit_code(), 2, "{arguments:?}");
        session.assert_terminal_restored();
        let raw = String::from_utf8(session.raw()).unwrap();
        assert!(!raw.contains('\u{1b}') && !raw.contains("planted123"), "{raw:?}");
    }
}

#[test]
fn input_or_output_that_is_no_terminal_is_refused_in_a_terminal_too() {
    let program = env!("CARGO_BIN_EXE_whtui");
    for line in [format!("{program} --demo </dev/null"), format!("{program} --demo | cat; exit 2")] {
        let mut session = Session::start_other(Path::new("/bin/sh"), &["-c", &line], &[], SIZE);
        session.wait_written("must be a terminal");
        assert_eq!(session.wait_exit().exit_code(), 2);
        session.assert_terminal_restored();
        assert!(!session.raw().contains(&0x1b));
    }
}

#[test]
fn the_end_of_the_input_ends_the_program_even_where_no_signal_comes() {
    // In a session of its own the program has no controlling terminal, and so gets no hang-up.
    let line = format!("setsid sh -c '{} --demo; echo $? >\"$HOME/code\"'", env!("CARGO_BIN_EXE_whtui"));
    let mut session = Session::start_other(Path::new("/bin/sh"), &["-c", &line], &[], SIZE);
    session.wait_for("Production");
    session.close();
    let code = session.home.path().join("code");
    let ended = (0..4_000).any(|_| {
        thread::sleep(Duration::from_millis(10));
        std::fs::read_to_string(&code).is_ok_and(|text| text.ends_with('\n'))
    });
    assert!(ended, "the program goes on without a terminal");
    assert_eq!(std::fs::read_to_string(&code).unwrap(), "1\n");
}

#[test]
fn a_server_that_is_gone_is_said_and_keys_are_answered() {
    let (Served { simulator, runtime, home: _home }, mut session) = connected();
    drop(simulator);
    drop(runtime);
    session.key("ctrl-r");
    session.wait_for("offline");
    session.wait_for("no connection");
    session.keys(&["2", "j", "?"]);
    session.wait_for("╭ Help");
    session.key("esc");
    session.wait_without("╭ Help");
    session.key("/");
    session.send("zqx");
    session.wait_for("zqx");
    session.key("ctrl-c");
    leaves(session, 0);
}

#[test]
fn what_is_pasted_is_text_whatever_it_holds() {
    let (served, mut session) = connected();
    session.keys(&["2", "a"]);
    // Commands, the mark of its own end, and answers to every question, where nothing is typed.
    for text in [
        "Dyr".to_owned(),
        "q\x1b[201~Dy\rXpublic.orders\rq".to_owned(),
        "\x1b[201~\x1b[201~D\x1b[201~y\x03\x1a".to_owned(),
        "Ry\r\n".repeat(300_000),
        "\x1b[200~Dy".to_owned(),
    ] {
        session.paste(&text);
    }
    session.key("/");
    session.paste("pub\x1b[201~lic.orders\rDy\n");
    // It lands in the filter, as one line.
    session.wait_for("public.ordersDy");
    session.key("esc");
    session.wait_without("public.ordersDy");
    // In pieces, also in the middle of the marks, and with the pace of a bad line.
    session.key("/");
    for piece in ["\x1b[2", "00~cust", "omers", "Dy\r", "\x1b[20", "1~"] {
        session.send(piece);
        thread::sleep(Duration::from_millis(60));
    }
    session.wait_for("customersDy");
    // An escape with a letter right behind it is another key.
    session.key("esc");
    session.wait_without("customersDy");
    session.key("q");
    leaves(session, 0);
    assert_eq!(served.writes(), Vec::<String>::new());
}

/// Set where [`program_whose_task_panics`] is to be one: which kind of task.
const PANICS: &str = "TEST_TASK_PANICS";

/// Not a test, but the real loop with a task that panics while nothing else happens. Started by the next test.
#[test]
#[ignore = "a program for another test"]
fn program_whose_task_panics() {
    let Some(kind) = std::env::var_os(PANICS) else { return };
    // The harness has threads already, which would take the stop signal; nobody sends one.
    let stop = StopSignal::hold().unwrap();
    terminal::install_panic_hook(|info| eprintln!("report: {}", info.payload_as_str().unwrap_or_default()));
    let exit = Runtime::new().unwrap().block_on(async {
        let (messages, inbox) = tokio::sync::mpsc::unbounded_channel();
        let worker = Worker::new(None, Gate::ReadOnly, messages);
        let start = Start::Welcome { reason: "screenful".to_owned() };
        let (machine, setup) = (Machine::default(), Setup::default());
        let settings = Settings { start, read_only: true, dry_run: false, ascii: false, machine, setup };
        let look = Look { theme: Theme::builtin(true, false), light: None, mouse: true, links: None };
        let mut signals = Signals::listen(stop).unwrap();
        // Once a key tells that the screen is there: the file is made by the test.
        let go = Path::new(&std::env::var_os("HOME").unwrap()).join("go");
        let work = move || {
            while !go.exists() {
                thread::sleep(Duration::from_millis(5));
            }
            panic!("boom")
        };
        match kind.to_str() {
            Some("thread") => drop(thread::spawn(work)),
            Some("blocking") => drop(tokio::task::spawn_blocking(work)),
            _ => drop(tokio::spawn(async move { work() })),
        }
        runtime::run(settings, Keymap::defaults(), &look, &worker, inbox, &mut signals).await
    });
    println!("ended: {exit:?}");
}

#[test]
fn a_panic_in_any_task_ends_the_program_with_its_terminal_restored() {
    for kind in ["thread", "blocking", "task"] {
        let arguments = ["--exact", "program_whose_task_panics", "--ignored", "--nocapture"];
        let mut session = Session::start_other(&std::env::current_exe().unwrap(), &arguments, &[(PANICS, kind)], SIZE);
        session.wait_for("screenful");
        std::fs::write(session.home.path().join("go"), "").unwrap();
        session.wait_for("ended: Ok(Gone)");
        let raw = String::from_utf8(session.raw()).unwrap();
        let (left, report) = (raw.find("\x1b[?1049l"), raw.find("report: boom"));
        assert!(left.is_some() && left < report, "{raw:?}");
        leaves(session, 0);
    }
}
