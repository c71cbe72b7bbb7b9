//! Addresses as links: which cells lead where.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use support::play::Play;
use support::pty::{SIZE, Session};
use whtui::app::layout::{Link, Size};
use whtui::app::message::Event;
use whtui::app::settings::{Place, Start};
use whtui::view::links::draw;
use whtui::view::theme::Theme;

/// A table whose error names pages: one that is short, one that is long, one with a login.
const WORLD: &str = r#"
    [[sources]]
    type = "Stripe"
    prefix = "shop"
    tables = [
      { name = "orders", situation = "transient", fault = { text = "Not allowed. See https://docs.example.com/errors#e42. Or https://me:pw@evil.example/ or https://docs.example.com/a/very/long/way/to/the/page/that/tells/what/is/wrong/with/all/of/this/and/what/helps/against/it/one/day?or=never." } },
    ]
"#;

/// The links on the screen, each with the text of its cells.
fn links(play: &mut Play, wanted: bool) -> Vec<(String, String)> {
    let (width, height) = (100, 40);
    play.happen(Event::Resized(Size { width, height }));
    let theme = Theme::builtin(true, false);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut found: Vec<Link> = Vec::new();
    terminal.draw(|frame| found = draw(&play.model, &theme, wanted, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let text = |link: &Link| {
        let columns = link.area.x..link.area.x + link.area.width;
        columns.map(|x| buffer[(x, link.area.y)].symbol()).collect::<String>()
    };
    found.iter().map(|link| (text(link), link.address.clone())).collect()
}

#[tokio::test]
async fn only_whole_and_harmless_addresses_are_links() {
    let mut play = Play::start_toml(WORLD).await;
    play.go_to_table("shop", "orders").await;
    play.press(&["3"]).await;
    let found = links(&mut play, true);
    assert!(play.screen(100, 40).contains("evil.example") && play.screen(100, 40).contains("very/long"));
    assert!(!found.is_empty());
    for (text, address) in &found {
        assert_eq!((text.as_str(), address.as_str()), ("https://docs.example.com/errors#e42", text.as_str()));
    }
    assert_eq!(links(&mut play, false), []);
}

#[tokio::test]
async fn pages_of_the_selection_are_links() {
    let mut play = Play::start_toml(WORLD).await;
    play.go_to_source("shop").await;
    let place = Place { origin: "https://eu.posthog.com".to_owned(), project: 42, demo: false };
    play.model.settings.start = Start::Connected(place);
    play.press(&["b"]).await;
    let found = links(&mut play, true);
    let billing = "https://eu.posthog.com/organization/billing";
    assert!(found.contains(&(billing.to_owned(), billing.to_owned())), "{found:?}\n{}", play.screen(100, 40));
    assert!(found.iter().all(|(text, address)| text == address && address.starts_with("https://eu.posthog.com/")));
}

#[test]
fn links_are_written_where_the_terminal_knows_them_and_nowhere_else() {
    let scenario = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(scenario.path(), WORLD).unwrap();
    let arguments = ["--demo", "--scenario", scenario.path().to_str().unwrap()];
    for (variables, expected) in
        [(&[("VTE_VERSION", "7600")][..], true), (&[], false), (&[("VTE_VERSION", "7600"), ("TMUX", "x")], false)]
    {
        let mut session = Session::start(&arguments, variables, SIZE);
        session.wait_for("orders");
        session.key("2");
        session.wait_for("Not allowed.");
        session.key("3");
        session.key("z");
        session.wait_for("https://docs.example.com/errors");
        if expected {
            session.wait_written("\x1b]8;;https://docs.example.com/errors#e42\x1b\\");
        }
        session.key("q");
        assert!(session.wait_exit().success());
        session.assert_terminal_restored();
        let raw = String::from_utf8_lossy(&session.raw()).into_owned();
        assert_eq!(raw.contains("\x1b]8;"), expected, "{variables:?}");
        assert!(!raw.contains("\x1b]8;;https://me") && !raw.contains("]8;;https://evil"));
        assert_eq!(raw.matches("\x1b]8;;h").count(), raw.matches("\x1b]8;;\x1b\\").count(), "each link is closed");
    }
}
