//! The tables of all profiles, in the real program and from several servers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod support;

use std::path::Path;

use support::pty::{SIZE, Session};
use support::served::private;
use tokio::runtime::Runtime;
use whtui::simulator::{self, Options, Simulator};

/// A server that takes keys with this beginning only, with these tables.
fn serve(runtime: &Runtime, folder: &Path, key: &str, tables: &[&str]) -> Simulator {
    let path = folder.join(format!("{key}.toml"));
    let table = |name: &&str| format!("{{ name = \"{name}\", frequency = \"6hour\", last_run = \"1h\" }}");
    let tables: Vec<String> = tables.iter().map(table).collect();
    // A key is more than its beginning.
    let prefix = &key[..key.len() - 1];
    let world = format!(
        "title = \"one\"\nseed = 1\nkey = {{ prefix = \"{prefix}\" }}\n[[sources]]\ntype = \"Postgres\"\nprefix = \"main\"\n\
         tables = [{}]\n",
        tables.join(", ")
    );
    std::fs::write(&path, world).unwrap();
    let options = Options { scenario: path.to_str().unwrap().to_owned(), ..Options::default() };
    runtime.block_on(simulator::start(options)).unwrap()
}

#[test]
fn the_tables_of_all_profiles_are_listed_and_enter_switches() {
    let runtime = Runtime::new().unwrap();
    let home = tempfile::tempdir().unwrap();
    let one = serve(&runtime, home.path(), "phx_one_planted", &["one.orders"]);
    let two = serve(&runtime, home.path(), "phx_two_planted", &["two.first", "two.second", "two.third"]);
    let marker = home.path().join("asked");
    let (here, there) = (one.origin(), two.origin());
    let file = format!(
        "default_profile = \"one\"\n\
         [profiles.one]\nhost = \"{here}\"\nproject = 1\napi_key_env = \"MY_KEY\"\ncolour = \"green\"\n\
         [profiles.two]\nhost = \"{there}\"\nproject = 1\nprotected = true\ncolour = \"red\"\nview = \"triage\"\n\
         api_key_command = [\"sh\", \"-c\", \"echo x >> {}; echo phx_two_planted\"]\n\
         [profiles.three]\nhost = \"{there}\"\nproject = 1\napi_key_env = \"NOT_SET\"\n\
         [profiles.cli]\nhost = \"{there}\"\nproject = 1\nposthog_cli = true\n",
        marker.display()
    );
    private(&home.path().join("whtui/config.toml"), &file);
    let variables = [("XDG_CONFIG_HOME", home.path().to_str().unwrap()), ("MY_KEY", "phx_one_planted")];
    let mut session = Session::start(&[], &variables, SIZE);
    // A login that was stored for the other server: it is sent nowhere else before somebody agrees.
    let login = format!("{{\"host\": \"{here}\", \"token\": \"phx_one_planted\", \"env_id\": \"1\"}}");
    private(&session.home.path().join(".posthog/credentials.json"), &login);
    session.wait_for("one: ");
    session.wait_for("one.orders");
    assert!(!marker.exists() && two.requests().is_empty(), "nothing is asked of another profile before");
    session.key("ctrl-g");
    session.wait_for("two.third");
    session.wait_for("takes its key from the variable NOT_SET, which is not set");
    session.wait_for("not read: The host comes from the profile cli");
    session.wait_for("in use; 1 well of 1 table");
    // No key of an action does anything, and none is sent.
    session.keys(&["r", "p", "R", "X"]);
    session.wait_for("open it first with enter");
    session.key("/");
    session.send("two.second");
    session.keys(&["enter", "enter"]);
    session.wait_for("PROTECTED");
    session.wait_for("two: ");
    session.wait_for("Tables of main 2 of 3");
    assert_eq!(std::fs::read_to_string(&marker).unwrap().lines().count(), 2, "once for the list, once for the switch");
    for server in [&one, &two] {
        let requests = server.requests();
        let refused: Vec<_> =
            requests.iter().filter(|request| request.method != "GET" || request.status == 401).collect();
        assert!(refused.is_empty(), "{refused:?}");
    }
    assert!(!String::from_utf8_lossy(&session.raw()).contains("planted"), "a key was written to the terminal");
    session.key("q");
    assert_eq!(session.wait_exit().exit_code(), 0);
    session.assert_terminal_restored();
}
