//! Everything that can go wrong between client and server, played by a server that does exactly what it is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "client_faults/repairs.rs"]
mod repairs;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use whtui::api::{Client, Limits, Origin};
use whtui::warehouse::consent::{Challenge, Discard, Loss};
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::{ProjectId, SchemaId, SourceId};
use whtui::warehouse::operation::{Page, SchemaPatch};
use whtui::warehouse::replies::CancelReply;
use whtui::warehouse::text::Foreign;

const KEY: &str = "phx_planted_key_0123456789";
const PAGE: Page = Page { limit: 100, offset: 0 };

/// What the server does with a request.
#[derive(Clone)]
enum Act {
    /// Sends this and closes.
    Send(Vec<u8>),
    /// Sends this and keeps the connection.
    Keep(Vec<u8>),
    /// Sends this, then resets the connection.
    Reset(Vec<u8>),
    /// Sends this a byte at a time, slowly.
    Drip(Vec<u8>),
    /// Sends this after a while, and closes.
    Late(Duration, Vec<u8>),
}

/// A server that plays one act a request, the last one for all further ones, and remembers what it was sent.
struct Server {
    origin: Origin,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(&mut stream.unwrap(), &acts, &seen);
            }
        });
        Self { origin: Origin::parse(&format!("http://{address}"), false).unwrap(), requests }
    }

    fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    fn client(&self) -> Client {
        self.client_with(Limits { body: 100_000, ..Limits::default() })
    }

    fn client_with(&self, limits: Limits) -> Client {
        Client::new(self.origin.clone(), KEY.into(), ProjectId::FIRST, limits).unwrap()
    }
}

fn serve(stream: &mut TcpStream, acts: &[Act], seen: &Mutex<Vec<String>>) {
    while let Some(request) = request_head(stream) {
        let index = seen.lock().unwrap().len();
        seen.lock().unwrap().push(request);
        // Errors while writing are the client's right to hang up.
        match &acts[index.min(acts.len() - 1)] {
            Act::Send(bytes) => {
                let _ = stream.write_all(bytes);
                return;
            }
            Act::Keep(bytes) => {
                let _ = stream.write_all(bytes);
            }
            Act::Reset(bytes) => {
                let _ = stream.write_all(bytes);
                std::thread::sleep(Duration::from_millis(50));
                // Closing with the rest of the request unread makes the kernel send a reset.
                return;
            }
            Act::Late(time, bytes) => {
                std::thread::sleep(*time);
                return drop(stream.write_all(bytes));
            }
            Act::Drip(bytes) => {
                for byte in bytes {
                    if stream.write_all(&[*byte]).is_err() {
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(20));
                }
                return;
            }
        }
    }
}

/// The head of the next request, without its last byte, which stays unread until the next call.
fn request_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r") {
        stream.read_exact(&mut byte).ok()?;
        // The last byte of the request before this one.
        if !(head.is_empty() && byte == *b"\n") {
            head.push(byte[0]);
        }
    }
    Some(String::from_utf8(head).unwrap())
}

fn reply(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} Something\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

fn json(status: u16, body: &str) -> Act {
    Act::Send(reply(status, "Content-Type: application/json\r\nConnection: close\r\n", body))
}

fn html(status: u16, body: &str) -> Act {
    Act::Send(reply(status, "Content-Type: text/html; charset=utf-8\r\nConnection: close\r\n", body))
}

/// Sends a read and a write at a server that does this, and checks that each was sent exactly once.
async fn both(act: Act) -> [Failure; 2] {
    let table = SchemaId::new("t");
    let server = Server::start(vec![act.clone()]);
    let read = server.client().schema(&table).await.unwrap_err();
    assert_eq!(server.count(), 1, "a read is not repeated by the client");
    let server = Server::start(vec![act]);
    let write = server.client().update_schema(&table, SchemaPatch::resume()).await.unwrap_err();
    assert_eq!(server.count(), 1, "a write is sent exactly once");
    for failure in [&read, &write] {
        assert!(!format!("{failure:?} {}", failure.explanation()).contains(KEY), "{failure:?}");
    }
    [read, write]
}

