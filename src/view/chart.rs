//! A picture of runs: rows of each as a bar, failures as marks, how long each took, gaps where runs are missing.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use std::borrow::Cow;

use super::text;
use super::theme::{Role, Theme};
use crate::warehouse::ids::JobId;
use crate::warehouse::job::Job;
use crate::warehouse::state::State;
use crate::warehouse::status::Status;
use crate::warehouse::timeline::{Slot, first_failure, height, slots};

/// Width of what stands before the bars.
const LABEL: u16 = 6;
/// How many steps a cell has.
const STEPS: usize = 8;
const BLOCKS: [&str; STEPS + 1] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const ASCII: [&str; STEPS + 1] = [" ", ".", ".", ":", ":", "|", "|", "#", "#"];

/// What is drawn.
pub(super) struct Chart<'a> {
    /// The runs, newest first.
    pub jobs: &'a [Job],
    /// What time it is, where they are of one table, so that they follow a rhythm.
    pub rhythm: Option<Timestamp>,
    /// When the last run was.
    pub last: &'a str,
    /// The run that is looked at.
    pub selected: Option<&'a JobId>,
    /// When the oldest of these runs began.
    pub since: &'a dyn Fn(&Job) -> String,
    /// What is to be said of all, in a few words.
    pub caption: &'a str,
}

impl Chart<'_> {
    /// Draws it, up to now: bars, how long each run took where there are five lines or more, and a line of words.
    pub(super) fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let room = area.width.saturating_sub(LABEL);
        if room == 0 || area.height < 2 {
            return;
        }
        let all = slots(self.jobs, usize::from(room), self.rhythm);
        let step = if all.len() * 2 <= usize::from(room) { 2 } else { 1 };
        let times = u16::from(area.height >= 5);
        let bars = Rect { x: area.x + LABEL, width: room, height: area.height - 1 - times, ..area };
        let faint = theme.style(Role::Faint);
        buffer.set_stringn(area.x, area.y, "rows", usize::from(LABEL), faint);
        let runs = || all.iter().filter_map(Slot::run);
        let most_rows = runs().filter_map(rows).max().unwrap_or(0);
        let longest = runs().filter_map(seconds).max().unwrap_or(0);
        let columns = all.iter().zip((bars.x..bars.right()).step_by(step));
        for (slot, x) in columns.clone() {
            let column = Rect { x, width: 1, ..bars };
            let Slot::Run(job) = slot else {
                let mark = if theme.ascii { ":" } else { "┊" };
                (column.y..column.bottom()).for_each(|y| put(buffer, x, y, mark, faint));
                continue;
            };
            let style = self.style(job, theme);
            match trouble(job) {
                Some(state) => put(buffer, x, column.bottom() - 1, theme.glyph(state), style),
                None => bar(rows(job).unwrap_or(0), most_rows, style, theme, column, buffer),
            }
            if times == 1 {
                let line = Rect { y: column.bottom(), height: 1, ..column };
                bar(seconds(job).unwrap_or(0), longest, style, theme, line, buffer);
            }
        }
        if times == 1 {
            buffer.set_stringn(area.x, bars.bottom(), "took", usize::from(LABEL), faint);
        }
        let words = Rect { y: area.bottom() - 1, height: 1, ..area };
        let failed = first_failure(self.jobs).filter(|_| self.rhythm.is_some());
        let failed = columns.clone().find(|(slot, _)| slot.run().map(|job| &job.id) == failed && failed.is_some());
        self.words(runs().next(), failed.map(|(_, x)| x), theme, words, buffer);
    }

    fn style(&self, job: &Job, theme: &Theme) -> Style {
        let style = theme.state(trouble(job).unwrap_or(State::Running));
        if self.selected == Some(&job.id) { style.add_modifier(Modifier::REVERSED) } else { style }
    }

    /// The line below: since when, where it began to fail, what is usual.
    fn words(&self, oldest: Option<&Job>, failed: Option<u16>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let faint = theme.style(Role::Faint);
        let bars = Rect { x: area.x + LABEL, width: area.width - LABEL, ..area };
        let since = oldest.map_or_else(String::new, |oldest| (self.since)(oldest));
        let (mut x, _) = buffer.set_stringn(bars.x, bars.y, &since, usize::from(bars.width), faint);
        if let Some(column) = failed {
            let (mark, broken) = (if theme.ascii { "^" } else { "▲" }, theme.style(Role::Broken));
            let (before, after) = ("first failure ", " first failure");
            let left = column.saturating_sub(u16::try_from(before.len()).unwrap_or(0));
            let said: Cow<'_, str> =
                if left > x { format!("{before}{mark}").into() } else { format!("{mark}{after}").into() };
            let at = if left > x { left } else { column.max(x + 1) };
            (x, _) = buffer.set_stringn(at, bars.y, &said, usize::from(bars.right().saturating_sub(at)), broken);
        }
        // When the last run was is worth more than what is usual.
        let both = format!("{}, {}", self.caption, self.last);
        let right = [both.trim_start_matches(", "), self.last];
        let fitting = right.iter().map(|words| (words, bars.right().saturating_sub(cells(words))));
        if let Some((words, at)) = fitting.into_iter().find(|(_, at)| *at > x + 1) {
            buffer.set_stringn(at, bars.y, words, usize::from(bars.right() - at), theme.style(Role::Text));
        }
    }
}

