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
