//! Questions under way. Who asks what is being asked already shares the answer, so that nothing is asked twice at once:
//! unless something was written since, for then the older question proves nothing.

use crate::app::effect::{RequestId, Urgency};
use crate::warehouse::survey::Need;

/// Names a question under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TripId(u64);

/// Questions under way.
#[derive(Debug, Default)]
pub struct Trips {
    last: u64,
    /// How many writes have begun or ended.
    writes: u64,
    open: Vec<Trip>,
}

#[derive(Debug)]
struct Trip {
    id: TripId,
    need: Need,
    urgency: Urgency,
    /// Before which write it was begun.
    before: u64,
    /// Whether a part of the answer was told: who comes later would miss it.
    told: bool,
    requests: Vec<RequestId>,
}

impl Trips {
    /// Asks something. `None`: it is being asked already, and this request shares the answer.
    pub fn board(&mut self, need: &Need, urgency: Urgency, request: RequestId) -> Option<TripId> {
        let writes = self.writes;
        let shared = self.open.iter_mut().find(|trip| {
            let soon_enough = trip.urgency == Urgency::Waiting || urgency == Urgency::Background;
            trip.need == *need && trip.before == writes && !trip.told && soon_enough
        });
        if let Some(trip) = shared {
            trip.requests.push(request);
            return None;
        }
        self.last += 1;
        let id = TripId(self.last);
        let (need, requests) = (need.clone(), vec![request]);
        self.open.push(Trip { id, need, urgency, before: writes, told: false, requests });
        Some(id)
    }

    /// Who is to be told a part of the answer. Nobody joins from here on.
    pub fn tell(&mut self, id: TripId) -> Vec<RequestId> {
        let trip = self.open.iter_mut().find(|trip| trip.id == id);
        trip.map(|trip| {
            trip.told = true;
            trip.requests.clone()
        })
        .unwrap_or_default()
    }

    /// Who waits for the answer.
    #[must_use]
    pub fn company(&self, id: TripId) -> Vec<RequestId> {
        self.open.iter().find(|trip| trip.id == id).map(|trip| trip.requests.clone()).unwrap_or_default()
    }

    /// It is over: who is to be told.
    pub fn land(&mut self, id: TripId) -> Vec<RequestId> {
        let place = self.open.iter().position(|trip| trip.id == id);
        place.map(|place| self.open.swap_remove(place).requests).unwrap_or_default()
    }

    /// A write begins, or has ended: what was asked before proves nothing of what is so now.
    pub fn wrote(&mut self) {
        self.writes += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::ids::SchemaId;
    use proptest::prelude::*;

    fn need(name: &str) -> Need {
        Need::Schema(SchemaId::new(name))
    }

    #[test]
    fn the_same_is_asked_once_and_told_to_all() {
        let mut trips = Trips::default();
        let trip = trips.board(&need("a"), Urgency::Waiting, RequestId(1)).unwrap();
        assert_eq!(trips.board(&need("a"), Urgency::Background, RequestId(2)), None);
        assert!(trips.board(&need("b"), Urgency::Waiting, RequestId(3)).is_some());
        assert_eq!(trips.tell(trip), [RequestId(1), RequestId(2)]);
        assert!(trips.board(&need("a"), Urgency::Waiting, RequestId(4)).is_some(), "too late for that answer");
        assert_eq!(trips.land(trip), [RequestId(1), RequestId(2)]);
    }

    #[test]
    fn what_was_asked_before_a_write_proves_nothing_after_it() {
        let mut trips = Trips::default();
        assert!(trips.board(&need("a"), Urgency::Waiting, RequestId(1)).is_some());
        trips.wrote();
        assert!(trips.board(&need("a"), Urgency::Waiting, RequestId(2)).is_some());
    }

    #[test]
    fn who_waits_does_not_stand_behind_what_nobody_waits_for() {
        let mut trips = Trips::default();
        assert!(trips.board(&need("a"), Urgency::Background, RequestId(1)).is_some());
        assert!(trips.board(&need("a"), Urgency::Waiting, RequestId(2)).is_some());
    }

    proptest! {
        #[test]
        fn every_request_ends_exactly_once(events in prop::collection::vec((0..5_u8, 0..3_u8, any::<bool>()), 0..80)) {
            let (mut trips, mut flying, mut ended, mut asked) = (Trips::default(), Vec::new(), Vec::new(), 0);
            for (event, which, waiting) in events {
                match event {
                    0..=2 => {
                        asked += 1;
                        let urgency = if waiting { Urgency::Waiting } else { Urgency::Background };
                        flying.extend(trips.board(&need(&which.to_string()), urgency, RequestId(asked)));
                    }
                    3 if !flying.is_empty() => {
                        let trip = flying.remove(usize::from(which) % flying.len());
                        let told = trips.tell(trip);
                        let over = trips.land(trip);
                        prop_assert_eq!(&told, &over, "who hears the end has heard the answer");
                        ended.extend(over);
                    }
                    _ => trips.wrote(),
                }
            }
            for trip in flying {
                ended.extend(trips.land(trip));
            }
            ended.sort_unstable();
            prop_assert_eq!(ended, (1..=asked).map(RequestId).collect::<Vec<_>>());
        }
    }
}
