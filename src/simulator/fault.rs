//! Trouble on the way, injected by tests: what a client must survive without doing anything twice.

use serde::Serialize;
use serde_json::{Value, json};

use super::service::{Reply, Request};

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The server refuses it, with this text.
    Refuse(String),
    /// The server answers with this status and this body, and does nothing.
    Answer(u16, Value),
    /// A gateway gives up on it (502), whether or not the server carries it out.
    Gateway {
        /// Whether the server carries it out.
        carried_out: bool,
    },
    /// The connection is cut before the reply, whether or not the server carries the request out.
    Cut {
        /// Whether the server carries it out.
        carried_out: bool,
    },
}

impl Fault {
    /// Whether the server carries the request out.
    #[must_use]
    pub fn is_carried_out(&self) -> bool {
        match self {
            Self::Refuse(_) | Self::Answer(..) => false,
            Self::Gateway { carried_out } | Self::Cut { carried_out } => *carried_out,
        }
    }

    /// What the client gets in place of the reply; `None`: nothing at all.
    pub(super) fn reply(&self) -> Option<Reply> {
        match self {
            Self::Refuse(text) => {
                let body = json!({ "type": "validation_error", "code": "invalid_input", "detail": text, "attr": null });
                Some(Reply::json(400, &body))
            }
            Self::Answer(status, body) => Some(Reply::json(*status, body)),
            Self::Gateway { .. } => Some(Reply { status: 502, ..Reply::page() }),
            Self::Cut { .. } => None,
        }
    }
}

/// Faults that wait for their requests.
#[derive(Debug, Default)]
pub(super) struct Faults {
    waiting: Vec<Injection>,
}

#[derive(Debug)]
struct Injection {
    method: String,
    path_suffix: String,
    /// How many matching requests pass before.
    skip: usize,
    fault: Fault,
}

impl Faults {
    pub(super) fn add(&mut self, method: &str, path_suffix: &str, skip: usize, fault: Fault) {
        let (method, path_suffix) = (method.to_owned(), path_suffix.to_owned());
        self.waiting.push(Injection { method, path_suffix, skip, fault });
    }

    /// The fault of this request; each happens once.
    pub(super) fn of(&mut self, request: &Request) -> Option<Fault> {
        let mut met = None;
        for (place, injection) in self.waiting.iter_mut().enumerate() {
            if injection.method != request.method || !request.path.ends_with(&injection.path_suffix) {
                continue;
            }
            let Some(left) = injection.skip.checked_sub(1) else {
                met = Some(place);
                break;
            };
            injection.skip = left;
        }
        met.map(|place| self.waiting.remove(place).fault)
    }
}
