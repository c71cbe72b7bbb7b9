//! However the program ends or is interrupted, the terminal is as it was, and whatever comes in, it goes on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on says so by panicking; one program here reports as a real one does"
)]

mod support;

use std::io;
use std::process::{Command, Stdio};
use std::thread;

use nix::sys::signal::Signal;
use support::pty::{SIZE, Session, modes_left};
use whtui::app::layout::Size;
use whtui::terminal::{self, Options, Screen};

/// On the screen once the demo is there.
const READY: &str = "Production";

/// In no name of the demo, so it is on the screen only while the filter shows it.
const TYPED: &str = "zqx";

fn demo() -> Session {
    let mut session = Session::start(&["--demo"], &[], SIZE);
    session.wait_for(READY);
    session
}

fn job() -> Session {
    let mut session = Session::start_as_job(&["--demo"], &[], SIZE);
    session.wait_for(READY);
    session
}

/// The program ends by itself with this code, and the terminal is as before.
#[track_caller]
fn ends_with(mut session: Session, code: u32) {
    let status = session.wait_exit();
    assert_eq!((status.signal(), status.exit_code()), (None, code));
    session.assert_terminal_restored();
}

/// The program still answers keys.
#[track_caller]
fn answers(session: &mut Session) {
    session.key("/");
    session.send(TYPED);
    session.wait_for(TYPED);
    session.key("esc");
    session.wait_without(TYPED);
}

#[test]
fn leaving_by_key_restores_the_terminal() {
    for keys in [&["q"][..], &["ctrl-c"], &["f1", "ctrl-c"], &["/", "x", "ctrl-c"], &[":", "ctrl-c"]] {
        let mut session = demo();
        session.keys(keys);
        ends_with(session, 0);
    }
}

#[test]
fn ending_by_signal_restores_the_terminal() {
    for (signal, code) in [(Signal::SIGTERM, 143), (Signal::SIGHUP, 129), (Signal::SIGINT, 130), (Signal::SIGQUIT, 131)]
    {
        let mut session = demo();
        session.signal(signal);
        ends_with(session, code);
    }
}

#[test]
fn signals_that_nobody_means_restore_the_terminal_too() {
    for signal in [
        Signal::SIGUSR1,
        Signal::SIGUSR2,
        Signal::SIGALRM,
        Signal::SIGVTALRM,
        Signal::SIGPROF,
        Signal::SIGXCPU,
        #[cfg(target_os = "linux")]
        Signal::SIGIO,
    ] {
        let code = 128 + u32::try_from(signal as i32).unwrap();
        let mut session = demo();
        session.signal(signal);
        ends_with(session, code);
    }
}

#[test]
fn stopping_gives_the_terminal_to_the_shell_and_takes_it_back() {
    let mut session = job();
    for (stop, shown) in [(None, "[stopped 1]"), (Some(Signal::SIGTSTP), "[stopped 2]"), (None, "[stopped 3]")] {
        match stop {
            None => session.key("ctrl-z"),
            Some(signal) => session.signal(signal),
        }
        session.wait_for(shown);
        session.assert_terminal_restored();
        session.send("\n");
        session.wait_for(READY);
        answers(&mut session);
    }
    session.key("q");
    session.wait_for("[ended with 0]");
    ends_with(session, 0);
}

#[test]
fn a_program_that_waits_for_this_one_stops_with_it() {
    let mut session = Session::start_as_wrapped_job(&["--demo"], &[], SIZE);
    session.wait_for(READY);
    session.key("ctrl-z");
    session.wait_for("[stopped 1]");
    session.assert_terminal_restored();
    session.send("\n");
    session.wait_for(READY);
    answers(&mut session);
    session.key("q");
    session.wait_for("[ended with 0]");
    ends_with(session, 0);
}

