//! How a command without a screen reads the project: the list, and what must be asked to be sure of every state.

use std::collections::{HashMap, HashSet};
use std::io::IsTerminal;
use std::time::Duration;

use tokio::sync::mpsc;

use super::arguments::Target;
use super::connect::{Session, connect, demo};
use crate::api::Client;
use crate::app::effect::{Effect, RequestId, Urgency};
use crate::app::message::{Event, Message};
use crate::app::settings::{Place, Start};
use crate::warehouse::channel::Way;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::ids::SourceId;
use crate::warehouse::inventory::{Held, Inventory};
use crate::warehouse::job::Job;
use crate::warehouse::operation::JobQuery;
use crate::warehouse::survey::{Completeness, Fact, Need, channels, needed, second_look, unread_channel};
use crate::warehouse::triage::{triage, wanted};
use crate::warehouse::words::counted;
use crate::worker::gate::Gate;
use crate::worker::{Worker, clock};

/// How many questions are under way at once.
const AT_ONCE: usize = 6;

/// How many questions a reading asks at most beyond the list: well within a minute's budget.
const MOST_QUESTIONS: usize = 300;

/// How many questions are asked at most for what is only nice to know.
const MOST_WISHES: usize = 60;

/// From how many questions on a person is told what takes so long.
const MANY: usize = 30;

/// How long to wait before a second look at runs that seem dead.
const SECOND_LOOK_AFTER: Duration = Duration::from_secs(5);

/// The connection, if it may be used without asking.
fn ready(session: &mut Session) -> Result<(Client, Place), String> {
    let place = match &session.start {
        Start::Connected(place) => place.clone(),
        Start::Welcome { reason } => return Err(reason.clone()),
        Start::MustConfirm { place, host_from, key_from } => {
            return Err(format!(
                "the host {} comes from {host_from}, but the key from {key_from}, so nothing was sent. If the key \
                 belongs to that host, set WHTUI_HOST and WHTUI_API_KEY together.",
                place.origin
            ));
        }
    };
    let client = session.client.take().ok_or_else(|| "there is no connection.".to_owned())?;
    Ok((client, place))
}

/// What was typed, unless it is a key: those are never printed.
pub(super) fn repeated(name: &str) -> String {
    if ["phx_", "pha_", "phs_"].iter().any(|mark| name.contains(mark)) {
        return "like that (it looks like a key)".to_owned();
    }
    format!("\"{}\"", crate::warehouse::text::clean(name, false))
}

/// A survey of the project, kept from one look to the next.
pub(super) struct Survey {
    worker: Worker,
    inbox: mpsc::UnboundedReceiver<Message>,
    /// What is read.
    pub place: Place,
    /// All that was read of it.
    pub inventory: Inventory,
    last: u64,
    /// Keeps the demo alive.
    _session: Session,
}

/// What is known of a reading of the list.
#[derive(Default)]
pub(super) struct Reading {
    /// Whether every page of the list was seen.
    pub whole: bool,
    /// How many sources could not be understood.
    pub unreadable: usize,
    /// How many sources were read.
    sources: usize,
    /// Why it, or a question after it, failed.
    pub failure: Option<String>,
    /// Of what kind that failure was.
    pub kind: Option<FailureKind>,
    /// Jobs that were told, in the order of the answers.
    pub jobs: Vec<(JobQuery, Vec<Job>)>,
}

/// Tells a person what takes so long, and how to go without.
fn hint(what: &str) {
    if std::io::stderr().is_terminal() {
        super::remark(&format!("{what} (--quick leaves that out)"));
    }
}

impl Reading {
    /// The first failure is the one that is told.
    fn note(&mut self, failure: &Failure, why: String) {
        if self.failure.is_none() {
            (self.failure, self.kind) = (Some(why), Some(failure.kind.clone()));
        }
    }
}

/// Whether to ask what is only nice to know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wishes {
    /// Also since when something is wrong.
    Asked,
    /// Only what the states rest on.
    Left,
}

