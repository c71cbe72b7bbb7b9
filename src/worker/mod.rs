//! Runs effects: the only room that touches the world. It answers with messages and changes no state.

mod attempt;
pub mod audit;
pub mod budget;
pub mod circuit;
pub mod clock;
mod elsewhere;
mod fetch;
mod files;
pub mod findings;
pub mod gate;
pub mod greeting;
pub mod journal;
mod line;
pub mod memory;
pub mod queue;
pub mod reread;
pub mod retry;
pub mod save;
pub mod trips;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api::Client;
use crate::app::effect::{Effect, RequestId, Timer, Urgency};
use crate::app::message::{Event, Message};
use crate::config::Config;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::operation::Operation;
use crate::warehouse::secret::Secret;
use crate::warehouse::survey::Need;
use crate::warehouse::text::Foreign;
use attempt::Attempted;
use audit::Audit;
use elsewhere::Elsewhere;
use findings::Findings;
use gate::Gate;
use journal::{Journal, LeftBehind};
use line::Line;
use memory::Memory;
use reread::Reread;
use trips::Trips;

/// How many requests that nobody waits for run at once.
const BACKGROUND_AT_ONCE: usize = 6;

/// Where messages go.
pub type Messages = mpsc::UnboundedSender<Message>;

/// Runs effects. Cloning is cheap and shares everything.
#[derive(Clone)]
pub struct Worker {
    shared: Arc<Shared>,
}

struct Shared {
    keys: Mutex<Keys>,
    gate: Gate,
    journal: Journal,
    audit: Arc<Audit>,
    memory: Memory,
    messages: Messages,
    findings: Findings,
    reread: Mutex<Reread>,
    line: Arc<Line>,
    trips: Mutex<Trips>,
    background: Semaphore,
    /// Whether somebody looks at an empty screen, for whom the list begins with a short page.
    opens_short: AtomicBool,
    /// A random number from 0 to 1, by which programs that were disturbed together do not come back together.
    jitter: fn() -> f64,
    ended: CancellationToken,
    elsewhere: Elsewhere,
}

/// The ways to talk to the server.
struct Keys {
    /// `None` without a connection: reads and writes then fail.
    used: Option<Client>,
    /// Another one that the server accepts.
    checked: Option<(RequestId, Client)>,
}

impl Worker {
    /// A worker that talks through this client and answers to this channel.
    #[must_use]
    pub fn new(client: Option<Client>, gate: Gate, messages: Messages) -> Self {
        Self::keeping(Journal::default(), Audit::default(), client, gate, messages)
    }

    /// A worker that also writes down what is half done, and every attempt to change something.
    #[must_use]
    pub fn keeping(journal: Journal, audit: Audit, client: Option<Client>, gate: Gate, messages: Messages) -> Self {
        let audit = Arc::new(audit);
        let settled = Arc::clone(&audit);
        // What cannot be settled is tried again at the next start.
        tokio::task::spawn_blocking(move || settled.settle());
        Self {
            shared: Arc::new(Shared {
                keys: Mutex::new(Keys { used: client, checked: None }),
                gate,
                journal,
                audit,
                memory: Memory::default(),
                messages,
                findings: Findings::default(),
                reread: Mutex::default(),
                line: Arc::new(Line::new()),
                trips: Mutex::new(Trips::default()),
                background: Semaphore::new(BACKGROUND_AT_ONCE),
                opens_short: AtomicBool::new(false),
                jitter: fetch::random,
                ended: CancellationToken::new(),
                elsewhere: Elsewhere::default(),
            }),
        }
    }

