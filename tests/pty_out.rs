//! What leaves the program, through the terminal and programs of the system: the real program in a pseudo-terminal, with
//! stand-ins for clipboard and browser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on panics")]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use support::pty::{SIZE, Session};

/// A program that writes down how it was called, and what it read.
fn stand_in(folder: &Path, name: &str) {
    let text = format!("#!/bin/sh\necho \"{name} $*\" >> {0}/calls\ncat >> {0}/calls\n", folder.display());
    fs::write(folder.join(name), text).unwrap();
    fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
}

fn start(folder: &Path, more: &[(&str, &str)]) -> Session {
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut variables = vec![("PATH", path.as_str())];
    variables.extend(more);
    let mut session = Session::start(&["--demo"], &variables, SIZE);
    session.wait_for("Broken");
    session
}

#[test]
fn a_copy_goes_through_the_terminal_and_a_program_of_the_system() {
    let folder = tempfile::tempdir().unwrap();
    stand_in(folder.path(), "xclip");
    let mut session = start(folder.path(), &[("DISPLAY", ":9")]);
    session.keys(&["y", "n"]);
    session.wait_for("The name was copied (by xclip).");
    session.wait_written("\x1b]52;c;");
    let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
    assert!(calls.starts_with("xclip -selection clipboard -in\n"), "{calls}");
    session.key("q");
    assert!(session.wait_exit().success());
    session.assert_terminal_restored();
}

#[test]
fn over_ssh_only_the_terminal_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    stand_in(folder.path(), "xclip");
    let mut session = start(folder.path(), &[("DISPLAY", ":9"), ("SSH_CONNECTION", "a b c d")]);
    session.keys(&["y", "n"]);
    session.wait_for("The name was copied, if the terminal allows it.");
    session.key("q");
    assert!(session.wait_exit().success());
    assert!(!folder.path().join("calls").exists());
}

#[test]
fn the_end_of_a_watched_run_reaches_the_terminal_and_the_title_is_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = start(folder.path(), &[]);
    // A table that runs: sorted by state, what moves is found by filtering.
    session.keys(&["a", "/"]);
    session.send("running");
    session.key("enter");
    // Until its jobs are read, it is not known to run.
    session.wait_for("▶ Running");
    session.keys(&["g", "w"]);
    session.wait_for("Watched: ");
    session.keys(&["c"]);
    session.wait_written("\x1b]9;whtui: ");
    session.wait_written("\x1b]2;whtui: ");
    session.key("j");
    session.wait_written("\x1b[23;2t");
    session.keys(&["q"]);
    if session.is_running() {
        session.key("q");
    }
    assert!(session.wait_exit().success());
    session.assert_terminal_restored();
}

#[test]
fn an_exported_file_is_there_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = start(folder.path(), &[]);
    let file = folder.path().join("out.json");
    for _ in 0..2 {
        session.keys(&["1", "ctrl-e", "ctrl-u"]);
        session.send(file.to_str().unwrap());
        session.wait_for("out.json");
        session.key("enter");
        session
            .wait_until("an answer", |screen| screen.contains("rows written to") || screen.contains("already; choose"));
    }
    session.wait_for("There is something of that name already");
    let rows: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert!(rows.as_array().unwrap().len() > 3);
    session.key("esc");
    session.wait_without("as filtered and sorted");
    session.key("q");
    assert!(session.wait_exit().success());
}

#[test]
fn themes_are_chosen_by_name_and_for_ears_no_frame_is_drawn() {
    let mut session = Session::start(&["--demo", "--theme", "colour-blind"], &[("NO_COLOR", "1")], SIZE);
    session.wait_for("Broken");
    assert!(String::from_utf8_lossy(&session.raw()).contains("93m"), "a theme that was asked for is meant");
    session.key("q");
    assert!(session.wait_exit().success());
    let mut session = Session::start(&["--demo", "--plain"], &[("NO_COLOR", "1")], SIZE);
    session.wait_for("Source: Production database");
    assert!(!session.screen().contains(['│', '╭', '─']), "{}", session.screen());
    session.key("q");
    assert!(session.wait_exit().success());
    let mut session = Session::start(&["--demo", "--theme", "pink"], &[], SIZE);
    session.wait_for("there is no such theme");
    assert_eq!(session.wait_exit().exit_code(), 2);
}

#[test]
fn a_late_word_of_the_terminal_about_its_background_changes_the_theme_and_nothing_else() {
    let mut session = Session::start(&["--demo"], &[], SIZE);
    session.wait_for("Broken");
    session.wait_written("\x1b]11;?\x1b\\");
    session.key("?");
    session.wait_for("Help");
    let before = session.raw().len();
    // In pieces, with keys around it.
    session.send("j\x1b]11;rgb:ff");
    session.send("ff/ffff/ffff\x1b\\k");
    session.wait_for_output_after(before);
    session.wait_for("Help");
    session.key("esc");
    session.wait_without("Help");
    // Frames are blue where they were cyan.
    let after = String::from_utf8_lossy(&session.raw()[before..]).into_owned();
    assert!(after.contains("34m"), "the light theme");
    session.key("q");
    assert!(session.wait_exit().success());
    session.assert_terminal_restored();
    // Who is told which theme is wanted does not ask.
    let mut session = Session::start(&["--demo", "--theme", "light"], &[], SIZE);
    session.wait_for("Broken");
    session.key("q");
    assert!(session.wait_exit().success());
    assert!(!String::from_utf8_lossy(&session.raw()).contains("\x1b]11;?"));
}

#[test]
fn the_zone_of_the_machine_is_known() {
    let folder = tempfile::tempdir().unwrap();
    // A rule that needs no file of zones.
    let mut session = start(folder.path(), &[("TZ", "XYZ-5:30")]);
    session.keys(&["U", "3", "enter"]);
    session.wait_for(" XYZ");
    session.key("ctrl-c");
    session.wait_exit();
}
