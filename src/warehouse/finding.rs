//! What an error text was found to mean: the verdict of the diagnosis together with its cause.

use super::diagnosis::{Catalogue, Cause, CauseId, Letter, Level, Symptom, Verdict};
use super::schema::Schema;
use super::status::Status;
use super::text::Foreign;

/// A text of a table or of one of its runs whose meaning is asked for, and everything else its meaning depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Puzzle {
    /// The text.
    pub text: Option<Foreign>,
    /// How the table or the run stands.
    pub status: Status,
    /// The connector.
    pub source_type: Option<Foreign>,
    /// How the table is synced.
    pub sync_type: Option<String>,
    /// The server's own word for why the table cannot sync incrementally.
    pub blocked: Option<Foreign>,
}

impl Puzzle {
    /// A text of a table or of one of its runs.
    #[must_use]
    pub fn of(
        schema: &Schema,
        text: Option<&Foreign>,
        status: &Status,
        source_type: Option<&Foreign>,
        blocked: Option<&Foreign>,
    ) -> Self {
        Self {
            text: text.cloned(),
            status: status.clone(),
            source_type: source_type.cloned(),
            sync_type: schema.sync_type.known().map(|method| method.raw().to_owned()),
            blocked: blocked.cloned(),
        }
    }

    /// What the catalogue is asked.
    #[must_use]
    pub fn symptom(&self) -> Symptom<'_> {
        Symptom {
            text: self.text.as_ref().map(Foreign::raw),
            level: Level::Schema,
            status: Some(&self.status),
            source_type: self.source_type.as_ref().map(Foreign::raw),
            sync_type: self.sync_type.as_deref(),
            sync_blocked: self.blocked.as_ref().map(Foreign::raw),
        }
    }
}

/// A verdict and the cause it names.
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// Whether change data capture was stopped by it, so that reloads are ignored.
    #[must_use]
    pub fn halts_cdc(&self) -> bool {
        self.cause.id.as_str() == "cdc_slot_lost" && !self.verdict.handled_by_posthog
    }

    /// Whether it concerns the connection of a source, and with it all of its tables.
    #[must_use]
    pub fn is_of_the_connection(&self) -> bool {
        matches!(self.cause.recovery, Letter::B | Letter::J | Letter::L | Letter::Q)
            || self.cause.id.as_str() == "provider_account_suspended"
    }

    /// Whether the text says nothing by which the cause could be told.
    #[must_use]
    pub fn is_vague(&self) -> bool {
        matches!(self.cause.id.as_str(), "no_error_text" | CauseId::UNKNOWN)
    }

    /// Whether the text says nothing by which the cause could be told, or leaves several open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_vague() || !self.verdict.also.is_empty()
    }

    /// Whether another text of the same failure tells what this one leaves open. Of a text that says nothing every other
    /// one does; one that leaves several causes open is settled only by one that names one of them, and no other.
    #[must_use]
    pub fn is_settled_by(&self, other: &Self) -> bool {
        if self.is_vague() {
            return !other.is_vague();
        }
        let verdict = &self.verdict;
        let among = other.verdict.cause == verdict.cause || verdict.also.contains(&other.verdict.cause);
        self.is_open() && !other.is_open() && among
    }

    /// What to do, in order, a sentence a step. Where `PostHog` acts by itself that is nothing.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        if self.verdict.handled_by_posthog {
            return vec!["Nothing has to be done: PostHog handles this by itself.".to_owned()];
        }
        let names: Vec<Name> = self.name().into_iter().collect();
        self.cause.advice.iter().map(|step| filled(&step.shown(), &names)).collect()
    }

    /// The same steps as they are for several failures of one cause, each of which names something else.
    #[must_use]
    pub fn steps_naming(&self, steps: Vec<String>, names: &[Name]) -> Vec<String> {
        let one = self.steps();
        let all = |index: usize| self.cause.advice.get(index).map(|step| filled(&step.shown(), names));
        let index = |step: &String| one.iter().position(|own| own == step);
        steps.into_iter().map(|step| index(&step).and_then(all).unwrap_or(step)).collect()
    }

    /// What the text is about.
    #[must_use]
    pub fn name(&self) -> Option<Name> {
        let text = self.verdict.identifier.clone()?;
        Some(Name { text, permission: self.verdict.names_permission })
    }

    /// The same in one text.
    #[must_use]
    pub fn advice(&self) -> String {
        self.steps().join(" ")
    }

    /// The name of the cause.
    #[must_use]
    pub fn title(&self) -> String {
        self.cause.title.shown().into_owned()
    }
}

/// What an error text is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The name.
    pub text: Foreign,
    /// Whether it is a permission, a scope or a role that is missing, and no object.
    pub permission: bool,
}

/// Names in a sentence, the first few of them.
#[must_use]
pub fn listed<'a>(names: impl ExactSizeIterator<Item = &'a Name>) -> String {
    const MOST: usize = 5;
    let (more, mut shown) = (names.len().saturating_sub(MOST), Vec::new());
    shown.extend(names.take(MOST).map(|name| name.text.shown().into_owned()));
    let last = if more > 0 { Some(format!("{more} more")) } else { shown.pop() };
    match last {
        Some(last) if shown.is_empty() => last,
        Some(last) => format!("{} and {last}", shown.join(", ")),
        None => String::new(),
    }
}

/// A step of advice with the names in it: what is in braces is said where they do not tell it.
fn filled(step: &str, names: &[Name]) -> String {
    let Some((before, (words, after))) =
        step.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    else {
        return step.to_owned();
    };
    let (permissions, objects): (Vec<&Name>, Vec<&Name>) = names.iter().partition(|name| name.permission);
    let mut what = Vec::new();
    if !permissions.is_empty() {
        what.push(listed(permissions.into_iter()));
    }
    if !objects.is_empty() {
        what.push(format!("{words} on {}", listed(objects.into_iter())));
    }
    let what = if what.is_empty() { words.to_owned() } else { what.join(", and ") };
    format!("{before}{what}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_what_is_missing_as_far_as_that_is_known() {
        let name = |text: &str, permission| Name { text: Foreign::new(text), permission };
        let step = "Grant {the missing privilege} to the login.";
        for (names, expected) in [
            (vec![], "Grant the missing privilege to the login."),
            (vec![name("jobs.create", true)], "Grant jobs.create to the login."),
            (vec![name("a.b", true), name("c.d", true)], "Grant a.b and c.d to the login."),
            (vec![name("orders", false)], "Grant the missing privilege on orders to the login."),
            (vec![name("a.b", true), name("x", false)], "Grant a.b, and the missing privilege on x to the login."),
            (
                (0..7).map(|number| name(&format!("p{number}"), true)).collect(),
                "Grant p0, p1, p2, p3, p4 and 2 more to the login.",
            ),
        ] {
            assert_eq!(filled(step, &names), expected);
        }
        assert_eq!(filled("Reload {it.", &[]), "Reload {it.");
    }
}
