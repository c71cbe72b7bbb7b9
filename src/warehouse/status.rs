//! The status words of the server, whose spelling depends on where they are read (contract, section 8.1).

use std::fmt;

use super::text::Foreign;

/// What the server says of a source, a schema or a job. It is a claim, not a diagnosis: see
/// [`state`](super::state) for what is made of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Status {
    /// Never run, or data deleted since (`null`).
    None,
    /// A run was requested. Whether one exists only its jobs can tell (contract, section 8.3).
    Running,
    /// The last run succeeded.
    Completed,
    /// The last run failed or was cancelled.
    Failed,
    /// Paused by billing; blocks every reload of the project.
    Paused,
    /// The row quota of the organization is used up.
    BillingLimits,
    /// The last run would have gone over the row quota.
    BillingLimitTooLow,
    /// A source whose connection failed before any table had a status.
    Error,
    /// A source that was cancelled.
    Cancelled,
    /// Something this program does not know, or could not read. Never healthy.
    Unknown(Foreign),
}

impl Status {
    /// Reads any of the server's spellings: case, spaces and underscores do not matter, and the whole
    /// word is compared, since one of them is the beginning of another.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        // By far the most are this one, in this spelling.
        if raw == "Completed" {
            return Self::Completed;
        }
        let folded: String =
            raw.chars().filter(|symbol| !matches!(symbol, ' ' | '_')).flat_map(char::to_lowercase).collect();
        match folded.as_str() {
            "running" => Self::Running,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            "paused" => Self::Paused,
            "billinglimits" | "billinglimitreached" => Self::BillingLimits,
            "billinglimitstoolow" | "billinglimittoolow" => Self::BillingLimitTooLow,
            "error" => Self::Error,
            "cancelled" => Self::Cancelled,
            _ => Self::Unknown(Foreign::new(raw)),
        }
    }

    /// Whether this is one of the billing states, the pause included.
    #[must_use]
    pub fn is_billing(&self) -> bool {
        matches!(self, Self::Paused | Self::BillingLimits | Self::BillingLimitTooLow)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::None => "none",
            Self::Running => "Running",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Paused => "Paused",
            Self::BillingLimits => "Billing limits",
            Self::BillingLimitTooLow => "Billing limits too low",
            Self::Error => "Error",
            Self::Cancelled => "Cancelled",
            Self::Unknown(word) => return out.write_str(&word.shown()),
        })
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_one_status_is_one_status() {
        for (spellings, status) in [
            (&["BillingLimitReached", "Billing limits", "billing_limits"][..], Status::BillingLimits),
            (&["BillingLimitTooLow", "Billing limits too low", "Billing limit too low"], Status::BillingLimitTooLow),
            (&["failed", "Failed", "FAILED"], Status::Failed),
        ] {
            for spelling in spellings {
                assert_eq!(Status::parse(spelling), status, "{spelling}");
            }
        }
    }

    #[test]
    fn an_unknown_status_is_shown_as_it_is() {
        for word in ["Billing", "Billing limits too lower", "Hibernating", ""] {
            assert_eq!(Status::parse(word), Status::Unknown(Foreign::new(word)));
        }
        assert_eq!(Status::parse("Hib\u{1b}ernating").to_string(), "Hib\u{fffd}ernating");
    }
}
