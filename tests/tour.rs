//! The tour, taken by keys alone: it ends with a table that is green.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use support::play::Play;
use whtui::app::model::tour::Tour;
use whtui::warehouse::state::State;

fn said(play: &Play) -> String {
    play.model.tour.sentence(&play.model).unwrap_or_default()
}

#[tokio::test]
async fn the_tour_leads_from_the_list_to_a_green_table() {
    let mut play = Play::start("demo").await;
    assert!(said(&play).starts_with("New here? I starts a tour"), "{}", said(&play));
    play.press(&["I"]).await;
    for (step, keys) in [
        ("1/10 A row is a source", &["j"][..]),
        ("2/10 t opens triage", &["t"]),
        ("3/10 A line is a cause", &["esc"]),
        ("4/10 a shows the tables", &["a"]),
        ("5/10 / filters", &["/", "o", "p", "p", "o", "r", "t", "u", "n", "i", "t", "y", "enter"]),
        ("6/10 3 goes to its details", &["3"]),
        ("7/10 f opens its runbook", &["f"]),
        ("8/10 enter begins", &["enter"]),
        ("9/10 It is followed", &[]),
    ] {
        assert!(said(&play).starts_with(step), "{step}: {}", said(&play));
        play.press(keys).await;
    }
    assert_eq!(play.writes().len(), 1, "one reload");
    play.until("the end of the runbook", |model| model.tour == Tour::At(9)).await;
    assert!(said(&play).starts_with("10/10 It is green. esc leaves, then H shows"), "{}", said(&play));
    play.press(&["esc"]).await;
    assert_eq!(play.state(), State::Completed);
    play.press(&["H"]).await;
    assert_eq!(play.model.tour, Tour::Off);
    assert!(play.last().1.starts_with("That was the tour"), "{:?}", play.last());
}

#[tokio::test]
async fn the_tour_is_left_at_any_time_and_is_not_offered_again() {
    let mut play = Play::start("demo").await;
    play.press(&["I", "j", "I"]).await;
    assert_eq!(play.model.tour, Tour::Off);
    let mut play = Play::start("demo").await;
    play.press(&["?", "esc"]).await;
    assert_eq!(said(&play), "", "who goes elsewhere is not asked again");
}

#[tokio::test]
async fn no_tour_is_offered_where_there_is_nothing_to_tour() {
    let mut play = Play::start("empty").await;
    assert_eq!(said(&play), "");
    play.press(&["I"]).await;
    assert!(play.last().1.starts_with("There is nothing to tour"), "{:?}", play.last());
    assert!(play.screen(140, 40).contains("There are no sources, so there are no tables."));
}
