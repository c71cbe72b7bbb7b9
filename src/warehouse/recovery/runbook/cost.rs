//! What it costs to sync several tables more often, and how that was judged.

use jiff::SignedDuration;

use super::Runbook;
use super::retime::is_set_up;
use super::stage::{Deed, Task};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::runs::Runs;
use crate::warehouse::settings::{Frequency, SyncType};
use crate::warehouse::status::Status;
use crate::warehouse::words::{compact, count, counted, span};

/// Fewer successful runs than these say nothing of what is usual.
const ENOUGH: usize = 3;

/// Minutes of thirty days, in which the rarest runs come once.
const MONTH: u64 = 43_200;

impl Runbook {
    /// What the change that waits to be sent costs, in runs, rows and time; `None` where it costs no more than before.
    #[must_use]
    pub fn cost(&self, inventory: &Inventory) -> Option<String> {
        let Some(Task::Send(Deed::Retime(Frequency::Every(minutes)))) = self.stage().map(|stage| &stage.task) else {
            return None;
        };
        let a_month = |minutes: u32| MONTH.checked_div(u64::from(minutes)).unwrap_or(0);
        let each = a_month(*minutes);
        let (mut before, mut after, mut known) = (0, 0, 0);
        let (mut whole, mut rows, mut uncounted) = (0_usize, 0_u64, 0_usize);
        let (mut seconds, mut timed, mut too_long) = (0_u64, 0_usize, 0_usize);
        let mut tables = 0;
        for table in self.situation.chosen().filter(|table| is_set_up(table, inventory)) {
            let Some((_, schema, _)) = inventory.schema(&table.id) else { continue };
            tables += 1;
            if let Some(Frequency::Every(now)) = schema.frequency.known() {
                known += 1;
                before += a_month(*now);
                after += each;
            }
            if table.method == Some(SyncType::FullRefresh) {
                whole += 1;
                match table.rows.known() {
                    Some(stored) => rows = rows.saturating_add(stored.saturating_mul(each)),
                    None => uncounted += 1,
                }
            }
            if let Some(usual) = inventory.runs(&table.id).and_then(usual) {
                timed += 1;
                too_long += usize::from(usual >= u64::from(*minutes) * 60);
                seconds = seconds.saturating_add(usual.saturating_mul(each));
            }
        }
        if after <= before {
            return None;
        }
        let (now, then) = (often(before), often(after));
        let unit = |text: &str| text.rsplit(' ').next().map(str::to_owned);
        // Of the same span only numbers are told apart.
        let now = if unit(&now) == unit(&then) { now.split(' ').next().unwrap_or_default() } else { &now };
        let mut said = vec![format!("It costs about {then} in place of {now}.")];
        if known < tables {
            said.push(format!("How often {} now is not known.", ran(tables - known)));
        }
        if whole == 0 {
            said.push("Each run reads only what is new.".to_owned());
        } else {
            let short = if uncounted > 0 { " at least" } else { "" };
            let of = match (whole, tables) {
                (_, 1) => "It reads all its".to_owned(),
                (1, _) => "1 of them reads all its".to_owned(),
                (whole, tables) if whole == tables => "All of them read all their".to_owned(),
                (whole, _) => format!("{} of them read all their", count(whole as u64)),
            };
            said.push(format!("{of} rows with each run:{short} {} rows a day.", compact(rows / 30)));
        }
        said.push(match timed {
            0 => "How long that takes cannot be told: too few of their runs are known.".to_owned(),
            timed => {
                let day = SignedDuration::from_secs(i64::try_from(seconds / 30).unwrap_or(i64::MAX));
                let of = if timed == tables { String::new() } else { format!(", of {}", counted(tables, "table")) };
                format!("Runs take about {} a day, judged by those of {}{of}.", span(day), counted(timed, "table"))
            }
        });
        if too_long > 0 {
            said.push(format!("Runs of {} take longer than the time between two.", counted(too_long, "table")));
        }
        Some(said.join(" "))
    }
}

/// Seconds of a usual run, where enough of them are known.
fn usual(runs: &Runs) -> Option<u64> {
    let done = runs.jobs().iter().filter(|job| job.status == Status::Completed && job.duration().is_some());
    let usual = runs.usual().filter(|_| done.count() >= ENOUGH)?;
    u64::try_from(usual.as_secs()).ok()
}

/// How many runs, of so many in a month.
fn often(a_month: u64) -> String {
    let (number, span) = if a_month >= 30 { (a_month.div_ceil(30), "day") } else { (a_month, "month") };
    format!("{} a {span}", counted(usize::try_from(number).unwrap_or(usize::MAX), "run"))
}

fn ran(tables: usize) -> String {
    if tables == 1 { "1 of them runs".to_owned() } else { format!("{} of them run", count(tables as u64)) }
}
