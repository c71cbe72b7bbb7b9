//! Change data capture of a source (contract, sections 7.7 and 9.6).

use std::time::Duration;

use super::{Address, Fault, Moment, World};

/// How long a repair is under way.
const REPAIR: Duration = Duration::from_secs(30);

/// Change data capture of a source.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the contract")]
#[derive(Clone, Debug, Default)]
pub struct Cdc {
    /// Whether it is on.
    pub enabled: bool,
    /// Whether the slot exists.
    pub slot: bool,
    /// Whether the publication exists.
    pub publication: bool,
    /// Whether the server stopped it; its tables then stay `Failed` whatever is asked.
    pub halted: bool,
    /// What the source's server lacks.
    pub problems: Vec<String>,
    /// After so many further checks somebody has put it right; none = never.
    pub fixed_after_checks: Option<u32>,
    /// Bytes behind.
    pub lag: u64,
    /// What its tables say while it is broken.
    pub fault: Option<Fault>,
    /// Until when a repair is under way.
    pub repairing_until: Option<Moment>,
    /// Bounds of the lag in MB: warning, critical.
    pub thresholds: (u64, u64),
}

/// Why a repair is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRepair {
    /// It is not on.
    Off,
    /// Nothing is broken.
    Healthy,
    /// One is under way.
    Busy,
    /// The server lacks something.
    Prerequisites,
}

impl Cdc {
    /// Whether runs can work.
    #[must_use]
    pub fn works(&self) -> bool {
        self.enabled && self.slot && self.publication && !self.halted && self.problems.is_empty()
    }

    /// One more look at the prerequisites: what is lacking now. After enough looks somebody has put it right.
    pub fn check(&mut self) -> Vec<String> {
        match self.fixed_after_checks.as_mut() {
            None => {}
            Some(0) => self.problems.clear(),
            Some(left) => *left -= 1,
        }
        self.problems.clone()
    }
}

impl World {
    /// Turns it on.
    pub fn enable_cdc(&mut self, position: usize) {
        let cdc = self.source_mut(position).cdc.get_or_insert_default();
        *cdc = Cdc { enabled: true, slot: true, publication: true, thresholds: (1024, 10_240), ..Cdc::default() };
    }

    /// Turns it off, which clears the sync method of every table that used it. Says whether it was on.
    pub fn disable_cdc(&mut self, position: usize) -> bool {
        let source = self.source_mut(position);
        let Some(cdc) = source.cdc.as_mut().filter(|cdc| cdc.enabled) else { return false };
        *cdc = Cdc { problems: std::mem::take(&mut cdc.problems), ..Cdc::default() };
        for table in source.tables.iter_mut().filter(|table| table.settings.is("cdc")) {
            table.settings.sync_type = None;
            table.should_sync = false;
        }
        true
    }

    /// Makes a lost slot or publication anew and imports every CDC table again. Gives their number.
    ///
    /// # Errors
    /// When there is nothing to repair, or it cannot be.
    pub fn repair_cdc(&mut self, position: usize) -> Result<usize, NoRepair> {
        let now = self.now;
        let source = self.source_mut(position);
        let Some(cdc) = source.cdc.as_mut().filter(|cdc| cdc.enabled) else { return Err(NoRepair::Off) };
        if cdc.repairing_until.is_some_and(|until| now < until) {
            return Err(NoRepair::Busy);
        }
        if cdc.works() {
            return Err(NoRepair::Healthy);
        }
        if !cdc.problems.is_empty() {
            return Err(NoRepair::Prerequisites);
        }
        cdc.slot = true;
        cdc.publication = true;
        cdc.halted = false;
        cdc.lag = 0;
        cdc.repairing_until = Some(now.plus(REPAIR));
        let tables: Vec<usize> = (0..source.tables.len())
            .filter(|&table| source.tables[table].settings.is("cdc") && !source.tables[table].deleted)
            .collect();
        for &table in &tables {
            let at = Address { source: position, table };
            self.table_mut(at).reset = true;
            self.trigger(at);
        }
        Ok(tables.len())
    }
}
