//! One attempt to change something: leave to make it, the audit log before and after it, the write itself.

use std::sync::Arc;
use std::time::Duration;

use super::audit::Begun;
use super::gate::Gate;
use super::{Shared, clock, joined};
use crate::api::Client;
use crate::app::effect::{RequestId, Urgency};
use crate::app::message::{Event, Sent};
use crate::warehouse::audit::Outcome;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::operation::Operation;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::reason;

/// What became of a write.
pub(super) enum Attempted {
    /// It was made.
    Made(Sent),
    /// It could not be written down, for this reason, and was not made.
    Unlogged(Operation, String),
}

impl Shared {
    /// Makes a write, once it is written down under this name. Without one it is not written down.
    pub(super) async fn attempt(
        self: &Arc<Self>,
        client: &Client,
        request: RequestId,
        operation: Operation,
        name: Option<Foreign>,
    ) -> Result<Attempted, Failure> {
        // What is held back never leaves, so there is nothing to write down.
        if self.gate != Gate::Open {
            return self.gate.pass(client, operation).await.map(Attempted::Made);
        }
        self.leave(Urgency::Waiting).await?;
        let (operation, begun) = match self.write_down(request, operation, name).await? {
            (operation, Ok(begun)) => (operation, begun),
            (operation, Err(reason)) => return Ok(Attempted::Unlogged(operation, reason)),
        };
        let start = tokio::time::Instant::now();
        self.trips().wrote();
        let result = self.gate.pass(client, operation).await;
        self.trips().wrote();
        self.heard(&result, true);
        if let Some(begun) = begun {
            self.complete(begun, &result, start.elapsed()).await;
        }
        result.map(Attempted::Made)
    }

    /// Writes an attempt down before it is made, away from the threads that do everything else.
    async fn write_down(
        self: &Arc<Self>,
        request: RequestId,
        operation: Operation,
        name: Option<Foreign>,
    ) -> Result<(Operation, Result<Option<Begun>, String>), Failure> {
        let Some(name) = name else { return Ok((operation, Ok(None))) };
        let shared = Arc::clone(self);
        let writing = tokio::task::spawn_blocking(move || {
            let begun = shared.audit.begin(request, &operation, &name, clock::now());
            (operation, begun.map_err(reason))
        });
        // Nothing was sent.
        joined(writing).await.map_err(|failure| Failure { kind: FailureKind::Unlogged, ..failure })
    }

    /// Writes down what came of an attempt.
    async fn complete(self: &Arc<Self>, begun: Begun, result: &Result<Sent, Failure>, took: Duration) {
        let outcome = match result {
            Ok(Sent::Done(remark)) => Outcome::done(remark.as_ref()),
            Ok(Sent::Held(_)) => Outcome::done(None),
            Err(failure) => Outcome::failed(failure),
        };
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let shared = Arc::clone(self);
        // Written before the answer is told: whoever sees it done finds it in the log.
        let ended = tokio::task::spawn_blocking(move || shared.tell_if_failed(shared.audit.end(begun, outcome, took)));
        // What came of the write is told however this ends.
        let _ = joined(ended).await;
    }

    pub(super) fn tell_if_failed(&self, written: std::io::Result<()>) {
        if let Err(error) = written {
            self.tell(Event::AuditFailed(reason(error)));
        }
    }
}
