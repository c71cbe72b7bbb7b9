//! Keys that follow each other, presets, keys of one screen, and what is said of keys that do nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/keyed.rs"]
mod keyed;
#[path = "support/world.rs"]
mod world;

use keyed::{at_table, config, last_line, said, text};
use whtui::app::commands::keymap::{Found, Keymap, Preset};
use whtui::app::commands::surface::Surface;
use whtui::app::commands::{COMMANDS, CommandId, Danger};
use whtui::app::effect::Effect;
use whtui::app::key::{Key, Sequence};
use whtui::app::layout::{Pane, Panes};
use whtui::app::message::{Event, Mouse, MouseAct};
use whtui::app::model::Model;
use whtui::app::model::overlay::Overlay;
use whtui::config::Config;
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::replies::LogEntry;
use whtui::warehouse::survey::{Fact, Need};
use world::Desk;

fn begun(model: &Model) -> String {
    model.presses.begun().map(|(_, keys)| Sequence::of(keys).to_string()).unwrap_or_default()
}

fn mistakes(text: &str) -> Vec<String> {
    let told = Config::parse(text, false).unwrap_err();
    told.iter().map(|mistake| format!("{} {}", mistake.at.unwrap().0, mistake.message)).collect()
}

// Sequences.

#[test]
fn a_sequence_does_what_it_stands_for() {
    let mut desk = at_table(Preset::Vim, 140, 40);
    desk.press(&["G"]);
    let last = desk.model.schemas.cursor();
    assert!(last > 0);
    desk.press(&["g"]);
    assert_eq!((begun(&desk.model).as_str(), desk.model.schemas.cursor()), ("g", last));
    desk.press(&["g"]);
    assert_eq!((begun(&desk.model).as_str(), desk.model.schemas.cursor()), ("", 0));
    desk.press(&["ctrl-w", "l"]);
    assert_eq!(desk.model.focus, Pane::Details);
    desk.press(&["g", "T", "z", "z"]);
    assert_eq!((desk.model.focus, desk.model.panes), (Pane::Schemas, Panes::Zoomed));
    desk.press(&["Z", "Q"]);
    assert_eq!(desk.others.last(), Some(&Effect::Quit));
    let mut desk = at_table(Preset::Emacs, 140, 40);
    let at = desk.model.schemas.cursor();
    desk.press(&["ctrl-n"]);
    assert_eq!(desk.model.schemas.cursor(), at + 1);
    desk.press(&["alt->", "alt-<", "ctrl-x", "o"]);
    assert_eq!((desk.model.schemas.cursor(), desk.model.focus), (0, Pane::Details));
    desk.press(&["ctrl-g", "alt-x"]);
    assert!(matches!(desk.model.overlay, Some(Overlay::Palette(_))));
    desk.press(&["ctrl-g"]);
    assert!(desk.model.overlay.is_none(), "what leads back leads out of a text that has no use for it");
    desk.press(&["ctrl-s", "o", "ctrl-b", "x", "ctrl-g"]);
    assert!(!desk.model.schemas.filter.is_active() && !desk.model.schemas.filter.editing);
    desk.press(&["ctrl-x", "ctrl-c"]);
    assert_eq!(desk.others.last(), Some(&Effect::Quit));
}

#[test]
fn the_last_line_says_what_was_begun_and_what_may_follow() {
    let mut desk = at_table(Preset::Vim, 140, 40);
    desk.press(&["g"]);
    insta::assert_snapshot!("begun_vim_140", last_line(&desk));
    let mut desk = at_table(Preset::Emacs, 140, 40);
    desk.press(&["ctrl-x"]);
    insta::assert_snapshot!("begun_emacs_140", last_line(&desk));
    let mut desk = at_table(Preset::Emacs, 60, 16);
    desk.press(&["ctrl-x"]);
    insta::assert_snapshot!("begun_emacs_60", last_line(&desk));
    let deep = "[keys]\nreload = \"space r r\"\ncancel = \"space r c\"\nmark = \"space m\"\n";
    desk.model.keymap = config(deep);
    desk.press(&["esc", "space"]);
    assert!(last_line(&desk).contains("r more keys"), "{}", last_line(&desk));
    desk.press(&["r"]);
    assert!(last_line(&desk).starts_with(" space r …  r reload"), "{}", last_line(&desk));
}

