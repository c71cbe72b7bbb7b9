//! Change data capture of a source (contract, section 7.7).

use crate::warehouse::channel::{Channel, Fault, Trouble};
use crate::warehouse::field::Field;
use crate::warehouse::lag::Lag;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::bytes;

/// Whether a source is ready for change data capture. Not being ready is an answer, not a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CdcPrerequisites {
    /// Whether everything is as it has to be.
    pub valid: Field<bool>,
    /// What is not, a sentence each.
    pub errors: Vec<Foreign>,
}

/// How change data capture of a source is doing. Where it is off, nothing else is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CdcStatus {
    /// Whether it is on.
    pub enabled: Field<bool>,
    /// Who manages slot and publication: `posthog` or `self_managed`.
    pub management: Field<Foreign>,
    /// Name of the replication slot.
    pub slot: Field<Foreign>,
    /// Whether the slot is there.
    pub slot_exists: Field<bool>,
    /// Name of the publication.
    pub publication: Field<Foreign>,
    /// Whether the publication is there.
    pub publication_exists: Field<bool>,
    /// Bytes of the database's log that wait to be read; `Null` when the slot is gone.
    pub lag_bytes: Field<u64>,
    /// Megabytes of lag from which `PostHog` warns.
    pub warning_mb: Field<u64>,
    /// Megabytes of lag from which it takes measures.
    pub critical_mb: Field<u64>,
    /// Whether `PostHog` has halted the schedule.
    pub paused: Field<bool>,
    /// Tables in the publication.
    pub published: Field<Vec<Foreign>>,
}

/// Bytes of a megabyte, as the thresholds count them.
const MEGABYTE: u64 = 1 << 20;

impl CdcStatus {
    /// What it tells of the stream; of several things that are wrong, the one that has to be put right first, with what was
    /// found of all of them as evidence.
    #[must_use]
    pub fn look(&self) -> Channel {
        if self.enabled == Field::Known(false) {
            let steps = ["Check the prerequisites of this source, then switch change data capture on."];
            let evidence = "change data capture is off for this source";
            return Channel::Troubled(Trouble::new(Fault::StreamOff, evidence, steps.map(str::to_owned).into()));
        }
        let mut found: Vec<(Fault, String)> = Vec::new();
        for (there, name, what) in [
            (&self.slot_exists, &self.slot, "replication slot"),
            (&self.publication_exists, &self.publication, "publication"),
        ] {
            if *there == Field::Known(false) {
                let name = name.known().map(|name| format!(" {}", name.raw())).unwrap_or_default();
                found.push((Fault::PositionLost, format!("{what}{name} is gone")));
            }
        }
        if self.paused == Field::Known(true) {
            found.push((Fault::Halted, "its schedule is paused".to_owned()));
        }
        found.extend(self.behind());
        let Some((fault, _)) = found.first() else {
            let told = self.slot_exists == Field::Known(true) || self.lag_bytes.known().is_some();
            return if told { Channel::Delivers } else { Channel::Untold };
        };
        let fault = *fault;
        let evidence: Vec<String> = found.into_iter().map(|(_, evidence)| evidence).collect();
        let steps = self.steps(fault).iter().map(|step| (*step).to_owned()).collect();
        Channel::Troubled(Trouble::new(fault, evidence.join(", "), steps))
    }

    /// How far it is behind; `None` where it is off, or the server does not tell. A threshold of nothing is none.
    #[must_use]
    pub fn lag(&self) -> Option<Lag> {
        if self.enabled == Field::Known(false) {
            return None;
        }
        let bound = |megabytes: &Field<u64>| {
            megabytes.known().map(|megabytes| megabytes.saturating_mul(MEGABYTE)).filter(|bound| *bound > 0)
        };
        let (warning, critical) = (bound(&self.warning_mb), bound(&self.critical_mb));
        Some(Lag { bytes: *self.lag_bytes.known()?, warning, critical })
    }

