//! `whtui diagnose`: reads the project, asks what is needed to be sure, and reports what is wrong.

use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::arguments::Diagnose;
use super::output::{Written, json_line, print};
use super::report::{Content, Findings};
use super::survey::{Survey, Wishes};
use crate::warehouse::survey::is_open;
use crate::warehouse::triage::{is_wrong, triage};
use crate::worker::clock;

/// Exit codes.
const WELL: u8 = 0;
const WRONG: u8 = 1;
const UNKNOWN: u8 = 2;

/// How often to look again while something moves, and while nothing does.
const WATCH: [Duration; 2] = [Duration::from_secs(15), Duration::from_secs(60)];

/// Reads the project and reports.
///
/// # Errors
/// One or two sentences when nothing can be found out.
pub(super) async fn diagnose(options: Diagnose) -> Result<ExitCode, String> {
    let first_look = async || {
        let mut survey = Survey::begin(&options.target).await?;
        let report = survey.look(&options, None).await?;
        Ok::<_, String>((survey, report))
    };
    if !options.watch {
        let (_, report) = first_look().await?;
        return Ok(report.code.into());
    }
    // From here on a signal ends the watch with a code, also before anything is known.
    let stop = |kind| signal(kind).map_err(|error| format!("signals cannot be received ({error})."));
    let (mut interrupt, mut terminate) = (stop(SignalKind::interrupt())?, stop(SignalKind::terminate())?);
    let (mut survey, mut report) = tokio::select! {
        _ = interrupt.recv() => return Ok(UNKNOWN.into()),
        _ = terminate.recv() => return Ok(UNKNOWN.into()),
        known = first_look() => known?,
    };
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

/// What was reported.
struct Reported {
    code: u8,
    content: Option<Content>,
    /// Whether anybody still reads.
    read: bool,
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

impl Survey {
    /// Looks once, and reports unless the report would be what it was.
    async fn look(&mut self, options: &Diagnose, before: Option<&Content>) -> Result<Reported, String> {
        let mut reading = self.read_list().await?;
        let only = match &options.source {
            Some(name) => self.find_source(name, &reading)?,
            None => None,
        };
        let only = only.as_ref();
        self.be_sure(only, Wishes::Asked, &mut reading).await;
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
