//! How far a change stream is behind, and from where on that is too far.

use super::state::Severity;

/// How far a change stream is behind. Thresholds are those the server tells, and only those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Bytes of the database's log that wait to be read.
    pub bytes: u64,
    /// Bytes from which the server warns.
    pub warning: Option<u64>,
    /// Bytes from which it takes measures.
    pub critical: Option<u64>,
}

/// Where a mark stands in a gauge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// How many cells are full.
    pub full: usize,
    /// The cell of the warning.
    pub warning: Option<usize>,
    /// The cell of what is critical.
    pub critical: Option<usize>,
}

impl Lag {
    /// How grave it is by these thresholds.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let beyond = |bound: Option<u64>| bound.is_some_and(|bound| self.bytes >= bound);
        match (beyond(self.critical), beyond(self.warning)) {
            (true, _) => Severity::Broken,
            (false, true) => Severity::Doubtful,
            (false, false) => Severity::Well,
        }
    }

    /// A picture of it in so many cells, with room beyond the highest threshold; `None` without any, as there is nothing to
    /// measure it by. What is beyond a mark fills its cell, and what is below does not.
    #[must_use]
    pub fn gauge(&self, cells: usize) -> Option<Gauge> {
        let highest = self.critical.max(self.warning)?;
        if cells == 0 {
            return None;
        }
        // An eighth of the picture is beyond it.
        let top = u128::from(highest) * 8 / 7 + 1;
        let wide = u128::try_from(cells).unwrap_or(0);
        let cell = |bytes: u64| usize::try_from(u128::from(bytes) * wide / top).unwrap_or(cells).min(cells - 1);
        let mut full = if self.bytes == 0 { 0 } else { cell(self.bytes) + 1 };
        let marks = [self.warning, self.critical].map(|bound| bound.map(|bound| (bound, cell(bound))));
        for (bound, at) in marks.into_iter().flatten() {
            full = if self.bytes >= bound { full.max(at + 1) } else { full.min(at) };
        }
        let [warning, critical] = marks.map(|mark| mark.map(|(_, at)| at));
        Some(Gauge { full, warning, critical })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_mark_is_full_exactly_when_it_is_reached(
            bytes in any::<u64>(), warning in any::<Option<u64>>(), critical in any::<Option<u64>>(), cells in 0_usize..60,
        ) {
            let lag = Lag { bytes, warning, critical };
            let Some(gauge) = lag.gauge(cells) else {
                prop_assert!(cells == 0 || (warning.is_none() && critical.is_none()));
                return Ok(());
            };
            prop_assert!(gauge.full <= cells);
            for (bound, at) in [(warning, gauge.warning), (critical, gauge.critical)] {
                prop_assert_eq!(bound.is_some(), at.is_some());
                if let (Some(bound), Some(at)) = (bound, at) {
                    prop_assert!(at < cells);
                    // Thresholds that fall into one cell, or stand the wrong way round, cannot both be told from it.
                    let alone = gauge.warning != gauge.critical && warning <= critical;
                    if alone || warning.is_none() || critical.is_none() {
                        prop_assert_eq!(gauge.full > at, bytes >= bound);
                    }
                }
            }
        }
    }

    #[test]
    fn it_is_as_grave_as_the_thresholds_say() {
        let lag = |bytes| Lag { bytes, warning: Some(10), critical: Some(100) };
        assert_eq!([9, 10, 99, 100].map(|bytes| lag(bytes).severity()), {
            [Severity::Well, Severity::Doubtful, Severity::Doubtful, Severity::Broken]
        });
        let unbounded = Lag { bytes: u64::MAX, warning: None, critical: None };
        assert_eq!((unbounded.severity(), unbounded.gauge(20)), (Severity::Well, None));
    }
}
