//! `whtui diagnose`: reads the project, asks what is needed to be sure, and reports what is wrong.

use std::collections::{HashMap, HashSet};
use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::arguments::Diagnose;
use super::connect::{Session, connect, demo};
use super::output::{Written, json_line, print};
use super::report::{Content, Findings};
use crate::api::Client;
use crate::app::effect::{Effect, RequestId, Urgency};
use crate::app::message::{Event, Message};
use crate::app::settings::{Place, Start};
use crate::warehouse::channel::Way;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::ids::SourceId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::source::Source;
use crate::warehouse::survey::{Completeness, Fact, Need, channels, is_open, needed, second_look, unread_channel};
use crate::warehouse::triage::{is_wrong, triage, wanted};
use crate::warehouse::words::counted;
use crate::worker::gate::Gate;
use crate::worker::{Worker, clock};

/// Exit codes.
const WELL: u8 = 0;
const WRONG: u8 = 1;
const UNKNOWN: u8 = 2;

/// How many questions are under way at once.
const AT_ONCE: usize = 6;

/// How many questions a reading asks at most beyond the list: well within a minute's budget.
const MOST_QUESTIONS: usize = 300;

/// How many questions are asked at most for what is only nice to know.
const MOST_WISHES: usize = 60;

/// How long to wait before a second look at runs that seem dead.
const SECOND_LOOK_AFTER: Duration = Duration::from_secs(5);

/// How often to look again while something moves, and while nothing does.
const WATCH: [Duration; 2] = [Duration::from_secs(15), Duration::from_secs(60)];

/// Reads the project and reports.
///
/// # Errors
/// One or two sentences when nothing can be found out.
pub(super) async fn diagnose(options: Diagnose) -> Result<ExitCode, String> {
    let mut session = if options.target.demo {
        demo(&options.target).await?
    } else {
        let config = super::config::settings(options.target.no_config, options.target.allow_http)?;
        connect(&options.target, &config, |_| {}).await?
    };
    let (client, place) = ready(&mut session)?;
    let mut survey = Survey::new(client, place);
    let report = survey.look(&options, None).await?;
    if !options.watch {
        return Ok(report.code.into());
    }
    let mut report = report;
    let stop = |kind| signal(kind).map_err(|error| format!("signals cannot be received ({error})."));
    let (mut interrupt, mut terminate) = (stop(SignalKind::interrupt())?, stop(SignalKind::terminate())?);
    while report.read {
        let pause = WATCH[usize::from(survey.inventory.tally().moving == 0)];
        tokio::select! {
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            () = tokio::time::sleep(pause) => {}
        }
        tokio::select! {
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            // The watch goes on after a look that failed; the next one may succeed.
            next = survey.look(&options, report.content.as_ref()) => if let Some(sentence) = report.follow(next) {
                super::complain(&sentence);
            },
        }
    }
    Ok(report.code.into())
}

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

/// What was reported.
struct Reported {
    code: u8,
    content: Option<Content>,
    /// Whether anybody still reads.
    read: bool,
}

/// What was typed, unless it is a key: those are never printed.
fn repeated(name: &str) -> String {
    if ["phx_", "pha_", "phs_"].iter().any(|mark| name.contains(mark)) {
        return "like that (it looks like a key)".to_owned();
    }
    format!("\"{}\"", crate::warehouse::text::clean(name, false))
}

impl Reported {
    /// Takes in the next look; a sentence where it failed. What was reported before still stands then, but the code is
    /// that of the last look.
    fn follow(&mut self, next: Result<Self, String>) -> Option<String> {
        match next {
            Ok(next) => *self = next,
            Err(sentence) => {
                self.code = UNKNOWN;
                return Some(sentence);
            }
        }
        None
    }
}

/// A survey of the project, kept from one look to the next.
struct Survey {
    worker: Worker,
    inbox: mpsc::UnboundedReceiver<Message>,
    place: Place,
    inventory: Inventory,
    last: u64,
}

/// What is known of a reading of the list.
#[derive(Default)]
struct Reading {
    whole: bool,
    unreadable: usize,
    sources: usize,
    /// Why it, or a question after it, failed.
    failure: Option<String>,
}

impl Survey {
    fn new(client: Client, place: Place) -> Self {
        let (messages, inbox) = mpsc::unbounded_channel();
        let worker = Worker::new(Some(client), Gate::ReadOnly, messages);
        Self { worker, inbox, place, inventory: Inventory::default(), last: 0 }
    }

