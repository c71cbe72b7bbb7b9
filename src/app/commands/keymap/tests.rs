//! Keymaps, presets, and what clashes.

use super::*;

fn keys(names: &[&str]) -> Vec<Sequence> {
    names.iter().map(|name| Sequence::parse(name).unwrap()).collect()
}

fn general(wanted: &[(CommandId, &[&str])]) -> Bindings {
    Bindings { general: wanted.iter().map(|(id, names)| (*id, keys(names))).collect(), own: Vec::new() }
}

fn own(wanted: &[(Surface, CommandId, &[&str])]) -> Bindings {
    let own = wanted.iter().map(|(surface, id, names)| (*surface, *id, keys(names))).collect();
    Bindings { general: Vec::new(), own }
}

fn pressed(keymap: &Keymap, surface: Surface, names: &str) -> Found {
    keymap.find(surface, Sequence::parse(names).unwrap().keys())
}

fn sentences(clashes: &[Clash]) -> Vec<String> {
    clashes.iter().map(Clash::sentence).collect()
}

#[test]
fn every_preset_is_free_of_mistakes_complete_and_can_be_pressed() {
    let defaults = Keymap::default().rebound(&Bindings::read(DEFAULTS).unwrap()).unwrap();
    for preset in Preset::ALL {
        if let Some(text) = preset.differences() {
            let differences = Bindings::read(text).unwrap();
            defaults.rebound(&differences).unwrap();
            for (id, keys) in &differences.general {
                assert_ne!(defaults.keys(*id), keys, "{} is no difference", crate::app::commands::command(*id).name);
            }
        }
        let keymap = Keymap::of(preset);
        assert_eq!(keymap.preset(), preset);
        for command in COMMANDS {
            let keys = keymap.keys(command.id);
            assert!(!keys.is_empty(), "{} has no key in {}", command.name, preset.name());
            for sequence in keys {
                assert_eq!(sequence.reaches_us(), Ok(()));
            }
        }
    }
}

#[test]
fn what_must_get_through_while_a_text_is_typed_is_one_key() {
    for preset in Preset::ALL {
        let keymap = Keymap::of(preset);
        for id in CommandId::EVERYWHERE {
            let single = |sequence: &Sequence| sequence.single().is_some_and(|key| !key.is_typing());
            assert!(keymap.keys(id).iter().all(single), "{id:?} in {}", preset.name());
        }
    }
}

#[test]
fn what_discards_data_takes_no_fewer_keys_in_any_preset() {
    let defaults = Keymap::defaults();
    for preset in Preset::ALL {
        let keymap = Keymap::of(preset);
        for row in COMMANDS.iter().filter(|row| row.danger == crate::app::commands::Danger::Discards) {
            assert_eq!(keymap.keys(row.id), defaults.keys(row.id), "{} in {}", row.name, preset.name());
        }
    }
}

#[test]
fn commands_get_other_keys_and_clashes_name_both_owners() {
    let key = |name: &str| Key::parse(name).unwrap();
    let defaults = Keymap::defaults();
    let swapped = defaults.rebound(&general(&[(CommandId::Reload, &["c", "f6"]), (CommandId::Cancel, &["r"])]));
    let swapped = swapped.unwrap();
    assert_eq!(swapped.command(key("c")), Some(CommandId::Reload));
    assert_eq!(swapped.command(key("r")), Some(CommandId::Cancel));
    assert_eq!(swapped.keys(CommandId::Reload), keys(&["c", "f6"]));
    let unbound = defaults.rebound(&general(&[(CommandId::Reload, &[])])).unwrap();
    assert_eq!((unbound.command(key("r")), unbound.key(CommandId::Reload)), (None, String::new()));
    let clashes = defaults.rebound(&general(&[(CommandId::Reload, &["c"]), (CommandId::Quit, &["p"])])).unwrap_err();
    assert_eq!(
        sentences(&clashes),
        ["the key `c` is claimed by both reload and cancel", "the key `p` is claimed by both pause-resume and quit"]
    );
}

