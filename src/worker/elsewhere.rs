//! The profiles that are not in use. Each is read with its own key, client, budget and circuit, in the background, and by
//! a worker of its own that refuses every write. Their keys stay in here.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::gate::Gate;
use super::line::Line;
use super::{Messages, Shared, Worker, clock, greeting, joined};
use crate::api::{Account, Client, Limits};
use crate::app::effect::{Effect, RequestId, Urgency};
use crate::app::message::elsewhere::{News, NotRead};
use crate::app::message::{Event, Message};
use crate::config::{self, Config, Pair, ProjectChoice, Resolved};
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::ids::ProjectId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::survey::{Fact, Need, needed};
use crate::warehouse::text::clean;
use crate::warehouse::words::beginning;

/// How many profiles are read at once.
const PROFILES_AT_ONCE: usize = 2;

/// How many questions beyond the list are asked of a profile, and how many at once.
const QUESTIONS: usize = 24;
const QUESTIONS_AT_ONCE: usize = 2;

/// The profiles that are not in use.
pub(super) struct Elsewhere {
    config: Arc<Config>,
    allow_http: bool,
    turns: Semaphore,
    places: Mutex<HashMap<String, Arc<Slot>>>,
    /// Ends the readings under way.
    left: Mutex<CancellationToken>,
}

/// A profile. Who connects to it or reads it holds on to this.
type Slot = tokio::sync::Mutex<Option<Arc<Place>>>;

/// A profile whose key is known, and the one line to its server for as long as this program is connected.
struct Place {
    client: Client,
    line: Arc<Line>,
}

impl Default for Elsewhere {
    fn default() -> Self {
        Self::new(Config::default(), false)
    }
}

impl Elsewhere {
    pub(super) fn new(config: Config, allow_http: bool) -> Self {
        Self {
            config: Arc::new(config),
            allow_http,
            turns: Semaphore::new(PROFILES_AT_ONCE),
            places: Mutex::new(HashMap::new()),
            left: Mutex::new(CancellationToken::new()),
        }
    }

    /// Ends the readings under way.
    pub(super) fn leave(&self) {
        std::mem::take(&mut *lock(&self.left)).cancel();
    }