#[test]
fn a_stop_that_could_not_be_seen_coming_is_repaired_afterwards() {
    let mut session = job();
    session.signal(Signal::SIGSTOP);
    // In the middle of a frame, perhaps.
    session.wait_written("stopped 1]");
    // What shells do to have a usable prompt, and more.
    session.send("stty sane; printf '\\033[?1049l\\033[?25h'\n");
    session.wait_taken(2);
    session.wait_for(READY);
    answers(&mut session);
    session.key("q");
    session.wait_for("[ended with 0]");
    ends_with(session, 0);
}

#[test]
fn where_nobody_could_continue_it_the_program_does_not_stop() {
    let mut session = demo();
    session.key("ctrl-z");
    session.wait_taken(2);
    session.signal(Signal::SIGTSTP);
    session.wait_taken(3);
    answers(&mut session);
    session.key("q");
    ends_with(session, 0);
}

#[test]
fn a_terminal_that_is_closed_ends_the_program() {
    for keys in [&[][..], &["f1"], &["j", "j", "j"]] {
        let mut session = demo();
        session.keys(keys);
        session.close();
        assert_eq!(session.wait_exit().signal(), None);
    }
}

#[test]
fn random_bytes_neither_kill_nor_deafen_it() {
    for seed in 1..=3 {
        let mut session = demo();
        let mut bytes = random_bytes(seed, 20_000);
        // The ways to end it, and the one to stop it, after which the terminal itself obeys keys for a moment.
        bytes.retain(|byte| !matches!(byte, b'q' | 0x03 | 0x1a));
        session.send(&bytes);
        // Ends a paste that may have been begun.
        session.send("\x1b[201~");
        let written = session.raw().len();
        session.resize(Size { width: 120, height: 30 });
        session.wait_for_output_after(written);
        session.wait_for("DEMO");
        session.key("ctrl-c");
        ends_with(session, 0);
    }
}

/// Random bytes with many escape sequences among them, the same for the same seed.
fn random_bytes(seed: u64, count: usize) -> Vec<u8> {
    const PIECES: [&[u8]; 10] = [
        b"\x1b",
        b"\x1b[",
        b"\x1b[M",
        b"\x1b[<0;0;0M",
        b"\x1b[0;0R",
        b"\x1b]0;",
        b"\x1bP",
        b"\x1b[200~",
        b"\x1b[99999999999;5u",
        b"\xf0\x9f",
    ];
    let mut state = seed;
    let mut next = move || {
        // Xorshift; only has to look random.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 65_536).unwrap()
    };
    let mut bytes = Vec::with_capacity(count);
    while bytes.len() < count {
        match next() % 40 {
            piece @ 0..10 => bytes.extend_from_slice(PIECES[piece]),
            _ => bytes.push(u8::try_from(next() % 256).unwrap()),
        }
    }
    bytes
}

#[test]
fn a_paste_is_text_even_when_it_does_not_end() {
    let mut session = demo();
    session.paste("q\x03\x1b[D");
    answers(&mut session);
    session.key("/");
    session.send(format!("\x1b[200~{TYPED}"));
    // Comes when the rest has been waited for long enough.
    session.wait_for(TYPED);
    session.key("ctrl-c");
    ends_with(session, 0);
}

#[test]
fn a_storm_of_sizes_leaves_a_whole_screen() {
    let mut session = demo();
    for step in 0_u16..100 {
        let width = [1, 300, 80, 2, 140, 17][usize::from(step % 6)] + step % 7;
        let height = [1, 100, 24, 60, 2][usize::from(step % 5)] + step % 3;
        session.resize(Size { width: width.min(300), height: height.min(100) });
    }
    session.resize(Size { width: 1, height: 1 });
    session.resize(SIZE);
    session.wait_until("the whole screen again", |screen| {
        screen.contains(READY) && screen.lines().any(|line| line.chars().count() == usize::from(SIZE.width))
    });
    answers(&mut session);
    session.key("q");
    ends_with(session, 0);
}

#[test]
fn without_a_terminal_it_says_so() {
    let output = Command::new(env!("CARGO_BIN_EXE_whtui"))
        .arg("--demo")
        .env_remove("WHTUI_HOST")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("terminal") && !said.contains('\x1b') && said.lines().count() == 1, "{said:?}");
}

