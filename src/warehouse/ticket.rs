//! All that is known of a source or a table as Markdown, for a ticket: what a colleague or a support engineer would ask
//! for. Names and texts from outside stand in code, so that nothing of them is markup; what looks like a credential is
//! masked.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::field::Field;
use super::inventory::{Held, Inventory};
use super::job::Job;
use super::recovery::proposal::proposed;
use super::redact::redacted;
use super::schema::{Schema, SchemaDetail};
use super::state::{Severity, State};
use super::text::{Foreign, clean};
use super::words;

/// How many jobs and tables are listed.
const JOBS: usize = 10;
const TABLES: usize = 50;

/// What is the same for every ticket.
#[derive(Clone, Debug)]
pub struct Origin<'a> {
    /// The address of the server.
    pub address: &'a str,
    /// The number of the project.
    pub project: u64,
    /// When it is written.
    pub now: Timestamp,
}

/// Markdown being written.
struct Page(String);

/// A text on one line, as code, however many backticks it holds.
fn code(text: &str) -> String {
    let text = redacted(text);
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    // A space on both sides is taken away again by whoever shows it.
    let air = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{air}{text}{air}{fence}")
}

fn longest_run(text: &str, sign: char) -> usize {
    text.split(|symbol| symbol != sign).map(str::len).max().unwrap_or(0)
}

fn foreign(text: &Foreign) -> String {
    code(&text.shown())
}

impl Page {
    fn heading(&mut self, level: usize, text: &str) {
        let gap = if self.0.is_empty() { "" } else { "\n" };
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{gap}{} {text}\n\n", "#".repeat(level));
    }

    fn item(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.0, "* {name}: {value}");
    }

    fn known(&mut self, name: &str, value: &Field<Foreign>) {
        if let Field::Known(value) = value {
            self.item(name, &foreign(value));
        }
    }

    /// A text of several lines, as it is.
    fn block(&mut self, title: &str, text: &Foreign) {
        self.heading(3, title);
        let text = redacted(&text.shown_lines());
        let fence = "`".repeat((longest_run(&text, '`') + 1).max(3));
        let _ = write!(self.0, "{fence}text\n{}\n{fence}\n", text.trim_end());
    }

    fn place(&mut self, origin: &Origin<'_>, ids: &[(&str, &str)]) {
        self.heading(3, "Where");
        self.item("project", &format!("{} on {}", origin.project, code(origin.address)));
        for (name, id) in ids {
            self.item(name, &code(&clean(id, false)));
        }
        self.item("seen by", &format!("whtui {}, {}", env!("CARGO_PKG_VERSION"), words::moment(origin.now)));
    }
}

/// The ticket of a table.
#[must_use]
pub fn of_table(inventory: &Inventory, held: &Held, table: &Schema, state: State, origin: &Origin<'_>) -> String {
    let mut page = Page(String::new());
    page.heading(2, &format!("{} / {}: {}", foreign(held.title()), foreign(table.title()), state.words()));
    page.item("state", &format!("{}. {}", state.words(), table.meaning(state)));
    if let Some(finding) = table.finding.as_deref().filter(|_| state.is_failure()) {
        page.item("root cause", &format!("{}. {}", finding.title(), finding.cause.meaning.shown()));
        if let Some(name) = &finding.verdict.identifier {
            page.item("concerns", &foreign(name));
        }
        if let Some(evidence) = &finding.verdict.evidence {
            page.item("evidence", &foreign(&evidence.text));
        }
    }
    if let Some(trouble) = inventory.trouble(held, table, state) {
        page.item("evidence", &foreign(&trouble.evidence));
    }
    let runs = inventory.runs(&table.id);
    if let Some(since) = runs.and_then(super::runs::Runs::failing_since) {
        page.item("failing since", &format!("{} ({})", words::moment(since), words::ago(since, origin.now)));
    }
    if let Some(proposal) = proposed(inventory, held, table, state) {
        page.item("recovery", &format!("{}, {}. {}", proposal.letter, proposal.letter.meaning(), proposal.lost()));
    }
    if let Some(error) = table.latest_error.known().filter(|error| !error.is_blank()) {
        page.block(if state.is_failure() { "Error" } else { "Last error (may be old)" }, error);
    }
    page.heading(3, "Configuration");
    configuration(&mut page, table, inventory.detail(&table.id), origin.now);
    if let Some(runs) = runs {
        recent(&mut page, runs.jobs());
    }
    page.place(origin, &[("source", held.source.id.as_str()), ("table", table.id.as_str())]);
    page.0
}

