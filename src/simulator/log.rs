//! The request log: what a client really sent.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::service::Request;
use super::{Error, Fault};

/// One request as it came in. Never holds the key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoggedRequest {
    /// Simulated time of its arrival.
    pub time: Timestamp,
    /// `GET`, `POST`, …
    pub method: String,
    /// The path with the query.
    pub path: String,
    /// The body: JSON as it is, other text as a string, nothing as null.
    pub body: Value,
    /// The status of the reply; 0 where none was sent.
    pub status: u16,
    /// What was made to go wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

impl LoggedRequest {
    /// The entry for a request and the status it got.
    #[must_use]
    pub fn of(request: &Request, time: Timestamp, status: u16) -> Self {
        let body = match request.body.as_slice() {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned())),
        };
        Self { time, method: request.method.clone(), path: path(request), body, status, fault: None }
    }
}

/// Path and query; a key that a client wrongly put there is left out.
fn path(request: &Request) -> String {
    let parameters: Vec<&str> =
        request.query.split('&').filter(|part| !part.is_empty() && !part.starts_with("personal_api_key=")).collect();
    if parameters.is_empty() { request.path.clone() } else { format!("{}?{}", request.path, parameters.join("&")) }
}

/// The requests so far: in memory and in a file, each where it is wanted.
#[derive(Debug, Default)]
pub struct Log {
    /// `None`: they are not kept.
    entries: Option<Vec<LoggedRequest>>,
    file: Option<File>,
}

impl Log {
    /// A log that also appends to a file. Who runs for days keeps no requests in memory.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn new(path: Option<&Path>, keeps: bool) -> Result<Self, Error> {
        let file = path
            .map(|path| {
                // Bodies stand in it, and what is entered into forms with them.
                private()
                    .create(true)
                    .append(true)
                    .open(path)
                    .map_err(|cause| Error::RequestLog { path: path.to_owned(), cause })
            })
            .transpose()?;
        Ok(Self { entries: keeps.then(Vec::new), file })
    }

    /// Adds an entry. A line is written at once, so that a reader sees it while the server runs.
    pub fn add(&mut self, entry: LoggedRequest) {
        if let (Some(file), Ok(mut line)) = (&mut self.file, serde_json::to_vec(&entry)) {
            line.push(b'\n');
            // A full disk must not stop the simulation; the entries in memory stay complete.
            let _ = file.write_all(&line);
        }
        if let Some(entries) = &mut self.entries {
            entries.push(entry);
        }
    }

    /// The entries so far, where they are kept.
    #[must_use]
    pub fn entries(&self) -> &[LoggedRequest] {
        self.entries.as_deref().unwrap_or_default()
    }
}

/// Files that only their owner may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