#[test]
fn what_is_begun_is_given_up_by_esc_or_by_a_key_that_leads_nowhere() {
    let mut desk = at_table(Preset::Vim, 140, 40);
    desk.press(&["G", "g", "esc"]);
    assert_eq!((begun(&desk.model).as_str(), said(&desk)), ("", Some("g was given up.")));
    assert_eq!(desk.model.focus, Pane::Schemas, "esc gave up what was begun and nothing else");
    for key in ["D", "X", "R", "q", "r", "enter"] {
        let before = (desk.model.schemas.cursor(), desk.others.len());
        desk.press(&["g", key]);
        let words = format!("g {key} leads nowhere, so nothing was done.");
        assert_eq!((begun(&desk.model).as_str(), said(&desk)), ("", Some(words.as_str())));
        assert!(desk.model.overlay.is_none() && desk.sends.is_empty());
        assert_eq!((desk.model.schemas.cursor(), desk.others.len()), before);
    }
    desk.press(&["g", "ctrl-l"]);
    assert_eq!((begun(&desk.model).as_str(), desk.others.last()), ("", Some(&Effect::Redraw)));
    desk.press(&["g", "ctrl-c"]);
    assert_eq!(desk.others.last(), Some(&Effect::Quit));
}

#[test]
fn what_is_begun_does_not_outlive_what_it_was_begun_over() {
    let ended = |what: &str, happens: &dyn Fn(&mut Desk)| {
        let mut desk = at_table(Preset::Vim, 140, 40);
        desk.press(&["g"]);
        happens(&mut desk);
        assert_eq!(begun(&desk.model), "", "{what}");
    };
    ended("paste", &|desk| desk.happen(Event::Pasted("g".to_owned())));
    let mouse = Mouse { column: 3, row: 3, act: MouseAct::Click };
    ended("mouse", &|desk| desk.happen(Event::MouseUsed(mouse)));
    ended("wheel", &|desk| desk.happen(Event::MouseUsed(Mouse { act: MouseAct::WheelDown, ..mouse })));
    ended("overlay", &|desk| {
        let begun = Surface::Tables;
        let g = Key::parse("g").unwrap();
        desk.press(&["esc", "y"]);
        desk.model.presses.begin(begun, &[g]);
        desk.happen(Event::FocusChanged(true));
    });
    // What changes nothing of that leaves it, too: nothing depends on time.
    let mut desk = at_table(Preset::Vim, 140, 40);
    desk.press(&["G", "g"]).pass(86_400);
    desk.happen(Event::FocusChanged(false));
    desk.press(&["g"]);
    assert_eq!(desk.model.schemas.cursor(), 0);
}

#[test]
fn while_a_text_is_typed_every_key_is_itself() {
    let mut desk = at_table(Preset::Vim, 140, 40);
    desk.press(&["/"]).type_in("ggzzZQ");
    assert_eq!(desk.model.schemas.filter.input.value(), "ggzzZQ");
    desk.press(&["esc", ":"]).type_in("gg");
    assert!(matches!(&desk.model.overlay, Some(Overlay::Palette(palette)) if palette.input.value() == "gg"));
    desk.press(&["esc", "X"]).type_in("ggZQ");
    assert!(matches!(&desk.model.overlay, Some(Overlay::Confirm(confirm)) if confirm.input.value() == "ggZQ"));
    assert_eq!(begun(&desk.model), "");
}

