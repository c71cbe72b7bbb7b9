//! Whatever stands in a reply, the terminal gets the program's own sequences and text that only draws.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on panics")]
#![allow(clippy::disallowed_methods, reason = "the server of these tests lives in the time of the program")]

#[path = "support/grammar.rs"]
mod grammar;
#[path = "support/hostile.rs"]
mod server;
mod support;

use std::cell::RefCell;
use std::io::{self, Write as _};
use std::process::Stdio;
use std::rc::Rc;

use proptest::prelude::*;
use server::{Hostile, Poison, TEXTS};
use support::client;
use support::play::Play;
use support::program::whtui;
use support::pty::Session;
use support::world::{noon, settings};
use whtui::api::Limits;
use whtui::app::layout::Size;
use whtui::app::settings::{Place, Settings, Start};
use whtui::simulator::Clock;
use whtui::terminal::{Outlet, Screen};
use whtui::view::theme::Theme;

/// Where frames go.
#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Vec<u8>>>);

impl Outlet for Kept {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(())
    }
}

/// The real program but for its terminal, connected to such a server.
struct Played {
    play: Play<Hostile>,
    screen: Screen<Kept>,
    kept: Kept,
}

impl Played {
    async fn start(poison: Poison, size: Size) -> Self {
        // A seed stands for the same world on every day.
        let clock = Clock::manual(noon());
        let server = Hostile::start("small", poison, clock.clone());
        let client = client::to(&server.origin, &server.key, server.project, Limits::default());
        let place = Place { origin: server.origin.clone(), project: server.project, demo: false };
        let settings = Settings { start: Start::Connected(place), ..settings() };
        let play = Play::connected(server, client, settings, clock, size).await;
        let kept = Kept::default();
        Self { play, screen: Screen::elsewhere(kept.clone(), size).unwrap(), kept }
    }

    async fn press(&mut self, key: &str) {
        self.play.press(&[key]).await;
        // What waits for a moment comes as well.
        self.play.tick_through(3).await;
    }

