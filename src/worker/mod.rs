//! Runs effects: the only room that touches the world. It answers with messages and changes no state.

pub mod budget;
pub mod clock;
mod fetch;
pub mod findings;
pub mod gate;
pub mod journal;
pub mod retry;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use crate::api::Client;
use crate::app::effect::{Effect, RequestId, Timer, Urgency};
use crate::app::message::{BudgetLeft, Event, Message};
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::operation::Operation;
use crate::warehouse::survey::Need;
use budget::{Budget, Priority};
use findings::Findings;
use gate::Gate;
use journal::Journal;

/// How many requests that nobody waits for run at once.
const BACKGROUND_AT_ONCE: usize = 6;

/// The budget is mentioned to the core when so few requests are left in this hour, or in this minute.
const HOUR_WORTH_MENTIONING: usize = 600;
const MINUTE_WORTH_MENTIONING: usize = 60;

/// Where messages go.
pub type Messages = mpsc::UnboundedSender<Message>;

/// Runs effects. Cloning is cheap and shares everything.
#[derive(Clone)]
pub struct Worker {
    shared: Arc<Shared>,
}

struct Shared {
    /// `None` without a connection: reads and writes then fail.
    client: Option<Client>,
    gate: Gate,
    journal: Journal,
    messages: Messages,
    findings: Findings,
    budget: Mutex<Budget>,
    budget_was_low: AtomicBool,
    began: tokio::time::Instant,
    background: Semaphore,
    ended: CancellationToken,
}

impl Worker {
    /// A worker that talks through this client and answers to this channel.
    #[must_use]
    pub fn new(client: Option<Client>, gate: Gate, messages: Messages) -> Self {
        Self::keeping(Journal::default(), client, gate, messages)
    }

    /// A worker that also writes down what is half done.
    #[must_use]
    pub fn keeping(journal: Journal, client: Option<Client>, gate: Gate, messages: Messages) -> Self {
        // While the first reply is on its way.
        tokio::task::spawn_blocking(findings::warm_up);
        Self {
            shared: Arc::new(Shared {
                client,
                gate,
                journal,
                messages,
                findings: Findings::default(),
                budget: Mutex::new(Budget::default()),
                budget_was_low: AtomicBool::new(false),
                began: tokio::time::Instant::now(),
                background: Semaphore::new(BACKGROUND_AT_ONCE),
                ended: CancellationToken::new(),
            }),
        }
    }

    /// Runs an effect in the background. Effects that concern the terminal or the program itself are given back.
    #[must_use]
    pub fn run(&self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Fetch { request, need, urgency } => self.fetch(request, need, urgency),
            Effect::Send { request, operation } => self.send(request, operation),
            Effect::Journal(records) => {
                // Written before whatever comes next is sent.
                if let Err(error) = self.shared.journal.write(&records) {
                    self.shared.tell(Event::JournalFailed(error.to_string()));
                }
            }
            Effect::TakeOver => {
                let records = self.shared.journal.take_over();
                if !records.is_empty() {
                    self.shared.tell(Event::LeftBehind(records));
                }
            }
            Effect::Wake { timer, after } => self.wake(timer, after.try_into().unwrap_or_default()),
            other => return Some(other),
        }
        None
    }

    /// Ends everything that is under way.
    pub fn end(&self) {
        self.shared.ended.cancel();
    }

    fn fetch(&self, request: RequestId, need: Need, urgency: Urgency) {
        let worker = self.clone();
        self.spawn(async move { fetch::fetch(&worker.shared, request, need, urgency).await }, move |result| {
            Event::FetchEnded(request, result)
        });
    }

    fn send(&self, request: RequestId, operation: Operation) {
        let worker = self.clone();
        self.spawn(
            async move {
                let shared = &worker.shared;
                let client = shared.client()?;
                if shared.gate == Gate::Open {
                    shared.leave(Urgency::Waiting).await;
                }
                let result = shared.gate.pass(client, operation).await;
                if let Err(failure) = &result {
                    shared.note(failure);
                }
                result
            },
            move |result| Event::Sent(request, result),
        );
    }

    fn wake(&self, timer: Timer, after: Duration) {
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            tokio::select! {
                () = shared.ended.cancelled() => {}
                () = tokio::time::sleep(after) => shared.tell(Event::TimerFired(timer)),
            }
        });
    }

    /// Runs a task and tells how it ended. A panic in it is an end like any other.
    fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
        told: impl FnOnce(Result<T, Failure>) -> Event + Send + 'static,
    ) {
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let task = tokio::spawn(work);
            let abort = task.abort_handle();
            tokio::select! {
                () = shared.ended.cancelled() => abort.abort(),
                result = task => {
                    let result = result.unwrap_or_else(|_| {
                        Err(Failure::new(FailureKind::Internal, "a task of whtui stopped unexpectedly"))
                    });
                    shared.tell(told(result));
                }
            }
        });
    }
}

impl Shared {
    fn client(&self) -> Result<&Client, Failure> {
        self.client.as_ref().ok_or_else(|| Failure::new(FailureKind::Internal, "there is no connection"))
    }

    /// Tells the core. When nobody listens any more the program is ending.
    fn tell(&self, event: Event) {
        let _ = self.messages.send(Message { at: clock::now(), event });
    }

    /// Waits until the budget allows another request.
    async fn leave(&self, urgency: Urgency) {
        let priority = match urgency {
            Urgency::Waiting => Priority::Foreground,
            Urgency::Background => Priority::Background,
        };
        loop {
            let (asked, left) = {
                let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
                let now = self.began.elapsed();
                (budget.take(now, priority), budget.remaining(now))
            };
            let low = left.hour < HOUR_WORTH_MENTIONING || left.minute < MINUTE_WORTH_MENTIONING;
            // Told while it is low, and once more when it has recovered.
            if self.budget_was_low.swap(low, Ordering::Relaxed) || low {
                let count = |left: usize| u32::try_from(left).unwrap_or(u32::MAX);
                self.tell(Event::BudgetChanged(BudgetLeft { minute: count(left.minute), hour: count(left.hour) }));
            }
            match asked {
                Ok(()) => return,
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    /// Takes note of a failure that concerns all requests.
    fn note(&self, failure: &Failure) {
        if let FailureKind::TooManyRequests(wait) = &failure.kind {
            let wait = wait.and_then(|wait| Duration::try_from(wait).ok());
            let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
            budget.throttled(self.began.elapsed(), wait);
        }
    }
}
