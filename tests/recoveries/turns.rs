//! Turns that a story may take: it is left and found again, the vendor says no, it is not begun at all.

use whtui::app::model::overlay::Overlay;
use whtui::warehouse::recovery::runbook::Waits;

use super::keys::KEYS;
use super::story::Story;
use super::support::play::Play;
use super::{anew, forms, plain};

#[test]
fn what_passes_and_what_is_stuck_takes_three_keys() {
    let three =
        KEYS.iter().filter(|(name, ..)| name.split(',').next().is_some_and(|letter| ["A", "F"].contains(&letter)));
    let slow: Vec<_> = three.filter(|(_, first, _)| first.is_none_or(|first| first > 3)).collect();
    assert!(slow.is_empty(), "{slow:?}");
}

#[tokio::test]
async fn a_runbook_that_is_left_goes_on_and_is_found_again_where_it_is() {
    let mut told = plain::f_phantom::STORY.opened().await;
    for key in ["t", "enter", "enter", "esc", "esc"] {
        told.press(key).await;
    }
    assert!(told.shown().is_none(), "it was left in the middle");
    told.play.pass(300).await;
    assert_eq!(told.writes(|_| true), plain::f_phantom::STORY.writes, "it went on by itself");
    told.press("F").await;
    let (_, opened) = told.shown().expect("it is found again");
    assert!(opened.book.is_over(), "{:#?}", told.lines());
}

#[tokio::test]
async fn a_runbook_that_is_shown_over_a_list_leads_back_to_it() {
    let mut told = plain::f_phantom::STORY.opened().await;
    for key in ["t", "enter", "esc", "esc", "t", "F"] {
        told.press(key).await;
    }
    assert!(told.shown().is_some());
    told.press("esc").await;
    assert!(matches!(told.play.model.overlay, Some(Overlay::Triage(_))), "{:?}", told.play.model.overlay);
}

#[tokio::test]
async fn what_somebody_stopped_is_no_fault_and_is_said_to_be_none() {
    let mut play = Play::start("demo").await;
    play.go_to_table("crm", "Task").await;
    play.press(&["f"]).await;
    assert!(play.model.overlay.is_none());
    let (_, told) = play.last();
    assert!(told.contains("cancelled, which is no fault"), "{told}");
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_begun_or_consented_to() {
    for story in [&plain::a::STORY, &anew::g::STORY] {
        let mut told = story.opened().await;
        for key in story.open {
            told.press(key).await;
        }
        told.play.pass(60).await;
        assert_eq!(told.writes(|_| true), [""; 0], "{}: opening sends nothing", story.name);
    }
    // The question is there, and is answered with no.
    let mut told = anew::g::STORY.opened().await;
    for key in ["2", "O", "enter", "n", "enter", "esc", "esc"] {
        told.press(key).await;
    }
    assert_eq!(told.writes(|_| true), [""; 0], "no is no");
}

#[tokio::test]
async fn a_vendor_that_refuses_the_webhook_is_a_failure_although_the_status_is_200() {
    let story = Story {
        name: "I, refused",
        world: r#"
            [[sources]]
            type = "Stripe"
            prefix = "eu"
            webhook = { exists = false, refusal = "The API key may not manage webhooks." }
            tables = [{ name = "Charge", template = "webhook", situation = "webhook_silent" }]
        "#,
        ..Story::NEW
    };
    let mut told = story.opened().await;
    for key in ["t", "enter", "enter", "wait:60"] {
        told.press(key).await;
    }
    let create = ["POST external_data_sources/{eu}/create_webhook/"];
    assert_eq!(told.writes(|_| true), create, "registered once");
    assert_eq!(told.waits().map(|(_, waits)| waits), Some(Waits::Retry), "{:#?}", told.lines());
    assert!(told.play.screen(140, 40).contains("may not manage webhooks"), "{}", told.play.screen(140, 40));
}

#[tokio::test]
async fn the_help_leads_back_to_what_it_lies_over() {
    let mut play = Play::start("demo").await;
    play.go_to_table("crm", "Account").await;
    play.press(&["E", "?"]).await;
    assert!(matches!(play.model.overlay, Some(Overlay::Help(_))), "{:?}", play.model.overlay);
    play.press(&["esc"]).await;
    assert!(matches!(play.model.overlay, Some(Overlay::Tuning(_))), "{:?}", play.model.overlay);
    play.press(&["esc", "?", "esc"]).await;
    assert!(play.model.overlay.is_none());
}

#[tokio::test]
async fn what_was_entered_into_a_form_is_not_lost_by_going_on_without() {
    let mut told = forms::b::STORY.opened().await;
    for key in forms::b::STORY.open {
        told.press(key).await;
    }
    told.play.until("the form", |model| model.runbooks.iter().any(|(_, opened)| opened.form.is_some())).await;
    told.play.type_in("another").await;
    told.press("ctrl-x").await;
    let (_, opened) = told.shown().expect("the runbook is shown");
    assert!(matches!(opened.book.waits(), Waits::Form(_)), "{:?}", told.play.last());
    assert_eq!(told.writes(|_| true), [""; 0]);
}
