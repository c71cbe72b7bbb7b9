//! Everything that can go wrong with a request, with every request: what it is taken for, that nothing is sent twice,
//! what is tried again, what the user sees, and that the program goes on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/client.rs"]
mod client;
#[path = "fault_matrix/operations.rs"]
mod operations;
#[path = "fault_matrix/program.rs"]
mod program;
#[path = "support/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::SignedDuration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use whtui::api::{Client, Limits};
use whtui::app::effect::{Effect, RequestId, Urgency};
use whtui::app::message::{Event, Message};
use whtui::simulator::{self, Clock, Fault, FaultPlan, FaultSpec, Service, Simulator};
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::operation::Operation;
use whtui::warehouse::survey::Need;
use whtui::worker::Worker;
use whtui::worker::gate::Gate;

use operations::{Targets, counts, look, name, reads, send, writes};

/// What a reply may cost: little time where none is expected, little room in every case.
fn limits(fault: &Fault) -> Limits {
    let silent = matches!(fault, Fault::Hang { .. } | Fault::Slow);
    let time = if silent { Duration::from_millis(120) } else { Duration::from_secs(60) };
    Limits { quick: time, slow: time, body: 4 * 1024 * 1024, ..Limits::default() }
}

/// A database whose changes are streamed, and a source that may be told by a webhook.
const WORLD: &str = r#"
title = "two sources"
seed = 3
[history]
runs = 3
reach = "1d"
[[sources]]
type = "Postgres"
prefix = "main"
cdc = { lag = 1000 }
tables = [{ name = "orders", template = "cdc" }, { name = "users", template = "cdc" }]
[[sources]]
type = "Stripe"
tables = [{ name = "Charge", last_run = "1h", rows = 500 }, { name = "Refund" }]
"#;

async fn world_with(faults: FaultPlan) -> Simulator {
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    let service = Service::from_toml(WORLD, None, now).unwrap_or_else(|error| panic!("{error}"));
    let simulator = simulator::serve_with_clock(service, Clock::manual(now)).await.unwrap();
    simulator.plan(faults);
    simulator
}

fn everywhere(fault: &str) -> FaultPlan {
    format!("all={fault}").parse::<FaultSpec>().unwrap().plan()
}

/// Whether a fault takes what the server really answers, and spoils it.
fn spoils(fault: &Fault) -> bool {
    matches!(fault, Fault::CutInside | Fault::Truncated | Fault::WrongTypes | Fault::Slow)
}

/// What each fault is taken for.
fn kind_of(fault: &str) -> FailureKind {
    let wait = |seconds| FailureKind::TooManyRequests(Some(SignedDuration::from_secs(seconds)));
    match fault {
        "hang" | "hang-done" | "slow" => FailureKind::TimedOut,
        "reset" | "reset-done" | "cut" | "truncated" => FailureKind::Interrupted,
        "400" | "400-message" | "400-detail" | "400-error" | "400-success" | "400-list" | "400-html" | "400-text"
        | "400-empty" | "409" => FailureKind::Refused,
        "401" => FailureKind::KeyRejected,
        "403" | "403-managed" => FailureKind::Forbidden,
        "403-scope" => FailureKind::MissingScope("external_data_source:write".into()),
        "403-project" => FailureKind::OutOfBounds,
        "404" => FailureKind::NotFound,
        "429" => wait(37),
        "429-bare" => FailureKind::TooManyRequests(None),
        "429-now" => wait(0),
        "429-date" => wait(30),
        "429-absurd" => wait(3_600),
        "500" => FailureKind::ServerError,
        "502" | "502-done" | "503" => FailureKind::Gateway,
        "types" => FailureKind::Malformed,
        "html" => FailureKind::NotJson,
        "huge" => FailureKind::TooLarge,
        "redirect" => FailureKind::Redirected,
        unknown => panic!("{unknown}"),
    }
}

async fn perform(client: &Client, operation: Operation) -> Result<(), Failure> {
    match operation {
        Operation::Read(read) => look(client, read).await,
        other => send(client, other).await,
    }
}

