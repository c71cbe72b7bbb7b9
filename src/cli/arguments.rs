//! Flags and subcommands.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Keeps a `PostHog` data warehouse in sync: every source and table, why a sync fails, and the least destructive
/// way to mend it.
#[derive(Debug, Parser)]
#[command(name = "whtui", version, about, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    /// What to do without a screen.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to connect to.
    #[command(flatten)]
    pub connection: Connection,
}

/// What can be done without a screen.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say what is wrong in the project, and what to do about it
    #[command(after_help = DIAGNOSE_ENDS)]
    Diagnose(Diagnose),
    /// Say what an error text means: its root cause and what helps
    #[command(after_help = EXPLAIN_READS)]
    Explain(Explain),
    /// Serve the simulator on a loopback port, for other clients and for tests
    Simulate(Simulate),
}

/// How `diagnose` ends.
const DIAGNOSE_ENDS: &str = "Exit status: 0 when nothing is wrong, 1 when something is, 2 when it could not find out.";

/// What `explain` reads.
const EXPLAIN_READS: &str = "Without TEXT it reads standard input: one text; with --json one JSON object a line, with \
                             the key `error` (a string or null) and if known `id`, `level`, `status`, `sync_type` and \
                             `source_type`.";

/// What to look at, and how to say it.
#[derive(Debug, Args)]
pub(super) struct Diagnose {
    /// What to connect to.
    #[command(flatten)]
    pub target: Target,
    /// Write one JSON object instead of text
    #[arg(long)]
    pub json: bool,
    /// Only this source: its name, prefix or id
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Look again every minute, and report whenever something has changed
    #[arg(long)]
    pub watch: bool,
}

/// What to explain, and how to say it.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Write JSON, and read it from standard input
    #[arg(long)]
    pub json: bool,
    /// The error text; several words are one text
    #[arg(value_name = "TEXT")]
    pub text: Vec<String>,
}

/// What to connect to.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// Run on an embedded simulator: no account, no network
    #[arg(long, conflicts_with_all = ["host", "project", "allow_http"])]
    pub demo: bool,
    /// World of the demo; `whtui simulate --help` lists them
    #[arg(long, requires = "demo", value_name = "NAME")]
    pub scenario: Option<String>,
    /// Address of `PostHog` [default: <https://us.posthog.com>]
    #[arg(long, value_name = "URL")]
    pub host: Option<String>,
    /// Number of the project
    #[arg(long, value_name = "NUMBER")]
    pub project: Option<String>,
    /// Allow plain http to a host that is not this machine
    #[arg(long)]
    pub allow_http: bool,
}

/// What to connect to, and how careful to be.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Args)]
pub(super) struct Connection {
    /// What to connect to.
    #[command(flatten)]
    pub target: Target,
    /// Refuse every change
    #[arg(long)]
    pub read_only: bool,
    /// Show each change instead of sending it
    #[arg(long)]
    pub dry_run: bool,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,
    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
}

/// How to serve the simulator.
#[derive(Debug, Args)]
pub(super) struct Simulate {
    /// Port on 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// World to serve: a name, scale:SxT (S sources with T tables each; scale:SxT+R with R of them in a run), or a path ending in .toml
    #[arg(long, default_value = "demo", value_name = "NAME")]
    pub scenario: String,
    /// Append one JSON object a line for every request to this file
    #[arg(long, value_name = "FILE")]
    pub request_log: Option<PathBuf>,
    /// How many times as fast as the clock the world moves
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR", value_parser = speed)]
    pub speed: f64,
    /// Seed in place of the scenario's own
    #[arg(long)]
    pub seed: Option<u64>,
    /// What every reply takes, in milliseconds
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pub latency_ms: u64,
}

/// A factor that leaves the world playable.
fn speed(text: &str) -> Result<f64, String> {
    let factor: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.001..=10_000.0).contains(&factor) { Ok(factor) } else { Err("not between 0.001 and 10000".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn impossible_flags_are_refused() {
        for line in [
            &["whtui", "--demo", "--host", "https://x"][..],
            &["whtui", "--scenario", "small"],
            &["whtui", "--key", "phx_1"],
            &["whtui", "simulate", "--port", "70000"],
            &["whtui", "fly"],
            &["whtui", "diagnose", "--read-only"],
            &["whtui", "diagnose", "--demo", "--project", "1"],
            &["whtui", "explain", "--jsn", "x"],
        ] {
            assert!(Arguments::try_parse_from(line).is_err(), "{line:?}");
        }
    }
}
