//! From a reply that is no success to what a person can do about it (contract, sections 2, 4 and 5).

use std::cmp::Reverse;

use jiff::SignedDuration;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde_json::value::RawValue;

use super::json::{Object, list, text};
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::secret::MASK;
use crate::warehouse::text::Foreign;

/// How many bytes of an explanation are kept.
const DETAIL_LIMIT: usize = 4_000;

/// The longest wait a server can ask for: its own longest window (contract, section 4).
const WAIT_LIMIT: SignedDuration = SignedDuration::from_hours(1);

/// How deep an explanation may be buried in a body.
const DEPTH: usize = 4;

/// What a server may repeat and nobody may see: the key, and the secrets of the request.
#[derive(Default)]
pub(super) struct Masks<'a>(Vec<&'a str>);

impl<'a> Masks<'a> {
    pub(super) fn new(secrets: impl Iterator<Item = &'a str>) -> Self {
        let mut secrets: Vec<&str> = secrets.filter(|secret| !secret.trim().is_empty()).collect();
        // One may be a part of another: the longer first, so that nothing of it is left.
        secrets.sort_unstable_by_key(|secret| Reverse(secret.len()));
        Self(secrets)
    }

    /// A text without any of them.
    pub(super) fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }
}

/// What a reply of this status means. `said` is its body, or the address that a redirect points to.
pub(super) fn failure(status: u16, headers: &HeaderMap, said: &str, masks: &Masks<'_>) -> Failure {
    let explanation = explain(said, masks);
    let page = is_html(headers, said);
    let kind = match status {
        300..400 => FailureKind::Redirected,
        401 => FailureKind::KeyRejected,
        403 => forbidden(&explanation.detail),
        // The API answers in JSON; a web page with this status is some other server's.
        404 | 405 if page => FailureKind::NotJson,
        404 => FailureKind::NotFound,
        408 | 502 | 503 | 504 => FailureKind::Gateway,
        429 => FailureKind::TooManyRequests(retry_after(headers)),
        400..500 => FailureKind::Refused,
        _ => FailureKind::ServerError,
    };
    let detail = Foreign::new(bounded(&explanation.detail));
    Failure { kind, detail, status: Some(status), attr: explanation.attr }
}

/// Whether a reply is a web page: by its type, or by its first character.
pub(super) fn is_html(headers: &HeaderMap, body: &str) -> bool {
    header(headers, &CONTENT_TYPE).is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
        || body.trim_start().starts_with('<')
}

