//! What an error text was found to mean: the verdict of the diagnosis together with its cause.

use super::diagnosis::{Catalogue, Cause, Symptom, Verdict};

/// A verdict and the cause it names.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What was concluded from this text.
    pub verdict: Verdict,
    /// What the catalogue says of the cause.
    pub cause: Cause,
}

impl Finding {
    /// Looks a symptom up. `None` only where the catalogue does not describe its own cause.
    #[must_use]
    pub fn of(catalogue: &Catalogue, symptom: &Symptom<'_>) -> Option<Self> {
        let verdict = catalogue.diagnose(symptom);
        let cause = catalogue.cause(&verdict.cause)?.clone();
        Some(Self { verdict, cause })
    }

    /// Whether the run was stopped by somebody who wanted that: not a defect.
    #[must_use]
    pub fn is_on_purpose(&self) -> bool {
        self.cause.id.as_str() == "sync_turned_off"
    }

    /// The name of the cause.
    #[must_use]
    pub fn title(&self) -> String {
        self.cause.title.shown().into_owned()
    }
}
