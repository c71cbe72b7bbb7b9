//! What is to be sent of a draft, or why it cannot be.

use super::{Control, Entry, FormDraft, Purpose, Value, check};
use crate::warehouse::secret::{Input, Inputs};

/// What to say at a secret that has to be typed again (contract, section 9.1).
pub(super) const AGAIN: &str = "Enter it again: another host or tunnel gets no stored credentials.";

/// Fields that say where the credentials go.
const HOSTS: [&str; 2] = ["host", "instance_url"];

impl FormDraft {
    /// What was changed, nested as the form nests: with it go the option or switch that it lies under, the rest of
    /// an option that was newly chosen, and the rest of a tunnel.
    ///
    /// # Errors
    /// Which rows are not right, by their paths, each with a sentence. An empty path is the form as a whole.
    pub fn submit(&self) -> Result<Inputs, Vec<(String, String)>> {
        let moved = Moved::of(self);
        let refusals: Vec<(String, String)> = self
            .visible()
            .filter_map(|at| {
                let sentence = self.objection(at, moved)?;
                Some((self.entries[at].dotted(), sentence.to_owned()))
            })
            .collect();
        if !refusals.is_empty() {
            return Err(refusals);
        }
        if self.changes() == 0 {
            return Err(vec![(String::new(), "Nothing was changed: there is nothing to send.".to_owned())]);
        }
        let mut inputs = Inputs::default();
        for at in self.visible().filter(|at| self.goes_along(*at, moved)) {
            self.put(at, &mut inputs);
            // An option or switch without which the server could not tell what its fields mean.
            for (above, _) in self.above(at) {
                self.put(above, &mut inputs);
            }
        }
        Ok(inputs)
    }

    /// Puts refusals, such as those of [`submit`](Self::submit), at their rows.
    pub fn show(&mut self, refusals: Vec<(String, String)>) {
        for (path, sentence) in refusals {
            let found = self.visible().find(|at| self.entries[*at].dotted() == path);
            match found {
                Some(at) => self.entries[at].refusal = Some(sentence),
                None => self.head = Some((sentence, false)),
            }
        }
    }

    fn objection(&self, at: usize, moved: Moved) -> Option<&'static str> {
        let entry = &self.entries[at];
        if entry.control == Control::Web {
            return self.is_new(at).then_some("This account can only be connected on the web page.");
        }
        if entry.is_blank() {
            if entry.secret && entry.stored {
                let demanded = if entry.tunnel { moved.tunnel_host } else { moved.any() || self.reenter };
                return demanded.then_some(AGAIN);
            }
            let missing = entry.required && !(entry.kept.is_some() || self.is_unknown(at));
            return missing.then_some(if entry.control == Control::Choice {
                "Choose one."
            } else {
                "This is required."
            });
        }
        let name = entry.path.last().map_or("", String::as_str);
        match &entry.value {
            Value::Text(text) if entry.changed() => check::objection(entry.control, name, text),
            Value::Secret(secret) => check::objection(entry.control, name, secret.expose()),
            _ => None,
        }
    }

    /// Whether it belongs to an option or switch that was newly chosen: nothing is stored for it.
    fn is_new(&self, at: usize) -> bool {
        self.above(at).any(|(above, _)| self.entries[above].changed())
    }

    /// Whether it may be stored for all that is known: nothing is.
    fn is_unknown(&self, at: usize) -> bool {
        !self.informed && !self.is_new(at) && !self.entries[at].changed() && self.purpose != Purpose::Webhook
    }

    fn goes_along(&self, at: usize, moved: Moved) -> bool {
        let entry = &self.entries[at];
        if entry.control == Control::Web {
            return false;
        }
        // What is stored of a tunnel's login, and of an option that is left, is not merged but replaced.
        let whole = (entry.tunnel && moved.tunnel) || self.is_new(at);
        entry.changed() || (whole && !entry.is_blank())
    }

    fn put(&self, at: usize, inputs: &mut Inputs) {
        let entry = &self.entries[at];
        let Some(input) = input(entry) else { return };
        let path: Vec<&str> = entry.path.iter().map(String::as_str).chain(entry.nested_as).collect();
        inputs.set(&path, input);
    }
}

fn input(entry: &Entry) -> Option<Input> {
    Some(match &entry.value {
        Value::Text(text) if entry.control == Control::Lines => Input::Plain(text.clone()),
        Value::Text(text) => Input::Plain(text.trim().to_owned()),
        Value::Secret(secret) if entry.control == Control::Document => Input::Document(secret.clone()),
        Value::Secret(secret) => Input::Secret(secret.clone()),
        Value::Choice(chosen) => Input::Plain(entry.options.get((*chosen)?)?.value.clone()),
        // As the server writes them (contract, section 7.1).
        Value::Switch(on) => Input::Plain(if *on { "True" } else { "False" }.to_owned()),
        Value::Web => return None,
    })
}

/// What would make the server ask for the credentials again.
#[derive(Clone, Copy)]
struct Moved {
    host: bool,
    tunnel: bool,
    tunnel_host: bool,
}

impl Moved {
    fn of(draft: &FormDraft) -> Self {
        let changed = || draft.visible().map(|at| &draft.entries[at]).filter(|entry| entry.changed());
        Self {
            host: changed().any(|entry| !entry.tunnel && HOSTS.iter().any(|name| entry.is(name))),
            tunnel: changed().any(|entry| entry.tunnel),
            tunnel_host: changed().any(|entry| entry.tunnel && entry.is("host")),
        }
    }

    fn any(self) -> bool {
        self.host || self.tunnel
    }
}