impl Survey {
    /// Connects, or starts the demo.
    ///
    /// # Errors
    /// One or two sentences when there is nothing that may be asked.
    pub(super) async fn begin(target: &Target) -> Result<Self, String> {
        let mut session = if target.demo {
            demo(target).await?
        } else {
            let config = super::config::settings(target.no_config, target.allow_http)?;
            connect(target, &config, |_| {}).await?
        };
        let (client, place) = ready(&mut session)?;
        let (messages, inbox) = mpsc::unbounded_channel();
        let worker = Worker::new(Some(client), Gate::ReadOnly, messages);
        Ok(Self { worker, inbox, place, inventory: Inventory::default(), last: 0, _session: session })
    }

    /// What was not read, in a sentence.
    pub(super) fn why_incomplete(&self, reading: &Reading, only: Option<&SourceId>) -> String {
        let reason = match &reading.failure {
            Some(failure) => failure.clone(),
            None if reading.unreadable > 0 => {
                format!("{} could not be understood", counted(reading.unreadable, "source"))
            }
            None if self.inventory.sources().iter().any(|held| held.source.unreadable > 0) => {
                "tables of some sources could not be understood".to_owned()
            }
            None if !reading.whole => "the list changed while it was read; try again".to_owned(),
            None => match unread_channel(&self.inventory, only) {
                Some((way, held)) => format!("the {} of {} is not told", way.words(), held.title().shown()),
                None => "the server does not tell the jobs of some tables".to_owned(),
            },
        };
        format!("not everything of {} could be read: {reason}.", self.of_project())
    }

    /// What is read, for a sentence.
    pub(super) fn of_project(&self) -> String {
        format!("project {} at {}", self.place.project, self.place.origin)
    }

    /// Reads the list. What an error leaves is only part of it.
    pub(super) async fn read_list(&mut self) -> Result<Reading, String> {
        let reading = self.ask_list().await;
        self.judged(reading)
    }

    /// Asks for the list, and says what came of it.
    pub(super) async fn ask_list(&mut self) -> Reading {
        self.inventory.begin_reading();
        let mut reading = Reading::default();
        self.ask(vec![Need::Sources], &mut reading).await;
        reading
    }

    /// A reading of the list, if it brought anything.
    pub(super) fn judged(&self, reading: Reading) -> Result<Reading, String> {
        match &reading.failure {
            Some(failure) if reading.sources == 0 => {
                Err(format!("the sources of {} could not be read: {failure}.", self.of_project()))
            }
            _ => Ok(reading),
        }
    }

    /// Finds the source of a name: its identity, or what people call it, whatever the case.
    pub(super) fn find_source(&self, name: &str, reading: &Reading) -> Result<Option<SourceId>, String> {
        let folded = name.trim().to_lowercase();
        let is_called = |held: &&Held| {
            let source = &held.source;
            let names = [Some(held.title()), Some(source.title()), source.prefix.known(), source.description.known()];
            names.into_iter().flatten().any(|known| known.raw().trim().to_lowercase() == folded)
        };
        let sources = || self.inventory.sources().iter();
        if let Some(held) = sources().find(|held| held.source.id.as_str() == name.trim()) {
            return Ok(Some(held.source.id.clone()));
        }
        let found: Vec<&Held> = sources().filter(is_called).collect();
        match found.as_slice() {
            [only] => Ok(Some(only.source.id.clone())),
            [] => {
                let quoted = |held: &Held| format!("\"{}\"", held.title().shown());
                let known: Vec<String> = sources().take(20).map(quoted).collect();
                let known = if known.is_empty() {
                    "there is none".to_owned()
                } else {
                    format!("there are {}", known.join(", "))
                };
                let partly = if reading.whole { "" } else { " (not all of them were read)" };
                Err(format!("no source is called {}; {known}{partly}.", repeated(name)))
            }
            several => {
                let ids: Vec<&str> = several.iter().take(20).map(|held| held.source.id.as_str()).collect();
                Err(format!("several sources have this name; choose one by its id, of {}.", ids.join(", ")))
            }
        }
    }