    /// The same with the profiles of the settings at hand, before anything runs. Their keys stay in here.
    #[must_use]
    pub fn with_profiles(mut self, config: Config, allow_http: bool) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.elsewhere = Elsewhere::new(config, allow_http);
        }
        self
    }

    /// The same with another source of chance, before anything runs; 0 rests as little as possible.
    #[must_use]
    pub fn with_jitter(mut self, jitter: fn() -> f64) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.jitter = jitter;
        }
        self
    }

    /// The same for somebody who looks at an empty screen: the first list begins with a short page.
    #[must_use]
    pub fn watched(mut self) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.opens_short = AtomicBool::new(true);
        }
        self
    }

    /// The same with something to remember by, before anything runs.
    #[must_use]
    pub fn with_memory(mut self, memory: Memory) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.memory = memory;
        }
        self
    }

    /// Runs an effect in the background. Effects that concern the terminal or the program itself are given back.
    #[must_use]
    pub fn run(&self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Fetch { request, need, urgency } => self.fetch(request, need, urgency),
            Effect::Send { request, operation, name } => self.send(request, operation, Some(name)),
            Effect::SendUnlogged { request, operation } => self.send(request, operation, None),
            Effect::Learned { request, sentence } => {
                let shared = Arc::clone(&self.shared);
                tokio::task::spawn_blocking(move || {
                    shared.tell_if_failed(shared.audit.learn(request, clock::now(), &sentence));
                });
            }
            Effect::Journal(records) => {
                // Written before whatever comes next is sent.
                if let Err(error) = self.shared.journal.write(&records) {
                    self.shared.tell(Event::JournalFailed(crate::warehouse::words::reason(error)));
                }
            }
            // At once, since the program may end right after it.
            Effect::Remember(left) => {
                if let Err(error) = self.shared.memory.remember(&left) {
                    self.shared.tell(Event::NotRemembered(error.to_string()));
                }
            }
            Effect::KeepFilter(change) => {
                let kept = self.shared.memory.change(&change);
                self.shared.tell(Event::FiltersKept(kept));
            }
            Effect::Save { path, text } => {
                let shared = Arc::clone(&self.shared);
                tokio::task::spawn_blocking(move || {
                    let result = save::save(&path, &text);
                    shared.tell(Event::Saved(path, result));
                });
            }
            Effect::TakeOver => {
                let LeftBehind { records, notes } = self.shared.journal.take_over();
                if !records.is_empty() {
                    self.shared.tell(Event::LeftBehind(records));
                }
                for note in notes {
                    self.shared.tell(Event::JournalUnread(note));
                }
            }
            Effect::CheckKey { request, key } => self.check_key(request, key),
            Effect::UseKey(request) => self.shared.use_key(request),
            Effect::Hurry => self.shared.line.hurry(),
            Effect::Wake { timer, after } => self.wake(timer, after.try_into().unwrap_or_default()),
            Effect::Greet(round, login) => {
                self.alongside(greeting::greet(login), move |result| Event::Greeted(round, result.map(Box::new)));
            }
            Effect::SaveProfile(round, draft) => {
                let saved = greeting::save_profile(&draft);
                self.shared.tell(Event::ProfileSaved(round, saved));
            }
            Effect::ReadElsewhere(round, profile) => self.read_elsewhere(round, profile),
            Effect::LeaveElsewhere => self.shared.elsewhere.leave(),
            Effect::EditText(_)
            | Effect::Copy(_)
            | Effect::Mouse(_)
            | Effect::Announce(_)
            | Effect::Calm
            | Effect::Browse(_)
            | Effect::Suspend
            | Effect::Redraw
            | Effect::GoOn
            | Effect::Quit
            | Effect::StartDemo
            | Effect::Connect(_) => return Some(effect),
        }
        None
    }

    /// Runs what needs no connection, and tells how it ended.
    fn alongside<T: Send>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        told: impl FnOnce(T) -> Event + Send + 'static,
    ) {
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            tokio::select! {
                () = shared.ended.cancelled() => {}
                result = work => shared.tell(told(result)),
            }
        });
    }

    /// Ends everything that is under way.
    pub fn end(&self) {
        self.shared.ended.cancel();
    }

    fn fetch(&self, request: RequestId, need: Need, urgency: Urgency) {
        // Who asks what is being asked already shares the answer.
        let Some(trip) = self.shared.trips().board(&need, urgency, request) else { return };
        let (worker, shared) = (self.clone(), Arc::clone(&self.shared));
        self.spawn(async move { fetch::fetch(&worker.shared, trip, need, urgency).await }, move |result| {
            let company = shared.trips().land(trip);
            company.into_iter().map(|request| Event::FetchEnded(request, result.clone())).collect()
        });
    }

    /// Sends a write, once it is written down under this name. Without one it is not written down.
    fn send(&self, request: RequestId, operation: Operation, name: Option<Foreign>) {
        let worker = self.clone();
        self.spawn(
            async move {
                let shared = &worker.shared;
                let client = shared.client()?;
                shared.attempt(&client, request, operation, name).await
            },
            move |result| {
                vec![match result {
                    Ok(Attempted::Made(sent)) => Event::Sent(request, Ok(sent)),
                    Ok(Attempted::Unlogged(operation, reason)) => Event::Unlogged(request, operation, reason),
                    Err(failure) => Event::Sent(request, Err(failure)),
                }]
            },
        );
    }

    /// Asks what a key may do. The answer of a server decides nothing here: whether it is used is another effect.
    fn check_key(&self, request: RequestId, key: Secret) {
        let worker = self.clone();
        self.spawn(
            async move {
                let shared = &worker.shared;
                let client = shared.client()?.with_key(&key)?;
                shared.leave(Urgency::Waiting).await?;
                let found = client.account().key().await;
                shared.heard(&found, false);
                let found = found?;
                shared.keys().checked = Some((request, client));
                Ok(found)
            },
            move |result| vec![Event::KeyChecked(request, result)],
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

    /// Runs a task and tells how it ended.
    fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
        told: impl FnOnce(Result<T, Failure>) -> Vec<Event> + Send + 'static,
    ) {
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let task = tokio::spawn(work);
            let abort = task.abort_handle();
            tokio::select! {
                () = shared.ended.cancelled() => abort.abort(),
                result = joined(task) => {
                    for event in told(result.and_then(|result| result)) {
                        shared.tell(event);
                    }
                }
            }
        });
    }
}