#[test]
fn letters_with_control_or_alt_are_not_the_letters() {
    // In a runbook `x` turns a switch, in a menu letters choose, and `d` forgets what was left behind.
    for (keys, key) in [(&["f"][..], "alt-x"), (&["f"], "ctrl-s"), (&["y"], "ctrl-i"), (&["H"], "ctrl-e")] {
        let mut desk = at_table(Preset::Default, 140, 40);
        let before = desk.press(keys).others.len();
        let key = Key { alt: true, ..Key::parse(key).unwrap() };
        desk.happen(Event::KeyPressed(key));
        assert_eq!(said(&desk).map(|said| said.contains(&format!("{key} does nothing here"))), Some(true), "{key}");
        assert_eq!(desk.others.len(), before);
    }
    // The end of a sequence is no letter either: `v` of a log changes its levels, `y v` does not.
    let mut desk = at_table(Preset::Default, 140, 40);
    desk.model.keymap = config("[keys]\nhistory = \"y v\"\ncopy = \"y y\"\n");
    desk.press(&["o", "y", "v"]);
    assert!(matches!(&desk.model.overlay, Some(Overlay::History(history)) if history.logs.is_none()));
}

// One screen.

#[test]
fn keys_of_one_screen_hold_there_and_nowhere_else() {
    let keymap = config("[keys.in.logs]\ncopy = [\"c\", \"g y\"]\ntop = \"g g\"\n[keys.in.details]\nraw = \"r\"\n");
    let mut desk = at_table(Preset::Default, 140, 40);
    desk.model.keymap = keymap;
    desk.press(&["o"]);
    let line = LogEntry {
        at: whtui::warehouse::field::Field::Null,
        level: whtui::warehouse::replies::LogLevel::parse("ERROR"),
        message: "no such table".into(),
        run: whtui::warehouse::field::Field::Null,
    };
    let (request, need) = desk.asked(|need| matches!(need, Need::Logs(_)));
    let Need::Logs(query) = need else { unreachable!("asked for") };
    desk.happen(Event::Learned(request, Box::new(Fact::Logs(query, vec![line]))));
    desk.press(&["c"]);
    assert!(
        matches!(desk.others.last(), Some(Effect::Copy(text)) if text == "no such table"),
        "{:?}",
        desk.others.last()
    );
    desk.press(&["y"]);
    assert_eq!(said(&desk), Some("y does nothing here; the last line shows the keys."));
    assert!(last_line(&desk).contains("c copy"), "{}", last_line(&desk));
    desk.press(&["g"]);
    assert!(last_line(&desk).contains("y copy") && last_line(&desk).contains("g top"), "{}", last_line(&desk));
    desk.press(&["y", "esc", "g"]);
    assert_eq!(begun(&desk.model), "", "elsewhere g is a key of its own");
    desk.press(&["3", "r"]);
    assert!(matches!(desk.model.overlay, Some(Overlay::Raw(_))), "{:?}", desk.model.overlay);
    desk.press(&["esc", "?", "G"]);
    assert!(text(&desk).contains("Only in the logs") && text(&desk).contains("c, g y"), "{}", text(&desk));
}

// The settings.

#[test]
fn the_settings_lay_keys_over_a_preset() {
    let found = |keymap: &Keymap, surface, names: &str| keymap.find(surface, Sequence::parse(names).unwrap().keys());
    let keymap = config("[ui]\nkeys = \"vim\"\n[keys]\nreload = [\"g r\", \"f6\"]\n[keys.in.triage]\nfix = \"g f\"\n");
    assert_eq!(keymap.preset(), Preset::Vim);
    assert_eq!(found(&keymap, Surface::Tables, "g r"), Found::Command(CommandId::Reload));
    assert_eq!(found(&keymap, Surface::Tables, "g g"), Found::Command(CommandId::Top));
    assert_eq!(found(&keymap, Surface::Tables, "g f"), Found::Nothing);
    assert_eq!(found(&keymap, Surface::Triage, "g f"), Found::Command(CommandId::Fix));
    assert_eq!(found(&keymap, Surface::Triage, "f"), Found::Nothing);
    // A flag takes another preset; what does not go with it is said.
    let settled = Config::parse("[keys]\nreload = \"g r\"\ntop = \"home\"\n", false).unwrap();
    let vim = settled.keymap_over(Preset::Vim).unwrap();
    assert_eq!((vim.preset(), found(&vim, Surface::Tables, "g r")), (Preset::Vim, Found::Command(CommandId::Reload)));
    assert_eq!(
        settled.keymap_over(Preset::Emacs).unwrap_err(),
        "the keys of the settings do not go with the emacs keys: the key `g` of refresh also begins `g r` of reload, and \
         cannot be both."
    );
}