    /// Asks all that is needed to be sure of every state, and where that is wished, what tells since when.
    pub(super) async fn be_sure(&mut self, only: Option<&SourceId>, wishes: Wishes, reading: &mut Reading) {
        let mut asked = HashSet::new();
        let mut looked_at = None;
        loop {
            let now = clock::now();
            let left = MOST_QUESTIONS.saturating_sub(asked.len());
            let mut needs = needed(&mut self.inventory, only, left, now);
            needs.retain(|need| asked.insert(need.clone()));
            if needs.is_empty() {
                break;
            }
            looked_at = Some(tokio::time::Instant::now());
            if wishes == Wishes::Left && needs.len() > MANY {
                hint(&format!("asking {} to be sure of the states", counted(needs.len(), "question")));
            }
            self.ask(needs, reading).await;
        }
        let now = clock::now();
        let left = MOST_QUESTIONS.saturating_sub(asked.len());
        let ways = channels(&mut self.inventory, only, left, now);
        self.ask(ways, reading).await;
        // What is only nice to know may fail. A table that an answer had no room for is asked about once more.
        for _ in 0..if wishes == Wishes::Asked { 2 } else { 0 } {
            let problems = triage(&self.inventory, only, now);
            let mut wishes = wanted(&self.inventory, &problems, MOST_WISHES, now);
            wishes.retain(|wish| asked.insert(wish.clone()));
            self.ask(wishes, &mut Reading::default()).await;
        }
        let again = second_look(&self.inventory, only, clock::now());
        if !again.is_empty() {
            if let Some(looked_at) = looked_at {
                if wishes == Wishes::Left {
                    hint("some runs seem dead; looking again in a moment");
                }
                tokio::time::sleep_until(looked_at + SECOND_LOOK_AFTER).await;
            }
            self.ask(again, reading).await;
        }
    }

    /// Asks questions, some at once, and takes the answers in.
    pub(super) async fn ask(&mut self, needs: Vec<Need>, reading: &mut Reading) {
        let mut waiting = needs.into_iter();
        let mut open: HashMap<RequestId, (Need, u32)> = HashMap::new();
        loop {
            while open.len() < AT_ONCE
                && let Some(need) = waiting.next()
            {
                self.last += 1;
                let request = RequestId(self.last);
                let effect = Effect::Fetch { request, need: need.clone(), urgency: Urgency::Waiting };
                if self.worker.run(effect).is_none() {
                    open.insert(request, (need, 0));
                }
            }
            if open.is_empty() {
                return;
            }
            let Some(message) = self.inbox.recv().await else { return };
            match message.event {
                Event::Learned(request, fact) if open.contains_key(&request) => self.learn(*fact, reading),
                Event::FetchEnded(request, result) => {
                    if let (Some((need, _)), Err(failure)) = (open.remove(&request), result) {
                        self.not_told(&need, &failure, reading);
                    }
                }
                Event::Retrying(request, failure) => {
                    let Some((_, retries)) = open.get_mut(&request) else { continue };
                    *retries += 1;
                    // A host that was never reached will not be in a moment.
                    if failure.kind == FailureKind::Unreachable && reading.sources == 0 && *retries > 1 {
                        open.remove(&request);
                        reading.note(&failure, failure.explanation());
                    }
                }
                _ => {}
            }
        }
    }

    /// Takes in that a question was not answered.
    fn not_told(&mut self, need: &Need, failure: &Failure, reading: &mut Reading) {
        let mut why = failure.explanation();
        if let Some((way, source)) = Way::asked_by(need) {
            self.inventory.channel_unread(source, way, clock::now());
            let held = self.inventory.source(source);
            let title = held.map(|held| held.title().shown().into_owned()).unwrap_or_default();
            why = format!("the {} of {title}: {why}", way.words());
        }
        reading.note(failure, why);
    }

    fn learn(&mut self, fact: Fact, reading: &mut Reading) {
        let now = clock::now();
        match fact {
            Fact::Sources(page) => {
                reading.sources += page.sources.len();
                reading.unreadable = page.unreadable;
                reading.whole = page.end == Some(Completeness::Whole);
                self.inventory.learn_sources(&page, now);
            }
            Fact::Schema(full) => {
                self.inventory.learn_schema(*full, now);
            }
            Fact::Webhook(source, info) => {
                self.inventory.learn_webhook(&source, &info, now);
            }
            Fact::CdcStatus(source, status) => {
                self.inventory.learn_cdc(&source, &status, now);
            }
            Fact::Jobs(query, jobs) => {
                self.inventory.learn_jobs(&query.source, &query.schemas, jobs.clone(), now);
                reading.jobs.push((query, jobs));
            }
            // What is not asked here is not answered.
            _ => {}
        }
    }
}
