//! From a [`Spec`] to the world at its beginning.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::spec::{CdcSpec, FaultSpec, RunSpec, ShowSpec, SourceSpec, Spec, TableSpec, WebhookSpec};
use crate::simulator::moment::Moment;
use crate::simulator::random::Random;
use crate::simulator::world::history::Past;
use crate::simulator::world::render::Rendered;
use crate::simulator::world::{
    Cdc, Column, Fault, Job, JobStatus, Overlay, Progress, Run, Settings, Source, Table, Tempo, Webhook, World,
};

const DAY: Duration = Duration::from_secs(86_400);

/// Makes the world a scenario declares, as it is at `now`.
#[must_use]
pub fn build(spec: &Spec, seed: u64, now: Moment) -> World {
    let mut world = World::new(now, Random::for_part(seed, "world"), tempo(spec));
    let count = u32::try_from(spec.sources.len()).unwrap_or(u32::MAX);
    for (index, source) in (0_u32..).zip(&spec.sources) {
        // Ids are ordered by time, and so is the file.
        let age = source.age.map_or(DAY * (count - index) * 3 + DAY * 20, |age| age.0);
        let builder = Builder { spec, now, random: Random::for_part(seed, &format!("{index} {}", source.kind)), index };
        world.add_source(builder.source(source, age));
    }
    world
}

fn tempo(spec: &Spec) -> Tempo {
    let usual = Tempo::default();
    let tempo = &spec.tempo;
    Tempo {
        start: tempo.start.map_or(usual.start, |(low, high)| (low.0, high.0)),
        cancel: tempo.cancel.map_or(usual.cancel, |(low, high)| (low.0, high.0)),
        spacing: tempo.spacing.map_or(usual.spacing, |span| span.0),
        longest_spacing: tempo.longest_spacing.map_or(usual.longest_spacing, |span| span.0),
    }
}

struct Builder<'a> {
    spec: &'a Spec,
    now: Moment,
    random: Random,
    index: u32,
}