    fn slot(&self, profile: &str) -> Arc<Slot> {
        Arc::clone(lock(&self.places).entry(profile.to_owned()).or_default())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Worker {
    /// Reads another profile.
    pub(super) fn read_elsewhere(&self, round: u64, profile: String) {
        let shared = Arc::clone(&self.shared);
        let left = lock(&shared.elsewhere.left).clone();
        let name = profile.clone();
        self.spawn(
            async move {
                let teller = Teller { round, profile, messages: shared.messages.clone() };
                tokio::select! {
                    () = left.cancelled() => {}
                    () = take_turn(shared, teller) => {}
                }
                Ok(())
            },
            move |result| {
                let unexpected = result.err().map(|failure| News::Over(Err(not_read(&failure))));
                unexpected.map(|news| Event::Elsewhere(round, name, Box::new(news))).into_iter().collect()
            },
        );
    }

    /// A worker that reads through somebody else's line, and writes nothing.
    fn lent(place: &Place, messages: Messages) -> Self {
        let mut lent = Self::new(Some(place.client.clone()), Gate::ReadOnly, messages);
        if let Some(shared) = Arc::get_mut(&mut lent.shared) {
            shared.line = Arc::clone(&place.line);
        }
        lent
    }
}

/// Tells what becomes known of one profile.
#[derive(Clone)]
struct Teller {
    round: u64,
    profile: String,
    messages: Messages,
}

impl Teller {
    fn tell(&self, news: News) {
        let event = Event::Elsewhere(self.round, self.profile.clone(), Box::new(news));
        // When nobody listens any more the program is ending.
        let _ = self.messages.send(Message { at: clock::now(), event });
    }
}

/// Waits for its turn, reads, and tells how that ended before others have theirs.
async fn take_turn(shared: Arc<Shared>, teller: Teller) {
    let _turn = shared.elsewhere.turns.acquire().await;
    teller.tell(News::Begun);
    let result = read(&shared, &teller).await;
    teller.tell(News::Over(result));
}

/// Connects where that was not done yet, and reads.
async fn read(shared: &Arc<Shared>, teller: &Teller) -> Result<(), NotRead> {
    let slot = shared.elsewhere.slot(&teller.profile);
    // A key that was asked for is kept even when nobody looks any more: a person may have been asked for it.
    let connecting = tokio::spawn(connected(Arc::clone(shared), Arc::clone(&slot), teller.clone()));
    let place = joined(connecting).await.map_err(|failure| not_read(&failure))??;
    teller.tell(News::Reached(place.client.account().origin().to_string(), place.client.project().get()));
    let result = Reading::of(&place, teller.clone()).all().await;
    result.map_err(|failure| {
        let why = not_read(&failure);
        if why.by_hand {
            // Another key may be there by the time somebody tries again.
            if let Ok(mut held) = slot.try_lock() {
                held.take();
            }
        }
        why
    })
}

async fn connected(shared: Arc<Shared>, slot: Arc<Slot>, teller: Teller) -> Result<Arc<Place>, NotRead> {
    let mut held = slot.lock().await;
    if let Some(place) = held.as_ref() {
        return Ok(Arc::clone(place));
    }
    let place = Arc::new(connect(&shared.elsewhere, teller).await?);
    *held = Some(Arc::clone(&place));
    Ok(place)
}

async fn connect(elsewhere: &Elsewhere, teller: Teller) -> Result<Place, NotRead> {
    let (config, allow_http) = (Arc::clone(&elsewhere.config), elsewhere.allow_http);
    let found = tokio::task::spawn_blocking(move || {
        let announce = |program: &str| teller.tell(News::AsksForKey(clean(program, false).into_owned()));
        config::connection_of(&teller.profile, allow_http, &config, &announce)
    });
    let found = joined(found).await.map_err(|failure| not_read(&failure))?;
    let resolved = found.map_err(|error| by_hand(error.to_string()))?;
    let Resolved { origin, key, project, pair, .. } = resolved;
    if let Pair::MustConfirm { host_from, key_from } = pair {
        return Err(by_hand(format!(
            "The host comes from {host_from}, but the key from {key_from}, so nothing was sent; switch to this profile \
             to be asked."
        )));
    }
    let account = Account::new(origin, key, Limits::default()).map_err(|failure| not_read(&failure))?;
    let line = Arc::new(Line::new());
    let project = match project {
        ProjectChoice::Given(project) => project,
        ProjectChoice::Unknown => only_project(&account, &line).await?,
    };
    Ok(Place { client: account.client(project), line })
}

/// The project, where the profile names none. Each request waits for leave to make it.
async fn only_project(account: &Account, line: &Line) -> Result<ProjectId, NotRead> {
    let failed = |failure: Failure| not_read(&failure);
    let several =
        || by_hand("Its key may use several projects; name one with `project` in the file of settings.".to_owned());
    line.leave(Urgency::Background, |_| ()).await.map_err(failed)?;
    let limited = match account.key().await {
        Ok(key) => key.projects,
        // Older servers cannot tell.
        Err(failure) if failure.kind == FailureKind::NotFound => Vec::new(),
        Err(failure) => return Err(not_read(&failure)),
    };
    // What they are called is not needed.
    match limited.as_slice() {
        [] => {}
        [only] => return Ok(*only),
        _ => return Err(several()),
    }
    let (found, _) = greeting::projects_in_turn(account, &[], Some(line)).await.map_err(failed)?;
    match found.as_slice() {
        [only] => Ok(only.id),
        [] => Err(by_hand("Its key tells no project; name one with `project` in the file of settings.".to_owned())),
        _ => Err(several()),
    }
}

fn by_hand(why: String) -> NotRead {
    NotRead { why, by_hand: true }
}

/// Why the server did not tell, as a sentence.
fn not_read(failure: &Failure) -> NotRead {
    // Who answers with something else than JSON is no PostHog.
    let by_hand = failure.is_final() || failure.kind == FailureKind::NotJson;
    NotRead { why: format!("{}.", beginning(&failure.explanation())), by_hand }
}

/// One reading of a profile, by a worker that ends with it.
struct Reading {
    worker: Worker,
    inbox: mpsc::UnboundedReceiver<Message>,
    teller: Teller,
    /// What this reading brought, by which it is known what has to be asked beyond the list.
    inventory: Inventory,
    last: u64,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.worker.end();
    }
}

impl Reading {
    fn of(place: &Place, teller: Teller) -> Self {
        let (messages, inbox) = mpsc::unbounded_channel();
        Self { worker: Worker::lent(place, messages), inbox, teller, inventory: Inventory::default(), last: 0 }
    }

    async fn all(mut self) -> Result<(), Failure> {
        self.inventory.begin_reading();
        self.ask(vec![Need::Sources]).await?;
        let needs = needed(&mut self.inventory, None, QUESTIONS, clock::now());
        // What is not told leaves the states of the list as they are.
        let _ = self.ask(needs).await;
        Ok(())
    }

    /// Asks, a few at once. The last failure is told.
    async fn ask(&mut self, needs: Vec<Need>) -> Result<(), Failure> {
        let mut waiting = needs.into_iter();
        let mut open = HashSet::new();
        let mut result = Ok(());
        loop {
            while open.len() < QUESTIONS_AT_ONCE
                && let Some(need) = waiting.next()
            {
                self.last += 1;
                let request = RequestId(self.last);
                let effect = Effect::Fetch { request, need, urgency: Urgency::Background };
                if self.worker.run(effect).is_none() {
                    open.insert(request);
                }
            }
            if open.is_empty() {
                return result;
            }
            let Some(message) = self.inbox.recv().await else { return result };
            match message.event {
                Event::Learned(request, fact) if open.contains(&request) => self.learn(*fact),
                Event::FetchEnded(request, ended) if open.remove(&request) => result = ended.and(result),
                _ => {}
            }
        }
    }

    fn learn(&mut self, fact: Fact) {
        let now = clock::now();
        match &fact {
            Fact::Sources(page) => drop(self.inventory.learn_sources(page, now)),
            Fact::Schema(full) => drop(self.inventory.learn_schema((**full).clone(), now)),
            Fact::Jobs(query, jobs) => {
                drop(self.inventory.learn_jobs(&query.source, &query.schemas, jobs.clone(), now));
            }
            // What is not asked here is not answered.
            _ => return,
        }
        self.teller.tell(News::Found(fact));
    }
}
