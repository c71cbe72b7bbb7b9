//! What a client may ask of sources and tables beyond changing their settings (contract, 8.5, 9.2, 9.5).

use super::{Address, Event, World};

const CANCELLED: &str = "Sync cancelled by user";
pub(super) const TURNED_OFF: &str = "Sync stopped because syncing was turned off";

/// A billing pause blocks whatever would start a run, in the whole project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paused;

/// What became of a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// A run will end in a moment.
    Soon,
    /// No run existed; the stored status was put right.
    Repaired,
    /// Nothing to cancel.
    Nothing,
}

impl World {
    /// Whether billing has paused any table.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        let mut tables = self.sources().flat_map(super::Source::live_tables);
        tables.any(|table| table.status.as_deref() == Some("Paused"))
    }

    /// Asks for a run. The status says `Running` from now on, whether or not the run comes to be.
    ///
    /// # Errors
    /// Under a billing pause.
    pub fn reload(&mut self, at: Address) -> Result<(), Paused> {
        if self.is_paused() {
            return Err(Paused);
        }
        self.trigger(at);
        Ok(())
    }

    /// Asks for a run of every enabled table.
    ///
    /// # Errors
    /// Under a billing pause.
    pub fn reload_source(&mut self, source: usize) -> Result<(), Paused> {
        if self.is_paused() {
            return Err(Paused);
        }
        "Running".clone_into(&mut self.source_mut(source).stored_status);
        for table in 0..self.source(source).tables.len() {
            let entry = &self.source(source).tables[table];
            if entry.should_sync && !entry.deleted {
                self.trigger(Address { source, table });
            }
        }
        Ok(())
    }

    /// Asks for a run that starts from nothing. A run going on is cancelled first; since it is still
    /// winding down when the new one is due, that one is swallowed and only the reset is remembered.
    ///
    /// # Errors
    /// Under a billing pause.
    pub fn resync(&mut self, at: Address) -> Result<(), Paused> {
        if self.is_paused() {
            return Err(Paused);
        }
        if !self.table(at).webhook_only {
            self.table_mut(at).reset = true;
        }
        self.stop_soon(at, CANCELLED);
        self.trigger(at);
        Ok(())
    }

    /// Asks for the end of a run.
    pub fn cancel(&mut self, at: Address) -> Cancelled {
        if self.stop_soon(at, CANCELLED) {
            return Cancelled::Soon;
        }
        if self.table(at).status.as_deref() != Some("Running") {
            return Cancelled::Nothing;
        }
        let newest = self.source(at.source).jobs.iter().rev().find(|job| job.table == at.table);
        let (status, error) =
            newest.map_or(("Failed", self.table(at).error.clone()), |job| (job.status.of_table(), job.error.clone()));
        let table = self.table_mut(at);
        table.status = Some(status.to_owned());
        table.error = error;
        Cancelled::Repaired
    }

    /// Drops what is stored. The error text stays, and so do settings and switch.
    pub fn delete_data(&mut self, at: Address) {
        let direct = self.source(at.source).direct;
        let table = self.table_mut(at);
        if direct {
            table.should_sync = false;
        } else if table.rows.is_some() {
            table.rows = None;
            table.status = None;
            table.last_synced = None;
            table.reset = true;
        }
    }

    /// Removes a table; a refresh of the table list will find it again.
    pub fn delete_table(&mut self, at: Address) {
        self.stop_soon(at, CANCELLED);
        self.table_mut(at).deleted = true;
    }

    /// Removes a source with everything in it.
    pub fn delete_source(&mut self, source: usize) {
        for table in 0..self.source(source).tables.len() {
            self.stop_soon(Address { source, table }, CANCELLED);
        }
        self.source_mut(source).deleted = true;
    }

    /// Asks for a run, without looking at the billing pause.
    pub(super) fn trigger(&mut self, at: Address) {
        let halted = self.source(at.source).cdc.as_ref().is_some_and(|cdc| cdc.halted);
        if halted && self.table(at).settings.is("cdc") {
            return;
        }
        if !self.table(at).scheduled {
            self.reschedule(at);
        }
        self.table_mut(at).status = Some("Running".to_owned());
        let delay = self.random.span(self.tempo.start.0, self.tempo.start.1);
        self.put(delay, Event::Start { at, manual: true });
    }

    /// Asks the run going on to stop; says whether there is one.
    pub(super) fn stop_soon(&mut self, at: Address, reason: &'static str) -> bool {
        let delay = self.random.span(self.tempo.cancel.0, self.tempo.cancel.1);
        let Some(run) = self.table_mut(at).run.as_mut() else { return false };
        if !run.stopping {
            run.stopping = true;
            let run = run.number;
            self.put(delay, Event::Stop { at, run, reason });
        }
        true
    }
}
