//! The command line: what was asked for, and how it ends. Everything but the screen goes through here too.

mod arguments;
mod audit;
mod catalogue;
mod columns;
mod completions;
mod config;
mod connect;
mod crash;
mod diagnose;
mod discover;
mod explain;
mod interactive;
mod listing;
mod look;
mod man;
mod named;
mod order;
mod output;
mod report;
mod serve;
mod spans;
mod survey;
mod version;
mod wait;
mod zone;

use clap::CommandFactory;
use std::io::Write;
use std::process::ExitCode;

use crate::terminal::StopSignal;
use crate::warehouse::text::clean;
use crate::warehouse::words::without_numbers;
use arguments::{Arguments, Command};

/// Exit code when the program could not do what was asked for.
const COULD_NOT: u8 = 2;

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    crash::install();
    let arguments = match order::read(std::env::args_os()) {
        Ok(arguments) => arguments,
        // Help and version are no errors.
        Err(said) if !said.use_stderr() => {
            return ended(output::print(&format!("{}\n", said.to_string().trim_end())).map(|_| ExitCode::SUCCESS));
        }
        Err(error) => return refuse(&misused(&error)),
    };
    // The simulator, the settings and the log diagnose nothing; all others say the same of the same text.
    if !matches!(arguments.command, Some(Command::Simulate(_) | Command::Config(_) | Command::Audit(_)))
        && let Err(sentence) = catalogue::load()
    {
        return refuse(&sentence);
    }
    match arguments.command {
        Some(Command::Config(options)) => ended(config::config(options.deed)),
        Some(Command::Explain(options)) => ended(explain::explain(&options)),
        Some(Command::Audit(options)) => ended(audit::show(&options)),
        // These two neither draw nor stop, so that job control is the system's business.
        Some(Command::Diagnose(options)) => in_runtime(diagnose::diagnose(options)),
        Some(Command::Sources(options)) => in_runtime(listing::list(listing::What::Sources, options)),
        Some(Command::Tables(options)) => in_runtime(listing::list(listing::What::Tables, options)),
        Some(Command::Jobs(options)) => in_runtime(listing::jobs(options)),
        Some(Command::Wait(options)) => in_runtime(wait::wait(options)),
        Some(Command::Completions(options)) => ended(completions::completions(&options)),
        Some(Command::Man) => ended(man::man()),
        Some(Command::Simulate(options)) => with_signals(|stop| serve::simulate(options, stop)),
        None => with_signals(|stop| interactive::run(arguments.connection, stop)),
    }
}

/// Every flag and subcommand, for what is generated of them.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// What is wrong with the arguments, in a sentence that repeats no key.
fn misused(error: &clap::Error) -> String {
    let is_key = |argument: std::ffi::OsString| {
        let text = argument.to_string_lossy().into_owned();
        ["phx_", "pha_", "phs_", "--key", "--api-key", "--token"].iter().any(|mark| text.contains(mark))
    };
    if std::env::args_os().skip(1).any(is_key) {
        return "a key does not belong on the command line, where others can read it; put it into the variable \
                WHTUI_API_KEY instead."
            .to_owned();
    }
    let text = error.to_string();
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    // What is indented belongs to it: what is missing, what there is, what is similar.
    let mut said = first.to_owned();
    for line in lines.take_while(|line| line.is_empty() || line.starts_with("  ")).map(str::trim) {
        let joint = if line.starts_with("tip: ") { "; " } else { " " };
        if !line.is_empty() {
            said = format!("{said}{joint}{}", line.trim_start_matches("tip: "));
        }
    }
    format!("{}; `whtui --help` lists what there is.", said.trim_end_matches(':'))
}

/// Runs what takes signals and may draw.
fn with_signals<F>(work: impl FnOnce(StopSignal) -> F) -> ExitCode
where
    F: Future<Output = Result<ExitCode, String>>,
{
    // Before any thread exists, since threads inherit it.
    let stop = match StopSignal::hold() {
        Ok(stop) => stop,
        Err(error) => return refuse(&format!("job control cannot be set up ({error}).")),
    };
    in_runtime(work(stop))
}

fn in_runtime(work: impl Future<Output = Result<ExitCode, String>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(8)
        .thread_name("whtui-worker")
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            return refuse(&format!("whtui cannot start its worker threads ({error}); close other programs."));
        }
    };
    let result = runtime.block_on(work);
    // Requests in flight are not waited for.
    runtime.shutdown_background();
    ended(result)
}

fn ended(result: Result<ExitCode, String>) -> ExitCode {
    result.unwrap_or_else(|sentence| refuse(&sentence))
}

/// Says what is going on before the screen starts.
fn remark(sentence: &str) {
    complain(sentence);
}

/// Says in one sentence why nothing was done.
fn refuse(sentence: &str) -> ExitCode {
    complain(sentence);
    ExitCode::from(COULD_NOT)
}

/// Says a sentence where it does not get into the output. What was typed, or stands in a file, may be part of it.
fn complain(sentence: &str) {
    let sentence = without_numbers(clean(sentence, true).into_owned());
    // When not even standard error can be written to, the exit code still tells.
    let _ = writeln!(std::io::stderr(), "whtui: {sentence}");
}
