//! Why a call did not do what was asked, in words a person can act upon (contract, sections 2, 4 and 5).

use jiff::SignedDuration;

use super::text::Foreign;
use super::words::{span, without_numbers};

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure it was.
    pub kind: FailureKind,
    /// The server's own explanation, or that of the network layer; may be blank.
    pub detail: Foreign,
    /// HTTP status, when there was a reply.
    pub status: Option<u16>,
    /// The request field the server objected to.
    pub attr: Option<Foreign>,
}

/// Kinds of failure, told apart by what a person can do about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// No connection could be made: nothing was sent.
    Unreachable,
    /// The connection broke, or the reply was cut, after something was sent.
    Interrupted,
    /// No reply in time.
    TimedOut,
    /// 401: the key is unknown, rolled, deleted or missing.
    KeyRejected,
    /// 403: the key lacks this scope.
    MissingScope(Foreign),
    /// 403: the key is limited to other projects or organizations.
    OutOfBounds,
    /// 403 for another reason.
    Forbidden,
    /// 404.
    NotFound,
    /// 400, 402, 405, 409, 413, 415: the server refuses this request as it is.
    Refused,
    /// 429, with the time the server asks to wait.
    TooManyRequests(Option<SignedDuration>),
    /// 500 and the like.
    ServerError,
    /// 502, 503, 504, 408: a gateway gave up; the request may have been carried out.
    Gateway,
    /// The reply points elsewhere. The key is not sent there.
    Redirected,
    /// The reply is no JSON: probably not a `PostHog` API.
    NotJson,
    /// The reply is JSON, but not of the expected shape.
    Malformed,
    /// The reply is larger than this program accepts.
    TooLarge,
    /// A write was held back before it left, because of read-only mode.
    ReadOnly,
    /// A write was held back before it left, because the user did not confirm it.
    Declined,
    /// A write was held back before it left, because it could not be written down in the audit log.
    Unlogged,
    /// Something in this program went wrong.
    Internal,
}

impl Failure {
    /// Whether asking again is pointless, until somebody has changed key, project or host.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::KeyRejected
                | FailureKind::MissingScope(_)
                | FailureKind::OutOfBounds
                | FailureKind::Forbidden
                | FailureKind::NotFound
                | FailureKind::Redirected
        )
    }

    /// A failure without a reply.
    #[must_use]
    pub fn new(kind: FailureKind, detail: &str) -> Self {
        Self { kind, detail: Foreign::new(detail), status: None, attr: None }
    }

    /// Whether the request may have been carried out although it failed. For a write this means: read back before
    /// it is repeated (contract, section 4).
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        match self.kind {
            FailureKind::Interrupted
            | FailureKind::TimedOut
            | FailureKind::Gateway
            | FailureKind::ServerError
            | FailureKind::NotJson
            | FailureKind::Malformed
            | FailureKind::TooLarge
            | FailureKind::Internal => true,
            FailureKind::Unreachable
            | FailureKind::KeyRejected
            | FailureKind::MissingScope(_)
            | FailureKind::OutOfBounds
            | FailureKind::Forbidden
            | FailureKind::NotFound
            | FailureKind::Refused
            | FailureKind::TooManyRequests(_)
            | FailureKind::Redirected
            | FailureKind::ReadOnly
            | FailureKind::Declined
            | FailureKind::Unlogged => false,
        }
    }

    /// Whether the same read may succeed a moment later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::Unreachable
                | FailureKind::Interrupted
                | FailureKind::TimedOut
                | FailureKind::TooManyRequests(_)
                | FailureKind::Gateway
        )
    }

    /// Whether the server could be reached at all.
    #[must_use]
    pub fn reached_the_server(&self) -> bool {
        !matches!(self.kind, FailureKind::Unreachable | FailureKind::Interrupted | FailureKind::TimedOut)
    }

    /// Whether a write was held back here, before it could reach anybody.
    #[must_use]
    pub fn was_held_back(&self) -> bool {
        matches!(self.kind, FailureKind::ReadOnly | FailureKind::Declined | FailureKind::Unlogged)
    }

    /// What happened and what to do next, as a sentence that follows "… failed: ".
    #[must_use]
    pub fn explanation(&self) -> String {
        // What a server says is quoted as it is.
        let detail = brief(&self.detail);
        let detail = if self.status.is_none() { without_numbers(detail) } else { detail };
        let said = |otherwise: &str| if detail.is_empty() { otherwise.to_owned() } else { detail.clone() };
        match &self.kind {
            FailureKind::Unreachable => {
                format!("no connection ({}); check the host and your network", said("the host did not answer"))
            }
            FailureKind::Interrupted if self.status.is_some() => {
                format!(
                    "the reply ended in the middle: something between here and the server, such as a proxy, cut it \
                     off{AGAIN}"
                )
            }
            FailureKind::Interrupted => "the connection broke; check your network".to_owned(),
            FailureKind::TimedOut => "the server did not answer in time".to_owned(),
            FailureKind::KeyRejected => {
                "the server rejects the API key; create a new personal API key in PostHog and use that".to_owned()
            }
            FailureKind::MissingScope(scope) => {
                format!("the API key lacks the scope {}; add it to the key in PostHog's settings", scope.shown())
            }
            FailureKind::OutOfBounds => {
                format!(
                    "the API key is limited to other projects ({}); choose one of those with --project",
                    said("403")
                )
            }
            FailureKind::Forbidden => format!("not allowed: {}", said("the server gives no reason")),
            FailureKind::NotFound => "it does not exist (any more), or belongs to another project".to_owned(),
            FailureKind::Refused => format!("the server refused: {}", said("no reason given")),
            FailureKind::TooManyRequests(wait) => match wait.filter(SignedDuration::is_positive) {
                Some(wait) => format!("too many requests; the server asks to wait {}", span(rounded_up(wait))),
                None => "too many requests; wait a moment".to_owned(),
            },
            FailureKind::ServerError => {
                format!("PostHog had an error of its own ({})", self.status.unwrap_or(500))
            }
            FailureKind::Gateway => {
                format!("PostHog is not answering behind its gateway ({})", self.status.unwrap_or(502))
            }
            FailureKind::Redirected => {
                "the host redirects elsewhere, and the key is not sent there; use the final address as --host"
                    .to_owned()
            }
            FailureKind::NotJson => {
                "the reply is not JSON, so this is probably not a PostHog API; check the host".to_owned()
            }
            FailureKind::Malformed => {
                "the reply does not have the expected shape; check that the host is a PostHog API".to_owned()
            }
            FailureKind::TooLarge => "the reply is too large".to_owned(),
            FailureKind::ReadOnly => "read-only mode: nothing was sent".to_owned(),
            FailureKind::Declined => "it was not confirmed, so nothing was sent".to_owned(),
            FailureKind::Unlogged => {
                format!(
                    "nothing was sent, because it could not be written to the audit log ({})",
                    said("no reason given")
                )
            }
            FailureKind::Internal => format!("an error inside whtui: {}", said("unknown")),
        }
    }

    /// The same of a write. Where nobody knows whether it was carried out, it is not advised to try again: it has to be
    /// read back first.
    #[must_use]
    pub fn of_a_write(&self) -> String {
        let told = self.explanation();
        match told.strip_suffix(AGAIN) {
            Some(told) if self.outcome_unknown() => told.to_owned(),
            _ => told,
        }
    }
}

