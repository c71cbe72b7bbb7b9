//! Requests in flight. An answer whose request is not among them is late and is dropped.

use std::collections::HashMap;

use super::runbook::RunbookId;
use crate::app::effect::{Effect, FollowId, RequestId, Urgency};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::operation::Operation;
use crate::warehouse::survey::Need;
use crate::warehouse::text::Foreign;

/// Why something was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To know what is there.
    Show,
    /// The whole list, for these too.
    List(Vec<Waiter>),
    /// A step of a followed action.
    Follow(FollowId),
    /// A step of a runbook.
    Runbook(RunbookId),
    /// The editor of this table.
    Tuning(SchemaId),
}

/// Who waits for the list to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiter {
    /// A followed action.
    Follow(FollowId),
    /// A runbook.
    Runbook(RunbookId),
}

/// A request in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Why.
    pub purpose: Purpose,
    /// What was asked; `None` for writes.
    pub need: Option<Need>,
}

/// The latest request of which an answer about this was taken in, as long as earlier ones are open. Mostly empty.
#[derive(Debug, Default)]
struct Taken(HashMap<Need, RequestId>);

/// All requests in flight.
#[derive(Debug, Default)]
pub struct Flights {
    last: u64,
    open: HashMap<RequestId, Flight>,
    taken: Box<Taken>,
    /// How many answers came too late.
    pub dropped: u64,
}

impl Flights {
    fn open(&mut self, flight: Flight) -> RequestId {
        self.last += 1;
        let request = RequestId(self.last);
        self.open.insert(request, flight);
        request
    }

    /// Asks for something.
    #[must_use]
    pub fn fetch(&mut self, need: Need, purpose: Purpose, urgency: Urgency) -> Effect {
        let request = self.open(Flight { purpose, need: Some(need.clone()) });
        Effect::Fetch { request, need, urgency }
    }

    /// Asks for something to show, unless that is already asked.
    #[must_use]
    pub fn fetch_once(&mut self, need: Need, urgency: Urgency) -> Option<Effect> {
        (!self.is_asked(&need)).then(|| self.fetch(need, Purpose::Show, urgency))
    }

    /// Names the question what a key may do that was entered here.
    #[must_use]
    pub fn check_key(&mut self) -> RequestId {
        self.open(Flight { purpose: Purpose::Show, need: Some(Need::Identity) })
    }

    /// Sends a write for a followed action.
    #[must_use]
    pub fn send(&mut self, operation: Operation, name: Foreign, follow: FollowId) -> Effect {
        let request = self.open(Flight { purpose: Purpose::Follow(follow), need: None });
        Effect::Send { request, operation, name }
    }

    /// The request an answer belongs to; a late one is counted.
    pub fn recognise(&mut self, request: RequestId) -> Option<&mut Flight> {
        if !self.open.contains_key(&request) {
            self.dropped += 1;
        }
        self.open.get_mut(&request)
    }

    /// The request that is over now.
    pub fn land(&mut self, request: RequestId) -> Option<Flight> {
        let flight = self.open.remove(&request);
        if flight.is_none() {
            self.dropped += 1;
        }
        self.forget_taken();
        flight
    }

    /// Notes that an answer about this was taken in.
    pub fn note_taken(&mut self, request: RequestId, need: Need) {
        let latest = self.taken.0.entry(need).or_insert(request);
        *latest = request.max(*latest);
    }

    /// Whether an answer about this was taken in that was asked for later.
    #[must_use]
    pub fn took_later(&self, request: RequestId, need: &Need) -> bool {
        self.taken.0.get(need).is_some_and(|taken| *taken > request)
    }

    /// What nothing open is earlier than need not be remembered.
    fn forget_taken(&mut self) {
        if self.taken.0.is_empty() {
            return;
        }
        let can_be_late = |flight: &Flight| !matches!(flight.need, None | Some(Need::Sources));
        let reads = self.open.iter().filter(|(_, flight)| can_be_late(flight));
        match reads.map(|(request, _)| *request).min() {
            Some(earliest) => self.taken.0.retain(|_, taken| *taken > earliest),
            None => self.taken.0.clear(),
        }
    }

    /// The followed action that a request is a step of.
    #[must_use]
    pub fn follow_of(&self, request: RequestId) -> Option<FollowId> {
        match self.open.get(&request)?.purpose {
            Purpose::Follow(follow) => Some(follow),
            _ => None,
        }
    }

    /// Whether this is being found out.
    #[must_use]
    pub fn is_asked(&self, need: &Need) -> bool {
        self.open.values().any(|flight| flight.need.as_ref() == Some(need))
    }

    /// Whether the list is being read.
    #[must_use]
    pub fn is_reading_list(&self) -> bool {
        self.open.values().any(|flight| flight.need == Some(Need::Sources))
    }

    /// How many requests are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.open.len()
    }

    /// Whether a write is open.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.open.values().any(|flight| flight.need.is_none())
    }
}