async fn expect(act: Act, kind: FailureKind) -> Failure {
    let [read, write] = both(act).await;
    assert_eq!(read.kind, kind, "{read:?}");
    assert_eq!(write.kind, kind, "{write:?}");
    write
}

#[tokio::test]
async fn no_server_at_all() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let origin =
        Origin::parse(&listener.local_addr().unwrap().to_string().replace("127", "http://127"), false).unwrap();
    drop(listener);
    let client = Client::new(origin, KEY.into(), ProjectId::FIRST, Limits::default()).unwrap();
    let failure = client.reload_schema(&SchemaId::new("t")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(!failure.outcome_unknown());
    assert!(failure.detail.raw().to_lowercase().contains("refused"), "{failure:?}");
}

#[test]
fn a_client_never_shows_its_key() {
    let client = Client::new(Origin::default(), KEY.into(), ProjectId::FIRST, Limits::default()).unwrap();
    assert!(!format!("{client:?} {client:#?} {:?}", client.account()).contains("planted"));
    let line_break = Client::new(Origin::default(), "phx_planted\n".into(), ProjectId::FIRST, Limits::default());
    let failure = line_break.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Internal);
    assert!(!format!("{failure:?} {}", failure.explanation()).contains("planted"));
}

#[tokio::test]
async fn a_hostile_identity_does_not_leave_its_place_on_the_wire() {
    for id in ["../../../../users/@me", "..", ".", "", "%2e%2e", "a/b?c#d", "a\r\nX: y", "a\\..\\b"] {
        let server = Server::start(vec![json(404, "{}")]);
        server.client().schema(&SchemaId::new(id)).await.unwrap_err();
        let request = server.requests.lock().unwrap()[0].clone();
        let target = request.split(' ').nth(1).unwrap();
        let rest = target.strip_prefix("/api/projects/1/external_data_schemas/").unwrap();
        assert!(rest.len() > 1 && rest.find('/') == Some(rest.len() - 1) && !rest.contains('?'), "{target}");
    }
}

#[tokio::test]
async fn an_unknown_host_is_unreachable() {
    let origin = Origin::parse("https://nowhere.invalid", false).unwrap();
    let client = Client::new(origin, KEY.into(), ProjectId::FIRST, Limits::default()).unwrap();
    let failure = client.account().key().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable, "{failure:?}");
}

#[tokio::test]
async fn the_connection_breaks() {
    let half = reply(200, "Content-Type: application/json\r\n", &"x".repeat(500));
    for act in [
        Act::Send(Vec::new()),
        Act::Reset(Vec::new()),
        Act::Send(half[..200].to_vec()),
        Act::Reset(half[..200].to_vec()),
        Act::Send(b"HTTP/1.1 200 O".to_vec()),
    ] {
        let failure = expect(act, FailureKind::Interrupted).await;
        assert!(failure.outcome_unknown());
    }
}

#[tokio::test]
async fn a_kept_connection_breaks_under_a_write() {
    let table = SchemaId::new("t");
    let server = Server::start(vec![Act::Keep(reply(200, "", "")), Act::Reset(Vec::new())]);
    let client = server.client();
    client.reload_schema(&table).await.unwrap();
    let failure = client.reload_schema(&table).await.unwrap_err();
    assert_eq!((failure.kind, server.count()), (FailureKind::Interrupted, 2));
}

