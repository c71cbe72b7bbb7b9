//! The first start, profiles and the file of settings, in the real program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod support;

use std::os::unix::fs::PermissionsExt;

use support::pty::{SIZE, Session};
use support::served::{Served, private};

const KEY: &str = "phx_right_planted0123456789";

/// A server that takes keys with this beginning only.
fn serve() -> Served {
    Served::world(
        "title = \"one\"\nseed = 1\nkey = { prefix = \"phx_right\" }\n\
         [[sources]]\ntype = \"Postgres\"\nprefix = \"main\"\n\
         tables = [{ name = \"public.orders\", frequency = \"6hour\", last_run = \"1h\" }]\n",
    )
}

/// Nothing that was written to the terminal holds the key.
#[track_caller]
fn nothing_told(session: &Session) {
    assert!(!String::from_utf8_lossy(&session.raw()).contains("planted"), "the key was written to the terminal");
}

#[test]
fn the_first_start_ends_in_a_profile_that_is_used_from_then_on() {
    let served = serve();
    let settings = served.home.path().join("whtui/config.toml");
    let mut session = served.configured(&[]);
    session.wait_for("No API key was found");
    session.keys(&["right", "right", "tab"]);
    session.send(served.simulator.origin());
    session.key("tab");
    session.paste("  phx_wrong_planted\n");
    session.key("enter");
    session.wait_for("The server does not know this key");
    session.key("ctrl-u");
    session.paste(KEY);
    session.key("enter");
    session.wait_for("The key works");
    session.key("enter");
    session.wait_for("public.orders");
    let written = std::fs::read_to_string(&settings).unwrap();
    assert!(written.contains(KEY) && written.contains(&served.simulator.origin()), "it is written down");
    assert_eq!(std::fs::metadata(&settings).unwrap().permissions().mode() & 0o777, 0o600);
    session.key("q");
    assert_eq!(session.wait_exit().exit_code(), 0);
    nothing_told(&session);
    session.assert_terminal_restored();

    // Another start needs nothing more; its header says which profile it is.
    let mut session = served.configured(&[]);
    session.wait_for("public.orders");
    let name = written.split('"').nth(1).unwrap();
    session.wait_for(&format!("{name}: "));
    nothing_told(&session);
}

#[test]
fn profiles_are_switched_and_a_failed_switch_changes_nothing() {
    let served = serve();
    let host = served.simulator.origin();
    let file = format!(
        "default_profile = \"one\"\n\
         [profiles.one]\nhost = \"{host}\"\nproject = 1\napi_key_env = \"MY_KEY\"\n\
         [profiles.two]\nhost = \"{host}\"\nproject = 1\nprotected = true\n\
         api_key_command = [\"printf\", \"%s\\\\n\", \"{KEY}\"]\n\
         [profiles.three]\nhost = \"{host}\"\nproject = 1\n\
         api_key_command = [\"sh\", \"-c\", \"echo vault is locked >&2; exit 1\"]\n\
         [profiles.cli]\nhost = \"http://localhost:9\"\nproject = 1\nposthog_cli = true\n\
         [keys]\nprofiles = [\"Z\"]\n"
    );
    served.configure(&file);
    let mut session = served.configured(&[("MY_KEY", KEY)]);
    session.wait_for("one: ");
    session.wait_for("public.orders");
    session.keys(&["Z", "j", "j", "enter"]);
    session.wait_for("vault is locked");
    session.wait_for("Not switched");
    session.wait_for("one: ");
    // A host that the key was not stored for: no leads back.
    let login = format!("{{\"host\": \"{host}\", \"token\": \"{KEY}\", \"env_id\": \"1\"}}");
    private(&session.home.path().join(".posthog/credentials.json"), &login);
    session.keys(&["Z", "j", "j", "j", "enter"]);
    session.wait_for("Send the key there?");
    session.wait_for("goes back");
    session.key("n");
    session.wait_for("one: ");
    session.wait_for("public.orders");
    session.keys(&["Z", "j", "enter"]);
    session.wait_for("PROTECTED");
    session.wait_for("two: ");
    session.wait_for("public.orders");
    session.keys(&["2", "p"]);
    session.wait_for("Protected: two");
    assert_eq!(served.writes(), Vec::<String>::new(), "nothing is sent before the name");
    session.send("two");
    session.key("enter");
    session.wait_without("Protected: two");
    session.wait_for("public.orders: ");
    session.wait_until("the table is switched off", |_| served.writes().len() == 1);
    nothing_told(&session);
    session.key("ctrl-c");
    session.wait_exit();
    session.assert_terminal_restored();
}

