//! Flags and subcommands.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

use super::completions::Completions;
use super::listing::{Jobs, Listing};
use super::wait::Wait;
use crate::app::commands::keymap::Preset;
use crate::app::settings::THEMES;
use crate::simulator::FaultSpec;

/// Keeps a `PostHog` data warehouse in sync: every source and table, why a sync fails, and the least destructive
/// way to mend it.
#[derive(Debug, Parser)]
#[command(
    name = "whtui",
    version,
    long_version = super::version::LONG,
    about,
    after_help = ENDS,
    max_term_width = 100,
    args_conflicts_with_subcommands = true
)]
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
    /// List the sources, with what is wrong with each
    #[command(after_help = super::listing::ENDS)]
    Sources(Listing),
    /// List the tables, with what is wrong with each
    #[command(after_help = super::listing::ENDS)]
    Tables(Listing),
    /// List runs, newest first: of the project, of a source, of a table
    #[command(after_help = super::listing::ENDS)]
    Jobs(Jobs),
    /// Wait until the sync of a table has ended, and say how
    #[command(after_help = super::wait::ENDS)]
    Wait(Wait),
    /// Write completions for a shell
    #[command(after_help = super::completions::USE)]
    Completions(Completions),
    /// Write the man page
    #[command(after_help = super::man::USE)]
    Man,
    /// Look after the file of settings
    #[command(after_help = super::config::ENDS)]
    Config(Config),
    /// Show what was changed from here, out of the audit log
    #[command(after_help = super::audit::ENDS)]
    Audit(Audit),
    /// Serve the simulator on a loopback port, for other clients and for tests
    #[command(after_help = simulate_ends())]
    Simulate(Simulate),
}

/// How the screen ends.
const ENDS: &str = "Without a command it opens the screen; `whtui --demo` does so without an account.\n\nExit status: 0 \
                    after leaving the screen, 1 when its terminal is gone, 2 when it could not start, 128 and the \
                    number of the signal that ended it. Those of commands: `whtui COMMAND --help`.";

/// How `diagnose` ends.
const DIAGNOSE_ENDS: &str = "Exit status: 0 when nothing is wrong, 1 when something is, 2 when it could not find out.";

/// What `explain` reads.
const EXPLAIN_READS: &str = "Without TEXT it reads standard input: one text; with --json one JSON object a line, with \
                             the key `error` (a string or null) and if known `id`, `level`, `status`, `sync_type` and \
                             `source_type`.\n\nExit status: 0, or 2 when the input cannot be read or the output not be \
                             written.";

/// How `simulate` ends, and what there is to serve.
fn simulate_ends() -> String {
    format!(
        "Worlds: {}.\n\nFaults: {}.\n\nIt prints host, project and key, and serves until it is interrupted. Any other key that begins like that one \
         (phx_) is taken too; everything else is answered with 401, as PostHog does.\n\nExit status: 0 when it \
         was ended by a signal, 2 when it could not start.",
        crate::simulator::scenario_names().join(", "),
        FaultSpec::grammar()
    )
}

/// What to look at, and how to say it.
#[derive(Debug, Args)]
pub(super) struct Diagnose {
    /// Write one JSON object instead of text
    #[arg(long)]
    pub json: bool,
    /// Only this source: its name, prefix or id
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Look again every minute, and report whenever something has changed
    #[arg(long)]
    pub watch: bool,
    /// What to connect to.
    #[command(flatten)]
    pub target: Target,
}

/// What to show of the audit log.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Write one JSON object a line instead of a table
    #[arg(long)]
    pub json: bool,
    /// Only from then on: a moment (2026-11-20T12:00:00Z), a day, or a span back (90m, 2h, 7d)
    #[arg(long, value_name = "WHEN", value_parser = super::audit::Since::parse)]
    pub since: Option<super::audit::Since>,
    /// Only what ended like this
    #[arg(long, value_name = "HOW")]
    pub outcome: Option<Ended>,
    /// Only what acted on this: a part of its name, or its id
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Only what went to this host
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// Only what was done in this project
    #[arg(long, value_name = "NUMBER")]
    pub project: Option<u64>,
}

/// How an attempt can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Ended {
    /// The server accepted it
    Done,
    /// The server refused it
    Refused,
    /// It never reached the server
    NotSent,
    /// It may or may not have been carried out
    Unknown,
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

/// What to do with the file of settings.
#[derive(Debug, Args)]
pub(super) struct Config {
    /// What to do.
    #[command(subcommand)]
    pub deed: ConfigDeed,
}

/// What can be done with the file of settings.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum ConfigDeed {
    /// Say where the file is
    Path,
    /// Write a file with everything in it as a comment; never over one that is there
    Init,
    /// Say everything that is wrong with it
    Check,
}