/// The beginning of a text, cut between two characters.
pub(super) fn bounded(text: &str) -> &str {
    let end = (0..=DETAIL_LIMIT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    if text.len() <= DETAIL_LIMIT { text } else { &text[..end] }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Which of the refusals of section 2 this is. Only fragments are compared: the sentences change.
fn forbidden(detail: &str) -> FailureKind {
    let folded = detail.to_ascii_lowercase();
    if let Some(at) = folded.find("missing required scope") {
        let scope = detail.get(at..).and_then(|rest| rest.split(['\'', '"']).nth(1)).filter(|scope| !scope.is_empty());
        return scope.map_or(FailureKind::Forbidden, |scope| FailureKind::MissingScope(Foreign::new(bounded(scope))));
    }
    let limited = [
        "does not have access to the requested project",
        "does not have access to the requested organization",
        "only supported on project-based endpoints",
    ];
    if limited.iter().any(|fragment| folded.contains(fragment)) {
        FailureKind::OutOfBounds
    } else {
        FailureKind::Forbidden
    }
}

/// How long the server asks to wait: seconds, or a date measured against the server's own clock.
fn retry_after(headers: &HeaderMap) -> Option<SignedDuration> {
    let asked = header(headers, &RETRY_AFTER)?.trim();
    let whole = asked.split('.').next().unwrap_or_default();
    let wait = if !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit()) {
        // What does not fit into a number is bounded below.
        SignedDuration::from_secs(whole.parse().unwrap_or(i64::MAX))
    } else {
        let date = |text: &str| DateTimeParser::new().parse_timestamp(text).ok();
        date(asked)?.duration_since(date(header(headers, &DATE)?)?)
    };
    Some(wait.clamp(SignedDuration::ZERO, WAIT_LIMIT))
}

struct Explanation {
    detail: String,
    attr: Option<Foreign>,
}

/// The server's own words, from any of its seven body shapes (section 5), without what must not be repeated.
fn explain(body: &str, masks: &Masks<'_>) -> Explanation {
    let body = body.trim();
    let plain = |detail: &str| Explanation { detail: masks.apply(detail), attr: None };
    if body.starts_with('<') {
        return plain(title(body).unwrap_or_default());
    }
    let Ok(raw) = serde_json::from_str::<&RawValue>(body) else { return plain(body) };
    let Some(object) = Object::read(raw) else {
        return plain(&first_text(raw, DEPTH).unwrap_or_else(|| body.to_owned()));
    };
    let mut detail = ["detail", "message", "error"]
        .into_iter()
        .find_map(|name| first_text(object.get(name)?, DEPTH))
        .unwrap_or_else(|| body.to_owned());
    // Shape B may list what is behind its message.
    for error in object.items("errors", text) {
        detail = format!("{detail} {error}");
    }
    let mut detail = masks.apply(&detail);
    if let Some(reference) = object.get("error_event_id").and_then(text) {
        detail = format!("{} (reference {})", bounded(&detail), masks.apply(&reference));
    }
    let attr = object.get("attr").and_then(text);
    Explanation { detail, attr: attr.map(|attr| Foreign::new(bounded(&masks.apply(&attr)))) }
}

/// The first text in a value that is not blank; explanations can be lists, or lists by field.
fn first_text(raw: &RawValue, depth: usize) -> Option<String> {
    let inside = depth.checked_sub(1)?;
    if let Some(text) = text(raw) {
        return Some(text.into_owned()).filter(|text| !text.trim().is_empty());
    }
    if let Some(items) = list(raw) {
        return items.into_iter().find_map(|item| first_text(item, inside));
    }
    Object::read(raw)?.entries().find_map(|(_, value)| first_text(value, inside))
}

/// The title of a web page: all that is worth showing of it.
fn title(page: &str) -> Option<&str> {
    // Lower-casing ASCII only keeps positions.
    let folded = page.to_ascii_lowercase();
    let start = folded.find("<title")?;
    let start = start + folded[start..].find('>')? + 1;
    let end = start + folded[start..].find("</")?;
    Some(page[start..end].trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use reqwest::header::HeaderValue;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    fn of(status: u16, body: &str) -> Failure {
        failure(status, &HeaderMap::new(), body, &Masks::default())
    }

    #[test]
    fn every_body_shape_yields_the_servers_words() {
        for (body, detail) in [
            (
                r#"{"type": "validation_error", "code": "required", "detail": "Say why.", "attr": "job_inputs__host"}"#,
                "Say why.",
            ),
            (r#"{"message": "Say why.", "errors": []}"#, "Say why."),
            (r#"{"message": "Say why.", "errors": ["This.", 7, "And that."]}"#, "Say why. This. And that."),
            (r#"{"detail": "Say why."}"#, "Say why."),
            (r#"{"error": "Say why."}"#, "Say why."),
            (r#"{"success": false, "error": "Say why."}"#, "Say why."),
            (r#"{"detail": null, "message": "  ", "error": "Say why."}"#, "Say why."),
            (r#"{"detail": {"host": ["Say why."]}}"#, "Say why."),
            (r#"["Say why.", "And more."]"#, "Say why."),
            ("Say why.", "Say why."),
            ("<html><head><TITLE>\n502 Bad Gateway</TITLE></head>", "502 Bad Gateway"),
            ("<html>no title", ""),
            ("", ""),
            (r#"{"code": 7}"#, r#"{"code": 7}"#),
            (
                r#"{"detail": "A server error occurred.", "error_event_id": "e1"}"#,
                "A server error occurred. (reference e1)",
            ),
        ] {
            assert_eq!(of(400, body).detail.raw(), detail, "{body}");
        }
        let attr = of(400, r#"{"detail": "x", "attr": "job_inputs__host"}"#).attr;
        assert_eq!(attr, Some(Foreign::new("job_inputs__host")));
    }

    #[test]
    fn what_must_not_be_repeated_is_masked_however_it_is_written() {
        let masks = Masks::new(["", "pass", "pass\"wörd\n", " "].into_iter());
        for body in [
            r#"{"detail": "no pass\"wörd\n here, pass", "attr": "pass", "error_event_id": "pass"}"#,
            r#"{"message": "no", "errors": ["pass\"w\u00f6rd\u000a"]}"#,
            r#"["pass"]"#,
            "pass",
            "<title>pass</title>",
        ] {
            let failure = failure(400, &HeaderMap::new(), body, &masks);
            let text = format!("{} {:?}", failure.detail.raw(), failure.attr);
            assert!(!text.contains("pass") && !text.contains("wörd") && text.contains("***"), "{text}");
        }
        // Nor is a part of one left over at the place where a long text is cut.
        let long = format!("{}pass-and-more", "x".repeat(DETAIL_LIMIT - 4));
        let failure = failure(400, &HeaderMap::new(), &long, &Masks::new(["pass-and-more"].into_iter()));
        assert!(!failure.detail.raw().contains("pass"));
    }

    #[test]
    fn refusals_of_a_key_are_told_apart() {
        let kind = |detail: &str| of(403, &format!(r#"{{"code": "permission_denied", "detail": {detail:?}}}"#)).kind;
        assert_eq!(
            kind("API key missing required scope 'external_data_source:write'"),
            FailureKind::MissingScope(Foreign::new("external_data_source:write"))
        );
        assert_eq!(kind("api key MISSING required scope"), FailureKind::Forbidden);
        for detail in [
            "API key does not have access to the requested project: ID 7.",
            "API key does not have access to the requested organization",
            "API keys with scoped projects are only supported on Project-based endpoints.",
        ] {
            assert_eq!(kind(detail), FailureKind::OutOfBounds);
        }
        for detail in ["You don't have access to the project.", "This source is managed by PostHog", ""] {
            assert_eq!(kind(detail), FailureKind::Forbidden);
        }
    }

    #[test]
    fn a_wait_is_read_in_both_forms_and_bounded() {
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        let later = "Sun, 06 Nov 1994 08:50:07 GMT";
        let seconds = |count| Some(SignedDuration::from_secs(count));
        for (asked, date, wait) in [
            (Some("37"), None, seconds(37)),
            (Some(" 1.5"), None, seconds(1)),
            (Some("99999999999999999999999"), None, seconds(3_600)),
            (Some("-5"), None, None),
            (Some("soon"), Some(now), None),
            (Some(later), Some(now), seconds(30)),
            (Some(now), Some(later), seconds(0)),
            (Some("Sun, 06 Nov 9994 08:50:07 GMT"), Some(now), seconds(3_600)),
            (Some(later), None, None),
            (None, Some(now), None),
        ] {
            let pairs: Vec<_> = [(RETRY_AFTER, asked), (DATE, date)]
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect();
            assert_eq!(of_429(&headers(&pairs)), wait, "{asked:?} {date:?}");
        }
    }

    fn of_429(headers: &HeaderMap) -> Option<SignedDuration> {
        match failure(429, headers, "", &Masks::default()).kind {
            FailureKind::TooManyRequests(wait) => wait,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_web_page_instead_of_a_missing_object_is_another_server() {
        let html = headers(&[(CONTENT_TYPE, "text/HTML; charset=utf-8")]);
        assert_eq!(failure(404, &html, "nothing here", &Masks::default()).kind, FailureKind::NotJson);
        assert_eq!(of(404, " <!doctype html>").kind, FailureKind::NotJson);
        assert_eq!(of(404, "").kind, FailureKind::NotFound);
    }

    proptest! {
        #[test]
        fn any_reply_is_some_failure(status in 300_u16..1_000, body in any::<String>(), wait in "[ -~]{0,30}") {
            let headers = headers(&[(RETRY_AFTER, wait.as_str())]);
            let failure = failure(status, &headers, &body, &Masks::default());
            prop_assert!(failure.detail.raw().len() <= DETAIL_LIMIT);
            prop_assert_eq!(failure.status, Some(status));
        }

        #[test]
        fn any_pages_title_is_found_or_not(page in "(<|>|/|title|TITLE|é|x){0,20}") {
            let _ = title(&page);
        }
    }
}