#[test]
fn what_works_is_not_left_for_what_does_not_answer() {
    let served = serve();
    let host = served.simulator.origin();
    let file = format!(
        "default_profile = \"one\"\n\
         [profiles.one]\nhost = \"{host}\"\nproject = 1\napi_key_env = \"MY_KEY\"\n\
         [profiles.two]\nhost = \"http://127.0.0.1:1\"\nproject = 5\napi_key_env = \"MY_KEY\"\n\
         [profiles.three]\nhost = \"{host}\"\nproject = 77\napi_key_env = \"BAD_KEY\"\n"
    );
    private(&served.home.path().join("whtui/config.toml"), &file);
    let bad = format!("phx_{}", "b".repeat(44));
    let mut session = served.configured(&[("MY_KEY", KEY), ("BAD_KEY", &bad)]);
    session.wait_for("one: ");
    session.wait_for("public.orders");
    for (keys, why) in [
        (&["P", "j", "enter"][..], "Not switched: project 5 at http://127.0.0.1:1: no connection"),
        (&["P", "j", "j", "enter"], "Not switched: project 77 at"),
    ] {
        session.keys(keys);
        session.wait_for(why);
        session.wait_for("one: ");
        session.wait_for("public.orders");
    }
    session.key("q");
    assert_eq!(session.wait_exit().exit_code(), 0);
    session.assert_terminal_restored();
}

/// Waits until this holds.
#[track_caller]
fn wait_until(holds: impl Fn() -> bool) {
    for _ in 0..4_000 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("waited in vain");
}

#[test]
fn a_switch_that_hangs_is_given_up_and_its_command_ended() {
    let served = serve();
    let host = served.simulator.origin();
    let id = served.home.path().join("id");
    let file = format!(
        "default_profile = \"one\"\n\
         [profiles.one]\nhost = \"{host}\"\nproject = 1\napi_key_env = \"MY_KEY\"\n\
         [profiles.two]\nhost = \"{host}\"\nproject = 1\n\
         api_key_command = [\"sh\", \"-c\", \"echo $$ > {}; exec sleep 100000\"]\n\
         [keys]\nprofiles = [\"Z\"]\n",
        id.display()
    );
    served.configure(&file);
    let mut session = served.configured(&[("MY_KEY", KEY)]);
    session.wait_for("public.orders");
    for keys in [&["esc"][..], &["x", "up"]] {
        session.keys(&["Z", "j", "enter"]);
        session.wait_until("its command", |screen| screen.contains("(esc gives it up)"));
        wait_until(|| std::fs::read_to_string(&id).is_ok_and(|id| id.ends_with('\n')));
        let command = nix::unistd::Pid::from_raw(std::fs::read_to_string(&id).unwrap().trim().parse().unwrap());
        session.keys(keys);
        session.wait_for("Not switched: you gave it up");
        session.wait_for("one: ");
        session.wait_for("public.orders");
        wait_until(|| nix::sys::signal::kill(command, None).is_err());
        std::fs::remove_file(&id).unwrap();
    }
    // What was connected is still as good.
    session.key("q");
    assert_eq!(session.wait_exit().exit_code(), 0);
    session.assert_terminal_restored();
}

#[test]
fn a_file_with_mistakes_is_told_and_can_be_left_aside() {
    let home = tempfile::tempdir().unwrap();
    let settings = home.path().join("whtui/config.toml");
    private(&settings, "colour = 1\n[ui]\nascci = true\n");
    let variables = [("XDG_CONFIG_HOME", home.path().to_str().unwrap())];
    let mut session = Session::start(&["--demo"], &variables, SIZE);
    assert_eq!(session.wait_exit().exit_code(), 2);
    session.wait_for("config.toml:1:1");
    session.wait_for("did you mean `ascii`?");
    session.wait_for("--no-config");
    session.assert_terminal_restored();
    let mut session = Session::start(&["--demo", "--no-config"], &variables, SIZE);
    session.wait_for("Production");
    session.key("q");
    assert_eq!(session.wait_exit().exit_code(), 0);
}