#[test]
fn what_is_wrong_with_keys_is_told_where_it_stands() {
    let text = r#"[ui]
keys = "nano"
[keys]
reload = "g r"
sort = "C-x C-s"
copy = "ctrl-x ctrl-m"
watch = "w esc"
quit-now = "ctrl-x ctrl-c"
cancel = "C nope"
fix = "Z f"
edit = "Z"
[keys.triage]
fix = "x"
[keys.in.log]
copy = "c"
[keys.in.logs]
resync = "x"
redraw = "x"
filter = "v"
refresh = "c"
copy = ["c", "o o"]
[keys.in.space]
[keys.in]
history = 7
"#;
    assert_eq!(
        mistakes(text),
        [
            "2 there are no keys called `nano`; there are default, vim, emacs",
            "4 the key `g` of top also begins `g r` of reload, and cannot be both: top has it by default (give top another \
             key, or `top = []`)",
            "5 `C-x C-s` (for sort) is not a key; did you mean `ctrl-x ctrl-s`?",
            "6 in `ctrl-x ctrl-m`, `ctrl-m` is the same as `enter` in a terminal; write that (for copy)",
            "7 in `w esc`, `esc` gives up what was begun, so it cannot be part of it (for watch)",
            "8 quit-now works while a text is typed, too, and so takes one key, not `ctrl-x ctrl-c`",
            "9 `C nope` (for cancel) is not a key",
            "11 the key `Z` of edit also begins `Z f` of fix, and cannot be both: fix in line 10",
            "12 the keys of one screen stand in [keys.in.triage]",
            "14 there is no screen `log` with keys of its own; did you mean `logs`?",
            "17 resync means nothing in the logs",
            "18 redraw works everywhere, and has the same keys everywhere",
            "19 `v` has a meaning of its own in the logs; choose another for filter",
            "21 in the logs, the key `c` is claimed by both copy and refresh: refresh in line 20",
            "21 in the logs, the key `o` of logs also begins `o o` of copy, and cannot be both: logs has it by default (give \
             logs another key, or `logs = []`)",
            "22 there is no screen `space` with keys of its own; there are sources, tables, details, triage, history, logs, \
             profiles, runbook, editor, text",
            "24 `keys.in.history` is a table, written [keys.in.history], not a number",
        ]
    );
    assert_eq!(
        mistakes("[ui]\nkeys = \"vim\"\n[keys]\nreload = \"g\"\n"),
        [
            "4 the key `g` of reload also begins `g x` of browse, and cannot be both: browse has that in the vim keys (choose another \
          key for reload)"
        ]
    );
}

#[test]
fn an_unavailable_command_says_why_also_by_a_sequence() {
    let mut desk = at_table(Preset::Default, 140, 40);
    desk.model.keymap = config("[keys]\nrefresh-table-list = \"Z t\"\n");
    desk.press(&["Z", "t"]);
    let words = said(&desk).unwrap();
    assert!(words.contains("Table lists are read for whole sources"), "{words}");
}

#[test]
fn a_sequence_asks_before_it_discards_as_a_key_does() {
    for row in COMMANDS.iter().filter(|row| row.danger == Danger::Discards) {
        let mut desk = at_table(Preset::Default, 140, 40);
        desk.model.keymap = config(&format!("[keys]\n{} = \"Z y\"\n", row.name));
        desk.press(&["Z", "y"]);
        assert!(desk.sends.is_empty(), "{}", row.name);
        let asks = matches!(desk.model.overlay, Some(Overlay::Confirm(_)));
        assert!(asks || said(&desk).is_some(), "{}", row.name);
        // The last key of the sequence has not answered the question.
        let failure = Failure::new(FailureKind::Gateway, "");
        if !desk.fetches.is_empty() {
            desk.fail(|_| true, failure);
        }
        assert!(desk.sends.is_empty(), "{}", row.name);
    }
}
