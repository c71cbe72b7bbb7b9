//! `whtui explain`: from an error text to its root cause and to what helps. Needs no connection.

mod lines;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Read, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::value::RawValue;

use super::arguments::Explain;
use super::output::{VERSION, json_line, print};
use crate::warehouse::diagnosis::{Catalogue, Level, Symptom};
use crate::warehouse::finding::Finding;
use crate::warehouse::status::Status;

/// No error text is longer; what is must be something else.
const LONGEST: u64 = 16 << 20;

/// How many bytes of texts every hand remembers with their answers.
const REMEMBERED: usize = 16 << 20;

/// Explains the text of the arguments, or those of standard input.
///
/// # Errors
/// One sentence when the input cannot be read or the output not be written.
pub(super) fn explain(options: &Explain) -> Result<ExitCode, String> {
    let given = options.text.join(" ");
    let given = (!options.text.is_empty() && given != "-").then_some(given);
    match (given, options.json) {
        (Some(text), true) => print(&format!("{}\n", answer(&Question::of(&text))))?,
        (Some(text), false) => print(&page(&text))?,
        (None, true) => lines::answer_all()?,
        (None, false) => print(&page(&whole_input()?))?,
    };
    Ok(ExitCode::SUCCESS)
}

fn unreadable(error: &io::Error) -> String {
    format!("standard input cannot be read ({error}); give the error text as an argument.")
}

fn say_what_is_awaited() {
    if io::stdin().is_terminal() {
        // Without it the program would seem to hang. That it may not be seen does not matter.
        let _ = writeln!(io::stderr(), "whtui: reading from the terminal; end with ctrl-d.");
    }
}

fn whole_input() -> Result<String, String> {
    say_what_is_awaited();
    let mut bytes = Vec::new();
    io::stdin().lock().take(LONGEST).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What is asked about one text. All but the text may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Question {
    error: Option<String>,
    level: Option<Level>,
    status: Option<String>,
    sync_type: Option<String>,
    source_type: Option<String>,
}

impl Question {
    fn of(text: &str) -> Self {
        Self { error: Some(text.to_owned()), ..Self::default() }
    }

    fn finding(&self) -> Option<Finding> {
        let status = self.status.as_deref().map(Status::parse);
        let symptom = Symptom {
            text: self.error.as_deref(),
            level: self.level.unwrap_or(Level::Schema),
            status: status.as_ref(),
            source_type: self.source_type.as_deref(),
            sync_type: self.sync_type.as_deref(),
            sync_blocked: None,
        };
        Finding::of(Catalogue::in_force(), &symptom)
    }

    fn size(&self) -> usize {
        self.error.as_ref().map_or(0, String::len) + 200
    }
}

/// What a text means.
#[derive(Serialize)]
struct Meaning {
    /// Put in later, since the same answer serves many lines.
    id: (),
    root_cause: String,
    also: Vec<String>,
    recovery: &'static str,
    retry_safe: bool,
    destructive: bool,
    evidence: Option<String>,
    identifier: Option<String>,
    title: String,
    advice: String,
    version: u32,
}

impl Meaning {
    fn of(finding: &Finding) -> Self {
        let verdict = &finding.verdict;
        Self {
            id: (),
            root_cause: verdict.cause.to_string(),
            also: verdict.also.iter().map(ToString::to_string).collect(),
            recovery: verdict.recovery.as_str(),
            retry_safe: verdict.retry_safe,
            destructive: verdict.destructive,
            evidence: verdict.evidence.as_ref().map(|evidence| evidence.text.raw().to_owned()),
            identifier: verdict.identifier.as_ref().map(|text| text.raw().to_owned()),
            title: finding.title(),
            advice: finding.advice(),
            version: VERSION,
        }
    }
}

/// The answer to a line that is no question.
#[derive(Serialize)]
struct Complaint<'a> {
    id: Option<&'a RawValue>,
    error: String,
    version: u32,
}

fn complain(id: Option<&RawValue>, error: String) -> String {
    json_line(&Complaint { id, error, version: VERSION })
}

/// The answer, without the `id`.
fn answer(question: &Question) -> String {
    match question.finding() {
        Some(finding) => json_line(&Meaning::of(&finding)),
        None => complain(None, "the catalogue of root causes does not describe what it found".to_owned()),
    }
}

/// What a line calls itself.
type Id = Option<Box<RawValue>>;

/// Whether a text could not be read since half of a surrogate pair is missing, as when something cut it.
fn is_half_a_character(error: &serde_json::Error) -> bool {
    let reason = error.to_string();
    reason.contains("surrogate") || reason.contains("end of hex escape")
}

