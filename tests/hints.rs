//! What is shown of keys: help, palette, hints, and what is said of a key that does nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/keyed.rs"]
mod keyed;
#[path = "support/world.rs"]
mod world;

use keyed::{at_table, config, desk, last_line, said, text};
use whtui::app::commands::keymap::{Bindings, Keymap, Preset};
use whtui::app::commands::surface::Surface;
use whtui::app::commands::{COMMANDS, CommandId, command};
use whtui::app::key::Sequence;
use whtui::app::layout::Size;
use whtui::app::message::Event;
use whtui::app::model::overlay::Overlay;
use whtui::warehouse::replies::CandidateFields;
use whtui::warehouse::survey::{Fact, Need};
use world::{Desk, project, settings};

/// The program over a surface.
fn over(surface: Surface) -> Desk {
    let mut desk = at_table(Preset::Default, 140, 40);
    match surface {
        Surface::Sources => desk.press(&["1"]),
        Surface::Tables => desk.press(&["2"]),
        Surface::Details => desk.press(&["3"]),
        Surface::Triage => desk.press(&["t"]),
        Surface::History => desk.press(&["H"]),
        Surface::Logs => desk.press(&["o"]),
        Surface::AllProfiles => desk.press(&["ctrl-g"]),
        Surface::Runbook => desk.press(&["f"]),
        Surface::Editor => {
            let held = desk.held("public.orders");
            desk.press(&["E"]).full(held);
            while let Some(place) = desk.fetches.iter().position(|(_, need)| matches!(need, Need::Candidates(_))) {
                let (request, need) = desk.fetches.remove(place);
                let Need::Candidates(id) = need else { unreachable!("asked for") };
                desk.happen(Event::Learned(request, Box::new(Fact::Candidates(id, Box::<CandidateFields>::default()))));
                desk.happen(Event::FetchEnded(request, Ok(())));
            }
            &mut desk
        }
        Surface::Text => desk.press(&["J"]),
        Surface::Lists => desk.press(&["y"]),
    };
    desk
}

#[test]
fn each_screen_understands_the_commands_that_are_listed_for_it_and_no_other() {
    for surface in Surface::ALL.into_iter().filter(|surface| !surface.is_pane()) {
        for row in COMMANDS.iter().filter(|row| !CommandId::EVERYWHERE.contains(&row.id)) {
            let mut desk = over(surface);
            assert_eq!(desk.model.surface(), Some(surface), "{surface:?}");
            let keys = Bindings { general: vec![(row.id, vec![Sequence::parse("f20").unwrap()])], own: Vec::new() };
            desk.model.keymap = Keymap::defaults().rebound(&keys).unwrap();
            desk.model.activity.hide();
            desk.press(&["f20"]);
            let refusals = ["f20 does nothing here", "open it first with enter"];
            let refused = said(&desk).is_some_and(|said| refusals.iter().any(|refusal| said.contains(refusal)));
            // Help and activity are texts, too, and close by their own keys.
            let only_others = surface == Surface::Text && matches!(row.id, CommandId::Help | CommandId::Activity);
            // No settings are drawn yet where moving through them by pages would show more.
            let only_preview = surface == Surface::Editor
                && matches!(
                    row.id,
                    CommandId::PageDown | CommandId::PageUp | CommandId::HalfPageDown | CommandId::HalfPageUp
                );
            if !only_others && !only_preview {
                let sought = said(&desk).is_some_and(|said| said.contains("Nothing is searched for"));
                assert_eq!(!refused && !sought, surface.understands(row.id), "{} in {surface:?}", row.name);
            }
        }
    }
}

// What is shown.