fn configuration(page: &mut Page, table: &Schema, detail: Option<&SchemaDetail>, now: Timestamp) {
    page.item("name at the source", &foreign(&table.name));
    let method = table.sync_type.known().map_or("not set up".to_owned(), |method| code(&method.to_string()));
    page.item("method", &method);
    page.item("switched on", table.should_sync.map_or("not known", |on| if on { "yes" } else { "no" }));
    if let Field::Known(every) = &table.frequency {
        page.item("every", &code(&every.to_string()));
    }
    if let Field::Known(at) = table.last_synced_at {
        page.item("last synced", &format!("{} ({})", words::moment(at), words::ago(at, now)));
    }
    page.item("rows", &words::rows(table.rows()));
    page.item("server's status", &code(&table.status.to_string()));
    let Some(detail) = detail else { return };
    page.known("cursor column", &detail.incremental_field);
    page.known("cursor type", &detail.incremental_field_type);
    if let Field::Known(seconds) = detail.lookback_seconds {
        page.item("lookback", &format!("{seconds} s"));
    }
    if let Field::Known(keys) = &detail.primary_keys {
        page.item("primary key", &keys.iter().map(foreign).collect::<Vec<_>>().join(", "));
    }
    page.known("blocked by", &detail.sync_blocked);
    page.known("API version", &detail.api_version);
}

fn recent(page: &mut Page, jobs: &[Job]) {
    if jobs.is_empty() {
        return;
    }
    page.heading(3, "Recent jobs");
    page.0.push_str("| began | status | rows | took |\n| --- | --- | ---: | ---: |\n");
    for job in jobs.iter().take(JOBS) {
        let began = job.created_at.map_or("?".to_owned(), words::moment);
        let took = job.duration().map_or("–".to_owned(), words::span);
        // A bar would begin another column even in code.
        let status = code(&job.status.to_string()).replace('|', "\\|");
        let _ = writeln!(page.0, "| {began} | {status} | {} | {took} |", words::rows(job.rows));
    }
}

/// The ticket of a source.
#[must_use]
pub fn of_source(held: &Held, origin: &Origin<'_>) -> String {
    let source = &held.source;
    let mut page = Page(String::new());
    page.heading(2, &format!("Source {}", foreign(held.title())));
    page.item("type", &foreign(&source.kind));
    page.item("server's status", &code(&source.status.to_string()));
    let (broken, doubtful) = (held.tally.broken, held.tally.doubtful);
    let tables = words::counted(held.tally.total, "table");
    page.item("tables", &format!("{tables}, {broken} broken, {doubtful} doubtful"));
    if let Field::Known(at) = source.last_run_at {
        page.item("last run", &format!("{} ({})", words::moment(at), words::ago(at, origin.now)));
    }
    if let Some(error) = source.latest_error.known().filter(|error| !error.is_blank()) {
        page.block("Error the server shows for it (may be old)", error);
    }
    let wrong: Vec<_> = held.tables().filter(|(_, state)| state.severity() <= Severity::Doubtful).collect();
    if !wrong.is_empty() {
        page.heading(3, "What is wrong");
        for (table, state) in wrong.iter().take(TABLES) {
            let cause = table.cause(*state).map_or(String::new(), |cause| format!(": {cause}"));
            let _ = writeln!(page.0, "* {}, {}{cause}", foreign(table.title()), state.words());
        }
        if wrong.len() > TABLES {
            let _ = writeln!(page.0, "* and {} more", wrong.len() - TABLES);
        }
    }
    if !source.settings.is_empty() {
        page.heading(3, "Connection");
        for (name, value) in &source.settings {
            page.item(&foreign(name), &foreign(value));
        }
    }
    page.place(origin, &[("source", source.id.as_str())]);
    page.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn code_holds_any_text() {
        assert_eq!(code("plain"), "`plain`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`x`"), "`` `x` ``");
        assert_eq!(code(""), "`  `");
        assert_eq!(code("password=hunter2"), "`password=***`");
    }

    proptest! {
        #[test]
        fn nothing_of_a_name_gets_out_of_its_code(text in any::<String>()) {
            let shown = foreign(&Foreign::from(text));
            let fence = shown.chars().take_while(|symbol| *symbol == '`').count();
            let inside = &shown[fence..shown.len() - fence];
            prop_assert!(longest_run(inside, '`') < fence || inside.starts_with(' '), "{shown}");
            prop_assert!(longest_run(inside.trim_matches(' '), '`') < fence, "{shown}");
            prop_assert!(!shown.contains('\n'));
        }

        #[test]
        fn nothing_of_an_error_gets_out_of_its_block(text in "[`~a\n]{0,40}") {
            let mut page = Page(String::new());
            page.block("Error", &Foreign::from(text));
            let lines: Vec<&str> = page.0.lines().collect();
            let fence = lines.last().unwrap().to_string();
            let opens = format!("{fence}text");
            let inside = &lines[lines.iter().position(|line| *line == opens).unwrap() + 1..lines.len() - 1];
            prop_assert!(inside.iter().all(|line| longest_run(line, '`') < fence.len()), "{}", page.0);
        }
    }
}
