//! The command line: what was asked for, and how it ends. Everything but the screen goes through here too.

mod arguments;
mod connect;
mod diagnose;
mod discover;
mod explain;
mod interactive;
mod output;
mod report;
mod serve;

use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

use crate::terminal::{self, StopSignal};
use arguments::{Arguments, Command};

/// Exit code when the program could not do what was asked for.
const COULD_NOT: u8 = 2;

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let shown = error.print().is_ok();
            // Help and version are no errors.
            return if error.use_stderr() || !shown { ExitCode::from(COULD_NOT) } else { ExitCode::SUCCESS };
        }
    };
    match arguments.command {
        Some(Command::Explain(options)) => ended(explain::explain(&options)),
        // These two neither draw nor stop, so that job control is the system's business.
        Some(Command::Diagnose(options)) => in_runtime(diagnose::diagnose(options)),
        Some(Command::Simulate(options)) => with_signals(|stop| serve::simulate(options, stop)),
        None => with_signals(|stop| interactive::run(arguments.connection, stop)),
    }
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
    let (panic_hook, _) = color_eyre::config::HookBuilder::default().into_hooks();
    let report = panic_hook.into_panic_hook();
    terminal::install_panic_hook(move |info| report(info));
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

/// Says in one sentence why nothing was done.
fn refuse(sentence: &str) -> ExitCode {
    complain(sentence);
    ExitCode::from(COULD_NOT)
}

/// Says a sentence where it does not get into the output.
fn complain(sentence: &str) {
    // When not even standard error can be written to, the exit code still tells.
    let _ = writeln!(std::io::stderr(), "whtui: {sentence}");
}
