//! Log lines, and the list of everything that fails (contract, sections 7.9, 9.5 and 9.6).

use serde::de::MapAccess;

use super::json::{Object, foreign, text};
use super::objects::identity;
use super::passing::Entity;
use crate::warehouse::replies::{HealthIssue, HealthKind, HealthStatus, LogEntry, LogLevel};
use crate::warehouse::settings::SyncType;
use crate::warehouse::text::Foreign;

/// A line of a log.
impl Entity for LogEntry {
    fn read<'de, M: MapAccess<'de>>(map: M) -> Result<Option<Self>, M::Error> {
        Ok(Some(entry(&Object::of(map)?)))
    }
}

fn entry(object: &Object<'_>) -> LogEntry {
    LogEntry {
        at: object.time("timestamp"),
        level: LogLevel::parse(&object.get("level").and_then(text).unwrap_or_default()),
        message: object.get("message").and_then(foreign).unwrap_or_default(),
        run: object.text("instance_id"),
    }
}

/// Something that fails.
impl Entity for HealthIssue {
    fn read<'de, M: MapAccess<'de>>(map: M) -> Result<Option<Self>, M::Error> {
        Ok(issue(&Object::of(map)?))
    }
}

fn issue(object: &Object<'_>) -> Option<HealthIssue> {
    let word = |name: &str| object.get(name).and_then(text).unwrap_or_default();
    Some(HealthIssue {
        id: Foreign::from(identity(object)?),
        name: object.get("name").and_then(foreign).unwrap_or_default(),
        kind: HealthKind::parse(&word("type")),
        status: HealthStatus::parse(&word("status")),
        error: object.text("error"),
        at: object.time("failed_at"),
        path: object.text("url"),
        source_type: object.text("source_type"),
        sync_type: object.field("sync_type", |raw| text(raw).map(|word| SyncType::parse(&word))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::passing::entity;
    use crate::warehouse::field::Field;
    use proptest::prelude::*;
    use serde_json::value::RawValue;
    use serde_json::{Value, json};

    fn raw(value: &Value) -> Box<RawValue> {
        serde_json::value::to_raw_value(value).unwrap()
    }

    #[test]
    fn lines_come_with_and_without_a_zone_and_in_any_case() {
        let line = |timestamp: &str, level: &str| {
            entity::<LogEntry>(&raw(&json!({"timestamp": timestamp, "level": level, "message": "a\u{1b}[2Jb"})))
                .unwrap()
        };
        let at = Field::Known("2026-11-20T08:00:41.002Z".parse().unwrap());
        for timestamp in ["2026-11-20T08:00:41.002000Z", "2026-11-20T08:00:41.002000", "2026-11-20 08:00:41.002"] {
            assert_eq!(line(timestamp, "error").at, at, "{timestamp}");
        }
        assert_eq!(
            line("yesterday", "Warning"),
            LogEntry { level: LogLevel::Warn, at: Field::Unknown, ..line("", "") }
        );
        assert_eq!(line("", "TRACE").level, LogLevel::Other(Foreign::new("TRACE")));
        assert_eq!(line("", "").message.shown(), "a\u{fffd}[2Jb");
        for level in LogLevel::ALL {
            assert_eq!(LogLevel::parse(level.raw()), level);
        }
    }

    #[test]
    fn an_odd_issue_keeps_what_can_be_read() {
        let found = entity::<HealthIssue>(&raw(
            &json!({"id": "t", "type": "comet", "status": 7, "failed_at": null, "error": ["?"]}),
        ));
        let found = found.unwrap();
        assert_eq!(found.kind, HealthKind::Other(Foreign::new("comet")));
        assert_eq!(found.status, HealthStatus::Other(Foreign::default()));
        assert_eq!((found.at, found.error), (Field::Null, Field::Unknown));
        assert_eq!(entity::<HealthIssue>(&raw(&json!({"name": "nobody"}))), None);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[\\[\\]{}\":,0-9eE.a-z\\\\ -]{0,60}") {
            if let Ok(raw) = RawValue::from_string(text) {
                let _ = (entity::<LogEntry>(&raw), entity::<HealthIssue>(&raw));
            }
        }
    }
}
