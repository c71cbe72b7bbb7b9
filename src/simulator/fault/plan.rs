//! Which requests something goes wrong with, and how often.

use super::{Fault, Request};

/// Faults that wait for their requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultPlan {
    waiting: Vec<Injection>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Injection {
    place: Place,
    /// How many matching requests pass before.
    skip: usize,
    /// How often it happens; `None`: always.
    times: Option<usize>,
    fault: Fault,
}

/// Requests that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    All,
    /// Whatever only looks, or whatever does not.
    Looking(bool),
    /// With this method, where one is given, and a path that ends like this, a `*` standing for one part of it.
    Path(Option<String>, String),
}

impl Place {
    fn holds(&self, request: &Request) -> bool {
        match self {
            Self::All => true,
            Self::Looking(looking) => looks(request) == *looking,
            Self::Path(method, end) => {
                method.as_ref().is_none_or(|method| *method == request.method) && ends_with(&request.path, end)
            }
        }
    }
}

/// Reads that ask the customer's system are sent as POST.
fn looks(request: &Request) -> bool {
    let asks = ["incremental_fields/", "check_cdc_prerequisites_for_source/", "database_schema/"];
    request.method == "GET" || asks.iter().any(|end| request.path.ends_with(end))
}

fn ends_with(path: &str, end: &str) -> bool {
    if !end.contains('*') {
        return path.ends_with(end);
    }
    let mut parts = path.trim_end_matches('/').rsplit('/');
    let mut wanted = end.trim_matches('/').rsplit('/');
    wanted.all(|wanted| parts.next().is_some_and(|part| wanted == "*" || wanted == part))
}

impl FaultPlan {
    /// Adds a fault for requests of a kind: after so many that pass, so many times.
    pub(super) fn expect(&mut self, place: Place, skip: usize, times: Option<usize>, fault: Fault) {
        self.waiting.push(Injection { place, skip, times, fault });
    }

    /// Adds a fault that happens once.
    pub(in crate::simulator) fn add(&mut self, method: &str, path_suffix: &str, skip: usize, fault: Fault) {
        self.expect(Place::Path(Some(method.to_owned()), path_suffix.to_owned()), skip, Some(1), fault);
    }

    /// Adds all of another plan.
    pub(in crate::simulator) fn extend(&mut self, other: Self) {
        self.waiting.extend(other.waiting);
    }

    /// The fault of this request.
    pub(in crate::simulator) fn of(&mut self, request: &Request) -> Option<Fault> {
        let mut met = None;
        for (index, injection) in self.waiting.iter_mut().enumerate() {
            if !injection.place.holds(request) {
                continue;
            }
            let Some(left) = injection.skip.checked_sub(1) else {
                met = Some(index);
                break;
            };
            injection.skip = left;
        }
        let injection = self.waiting.get_mut(met?)?;
        let fault = injection.fault.clone();
        if let Some(times) = &mut injection.times {
            *times = times.saturating_sub(1);
        }
        self.waiting.retain(|injection| injection.times != Some(0));
        Some(fault)
    }
}
