//! Everything that is wrong, as it is looked at.

use super::Model;
use super::table::TableView;
use crate::warehouse::survey::is_open;
use crate::warehouse::triage::{Problem, ProblemKey, triage};

/// Everything that is wrong, and which of it is selected.
#[derive(Debug, Default)]
pub struct Triage {
    problems: Vec<Problem>,
    /// The rows, in the order of the problems.
    pub rows: TableView<ProblemKey>,
    /// First line shown of what is said about the selected one.
    pub scroll: usize,
}

impl Triage {
    /// What is wrong now.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let mut view = Self::default();
        view.replace(triage(&model.inventory, None, model.now));
        view
    }

    /// Puts in what is wrong now; the cursor stays on its problem once it was moved, and on the most pressing before.
    pub fn replace(&mut self, problems: Vec<Problem>) {
        self.rows.replace_from_the_top(problems.iter().map(Problem::key).collect());
        self.problems = problems;
    }

    /// Everything that is wrong, most pressing first.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The selected problem.
    #[must_use]
    pub fn selected(&self) -> Option<&Problem> {
        self.problems.get(self.rows.cursor())
    }
}

impl Model {
    /// Whether everything was read that a clean bill of health needs.
    #[must_use]
    pub fn has_read_everything(&self) -> bool {
        let link = &self.link;
        let list = link.read_at.is_some() && link.failure.is_none() && link.unreadable == 0 && !link.partial;
        list && !is_open(&self.inventory, None)
    }
}
