//! The README says what the program does: its list of keys is that of the table of commands.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fmt::Write as _;

use whtui::app::commands::keymap::Keymap;
use whtui::app::commands::{COMMANDS, Group};
use whtui::config::Config;
use whtui::config::file::{SETTINGS, Scope, Setting};
use whtui::warehouse::diagnosis::Letter;

#[path = "recoveries/keys.rs"]
mod recoveries;

const START: &str = "<!-- keys: generated from the table of commands, checked by a test -->\n";
const END: &str = "<!-- end of keys -->";
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

/// Every setting of the file.
fn settings() -> String {
    let mut table = String::from("| setting | value | without it | what it does |\n| --- | --- | --- | --- |\n");
    for Setting { scope, name, kind, default, sentence } in SETTINGS {
        let place = match scope {
            Scope::Top => "",
            Scope::Profile => "profiles.NAME.",
            Scope::Ui => "ui.",
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
    check(SETTINGS_START, SETTINGS_END, &settings());
    check(PRESSES, END_OF_PRESSES, &presses());
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