/// Reads one line.
///
/// # Errors
/// What is wrong with it, and the `id` it names all the same.
fn question(line: &[u8]) -> Result<(Id, Question), (Id, String)> {
    let text = String::from_utf8_lossy(line);
    let mut fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&text).map_err(|error| {
        let reason = match line.first() {
            Some(b'{') if error.is_eof() => "it ends too early",
            Some(b'{') if is_half_a_character(&error) => "a key of it has half a character",
            Some(b'{') => "it is no valid JSON",
            _ => "it is no object",
        };
        (None, format!("{reason} (column {}); one JSON object a line is expected", error.column()))
    })?;
    let id = fields.remove("id").filter(|id| id.get() != "null");
    // It is written back as it came, and others have to be able to read it.
    let unreadable = id.as_ref().and_then(|id| serde_json::from_str::<serde_json::Value>(id.get()).err());
    if unreadable.as_ref().is_some_and(is_half_a_character) {
        return Err((None, "its `id` has half a character; `\\ud800` to `\\udfff` come in pairs".to_owned()));
    }
    if text.contains(char::REPLACEMENT_CHARACTER)
        && let Err(error) = std::str::from_utf8(line)
    {
        return Err((id, format!("it is not UTF-8 (byte {})", error.valid_up_to() + 1)));
    }
    let mut word = |name: &str| {
        fields
            .remove(name)
            .and_then(|value| serde_json::from_str::<String>(value.get()).ok())
            .filter(|word| !word.is_empty())
    };
    let (level, status) = (word("level").and_then(|level| Level::parse(&level)), word("status"));
    let (sync_type, source_type) = (word("sync_type"), word("source_type"));
    let error = match fields.remove("error").map(|value| serde_json::from_str::<Option<String>>(value.get())) {
        Some(Ok(error)) => error,
        Some(Err(error)) if is_half_a_character(&error) => {
            return Err((id, "its `error` has half a character; `\\ud800` to `\\udfff` come in pairs".to_owned()));
        }
        Some(Err(_)) => return Err((id, "its `error` is neither a string nor null".to_owned())),
        None => return Err((id, "it has no `error`, which is a string or null".to_owned())),
    };
    Ok((id, Question { error, level, status, sync_type, source_type }))
}

/// Answers to questions asked before.
#[derive(Default)]
struct Memory {
    answers: HashMap<Question, String>,
    size: usize,
}

impl Memory {
    /// The answer without `id`, from the brace that opens it.
    fn answer(&mut self, question: Question) -> &str {
        if self.size > REMEMBERED {
            self.answers.clear();
            self.size = 0;
        }
        let size = &mut self.size;
        self.answers.entry(question).or_insert_with_key(|question| {
            *size += question.size();
            answer(question)
        })
    }
}

/// How an answer without an `id` begins.
const NO_ID: &str = "{\"id\":null";

fn respond(line: &[u8], memory: &mut Memory) -> String {
    match question(line) {
        Ok((None, question)) => memory.answer(question).to_owned(),
        Ok((Some(id), question)) => {
            let rest = memory.answer(question).strip_prefix(NO_ID).unwrap_or("}");
            format!("{{\"id\":{}{rest}", json_line(&id))
        }
        Err((id, reason)) => complain(id.as_deref(), reason),
    }
}