#[test]
fn outside_of_frames_nothing_is_written_but_the_modes() {
    let mut session = demo();
    answers(&mut session);
    session.key("q");
    session.wait_exit();
    session.assert_terminal_restored();
    let raw = String::from_utf8(session.raw()).unwrap();
    let mut outside = String::new();
    for (number, part) in raw.split("\x1b[?2026h").enumerate() {
        outside += if number == 0 { part } else { part.split_once("\x1b[?2026l").expect("each frame ends").1 };
    }
    let modes = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1004h\x1b[?1000h\x1b[?1002h\x1b[?1006h";
    let rest = outside.strip_prefix(modes).unwrap_or_else(|| panic!("{outside:?}"));
    assert_eq!(
        rest,
        concat!(
            "\x1b]11;?\x1b\\",
            "\x1b[?2026l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[0m\x1b[23;2t\x1b[?1004l\x1b[?2004l\x1b[?25h\x1b[?1049l"
        )
    );
}

#[test]
fn without_colours_what_is_selected_is_still_seen() {
    let mut session = Session::start(&["--demo"], &[("NO_COLOR", "1")], SIZE);
    session.wait_for(READY);
    let raw = String::from_utf8_lossy(&session.raw()).into_owned();
    let mut terminal = vt100::Parser::new(SIZE.height.try_into().unwrap(), SIZE.width.try_into().unwrap(), 0);
    terminal.process(raw.as_bytes());
    let cells = (0..SIZE.height).flat_map(|row| (0..SIZE.width).map(move |column| (row, column)));
    let reversed = cells.filter(|(row, column)| terminal.screen().cell(*row, *column).unwrap().inverse()).count();
    assert!(reversed > 10, "a row is reversed, not {reversed} cells");
    assert!(!raw.contains("\x1b[;m") && !raw.contains("38;5;") && !raw.contains("48;5;"));
    session.key("q");
    ends_with(session, 0);
}

#[test]
fn the_mouse_can_be_left_to_the_terminal() {
    let mut session = Session::start(&["--demo", "--no-mouse"], &[], SIZE);
    session.wait_for(READY);
    let modes = modes_left(&session.raw());
    assert!(
        modes.iter().any(|mode| mode == "1049h")
            && !modes.iter().any(|mode| mode.starts_with("100") && mode != "1004h")
    );
    session.key("q");
    ends_with(session, 0);
}

/// Set where [`program_that_panics`] is to be one.
const PANICS: &str = "TEST_PROGRAM_PANICS";

/// Not a test, but a program with a screen and a thread that panics. Started by the next test.
#[test]
#[ignore = "a program for another test"]
fn program_that_panics() {
    if std::env::var_os(PANICS).is_none() {
        return;
    }
    for _ in 0..2 {
        terminal::install_panic_hook(|info| eprintln!("report: {}", info.payload_as_str().unwrap_or_default()));
    }
    let mut screen = Screen::enter(Options { mouse: true }).unwrap();
    screen.draw(|frame| frame.render_widget("screenful", frame.area())).unwrap();
    assert!(thread::spawn(|| panic!("boom")).join().is_err());
    let late = screen.draw(|frame| frame.render_widget("too late", frame.area()));
    assert_eq!(late.unwrap_err().kind(), io::ErrorKind::NotConnected);
}

#[test]
fn a_panic_in_any_thread_restores_the_terminal_before_it_is_reported() {
    let program = std::env::current_exe().unwrap();
    let arguments = ["--exact", "program_that_panics", "--ignored", "--nocapture"];
    let mut session = Session::start_other(&program, &arguments, &[(PANICS, "1")], SIZE);
    session.wait_for("report: boom");
    let raw = String::from_utf8(session.raw()).unwrap();
    let (left, report) = (raw.find("\x1b[?1049l"), raw.find("report: boom"));
    assert!(left.is_some() && left < report && raw.contains("screenful") && !raw.contains("too late"), "{raw:?}");
    ends_with(session, 0);
}
