//! The log lines of runs (contract, section 9.5): often the only place that still has the raw error.

use std::time::Duration;

use serde_json::{Value, json};

use super::request::{Refusal, Reply, Request};
use super::routes::Call;
use super::schemas;
use crate::simulator::moment::Moment;
use crate::simulator::world::{Invalid, Job, World};

const KEPT: Duration = Duration::from_secs(7 * 86_400);

struct Line {
    at: Moment,
    level: &'static str,
    run: String,
    message: String,
}

/// `GET logs`: newest first.
pub fn logs(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let at = schemas::find_for_logs(world, call)?;
    let wanted = Wanted::read(call.request, world.now())?;
    let (source, now) = (world.source(at.source), world.now());
    let jobs = source.jobs.iter().rev().filter(|job| job.table == at.table);
    let lines = jobs.flat_map(|job| lines_of(job, now)).filter(|line| wanted.takes(line));
    let results: Vec<Value> = lines
        .take(wanted.limit)
        .map(|line| {
            json!({
                "log_source_id": source.tables[at.table].id,
                "instance_id": line.run,
                "timestamp": line.at.iso(),
                "level": line.level,
                "message": line.message,
            })
        })
        .collect();
    // The server cuts before it counts, so there never is a next page; older lines are found with `before`.
    Ok(Reply::json(200, &json!({ "count": results.len(), "next": null, "previous": null, "results": results })))
}

struct Wanted {
    limit: usize,
    after: Moment,
    before: Option<Moment>,
    levels: Vec<String>,
    search: Option<String>,
    run: Option<String>,
}

impl Wanted {
    fn read(request: &Request, now: Moment) -> Result<Self, Refusal> {
        let time = |name: &'static str| match request.one(name) {
            None => Ok(None),
            Some(text) => Moment::parse(&text).map(Some).ok_or_else(|| {
                Invalid::field(
                    name,
                    "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss].",
                )
            }),
        };
        Ok(Self {
            limit: limit(request)?,
            after: time("after")?.unwrap_or_else(|| now.minus(KEPT)),
            before: time("before")?,
            levels: request.one("level").iter().flat_map(|levels| levels.split(',')).map(str::to_uppercase).collect(),
            search: request.one("search").map(|search| search.to_lowercase()),
            run: request.one("instance_id"),
        })
    }

    fn takes(&self, line: &Line) -> bool {
        line.at > self.after
            && self.before.is_none_or(|before| line.at < before)
            && (self.levels.is_empty() || self.levels.iter().any(|level| level == line.level))
            && self.search.as_ref().is_none_or(|search| line.message.to_lowercase().contains(search))
            && self.run.as_ref().is_none_or(|run| *run == line.run)
    }
}

fn limit(request: &Request) -> Result<usize, Refusal> {
    let Some(text) = request.one("limit") else { return Ok(50) };
    let refuse =
        |code, detail: &str| Err(Refusal::from(Invalid { code, detail: detail.to_owned(), attr: Some("limit") }));
    match text.parse::<i64>() {
        Err(_) => refuse("invalid_input", "A valid integer is required."),
        Ok(number) if number > 500 => refuse("max_value", "Ensure this value is less than or equal to 500."),
        Ok(number) => match usize::try_from(number) {
            Ok(limit) if limit > 0 => Ok(limit),
            _ => refuse("min_value", "Ensure this value is greater than or equal to 1."),
        },
    }
}

/// What a run wrote, newest first.
fn lines_of(job: &Job, now: Moment) -> Vec<Line> {
    let line = |at, level, message| Line { at, level, run: job.workflow_run_id.clone(), message };
    let second = Duration::from_secs(1);
    let mut lines = vec![
        line(job.created_at, "INFO", "Starting sync".to_owned()),
        line(job.created_at.plus(second / 2), "DEBUG", "Loading the source's configuration".to_owned()),
        line(job.created_at.plus(second), "INFO", "Connected to the source".to_owned()),
    ];
    let end = job.finished_at.unwrap_or(now);
    for part in 1..=3 {
        let at = job.created_at.plus(end.since(job.created_at) * part / 4);
        let rows = job.progress.rows_at(at);
        if rows > 0 {
            lines.push(line(at, "LOG", format!("Read {rows} rows")));
        }
    }
    if let Some(end) = job.finished_at {
        lines.push(match job.raw_error.as_ref().or(job.error.as_ref()) {
            Some(error) => line(end, "ERROR", format!("Import failed: {error}")),
            None => line(end, "INFO", format!("Sync {}: {} rows", job.status.of_job(), job.rows_at(end))),
        });
    }
    lines.retain(|line| line.at <= end);
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    lines
}