/// What a text means, for people.
fn page(text: &str) -> String {
    let Some(finding) = Question::of(text).finding() else { return String::new() };
    let verdict = &finding.verdict;
    let mut page = format!("{} ({})\n{}\n\n", finding.title(), verdict.cause, finding.cause.meaning.shown());
    let mut field = |name: &str, value: &str| {
        let _ = writeln!(page, "{name:<11}{value}");
    };
    if let Some(evidence) = &verdict.evidence {
        field("evidence", &evidence.text.shown());
    }
    if let Some(name) = &verdict.identifier {
        field("concerns", &name.shown());
    }
    if !verdict.also.is_empty() {
        let also: Vec<&str> = verdict.also.iter().map(crate::warehouse::diagnosis::CauseId::as_str).collect();
        field("or perhaps", &also.join(", "));
    }
    field("recovery", &format!("{}: {}", verdict.recovery, verdict.recovery.meaning()));
    field(
        "reload",
        if verdict.retry_safe { "can help, and does no harm" } else { "does not help before something is changed" },
    );
    field(
        "data",
        if verdict.destructive {
            "the recovery discards what is stored; it is asked before"
        } else {
            "nothing is discarded"
        },
    );
    page.push('\n');
    for (index, step) in finding.steps().iter().enumerate() {
        let _ = writeln!(page, "{}. {step}", index + 1);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn respond(line: &str) -> Value {
        serde_json::from_str(&super::respond(line.as_bytes(), &mut Memory::default())).unwrap()
    }

    #[test]
    fn a_line_is_answered_with_its_own_id() {
        for id in ["\"a\\u001b\"", "12345678901234567890123", "null", "[1]"] {
            let line =
                format!(r#"{{"id": {id}, "error": "password authentication failed for user \"x\"", "more": {{}}}}"#);
            let answer = super::respond(line.as_bytes(), &mut Memory::default());
            assert!(
                answer.starts_with(&format!("{{\"id\":{id},\"root_cause\":\"credentials_invalid\",\"also\":[")),
                "{answer}"
            );
        }
        let answer = respond(r#"{"error": null}"#);
        let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 11, "{keys:?}");
        assert_eq!(answer["root_cause"], "no_error_text");
        assert!(answer["advice"].is_string() && answer["also"].is_array() && answer["evidence"].is_null());
        assert!(answer["identifier"].is_null());
        let answer = respond(r#"{"error": "403: User does not have bigquery.jobs.create permission in project a."}"#);
        assert_eq!(answer["identifier"], "bigquery.jobs.create");
        assert!(answer["advice"].as_str().unwrap().starts_with("Grant bigquery.jobs.create "), "{answer}");
    }

    #[test]
    fn a_malformed_line_says_what_is_wrong_with_it() {
        for (line, id, words) in [
            ("nonsense", Value::Null, "no object"),
            ("{\"error\": \"x\"", Value::Null, "too early"),
            ("[\"error\"]", Value::Null, "no object"),
            ("{\"error\": \"x\"} trailing", Value::Null, "no valid JSON"),
            (r#"{"id": 7, "error": 5}"#, 7.into(), "neither"),
            (r#"{"id": "q"}"#, "q".into(), "no `error`"),
            (r#"{"id": 8, "error": "cut \ud83d"}"#, 8.into(), "half a character"),
            (r#"{"id": 8, "error": "cut \ude00 here"}"#, 8.into(), "half a character"),
            (r#"{"id": 8, "error": "cut \ud83d\u0041"}"#, 8.into(), "half a character"),
            (r#"{"id": "\ud83d", "error": "x"}"#, Value::Null, "`id` has half a character"),
            (r#"{"\ud83d": 1, "error": "x"}"#, Value::Null, "half a character"),
        ] {
            let answer = respond(line);
            assert_eq!(answer["id"], id, "{line}");
            assert!(answer["error"].as_str().unwrap().contains(words), "{line}: {answer}");
        }
    }

    #[test]
    fn a_line_that_is_not_utf_8_says_so_under_its_own_id() {
        for (line, id) in [
            (&b"{\"id\": \"a1\", \"error\": \"caf\xe9\"}"[..], Value::from("a1")),
            (b"{\"id\": 3, \"error\": \"cut \xf0\x9f\"}", 3.into()),
            (b"{\"error\": \"\xff\"}", Value::Null),
        ] {
            let answer: Value = serde_json::from_str(&super::respond(line, &mut Memory::default())).unwrap();
            assert_eq!(answer["id"], id);
            assert!(answer["error"].as_str().unwrap().contains("not UTF-8"), "{answer}");
        }
        // What was written as U+FFFD is a text like any other.
        assert_eq!(respond("{\"error\": \"\u{fffd} Connection refused\"}")["root_cause"], "network_unreachable");
    }

    #[test]
    fn what_is_known_of_the_place_counts() {
        let answer = respond(r#"{"error": null, "status": "Paused"}"#);
        assert_eq!((&answer["root_cause"], &answer["recovery"]), (&"billing_limit".into(), &"H".into()));
        assert_eq!(respond(r#"{"error": "x", "level": 5, "status": [], "sync_type": {}}"#)["root_cause"], "unknown");
    }

    proptest! {
        #[test]
        fn any_bytes_get_one_line_of_json(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let answer = super::respond(&bytes, &mut Memory::default());
            prop_assert!(!answer.contains('\n') && serde_json::from_str::<Value>(&answer).unwrap().is_object());
        }

        #[test]
        fn any_text_gets_an_answer_for_people(text in any::<String>()) {
            prop_assert!(!page(&text).chars().any(|symbol| symbol != '\n' && symbol.is_control()));
        }
    }
}