/// The advice for a read that was cut off. For a write it would be a bad one.
const AGAIN: &str = "; try again";

/// A span as long as this one or longer, in the units that are shown of it.
fn rounded_up(wait: SignedDuration) -> SignedDuration {
    let seconds = wait.as_secs();
    let unit = match seconds {
        ..3_600 => 1,
        3_600..86_400 => 60,
        _ => 3_600,
    };
    SignedDuration::from_secs((seconds / unit).saturating_add(i64::from(seconds % unit > 0)).saturating_mul(unit))
}

/// How much of a server's own explanation goes into a sentence.
const BRIEF: usize = 240;

/// The beginning of a server's own explanation, without the full stop that the sentence around it has.
fn brief(detail: &Foreign) -> String {
    let shown = detail.shown();
    let text = shown.trim().trim_end_matches('.');
    match text.char_indices().nth(BRIEF) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end_matches(['.', ' '])),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_fits_into_a_sentence() {
        let said = |detail: &str| Failure::new(FailureKind::Forbidden, detail).explanation();
        assert_eq!(said("You don't have access to the project."), "not allowed: You don't have access to the project");
        assert_eq!(said(" . "), "not allowed: the server gives no reason");
        let long = said(&"é ".repeat(5_000));
        assert!(long.chars().count() < 300 && long.ends_with("é…"), "{long}");
    }

    #[test]
    fn a_write_that_may_have_been_carried_out_is_not_to_be_tried_again() {
        let cut = Failure { status: Some(200), ..Failure::new(FailureKind::Interrupted, "") };
        assert!(cut.explanation().ends_with("; try again"));
        assert!(cut.of_a_write().ends_with("cut it off"), "{}", cut.of_a_write());
        let busy = Failure::new(FailureKind::TooManyRequests(None), "");
        assert_eq!(busy.of_a_write(), busy.explanation());
    }

    #[test]
    fn the_number_of_an_error_of_the_system_is_left_out() {
        let refused = Failure::new(FailureKind::Unreachable, "Connection refused (os error 111)");
        assert_eq!(refused.explanation(), "no connection (Connection refused); check the host and your network");
        let quoted = Failure { status: Some(400), ..Failure::new(FailureKind::Refused, "refused (os error 111)") };
        assert!(quoted.explanation().contains("os error 111"));
    }

    #[test]
    fn how_long_to_wait_and_where_a_reply_was_cut_is_said() {
        let asked = |seconds: i64| {
            let wait = Some(SignedDuration::from_secs(seconds));
            Failure::new(FailureKind::TooManyRequests(wait), "").explanation()
        };
        assert_eq!(asked(3_700), "too many requests; the server asks to wait 1h 2m");
        assert_eq!(asked(37), "too many requests; the server asks to wait 37s");
        assert_eq!(asked(90_001), "too many requests; the server asks to wait 1d 2h");
        for wait in [None, Some(SignedDuration::ZERO)] {
            let failure = Failure::new(FailureKind::TooManyRequests(wait), "");
            assert_eq!(failure.explanation(), "too many requests; wait a moment");
        }
        let broken = Failure::new(FailureKind::Interrupted, "");
        assert!(broken.explanation().contains("the connection broke"));
        let cut = Failure { status: Some(200), ..broken };
        assert!(cut.explanation().contains("ended in the middle") && !cut.explanation().contains("network"), "{cut:?}");
    }
}
