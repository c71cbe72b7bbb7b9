//! `whtui audit`: what was changed from here, out of the audit log.

use std::fmt::Write as _;
use std::process::ExitCode;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::arguments::{Audit, Ended};
use super::output::{iso, print};
use crate::config::state_folder;
use crate::view::text::{cut, fit};
use crate::warehouse::audit::{Attempt, Ending, Read, line};
use crate::warehouse::text::clean;
use crate::warehouse::words::counted;
use crate::worker::{audit, clock};

/// How it ends.
pub(super) const ENDS: &str = "Exit status: 0 when it was shown, 2 when it could not be read or written.";

/// Shows the log.
///
/// # Errors
/// One sentence when it cannot be read.
pub(super) fn show(options: &Audit) -> Result<ExitCode, String> {
    let folder = state_folder().ok_or("there is no home directory, and so no audit log; set XDG_STATE_HOME.")?;
    let read = audit::read(&folder).map_err(|error| {
        format!("the audit log in {} cannot be read ({error}); check who may read it.", folder.display())
    })?;
    let since = options.since.map(|since| since.from(clock::now()));
    let chosen: Vec<&Attempt> = read.attempts.iter().filter(|attempt| is_chosen(attempt, options, since)).collect();
    if options.json {
        let lines: String = chosen.iter().map(line).collect();
        print(&lines)?;
    } else {
        print(&page(&chosen, &read))?;
    }
    if read.broken > 0 {
        super::remark(&format!("{} of the audit log cannot be read.", counted(read.broken, "line")));
    }
    Ok(ExitCode::SUCCESS)
}

fn is_chosen(attempt: &Attempt, options: &Audit, since: Option<Timestamp>) -> bool {
    let entry = &attempt.entry;
    let ended = options.outcome.is_none_or(|wanted| wanted.is(entry.outcome.state));
    let on_target = options.target.as_ref().is_none_or(|target| {
        let name = entry.target.name.to_lowercase();
        name.contains(&target.to_lowercase()) || entry.target.id == *target
    });
    since.is_none_or(|since| entry.time >= since)
        && ended
        && on_target
        && options.host.as_ref().is_none_or(|host| entry.host.contains(host.as_str()))
        && options.project.is_none_or(|project| entry.project == project)
}

/// The widths of the columns.
const WIDTHS: [(usize, bool); 6] = [(20, false), (24, false), (13, false), (28, false), (8, false), (8, true)];

fn row(cells: [&str; 6], consent: &str) -> String {
    let cells = cells.iter().zip(WIDTHS).map(|(cell, (width, right))| fit(&clean(cell, false), width, "…", right));
    format!("{}  {}", cells.collect::<Vec<_>>().join("  "), clean(consent, false)).trim_end().to_owned()
}

fn page(chosen: &[&Attempt], read: &Read) -> String {
    let mut page = String::new();
    if chosen.is_empty() {
        return if read.attempts.is_empty() {
            "Nothing was changed from here yet. What is tried in the demo is not written down.\n".to_owned()
        } else {
            format!("None of the {} is what you ask for.\n", counted(read.attempts.len(), "attempt"))
        };
    }
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{}", row(["TIME", "PROJECT", "ACTION", "TARGET", "OUTCOME", "TOOK"], "CONSENT"));
    for attempt in chosen {
        let entry = &attempt.entry;
        let host = entry.host.split_once("://").map_or(entry.host.as_str(), |(_, host)| host);
        let place = format!("{} {host}", entry.project);
        let took = entry.duration_ms.map_or_else(|| "-".to_owned(), took);
        let time = iso(entry.time);
        let consent = match &entry.consent {
            None => String::new(),
            Some(consent) => match &consent.typed {
                Some(typed) => format!("typed “{}”", cut(&clean(typed, false), 40, "…")),
                None => "yes".to_owned(),
            },
        };
        let target = format!("{} {}", entry.target.kind, entry.target.name);
        let cells = [&time, &place, entry.action.as_str(), &target, entry.outcome.state.words(), &took];
        let _ = writeln!(page, "{}", row(cells, &consent));
        let said = entry.outcome.sentence.iter().map(String::as_str);
        let later = attempt.later.iter().map(|later| later.sentence.as_str());
        for (index, sentence) in said.chain(later).enumerate() {
            let word = if index < usize::from(entry.outcome.sentence.is_some()) { "" } else { "later: " };
            let _ = writeln!(page, "    {word}{}", cut(&clean(sentence, false), 160, "…"));
        }
    }
    page
}