    /// What a frame writes, taken apart.
    fn drawn(&mut self) -> Result<grammar::Written, String> {
        let theme = Theme::builtin(true, false);
        self.kept.0.borrow_mut().clear();
        self.screen.redraw();
        self.screen.draw(|frame| whtui::view::draw(&self.play.model, &theme, frame)).unwrap();
        let (bytes, size) = (self.kept.0.borrow(), self.play.model.size);
        let written = grammar::parse(&bytes, size.width.into(), size.height.into())?;
        if !written.copied.is_empty() {
            return Err("a frame copies".to_owned());
        }
        let shown = String::from_utf8_lossy(&bytes);
        if shown.contains("hunter2") {
            return Err("a password is shown".to_owned());
        }
        for copied in self.play.copied() {
            grammar::plain(copied.as_bytes())?;
        }
        Ok(written)
    }
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Keys that lead to everything there is to see.
const KEYS: [&str; 30] = [
    "enter", "j", "j", "2", "a", "t", "enter", "esc", "H", "enter", "e", "esc", "E", "j", "enter", "esc", "f", "enter",
    "esc", "L", "esc", ":", "esc", "y", "o", "esc", "r", "R", "y", "3",
];

fn sizes() -> impl Strategy<Value = Size> {
    prop_oneof![Just((140, 40)), Just((80, 24)), Just((60, 16)), Just((200, 50)), Just((7, 3))]
        .prop_map(|(width, height)| Size { width, height })
}

proptest! {
    #[test]
    fn nothing_but_our_own_sequences_reaches_the_terminal(
        seed in any::<u64>(), share in prop_oneof![Just(80_u64), Just(400), Just(1_000)], refusals in prop_oneof![3 => Just(0_u64), 1 => Just(150)],
        size in sizes(), keys in prop::collection::vec(prop::sample::select(KEYS.to_vec()), 4..9),
    ) {
        let poison = Poison { seed, share, refusals, endless: 0 };
        in_runtime(async {
            let mut played = Played::start(poison, size).await;
            for key in std::iter::once("3").chain(keys) {
                played.press(key).await;
                let drawn = played.drawn();
                prop_assert!(drawn.is_ok(), "after {}: {}", key, drawn.unwrap_err());
            }
            Ok(())
        })?;
    }
}

#[test]
fn every_screen_stands_every_text() {
    in_runtime(async {
        for (seed, share) in [(3, 150), (5, 1_000)] {
            let poison = Poison { seed, share, refusals: 0, endless: 0 };
            let mut played = Played::start(poison, Size { width: 140, height: 40 }).await;
            let mut all = String::new();
            for key in KEYS {
                played.press(key).await;
                all += &played.drawn().unwrap_or_else(|error| panic!("after {key}: {error}")).text;
            }
            // They did arrive, made harmless.
            assert!(
                all.contains('\u{fffd}') && (share < 1_000 || all.contains("bob:***@db")),
                "nothing hostile was shown"
            );
        }
    });
}

#[test]
fn endless_texts_are_shown_in_part() {
    in_runtime(async {
        let poison = Poison { seed: 11, share: 25, refusals: 0, endless: 10_000_000 };
        let mut played = Played::start(poison, Size { width: 140, height: 40 }).await;
        for key in ["enter", "j", "3", "t", "esc", "y"] {
            played.press(key).await;
            played.drawn().unwrap_or_else(|error| panic!("after {key}: {error}"));
        }
    });
}

#[test]
fn the_real_terminal_gets_nothing_else_either() {
    for (seed, share, size) in [(7, 200, (140, 40)), (9, 900, (80, 24))] {
        let server = Hostile::start("small", Poison { seed, share, refusals: 50, endless: 0 }, Clock::system(1.0));
        let project = server.project.to_string();
        let variables =
            [("WHTUI_API_KEY", server.key.as_str()), ("WHTUI_PROJECT", &project), ("WHTUI_HOST", &server.origin)];
        let size = Size { width: size.0, height: size.1 };
        let mut session = Session::start(&[], &variables, size);
        session.wait_for("Sources");
        for key in ["enter", "j", "3", "y", "t", "enter", "H", "L", "E", "r"] {
            session.key(key);
            // Not every key changes something, but a frame of another size comes in any case, and after it.
            for width in [size.width - 1, size.width] {
                let before = session.raw().len();
                session.resize(Size { width, height: size.height });
                session.wait_for_output_after(before);
            }
        }
        session.key("ctrl-c");
        assert!(session.wait_exit().success());
        session.assert_terminal_restored();
        let written = grammar::parse(&session.raw(), size.width.into(), size.height.into()).unwrap();
        assert!(!written.text.contains("hunter2"));
        for copied in written.copied {
            assert!(copied != "hi" && !copied.contains("hunter2"), "somebody else's text is copied: {copied:?}");
            grammar::plain(copied.as_bytes()).unwrap();
        }
    }
}

#[test]
fn what_commands_print_is_harmless_in_a_terminal_as_well() {
    let server = Hostile::start("small", Poison { seed: 21, share: 500, refusals: 20, endless: 0 }, Clock::system(1.0));
    let json = ["diagnose", "sources", "tables", "jobs"].map(|command| [command, "--json"]);
    let people = [&["diagnose"][..], &["sources"], &["tables"], &["jobs"], &["diagnose", "--source", "\u{9b}2J"]];
    for arguments in people.into_iter().chain(json.iter().map(|arguments| &arguments[..])) {
        let mut command = whtui(arguments);
        command.env("WHTUI_HOST", &server.origin).env("WHTUI_API_KEY", &server.key);
        let output = command.env("WHTUI_PROJECT", server.project.to_string()).output().unwrap();
        for bytes in [&output.stdout, &output.stderr] {
            assert!(!grammar::plain(bytes).unwrap().contains("hunter2"), "{arguments:?}");
        }
    }
    for text in TEXTS.iter().filter(|text| !text.contains('\0') && !text.starts_with('-')) {
        for arguments in [&["explain", text][..], &["explain", "--json", text]] {
            let output = whtui(arguments).output().unwrap();
            assert!(!grammar::plain(&output.stdout).unwrap().contains("hunter2"), "{arguments:?}");
            grammar::plain(&output.stderr).unwrap();
        }
        let mut child = whtui(&["explain", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let question = serde_json::json!({"id": text, "error": text, "source_type": text, "status": text});
        child.stdin.take().unwrap().write_all(format!("{question}\n{text}\n").as_bytes()).unwrap();
        grammar::plain(&child.wait_with_output().unwrap().stdout).unwrap();
    }
    // What the user or the environment wrote is not repeated raw either.
    for arguments in [
        &["--\u{9b}2J"][..],
        &["\u{1b}[2J"],
        &["diagnose", "--host", "\u{1b}]0;x\u{7}"],
        &["audit", "--since", "\u{1b}c"],
    ] {
        let output = whtui(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        grammar::plain(&output.stderr).unwrap();
    }
}

#[test]
fn the_grammar_sees_what_is_not_ours() {
    let acts = |text: &&&str| text.chars().any(|symbol| symbol.is_control() || symbol == '\u{202e}');
    // What copies is ours, where it stands by itself.
    for text in TEXTS.iter().filter(acts).filter(|text| !text.contains("]52;")) {
        assert!(grammar::parse(text.as_bytes(), 80, 24).is_err(), "{text:?}");
    }
    for bytes in [
        &b"\x1b[3J"[..],
        b"\x1b[?47h",
        b"\x1b[1;81H",
        b"\x1b[25;1H",
        b"\x1b[1;79Habc",
        b"\xff",
        b"\x1b[6n",
        b"\x1b",
        b"\n",
    ] {
        assert!(grammar::parse(bytes, 80, 24).is_err(), "{bytes:?}");
    }
    let ours = grammar::parse(b"\x1b[?2026h\x1b[1;79H\x1b[38;5;1mab\x1b[?2026l\x1b]52;c;aGk=\x1b\\", 80, 24).unwrap();
    assert_eq!((ours.text.as_str(), ours.copied), ("ab\u{1}", vec!["hi".to_owned()]));
}
