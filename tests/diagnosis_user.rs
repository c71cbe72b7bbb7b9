//! A user's own catalogue: its format, and the built program with one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "support/program.rs"]
mod program;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use program::whtui;
use serde_json::Value;
use tempfile::TempDir;
use whtui::warehouse::diagnosis::{Catalogue, CauseId, Letter, Symptom};

#[test]
fn a_user_adds_causes_and_changes_advice() {
    let catalogue = Catalogue::with_user(
        r#"
        [[cause]]
        id = "vpn_down"
        title = "Our VPN is down"
        meaning = "The office VPN has to be up."
        recovery = "J"
        advice = ["Call Ada."]

        [[cause]]
        id = "credentials_invalid"
        advice = ["Ask the platform team."]

        [[rule]]
        cause = "vpn_down"
        any = ['could not translate host name {name}']
        retry_safe = true
        "#,
    )
    .unwrap();
    let text = "Could not translate host name \"db.office\" to address: Name or service not known";
    let verdict = catalogue.diagnose(&Symptom::of(Some(text)));
    assert_eq!(verdict.cause, "vpn_down");
    assert_eq!((verdict.recovery, verdict.retry_safe, verdict.destructive), (Letter::J, true, false));
    assert_eq!(verdict.identifier.unwrap().raw(), "db.office");
    let changed = catalogue.cause(&CauseId::new("credentials_invalid")).unwrap();
    assert_eq!(changed.advice[0].raw(), "Ask the platform team.");
    assert_eq!(changed.title, Catalogue::builtin().cause(&changed.id).unwrap().title);
}

#[test]
fn all_mistakes_are_reported_at_once_with_their_lines() {
    let mistakes = Catalogue::with_user(
        r#"colour = "red"
[[cause]]
id = "mine"
recovery = "G"
[[cause]]
id = "column_type_changed"
destructive = true
[[rule]]
cause = "column_type_changed"
any = ["fits"]
[[rule]]
cause = "nothing"
any = ["a(b", "c"]
levels = ["planet"]
http = [200]
[[rule]]
cause = "unknown"
[[rule]]
any = 3.5
"#,
    )
    .unwrap_err();
    let lines: Vec<usize> = mistakes.iter().map(|mistake| mistake.line).collect();
    assert_eq!(lines, [1, 2, 4, 5, 8, 11, 13, 14, 15, 16, 18, 19], "{mistakes:#?}");
    assert!(mistakes[2].to_string().contains("line 4: a file of your own may not ask for G"), "{}", mistakes[2]);
    assert!(Catalogue::with_user("[[rule]\ncause = 1").is_err());
}

#[test]
fn patterns_that_would_eat_the_memory_are_refused() {
    let file = "[[rule]]\ncause = \"unknown\"\nany = ['(a{1000}){1000}']\n";
    let mistakes = Catalogue::with_user(file).unwrap_err();
    assert_eq!(mistakes.len(), 1);
    assert!(mistakes[0].message.contains("cannot be used"), "{}", mistakes[0]);
}

/// A home directory with a catalogue in it.
struct Home {
    folder: TempDir,
    file: PathBuf,
}

