//! The README says what the program does: its list of keys is that of the table of commands.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on panics")]

use std::fmt::Write as _;

use program::{told, whtui};
use whtui::app::commands::keymap::{Keymap, Preset};
use whtui::app::commands::{COMMANDS, Group};
use whtui::app::key::Sequence;
use whtui::config::Config;
use whtui::config::file::{SETTINGS, Scope, Setting};
use whtui::warehouse::diagnosis::Letter;

#[path = "support/program.rs"]
mod program;
#[path = "recoveries/keys.rs"]
mod recoveries;

const START: &str = "<!-- keys: generated from the table of commands, checked by a test -->\n";
const END: &str = "<!-- end of keys -->";
const PRESETS_START: &str = "<!-- presets: generated from the presets, checked by a test -->\n";
const PRESETS_END: &str = "<!-- end of presets -->";
const SETTINGS_START: &str = "<!-- settings: generated from the table of settings, checked by a test -->\n";
const SETTINGS_END: &str = "<!-- end of settings -->";
const PRESSES: &str = "<!-- key presses: generated from the stories of recoveries, checked by a test -->\n";
const END_OF_PRESSES: &str = "<!-- end of key presses -->";

fn keys() -> String {
    let keymap = Keymap::defaults();
    let mut table = String::from("| key | command | what it does |\n| --- | --- | --- |\n");
    for group in Group::ALL {
        for command in COMMANDS.iter().filter(|command| command.group == group) {
            let keys: Vec<_> = keymap.keys(command.id).iter().map(|key| format!("`{key}`")).collect();
            writeln!(table, "| {} | `{}` | {} |", keys.join(" "), command.name, command.sentence).unwrap();
        }
    }
    table
}

/// What each preset makes different.
fn presets() -> String {
    let named = |keys: &[Sequence]| keys.iter().map(|keys| format!("`{keys}`")).collect::<Vec<_>>().join(" ");
    let all = Preset::ALL.map(Keymap::of);
    let mut table = String::from("| command |");
    for preset in Preset::ALL {
        write!(table, " {} |", preset.name()).unwrap();
    }
    table.push('\n');
    table.push_str("| --- | --- | --- | --- |\n");
    let usual = &all[0];
    let rows = Group::ALL.into_iter().flat_map(|group| COMMANDS.iter().filter(move |command| command.group == group));
    for command in rows.filter(|row| all.iter().any(|keymap| keymap.keys(row.id) != usual.keys(row.id))) {
        write!(table, "| `{}` |", command.name).unwrap();
        for keymap in &all {
            let same = keymap.preset() != Preset::Default && keymap.keys(command.id) == usual.keys(command.id);
            write!(table, " {} |", if same { String::new() } else { named(keymap.keys(command.id)) }).unwrap();
        }
        table.push('\n');
    }
    table
}

/// Every setting of the file.
fn settings() -> String {
    let mut table = String::from("| setting | value | without it | what it does |\n| --- | --- | --- | --- |\n");
    for Setting { scope, name, kind, default, sentence } in SETTINGS {
        let place = match scope {
            Scope::Top => "",
            Scope::Profile => "profiles.NAME.",
            Scope::Ui => "ui.",
            Scope::Columns => "columns.",
            Scope::Filters => "filters.",
            Scope::Keys => "keys.",
        };
        let default = if default.is_empty() { "–" } else { default };
        writeln!(table, "| `{place}{name}` | {kind} | {default} | {sentence} |").unwrap();
    }
    table
}

/// What each recovery takes, with the meaning of its letter.
fn presses() -> String {
    let mut table =
        String::from("| recovery | what it is | to the first change | to green |\n| --- | --- | --- | --- |\n");
    for (name, first, all) in recoveries::KEYS {
        let letter = name.split(',').next().and_then(Letter::parse).unwrap();
        let first = first.map_or("none is needed".to_owned(), |first| first.to_string());
        writeln!(table, "| {name} | {} | {first} | {all} |", letter.meaning()).unwrap();
    }
    table
}

/// A part of the README is what is generated for it, or is made so.
fn check(start: &str, end: &str, generated: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(start).unwrap();
    let (listed, after) = rest.split_once(end).unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path, format!("{before}{start}{generated}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(listed, generated, "run `UPDATE_README=1 cargo test --test readme`");
}

#[test]
fn generated_lists_are_up_to_date() {
    check(START, END, &keys());
    check(PRESETS_START, PRESETS_END, &presets());
    check(SETTINGS_START, SETTINGS_END, &settings());
    check(PRESSES, END_OF_PRESSES, &presses());
}

/// Every list of keys is that of the one table: this page, the man page, and (in `hints`) help and palette.
#[test]
fn the_man_page_has_the_keys_of_every_preset() {
    let (code, page, err) = told(&whtui(&["man"]).output().unwrap());
    assert_eq!((code, err.as_str()), (0, ""));
    let plain = page.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "").replace('\\', "");
    let listed = |keys: &[Sequence], title: &str| {
        let keys: Vec<String> = keys.iter().map(|keys| keys.to_string().replace('\\', "")).collect();
        let line = format!("{}  {title}", keys.join(", "));
        plain.lines().any(|found| found == line)
    };
    let usual = Keymap::defaults();
    for preset in Preset::ALL {
        let keymap = Keymap::of(preset);
        assert!(
            preset == Preset::Default || plain.contains(&format!("With --keys {}", preset.name())),
            "{}",
            preset.name()
        );
        for row in COMMANDS {
            let keys = keymap.keys(row.id);
            let told = preset == Preset::Default || keys != usual.keys(row.id);
            assert!(!told || listed(keys, row.title), "{} of {} is not in the man page", row.name, preset.name());
        }
    }
}

#[test]
fn the_first_two_commands_run_the_demo_and_the_tests() {
    let readme = include_str!("../README.md");
    let mut commands = readme.split("```sh\n").skip(1).map(|block| block.split("\n```").next().unwrap());
    assert_eq!(commands.next(), Some("cargo run --release -- --demo"));
    assert_eq!(commands.next(), Some("cargo test"));
}

#[test]
fn the_example_of_a_file_of_settings_is_free_of_mistakes() {
    let readme = include_str!("../README.md");
    let example =
        readme.split("```toml\n# ~/.config/whtui/config.toml\n").nth(1).unwrap().split("\n```").next().unwrap();
    let config = Config::parse(example, false).unwrap();
    assert_eq!(config.profiles.len(), 2);
}
