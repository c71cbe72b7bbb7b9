//! Several servers, each of which accepts one key only.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use whtui::app::effect::Effect;
use whtui::app::message::elsewhere::{News, NotRead};
use whtui::app::message::{Event, Message};
use whtui::config::Config;
use whtui::simulator::{self, Clock, Service, Simulator};
use whtui::warehouse::survey::Fact;
use whtui::worker::Worker;
use whtui::worker::gate::Gate;

/// Only reached when something hangs.
const WATCHDOG: Duration = Duration::from_secs(60);

/// A server that takes this key only, with one table of this name.
async fn serve(key: &str, table: &str) -> Simulator {
    // A key is more than its beginning.
    let prefix = &key[..key.len() - 1];
    let world = format!(
        "title = \"one\"\nseed = 1\nkey = {{ prefix = \"{prefix}\" }}\n\
         [[sources]]\ntype = \"Postgres\"\nprefix = \"main\"\n\
         tables = [{{ name = \"{table}\", frequency = \"6hour\", last_run = \"1h\" }}]\n"
    );
    let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    let service = Service::from_toml(&world, None, now).unwrap_or_else(|error| panic!("{error}"));
    simulator::serve_with_clock(service, Clock::manual(now)).await.unwrap()
}

fn profile(name: &str, host: &str, key: &str) -> String {
    format!("[profiles.{name}]\nhost = \"{host}\"\nproject = 1\n{key}\n")
}

/// The worker of a program that is connected to nothing.
fn worker(settings: &str) -> (Worker, UnboundedReceiver<Message>) {
    let (messages, inbox) = unbounded_channel();
    let config = Config::parse(settings, false).unwrap();
    (Worker::new(None, Gate::Open, messages).with_profiles(config, false), inbox)
}

/// What a profile told.
#[derive(Debug, Default)]
struct Told {
    tables: Vec<String>,
    project: Option<u64>,
    asked: Vec<String>,
    result: Option<Result<(), NotRead>>,
}

/// Reads profiles, and gathers what they tell until all are over; and how many were under way at once.
async fn read(worker: &Worker, inbox: &mut UnboundedReceiver<Message>, profiles: &[&str]) -> (Vec<Told>, usize) {
    for (round, profile) in profiles.iter().enumerate() {
        assert!(worker.run(Effect::ReadElsewhere(round as u64, (*profile).to_owned())).is_none());
    }
    let mut told: Vec<Told> = profiles.iter().map(|_| Told::default()).collect();
    let (mut open, mut most) = (HashSet::new(), 0);
    while told.iter().any(|told| told.result.is_none()) {
        let message = tokio::time::timeout(WATCHDOG, inbox.recv()).await.expect("all of them end").unwrap();
        assert!(!format!("{message:?}").contains("planted"), "a key came out of the worker");
        let Event::Elsewhere(round, profile, news) = message.event else { continue };
        assert_eq!(profile, profiles[usize::try_from(round).unwrap()]);
        let of = &mut told[usize::try_from(round).unwrap()];
        match *news {
            News::Begun => {
                open.insert(round);
                most = most.max(open.len());
            }
            News::AsksForKey(program) => of.asked.push(program),
            News::Reached(_, project) => of.project = Some(project),
            News::Found(Fact::Sources(page)) => {
                let tables = page.sources.iter().flat_map(|source| &source.schemas);
                of.tables.extend(tables.map(|schema| schema.name.raw().to_owned()));
            }
            News::Found(_) => {}
            News::Over(result) => {
                open.remove(&round);
                of.result = Some(result);
            }
        }
    }
    (told, most)
}

fn why(told: &Told) -> &NotRead {
    told.result.as_ref().unwrap().as_ref().unwrap_err()
}