impl Builder<'_> {
    fn source(mut self, spec: &SourceSpec, age: Duration) -> Source {
        let created_at = self.now.minus(age);
        let mut source = Source {
            id: self.fixed_id(0),
            created_at,
            created_by: spec.created_by.clone().or_else(|| Some("dana@example.com".to_owned())),
            created_via: Some("web".to_owned()),
            stored_status: spec.stored_status.clone().unwrap_or_else(|| "Completed".to_owned()),
            kind: spec.kind.clone(),
            prefix: spec.prefix.clone(),
            description: spec.description.clone(),
            direct: spec.direct,
            direct_query: false,
            auto_sync: spec.auto_sync,
            auto_patterns: Value::Null,
            engine: spec.engine.clone(),
            inputs: Value::Object(spec.job_inputs.clone()),
            secrets: spec.secrets.clone(),
            accepts: spec.accepts.clone(),
            outage: spec.outage.as_ref().map(fault),
            supports_webhooks: spec.supports_webhooks,
            supports_columns: spec.supports_columns,
            api_version: spec.api_version.clone(),
            versions: spec.versions.clone(),
            access: spec.access.clone().or_else(|| Some("manager".to_owned())),
            tables: Vec::new(),
            undiscovered: Vec::new(),
            jobs: Vec::new(),
            last_run_at: None,
            cdc: spec.cdc.as_ref().map(cdc).or_else(|| (spec.kind == "Postgres").then(Cdc::default)),
            webhook: spec.webhook.as_ref().map(|webhook| self.webhook(webhook, created_at)),
            deleted: false,
            overlay: overlay(&spec.show),
            job_overlay: overlay(&spec.show_jobs),
            rendered: Rendered::default(),
        };
        for (position, table) in spec.tables.iter().enumerate() {
            let (table, jobs) = self.table(table, position, spec, &source);
            source.tables.push(table);
            source.jobs.extend(jobs);
        }
        for (position, table) in spec.undiscovered.iter().enumerate() {
            let position = spec.tables.len() + position;
            let (mut table, _) =
                self.table(&TableSpec { synced: Some(false), ..table.clone() }, position, spec, &source);
            table.should_sync = false;
            table.scheduled = false;
            source.undiscovered.push(table);
        }
        source.jobs.sort_by_key(|job| job.created_at);
        let completed = source.jobs.iter().filter(|job| job.status == JobStatus::Completed);
        source.last_run_at = completed.map(|job| job.created_at).max();
        source
    }

    /// An id that is the same whenever the world is built.
    fn fixed_id(&mut self, part: usize) -> String {
        let bits = self.random.bits();
        format!("0192f1c4-{:04x}-0000-{:04x}-{:012x}", self.index & 0xffff, part & 0xffff, bits & 0xffff_ffff_ffff)
    }

    fn webhook(&mut self, spec: &WebhookSpec, created_at: Moment) -> Webhook {
        Webhook {
            id: self.fixed_id(0xffff),
            exists: spec.exists,
            external: spec.external_status.is_some(),
            external_status: spec.external_status.clone().unwrap_or_default(),
            events: spec.events.clone(),
            missing: spec.missing.clone(),
            secret: spec.secret.clone(),
            accepted_secret: spec.accepted_secret.clone(),
            refusal: spec.refusal.clone(),
            fixed_after_checks: spec.fixed_after_checks,
            created_at,
        }
    }

    fn table(&mut self, spec: &TableSpec, position: usize, parent: &SourceSpec, source: &Source) -> (Table, Vec<Job>) {
        let mut random = Random::for_part(self.random.bits(), &spec.name);
        let (columns, source_keys) = columns(&spec.columns);
        let settings = settings(spec, &columns, &source_keys);
        // Sizes are spread over powers of ten, like those of real tables.
        let (low, high) = spec.magnitude.unwrap_or((2, 6));
        let magnitude = 10_u64.pow(u32::try_from(random.between(low, high.min(12))).unwrap_or(2));
        let rows = spec.rows.unwrap_or_else(|| magnitude * random.between(1, 9) + random.between(0, magnitude));
        let source_rows = spec.source_rows.unwrap_or(rows);
        let usual = if settings.is("full_refresh") { source_rows } else { rows / 400 + 1 };
        let duration = spec.duration.map_or_else(|| Duration::from_secs(random.between(6, 30)), |span| span.0);
        let mut table = Table {
            id: self.fixed_id(position + 1),
            stored_id: self.fixed_id(position + 1),
            name: spec.name.clone(),
            label: spec.label.clone(),
            description: spec.description.clone(),
            settings,
            columns,
            source_keys,
            should_sync: true,
            status: None,
            error: None,
            last_synced: None,
            rows: None,
            source_rows,
            growth: spec.growth.unwrap_or(usual),
            duration,
            fault: spec.fault.as_ref().map(fault),
            at_source: spec.at_source.unwrap_or(true),
            reset: false,
            scheduled: spec.schedule.unwrap_or(true),
            generation: 0,
            first_due: None,
            run: None,
            failures: 0,
            failed_at: None,
            webhook_only: spec.webhook_only,
            access: spec.access.clone().or_else(|| source.access.clone()),
            deleted: false,
            overlay: overlay(&spec.show),
            by_turns: overlay(&spec.show_by_turns),
        };
        let jobs = self.past(&mut table, spec, position, parent, source, &mut random);
        if spec.synced.unwrap_or(true) && table.settings.sync_type.is_some() && !source.direct {
            table.rows = Some(rows);
        }
        (table, jobs)
    }

    /// The fault the table's past shows: its own, or the one of its whole source.
    fn shown_fault<'a>(spec: &'a TableSpec, parent: &'a SourceSpec, source: &Source) -> Option<&'a FaultSpec> {
        let of_source = || parent.outage.as_ref().filter(|_| !source.connects());
        let of_cdc = || {
            let broken = source.cdc.as_ref().is_some_and(|cdc| !cdc.works());
            let cdc = spec.sync_type.as_deref() == Some("cdc");
            parent.cdc.as_ref().filter(|_| broken && cdc).and_then(|cdc| cdc.fault.as_ref())
        };
        spec.fault.as_ref().or_else(|| if spec.spared { None } else { of_source().or_else(of_cdc) })
    }

    fn past(
        &self,
        table: &mut Table,
        spec: &TableSpec,
        position: usize,
        parent: &SourceSpec,
        source: &Source,
        random: &mut Random,
    ) -> Vec<Job> {
        let shown =
            Self::shown_fault(spec, parent, source).filter(|_| spec.should_sync != Some(false) || spec.fault.is_some());
        let switched_off = shown.is_some_and(|fault| fault.permanent);
        let ran = spec.synced.unwrap_or(true) && table.settings.sync_type.is_some() && !source.direct;
        table.should_sync = spec.should_sync.unwrap_or(!switched_off && table.settings.sync_type.is_some());
        let period = table.settings.period().unwrap_or(DAY / 4);
        let since = shown.and_then(|fault| fault.since).map(|since| self.now.minus(since.0));
        let newest = self.newest_run(table, spec, period, since.filter(|_| switched_off), random);
        let past = Past {
            table: position,
            newest,
            period,
            runs: if ran { self.spec.history.runs } else { 0 },
            reach: self.spec.history.reach.0,
            failing: shown.map(|shown| (since.unwrap_or(newest).min(newest), fault(shown))),
            growth: table.growth,
            duration: table.duration,
            write_mode: table.settings.is("cdc").then_some("incremental_merge"),
        };
        let mut jobs = past.jobs(random);
        settle(table, &jobs);
        if spec.status.is_some() {
            table.status.clone_from(&spec.status);
        }
        if spec.error.is_some() {
            table.error.clone_from(&spec.error);
        }
        if let Some(run) = &spec.run {
            jobs.push(self.running(table, run, position, random));
        }
        if table.scheduled && !source.direct && table.settings.sync_type.is_some() {
            let due = newest.plus(period);
            let soon = self.now.plus(random.span(Duration::from_secs(5), period.min(DAY)));
            let unanchored = if due > self.now { due } else { soon };
            table.first_due =
                Some(table.settings.anchor().map_or(unanchored, |anchor| self.now.next_time_of_day(anchor)));
        }
        jobs
    }

    /// When the newest run began: as declared, when it was switched off, at its time of day, or some time
    /// within its period.
    fn newest_run(
        &self,
        table: &Table,
        spec: &TableSpec,
        period: Duration,
        off_since: Option<Moment>,
        random: &mut Random,
    ) -> Moment {
        if let (Some(run), None) = (&spec.run, spec.last_run) {
            return self.now.minus(run.elapsed.0).minus(period);
        }
        let within = random.span(table.duration.mul_f64(1.5).min(period / 2), period.mul_f64(0.95));
        let anchored = table.settings.anchor().map(|anchor| self.now.next_time_of_day(anchor).minus(period));
        spec.last_run
            .map(|ago| self.now.minus(ago.0))
            .or(off_since)
            .or(anchored)
            .unwrap_or_else(|| self.now.minus(within))
    }

    fn running(&self, table: &mut Table, spec: &RunSpec, position: usize, random: &mut Random) -> Job {
        let start = self.now.minus(spec.elapsed.0);
        let end = self.now.plus(spec.remaining.0);
        let rows = spec.rows.unwrap_or(table.growth);
        let mut progress = Progress { start, end, rows, ceiling: rows };
        if spec.stuck {
            progress.ceiling = progress.rows_at(start.plus(spec.elapsed.0 / 3));
        }
        let number = random.bits();
        table.run = Some(Run { number, fault: None, rebuilds: table.settings.is("full_refresh"), stopping: false });
        table.status = Some("Running".to_owned());
        Job {
            id: random.id(start.milliseconds()),
            run: Some(number),
            table: position,
            created_at: start,
            finished_at: None,
            status: JobStatus::Running,
            progress,
            error: None,
            raw_error: None,
            workflow_run_id: random.id(start.milliseconds()),
            write_mode: table.settings.is("cdc").then_some("incremental_merge"),
            created_by: None,
        }
    }
}