/// What came of a task. It comes to nothing only by a panic, which ends the program too: at once where it is built to be
/// shipped, and else as soon as the loop hears of it; or while the program ends anyway.
pub(crate) async fn joined<T>(task: JoinHandle<T>) -> Result<T, Failure> {
    task.await.map_err(|_| Failure::new(FailureKind::Internal, "a task of whtui stopped unexpectedly"))
}

impl Shared {
    fn trips(&self) -> MutexGuard<'_, Trips> {
        self.trips.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reread(&self) -> MutexGuard<'_, Reread> {
        self.reread.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn client(&self) -> Result<Client, Failure> {
        self.keys().used.clone().ok_or_else(|| Failure::new(FailureKind::Internal, "there is no connection"))
    }

    /// Uses the key that was checked by this request.
    fn use_key(&self, request: RequestId) {
        let mut keys = self.keys();
        if let Some((_, client)) = keys.checked.take_if(|(checked, _)| *checked == request) {
            keys.used = Some(client);
            // What is asked with the key before is not an answer about this one.
            self.trips().wrote();
        }
    }

    /// Takes note of a failure that concerns all requests.
    fn failed(&self, failure: &Failure, elsewhere: bool) {
        if let Some(left) = self.line.failed(failure, elsewhere) {
            self.tell(Event::BudgetChanged(left));
        }
    }

    /// Takes note of what came of a request.
    fn heard<T>(&self, result: &Result<T, Failure>, elsewhere: bool) {
        match result {
            Ok(_) => self.line.answered(),
            Err(failure) => self.failed(failure, elsewhere),
        }
    }

    /// Tells the core. When nobody listens any more the program is ending.
    fn tell(&self, event: Event) {
        let _ = self.messages.send(Message { at: clock::now(), event });
    }

    /// Waits for leave to make a request.
    async fn leave(&self, urgency: Urgency) -> Result<(), Failure> {
        self.line.leave(urgency, |left| self.tell(Event::BudgetChanged(left))).await
    }
}