/// What to connect to.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct Target {
    /// Run on an embedded simulator: no account, no network
    #[arg(long, conflicts_with_all = ["host", "project", "allow_http", "profile"])]
    pub demo: bool,
    /// World of the demo; `whtui simulate --help` lists them
    #[arg(long, requires = "demo", value_name = "NAME")]
    pub scenario: Option<String>,
    /// What goes wrong in the demo, for example jobs=502:3,sources=slow; `whtui simulate --help` lists it
    #[arg(long, requires = "demo", value_name = "SPEC")]
    pub faults: Option<FaultSpec>,
    /// Profile of the settings to use [default: that of the variable `WHTUI_PROFILE`, or the file's own]
    #[arg(long, value_name = "NAME", conflicts_with = "no_config")]
    pub profile: Option<String>,
    /// Leave the file of settings aside
    #[arg(long)]
    pub no_config: bool,
    /// Address of `PostHog`.
    #[arg(long, value_name = "URL", help = "Address of PostHog [default: https://us.posthog.com]")]
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
    /// Refuse every change
    #[arg(long)]
    pub read_only: bool,
    /// Show each change instead of sending it
    #[arg(long)]
    pub dry_run: bool,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,
    /// Colours: auto, dark, light, mono, high-contrast, colour-blind
    #[arg(long, env = "WHTUI_THEME", value_name = "NAME", value_parser = theme)]
    pub theme: Option<String>,
    /// Keys: default, vim, emacs; those of the settings are laid over them
    #[arg(long, env = "WHTUI_KEYS", value_name = "NAME", value_parser = preset)]
    pub keys: Option<Preset>,
    /// For screen readers: one pane, no frames, rows as "field: value"
    #[arg(long, env = "WHTUI_PLAIN", value_parser = clap::builder::FalseyValueParser::new())]
    pub plain: bool,
    /// How the end of a watched table is announced beside the notice on the screen: title, bell, desktop, none
    #[arg(long, env = "WHTUI_ANNOUNCE", value_name = "HOW", value_parser = alert, value_delimiter = ',')]
    pub announce: Option<Vec<Alert>>,
    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
    /// What to connect to.
    #[command(flatten)]
    pub target: Target,
}

/// The name of a theme.
fn theme(name: &str) -> Result<String, String> {
    // An empty variable is one that is not set.
    let name = match name {
        "" => THEMES[0],
        "color-blind" => "colour-blind",
        name => name,
    };
    match THEMES.into_iter().find(|known| *known == name) {
        Some(known) => Ok(known.to_owned()),
        None => Err(format!("there is no such theme; there are {}", THEMES.join(", "))),
    }
}

/// The name of a set of keys.
fn preset(name: &str) -> Result<Preset, String> {
    // An empty variable is one that is not set.
    let name = if name.is_empty() { Preset::default().name() } else { name };
    Preset::named(name).ok_or_else(|| format!("there are no such keys; there are {}", Preset::names()))
}

/// A way to announce something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alert {
    /// In the title of the terminal
    Title,
    /// By the bell of the terminal
    Bell,
    /// By a notification of the desktop (OSC 9)
    Desktop,
    /// In no way
    None,
}

/// The name of a way to announce something.
fn alert(name: &str) -> Result<Alert, String> {
    match name {
        "title" => Ok(Alert::Title),
        "bell" => Ok(Alert::Bell),
        "desktop" => Ok(Alert::Desktop),
        "none" | "" => Ok(Alert::None),
        _ => Err("there are title, bell, desktop and none".to_owned()),
    }
}

/// How to serve the simulator.
#[derive(Debug, Args)]
pub(super) struct Simulate {
    /// Port on 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// World to serve: a name, scale:SxT (S sources with T tables each; scale:SxT+R with R of them in a run, scale:SxT~C with C that change with every reading), or a path ending in .toml
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
    /// What goes wrong, for example jobs=502:3,sources=slow (see below)
    #[arg(long, value_name = "SPEC")]
    pub faults: Option<FaultSpec>,
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
    fn looks_and_announcements_are_read() {
        let read = |line: &[&str]| Arguments::try_parse_from(line).unwrap().connection;
        assert_eq!(read(&["whtui", "--theme", ""]).theme.as_deref(), Some("auto"));
        assert_eq!(read(&["whtui", "--theme", "color-blind"]).theme.as_deref(), Some("colour-blind"));
        assert_eq!(read(&["whtui", "--keys", "vim"]).keys, Some(Preset::Vim));
        assert_eq!(read(&["whtui", "--keys", ""]).keys, Some(Preset::Default));
        assert_eq!(read(&["whtui", "--announce", "bell,title"]).announce, Some(vec![Alert::Bell, Alert::Title]));
        assert_eq!(read(&["whtui", "--announce", ""]).announce, Some(vec![Alert::None]));
    }

    #[test]
    fn impossible_flags_are_refused() {
        for line in [
            &["whtui", "--demo", "--host", "https://x"][..],
            &["whtui", "--scenario", "small"],
            &["whtui", "--key", "phx_1"],
            &["whtui", "simulate", "--port", "70000"],
            &["whtui", "simulate", "--faults", "jobs=5022"],
            &["whtui", "--faults", "jobs=502"],
            &["whtui", "fly"],
            &["whtui", "diagnose", "--read-only"],
            &["whtui", "diagnose", "--demo", "--project", "1"],
            &["whtui", "explain", "--jsn", "x"],
            &["whtui", "--demo", "--profile", "prod"],
            &["whtui", "--no-config", "--profile", "prod"],
            &["whtui", "config"],
            &["whtui", "config", "edit"],
            &["whtui", "--theme", "pink"],
            &["whtui", "--announce", "smoke"],
            &["whtui", "--keys", "nano"],
        ] {
            assert!(Arguments::try_parse_from(line).is_err(), "{line:?}");
        }
    }
}