/// Gives a table the state its past leads to.
fn settle(table: &mut Table, jobs: &[Job]) {
    let completed = jobs.iter().find(|job| job.status == JobStatus::Completed);
    table.last_synced = completed.and_then(|job| job.finished_at);
    if let Some(newest) = jobs.first() {
        table.status = Some(newest.status.of_table().to_owned());
        table.error.clone_from(&newest.error);
    }
    let failed = jobs.iter().take_while(|job| job.status != JobStatus::Completed);
    table.failures = u32::try_from(failed.count()).unwrap_or(u32::MAX);
    table.failed_at = jobs.first().filter(|_| table.failures > 0).and_then(|job| job.finished_at);
}

fn settings(spec: &TableSpec, columns: &[Column], source_keys: &[String]) -> Settings {
    let sync_type = spec.sync_type.clone().filter(|sync_type| sync_type != "none");
    let keyed = matches!(sync_type.as_deref(), Some("incremental" | "cdc" | "xmin" | "webhook"));
    let cursor = spec.cursor.clone().filter(|_| matches!(sync_type.as_deref(), Some("incremental" | "append")));
    let column = columns.iter().find(|column| Some(&column.name) == cursor.as_ref());
    let found = column.and_then(Column::cursor_type).map(str::to_owned);
    Settings {
        cursor_type: cursor.as_ref().and(spec.cursor_type.clone().or(found).or_else(|| Some("timestamp".to_owned()))),
        cursor,
        lookback: None,
        frequency: spec.frequency.clone(),
        time_of_day: spec.time_of_day.clone(),
        full_refresh_days: None,
        full_refresh_time: None,
        keys: spec.keys.clone().or_else(|| (keyed && !source_keys.is_empty()).then(|| source_keys.to_vec())),
        cdc_mode: spec.cdc_mode.clone().unwrap_or_else(|| "consolidated".to_owned()),
        columns: None,
        row_filters: None,
        api_version: None,
        sync_type,
    }
}