fn reads_only(server: &Simulator) {
    let requests = server.requests();
    let refused: Vec<_> = requests.iter().filter(|request| request.status != 200 || request.method != "GET").collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[tokio::test]
async fn each_profile_is_read_from_its_own_server_with_its_own_key() {
    let (one, two) = (serve("phx_one_planted", "only_one").await, serve("phx_two_planted", "only_two").await);
    let settings = [
        profile("one", &one.origin(), "api_key = \"phx_one_planted\""),
        profile("two", &two.origin(), "api_key_command = [\"printf\", \"phx_two_planted\"]"),
        profile("unset", &one.origin(), "api_key_env = \"WHTUI_TEST_NOT_SET\""),
        profile("locked", &one.origin(), "api_key_command = [\"sh\", \"-c\", \"echo phx_planted no >&2; exit 3\"]"),
        profile("wrong", &two.origin(), "api_key = \"phx_wrong_planted\""),
        // Nobody listens there.
        profile("down", "http://127.0.0.1:9", "api_key = \"phx_one_planted\""),
    ]
    .concat();
    let (worker, mut inbox) = worker(&settings);
    assert!(one.requests().is_empty() && two.requests().is_empty(), "nothing is asked before somebody looks");
    let names = ["one", "two", "unset", "locked", "down", "none"];
    let (told, _) = read(&worker, &mut inbox, &names).await;
    assert_eq!((told[0].tables.as_slice(), &told[0].result), (&["only_one".to_owned()][..], &Some(Ok(()))));
    assert_eq!((told[1].tables.as_slice(), &told[1].result), (&["only_two".to_owned()][..], &Some(Ok(()))));
    assert_eq!((told[1].asked.as_slice(), told[1].project), (&["printf".to_owned()][..], Some(1)));
    for (place, words, by_hand) in [
        (2, "takes its key from the variable WHTUI_TEST_NOT_SET, which is not set.", true),
        (3, "`sh`, failed (exit status: 3): *** no.", true),
        (4, "No connection", false),
        (5, "There is no profile none", true),
    ] {
        let failure = why(&told[place]);
        assert!(failure.why.contains(words) && failure.by_hand == by_hand, "{failure:?}");
        assert!(told[place].tables.is_empty());
    }
    reads_only(&one);
    reads_only(&two);
    let (told, _) = read(&worker, &mut inbox, &["wrong"]).await;
    assert!(why(&told[0]).why.contains("rejects the API key") && why(&told[0]).by_hand, "{told:?}");
}

#[tokio::test]
async fn a_command_for_a_key_is_run_once_and_again_only_where_its_key_is_refused() {
    let server = serve("phx_right_planted", "orders").await;
    let folder = tempfile::tempdir().unwrap();
    let command = |name: &str, key: &str| {
        let script = format!("echo x >> {}; echo {key}", folder.path().join(name).display());
        profile(name, &server.origin(), &format!("api_key_command = [\"sh\", \"-c\", \"{script}\"]"))
    };
    let settings = command("good", "phx_right_planted") + &command("bad", "phx_old_planted");
    let (worker, mut inbox) = worker(&settings);
    let runs = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default().lines().count();
    assert_eq!((runs("good"), runs("bad")), (0, 0));
    for round in 1..=3 {
        let (told, _) = read(&worker, &mut inbox, &["good", "bad"]).await;
        assert_eq!(told[0].result, Some(Ok(())));
        assert!(why(&told[1]).by_hand);
        assert_eq!((runs("good"), runs("bad")), (1, round));
    }
}

#[tokio::test]
async fn two_profiles_are_read_at_a_time() {
    let server = serve("phx_right_planted", "orders").await;
    let names: Vec<String> = (0..7).map(|number| format!("p{number}")).collect();
    let key = "api_key_command = [\"sh\", \"-c\", \"sleep 0.1; echo phx_right_planted\"]";
    let settings: String = names.iter().map(|name| profile(name, &server.origin(), key)).collect();
    let (worker, mut inbox) = worker(&settings);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (told, most) = read(&worker, &mut inbox, &names).await;
    assert!(told.iter().all(|told| told.result == Some(Ok(()))), "{told:?}");
    assert_eq!(most, 2);
}

/// A server that always asks to wait for an hour, and counts how often it was asked.
async fn throttling() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let app = Router::new().fallback(move || {
        let counted = Arc::clone(&counted);
        async move {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", "3600".parse().unwrap());
            (StatusCode::TOO_MANY_REQUESTS, headers, "{}").into_response()
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (host, asked)
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_left_alone_and_stops_nobody_else() {
    let server = serve("phx_right_planted", "orders").await;
    let (host, asked) = throttling().await;
    let key = "api_key = \"phx_right_planted\"";
    let settings = profile("throttled", &host, key) + &profile("good", &server.origin(), key);
    let (worker, mut inbox) = worker(&settings);
    for _ in 0..3 {
        let (told, _) = read(&worker, &mut inbox, &["throttled", "good"]).await;
        let failure = why(&told[0]);
        assert!(failure.why.contains("the server asks to wait") && !failure.by_hand, "{failure:?}");
        assert_eq!(told[1].result, Some(Ok(())));
        assert_eq!(asked.load(Ordering::SeqCst), 1, "its own budget remembers");
    }
}

#[tokio::test]
async fn leaving_ends_what_is_under_way_and_keeps_a_key_that_was_asked_for() {
    let server = serve("phx_right_planted", "orders").await;
    let folder = tempfile::tempdir().unwrap();
    let (begun, go) = (folder.path().join("begun"), folder.path().join("go"));
    let wait = format!(
        "echo x >> {}; while [ ! -e {} ]; do sleep 0.05; done; echo phx_right_planted",
        begun.display(),
        go.display()
    );
    let settings = profile("slow", &server.origin(), &format!("api_key_command = [\"sh\", \"-c\", \"{wait}\"]"));
    let (worker, mut inbox) = worker(&settings);
    assert!(worker.run(Effect::ReadElsewhere(7, "slow".to_owned())).is_none());
    loop {
        let message = tokio::time::timeout(WATCHDOG, inbox.recv()).await.expect("the command is run").unwrap();
        if matches!(&message.event, Event::Elsewhere(7, _, news) if matches!(**news, News::AsksForKey(_))) {
            break;
        }
    }
    assert!(worker.run(Effect::LeaveElsewhere).is_none());
    std::fs::write(&go, "").unwrap();
    // Whoever comes back finds the key that was asked for, and asks the server only now.
    let (told, _) = read(&worker, &mut inbox, &["slow"]).await;
    assert_eq!((told[0].tables.as_slice(), &told[0].result), (&["orders".to_owned()][..], &Some(Ok(()))));
    assert_eq!(told[0].asked, [""; 0]);
    assert_eq!(lines(&begun), 1);
    let mut paths: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    let all = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), all, "the reading that was left asked nothing: {paths:?}");
}

fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path).unwrap().lines().count()
}