    /// How far it is behind, where that is beyond a threshold.
    fn behind(&self) -> Option<(Fault, String)> {
        let Lag { bytes: lag, warning, critical } = self.lag()?;
        let beyond = |bound: Option<u64>| bound.filter(|bound| lag >= *bound).map(bytes);
        match (beyond(critical), beyond(warning)) {
            (Some(bound), _) => Some((Fault::Lagging, format!("lag {}, critical at {bound}", bytes(lag)))),
            (None, Some(bound)) => Some((Fault::Behind, format!("lag {}, warning from {bound}", bytes(lag)))),
            (None, None) => None,
        }
    }

    fn steps(&self, fault: Fault) -> &'static [&'static str] {
        let own = self.management.known().is_some_and(|who| who.raw() == "self_managed");
        match fault {
            Fault::PositionLost if own => &[
                "Make slot and publication anew on the server: they are managed by you, not by PostHog.",
                "Check the prerequisites of this source, then reload its tables.",
            ],
            Fault::PositionLost => &[
                "Check the prerequisites of this source, and how much change history the server keeps.",
                "Repair change data capture: every table of it is imported again, and changes in between are lost.",
            ],
            Fault::Halted => &[
                "See why PostHog halted it: how far it is behind, and what its runs failed of.",
                "Resume it on the source's page in PostHog, which a key may not.",
                "Reload its tables, and see a job start.",
            ],
            Fault::Lagging => &[
                "See what holds it back: long transactions or many writes at the source, runs that fail or take long.",
                "Reload its tables, and look whether the lag shrinks before PostHog drops the slot.",
            ],
            _ => &[
                "Reload its tables, and look whether the lag shrinks.",
                "If it grows, sync more often, or see what holds the stream back at the source.",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_stream_is_told_from_its_status() {
        let well = CdcStatus {
            enabled: Field::Known(true),
            slot: Field::Known("posthog_a".into()),
            slot_exists: Field::Known(true),
            publication_exists: Field::Known(true),
            lag_bytes: Field::Known(5),
            warning_mb: Field::Known(1_024),
            critical_mb: Field::Known(10_240),
            paused: Field::Known(false),
            ..CdcStatus::default()
        };
        assert_eq!(well.look(), Channel::Delivers);
        assert_eq!(CdcStatus { lag_bytes: Field::Known((1_024 << 20) - 1), ..well.clone() }.look(), Channel::Delivers);
        assert_eq!(CdcStatus::default().look(), Channel::Untold);
        let gone = CdcStatus { slot_exists: Field::Known(false), lag_bytes: Field::Null, ..well.clone() };
        for (status, fault, evidence) in [
            (CdcStatus { enabled: Field::Known(false), ..CdcStatus::default() }, Fault::StreamOff, "is off"),
            (gone.clone(), Fault::PositionLost, "replication slot posthog_a is gone"),
            (
                CdcStatus { publication_exists: Field::Known(false), ..well.clone() },
                Fault::PositionLost,
                "publication is gone",
            ),
            (
                CdcStatus { publication_exists: Field::Known(false), paused: Field::Known(true), ..gone.clone() },
                Fault::PositionLost,
                "replication slot posthog_a is gone, publication is gone, its schedule is paused",
            ),
            (CdcStatus { paused: Field::Known(true), ..well.clone() }, Fault::Halted, "its schedule is paused"),
            (
                CdcStatus { lag_bytes: Field::Known(12 << 30), ..well.clone() },
                Fault::Lagging,
                "lag 12 GB, critical at 10 GB",
            ),
            (CdcStatus { lag_bytes: Field::Known(10_240 << 20), ..well.clone() }, Fault::Lagging, "critical at 10 GB"),
            (
                CdcStatus { lag_bytes: Field::Known(3 << 29), ..well.clone() },
                Fault::Behind,
                "lag 1.5 GB, warning from 1 GB",
            ),
            (CdcStatus { lag_bytes: Field::Known(u64::MAX), ..well.clone() }, Fault::Lagging, "critical"),
        ] {
            let Channel::Troubled(trouble) = status.look() else { panic!("{status:?}") };
            assert_eq!(trouble.fault, fault);
            assert!(trouble.evidence.raw().contains(evidence), "{trouble:?}");
        }
        let own = CdcStatus { management: Field::Known("self_managed".into()), ..gone };
        assert!(own.look().trouble().unwrap().steps[0].contains("managed by you"));
    }
}
