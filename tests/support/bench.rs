//! A simulated server on the workbench: requests without a socket, time moved by hand, and every reply
//! checked against the contract on the way.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use whtui::simulator::{Reply, Request, Service};

use super::openapi::contract;

/// When every bench begins.
pub const START: &str = "2026-11-20T12:00:00Z";

/// Statuses the contract knows in words only (section 5), so that the file cannot judge them.
const IN_WORDS_ONLY: [u16; 2] = [405, 415];

/// A service and its time.
pub struct Bench {
    service: Service,
    now: Timestamp,
    /// The key sent with each request; none sends none.
    pub key: Option<String>,
    /// Whether replies must fit the contract; off for worlds that are odd on purpose.
    pub strict: bool,
}

impl Bench {
    /// A built-in scenario.
    pub fn new(scenario: &str) -> Self {
        let now: Timestamp = START.parse().unwrap();
        Self::of(Service::new(scenario, None, now).unwrap_or_else(|error| panic!("{error}")))
    }

    /// A scenario written in the test.
    pub fn toml(text: &str) -> Self {
        let now: Timestamp = START.parse().unwrap();
        Self::of(Service::from_toml(text, None, now).unwrap_or_else(|error| panic!("{error}")))
    }

    fn of(service: Service) -> Self {
        let key = Some(service.key().to_owned());
        Self { service, now: START.parse().unwrap(), key, strict: true }
    }

    /// Lets simulated seconds pass.
    pub fn pass(&mut self, seconds: u64) {
        self.now += SignedDuration::try_from(Duration::from_secs(seconds)).unwrap();
    }

    /// A request below `/api/projects/1/`, unless the path begins with a slash. Gives status and body
    /// (null where there is none).
    pub fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let reply = self.raw(method, path, body);
        let json = (!reply.body.is_empty()).then(|| serde_json::from_str::<Value>(&reply.body).unwrap());
        (reply.status, json.unwrap_or_default())
    }

    /// The same, with any text as its body.
    pub fn text(&mut self, method: &str, path: &str, content_type: &str, body: &str) -> (u16, Value) {
        let reply = self.exchange(method, path, Some((content_type, body.to_owned())));
        (reply.status, serde_json::from_str(&reply.body).unwrap())
    }

    /// The reply as it would be sent.
    pub fn raw(&mut self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.exchange(method, path, body.map(|body| ("application/json", body.to_string())))
    }

    fn exchange(&mut self, method: &str, path: &str, body: Option<(&str, String)>) -> Reply {
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/api/projects/{}/{path}", self.service.project())
        };
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            authorization: self.key.as_ref().map(|key| format!("Bearer {key}")),
            host: "127.0.0.1:4010".to_owned(),
            content_type: body.as_ref().map(|(kind, _)| (*kind).to_owned()),
            body: body.map(|(_, text)| text.into_bytes()).unwrap_or_default(),
        };
        let reply = self.service.reply(self.now, &request);
        if self.strict && !IN_WORDS_ONLY.contains(&reply.status) && contract().knows(method, path) {
            let json = (!reply.body.is_empty()).then(|| serde_json::from_str::<Value>(&reply.body).unwrap());
            if let Err(faults) = contract().validate_response(method, path, reply.status, json.as_ref()) {
                panic!("{method} {path} answered {}: {faults:#?}", reply.status);
            }
        }
        reply
    }

    /// A successful GET.
    pub fn get(&mut self, path: &str) -> Value {
        let (status, body) = self.send("GET", path, None);
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    /// A POST without a body.
    pub fn post(&mut self, path: &str) -> (u16, Value) {
        self.send("POST", path, None)
    }

    /// A PATCH.
    pub fn patch(&mut self, path: &str, body: &Value) -> (u16, Value) {
        self.send("PATCH", path, Some(body))
    }

    /// All sources of the list.
    pub fn sources(&mut self) -> Vec<Value> {
        self.get("external_data_sources/?limit=1000")["results"].as_array().unwrap().clone()
    }

    /// The source with a prefix, as listed.
    pub fn source(&mut self, prefix: &str) -> Value {
        let found = self.sources().into_iter().find(|source| source["prefix"] == prefix);
        found.unwrap_or_else(|| panic!("no source with prefix {prefix}"))
    }

    /// The id of a table by the prefix of its source and its name.
    pub fn id(&mut self, prefix: &str, name: &str) -> String {
        let source = self.source(prefix);
        let found = source["schemas"].as_array().unwrap().iter().find(|table| table["name"] == name);
        found.unwrap_or_else(|| panic!("no table {name}"))["id"].as_str().unwrap().to_owned()
    }

    /// A table in full.
    pub fn table(&mut self, id: &str) -> Value {
        self.get(&format!("external_data_schemas/{id}/"))
    }

    /// A request about a table: its action, or itself for an empty action.
    pub fn act(&mut self, method: &str, id: &str, action: &str) -> (u16, Value) {
        let slash = if action.is_empty() { "" } else { "/" };
        self.send(method, &format!("external_data_schemas/{id}/{action}{slash}"), None)
    }

    /// Changes a table.
    pub fn set(&mut self, id: &str, body: &Value) -> (u16, Value) {
        self.patch(&format!("external_data_schemas/{id}/"), body)
    }

    /// The jobs of a table, newest first.
    pub fn jobs(&mut self, id: &str) -> Vec<Value> {
        let table = self.table(id);
        let source = table["source"]["id"].as_str().unwrap();
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("schemas", table["name"].as_str().unwrap())
            .finish();
        self.get(&format!("external_data_sources/{source}/jobs/?{query}")).as_array().unwrap().clone()
    }

    /// Reloads a table and waits until its run has ended; gives the table.
    pub fn reload_and_wait(&mut self, id: &str) -> Value {
        let (status, body) = self.act("POST", id, "reload");
        assert_eq!((status, body), (200, Value::Null));
        for _ in 0..600 {
            self.pass(1);
            let table = self.table(id);
            if table["status"] != "Running" {
                return table;
            }
        }
        panic!("the run does not end");
    }
}
