//! What holds of the diagnosis whatever the text.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use whtui::warehouse::diagnosis::{Catalogue, Letter, Level, Symptom, Verdict};
use whtui::warehouse::status::Status;

/// Causes whose right answer may discard data.
const DISCARDING: [&str; 2] = ["column_type_changed", "cdc_slot_lost"];

#[derive(Clone, Debug)]
struct Case {
    text: String,
    level: Level,
    status: Option<Status>,
    source_type: Option<String>,
    sync_type: Option<String>,
}

impl Case {
    fn diagnose(&self, catalogue: &Catalogue, text: &str) -> Verdict {
        catalogue.diagnose(&Symptom {
            text: Some(text),
            level: self.level,
            status: self.status.as_ref(),
            source_type: self.source_type.as_deref(),
            sync_type: self.sync_type.as_deref(),
            sync_blocked: None,
        })
    }
}

fn labelled() -> Vec<Case> {
    let fixtures = [include_str!("fixtures/errors.jsonl"), include_str!("fixtures/errors-more.jsonl")];
    let rows =
        fixtures.iter().flat_map(|fixture| fixture.lines()).map(|line| serde_json::from_str::<Value>(line).unwrap());
    let string = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    rows.filter_map(|row| {
        Some(Case {
            text: string(&row, "error")?,
            level: Level::parse(row["level"].as_str()?)?,
            status: row["status"].as_str().map(Status::parse),
            source_type: string(&row, "source_type"),
            sync_type: string(&row, "sync_type"),
        })
    })
    .filter(|case| !case.text.trim().is_empty())
    .collect()
}