#[test]
fn a_sequence_leads_to_its_command_and_its_beginning_to_more() {
    let keymap = Keymap::of(Preset::Emacs);
    assert_eq!(pressed(&keymap, Surface::Tables, "ctrl-x"), Found::Begins);
    assert_eq!(pressed(&keymap, Surface::Tables, "ctrl-x ctrl-c"), Found::Command(CommandId::Quit));
    assert_eq!(pressed(&keymap, Surface::Tables, "ctrl-x ctrl-n"), Found::Nothing);
    assert_eq!(keymap.command(Key::parse("ctrl-x").unwrap()), None);
    let after = keymap.after(Surface::Tables, &[Key::parse("ctrl-x").unwrap()]);
    assert!(after.iter().any(|(rest, id)| (rest.to_string().as_str(), *id) == ("o", CommandId::NextPane)));
    assert!(keymap.after(Surface::Tables, &[Key::parse("j").unwrap()]).is_empty());
}

#[test]
fn a_key_cannot_be_a_command_and_begin_another() {
    let defaults = Keymap::defaults();
    let clashes = defaults.rebound(&general(&[(CommandId::Reload, &["g r"])])).unwrap_err();
    assert_eq!(sentences(&clashes), ["the key `g` of top also begins `g r` of reload, and cannot be both"]);
    let clashes = defaults.rebound(&general(&[(CommandId::Top, &["g", "g g"])])).unwrap_err();
    assert_eq!(sentences(&clashes), ["the key `g` of top also begins `g g` of top, and cannot be both"]);
    let clashes = defaults.rebound(&general(&[(CommandId::Top, &["g x"]), (CommandId::Copy, &["g x y"])])).unwrap_err();
    assert_eq!(sentences(&clashes), ["the key `g x` of top also begins `g x y` of copy, and cannot be both"]);
}

#[test]
fn keys_of_one_surface_go_before_the_general_ones() {
    let defaults = Keymap::defaults();
    let keymap = defaults.rebound(&own(&[(Surface::Logs, CommandId::Copy, &["c"])])).unwrap();
    assert_eq!(pressed(&keymap, Surface::Logs, "c"), Found::Command(CommandId::Copy));
    assert_eq!(pressed(&keymap, Surface::Logs, "y"), Found::Nothing);
    assert_eq!(pressed(&keymap, Surface::Tables, "c"), Found::Command(CommandId::Cancel));
    assert_eq!(pressed(&keymap, Surface::Tables, "y"), Found::Command(CommandId::Copy));
    assert_eq!((keymap.key(CommandId::Copy), keymap.key_on(Surface::Logs, CommandId::Copy)), ("y".into(), "c".into()));
    assert!(keymap.keys_on(Surface::Logs, CommandId::Cancel).is_empty());
    assert_eq!(keymap.own(Surface::Logs), [CommandId::Copy]);
    assert!(keymap.own(Surface::Tables).is_empty());
    let clashes = defaults
        .rebound(&own(&[(Surface::Logs, CommandId::Copy, &["c"]), (Surface::Logs, CommandId::Refresh, &["c", "j j"])]));
    assert_eq!(
        sentences(&clashes.unwrap_err()),
        [
            "in the logs, the key `c` is claimed by both copy and refresh",
            "in the logs, the key `j` of down also begins `j j` of refresh, and cannot be both",
        ]
    );
    // What is laid over it keeps what was there.
    let more = keymap.rebound(&general(&[(CommandId::Copy, &["ctrl-y"])])).unwrap();
    assert_eq!(pressed(&more, Surface::Logs, "c"), Found::Command(CommandId::Copy));
    assert_eq!(pressed(&more, Surface::Tables, "ctrl-y"), Found::Command(CommandId::Copy));
}

#[test]
fn all_mistakes_of_a_file_are_reported_at_once() {
    let text = "reload = [\"r\", \"ctrl-\"]\nfly = [\"f\"]\n[in.logs]\nfly = [\"x\"]\n[in.space]\ndown = [\"x\"]";
    let mistakes = Bindings::read(text).unwrap_err();
    let mut text: Vec<_> = mistakes.iter().map(|mistake| mistake.0.as_str()).collect();
    text.sort_unstable();
    assert_eq!(
        text,
        [
            "\"ctrl-\" (for reload) is not a key",
            "there is no command `fly`",
            "there is no command `fly`",
            "there is no surface `space`",
        ]
    );
}
