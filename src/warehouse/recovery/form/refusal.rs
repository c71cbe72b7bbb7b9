//! Where a refusal of the server belongs (contract, section 5: `attr` joins nested names with two underscores).

use super::{FormDraft, RowId, submit};
use crate::warehouse::text::Foreign;

impl FormDraft {
    /// The server refused. What it says stands at the field it names, or at the head of the form; what was typed
    /// stays.
    pub fn refused(&mut self, attr: Option<&Foreign>, detail: &Foreign) {
        let said = detail.shown();
        let sentence = match said.trim() {
            "" => "The server refused this without a reason.".to_owned(),
            said => said.to_owned(),
        };
        self.head = None;
        match attr.and_then(|attr| self.meant(attr.raw())) {
            Some(at) => self.entries[at].refusal = Some(sentence),
            None => self.head = Some((sentence, true)),
        }
        if said.to_lowercase().contains("re-enter") {
            self.demand_credentials();
        }
    }

    /// The first row that was refused.
    #[must_use]
    pub fn first_refused(&self) -> Option<RowId> {
        self.visible().find(|at| self.entries[*at].refusal.is_some()).map(RowId)
    }

    /// Connectors know hosts by other names than this program does.
    fn demand_credentials(&mut self) {
        self.reenter = true;
        let demanded: Vec<usize> = self
            .visible()
            .filter(|at| {
                let entry = &self.entries[*at];
                entry.secret && entry.stored && !entry.tunnel && entry.is_blank() && entry.refusal.is_none()
            })
            .collect();
        for at in demanded {
            self.entries[at].refusal = Some(submit::AGAIN.to_owned());
        }
    }

    /// The row that is named, or the innermost one around it.
    fn meant(&self, attr: &str) -> Option<usize> {
        let attr = spelled(attr);
        let outer = ["job_inputs__", "inputs__"];
        let attr = outer.iter().find_map(|outer| attr.strip_prefix(outer)).unwrap_or(&attr);
        let (mut best, mut length) = (None, 0);
        for at in self.visible() {
            let entry = &self.entries[at];
            let name = spelled(&entry.path.join("__"));
            let around = attr.strip_prefix(&name).is_some_and(|rest| rest.is_empty() || rest.starts_with("__"));
            let itself = entry.nested_as.is_some_and(|below| attr == format!("{name}__{below}"));
            if (around || itself) && name.len() > length {
                (best, length) = (Some(at), name.len());
            }
        }
        best.or_else(|| {
            let name = |at: &usize| self.entries[*at].path.last().map(|name| spelled(name));
            let mut alike = self.visible().filter(|at| name(at).is_some_and(|name| name == attr));
            alike.next().filter(|_| alike.next().is_none())
        })
    }
}

fn spelled(name: &str) -> String {
    name.replace('-', "_")
}
