//! How things were left is found again at the next start, and so are filters that were saved.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use support::pty::Session;
use support::served::Served;

#[test]
fn what_was_left_is_found_again_at_the_next_start() {
    let served = Served::scenario("small");
    let begin = |arguments: &[&str], sees: &str| {
        let mut session = served.connected(arguments);
        session.wait_for(sees);
        session
    };
    let leave = |mut session: Session| {
        // What was never read completely is not remembered.
        session.wait_for("data <1m old");
        session.key("q");
        assert!(session.wait_exit().success());
    };

    let mut session = begin(&[], "public.orders");
    session.keys(&["a", "/"]);
    session.send("!type:xyz public.orders");
    session.wait_for("1 of 1");
    session.keys(&["enter", "V", "s"]);
    session.wait_for("Name:");
    session.send("mine");
    session.key("enter");
    session.wait_for("mine is saved.");
    session.key("esc");
    session.wait_without("mine is saved.");
    leave(session);

    let state = served.home.path().join("whtui");
    let views: Vec<_> = fs::read_dir(state.join("views")).unwrap().flatten().map(|entry| entry.path()).collect();
    let [view] = views.as_slice() else { panic!("{views:?}") };
    for path in [view, &state.join("filters.json")] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
        assert!(!fs::read_to_string(path).unwrap().contains(served.simulator.key()));
    }

    let mut session = begin(&[], "/!type:xyz public.orders");
    session.wait_for("1 of 1");
    session.wait_for("As you left it");
    session.key("V");
    session.wait_for("mine");
    session.key("esc");
    session.wait_without("mine");
    leave(session);

    // Without settings nothing is read, and nothing written.
    let before = fs::read_to_string(view).unwrap();
    let mut session = begin(&["--no-config"], "public.orders");
    assert!(!session.screen().contains("!type:xyz"));
    session.keys(&["a", "z"]);
    leave(session);
    assert_eq!(fs::read_to_string(view).unwrap(), before);

    // What makes no sense is said, and is no reason not to start.
    fs::write(view, "{\"version\": 1, \"pane\": 7").unwrap();
    let mut session = begin(&[], "could not be understood");
    session.wait_for("public.orders");
    leave(session);
    assert_eq!(fs::read_to_string(view.with_extension("json.bad")).unwrap(), "{\"version\": 1, \"pane\": 7");

    let mut demo = served.connected(&["--demo"]);
    demo.wait_for("Production database");
    demo.keys(&["a", "z"]);
    leave(demo);
    assert_eq!(
        fs::read_dir(state.join("views")).unwrap().count(),
        2,
        "one, and the bad one: the demo is not remembered"
    );
}
