//! How far a change stream is behind, in the details of its source.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use support::play::Play;
use whtui::app::layout::Size;
use whtui::app::message::Event;
use whtui::view::theme::Theme;

/// Streams of which one is well, one beyond the warning, one beyond what is critical, and one without a slot.
const WORLD: &str = r#"
    [[sources]]
    type = "Postgres"
    prefix = "well"
    cdc = { lag = 73400320 }
    tables = [{ name = "public.a", template = "cdc", rows = 300, duration = "4s" }]
    [[sources]]
    type = "Postgres"
    prefix = "behind"
    cdc = { lag = 6442450944 }
    tables = [{ name = "public.a", template = "cdc", rows = 300, duration = "4s" }]
    [[sources]]
    type = "Postgres"
    prefix = "lost"
    cdc = { lag = 12884901888 }
    tables = [{ name = "public.a", template = "cdc", rows = 300, duration = "4s" }]
    [[sources]]
    type = "Postgres"
    prefix = "none"
    tables = [{ name = "public.a", template = "database", rows = 300, duration = "4s" }]
"#;

async fn at(source: &str) -> Play {
    let mut play = Play::start_toml(WORLD).await;
    play.go_to_source(source).await;
    play.pass(2).await;
    play
}

fn drawn(play: &mut Play, theme: &Theme) -> String {
    let (width, height) = (80, 40);
    play.happen(Event::Resized(Size { width, height }));
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| whtui::view::draw(&play.model, theme, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let line = |row| (0..width).map(|column| buffer[(column, row)].symbol()).collect::<String>();
    let lines: Vec<String> = (0..height).map(|row| format!("{}\n", line(row).trim_end())).collect();
    let from = lines.iter().position(|line| line.contains("Change stream")).expect("a change stream is shown");
    lines[from..from + 6].concat()
}

#[tokio::test]
async fn the_lag_of_a_stream_is_drawn_against_its_thresholds() {
    let mut all = String::new();
    for source in ["well", "behind", "lost"] {
        let mut play = at(source).await;
        play.press(&["3"]).await;
        for theme in [Theme::builtin(true, false), Theme::builtin(false, true), Theme::builtin(true, false).in_lines()]
        {
            all.push_str(&drawn(&mut play, &theme));
            all.push('\n');
        }
    }
    insta::assert_snapshot!("lag", all);
}

#[tokio::test]
async fn nothing_is_shown_of_a_stream_that_nobody_told_of() {
    let mut play = at("none").await;
    play.press(&["3"]).await;
    assert!(!play.screen(80, 60).contains("Change stream"));
}

#[tokio::test]
async fn a_stream_that_is_not_set_up_has_no_gauge() {
    let mut play = Play::start_toml(
        r#"
        [[sources]]
        type = "Postgres"
        prefix = "unready"
        cdc = { problems = ["wal_level must be set to 'logical'"], fault = { text = "wal_level must be set to 'logical' (currently 'replica').", raw = "logical decoding requires wal_level >= logical", since = "2h" } }
        tables = [{ name = "public.a", template = "cdc", rows = 300, duration = "4s", frequency = "1hour" }]
        "#,
    )
    .await;
    play.go_to_source("unready").await;
    play.pass(2).await;
    play.press(&["3"]).await;
    let screen = play.screen(80, 60);
    assert!(screen.contains("Change data capture is not set up"), "{screen}");
    assert!(!screen.contains("lag 0 B") && !screen.contains("╌╌"), "{screen}");
}
