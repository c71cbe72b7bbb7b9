//! The README says what the program does: its list of keys is that of the table of commands.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fmt::Write as _;

use whtui::app::commands::keymap::Keymap;
use whtui::app::commands::{COMMANDS, Group};

const START: &str = "<!-- keys: generated from the table of commands, checked by a test -->\n";
const END: &str = "<!-- end of keys -->";

fn keys() -> String {
    let keymap = Keymap::defaults();
    let mut table = String::from("| key | command | what it does |\n| --- | --- | --- |\n");
    for group in Group::ALL {
        for command in COMMANDS.iter().filter(|command| command.group == group) {
            let keys: Vec<_> = keymap.keys(command.id).iter().map(|key| format!("`{key}`")).collect();
            writeln!(table, "| {} | {} | {} |", keys.join(" "), command.title, command.sentence).unwrap();
        }
    }
    table
}

#[test]
fn the_list_of_keys_is_that_of_the_table_of_commands() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(START).expect("the README marks its list of keys");
    let (listed, after) = rest.split_once(END).expect("the list of keys has an end");
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path, format!("{before}{START}{}{END}{after}", keys())).unwrap();
        return;
    }
    assert_eq!(listed, keys(), "run `UPDATE_README=1 cargo test --test readme`");
}

#[test]
fn the_first_two_commands_run_the_demo_and_the_tests() {
    let readme = include_str!("../README.md");
    let mut commands = readme.split("```sh\n").skip(1).map(|block| block.split("\n```").next().unwrap());
    assert_eq!(commands.next(), Some("cargo run --release -- --demo"));
    assert_eq!(commands.next(), Some("cargo test"));
}