fn cells(words: &str) -> u16 {
    u16::try_from(text::width(words)).unwrap_or(u16::MAX)
}

/// The newest runs of a table in one line, oldest first: rows of each, and marks for those that did not succeed.
pub(super) fn spark(newest_first: &[Job], most: usize, theme: &Theme) -> Vec<Span<'static>> {
    let highest = newest_first.iter().take(most).filter_map(rows).max().unwrap_or(0);
    one_line(newest_first, most, theme, |job| step(rows(job).unwrap_or(0), highest, theme))
}

/// How the newest runs of many tables went, in one line, oldest first.
pub(super) fn heat(newest_first: &[Job], most: usize, theme: &Theme) -> Vec<Span<'static>> {
    let glyph = |job: &Job| theme.glyph(if job.is_running() { State::Running } else { State::Completed });
    one_line(newest_first, most, theme, glyph)
}

fn one_line(
    newest_first: &[Job],
    most: usize,
    theme: &Theme,
    symbol: impl Fn(&Job) -> &'static str,
) -> Vec<Span<'static>> {
    let span = |job: &Job| match trouble(job) {
        Some(state) => Span::styled(theme.glyph(state), theme.state(state)),
        None if job.is_running() => Span::styled(symbol(job), theme.state(State::Running)),
        None => Span::styled(symbol(job), theme.state(State::Completed)),
    };
    newest_first.iter().take(most).rev().map(span).collect()
}

/// How far something has come that usually takes `usual`: a bar of `width` cells that is full when it should be over, and has
/// a mark at its end when it is not.
pub(super) fn gauge(elapsed: u64, usual: u64, width: usize, theme: &Theme) -> String {
    let over = usize::from(elapsed > usual).min(width);
    let filled = if over > 0 { width - over } else { height(elapsed, usual, width) };
    let (full, rest) = if theme.ascii { ("#", "-") } else { ("━", "╌") };
    format!("{}{}{}", full.repeat(filled), ">".repeat(over), rest.repeat(width.saturating_sub(filled + over)))
}

/// What stands in place of a bar.
fn trouble(job: &Job) -> Option<State> {
    match job.status {
        Status::Completed | Status::Running => None,
        Status::Failed | Status::Error => Some(State::Failed),
        Status::Cancelled => Some(State::Cancelled),
        Status::Paused | Status::BillingLimits | Status::BillingLimitTooLow => Some(State::BillingLimit),
        Status::None | Status::Unknown(_) => Some(State::Unknown),
    }
}

fn rows(job: &Job) -> Option<u64> {
    job.rows.known().copied()
}

fn seconds(job: &Job) -> Option<u64> {
    job.duration().and_then(|took| u64::try_from(took.as_secs()).ok())
}

/// A bar of one cell.
fn step(value: u64, most: u64, theme: &Theme) -> &'static str {
    match (height(value, most, STEPS), theme.ascii) {
        // A dot stands for what is not known.
        (0, _) => "_",
        (steps, true) => ASCII[steps.min(STEPS)],
        (steps, false) => BLOCKS[steps.min(STEPS)],
    }
}

/// A bar from the bottom of a column; nothing at all leaves a trace.
fn bar(value: u64, most: u64, style: Style, theme: &Theme, column: Rect, buffer: &mut Buffer) {
    let cells = if theme.ascii { &ASCII } else { &BLOCKS };
    let mut left = height(value, most, STEPS * usize::from(column.height));
    if left == 0 {
        return put(buffer, column.x, column.bottom() - 1, step(value, most, theme), style);
    }
    for y in (column.y..column.bottom()).rev() {
        put(buffer, column.x, y, cells[left.min(STEPS)], style);
        left = left.saturating_sub(STEPS);
    }
}

fn put(buffer: &mut Buffer, x: u16, y: u16, symbol: &str, style: Style) {
    buffer.set_stringn(x, y, symbol, 1, style);
}
