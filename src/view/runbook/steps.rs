//! The steps: who does each, how it is going, and what is lost by it.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use crate::app::model::runbook::Opened;
use crate::view::text;
use crate::view::theme::{Role, Theme};
use crate::view::widgets::prose::wrapped;
use crate::warehouse::recovery::runbook::{Progress, Stage, Task, Who};
use crate::warehouse::words;

/// How many lines a list of tables takes at most.
const LIST: usize = 2;

/// How many of its names are looked at.
const NAMES: usize = 12;

/// As many names as there is room for, and how many more there are.
fn fitting(lead: &str, names: &[String], width: usize) -> String {
    let sentence = |shown: usize| {
        let (shown, rest) = names.split_at(shown.min(names.len()));
        let more =
            if rest.is_empty() { String::new() } else { format!(" and {} more", words::count(rest.len() as u64)) };
        format!("{lead}: {}{more}", shown.join(", "))
    };
    let fits = |sentence: &String| text::wrap(sentence, width).len() <= LIST;
    (1..=names.len().min(NAMES)).rev().map(sentence).find(fits).unwrap_or_else(|| sentence(1))
}

/// The steps, and the line of the one it is at.
pub(super) fn steps<'a>(opened: &Opened, now: Timestamp, theme: &Theme, width: usize) -> (Vec<Line<'a>>, usize) {
    let situation = opened.book.situation();
    let mut all: Vec<Line> = wrapped(&situation.title, width, theme.style(Role::Heading)).collect();
    if let Some(since) = situation.since {
        let since = format!("since {} ({})", words::moment(since), words::ago(since, now));
        all.push(Line::styled(since, theme.style(Role::Faint)));
    }
    let chosen: Vec<String> = situation.chosen().map(|table| table.name.shown().into_owned()).collect();
    if !chosen.is_empty() {
        let names: Vec<String> = chosen.iter().map(|name| text::cut(name, 60, theme.ellipsis())).collect();
        let tables = fitting(&words::counted(chosen.len(), "table"), &names, width);
        all.extend(wrapped(&tables, width, theme.style(Role::Faint)).take(LIST));
    }
    // Where they can be taken out and in, each stands in the list of those.
    if !opened.book.can_toggle() {
        let barred = situation.tables.iter().filter_map(|table| Some((table.name.shown(), table.barred?)));
        let barred: Vec<String> = barred.map(|(name, why)| format!("{name} ({why})")).collect();
        if !barred.is_empty() {
            let left_out = fitting("Left out", &barred, width);
            all.extend(wrapped(&left_out, width, theme.style(Role::Doubtful)).take(LIST));
        }
    }
    let mut current = 0;
    for (number, stage) in opened.book.stages().iter().enumerate() {
        if number == opened.book.at() {
            current = all.len();
        }
        all.extend(step(number, stage, theme, width));
    }
    // What will be picked may yet lead to a loss.
    let open = |stage: &Stage| matches!(stage.task, Task::Pick(_)) && !stage.is_over();
    if opened.book.stages().iter().all(|stage| stage.loses.is_none() && !open(stage)) {
        all.push(Line::styled("Nothing is lost by any of these steps.", theme.style(Role::Good)));
    }
    if opened.book.is_over() {
        current = all.len();
    }
    (all, current)
}

fn step<'a>(number: usize, stage: &Stage, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    const LEAD: usize = 12;
    let (glyph, role) = match (&stage.progress, theme.ascii) {
        (Progress::Ahead, false) => ("○", Role::Faint),
        (Progress::Ahead, true) => (".", Role::Faint),
        (Progress::Now, false) => ("▸", Role::Key),
        (Progress::Now, true) => (">", Role::Key),
        (Progress::Done(_), false) => ("✓", Role::Good),
        (Progress::Done(_), true) => ("+", Role::Good),
        (Progress::Skipped(_), false) => ("–", Role::Faint),
        (Progress::Skipped(_), true) => ("-", Role::Faint),
        (Progress::Failed(_), false) => ("✗", Role::Bad),
        (Progress::Failed(_), true) => ("x", Role::Bad),
    };
    let who = match stage.who() {
        Who::Program => "whtui",
        Who::User => "you",
    };
    let text_role = if stage.progress == Progress::Now { Role::Heading } else { Role::Text };
    let mut all = Vec::new();
    for (part, line) in text::wrap(&stage.what, width.saturating_sub(LEAD).max(8)).into_iter().enumerate() {
        let lead = if part == 0 {
            vec![
                Span::styled(format!("{glyph} {:>2}. ", number + 1), theme.style(role)),
                Span::styled(format!("{who:<6}"), theme.style(Role::Faint)),
            ]
        } else {
            vec![Span::raw(" ".repeat(LEAD))]
        };
        all.push(Line::from(lead.into_iter().chain([Span::styled(line, theme.style(text_role))]).collect::<Vec<_>>()));
    }
    let mut also = |sentence: String, role: Role| {
        for line in text::wrap(&sentence, width.saturating_sub(LEAD).max(8)) {
            all.push(Line::from(vec![Span::raw(" ".repeat(LEAD)), Span::styled(line, theme.style(role))]));
        }
    };
    if let Some(loses) = stage.loses.as_ref().filter(|_| !stage.is_over()) {
        also(format!("Lost: {loses}."), Role::Danger);
    }
    match &stage.progress {
        Progress::Done(said) => also(said.clone(), Role::Faint),
        Progress::Skipped(why) => also(format!("Left out: {why}."), Role::Faint),
        Progress::Failed(why) => also(why.clone(), Role::Bad),
        Progress::Ahead | Progress::Now => {}
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_there_is_no_room_for_is_counted() {
        let names: Vec<String> = ["orders", "customers", "invoices", "refunds"].map(str::to_owned).to_vec();
        assert_eq!(fitting("4 tables", &names, 80), "4 tables: orders, customers, invoices, refunds");
        assert_eq!(fitting("4 tables", &names, 17), "4 tables: orders and 3 more");
        assert_eq!(fitting("Left out", &names[..1], 3), "Left out: orders");
    }

    proptest! {
        #[test]
        fn every_name_is_shown_or_counted(names in prop::collection::vec("[a-z_]{1,20}", 1..30), width in 40_usize..140) {
            let sentence = fitting("Tables", &names, width);
            prop_assert!(text::wrap(&sentence, width).len() <= LIST, "{sentence}");
            let (listed, more) = sentence.split_once(" and ").map_or((sentence.as_str(), 0), |(listed, more)| {
                (listed, more.trim_end_matches(" more").parse::<usize>().unwrap())
            });
            prop_assert_eq!(listed.split(", ").count() + more, names.len());
        }
    }
}
