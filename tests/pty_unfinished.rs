//! What a crash leaves half done is offered at the next start.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod support;

use support::served::Served;
use whtui::simulator::Options;

#[test]
fn a_table_whose_data_was_deleted_is_built_anew_after_a_crash() {
    let served = Served::start(Options { scenario: "small".to_owned(), speed: 5.0, ..Options::default() });
    let unfinished = || std::fs::read_dir(served.home.path().join("whtui/unfinished")).unwrap().count();
    let begin = || {
        let mut session = served.connected(&[]);
        session.wait_for("public.orders");
        session
    };
    let mut session = begin();
    session.keys(&["2", "a", "/"]);
    session.send("public.orders");
    session.wait_for("1 of 1");
    session.keys(&["enter", "O"]);
    session.wait_for("asks. Nothing is sent before that");
    session.keys(&["enter", "y"]);
    session.wait_for("data deleted");
    session.signal(nix::sys::signal::Signal::SIGKILL);
    session.wait_exit();
    assert_eq!(unfinished(), 1, "what is half done is written down");

    let take_up = || {
        let mut session = begin();
        session.wait_for("A recovery was left unfinished");
        session.wait_for("Done: Delete the stored data");
        session.key("enter");
        session.wait_for("Left unfinished: Start over");
        session.wait_for("begins");
        session
    };
    // Taken up, and nothing done of it: it is still half done.
    let mut session = take_up();
    session.signal(nix::sys::signal::Signal::SIGKILL);
    session.wait_exit();
    let mut session = take_up();
    session.key("enter");
    session.wait_for("Done. enter closes");
    session.wait_until("the table is green", |screen| screen.contains("public.orders: Completed"));
    session.keys(&["enter", "q"]);
    session.wait_exit();
    assert_eq!(unfinished(), 0, "nothing is left behind");
    assert!(
        served.simulator.requests().iter().filter(|request| request.method == "DELETE").count() == 1,
        "deleted once"
    );
}
