//! Keys that follow each other, presets, keys of one screen, and what is said of keys that do nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use whtui::app::commands::keymap::{Bindings, Found, Keymap, Preset};
use whtui::app::commands::surface::Surface;
use whtui::app::commands::{COMMANDS, CommandId, Danger, command};
use whtui::app::effect::Effect;
use whtui::app::key::{Key, Sequence};
use whtui::app::layout::{Pane, Panes, Size};
use whtui::app::message::{Event, Mouse, MouseAct};
use whtui::app::model::Model;
use whtui::app::model::overlay::Overlay;
use whtui::config::Config;
use whtui::view::theme::Theme;
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::replies::{CandidateFields, LogEntry};
use whtui::warehouse::survey::{Fact, Need};
use world::{Desk, project, settings};

/// The program with the keys of a preset.
fn desk(preset: Preset, width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings(), width, height, project());
    desk.model.keymap = Keymap::of(preset);
    desk
}

/// The program over a table that failed, reached by keys that every preset has.
fn at_table(preset: Preset, width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings(), width, height, project());
    desk.go_to_table("shop", "public.orders");
    desk.model.keymap = Keymap::of(preset);
    desk
}

fn said(desk: &Desk) -> Option<&str> {
    desk.model.activity.notice().map(|notice| notice.text.as_str())
}

/// What is on the screen, without its styles.
fn text(desk: &Desk) -> String {
    let Size { width, height } = desk.model.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let theme = Theme::builtin(true, false);
    terminal.draw(|frame| whtui::view::draw(&desk.model, &theme, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(line).collect::<Vec<String>>().join("\n")
}

fn last_line(desk: &Desk) -> String {
    text(desk).lines().last().unwrap().to_owned()
}

fn begun(model: &Model) -> String {
    model.presses.begun().map(|(_, keys)| Sequence::of(keys).to_string()).unwrap_or_default()
}

fn config(text: &str) -> Keymap {
    Config::parse(text, false).unwrap().keymap
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
            let refused = said(&desk).is_some_and(|said| said.contains("f20 does nothing here"));
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
             runbook, editor, text",
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
    desk.model.keymap = config("[keys]\ncopy = \"c\"\ncancel = \"ctrl-k\"\nback = \"ctrl-g\"\n");
    desk.press(&["D"]);
    assert!(last_line(&desk).starts_with(" y go ahead  n keep everything"), "{}", last_line(&desk));
    desk.press(&["n", "t"]);
    assert!(last_line(&desk).contains("ctrl-g close"), "{}", last_line(&desk));
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