/// A time that is mostly short.
fn took(milliseconds: u64) -> String {
    if milliseconds < 10_000 {
        format!("{milliseconds}ms")
    } else {
        let seconds = i64::try_from(milliseconds / 1_000).unwrap_or(i64::MAX);
        crate::warehouse::words::short_span(SignedDuration::from_secs(seconds))
    }
}

/// From when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// This moment.
    At(Timestamp),
    /// So long ago.
    Ago(SignedDuration),
}

impl Since {
    fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(span) => now.saturating_sub(span).unwrap_or(Timestamp::MIN),
        }
    }

    /// Reads a moment (`2026-11-20T12:00:00Z`), a day (`2026-11-20`, UTC), or a span back (`90m`, `2h`, `7d`).
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::At(at));
        }
        if let Ok(day) = text.parse::<Date>()
            && let Ok(start) = day.to_zoned(TimeZone::UTC)
        {
            return Ok(Self::At(start.timestamp()));
        }
        let mut letters = text.chars();
        let unit = match letters.next_back() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            Some('w') => 604_800,
            _ => 0,
        };
        let number: Option<i64> = letters.as_str().parse::<u32>().ok().map(i64::from);
        match number.filter(|_| unit > 0) {
            Some(number) => Ok(Self::Ago(SignedDuration::from_secs(number.saturating_mul(unit)))),
            None => {
                Err("not a moment such as 2026-11-20T12:00:00Z, a day such as 2026-11-20, or a span such as 2h or 7d"
                    .to_owned())
            }
        }
    }
}

impl Ended {
    fn is(self, state: Ending) -> bool {
        match self {
            Self::Done => state == Ending::Done,
            Self::Refused => state == Ending::Refused,
            Self::NotSent => state == Ending::NotSent,
            Self::Unknown => state == Ending::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_is_given_as_a_moment_a_day_or_a_span() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        for (text, from) in [
            ("2026-11-19T01:02:03Z", "2026-11-19T01:02:03Z"),
            (" 2026-11-19 ", "2026-11-19T00:00:00Z"),
            ("90m", "2026-11-20T10:30:00Z"),
            ("2w", "2026-11-06T12:00:00Z"),
            ("4294967295w", "-009999-01-02T01:59:59Z"),
        ] {
            assert_eq!(Since::parse(text).unwrap().from(now).to_string(), from, "{text}");
        }
        for text in ["", "h", "-1h", "1y", "yesterday", "1é"] {
            assert!(Since::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_log_is_shown_without_anything_that_acts_on_a_terminal(
            texts in prop::collection::vec(any::<String>(), 6), broken in any::<String>(),
        ) {
            let entry = serde_json::json!({
                "version": 1, "id": texts[0], "time": "2026-11-20T12:00:00Z", "host": texts[1], "project": 1,
                "action": texts[2], "target": {"kind": texts[3], "id": "x", "name": texts[4]},
                "request": {"method": "POST", "path": "/", "body": null},
                "outcome": {"state": "refused", "sentence": texts[5]},
                "duration_ms": u64::MAX,
                "consent": {"name": texts[4], "tables": 1, "rows": null, "acts": 1, "typed": texts[3]},
            });
            let mut read = Read::default();
            read.take(&entry.to_string());
            read.take(&broken);
            prop_assert!(!read.attempts.is_empty());
            let chosen: Vec<_> = read.attempts.iter().collect();
            let shown = page(&chosen, &read) + &chosen.iter().map(line).collect::<String>();
            prop_assert!(!shown.chars().any(|symbol| symbol.is_control() && symbol != '\n'), "{:?}", shown);
            prop_assert_eq!(shown.lines().count(), 4);
        }
    }
}
