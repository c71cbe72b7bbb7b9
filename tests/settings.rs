//! `whtui config` and the file of settings, as a shell sees them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/program.rs"]
mod program;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use program::whtui;
use tempfile::TempDir;

/// A home with nothing in it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("config/whtui/config.toml")
    }

    fn settle(&self, text: &str, mode: u32) {
        std::fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        std::fs::write(self.file(), text).unwrap();
        std::fs::set_permissions(self.file(), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Exit code, output and complaints.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = whtui(arguments)
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.0.path().join("config"))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert!(!out.contains("planted") && !err.contains("planted"), "{out}{err}");
        assert!(!err.contains("panicked"), "{err}");
        (output.status.code().unwrap(), out, err)
    }
}

#[test]
fn a_first_file_is_written_privately_and_never_over_another() {
    let home = Home::new();
    let path = home.file().display().to_string();
    assert_eq!(home.run(&["config", "path"]), (0, format!("{path}\n"), String::new()));
    let (code, out, _) = home.run(&["config", "check"]);
    assert!(code == 0 && out.contains("does not exist"), "{out}");
    assert_eq!(home.run(&["config", "init"]).0, 0);
    assert_eq!(std::fs::metadata(home.file()).unwrap().permissions().mode() & 0o777, 0o600);
    let written = std::fs::read_to_string(home.file()).unwrap();
    let (code, _, err) = home.run(&["config", "init"]);
    assert!(code == 2 && err.contains("exists already"), "{err}");
    assert_eq!(std::fs::read_to_string(home.file()).unwrap(), written);
    let (code, out, _) = home.run(&["config", "check"]);
    assert!(code == 0 && out.contains("nothing is wrong"), "{out}");
}

#[test]
fn every_mistake_is_told_with_its_place_wherever_the_file_is_read() {
    let home = Home::new();
    home.settle("[profiles.p]\nhots = 1\napi_key = \"phx_planted\"\n[keys]\nreload = \"c\"\n", 0o644);
    let path = home.file().display().to_string();
    let expected = [
        "whtui: the file of settings has 3 mistakes:".to_owned(),
        format!(
            "{path}: it holds an API key and other users of this machine can read it; mend that with: chmod 600 {path}"
        ),
        format!("{path}:2:1: there is no setting `hots` in a profile; did you mean `host`?"),
        format!(
            "{path}:5:10: the key `c` is claimed by both reload and cancel: cancel has it by default (give cancel \
             another key, or `cancel = []`)"
        ),
    ];
    let (code, out, err) = home.run(&["config", "check"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(err.lines().collect::<Vec<_>>(), expected);
    let (code, _, err) = home.run(&["diagnose"]);
    assert_eq!((code, err.lines().take(4).collect::<Vec<_>>()), (2, expected.iter().map(String::as_str).collect()));
    assert!(err.contains("--no-config"), "{err}");
    let (code, _, err) = home.run(&["diagnose", "--no-config"]);
    assert!(code == 2 && err.contains("No API key was found"), "{err}");
    // The command that is named mends it.
    let mended = Command::new("sh").args(["-c", &format!("chmod 600 {path}")]).status().unwrap();
    assert!(mended.success());
    assert!(home.run(&["config", "check"]).2.contains("2 mistakes"));
}

#[test]
fn others_may_neither_write_it_nor_be_believed() {
    let home = Home::new();
    let marker = home.0.path().join("ran");
    let file = format!("[profiles.p]\napi_key_command = [\"touch\", \"{}\"]\n", marker.display());
    home.settle(&file, 0o622);
    let (code, _, err) = home.run(&["diagnose"]);
    assert!(code == 2 && err.contains("may change it"), "{err}");
    assert!(!marker.exists(), "a command in it was run");
    home.settle(&file, 0o600);
    let (code, _, err) = home.run(&["diagnose"]);
    assert!(code == 2 && err.contains("`touch`") && err.contains("printed nothing"), "{err}");
    assert!(marker.exists());
}

#[test]
fn profiles_that_lead_nowhere_are_explained() {
    let home = Home::new();
    home.settle(
        "[profiles.one]\nproject = 1\napi_key_env = \"NOT_SET\"\n[profiles.two]\nproject = 1\n\
         api_key_command = [\"sh\", \"-c\", \"echo no session for phx_planted >&2; exit 4\"]\n",
        0o600,
    );
    for (arguments, words) in [
        (&["diagnose"][..], "name one with --profile"),
        (&["diagnose", "--profile", "thre"], "There is no profile thre; there are: one, two."),
        (&["diagnose", "--profile", "one"], "from the variable NOT_SET, which is not set"),
        (&["diagnose", "--profile", "two"], "`sh`, failed (exit status: 4): no session for ***."),
    ] {
        let (code, _, err) = home.run(arguments);
        assert!(code == 2 && err.contains(words), "{arguments:?}: {err}");
    }
    let (code, out, _) = home.run(&["config", "check"]);
    assert!(code == 0 && out.contains("2 profiles: one, two."), "{out}");
}