#[test]
fn help_and_palette_show_every_key_of_every_preset() {
    for preset in Preset::ALL {
        // Long enough for all of it.
        let mut desk = at_table(preset, 80, 200);
        desk.press(&["?"]);
        let shown = text(&desk);
        for row in COMMANDS {
            for keys in desk.model.keymap.keys(row.id) {
                let keys = keys.to_string();
                let listed = |line: &str| line.contains(&format!(" {keys} ")) || line.contains(&format!(" {keys},"));
                assert!(shown.lines().any(listed), "{keys} of {} in the help of {}", row.name, preset.name());
            }
        }
        desk.press(&["esc", ":"]);
        desk.happen(Event::Resized(Size { width: 80, height: 16 }));
        let Some(Overlay::Palette(palette)) = &desk.model.overlay else { panic!("{:?}", desk.model.overlay) };
        let listed: Vec<CommandId> = palette.entries.iter().map(|entry| entry.id).collect();
        assert!(listed.len() > 30, "{listed:?}");
        // What is as it is by default was looked at before.
        let usual = Keymap::defaults();
        for id in listed {
            if preset != Preset::Default && desk.model.keymap.keys(id) == usual.keys(id) {
                continue;
            }
            let (key, title) = (desk.model.keymap.key(id), command(id).title);
            desk.press(&["ctrl-u"]).type_in(title);
            let shown = text(&desk);
            let row = |line: &str| line.contains(&format!(" {key} ")) && line.contains(&format!(" {title} "));
            assert!(shown.lines().any(row), "{key} of {title} in the palette of {}", preset.name());
        }
    }
}

#[test]
fn the_palette_has_room_for_sequences() {
    let mut desk = at_table(Preset::Emacs, 140, 70);
    desk.press(&[":"]).type_in("quit");
    insta::assert_snapshot!("palette_emacs", palette_rows(&desk));
    desk.press(&["esc"]);
    desk.model.keymap = Keymap::defaults();
    desk.press(&[":"]).type_in("quit");
    insta::assert_snapshot!("palette_default", palette_rows(&desk));
}

fn palette_rows(desk: &Desk) -> String {
    let rows: Vec<String> = text(desk).lines().filter(|line| line.contains("quit")).map(str::to_owned).collect();
    rows.join("\n")
}

#[test]
fn the_help_of_a_preset_is_its_own() {
    let mut desk = desk(Preset::Emacs, 80, 24);
    desk.press(&["?", "alt->"]);
    insta::assert_snapshot!("help_emacs_80", text(&desk));
}

// Hints.

#[test]
fn hints_drop_out_by_worth_when_space_shrinks() {
    let mut desk = at_table(Preset::Default, 300, 16);
    let mut hints = |width: u16| -> String {
        desk.happen(Event::Resized(Size { width, height: 16 }));
        last_line(&desk).trim().to_owned()
    };
    let whole = hints(300);
    let mut before = whole.clone();
    assert!(whole.starts_with("? help  q quit  : actions"), "{whole}");
    for width in (60..300).rev().step_by(4) {
        let now = hints(width);
        assert!(before.starts_with(&now), "{width}: {now}\nafter {before}");
        before = now;
    }
    assert!(before.contains("r reload") || before.contains("f fix"), "{before}");
    assert!(before.len() < whole.len());
}

#[test]
fn every_screen_shows_the_way_out_at_its_narrowest() {
    for surface in Surface::ALL.into_iter().filter(|surface| !surface.is_pane()).chain([Surface::Lists]) {
        let mut desk = over(surface);
        desk.happen(Event::Resized(Size { width: 60, height: 16 }));
        desk.model.activity.hide();
        assert!(last_line(&desk).contains("esc "), "{surface:?}: {}", last_line(&desk));
    }
}

#[test]
fn hints_of_questions_are_not_rebound() {
    let mut desk = at_table(Preset::Default, 140, 40);
    desk.model.keymap = config("[keys]\ncopy = \"c\"\ncancel = \"ctrl-k\"\nback = \"ctrl-t\"\n");
    desk.press(&["D"]);
    assert!(last_line(&desk).starts_with(" y go ahead  n keep everything"), "{}", last_line(&desk));
    desk.press(&["n", "t"]);
    assert!(last_line(&desk).contains("ctrl-t close"), "{}", last_line(&desk));
}