/// Reads columns written as `name type [null] [indexed] [key]`.
fn columns(specs: &[String]) -> (Arc<[Column]>, Vec<String>) {
    let mut keys = Vec::new();
    let columns = specs
        .iter()
        .map(|spec| {
            let (name, rest) = spec.split_once(' ').unwrap_or((spec, "text"));
            let words: Vec<&str> = rest.split(' ').collect();
            let is_mark = |word: &&&str| matches!(**word, "null" | "indexed" | "key");
            let key = words.contains(&"key");
            if key {
                keys.push(name.to_owned());
            }
            Column {
                name: name.to_owned(),
                kind: words.iter().filter(|word| !is_mark(word)).copied().collect::<Vec<_>>().join(" "),
                nullable: words.contains(&"null"),
                indexed: key || words.contains(&"indexed"),
            }
        })
        .collect();
    (columns, keys)
}

fn fault(spec: &FaultSpec) -> Fault {
    Fault {
        text: spec.text.clone(),
        raw: spec.raw.clone(),
        permanent: spec.permanent,
        outcome: spec.outcome.into(),
        cure: spec.cure,
        after: spec.after.map_or(Duration::from_secs(6), |after| after.0),
    }
}

fn cdc(spec: &CdcSpec) -> Cdc {
    Cdc {
        enabled: true,
        slot: spec.slot,
        publication: spec.publication,
        halted: spec.halted,
        problems: spec.problems.clone(),
        fixed_after_checks: spec.fixed_after_checks,
        lag: spec.lag,
        fault: spec.fault.as_ref().map(fault),
        repairing_until: None,
        thresholds: (1024, 10_240),
    }
}

fn overlay(spec: &ShowSpec) -> Overlay {
    Overlay { set: spec.set.clone(), drop: spec.drop.clone() }
}