/// What really wraps texts.
#[derive(Clone, Copy, Debug)]
enum Wrapping {
    Class(&'static str),
    Traceback,
    SpaceBehind,
    LineBreaks(usize),
    Upper,
    Lower,
}

impl Wrapping {
    fn wrap(self, text: &str) -> String {
        match self {
            Self::Class(class) => format!("{class}: {text}"),
            Self::Traceback => format!(
                "Traceback (most recent call last):\n  File \"/app/run.py\", line 401, in sync\n    \
                 return connect(timeout=30, ssl=True)\n           ^^^^^^^\n{text}"
            ),
            Self::SpaceBehind => format!("{text} \t \n\n"),
            Self::LineBreaks(every) => {
                let words: Vec<_> = text.split(' ').collect();
                words.chunks(every).map(|line| line.join(" ")).collect::<Vec<_>>().join("\n")
            }
            Self::Upper => text.to_uppercase(),
            Self::Lower => text.to_lowercase(),
        }
    }
}

fn wrapping() -> impl Strategy<Value = Wrapping> {
    let classes = select(
        &["OperationalError", "psycopg.OperationalError", "Exception", "requests.exceptions.HTTPError", "RuntimeError"]
            [..],
    );
    prop_oneof![
        classes.prop_map(Wrapping::Class),
        Just(Wrapping::Traceback),
        Just(Wrapping::SpaceBehind),
        (1_usize..5).prop_map(Wrapping::LineBreaks),
        Just(Wrapping::Upper),
        Just(Wrapping::Lower),
    ]
}

/// Words that meet rules, in an order that nobody planned.
fn mixture() -> impl Strategy<Value = String> {
    let words: Vec<String> =
        labelled().iter().flat_map(|case| case.text.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    prop::collection::vec(select(words), 0..60).prop_map(|words| words.join(" "))
}

fn is_sound(verdict: &Verdict, text: &str) {
    assert!(Catalogue::builtin().cause(&verdict.cause).is_some(), "{verdict:?}");
    if let Some(evidence) = &verdict.evidence {
        assert_eq!(text.get(evidence.range.clone()), Some(evidence.text.raw()));
    }
    if verdict.destructive {
        assert!(DISCARDING.contains(&verdict.cause.as_str()) && !verdict.handled_by_posthog, "{verdict:?} of {text:?}");
    }
    assert!(verdict.destructive || !verdict.recovery.discards(), "{verdict:?} of {text:?}");
    assert!(!verdict.handled_by_posthog || verdict.recovery == Letter::N);
}

#[test]
fn each_wrapping_leaves_every_cause_alone() {
    let mut wrappings = vec![Wrapping::Traceback, Wrapping::SpaceBehind, Wrapping::Upper, Wrapping::Lower];
    wrappings.extend((1..4).map(Wrapping::LineBreaks));
    wrappings.extend(
        ["OperationalError", "ValueError", "psycopg.OperationalError", "Activity task failed"].map(Wrapping::Class),
    );
    for case in labelled() {
        let plain = case.diagnose(Catalogue::builtin(), &case.text).cause;
        for wrapping in &wrappings {
            let wrapped = wrapping.wrap(&case.text);
            assert_eq!(case.diagnose(Catalogue::builtin(), &wrapped).cause, plain, "{wrapping:?} of {:?}", case.text);
        }
    }
}

proptest! {
    #[test]
    fn wrappings_of_wrappings_leave_the_cause_alone(case in select(labelled()), first in wrapping(), second in wrapping()) {
        // Without its lines a traceback cannot be told from its error.
        prop_assume!(!matches!((first, second), (Wrapping::Traceback, Wrapping::LineBreaks(_))));
        let wrapped = second.wrap(&first.wrap(&case.text));
        let plain = case.diagnose(Catalogue::builtin(), &case.text).cause;
        prop_assert_eq!(case.diagnose(Catalogue::builtin(), &wrapped).cause, plain, "{}", wrapped);
    }

    #[test]
    fn any_bytes_are_diagnosed(bytes in prop::collection::vec(any::<u8>(), 0..2_000), sync_type in any::<Option<String>>()) {
        let text = String::from_utf8_lossy(&bytes);
        let symptom = Symptom { sync_type: sync_type.as_deref(), source_type: sync_type.as_deref(), ..Symptom::of(Some(&text)) };
        is_sound(&Catalogue::builtin().diagnose(&symptom), &text);
    }

    #[test]
    fn any_text_is_diagnosed(text in any::<String>()) {
        is_sound(&Catalogue::builtin().diagnose(&Symptom::of(Some(&text))), &text);
    }

    #[test]
    fn no_mixture_of_words_discards_data_without_cause(text in mixture(), case in select(labelled())) {
        is_sound(&case.diagnose(Catalogue::builtin(), &text), &text);
    }

    #[test]
    fn no_file_of_a_user_makes_a_text_discard_data(
        text in mixture(),
        case in select(labelled()),
        cause in select(Catalogue::builtin().causes().map(|cause| cause.id.clone()).collect::<Vec<_>>()),
        other in select(Catalogue::builtin().causes().map(|cause| cause.id.clone()).collect::<Vec<_>>()),
        letter in select(Letter::ALL),
        pattern in select(&["e", "[a-z]+", "the", ".", "is not"][..]),
        destructive in any::<bool>(),
    ) {
        let file = format!(
            "[[cause]]\nid = \"{cause}\"\nrecovery = \"{letter}\"\ndestructive = {destructive}\n\
             [[rule]]\ncause = \"{other}\"\nany = ['{pattern}']\nrecovery = \"{letter}\"\n"
        );
        if let Ok(catalogue) = Catalogue::with_user(&file) {
            for text in [&text, &case.text] {
                let verdict = case.diagnose(&catalogue, text);
                let builtin = case.diagnose(Catalogue::builtin(), text);
                prop_assert!(builtin.destructive || !(verdict.destructive || verdict.recovery.discards()), "{:?}", verdict);
            }
        }
    }

    #[test]
    fn any_file_of_a_user_is_read(text in any::<String>()) {
        let _ = Catalogue::with_user(&text);
    }
}