fn all(targets: &Targets) -> Vec<Operation> {
    reads(targets).into_iter().map(Operation::Read).chain(writes(targets)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_every_operation_is_told_for_what_it_is_and_nothing_is_sent_twice() {
    let calm = world_with(FaultPlan::default()).await;
    let targets = Targets::of(&client::of(&calm, Limits::default())).await;
    for (fault, what) in FaultSpec::faults().filter(|(_, what)| !spoils(what)) {
        let simulator = world_with(everywhere(fault)).await;
        let client = client::of(&simulator, limits(&what));
        let operations = all(&targets);
        let (total, names) = (operations.len(), operations.iter().map(name).collect::<Vec<_>>());
        let results = join_all(operations.into_iter().map(|operation| perform(&client, operation))).await;
        for (name, result) in names.iter().zip(results) {
            let failure = result.expect_err(name);
            assert_eq!(failure.kind, kind_of(fault), "{name}, {fault}: {failure:?}");
        }
        let sent: usize = counts(&simulator).iter().map(|(_, count)| count).sum();
        assert_eq!(sent, total, "{fault}: {:#?}", counts(&simulator));
    }
}

/// Where the server's own answer is spoilt, each operation meets a world of its own, so that none changes what another
/// gets. What still makes sense of it is written down.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_spoilt_are_never_taken_for_something_else() {
    let calm = world_with(FaultPlan::default()).await;
    let targets = Targets::of(&client::of(&calm, Limits::default())).await;
    let mut truths = Vec::new();
    for operation in all(&targets) {
        let whole = world_with(FaultPlan::default()).await;
        truths.push(perform(&client::of(&whole, Limits::default()), operation).await);
    }
    let mut table = String::new();
    for (fault, what) in FaultSpec::faults().filter(|(_, what)| spoils(what)) {
        let mut outcomes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (operation, truth) in all(&targets).into_iter().zip(&truths) {
            let (named, spoilt) = (name(&operation), world_with(everywhere(fault)).await);
            let told = perform(&client::of(&spoilt, limits(&what)), operation).await;
            assert_eq!(spoilt.requests().len(), 1, "{named}, {fault}");
            let outcome = match (truth, told) {
                // A refusal is one whatever becomes of its body.
                (Err(refused), told) => {
                    let told = told.expect_err(&named);
                    assert_eq!(told.status, refused.status, "{named}, {fault}: {told:?}");
                    "refused as ever".to_owned()
                }
                (Ok(()), Ok(())) => "understood all the same".to_owned(),
                (Ok(()), Err(failure)) => {
                    assert_eq!(failure.kind, kind_of(fault), "{named}, {fault}: {failure:?}");
                    assert!(failure.outcome_unknown(), "{named}, {fault}: {failure:?}");
                    format!("{:?}", failure.kind)
                }
            };
            outcomes.entry(outcome).or_default().push(named);
        }
        for (outcome, names) in outcomes {
            writeln!(table, "{fault}: {outcome}: {}", names.join(" ")).unwrap();
        }
    }
    insta::assert_snapshot!("spoilt_answers", table);
}

/// A worker that does not rest before it tries again, and what it has to say.
fn worker(simulator: &Simulator, limits: Limits) -> (Worker, UnboundedReceiver<Message>) {
    let (messages, inbox) = unbounded_channel();
    let worker = Worker::new(Some(client::of(simulator, limits)), Gate::Open, messages).with_jitter(|| 0.0);
    (worker, inbox)
}

/// How often something was asked, and how it ended.
async fn ask(fault: &str, what: &Fault, need: Need, urgency: Urgency) -> (usize, Result<(), Failure>) {
    let simulator = world_with(everywhere(fault)).await;
    let (worker, mut inbox) = worker(&simulator, limits(what));
    let request = RequestId(1);
    assert!(worker.run(Effect::Fetch { request, need, urgency }).is_none());
    loop {
        let message = tokio::time::timeout(Duration::from_secs(30), inbox.recv()).await.expect("it ends").unwrap();
        if let Event::FetchEnded(ended, result) = message.event {
            assert_eq!(ended, request);
            return (simulator.requests().len(), result);
        }
    }
}

/// How often a read is made that meets nothing but this fault.
fn attempts(fault: &str, idle: bool) -> usize {
    match kind_of(fault) {
        // Who has proof that the server is down leaves it alone, where nobody waits.
        FailureKind::TimedOut | FailureKind::Interrupted | FailureKind::Gateway if idle => 3,
        FailureKind::TimedOut | FailureKind::Interrupted | FailureKind::Gateway => 6,
        FailureKind::TooManyRequests(Some(wait)) if wait.is_zero() => 6,
        _ => 1,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_are_repeated_as_often_as_makes_sense() {
    // These ask to wait; how long that is waited for is tested where time stands still.
    let waits = ["429", "429-date", "429-bare"];
    for urgency in [Urgency::Waiting, Urgency::Background] {
        let asked = FaultSpec::faults().filter(|(fault, _)| !waits.contains(fault)).map(|(fault, what)| async move {
            let (count, result) = ask(fault, &what, Need::Sources, urgency).await;
            if fault == "types" || fault == "slow" {
                return;
            }
            assert_eq!(count, attempts(fault, urgency == Urgency::Background), "{fault} {urgency:?}: {result:?}");
            assert_eq!(result.unwrap_err().kind, kind_of(fault));
        });
        join_all(asked).await;
    }
}

/// Takes in answers until so many requests have ended, and tells which facts and ends came.
async fn ended(inbox: &mut UnboundedReceiver<Message>, count: usize) -> (Vec<RequestId>, Vec<RequestId>) {
    let (mut learned, mut over) = (Vec::new(), Vec::new());
    while over.len() < count {
        let message = tokio::time::timeout(Duration::from_secs(30), inbox.recv()).await.expect("it ends").unwrap();
        match message.event {
            Event::Learned(request, _) => learned.push(request),
            Event::FetchEnded(request, result) => over.extend(result.map(|()| request)),
            Event::Sent(request, result) => over.extend(result.map(|_| request)),
            _ => {}
        }
    }
    (learned, over)
}

// On one thread, so that all have asked before the first is answered.
#[tokio::test]
async fn the_same_is_asked_once_at_a_time_but_again_after_a_write() {
    let simulator = world_with(FaultPlan::default()).await;
    let (worker, mut inbox) = worker(&simulator, Limits::default());
    let targets = Targets::of(&client::of(&simulator, Limits::default())).await;
    let before = simulator.requests().len();
    let fetch = |request| Effect::Fetch {
        request: RequestId(request),
        need: Need::Source(targets.pushed.id.clone()),
        urgency: Urgency::Waiting,
    };
    let _ = (worker.run(fetch(1)), worker.run(fetch(2)), worker.run(fetch(3)));
    let (mut learned, mut over) = ended(&mut inbox, 3).await;
    learned.sort_unstable();
    over.sort_unstable();
    assert_eq!((&learned, &over), (&vec![RequestId(1), RequestId(2), RequestId(3)], &learned));
    assert_eq!(simulator.requests().len() - before, 1);

    // A question asked before a write proves nothing after it.
    simulator.plan("source=slow:1".parse::<FaultSpec>().unwrap().plan());
    let operation = writes(&targets).into_iter().find(|operation| name(operation) == "ReloadSchema").unwrap();
    let _ = worker.run(fetch(4));
    let _ = worker.run(Effect::Send { request: RequestId(5), operation, name: "x".into() });
    while simulator.requests().len() - before < 3 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let _ = worker.run(fetch(6));
    let (learned, _) = ended(&mut inbox, 2).await;
    assert_eq!(learned, [RequestId(6)], "and does not wait for the older one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_are_never_repeated() {
    for (fault, what) in FaultSpec::faults() {
        let simulator = world_with(FaultPlan::default()).await;
        let (worker, mut inbox) = worker(&simulator, limits(&what));
        let targets = Targets::of(&client::of(&simulator, Limits::default())).await;
        let before = simulator.requests().len();
        simulator.plan(everywhere(fault));
        let operation = writes(&targets).into_iter().find(|operation| name(operation) == "ReloadSchema").unwrap();
        assert!(worker.run(Effect::Send { request: RequestId(1), operation, name: "x".into() }).is_none());
        loop {
            let message = tokio::time::timeout(Duration::from_secs(30), inbox.recv()).await.expect("it ends").unwrap();
            if let Event::Sent(_, result) = message.event {
                assert!(spoils(&what) || result.is_err(), "{fault}: {result:?}");
                break;
            }
        }
        assert_eq!(simulator.requests().len() - before, 1, "{fault}");
    }
}