#[test]
fn a_key_that_does_nothing_says_so_wherever_it_is_pressed() {
    type Way = (&'static str, &'static [&'static str]);
    let ways: [Way; 12] = [
        ("palette", &[":"]),
        ("filter", &["/"]),
        ("question", &["D"]),
        ("typed question", &["X"]),
        ("menu", &["y"]),
        ("profiles", &["P"]),
        ("export", &["ctrl-e"]),
        ("key form", &["K"]),
        ("search in details", &["3", "/"]),
        ("search in help", &["?", "/"]),
        ("search in logs", &["o", "/"]),
        ("editor that reads", &["E"]),
    ];
    let check = |name: &str, mut desk: Desk| {
        for key in ["f20", "alt-p", "ctrl-alt-y"] {
            desk.model.activity.hide();
            desk.press(&[key]);
            let words = said(&desk).unwrap_or_default().to_owned();
            assert!(words.contains(&format!("{key} does nothing here")), "{key} in {name}: {words:?}");
            assert!(text(&desk).contains(&format!("{key} does nothing here")), "{key} in {name} is seen");
        }
    };
    for (name, keys) in ways {
        let mut desk = at_table(Preset::Default, 140, 40);
        desk.press(keys);
        check(name, desk);
    }
    for surface in Surface::ALL {
        check(surface.name(), over(surface));
    }
}

#[test]
fn what_was_said_in_passing_does_not_outlive_what_it_was_said_of() {
    let mut desk = at_table(Preset::Default, 140, 40);
    desk.press(&["t", "ctrl-g"]);
    assert!(said(&desk).unwrap().contains("ctrl-g does nothing here"));
    desk.press(&["esc"]);
    assert_eq!(said(&desk), None);
    // It stays as long as one is there, and what a key says as it leads elsewhere is seen there.
    desk.press(&["t", "ctrl-g", "j"]);
    assert!(said(&desk).unwrap().contains("ctrl-g does nothing here"));
}

#[test]
fn help_begins_with_the_keys_of_what_it_lies_over() {
    for (way, key) in [(&["H"][..], "space"), (&["o"], "ctrl-o"), (&["t"], "H"), (&["J"], "y"), (&["y"], "enter")] {
        let mut desk = at_table(Preset::Default, 80, 40);
        desk.press(way).press(&["?"]);
        let shown = text(&desk);
        let (here, rest) = shown.split_once("Acting on the selection").expect("the help");
        assert!(here.contains("Here") && here.contains(&format!(" {key} ")), "{way:?}: {here}");
        assert!(!rest.is_empty());
        let before = desk.model.beneath.as_ref().map(std::mem::discriminant);
        desk.press(&["esc"]);
        assert_eq!(desk.model.overlay.as_ref().map(std::mem::discriminant), before, "{way:?}");
    }
}

#[test]
fn why_a_key_did_nothing_is_forgotten_with_the_next_key() {
    let mut desk = Desk::reading(settings(), 140, 40, project());
    desk.press(&["1", "esc"]);
    assert!(said(&desk).is_some_and(|said| said.contains("outermost pane")), "{:?}", said(&desk));
    desk.press(&["2"]);
    assert_eq!(said(&desk), None);
    // Another reason takes its place.
    desk.press(&["1", "esc", "esc"]);
    assert!(said(&desk).is_some_and(|said| said.contains("outermost pane")), "{:?}", said(&desk));
}

#[test]
fn sources_of_one_name_are_told_apart_wherever_they_are_named() {
    let named = |id: &str, prefix: &str, table: &str| whtui::warehouse::source::Source {
        prefix: world::told(prefix),
        ..world::source(id, "Postgres", Some("Acme prod"), vec![world::table(table, 5)])
    };
    let sources = vec![named("s1", "acme_", "public.one"), named("s2", "other_", "public.two")];
    let mut desk = Desk::reading(settings(), 140, 40, sources);
    desk.press(&["1"]);
    assert!(text(&desk).contains("Acme prod (acme_)") && text(&desk).contains("Acme prod (other_)"), "{}", text(&desk));
    desk.press(&["a"]);
    assert!(text(&desk).contains("Acme prod (other_)"), "{}", text(&desk));
    for (width, height) in [(140, 40), (80, 24), (60, 16)] {
        desk.happen(Event::Resized(Size { width, height }));
        for keys in [&["1", "X"][..], &["2", "X"], &["2", "R"]] {
            desk.press(keys);
            assert!(matches!(desk.model.overlay, Some(Overlay::Confirm(_))), "{keys:?}: {}", text(&desk));
            let shown = text(&desk);
            assert!(shown.contains("Postgres, prefix ") && shown.contains("Acme prod ("), "{shown}");
            desk.press(&["esc"]);
        }
    }
    // Once one of them is gone, the other needs no more than its name.
    desk.press(&["ctrl-r"]).list(vec![named("s1", "acme_", "public.one")]);
    assert!(!text(&desk).contains("Acme prod (acme_)"), "{}", text(&desk));
}