impl Home {
    fn new(catalogue: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("settings/whtui/root-causes.toml");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, catalogue).unwrap();
        let home = Self { folder, file };
        home.allow(0o600);
        home
    }

    fn allow(&self, mode: u32) {
        std::fs::set_permissions(&self.file, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = whtui(arguments);
        command.env("HOME", self.folder.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).env("XDG_CONFIG_HOME", self.folder.path().join("settings")).output().unwrap()
    }

    /// What is answered in JSON.
    fn asks(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    }

    /// The exit code, and what stands on standard error; nothing was answered.
    fn refuses(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        assert!(output.stdout.is_empty(), "{output:?}");
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}

const UNREACHABLE: &str = "could not translate host name \"db.office\" to address: Name or service not known";

#[test]
fn the_example_of_the_readme_does_what_it_says() {
    let readme = include_str!("../README.md");
    let example =
        readme.split("```toml\n").find(|block| block.contains("vpn_down")).unwrap().split("\n```").next().unwrap();
    let home = Home::new(example);
    let answer = home.asks(&["explain", "--json", UNREACHABLE]);
    assert_eq!((&answer["root_cause"], &answer["recovery"]), (&"vpn_down".into(), &"J".into()));
    assert_eq!((&answer["title"], &answer["retry_safe"]), (&"The office VPN is down".into(), &true.into()));
    assert_eq!(answer["advice"], "Ask #network to bring the VPN up. Reload the source.");
    let answer = home.asks(&["explain", "--json", "password authentication failed for user \"x\""]);
    assert_eq!((&answer["root_cause"], &answer["recovery"]), (&"credentials_invalid".into(), &"B".into()));
    assert!(answer["advice"].as_str().unwrap().starts_with("Take the new password from the vault"), "{answer}");
}

#[test]
fn without_the_variable_it_is_in_the_home_directory() {
    let home = Home::new("[[cause]]\nid = \"network_unreachable\"\ntitle = \"Nobody is there\"\n");
    let explain = |home: &Home| -> Value {
        let output = home.command(&["explain", "--json", UNREACHABLE]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!(explain(&home)["title"], "Host cannot be reached");
    std::fs::rename(home.folder.path().join("settings"), home.folder.path().join(".config")).unwrap();
    assert_eq!(explain(&home)["title"], "Nobody is there");
}

#[test]
fn diagnose_uses_it_too() {
    let ids = ["credentials_invalid", "schema_drift_column", "primary_key_missing", "network_unreachable"];
    let causes = ids.map(|id| format!("[[cause]]\nid = \"{id}\"\nadvice = [\"Ask Ada.\"]\ntitle = \"Ours: {id}\"\n"));
    let report = Home::new(&causes.concat()).asks(&["diagnose", "--demo", "--json"]);
    let problems = report["problems"].as_array().unwrap().iter();
    let ours: Vec<_> = problems.filter(|problem| problem["title"].as_str().unwrap().starts_with("Ours: ")).collect();
    assert!(!ours.is_empty(), "{report}");
    assert!(ours.iter().any(|problem| problem["advice"].as_str().unwrap().contains("Ask Ada.")), "{ours:?}");
}

#[test]
fn all_mistakes_are_told_at_once_wherever_it_is_read() {
    let home =
        Home::new("[[rule]]\ncause = \"nothing\"\nany = [\"a(b\"]\n\n[[cause]]\nid = \"mine\"\nrecovery = \"D\"\n");
    for arguments in [&["explain", "text"][..], &["explain", "--json"], &["diagnose", "--demo"], &["--demo"], &[]] {
        let (code, said) = home.refuses(arguments);
        assert_eq!(code, 2, "{arguments:?}");
        let file = home.file.display();
        assert!(said.starts_with(&format!("whtui: {file} has 4 mistakes; correct them")), "{said}");
        for line in [
            format!("\n  {file}, line 1: there is no cause `nothing`.\n"),
            format!("\n  {file}, line 3: the pattern `a(b` cannot be used: "),
            format!("\n  {file}, line 5: the new cause `mine` needs a `title`, a `meaning` and a `recovery`.\n"),
            format!("\n  {file}, line 7: a file of your own may not ask for D, which discards data.\n"),
        ] {
            assert!(said.contains(&line), "{line} in {said}");
        }
    }
}

#[test]
fn nothing_of_it_discards_data() {
    let text = "Source column type changed: column \"a\" was stored as BIGINT";
    for file in [
        "[[rule]]\ncause = \"column_type_changed\"\nany = ['pipe burst']\n",
        "[[rule]]\ncause = \"unknown\"\nrecovery = \"G\"\nany = ['pipe burst']\n",
        "[[cause]]\nid = \"unknown\"\ndestructive = true\n",
    ] {
        let (code, said) = Home::new(file).refuses(&["explain", "--json", "the pipe burst"]);
        assert!(code == 2 && said.contains("discard"), "{said}");
    }
    // What may discard data anyhow asks first; that it need not is for the user to say.
    let home = Home::new("[[cause]]\nid = \"column_type_changed\"\nrecovery = \"M\"\n");
    let answer = home.asks(&["explain", "--json", text]);
    assert_eq!((&answer["root_cause"], &answer["destructive"]), (&"column_type_changed".into(), &false.into()));
}

#[test]
fn a_file_that_others_may_write_is_refused() {
    let home = Home::new("");
    for (mode, refused) in [(0o600, false), (0o644, false), (0o664, true), (0o646, true), (0o622, true)] {
        home.allow(mode);
        let output = home.run(&["explain", "x"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(if refused { 2 } else { 0 }), "{mode:o} {said}");
        assert_eq!(said.contains("can be changed by other users"), refused, "{mode:o} {said}");
    }
}

#[test]
fn what_cannot_be_read_is_told_in_a_sentence() {
    let home = Home::new("");
    std::fs::write(&home.file, b"title = \"\xff\"").unwrap();
    let (code, said) = home.refuses(&["explain", "x"]);
    assert!(code == 2 && said.contains("root-causes.toml cannot be read (") && said.lines().count() == 1, "{said}");
    std::fs::remove_file(&home.file).unwrap();
    std::fs::create_dir(&home.file).unwrap();
    assert!(home.refuses(&["explain", "x"]).1.contains("it is no ordinary file"));
    // What is served needs no diagnosis.
    let version = home.run(&["simulate", "--help"]);
    assert_eq!(version.status.code(), Some(0));
}