#[tokio::test]
async fn a_json_text_that_ends_too_early_was_cut() {
    expect(json(200, r#"{"id": "t", "name": "ord"#), FailureKind::Interrupted).await;
}

#[tokio::test]
async fn a_reply_that_takes_too_long() {
    let slow = reply(200, "Content-Type: application/json\r\n", &format!("{{\"id\": \"{}\"}}", "x".repeat(1_000)));
    let (quick, slowly) = (Duration::from_millis(200), Duration::from_millis(400));
    let server = Server::start(vec![Act::Drip(slow)]);
    let client = server.client_with(Limits { quick, slow: slowly, ..Limits::default() });
    let read = client.schema(&SchemaId::new("t")).await.unwrap_err();
    let write = client.update_schema(&SchemaId::new("t"), SchemaPatch::resume()).await.unwrap_err();
    assert_eq!((&read.kind, &write.kind), (&FailureKind::TimedOut, &FailureKind::TimedOut));
    assert!(write.outcome_unknown() && server.count() <= 2);
}

#[tokio::test]
async fn a_reply_larger_than_accepted() {
    let large = format!("{{\"id\": \"{}\"}}", "x".repeat(200_000));
    expect(json(200, &large), FailureKind::TooLarge).await;
    let chunked = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n", large.len());
    expect(Act::Send(chunked.into_bytes()), FailureKind::TooLarge).await;
    // It promises more than it will ever send, and what it sends is already too much.
    let lie = format!("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n{large}");
    expect(Act::Send(lie.into_bytes()), FailureKind::TooLarge).await;
}

#[tokio::test]
async fn a_large_refusal_is_still_that_refusal() {
    let failure = expect(json(400, &"x".repeat(300_000)), FailureKind::Refused).await;
    assert!(failure.detail.raw().len() <= 4_000);
}

#[tokio::test]
async fn a_success_that_is_no_api() {
    expect(html(200, "<!doctype html><title>PostHog</title>"), FailureKind::NotJson).await;
    expect(json(200, " <html>"), FailureKind::NotJson).await;
    expect(json(200, "hello"), FailureKind::NotJson).await;
    expect(json(200, ""), FailureKind::NotJson).await;
    expect(json(204, ""), FailureKind::NotJson).await;
    for body in ["7", "[]", "null", "{}", r#"{"id": 7}"#, r#"{"id": " "}"#] {
        expect(json(200, body), FailureKind::Malformed).await;
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(vec![json(200, r#"{"id": "t"}"#)]);
    for status in [301, 302, 303, 307, 308] {
        let headers = format!("Location: {}/api/\r\n", elsewhere.origin);
        let failure = expect(Act::Send(reply(status, &headers, "")), FailureKind::Redirected).await;
        assert_eq!(failure.detail.raw(), format!("{}/api/", elsewhere.origin));
    }
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test]
async fn statuses_and_what_they_mean() {
    let said = |words: &str| format!(r#"{{"type": "t", "code": "c", "detail": "{words}", "attr": null}}"#);
    for (status, words, kind) in [
        (400, "Say why.", FailureKind::Refused),
        (401, "Personal API key found in request Authorization header is invalid.", FailureKind::KeyRejected),
        (402, "quota", FailureKind::Refused),
        (403, "API key missing required scope 'project:read'", FailureKind::MissingScope(Foreign::new("project:read"))),
        (403, "API key does not have access to the requested project: ID 2.", FailureKind::OutOfBounds),
        (403, "This action does not support personal API key access", FailureKind::Forbidden),
        (404, "Not found.", FailureKind::NotFound),
        (405, "Method not allowed.", FailureKind::Refused),
        (408, "", FailureKind::Gateway),
        (409, "already", FailureKind::Refused),
        (413, "too large", FailureKind::Refused),
        (415, "type", FailureKind::Refused),
        (429, "Request was throttled.", FailureKind::TooManyRequests(None)),
        (500, "A server error occurred.", FailureKind::ServerError),
        (503, "Failed to save.", FailureKind::Gateway),
    ] {
        let failure = expect(json(status, &said(words)), kind).await;
        assert_eq!(failure.status, Some(status));
        if !words.is_empty() {
            assert_eq!(failure.detail.raw(), words);
        }
    }
}

#[tokio::test]
async fn a_gateways_page_is_shown_by_its_title() {
    for status in [502, 504] {
        let page = html(status, "<html><head><title>502 Bad Gateway</title></head><body>…");
        let failure = expect(page, FailureKind::Gateway).await;
        assert_eq!(failure.detail.raw(), "502 Bad Gateway");
        assert!(failure.outcome_unknown());
    }
}

#[tokio::test]
async fn a_server_that_asks_to_wait() {
    for (asked, seconds) in [("37", 37), ("0", 0), ("4000000000000000000000", 3_600)] {
        let act = Act::Send(reply(429, &format!("Retry-After: {asked}\r\n"), "{}"));
        expect(act, FailureKind::TooManyRequests(Some(SignedDuration::from_secs(seconds)))).await;
    }
    let dates = "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let kind = FailureKind::TooManyRequests(Some(SignedDuration::from_secs(30)));
    expect(Act::Send(reply(429, dates, "slow down")), kind).await;
    expect(Act::Send(reply(429, "Retry-After: soon\r\n", "")), FailureKind::TooManyRequests(None)).await;
}

#[tokio::test]
async fn every_shape_of_a_refusal() {
    for body in [
        r#"{"type": "validation_error", "code": "invalid_input", "detail": "Say why.", "attr": null}"#,
        r#"{"message": "Say why.", "errors": []}"#,
        r#"{"detail": "Say why."}"#,
        r#"{"error": "Say why."}"#,
        r#"{"success": false, "error": "Say why."}"#,
        r#"["Say why."]"#,
        "Say why.",
    ] {
        let failure = expect(json(400, body), FailureKind::Refused).await;
        assert_eq!(failure.detail.raw(), "Say why.", "{body}");
    }
    assert!(expect(json(400, ""), FailureKind::Refused).await.detail.is_blank());
}

#[tokio::test]
async fn a_key_that_comes_back_in_an_explanation_is_masked() {
    let body = format!(r#"{{"detail": "no such key: {KEY}", "attr": "{KEY}"}}"#);
    let failure = expect(json(401, &body), FailureKind::KeyRejected).await;
    assert_eq!(failure.detail.raw(), "no such key: ***");
    let location = format!("Location: /?key={KEY}\r\n");
    expect(Act::Send(reply(302, &location, "")), FailureKind::Redirected).await;
}

#[tokio::test]
async fn an_empty_success_where_one_is_expected() {
    let table = SchemaId::new("t");
    for (status, body) in [(200, ""), (200, "\n"), (204, ""), (200, "{}"), (200, "null")] {
        let client = Server::start(vec![json(status, body)]).client();
        client.reload_schema(&table).await.unwrap();
        assert_eq!(client.reload_source(&SourceId::new("s")).await.unwrap().is_some(), body == "{}");
        assert_eq!(client.cancel_schema(&table).await.unwrap(), CancelReply::Cancelling);
        let loss = Loss { name: Foreign::new("t"), tables: 1, rows: Field::Unknown, usual_run: None };
        for discard in [Discard::ResyncSchema(table.clone()), Discard::DeleteData(table.clone())] {
            client.discard(Challenge::new(discard, loss.clone()).answered_with("").unwrap()).await.unwrap();
        }
    }
    // A web page in its place is not the server's word.
    let server = Server::start(vec![html(200, "<!doctype html>")]);
    let failure = server.client().reload_schema(&table).await.unwrap_err();
    assert_eq!((failure.kind, server.count()), (FailureKind::NotJson, 1));
}

#[tokio::test]
async fn a_cancel_that_found_nothing_running_says_so() {
    let body = r#"{"detail": "No sync was running. The sync status has been updated."}"#;
    let client = Server::start(vec![json(200, body)]).client();
    assert_eq!(client.cancel_schema(&SchemaId::new("t")).await.unwrap(), CancelReply::NothingRan);
}

#[tokio::test]
async fn odd_items_never_fail_a_list() {
    let body = r#"{"count": -3, "next": 7, "results": [
        {"id": "a", "id": "b", "source_type": 7, "status": ["?"], "schemas": [
            {"id": "t", "name": "first", "table": {"name": "x", "row_count": 18446744073709551615}, "should_sync": "yes"},
            {"id": "t", "name": "second"}, {"name": "nobody"}, 7, null
        ], "created_at": "99999-01-01", "extra": {"a": [1e999]}},
        null, 7, "text", {"source_type": "Stripe"}, {"id": null}
    ]}"#;
    let page = Server::start(vec![json(200, body)]).client().sources(PAGE).await.unwrap();
    assert_eq!((page.count, page.next, page.items.len(), page.unreadable), (None, true, 1, 5));
    let source = &page.items[0];
    assert_eq!((source.id.as_str(), source.created_at), ("a", Field::Unknown));
    let [table] = &source.schemas[..] else { panic!("{:?}", source.schemas) };
    assert_eq!((table.name.raw(), table.rows(), table.should_sync), ("first", Field::Known(u64::MAX), None));
}