    /// Looks once, and reports unless the report would be what it was.
    async fn look(&mut self, options: &Diagnose, before: Option<&Content>) -> Result<Reported, String> {
        let mut reading = self.read_list().await?;
        let only = match &options.source {
            Some(name) => self.find_source(name, &reading)?,
            None => None,
        };
        let only = only.as_ref();
        self.be_sure(only, &mut reading).await;
        let now = clock::now();
        self.inventory.reassess_all(now);
        let problems = triage(&self.inventory, only, now);
        let complete = reading.whole && reading.unreadable == 0 && !is_open(&self.inventory, only);
        let findings =
            Findings { place: &self.place, at: now, inventory: &self.inventory, only, problems: &problems, complete };
        let code = match (is_wrong(&problems), complete) {
            (true, _) => WRONG,
            (false, true) => WELL,
            (false, false) => UNKNOWN,
        };
        let report = findings.report();
        if before == Some(&report.content) {
            return Ok(Reported { code, content: Some(report.content), read: true });
        }
        let text = if options.json { format!("{}\n", json_line(&report)) } else { findings.page() };
        let text = if before.is_some() && !options.json { format!("\n{text}") } else { text };
        let read = print(&text)? == Written::Whole;
        if code == UNKNOWN {
            super::complain(&self.why_incomplete(&reading, only));
        }
        Ok(Reported { code, content: Some(report.content), read })
    }

    fn why_incomplete(&self, reading: &Reading, only: Option<&SourceId>) -> String {
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
                Some((way, held)) => format!("the {} of {} is not told", way.words(), held.source.title().shown()),
                None => "the server does not tell the jobs of some tables".to_owned(),
            },
        };
        format!("not everything of project {} at {} could be read: {reason}.", self.place.project, self.place.origin)
    }

    /// Reads the list. What an error leaves is only part of it.
    async fn read_list(&mut self) -> Result<Reading, String> {
        self.inventory.begin_reading();
        let mut reading = Reading::default();
        self.ask(vec![Need::Sources], &mut reading).await;
        match &reading.failure {
            Some(failure) if reading.sources == 0 => Err(format!(
                "the sources of project {} at {} could not be read: {}.",
                self.place.project, self.place.origin, failure
            )),
            _ => Ok(reading),
        }
    }

    /// Finds the source of a name: its identity, or what people call it, whatever the case.
    fn find_source(&self, name: &str, reading: &Reading) -> Result<Option<SourceId>, String> {
        let folded = name.trim().to_lowercase();
        let is_called = |source: &Source| {
            let names = [Some(source.title()), source.prefix.known(), source.description.known()];
            names.into_iter().flatten().any(|known| known.raw().trim().to_lowercase() == folded)
        };
        let sources = || self.inventory.sources().iter().map(|held| &held.source);
        if let Some(source) = sources().find(|source| source.id.as_str() == name.trim()) {
            return Ok(Some(source.id.clone()));
        }
        let found: Vec<&Source> = sources().filter(|source| is_called(source)).collect();
        match found.as_slice() {
            [only] => Ok(Some(only.id.clone())),
            [] => {
                let quoted = |source: &Source| format!("\"{}\"", source.title().shown());
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
                let ids: Vec<&str> = several.iter().take(20).map(|source| source.id.as_str()).collect();
                Err(format!("several sources have this name; choose one by its id, of {}.", ids.join(", ")))
            }
        }
    }

    /// Asks all that is needed to be sure of every state, and what tells since when.
    async fn be_sure(&mut self, only: Option<&SourceId>, reading: &mut Reading) {
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
            self.ask(needs, reading).await;
        }
        let now = clock::now();
        let left = MOST_QUESTIONS.saturating_sub(asked.len());
        let ways = channels(&mut self.inventory, only, left, now);
        self.ask(ways, reading).await;
        // What is only nice to know may fail. A table that an answer had no room for is asked about once more.
        for _ in 0..2 {
            let problems = triage(&self.inventory, only, now);
            let mut wishes = wanted(&self.inventory, &problems, MOST_WISHES, now);
            wishes.retain(|wish| asked.insert(wish.clone()));
            self.ask(wishes, &mut Reading::default()).await;
        }
        let again = second_look(&self.inventory, only, clock::now());
        if !again.is_empty() {
            if let Some(looked_at) = looked_at {
                tokio::time::sleep_until(looked_at + SECOND_LOOK_AFTER).await;
            }
            self.ask(again, reading).await;
        }
    }

    /// Asks questions, some at once, and takes the answers in.
    async fn ask(&mut self, needs: Vec<Need>, reading: &mut Reading) {
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
                        reading.failure.get_or_insert(failure.explanation());
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
            let title = held.map(|held| held.source.title().shown().into_owned()).unwrap_or_default();
            why = format!("the {} of {title}: {why}", way.words());
        }
        reading.failure.get_or_insert(why);
    }

    fn learn(&mut self, fact: Fact, reading: &mut Reading) {
        let now = clock::now();
        match fact {
            Fact::Sources(page) => {
                reading.sources += page.sources.len();
                reading.unreadable = page.unreadable;
                reading.whole = page.end == Some(Completeness::Whole);
                self.inventory.learn_sources(page, now);
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
                self.inventory.learn_jobs(&query.source, &query.schemas, jobs, now);
            }
            // What is not asked here is not answered.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_watch_is_that_of_its_last_look() {
        let look = |code| Reported { code, content: None, read: true };
        let mut watch = look(WELL);
        assert_eq!((watch.follow(Err("no".to_owned())), watch.code), (Some("no".to_owned()), UNKNOWN));
        assert!(watch.read, "the next look may succeed");
        assert_eq!((watch.follow(Ok(look(WRONG))), watch.code), (None, WRONG));
    }
}
